"""Counts of an arm's patients in a table: n (%), and what it is."""

from __future__ import annotations

from fractions import Fraction

from tisstats.chapters.result_facts import Facts
from tisstats.figures.numbers import format_n_percent, format_percent

#: Stands for a number that does not exist.
NONE = "–"

#: Shape of n (%) where it is unknown of some patients.
COUNT_RANGE = (
    "{lowest count} to {highest count} ({lowest percentage} to {highest percentage}), "
    "{unknown} unknown"
)

#: What counts of an arm's patients are; a range where it is unknown of some.
COUNTS_OF_ARM = Facts(
    f"{{count}} ({{percentage}}) | {{count}} | {COUNT_RANGE}",
    unit="patients",
    group="@column",
)


def n_percent(count: int, patients: int, unknown: int = 0) -> str:
    """Format n (%), or the range of both where some are not known; a dash without patients.

    Examples
    --------
    >>> n_percent(3, 6), n_percent(0, 0), n_percent(3, 6, unknown=2)
    ('3 (50)', '–', '3 to 5 (50 to 83), 2 unknown')
    """
    if not patients:
        return NONE
    if not unknown:
        return format_n_percent(count, patients)
    most = count + unknown
    low, high = (format_percent(Fraction(each, patients), 0) for each in (count, most))
    return f"{count} to {most} ({low} to {high}), {unknown} unknown"
