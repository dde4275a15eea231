"""Scores, outcome measures and harms of a trial's report, cell by cell from the files."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import (
    DESIGNS,
    analysed,
    scores_of,
    slow_newcombe,
    slow_pvalue,
    slow_quartiles,
    visits_by_week,
)
from tests.trial.slow_study import slow_category
from tests.trial.studies import make_study, read_csv
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import Table
from tisstats.chapters.trial_report.disposition import NOT_RECORDED
from tisstats.chapters.trial_report.measures import Measures
from tisstats.chapters.trial_report.patients import Patients
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.scores import Scores
from tisstats.chapters.trial_report.sensitivity import Sensitivity
from tisstats.figures.palette import GRID
from tisstats.printed import format_rounded
from tisstats.trial.summaries import table2

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")

LABEL = "Synthetic patients: not real patients"
OF_A_PAPER = r"(?i)\bivig\b|immunoglobulin|\blim\b|\bpilot\b|the (?:article|paper)\b"


@pytest.fixture
def study(tmp_path):
    """Write a study by its name, and return its folder."""
    return lambda name: STUDIES[name](tmp_path / name)


def edited(tmp_path, made, old, new):
    """Write a study with a changed description."""
    assert old in made.description
    made.description = made.description.replace(old, new)
    return str(made.write(tmp_path / "edited"))


def tables_of(folder):
    scores, measures, safety = Scores(folder), Measures(folder), Safety(folder)
    return [
        scores.scores(),
        scores.categories(),
        scores.incidence(),
        scores.ends(),
        measures.table2(),
        measures.directions(),
        measures.imacs_counts(),
        *safety.outcome_tables(),
        *safety.event_tables(),
        *safety.zero_tables(),
    ]


def rounded(value, decimals=0):
    value = Fraction(value)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return text.replace("-", "−") if Decimal(text) else text.replace("-", "")


def printed_quartiles(values, decimals=1):
    q1, median, q3 = (rounded(value, decimals) for value in slow_quartiles(values))
    joined = " to " if q1.startswith("−") or q3.startswith("−") else "–"
    return f"{median} ({q1}{joined}{q3}) [{len(values)}]"


def column(table, arm):
    (name,) = (name for name in table.frame if name.casefold().startswith(f"{arm} "))
    return table.frame[name].tolist()


def test_each_measure_has_its_own_decimals_in_every_table(tmp_path):
    by_measure = {"haq": 2, "mmt": 0, "ck": 3, "tis": 2}

    def tables(decimals, name):
        made = make_study(9, seed=3)
        rule = "quantile_definition = "
        made.description = made.description.replace(rule, f"decimals = {decimals}\n{rule}")
        folder = str(made.write(tmp_path / name))
        measures = Measures(folder)
        return (
            measures.table2().frame,
            Patients(folder).measures().frame,
            Scores(folder).scores().frame,
            table2(measures.data.trial),
            measures.precision,
            measures.data.trial.description.measures,
        )

    toml = ", ".join(f"{name} = {of}" for name, of in by_measure.items())
    found = tables(f"{{ {toml} }}", "by-measure")
    for measure, scale in found[5].items():
        of = by_measure.get(measure, 1)
        same = tables(of, measure)
        for place in (0, 1, 3):
            rows = found[place].iloc[:, 0].str.startswith(scale.name)
            assert rows.any()
            assert found[place][rows].equals(same[place][rows]), (measure, place)
        assert found[2].equals(same[2]) == (of == by_measure["tis"])
    names = [f"{by_measure[name]} of {found[5][name].name}" for name in ("haq", "mmt", "ck")]
    assert found[4].startswith(f"Decimals printed: {', '.join(names)}, 1 of other measures, of P ")


CRITERIA = {
    "imacs worsening": ("worsening", "Patients who worsened", "Worsening by the IMACS definition"),
    "minimal disability": (
        "minimal disability",
        "Patients with minimal disability",
        "Minimal disability by the criterion of ProDERM",
    ),
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_report_of_an_unfavourable_criterion_uses_its_words(tmp_path, criterion):
    noun, who, name = CRITERIA[criterion]
    made = make_study(24, ("active", "control"), seed=7)
    new = f'kind = "at week"\ncriterion = "{criterion}"\nintercurrent = "composite"'
    folder = edited(tmp_path, made, 'kind = "at week"', new)
    primary, scores, sensitivity = PrimaryEndpoint(folder), Scores(folder), Sensitivity(folder)
    tables = [
        primary.counts(),
        primary.responders(),
        *primary.comparisons(),
        scores.incidence(),
        scores.ends(),
        sensitivity.choices(),
        sensitivity.not_varied(),
        sensitivity.conclusions_table(),
    ]
    said = [table.caption + table.frame.to_string() for table in tables]
    said += [figure.alt for figure in (*primary.forest(), scores.curves())]
    said += [str(value) for value in primary.numbers().values()]
    said += [scores.numbers()["rules"], sensitivity.answers().text]
    for text in said:
        # The rule keeps the name that the description gives it.
        rest = text.replace("non-responder", "")
        assert not re.search(r"(?i)\brespon(?:ses?|d\w*)\b", rest), text
    assert who in primary.responders().caption
    assert name in primary.responders().caption
    assert f"Time to the first {noun}" in scores.incidence().caption
    assert f"first {noun}" in scores.curves().alt
    assert noun in set(scores.ends().frame["Ended by"])
    assert "a lower proportion" in primary.numbers()["direction"]
    assert who.lower() in sensitivity.answers().text
    rows = primary.counts().frame.to_dict("records")
    (total,) = {row["All (N=24)"] for row in rows if row["Status"] == "analysed"}
    assert sum(row["All (N=24)"] for row in rows[:-1]) == total == 24
    failed = [row for row in rows if "before the assessment" in row["Decided by"]]
    assert failed
    assert not any("leave the score open" in row["Decided by"] for row in rows)
    assert {row["Status"] for row in failed} == {primary.words.met}
    # The first combination of the curve is the analysis as described.
    (curve,) = sensitivity.curves.values()
    arm, reference = (each.result for each in primary.arms)
    counts = curve.results[["responders", "responders_reference"]].iloc[0].tolist()
    assert [int(count) for count in counts] == [arm.responders_low, reference.responders_low]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("name", STUDIES)
def test_pages_of_every_study_can_be_made(study, name):
    folder = str(study(name))
    tables = tables_of(folder)
    for table in tables:
        assert LABEL in table.caption
        text = table.frame.to_string() + table.caption
        assert not re.search(r"\b(nan|None|NaT|inf)\b|[a-z]_[a-z]", text), text
        assert not re.search(OF_A_PAPER, text)
        assert not (table.frame.astype(str) == "").any(axis=None)
        assert item_html(table)
    assert item_html(Measures(folder).definitions())
    scores = Scores(folder)
    for figure in (scores.courses(), scores.curves(), Measures(folder).paired_changes()):
        assert figure.alt.startswith(f"{LABEL}. ")
    for page in (scores, Measures(folder), Safety(folder)):
        for value in page.numbers().values():
            assert not re.search(r"\b(nan|None)\b", str(value))


@pytest.mark.parametrize("name", DESIGNS)
def test_scores_and_categories(study, name):
    folder, design = study(name), DESIGNS[name]
    scores, page = scores_of(folder, design), Scores(str(folder))
    table, categories = page.scores(), page.categories()
    for arm in design.arms:
        members = [row["patient_id"] for row in analysed(folder, arm)]
        for week, cell in zip(design.weeks[1:], column(table, arm), strict=True):
            bounds = [scores[who][week] for who in members if week in scores[who]]
            known = [low for low, high in bounds if low == high]
            assert cell.split(";")[0] == printed_quartiles(known)
            assert ("open" in cell) == (len(known) < len(bounds))
        cells = column(categories, arm)
        for offset, choose in ((0, max), (5, lambda lows: lows[-1])):
            found = []
            for who in members:
                ends = [
                    {
                        slow_category(
                            choose([b[side] for b in scores[who].values()]), design.population
                        )
                        for side in (0, 1)
                    }
                    if scores[who]
                    else {"unknown"}
                ][0]
                found.append(ends.pop() if len(ends) == 1 else "unknown")
            names = ("none", "minimal", "moderate", "major", "unknown")
            expected = [
                f"{found.count(each)} ({rounded(Fraction(100 * found.count(each), len(members)))})"
                for each in names
            ]
            assert cells[offset : offset + 5] == expected


@pytest.mark.parametrize("name", DESIGNS)
def test_table_2(study, name):
    folder, design = study(name), DESIGNS[name]
    visits, page = visits_by_week(folder, design), Measures(str(folder))
    table = page.table2()
    for arm in design.arms:
        cells, directions = column(table, arm), column(page.directions(), arm)
        for place, measure in enumerate(
            ("physician_global", "patient_global", "mmt", "haq", "extramuscular", "ck")
        ):
            pairs = []
            for row in analysed(folder, arm):
                mine = visits[row["patient_id"]]
                after = [week for week in mine if 0 < week <= design.weeks[-1]]
                end = mine[max(after)][measure] if after else ""
                pairs.append((mine[Fraction(0)][measure], end))
            changes = [Fraction(after) - Fraction(before) for before, after in pairs if after]
            five = cells[5 * place : 5 * place + 5]
            assert five[0] == printed_quartiles([Fraction(before) for before, _ in pairs])
            assert five[1] == printed_quartiles([Fraction(after) for _, after in pairs if after])
            assert five[2] == printed_quartiles(changes)
            assert five[3].endswith(f"[{len(changes)}]")
            sign = 1 if measure == "mmt" else -1
            split = [
                sum(sign * change > 0 for change in changes),
                changes.count(0),
                sum(sign * change < 0 for change in changes),
                len(pairs) - len(changes),
            ]
            found = directions[4 * place : 4 * place + 4]
            assert [int(cell.split(" ")[0]) for cell in found] == split
            exact = slow_pvalue(changes)
            printed = "< 0.001" if exact < Fraction(1, 1000) else rounded(exact, 3)
            assert five[4].startswith(f"{printed} [{len(changes)}")


def test_choices_stand_in_the_captions(study):
    folder = str(study("example"))
    caption = Measures(folder).table2().caption
    for choice in (
        "definition 7",
        "exact (all sign",
        "patients without change are dropped before ranking",
        "mean rank",
        "last visit after baseline up to week 24, including those who stopped early",
        "95%",
        "Decimals printed: 1, of P values 3",
        "MMT-8, both sides",
    ):
        assert choice in caption
    caption = Safety(folder).outcomes().caption
    assert "Clopper-Pearson" in caption
    assert "4 weeks of follow-up" in caption
    assert "Newcombe" in Safety(folder).differences().caption
    caption = Scores(folder).incidence().caption
    for choice in ("treatment policy", "Aalen-Johansen", "Gray", "counts as no response"):
        assert choice in caption


def test_harms_of_the_example_in_cells(study):
    folder = study("example")
    page = Safety(str(folder))
    events = {row["patient_id"] for row in read_csv(folder / "synthetic_adverse_events.csv")}
    counts = [
        (sum(row["patient_id"] in events for row in rows), len(rows))
        for rows in (analysed(folder, "active"), analysed(folder, "placebo"))
    ]
    outcomes = page.outcomes()
    assert outcomes.frame["Outcome"].tolist()[:2] == ["Death", "Any adverse event"]
    first = [column(outcomes, arm)[1] for arm in ("active", "placebo")]
    assert [cell.split(";")[0] for cell in first] == [
        f"{count} ({rounded(Fraction(100 * count, of))})" for count, of in counts
    ]
    difference, low, high = (rounded(Fraction(100 * v), 1) for v in slow_newcombe(*counts))
    shown = page.differences().frame["Active treatment minus Placebo"][1]
    assert shown == f"{difference} ({low} to {high})"
    assert page.numbers()["events_note"] == "6 patients had 7 events, of which 2 were serious."
    assert page.events().frame["Term"].tolist()[0] == "headache"
    assert page.events().frame["Active treatment (N=6)"][0] == "3 (50); 3 events"


def test_a_study_of_one_arm_has_no_differences(study):
    page = Safety(str(study("single arm")))
    assert len(page.outcome_tables()) == 1
    for table in page.event_tables():
        assert "difference" not in table.caption
        assert not any("minus" in name for name in table.frame)
    assert "one arm" in Measures(page.cohort).numbers()["arms_note"]


def test_what_is_not_recorded_is_said(study):
    page = Safety(str(study("bare")))
    rows = page.outcomes().frame.set_index("Outcome")
    for outcome in ("Any adverse event", "Rescue medication", "Stopped early"):
        assert set(rows.loc[outcome]) == {NOT_RECORDED}
    assert set(page.differences().frame.set_index("Outcome").loc["Any adverse event"]) == {
        NOT_RECORDED
    }
    assert page.event_tables() == []
    assert "not recorded" in page.numbers()["events_note"]


@pytest.mark.usefixtures("drawn")
def test_single_patients_are_not_shown_where_the_description_says_so(tmp_path):
    made = make_study(40, seed=5)
    listed = Safety(str(made.write(tmp_path / "listed")))
    assert any("one by one" in table.caption for table in listed.event_tables())
    folder = edited(tmp_path, made, "[arms]", "listings = false\n[arms]")
    for item in (*Safety(folder).event_tables(), *tables_of(folder)):
        assert isinstance(item, Table)
        assert not re.search(r"P0\d\d", item.frame.to_string())
    axes = Scores(folder).courses().figure.axes[1]
    assert len([line for line in axes.lines if line.get_color() != GRID]) == 2
    assert "not shown" in Scores(folder).numbers()["shown"]
    paired = Measures(folder).paired_changes()
    assert "a line per patient" not in paired.alt
    assert "not shown" in Measures(folder).numbers()["pairs_shown"]


def test_a_rounding_error_in_a_week_changes_no_page(tmp_path):
    def pages(made, folder):
        cohort = str(made.write(tmp_path / folder))
        scores, sensitivity = Scores(cohort), Sensitivity(cohort)
        tables = [scores.incidence(), sensitivity.choices()]
        return [scores.curves().alt, *(each.frame.to_dict("records") for each in tables)]

    def study(scheduled, endpoint, visit):
        made = make_study(8, weeks=(0, 4, 24), missed=0, missing=0)
        for row in made.visits:
            row["week"] = repr(visit) if row["week"] == 24 else row["week"]
        made.description = made.description.replace("[0, 4, 24]", str(scheduled))
        made.description = made.description.replace("week = 24", f"week = {endpoint!r}")
        made.description = made.description.replace('"at week"', '"best"')
        return made

    week = 169 / 7
    less, more = math.nextafter(week, 0), math.nextafter(week, 100)
    for scheduled in ([0, 4], [0, 4, week]):
        expected = pages(study(scheduled, week, week), f"{len(scheduled)}")
        for number, (endpoint, visit) in enumerate([(less, more), (more, less)]):
            made = study(scheduled, endpoint, visit)
            assert pages(made, f"{len(scheduled)}-{number}") == expected, (scheduled, number)


def test_bounds_have_a_range_and_competing_events_a_column(tmp_path):
    made = make_study(40, seed=5, missing=0.15)
    new = 'missing = "bounds"\nintercurrent = "while on treatment"'
    folder = edited(tmp_path, made, 'missing = "non-responder"', new)
    table = Scores(folder).incidence()
    assert {"Rescue medication", "Stopped early"} <= set(table.frame)
    last = table.frame[table.frame["Week"] == "24"]
    taken = ("If all open visits are no response, %", "If all open visits are a response, %")
    for ends in zip(*(last[name] for name in taken), strict=True):
        low, high = (format_rounded(float(end), 0) for end in ends)
        span = f"{low}%" if low == high else f"{low}% or {high}%"
        assert f"{span} (" in Scores(folder).curves().alt
    assert "Competing events: rescue medication and stopped early" in table.caption
    sensitivity = Sensitivity(folder)
    assert set(sensitivity.conclusions_table().frame["Main analysis"]) == {
        "bounds, no single result"
    }
    assert not any(
        "main analysis" in getattr(item, "alt", "") for item in sensitivity.curve_items()
    )
    ends = Scores(folder).ends().frame.set_index("Ended by")
    assert "rescue medication" in ends.index
    for name in ends:
        size = int(re.search(r"N=(\d+)", name)[1])
        assert sum(int(cell.split(" ")[0]) for cell in ends[name]) == size


def test_other_methods_are_used_and_named(tmp_path):
    made = make_study(30, seed=7)
    new = (
        '[analysis]\nsigned_rank = "asymptotic"\nzero_method = "pratt"\nend = "completers"\n'
        'interval = "wilson"\ndifference = "miettinen-nurminen"\nconfidence_level = 0.9\n'
        'worsening = "confirmed"'
    )
    usual = str(made.write(tmp_path / "usual"))
    folder = edited(tmp_path, made, "[analysis]", new)
    caption = Measures(folder).table2().caption
    assert "asymptotic (normal" in caption
    assert "patients without change are included in the ranking" in caption
    assert "of those patients who completed" in caption
    assert "90%" in caption
    assert "Wilson" in Safety(folder).outcomes().caption
    assert "Miettinen-Nurminen" in Safety(folder).differences().caption
    assert "rule confirmed" in Measures(folder).imacs_counts().caption
    for page, other in (
        (Measures(folder).table2(), Measures(usual).table2()),
        (Safety(folder).outcomes(), Safety(usual).outcomes()),
    ):
        assert page.frame.to_string() != other.frame.to_string()


def test_other_measures_limits_by_patient_and_scales_in_millimetres(tmp_path):
    made = make_study(14, ("a", "b", "c"), seed=11)
    for row in made.visits:
        for name in ("physician_global", "patient_global", "extramuscular"):
            if row[name] != "":
                row[name] = round(10 * row[name])
        row["ldh"] = "" if row["ck"] == "" else 100 + row["ck"] // 4
    for number, row in enumerate(made.patients):
        row["ck_limit"] = 170 + number
    made.description = (
        made.description.replace("uln = { ck = 200 }", ('uln = { ck = "ck_limit", ldh = 250 }'))
        .replace("vas_max = 10", "vas_max = 100")
        .replace("'haq', ", "")
        .replace("'ck']", "'ck', 'ldh']")
    )
    folder = str(made.write(tmp_path / "study"))
    for table in tables_of(folder):
        assert not re.search(r"\b(nan|None|inf)\b", table.frame.to_string())
    table = Measures(folder).table2().frame
    assert "Physician global activity, mm" in set(table["Outcome measure"])
    assert "Lactate dehydrogenase, U/L" in set(table["Outcome measure"])
    assert not any("Health" in name for name in table["Outcome measure"])


def test_a_response_by_another_criterion_is_named_instead_of_a_score(tmp_path):
    made = make_study(12, seed=7)
    new = 'kind = "at week"\ncriterion = "imacs improvement"'
    page = Scores(edited(tmp_path, made, 'kind = "at week"', new))
    assert "Improvement by the IMACS definition" in page.incidence().caption
    assert "at least 40" not in page.incidence().caption + page.curves().alt + page.courses().alt
    assert page.numbers()["dotted"] == ""


def test_serious_events_are_counted_as_events_in_the_text(tmp_path):
    made = make_study(6, ("a", "b"), seed=1)
    event = {"event": "x", "treatment_related": "no", "origin": "synthetic"}
    made.adverse_events = [
        {"patient_id": "P001", "week": week, "serious": serious, **event}
        for week, serious in ((1, "true"), (2, "true"), (3, "false"))
    ]
    folder = made.write(tmp_path)
    assert Safety(str(folder)).numbers()["events_note"] == (
        "1 patient had 3 events, of which 2 were serious."
    )
