"""Responder counts that the article determines, and the primary outcome.

Responders are counted by threshold, week and denominator, and compared with those of the studies
that the discussion cites.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.ledger.published import PublishedFacts
from tisstats.printed import format_rounded, matches_print, parse
from tisstats.statistics import INTERVAL_METHODS, Interval, proportion_interval


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """Patients who reached a score by a week."""

    responders: int  #: patients who reached it
    patients: int  #: patients counted
    threshold: int  #: minimum Total Improvement Score of a responder, points
    week: int  #: week by which it was reached

    @property
    def proportion(self) -> Fraction:
        """Proportion of responders, 0 to 1."""
        return Fraction(self.responders, self.patients)


def moderate_by_week(published: PublishedFacts) -> dict[int, int]:
    """Return the patients whose improvement was first at least moderate, by the week it was seen.

    Returns
    -------
    dict
        Week to number of patients.
    """
    stem = "moderate_week_"
    return {
        int(name.removeprefix(stem)): published.count(f"response.{name}")
        for name in published.tables["response"]["id"]
        if name.startswith(stem)
    }


def name_later_weeks(first_seen: Mapping[int, int]) -> str:
    """Return in which weeks the responders after the first week were first seen, for a sentence.

    >>> name_later_weeks({3: 6, 4: 1, 6: 1})
    '1 by week 4 and 1 by week 6'
    """
    later = sorted(first_seen.items())[1:]
    return " and ".join(f"{patients} by week {week}" for week, patients in later)


def response_count(
    published: PublishedFacts,
    *,
    threshold: int = 40,
    by_week: int = 9,
    include_excluded_patient: bool = False,
) -> ResponseCount:
    """Count the patients who reached a Total Improvement Score by a week.

    Parameters
    ----------
    published
        The published facts.
    threshold
        Minimum score of a responder, in points. The article gives counts for two scores only.
    by_week
        Week by which the score must be reached, 0 to the last week of the study.
    include_excluded_patient
        Whether to include the excluded patient. The ceiling effect kept this score
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
            f"threshold must be {minimal} or {moderate}, the scores with printed counts "
            f"(patient-level data are not published), got {threshold}"
        )
    if not 0 <= by_week <= last:
        raise ValueError(f"by_week must be from 0 to {last}, the weeks of the study, got {by_week}")
    patients = published.count("flow.included" if include_excluded_patient else "flow.analysed")
    if threshold == moderate:
        reached = sum(n for week, n in moderate_by_week(published).items() if week <= by_week)
    elif by_week == last:
        reached = published.count("response.minimal")
        reached += published.count("flow.excluded_from_analysis") if include_excluded_patient else 0
    else:
        raise ValueError(
            f"by_week must be {last}, the only week for which the number who reached a score of "
            f"{minimal} is printed, got {by_week}"
        )
    return ResponseCount(reached, patients, threshold, by_week)


def courses(published: PublishedFacts) -> dict[str, int]:
    """Count all analysed patients by course, best first.

    For the last group, the remaining patients, no minimal improvement is reported at any visit;
    lower scores are possible.

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
        "minimal improvement, then lost": lost,
        "no minimal improvement reported": analysed - minimal - lost,
    }
    if min(groups.values()) < 0:
        raise ValueError(f"the counts of the courses contradict each other: {groups}")
    return groups


def minimal_improvement_counts(published: PublishedFacts) -> pd.DataFrame:
    """Count responders by the less stringent definition of the discussion, as the text allows.

    Returns
    -------
    DataFrame
        One row per way of counting: ``counted`` (which patients), ``patients``, ``of``,
        ``denominator`` (who they are), and ``as_printed``, whether the percentage rounds to that of
        the discussion.
    """
    by_end = published.count("response.minimal")
    lost = published.count("response.minimal_lost")
    excluded = published.count("flow.excluded_from_analysis")
    analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
    patient = f"patient {published.text('flow.excluded_patient')}"
    end = f"at least minimal improvement by week {published.text('design.primary_week')}"
    one, ever = f"1 of the {lost} who later lost it", f"all {lost} who later lost it"
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
    printed = [patients in minimal_improvement_matches(published, of) for _, patients, of in ways]
    who = frame["of"].map({analysed: "analysed", included: "all included"})
    return frame.assign(denominator=who, as_printed=printed)


def minimal_improvement_matches(published: PublishedFacts, of: int) -> list[int]:
    """Return which counts of this many patients round to the percentage of the discussion."""
    printed = published.text("claims.discussion.minimal_percent").removesuffix("%")
    return [n for n in range(of + 1) if format_rounded(Fraction(100 * n, of), 0) == printed]


def denominator_choices(published: PublishedFacts) -> pd.DataFrame:
    """List the counts of responders that the article allows, by threshold and denominator.

    The article counts the excluded patient as reaching the lower score,
    in its discussion; the discussion also adds another patient, whose response is
    not printed.

    Returns
    -------
    DataFrame
        One row per way: ``responder`` (what a responder is), ``counted`` (which patients are),
        ``responders`` and ``patients`` (counts), and ``source`` of the count.
    """
    moderate, minimal = (
        f"at least {published.text(f'design.{name}')} points"
        for name in ("responder_score", "minimal_score")
    )
    end = f"by week {published.text('design.primary_week')}"
    patients = {
        "analysed": published.count("flow.analysed"),
        "all included": published.count("flow.included"),
    }
    n_excluded = published.count("flow.excluded_from_analysis")
    excluded = f"patient {published.text('flow.excluded_patient')}"
    reached, minimal_count, lost, added = (
        published.count(f"response.{name}")
        for name in ("responders", "minimal", "minimal_lost", "discussion_added")
    )
    percent = published.text("claims.discussion.minimal_percent")
    discussed = f"the Discussion ({percent}), interpreted as {added} patients added"
    more = f"more than {published.text('design.minimal_score')} points"
    missed = f"{excluded} did not reach it, according to the text"
    both = f"{excluded} counted as a responder, as in the Discussion"
    kept = f"printed; {lost} others reached it and later lost it"
    ever = "sum of printed counts, including those who lost it, if no other patient reached it"
    ways = [
        (f"{moderate} {end}", "analysed", reached, "printed"),
        (f"{moderate} {end}", "all included", reached, missed),
        (f"{minimal} {end}", "analysed", minimal_count, kept),
        (f"{minimal} {end}", "all included", minimal_count + n_excluded, both),
        (more, "all included", minimal_count + added, discussed),
        (f"{minimal} at any visit", "analysed", minimal_count + lost, ever),
        (f"{minimal} at any visit", "all included", minimal_count + lost + n_excluded, both),
    ]
    frame = pd.DataFrame(ways, columns=["responder", "counted", "responders", "source"])
    return frame.assign(patients=frame["counted"].map(patients))


@dataclass(frozen=True, slots=True)
class PrintedInterval:
    """The printed primary outcome, with its interval recomputed by every method."""

    count: ResponseCount  #: printed responders and patients in the analysis
    level: float  #: printed confidence level, 0 to 1
    printed_percent: str  #: proportion as printed
    printed_low: str  #: lower limit as printed, per cent
    printed_high: str  #: upper limit as printed, per cent
    named_method_interval: Interval  #: interval by the method named in the article
    methods: dict[str, Interval]  #: interval by every method
    methods_matching_print: tuple[str, ...]  #: methods whose limits both round to the printed ones

    @property
    def printed(self) -> Interval:
        """The printed proportion and interval as numbers, 0 to 1."""
        estimate, low, high = (
            float(text) / 100
            for text in (self.printed_percent, self.printed_low, self.printed_high)
        )
        return Interval(estimate, low, high, self.level, "as printed")


def printed_interval(published: PublishedFacts) -> PrintedInterval:
    """Compare the printed interval with that of the named method, and of all methods."""
    count = response_count(published)
    confidence_level = float(published.value("design.confidence_level") / 100)
    percent, low, high = (
        published.text(f"claims.results.{name}").removesuffix("%")
        for name in ("responders_percent", "interval_low", "interval_high")
    )
    methods = {
        method: proportion_interval(
            count.responders, count.patients, confidence_level=confidence_level, method=method
        )
        for method in INTERVAL_METHODS
    }
    giving = tuple(
        method
        for method, interval in methods.items()
        if matches_print(100 * interval.low, parse(low))
        and matches_print(100 * interval.high, parse(high))
    )
    return PrintedInterval(
        count,
        confidence_level,
        percent,
        low,
        high,
        methods["clopper-pearson"],
        methods,
        giving,
    )


def study_responses(published: PublishedFacts) -> pd.DataFrame:
    """Return the responders of this study and of its comparators, by threshold, this study first.

    This study appears in two groups, by its own threshold and by the lower one that it reports, so
    that every proportion is shown under its own threshold.

    Returns
    -------
    DataFrame
        One row per study or arm: ``study`` and year, ``endpoint`` in the study's own terms,
        ``responders`` and ``patients`` (counts), ``design`` with the population, ``this_study``
        (true or false) and ``group``, the threshold.
    """
    studies = published.tables["comparators"]
    rows = pd.DataFrame(
        {
            "study": studies["study"] + ", " + studies["year"],
            "endpoint": studies["endpoint"],
            "responders": studies["responders"].astype(int),
            "patients": studies["patients"].astype(int),
            "design": studies["design"] + "; " + studies["population"],
            "this_study": studies["id"] == "this_study",
        }
    )
    thresholds = [
        f"TIS at least {published.text(f'design.{name}')}"
        for name in ("responder_score", "minimal_score")
    ]
    by_minimal = rows[rows["this_study"]].assign(
        endpoint=f"{thresholds[-1]} by week {published.text('design.primary_week')}",
        responders=published.count("response.minimal"),
        patients=published.count("flow.analysed"),
    )
    rows = pd.concat([rows, by_minimal])
    groups = [*(f"{threshold} points" for threshold in thresholds), "Other response definitions"]
    found = rows["endpoint"].str.extract(f"^({'|'.join(thresholds)})(?: |$)", expand=False)
    rows = rows.assign(group=pd.Categorical((found + " points").fillna(groups[-1]), groups))
    return rows.sort_values(["group", "this_study"], ascending=[True, False])
