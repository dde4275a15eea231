"""The declared methods of a study in words, for the captions of its report."""

from __future__ import annotations

from tisstats.figures.numbers import format_confidence_level
from tisstats.measures.core_set import CORE_SETS, INDISPENSABLE
from tisstats.statistics import QUANTILE_DEFINITIONS, method_title
from tisstats.statistics.signed_rank import SIGNED_RANK_METHODS, ZERO_METHODS
from tisstats.teaching.wording import lower_case_name
from tisstats.trial.study import Study
from tisstats.trial.study_sections import AnalysisPlan, EndpointPlan


def describe_quantiles(plan: AnalysisPlan) -> str:
    """Describe the definition of quartiles."""
    definition = plan.quantile_definition
    return f"definition {definition}, {QUANTILE_DEFINITIONS[definition]}"


def describe_level(plan: AnalysisPlan) -> str:
    """Describe the confidence level, such as ``95%``."""
    return f"{format_confidence_level(plan.confidence_level)}%"


def describe_needed(study: Study) -> str:
    """Name the measures without which a visit has no score, after "without"."""
    rules = CORE_SETS[study.core_set]
    return " or ".join(lower_case_name(rules[name].name) for name in INDISPENSABLE[study.core_set])


def describe_observed(study: Study) -> str:
    """Describe which status counts as observed although measures are missing."""
    described = (
        "Where measures are missing, a status counts as observed if all values that they can have "
        "lead to it"
    )
    if study.endpoint.as_endpoint().criterion:
        return described
    return (
        f"{described}; without {describe_needed(study)} there is no score, and the status is open"
    )


def describe_interval(plan: AnalysisPlan) -> str:
    """Describe the interval of a proportion, such as ``Clopper-Pearson``."""
    return method_title(plan.interval)


def describe_difference(plan: AnalysisPlan) -> str:
    """Describe the interval of a difference of proportions."""
    return method_title(plan.difference)


def describe_signed_rank(plan: AnalysisPlan) -> str:
    """Describe the test of changes within an arm."""
    return (
        f"two-sided signed-rank test, {plan.signed_rank} "
        f"({SIGNED_RANK_METHODS[plan.signed_rank]}); tied changes share their mean rank; "
        f"{ZERO_METHODS[plan.zero_method].replace('zeros', 'patients without change', 1)}"
    )


def describe_end(plan: AnalysisPlan, endpoint: EndpointPlan) -> str:
    """Describe which visit is the end in tables of measures."""
    last = f"each patient's last visit after baseline up to week {endpoint.week:g}"
    if plan.end == "completers":
        return f"{last}, of those patients who completed the study"
    return f"{last}, including those who stopped early"
