"""Outcome measures and their score; knows no study."""

from tisstats.measures.baseline import (
    AttainableScore,
    MinimalDisability,
    attainable_score,
    attainable_scores,
    minimal_disability,
)
from tisstats.measures.scales import Scale
from tisstats.measures.total_improvement_score import (
    band_points,
    response_category,
    total_improvement_score,
)
from tisstats.measures.visit_table import Origin
from tisstats.measures.visits import score_visits

__all__ = [
    "AttainableScore",
    "MinimalDisability",
    "Origin",
    "Scale",
    "attainable_score",
    "attainable_scores",
    "band_points",
    "minimal_disability",
    "response_category",
    "score_visits",
    "total_improvement_score",
]
