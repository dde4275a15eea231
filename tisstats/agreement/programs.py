"""Run each method in each Python package, as listed in calls.csv.

The quantities of a method have the same names in stored and in computed results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import contingency
from scipy.stats.mstats import mquantiles
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tisstats import statistics
from tisstats.agreement.comparison_data import Call, Case

Values = Mapping[str, float]  # quantity to number

#: The percentiles compared, as proportions.
PERCENTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
QUARTILES = (0.25, 0.5, 0.75)


def _named(names: Iterable[str], values: Iterable[float]) -> Values:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _limits(limits: Iterable[float]) -> Values:
    return _named(("low", "high"), limits)


def _percentiles(probabilities: Iterable[float], values: Iterable[float]) -> Values:
    return _named([f"percentile {100 * probability:g}" for probability in probabilities], values)


def _over_time(name: str, times: Iterable[float], values: Iterable[float]) -> Values:
    return _named([f"{name} at {time:g}" for time in times], values)


def _steps(times: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the position of the step of a curve that holds at each of the times `at`."""
    return np.searchsorted(times, at, side="right") - 1


def _event_times(case: Case) -> NDArray[np.float64]:
    """Return the distinct times of events, ascending."""
    return np.unique(case.column("time")[case.column("cause") > 0])


def _arms(case: Case) -> tuple[int, int, int, int]:
    """Return successes and trials of both groups."""
    first, others, second, rest = (int(count) for count in case.column("patients"))
    return first, first + others, second, second + rest


def _table(case: Case) -> list[list[int]]:
    """Return the counts with and without the outcome, one row per group."""
    first, of_first, second, of_second = _arms(case)
    return [[first, of_first - first], [second, of_second - second]]


# This project


def _tisstats_interval(case: Case, method: str) -> Values:
    counts = case.count("successes"), case.count("trials")
    return _limits(statistics.proportion_interval(*counts, case.confidence_level, method))


def _tisstats_signed_rank(case: Case, zero_method: str, method: str) -> Values:
    found = statistics.signed_rank_test(case.column("difference"), zero_method, method)
    return {"P": found.pvalue} | ({"z": abs(found.z)} if method == "asymptotic" else {})


def _tisstats_hodges_lehmann(case: Case, *fields: str) -> Values:
    found = statistics.hodges_lehmann(case.column("difference"), case.confidence_level)
    return _named(fields, [getattr(found, field) for field in fields])


def _tisstats_quantiles(case: Case, definition: str) -> Values:
    probabilities = QUARTILES if definition == "tukey-hinges" else PERCENTILES
    return _percentiles(
        probabilities, statistics.quantiles(case.column("value"), probabilities, definition)
    )


def _tisstats_kaplan_meier(case: Case, *fields: str) -> Values:
    curve = statistics.kaplan_meier(
        case.column("time"), case.column("cause") > 0, case.confidence_level
    )
    times = _event_times(case)
    values: dict[str, float] = {}
    for name in fields:
        values |= _over_time(name, times, [getattr(curve.at(time), name) for time in times])
    return values


def _tisstats_median(case: Case) -> Values:
    curve = statistics.kaplan_meier(case.column("time"), case.column("cause") > 0)
    median = curve.median("at-or-below")
    return {"median": math.nan if median is None else median}


def _tisstats_incidence(case: Case, field: str) -> Values:
    curves = statistics.cumulative_incidence(case.column("time"), case.column("cause").astype(int))
    times = _event_times(case)
    points = [getattr(curves.at(time), field) for time in times]
    values: dict[str, float] = {}
    for cause in curves.causes:
        values |= _over_time(f"cause {cause}", times, [each[cause] for each in points])
    return values


def _tisstats_fisher(case: Case) -> Values:
    return {"P": statistics.two_proportion_test(*_arms(case), test="fisher").pvalue}


def _tisstats_odds_ratio(case: Case) -> Values:
    return {"odds ratio": statistics.odds_ratio(*_arms(case), case.confidence_level).estimate}


def _tisstats_odds_ratio_limits(case: Case) -> Values:
    return _limits(statistics.odds_ratio(*_arms(case), case.confidence_level))


def _tisstats_difference(case: Case, method: str) -> Values:
    return _limits(statistics.proportion_difference(*_arms(case), case.confidence_level, method))


# SciPy


def _scipy_interval(case: Case, method: Any) -> Values:
    test = stats.binomtest(case.count("successes"), case.count("trials"))
    return _limits(test.proportion_ci(case.confidence_level, method))


def _scipy_exact(case: Case, zero_method: Any) -> Values:
    found = stats.wilcoxon(case.column("difference"), zero_method=zero_method, method="exact")
    return {"P": float(found.pvalue)}


def _scipy_asymptotic(case: Case, zero_method: Any) -> Values:
    found = stats.wilcoxon(  # type: ignore[call-overload]  # SciPy's own annotations lack it
        case.column("difference"), zero_method=zero_method, method="asymptotic", correction=False
    )
    return {"P": float(found.pvalue), "z": abs(float(found.zstatistic))}


def _scipy_quantiles(case: Case, shift: str) -> Values:
    found = mquantiles(case.column("value"), PERCENTILES, alphap=float(shift), betap=float(shift))
    return _percentiles(PERCENTILES, np.asarray(found))


def _scipy_survival(case: Case) -> Any:
    had_event = case.column("cause") > 0
    return stats.ecdf(stats.CensoredData.right_censored(case.column("time"), ~had_event)).sf


def _scipy_curve(case: Case) -> Values:
    times = _event_times(case)
    return _over_time("survival", times, _scipy_survival(case).evaluate(times))


def _scipy_curve_limits(case: Case) -> Values:
    times = _event_times(case)
    found = _scipy_survival(case).confidence_interval(case.confidence_level, method="log-log")
    low = _over_time("low", times, found.low.evaluate(times))
    return {**low, **_over_time("high", times, found.high.evaluate(times))}


def _scipy_fisher(case: Case) -> Values:
    return {"P": float(stats.fisher_exact(np.array(_table(case))).pvalue)}


def _scipy_odds_ratio(case: Case) -> Values:
    return {"odds ratio": float(contingency.odds_ratio(_table(case), kind="conditional").statistic)}


def _scipy_odds_ratio_limits(case: Case) -> Values:
    found = contingency.odds_ratio(_table(case), kind="conditional")
    return _limits(found.confidence_interval(case.confidence_level))


# statsmodels


def _statsmodels_interval(case: Case, method: str) -> Values:
    counts = case.count("successes"), case.count("trials")
    return _limits(proportion_confint(*counts, 1 - case.confidence_level, method=method))


def _statsmodels_difference(case: Case, method: str) -> Values:
    options = {"method": method, "compare": "diff", "alpha": 1 - case.confidence_level}
    return _limits(confint_proportions_2indep(*_arms(case), **options))


def _statsmodels_curve(case: Case) -> Values:
    curve = SurvfuncRight(case.column("time"), case.column("cause") > 0)
    times = _event_times(case)
    return _over_time("survival", times, curve.surv_prob[_steps(curve.surv_times, times)])


def _statsmodels_median(case: Case) -> Values:
    curve = SurvfuncRight(case.column("time"), case.column("cause") > 0)
    return {"median": float(curve.quantile(0.5))}


def _statsmodels_incidence(case: Case, attribute: str, power: str) -> Values:
    # It expects causes numbered from 1 without gaps, as in the cases.
    curves = CumIncidenceRight(case.column("time"), case.column("cause").astype(int))
    times = _event_times(case)
    values: dict[str, float] = {}
    for cause, curve in enumerate(getattr(curves, attribute), start=1):
        values_at = curve[_steps(curves.times, times)] ** int(power)
        values |= _over_time(f"cause {cause}", times, values_at)
    return values


# NumPy and pandas


def _numpy_quantiles(case: Case, method: Any) -> Values:
    return _percentiles(PERCENTILES, np.quantile(case.column("value"), PERCENTILES, method=method))


def _pandas_quantiles(case: Case) -> Values:
    return _percentiles(PERCENTILES, pd.Series(case.column("value")).quantile(list(PERCENTILES)))


def run_call(call: Call, case: Case) -> Values:
    """Run a call of a Python package on a case.

    Raises
    ------
    KeyError
        If the function is unknown.
    ValueError
        If the software rejects the case.
    """
    function: Callable[..., Values] = globals()[f"_{call.function}"]
    return function(case, *call.options.split())
