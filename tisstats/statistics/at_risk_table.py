"""Tables of the patients at risk, with events and censored patients, at given times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from tisstats.statistics import _arguments
from tisstats.statistics._tolerance import observed_times, time_tolerance
from tisstats.statistics.cumulative_incidence import CENSORED, cause_codes

Counting = Literal["cumulative", "interval"]


def at_risk_table(
    times: ArrayLike,
    causes: ArrayLike,
    at: ArrayLike,
    *,
    counting: Counting = "cumulative",
    cause_names: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Count patients at risk, events by cause and censored patients at given times.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the first event or to censoring for each patient, as for
        `cumulative_incidence`.
    causes : array_like, shape (n,)
        0 for censoring, 1, 2, ... for the cause of the event; booleans are accepted for a single
        cause.
    at : array_like, shape (m,)
        Times of the table, not negative, ascending.
    counting : {"cumulative", "interval"}
        Whether events and censored patients are counted cumulatively, or over the interval
        (previous time, this time] as in R's `summary(survfit(...), times=)`; the first row counts
        from the start.
    cause_names : mapping of int to str, optional
        Name of each cause; every named cause gets a column, whether it occurs or not.

    Returns
    -------
    pandas.DataFrame
        One row per time: ``time``; ``at_risk``, the patients under observation just before it;
        ``events_1``, ``events_2`` and so on, or ``events_<name>``; ``censored``. A patient with an
        event or censored at the row's time is both at risk and counted there.

    Raises
    ------
    ValueError
        If `at` is not ascending, an observed cause has no name, or an argument is out of range.

    References
    ----------
    R's `summary(survfit(...), times=)` of the package survival, 3.5.3, gives the same counts.

    Examples
    --------
    >>> at_risk_table([3, 3, 4, 6, 6, 9], [1, 1, 2, 1, 2, 0], at=[0, 3, 6, 9])
       time  at_risk  events_1  events_2  censored
    0   0.0        6         0         0         0
    1   3.0        6         2         0         0
    2   6.0        3         3         2         0
    3   9.0        1         3         2         1
    """
    observed = observed_times(times)
    codes = cause_codes(causes, observed.size)
    rows = _arguments.finite_vector("at", at, allowed="finite numbers of at least 0", minimum=0)
    if (np.diff(rows) <= 0).any():
        raise ValueError(f"at must be ascending, got {', '.join(f'{time:g}' for time in rows)}")
    _arguments.one_of("counting", counting, get_args(Counting))
    occurring = [int(cause) for cause in np.unique(codes) if cause != CENSORED]
    if cause_names is not None:
        _arguments.mapping("cause_names", cause_names, "causes to names")
    labels = {code: str(code) for code in occurring} if cause_names is None else dict(cause_names)
    unnamed = [str(cause) for cause in occurring if cause not in labels]
    if unnamed:
        raise ValueError(
            f"cause_names must name every cause that occurs, got none for {', '.join(unnamed)}"
        )
    latest = float(observed.max())
    wide = np.array([time_tolerance(time, latest) for time in rows.tolist()])
    reached = observed[:, None] - wide <= rows
    groups = {f"events_{label}": codes == cause for cause, label in labels.items()}
    columns = {
        name: (reached & chosen[:, None]).sum(axis=0)
        for name, chosen in (groups | {"censored": codes == CENSORED}).items()
    }
    if counting == "interval":
        columns = {name: np.diff(column, prepend=0) for name, column in columns.items()}
    at_risk = (observed[:, None] >= rows - wide).sum(axis=0)
    return pd.DataFrame({"time": rows, "at_risk": at_risk, **columns})
