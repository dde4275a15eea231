"""Teaching: what a placebo arm shows, and what an uncontrolled response rate can show."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tisstats.chapters.chapter import Chapter
from tisstats.chapters.missed_visits import MissedVisits
from tisstats.chapters.page import (
    FigureItem,
    Markdown,
    Rows,
    described,
    figure_item,
    table,
)
from tisstats.chapters.result_facts import (
    COUNT_OF,
    INTERVAL,
    LABEL,
    PERCENTAGE,
    VALUE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import threshold_shares
from tisstats.figures.numbers import format_confidence_level, format_percent, join_names
from tisstats.figures.threshold_shares import ArmShare, ThresholdRow
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.next_trial import MAXIMUM, NextTrialPlan, SampleSizeRow
from tisstats.lim2021.response import ResponseCount, response_count
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import format_rounded, percent_range
from tisstats.statistics import Interval, method_title
from tisstats.teaching import placebo
from tisstats.teaching.inferred_counts import PerArm, counts_as_printed, pairs_as_printed
from tisstats.teaching.placebo_trials import (
    ThresholdComparison,
    comparisons,
    name_conditions,
    read_trials,
)

#: Probabilities below this would round to zero.
_SMALLEST_SHOWN = 0.001

#: The trial of the lesson, among the trials with placebo.
_LESSON = "proderm"

#: The method by which the printed intervals of a difference were computed.
_PRINTED_METHOD = "wald"


def _comparison_facts() -> dict[str, Facts]:
    """Return the facts of the numbers on the placebo arms at the thresholds of the study."""
    facts: dict[str, Facts] = {}
    for trial in ("proderm", "alkivia"):
        for threshold in ("minimal", "moderate"):
            n = f"{{self.at[{trial}_{threshold}].placebo.patients}}"
            more = {"n": n, "group": trial}
            what = f"Responders with placebo, {threshold} improvement"
            facts |= {
                f"{trial}_{threshold}_responders": counted(what, group=trial),
                f"{trial}_{threshold}_patients": counted("Patients with placebo", group=trial),
                f"{trial}_{threshold}_percent": Facts(PERCENTAGE, what, **more),
                f"{trial}_{threshold}_low": Facts(
                    "{lower limit}", what, "%", "{self.interval_words}", **more
                ),
                f"{trial}_{threshold}_high": Facts(
                    "{upper limit}", what, "%", "{self.interval_words}", **more
                ),
            }
    return facts


@dataclass(frozen=True)
class PlaceboResponse(Chapter):
    """The chapter on the placebo response for one choice of interval."""

    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`, for either arm
    target_power: float  #: target power of the next trial, above 0 and below 1

    @cached_property
    def arms(self) -> dict[str, placebo.Arm]:
        """Both arms of ProDERM, by their names on the page."""
        addresses = {"treated": placebo.TREATED, "placebo": placebo.PLACEBO}
        return {arm: placebo.Arm.read(self.published, stem) for arm, stem in addresses.items()}

    @cached_property
    def differences(self) -> dict[str, Interval]:
        """The difference between the arms by every method, treated minus placebo."""
        return {
            method: placebo.arm_difference(
                **self.arms, confidence_level=self.confidence_level, method=method
            )
            for method in placebo.DIFFERENCE_METHODS
        }

    @cached_property
    def count(self) -> ResponseCount:
        """The responders of the pilot study."""
        return response_count(self.published)

    @cached_property
    def minimal_count(self) -> ResponseCount:
        """Its patients who reached the lower score, by the last week."""
        return response_count(self.published, threshold=self.thresholds["minimal"])

    @cached_property
    def thresholds(self) -> dict[str, int]:
        """The scores of the pilot study: for minimal and for moderate improvement."""
        names = {"minimal": "minimal_score", "moderate": "responder_score"}
        return {name: self.published.count(f"design.{row}") for name, row in names.items()}

    @cached_property
    def trials(self) -> PublishedFacts:
        """The trials with placebo, by address."""
        return read_trials()

    @cached_property
    def comparisons(self) -> list[ThresholdComparison]:
        """Both arms of each trial at each threshold."""
        return comparisons(self.trials)

    @cached_property
    def scores(self) -> dict[str, int]:
        """Those, and the one for major improvement."""
        return self.thresholds | {"major": RESPONSE_CUTOFFS["adult"]["major"]}

    @cached_property
    def at(self) -> dict[str, ThresholdComparison]:
        """The comparisons by trial and name of the score, such as ``proderm_moderate``."""
        return {
            f"{each.trial}_{name}": each
            for each in self.comparisons
            for name, threshold in self.scores.items()
            if each.threshold == threshold
        }

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
        name = f"{_LESSON}_minimal"
        return MissedVisits(self.plans[name], self.sizes[name].smallest or MAXIMUM)

    def _arm_interval(self, arm: placebo.Arm) -> Interval:
        return arm.interval(self.confidence_level, self.interval_method)

    def _trial(self, comparison: ThresholdComparison) -> str:
        """Return the name of the trial of a comparison."""
        return self.trials.text(f"trials.{comparison.trial}.trial")

    def _difference(self, each: ThresholdComparison, method: str = "newcombe") -> Interval:
        return placebo.arm_difference(
            each.treated, each.placebo, confidence_level=self.confidence_level, method=method
        )

    @described(
        {
            "level_percent": Facts("{level}", "Confidence level of the intervals", origin="chosen"),
            "endpoint": WORDS,
            **{
                f"{arm}_{part}": facts
                for arm in ("treated", "placebo")
                for part, facts in (
                    ("responders", counted("Responders", group=arm, origin="published")),
                    ("patients", counted("Patients", group=arm, origin="published")),
                    (
                        "percent",
                        Facts(
                            PERCENTAGE, "Responders", n=f"{{self.arms[{arm}].patients}}", group=arm
                        ),
                    ),
                )
            },
            "difference": Facts(
                "{difference}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                n="{self.in_both_arms}",
            ),
            "difference_low": Facts(
                "{lower limit}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "{self.level_words} Newcombe",
                "{self.in_both_arms}",
            ),
            "difference_high": Facts(
                "{upper limit}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "{self.level_words} Newcombe",
                "{self.in_both_arms}",
            ),
            "needed": Facts(
                "{number needed to treat}",
                "Responders, immunoglobulin minus placebo",
                n="{self.in_both_arms}",
            ),
            "needed_precise": Facts(
                "{number needed to treat}",
                "Responders, immunoglobulin minus placebo, one decimal",
                n="{self.in_both_arms}",
            ),
            "methods_within": Facts(
                "{difference}", "Largest between limits by different methods", "percentage points"
            ),
            **_comparison_facts(),
            **{
                f"{arm}_falls_by": Facts(
                    "{difference}",
                    "Responders, at the lower threshold minus at the higher",
                    "percentage points",
                    n=f"{{self.arms[{arm}].patients}}",
                    group=arm,
                )
                for arm in ("treated", "placebo")
            },
            **{
                f"moderate_difference{end}": Facts(
                    f"{{{statistic}}}",
                    "Responders at the threshold of the pilot study, immunoglobulin minus placebo",
                    "percentage points",
                    method,
                    "{self.in_both_arms}",
                )
                for end, statistic, method in (
                    ("", "difference", ""),
                    ("_low", "lower limit", "{self.level_words} Newcombe"),
                    ("_high", "upper limit", "{self.level_words} Newcombe"),
                )
            },
            "minimal_score": stated("Score of minimal improvement", "points", "published"),
            "moderate_score": stated("Score of moderate improvement", "points", "published"),
            "major_score": stated("Score of major improvement", "points", "published"),
            "lesson_week": stated("Week of the response in ProDERM", "week", "published"),
            "background": WORDS,
            "steroids": WORDS,
            "immunosuppressants": WORDS,
            "pilot_percent": Facts(
                PERCENTAGE, "Responders of the pilot study", n="{self.count.patients}"
            ),
            "pilot_low": Facts(
                "{lower limit}",
                "Responders of the pilot study",
                "%",
                "{self.interval_words}",
                "{self.count.patients}",
            ),
            "pilot_high": Facts(
                "{upper limit}",
                "Responders of the pilot study",
                "%",
                "{self.interval_words}",
                "{self.count.patients}",
            ),
            "pilot_covers": WORDS,
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
            "conditions": WORDS,
            "pilot_condition": WORDS,
            "responders": counted("Responders of the pilot study", origin="published"),
            "patients": counted("Patients analysed in the pilot study", origin="published"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        found = self.differences["newcombe"]
        moderate = self._difference(self.at[f"{_LESSON}_moderate"])
        pilot = self._arm_interval(self._pilot_arm(self.count))
        ends = zip(*((each.low, each.high) for each in self.differences.values()), strict=True)
        level = format_confidence_level(self.confidence_level)
        return {
            "level_percent": level,
            "interval_method": method_title(self.interval_method),
            "endpoint": self.published.text(f"{placebo.TREATED}.endpoint"),
            **{
                f"{name}_{part}": value
                for name, arm in self.arms.items()
                for part, value in (
                    ("responders", arm.responders),
                    ("patients", arm.patients),
                    ("percent", format_percent(arm.proportion)),
                )
            },
            "difference": format_percent(found.estimate),
            "difference_low": format_percent(found.low).replace("-", "−"),
            "difference_high": format_percent(found.high).replace("-", "−"),
            # Number needed to treat.
            "needed": format_rounded(1 / found.estimate, 0),
            "needed_precise": format_rounded(1 / found.estimate, 1),
            "methods_within": format_percent(max(max(end) - min(end) for end in ends)),
            **self._placebo_numbers(),
            "moderate_difference": format_percent(moderate.estimate),
            "moderate_difference_low": format_percent(moderate.low).replace("-", "−"),
            "moderate_difference_high": format_percent(moderate.high).replace("-", "−"),
            **{
                f"{arm}_falls_by": format_percent(
                    getattr(self.at[f"{_LESSON}_minimal"], arm).proportion
                    - getattr(self.at[f"{_LESSON}_moderate"], arm).proportion
                )
                for arm in ("treated", "placebo")
            },
            **{f"{name}_score": threshold for name, threshold in self.scores.items()},
            "lesson_week": self.trials.count(f"trials.{_LESSON}.week"),
            **{
                column: self.trials.text(f"trials.{_LESSON}.{column}")
                for column in ("background", "steroids", "immunosuppressants")
            },
            "pilot_percent": format_percent(pilot.estimate),
            "pilot_low": format_percent(pilot.low),
            "pilot_high": format_percent(pilot.high),
            "pilot_covers": self._describe_covered(pilot),
            "plan_power": format_confidence_level(self.target_power),
            **{f"plan_{name}": _per_arm(self.sizes[f"{_LESSON}_{name}"]) for name in self.scores},
            "conditions": self.conditions,
            "pilot_condition": self.pilot_condition,
            "responders": self.count.responders,
            "patients": self.count.patients,
            **self.missed_visits.numbers(),
        }

    def _placebo_numbers(self) -> dict[str, object]:
        """Return what a study of each placebo arm alone would report at both thresholds."""
        numbers: dict[str, object] = {}
        for name, each in self.at.items():
            if each.threshold not in self.thresholds.values():
                continue
            interval = self._arm_interval(each.placebo)
            numbers |= {
                f"{name}_responders": each.placebo.responders,
                f"{name}_patients": each.placebo.patients,
                f"{name}_percent": format_percent(interval.estimate),
                f"{name}_low": format_percent(interval.low),
                f"{name}_high": format_percent(interval.high),
            }
        return numbers

    def _describe_covered(self, pilot: Interval) -> str:
        """Describe which placebo proportions the interval of the pilot study includes."""
        moderate = self.thresholds["moderate"]
        named: dict[bool, list[str]] = {True: [], False: []}
        for each in self.comparisons:
            if each.threshold == moderate:
                share = each.placebo.proportion
                text = f"{format_percent(share)}% in {self._trial(each)}"
                named[pilot.low <= share <= pilot.high].append(text)
        parts = []
        for covered, trials in named.items():
            if trials:
                one = len(trials) == 1
                verb = "includes" if covered else "does not include"
                what = "proportion" if one else "proportions"
                parts.append(f"{verb} the {what} with placebo, {join_names(trials)}")
        return "; it ".join(parts)

    @staticmethod
    def _pilot_arm(count: ResponseCount) -> placebo.Arm:
        return placebo.Arm(count.responders, count.patients)

    def response_by_threshold(self) -> FigureItem:
        """Return the responders of both arms of each trial, and of the pilot study."""
        rows = [
            ThresholdRow(
                self._study_and_week(each),
                each.threshold,
                ArmShare(each.treated.responders, each.treated.patients),
                ArmShare(each.placebo.responders, each.placebo.patients),
                each.inferred,
            )
            for each in self.comparisons
        ]
        rows += [
            ThresholdRow(
                f"Pilot study: immunoglobulin alone, week {count.week}",
                count.threshold,
                ArmShare(count.responders, count.patients),
            )
            for count in (self.minimal_count, self.count)
        ]
        return figure_item(
            threshold_shares,
            rows,
            source="Published: an abstract, accounts of abstracts by others, and the article; some "
            f"counts inferred; {self.conditions}; {self.pilot_condition}",
        )

    @property
    def conditions(self) -> str:
        """What responders had to meet besides a score."""
        return name_conditions(self.trials, self.comparisons)

    @property
    def pilot_condition(self) -> str:
        """Who is counted at the lower score in the pilot study, and who is not."""
        count, lost = self.minimal_count, self.published.count("response.minimal_lost")
        return (
            f"pilot study at {count.threshold} points: as printed, without {lost} patients who had "
            f"lost such a score ({count.responders + lost} of {count.patients} with them)"
        )

    def _study_and_week(self, each: ThresholdComparison) -> str:
        stem = f"trials.{each.trial}"
        drug, week = (self.trials.text(f"{stem}.{column}") for column in ("drug", "week"))
        return f"{self._trial(each)}: {drug} or placebo, week {week}"

    @property
    def in_both_arms(self) -> int:
        """Number of patients in both arms."""
        return sum(arm.patients for arm in self.arms.values())

    @property
    def level_percent(self) -> str:
        """Confidence level, %."""
        return format_confidence_level(self.confidence_level)

    @table(
        "Difference between the arms, percentage points, by method, with {self.level_percent}% "
        "intervals",
        columns={
            "Difference": Facts(
                "{difference}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                n="{self.in_both_arms}",
            ),
            "Interval": Facts(
                INTERVAL,
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "@row",
                "{self.in_both_arms}",
            ),
            "*": WORDS,
        },
    )
    def difference_by_method(self) -> Rows:
        """Return the difference between the arms by every method, in percentage points."""
        for method, found in self.differences.items():
            yield {
                "Method": method_title(method),
                "Difference": format_percent(found.estimate).replace("-", "−"),
                "Interval": percent_range(found.low, found.high),
                "Definition": placebo.DIFFERENCE_METHODS[method],
            }

    @table(
        "Probability of the observed result if the treatment has no effect",
        columns={
            "Response rate*": LABEL,
            "Expected*": Facts("{mean}", "Expected responders", "patients"),
            "Probability*": Facts(
                "{probability}", method="binomial, one-sided", n="{self.count.patients}"
            ),
        },
    )
    def probability_without_effect(self) -> Rows:
        """Return the probability of at least the observed responders without a treatment effect."""
        responders, patients = self.count.responders, self.count.patients
        # A probability too small to show is "less than", not zero.
        too_small = f"<{100 * _SMALLEST_SHOWN:g}"
        for rate in placebo.BACKGROUND_RESPONSE_RATES:
            probability = placebo.probability_of_at_least(self.count, rate)
            yield {
                "Response rate without a treatment effect, %": format_percent(rate, 0),
                f"Expected responders (n={patients})": format_rounded(rate * patients, 1),
                f"Probability of {responders} or more, %": (
                    format_percent(probability) if probability >= _SMALLEST_SHOWN else too_small
                ),
            }

    @table(
        "Responders by trial and threshold, and the difference between the arms",
        columns={
            "Trial and threshold": LABEL,
            "Treated": Facts(COUNT_OF, "Responders", "patients", group="treated"),
            "Placebo": Facts(COUNT_OF, "Responders", "patients", group="placebo"),
            "Difference": Facts(
                "{difference}", "Responders, treated minus placebo", "percentage points"
            ),
            "Interval": Facts(
                INTERVAL,
                "Responders, treated minus placebo",
                "percentage points",
                "{self.level_percent}% Newcombe",
            ),
            "*": WORDS,
        },
        notes={
            "Trial and threshold": "{self.conditions}.",
            "Difference": "Percentage points, with the {self.level_percent}% interval of Newcombe.",
            "Counts": "Inferred: the count was not found, and the percentages, which others "
            "report from congress abstracts, allow one count only; see the next table.",
        },
    )
    def differences_by_threshold(self) -> Rows:
        """Return both arms of each trial at each threshold, with their difference."""
        for each in self.comparisons:
            found = self._difference(each)
            yield {
                "Trial and threshold": self._at(each),
                "Treated": f"{each.treated.responders} of {each.treated.patients}",
                "Placebo": f"{each.placebo.responders} of {each.placebo.patients}",
                "Difference": format_percent(found.estimate).replace("-", "−"),
                "Interval": percent_range(found.low, found.high),
                "Counts": "inferred" if each.inferred else "published",
            }

    def _at(self, each: ThresholdComparison) -> str:
        return f"{self._trial(each)}, TIS ≥ {each.threshold}"

    @table(
        "How counts were inferred: all counts that give the printed percentage",
        columns="Steps of an inference; the counts are in the table of responders.",
        collapsed=True,
        notes={
            "Printed difference": "Percentage points. Limits are printed for ProDERM only; those "
            "from the counts are Wald limits.",
            "": "For ALKIVIA the sizes of the arms are inferred, too: they are the one split of "
            "all randomised patients in which all its percentages are possible.",
        },
    )
    def inferred_counts(self) -> Rows:
        """Return the counts that each printed percentage allows, and a check by the difference."""
        for each in self.comparisons:
            if each.inferred:
                yield {
                    "Trial and threshold": self._at(each),
                    **_allowed("treated", each.percents.treated, each.treated),
                    **_allowed("placebo", each.percents.placebo, each.placebo),
                    "Printed difference": self._printed_difference(each),
                    "Source of the percentages": each.source,
                }

    def _printed_difference(self, each: ThresholdComparison) -> str:
        """Return the printed difference, and the same from the counts."""
        if each.printed is None:
            return "–"
        printed = each.printed
        found = placebo.arm_difference(
            each.treated,
            each.placebo,
            confidence_level=printed.confidence_level,
            method=_PRINTED_METHOD,
        )
        limits = percent_range(found.low, found.high)
        return (
            f"{printed.estimate} ({printed.low} to {printed.high}); "
            f"from the counts {format_percent(found.estimate)} ({limits})"
        )

    @table(
        "Patients and background treatment of the studies",
        columns={
            "Week": Facts(VALUE, "Week of the response", "week", origin="published"),
            "Randomised": Facts("{count} *", "Patients", "patients", origin="published"),
            "*": WORDS,
        },
        notes={"": "Background treatment as secondary sources report it, except in the pilot."},
    )
    def background_treatment(self) -> Rows:
        """Return what patients of each study received besides the treatment under study."""
        for row in self.trials.tables["trials"].to_dict("records"):
            yield {
                "Study": row["trial"],
                "Diseases": row["population"],
                "Randomised": f"{row['randomised']} randomised",
                "Week": row["week"],
                "Background treatment": row["background"],
                "Steroids": row["steroids"],
                "Immunosuppressants": row["immunosuppressants"],
            }
        yield {
            "Study": "pilot study",
            "Diseases": self.published.text("comparators.this_study.population"),
            "Randomised": f"{self.count.patients} analysed, not randomised",
            "Week": str(self.count.week),
            "Background treatment": "none planned before rescue; one patient had chemotherapy, "
            "perhaps within the study",
            "Steroids": "none before rescue",
            "Immunosuppressants": "none before rescue",
        }

    @table(
        "Other placebo-controlled trials, which report another outcome or mean scores",
        columns={
            "Trial": LABEL,
            "Week": Facts(VALUE, "Week of the result", "week", origin="published"),
            "Treated": Facts(VALUE, unit="@Unit", group="treated", origin="published"),
            "Placebo": Facts(VALUE, unit="@Unit", group="placebo", origin="published"),
            "Responders": Facts(
                "{count} of {denominator} v {count} of {denominator} (inferred)",
                "Responders",
                "patients",
            ),
            "*": WORDS,
        },
        collapsed=True,
        notes={"Responders": "Treated, then placebo; inferred from the percentages."},
    )
    def other_trials(self) -> Rows:
        """Return trials whose reports give a mean score, or responders by another definition."""
        for row in self.trials.tables["other_trials"].to_dict("records"):
            yield {
                "Trial": f"{row['trial']}, {row['drug']}",
                "Result": row["result"],
                "Unit": row["unit"],
                "Week": row["week"],
                "Treated": row["treated"],
                "Placebo": row["placebo"],
                "Responders": _responders(row),
                "Source": f"{row['source']} ({row['certainty']})",
            }

    @table(
        "What studies of the placebo arms alone would have printed, and the pilot study, with "
        "{self.interval_words} intervals",
        columns={
            "Arm and threshold": LABEL,
            "Responders": Facts(COUNT_OF, "Responders", "patients"),
            "%": Facts(PERCENTAGE, "Responders", n="@Responders"),
            "Interval, %": Facts(
                INTERVAL, "Responders", "%", "{self.interval_words}", "@Responders"
            ),
            "*": WORDS,
        },
        notes={"Arm and threshold": "{self.conditions}; {self.pilot_condition}."},
    )
    def placebo_arms_alone(self) -> Rows:
        """Return each placebo arm as if it were an uncontrolled study, then the pilot study."""
        arms = [(f"placebo in {self._at(each)}", each.placebo) for each in self.comparisons]
        arms += [
            (f"pilot study, TIS ≥ {count.threshold}", self._pilot_arm(count))
            for count in (self.minimal_count, self.count)
        ]
        for label, arm in arms:
            interval = self._arm_interval(arm)
            yield {
                "Arm and threshold": label,
                "Responders": f"{arm.responders} of {arm.patients}",
                "%": format_percent(interval.estimate),
                "Interval, %": percent_range(interval.low, interval.high),
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
                "Response rates from": self._at(each),
                "Treated, %": format_percent(plan.treated_response),
                "Placebo, %": format_percent(plan.control_response),
                "Patients per arm": _per_arm(self.sizes[name]),
            }

    @property
    def power_percent(self) -> str:
        """Target power, %."""
        return format_confidence_level(self.target_power)

    @property
    def error_percent(self) -> str:
        """Two-sided type I error, %."""
        return format_confidence_level(self.plans[f"{_LESSON}_moderate"].alpha)

    def planning_command(self) -> Markdown:
        """Return the command that plans the next trial in the chapter on the primary outcome."""
        plan = self.plans[f"{_LESSON}_moderate"]
        return Markdown(
            "```bash\n"
            f".venv/bin/tisstats book --set treated_response={plan.treated_response:g} "
            f"--set control_response={plan.control_response:g}\n"
            "```"
        )


def _per_arm(size: SampleSizeRow) -> str:
    return f"{size.smallest or f'more than {MAXIMUM}'}"


def _responders(row: Mapping[Hashable, Any]) -> str:
    """Return the inferred counts of a trial that gives percentages, a dash for another."""
    if row["unit"] != "%":
        return "–"
    patients = PerArm(int(row["treated_patients"]), int(row["placebo_patients"]))
    (found,) = pairs_as_printed(PerArm(row["treated"], row["placebo"]), patients)
    return (
        f"{found.treated} of {patients.treated} v {found.placebo} of {patients.placebo} (inferred)"
    )


def _allowed(arm: str, percent: str, inferred: placebo.Arm) -> dict[str, str]:
    """Return a printed percentage and every count of the arm that rounds to it."""
    counts = ", ".join(map(str, counts_as_printed(percent, inferred.patients)))
    return {
        f"Printed, {arm}, %": percent,
        f"Counts, {arm}": f"{counts} of {inferred.patients}",
    }
