"""The design of a study in words, as its description declares it."""

from __future__ import annotations

from dataclasses import replace

from tisstats.measures.core_set import CORE_SETS, ENZYMES, MMT_MAXIMA, RESPONSE_CUTOFFS
from tisstats.measures.ranges import VAS_MEASURES_OF, VAS_UNITS
from tisstats.sentences import count_of
from tisstats.trial.endpoint_definition import STRATEGIES, missing_words
from tisstats.trial.study import Study
from tisstats.trial.study_sections import EndpointPlan, Schedule

_BASELINES = {
    "week 0": "the visit nearest to week 0, {window}",
    "last before first dose": "each measure's last value before or at the first dose",
    "mean before first dose": "the mean of all visits before or at the first dose",
}

_UNSCHEDULED = {
    "keep": "are kept, and count for an outcome at any visit and for times, except those between a "
    "visit that counts and its week, which are left out",
    "drop": "are left out",
}


def describe_endpoint(endpoint: EndpointPlan) -> str:
    """Describe what makes a responder.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_endpoint(Study.read(example_folder()).endpoint)
    'Total Improvement Score of at least 40 at week 24'
    """
    return endpoint.as_endpoint().describe_response()


def describe_intercurrent_events(endpoint: EndpointPlan) -> str:
    """Describe the strategy for rescue medication and early stops.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> print(describe_intercurrent_events(Study.read(example_folder()).endpoint)[:78])
    treatment policy: visits count regardless of rescue medication and early stops
    """
    return f"{endpoint.intercurrent}: {endpoint.as_endpoint().describe_strategy()}"


def describe_events_of_times(endpoint: EndpointPlan) -> str:
    """Describe what the strategy does to the time to the first outcome, which it ends otherwise.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_events_of_times(Study.read(example_folder()).endpoint)
    'treatment policy: visits count regardless of rescue medication and early stops'
    """
    words, strategy = endpoint.words, endpoint.intercurrent
    described = {
        "composite": f"without {words.indefinite} before it, rescue medication or an early stop "
        + (
            f"counts as {words.noun}"
            if words.unfavourable
            else f"leaves a patient at risk to week {endpoint.week:g}, without {words.noun}"
        ),
        "hypothetical": f"without {words.indefinite} before it, rescue medication or an early stop "
        "censors the time at the last visit before, which assumes the prospects of those without "
        "either",
    }
    said = described.get(strategy, STRATEGIES[strategy])
    if strategy == "treatment policy" and words.unfavourable:
        said += f"; a death without {words.indefinite} before it counts as {words.indefinite}"
    return f"{strategy}: {said}"


def describe_missing_scores(endpoint: EndpointPlan) -> str:
    """Describe what becomes of a response that missing scores leave open: rule and meaning.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_missing_scores(Study.read(example_folder()).endpoint)
    'non-responder: counted as a non-responder'
    """
    return f"{endpoint.missing}: {missing_words(endpoint.missing, endpoint.words)}"


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
    >>> describe_windows(Schedule((0, 4), 7, "week", "week 0", "drop", 0)).split("; ")[0]
    'the visit nearest to it, at most 7 days away, of those with most of what a score needs'
    >>> joined = Schedule((0, 4), 7, "week", "week 0", "drop", 0, "join")
    >>> describe_windows(joined).split("; ")[0]
    'the visit that the rows at most 7 days away make'
    """
    others = _UNSCHEDULED[schedule.unscheduled]
    if schedule.in_window == "join":
        return f"the visit that the rows {_where(schedule)} make; other visits {others}"
    return f"the visit nearest to it, {_window(schedule)}; other visits {others}"


def _window(schedule: Schedule) -> str:
    most = ", of those with most of what a score needs"
    return f"{_where(schedule)}{most if schedule.widest_window else ''}"


def _where(schedule: Schedule) -> str:
    if not schedule.widest_window:
        return "on that very day"
    return f"at most {describe_days(schedule)} away"


def describe_days(schedule: Schedule) -> str:
    """Describe how far visits may lie from their weeks.

    Examples
    --------
    >>> describe_days(Schedule((0, 4), 7, "week", "week 0", "keep", 0))
    '7 days'
    >>> describe_days(Schedule((0, 4, 12), {0: 3, 4: 3, 12: 7}, "week", "week 0", "keep", 0))
    '3 days (weeks 0 and 4) or 7 days (week 12)'
    """
    weeks_of: dict[float, list[str]] = {}
    for week in schedule.weeks:
        weeks_of.setdefault(schedule.window_of(week), []).append(f"{week:g}")
    named = {days: count_of(days, "day") for days in weeks_of}
    if len(named) == 1:
        return next(iter(named.values()))
    parts = []
    for days, weeks in weeks_of.items():
        *others, last = weeks
        listed = f"weeks {', '.join(others)} and {last}" if others else f"week {last}"
        parts.append(f"{named[days]} ({listed})")
    *first, final = parts
    return f"{', '.join(first)} or {final}"


def describe_baseline(schedule: Schedule) -> str:
    """Describe which visit is the baseline.

    Examples
    --------
    >>> describe_baseline(Schedule((0, 4), 7, "date", "last before first dose", "keep", 0))
    "each measure's last value before or at the first dose"
    """
    at_week_0 = replace(schedule, weeks=schedule.weeks[:1])
    if schedule.in_window == "join" and schedule.baseline == "week 0":
        return f"the visit that the rows at week 0 make, {_where(at_week_0)}"
    return _BASELINES[schedule.baseline].format(window=_window(at_week_0))


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


def describe_core_set(study: Study) -> str:
    """Describe which core set was measured, and which of its measures were not.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_core_set(Study.read(example_folder())).partition(";")[0]
    'IMACS: Physician global activity'
    >>> describe_core_set(Study.read(example_folder("printo"))).rpartition("; ")[2]
    'Disease Activity Score'
    """
    measures, rules = study.measures, CORE_SETS[study.core_set]
    used = {name: name in measures.used for name in rules}
    named = {name: rule.name for name, rule in rules.items()}
    if "enzyme" in rules:
        used["enzyme"] = bool(measures.enzymes)
        kinds = " and ".join(ENZYMES[name].name.lower() for name in measures.enzymes)
        named["enzyme"] += f" ({kinds})"
    absent = [named[name] for name in rules if not used[name]]
    found = "; ".join(named[name] for name in rules if used[name])
    more = f". Not measured, so that scores are bounds: {'; '.join(absent)}" if absent else ""
    return f"{study.core_set.upper()}: {found}{more}"


def scale_notes(study: Study) -> dict[str, str]:
    """Return the range of each scale that was declared, in words, for captions.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> scale_notes(Study.read(example_folder()))["mmt"]
    'manual muscle testing from 0 to 150 (MMT-8, both sides with neck)'
    """
    measures, core_set = study.measures, study.core_set
    scales, unit = VAS_MEASURES_OF[core_set], VAS_UNITS[measures.vas_max]
    notes = {}
    for name, ends in study.ranges.ends.items():
        if name not in measures.used:
            continue
        if name in scales:
            notes["vas"] = f"visual analogue scales from 0 to {measures.vas_max} {unit}"
            continue
        rule = CORE_SETS[core_set][name]
        mmt_max = measures.mmt_max if name == "mmt" else None
        known = None if mmt_max is None else MMT_MAXIMA.get(mmt_max)
        shown = rule.name.lower() if name == "mmt" else rule.abbreviation
        low, high = (f"{end:g}".replace("-", "−") for end in (ends.low, ends.high))
        notes[name] = f"{shown} from {low} to {high}" + (f" ({known})" if known else "")
    for enzyme in measures.enzymes:
        limit = measures.uln[enzyme]
        text = (
            f"given by {limit}" if isinstance(limit, str) else f"{limit:g} {measures.enzyme_unit}"
        )
        notes[enzyme] = f"upper limit of normal of {ENZYMES[enzyme].name.lower()} {text}"
    return notes


def describe_score(study: Study) -> str:
    """Describe by which core set, scales and categories the score is computed.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_score(Study.read(example_folder("printo"))).partition(";")[0]
    'Core set PRINTO, response categories of juvenile patients'
    """
    first = (
        f"Core set {study.core_set.upper()}, response categories of {study.study.population} "
        "patients"
    )
    return "; ".join([first, *scale_notes(study).values()])


def describe_question(study: Study) -> str:
    """Describe what the study asks, as its primary endpoint and its arms imply.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> describe_question(Study.read(example_folder()))
    'How many patients of each arm respond, and how does the other arm differ from Placebo?'
    """
    present = study.endpoint.words.present
    if study.reference_arm is None or len(study.arms) == 1:
        return f"How many patients {present}?"
    reference = study.arms[study.reference_arm]
    arms = "the arms differ" if len(study.arms) > 2 else "the other arm differ"
    verb = "do" if len(study.arms) > 2 else "does"
    return f"How many patients of each arm {present}, and how {verb} {arms} from {reference}?"
