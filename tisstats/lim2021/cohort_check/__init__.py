"""The check of patient-level data against everything that the article prints of its patients.

`aggregates` computes every published aggregate, and `check` compares each with what is printed.
Nothing here depends on how a cohort was made.
"""

from tisstats.lim2021.cohort_check.aggregates import Addresses
from tisstats.lim2021.cohort_check.report import CheckResult, Report, check, check_many
from tisstats.lim2021.cohort_check.statements import STATEMENTS

__all__ = ["STATEMENTS", "Addresses", "CheckResult", "Report", "check", "check_many"]
