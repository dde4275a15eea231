"""What a study of the placebo arm alone would have printed."""

from __future__ import annotations

from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import (
    COUNT_OF,
    INTERVAL,
    LABEL,
    PERCENTAGE,
    WORDS,
    Facts,
    counted,
)
from tisstats.chapters.teaching_placebo.trials import PlaceboTrials
from tisstats.figures.numbers import format_percent
from tisstats.lim2021.response import ResponseCount
from tisstats.printed import format_rounded, percent_range
from tisstats.sentences import join_names
from tisstats.statistics import Interval
from tisstats.teaching import placebo

#: Probabilities below this would round to zero.
_SMALLEST_SHOWN = 0.001


def _comparison_facts() -> dict[str, Facts]:
    """Return the facts of the numbers on the placebo arms at the thresholds of the study."""
    facts: dict[str, Facts] = {}
    for trial in ("proderm", "alkivia"):
        for threshold in ("minimal", "moderate"):
            name, origin = (
                f"{{self.trial_names[{trial}]}}",
                f"{{self.origins[{trial}_{threshold}]}}",
            )
            n = f"{{self.at[{trial}_{threshold}].placebo.patients}}"
            more = {"n": n, "group": "placebo"}
            what = f"{name}: Responders, {threshold} improvement"
            counts = {"group": "placebo", "origin": origin}
            facts |= {
                f"{trial}_{threshold}_responders": counted(what, **counts),
                f"{trial}_{threshold}_patients": counted(f"{name}: Patients", **counts),
                f"{trial}_{threshold}_percent": Facts(PERCENTAGE, what, **more),
                f"{trial}_{threshold}_low": Facts(
                    "{lower limit}", what, "%", "{self.interval_words}", **more
                ),
                f"{trial}_{threshold}_high": Facts(
                    "{upper limit}", what, "%", "{self.interval_words}", **more
                ),
            }
    return facts


class PlaceboAlone(PlaceboTrials):
    """The section on a placebo arm as an uncontrolled study."""

    def _arm_interval(self, arm: placebo.Arm) -> Interval:
        return arm.interval(self.confidence_level, self.interval_method)

    @staticmethod
    def _pilot_arm(count: ResponseCount) -> placebo.Arm:
        return placebo.Arm(count.responders, count.patients)

    @described(_comparison_facts())
    def placebo_numbers(self) -> dict[str, object]:
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

    @described(
        {
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
        }
    )
    def pilot_numbers(self) -> dict[str, object]:
        """Return the numbers on the pilot study, and the placebo proportions that it covers."""
        pilot = self._arm_interval(self._pilot_arm(self.count))
        return {
            "pilot_percent": format_percent(pilot.estimate),
            "pilot_low": format_percent(pilot.low),
            "pilot_high": format_percent(pilot.high),
            "pilot_covers": self._describe_covered(pilot),
        }

    def _describe_covered(self, pilot: Interval) -> str:
        """Describe which placebo proportions the interval of the pilot study includes."""
        moderate = self.thresholds["moderate"]
        named: dict[bool, list[str]] = {True: [], False: []}
        for each in self.comparisons:
            if each.threshold == moderate:
                share = each.placebo.proportion
                text = f"{format_percent(share)}% in {self.name_of(each)}"
                named[pilot.low <= share <= pilot.high].append(text)
        parts = []
        for covered, trials in named.items():
            if trials:
                one = len(trials) == 1
                verb = "includes" if covered else "does not include"
                what = "proportion" if one else "proportions"
                parts.append(f"{verb} the {what} with placebo, {join_names(trials)}")
        return "; it ".join(parts)

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
        arms = [
            (f"placebo in {self.trial_and_threshold(each)}", each.placebo)
            for each in self.comparisons
        ]
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
