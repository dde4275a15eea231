"""Which choices of the study's analysis are defensible, each with its place or source.

There are two sets. The first needs printed counts alone: what a responder is, who is counted, and
which interval. The second needs patient-level data, which are not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import printed_interval, response_count
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.statistics import method_title
from tisstats.trial import Courses, Endpoint, Trial, analyse
from tisstats.trial.analysis import Analysis
from tisstats.trial.endpoint_definition import Strategy
from tisstats.trial.response_specifications import (
    Counts,
    Inference,
    ResponseCohort,
    curve_of_counts,
)
from tisstats.trial.specifications import Choice, Conclusion, Condition, Level, SpecificationCurve

#: Defensible intervals, each with the reason.
_INTERVALS = {
    "clopper-pearson": "named in the Results",
    "wilson": "recommended for few patients (Brown, Cai & DasGupta 2001)",
    "jeffreys": "recommended for few patients (Brown, Cai & DasGupta 2001)",
    "blaker": "exact, and within the Clopper-Pearson interval (Blaker 2000)",
}

#: Confidence levels besides the planned one.
_OTHER_LEVELS = (0.9, 0.99)

_PRIMARY = "primary outcome (Methods, Primary and secondary outcome measures)"
_SECONDARY = "secondary outcome (Methods, Primary and secondary outcome measures)"


def _interval(published: PublishedFacts) -> Choice:
    """Return the named interval, others that are recommended, and those that match the print."""
    reasons = dict(_INTERVALS)
    for method in printed_interval(published).methods_matching_print:
        reasons.setdefault(method, "gives the printed limits (Results, Primary outcome)")
    return Choice(
        "Interval",
        tuple(
            Level(method_title(method), {"interval": method}, why)
            for method, why in reasons.items()
        ),
    )


def inference(published: PublishedFacts) -> Inference:
    """Return the interval that the methods name, at the planned level."""
    return Inference("clopper-pearson", float(published.value("design.confidence_level") / 100))


def printed_choices(published: PublishedFacts) -> tuple[Choice, ...]:
    """Return the choices that printed counts allow.

    Examples
    --------
    >>> choices = printed_choices(PublishedFacts.read())
    >>> [choice.label for choice in choices]
    ['Definition of a responder', 'Denominator', 'Interval', 'Confidence level']
    """
    moderate, minimal, last, early = (
        published.count(f"design.{name}")
        for name in ("responder_score", "minimal_score", "primary_week", "amended_decision_week")
    )
    lost = published.count("response.minimal_lost")
    excluded = f"patient {published.text('flow.excluded_patient')}"
    planned = inference(published).confidence_level
    levels = {planned: "planned (Methods, Statistical analysis)"}
    levels |= dict.fromkeys(_OTHER_LEVELS, "customary; not the planned level")

    def responder(
        score: int, week: int, reason: str, *, lost_too: bool = False, when: str = ""
    ) -> Level:
        label = f"{score} points {when or f'by week {week}'}"
        return Level(label, {"threshold": score, "week": week, "lost_too": lost_too}, reason)

    return (
        Choice(
            "Definition of a responder",
            (
                responder(moderate, last, _PRIMARY),
                responder(moderate, early, "decision on the regimen (Methods, Study design)"),
                responder(minimal, last, f"{_SECONDARY}, without the {lost} who later lost it"),
                responder(
                    minimal,
                    last,
                    f"with the {lost} who later lost it (Results, Secondary outcomes), if no other "
                    f"patient reached it",
                    lost_too=True,
                    when="at any visit",
                ),
            ),
        ),
        Choice(
            "Denominator",
            (
                Level(
                    "analysed",
                    {"include_excluded": False},
                    "as in the article (Results, Primary outcome)",
                ),
                Level(
                    "all included",
                    {"include_excluded": True},
                    f"{excluded} was included; below {moderate} points according to the text, and "
                    f"above {minimal} points in the Discussion",
                ),
            ),
        ),
        _interval(published),
        Choice(
            "Confidence level",
            tuple(
                Level(f"{100 * level:g}%", {"confidence_level": level}, why)
                for level, why in levels.items()
            ),
        ),
    )


def printed_curve(published: PublishedFacts) -> SpecificationCurve:
    """Compute the proportion of responders from printed counts under every combination.

    Examples
    --------
    >>> curve = printed_curve(PublishedFacts.read())
    >>> curve.results[["responders", "patients"]].iloc[0].tolist()
    [8, 19]
    """
    lost = published.count("response.minimal_lost")

    def count(settings: Mapping[str, object]) -> Counts:
        found = response_count(
            published,
            threshold=int(str(settings["threshold"])),
            by_week=int(str(settings["week"])),
            include_excluded_patient=bool(settings["include_excluded"]),
        )
        more = lost if settings["lost_too"] else 0
        return Counts((found.responders + more,), (found.patients,))

    return curve_of_counts(count, inference(published), printed_choices(published))


def endpoint(published: PublishedFacts) -> Endpoint:
    """Return the primary outcome as the article counts it.

    Patients who stopped without a response are non-responders, and no visit after week 0 is left
    out.
    """
    return Endpoint(
        kind="best",
        threshold=published.count("design.responder_score"),
        week=published.count("design.primary_week"),
        intercurrent="treatment policy",
        missing="unknown",
    )


@dataclass(frozen=True, slots=True)
class EnzymeLimits:
    """Upper limits of normal of CK, by sex."""

    label: str  #: in words
    reason: str  #: why they are examined, with their source
    female: float  #: U/L
    male: float  #: U/L


def _with_limits(trial: Trial, limits: EnzymeLimits) -> Trial:
    """Return a trial whose CK is compared with other upper limits of normal."""
    of_sex = trial.patients["sex"].map({"female": limits.female, "male": limits.male})
    given = trial.patients["ck_uln"]
    return replace(trial, patients=trial.patients.assign(ck_uln=of_sex.where(given.notna())))


def cohort(trial: Trial, limits: EnzymeLimits | None) -> ResponseCohort:
    """Return the analysed patients, scored with the limits of their rows and with others.

    Parameters
    ----------
    trial
        The patients.
    limits
        Other upper limits of normal of CK; None: none are examined.
    """
    courses = {"those of the data": Courses.of(analyse(trial))}
    if limits is not None:
        courses[limits.label] = Courses.of(analyse(_with_limits(trial, limits)))
    analysed = trial.patients["analysed"].to_numpy(dtype=bool)
    return ResponseCohort(
        courses, (np.ones(int(np.sum(analysed)), dtype=bool),), (int(np.sum(~analysed)),)
    )


def row_choices(published: PublishedFacts, limits: EnzymeLimits | None) -> tuple[Choice, ...]:
    """Return the choices that only patient-level data allow.

    The range of the muscle test is not among them: the printed third quartile at the end is above
    every smaller maximum of `MMT_MAXIMA`.
    """
    plan = endpoint(published)
    minimal = published.count("design.minimal_score")
    decision = published.count("design.amended_decision_week")
    major = RESPONSE_CUTOFFS["adult"]["major"]
    stopped = published.text("flow.ended_early")
    by_week = "“by week” counts any visit until then (Results, Secondary outcomes)"

    def seen(label: str, reason: str, **changed: object) -> Level:
        usual = {"kind": plan.kind, "week": plan.week, "early_end": plan.early_end}
        return Level(label, {**usual, **changed}, reason)

    choices = [
        Choice(
            "Threshold",
            (
                Level(f"{plan.threshold:g} points", {"threshold": plan.threshold}, _PRIMARY),
                Level(f"{minimal} points", {"threshold": minimal}, _SECONDARY),
                Level(
                    f"{major:g} points",
                    {"threshold": major},
                    "major improvement (doi:10.1136/annrheumdis-2017-211400); not an outcome of "
                    "the article",
                ),
            ),
        ),
        # Between weeks 3 and 9 the visits depend on the regimen, so week 4 is "by" and not "at".
        Choice(
            "Visits that count",
            (
                seen(f"at any visit by week {plan.week:g}", by_week),
                seen(
                    f"at any visit by week {plan.week:g}, unknown after an early stop",
                    f"{stopped} patients stopped early; no score after the stop is printed",
                    early_end="missing",
                ),
                seen(
                    f"at week {plan.week:g}",
                    "week of the last assessment (Methods, Primary and secondary outcome measures)",
                    kind="at week",
                ),
                seen(
                    f"at any visit by week {decision}",
                    "decision on the regimen (Methods, Study design)",
                    week=decision,
                ),
            ),
        ),
        _stops(published),
        Choice(
            "Handling of an unknown status",
            (
                Level("left out", {"missing": "unknown"}, "no rule for missing scores is printed"),
                Level("non-response", {"missing": "non-responder"}, "the worst case"),
                Level("response", {"missing": "best case"}, "the best case"),
            ),
        ),
        Choice(
            "Denominator",
            (
                Level("analysed", {"denominator": "analysed"}, "as in the article"),
                Level(
                    "all included",
                    {"denominator": "included"},
                    f"patient {published.text('flow.excluded_patient')} as a non-responder at "
                    "every threshold, even at the lower one, which the Discussion counts",
                ),
            ),
        ),
    ]
    if limits is not None:
        choices.append(
            Choice(
                "Upper limits of CK",
                (
                    Level(
                        "those of the data",
                        {"scoring": "those of the data"},
                        "assumed: the article prints none",
                    ),
                    Level(limits.label, {"scoring": limits.label}, limits.reason),
                ),
            )
        )
    return (*choices, _interval(published))


def _stops(published: PublishedFacts) -> Choice:
    # What each does to these patients, of whom no visit is recorded after the stop.
    words: Mapping[Strategy, tuple[str, str]] = {
        "treatment policy": (
            "no rule",
            "as the article counts, all recorded visits count, and none is recorded after a stop: "
            "at any visit, a patient who stopped without a response is a non-responder, unless the "
            "choice of visits calls the status unknown after an early stop; at a fixed week the "
            "status of such a patient is unknown",
        ),
        "composite": (
            "non-response",
            "composite: rescue medication or an early stop before the last week that counts is "
            "non-response, even after a response",
        ),
        "while on treatment": (
            "visits until then",
            "while on treatment: visits count up to rescue medication or an early stop; at a fixed "
            "week the last of them takes the place of the visit of that week",
        ),
        "hypothetical": (
            "left out",
            "hypothetical: patients with rescue medication or an early stop are left out, except "
            "those who had responded before it at a visit that counts; how the others would have "
            "responded is not estimated, and keeping the former makes the proportion too high if "
            "these events are unrelated to response",
        ),
    }
    stopped = published.text("flow.ended_early")
    return Choice(
        "Handling of rescue and early stops",
        tuple(
            Level(
                word,
                {"intercurrent": name},
                f"{stopped} patients stopped early and switched to rescue medication (Results, "
                f"Secondary outcomes); {said}",
            )
            for name, (word, said) in words.items()
        ),
    )


def row_curve(
    published: PublishedFacts, trial: Trial, limits: EnzymeLimits | None
) -> SpecificationCurve:
    """Compute the proportion of responders among some patients under every combination."""
    return curve_of_counts(
        partial(cohort(trial, limits).count, endpoint(published)),
        inference(published),
        row_choices(published, limits),
    )


def conclusions(published: PublishedFacts) -> tuple[Conclusion, ...]:
    """Return the conclusions that are judged: the words of the article, and its planning.

    “Nearly half” is read as: fewer than half, and an interval that includes one half.
    """
    planned = float(published.value("design.assumed_proportion"))
    shown = f"{100 * planned:g}%"
    half = 0.5
    return (
        Conclusion("Fewer than half respond", (Condition("estimate", "below", half),)),
        Conclusion.includes("The interval includes one half", half),
        Conclusion.includes(f"The interval includes the assumed {shown}", planned),
        Conclusion(
            f"The interval is below the assumed {shown}", (Condition("high", "below", planned),)
        ),
    )


def change_choices(analysis: Analysis) -> tuple[Choice, ...]:
    """Return the choices of the outcome measures' changes that the article leaves open.

    The first levels are those of the analysis.
    """
    options = analysis.options

    def ordered(label: str, setting: str, levels: Mapping[object, tuple[str, str]]) -> Choice:
        first = getattr(options, setting)
        values = dict.fromkeys((first, *levels))
        return Choice(
            label,
            tuple(Level(levels[value][0], {setting: value}, levels[value][1]) for value in values),
        )

    return (
        ordered(
            "End",
            "end",
            {
                "last-assessment": ("last visit", "how the end was defined is not stated"),
                "completers": ("completers only", "how the end was defined is not stated"),
            },
        ),
        ordered(
            "Patients without change",
            "zero_method",
            {
                "wilcox": ("left out", "as the software named in the Methods section does"),
                "pratt": ("ranked", "Pratt 1959, doi:10.1080/01621459.1959.10501526"),
            },
        ),
        ordered(
            "P value",
            "pvalue_method",
            {
                "asymptotic": ("asymptotic", "the software's default"),
                "exact": ("exact", "few patients"),
            },
        ),
    )
