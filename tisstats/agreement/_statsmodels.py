"""What statsmodels computes, asked by the options that name each method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import (
    Compute,
    Offer,
    Values,
    causes,
    counts,
    event_times,
    limits,
    over_time,
)


def _interval(method: str) -> Compute:
    def compute(case: Case) -> Values:
        successes, trials = case.count("successes"), case.count("trials")
        return limits(*proportion_confint(successes, trials, 1 - case.level, method=method))

    return compute


def _difference(method: str) -> Compute:
    def compute(case: Case) -> Values:
        (first, others), (second, rest) = counts(case)
        return limits(
            *confint_proportions_2indep(
                first,
                first + others,
                second,
                second + rest,
                method=method,
                compare="diff",
                alpha=1 - case.level,
            )
        )

    return compute


def _curve(case: Case) -> SurvfuncRight:
    return SurvfuncRight(case.column("time"), case.column("cause") > 0)


def _kaplan_meier(case: Case) -> Values:
    curve, moments = _curve(case), event_times(case)
    steps = np.searchsorted(curve.surv_times, moments, side="right") - 1
    return over_time("survival", moments, curve.surv_prob[steps])


def _median(case: Case) -> Values:
    return {"median": float(_curve(case).quantile(0.5))}


def _incidence(case: Case, attribute: str, power: int) -> Values:
    # It numbers causes from 1 on without gaps, as the cases do.
    curves = CumIncidenceRight(case.column("time"), case.column("cause").astype(int))
    moments = event_times(case)
    steps = np.searchsorted(curves.times, moments, side="right") - 1
    values: dict[str, float] = {}
    for cause in causes(case):
        curve = getattr(curves, attribute)[cause - 1] ** power
        values |= over_time(f"cause {cause}", moments, curve[steps])
    return values


def _cumulative_incidence(case: Case) -> Values:
    return _incidence(case, "cinc", 1)


def _cumulative_incidence_variance(case: Case) -> Values:
    return _incidence(case, "cinc_se", 2)


#: Method to how it is asked for and computed.
OFFERS: Mapping[str, Offer] = {
    "clopper-pearson": Offer('proportion_confint(method="beta")', _interval("beta")),
    "sterne": Offer('proportion_confint(method="binom_test")', _interval("binom_test")),
    "wilson": Offer('proportion_confint(method="wilson")', _interval("wilson")),
    "agresti-coull": Offer(
        'proportion_confint(method="agresti_coull")', _interval("agresti_coull")
    ),
    "jeffreys": Offer('proportion_confint(method="jeffreys")', _interval("jeffreys")),
    "wald": Offer('proportion_confint(method="normal")', _interval("normal")),
    "kaplan-meier": Offer("SurvfuncRight().surv_prob", _kaplan_meier),
    "kaplan-meier-median": Offer("SurvfuncRight().quantile(0.5)", _median),
    "cumulative-incidence": Offer("CumIncidenceRight().cinc", _cumulative_incidence),
    "cumulative-incidence-variance": Offer(
        "CumIncidenceRight().cinc_se ** 2", _cumulative_incidence_variance
    ),
    "difference-newcombe": Offer(
        'confint_proportions_2indep(method="newcomb", compare="diff")', _difference("newcomb")
    ),
    "difference-score": Offer(
        'confint_proportions_2indep(method="score", compare="diff")', _difference("score")
    ),
}
