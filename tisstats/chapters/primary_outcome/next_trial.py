"""The sample size of the next trial."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from tisstats import statistics
from tisstats.chapters.chapter import Chapter
from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import COUNT_OF, WORDS, Facts, stated
from tisstats.figures.numbers import format_confidence_level, format_probability
from tisstats.lim2021.next_trial import CONTROL, MAXIMUM, TREATED, NextTrialPlan


class NextTrial(Chapter):
    """The section on the sample size for the next trial."""

    treated_response: float  #: assumed response rate under treatment, 0 to 1
    control_response: float  #: assumed response rate under control, 0 to 1
    target_power: float  #: target power of the next trial, above 0 and below 1

    @cached_property
    def plan(self) -> NextTrialPlan:
        """Planning assumptions of a next trial."""
        return NextTrialPlan(
            self.treated_response, self.control_response, self.target_power, self.confidence_level
        )

    @described(
        {
            "plan_treated": stated("Response rate assumed with treatment", "%"),
            "plan_control": stated("Response rate assumed with control", "%"),
            "plan_power": stated("Target power of the next trial", "%"),
            "plan_error": stated("Type I error of the next trial, two-sided", "%"),
            "plan_maximum": stated("Largest sample size tried", "patients per arm"),
            "plan_each_arm": Facts(
                "{sample size} | more than {sample size}",
                "Patients in each arm of a next trial",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "plan_again_power": Facts(
                "{power}",
                "A trial with as many patients as analysed in each arm",
                "",
                "Fisher's exact test, two-sided, exact power",
            ),
            "discussed_patients": WORDS,
            "plan_here": Facts(COUNT_OF, "Responders by the less strict definition", "patients"),
            "plan_here_required": WORDS,
            "plan_treated_counts": Facts(
                COUNT_OF, "Responders in another trial, treated", "patients", origin="published"
            ),
            "plan_control_counts": Facts(
                COUNT_OF, "Responders in another trial, placebo", "patients", origin="published"
            ),
        }
    )
    def planning_numbers(self) -> dict[str, object]:
        """Return the numbers on a next trial."""
        plan, published = self.plan, self.published
        analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
        again = statistics.two_arm_power(
            analysed, analysed, plan.treated_response, plan.control_response, alpha=plan.alpha
        )
        discussed = sum(
            published.count(f"response.{name}") for name in ("minimal", "discussion_added")
        )
        treated, control = (
            f"{published.count(f'{arm}.responders')} of {published.count(f'{arm}.patients')}"
            for arm in (TREATED, CONTROL)
        )
        return {
            "plan_treated": format_confidence_level(plan.treated_response),
            "plan_control": format_confidence_level(plan.control_response),
            "plan_power": format_confidence_level(plan.target_power),
            "plan_error": format_confidence_level(plan.alpha),
            "plan_maximum": MAXIMUM,
            "plan_each_arm": _each_arm(plan),
            "plan_again_power": format_probability(again.power),
            "discussed_patients": " and ".join(
                published.text(f"claims.discussion.{who}_patient") for who in ("excluded", "added")
            ),
            "plan_here": f"{discussed} of {included}",
            "plan_here_required": _describe_required(plan, discussed / included),
            "plan_treated_counts": treated,
            "plan_control_counts": control,
        }

    @table(
        "Sample size of a next trial, by design and test",
        columns={
            "Patients": Facts(
                "{sample size} * | more than {sample size} *", method="two-sided: @row"
            ),
            "Sufficient for every n from": Facts(
                "{sample size} | none up to {sample size}", method="two-sided: @row"
            ),
            "Power, %": Facts("{power}", method="two-sided: @row"),
            "Maximum type I error, %": Facts("{type I error}", method="two-sided: @row"),
        },
        rows={
            "*arms,*": Facts(what="sizes per arm"),
            "single arm*": Facts(what="sizes in total"),
        },
    )
    def planning(self) -> Rows:
        """Return the sample size that each design and test needs for the target power."""
        for size in self.plan.sizes():
            yield {
                "Design and test": size.design,
                "Patients": f"{size.smallest or f'more than {MAXIMUM}'} {size.unit}",
                "Sufficient for every n from": f"{size.stable or f'none up to {MAXIMUM}'}",
                "Power, %": "–" if size.power is None else format_probability(size.power),
                "Maximum type I error, %": "–"
                if size.max_type_one_error is None
                else format_probability(size.max_type_one_error),
            }


def _describe_required(plan: NextTrialPlan, treated_response: float) -> str:
    """Describe the sample size that another response rate with treatment would require."""
    if treated_response <= plan.control_response:
        return "there would be no advantage of treatment to detect"
    other = replace(plan, treated_response=treated_response)
    return f"the same power would require a sample size of {_each_arm(other)} per arm"


def _each_arm(plan: NextTrialPlan) -> str:
    """Format the patients in each arm by Fisher's exact test."""
    return f"{plan.fisher().smallest or f'more than {MAXIMUM}'}"
