"""Study days as weeks: CDISC counts days from the first dose, which is day 1, without a day 0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.sentences import count_of
from tisstats.tables.cells import EMPTY, as_text, numbers

#: The units in which a mapping may say that times are.
WEEKS, DAYS = "weeks", "days"

#: What a cell must be where times are in days.
A_STUDY_DAY = (
    "must be a study day: a whole number other than 0, of which the day of the first dose is 1"
)

_DAYS_OF_WEEK = 7

#: The week of a study day, in words.
RULE_OF_DAYS = "day d is in week (d - 1) / 7, before the first dose in week d / 7"

#: What CDISC calls study days: ADY, ASTDY, AESTDY, LBDY, VISITDY, and those of ends and deaths.
_NAMES_OF_DAYS = re.compile(r"(?:A|AST|AEN|EOS|DTHA?|VISIT|[A-Z]{2}(?:ST|EN)?)DY", re.IGNORECASE)

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?", re.ASCII)


def as_week(cell: object) -> float | str:
    """Return a week as a number, so that 4 and 4.0 are one week; other text as it stands.

    >>> as_week("4.0"), as_week(" baseline")
    (4.0, 'baseline')
    """
    text = as_text(cell).strip()
    return float(text) if _NUMBER.fullmatch(text) else text


def is_time(column: str) -> bool:
    """Return whether a column of ours holds weeks.

    >>> [is_time(name) for name in ("week", "stop_week", "weekly_dose")]
    [True, True, False]
    """
    return column == "week" or column.endswith("_week")


def is_named_as_day(column: str) -> bool:
    """Return whether a column has one of CDISC's names of study days.

    >>> [is_named_as_day(name) for name in ("ASTDY", "aestdy", "ADY", "AD", "AVISITN", "STUDY")]
    [True, True, True, False, False, False]
    """
    return _NAMES_OF_DAYS.fullmatch(column.strip()) is not None


def time_faults(
    table: str, columns: Mapping[str, object], units: Mapping[str, str], made_by: str | None
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the units of weeks in a mapping of a table.

    Parameters
    ----------
    table
        The name of the table.
    columns
        Our columns to theirs, as the mapping has them: a name, or a list of names.
    units
        Unit of our columns; empty where it is at fault already.
    made_by
        The section that gives the weeks where no column does.

    Yields
    ------
    tuple of str
        Key in the mapping, message and value.

    Examples
    --------
    >>> units = {"stop_week": "months"}
    >>> for key, message, value in time_faults("patients", {"end_week": "EOSDY"}, units, None):
    ...     print(f"{key} {value}: {message[-43:]}")
    patients.units.stop_week months: must be one of weeks, days
    patients.columns.end_week EOSDY: patients.units.end_week = 'days' or 'weeks'
    """
    for column, unit in units.items():
        if is_time(column) and unit not in (WEEKS, DAYS, ""):
            yield f"{table}.units.{column}", f"must be one of {WEEKS}, {DAYS}", unit
        elif column == "week" and made_by and "week" not in columns:
            yield (
                f"{table}.units.week",
                f"the weeks are those of {made_by}, which are not {DAYS}",
                unit,
            )
    for column, theirs in columns.items():
        names = theirs if isinstance(theirs, list) else [theirs]
        days = [name for name in names if isinstance(name, str) and is_named_as_day(name)]
        if is_time(column) and column not in units and days:
            say = f"say which it has, {table}.units.{column} = '{DAYS}' or '{WEEKS}'"
            message = f"is a study day by its name in CDISC; {say}"
            yield f"{table}.columns.{column}", message, days[0]


def describe_derived(week: str, count: int, source: str, rule: str) -> str:
    """Return a remark on weeks of patients that are derived from another column, and how.

    >>> describe_derived("death_week", 1, "DTHDT", "days since TRTSDT, divided by 7")
    'death_week of 1 patient is derived from DTHDT: days since TRTSDT, divided by 7'
    """
    return f"{week} of {count_of(count, 'patient')} is derived from {source}: {rule}"


def weeks_of_days(days: pd.Series) -> pd.Series:
    """Return the weeks of study days, of which the first is day 1 and the one before it day -1.

    Examples
    --------
    >>> weeks_of_days(pd.Series([1.0, 8, -7])).tolist()
    [0.0, 1.0, -1.0]
    """
    days = days.astype(float)
    return (days - (days > 0)) / _DAYS_OF_WEEK


def not_study_days(days: pd.Series) -> NDArray[np.bool_]:
    """Return which numbers are not study days; a missing one is not among them.

    >>> not_study_days(pd.Series([1, -1, 0, 1.5, np.inf, np.nan])).tolist()
    [False, False, True, True, True, False]
    """
    given: NDArray[np.float64] = days.to_numpy(dtype=float, na_value=np.nan)
    whole = np.isfinite(given) & (given == np.round(given))
    found: NDArray[np.bool_] = ~np.isnan(given) & (~whole | (given == 0))
    return found


def weeks_of_cells(cells: pd.Series) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Return cells of study days as weeks, empty where they are, and which are not study days.

    Examples
    --------
    >>> weeks, bad = weeks_of_cells(pd.Series(["29", "", "-7", "0", "1.5"], dtype=object))
    >>> weeks.tolist(), bad.tolist()
    ([4.0, '', -1.0, '', ''], [False, False, False, True, True])
    """
    found = numbers(cells, empty=EMPTY, whole=True)
    days = pd.Series(found.values.to_numpy(dtype=float, na_value=np.nan))
    bad = found.bad | (days == 0).to_numpy()
    known = days.notna() & ~bad
    return weeks_of_days(days).astype(object).where(known, ""), bad
