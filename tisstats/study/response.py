"""Responders, as far as the article's counts tell: by score, by week, of how many."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tisstats.study.published import Published


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """Patients who reached a score by a week."""

    responders: int  #: patients who reached it
    patients: int  #: patients counted
    threshold: int  #: least Total Improvement Score of a responder, points
    week: int  #: week by which it was reached

    @property
    def proportion(self) -> Fraction:
        """Share of responders, 0 to 1."""
        return Fraction(self.responders, self.patients)


def moderate_by_week(published: Published) -> dict[int, int]:
    """Give the patients whose improvement was first at least moderate, by the week it was seen.

    Returns
    -------
    dict
        Week to number of patients.
    """
    stem = "response.moderate_week_"
    rows = published.tables["response"]["id"]
    return {
        int(name.removeprefix("moderate_week_")): published.count(f"response.{name}")
        for name in rows
        if f"response.{name}".startswith(stem)
    }


def response_count(
    published: Published,
    *,
    threshold: int = 40,
    by_week: int = 9,
    count_excluded: bool = False,
) -> ResponseCount:
    """Count the patients who reached a Total Improvement Score by a week.

    Parameters
    ----------
    published
        The published facts.
    threshold
        Least score of a responder, in points. The article gives counts for two scores only.
    by_week
        Week by which the score must be reached, 0 to the last week of the study.
    count_excluded
        Whether the patient who was left out of the analysis counts. The ceiling kept his score
        below the higher threshold; the discussion counts him as reaching the lower one.

    Raises
    ------
    ValueError
        If the article gives no count for this score or week.
    """
    moderate = published.count("design.responder_score")
    minimal = published.count("design.minimal_score")
    last = published.count("design.primary_week")
    if threshold not in (moderate, minimal):
        raise ValueError(
            f"threshold is {threshold}: the article prints how many patients reached a score of "
            f"{minimal} and of {moderate}, and of no other; patient rows are not published"
        )
    if not 0 <= by_week <= last:
        raise ValueError(f"by_week is {by_week}; the study lasted from week 0 to week {last}")
    patients = published.count("flow.included" if count_excluded else "flow.analysed")
    if threshold == moderate:
        reached = sum(n for week, n in moderate_by_week(published).items() if week <= by_week)
    elif by_week == last:
        reached = published.count("response.minimal")
        reached += published.count("flow.excluded_from_analysis") if count_excluded else 0
    else:
        raise ValueError(
            f"by_week is {by_week}: the number who reached a score of {minimal} is printed for "
            f"week {last} only"
        )
    return ResponseCount(reached, patients, threshold, by_week)


def courses(published: Published) -> dict[str, int]:
    """Sort the analysed patients by their course, best first; the counts add up to all of them.

    Raises
    ------
    ValueError
        If the printed counts contradict each other.
    """
    analysed = published.count("flow.analysed")
    responders = response_count(published).responders
    minimal = published.count("response.minimal")
    lost = published.count("response.minimal_lost")
    groups = {
        "at least moderate improvement": responders,
        "minimal improvement": minimal - responders,
        "minimal improvement, lost again": lost,
        "no improvement": analysed - minimal - lost,
    }
    if min(groups.values()) < 0:
        raise ValueError(f"the counts of the courses contradict each other: {groups}")
    return groups
