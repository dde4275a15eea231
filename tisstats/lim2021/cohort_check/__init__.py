"""The check of patient-level data against what the article prints of its patients.

`aggregates` computes what such data determine, and `check` compares each with what is printed. What
cannot be computed is listed with the reason.
Nothing here depends on how a cohort was made.
"""

from tisstats.lim2021.cohort_check.aggregates import Addresses
from tisstats.lim2021.cohort_check.report import CheckResult, Report, check, check_many
from tisstats.lim2021.cohort_check.statements import STATEMENTS

__all__ = ["STATEMENTS", "Addresses", "CheckResult", "Report", "check", "check_many"]
