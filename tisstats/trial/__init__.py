"""A trial, patient by patient: its data package, read and checked, and its analysis.

`Trial.read` reads and checks a data package. `analyse` scores its visits.
"""

from tisstats.trial.analysis import Analysis
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.schema import TABLES, template
from tisstats.trial.scoring import analyse, analyse_many
from tisstats.trial.tables import Trial

__all__ = [
    "TABLES",
    "Analysis",
    "Interpretation",
    "Trial",
    "analyse",
    "analyse_many",
    "template",
]
