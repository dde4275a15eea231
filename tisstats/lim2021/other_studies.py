"""The study and those that the discussion sets it beside, grouped by what counts as response."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from tisstats.ledger.published import Published
from tisstats.statistics import Interval, proportion_interval

#: Study, endpoint, interval, responders, patients, design, whether it is this study, group.
ComparatorFields = tuple[str, str, Interval, int, int, str, bool, str]


def comparator_rows(
    published: Published, *, confidence_level: float, method: str
) -> list[ComparatorFields]:
    """Return what a figure shows of each of these studies, grouped by threshold.

    This study stands in two groups, by its own threshold and by the lower one that it prints too,
    so that no share stands in its group that was counted by another threshold.

    Returns
    -------
    list of tuple
        Study, endpoint, interval, responders, patients, design, whether it is this study, and the
        group.
    """
    moderate, minimal = (
        f"TIS at least {published.text(f'design.{name}')}"
        for name in ("responder_score", "minimal_score")
    )
    studies = {str(row["id"]): row for row in published.tables["comparators"].to_dict("records")}
    rows = [
        _comparator(
            study,
            str(study["endpoint"]),
            (published.count(f"comparators.{name}.{part}") for part in ("responders", "patients")),
            (confidence_level, method),
            name == "this_study",
        )
        for name, study in studies.items()
    ]
    lower = f"{minimal} by week {published.text('design.primary_week')}"
    counts = published.count("response.minimal"), published.count("flow.analysed")
    rows.append(_comparator(studies["this_study"], lower, counts, (confidence_level, method), True))
    groups = (f"{moderate} points", f"{minimal} points", "Other endpoints")
    placed = [
        (*row, next((g for g in groups if f"{row[1]} ".startswith(g[:-6])), groups[-1]))
        for row in rows
    ]
    return sorted(placed, key=lambda row: (groups.index(row[-1]), not row[-2]))


def _comparator(
    study: Mapping[Hashable, object],
    endpoint: str,
    counts: Iterable[int],
    interval: tuple[float, str],
    this: bool,
) -> tuple[str, str, Interval, int, int, str, bool]:
    responders, patients = counts
    confidence_level, method = interval
    return (
        f"{study['study']}, {study['year']}",
        endpoint,
        proportion_interval(responders, patients, confidence_level=confidence_level, method=method),
        responders,
        patients,
        f"{study['design']}; {study['population']}",
        this,
    )
