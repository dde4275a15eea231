"""Summary of a table of checks."""

from __future__ import annotations

import pandas as pd

from tisstats.statistics._arguments import data_frame


def summarise_checks(checked: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Count the consistent and inconsistent rows of a table of checks.

    Parameters
    ----------
    checked : pandas.DataFrame
        Result of `check_percentages`, `check_intervals` or `check_quartiles`, with a Boolean
        column ``possible``.
    by : str, optional
        A column to count by, such as the group or the row of the printed table; one row per value,
        in the order of the table.

    Returns
    -------
    pandas.DataFrame
        ``checked`` rows, ``possible`` and ``not_possible`` of them, after `by` if it is given.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["A", "A", "B"], "possible": [True, False, True]})
    >>> summarise_checks(table, by="group")
      group  checked  possible  not_possible
    0     A        2         1             1
    1     B        1         1             0
    """
    data_frame("checked", checked)
    for name in ("possible", by):
        if name is not None and name not in checked.columns:
            present = ", ".join(map(str, checked.columns))
            raise ValueError(f"checked must have the column {name}, has {present}")
    possible = checked["possible"].astype(bool)
    counts = pd.DataFrame({"checked": True, "possible": possible, "not_possible": ~possible})
    if by is None:
        return counts.astype(int).sum().to_frame().T
    return counts.astype(int).groupby(checked[by], sort=False).sum().reset_index()
