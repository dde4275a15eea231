"""Comparison of published numbers with those computed from patient-level data."""

from __future__ import annotations

import pandas as pd

from tisstats.lim2021.cohort_check.report import CheckResult, Report


def compare_with_print(
    published: pd.DataFrame, computed: pd.DataFrame, kind: str, *, source: str = "published"
) -> pd.DataFrame:
    """Put the columns of two tables of one layout next to each other.

    Parameters
    ----------
    published
        A table as the article prints it; its first column names the rows.
    computed
        The same table from patient-level data. Columns and rows are matched by name, ignoring
        a number of patients in brackets. Every row must be present; a missing column, such as
        that of a subtype without patients, is filled with dashes, of none.
    kind
        Kind of data, for the column headers: ``synthetic`` or ``observed``.
    source
        Where the first table is from, for the column headers.

    Returns
    -------
    DataFrame
        The first column, then each column twice: ``<name>, <source>`` and ``<name>, <kind>``.

    Raises
    ------
    ValueError
        If `computed` lacks a row of `published`: an empty cell would look like a result.

    Examples
    --------
    >>> printed = pd.DataFrame({"Row": ["Women"], "All (N=19)": ["12 (63)"]})
    >>> computed = pd.DataFrame({"Row": ["Women"], "All (N=20)": ["12 (60)"]})
    >>> compare_with_print(printed, computed, "synthetic").to_dict("records")
    [{'Row': 'Women', 'All (N=19), published': '12 (63)', 'All (N=20), synthetic': '12 (60)'}]
    """
    head, *columns = published.columns
    rows = computed.set_index(head)
    if missing := [label for label in published[head] if label not in rows.index]:
        raise ValueError(
            f"computed must have every row of published, including "
            f"{', '.join(map(repr, missing))}, got {', '.join(map(repr, rows.index))}"
        )
    found = {_stem(name): name for name in rows.columns}
    table = {head: published[head]}
    for column in columns:
        other = found.get(_stem(column), "")
        table[f"{column}, {source}"] = published[column]
        table[f"{other or _without_patients(column)}, {kind}"] = (
            published[head].map(rows[other]) if other else pd.Series("–", published.index)
        )
    return pd.DataFrame(table)


def compare_numbers_with_print(report: Report, prefix: str, kind: str) -> pd.DataFrame:
    """Tabulate the printed numbers whose address starts with a prefix, and those computed."""
    found = published_numbers(report, prefix)
    return pd.DataFrame(
        {
            "Quantity": [item.quantity for item in found],
            "Published or inferred": [item.printed for item in found],
            kind.capitalize(): [item.computed for item in found],
        }
    )


def published_numbers(report: Report, *prefixes: str) -> list[CheckResult]:
    """Return what was checked of the numbers whose address starts with a prefix."""
    return [item for item in report if item.name.startswith(prefixes or ("",))]


def count_matches(report: Report, *prefixes: str) -> dict[str, int]:
    """Count the printed numbers whose address starts with a prefix, and those that match.

    Returns
    -------
    dict
        ``checked`` and ``hold``.
    """
    found = published_numbers(report, *prefixes)
    return {"checked": len(found), "hold": sum(item.matches for item in found)}


def _stem(column: str) -> str:
    return column.partition(" (N=")[0]


def _without_patients(column: str) -> str:
    stem, counted, _ = column.partition(" (N=")
    return f"{stem}{counted}0)" if counted else stem
