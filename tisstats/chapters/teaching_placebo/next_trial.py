"""The next trial, with the response rates of each trial at each threshold."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.missed_visits import MissedVisits
from tisstats.chapters.page import Markdown, Rows, described, table
from tisstats.chapters.result_facts import LABEL, VALUE, Facts, stated
from tisstats.chapters.teaching_placebo.trials import LESSON, PlaceboTrials
from tisstats.figures.numbers import format_confidence_level, format_percent
from tisstats.lim2021.next_trial import MAXIMUM, NextTrialPlan, SampleSizeRow


class NextTrial(PlaceboTrials):
    """The sections on the next trial, and on missed visits in it."""

    target_power: float  #: target power of the next trial, above 0 and below 1

    @cached_property
    def plans(self) -> dict[str, NextTrialPlan]:
        """A next trial with the response rates of each of these, as their counts give them."""
        return {
            name: NextTrialPlan(
                float(each.treated.proportion),
                float(each.placebo.proportion),
                self.target_power,
                self.confidence_level,
            )
            for name, each in self.at.items()
        }

    @cached_property
    def sizes(self) -> dict[str, SampleSizeRow]:
        """Sample size of each of these trials, with Fisher's exact test."""
        return {name: plan.fisher() for name, plan in self.plans.items()}

    @cached_property
    def missed_visits(self) -> MissedVisits:
        """What missed visits do to the trial of the lesson at the lower threshold."""
        name = f"{LESSON}_minimal"
        return MissedVisits(self.plans[name], self.sizes[name].smallest or MAXIMUM)

    @property
    def power_percent(self) -> str:
        """Target power, %."""
        return format_confidence_level(self.target_power)

    @property
    def error_percent(self) -> str:
        """Two-sided type I error, %."""
        return format_confidence_level(self.plans[f"{LESSON}_moderate"].alpha)

    @described(
        {
            "plan_power": stated("Target power of the next trial", "%"),
            "plan_minimal": Facts(
                "{sample size} | more than {sample size}",
                "Patients per arm of a next trial at the lower threshold",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "plan_moderate": Facts(
                "{sample size} | more than {sample size}",
                "Patients per arm of a next trial at the threshold of the pilot study",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "plan_major": Facts(
                "{sample size} | more than {sample size}",
                "Patients per arm of a next trial at the score of major improvement",
                method="Fisher's exact test, two-sided, exact power",
            ),
        }
    )
    def planning_numbers(self) -> dict[str, object]:
        """Return the numbers on the next trial."""
        return {
            "plan_power": format_confidence_level(self.target_power),
            **{f"plan_{name}": _per_arm(self.sizes[f"{LESSON}_{name}"]) for name in self.scores},
        }

    @table(
        "Sample size of a next trial, by the trial and threshold that give its response rates",
        columns={
            "Response rates from": LABEL,
            "Treated, %": Facts(VALUE, "Response rate assumed", "%", group="treated"),
            "Placebo, %": Facts(VALUE, "Response rate assumed", "%", group="placebo"),
            "Patients per arm": Facts(
                "{sample size} | more than {sample size}",
                method="Fisher's exact test, two-sided, exact power",
            ),
        },
        notes={
            "Response rates from": "{self.conditions}.",
            "Patients per arm": "Smallest number with {self.power_percent}% power, by Fisher's "
            "exact test at a two-sided type I error of {self.error_percent}%, with the unrounded "
            "rates.",
        },
    )
    def planning(self) -> Rows:
        """Return the sample size with the response rates of each trial at each threshold."""
        for name, each in self.at.items():
            plan = self.plans[name]
            yield {
                "Response rates from": self.trial_and_threshold(each),
                "Treated, %": format_percent(plan.treated_response),
                "Placebo, %": format_percent(plan.control_response),
                "Patients per arm": _per_arm(self.sizes[name]),
            }

    def planning_command(self) -> Markdown:
        """Return the command that plans the next trial in the chapter on the primary outcome."""
        plan = self.plans[f"{LESSON}_moderate"]
        return Markdown(
            "```bash\n"
            f".venv/bin/tisstats book --set treated_response={plan.treated_response:g} "
            f"--set control_response={plan.control_response:g}\n"
            "```"
        )


def _per_arm(size: SampleSizeRow) -> str:
    return f"{size.smallest or f'more than {MAXIMUM}'}"
