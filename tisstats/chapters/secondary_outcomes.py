"""Chapter 4: time to improvement, minimal improvement, and the checks of Table 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.result_facts import (
    COUNT_OF,
    COUNT_OF_ALL,
    COUNT_PERCENTAGE,
    INTERVAL,
    LABEL,
    P_RANGE,
    QUARTILES,
    RANGE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import course_bar, improvement_curve, p_ranges, paired_changes, range_forest
from tisstats.figures.numbers import (
    format_confidence_level,
    format_n_percent,
    format_percent,
    format_printed_quartiles,
    format_range,
    join_names,
    name_in_sentence,
    of_all,
    quantile_rule_in_words,
    yes_no,
)
from tisstats.forensics.signed_rank_range import SignedRankPRange
from tisstats.ledger.evaluation import Ledger
from tisstats.lim2021 import improvement, table2_bounds
from tisstats.lim2021.claims import evaluate_ledger, row_checks
from tisstats.lim2021.claims.row_checks import p_range_text, p_text
from tisstats.lim2021.cohort_check.compare_with_print import (
    compare_numbers_with_print,
    compare_with_print,
)
from tisstats.lim2021.response import courses, minimal_improvement_counts, moderate_by_week
from tisstats.lim2021.scales import FINER_STEPS, SCALES, describe_finer_steps, with_unit
from tisstats.lim2021.trial_description import OPTIONS
from tisstats.printed import format_rounded, percent_range, to_fraction
from tisstats.proof import ProvenStatement
from tisstats.statistics import CensoringBounds, KaplanMeier, method_title, proportion_interval
from tisstats.trial import summaries
from tisstats.trial.analysis import Analysis
from tisstats.trial.paired_values import paired_values
from tisstats.trial.scoring import analyse

_NOT_COMPUTED = "not computed with this definition"


#: What the columns of Table 2 are.
_TABLE2 = {
    "Outcome measure": WORDS,
    "P": Facts(
        "{P value}", method="as printed, exact or asymptotic not stated", n="{self.analysed}"
    ),
    "*": Facts(
        QUARTILES,
        unit="@row unit",
        method="as printed, definition not stated",
        n="{self.analysed}",
    ),
}

#: What a range of exact P values is.
_EXACT_P = Facts(
    P_RANGE + " | {P value}",
    method="signed-rank test, exact, zeros dropped",
    n="{self.analysed}",
)

#: What a range of asymptotic P values is.
_ASYMPTOTIC_P = Facts(
    P_RANGE + " | {P value}",
    method="signed-rank test, asymptotic, zeros dropped, ties corrected",
    n="{self.analysed}",
)

#: The psoas was not measured in one patient, as the footnote of Table 2 implies.
_PSOAS = {"*psoas*": Facts(n="{self.analysed_psoas}")}


@dataclass(frozen=True)
class SecondaryOutcomes(PatientChapter):
    """Chapter 4 for given parameters."""

    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    quantile_definition: str  #: assumed definition of the article's quartiles
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def curve(self) -> KaplanMeier:
        """The time to at least moderate improvement, without censoring before the horizon."""
        return improvement.time_to_improvement(
            self.published, horizon_week=self.horizon_week, confidence_level=self.confidence_level
        )

    @cached_property
    def risks(self) -> improvement.CompetingRisks:
        """Improvement and rescue medication as competing events."""
        return improvement.CompetingRisks.read(self.published, self.horizon_week)

    @cached_property
    def at_risk(self) -> list[improvement.AtRisk]:
        """The patients at risk by week."""
        return self.risks.at_risk()

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, with the chosen definition of quartiles."""
        return evaluate_ledger(self.published, quantile_definition=self.quantile_definition)

    @cached_property
    def row_checks(self) -> list[row_checks.RowCheck]:
        """The checks of Table 2, one per row."""
        return row_checks.row_checks(self.ledger)

    @cached_property
    def attainable_p(self) -> list[table2_bounds.MeasurePValues]:
        """The attainable P values of each measure."""
        return table2_bounds.attainable_p(
            self.published, quantile_definition=self.quantile_definition
        )

    @described(
        {
            "horizon_week": stated("Week by which the score must be reached", "week"),
            "level_percent": Facts("{level}", "Confidence level of the intervals", origin="chosen"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {
            "horizon_week": self.horizon_week,
            "level_percent": format_confidence_level(self.confidence_level),
            **self.facts("secondary_outcomes"),
            **self.improvement_numbers(),
            **self.censoring_numbers(),
            **self.competing_numbers(),
            **self.discussion_definition_numbers(),
            **self.table2_numbers(),
            **self.p_numbers(),
            **self.match_counts("table2", "response"),
        }

    @described(
        {
            "moderate_total": counted(
                "Patients with at least moderate improvement by the last visit"
            ),
            "by_first_visit": counted(
                "Patients with at least moderate improvement by the first visit", origin="published"
            ),
            "first_week": stated("First visit after treatment", "week", "published"),
            "later_improved": Facts(
                "{count} more by*", "Patients with at least moderate improvement later"
            ),
        }
    )
    def improvement_numbers(self) -> dict[str, object]:
        """Return the numbers on the improvements by week."""
        improved = moderate_by_week(self.published)
        first, *later = improved
        return {
            "moderate_total": sum(improved.values()),
            "by_first_visit": improved[first],
            "first_week": first,
            "later_improved": (
                f"{sum(improved[week] for week in later)} more by "
                f"{' and by '.join(f'week {week}' for week in later)}, "
                f"interpreted as {_split_by_week(improved, later)}"
            ),
        }

    def censored(self, scenario: improvement.CensoringScenario) -> ProvenStatement:
        """Return the range of the estimate at the horizon with early stops censored.

        Parameters
        ----------
        scenario
            What is known of the weeks in which they stopped.
        """
        return ProvenStatement(f"{_format_range(self._bounds(scenario), -1)}%", scenario.conditions)

    def _bounds(self, scenario: improvement.CensoringScenario) -> CensoringBounds:
        return improvement.censoring_bounds_of_improvement(
            self.published, horizon_week=self.horizon_week, scenario=scenario
        )

    @described(
        {
            "censored": Facts(
                "{minimum} to {maximum}% | {minimum}%",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, bounds over the weeks of early stops",
                "{self.analysed}",
            ),
            "censored_given": WORDS,
            "censored_free_high": Facts(
                "{maximum}",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, any week of the early stops",
                "{self.analysed}",
            ),
            "censored_inferred_high": Facts(
                "{maximum}",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, early stops not before the first visit",
                "{self.analysed}",
            ),
        }
    )
    def censoring_numbers(self) -> dict[str, object]:
        """Return the numbers on the estimate if patients who stopped early are censored."""
        wide, as_stated, narrow = improvement.censoring_scenarios(self.published)
        censored = self.censored(as_stated)
        return {
            "censored": censored.statement,
            "censored_given": censored.assuming,
            "censored_free_high": format_percent(self._bounds(wide).upper[-1]),
            "censored_inferred_high": format_percent(self._bounds(narrow).upper[-1]),
        }

    @described(
        {
            "incidence_percent": Facts(
                "{incidence}",
                "Patients with at least moderate improvement, rescue medication competing",
                method="Aalen-Johansen",
                n="{self.analysed}",
            ),
            "incidence_limits": Facts(
                INTERVAL,
                "Patients with at least moderate improvement, rescue medication competing",
                "%",
                "Aalen-Johansen, {self.level_words} pointwise log-log",
                "{self.analysed}",
            ),
            "incidence_error": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing",
                "percentage points",
                "Aalen-Johansen, earliest stops",
                "{self.analysed}",
            ),
            "cmprsk_error_low": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing"
                ", least over all weeks of stopping",
                "percentage points",
                "Aalen-Johansen, variance of Gray",
                "{self.analysed}",
            ),
            "cmprsk_error_high": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing"
                ", greatest over all weeks of stopping",
                "percentage points",
                "Aalen-Johansen, variance of Gray",
                "{self.analysed}",
            ),
            "ways_of_stopping": counted(
                "Combinations of the weeks in which patients stopped", "combinations"
            ),
            "rescued_by_horizon": Facts(
                RANGE + " | {count}", "Patients with rescue medication by the horizon", "patients"
            ),
            "stop_weeks": WORDS,
            "weeks_known": WORDS,
        }
    )
    def competing_numbers(self) -> dict[str, object]:
        """Return the numbers on rescue medication as a competing event."""
        risks = self.risks
        curves = risks.incidence(risks.earliest_and_latest()[0])
        low, high = curves.confidence_interval(improvement.IMPROVED, self.confidence_level)
        errors = [
            float(risks.incidence(rescue_weeks, "gray").variance[improvement.IMPROVED][-1]) ** 0.5
            for rescue_weeks in risks.all_rescue_weeks()
        ]
        last, ends_before = self.at_risk[-1], risks.horizon_week < risks.last_week
        return {
            "incidence_percent": format_percent(curves.estimate[improvement.IMPROVED][-1]),
            "incidence_limits": percent_range(float(low[-1]), float(high[-1])),
            "incidence_error": format_percent(curves.variance[improvement.IMPROVED][-1] ** 0.5),
            "cmprsk_error_low": format_percent(min(errors)),
            "cmprsk_error_high": format_percent(max(errors)),
            "ways_of_stopping": str(len(errors)),
            "rescued_by_horizon": format_range(last.rescue_min, last.rescue_max),
            "stop_weeks": (
                f"the whole weeks {risks.weeks[0]} to {risks.weeks[-1]}"
                f"{' or after them' if ends_before else ''}"
            ),
            "weeks_known": " and ".join(
                f"at least {count} of them at week {week:g} or later"
                for week, count in risks.minimum_at_risk.items()
            ),
        }

    @described(
        {
            "impossible_quartiles": WORDS,
            "rule_in_words": WORDS,
            "rows_rule": WORDS,
            "quartiles": counted(
                "Medians and quartiles of the outcome measures", "numbers", origin="book"
            ),
            "quartiles_possible": counted(
                "Medians and quartiles that are attainable", "numbers", origin="book"
            ),
            "quartiles_agree": Facts(
                COUNT_OF_ALL, "Medians and quartiles that are attainable", "numbers", origin="book"
            ),
            "p_agree": Facts(
                COUNT_OF_ALL,
                "P values attainable and consistent with the text",
                "numbers",
                origin="book",
            ),
            "p_values": counted("P values of the outcome measures", "numbers", origin="book"),
            "p_significant": counted(
                "Changes that the text reports as significant", "measures", origin="published"
            ),
            "p_fit": counted(
                "P values attainable and consistent with the text", "numbers", origin="book"
            ),
            "rows": counted("Outcome measures", "measures", origin="book"),
            "rows_agree": Facts(
                COUNT_OF_ALL,
                "Outcome measures all of whose numbers are attainable together",
                "measures",
                origin="book",
            ),
            "rows_together": counted(
                "Outcome measures all of whose numbers are attainable together",
                "measures",
                origin="book",
            ),
        }
    )
    def table2_numbers(self) -> dict[str, object]:
        """Return the numbers on what can be checked of Table 2."""
        checks, impossible = self.row_checks, row_checks.impossible_quartiles(self.ledger)
        named = "; ".join(f"{item.claim.quantity} ({item.claim.printed})" for item in impossible)
        return {
            "rule_in_words": self.rule_in_words,
            "rows_rule": self._describe_rows_rule(),
            "impossible_quartiles": (
                f"these medians and quartiles in Table 1 and Table 2 are impossible: {named}"
                if impossible
                else "none of the medians and quartiles in Table 1 and Table 2 is impossible"
            ),
            "quartiles": sum(check.quartiles for check in checks),
            "quartiles_possible": sum(check.possible for check in checks),
            "quartiles_agree": of_all(
                sum(check.possible for check in checks),
                sum(check.quartiles for check in checks),
            ),
            "p_agree": of_all(sum(check.p_consistent for check in checks), len(checks)),
            "p_values": len(checks),
            "p_fit": sum(check.p_consistent for check in checks),
            "p_significant": (self.published.tables["significance"]["significant"] == "true").sum(),
            "rows": len(checks),
            "rows_agree": of_all(sum(check.row_attainable for check in checks), len(checks)),
            "rows_together": sum(check.row_attainable for check in checks),
        }

    def _describe_rows_rule(self) -> str:
        """Describe the quartiles computed from these patients, and those they were drawn for."""
        used = f"with {self.rule_in_words}"
        drawn_for = OPTIONS.quantile_definition
        if not self.patient_data.drawn or self.quantile_definition == drawn_for:
            return used
        return f"{used}, although they were drawn for {quantile_rule_in_words(drawn_for)},"

    @described(
        {
            "p_level": stated("Significance level", "probability", "published"),
            "p_inside": Facts(
                COUNT_OF_ALL,
                "Printed P values within the attainable range",
                "measures",
                origin="book",
            ),
            "p_both_sides": Facts(
                "in {count} of {denominator} rows*",
                "Measures with attainable P on both sides of the level",
                "measures",
                origin="book",
            ),
            "p_both_sides_finer": counted(
                "Measures with attainable P on both sides of the level, on finer steps",
                "measures",
                origin="book",
            ),
            "p_given": WORDS,
            "exact_p_changes": WORDS,
            "finer_steps": WORDS,
        }
    )
    def p_numbers(self) -> dict[str, object]:
        """Return the numbers on the attainable P values."""
        attainable, alpha = self.attainable_p, self.attainable_p[0].alpha
        both_sides = ProvenStatement(
            f"in {sum(each.straddles_alpha for each in attainable)} of {len(attainable)} rows the "
            f"printed changes allow P values on both sides of {format_rounded(alpha, 2)}",
            table2_bounds.p_conditions(self.published, attainable),
        )
        discordant = [each.measure for each in attainable if each.discordant_sample]
        on_finest = [each.on_finest_steps for each in attainable]
        finer = [each.measure for each in on_finest if each.discordant_sample]
        return {
            "p_level": format_rounded(alpha, 2),
            "p_inside": of_all(
                sum(bool(each.ranges.asymptotic.printed_p_attainable) for each in attainable),
                len(attainable),
            ),
            "p_both_sides": both_sides.statement,
            "p_both_sides_finer": sum(each.straddles_alpha for each in on_finest),
            "p_given": both_sides.assuming,
            "exact_p_changes": self._describe_exact_changes(discordant, finer),
            "finer_steps": describe_finer_steps(),
        }

    def _describe_exact_changes(self, discordant: Sequence[str], finer: Sequence[str]) -> str:
        """Describe for which measures the exact test could change significance.

        Parameters
        ----------
        discordant, finer
            The measures on the assumed steps, and on the finer ones.
        """
        ranges = [each.ranges.exact_given_printed for each in self.attainable_p]
        computed = sum(found is not None for found in ranges)
        if not computed:
            return f"With {self.rule_in_words} this range was not computed."
        level = format_rounded(self.attainable_p[0].alpha, 2)
        names = (
            f"{_names(discordant)}, at these resolutions and at the finer ones alike"
            if discordant == finer
            else f"{_names(discordant)}; at the finer ones, {_names(finer)}"
        )
        changing = (
            f"It could fall on the other side of {level} in {len(discordant)} of the {computed} "
            f"rows for which it was computed: {names}."
        )
        if not discordant:
            return changing
        return (
            f"{changing} The changes below are an example. They are synthetic; whether the real "
            "ones are like them is not known."
        )

    def improvement_curve(self) -> FigureItem:
        """Return the proportion improved over the weeks."""
        return figure_item(
            improvement_curve,
            self.curve,
            bounds=self._bounds(improvement.scenario_as_stated(self.published)),
            at_risk=self.at_risk,
            horizon_week=self.horizon_week,
            threshold=self.published.count("design.responder_score"),
            source=f"{PUBLISHED}, counts in the text; curve computed from them",
        )

    @table(
        "At least moderate improvement by week, from published counts, some of which are our "
        "interpretation",
        columns={
            "By week": LABEL,
            "At risk (not yet improved)": counted(""),
            "New improvements": counted(""),
            "Improved, n (%)*": Facts(COUNT_PERCENTAGE, "Improved", "patients"),
            "Kaplan-Meier*": Facts(
                INTERVAL,
                "Improved",
                "%",
                "Kaplan-Meier, {self.level_words} log-log",
                "{self.analysed}",
            ),
            "*CI, %": Facts(INTERVAL, "Improved", "%", "{self.interval_words}", "{self.analysed}"),
        },
    )
    def improved_by_week(self) -> Rows:
        """Return the improved patients by week, with limits of the proportion and the curve."""
        patients, method = self.published.count("flow.analysed"), method_title(self.interval_method)
        improved, curve = 0, self.curve
        for week, unimproved, events in zip(curve.times, curve.at_risk, curve.events, strict=True):
            improved += int(events)
            interval = proportion_interval(
                improved, patients, self.confidence_level, self.interval_method
            )
            point = curve.at(week)
            yield {
                "By week": f"{week:g}",
                "At risk (not yet improved)": int(unimproved),
                "New improvements": int(events),
                f"Improved, n (%) (N={patients})": format_n_percent(improved, patients),
                f"{method} CI, %": percent_range(interval.low, interval.high),
                "Kaplan-Meier log-log CI, %": percent_range(1 - point.high, 1 - point.low),
            }

    @table(
        "Proportion improved if patients who stopped early are censored, by assumption on when "
        "they stopped",
        columns={
            "Basis": WORDS,
            "By week*": Facts(
                "{minimum} to {maximum} | {estimate}",
                unit="%",
                method="Kaplan-Meier, early stops censored",
                n="{self.analysed}",
            ),
        },
    )
    def censoring(self) -> Rows:
        """Return the estimate if patients who stopped early are censored, by scenario."""
        for scenario in improvement.censoring_scenarios(self.published):
            bounds = self._bounds(scenario)
            yield {"Assumed time of early stopping": scenario.name, "Basis": scenario.basis} | {
                f"By week {week:g}, %": _format_range(bounds, place)
                for place, week in enumerate(bounds.times)
            }

    @table(
        "Patients at risk of improvement, if no patient who stopped early had improved before; "
        "from published counts, some of which are our interpretation",
        columns={"Week": LABEL, "*": Facts("{count} | {minimum} to {maximum}", unit="patients")},
    )
    def patients_at_risk(self) -> Rows:
        """Return the patients at risk of improvement."""
        for row in self.at_risk:
            yield {
                "Week": f"{row.week:g}",
                "Number at risk": format_range(row.at_risk_min, row.at_risk_max),
                "Cumulative number improved": row.improved,
                "Cumulative number with rescue medication": format_range(
                    row.rescue_min, row.rescue_max
                ),
            }

    @table(
        "Less stringent definition of the Discussion: counts derivable from the text",
        columns={
            "Patients, n/N (%)": Facts(
                "{count}/{denominator} ({percentage})", "Patients", "patients"
            ),
            "*": WORDS,
        },
    )
    def discussion_definition(self) -> Rows:
        """Return the counts by the less stringent definition of the discussion."""
        printed = self.published.text("claims.discussion.minimal_percent").removesuffix("%")
        for row in minimal_improvement_counts(self.published).to_dict("records"):
            percentage = format_percent(row["patients"] / row["of"], 0)
            yield {
                "Patients counted": row["counted"],
                "Patients, n/N (%)": f"{row['patients']}/{row['of']} ({percentage})",
                f"Rounds to {printed}%": yes_no(row["as_printed"]),
            }

    def courses(self) -> FigureItem:
        """Return the analysed patients by course."""
        return figure_item(course_bar, courses(self.published), source=f"{PUBLISHED}, Results")

    @table(
        "Table 2 of the article, outcome measures",
        columns=_TABLE2,
        rows=_PSOAS,
        source="published",
    )
    def table2(self) -> Rows:
        """Return Table 2: median (first to third quartile) of each time, and P."""
        for measure, scale in SCALES.items():
            row = {"Outcome measure": f"{scale.name}, {scale.unit}"}
            for time, between in (("baseline", "–"), ("end", "–"), ("change", " to ")):
                row[time.capitalize()] = format_printed_quartiles(
                    self.published, measure, time, between
                )
            yield row | {"P": self.published.text(f"table2.{measure}.change.p")}

    @property
    def scaled_changes(self) -> list[range_forest.ScaledChange]:
        """The printed changes of Table 2, with the range of each measure."""
        return [self._scaled_change(measure) for measure in SCALES]

    def _scaled_change(self, measure: str) -> range_forest.ScaledChange:
        scale, row = SCALES[measure], f"table2.{measure}.change"
        printed = format_printed_quartiles(self.published, measure, "change", " to ")
        return range_forest.ScaledChange(
            scale,
            median=to_fraction(self.published.value(f"{row}.median")),
            q1=to_fraction(self.published.value(f"{row}.q1")),
            q3=to_fraction(self.published.value(f"{row}.q3")),
            shown=f"{printed} {scale.units}",
            note=_printed_p(self.published.text(f"{row}.p")),
        )

    def range_forest(self) -> FigureItem:
        """Return the printed changes in per cent of the range of each measure."""
        return figure_item(
            range_forest,
            self.scaled_changes,
            source=f"{PUBLISHED}, Table 2, changes divided by the range of each measure",
        )

    @table(
        "Changes of Table 2 in per cent of the range of each measure: median (first to third "
        "quartile), positive for improvement. A range is assumed where it says so",
        collapsed=True,
        columns={
            "Range": WORDS,
            "Change, as printed": WORDS,  # results of Table 2
            "Improvement, % of the range": Facts(
                QUARTILES,
                unit="% of the range",
                method="printed median and quartiles of the change, divided by the range",
                n="{self.analysed}",
            ),
        },
    )
    def improvements_of_range(self) -> Rows:
        """Return the numbers behind the figure of the changes."""
        for change in self.scaled_changes:
            yield {
                "Outcome measure": change.scale.name,
                "Range": change.range_in_words,
                "Change, as printed": change.shown,
                "Improvement, % of the range": change.improvement_in_words,
            }

    def row_checks_table(self) -> Table:
        """Return the checks of each row of Table 2; those with one answer in a sentence."""
        shown = self._row_checks_table()
        alike = [head for head in shown.frame.columns[2:] if shown.frame[head].nunique() == 1]
        answers = "; ".join(f"{_in_sentence(head)}: {shown.frame[head].iloc[0]}" for head in alike)
        notes = {"": f"The same in every row: {answers}."} if alike else {}
        return replace(shown, notes=notes, in_files=alike)

    @table(
        "Consistency checks of each row of Table 2",
        columns={
            "Attainable quartiles": Facts(
                COUNT_OF, "Printed medians and quartiles that are attainable", "numbers"
            ),
            "*": WORDS,
        },
        source="book",
    )
    def _row_checks_table(self) -> Rows:
        for check in self.row_checks:
            scale = SCALES[check.measure]
            top = "upwards" if scale.high is None else f"to {scale.high}"
            assumed = " (assumed)" if scale.step_is_assumed else ""
            steps = with_unit(scale.step, scale.unit)
            yield {
                "Outcome measure": scale.name,
                "Scale": f"{scale.low} {top}, steps of {steps}{assumed}",
                "Attainable quartiles": f"{check.possible} of {check.quartiles}",
                "P attainable and consistent with the text": yes_no(check.p_consistent),
                "Whole row attainable": "yes (example found)"
                if check.row_attainable
                else ("undecided" if check.all_possible else "impossible"),
            }

    def p_ranges(self) -> FigureItem:
        """Return the P values that are attainable given the printed changes."""
        rows = [
            p_ranges.PValueRow(
                SCALES[each.measure].name,
                each.printed,
                asymptotic,
                _as_figure_range(each.ranges.exact),
                _as_figure_range(each.ranges.exact_given_printed),
            )
            for each in self.attainable_p
            if (asymptotic := _as_figure_range(each.ranges.asymptotic)) is not None
        ]
        return figure_item(
            p_ranges,
            rows,
            self.attainable_p[0].alpha,
            source=f"{PUBLISHED}, Table 2 (computed ranges)",
        )

    @property
    def attainable_in_words(self) -> str:
        """Which printed P values are attained by such changes."""
        outside = [
            each.measure
            for each in self.attainable_p
            if not each.ranges.asymptotic.printed_p_attainable
        ]
        if not outside:
            return "The printed P value is attained in every row."
        return f"The printed P value is not attained: {_names(outside)}."

    @table(
        "Attainable P values on the assumed steps, and whether the exact test could change "
        "significance",
        notes={
            "": "Over all changes on the assumed steps that round to the printed values; given the "
            "printed P, over those whose asymptotic P rounds to it; minima are rounded down, "
            "maxima up. {self.attainable_in_words}"
        },
        columns={
            "P as printed": Facts(
                "{P value}",
                method="as printed, exact or asymptotic not stated",
                n="{self.analysed}",
                origin="published",
            ),
            "Exact P *": _EXACT_P,
            "Range of exact P": _EXACT_P,
            "*symptotic P*": _ASYMPTOTIC_P,
            "*": WORDS,
        },
        rows=_PSOAS,
    )
    def attainable_p_values(self) -> Rows:
        """Return the attainable P values, and whether the exact test could change significance."""
        for each in self.attainable_p:
            scale, ranges = SCALES[each.measure], each.ranges
            yield {
                "Outcome measure": scale.name,
                "P as printed": each.printed,
                "Significance could change": _describe_significance(each),
                "Assumed steps": with_unit(scale.step, scale.unit),
                "Range of asymptotic P": _format_p_range(ranges.asymptotic),
                "Range of exact P": _format_p_range(ranges.exact),
                "Exact P given the printed P": _format_p_range(ranges.exact_given_printed),
            }

    @table(
        "Attainable P values on finer steps",
        columns={"Exact P *": _EXACT_P, "*symptotic P*": _ASYMPTOTIC_P, "*": WORDS},
        rows=_PSOAS,
        notes={"Finer steps": "The modified Rankin scale has whole grades only."},
    )
    def finer_p_values(self) -> Rows:
        """Return the attainable P values on finer steps, where any are considered."""
        for each in self.attainable_p:
            if finer := each.finer:
                scale = SCALES[each.measure]
                yield {
                    "Outcome measure": scale.name,
                    "Finer steps": with_unit(FINER_STEPS[each.measure].step, scale.unit),
                    "Range of asymptotic P": _format_p_range(finer.asymptotic),
                    "Exact P given the printed P": _format_p_range(finer.exact_given_printed),
                }

    def discordant_samples(self) -> tuple[Table, ...]:
        """Return examples of changes for which the two tests differ in significance, if any."""
        table = self.discordant_table()
        return () if table.frame.empty else (table,)

    @table(
        "Synthetic changes with the published quartiles and P value that are significant by only "
        "one of the exact and the asymptotic test",
        columns={
            "Changes (synthetic)": WORDS,
            "Asymptotic P": Facts(
                "{P value}",
                method="signed-rank test, asymptotic, zeros dropped, ties corrected",
                origin="synthetic",
            ),
            "Exact P": Facts(
                "{P value}", method="signed-rank test, exact, zeros dropped", origin="synthetic"
            ),
            "*": WORDS,
        },
    )
    def discordant_table(self) -> pd.DataFrame:
        """Return the table of `discordant_samples`, which may be empty."""
        rows = [
            (
                SCALES[each.measure].name,
                ", ".join(f"{float(value):g}".replace("-", "−") for value in sample.changes),
                p_text(sample.asymptotic),
                p_text(sample.exact),
            )
            for each in self.attainable_p
            if (sample := each.discordant_sample) is not None
        ]
        # The headers are kept even if no measure has such changes.
        heads = ["Outcome measure", "Changes (synthetic)", "Asymptotic P", "Exact P"]
        return pd.DataFrame(rows, columns=heads)

    @table(
        "Table 2, published and computed with {self.rule_in_words}: {self.matches_of_table}",
        origin="{self.patient_data.label}",
        collapsed=True,
        columns={
            # The published numbers are results of the table above.
            "*, published": WORDS,
            "P, *": Facts(
                "{P value}",
                "P",
                method="signed-rank test, asymptotic, zeros dropped, ties corrected",
                n="{self.analysed}",
            ),
            "Outcome measure": WORDS,
            "*": Facts(
                QUARTILES, unit="@row unit", method="{self.rule_in_words}", n="{self.analysed}"
            ),
        },
        rows=_PSOAS,
    )
    def table2_comparison(self) -> pd.DataFrame:
        """Return Table 2 as published and as computed from these data.

        Its end is that of the study, whatever the week by which a score must be reached.
        """
        computed = summaries.table2(self.to_the_end)
        return compare_with_print(self.table2().frame, computed, self.patient_data.kind)

    @cached_property
    def to_the_end(self) -> Analysis:
        """The outcomes of these patients up to the end of the study."""
        options = replace(self.options, horizon_week=OPTIONS.horizon_week)
        return analyse(self.patient_data.trial, options)

    def paired_changes(self) -> FigureItem:
        """Return every measure of these patients at baseline and at the end."""
        return figure_item(
            paired_changes,
            {"patients": paired_values(self.to_the_end)},
            stamp=self.patient_data.label,
            source=self.patient_data.label,
        )

    @table(
        "Patients measured at baseline and at the end, n, and of these the patients in whom a "
        "measure was nearer to its better end, the same, or farther from it, n (%)",
        collapsed=True,
        origin="{self.patient_data.label}",
        columns={
            "Measured": counted("Patients measured at both times"),
            "*": Facts(COUNT_PERCENTAGE, "@column", "patients", n="@Measured"),
        },
    )
    def directions(self) -> Rows:
        """Return how many of these patients improved in each measure."""
        for values in paired_values(self.to_the_end):
            yield {
                "Outcome measure": values.scale.name,
                "Measured": values.measured,
                **{
                    name: format_n_percent(count, values.measured) if values.measured else "–"
                    for name, count in (
                        ("Improved", values.better),
                        ("Unchanged", values.unchanged),
                        ("Worsened", values.worse),
                    )
                },
            }

    @table(
        "Responses, published and computed: {self.response_matches}",
        origin="{self.patient_data.label}",
        collapsed=True,
        columns={"Quantity": WORDS, "*": counted("")},
    )
    def response_comparison(self) -> pd.DataFrame:
        """Return the counts of responses as published and as computed from these data."""
        return compare_numbers_with_print(self.report, "response.", self.patient_data.kind)

    def heat_map(self) -> FigureItem:
        """Return the improvement of each core set measure of each of these patients."""
        return self._by_subtype().heat_map()

    def improvements(self) -> Table:
        """Return what the map of the improvements shows."""
        return self._by_subtype().improvement_table()

    def _by_subtype(self) -> PatientFigures:
        return PatientFigures.by_group(self.analysis, self.patient_data.label)

    @property
    def matches_of_table(self) -> str:
        """How many numbers of Table 2 these patients match."""
        return self.matches_in_words("table2")

    @property
    def response_matches(self) -> str:
        """How many counts of responses these patients match."""
        return self.matches_in_words("response")

    @property
    def analysed_psoas(self) -> int:
        """Number of patients with both values of the psoas."""
        return self.analysed - self.published.count("flow.psoas_missing")

    @property
    def rule_in_words(self) -> str:
        """The definition of quartiles, in words."""
        return quantile_rule_in_words(self.quantile_definition)

    @table(
        "Patients by best and by last response up to week {self.horizon_week}",
        origin="{self.patient_data.label}",
        columns={"Response": LABEL, "*": counted("")},
    )
    def response_categories(self) -> pd.DataFrame:
        """Return these patients by best and by last response; "unknown" only if it occurs."""
        found = summaries.response_counts(self.analysis)
        absent = (found["response"] == "unknown") & (found[["best", "end"]] == 0).all(axis=1)
        return found[~absent].rename(columns=str.capitalize)


def _format_range(bounds: CensoringBounds, place: int) -> str:
    """Format the range of the estimate at one of the weeks, %."""
    return format_range(format_percent(bounds.lower[place]), format_percent(bounds.upper[place]))


def _format_p_range(found: SignedRankPRange | None) -> str:
    if found is None:
        return _NOT_COMPUTED
    limits = table2_bounds.p_limits(found)
    return "none possible" if limits is None else p_range_text(*limits)


def _printed_p(text: str) -> str:
    """Write a printed P value with its sign: ``P < 0.01``, ``P = 0.03``."""
    return f"P {text}" if text.startswith("<") else f"P = {text}"


def _split_by_week(improved: Mapping[int, int], weeks: Sequence[int]) -> str:
    """Describe how many patients improved by each of several weeks."""
    counts = [improved[week] for week in weeks]
    if set(counts) == {1}:
        return "one in each of these weeks"
    return " and ".join(map(str, counts))


def _describe_significance(each: table2_bounds.MeasurePValues) -> str:
    """Describe whether the exact test could change the significance of a measure."""
    limits = table2_bounds.p_limits(each.ranges.exact_given_printed)
    if limits is None:
        return _NOT_COMPUTED
    if each.discordant_sample:
        return "yes: for some changes"
    return "no: significant too" if limits[1] < each.alpha else "no: not significant"


def _in_sentence(head: str) -> str:
    """Return the head of a column within a sentence; a sign such as P stays."""
    return f"{head[0].lower()}{head[1:]}" if head[1:2].isalpha() else head


def _names(measures: Sequence[str]) -> str:
    """List measures in a sentence."""
    return join_names([name_in_sentence(SCALES[measure].name) for measure in measures])


def _as_figure_range(found: SignedRankPRange | None) -> p_ranges.PValueRange | None:
    limits = table2_bounds.p_limits(found)
    return None if limits is None else p_ranges.PValueRange(*limits)
