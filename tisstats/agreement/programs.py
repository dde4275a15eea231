"""How each Python program is asked for each method, and what it answers.

The numbers of a method have the same names in stored and in computed results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import contingency
from scipy.stats.mstats import mquantiles
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tisstats.agreement.evidence import Case
from tisstats.statistics import (
    METHODS,
    cumulative_incidence,
    hodges_lehmann,
    kaplan_meier,
    odds_ratio,
    proportion_difference,
    proportion_interval,
    quantiles,
    signed_rank_test,
    two_proportion_test,
)

Values = Mapping[str, float]  # quantity to number

#: The percentiles that are compared, as proportions.
PERCENTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
QUARTILES = (0.25, 0.5, 0.75)


class Offer(NamedTuple):
    """One method as one program offers it."""

    call: str  #: how it is asked for, as one would write it
    compute: Callable[..., Values]  #: asks for it, given the case and the options
    options: tuple[Any, ...] = ()  #: what sets methods with the same function apart

    def values(self, case: Case) -> Values:
        """Return what the program computes of a case."""
        return self.compute(case, *self.options)


def _limits(low: float, high: float) -> Values:
    return {"low": float(low), "high": float(high)}


def _percentiles(shares: Iterable[float], values: Iterable[float]) -> Values:
    names = [f"percentile {100 * share:g}" for share in shares]
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _over_time(name: str, times: Iterable[float], values: Iterable[float]) -> Values:
    names = [f"{name} at {time:g}" for time in times]
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _event_times(case: Case) -> NDArray[np.float64]:
    """Return the times at which somebody had an event, ascending."""
    return np.unique(case.column("time")[case.column("cause") > 0])


def _causes(case: Case) -> list[int]:
    """Return the causes of the events of a case."""
    return sorted({int(cause) for cause in case.column("cause") if cause > 0})


def _arms(case: Case) -> tuple[int, int, int, int]:
    """Return successes and trials of both groups."""
    first, others, second, rest = (int(count) for count in case.column("patients"))
    return first, first + others, second, second + rest


def _table(case: Case) -> list[list[int]]:
    """Return the counts with and without the outcome, a row for each group."""
    first, of_first, second, of_second = _arms(case)
    return [[first, of_first - first], [second, of_second - second]]


# This project


def _our_interval(case: Case, method: str) -> Values:
    counts = case.count("successes"), case.count("trials")
    return _limits(*proportion_interval(*counts, case.level, method))


def _our_signed_rank(case: Case, zero_method: str, method: str) -> Values:
    found = signed_rank_test(case.column("difference"), zero_method, method)
    return {"P": found.pvalue} | ({"z": abs(found.z)} if method == "asymptotic" else {})


def _our_shift(case: Case) -> Values:
    return {"estimate": hodges_lehmann(case.column("difference"), case.level).estimate}


def _our_shift_limits(case: Case) -> Values:
    return _limits(*hodges_lehmann(case.column("difference"), case.level))


def _our_quantiles(case: Case, definition: str, shares: tuple[float, ...] = PERCENTILES) -> Values:
    return _percentiles(shares, quantiles(case.column("value"), shares, definition))


def _our_curve(case: Case, *attributes: str) -> Values:
    curve = kaplan_meier(case.column("time"), case.column("cause") > 0, case.level)
    times = _event_times(case)
    points = [curve.at(time) for time in times]
    values: dict[str, float] = {}
    for name in attributes:
        values |= _over_time(name, times, [getattr(point, name) for point in points])
    return values


def _our_median(case: Case) -> Values:
    curve = kaplan_meier(case.column("time"), case.column("cause") > 0)
    median = curve.median("first-below")
    return {"median": math.nan if median is None else median}


def _our_incidence(case: Case, attribute: str) -> Values:
    curves = cumulative_incidence(case.column("time"), case.column("cause").astype(int))
    times = _event_times(case)
    read = [getattr(curves.at(time), attribute) for time in times]
    values: dict[str, float] = {}
    for cause in _causes(case):
        values |= _over_time(f"cause {cause}", times, [each[cause] for each in read])
    return values


def _our_fisher(case: Case) -> Values:
    return {"P": two_proportion_test(*_arms(case), test="fisher").pvalue}


def _our_odds_ratio(case: Case) -> Values:
    return {"odds ratio": odds_ratio(*_arms(case), case.level).estimate}


def _our_odds_ratio_limits(case: Case) -> Values:
    return _limits(*odds_ratio(*_arms(case), case.level))


def _our_difference(case: Case, method: str) -> Values:
    return _limits(*proportion_difference(*_arms(case), case.level, method))


def _our_signed_rank_offer(zero_method: str, method: str) -> Offer:
    call = f'signed_rank_test(zero_method="{zero_method}", method="{method}")'
    return Offer(call, _our_signed_rank, (zero_method, method))


_OURS: Mapping[str, Offer] = {
    **{
        method: Offer(f'proportion_interval(method="{method}")', _our_interval, (method,))
        for method in METHODS
    },
    "signed-rank-exact": _our_signed_rank_offer("wilcox", "exact"),
    "signed-rank-exact-ties": _our_signed_rank_offer("wilcox", "exact"),
    "signed-rank-exact-zeros-drop": _our_signed_rank_offer("wilcox", "exact"),
    "signed-rank-exact-zeros-pratt": _our_signed_rank_offer("pratt", "exact"),
    "signed-rank-asymptotic": _our_signed_rank_offer("wilcox", "asymptotic"),
    "signed-rank-asymptotic-pratt": _our_signed_rank_offer("pratt", "asymptotic"),
    "hodges-lehmann": Offer("hodges_lehmann()", _our_shift),
    "hodges-lehmann-interval": Offer("hodges_lehmann()", _our_shift_limits),
    "hodges-lehmann-interval-ties": Offer("hodges_lehmann()", _our_shift_limits),
    "quantile-spss": Offer('quantiles(definition="spss")', _our_quantiles, ("spss",)),
    "quantile-6": Offer('quantiles(definition="6")', _our_quantiles, ("6",)),
    "quantile-7": Offer('quantiles(definition="7")', _our_quantiles, ("7",)),
    "tukey-hinges": Offer(
        'quantiles(definition="tukey-hinges")', _our_quantiles, ("tukey-hinges", QUARTILES)
    ),
    "kaplan-meier": Offer("kaplan_meier()", _our_curve, ("survival",)),
    "kaplan-meier-limits": Offer("kaplan_meier()", _our_curve, ("low", "high")),
    "kaplan-meier-median": Offer('kaplan_meier().median("first-below")', _our_median),
    "cumulative-incidence": Offer("cumulative_incidence()", _our_incidence, ("estimate",)),
    "cumulative-incidence-variance": Offer("cumulative_incidence()", _our_incidence, ("variance",)),
    "fisher": Offer('two_proportion_test(test="fisher")', _our_fisher),
    "odds-ratio": Offer("odds_ratio()", _our_odds_ratio),
    "odds-ratio-interval": Offer("odds_ratio()", _our_odds_ratio_limits),
    **{
        f"difference-{name}": Offer(
            f'proportion_difference(method="{method}")', _our_difference, (method,)
        )
        for name, method in (("newcombe", "newcombe"), ("score", "miettinen-nurminen"))
    },
}


# SciPy, asked by the options that name each method


def _scipy_interval(case: Case, method: Any) -> Values:
    test = stats.binomtest(case.count("successes"), case.count("trials"))
    found = test.proportion_ci(case.level, method)
    return _limits(found.low, found.high)


def _scipy_exact(case: Case, zero_method: Any) -> Values:
    found = stats.wilcoxon(case.column("difference"), zero_method=zero_method, method="exact")
    return {"P": float(found.pvalue)}


def _scipy_asymptotic(case: Case, zero_method: Any) -> Values:
    found = stats.wilcoxon(  # type: ignore[call-overload]  # SciPy's own annotations lack it
        case.column("difference"), zero_method=zero_method, method="asymptotic", correction=False
    )
    return {"P": float(found.pvalue), "z": abs(float(found.zstatistic))}


def _scipy_quantiles(case: Case, shift: int) -> Values:
    found = mquantiles(case.column("value"), PERCENTILES, alphap=shift, betap=shift)
    return _percentiles(PERCENTILES, np.asarray(found))


def _scipy_survival(case: Case) -> Any:
    happened = case.column("cause") > 0
    return stats.ecdf(stats.CensoredData.right_censored(case.column("time"), ~happened)).sf


def _scipy_curve(case: Case) -> Values:
    times = _event_times(case)
    return _over_time("survival", times, _scipy_survival(case).evaluate(times))


def _scipy_curve_limits(case: Case) -> Values:
    times = _event_times(case)
    found = _scipy_survival(case).confidence_interval(case.level, method="log-log")
    low = _over_time("low", times, found.low.evaluate(times))
    return {**low, **_over_time("high", times, found.high.evaluate(times))}


def _scipy_fisher(case: Case) -> Values:
    return {"P": float(stats.fisher_exact(np.array(_table(case))).pvalue)}


def _scipy_odds_ratio(case: Case) -> Values:
    found = contingency.odds_ratio(_table(case), kind="conditional")
    return {"odds ratio": float(found.statistic)}


def _scipy_odds_ratio_limits(case: Case) -> Values:
    found = contingency.odds_ratio(_table(case), kind="conditional")
    limits = found.confidence_interval(case.level)
    return _limits(limits.low, limits.high)


def _scipy_exact_offer(zero_method: str) -> Offer:
    call = f'wilcoxon(zero_method="{zero_method}", method="exact")'
    return Offer(call, _scipy_exact, (zero_method,))


def _scipy_asymptotic_offer(zero_method: str) -> Offer:
    call = f'wilcoxon(zero_method="{zero_method}", method="asymptotic", correction=False)'
    return Offer(call, _scipy_asymptotic, (zero_method,))


_SCIPY: Mapping[str, Offer] = {
    **{
        name: Offer(f'binomtest().proportion_ci(method="{method}")', _scipy_interval, (method,))
        for name, method in (
            ("clopper-pearson", "exact"),
            ("wilson", "wilson"),
            ("wilson-cc", "wilsoncc"),
        )
    },
    "signed-rank-exact": _scipy_exact_offer("wilcox"),
    "signed-rank-exact-ties": _scipy_exact_offer("wilcox"),
    "signed-rank-exact-zeros-drop": _scipy_exact_offer("wilcox"),
    "signed-rank-exact-zeros-pratt": _scipy_exact_offer("pratt"),
    "signed-rank-asymptotic": _scipy_asymptotic_offer("wilcox"),
    "signed-rank-asymptotic-pratt": _scipy_asymptotic_offer("pratt"),
    "quantile-6": Offer("mstats.mquantiles(alphap=0, betap=0)", _scipy_quantiles, (0,)),
    "quantile-7": Offer("mstats.mquantiles(alphap=1, betap=1)", _scipy_quantiles, (1,)),
    "kaplan-meier": Offer("ecdf().sf", _scipy_curve),
    "kaplan-meier-limits": Offer(
        'ecdf().sf.confidence_interval(method="log-log")', _scipy_curve_limits
    ),
    "fisher": Offer("fisher_exact()", _scipy_fisher),
    "odds-ratio": Offer('contingency.odds_ratio(kind="conditional")', _scipy_odds_ratio),
    "odds-ratio-interval": Offer(
        'contingency.odds_ratio(kind="conditional").confidence_interval()',
        _scipy_odds_ratio_limits,
    ),
}


# statsmodels, likewise


def _statsmodels_interval(case: Case, method: str) -> Values:
    counts = case.count("successes"), case.count("trials")
    return _limits(*proportion_confint(*counts, 1 - case.level, method=method))


def _statsmodels_difference(case: Case, method: str) -> Values:
    options = {"method": method, "compare": "diff", "alpha": 1 - case.level}
    return _limits(*confint_proportions_2indep(*_arms(case), **options))


def _statsmodels_curve(case: Case) -> Values:
    curve = SurvfuncRight(case.column("time"), case.column("cause") > 0)
    times = _event_times(case)
    steps = np.searchsorted(curve.surv_times, times, side="right") - 1
    return _over_time("survival", times, curve.surv_prob[steps])


def _statsmodels_median(case: Case) -> Values:
    curve = SurvfuncRight(case.column("time"), case.column("cause") > 0)
    return {"median": float(curve.quantile(0.5))}


def _statsmodels_incidence(case: Case, attribute: str, power: int) -> Values:
    # It numbers causes from 1 on without gaps, as the cases do.
    curves = CumIncidenceRight(case.column("time"), case.column("cause").astype(int))
    times = _event_times(case)
    steps = np.searchsorted(curves.times, times, side="right") - 1
    values: dict[str, float] = {}
    for cause in _causes(case):
        curve = getattr(curves, attribute)[cause - 1] ** power
        values |= _over_time(f"cause {cause}", times, curve[steps])
    return values


_STATSMODELS: Mapping[str, Offer] = {
    **{
        name: Offer(f'proportion_confint(method="{method}")', _statsmodels_interval, (method,))
        for name, method in (
            ("clopper-pearson", "beta"),
            ("sterne", "binom_test"),
            ("wilson", "wilson"),
            ("agresti-coull", "agresti_coull"),
            ("jeffreys", "jeffreys"),
            ("wald", "normal"),
        )
    },
    "kaplan-meier": Offer("SurvfuncRight().surv_prob", _statsmodels_curve),
    "kaplan-meier-median": Offer("SurvfuncRight().quantile(0.5)", _statsmodels_median),
    "cumulative-incidence": Offer("CumIncidenceRight().cinc", _statsmodels_incidence, ("cinc", 1)),
    "cumulative-incidence-variance": Offer(
        "CumIncidenceRight().cinc_se ** 2", _statsmodels_incidence, ("cinc_se", 2)
    ),
    **{
        f"difference-{name}": Offer(
            f'confint_proportions_2indep(method="{method}", compare="diff")',
            _statsmodels_difference,
            (method,),
        )
        for name, method in (("newcombe", "newcomb"), ("score", "score"))
    },
}


# NumPy and pandas


def _numpy_quantiles(case: Case, method: Any) -> Values:
    return _percentiles(PERCENTILES, np.quantile(case.column("value"), PERCENTILES, method=method))


def _pandas_quantiles(case: Case) -> Values:
    found = pd.Series(case.column("value")).quantile(list(PERCENTILES))
    return _percentiles(PERCENTILES, found)


#: Who computes what while the book is built: program to method to how it is asked.
COMPUTED: Mapping[str, Mapping[str, Offer]] = {
    "tisstats": _OURS,
    "scipy": _SCIPY,
    "statsmodels": _STATSMODELS,
    "numpy": {
        name: Offer(f'quantile(method="{method}")', _numpy_quantiles, (method,))
        for name, method in (("quantile-6", "weibull"), ("quantile-7", "linear"))
    },
    "pandas": {"quantile-7": Offer("Series.quantile()", _pandas_quantiles)},
}
