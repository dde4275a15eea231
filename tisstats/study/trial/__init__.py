"""A trial, patient by patient: its data package, its analysis, its check against the article.

`Trial.read` reads and checks a data package. `analyse` scores its visits. `aggregates` computes
every published aggregate that patients can give, and `check` compares each with what is printed.
Nothing here knows how a cohort was made: what is computed is computed as the article did.
"""

from tisstats.study.trial.aggregates import Addresses, aggregates
from tisstats.study.trial.analysis import Analysis
from tisstats.study.trial.interpretation import Interpretation
from tisstats.study.trial.report import STATEMENTS, Finding, Report, check, check_many
from tisstats.study.trial.schema import TABLES, template
from tisstats.study.trial.scoring import analyse, analyse_many
from tisstats.study.trial.tables import Trial

__all__ = [
    "STATEMENTS",
    "TABLES",
    "Addresses",
    "Analysis",
    "Finding",
    "Interpretation",
    "Report",
    "Trial",
    "aggregates",
    "analyse",
    "analyse_many",
    "check",
    "check_many",
    "template",
]
