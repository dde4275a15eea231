"""Rows of Table 2: patient values that give them, and rows that none can give."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tisstats.forensics.paired_rows import PairSampler
from tisstats.ledger.claim import Verdict
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.lim2021.claims.row_checks import row_status
from tisstats.lim2021.scales import FINER_STEPS, SCALES
from tisstats.lim2021.table2_row import PatientValues, Table2Row, find_values, reproduces_row
from tisstats.printed import format_rounded, matches_print, parse
from tisstats.statistics import quantiles, signed_rank_test

PROBABILITIES = [0.25, 0.5, 0.75]


@pytest.fixture(scope="module")
def rows():
    published = PublishedFacts.read()
    return {measure: Table2Row.read(published, measure, "spss") for measure in SCALES}


def printed_alike(values, printed):
    found = quantiles([float(value) for value in values], PROBABILITIES, "spss")
    # All are multiples of 1/80 at least: six digits hide float noise only.
    return [
        format_rounded(round(value, 6), parse(text).decimals).replace("-", "–")
        for value, text in zip(found, printed, strict=True)
    ] == [text.strip() for text in printed]


@pytest.mark.parametrize("measure", SCALES)
def test_patient_values_give_all_ten_numbers_of_a_row(rows, measure):
    row = rows[measure]
    values = find_values(row)
    assert values is not None
    assert reproduces_row(values, row)
    # And by other means than those of the search and its check.
    scale = SCALES[measure]
    for value in (*values.baseline, *values.end):
        assert value >= scale.low
        assert scale.high is None or value <= scale.high
        assert ((value - scale.low) / scale.step).denominator == 1
    assert len(values.baseline) == (18 if measure == "psoas" else 19)
    assert len(values.end) == 19
    assert printed_alike(values.baseline, row.baseline)
    assert printed_alike(values.end, row.end)
    assert printed_alike(values.change, row.change)
    paired = np.array(values.end[: row.pairs], dtype=float)
    changes = np.round(paired - np.array(values.baseline, dtype=float), 6)
    pvalue = signed_rank_test(changes, method="asymptotic").pvalue
    assert matches_print(pvalue, parse(row.p))


def test_the_search_is_the_same_each_time(rows):
    assert find_values(rows["haq"]) == find_values(rows["haq"])


@pytest.mark.parametrize("failing", [0, 2])
def test_where_one_way_to_draw_fails_the_other_may_not(rows, failing, monkeypatch):
    draw = PairSampler.draw

    def draw_or_fail(sampler, *args):
        return None if sampler.apart == failing else draw(sampler, *args)

    monkeypatch.setattr(PairSampler, "draw", draw_or_fail)
    assert reproduces_row(find_values(rows["mmt"]), rows["mmt"])


def test_both_ways_to_draw_are_tried_in_turn_200_times(rows, monkeypatch):
    tried = []
    monkeypatch.setattr(PairSampler, "draw", lambda sampler, _, *at: tried.append((sampler, *at)))
    assert find_values(rows["mmt"]) is None
    assert [(sampler.apart, *at) for sampler, *at in tried] == [(0, 1, 1, 1), (2, 1, 1, 1)] * 200
    # On a scale from 0 to 260.
    sampler = tried[0][0]
    assert (sampler.values, sampler.baselines, sampler.changes) == ((0, 260), (0, 260), (-260, 260))
    assert (sampler.level_scale, sampler.change_scale) == (None, None)


def test_values_are_drawn_from_the_lowest_of_the_scale_in_its_steps(rows, monkeypatch):
    tried = []
    monkeypatch.setattr(PairSampler, "draw", lambda sampler, *_: tried.append(sampler))
    monkeypatch.setitem(SCALES, "mmt", replace(SCALES["mmt"], low=2, step=Fraction(1, 2)))
    assert find_values(rows["mmt"]) is None
    assert tried[0].values == (4, 520)


def test_values_beyond_the_scale_reproduce_no_row(rows, monkeypatch):
    row = rows["mmt"]
    values = find_values(row)
    highest = max(*values.baseline, *values.end)
    monkeypatch.setitem(SCALES, "mmt", replace(SCALES["mmt"], high=int(highest)))
    assert reproduces_row(values, row)
    monkeypatch.setitem(SCALES, "mmt", replace(SCALES["mmt"], high=int(highest) - 1))
    assert not reproduces_row(values, row)


def test_on_a_scale_without_upper_end_values_are_drawn_as_factors(rows, monkeypatch):
    tried = []
    monkeypatch.setattr(PairSampler, "draw", lambda sampler, *_: tried.append(sampler))
    row = rows["ck"]
    assert find_values(row) is None
    numbers = [abs(int(text.replace("–", "-"))) for time in ("baseline", "end", "change")
               for text in getattr(row, time)]  # fmt: skip
    assert tried[0].values == (0, 4 * max(numbers))
    assert tried[0].changes == (-4 * max(numbers), 4 * max(numbers))
    for forward, back in (tried[0].level_scale, tried[0].change_scale):
        some = np.array([0.0, 1.0, 7.0, 900.0])
        assert back(forward(some)) == pytest.approx(some)
    level, change = tried[0].level_scale[0], tried[0].change_scale[0]
    assert level(np.array([-3.0, 0.0, 99.0])) == pytest.approx([0, 0, np.log(100)])
    # Nearly as they are up to some 20, by factors far beyond.
    assert change(1.0) == pytest.approx(1 / 20, rel=0.01)
    assert change(8000.0) - change(4000.0) == pytest.approx(np.log(2), rel=0.01)


@pytest.mark.parametrize("definition", [2, 7, 9, "tukey-hinges"])
def test_other_rules_have_patient_values_of_their_own(rows, definition):
    row = replace(rows["psoas"], definition=definition)
    values = find_values(row)
    assert values is not None
    assert reproduces_row(values, row)


def test_values_that_miss_anything_are_refused(rows):
    row = rows["eq_vas"]
    values = find_values(row)
    assert values is not None
    moved = (values.baseline[0] + 100, *values.baseline[1:])
    off_grid = (values.baseline[0] + Fraction(1, 2), *values.baseline[1:])
    assert not reproduces_row(replace(values, baseline=moved), row)
    assert not reproduces_row(replace(values, baseline=off_grid), row)
    assert not reproduces_row(PatientValues(values.baseline[1:], values.end), row)
    assert not reproduces_row(PatientValues(values.baseline, values.end[::-1]), row)
    assert not reproduces_row(values, replace(row, p="0.04"))
    assert not reproduces_row(values, replace(row, end=("40", "60", "75")))
    assert not reproduces_row(values, replace(row, change=("–5.0", "15", "35")))


IMPOSSIBLE = [
    ("mmt", {"baseline": ("215", "211", "225")}, "quartiles at baseline: "),
    ("eq_vas", {"end": ("40", "61", "70")}, "quartiles at the end: "),
    ("mmt", {"change": ("–7.0", "10.5", "29")}, "quartiles of the change: "),
    (
        "physician_global",
        {"p": "0.40"},
        "no 19 changes in steps of 0.1 cm with the printed quartiles",
    ),
    ("swallowing", {"p": "0.05"}, "rounds to 0.05"),
    ("mrs", {"p": "1.06"}, "1.06 is not a P value"),
    ("mrs", {"p": "1.01"}, "1.01 is not a P value"),
    ("mrs", {"p": "–0.01"}, "–0.01 is not a P value"),
    # These are P values, though not of these changes.
    ("mmt", {"p": "1.00"}, "rounds to 1.00"),
    ("mrs", {"p": "0.000"}, "rounds to 0.000"),
]


@pytest.mark.parametrize(("measure", "parts", "said"), IMPOSSIBLE)
def test_an_impossible_row_names_its_conflict(rows, measure, parts, said):
    found = row_status(replace(rows[measure], **parts))
    assert not found.found
    assert said in found.conflict


def test_all_rows_are_attainable_and_the_notes_say_what_was_shown():
    ledger = [
        i
        for i in evaluate_ledger(PublishedFacts.read()).values()
        if i.claim.id.startswith("table2.")
    ]
    printed = [item for item in ledger if item.claim.id.count(".") == 3]
    assert len(printed) == 130
    assert {item.verdict for item in printed} == {Verdict.ATTAINABLE}
    for item in printed:
        assert "not evidence for them" in item.note
        assert item.computed == ""
    (mrs,) = (item for item in printed if item.claim.id == "table2.mrs.change.p")
    assert "asymptotic P value ranges from 0.0026 to 1.0000" in mrs.note
    assert (
        "rounds to 0.06, the exact one from 0.0507 to 0.1250 (proven under these conditions: "
        in mrs.note
    )
    assert "19 changes between values from 0 to 6 in steps of 1 grade" in mrs.note


def test_a_p_value_that_no_changes_give_takes_its_row_with_it(edit):
    folder = edit(
        "table2.csv",
        "physician_global,change,p,< 0.01",
        "physician_global,change,p,0.40",
    )
    ledger = evaluate_ledger(PublishedFacts.read(folder))
    quartile = ledger["table2.physician_global.end.median"]
    assert quartile.verdict is Verdict.NOT_ATTAINABLE
    assert "asymptotic signed-rank P value that rounds to 0.40" in quartile.note
    # The reference cohort does not meet the changed number, so it shows nothing for any.
    other = ledger["table2.mmt.end.median"]
    assert other.verdict is Verdict.ATTAINABLE
    assert "all ten numbers: 19 patients, steps of 1 point" in other.note
    assert "not evidence for the row" in other.note
    assert "reference cohort" not in other.note


def test_finer_steps_widen_two_ranges_and_no_exact_one(published):
    """They include the coarser ones, so a range can only grow."""
    wider = []
    for known in table2_bounds.attainable_p(published):
        measure, coarse, fine = known.measure, known.ranges, known.finer
        if fine is None:
            continue
        assert (SCALES[measure].step / FINER_STEPS[measure].step).denominator == 1
        assert fine.asymptotic.printed_p_attainable
        assert fine.asymptotic.low <= coarse.asymptotic.low * (1 + 1e-9)
        assert fine.asymptotic.high >= coarse.asymptotic.high * (1 - 1e-9)
        if fine.asymptotic.low < coarse.asymptotic.low * 0.99:
            wider.append(measure)
        of_printed = [known.exact_given_printed for known in (coarse, fine)]
        assert of_printed[0].low == pytest.approx(of_printed[1].low)
        assert of_printed[0].high == pytest.approx(of_printed[1].high)
        assert fine.asymptotic.high < coarse.asymptotic.high + 0.0001
        assert fine.exact.high == pytest.approx(coarse.exact.high)
    assert wider == ["haq", "extramuscular"]


def test_another_rule_has_ranges_and_no_exact_ones(published):
    attainable = table2_bounds.attainable_p(published, quantile_definition="2")
    assert {each.ranges.definition for each in attainable} == {2}
    assert {each.ranges.exact_given_printed for each in attainable} == {None}
    assert {each.discordant_sample for each in attainable} == {None}
    assert table2_bounds.p_conditions(published, attainable)[2].startswith(
        "quartiles by type 2 of R"
    )
