"""What statsmodels computes, asked by the options that name each method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tisstats.agreement.evidence import Case
from tisstats.agreement.quantities import (
    Compute,
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


#: Method to computation.
OFFERS: Mapping[str, Compute] = {
    "clopper-pearson": _interval("beta"),
    "sterne": _interval("binom_test"),
    "wilson": _interval("wilson"),
    "agresti-coull": _interval("agresti_coull"),
    "jeffreys": _interval("jeffreys"),
    "wald": _interval("normal"),
    "kaplan-meier": _kaplan_meier,
    "kaplan-meier-median": _median,
    "cumulative-incidence": _cumulative_incidence,
    "cumulative-incidence-variance": _cumulative_incidence_variance,
    "difference-newcombe": _difference("newcomb"),
    "difference-score": _difference("score"),
}
