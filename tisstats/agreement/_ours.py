"""What this project computes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import (
    PERCENTILES,
    QUARTILES,
    Compute,
    Values,
    causes,
    event_times,
    limits,
    over_time,
    percentiles,
)
from tisstats.statistics import (
    METHODS,
    KaplanMeier,
    cumulative_incidence,
    kaplan_meier,
    proportion_interval,
    quantiles,
    signed_rank_test,
)
from tisstats.statistics.quantiles import Definition


def _interval(method: str) -> Compute:
    def compute(case: Case) -> Values:
        found = proportion_interval(
            case.count("successes"), case.count("trials"), case.level, method
        )
        return limits(found.low, found.high)

    return compute


def _exact(zeros: str) -> Compute:
    def compute(case: Case) -> Values:
        return {"P": signed_rank_test(case.column("difference"), zeros, "exact").pvalue}

    return compute


def _asymptotic(zeros: str) -> Compute:
    def compute(case: Case) -> Values:
        found = signed_rank_test(case.column("difference"), zeros, "asymptotic")
        return {"P": found.pvalue, "z": abs(found.z)}

    return compute


def _quantiles(definition: Definition, shares: tuple[float, ...] = PERCENTILES) -> Compute:
    def compute(case: Case) -> Values:
        return percentiles(shares, quantiles(case.column("value"), shares, definition))

    return compute


def _curve(case: Case) -> KaplanMeier:
    return kaplan_meier(case.column("time"), case.column("cause") > 0, case.level)


def _kaplan_meier(case: Case) -> Values:
    curve, moments = _curve(case), event_times(case)
    return over_time("survival", moments, [curve.at(moment).survival for moment in moments])


def _kaplan_meier_limits(case: Case) -> Values:
    curve, moments = _curve(case), event_times(case)
    return {
        **over_time("low", moments, [curve.at(moment).low for moment in moments]),
        **over_time("high", moments, [curve.at(moment).high for moment in moments]),
    }


def _median(case: Case) -> Values:
    median = _curve(case).median("first-below")
    return {"median": math.nan if median is None else median}


def _incidence(case: Case, attribute: str) -> Values:
    curves, moments = (
        cumulative_incidence(case.column("time"), case.column("cause").astype(int)),
        event_times(case),
    )
    values: dict[str, float] = {}
    for cause in causes(case):
        read = [getattr(curves.at(moment), attribute)[cause] for moment in moments]
        values |= over_time(f"cause {cause}", moments, read)
    return values


def _cumulative_incidence(case: Case) -> Values:
    return _incidence(case, "estimate")


def _cumulative_incidence_variance(case: Case) -> Values:
    return _incidence(case, "variance")


#: Method to computation.
OFFERS: Mapping[str, Compute] = {
    **{method: _interval(method) for method in METHODS},
    "signed-rank-exact": _exact("drop"),
    "signed-rank-exact-ties": _exact("drop"),
    "signed-rank-exact-zeros-drop": _exact("drop"),
    "signed-rank-exact-zeros-pratt": _exact("pratt"),
    "signed-rank-asymptotic": _asymptotic("drop"),
    "signed-rank-asymptotic-pratt": _asymptotic("pratt"),
    "quantile-spss": _quantiles("spss"),
    "quantile-6": _quantiles(6),
    "quantile-7": _quantiles(7),
    "tukey-hinges": _quantiles("tukey-hinges", QUARTILES),
    "kaplan-meier": _kaplan_meier,
    "kaplan-meier-limits": _kaplan_meier_limits,
    "kaplan-meier-median": _median,
    "cumulative-incidence": _cumulative_incidence,
    "cumulative-incidence-variance": _cumulative_incidence_variance,
}
