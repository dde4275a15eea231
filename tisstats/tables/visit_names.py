"""The times that names of visits state, against the numbers that are read as their weeks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tisstats.tables.cells import as_text

#: A name that begins with a time, such as Week 4, W4, Study Week 4 or Day 29. A time that follows
#: other words may count from elsewhere, as in Follow-up Week 4.
_NAMED_TIME = re.compile(
    r"\s*(?:study\s+)?(?P<unit>week|wk|w|day|d|month|m|year)s?(?P<sign>\s+-)?\s*[._]?\s*"
    r"(?P<number>\d+(?:\.\d+)?)\b",
    re.IGNORECASE | re.ASCII,
)

#: Fewest and most weeks of a day, month and year. Months of trials are often of four weeks.
_WEEKS_OF = {"d": (1 / 7, 1 / 7), "m": (4, 365.25 / 7 / 12), "y": (48, 365.25 / 7)}

#: By how many weeks a number may differ from days, months or years: a day 29 is in week 4.
_TOLERANCE = 1

#: Most names that a remark lists.
_MOST_LISTED = 5


def contradicts(name: str, week: float | str) -> bool:
    """Return whether the name of a visit states another time than a number of weeks.

    A number of days, months or years in the place of that of the weeks is another time, too.

    Parameters
    ----------
    name
        The name.
    week
        The number; a text where it is none.

    Examples
    --------
    >>> [contradicts(name, 4) for name in ("Week 4", "W5", "Day 29", "Month 1", "Baseline")]
    [False, True, False, False, False]
    >>> contradicts("Month 6", 8), contradicts("Month 6", 6), contradicts("Month 6", 26)
    (True, True, False)
    """
    named = _time(name)
    if named is None:
        return False
    unit, number = named
    if unit == "w":
        return number != week
    if isinstance(week, str):
        return False
    fewest, most = _WEEKS_OF[unit]
    within = fewest * number - _TOLERANCE <= week <= most * number + _TOLERANCE
    return not within or (week == number and week != 0)


def unnamed_weeks(names: Sequence[str], weeks: Sequence[float | str]) -> str | None:
    """Return a remark on weeks other than 0 of visits in whose names no time is found.

    Parameters
    ----------
    names, weeks
        Name and number of each row's visit, shape (n,).

    Examples
    --------
    >>> unnamed_weeks(["Baseline", "Week 4", "Visit 3", "", "Visit 3"], [0, 4, 3, 9, 3])
    'no week was found in names of visits: Visit 3 is read as week 3, (empty) as week 9'
    >>> unnamed_weeks(["Baseline", "Week 4"], [0, 4])
    """
    found = [
        (name.strip() or "(empty)", as_text(float(week)))
        for name, week in dict.fromkeys(zip(names, weeks, strict=True))
        if isinstance(week, float | int) and week and _time(name) is None
    ]
    if not found:
        return None
    (name, week), *others = found[:_MOST_LISTED]
    listed = [f"{name} is read as week {week}", *(f"{name} as week {at}" for name, at in others)]
    more = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return f"no week was found in names of visits: {', '.join(listed)}{more}"


def _time(name: str) -> tuple[str, float] | None:
    """Return the time with which a name begins, as the first letter of its unit and the number."""
    named = _NAMED_TIME.match(name)
    if named is None:
        return None
    unit, number = named["unit"][0].lower(), float(named["number"])
    if named["sign"] is None:
        return unit, number
    return (unit, -number) if unit == "w" else None  # Day -1 is the baseline of some trials
