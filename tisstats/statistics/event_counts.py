"""Event times from published counts, and bounds where censoring times are unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from tisstats.errors import shown
from tisstats.statistics._arguments import (
    MOST_PATIENTS,
    Whole,
    mapping,
    non_negative,
    whole_number,
)
from tisstats.statistics._tolerance import observed_times, time_tolerance

#: Most patients who are listed one by one.
_MOST_LISTED = 100_000_000


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
        Number of patients, 1 to 100,000,000.
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

    Notes
    -----
    Times that agree to nine digits are treated as equal, as by `kaplan_meier`.

    See Also
    --------
    censoring_bounds : bounds under unknown censoring times.

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
    n = whole_number("n", n, minimum=1, maximum=_MOST_LISTED)
    (event_counts, censored_counts), end = _parse_counts(
        {
            "events_by_time": (events_by_time, sum),
            "censored_by_time": (censored_by_time or {}, sum),
        },
        horizon,
    )
    counted = sum(event_counts.values()) + sum(censored_counts.values())
    if counted > n:
        raise ValueError(f"n must be at least the {counted} patients in the counts, got {n}")
    if counted < n:
        if horizon is None:
            raise ValueError(
                f"horizon must be given when patients are neither in events_by_time nor in "
                f"censored_by_time, here {n - counted} of {n}"
            )
        censored_counts[end] = censored_counts.get(end, 0) + n - counted
    groups = sorted(
        [(time, 0, 1, count) for time, count in event_counts.items()]
        + [(time, 1, 0, count) for time, count in censored_counts.items()]
    )
    sizes = [count for _, _, _, count in groups]
    times = np.repeat(np.array([time for time, _, _, _ in groups], dtype=np.float64), sizes)
    return times, np.repeat(np.array([each for _, _, each, _ in groups], dtype=np.int64), sizes)


@dataclass(frozen=True, slots=True, eq=False)
class CensoringBounds:
    """Bounds on the cumulative incidence under unknown censoring times.

    The result of `censoring_bounds`.

    Examples
    --------
    >>> bounds = censoring_bounds({3: 2, 6: 1}, 10, 2, horizon=12)
    >>> bounds.up_to(4).upper
    array([0.25])
    """

    times: NDArray[np.float64]  #: times with at least one event, ascending
    lower: NDArray[np.float64]  #: lower bound on the incidence up to each time, 0 to 1
    upper: NDArray[np.float64]  #: upper bound on the incidence up to each time, 0 to 1

    def up_to(self, time: SupportsFloat) -> CensoringBounds:
        """Return the bounds up to and including a time; later events do not affect them."""
        at = non_negative("time", time)
        latest = float(self.times.max(initial=0.0))
        within = self.times <= at + time_tolerance(at, latest)
        return CensoringBounds(self.times[within], self.lower[within], self.upper[within])


def censoring_bounds(
    events_by_time: Mapping[float, int],
    n: Whole,
    n_censored: Whole,
    horizon: SupportsFloat,
    *,
    minimum_at_risk: Mapping[float, int] | None = None,
) -> CensoringBounds:
    """Compute bounds on the cumulative incidence over all possible censoring times.

    Parameters
    ----------
    events_by_time : mapping of float to int
        Number of events at each time.
    n : int
        Number of patients, 1 to 10**10.
    n_censored : int
        Number of patients without an event who were censored at unknown times in [0, horizon). All
        others without an event were followed up to the horizon. A patient censored at an event
        time was still at risk of that event.
    horizon : float
        End of follow-up, positive, in the unit of the times; no event may lie after it. For the
        curve up to an earlier time use `CensoringBounds.up_to`: a shorter horizon would imply
        that all of them were censored before it.
    minimum_at_risk : mapping of float to int, optional
        What is known about the censoring times: the minimum number of the censored patients who
        were still under observation at each of these times, all before the horizon.

    Returns
    -------
    CensoringBounds
        One minus the Kaplan-Meier estimate at each time with an event. The bounds are sharp:
        one set of censoring times attains `lower` at all times, another one `upper`.

    Raises
    ------
    ValueError
        If counts are not whole, do not fit `n` or `n_censored`, or lie after the horizon.

    Notes
    -----
    Times that agree to nine digits are treated as equal, as by `kaplan_meier`.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> bounds = censoring_bounds({3: 2, 6: 1}, 10, 2, horizon=12)
    >>> bounds.lower.round(3), bounds.upper.round(3)
    (array([0.2, 0.3]), array([0.25 , 0.375]))
    >>> known = {4: 1}
    >>> censoring_bounds({3: 2, 6: 1}, 10, 2, horizon=12, minimum_at_risk=known).upper.round(3)
    array([0.222, 0.352])
    """
    n = whole_number("n", n, minimum=1, maximum=MOST_PATIENTS)
    if non_negative("horizon", horizon) <= 0:
        raise ValueError(f"horizon must be a finite number above 0, got {shown(horizon)}")
    (happened, observed), end = _parse_counts(
        {"events_by_time": (events_by_time, sum), "minimum_at_risk": (minimum_at_risk or {}, max)},
        horizon,
    )
    event_counts = {time: count for time, count in happened.items() if count}
    total = sum(event_counts.values())
    if total > n:
        raise ValueError(f"n must be at least the {total} patients with an event, got {n}")
    censored = whole_number("n_censored", n_censored, minimum=0, maximum=n - total)
    _check_minimum_at_risk(observed, censored, end)

    # The estimate at an event time is the product, over the event times up to it, of
    # 1 - d / (n - D - C): d events at that time, D before it, C patients censored before it. Every
    # factor falls as its C grows, so the product is smallest when each C is as large as possible,
    # and largest when each is as small as possible. One choice attains the bound in all factors at
    # once, hence at all times:
    # - all are censored as early as possible: of those who must still be at risk at a time, each is
    #   censored at the last time at which that many must be, the others at time 0. C at a time is
    #   then `censored` minus the largest number who must be at risk at this or a later time; at
    #   time 0 it is 0 (a patient censored at 0 is still at risk of an event at 0);
    # - all are censored with the last event before the horizon, or at the last time at which a
    #   patient must still be at risk if that is later: a patient censored at an event time was at
    #   risk of that event, so C is 0 at every time before the horizon, and `censored` at the
    #   horizon itself, which no censored patient has reached.
    times = np.array(sorted(event_counts), dtype=np.float64)
    counts = np.array([event_counts[time] for time in times.tolist()], dtype=np.int64)
    must_stay = np.array(
        [
            max((count for at, count in observed.items() if at >= time), default=0)
            for time in times.tolist()
        ],
        dtype=np.int64,
    )
    under_observation = n - np.cumsum(counts) + counts
    earliest = under_observation - np.where(times > 0, censored - must_stay, 0)
    latest = under_observation - np.where(times >= end, censored, 0)
    return CensoringBounds(
        times=times,
        lower=1 - np.cumprod(1 - counts / latest),
        upper=1 - np.cumprod(1 - counts / earliest),
    )


def _check_minimum_at_risk(observed: Mapping[float, int], censored: int, end: float) -> None:
    for time, count in observed.items():
        if count > censored:
            raise ValueError(
                f"minimum_at_risk[{time:g}] must be at most n_censored, {censored}, got {count}"
            )
        if count and time >= end:
            raise ValueError(
                f"time in minimum_at_risk must be before the horizon {end:g}, got {time:g}"
            )


def _parse_counts(
    given: Mapping[str, tuple[Mapping[float, int], Callable[[list[int]], int]]],
    horizon: SupportsFloat | None,
) -> tuple[list[dict[float, int]], float]:
    """Check times and counts, by the name of the argument, and the horizon, infinite if None.

    Times that are equal up to rounding become one, as `kaplan_meier` treats them: each is set to
    the earliest of them, the horizon too, and their counts are put together.
    """
    end = math.inf if horizon is None else non_negative("horizon", horizon)
    checked = [_counts(name, counts, end) for name, (counts, _) in given.items()]
    known = sorted({end, *(time for counts in checked for time in counts)} - {math.inf})
    same = dict(zip(known, observed_times(known).tolist(), strict=True)) if known else {}
    merged: list[dict[float, int]] = [{} for _ in checked]
    for found, counts, (_, together) in zip(merged, checked, given.values(), strict=True):
        for time, count in counts.items():
            found[same[time]] = together([found.get(same[time], 0), count])
    return merged, same.get(end, end)


def _counts(name: str, given: Mapping[float, int], end: float) -> dict[float, int]:
    """Check times and counts; the mapping has already merged keys that are equal numbers."""
    mapping(name, given, "times to counts")
    counts = {}
    for time, count in given.items():
        at = non_negative(f"time in {name}", time)
        if at > end + time_tolerance(end, end):
            raise ValueError(
                f"time in {name} must be at most the horizon {end:g}, got {shown(time)}"
            )
        counts[at] = whole_number(f"{name}[{shown(time)}]", count, minimum=0)
    return counts
