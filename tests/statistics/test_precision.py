"""Sample sizes by the width of an interval, against R and by their definition."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.statistics import (
    INTERVAL_METHODS,
    planned_interval,
    proportion_interval,
    sample_size_for_width,
)


def golden_rows():
    path = Path(__file__).parent / "golden" / "precision.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.mark.parametrize("rounding", ["nearest", "floor", "ceil", "exact"])
def test_smallest_sizes_agree_with_r(rounding):
    for row in golden_rows():
        if row["rounding"] == rounding:
            size = sample_size_for_width(
                float(row["width"]),
                float(row["proportion"]),
                float(row["level"]),
                rounding=rounding,
                maximum=300,
            )
            expected = (int(row["first"]), int(row["lasting"]))
            assert (size.smallest.trials, size.stable.trials) == expected, row


def test_a_plan_of_20_patients_and_60_percent():
    planned = planned_interval(20, 0.60)
    assert (planned.trials, planned.successes) == (20, 12)
    assert planned.interval == proportion_interval(12, 20)
    limits = f"{planned.interval.low:.3f} {planned.interval.high:.3f} {planned.width:.3f}"
    assert limits == "0.361 0.809 0.448"


@settings(deadline=None)
@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_every_proportion_that_can_be_shown_is_recognised_through_binary_noise(counts):
    trials, successes = counts
    for proportion in (successes / trials, Fraction(successes, trials)):
        assert planned_interval(trials, proportion, method="wald").successes == successes


def test_noise_does_not_make_a_whole_number_broken():
    # In binary, 100 x 0.07 lies above 7 and 100 x 0.29 below 29.
    assert 100 * 0.29 < 29
    assert 100 * 0.07 > 7
    assert planned_interval(100, 0.07).successes == 7
    assert planned_interval(100, 0.29).successes == 29


def test_of_very_many_patients_a_tenth_of_one_is_not_rounding_error():
    trials = 10**10
    assert planned_interval(trials, 0.1234567890).successes == 1234567890
    with pytest.raises(ValueError, match=r"0\.123456789 \(.* or 0\.1234567891 \(.*567890\.1 succ"):
        planned_interval(trials, 0.12345678901)


def test_a_tiny_width_is_compared_in_proportion_to_itself():
    target = 2e-9
    found = sample_size_for_width(target, 0, 1e-7, "jeffreys", maximum=500)
    assert target * 0.9 < found.smallest.width <= target * (1 + 1e-9)


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_any_method_can_be_planned_with(method):
    planned = planned_interval(20, 0.6, 0.9, method)
    assert planned.interval == proportion_interval(12, 20, 0.9, method)


@examples(12)
@given(
    width=st.floats(0.2, 0.95),
    proportion=st.floats(0, 1),
    rounding=st.sampled_from(["nearest", "floor", "ceil"]),
)
def test_first_and_lasting_are_what_they_say(width, proportion, rounding):
    size = sample_size_for_width(width, proportion, method="wilson", rounding=rounding, maximum=120)
    assert size.smallest.width <= width * (1 + 1e-9)
    assert size.stable is not None
    assert size.smallest.trials <= size.stable.trials
    for trials in range(1, 121):
        wide = width_of(trials, proportion, rounding) > width * (1 + 1e-9)
        if trials < size.smallest.trials or trials == size.stable.trials - 1:
            assert wide
        if trials >= size.stable.trials:
            assert not wide


def width_of(trials, proportion, rounding):
    exact = Fraction(proportion) * trials
    if abs(2 * exact - round(2 * exact)) <= max(1, exact) / 10**9:  # as rounding error
        exact = Fraction(round(2 * exact), 2)
    successes = {
        "nearest": math.floor(exact + Fraction(1, 2)),
        "floor": math.floor(exact),
        "ceil": math.ceil(exact),
    }[rounding]
    return proportion_interval(successes, trials, method="wilson").width


@pytest.mark.parametrize(
    ("rounding", "successes"), [("nearest", 13), ("floor", 12), ("ceil", 13), ("exact", None)]
)
def test_a_half_patient_is_rounded_as_asked(rounding, successes):
    # 25 trials x 0.5 = 12.5; the width that 25 trials reach is wanted, so that they come first.
    width = proportion_interval(12, 25).width
    first = sample_size_for_width(width, 0.5, rounding=rounding, maximum=60).smallest
    if successes is None:
        assert first.trials == 26
    else:
        assert (first.trials, first.successes) == (25, successes)


def test_the_first_size_that_is_narrow_enough_need_not_last():
    size = sample_size_for_width(0.20, 0.10)
    assert (size.smallest.trials, size.stable.trials) == (42, 46)
    # At 45 trials, the half patient of 4.5 is rounded up, and the interval is too wide again.
    assert proportion_interval(5, 45).width > 0.20 > proportion_interval(4, 42).width


def test_a_size_that_does_not_last_up_to_the_maximum_is_not_called_lasting():
    assert sample_size_for_width(0.20, 0.10, maximum=45).stable is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: planned_interval(20, 0.61),
            "proportion must be attainable with 20 trials, such as 0.6 (12/20) or 0.65 (13/20), "
            "got 0.61 (12.2 successes)",
        ),
        (lambda: planned_interval(20, 60), "proportion must be a proportion from 0 to 1, got 60; "
                                    "did you mean 0.6?"),
        (
            lambda: planned_interval(20, -0.1),
            "proportion must be a proportion from 0 to 1, got -0.1",
        ),
        (
            lambda: planned_interval(0, 0.5),
            "trials must be a whole number from 1 to 10,000,000,000, got 0",
        ),
        (
            lambda: sample_size_for_width(0, 0.5),
            "width must be a proportion strictly between 0 and 1, got 0",
        ),
        (
            lambda: sample_size_for_width(45, 0.5),
            "width must be a proportion strictly between 0 and 1, got 45; did you mean 0.45?",
        ),
        (
            lambda: sample_size_for_width(0.01, 0.5, maximum=100),
            "width must be attainable with at most 100 trials (the narrowest is 0.2034, with 100), "
            "or maximum larger, got 0.01",
        ),
        (  # beyond 4 patients one would respond
            lambda: sample_size_for_width(0.01, 0.1, maximum=6),
            "width must be attainable with at most 6 trials (the narrowest is 0.6024, with 4), "
            "or maximum larger, got 0.01",
        ),
        (
            lambda: sample_size_for_width(0.2, 0.501, rounding="exact", maximum=100),
            "proportion must be attainable with some number of trials up to 100 when rounding "
            "is 'exact', got 0.501",
        ),
        (
            lambda: sample_size_for_width(0.2, 0.5, rounding="half-even"),
            "rounding must be one of nearest, floor, ceil, exact, got 'half-even'",
        ),
        (
            lambda: sample_size_for_width(0.2, 0.5, maximum=0),
            "maximum must be a whole number from 1 to 1,000,000, got 0",
        ),
        (
            lambda: sample_size_for_width(0.2, 50),
            "proportion must be a proportion from 0 to 1, got 50; did you mean 0.5?",
        ),
        (
            lambda: sample_size_for_width(0.2, 0.5, 1.5),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 1.5",
        ),
    ],
)  # fmt: skip
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must be") as error:
        call()
    assert str(error.value) == message
