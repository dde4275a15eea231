"""Endpoints of patients: who responded, who did not, and by which rule.

`evaluate` applies an `Endpoint` to `Courses`: every patient gets a status and the rule that
decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from tisstats.statistics import Interval, proportion_interval
from tisstats.statistics._arguments import one_of
from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.courses import SAME_WEEK, Courses, at_consecutive_visits
from tisstats.trial.endpoint_assessment import SCORES, Names, Setting, name_array
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.outcome_words import RESPONSE, OutcomeWords

Status = Literal["responder", "non-responder", "unknown", "excluded"]
Rule = Literal[
    "observed",
    "observed at the last visit on treatment",
    "rescue medication before the assessment",
    "stopped early, before the assessment",
    "death before the assessment",
    "confirmed deterioration",
    "no visit in the window",
    "fewer than two visits",
    "visits end before the week",
    "missing measures leave the score open",
    "missing measures leave deterioration open",
]


#: What a patient can be, in the order of tables.
STATUSES: tuple[Status, ...] = get_args(Status)

#: What can have decided, in the order of tables.
RULES: tuple[Rule, ...] = get_args(Rule)

#: Rules by which missing scores left the status open.
_OPEN: tuple[Rule, ...] = RULES[RULES.index("no visit in the window") :]

#: Those that a death before the assessment settles: no visit can have been after it.
_WITHOUT_VISIT: tuple[Rule, ...] = (
    "no visit in the window",
    "fewer than two visits",
    "visits end before the week",
)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Patients with one status who fell under one rule: a row of `EndpointResult.counts`.

    Examples
    --------
    >>> RuleCount("non-responder", "no visit in the window", 3).label
    'no visit in the window, counted as non-responder'
    >>> RuleCount("unknown", "no visit in the window", 3).label
    'no visit in the window'
    """

    status: Status  #: what the patients were counted as
    rule: Rule  #: what decided
    patients: int  #: how many there are

    @property
    def label(self) -> str:
        """The rule in words, and how an open status was counted."""
        return self.label_in(RESPONSE)

    def label_in(self, words: OutcomeWords) -> str:
        """Return `label` in the words of an outcome."""
        # What is open where a worsening is judged is not the score.
        rule = self.rule if words == RESPONSE else self.rule.replace("the score", "the status")
        counted = self.rule in _OPEN and self.status != "unknown"
        return f"{rule}, counted as {words.status(self.status)}" if counted else rule


@dataclass(frozen=True, slots=True)
class ResponseInterval:
    """Confidence intervals for the proportion of responders.

    The two are the same unless the endpoint counts by bounds.

    Examples
    --------
    >>> courses = Courses.from_scores([[16], [16]], [[40], [0]], [[40], [60]])
    >>> endpoint = Endpoint(kind="at week", threshold=20, week=16,
    ...                     intercurrent="treatment policy", missing="bounds")
    >>> interval = evaluate(endpoint, courses).confidence_interval()
    >>> interval.fewest.estimate, interval.most.estimate
    (0.5, 1.0)
    """

    fewest: Interval  #: if no patient of unknown status responded
    most: Interval  #: if all of them did


@dataclass(frozen=True, slots=True, eq=False)
class EndpointResult:
    """An endpoint, patient by patient: the result of `evaluate`.

    Examples
    --------
    >>> courses = Courses.from_scores(
    ...     [[0, 16], [0, 16], [0, 16]], [[0, 40], [0, 0], [0, 0]], [[0, 40], [0, 30], [0, 10]]
    ... )
    >>> endpoint = Endpoint(kind="at week", threshold=20, week=16,
    ...                     intercurrent="treatment policy", missing="bounds")
    >>> result = evaluate(endpoint, courses)
    >>> result.responders_low, result.responders_high, result.denominator
    (1, 2, 3)
    """

    endpoint: Endpoint  #: what was evaluated
    status: Names  #: one of `STATUSES` for each patient, shape (patients,)
    rule: Names  #: one of `RULES`, which decided, shape (patients,)

    @property
    def patients(self) -> int:
        """Number of patients, those excluded or of unknown status too."""
        return len(self.status)

    def count(self, status: Status) -> int:
        """Count the patients with a status."""
        return int(np.sum(self.status == one_of("status", status, STATUSES)))

    @property
    def counts(self) -> tuple[RuleCount, ...]:
        """Patients by status and rule, in the order of tables; they add up to all patients."""
        found = Counter(zip(self.status, self.rule, strict=True))
        return tuple(
            RuleCount(status, rule, found[status, rule])
            for status in STATUSES
            for rule in RULES
            if found[status, rule]
        )

    def count_table(self) -> pd.DataFrame:
        """Tabulate `counts`: ``Status``, ``Decided by`` and ``n``, one row a status and rule."""
        words = self.endpoint.words
        rows = [
            (words.status(each.status), each.label_in(words), each.patients) for each in self.counts
        ]
        return pd.DataFrame(rows, columns=["Status", "Decided by", "n"])

    @property
    def denominator(self) -> int:
        """Patients in the denominator: those of known status, by bounds all who are not excluded.

        By the rule "unknown", patients of unknown status are left out.
        """
        known = self.count("responder") + self.count("non-responder")
        return known + self._open

    @property
    def responders_low(self) -> int:
        """Responders if no patient of unknown status responded."""
        return self.count("responder")

    @property
    def responders_high(self) -> int:
        """Responders if, by bounds, all patients of unknown status did; else `responders_low`."""
        return self.responders_low + self._open

    @property
    def _open(self) -> int:
        return self.count("unknown") if self.endpoint.missing == "bounds" else 0

    def confidence_interval(
        self, confidence_level: float = 0.95, method: str = "clopper-pearson"
    ) -> ResponseInterval:
        """Compute confidence intervals for the proportion of responders.

        Parameters
        ----------
        confidence_level : float
            Nominal confidence, strictly between 0 and 1.
        method : str
            One of `tisstats.statistics.INTERVAL_METHODS`.

        Raises
        ------
        ValueError
            If there is no patient in the denominator, or an argument is not permitted.
        """
        if not self.denominator:
            raise ValueError(
                f"no interval: none of the {self.patients} patients is in the denominator"
            )
        fewest, most = (
            proportion_interval(count, self.denominator, confidence_level, method)
            for count in (self.responders_low, self.responders_high)
        )
        return ResponseInterval(fewest, most)

    def select(self, members: Mask) -> EndpointResult:
        """Return the result of some patients, such as those of an arm; shape (patients,)."""
        return EndpointResult(self.endpoint, self.status[members], self.rule[members])


def evaluate(endpoint: Endpoint, courses: Courses) -> EndpointResult:
    """Evaluate an endpoint patient by patient, with the rule that decided each status.

    Parameters
    ----------
    endpoint : Endpoint
        The response, the strategy for intercurrent events and the rule for missing scores.
    courses : Courses
        The patients' courses.

    Returns
    -------
    EndpointResult
        Status and rule of every patient, in the order of `courses`.

    Notes
    -----
    The first of these that applies decides:

    1. Rescue medication before the assessment, if the endpoint excludes it or the strategy is
       composite: non-responder. Then, by the composite strategy, a death or an early stop. Where
       meeting the endpoint is unfavourable, both count as having met it.
    2. By the hypothetical strategy, rescue medication, a death or an early stop before it:
       excluded, by the earlier of those before it, the rescue medication if both fell in one week.
       Kept are patients whose visits before it settle the status: by a "best" or
       "confirmed" response, or by a confirmed deterioration. This leaves out outcomes, and does not
       estimate what they would have been. Where responses before the event are kept, the proportion
       is too high if the events are unrelated to the response: see
       `time_to_first_response`.
    3. Confirmed deterioration up to the assessment, if the endpoint excludes it: non-responder.
    4. The scores, as far as their bounds settle the status. While on treatment, the last
       follow-up visit on treatment takes the place of that of the week after an event before it.
    5. A death before the assessment, or in its week without a visit from then on, where too few
       visits are left to settle the status, and not because all that could have sustained the
       score were due before the death and missed: it counts as a failure of treatment, whatever
       the rule for missing scores. By treatment policy it does so too where the visits before it
       settled that the endpoint was not met. The treatment policy strategy cannot in general be
       implemented for terminal events such as death (ICH E9(R1), A.3.2): this is our convention,
       in effect a composite strategy.
    6. What is still open is counted by the rule for missing scores.

    The assessment is the visit of `Endpoint.week`; if there is none, or the response may be seen at
    any visit up to it, that week itself, or the last visit in its window if that is later. An early
    stop is before it if the last week on treatment is; for rescue medication in the same week see
    `Endpoint.rescue_in_week_of_visit`. By the composite strategy an event before it outweighs a
    response that was seen earlier. Missed visits are ignored by "best" and "confirmed".

    What missing measures leave open is decided from the bounds of the score and from three-valued
    logic. If a score and a deterioration are both open, the status counts as open even where their
    common cause would settle it.

    Scores are not imputed. The rules "non-responder", "best case" and "worst case" give an open
    status one fixed value; multiple imputation is not offered. The principal stratum strategy
    concerns who is analysed, and is not offered either.

    Raises
    ------
    TypeError
        If the endpoint is not an `Endpoint`, such as the section ``[endpoint]`` of a study's
        description, or the courses are not `Courses`.

    References
    ----------
    ICH E9(R1) 2019, Addendum on estimands and sensitivity analysis in clinical trials, section
    A.3.2, for the strategies. Of two visits equally near to the planned week the later one is
    taken, as in the TLG Catalog's chapter on visit windows.

    Examples
    --------
    Week 25 and week 17 or 21, without rescue medication; the second patient had it in week 20, the
    third stopped in week 17.

    >>> nan = np.nan
    >>> courses = Courses.from_scores(
    ...     weeks=[[0, 17, 21, 25], [0, 17, 21, 25], [0, 17, nan, nan]],
    ...     score_low=[[0, 20, 10, 40], [0, 20, 40, 40], [0, 20, nan, nan]],
    ...     rescue_week=[nan, 20, nan], stop_week=[nan, nan, 17],
    ... )
    >>> endpoint = Endpoint(kind="sustained", threshold=20, week=25, also_at=(17, 21),
    ...                     without_rescue=True, intercurrent="treatment policy", missing="unknown")
    >>> result = evaluate(endpoint, courses)
    >>> print(result.count_table().to_string(index=False))
           Status                              Decided by  n
        responder                                observed  1
    non-responder rescue medication before the assessment  1
          unknown                  no visit in the window  1
    >>> round(result.confidence_interval().fewest.estimate, 2), result.denominator
    (0.5, 2)
    """
    _check(endpoint, courses)
    setting = Setting.of(endpoint, courses)
    score = SCORES[endpoint.kind](setting)
    deteriorated = _deteriorated(setting)
    status, rule = _decided(setting, score.met, deteriorated)
    # Where the score is met, its reason says nothing: what is open is the deterioration.
    without_visit = np.isin(score.reason.astype(str), _WITHOUT_VISIT)
    without_visit &= np.logical_not(score.missed_before) & ~score.met.yes
    died = (status == "") & setting.died & without_visit
    if endpoint.intercurrent == "treatment policy":
        # That nothing was seen before a death does not make a success of it.
        died |= (rule == "observed") & setting.died & score.met.no
    status = np.where(died, name_array(_failure(endpoint)), status)
    rule = np.where(died, name_array("death before the assessment"), rule)
    open_ = status == ""
    reason = np.where(
        score.met.yes, name_array("missing measures leave deterioration open"), score.reason
    )
    rule = np.where(open_, reason, rule)
    counted = _COUNTED_UNFAVOURABLE if endpoint.words.unfavourable else _COUNTED
    status = np.where(open_, name_array(counted.get(endpoint.missing, "unknown")), status)
    return EndpointResult(endpoint, status, rule)


def _check(endpoint: object, courses: object) -> None:
    """Refuse what is neither, and name what was meant where a study's own parts are given."""
    if not isinstance(endpoint, Endpoint):
        kind = type(endpoint).__name__
        raise TypeError(
            f"endpoint must be an Endpoint, got {kind}; the endpoint that a study's description "
            "names is evaluated with its rows by evaluate_study(data)"
        )
    if not isinstance(courses, Courses):
        kind = type(courses).__name__
        raise TypeError(f"courses must be Courses, such as Courses.of(analysis), got {kind}")


#: Status that each rule for missing scores gives an open one; else it is unknown.
_COUNTED: Mapping[str, Status] = {
    "non-responder": "non-responder",
    "worst case": "non-responder",
    "best case": "responder",
}

#: The same where a "responder" is a patient with the unfavourable outcome.
_COUNTED_UNFAVOURABLE: Mapping[str, Status] = {
    "non-responder": "responder",
    "worst case": "responder",
    "best case": "non-responder",
}


def _deteriorated(setting: Setting) -> ThreeValued:
    """Return whether a confirmed deterioration makes a patient a non-responder."""
    nobody = np.zeros(len(setting.rescued), dtype=bool)
    if not setting.endpoint.without_confirmed_deterioration:
        return ThreeValued.from_mask(nobody)
    until = setting.courses.weeks <= setting.by_week[:, None] + SAME_WEEK
    return at_consecutive_visits(setting.courses.worse, setting.allowed & until)


def _failure(endpoint: Endpoint) -> Status:
    """Return the status of a failure of treatment."""
    return "responder" if endpoint.words.unfavourable else "non-responder"


def _decided(
    setting: Setting, score: ThreeValued, deteriorated: ThreeValued
) -> tuple[Names, Names]:
    """Return status and rule of the patients whose status is settled, empty for the others."""
    endpoint = setting.endpoint
    strategy = endpoint.intercurrent
    nobody = np.zeros(len(setting.rescued), dtype=bool)
    composite = strategy == "composite"
    failed_rescue = setting.rescued if composite or endpoint.without_rescue else nobody
    failed_stop = setting.stopped if composite else nobody
    met = score & ~deteriorated

    # Before an event, a response at any visit and a deterioration are there to stay.
    lasting = nobody
    if not endpoint.at_one_week and not endpoint.without_confirmed_deterioration:
        lasting = met.yes
    hypothetical = (strategy == "hypothetical") & ~lasting & ~deteriorated.yes
    rescue_first = setting.rescued & ~failed_rescue
    rescue_first &= ~(setting.courses.stop_week < setting.courses.rescue_week - SAME_WEEK)
    on_treatment = setting.cut & endpoint.at_one_week

    failure = _failure(endpoint)
    courses = setting.courses
    stop_first = setting.stopped & (courses.stop_week < courses.death_week - SAME_WEEK)
    first_death = setting.died & ~stop_first
    cases: list[tuple[Mask, Status, Rule]] = [
        (failed_rescue, failure, "rescue medication before the assessment"),
        (first_death & composite, failure, "death before the assessment"),
        (failed_stop, failure, "stopped early, before the assessment"),
        (hypothetical & rescue_first, "excluded", "rescue medication before the assessment"),
        (hypothetical & first_death, "excluded", "death before the assessment"),
        (hypothetical & setting.stopped, "excluded", "stopped early, before the assessment"),
        (deteriorated.yes, "non-responder", "confirmed deterioration"),
        (met.yes & on_treatment, "responder", "observed at the last visit on treatment"),
        (met.yes, "responder", "observed"),
        (met.no & on_treatment, "non-responder", "observed at the last visit on treatment"),
        (met.no, "non-responder", "observed"),
    ]
    holds: Any = [mask for mask, _, _ in cases]
    status = np.select(holds, [name_array(name) for _, name, _ in cases], name_array(""))
    rule = np.select(holds, [name_array(name) for _, _, name in cases], name_array(""))
    return status, rule
