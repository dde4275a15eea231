"""Core set measures, the Total Improvement Score and IMACS definitions, for any study."""

from tisstats.measures.baseline import (
    AttainableScore,
    attainable_score,
    attainable_scores,
)
from tisstats.measures.disability import MinimalDisability, minimal_disability
from tisstats.measures.scales import Scale
from tisstats.measures.total_improvement_score import (
    band_points,
    response_category,
    total_improvement_score,
)
from tisstats.measures.visit_table import TableSource
from tisstats.measures.visits import score_visits

__all__ = [
    "AttainableScore",
    "MinimalDisability",
    "Scale",
    "TableSource",
    "attainable_score",
    "attainable_scores",
    "band_points",
    "minimal_disability",
    "response_category",
    "score_visits",
    "total_improvement_score",
]
