"""Patient-level data of a trial: description, reading and checking, analysis and tables.

`TrialDescription` says what a trial measured and recorded. `Trial.read` reads and checks a data
package by it, `analyse` scores its visits, and `tisstats.trial.summaries` has its tables.
"""

from tisstats.trial.analysis import Analysis
from tisstats.trial.description import (
    TABLES,
    AnalysisOptions,
    Characteristic,
    StudyTreatment,
    TrialDescription,
    data_package_template,
)
from tisstats.trial.scoring import analyse, analyse_many
from tisstats.trial.trial import Trial

__all__ = [
    "TABLES",
    "Analysis",
    "AnalysisOptions",
    "Characteristic",
    "StudyTreatment",
    "Trial",
    "TrialDescription",
    "analyse",
    "analyse_many",
    "data_package_template",
]
