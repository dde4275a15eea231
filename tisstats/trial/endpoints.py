"""Endpoints as trials define them: who responded, who did not, and by which rule.

An `Endpoint` names the response, the strategy for intercurrent events and the rule for missing
scores. `evaluate` applies it to `Courses`: every patient gets a status and the rule that decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.statistics import Interval, proportion_interval
from tisstats.statistics._arguments import one_of
from tisstats.trial.columns import Mask, ThreeValued
from tisstats.trial.courses import (
    SAME_WEEK,
    Courses,
    at_any_visit,
    at_consecutive_visits,
)
from tisstats.trial.outcome_words import RESPONSE, OutcomeWords

Kind = Literal["at week", "best", "sustained", "confirmed"]
Strategy = Literal["treatment policy", "composite", "while on treatment", "hypothetical"]
Missing = Literal["unknown", "non-responder", "bounds", "best case", "worst case"]
Confirmation = Literal["consecutive visits", "any two visits"]
SameWeek = Literal["after the visit", "before the visit"]
EarlyEnd = Literal["as observed", "missing"]

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

#: Strategies for intercurrent events: name to what it does here. Names as in ICH E9(R1), A.3.2.
STRATEGIES: Mapping[Strategy, str] = {
    "treatment policy": "visits count regardless of rescue medication and early stops",
    "composite": "rescue medication or an early stop, such as a death, before the assessment is "
    "non-response",
    "while on treatment": "visits count up to rescue medication or an early stop",
    "hypothetical": "patients with rescue medication or an early stop, such as a death, before the "
    "assessment are left out, which assumes that they would have responded as often as the others",
}

#: Rules for a status that missing scores leave open: name to what it does.
MISSING_RULES: Mapping[Missing, str] = {
    "unknown": "the status is unknown, and the patient is not in the denominator",
    "non-responder": "counted as a non-responder",
    "bounds": "the status is unknown; responders are counted from none to all of them",
    "best case": "counted as a responder",
    "worst case": "counted as a non-responder",
}


def missing_words(missing: Missing, words: OutcomeWords = RESPONSE) -> str:
    """Describe what a rule for missing scores does to a status that is open.

    Examples
    --------
    >>> from tisstats.trial.outcome_words import WORSENING
    >>> missing_words("non-responder"), missing_words("non-responder", WORSENING)
    ('counted as a non-responder', 'counted as worsened')
    >>> missing_words("best case", WORSENING)
    'counted as not worsened'
    """
    if missing in ("non-responder", "worst case"):
        return f"counted as {words.failure_as}"
    if missing == "best case":
        return f"counted as {words.success_as}"
    if missing == "bounds":
        return f"the status is unknown; {words.patients} are counted from none to all of them"
    return MISSING_RULES[missing]


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

Names = NDArray[np.object_]
"""A name for each patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A binary endpoint: the response, and how intercurrent events and gaps are handled.

    Intercurrent events are rescue medication and an early stop of treatment. The strategy, the
    rule for missing scores, the threshold and the week have no default.

    Raises
    ------
    ValueError
        If a choice is not one of those permitted, or `also_at` does not fit the kind.

    Notes
    -----
    Kinds of response, at follow-up visits (after week 0):

    - "at week": the score at the visit of `week`;
    - "best": the score at any visit up to `week`;
    - "sustained": the score at the visit of `week` and at that of at least one week of `also_at`;
    - "confirmed": the score at two visits up to `week`, see `confirmed_at`.

    Instead of a score, a criterion that is met or not can be evaluated, such as the IMACS
    definition of improvement: see `Courses.with_criterion`. Where meeting it is bad, as of a
    worsening (`words.unfavourable`), a "responder" is a patient who met it, and what counts as a
    failure of treatment counts as having met it: an event by the composite strategy (ICH E9(R1),
    A.3.2), and an open status by the rules "non-responder" and "worst case"; by "best case" it
    counts as not having met it. `without_rescue` and `without_confirmed_deterioration` are
    conditions of a success, and not permitted with it.

    The visit of a week is the one nearest to it within `window`, of two equally near ones
    the later. "Up to" a week includes its window.

    Examples
    --------
    The primary endpoint of ProDERM (doi:10.1056/NEJMoa2117912); the two rules at the end are
    assumed:

    >>> endpoint = Endpoint(kind="at week", threshold=20, week=16,
    ...                     without_confirmed_deterioration=True,
    ...                     intercurrent="treatment policy", missing="non-responder")
    >>> first, events, missing = endpoint.describe().split(". ")
    >>> first
    'Total Improvement Score of at least 20 at week 16, without confirmed deterioration'
    >>> missing
    'Where missing data leave the status open: counted as a non-responder.'
    """

    kind: Kind  #: the response, see Notes
    threshold: float  #: least Total Improvement Score of a response, above 0, up to 100
    week: float  #: week of the assessment ("at week", "sustained"), or the last that counts
    intercurrent: Strategy  #: strategy for intercurrent events, one of `STRATEGIES`
    missing: Missing  #: what becomes of a status that is open, one of `MISSING_RULES`
    #: what is reached at a visit, in words, if it is not the score: see `Courses.with_criterion`
    criterion: str = ""
    words: OutcomeWords = RESPONSE  #: what meeting the endpoint is called, and whether it is bad
    #: weeks before `week`, at one of which a "sustained" response must be seen too
    also_at: tuple[float, ...] = ()
    window: float = 0.0  #: weeks by which a visit may differ from its planned week, both ways
    #: whether no other visit may lie between the two of a "confirmed" response
    confirmed_at: Confirmation = "consecutive visits"
    #: whether rescue medication before the assessment is non-response, whatever the strategy
    without_rescue: bool = False
    #: whether confirmed deterioration up to the assessment is non-response
    without_confirmed_deterioration: bool = False
    #: how rescue medication is placed that was given in the week of a visit
    rescue_in_week_of_visit: SameWeek = "after the visit"
    #: for "best" and "confirmed", whether no response up to a last visit before `week` (less its
    #: window) is non-response, or leaves the status open
    early_end: EarlyEnd = "as observed"

    def __post_init__(self) -> None:
        for name, permitted in _CHOICES.items():
            one_of(name, getattr(self, name), permitted)
        object.__setattr__(self, "also_at", tuple(self.also_at))
        if not 0 < self.threshold <= 100:
            raise ValueError(f"threshold must be above 0 and at most 100, got {self.threshold!r}")
        if not 0 < self.week < np.inf:
            raise ValueError(f"week must be a number above 0, got {self.week!r}")
        if not 0 <= self.window < np.inf:
            raise ValueError(f"window must be a number of at least 0, got {self.window!r}")
        if (self.kind == "sustained") != bool(self.also_at):
            raise ValueError(
                "also_at must be given for a sustained response, and for no other, "
                f"got {self.also_at!r} for {self.kind!r}"
            )
        if self.words.unfavourable:
            for name in ("without_rescue", "without_confirmed_deterioration"):
                if getattr(self, name):
                    raise ValueError(
                        f"{name} must be False for {self.words.noun}: it is a condition of a "
                        "success"
                    )
        if outside := [week for week in self.also_at if not 0 < week < self.week]:
            raise ValueError(
                f"also_at must lie after week 0 and before week {self.week:g}, got {outside[0]!r}"
            )

    def describe_strategy(self) -> str:
        """Describe what the strategy for intercurrent events does to the outcome.

        By the composite strategy an event is the unfavourable outcome, whichever that is (ICH
        E9(R1), A.3.2). By the hypothetical strategy some patients with an event are kept, see
        `evaluate`: what the others would have had is then not estimated.

        Examples
        --------
        >>> endpoint = Endpoint(kind="best", threshold=20, week=16, intercurrent="hypothetical",
        ...                     missing="unknown")
        >>> endpoint.describe_strategy()  # doctest: +ELLIPSIS
        'patients with rescue medication or an early stop, such as a death, before ... are left...'
        """
        failure = f"before the assessment is {self.words.failure}"
        if self.intercurrent == "composite":
            return f"rescue medication or an early stop, such as a death, {failure}"
        described = STRATEGIES[self.intercurrent]
        if self.intercurrent == "treatment policy":
            described += f"; a death {failure}, unless the endpoint was or may have been met before"
        if self.intercurrent == "while on treatment":
            described += f"; a death that leaves too few visits to assess is {self.words.failure}"
        kept = ""
        if self.without_confirmed_deterioration:
            kept = "a confirmed deterioration"
        elif not self.at_one_week:
            kept = self.words.indefinite
        if self.intercurrent == "hypothetical" and kept:
            described = (
                "patients with rescue medication or an early stop, such as a death, before the "
                f"assessment are left out, except those with {kept} before it; what the others "
                "would have had is not estimated"
            )
        if not self.without_rescue:
            return described
        # Rescue medication decides before the strategy does, which then is about early stops.
        for events, stops in (
            ("rescue medication or an early stop", "an early stop"),
            ("rescue medication and early stops", "early stops"),
        ):
            described = described.replace(events, stops)
        return f"{described}; rescue medication {failure}"

    @property
    def at_one_week(self) -> bool:
        """Whether the response is assessed at a planned week, not at any visit up to it."""
        return self.kind in ("at week", "sustained")

    def describe_response(self) -> str:
        """Describe the response, without the rules for events and missing scores.

        Examples
        --------
        >>> Endpoint(kind="best", threshold=20, week=16, without_rescue=True,
        ...          intercurrent="treatment policy", missing="unknown").describe_response()
        'Total Improvement Score of at least 20 at any visit up to week 16, without rescue \
medication'
        """
        window = f" (± {self.window:g} weeks)" if self.window else ""
        when = {
            "at week": f"at week {self.week:g}{window}",
            "best": f"at any visit up to week {self.week:g}{window}",
            "sustained": f"at week {self.week:g} and at week "
            f"{' or '.join(f'{week:g}' for week in self.also_at)}{window}",
            "confirmed": f"at {'two consecutive' if self._consecutive else 'any two'} visits "
            f"up to week {self.week:g}{window}",
        }[self.kind]
        without = [
            "rescue medication" * self.without_rescue,
            "confirmed deterioration" * self.without_confirmed_deterioration,
        ]
        excluded = " or ".join(filter(None, without))
        return (
            f"{self.criterion or f'Total Improvement Score of at least {self.threshold:g}'} {when}"
            + (f", without {excluded}" if excluded else "")
        )

    def describe(self) -> str:
        """Describe the endpoint in sentences, with every choice that matters to it."""
        sentences = [
            self.describe_response(),
            f"Intercurrent events: {self.intercurrent} ({self.describe_strategy()})",
            f"Where missing data leave the status open: {missing_words(self.missing, self.words)}",
        ]
        if self.intercurrent != "treatment policy" or self.without_rescue:
            sentences.append(
                "Rescue medication in the week of a visit is taken as given "
                f"{self.rescue_in_week_of_visit}"
            )
        composite = self.intercurrent == "composite"
        decides = (composite or self.without_rescue) and not self.words.unfavourable
        if not self.at_one_week and decides:
            sentences.append(
                f"{'An event' if composite else 'Rescue medication'} at any time before week "
                f"{self.week:g} counts, also after a visit with {self.words.indefinite}"
            )
        if not self.at_one_week:
            seen = "a visit" if self.kind == "best" else "at least two visits"
            ending = (
                f"patients with {seen} after baseline {self.words.did_not}"
                if self.early_end == "as observed"
                else "the status is open"
            )
            heeded = self.intercurrent != "treatment policy"
            death = self.early_end == "missing" or self.words.unfavourable
            decided = [
                "event" * heeded,
                "rescue medication" * (self.without_rescue and not heeded),
                "death" * (death and not heeded),
                "deterioration" * self.without_confirmed_deterioration,
            ]
            by = " or ".join(filter(None, decided))
            unless = f", and no {by} decides" if by else ""
            sentences.append(
                f"Where visits end before week {self.week:g} without "
                f"{self.words.indefinite}{unless}, {ending}"
            )
        return ". ".join(sentences) + "."

    @property
    def _consecutive(self) -> bool:
        return self.confirmed_at == "consecutive visits"


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "intercurrent": get_args(Strategy),
    "missing": get_args(Missing),
    "confirmed_at": get_args(Confirmation),
    "rescue_in_week_of_visit": get_args(SameWeek),
    "early_end": get_args(EarlyEnd),
}


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
       excluded, by the earlier of the two, the rescue medication if both fell in one week. Kept are
       patients whose visits before it settle the status: by a "best" or
       "confirmed" response, or by a confirmed deterioration. This leaves out outcomes, and does not
       estimate what they would have been.
    3. Confirmed deterioration up to the assessment, if the endpoint excludes it: non-responder.
    4. The scores, as far as their bounds settle the status. While on treatment, the last
       follow-up visit on treatment takes the place of that of the week after an event before it.
    5. A death before the assessment, or in its week without a visit from then on, where too few
       visits are left to settle the status, and not because all that could have sustained the
       score were due before the death and missed: it counts as a failure of treatment, whatever
       the rule for missing scores. By treatment policy it does so too where the visits before it
       settled that the endpoint was not met. Treatment policy alone says nothing of what follows a
       death (ICH E9(R1), A.3.2); this is our convention.
    6. What is still open is counted by the rule for missing scores.

    The assessment is the visit of `Endpoint.week`; if there is none, or the response may be seen at
    any visit up to it, that week itself, or the last visit in its window if that is later. An early
    stop is before it if the last week on treatment is; for rescue medication in the same week see
    `Endpoint.rescue_in_week_of_visit`. By the composite strategy an event before it outweighs a
    response that was seen earlier. Missed visits are ignored by "best" and "confirmed".

    What missing measures leave open is decided from the bounds of the score and from three-valued
    logic. If a score and a deterioration are both open, the status counts as open even where their
    common cause would settle it.

    Single and multiple imputation are not offered. The principal stratum strategy concerns who is
    analysed, and is not offered either.

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
    setting = _Setting.of(endpoint, courses)
    score = _SCORES[endpoint.kind](setting)
    deteriorated = _deteriorated(setting)
    status, rule = _decided(setting, score.met, deteriorated)
    without_visit = np.isin(score.reason.astype(str), _WITHOUT_VISIT) & ~score.missed_before
    died = (status == "") & setting.died & without_visit
    if endpoint.intercurrent == "treatment policy":
        # That nothing was seen before a death does not make a success of it.
        died |= (rule == "observed") & setting.died & score.met.no
    status = np.where(died, _name(_failure(endpoint)), status)
    rule = np.where(died, _name("death before the assessment"), rule)
    open_ = status == ""
    reason = np.where(
        score.met.yes, _name("missing measures leave deterioration open"), score.reason
    )
    rule = np.where(open_, reason, rule)
    counted = _COUNTED_UNFAVOURABLE if endpoint.words.unfavourable else _COUNTED
    status = np.where(open_, _name(counted.get(endpoint.missing, "unknown")), status)
    return EndpointResult(endpoint, status, rule)


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


def _name(name: str) -> Names:
    """Return a name as an array, so that arrays made from it hold text of any length."""
    return np.array(name, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """Which visits of each patient count, and which events lie before the assessment."""

    endpoint: Endpoint
    courses: Courses
    allowed: Mask  #: visits that count, shape (patients, visits); neighbours in time
    assessed: Mask  #: the visit of the week among them, at most one a patient
    by_week: NDArray[np.float64]  #: last week in which a deterioration counts, shape (patients,)
    rescued: Mask  #: rescue medication before the assessment, shape (patients,)
    stopped: Mask  #: early stop before the assessment, shape (patients,)
    died: Mask  #: death before the assessment, or before it was due, shape (patients,)
    cut: Mask  #: patients whose last visit on treatment is assessed instead, shape (patients,)

    @classmethod
    def of(cls, endpoint: Endpoint, courses: Courses) -> _Setting:
        weeks = courses.weeks
        within = courses.follow_up & (weeks <= endpoint.week + endpoint.window + SAME_WEEK)
        planned = np.full(len(weeks), float(endpoint.week))
        last = np.max(np.where(within, weeks, -np.inf), axis=1, initial=-np.inf)
        assessed = _nearest(weeks, endpoint.week, endpoint.window, within)
        if endpoint.at_one_week:
            at = np.where(
                np.any(assessed, axis=1), np.sum(np.where(assessed, weeks, 0), axis=1), planned
            )
        else:
            at = np.maximum(planned, last)
        same_week = endpoint.rescue_in_week_of_visit == "before the visit"
        rescued = courses.rescued_before(at, same_week=same_week)
        stopped = courses.stopped_before(at)
        due = endpoint.week + endpoint.window
        not_assessed = ~np.any(assessed, axis=1) if endpoint.at_one_week else True
        died = courses.died_before(at) | (courses.died_unseen(due, within) & not_assessed)
        allowed, cut = within, np.zeros(len(weeks), dtype=bool)
        if endpoint.intercurrent in ("while on treatment", "hypothetical"):
            off = courses.stopped_before(weeks)
            event = stopped | died
            if not endpoint.without_rescue:
                off |= courses.rescued_before(weeks, same_week=same_week)
                event |= rescued
            allowed = within & ~off
            if endpoint.intercurrent == "while on treatment":
                cut = event
            assessed = np.where(
                cut[:, None],
                _nearest(weeks, np.inf, np.inf, allowed),
                assessed & allowed,
            )
        return cls(
            endpoint=endpoint,
            courses=courses,
            allowed=allowed,
            assessed=assessed,
            by_week=np.maximum(planned, at),
            rescued=rescued,
            stopped=stopped,
            died=died,
            cut=cut,
        )


def _nearest(weeks: NDArray[np.float64], week: float, window: float, among: Mask) -> Mask:
    """Return the visit nearest to a week within the window, the later of two; infinite: the last.

    Shape (patients, visits); at most one visit a patient.
    """
    if np.isinf(week):
        distance = np.where(among, -weeks, np.inf)
    else:
        apart = np.abs(weeks - week)
        distance = np.where(among & (apart <= window + SAME_WEEK), apart, np.inf)
    least = np.min(distance, axis=1, initial=np.inf, keepdims=True)
    # Weeks from dates may be equally near but for rounding.
    near = np.isfinite(distance) & (distance <= least + SAME_WEEK)
    later: NDArray[np.int64] = np.cumsum(near[:, ::-1], axis=1)[:, ::-1]
    nearest: Mask = near & (later == 1)
    return nearest


@dataclass(frozen=True, slots=True, eq=False)
class _Score:
    """Whether the scores are those of a response, and why that is open where it is."""

    met: ThreeValued  #: shape (patients,)
    reason: Names  #: one of `RULES` for each patient, meaningless where it is not open
    #: whether all visits that lack were due before the death, and missed, shape (patients,)
    missed_before: Mask | Literal[False] = False


def _at_week(setting: _Setting) -> _Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    return _Score(at_any_visit(reached, setting.assessed), _gap_or_measures(setting.assessed))


def _gap_or_measures(visits: Mask) -> Names:
    """Return why a score at one of these visits is open: there is none, or measures lack."""
    return np.where(
        np.any(visits, axis=1),
        _name("missing measures leave the score open"),
        _name("no visit in the window"),
    )


def _sustained(setting: _Setting) -> _Score:
    endpoint, weeks = setting.endpoint, setting.courses.weeks
    reached = setting.courses.reached_at_visits(endpoint.threshold)
    at_week = at_any_visit(reached, setting.assessed)
    # One visit does not sustain itself, whatever the windows.
    others = setting.allowed & ~setting.assessed
    visits = [_nearest(weeks, week, endpoint.window, others) for week in endpoint.also_at]
    also = at_any_visit(reached, visits[0])
    for visit in visits[1:]:
        also = also | at_any_visit(reached, visit)
    # Where no visit could have sustained it, missing measures are not the reason.
    measures_lack = np.any(np.any(visits, axis=0) & reached.unknown, axis=1)
    reason = np.where(
        at_week.yes & ~measures_lack,
        _name("no visit in the window"),
        _gap_or_measures(setting.assessed),
    )
    # A visit at these weeks that stands for the assessment, or was off treatment, was not missed.
    attended = [
        np.any(_nearest(weeks, week, endpoint.window, setting.courses.follow_up), axis=1)
        for week in endpoint.also_at
    ]
    due = max(endpoint.also_at) + endpoint.window + SAME_WEEK
    missed = ~np.any(attended, axis=0) & (due < setting.courses.death_week)
    return _Score(at_week & also, reason, np.any(setting.assessed, axis=1) & missed)


def _best(setting: _Setting) -> _Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    met = at_any_visit(reached, setting.allowed)
    return _followed(setting, met, _gap_or_measures(setting.allowed))


def _confirmed(setting: _Setting) -> _Score:
    reached = setting.courses.reached_at_visits(setting.endpoint.threshold)
    visits = np.sum(setting.allowed, axis=1)
    if setting.endpoint.confirmed_at == "consecutive visits":
        met = at_consecutive_visits(reached, setting.allowed)
    else:
        met = ThreeValued(
            np.sum(setting.allowed & reached.yes, axis=1) >= 2,
            np.sum(setting.allowed & ~reached.no, axis=1) < 2,
        )
    met = ThreeValued(met.yes, met.no & (visits >= 2))
    reason = np.where(
        visits == 1, _name("fewer than two visits"), _gap_or_measures(setting.allowed)
    )
    return _followed(setting, met, reason)


def _followed(setting: _Setting, met: ThreeValued, reason: Names) -> _Score:
    """Return the score with "no" open where visits end before the week, if the endpoint asks."""
    endpoint = setting.endpoint
    if endpoint.early_end == "as observed":
        return _Score(met, reason)
    since = endpoint.week - endpoint.window - SAME_WEEK
    seen = np.any(setting.allowed & (setting.courses.weeks >= since), axis=1)
    # Whoever stopped was followed for as long as on treatment.
    early = met.no & ~seen & ~setting.cut
    reason = np.where(early, _name("visits end before the week"), reason)
    return _Score(ThreeValued(met.yes, met.no & ~early), reason)


_SCORES = {"at week": _at_week, "best": _best, "sustained": _sustained, "confirmed": _confirmed}


def _deteriorated(setting: _Setting) -> ThreeValued:
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
    setting: _Setting, score: ThreeValued, deteriorated: ThreeValued
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
    first_death = setting.died & ~(courses.stop_week < courses.death_week - SAME_WEEK)
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
    status = np.select(holds, [_name(name) for _, name, _ in cases], _name(""))
    rule = np.select(holds, [_name(name) for _, _, name in cases], _name(""))
    return status, rule
