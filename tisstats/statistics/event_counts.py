"""Event times from published counts, and bounds where censoring times are unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics._arguments import Whole, whole_number
from tisstats.statistics._noise import moment


def times_from_counts(
    events_by_time: Mapping[float, int],
    n: Whole,
    censored_by_time: Mapping[float, int] | None = None,
    *,
    horizon: SupportsFloat | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return a time and an event indicator for each of `n` patients, from published counts.

    Parameters
    ----------
    events_by_time : mapping of float to int
        Number of events at each time. An event that is only known to have happened by a time is
        entered at that time.
    n : int
        Number of patients, at least 1.
    censored_by_time : mapping of float to int, optional
        Number of patients censored without an event at each time.
    horizon : float, optional
        End of follow-up, in the unit of the times. All patients who are in neither mapping are
        censored there; it may be left out only when there are none, and no time may lie after it.

    Returns
    -------
    times : numpy.ndarray, shape (n,)
        Ascending, events before censorings at equal times.
    events : numpy.ndarray, shape (n,)
        1 for an event, 0 for censoring; both as `kaplan_meier` takes them.

    Raises
    ------
    ValueError
        If counts are not whole, add up to more than `n`, lie after the horizon, or leave patients
        unaccounted for.

    See Also
    --------
    censoring_bounds : what unknown censoring times may change.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452, for the convention that
    a patient censored at the time of an event was still at risk of it.

    Examples
    --------
    >>> times, events = times_from_counts({3: 2, 6: 1}, 5, {4: 1}, horizon=12)
    >>> times.tolist(), events.tolist()
    ([3.0, 3.0, 4.0, 6.0, 12.0], [1, 1, 0, 1, 0])
    """
    n = whole_number("n", n, minimum=1)
    end = None if horizon is None else moment("horizon", horizon)
    happened = _counts("events_by_time", events_by_time, end)
    left = _counts("censored_by_time", censored_by_time or {}, end)
    counted = sum(happened.values()) + sum(left.values())
    if counted > n:
        raise ValueError(f"n must be at least the {counted} patients in the counts, got {n}")
    if counted < n:
        if end is None:
            raise ValueError(
                f"horizon must be given when patients are in no count, here {n - counted} of {n}"
            )
        left[end] = left.get(end, 0) + n - counted
    rows = sorted(
        [(time, 0, 1) for time, count in happened.items() for _ in range(count)]
        + [(time, 1, 0) for time, count in left.items() for _ in range(count)]
    )
    times = np.array([time for time, _, _ in rows], dtype=np.float64)
    return times, np.array([event for _, _, event in rows], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class CensoringBounds:
    """Bounds of the incidence when censoring times are unknown: `censoring_bounds`."""

    times: NDArray[np.float64]  #: times with at least one event, ascending
    least: NDArray[np.float64]  #: least cumulative incidence up to and including each time, 0 to 1
    greatest: NDArray[np.float64]  #: greatest cumulative incidence, 0 to 1

    def until(self, time: SupportsFloat) -> CensoringBounds:
        """Return the bounds up to and including a time; later events do not affect them."""
        within = self.times <= moment("time", time)
        return CensoringBounds(self.times[within], self.least[within], self.greatest[within])


def censoring_bounds(
    events_by_time: Mapping[float, int],
    n: Whole,
    censored_count: Whole,
    horizon: SupportsFloat,
    *,
    still_there: Mapping[float, int] | None = None,
) -> CensoringBounds:
    """Compute the least and greatest cumulative incidence over all possible censoring times.

    Parameters
    ----------
    events_by_time : mapping of float to int
        Number of events at each time.
    n : int
        Number of patients, at least 1.
    censored_count : int
        How many patients without event were censored at unknown times, from 0 on and before the
        horizon. All others without event were followed up to the horizon. A patient censored at
        the time of an event was still at risk of it.
    horizon : float
        End of follow-up, positive, in the unit of the times; no event may lie after it. For the
        curve up to an earlier time take `CensoringBounds.until`: a shorter horizon would imply
        that all of them were censored before it.
    still_there : mapping of float to int, optional
        What is known of the censoring times: at each of these times, before the horizon, at least
        so many of those censored were still under observation.

    Returns
    -------
    CensoringBounds
        One minus the Kaplan-Meier estimate at each time with an event. The bounds are attained,
        all `least` together by one set of censoring times and all `greatest` by another.

    Raises
    ------
    ValueError
        If counts are not whole, do not fit `n`, lie after the horizon, or more were still there
        than left.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> bounds = censoring_bounds({3: 2, 6: 1}, 10, 2, horizon=12)
    >>> bounds.least.round(3), bounds.greatest.round(3)
    (array([0.2, 0.3]), array([0.25 , 0.375]))
    >>> censoring_bounds({3: 2, 6: 1}, 10, 2, horizon=12, still_there={4: 1}).greatest.round(3)
    array([0.222, 0.352])
    """
    n = whole_number("n", n, minimum=1)
    end = moment("horizon", horizon)
    if end <= 0:
        raise ValueError(f"horizon must be a finite number above 0, got {horizon!r}")
    happened = {
        time: count
        for time, count in _counts("events_by_time", events_by_time, end).items()
        if count
    }
    total = sum(happened.values())
    if total > n:
        raise ValueError(f"n must be at least the {total} patients with an event, got {n}")
    leaving = whole_number("censored_count", censored_count, minimum=0, maximum=n - total)
    there = _still_there(still_there or {}, leaving, end)

    # The estimate at an event time is the product, over the event times up to it, of
    # 1 - d / (n - D - C): d events at that time, D before it, C patients who left before it. Every
    # factor falls as its C grows, so the product is least when each C is as great as can be, and
    # greatest when each is as small as can be. One choice reaches the bound in all factors at
    # once, hence at all times:
    # - all leave as early as they may: of those who must still have been there at a time, each
    #   leaves at the last time at which that many must, the others at time 0. C at a time is then
    #   `leaving` less the most who must have been there at this or a later time; at time 0 it is
    #   0 (whoever leaves at 0 is still at risk of an event at 0);
    # - all leave together with the last event before the horizon, or at the last time at which
    #   somebody must still have been there if that is later: a patient who leaves at the time of
    #   an event was at risk of it, so C is 0 at every time before the horizon, and `leaving` at
    #   the horizon itself, which nobody who left has reached.
    times = np.array(sorted(happened), dtype=np.float64)
    counts = np.array([happened[time] for time in times.tolist()], dtype=np.int64)
    must_stay = np.array(
        [
            max((count for when, count in there.items() if when >= time), default=0)
            for time in times.tolist()
        ],
        dtype=np.int64,
    )
    under_observation = n - np.cumsum(counts) + counts
    earliest = under_observation - np.where(times > 0, leaving - must_stay, 0)
    latest = under_observation - np.where(times >= end, leaving, 0)
    return CensoringBounds(
        times=times,
        least=1 - np.cumprod(1 - counts / latest),
        greatest=1 - np.cumprod(1 - counts / earliest),
    )


def _still_there(given: Mapping[float, int], leaving: int, end: float) -> dict[float, int]:
    there = _counts("still_there", given, end)
    for time, count in there.items():
        if count > leaving:
            raise ValueError(
                f"still_there[{time:g}] must be at most censored_count, {leaving}, got {count}"
            )
        if count and time >= end:
            raise ValueError(
                f"time in still_there must be below the horizon {end:g}, before which all of them "
                f"left, got {time:g}"
            )
    return there


def _counts(name: str, given: Mapping[float, int], end: float | None) -> dict[float, int]:
    """Check times and counts; several keys that are one number have been merged by the mapping."""
    counts = {}
    for time, count in given.items():
        when = moment(f"time in {name}", time)
        if end is not None and when > end:
            raise ValueError(f"time in {name} must be at most the horizon {end:g}, got {time!r}")
        counts[when] = whole_number(f"{name}[{time!r}]", count, minimum=0)
    return counts
