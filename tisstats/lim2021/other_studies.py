"""The study and those that the discussion compares it with, grouped by what counts as response."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published


def study_responses(published: Published) -> pd.DataFrame:
    """Return the responders of each of these studies, by threshold, this study first.

    This study stands in two groups, by its own threshold and by the lower one that it prints too,
    so that no share stands in a group of another threshold than its own.

    Returns
    -------
    DataFrame
        One row a study or an arm of it: ``study`` and year, ``endpoint`` in the study's own terms,
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
    groups = [*(f"{threshold} points" for threshold in thresholds), "Other endpoints"]
    found = [
        next(
            (f"{each} points" for each in thresholds if f"{endpoint} ".startswith(f"{each} ")),
            groups[-1],
        )
        for endpoint in rows["endpoint"]
    ]
    rows = rows.assign(group=pd.Categorical(found, groups))
    return rows.sort_values(["group", "this_study"], ascending=[True, False])
