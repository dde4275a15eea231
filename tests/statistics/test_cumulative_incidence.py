"""Cumulative incidence and at-risk tables against R, and against sums of fractions."""

import csv
import itertools
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from tests.cases import examples
from tisstats.statistics import at_risk_table, cumulative_incidence, kaplan_meier

GOLDEN = Path(__file__).parent / "golden"


def golden_rows(name):
    path = GOLDEN / f"cumulative_incidence_{name}.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


PATIENTS = golden_rows("data")
CURVES = golden_rows("curves")
AT_RISK = golden_rows("at_risk")
DATASETS = sorted({row["dataset"] for row in PATIENTS})


def patients(dataset):
    rows = [row for row in PATIENTS if row["dataset"] == dataset]
    return [float(row["time"]) for row in rows], [int(row["cause"]) for row in rows]


def number(text):
    return math.nan if text == "NA" else float(text)


@pytest.mark.parametrize("dataset", DATASETS)
def test_estimate_and_variance_agree_with_cmprsk(dataset):
    curves = cumulative_incidence(*patients(dataset))
    mine = [row for row in CURVES if row["dataset"] == dataset]
    assert curves.causes == tuple(sorted({int(row["cause"]) for row in mine}))
    for cause in curves.causes:
        rows = [row for row in mine if int(row["cause"]) == cause]
        assert curves.times == pytest.approx([float(row["time"]) for row in rows])
        for name, computed in [
            ("estimate", curves.estimate[cause]),
            ("variance", curves.variance[cause]),
        ]:
            expected = [number(row[name]) for row in rows]
            assert computed == pytest.approx(expected, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_other_variance_agrees_with_survfit(dataset):
    curves = cumulative_incidence(*patients(dataset), variance="greenwood")
    for cause in curves.causes:
        expected = [
            number(row["greenwood"])
            for row in CURVES
            if row["dataset"] == dataset and int(row["cause"]) == cause
        ]
        known = ~np.isnan(expected)
        assert known.any() or dataset == "time_zero"
        assert curves.variance[cause][known] == pytest.approx(
            np.array(expected)[known], rel=1e-9, abs=1e-12
        )


@pytest.mark.parametrize("dataset", DATASETS)
def test_at_risk_table_agrees_with_summary_survfit(dataset):
    times, causes = patients(dataset)
    rows = [row for row in AT_RISK if row["dataset"] == dataset]
    at = sorted({float(row["time"]) for row in rows})
    table = at_risk_table(times, causes, at, counting="interval")
    for cause in {int(row["cause"]) for row in rows}:
        expected = [row for row in rows if int(row["cause"]) == cause]
        assert table["at_risk"].tolist() == [int(row["at_risk"]) for row in expected]
        assert table[f"events_{cause}"].tolist() == [int(row["events"]) for row in expected]
        assert table["censored"].tolist() == [int(row["censored"]) for row in expected]


observations = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=20)


def exact_curves(observed, cause):
    """The sums of the definition in fractions: estimate, and both variances, at each time."""
    times = sorted({time for time, _ in observed})
    steps, free, incidence = [], Fraction(1), Fraction(0)
    for time in times:
        n = sum(other >= time for other, _ in observed)
        d = sum(other == time and code == cause for other, code in observed)
        e = sum(other == time and code not in (0, cause) for other, code in observed)
        before, free = free, free * Fraction(n - d - e, n)
        incidence += before * Fraction(d, n)
        steps.append((n, d, e, before, free, incidence))
    for place in range(len(times)):
        final = steps[place][-1]
        plain, greenwood = Fraction(0), Fraction(0)
        for n, d, e, before, after, reached in steps[: place + 1]:
            b = -(final - reached) / after if after else Fraction(0)
            a = 1 + b
            v, u = Fraction(d * (n - d), n**3), Fraction(e * (n - e), n**3)
            c = -Fraction(d * e, n**3)
            greenwood += before**2 * (a**2 * v + b**2 * u + 2 * a * b * c)
            v = Fraction(d * (n - d), n**2 * (n - 1)) if n > 1 else Fraction(d)
            u = Fraction(e * (n - e), n**2 * (n - 1)) if after and n > 1 else Fraction(0)
            plain += before**2 * (a**2 * v + b**2 * u)
        yield times[place], final, plain, greenwood


@examples(25)
@given(observations)
def test_curves_are_the_sums_of_the_definition(observed):
    times, causes = zip(*observed, strict=True)
    curves = cumulative_incidence(times, causes)
    other = cumulative_incidence(times, causes, variance="greenwood")
    assert curves.causes == tuple(sorted(set(causes) - {0}))
    for cause in curves.causes:
        at, estimate, plain, greenwood = zip(*exact_curves(observed, cause), strict=True)
        assert curves.times == pytest.approx(at)
        assert curves.estimate[cause] == pytest.approx([float(x) for x in estimate], abs=1e-12)
        assert curves.variance[cause] == pytest.approx([float(x) for x in plain], abs=1e-12)
        assert other.variance[cause] == pytest.approx([float(x) for x in greenwood], abs=1e-12)


@examples(25)
@given(observations)
def test_incidences_add_up_to_one_minus_kaplan_meier(observed):
    times, causes = zip(*observed, strict=True)
    curves = cumulative_incidence(times, causes)
    survival = kaplan_meier(times, np.array(causes) > 0).survival
    total = sum(curves.estimate.values(), np.zeros(curves.times.size))
    assert curves.event_free == pytest.approx(survival, abs=1e-12)
    assert total == pytest.approx(1 - survival, abs=1e-12)
    for cause in curves.causes:
        assert (np.diff(curves.estimate[cause]) >= -1e-15).all()


@settings(deadline=None)
@given(
    observed=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), min_size=1, max_size=20),
    later=st.integers(0, 4),
)
def test_without_censoring_the_estimate_is_the_plain_proportion(observed, later):
    times, causes = zip(*observed + [(10, 0)] * later, strict=True)
    curves = cumulative_incidence(times, causes, variance="greenwood")
    for cause in curves.causes:
        for place, time in enumerate(curves.times):
            share = sum(t <= time and c == cause for t, c in observed) / len(times)
            assert curves.estimate[cause][place] == pytest.approx(share, abs=1e-12)
            variance = share * (1 - share) / len(times)
            assert curves.variance[cause][place] == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize("n", [2, 5, 19])
def test_the_first_event_has_the_unbiased_variance_of_a_proportion_by_cmprsk(n):
    for events in range(1, n):
        rest = n - events
        curves = cumulative_incidence([3] * events + [9] * rest, [1] * events + [0] * rest)
        share = events / n
        assert curves.variance[1] == pytest.approx([share * (1 - share) / (n - 1)] * 2)


def test_greenwood_s_variance_at_the_horizon_is_free_of_when_others_left():
    improved = [3] * 6 + [4, 6]
    for leaving in itertools.combinations_with_replacement([1, 3, 5, 6, 8], 4):
        times = [*improved, *leaving, *[9] * 7]
        causes = [1] * 8 + [2] * 4 + [0] * 7
        end = cumulative_incidence(times, causes, variance="greenwood").at(9)
        assert end.estimate[1] == pytest.approx(8 / 19)
        assert end.variance[1] == pytest.approx(8 * 11 / 19**3)


@examples(25)
@given(observations)
def test_greenwood_s_variance_is_that_of_statsmodels_while_patients_remain_event_free(observed):
    times, causes = np.array(observed).T
    known = [cause for cause in (1, 2, 3) if cause in causes]  # statsmodels numbers without gaps
    numbered = [1 + known.index(cause) if cause else 0 for cause in causes]
    assume(known)
    curves = cumulative_incidence(times, causes, variance="greenwood")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CumIncidenceRight(times.astype(float), np.array(numbered))
    places = np.searchsorted(theirs.times, curves.times)
    remain = curves.event_free > 0
    for cause, errors in zip(known, theirs.cinc_se, strict=True):
        found = errors[places] ** 2
        assert found[remain] == pytest.approx(curves.variance[cause][remain], abs=1e-12)
        assert np.isnan(found[~remain]).all()


@examples(25)
@given(observations, st.randoms(use_true_random=False))
def test_neither_the_order_of_patients_nor_the_codes_of_causes_matter(observed, random):
    shuffled = random.sample(observed, len(observed))
    times, causes = zip(*shuffled, strict=True)
    renamed = [{0: 0, 1: 7, 2: 5, 3: 1}[cause] for cause in causes]
    first = cumulative_incidence(*zip(*observed, strict=True))
    second = cumulative_incidence(times, renamed)
    for old, new in [(1, 7), (2, 5), (3, 1)]:
        if old in first.causes:
            assert second.estimate[new] == pytest.approx(first.estimate[old], abs=1e-12)
            assert second.variance[new] == pytest.approx(first.variance[old], abs=1e-12)


def test_log_log_limits_enclose_the_estimate_and_exist_only_inside_0_and_1():
    curves = cumulative_incidence([1, 2, 3, 4, 5], [2, 1, 1, 1, 0])
    low, high = curves.confidence_interval(1)
    assert np.isnan([low[0], high[0]]).all()
    assert ((low[1:] > 0) & (low[1:] < curves.estimate[1][1:])).all()
    assert ((curves.estimate[1][1:] < high[1:]) & (high[1:] < 1)).all()
    # R: F <- 3/5; s <- sqrt(v) / (F * -log(F)); F^exp(c(1, -1) * qnorm(0.975) * s), v of cmprsk.
    share, spread = 0.6, math.sqrt(curves.variance[1][3]) / (0.6 * -math.log(0.6))
    assert low[3] == pytest.approx(share ** math.exp(1.959963984540054 * spread))
    assert high[3] == pytest.approx(share ** math.exp(-1.959963984540054 * spread))
    for n in (2, 10):  # of ten, rounding leaves the sum just below 1
        whole = cumulative_incidence(range(n), [1] * n).confidence_interval(1)
        assert np.isnan([whole[0][-1], whole[1][-1]]).all()


@examples(25)
@given(observations, st.floats(0.5, 0.99))
def test_limits_of_one_cause_are_those_of_kaplan_meier_upside_down(observed, confidence_level):
    """With one cause, Greenwood's variance is Kaplan-Meier's; only the scale is another."""
    times, causes = zip(*observed, strict=True)
    happened = np.array(causes) > 0
    curves = cumulative_incidence(times, happened, variance="greenwood")
    if curves.causes:
        estimate, variance = curves.estimate[1], curves.variance[1]
        survival = 1 - estimate
        inside = (survival > 1e-9) & (estimate > 1e-9)
        spread = np.sqrt(variance[inside]) / (survival[inside] * -np.log(survival[inside]))
        from scipy.stats import norm

        low = survival[inside] ** np.exp(norm.isf((1 - confidence_level) / 2) * spread)
        assert low == pytest.approx(
            kaplan_meier(times, happened, confidence_level).low[inside], abs=1e-9
        )
        assert (
            curves.confidence_interval(1, confidence_level)[0][inside] <= estimate[inside]
        ).all()


def test_the_curves_at_a_time():
    curves = cumulative_incidence([2, 3, 3, 5], [0, 1, 2, 0])
    before = curves.at(1)
    assert (before.at_risk, before.estimate, before.variance) == (4, {1: 0.0, 2: 0.0}, {1: 0, 2: 0})
    between = curves.at(4)
    assert (between.at_risk, between.estimate[1]) == (1, pytest.approx(1 / 3))
    assert between.variance[2] == pytest.approx(curves.variance[2][-1])
    after = curves.at(5.5)
    assert after.at_risk == 0
    assert np.isnan([after.estimate[1], after.variance[2]]).all()
    assert cumulative_incidence([1, 2], [1, 2]).at(9).estimate == pytest.approx({1: 0.5, 2: 0.5})


def test_binary_noise_neither_parts_times_nor_misses_a_step():
    curves = cumulative_incidence([0.1 + 0.2, 0.3, 0.7], [1, 2, 0])
    assert curves.times == pytest.approx([0.3, 0.7])
    assert (
        curves.at(0.3).estimate
        == curves.at(0.1 + 0.2).estimate
        == pytest.approx({1: 1 / 3, 2: 1 / 3})
    )


def test_no_incidence_exceeds_one_by_rounding():
    for n in (5, 37, 56):  # the sums of floats exceed 1 by up to 1e-15
        curves = cumulative_incidence(range(n), [1] * n)
        assert curves.estimate[1].max() <= 1
        assert curves.at(n).estimate[1] == pytest.approx(1)


def test_without_any_event_there_is_no_curve():
    curves = cumulative_incidence([1, 2], [0, 0])
    assert (curves.causes, dict(curves.estimate), dict(curves.variance)) == ((), {}, {})
    assert curves.event_free == pytest.approx([1, 1])


def test_patients_at_risk_are_counted_at_times_equal_up_to_rounding():
    for time, at in ((0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2)):
        (row,) = at_risk_table([time, 5], [1, 0], [at]).to_dict("records")
        assert (row["at_risk"], row["events_1"], row["censored"]) == (2, 1, 0)


def test_nobody_can_change_a_result():
    curves = cumulative_incidence(pd.Series([1, 2], index=[7, 8]), pd.Series([1, 0], index=[7, 8]))
    plain = [curves.times, curves.at_risk, curves.censored, curves.event_free]
    for array in (*plain, curves.events[1], curves.estimate[1], curves.variance[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    with pytest.raises(TypeError):
        curves.estimate[1] = np.zeros(2)


@examples(25)
@given(observations, st.lists(st.integers(0, 11), min_size=1, max_size=5, unique=True))
def test_at_risk_tables_count_everybody_once(observed, at):
    at = sorted(at)
    times, causes = zip(*observed, strict=True)
    names = {1: "improved", 2: "rescue", 3: "other"}
    table = at_risk_table(times, causes, at, cause_names=names)
    assert list(table) == [
        *("time", "at_risk", "events_improved", "events_rescue", "events_other", "censored")
    ]
    ended = table.filter(like="events_").sum(axis=1) + table["censored"]
    still = [sum(time > moment for time in times) for moment in at]
    assert (ended + still == len(times)).all()
    assert table["at_risk"].tolist() == [sum(time >= moment for time in times) for moment in at]
    steps = at_risk_table(times, causes, at, counting="interval", cause_names=names)
    for column in ("events_improved", "events_rescue", "events_other", "censored"):
        assert steps[column].cumsum().tolist() == table[column].tolist()
    curves = kaplan_meier(times, np.array(causes) > 0)
    assert table["at_risk"].tolist() == [curves.at(moment).at_risk for moment in at]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: cumulative_incidence([], []),
            "times must be a non-empty 1-D sequence of finite numbers of at least 0, got []",
        ),
        (
            lambda: cumulative_incidence([1, -2], [1, 0]),
            "times must be finite numbers of at least 0, got -2 at position 2 of 2",
        ),
        (
            lambda: cumulative_incidence([1, 2], [1]),
            "causes must be of the shape of times, (2,), got (1,)",
        ),
        (
            lambda: cumulative_incidence([1, 2], [1, -1]),
            "causes must be 0 (censored) or whole numbers from 1 to 2147483647, "
            "got -1 at position 2 of 2",
        ),
        (
            lambda: cumulative_incidence([1, 2], [1.5, 1]),
            "causes must be 0 (censored) or whole numbers from 1 to 2147483647, "
            "got 1.5 at position 1 of 2",
        ),
        (
            lambda: cumulative_incidence([1, 2], ["improved", "rescue"]),
            "causes must be 0 (censored) or whole numbers from 1 to 2147483647, "
            "got 'improved' at position 1 "
            "of 2",
        ),
        (
            lambda: cumulative_incidence([1], [1], variance="delta"),
            "variance must be one of gray, greenwood, got 'delta'",
        ),
        (
            lambda: cumulative_incidence([1], [1]).confidence_interval(2),
            "cause must be one of 1, got 2",
        ),
        (
            lambda: cumulative_incidence([1, 2, 3], [1, 0, 4]).confidence_interval(2),
            "cause must be one of 1, 4, got 2",
        ),
        (
            lambda: cumulative_incidence([1], [1]).confidence_interval(1.5),
            "cause must be a whole number, got 1.5",
        ),
        (
            lambda: cumulative_incidence([1], [0]).confidence_interval(1),
            "cause must be one of none (there are no events), got 1",
        ),
        (
            lambda: cumulative_incidence([1], [1]).confidence_interval(1, 95),
            "confidence_level must be a proportion strictly between 0 and 1, "
            "got 95; did you mean 0.95?",
        ),
        (
            lambda: cumulative_incidence([1], [1]).at(-1),
            "time must be a finite number of at least 0, got -1",
        ),
        (
            lambda: at_risk_table([1], [1], [3, 3]),
            "at must be ascending, got 3, 3",
        ),
        (
            lambda: at_risk_table([1], [1], [0], counting="all"),
            "counting must be one of cumulative, interval, got 'all'",
        ),
        (
            lambda: at_risk_table([1, 2, 3], [1, 2, 3], [0], cause_names={1: "improved"}),
            "cause_names must name every cause that occurs, got none for 2, 3",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must") as error:
        call()
    assert str(error.value) == message


@pytest.mark.parametrize(
    "causes", [[2, True, 0], pd.Series([2, True, 0], dtype=object), [2, np.True_, 0]]
)
def test_a_boolean_beside_codes_is_no_cause(causes):
    with pytest.raises(ValueError, match=r"without codes above 1, got True at position 2 of 3$"):
        cumulative_incidence([1, 2, 3], causes)
    single = cumulative_incidence([1, 2, 3], [1, True, 0])
    assert single.events[1].tolist() == [1, 1, 0]
