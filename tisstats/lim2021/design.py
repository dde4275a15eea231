"""The design of the study: who could enter, and when outcomes were assessed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.regimens import AMENDED, STANDARD


def eligibility(published: PublishedFacts) -> pd.DataFrame:
    """Return the eligibility criteria in our words, with their thresholds as published.

    Returns
    -------
    DataFrame
        One row per criterion: ``kind`` (inclusion or exclusion), ``criterion``, ``requirement``.
    """
    thresholds = {key: published.text(f"design.{key}") for key in published.tables["design"]["id"]}
    # A name in braces stands for a fact of the design.
    criteria = pd.read_csv(Path(__file__).with_name("eligibility.csv"), dtype=str)
    requirements = [text.format_map(thresholds) for text in criteria["requirement"]]
    return criteria.assign(requirement=requirements)


def assessment_weeks(published: PublishedFacts) -> Mapping[str, list[int]]:
    """Return the weeks of assessment of each regimen.

    Outcomes were assessed at each admission for treatment and at the last week; those eligible
    for the amended regimen had one more assessment.
    """
    last = published.count("design.primary_week")
    extra = published.count("design.amended_decision_week")
    weeks = {
        regimen.name: {infusion.week for infusion in regimen.infusions} | {last}
        for regimen in (STANDARD, AMENDED)
    }
    weeks[AMENDED.name].add(extra)
    return {name: sorted(found) for name, found in weeks.items()}
