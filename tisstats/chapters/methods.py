"""Chapter 1: study design, and the planned sample size recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import (
    FigureItem,
    Rows,
    Table,
    described,
    figure_item,
    table,
    table_facts,
)
from tisstats.chapters.result_facts import (
    LABEL,
    RANGE,
    VALUE,
    WORDS,
    Facts,
    cell_name,
    counted,
    stated,
)
from tisstats.figures import dosing_scheme
from tisstats.figures.numbers import format_confidence_level, format_trimmed, yes_no
from tisstats.lim2021 import design
from tisstats.lim2021.regimens import AMENDED, STANDARD, Regimen, schedule
from tisstats.lim2021.scales import SCALES
from tisstats.printed import PrintedNumber, format_rounded, round_to, to_fraction
from tisstats.statistics import (
    PlannedInterval,
    SampleSizeForWidth,
    method_title,
    planned_interval,
    sample_size_for_width,
)

#: What is assumed of the scales. Where one has no upper end, that is the step alone.
_ASSUMED_OF_SCALES = {
    cell_name(scale.name, column): Facts(origin="chosen")
    for scale in SCALES.values()
    for column, assumed in (
        ("Range", scale.assumed and scale.high is not None),
        ("Resolution (step)", scale.step_is_assumed),
    )
    if assumed
}

#: Body weights for which the days of infusion are tabulated, kg.
WEIGHTS = (40, 50, 60, 70, 80, 90, 100, 120, 150, 200)

#: Interval widths for which the sample size is tabulated, as proportions.
WIDTHS = (0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2)

#: Largest sample size tried for a width.
LARGEST_SIZE = 2000

#: Decimals of a percentage of responders, at most.
_PERCENT_DECIMALS = 2


@dataclass(frozen=True)
class Methods(Chapter):
    """Chapter 1 for given parameters."""

    body_weight_kg: float  #: for which doses are calculated, kg
    planned_patients: int  #: planned sample size
    assumed_proportion: float  #: assumed proportion of responders, 0 to 1, to the nearest patient
    confidence_level: float  #: of the planned interval, above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`

    @described(
        {
            "loading_days": Facts(
                RANGE, "Days over which the loading dose is given", "days", origin="published"
            ),
            "body_weight": stated("Body weight for which doses are calculated", "kg"),
            "total_grams": Facts(
                "{sum}", "All doses of the standard regimen at this body weight", "g"
            ),
            "loading_needs": Facts(
                "{minimum}", "Infusion days of the loading dose at this body weight", "days"
            ),
            "maintenance_needs": Facts(
                "{minimum}", "Infusion days of a maintenance dose at this body weight", "days"
            ),
            "fits_up_to": Facts(
                "{maximum}", "Body weight at which the maintenance dose fits in its days", "kg"
            ),
            "planned_successes": counted("Responders assumed in the planning", origin="chosen"),
            "planned_patients": stated("Planned sample size", "patients"),
            "assumed_percent": Facts(
                "{percentage} | {percentage}%, *",
                "Responders assumed in the planning",
                n="{self.planned_patients}",
                origin="chosen",
            ),
            "level_percent": Facts(
                "{level}", "Confidence level of the planned interval", origin="chosen"
            ),
            "planned_low": Facts(
                "{lower limit}",
                "Planned interval for the proportion of responders",
                "proportion",
                "{self.interval_words}",
                "{self.planned_patients}",
            ),
            "planned_high": Facts(
                "{upper limit}",
                "Planned interval for the proportion of responders",
                "proportion",
                "{self.interval_words}",
                "{self.planned_patients}",
            ),
            "planned_width": Facts(
                "{width}",
                "Planned interval for the proportion of responders",
                "proportion",
                "{self.interval_words}",
                "{self.planned_patients}",
            ),
            "largest_size": stated("Largest sample size tried for a width", "patients"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        fewest, most = (
            self.published.text(f"design.loading_days_{end}") for end in ("fewest", "most")
        )
        dose, days, daily = (
            self.published.value(f"design.{name}")
            for name in ("maintenance_dose", "maintenance_days", "maximum_daily_dose")
        )
        doses = schedule(self.body_weight_kg, STANDARD)
        planned = self.planned
        return {
            **self.facts("methods"),
            "loading_days": f"{fewest} to {most}",
            "body_weight": f"{self.body_weight_kg:g}",
            "total_grams": f"{doses['total_grams'].sum():g}",
            "loading_needs": doses["days"].iloc[0],
            "maintenance_needs": doses["days"].iloc[1],
            "fits_up_to": format_rounded(daily * days / dose, 0),
            "planned_successes": planned.successes,
            "planned_patients": self.planned_patients,
            "assumed_percent": self._describe_assumed_percent(),
            "level_percent": format_confidence_level(self.confidence_level),
            "interval_method": method_title(self.interval_method),
            "planned_low": format_rounded(planned.interval.low, 3),
            "planned_high": format_rounded(planned.interval.high, 3),
            "planned_width": format_rounded(planned.width, 3),
            "largest_size": LARGEST_SIZE,
            "no_width": self._describe_no_width(),
            **self.multiplicity_numbers(),
        }

    @described(
        {
            "alpha": stated("Significance level", "probability", "published"),
            "tests": counted("Changes tested", "outcome measures", origin="published"),
            "significant": counted(
                "Changes that the text reports as significant",
                "outcome measures",
                origin="published",
            ),
            "expected_by_chance": Facts(
                "{mean}", "Significant tests if no measure had changed", "tests"
            ),
            "corrected_level": stated(
                "Significance level after Bonferroni's correction", "probability", "computed"
            ),
            "below_corrected": counted(
                "Printed P values that may lie below the corrected level", "P values"
            ),
        }
    )
    def multiplicity_numbers(self) -> dict[str, object]:
        """Return the numbers on tests of several outcome measures without correction."""
        published = self.published
        stated = published.tables["significance"]
        alpha = published.value("design.significance_level")
        printed = [published.printed(f"table2.{measure}.change.p") for measure in stated["measure"]]
        corrected = alpha / len(printed)
        return {
            "alpha": format_rounded(alpha, 2),
            "tests": len(printed),
            "significant": (stated["significant"] == "true").sum(),
            "expected_by_chance": format_rounded(alpha * len(printed), 2),
            "corrected_level": format_rounded(corrected, 4),
            "below_corrected": sum(_may_lie_below(value, corrected) for value in printed),
        }

    @cached_property
    def planned(self) -> PlannedInterval:
        """The planned interval, for the whole number of responders nearest to the assumption."""
        responders = int(round_to(self.planned_patients * to_fraction(self.assumed_proportion), 0))
        return planned_interval(
            self.planned_patients,
            responders / self.planned_patients,
            self.confidence_level,
            self.interval_method,
        )

    def _describe_assumed_percent(self) -> str:
        """Return the planned percentage of responders, and how it differs from the assumed one."""
        planned, assumed = (
            format_trimmed(100 * proportion, _PERCENT_DECIMALS)
            for proportion in (
                self.planned.successes / self.planned_patients,
                self.assumed_proportion,
            )
        )
        nearest = f", the whole number of patients nearest to the assumed {assumed}%"
        return f"{planned}%{'' if planned == assumed else nearest}"

    def _describe_no_width(self) -> str:
        """Return the end of the note on the widths, with the warning that widths of zero need."""
        if all(size.smallest.width > 0 for size in self.sizes.values()):
            return "."
        title = method_title(self.interval_method)
        return (
            f". Where all or none of the patients respond, the {title} interval has no width. This "
            "is a fault of the method and not a sign of precision: the smallest n is then not a "
            "sample size to plan with."
        )

    @cached_property
    def sizes(self) -> dict[float, SampleSizeForWidth]:
        """The smallest sample sizes by interval width."""
        return {
            width: sample_size_for_width(
                width,
                self.assumed_proportion,
                self.confidence_level,
                self.interval_method,
                maximum=LARGEST_SIZE,
            )
            for width in WIDTHS
        }

    @table(
        "Eligibility criteria (our wording; thresholds as published)",
        columns="criteria in words",
    )
    def eligibility(self) -> pd.DataFrame:
        """Return the eligibility criteria."""
        heads = ["Kind", "Criterion", "Requirement or exclusion"]
        return design.eligibility(self.published).set_axis(heads, axis=1)

    def dosing(self) -> FigureItem:
        """Return both regimens with their assessments."""
        return figure_item(
            dosing_scheme,
            (STANDARD, AMENDED),
            design.assessment_weeks(self.published),
            source=f"{PUBLISHED}, Methods",
        )

    def schedule(self, regimen: Regimen) -> Table:
        """Return the doses of a regimen for the chosen body weight."""
        rows = [
            {
                "Week": dose["week"],
                "Dose, g/kg": format_rounded(dose["dose_g_per_kg"], 0),
                "Total, g": f"{dose['total_grams']:g}",
                "Infusion days": dose["days"],
                "Daily dose, g": f"{round(dose['grams_per_day'], 1):g}",
                "Planned days": dose["planned_days"],
                "Within plan": yes_no(dose["within_plan"]),
                "Note": dose["note"],
            }
            for dose in schedule(self.body_weight_kg, regimen).to_dict("records")
        ]
        return Table(
            pd.DataFrame(rows),
            f"{regimen.name} at {self.body_weight_kg:g} kg",
            facts=table_facts(
                {
                    "Dose, g/kg": Facts(VALUE, unit="g/kg", origin="published"),
                    "Total, g": Facts("{sum}", unit="g"),
                    "Infusion days": Facts("{minimum}", unit="days"),
                    "Daily dose, g": Facts(VALUE, unit="g"),
                    "Planned days": Facts("{minimum}–{maximum} | {maximum}", unit="days"),
                    "*": WORDS,
                },
                {
                    cell_name(f"{infusion.week}", "Dose, g/kg"): Facts(origin="chosen")
                    for infusion in regimen.infusions
                    if infusion.inferred
                },
            ),
        )

    def schedules(self) -> tuple[Table, Table]:
        """Return the doses of the standard and of the amended regimen."""
        return self.schedule(STANDARD), self.schedule(AMENDED)

    def infusion_days_by_weight(self) -> Table:
        """Return the minimum infusion days by body weight, including the chosen weight."""
        rows = []
        for weight in sorted({*WEIGHTS, self.body_weight_kg}):
            plan = schedule(weight, STANDARD)
            row = {"Body weight, kg": f"{weight:g}"}
            for dose, place in (("Loading", 0), ("Maintenance", 1)):
                row[f"{dose} dose, g"] = f"{plan['total_grams'].iloc[place]:g}"
                row[f"{dose}, days"] = plan["days"].iloc[place]
            rows.append(row | {"Within plan": yes_no(plan["within_plan"].all())})
        daily, fewest = (
            self.published.text(f"design.{name}")
            for name in ("maximum_daily_dose", "loading_days_fewest")
        )
        return Table(
            pd.DataFrame(rows),
            f"Infusion days by body weight (maximum {daily} g per day; loading dose over at least "
            f"{fewest} days)",
            name="infusion_days_by_weight",
            facts=table_facts(
                {
                    "*dose, g": Facts(VALUE, unit="g"),
                    "*, days": Facts("{minimum}", unit="days"),
                    "Body weight*": LABEL,
                }
            ),
        )

    @table(
        "Outcome measures: range, resolution and direction of improvement",
        columns={
            "Range": Facts("{minimum}–{maximum} | {minimum} and above", unit="@Unit"),
            "Resolution (step)": Facts(VALUE, unit="@Unit"),
            "*": WORDS,
        },
        rows=_ASSUMED_OF_SCALES,
        source="published",
    )
    def outcome_measures(self) -> Rows:
        """Return range, resolution, direction and source of every outcome measure of Table 2."""
        for scale in SCALES.values():
            yield {
                "Measure": scale.name,
                "Range": f"{scale.low}" + (f"–{scale.high}" if scale.high else " and above"),
                "Resolution (step)": f"{float(scale.step):g}",
                "Unit": scale.unit,
                "Direction of improvement": scale.better,
                "Source": scale.source + (" (assumed)" if scale.assumed else ""),
            }

    @table(
        "Smallest sample size for a target width of the interval",
        columns={
            "Smallest n": Facts("{sample size}", method="{self.interval_words}"),
            "Sufficient for every n from": Facts(
                "{sample size} | none up to {sample size}", method="{self.interval_words}"
            ),
            "Width at the smallest n": Facts(
                "{width}", unit="proportion", method="{self.interval_words}", n="@Smallest n"
            ),
        },
    )
    def sample_sizes_for_width(self) -> Rows:
        """Return the smallest sample sizes for several interval widths."""
        for width, size in self.sizes.items():
            none = f"none up to {LARGEST_SIZE}"
            yield {
                "Target width": f"{width:g}",
                "Smallest n": size.smallest.trials,
                "Sufficient for every n from": size.stable.trials if size.stable else none,
                "Width at the smallest n": format_rounded(size.smallest.width, 3),
            }


def _may_lie_below(printed: PrintedNumber, level: Fraction) -> bool:
    """Return whether a printed P value may stand for one below a level."""
    if printed.relation == "<":
        return True
    return Fraction(printed.value) - Fraction(1, 2 * 10**printed.decimals) < level
