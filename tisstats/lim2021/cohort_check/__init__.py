"""The check of patients against everything that the article prints of its own.

`aggregates` computes every published aggregate that patients give, and `check` compares each with
what is printed. Nothing here depends on how a cohort was made.
"""

from tisstats.lim2021.cohort_check.aggregates import Addresses, aggregates
from tisstats.lim2021.cohort_check.report import STATEMENTS, CheckedItem, Report, check, check_many

__all__ = [
    "STATEMENTS",
    "Addresses",
    "CheckedItem",
    "Report",
    "aggregates",
    "check",
    "check_many",
]
