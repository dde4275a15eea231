"""The design of a study in words, as its description declares it."""

from __future__ import annotations

from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.trial.study import EndpointPlan, Schedule, Study

_STRATEGIES = {
    "treatment policy": "visits count regardless of rescue medication and early stops",
    "composite": "rescue medication or an early stop before the assessment is non-response",
    "while on treatment": "visits count up to rescue medication or an early stop",
    "hypothetical": "patients with rescue medication or an early stop before the assessment are "
    "left out",
}

_MISSING = {
    "unknown": "the response is unknown, and the patient is not in the denominator",
    "non-responder": "counted as no response",
    "bounds": "the response is unknown; responders are counted from none to all of them",
    "best case": "counted as a response",
    "worst case": "counted as no response",
}

_BASELINES = {
    "week 0": "the visit nearest to week 0, {window}",
    "last before first dose": "the last visit before or at the first dose",
    "mean before first dose": "the mean of all visits before or at the first dose",
}

_UNSCHEDULED = {
    "keep": "are kept, and count for the best response and for times",
    "drop": "are left out",
}


def describe_endpoint(endpoint: EndpointPlan) -> str:
    """Describe what makes a responder.

    Examples
    --------
    >>> plan = EndpointPlan("sustained", 40, 24, (12,), True, False, "composite", "unknown")
    >>> describe_endpoint(plan)
    'Total Improvement Score of at least 40 at week 24 and at week 12, without rescue medication'
    """
    also = " or ".join(f"{week:g}" for week in endpoint.also_at)
    when = {
        "at week": f"at week {endpoint.week:g}",
        "best": f"at any visit up to week {endpoint.week:g}",
        "sustained": f"at week {endpoint.week:g} and at week {also}",
        "confirmed": f"at two consecutive visits up to week {endpoint.week:g}",
    }[endpoint.kind]
    without = [
        "rescue medication" * endpoint.without_rescue,
        "confirmed deterioration" * endpoint.without_confirmed_deterioration,
    ]
    excluded = " and ".join(filter(None, without))
    return f"Total Improvement Score of at least {endpoint.threshold:g} {when}" + (
        f", without {excluded}" if excluded else ""
    )


def describe_intercurrent_events(endpoint: EndpointPlan) -> str:
    """Describe the strategy for rescue medication and early stops.

    Examples
    --------
    >>> plan = EndpointPlan("best", 40, 24, (), False, False, "composite", "unknown")
    >>> describe_intercurrent_events(plan)
    'composite: rescue medication or an early stop before the assessment is non-response'
    """
    return f"{endpoint.intercurrent}: {_STRATEGIES[endpoint.intercurrent]}"


def describe_missing_scores(endpoint: EndpointPlan) -> str:
    """Describe what becomes of a response that missing scores leave open.

    Examples
    --------
    >>> plan = EndpointPlan("best", 40, 24, (), False, False, "composite", "best case")
    >>> describe_missing_scores(plan)
    'best case: counted as a response'
    """
    return f"{endpoint.missing}: {_MISSING[endpoint.missing]}"


def describe_weeks(schedule: Schedule) -> str:
    """Describe the scheduled weeks.

    Examples
    --------
    >>> describe_weeks(Schedule((0, 4, 12.5), 7, "week", "week 0", "keep", 0))
    '0 (baseline), 4, 12.5'
    """
    baseline, *others = (f"{week:g}" for week in schedule.weeks)
    return ", ".join([f"{baseline} (baseline)", *others])


def describe_windows(schedule: Schedule) -> str:
    """Describe which visits belong to a scheduled week, and what becomes of the others.

    Examples
    --------
    >>> describe_windows(Schedule((0, 4), 7, "week", "week 0", "drop", 0))
    'the visit nearest to it, at most 7 days away; other visits are left out'
    """
    others = _UNSCHEDULED[schedule.unscheduled]
    return f"the visit nearest to it, {_window(schedule)}; other visits {others}"


def _window(schedule: Schedule) -> str:
    days = schedule.window_days
    return f"at most {days:g} day{'' if days == 1 else 's'} away" if days else "on that very day"


def describe_baseline(schedule: Schedule) -> str:
    """Describe which visit is the baseline.

    Examples
    --------
    >>> describe_baseline(Schedule((0, 4), 7, "date", "last before first dose", "keep", 0))
    'the last visit before or at the first dose'
    """
    return _BASELINES[schedule.baseline].format(window=_window(schedule))


def describe_population(study: Study) -> str:
    """Describe whose response categories apply.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_population(Study.read(example_folder()))
    'adult: a score of at least 20 is minimal, 40 moderate, 60 major improvement'
    """
    population = study.study.population
    cutoffs = RESPONSE_CUTOFFS[population]
    levels = ", ".join(f"{score} {level}" for level, score in cutoffs.items())
    first, _, rest = levels.partition(" ")
    return f"{population}: a score of at least {first} is {rest} improvement"


def describe_question(study: Study) -> str:
    """Describe what the study asks, as its primary endpoint and its arms imply.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_question(Study.read(example_folder()))
    'How many patients of each arm respond, and how does the other arm differ from Placebo?'
    """
    if study.reference_arm is None or len(study.arms) == 1:
        return "How many patients respond?"
    reference = study.arms[study.reference_arm]
    arms = "the arms differ" if len(study.arms) > 2 else "the other arm differ"
    verb = "do" if len(study.arms) > 2 else "does"
    return f"How many patients of each arm respond, and how {verb} {arms} from {reference}?"
