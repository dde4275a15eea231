"""The times that names of visits state, against the numbers that are read as their weeks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tisstats.sentences import first_few
from tisstats.tables.cells import as_text

_UNIT = r"\s*(?:study\s+)?(?P<unit>week|wk|w|day|d|month|m|year)s?"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)\b"

#: A name that begins with a time, such as Week 4, W4, Study Week 4 or Day 29. A time that follows
#: other words may count from elsewhere, as in Follow-up Week 4.
_NAMED_TIME = re.compile(
    rf"{_UNIT}(?:(?P<sign>\s+-|\s*\N{{MINUS SIGN}})|\s*(?:[._]\s*)?){_NUMBER}",
    re.IGNORECASE | re.ASCII,
)

#: A name whose hyphen or dash may be a minus or join the unit and the number: Week-4, Week - 4.
_HYPHENATED = re.compile(
    rf"{_UNIT}(?:-\s*|\s+-\s+|\s*[\u2010-\u2015]\s*){_NUMBER}", re.IGNORECASE | re.ASCII
)

#: A name of a week and a day, such as Week 1 Day 1, W1D1 or Week 4 (Day 29). Python does not read
#: whole numbers of thousands of digits; no trial has a week of ten, leading zeros apart.
_WEEK_AND_DAY = re.compile(
    r"\s*(?:study\s+)?(?:week|wk|w)\s*(?:[._]\s*)?0*(?P<week>\d{1,9})[\W_]*(?:day|d)\s*"
    r"(?:[._]\s*)?(?:(?P<sign>[-\N{MINUS SIGN}\u2010-\u2015])\s*)?0*(?P<day>\d{1,9})\b",
    re.IGNORECASE | re.ASCII,
)

#: Names of visits in week 0, beside those that state a time: Baseline, Day -1.
_AT_WEEK_0 = re.compile(
    r".*base\s*line.*|BL|day\s*[-\N{MINUS SIGN}]?\s*[01]", re.IGNORECASE | re.ASCII
)

#: Fewest and most weeks of a day, month and year. Months of trials are often of four weeks.
_WEEKS_OF = {"d": (1 / 7, 1 / 7), "m": (4, 365.25 / 7 / 12), "y": (48, 365.25 / 7)}

_DAYS_OF_WEEK = 7

#: By how many weeks a number may differ from days, months or years: a day 29 is in week 4.
_TOLERANCE = 1


def contradicts(name: str, week: float | str) -> bool:
    """Return whether the name of a visit states another time than a number of weeks.

    A number of days, months or years in the place of that of the weeks is another time, too. A
    week with one of its seven days can be counted from 1: Week 1 Day 1 is then week 0, and Week 5
    Day 4 is week 4 and 3 days; or from 0: week 5 and 3 days. A later day than the seventh is
    counted from the first dose.

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
    >>> [contradicts("Week 1 Day 1", week) for week in (-1, 0, 1, 4)]
    [True, False, False, True]
    >>> [contradicts("Week 1 Day 29", week) for week in (0, 1, 4, 29)]
    [True, False, False, True]
    """
    if (both := _WEEK_AND_DAY.match(name)) is not None:
        return not _is_on(int(both["week"]), int(both["day"]), bool(both["sign"]), week)
    times = _times(name)
    return bool(times) and not any(_is_at(*time, week) for time in times)


def ambiguity(name: str, week: float | str) -> str:
    """Return what is ambiguous in the name of a visit, and what to write; empty if nothing is.

    The hyphen of ``Week-4`` may be a minus, or join the two words, which matters if one of these
    weeks is that of the number; that of ``Month-1`` joins them. A day before the first dose is in
    no week after it: of ``Week 1 Day -7``, one of the two is wrong, or the hyphen is no minus.
    Day -1 may be the day before that week. Parameters as above.

    Examples
    --------
    >>> ambiguity("Week-4", 4)
    "has a hyphen that may be a minus: write 'Week 4', or 'Week -4' of a week before the first dose"
    >>> [bool(ambiguity(name, 4)) for name in ("Week - 4", "Week 4", "Week -4", "Week-5")]
    [True, False, False, False]
    >>> [bool(ambiguity("Week-0", 0)), bool(ambiguity("Week-4", -4)), bool(ambiguity("Month-1", 4))]
    [False, True, False]
    >>> ambiguity("Week 1 Day -7", 0).partition(": ")[2]
    "write 'Day -7' of a day before the first dose, or 'Week 1 Day 7'"
    >>> [ambiguity(name, 0) for name in ("Week 1 Day 7", "Week 1 Day -1", "Week 0 Day -7")]
    ['', '', '']
    """
    both = _WEEK_AND_DAY.match(name)
    if both is not None and both["sign"] and int(both["week"]) and int(both["day"]) > 1:
        number, day = int(both["week"]), int(both["day"])
        return (
            f"has a day with a minus in week {number}: write 'Day -{day}' of a day before the "
            f"first dose, or 'Week {number} Day {day}'"
        )
    weeks = [time for time in _times(name) if time[0] == "w"]
    if len({_is_at(*time, week) for time in weeks}) < 2:
        return ""
    return (
        "has a hyphen that may be a minus: write 'Week 4', or 'Week -4' of a week before the first "
        "dose"
    )


def unnamed_weeks(names: Sequence[str], weeks: Sequence[float | str]) -> str | None:
    """Return a remark on weeks of visits in whose names no time, and no baseline, is found.

    Parameters
    ----------
    names, weeks
        Name and number of each row's visit, shape (n,).

    Examples
    --------
    >>> unnamed_weeks(["Baseline", "Week 4", "Visit 3", "", "Visit 3"], [0, 4, 3, 9, 3])
    'no week was found in names of visits: Visit 3 is read as week 3, (empty) as week 9'
    >>> unnamed_weeks(["Screening", "Day -1"], [0, 0])
    'no week was found in names of visits: Screening is read as week 0'
    >>> unnamed_weeks(["Baseline", "Week 4"], [0, 4])
    """
    found = [
        (name.strip() or "(empty)", as_text(float(week)))
        for name, week in dict.fromkeys(zip(names, weeks, strict=True))
        if isinstance(week, float | int)
        and not _times(name)
        and _WEEK_AND_DAY.match(name) is None
        and not (week == 0 and _AT_WEEK_0.fullmatch(name.strip()))
    ]
    if not found:
        return None
    (name, week), *others = found
    listed = [f"{name} is read as week {week}", *(f"{name} as week {at}" for name, at in others)]
    return f"no week was found in names of visits: {first_few(listed)}"


def _times(name: str) -> list[tuple[str, float]]:
    """Return the times with which a name may begin, each the first letter of its unit and a number.

    There are two where a hyphen may be a minus.
    """
    named = _NAMED_TIME.match(name) or _HYPHENATED.match(name)
    if named is None:
        return []
    unit, number = named["unit"][0].lower(), float(named["number"])
    joined, minus = named.re is _HYPHENATED, named.re is _NAMED_TIME and bool(named["sign"])
    if unit == "d" and (joined or minus):
        return []  # Day -1 is the baseline of some trials
    return [(unit, -number)] if minus else [(unit, number), (unit, -number)][: 1 + joined]


def _is_on(number: int, day: int, minus: bool, week: float | str) -> bool:
    """Return whether a day of a numbered week is in a week."""
    if _is_at("w", number, week):
        return True
    if isinstance(week, str):
        return False
    if minus and number and day > 1:
        return True  # ambiguous, and refused as such
    if day > _DAYS_OF_WEEK and not minus:
        return _is_at("d", day, week)
    # The first week is week 0 or week 1, by who counts; days of week 0 may be before the first.
    first = number - 1 if number else -(day if minus else 1) / _DAYS_OF_WEEK
    return first <= week < number + 1


def _is_at(unit: str, number: float, week: float | str) -> bool:
    """Return whether a time is in a week."""
    if isinstance(week, str):
        return unit != "w"  # a fault of its own
    if unit == "w":
        return f"{number + 0:g}" == f"{week:g}"  # names have so many digits
    ends = sorted(weeks * number for weeks in _WEEKS_OF[unit])
    within = ends[0] - _TOLERANCE <= week <= ends[1] + _TOLERANCE
    return within and not (week == number and week != 0)
