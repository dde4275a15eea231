"""Tables of patients at risk, as they stand beneath a curve of time to event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from tisstats.statistics._arguments import finite_vector, one_of
from tisstats.statistics._noise import observed_times, slack
from tisstats.statistics.cumulative_incidence import CENSORED, cause_codes

Counting = Literal["cumulative", "interval"]


def at_risk_table(
    times: ArrayLike,
    causes: ArrayLike,
    at: ArrayLike,
    *,
    counts: Counting = "cumulative",
    names: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Count patients at risk, with an event of each cause, and censored, at given times.

    Parameters
    ----------
    times : array_like, shape (n,)
        Time from the start to the first event or to censoring for each patient, as for
        `cumulative_incidence`.
    causes : array_like, shape (n,)
        0 for censoring, 1, 2, ... for the cause of the event; True and False will do for one.
    at : array_like, shape (m,)
        Times of the table, not negative, ascending.
    counts : {"cumulative", "interval"}
        Whether events and censorings are counted from the start up to and including the row's
        time, or from the time of the row above, not included, up to and including the row's time,
        as R's `summary(survfit(...), times=)` does. The first row counts from the start.
    names : mapping of int to str, optional
        A name for each cause; all that are named get a column, whether they occur or not.

    Returns
    -------
    pandas.DataFrame
        One row a time: ``time``; ``at_risk``, the patients just before it, whose own time is this
        time or later; ``events_1``, ``events_2`` and so on, or ``events_<name>``; ``censored``.
        Whoever has an event or is censored at the row's time is both at risk and counted there.

    Raises
    ------
    ValueError
        If times of the table do not ascend, a cause that occurs is not named, or an argument is
        out of range.

    References
    ----------
    R's `summary(survfit(...), times=)` of the package survival, 3.5.3, counts the same.

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
    rows = finite_vector("at", at, allowed="finite numbers of at least 0", minimum=0)
    if (np.diff(rows) <= 0).any():
        raise ValueError(f"at must ascend, got {', '.join(f'{time:g}' for time in rows)}")
    one_of("counts", counts, get_args(Counting))
    occurring = [int(cause) for cause in np.unique(codes) if cause != CENSORED]
    labels = {cause: str(cause) for cause in occurring} if names is None else dict(names)
    unnamed = [str(cause) for cause in occurring if cause not in labels]
    if unnamed:
        raise ValueError(
            f"names must name every cause that occurs, got none for {', '.join(unnamed)}"
        )
    latest = float(observed.max())
    wide = np.array([slack(time, latest) for time in rows.tolist()])
    reached = observed[:, None] - wide <= rows
    groups = {f"events_{label}": codes == cause for cause, label in labels.items()}
    columns = {
        name: (reached & chosen[:, None]).sum(axis=0)
        for name, chosen in (groups | {"censored": codes == CENSORED}).items()
    }
    if counts == "interval":
        columns = {name: np.diff(column, prepend=0) for name, column in columns.items()}
    at_risk = (observed[:, None] >= rows - wide).sum(axis=0)
    return pd.DataFrame({"time": rows, "at_risk": at_risk, **columns})
