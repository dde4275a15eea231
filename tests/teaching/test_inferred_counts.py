"""Counts that are not printed: the only ones that give the printed percentages and limits."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.errors import DataError
from tisstats.teaching import placebo
from tisstats.teaching.inferred_counts import (
    PerArm,
    PrintedDifference,
    arm_sizes_as_printed,
    counts_as_printed,
    pairs_as_printed,
)
from tisstats.teaching.placebo_trials import comparisons, read_trials

#: Counts of each trial with treatment and placebo at 20, 40 and 60, worked out by hand.
COUNTS = {
    "proderm": [(37, 47, 21, 48), (32, 47, 11, 48), (15, 47, 4, 48)],
    "alkivia": [(43, 47, 31, 42), (37, 47, 20, 42), (16, 47, 4, 42)],
}


@pytest.fixture(scope="module")
def trials():
    return read_trials()


@pytest.fixture(scope="module")
def compared(trials):
    return comparisons(trials)


@given(st.integers(1, 150), st.integers(0, 150))
def test_the_counts_are_those_whose_percentage_rounds_to_the_printed_one(patients, count):
    count = min(count, patients)
    tenths = floor(Fraction(1000 * count, patients) + Fraction(1, 2))
    slow = [k for k in range(patients + 1) if floor(Fraction(1000 * k, patients) + 0.5) == tenths]
    assert counts_as_printed(f"{tenths // 10}.{tenths % 10}", patients) == slow
    assert count in slow


def test_half_a_step_is_rounded_up():
    assert counts_as_printed("13", 8) == [1]
    assert counts_as_printed("12", 8) == []


@pytest.mark.parametrize("patients", [0, -1])
def test_no_patients_are_refused(patients):
    with pytest.raises(ValueError, match=f"patients must be at least 1, got {patients}"):
        counts_as_printed("50", patients)


def test_a_printed_difference_decides_between_counts():
    percents, patients = PerArm("20", "10"), PerArm(300, 300)
    assert len(pairs_as_printed(percents, patients)) > 1
    # 60/300 and 30/300 by hand: 10, standard error sqrt(.16/300 + .09/300) = 2.89, limits 4.3, 15.7
    printed = PrintedDifference("10.0", "4.3", "15.7", 0.95)
    found = pairs_as_printed(percents, patients, printed)
    assert PerArm(60, 30) in found
    assert {pair.treated - pair.placebo for pair in found} == {30}


def test_sizes_of_the_arms_are_the_only_split(trials):
    rows = trials.tables["shares"]
    rows = rows[rows["trial"] == "alkivia"]
    percents = [
        PerArm(*row) for row in zip(rows.treated_percent, rows.placebo_percent, strict=True)
    ]
    assert arm_sizes_as_printed(percents, 89) == [PerArm(47, 42)]
    assert arm_sizes_as_printed([PerArm("50", "50")], 8) == [
        PerArm(2, 6),
        PerArm(4, 4),
        PerArm(6, 2),
    ]


@pytest.mark.parametrize("trial", COUNTS)
def test_counts_of_the_trials(compared, trial):
    found = [
        tuple(n for arm in (each.treated, each.placebo) for n in (arm.responders, arm.patients))
        for each in compared
        if each.trial == trial
    ]
    assert found == COUNTS[trial]


def test_only_printed_counts_are_not_inferred(compared):
    assert [(each.trial, each.threshold) for each in compared if not each.inferred] == [
        ("proderm", 20)
    ]


def test_printed_counts_are_those_of_the_published_facts_and_give_the_printed_numbers(
    compared, published
):
    first = compared[0]
    assert first.treated == placebo.Arm.read(published, placebo.TREATED)
    assert first.placebo == placebo.Arm.read(published, placebo.PLACEBO)
    patients = PerArm(first.treated.patients, first.placebo.patients)
    counts = PerArm(first.treated.responders, first.placebo.responders)
    assert pairs_as_printed(first.percents, patients, first.printed) == [counts]


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "message"),
    [
        ("shares", "placebo_percent", 1, "22.0", "responders of proderm at 40: .* allow 0 "),
        ("shares", "low", 1, "30", "responders of proderm at 40: .* allow 0 "),
        ("trials", "randomised", 1, "88", "sizes of the arms of alkivia: .* allow 0 "),
    ],
)
def test_numbers_that_do_not_determine_a_count_are_refused(
    trials, table, column, row, value, message
):
    changed = {name: frame.copy() for name, frame in trials.tables.items()}
    changed[table].loc[row, column] = value
    with pytest.raises(DataError, match=message):
        comparisons(type(trials)(trials.directory, changed, trials.keys, trials.name))
