"""What this project computes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import (
    PERCENTILES,
    QUARTILES,
    Compute,
    Offer,
    Values,
    causes,
    counts,
    event_times,
    limits,
    over_time,
    percentiles,
)
from tisstats.statistics import (
    METHODS,
    KaplanMeier,
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


def _hodges_lehmann(case: Case) -> Values:
    return {"estimate": hodges_lehmann(case.column("difference"), case.level).estimate}


def _hodges_lehmann_interval(case: Case) -> Values:
    found = hodges_lehmann(case.column("difference"), case.level)
    return limits(found.low, found.high)


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


def _arms(case: Case) -> tuple[int, int, int, int]:
    """Give successes and trials of both groups."""
    (first, others), (second, rest) = counts(case)
    return first, first + others, second, second + rest


def _fisher(case: Case) -> Values:
    return {"P": two_proportion_test(*_arms(case), test="fisher").pvalue}


def _odds_ratio(case: Case) -> Values:
    return {"odds ratio": odds_ratio(*_arms(case), case.level).estimate}


def _odds_ratio_interval(case: Case) -> Values:
    found = odds_ratio(*_arms(case), case.level)
    return limits(found.low, found.high)


def _difference(method: str) -> Compute:
    def compute(case: Case) -> Values:
        found = proportion_difference(*_arms(case), case.level, method)
        return limits(found.low, found.high)

    return compute


#: Method to how it is asked for and computed.
OFFERS: Mapping[str, Offer] = {
    **{
        method: Offer(f'proportion_interval(method="{method}")', _interval(method))
        for method in METHODS
    },
    "signed-rank-exact": Offer('signed_rank_test(zeros="drop", method="exact")', _exact("drop")),
    "signed-rank-exact-ties": Offer(
        'signed_rank_test(zeros="drop", method="exact")', _exact("drop")
    ),
    "signed-rank-exact-zeros-drop": Offer(
        'signed_rank_test(zeros="drop", method="exact")', _exact("drop")
    ),
    "signed-rank-exact-zeros-pratt": Offer(
        'signed_rank_test(zeros="pratt", method="exact")', _exact("pratt")
    ),
    "signed-rank-asymptotic": Offer(
        'signed_rank_test(zeros="drop", method="asymptotic")', _asymptotic("drop")
    ),
    "signed-rank-asymptotic-pratt": Offer(
        'signed_rank_test(zeros="pratt", method="asymptotic")', _asymptotic("pratt")
    ),
    "hodges-lehmann": Offer("hodges_lehmann()", _hodges_lehmann),
    "hodges-lehmann-interval": Offer("hodges_lehmann()", _hodges_lehmann_interval),
    "hodges-lehmann-interval-ties": Offer("hodges_lehmann()", _hodges_lehmann_interval),
    "quantile-spss": Offer('quantiles(definition="spss")', _quantiles("spss")),
    "quantile-6": Offer("quantiles(definition=6)", _quantiles(6)),
    "quantile-7": Offer("quantiles(definition=7)", _quantiles(7)),
    "tukey-hinges": Offer(
        'quantiles(definition="tukey-hinges")', _quantiles("tukey-hinges", QUARTILES)
    ),
    "kaplan-meier": Offer("kaplan_meier()", _kaplan_meier),
    "kaplan-meier-limits": Offer("kaplan_meier()", _kaplan_meier_limits),
    "kaplan-meier-median": Offer('kaplan_meier().median("first-below")', _median),
    "cumulative-incidence": Offer("cumulative_incidence()", _cumulative_incidence),
    "cumulative-incidence-variance": Offer(
        "cumulative_incidence()", _cumulative_incidence_variance
    ),
    "fisher": Offer('two_proportion_test(test="fisher")', _fisher),
    "odds-ratio": Offer("odds_ratio()", _odds_ratio),
    "odds-ratio-interval": Offer("odds_ratio()", _odds_ratio_interval),
    "difference-newcombe": Offer(
        'proportion_difference(method="newcombe")', _difference("newcombe")
    ),
    "difference-score": Offer(
        'proportion_difference(method="miettinen-nurminen")', _difference("miettinen-nurminen")
    ),
}
