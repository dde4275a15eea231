"""What SciPy computes, asked by the options that name each method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy import stats
from scipy.stats.contingency import odds_ratio
from scipy.stats.mstats import mquantiles

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import (
    PERCENTILES,
    Compute,
    Offer,
    Values,
    counts,
    event_times,
    limits,
    over_time,
    percentiles,
)


def _interval(method: Literal["exact", "wilson", "wilsoncc"]) -> Compute:
    def compute(case: Case) -> Values:
        test = stats.binomtest(case.count("successes"), case.count("trials"))
        found = test.proportion_ci(case.level, method)
        return limits(found.low, found.high)

    return compute


def _exact(zeros: Literal["wilcox", "pratt"]) -> Compute:
    def compute(case: Case) -> Values:
        found = stats.wilcoxon(case.column("difference"), zero_method=zeros, method="exact")
        return {"P": float(found.pvalue)}

    return compute


def _asymptotic(zeros: Literal["wilcox", "pratt"]) -> Compute:
    def compute(case: Case) -> Values:
        found = stats.wilcoxon(  # type: ignore[call-overload]  # SciPy's own annotations lack it
            case.column("difference"), zero_method=zeros, method="asymptotic", correction=False
        )
        return {"P": float(found.pvalue), "z": abs(float(found.zstatistic))}

    return compute


def _quantiles(shift: int) -> Compute:
    def compute(case: Case) -> Values:
        found = mquantiles(case.column("value"), PERCENTILES, alphap=shift, betap=shift)
        return percentiles(PERCENTILES, np.asarray(found))

    return compute


def _survival(case: Case) -> Any:
    happened = case.column("cause") > 0
    return stats.ecdf(stats.CensoredData.right_censored(case.column("time"), ~happened)).sf


def _kaplan_meier(case: Case) -> Values:
    moments = event_times(case)
    return over_time("survival", moments, _survival(case).evaluate(moments))


def _kaplan_meier_limits(case: Case) -> Values:
    moments = event_times(case)
    found = _survival(case).confidence_interval(case.level, method="log-log")
    return {
        **over_time("low", moments, found.low.evaluate(moments)),
        **over_time("high", moments, found.high.evaluate(moments)),
    }


def _fisher(case: Case) -> Values:
    return {"P": float(stats.fisher_exact(np.array(counts(case))).pvalue)}


def _odds_ratio(case: Case) -> Values:
    return {"odds ratio": float(odds_ratio(counts(case), kind="conditional").statistic)}


def _odds_ratio_interval(case: Case) -> Values:
    found = odds_ratio(counts(case), kind="conditional").confidence_interval(case.level)
    return limits(found.low, found.high)


#: Method to how it is asked for and computed.
OFFERS: Mapping[str, Offer] = {
    "clopper-pearson": Offer('binomtest().proportion_ci(method="exact")', _interval("exact")),
    "wilson": Offer('binomtest().proportion_ci(method="wilson")', _interval("wilson")),
    "wilson-cc": Offer('binomtest().proportion_ci(method="wilsoncc")', _interval("wilsoncc")),
    "signed-rank-exact": Offer('wilcoxon(zero_method="wilcox", method="exact")', _exact("wilcox")),
    "signed-rank-exact-ties": Offer(
        'wilcoxon(zero_method="wilcox", method="exact")', _exact("wilcox")
    ),
    "signed-rank-exact-zeros-drop": Offer(
        'wilcoxon(zero_method="wilcox", method="exact")', _exact("wilcox")
    ),
    "signed-rank-exact-zeros-pratt": Offer(
        'wilcoxon(zero_method="pratt", method="exact")', _exact("pratt")
    ),
    "signed-rank-asymptotic": Offer(
        'wilcoxon(zero_method="wilcox", method="asymptotic", correction=False)',
        _asymptotic("wilcox"),
    ),
    "signed-rank-asymptotic-pratt": Offer(
        'wilcoxon(zero_method="pratt", method="asymptotic", correction=False)', _asymptotic("pratt")
    ),
    "quantile-6": Offer("mstats.mquantiles(alphap=0, betap=0)", _quantiles(0)),
    "quantile-7": Offer("mstats.mquantiles(alphap=1, betap=1)", _quantiles(1)),
    "kaplan-meier": Offer("ecdf().sf", _kaplan_meier),
    "kaplan-meier-limits": Offer(
        'ecdf().sf.confidence_interval(method="log-log")', _kaplan_meier_limits
    ),
    "fisher": Offer("fisher_exact()", _fisher),
    "odds-ratio": Offer('contingency.odds_ratio(kind="conditional")', _odds_ratio),
    "odds-ratio-interval": Offer(
        'contingency.odds_ratio(kind="conditional").confidence_interval()', _odds_ratio_interval
    ),
}
