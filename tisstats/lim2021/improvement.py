"""Time to at least moderate improvement, from the published counts.

The article prints by which visit each responder improved, but not when the patients left who
ended the study early. Here they count as not improved to the end; this is the cumulative incidence
with rescue medication as a competing event, in whichever weeks they left, as long as nobody is
censored before the horizon. What censoring them would leave open is in `tisstats.lim2021.leaving`.
"""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.response import moderate_by_week
from tisstats.printed import as_printed, percent_range
from tisstats.statistics import (
    KaplanMeier,
    kaplan_meier,
    method_name,
    proportion_interval,
    times_from_counts,
)


def improvements_until(published: Published, horizon_week: int) -> dict[float, int]:
    """Return the improvements by week, up to a horizon within the study."""
    improved = moderate_by_week(published)
    first, last = min(improved), published.count("design.primary_week")
    if not first <= horizon_week <= last:
        raise ValueError(
            f"horizon_week is {horizon_week}; give a week from {first}, the first assessment "
            f"after treatment, to {last}, the end of the study"
        )
    return {week: count for week, count in improved.items() if week <= horizon_week}


def time_to_improvement(
    published: Published, *, horizon_week: int, confidence_level: float
) -> KaplanMeier:
    """Estimate the time to at least moderate improvement; nobody is censored before the horizon.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve.
    confidence_level
        Confidence level of the log-log limits, 0 to 1.

    Raises
    ------
    ValueError
        If the horizon lies before the first assessment or after the end of the study.
    """
    events = improvements_until(published, horizon_week)
    patients = published.count("flow.analysed")
    return kaplan_meier(
        *times_from_counts(events, patients, horizon=horizon_week),
        confidence_level=confidence_level,
    )


def by_week(
    published: Published, curve: KaplanMeier, *, method: str, confidence_level: float
) -> pd.DataFrame:
    """Tabulate improved patients by week, with limits of the proportion and of the curve."""
    patients = published.count("flow.analysed")
    rows, improved = [], 0
    for week, at_risk, events in zip(curve.times, curve.at_risk, curve.events, strict=True):
        improved += int(events)
        interval = proportion_interval(
            improved, patients, confidence_level=confidence_level, method=method
        )
        point = curve.at(week)
        rows.append(
            {
                "By week": f"{week:g}",
                "Not improved before": int(at_risk),
                "Newly improved": int(events),
                f"Improved, n (%) (N={patients})": (
                    f"{improved} ({as_printed(100 * improved / patients, 0)})"
                ),
                f"{method_name(method)}, %": percent_range(interval.low, interval.high),
                "log-log, %": percent_range(1 - point.high, 1 - point.low),
            }
        )
    return pd.DataFrame(rows)


def numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the section under the names that the prose uses."""
    improved = moderate_by_week(published)
    first, *later = improved
    return {
        "ended_early": published.count("flow.ended_early"),
        "moderate_total": sum(improved.values()),
        "moderate_score": published.text("design.responder_score"),
        "by_first_visit": improved[first],
        "first_week": first,
        "later_improved": (
            f"{sum(improved[week] for week in later)} more by "
            f"{' and by '.join(f'week {week}' for week in later)}, "
            f"read as {' and '.join(str(improved[week]) for week in later)}"
        ),
    }
