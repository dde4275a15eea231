"""What the numbers on a page are: shapes of cells, references within tables, gaps."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.book.shown import results_of, told_apart
from tests.trial.studies import make_study
from tisstats.chapters.chapter import printed_result
from tisstats.chapters.cohort_flow import CohortFlow
from tisstats.chapters.identifiability.fingerprints import Fingerprints
from tisstats.chapters.measure_pages import tables
from tisstats.chapters.methods import Methods
from tisstats.chapters.page import Result, WholeResult, described, table_facts
from tisstats.chapters.result_facts import (
    COUNT_OF,
    COUNT_PERCENTAGE,
    LABEL,
    ORIGINS,
    QUARTILES,
    STATISTICS,
    VALUE,
    WORDS,
    Facts,
    TableFacts,
    cell_name,
    counted,
    gaps,
    number_value,
    records,
    split,
    table_records,
)
from tisstats.chapters.safety import Safety
from tisstats.chapters.secondary_outcomes import SecondaryOutcomes
from tisstats.chapters.teaching_placebo import PlaceboResponse
from tisstats.chapters.trial_report.counts import COUNT_RANGE
from tisstats.chapters.trial_report.patients import _BY_ARM
from tisstats.chapters.trial_report.safety import Safety as Harms
from tisstats.chapters.trial_report.scores import _SCORES
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import ENZYMES

pytestmark = pytest.mark.usefixtures("not_drawn")


@pytest.mark.parametrize(
    ("text", "shape", "numbers"),
    [
        ("8 (42%)", COUNT_PERCENTAGE, ["8", "42"]),
        ("–1.3 (–2.0 to –0.1)", QUARTILES, ["–1.3", "–2.0", "–0.1"]),
        ("59 (37–69)", QUARTILES, ["59", "37", "69"]),
        ("< 0.0001 to 0.31", "{minimum} to {maximum}", ["< 0.0001", "0.31"]),
        ("3,396", "{count}", ["3,396"]),
        ("34 per arm", "{sample size} *", ["34"]),
        ("1.50 to ∞", "{minimum} to {maximum}", ["1.50", "∞"]),
        ("8; 2 open", "{count}<; {unknown} open>", ["8", "2"]),
        ("8", "{count}<; {unknown} open>", ["8"]),
        ("8 of 19", "{count} | {count} of {denominator}", ["8", "19"]),
        ("8 and 9", "{count}", []),
        ("not reported", "{count}", []),
    ],
)
def test_a_cell_is_split_by_its_shape(text, shape, numbers):
    assert [number for _, number in split(text, shape)] == numbers


@given(st.integers(0, 10**6), st.integers(0, 100))
def test_what_is_printed_comes_back(count, percent):
    found = dict(split(f"{count:,} ({percent})", COUNT_PERCENTAGE))
    assert {name: number_value(text) for name, text in found.items()} == {
        "count": count,
        "percentage": percent,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("–1.5", -1.5),
        ("−1.5", -1.5),
        ("1,200", 1200),
        ("1e-5", 1e-5),
        ("< 0.01", None),
        ("∞", None),
    ],
)
def test_value_of_a_number_as_shown(text, value):
    assert number_value(text) == (None if value is None else pytest.approx(value))


def test_a_denominator_is_the_n_of_its_count():
    (record,) = records("8 of 19", Facts(COUNT_OF, "Responders", "patients", origin="published"))
    assert (record["statistic"], record["text"], record["n"]) == ("count", "8", "19")
    assert gaps(record) == []
    two = Facts("{count} of {denominator} v {count} of {denominator} ({percentage}%)", "Responders")
    found = list(records("42 of 75 v 31 of 1,073 (2.9%)", two))
    assert [(each["text"], each["n"]) for each in found] == [
        ("42", "75"),
        ("31", "1073"),
        ("2.9", "1073"),
    ]


def test_words_have_no_record_and_an_unexplained_number_has_one_with_a_gap():
    assert list(records("8 of 19", WORDS)) == []
    assert list(records("none", Facts("{count}"))) == []
    (record,) = records("8 or 9", Facts("{count}"))
    assert gaps(record) == ["statistic"]


def test_records_of_a_table():
    facts = table_facts(
        {
            "Week": LABEL,
            "Arm (N=5)": Facts(QUARTILES, unit="@row unit", method="type 7", group="@column"),
            "n": counted("Measured"),
            "*": WORDS,
        },
        {"Change*": Facts(method="type 6")},
        source="computed",
    )
    assert TableFacts.read(facts.known()) == facts
    columns = ("Measure", "Week", "Arm (N=5)", "n", "Note")
    rows = (("Pain, cm", "4", "2 (1–3)", "5", "1 note"), ("Change, mm", "8", "–", "4", ""))
    found = list(table_records(facts, "", columns, rows))
    median, *_, measured, last = found
    assert median == {
        **{"column": "Arm (N=5)", "name": "Pain, cm; Week 4", "group": "Arm"},
        **{"statistic": "median", "method": "type 7", "n": "5", "unit": "cm"},
        **{"origin": "computed", "text": "2"},
    }
    assert [each["statistic"] for each in found] == [
        *("median", "lower quartile", "upper quartile", "count", "count")
    ]
    assert (measured["name"], measured["text"]) == ("Pain, cm; Week 4: Measured", "5")
    assert last["name"] == "Change, mm; Week 8: Measured"
    assert [gaps(each) for each in found] == [[]] * 5


def test_facts_of_a_row_prevail():
    facts = table_facts(
        {"Value": Facts(VALUE, unit="cm")}, {"P": Facts("{P value}", method="exact")}, "computed"
    )
    size, p = table_records(facts, "", ("Row", "Value"), (("Size", "3"), ("P", "0.02")))
    assert (size["statistic"], size["unit"]) == ("value", "cm")
    assert (p["statistic"], p["unit"], p["method"]) == ("P value", "", "exact")


@pytest.mark.parametrize(
    ("label", "column", "origin"),
    [
        ("Synthetic patients: not real patients", "n", "synthetic"),
        ("Observed patients", "n", "observed"),
        ("Synthetic patients: not real patients", "n, published", "published"),
    ],
)
def test_origin_is_that_of_the_column_or_of_the_patients(label, column, origin):
    facts = table_facts({"n*": counted("")}, origin=label)
    (record,) = table_records(facts, label, ("Row", column), (("All", "3"),))
    assert record["origin"] == origin


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({}, []),
        ({"statistic": ""}, ["statistic"]),
        ({"statistic": "guess"}, ["statistic"]),
        ({"name": ""}, ["name"]),
        ({"origin": ""}, ["origin"]),
        ({"origin": "hearsay"}, ["known origin"]),
        ({"method": ""}, ["method"]),
        ({"unit": ""}, ["unit"]),
        ({"statistic": "percentage"}, ["n"]),
        # Of which level, and of how many sides?
        ({"statistic": "lower limit", "method": "Wilson"}, ["level or sides"]),
        ({"statistic": "upper limit", "method": "95% Wilson"}, []),
        ({"statistic": "P value", "method": "exact", "unit": ""}, ["level or sides"]),
        ({"statistic": "lowest P value", "method": "two-sided, exact", "unit": ""}, []),
        ({"statistic": "power", "method": "Fisher's exact test", "unit": "%"}, ["level or sides"]),
        ({"statistic": "sample size", "method": "95% Wilson", "unit": "patients"}, []),
        ({"statistic": "sample size", "method": "exact", "unit": "patients"}, ["level or sides"]),
    ],
)
def test_a_gap_is_named(change, lacking):
    record = {"name": "Change", "statistic": "median", "method": "type 7", "unit": "cm"}
    assert gaps({**record, "origin": "published", **change}) == lacking


def test_numbers_keep_their_value_and_type():
    @described({"whole": counted("A"), "text": Facts(VALUE, "B", "cm"), "absent": WORDS})
    def numbers(_):
        return {"whole": 3, "text": "4.0", "other": 5}

    found = numbers(None)
    assert found == {"whole": 3, "text": "4.0", "other": 5}
    assert isinstance(found["whole"], WholeResult)
    assert isinstance(found["text"], Result)
    assert found["text"].facts == Facts(VALUE, "B", "cm", origin="computed")


def test_every_statistic_and_origin_has_a_meaning():
    assert all(kind.meaning for kind in STATISTICS.values())
    assert all(ORIGINS.values())


def origins_of(shown, column):
    """Return the origins of a column, by the name of the number and the number as shown."""
    return {
        (record["name"], record["text"]): record["origin"]
        for record in results_of(shown)
        if record["column"] == column
    }


def test_what_is_known_of_a_cell_prevails_over_its_column_and_row():
    facts = table_facts(
        {"Range": Facts("{maximum}", unit="cm"), "Step": Facts(VALUE, unit="cm")},
        {"B": Facts(method="ours"), cell_name("B", "Step"): Facts(origin="chosen")},
        source="published",
    )
    rows = (("A", "10", "1"), ("B", "20", "2"))
    found = list(table_records(facts, "", ("Measure", "Range", "Step"), rows))
    assert [record["origin"] for record in found] == ["published"] * 3 + ["chosen"]
    assert TableFacts.read(facts.known()) == facts


def test_counts_of_the_article_are_not_those_of_the_patients_beside_them():
    page = SecondaryOutcomes(9, 0.95, "clopper-pearson", "spss", "reference")
    shown = page.response_comparison()
    assert set(origins_of(shown, "Synthetic").values()) == {"synthetic"}
    printed = origins_of(shown, "Published or inferred")
    interpreted = {name for (name, _), origin in printed.items() if origin == "chosen"}
    assert set(printed.values()) == {"published", "chosen"}
    unprinted = PublishedFacts.read().tables["unprinted"]
    ours = unprinted.loc[unprinted["basis"] == "reading", "address"]
    assert len(interpreted) == ours.str.startswith("response.").sum() > 0


def test_what_is_assumed_or_inferred_is_not_called_published():
    methods = Methods(75.0, 20, 0.6, 0.95, "clopper-pearson")
    measures = methods.outcome_measures()
    ranges = origins_of(measures, "Range")
    steps = origins_of(measures, "Resolution (step)")
    for scale in SCALES.values():
        bounded = scale.assumed and scale.high is not None
        assert ranges[scale.name, f"{scale.low}"] == ("chosen" if bounded else "published")
        step = steps[scale.name, f"{float(scale.step):g}"]
        assert step == ("chosen" if scale.step_is_assumed else "published")
    for regimen, shown in zip((STANDARD, AMENDED), methods.schedules(), strict=True):
        doses = [each for each in results_of(shown) if each["column"] == "Dose, g/kg"]
        for dose, infusion in zip(doses, regimen.infusions, strict=True):
            assert dose["origin"] == ("chosen" if infusion.inferred else "published")
    published = PublishedFacts.read()
    enzymes = next(each for each in tables("enzyme", published) if each.name == "enzyme_ranges")
    assert {
        record["name"].partition(":")[0]: record["origin"] for record in results_of(enzymes)
    } == {enzyme.name: "chosen" if enzyme.assumed else "published" for enzyme in ENZYMES.values()}
    maxima = next(each for each in tables("mmt", published) if each.name == "muscle_tests")
    assert {int(record["text"]): record["origin"] for record in results_of(maxima)} == {
        80: "published",
        150: "published",
        240: "chosen",
        260: "published",
    }


def test_a_fact_of_table_1_is_named_in_words():
    found = printed_result(PublishedFacts.read(), "table1.patients.dm.n").facts
    assert (found.what, found.origin) == ("Patients analysed: DM", "published")
    assert (
        printed_result(PublishedFacts.read(), "response.moderate_week_4").facts.origin == "chosen"
    )


def test_a_difference_of_printed_counts_is_computed():
    shown = CohortFlow(True, "half-up", "reference").subtypes()
    assert set(origins_of(shown, "Included").values()) == {"published"}
    assert set(origins_of(shown, "Excluded from the analysis").values()) == {"computed"}


def test_the_patients_of_the_pilot_study_are_not_called_randomised():
    shown = PlaceboResponse(0.95, "clopper-pearson", 0.8).background_treatment()
    names = [each["name"] for each in results_of(shown) if each["column"] == "Randomised"]
    assert [name for name in names if "not randomised" in name] == [
        "pilot study: Patients analysed, not randomised"
    ]
    assert all(name.endswith("randomised") for name in names)


def test_a_number_in_words_is_taken_whole():
    numbers = Safety(0.95, "clopper-pearson", "reference").numbers()
    for name, limit in (("upper_limits", "17.6"), ("treated_limits", "16.8")):
        (record,) = records(str(numbers[name]), numbers[name].facts)
        assert (record["statistic"], record["text"]) == ("upper limit", limit)


def test_what_numpy_requires_of_an_age_is_on_its_side():
    numbers = Fingerprints(PublishedFacts.read()).example_numbers()
    kinds = {name: numbers[f"numpy_{name}"].facts.shape for name in ("c", "sum", "b", "a")}
    assert kinds == {"c": "{maximum}", "sum": "{minimum}", "b": "{minimum}", "a": "{maximum}"}


@pytest.mark.parametrize(
    ("cell", "n"),
    [
        ("19", "19"),
        ("8 of 1,019", "1019"),
        ("12 to 19", ""),
        ("8 to 9 of 19", "19"),
        ("Placebo to week 8, then 2 g/kg (N=19)", "19"),
    ],
)
def test_the_patients_of_a_number_are_those_of_a_cell_if_it_has_one_number_of_them(cell, n):
    facts = table_facts({"n": WORDS, "Change": Facts(VALUE, unit="cm", n="@n")})
    (record,) = table_records(facts, "", ("Measure", "n", "Change"), (("A", cell, "2"),))
    assert record["n"] == n


def test_text_before_a_reference_stays_and_a_dash_is_no_group():
    facts = table_facts(
        {"Rule": WORDS, "Low": Facts("{lower limit}", "A", "%", "95% @row", group="@Rule")}
    )
    columns, rows = ("Method", "Rule", "Low"), (("Wilson", "–", "3"), ("Wald", "bounds", "4"))
    found = list(table_records(facts, "", columns, rows))
    assert [(each["method"], each["group"]) for each in found] == [
        ("95% Wilson", ""),
        ("95% Wald", "bounds"),
    ]


def test_the_label_of_a_column_reads_as_a_phrase_or_has_a_colon():
    facts = table_facts({"*": LABEL, "n": counted("")})
    names = {
        label: next(table_records(facts, "", (label, "n"), ((cell, "3"),)))["name"]
        for label, cell in (("Week", "4"), ("Missed, %", "10"), ("Trial", "VALOR"))
    }
    assert names == {"Week": "Week 4", "Missed, %": "Missed, %: 10", "Trial": "Trial: VALOR"}


def test_what_is_known_of_a_printed_interval_is_not_what_gives_it():
    published = PublishedFacts.read()
    planned = printed_result(published, "claims.methods.planned_low").facts
    assert (planned.shape, planned.n) == ("{lower limit}", "20")
    assert planned.method == "two-sided 95% Clopper-Pearson as printed"
    share = printed_result(published, "claims.discussion.minimal_percent").facts
    assert (share.shape, share.n, share.origin) == ("{percentage}%", "20", "published")


def test_results_under_several_rules_name_the_rule():
    chapter = PlaceboResponse(0.95, "clopper-pearson", 0.8)
    found = results_of(chapter.missed_visits.by_rule())
    assert told_apart(found) == []


@pytest.mark.parametrize(
    ("text", "shape", "n"),
    [
        # Of the known values and of all: the patients of all are more by the unknown ones.
        ("1.0 (0.5–2.0) [5]; 2 open: median 0.9 to 1.1", _SCORES, ["5"] * 3 + ["7"] * 3),
        ("1.0 (0.5–2.0) [5]; 2 open: median 1.0 either way", _SCORES, ["5"] * 3 + ["7"] * 2),
        ("1.0 (0.5–2.0) [5]", _SCORES, ["5"] * 3),
        ("3 of 5 (60), 1 unknown", _BY_ARM["*"].shape, ["5", "5", "6"]),
        ("3 of 1,005 (0), 1,019 unknown", _BY_ARM["*"].shape, ["1005", "1005", "2024"]),
        # Of all patients of an arm some are unknown: quartiles are of the others.
        ("44 (38–54), 3 unknown", _BY_ARM["*"].shape, ["17"] * 3 + ["20"]),
        ("44 (38–54)", _BY_ARM["*"].shape, ["20"] * 3),
        ("2 to 4 (10 to 20), 2 unknown", COUNT_RANGE, ["20"] * 5),
    ],
)
def test_the_unknown_are_among_all_and_not_among_the_known(text, shape, n):
    facts = table_facts({"*": Facts(shape, "A", "cm", "type 7")}, origin="Observed")
    found = table_records(facts, "Observed", ("Row", "Arm (N=20)"), (("Age", text),))
    assert [record["n"] for record in found] == n


@pytest.mark.parametrize(
    "statistic", [name for name in STATISTICS if name.endswith(("count", "percentage"))]
)
def test_a_percentage_has_no_method_of_the_interval_beside_it(statistic):
    facts = Facts(f"{{{statistic}}}", "A", method="95% Wilson", n="9")
    (record,) = records("3", facts)
    assert record["method"] == ""


def test_labels_of_a_trial_are_no_references_to_its_tables():
    of = SimpleNamespace(arm="IVIg @ 2 g/kg", other="b@row")
    facts = TableFacts(
        {
            "Row": WORDS,
            "Dose": LABEL,
            "*": Facts("{count}", "in {self.arm} @Dose", group="@column"),
        },
        {"*": Facts(method="{self.other}: @row")},
        "computed",
    ).filled(of)
    row = ("Responders @ 24", "@column", "3")
    (record,) = table_records(facts, "", ("Row", "Dose", "Sham @ 1@@2"), (row,))
    assert record["name"] == "Responders @ 24; @column: in IVIg @ 2 g/kg @column"
    assert record["group"] == "Sham @ 1@@2"
    (of_number,) = records("3", Facts("{P value}", "{self.arm}", method="{self.other}").filled(of))
    assert (of_number["name"], of_number["method"]) == ("IVIg @ 2 g/kg", "b@row")


def test_a_difference_from_an_arm_of_any_label_is_of_its_trial(tmp_path):
    made = make_study(12, seed=3)
    made.description = made.description.replace('"Control"', '"Natural history, published"')
    safety = Harms(str(made.write(tmp_path / "study")))
    origins = [record["origin"] for record in results_of(safety.differences())]
    assert len(origins) > 2
    assert set(origins) == {"synthetic"}


def test_a_comparison_of_two_arms_is_of_their_patients():
    facts = table_facts({"*": Facts("{estimate}", "A", "cm", "type 7", group="@column")})
    columns = ("Row", "Low (5 to 12 of 15 against 4 of 1016)", "High @ (3 of 15 against 4 of 9)")
    low, high = table_records(facts, "", columns, (("Age", "3", "4"),))
    assert (low["group"], low["n"]) == ("Low", "1031")
    assert (high["group"], high["n"]) == ("High @", "24")
