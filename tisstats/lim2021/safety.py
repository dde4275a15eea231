"""Safety: harms by patient, among those analysed and all treated, and limits with zero events."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1

from tisstats.ledger.published import PublishedFacts
from tisstats.statistics import proportion_interval

#: Rule of three: with zero events in n patients, the upper limit of the rate is about 3/n.
_RULE_OF_THREE = 3

#: Confidence level above which twice the error leaves a one-sided limit.
ONE_SIDED_ABOVE = 0.5

#: Confidence level of the one-sided limit that the rule of three approximates.
RULE_OF_THREE_LEVEL = -expm1(-_RULE_OF_THREE)


@dataclass(frozen=True, slots=True)
class SafetyOutcome:
    """A safety outcome, counted by patient."""

    label: str  #: as in tables of patient-level data
    analysed: int  #: analysed patients who had it
    treated: int  #: treated patients who had it, under `assumption`
    assumption: str  #: what `treated` assumes about the excluded patient


@dataclass(frozen=True, slots=True)
class ZeroEventLimits:
    """Upper limits of a rate, from the patients who deteriorated, as proportions."""

    two_sided: float  #: of the two-sided interval
    one_sided: float | None  #: of the one-sided interval at the same level; None at 0.5 or less
    rule_of_three: float  #: 3/n


#: Label of the patients with pulmonary embolism, which other trials do not count by itself.
EMBOLISM = "Pulmonary embolism"

_EARLY_END = "the excluded patient did not {}: the text reports follow-up to the last week"
_NONE = 'the article\'s "none of the patients" includes the excluded patient'
_EVENTS = "the events that the article lists are those of all treated patients"
_ALL = 'the article\'s "all patients" includes the excluded patient'

#: Label, address of the count (none: patients with a serious event), whether the
#: excluded patient had it, and the interpretation of the article that says so.
_OUTCOMES = (
    ("Any adverse event", "safety.adverse_events_patients", True, _ALL),
    ("Any serious adverse event", None, False, _EVENTS),
    (EMBOLISM, "safety.pulmonary_embolism", False, _EVENTS),
    ("Rescue medication", "safety.rescue_medication", False, _EARLY_END.format("switch")),
    ("Stopped early", "flow.ended_early", False, _EARLY_END.format("stop early")),
    (
        "Stopped early because of an adverse event",
        "safety.stopped_for_adverse_event",
        False,
        _NONE,
    ),
    ("Clinically relevant deterioration", "safety.deterioration", False, _NONE),
)


def patients_with_serious_events(published: PublishedFacts) -> int:
    """Count the patients with a serious adverse event, as the text distinguishes them."""
    return int(published.tables["serious_adverse_events"]["patient"].nunique())


def outcomes(published: PublishedFacts) -> list[SafetyOutcome]:
    """Return the safety outcomes.

    The article does not report the harms of the excluded patient separately, so each count among
    all treated patients rests on an assumption.
    """
    excluded = published.count("flow.excluded_from_analysis")
    found = []
    for label, address, had_it, assumption in _OUTCOMES:
        count = published.count(address) if address else patients_with_serious_events(published)
        found.append(SafetyOutcome(label, count, count + (excluded if had_it else 0), assumption))
    return found


def zero_event_limits(
    published: PublishedFacts, patients: str, confidence_level: float, method: str
) -> ZeroEventLimits:
    """Compute upper limits of the rate of deterioration.

    The one-sided limit is the upper limit of the two-sided interval with twice the alpha, which a
    level of 0.5 or less does not leave.

    Parameters
    ----------
    published
        The published facts.
    patients
        Address of the number of patients.
    confidence_level
        Above 0 and below 1.
    method
        Method of the interval, of `tisstats.statistics.proportion_interval`.

    Raises
    ------
    ValueError
        If the level or the method is not permitted.
    """
    worse, n = published.count("safety.deterioration"), published.count(patients)

    def upper_limit(level: float) -> float:
        return proportion_interval(worse, n, confidence_level=level, method=method).high

    both = 1 - 2 * (1 - confidence_level)
    one_sided = upper_limit(both) if confidence_level > ONE_SIDED_ABOVE else None
    return ZeroEventLimits(upper_limit(confidence_level), one_sided, _RULE_OF_THREE / n)
