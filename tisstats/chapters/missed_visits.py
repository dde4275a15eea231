"""Last part of the lesson on placebo: what missed visits do to the next trial."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tisstats.chapters.page import FigureItem, Markdown, Rows, described, figure_item, table
from tisstats.chapters.result_facts import LABEL, VALUE, WORDS, Facts, stated
from tisstats.figures import missed_visits
from tisstats.figures.missed_visits import RuleCurve
from tisstats.figures.numbers import format_confidence_level, format_percent, format_probability
from tisstats.lim2021.next_trial import MAXIMUM, NextTrialPlan
from tisstats.printed import format_rounded
from tisstats.sentences import join_names
from tisstats.statistics import OperatingCharacteristics
from tisstats.statistics.operating_characteristics import MONTE_CARLO_LEVEL, MOST_TABLES
from tisstats.statistics.trial_design import MissingHandling
from tisstats.teaching.missed_visits import (
    ALIKE,
    PATTERNS,
    PLACEBO_ONLY,
    RULES,
    SEED,
    SHARE,
    SHARES,
    TRIALS,
    WITHOUT_RESPONSE,
    MissedPattern,
    MissedVisitsTrial,
)

#: Who misses visits in the panels of the figure, and whether the null hypothesis is true in it.
_DRAWN = ((ALIKE, False), (PLACEBO_ONLY, True))


@dataclass(frozen=True)
class MissedVisits:
    """What missed visits do to a trial that was planned without them."""

    plan: NextTrialPlan  #: response rates, target power and significance level
    patients: int  #: patients in each arm, as planned without missed visits

    @cached_property
    def trial(self) -> MissedVisitsTrial:
        """The trial."""
        plan = self.plan
        return MissedVisitsTrial(
            self.patients,
            plan.treated_response,
            plan.control_response,
            plan.alpha,
            plan.confidence_level,
        )

    @property
    def share_percent(self) -> str:
        """The share of missed visits that the text is about, %."""
        return format_percent(SHARE, 0)

    @property
    def power_percent(self) -> str:
        """Target power, %."""
        return format_confidence_level(self.plan.target_power)

    @property
    def level_percent(self) -> str:
        """Confidence level of the intervals, %."""
        return format_confidence_level(self.plan.confidence_level)

    @property
    def monte_carlo_percent(self) -> str:
        """Confidence level of the Monte Carlo intervals, %."""
        return format_confidence_level(MONTE_CARLO_LEVEL)

    @property
    def error_percent(self) -> str:
        """Nominal two-sided type I error, %."""
        return format_confidence_level(self.plan.alpha)

    @cached_property
    def simulated_rules(self) -> list[str]:
        """The rules for which a number shown is simulated, as its exact sum would be too long."""
        shown = [
            *((pattern, SHARE, null) for pattern in PATTERNS for null in (False, True)),
            *((pattern, share, null) for pattern, null in _DRAWN for share in SHARES),
        ]
        return [
            label
            for rule, label in RULES.items()
            if any(
                self.trial.is_simulated(rule, pattern, share, null=null)
                for pattern, share, null in shown
            )
        ]

    @property
    def how(self) -> str:
        """How probabilities are computed."""
        return "exact or simulated" if self.simulated_rules else "exact"

    @property
    def method(self) -> str:
        """How power and type I error are computed."""
        return f"Fisher's exact test, two-sided, {self.how}"

    @property
    def simulated_note(self) -> str:
        """Which rows of the table are simulated; empty if none is."""
        if not self.simulated_rules:
            return ""
        return (
            f"Where visits are missed, some numbers by these rules are of {TRIALS} simulated "
            f"trials, as the exact sum is too long: {join_names(self.simulated_rules)}."
        )

    def _describe_simulated(self) -> str:
        """Return the end of the sentence on what needs no simulation."""
        if not self.simulated_rules:
            return "."
        return (
            ", except some of those by these rules, which are simulated as their sums are too "
            f"long: {join_names(self.simulated_rules)}."
        )

    def _power(self, rule: MissingHandling, share: float = SHARE) -> str:
        return self._rejection(rule, ALIKE, share)

    def _rejection(
        self, rule: MissingHandling, pattern: MissedPattern, share: float, *, null: bool = False
    ) -> str:
        """Format the probability that the test rejects."""
        return format_probability(self._probability(rule, pattern, share, null=null))

    def _probability(
        self,
        rule: MissingHandling,
        pattern: MissedPattern,
        share: float,
        *,
        null: bool = False,
        of: Literal["rejection_probability", "coverage"] = "rejection_probability",
    ) -> float:
        """Return a probability: simulated, none or all of the trials do not make it 0 or 1."""
        characteristics = self.trial.characteristics(rule, pattern, share, null=null)
        found: float = getattr(characteristics, of)
        if self.trial.is_simulated(rule, pattern, share, null=null):
            return min(max(found, 1 / TRIALS), 1 - 1 / TRIALS)
        return found

    @described(
        {
            "missed_share": stated("Share of visits missed, assumed", "%", "chosen"),
            "missed_patients": stated(
                "Patients per arm of the trial with missed visits", "patients", "computed"
            ),
            "missed_none_power": Facts(
                "instead of {power}% | *", "Power, no visit missed", method="{self.method}"
            ),
            **{
                f"missed_{name}": Facts("{power}", f"Power, {what}", method="{self.method}")
                for name, what in (
                    ("counted_power", "missed visits counted as non-response"),
                    ("left_out_power", "patients with missed visits left out"),
                    ("bounds_power", "missing responses bounded"),
                )
            },
            "missed_counted_bias": Facts(
                "{bias}",
                "Difference of proportions, missed visits counted as non-response",
                "percentage points",
                "{self.how}",
            ),
            "missed_counted_error": Facts(
                "{type I error}",
                "Visits missed in the placebo arm only, counted as non-response",
                method="{self.method}",
            ),
            "missed_left_out_error": Facts(
                "{type I error}",
                "Visits missed in the placebo arm only, left out",
                method="{self.method}",
            ),
            "missed_none_error": Facts(
                "instead of {type I error}% | *", "No visit missed", method="{self.method}"
            ),
            "missed_left_out_bias": Facts(
                "{bias}",
                "Difference of proportions, visits missed by patients without response, left out",
                "percentage points",
                "{self.how}",
            ),
            "missed_nominal": stated("Nominal type I error", "%", "chosen"),
            "missed_counted_size": Facts(
                "{sample size} | more than {sample size}",
                "Patients per arm, missed visits counted as non-response",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "missed_none_size": Facts(
                "instead of {sample size} | instead of more than {sample size} | *",
                "Patients per arm, no visit missed",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "most_tables": stated("Most tables that are summed", "tables", "chosen"),
            "simulated_exceptions": WORDS,
            "simulated_trials": stated("Simulated trials", "trials", "chosen"),
            "simulated_power": Facts(
                "{power}",
                "Power, missed visits counted as non-response",
                method="Fisher's exact test, two-sided, simulated",
            ),
            "simulated_low": Facts(
                "{lower limit}",
                "Simulated power",
                "%",
                "{self.monte_carlo_percent}% Monte Carlo, Clopper-Pearson",
            ),
            "simulated_high": Facts(
                "{upper limit}",
                "Simulated power",
                "%",
                "{self.monte_carlo_percent}% Monte Carlo, Clopper-Pearson",
            ),
            "simulated_exact": Facts(
                "{power}", "Power, missed visits counted as non-response", method="{self.method}"
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        trial = self.trial
        simulated = trial.simulated()
        alike = trial.characteristics("non-responder", ALIKE, SHARE)
        power = simulated.rejection_probability
        counted_size, counted_power = self._size(SHARE), self._power("non-responder")
        none_power = self._power("non-responder", 0.0)
        counted_error = self._rejection("non-responder", PLACEBO_ONLY, SHARE, null=True)
        none_error = self._rejection("unknown", ALIKE, 0.0, null=True)
        return {
            "missed_share": self.share_percent,
            "missed_patients": self.patients,
            "missed_none_power": _instead_of(none_power, counted_power, "%"),
            "missed_counted_power": counted_power,
            "missed_left_out_power": self._power("unknown"),
            "missed_bounds_power": self._power("bounds"),
            "missed_counted_bias": _points(alike.lower_bias),
            "missed_counted_error": counted_error,
            "missed_left_out_error": self._rejection("unknown", PLACEBO_ONLY, SHARE, null=True),
            "missed_none_error": _instead_of(none_error, counted_error, "%"),
            "missed_left_out_bias": _points(
                trial.characteristics("unknown", WITHOUT_RESPONSE, SHARE).lower_bias
            ),
            "missed_nominal": self.error_percent,
            "missed_counted_size": counted_size,
            "missed_none_size": _instead_of(self._size(0.0), counted_size),
            "most_tables": str(MOST_TABLES),
            "simulated_exceptions": self._describe_simulated(),
            "simulated_trials": str(TRIALS),
            "simulated_power": format_percent(power.estimate, 2),
            "simulated_low": format_percent(power.low, 2),
            "simulated_high": format_percent(power.high, 2),
            "simulated_exact": format_percent(alike.rejection_probability, 2),
        }

    def _size(self, share: float) -> str:
        """Return the size of an arm if missed visits count as non-response."""
        seen = 1 - share
        plan = NextTrialPlan(
            self.plan.treated_response * seen,
            self.plan.control_response * seen,
            self.plan.target_power,
            self.plan.confidence_level,
        )
        return f"{plan.fisher().smallest or f'more than {MAXIMUM}'}"

    def figure(self) -> FigureItem:
        """Return power and type I error by the share of missed visits, for each rule."""
        curves = [
            RuleCurve(
                label,
                *(
                    [self._probability(rule, pattern, share, null=null) for share in SHARES]
                    for pattern, null in _DRAWN
                ),
            )
            for rule, label in RULES.items()
        ]
        computed = "Computed, in part simulated" if self.simulated_rules else "Computed"
        return figure_item(
            missed_visits,
            curves,
            shares=SHARES,
            stated_share=SHARE,
            patients=self.patients,
            alpha=self.plan.alpha,
            power_pattern=ALIKE.label,
            error_pattern=PLACEBO_ONLY.label,
            source=f"{computed}: response rates of ProDERM, assumed shares of missed visits",
        )

    @table(
        "What {self.share_percent}% missed visits do to a trial with a sample size of "
        "{self.patients} per arm, by who misses them and how they are counted",
        columns={
            "Missed": LABEL,
            "Rule": WORDS,
            "Power, %": Facts("{power}", "Power", group="@Rule", method="{self.method}"),
            "Type I error, %": Facts(
                "{type I error}", "Type I error", group="@Rule", method="{self.method}"
            ),
            "Bias": Facts(
                "{minimum} to {maximum} | {bias}",
                "Bias of the difference of proportions",
                "percentage points",
                "{self.how}",
                group="@Rule",
            ),
            "Coverage, %": Facts(
                "{coverage}",
                "Interval of the difference",
                group="@Rule",
                method="{self.level_percent}% Newcombe, {self.how}",
            ),
        },
        notes={
            "": "{self.simulated_note}",
            "Missed": "Share of the visits of those named, so that the rows differ in how many "
            "visits are missed in all.",
            "Bias": "Mean of the estimated minus the true difference, percentage points; of the "
            "smallest and the largest estimate where it is bounded.",
            "Type I error, %": "Both arms respond as with placebo; nominal {self.error_percent}%.",
            "Coverage, %": "Of the {self.level_percent}% interval of Newcombe for the difference; "
            "from the lowest to the highest limit where it is bounded.",
        },
    )
    def by_rule(self) -> Rows:
        """Return power, type I error, bias and coverage by pattern and rule."""
        yield self._row("none", "–", "non-responder", ALIKE, 0.0)
        for pattern in PATTERNS:
            for rule, label in RULES.items():
                yield self._row(pattern.label, label, rule, pattern, SHARE)

    def _row(
        self, missed: str, label: str, rule: MissingHandling, pattern: MissedPattern, share: float
    ) -> dict[str, str]:
        found = self.trial.characteristics(rule, pattern, share)
        return {
            "Missed": missed,
            "Rule": label,
            "Power, %": self._rejection(rule, pattern, share),
            "Type I error, %": self._rejection(rule, pattern, share, null=True),
            "Bias": _bias(found, bounded=rule == "bounds"),
            "Coverage, %": format_probability(
                self._probability(rule, pattern, share, of="coverage")
            ),
        }

    @table(
        "Patients per arm for {self.power_percent}% power, if missed visits count as non-response",
        columns={
            "Missed, %": Facts(VALUE, "Share of visits missed, assumed", "%", origin="chosen"),
            "Seen to respond, treated, %": Facts(
                VALUE, "Probability of a response that is seen", "%", group="treated"
            ),
            "Seen to respond, placebo, %": Facts(
                VALUE, "Probability of a response that is seen", "%", group="placebo"
            ),
            "Patients per arm": Facts(
                "{sample size} | more than {sample size}",
                method="Fisher's exact test, two-sided, exact power",
            ),
        },
        notes={
            "Patients per arm": "Smallest number, by Fisher's exact test at a two-sided type I "
            "error of {self.error_percent}%; visits are missed in both arms alike. Exact power "
            "does not rise steadily: a slightly larger number can have less than "
            "{self.power_percent}%."
        },
    )
    def sizes(self) -> Rows:
        """Return the size of an arm by the share of missed visits."""
        for share in SHARES:
            yield {
                "Missed, %": format_percent(share, 0),
                "Seen to respond, treated, %": format_percent(
                    self.plan.treated_response * (1 - share)
                ),
                "Seen to respond, placebo, %": format_percent(
                    self.plan.control_response * (1 - share)
                ),
                "Patients per arm": self._size(share),
            }

    @property
    def _alpha_typed(self) -> str:
        """Nominal type I error as it is typed: with as many digits as a level can have."""
        return f"{round(self.plan.alpha, 12):.12g}"

    def command(self) -> Markdown:
        """Return the command that simulates the trial."""
        return Markdown(
            "```bash\n"
            f".venv/bin/tisstats simulate --patients {self.patients} "
            f"--response {self.plan.treated_response:g} {self.plan.control_response:g} \\\n"
            f"  --missed {SHARE:g} --alpha {self._alpha_typed} --seed {SEED}\n"
            "```"
        )


def _instead_of(without: str, with_missed: str, unit: str = "") -> str:
    """Describe a number without missed visits, after the number with them.

    >>> _instead_of("83.7", "<0.1", "%"), _instead_of("<0.1", "<0.1", "%")
    ('instead of 83.7%', 'with and without missed visits')
    """
    if without == with_missed:
        return "with and without missed visits"
    return f"instead of {without}{unit}"


def _points(difference: float) -> str:
    """Format a difference of proportions in percentage points; zero has no sign."""
    text = format_rounded(100 * difference, 1)
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def _bias(found: OperatingCharacteristics, *, bounded: bool) -> str:
    low, high = _points(found.lower_bias), _points(found.upper_bias)
    return f"{low} to {high}" if bounded else low
