"""Responders, as far as the article's counts tell: by score, by week, of how many."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.printed import as_printed


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
    """Return the patients whose improvement was first at least moderate, by the week it was seen.

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
        Whether the patient who was left out of the analysis counts. The ceiling kept this score
        below the higher threshold; the discussion counts the patient as exceeding the lower one.

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

    The last group is the rest: no minimal improvement is reported of them at any visit. A score
    below that of minimal improvement is not excluded.

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
        "no minimal improvement reported": analysed - minimal - lost,
    }
    if min(groups.values()) < 0:
        raise ValueError(f"the counts of the courses contradict each other: {groups}")
    return groups


def less_strict_counts(published: Published) -> pd.DataFrame:
    """Count patients by the discussion's less strict definition, in each way the text allows.

    Returns
    -------
    DataFrame
        One row a way of counting: ``counted`` (who), ``patients``, ``of``, and ``as_printed``,
        whether the percentage prints as that of the discussion.
    """
    by_end = published.count("response.minimal")
    lost = published.count("response.minimal_lost")
    excluded = published.count("flow.excluded_from_analysis")
    analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
    patient = f"patient {published.text('flow.excluded_patient')}"
    end = f"at least minimal improvement by week {published.text('design.primary_week')}"
    one, ever = f"1 of the {lost} who lost it again", f"all {lost} who lost it again"
    ways = [
        (end, by_end, analysed),
        (end, by_end, included),
        (f"{end}, and {patient}", by_end + excluded, included),
        (f"{end}, and {one}", by_end + 1, analysed),
        (f"{end}, {patient}, and {one}", by_end + excluded + 1, included),
        (f"{end}, and {ever}", by_end + lost, analysed),
        (f"{end}, {patient}, and {ever}", by_end + excluded + lost, included),
    ]
    frame = pd.DataFrame(ways, columns=["counted", "patients", "of"])
    printed = [_percent(patients, of) == _discussion_percent(published) for _, patients, of in ways]
    return frame.assign(as_printed=printed)


def less_strict_for_page(published: Published) -> pd.DataFrame:
    """Tabulate `less_strict_counts` for a page."""
    counts = less_strict_counts(published)
    return pd.DataFrame(
        {
            "Who is counted": row["counted"],
            "Patients, n/N (%)": (
                f"{row['patients']}/{row['of']} ({_percent(row['patients'], row['of'])})"
            ),
            f"Prints as {_discussion_percent(published)} %": "yes" if row["as_printed"] else "no",
        }
        for row in counts.to_dict("records")
    )


def categories_for_page(found: pd.DataFrame) -> pd.DataFrame:
    """Format counts of categories, as `summaries.response_counts` returns them, for a page.

    Patients of unknown category are told of where there are some.
    """
    nobody = (found["response"] == "unknown") & (found[["best", "end"]] == 0).all(axis=1)
    return found[~nobody].rename(columns=str.capitalize)


def less_strict_numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the paragraphs on the less strict definition."""
    analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
    claims = published.tables["claims"].set_index("id")["printed"]
    return {
        "minimal": published.count("response.minimal"),
        "minimal_score": published.text("design.minimal_score"),
        "minimal_lost": published.count("response.minimal_lost"),
        "last_week": published.count("design.primary_week"),
        "analysed": analysed,
        "included": included,
        "excluded_patient": claims["discussion.excluded_patient"],
        "added_patient": claims["discussion.added_patient"],
        "discussion_percent": _discussion_percent(published),
        "of_analysed": _that_print(published, analysed),
        "of_included": _that_print(published, included),
        "with_excluded": (
            published.count("response.minimal") + published.count("flow.excluded_from_analysis")
        ),
    }


def _discussion_percent(published: Published) -> str:
    claims = published.tables["claims"].set_index("id")["printed"]
    return str(claims["discussion.minimal_percent"]).removesuffix("%")


def _percent(patients: int, of: int) -> str:
    return as_printed(Fraction(100 * patients, of), 0)


def _that_print(published: Published, of: int) -> str:
    """List the numbers of patients whose percentage prints as that of the discussion."""
    printed = _discussion_percent(published)
    found = [str(count) for count in range(of + 1) if _percent(count, of) == printed]
    return " and ".join(found) or "none"
