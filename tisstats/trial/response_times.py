"""The time to the first response, from the visits at which it could be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics._arguments import one_of
from tisstats.trial.columns import Mask
from tisstats.trial.courses import SAME_WEEK, Courses
from tisstats.trial.endpoint_definition import SameWeek, Strategy

MissingVisit = Literal["unknown", "non-responder", "best case", "worst case"]
Ended = Literal[
    "response",
    "last visit",
    "open visit",
    "rescue medication",
    "stopped early",
    "death",
    "no visit",
]

#: Code of each cause for `tisstats.cumulative_incidence`.
CAUSES: Mapping[int, str] = {
    0: "censored",
    1: "response",
    2: "rescue medication",
    3: "stopped early",
    4: "death",
}


@dataclass(frozen=True, slots=True, eq=False)
class FirstResponse:
    """The first counted visit at which a score was reached, or may have been.

    The result of `first_response`.
    """

    visit: NDArray[np.int64]  #: position of that visit, shape (patients,), -1 without one
    reached: Mask  #: whether the score is known to have been reached there, shape (patients,)

    @property
    def open(self) -> Mask:
        """Of which patients it is not known whether they reached it, from the visit on."""
        left_open: Mask = (self.visit >= 0) & ~self.reached
        return left_open


def first_response(
    score_low: NDArray[np.float64],
    score_high: NDArray[np.float64],
    counted: Mask,
    threshold: float,
) -> FirstResponse:
    """Find the first counted visit at which a score was reached, or may have been.

    Parameters
    ----------
    score_low, score_high
        Bounds on the score, shape (patients, visits), nan without a visit.
    counted
        Which visits count, same shape.
    threshold
        Minimum score.

    Examples
    --------
    >>> low, high = np.array([[0, 20.0], [0, 10]]), np.array([[0, 20.0], [30, 10]])
    >>> first = first_response(low, high, np.ones((2, 2), dtype=bool), 20)
    >>> first.visit.tolist(), first.reached.tolist()
    ([1, 0], [True, False])
    """
    possible = counted & (score_high >= threshold)
    patients = np.arange(len(possible))
    visit = np.where(np.any(possible, axis=1), np.argmax(possible, axis=1), -1)
    return FirstResponse(visit, (visit >= 0) & (score_low[patients, visit] >= threshold))


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTimes:
    """The time to the first response of each patient: the result of `time_to_first_response`.

    A response is seen at a visit, and happened at some time since the one before: it lies in
    (`last_without`, `time`]. `time` is the visit at which it was seen, as the curves in
    `tisstats.kaplan_meier` and `tisstats.cumulative_incidence` take it; that places responses as
    late as they can have been. All arrays have the shape (patients,).

    Examples
    --------
    >>> courses = Courses.from_scores([[0, 4, 8], [0, 4, 8]], [[0, 10, 40], [0, 0, 10]])
    >>> times = time_to_first_response(courses, 20, 8, intercurrent="treatment policy",
    ...                                missing="unknown")
    >>> times.time.tolist(), times.event.tolist(), times.last_without.tolist()
    ([8.0, 8.0], [True, False], [4.0, 8.0])
    """

    time: NDArray[np.float64]  #: week of the response, of another event, or of censoring
    cause: NDArray[np.int64]  #: one of `CAUSES`: 0 censored, 1 response, 2 to 4 other events
    #: week of the last visit up to which no response was seen, 0 if there is none
    last_without: NDArray[np.float64]
    ended_by: NDArray[np.object_]  #: what ended the time: see `time_to_first_response`

    @property
    def event(self) -> Mask:
        """Whether a response was seen, as `tisstats.kaplan_meier` takes it."""
        seen: Mask = self.cause == 1
        return seen


def time_to_first_response(
    courses: Courses,
    threshold: float,
    horizon: float,
    *,
    intercurrent: Strategy,
    missing: MissingVisit,
    rescue_in_week_of_visit: SameWeek = "after the visit",
    unfavourable: bool = False,
) -> ResponseTimes:
    """Derive the time from week 0 to the first visit at which a score was reached.

    Parameters
    ----------
    courses : Courses
        The patients' courses.
    threshold : float
        Minimum Total Improvement Score of a response, above 0, up to 100.
    horizon : float
        Last week that counts, included.
    intercurrent : {"treatment policy", "composite", "while on treatment", "hypothetical"}
        What rescue medication or an early stop does that comes before a response and before the
        horizon; see Notes.
    missing : {"unknown", "non-responder", "best case", "worst case"}
        What becomes of a visit at which missing measures leave open whether the score was reached,
        with no response before: "unknown" censors at the visit before, since nothing is known from
        then on; "non-responder" and "worst case" take it as no response, "best case" as one.
    rescue_in_week_of_visit : {"after the visit", "before the visit"}
        How rescue medication is placed that was given in the week of a visit.
    unfavourable : bool
        Whether what is reached is bad, such as a worsening: then "non-responder" and "worst case"
        take an open visit as reached, "best case" as not, and by the composite strategy the event
        is one; see Notes.

    Returns
    -------
    ResponseTimes
        Time, cause, the visit before and what ended the time: "response"; "last visit" (censored
        there); "open visit" (censored before an open visit); "rescue medication",
        "stopped early" or "death" (by the strategy); "no visit" (censored at 0: no visit counts).

    Raises
    ------
    ValueError
        If an argument is not as described above.

    Notes
    -----
    By the treatment policy strategy rescue medication and early stops are ignored. A death up to
    the horizon, without a response until then, competes (cause 4), or ends the time as an event
    where what is reached is unfavourable: after it, nobody has the prospects of those who stay.
    By the other strategies a death is an early stop with a name and a cause of its own.

    By these, visits after the first event before the horizon do not count, and without a response
    until then the time

    - is censored at the horizon by the composite strategy: with the event the patient does not
      respond, and stays among those at risk to the end; where what is reached is unfavourable, it
      ends with the event, of cause 1;
    - ends with the event, of cause 2 to 4, while on treatment: a competing event for
      `tisstats.cumulative_incidence`. Do not pass it to `tisstats.kaplan_meier` as censored;
    - is censored at the last visit before the event by the hypothetical strategy, which takes those
      with an event to be as likely to respond later as those without.

    If both events are in one week, the rescue medication counts.

    References
    ----------
    ICH E9(R1) 2019, section A.3.2, for the names of the strategies; Deng et al. 2025,
    doi:10.1002/sim.70091, for times to an event. There the composite strategy counts the
    intercurrent event as an event, for outcomes that are failures, as is done here for what is
    unfavourable; a response is what the event precludes.

    Examples
    --------
    Response in week 8; rescue medication in week 5; no response.

    >>> from tisstats import cumulative_incidence
    >>> courses = Courses.from_scores(
    ...     [[0, 4, 8]] * 3, [[0, 10, 40], [0, 0, 60], [0, 0, 10]],
    ...     rescue_week=[np.nan, 5, np.nan],
    ... )
    >>> times = time_to_first_response(courses, 20, 8, intercurrent="while on treatment",
    ...                                missing="unknown")
    >>> times.time.tolist(), times.cause.tolist(), times.ended_by.tolist()
    ([8.0, 5.0, 8.0], [1, 2, 0], ['response', 'rescue medication', 'last visit'])
    >>> curves = cumulative_incidence(times.time, times.cause)
    >>> round(curves.at(8).estimate[1], 3)
    0.333
    """
    one_of("intercurrent", intercurrent, get_args(Strategy))
    one_of("missing", missing, get_args(MissingVisit))
    one_of("rescue_in_week_of_visit", rescue_in_week_of_visit, get_args(SameWeek))
    if not 0 < threshold <= 100:
        raise ValueError(f"threshold must be above 0 and at most 100, got {threshold!r}")
    if not 0 < horizon < np.inf:
        raise ValueError(f"horizon must be a number above 0, got {horizon!r}")

    events = _Events.of(courses, horizon, intercurrent, rescue_in_week_of_visit)
    within = courses.follow_up & (courses.weeks <= horizon + SAME_WEEK)
    counted = within & ~events.visit_after
    low, high = courses.score_low, courses.score_high
    if missing != "unknown":
        taken_as_reached = (missing == "best case") != unfavourable
        low = high = high if taken_as_reached else low
    first = first_response(low, high, counted, threshold)

    seen_to = _last_week(courses.weeks, counted)
    # Visits before the first are counted as well, but those at baseline, whose week is not above 0.
    before = np.arange(courses.weeks.shape[1]) < first.visit[:, None]
    before_first = _last_week(courses.weeks, before)
    last_without = np.where(first.visit >= 0, before_first, seen_to)
    found = courses.weeks[np.arange(len(first.visit)), first.visit]
    # An event that ends the time, unless a response or an open visit came before it.
    ended = events.happened & (first.visit < 0)
    failed = ended & (intercurrent in ("composite", "treatment policy")) & unfavourable
    competing = ended & ~failed & (intercurrent in ("while on treatment", "treatment policy"))
    at_event = {
        "treatment policy": np.fmax(events.week, seen_to),  # a visit can be in the week of a death
        "while on treatment": events.week,
        "composite": events.week if unfavourable else np.full(len(ended), float(horizon)),
    }.get(intercurrent, last_without)
    cause_of_event = np.select([events.rescue, events.death], [2, 4], 3)
    visitless = ~np.any(counted, axis=1)
    time = np.select([first.reached, ended], [found, at_event], last_without)
    return ResponseTimes(
        # However its week was rounded, what counts in that of the horizon is at the horizon.
        time=np.where(time >= horizon - SAME_WEEK, horizon, time),
        cause=np.select([first.reached | failed, competing], [1, cause_of_event], 0),
        last_without=last_without,
        ended_by=np.select(
            [
                first.reached,
                first.open,
                events.rescue,
                events.death,
                events.happened,
                visitless,
            ],
            [_word(name) for name in _ENDED],
            _word("last visit"),
        ),
    )


#: What ended the time, in the order in which it is decided; otherwise the last visit did.
_ENDED: tuple[Ended, ...] = (
    "response",
    "open visit",
    "rescue medication",
    "death",
    "stopped early",
    "no visit",
)


def _word(name: Ended) -> NDArray[np.object_]:
    return np.array(name, dtype=object)


def _last_week(weeks: NDArray[np.float64], counted: Mask) -> NDArray[np.float64]:
    """Return the week of each patient's last counted visit, 0 (the start) without one."""
    last: NDArray[np.float64] = np.max(np.where(counted, weeks, 0.0), axis=1, initial=0.0)
    return last


@dataclass(frozen=True, slots=True, eq=False)
class _Events:
    """The first intercurrent event before the horizon, as far as the strategy heeds it."""

    happened: Mask  #: whether there was one, shape (patients,)
    rescue: Mask  #: whether it was rescue medication, shape (patients,)
    death: Mask  #: whether it was the death, shape (patients,)
    week: NDArray[np.float64]  #: its week, shape (patients,), nan without one
    visit_after: Mask  #: visits after it, shape (patients, visits)

    @classmethod
    def of(
        cls, courses: Courses, horizon: float, strategy: Strategy, same_week: SameWeek
    ) -> _Events:
        heeded = strategy != "treatment policy"
        at_visit = same_week == "before the visit"
        end = np.full(len(courses.weeks), float(horizon))
        rescued = heeded & courses.rescued_before(end, same_week=at_visit)
        stopped = heeded & courses.stopped_before(end)
        within = courses.weeks <= horizon + SAME_WEEK
        died = courses.died_before(end) | courses.died_unseen(horizon, within)
        rescue = rescued & ~(courses.stop_week < courses.rescue_week - SAME_WEEK)
        visit_after = rescued[:, None] & courses.rescued_before(courses.weeks, same_week=at_visit)
        visit_after |= stopped[:, None] & courses.stopped_before(courses.weeks)
        before_death = stopped & (courses.stop_week < courses.death_week - SAME_WEEK)
        first_death = died & ~rescue & ~before_death
        week = np.select(
            [rescue, stopped, died],
            [courses.rescue_week, courses.stop_week, courses.death_week],
            np.nan,
        )
        return cls(rescued | stopped | died, rescue, first_death, week, visit_after)
