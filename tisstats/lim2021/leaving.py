"""When those who ended the study early may have left it, and the estimate were they censored.

The article prints how many ended early, not when. What it says of their weeks is little; each
reading here names what it takes from the text and what it adds, so that the range of the estimate
is never shown without its conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.response import moderate_by_week
from tisstats.printed import as_printed
from tisstats.proof import Proof
from tisstats.statistics import CensoringBounds, censoring_bounds


@dataclass(frozen=True, slots=True)
class Reading:
    """What is taken to be known of the weeks in which those who ended early left."""

    name: str  #: what is added to the reading before it, for tables
    basis: str  #: whether it is printed, follows from what is printed, or is our inference
    still_there: Mapping[float, int]  #: week to how many of them were still in the study then
    conditions: tuple[str, ...]  #: all that a range of this reading rests on


def readings(published: Published) -> tuple[Reading, Reading, Reading]:
    """Return the readings from the widest to the narrowest; the second takes the text at its word.

    The numbers are those of the case that none of those who ended early was a responder. Were some
    of them, fewer patients without the event would be censored, and the range would lie within this
    one: so the range holds without it, its ends are reached with it.
    Not used, since it binds none of their weeks: that three patients lost an improvement after
    maintenance doses, and that one stopped bed-ridden. Whether the three ended early is not said,
    nor in which week anybody was assessed at a premature end.
    """
    early = published.count("flow.ended_early")
    decided = published.count("design.amended_decision_week")
    known = published.count("response.amended_stopped")
    first, end = min(moderate_by_week(published)), published.count("design.primary_week")
    others = published.count("flow.analysed") - early
    score = published.text("design.responder_score")
    free = (
        f"none of the {early} who ended early had reached {score} points (had some, the range "
        "would be narrower and lie within this one)",
        f"each of these {early} left at some time before week {end}",
        "improvement dated to the week by which it is reported",
        "whoever left in the week of an assessment was assessed first",
        f"the other {others} were followed to week {end}",
    )
    at_decision = (
        f"at least {known} of the {early} still there at week {decided}, as the methods say that "
        "those eligible for the amended regimen were assessed then"
    )
    at_first = (
        f"all {early} still there at week {first} (our inference: it takes an assessment to "
        "see an insufficient response)"
    )
    return (
        Reading(
            "Any time before the end",
            "the printed counts, with one responder in each of the later weeks",
            {},
            free,
        ),
        Reading(
            f"At least {known} of them still there at week {decided}",
            "the text at its word: eligible for the amended regimen, so assessed then",
            {decided: known},
            (*free, at_decision),
        ),
        Reading(
            f"In addition, all of them still there at week {first}",
            "our inference: it takes an assessment to see an insufficient response",
            {first: early, decided: known},
            (*free, at_decision, at_first),
        ),
    )


def of_the_text(published: Published) -> Reading:
    """Return the reading that takes all that the text says of the weeks, and no more."""
    return readings(published)[1]


def if_censored(
    published: Published, *, horizon_week: int, reading: Reading | None = None
) -> CensoringBounds:
    """Bound the estimate up to a week over all weeks in which those who ended early can have left.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve. They may have left before or after it.
    reading
        What is known of their weeks; that of the text if left out.
    """
    known = of_the_text(published) if reading is None else reading
    return censoring_bounds(
        {float(week): count for week, count in moderate_by_week(published).items()},
        published.count("flow.analysed"),
        published.count("flow.ended_early"),
        published.count("design.primary_week"),
        still_there=known.still_there,
    ).until(horizon_week)


def proven_range(
    published: Published, *, horizon_week: int, reading: Reading | None = None
) -> Proof:
    """Return the range of the estimate at a week, in percent, with the conditions it rests on."""
    known = of_the_text(published) if reading is None else reading
    bounds = if_censored(published, horizon_week=horizon_week, reading=known)
    return Proof(f"{_percent(bounds, -1)} %", known.conditions)


def reading_table(published: Published, *, horizon_week: int) -> pd.DataFrame:
    """Tabulate the range of the estimate at each week with an improvement, by reading."""
    rows = []
    for reading in readings(published):
        bounds = if_censored(published, horizon_week=horizon_week, reading=reading)
        rows.append(
            {"When those who ended early left": reading.name, "Basis": reading.basis}
            | {
                f"By week {week:g}, %": _percent(bounds, place)
                for place, week in enumerate(bounds.times)
            }
        )
    return pd.DataFrame(rows)


def numbers(published: Published, *, horizon_week: int) -> dict[str, object]:
    """Return the numbers of the paragraph on censoring under the names that the prose uses."""
    wide, _, narrow = (
        if_censored(published, horizon_week=horizon_week, reading=reading)
        for reading in readings(published)
    )
    return {
        "censored": str(proven_range(published, horizon_week=horizon_week)),
        "censored_free_high": as_printed(100 * float(wide.greatest[-1]), 1),
        "censored_inferred_high": as_printed(100 * float(narrow.greatest[-1]), 1),
        "decision_week": published.count("design.amended_decision_week"),
        "known_there": published.text("response.amended_stopped"),
    }


def _percent(bounds: CensoringBounds, place: int) -> str:
    low, high = (
        as_printed(100 * float(limits[place]), 1) for limits in (bounds.least, bounds.greatest)
    )
    return low if low == high else f"{low} to {high}"
