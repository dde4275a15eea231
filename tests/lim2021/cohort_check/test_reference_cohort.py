"""The reference cohort meets all that is printed, and no longer does once a value changes."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_trials import make_trial
from tisstats.lim2021.claims.ledger import FREE_NUMBERS
from tisstats.lim2021.cohort_check import STATEMENTS, check, check_many
from tisstats.lim2021.cohort_check.report import CheckResult, _compare
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table1 import CHARACTERISTICS
from tisstats.printed import parse
from tisstats.trial import summaries

MEASURES = tuple(SCALES)


def copied(tables):
    return {name: table.copy() for name, table in tables.items()}


def failed(tables):
    return {item.name for item in check(make_trial(tables)).mismatches}


def failed_of_each(many):
    """As `failed` of each, much faster than one by one."""
    reports = check_many([make_trial(tables) for tables in many])
    return [{item.name for item in report.mismatches} for report in reports]


def broken(tables, slow, published):
    """The printed numbers that the slow computation no longer finds."""
    values = slow.Cohort(tables).aggregates()
    return {
        address
        for address, value in values.items()
        if address in published._cells and not slow.agrees(value, published.text(address))
    }


def numbers_of(names):
    return {n for n in names if n not in STATEMENTS and not n.startswith("serious_adverse")}


def test_everything_printed_holds(reference):
    report = check(make_trial(reference))
    assert report.mismatches == ()
    assert report.all_match
    counts = report.counts()
    assert counts["numbers"] == counts["numbers_hold"] == 347
    assert counts["statements"] == counts["statements_hold"] == len(STATEMENTS)


def test_the_slow_computation_agrees(reference, slow, published):
    assert broken(reference, slow, published) == set()


def test_tables_match_the_printed_ones(reference):
    from tisstats.chapters.cohort_flow import CohortFlow
    from tisstats.chapters.secondary_outcomes import SecondaryOutcomes

    printed = CohortFlow(True, "half-up", "reference").table1().frame
    ours = summaries.table1(make_trial(reference))
    assert list(ours) == list(printed)
    for mine, theirs in zip(ours.to_dict("records"), printed.to_dict("records"), strict=True):
        for column, cell in theirs.items():
            # The article leaves some cells empty and some percentages out.
            assert cell == "" or mine[column] == cell or mine[column].startswith(f"{cell} (")
    printed = SecondaryOutcomes(9, 0.95, "wilson", "spss", "reference").table2().frame
    ours = summaries.table2(make_trial(reference))
    for mine, theirs in zip(ours.to_dict("records"), printed.to_dict("records"), strict=True):
        for column, cell in theirs.items():
            assert mine[column] == cell


# One value changed: the numbers that fail are those that the slow computation finds broken.


def changes(tables):  # noqa: C901
    """Every change of one cell that keeps a trial valid: table, row, column, new value."""
    patients, visits = tables["patients"], tables["visits"]
    analysed = [row for row in patients.index if patients["analysed"][row] == "true"]
    for column, others in OTHER_WORDS.items():
        for row in analysed:
            for other in others:
                if other != patients[column][row]:
                    yield "patients", row, column, other
    for column, steps in {"age_at_onset": (-9, 1, 9), "disease_duration": (-2, 1, 2)}.items():
        for row in analysed:
            for step in steps:
                if int(patients[column][row]) + step >= 0:
                    yield "patients", row, column, str(int(patients[column][row]) + step)
    for row in analysed:
        for limit in (20, 20000):
            yield "patients", row, "ck_uln", str(limit)
    for measure, scale in SCALES.items():
        top = scale.high or 9000
        for row in visits.index:
            if visits[measure][row] == "":
                continue
            now = Fraction(visits[measure][row])
            for far in (1, 30):
                for sign in (-1, 1):
                    new = now + sign * far * max(scale.step, Fraction(1, 10) * (far > 1))
                    new = Fraction(round(new / scale.step)) * scale.step
                    if max(scale.low, measure == "ck") <= new <= top and new != now:
                        yield "visits", row, measure, f"{float(new):g}"
    events = tables["adverse_events"]
    for row in events.index:
        yield (
            "adverse_events",
            row,
            "serious",
            "false" if events["serious"][row] == "true" else "true",
        )
    treatments = tables["treatments"]
    for row in treatments.index:
        if treatments["treatment"][row] == "ivig":
            yield "treatments", row, "dose_g_per_kg", str(3 - int(treatments["dose_g_per_kg"][row]))


FLAG = ("true", "false")
OTHER_WORDS = {
    "subtype": ("dm", "imnm", "nm_om", "ass"),
    "sex": ("female", "male"),
    **dict.fromkeys(
        (
            *("european_ancestry", "dysphagia", "skin", "arthritis", "raynaud", "cardiac"),
            *("pulmonary", "other_extramuscular", "cancer_at_diagnosis", "maa"),
        ),
        FLAG,
    ),
    "connective_tissue_disorder": ("none", "mixed", "sjogren", "systemic_sclerosis"),
    "cancer_in_follow_up": ("none", "ovarian", "other"),
    "msa": ("none", "anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_hmgcr;anti_jo1"),
    "prior_immunosuppressant": ("none", "prednisolone", "methotrexate"),
    "end_reason": ("completed", "rescue_medication", "adverse_event"),
}


def changed(tables, change):
    table, row, column, value = change
    other = copied(tables)
    other[table].loc[row, column] = value
    return other


def agree(tables, change, slow, published):
    """Check one change."""
    other = changed(tables, change)
    assert numbers_of(failed(other)) == broken(other, slow, published), change


def breaking(tables, some, slow, published):
    """Check changes, each by itself; tell of each whether it breaks a printed number."""
    others = [changed(tables, change) for change in some]
    breaks = [broken(other, slow, published) for other in others]
    for change, found, expected in zip(some, failed_of_each(others), breaks, strict=True):
        assert numbers_of(found) == expected, change
    return list(map(bool, breaks))


def test_every_column_is_changed_and_watched(reference, slow, published):
    by_column = {}
    for change in changes(reference):
        by_column.setdefault(change[:1] + change[2:3], []).append(change)
    draw = np.random.default_rng(5)
    silent = set()
    for (table, column), every in by_column.items():
        # Measures are changed further below, where it matters most.
        # Few patients' responses hang on the limit of normal.
        number = {"visits": 2}.get(table, 20 if column == "ck_uln" else 6)
        some = [every[at] for at in draw.permutation(len(every))[:number]]
        breaks = breaking(reference, some, slow, published)
        if table != "visits" and not any(breaks):
            silent.add(column)
    # Single doses stand for the course of single patients: a statement watches them.
    assert silent <= {"dose_g_per_kg"}
    assert len(by_column) == len(OTHER_WORDS) + 3 + len(MEASURES) + 2


@examples(15)
@given(st.data())
def test_any_one_value(reference, all_changes, slow, published, data):
    change = data.draw(st.sampled_from(all_changes))
    agree(reference, change, slow, published)


@pytest.fixture(scope="module")
def all_changes(reference):
    return list(changes(reference))


@pytest.mark.parametrize("measure", MEASURES)
def test_the_patients_who_make_a_quartile(measure, reference, slow, published):
    """Moving who stands 5th, 10th or 15th breaks a quartile of baseline, end or change, or P."""
    cohort = slow.Cohort(reference)
    rows = {(v.patient_id, int(v.week)): v.Index for v in reference["visits"].itertuples()}
    nearer, farther = [], []
    for time in ("baseline", "end", "change"):
        pairs = []
        for patient in cohort.patients:
            before, after = (slow.number(patient["visits"][at][measure]) for at in (0, -1))
            if before is not None and after is not None:
                value = {"baseline": before, "end": after, "change": after - before}[time]
                pairs.append((value, patient["patient_id"], patient["weeks"][-1]))
        for rank in (5, 10, 15):
            value, number, end = sorted(pairs)[rank - 1]
            row = rows[number, 0 if time == "baseline" else end]
            now = Fraction(reference["visits"][measure][row])
            scale = SCALES[measure]
            ends = scale.low + (measure == "ck"), scale.high or 9000
            near, far = sorted(ends, key=lambda end: abs(end - now))
            nearer.append(("visits", row, measure, str(near)))
            farther.append(("visits", row, measure, str(far)))
    # Past every neighbour: to the farther end, or to the other if a tie fills the gap.
    breaks = breaking(reference, farther, slow, published)
    left = [near for near, seen in zip(nearer, breaks, strict=True) if not seen]
    assert all(breaking(reference, left, slow, published))
    assert len(farther) == 9


# Reports.


def test_a_report_says_what_failed(reference):
    tables = copied(reference)
    table = tables["patients"]
    men = (table["sex"] == "male") & (table["analysed"] == "true")
    table.loc[table.index[men][0], "sex"] = "female"
    report = check(make_trial(tables))
    item = report["table1.females.all.count"]
    assert not report.all_match
    assert (item.printed, item.computed, item.matches) == ("12", "13", False)
    assert str(item) == (
        "table1.females.all.count (Table 1, Females, all patients): "
        "printed 12, computed 13: does not match"
    )
    first, *rest = str(report).splitlines()
    assert first.startswith(f"{347 - len(rest)} of 347 numbers and 30 of 30 statements match")
    assert len(report.items) == 347 + len(STATEMENTS)
    assert {item.name for item in report if not item.matches} == {f.name for f in report.mismatches}
    assert all(each.quantity and each.place and each.printed and each.computed for each in report)
    with pytest.raises(KeyError):
        report["table1.men.all.count"]


def test_equal_numbers_of_two_kinds_are_shown_each_in_its_way():
    """A count as it is printed, a P value with three decimals, whichever is compared first."""
    printed = parse("2")
    item = CheckResult("name", "number", "quantity", "place", printed.text)
    shown = [_compare(item, printed, value).computed for value in (Fraction(1), 1.0, Fraction(1))]
    assert shown == ["1", "1.000", "1"]


def test_every_row_of_table_1_is_named(reference):
    report = check(make_trial(reference))
    labels = {each.quantity.split(",")[0] for each in report if each.name.startswith("table1.")}
    assert {label.split(",")[0] for label in CHARACTERISTICS.values()} <= labels


def test_many_at_once_are_as_one_by_one(reference, trial_of):
    trials = [make_trial(reference), trial_of(1), trial_of(2)]
    for together, alone in zip(check_many(trials), map(check, trials), strict=True):
        assert together.items == alone.items
    assert check_many([]) == []


def _set(table, column, value, where):
    def change(tables):
        row = tables[table].index[where(tables[table])][0]
        tables[table].loc[row, column] = value

    return change


def _without_events(tables):
    events = tables["adverse_events"]
    patients = events.groupby("patient_id")["serious"].apply(lambda flags: (flags == "false").all())
    some = patients.index[patients][0]
    tables["adverse_events"] = events[events["patient_id"] != some].reset_index(drop=True)


#: A change of the cohort for each free number, and which printed numbers it breaks.
FREED = {
    "flow.treated_before": (
        _set(
            "patients",
            "prior_immunosuppressant",
            "prednisolone",
            lambda rows: rows["prior_immunosuppressant"] == "none",
        ),
        {"flow.treated_before", "flow.treated_before_prednisolone"},
    ),
    "safety.adverse_events_patients": (_without_events, {"safety.adverse_events_patients"}),
    "safety.ovarian_cancer": (
        _set(
            "patients",
            "cancer_in_follow_up",
            "ovarian",
            lambda rows: (rows["cancer_in_follow_up"] == "none") & (rows["subtype"] == "dm"),
        ),
        {"safety.ovarian_cancer"},
    ),
    "safety.pulmonary_embolism": (
        _set(
            "adverse_events",
            "event",
            "pulmonary embolism",
            lambda rows: (rows["serious"] == "true") & ~rows["event"].str.contains("embolism"),
        ),
        {"safety.pulmonary_embolism", "safety.pulmonary_embolism_week"},
    ),
    "safety.pulmonary_embolism_week": (
        _set(
            "adverse_events",
            "week",
            "4",
            lambda rows: rows["event"].str.startswith("pulmonary embolism"),
        ),
        {"safety.pulmonary_embolism_week"},
    ),
    "safety.serious_adverse_events": (
        _set("adverse_events", "serious", "true", lambda rows: rows["serious"] == "false"),
        {"safety.serious_adverse_events"},
    ),
}


def test_every_free_number_has_a_change():
    assert {name for name in FREE_NUMBERS if not name.startswith("serious_")} == set(FREED)


@pytest.mark.parametrize("free", FREED)
def test_a_free_number_can_be_another_with_all_others_as_they_are(free, reference, slow, published):
    change, breaks = FREED[free]
    other = copied(reference)
    change(other)
    assert free in breaks
    assert broken(other, slow, published) == breaks
    assert numbers_of(failed(other)) == breaks
