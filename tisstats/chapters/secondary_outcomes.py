"""Chapter 4: how fast patients improved, how many at least a little, and the checks of Table 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PatientChapter, picture
from tisstats.chapters.page import Picture, Rows, table
from tisstats.figures import course_stacks, improvement_curve, p_ranges
from tisstats.figures.numbers import (
    count_percent,
    level_percent,
    low_to_high,
    percent,
    printed_quartiles,
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
from tisstats.lim2021.response import courses, less_strict_counts, moderate_by_week
from tisstats.lim2021.scales import FINER_STEPS, SCALES, finer_steps_in_words, with_unit
from tisstats.printed import format_rounded, percent_range
from tisstats.proof import ProvenStatement
from tisstats.statistics import CensoringBounds, KaplanMeier, method_title, proportion_interval
from tisstats.trial import summaries

#: Rules of quartiles that a sentence does not name by their number.
_RULES = {"spss": "the rule of SPSS", "tukey-hinges": "Tukey's hinges"}

_NOT_COMPUTED = "not computed by this rule"


@dataclass(frozen=True)
class SecondaryOutcomes(PatientChapter):
    """The chapter on the secondary outcomes, for one horizon and one rule of quartiles."""

    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    quantile_definition: str  #: how the article's quartiles are taken to have been computed
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def curve(self) -> KaplanMeier:
        """The time to at least moderate improvement, nobody censored before the horizon."""
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
        """The ledger, by the chosen rule of quartiles."""
        return evaluate_ledger(self.published, quantile_definition=self.quantile_definition)

    @cached_property
    def row_checks(self) -> list[row_checks.RowCheck]:
        """The checks of Table 2, one per row."""
        return row_checks.row_checks(self.ledger)

    @cached_property
    def attainable_p(self) -> list[table2_bounds.AttainableP]:
        """The attainable P values of each measure."""
        return table2_bounds.attainable_p(
            self.published, quantile_definition=self.quantile_definition
        )

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        return {
            "horizon_week": self.horizon_week,
            "level_percent": level_percent(self.confidence_level),
            **self.facts("secondary_outcomes"),
            **self.improvement_numbers(),
            **self.censoring_numbers(),
            **self.competing_numbers(),
            **self.less_strict_numbers(),
            **self.table2_numbers(),
            **self.p_numbers(),
            **self.agreement("table2", "response"),
        }

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
                f"read as {' and '.join(str(improved[week]) for week in later)}"
            ),
        }

    def censored(self, reading: improvement.Reading) -> ProvenStatement:
        """Return the range of the estimate at the horizon if those who ended early are censored.

        Parameters
        ----------
        reading
            What is known of the weeks in which they left.
        """
        return ProvenStatement(f"{_range(self._bounds(reading), -1)} %", reading.conditions)

    def _bounds(self, reading: improvement.Reading) -> CensoringBounds:
        return improvement.bounds_if_censored(
            self.published, horizon_week=self.horizon_week, reading=reading
        )

    def censoring_numbers(self) -> dict[str, object]:
        """Return the numbers on the estimate if those who ended early are censored."""
        wide, of_text, narrow = improvement.readings(self.published)
        return {
            "censored": self.censored(of_text),
            "censored_free_high": percent(self._bounds(wide).upper[-1]),
            "censored_inferred_high": percent(self._bounds(narrow).upper[-1]),
        }

    def competing_numbers(self) -> dict[str, object]:
        """Return the numbers on rescue medication as a competing event."""
        risks = self.risks
        curves = risks.incidence(risks.extremes()[0])
        low, high = curves.confidence_interval(improvement.IMPROVED, self.confidence_level)
        errors = [
            float(risks.incidence(stops, "gray").variance[improvement.IMPROVED][-1]) ** 0.5
            for stops in risks.all_stops()
        ]
        last, ends_before = self.at_risk[-1], risks.horizon_week < risks.last_week
        return {
            "incidence_percent": percent(curves.estimate[improvement.IMPROVED][-1]),
            "incidence_limits": percent_range(float(low[-1]), float(high[-1])),
            "incidence_error": percent(curves.variance[improvement.IMPROVED][-1] ** 0.5),
            "cmprsk_error_low": percent(min(errors)),
            "cmprsk_error_high": percent(max(errors)),
            "ways_of_stopping": f"{len(errors):,}",
            "rescued_by_horizon": low_to_high(last.fewest_stopped, last.most_stopped),
            "stop_weeks": (
                f"the whole weeks {risks.weeks[0]} to {risks.weeks[-1]}"
                f"{' or after them' if ends_before else ''}"
            ),
            "weeks_known": " and ".join(
                f"at least {count} of them at week {week:g} or later"
                for week, count in risks.still_there.items()
            ),
        }

    def table2_numbers(self) -> dict[str, object]:
        """Return the numbers on what can be checked of Table 2."""
        checks, impossible = self.row_checks, row_checks.impossible_quartiles(self.ledger)
        named = "; ".join(f"{item.claim.quantity} ({item.claim.printed})" for item in impossible)
        return {
            "rule_in_words": _RULES.get(
                self.quantile_definition, f"type {self.quantile_definition}"
            ),
            "impossible_quartiles": (
                f"these medians and quartiles of both tables are impossible: {named}"
                if impossible
                else "none of the medians and quartiles of both tables is impossible"
            ),
            "quartiles": sum(check.quartiles for check in checks),
            "quartiles_possible": sum(check.possible for check in checks),
            "p_values": len(checks),
            "p_fit": sum(check.p_fits for check in checks),
            "rows": len(checks),
            "rows_together": sum(check.together for check in checks),
        }

    def p_numbers(self) -> dict[str, object]:
        """Return the numbers on the attainable P values."""
        attainable, level = self.attainable_p, self.attainable_p[0].level
        both_sides = ProvenStatement(
            f"in {sum(each.on_both_sides for each in attainable)} of {len(attainable)} rows the "
            f"printed changes allow P values on both sides of {format_rounded(level, 2)}",
            table2_bounds.p_conditions(self.published, attainable),
        )
        changing = [each.measure for each in attainable if each.discordant]
        on_finest = [each.finest for each in attainable]
        finer = [each.measure for each in on_finest if each.discordant]
        return {
            "p_level": format_rounded(level, 2),
            "p_inside": sum(
                bool(each.ranges.asymptotic.printed_p_attainable) for each in attainable
            ),
            "p_both_sides": both_sides,
            "p_both_sides_finer": sum(each.on_both_sides for each in on_finest),
            "p_given": both_sides.assuming,
            "p_exact_known": sum(each.ranges.exact_of_printed is not None for each in attainable),
            "p_changing": len(changing),
            "p_changing_names": (
                f"{_names(changing)}, on these steps as on the finer ones"
                if changing == finer
                else f"{_names(changing)}; on the finer steps, {_names(finer)}"
            ),
            "finer_steps": finer_steps_in_words(),
        }

    def improvement_curve(self) -> Picture:
        """Return the proportion improved over the weeks."""
        return picture(
            improvement_curve,
            self.curve,
            bounds=self._bounds(improvement.reading_of_text(self.published)),
            at_risk=self.at_risk,
            horizon_week=self.horizon_week,
            threshold=self.published.count("design.responder_score"),
        )

    @table(
        "At least moderate improvement by week, from published counts; some of these are our "
        "reading of a sentence"
    )
    def improved_by_week(self) -> Rows:
        """Return the improved patients by week, with limits of the proportion and of the curve."""
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
                "Not yet improved": int(unimproved),
                "Newly improved": int(events),
                f"Improved, n (%) (N={patients})": count_percent(improved, patients),
                f"{method}, %": percent_range(interval.low, interval.high),
                "log-log, %": percent_range(1 - point.high, 1 - point.low),
            }

    @table("The estimate if those who ended early are censored, by what is known of their weeks")
    def censoring(self) -> Rows:
        """Return the estimate if those who ended early are censored, by reading of the text."""
        for reading in improvement.readings(self.published):
            bounds = self._bounds(reading)
            yield {"Assumed time of early stopping": reading.name, "Basis": reading.basis} | {
                f"By week {week:g}, %": _range(bounds, place)
                for place, week in enumerate(bounds.times)
            }

    @table(
        "Patients at risk of improvement, if none of those who ended early had improved before; "
        "from published counts, some of them our reading of a sentence"
    )
    def patients_at_risk(self) -> Rows:
        """Return the patients at risk of improvement."""
        for row in self.at_risk:
            yield {
                "Week": f"{row.week:g}",
                "At risk just before": low_to_high(row.fewest, row.most),
                "Cumulative number improved": row.improved,
                "Cumulative number with rescue medication": low_to_high(
                    row.fewest_stopped, row.most_stopped
                ),
            }

    @table("The less strict definition: what the counts of the text give")
    def less_strict(self) -> Rows:
        """Return the counts of the discussion's less strict definition."""
        printed = self.published.text("claims.discussion.minimal_percent").removesuffix("%")
        for row in less_strict_counts(self.published).to_dict("records"):
            share = percent(row["patients"] / row["of"], 0)
            yield {
                "Patients counted": row["counted"],
                "Patients, n/N (%)": f"{row['patients']}/{row['of']} ({share})",
                f"Rounds to {printed} %": yes_no(row["as_printed"]),
            }

    def courses(self) -> Picture:
        """Return the analysed patients by their course."""
        return picture(course_stacks, courses(self.published))

    @table("Table 2 of the article, outcome measures", wide=True)
    def table2(self) -> Rows:
        """Return Table 2: median (first to third quartile) of each time, and P."""
        for measure, scale in SCALES.items():
            row = {"Outcome measure": f"{scale.name}, {scale.unit}"}
            for time, between in (("baseline", "–"), ("end", "–"), ("change", " to ")):
                row[time.capitalize()] = printed_quartiles(self.published, measure, time, between)
            yield row | {"P": self.published.text(f"table2.{measure}.change.p")}

    @table("Consistency checks of each row of Table 2")
    def checks_of_rows(self) -> Rows:
        """Return the checks of each row of Table 2, with the scale that they rest on."""
        for check in self.row_checks:
            scale = SCALES[check.measure]
            top = "upwards" if scale.high is None else f"to {scale.high}"
            assumed = " (assumed)" if scale.step_is_assumed else ""
            steps = with_unit(scale.step, scale.unit)
            not_found = "neither found nor excluded" if check.all_possible else "impossible"
            yield {
                "Outcome measure": scale.name,
                "Scale": f"{scale.low} {top}, steps of {steps}{assumed}",
                "Possible quartiles": f"{check.possible} of {check.quartiles}",
                "P possible and consistent with the text": yes_no(check.p_fits),
                "Whole row at once": "patient values found" if check.together else not_found,
            }

    def p_ranges(self) -> Picture:
        """Return the P values that the printed changes allow."""
        rows = [
            p_ranges.PRangeRow(
                SCALES[each.measure].name,
                each.printed,
                asymptotic,
                _drawn_range(each.ranges.exact),
                _drawn_range(each.ranges.exact_of_printed),
            )
            for each in self.attainable_p
            if (asymptotic := _drawn_range(each.ranges.asymptotic)) is not None
        ]
        return picture(p_ranges, rows, self.attainable_p[0].level)

    @table(
        "Attainable P values on the steps assumed and on finer ones, and what the exact test "
        "changes",
        wide=True,
    )
    def attainable_p_values(self) -> Rows:
        """Return the attainable P values, and whether the exact test can change significance."""
        for each in self.attainable_p:
            scale, ranges, finer = SCALES[each.measure], each.ranges, each.finer
            yield {
                "Outcome measure": scale.name,
                "P as printed": each.printed,
                "Steps assumed": with_unit(scale.step, scale.unit),
                "Range of asymptotic P": _p_range(ranges.asymptotic),
                "Printed P attainable": yes_no(ranges.asymptotic.printed_p_attainable),
                "Range of exact P": _p_range(ranges.exact),
                "Exact P where the asymptotic P rounds to the printed value": _p_range(
                    ranges.exact_of_printed
                ),
                "Can the exact test change significance?": _change(each),
                "Finer steps": (
                    with_unit(FINER_STEPS[each.measure].step, scale.unit)
                    if finer
                    else "none considered"
                ),
                "Asymptotic P on finer steps": _p_range(finer.asymptotic) if finer else "–",
                "Exact P on finer steps where the asymptotic P rounds to the printed value": (
                    _p_range(finer.exact_of_printed) if finer else "–"
                ),
            }

    @table(
        "Synthetic changes that print the published quartiles and P, significant by one test alone",
        wide=True,
    )
    def samples(self) -> pd.DataFrame:
        """Return, where the exact test could change significance, changes that show it."""
        rows = [
            (
                SCALES[each.measure].name,
                ", ".join(f"{float(value):g}".replace("-", "–") for value in sample.changes),
                p_text(sample.asymptotic),
                p_text(sample.exact),
            )
            for each in self.attainable_p
            if (sample := each.discordant) is not None
        ]
        # The heads stand even where no measure has such changes.
        heads = ["Outcome measure", "Changes (synthetic)", "Asymptotic P", "Exact P"]
        return pd.DataFrame(rows, columns=heads)

    @table("Table 2, published and computed. {self.rows.label}", wide=True)
    def table2_compared(self) -> pd.DataFrame:
        """Return Table 2 as printed and from these patients."""
        computed = summaries.table2(self.rows.trial)
        return compare_with_print(self.table2().frame, computed, self.rows.kind)

    @table("Responses, published and computed. {self.rows.label}")
    def responses_compared(self) -> pd.DataFrame:
        """Return the counts of responses as printed and from these patients."""
        return compare_numbers_with_print(self.report, "response.", self.rows.kind)

    @table("Patients by best and by last response. {self.rows.label}")
    def categories(self) -> pd.DataFrame:
        """Return these patients by best response and by the last; an unknown one if any has it."""
        found = summaries.response_counts(self.rows.trial)
        nobody = (found["response"] == "unknown") & (found[["best", "end"]] == 0).all(axis=1)
        return found[~nobody].rename(columns=str.capitalize)


def _range(bounds: CensoringBounds, place: int) -> str:
    """Format the range of the estimate at one of the weeks, in per cent."""
    return low_to_high(percent(bounds.lower[place]), percent(bounds.upper[place]))


def _p_range(found: SignedRankPRange | None) -> str:
    if found is None:
        return _NOT_COMPUTED
    limits = table2_bounds.p_limits(found)
    return "none possible" if limits is None else p_range_text(*limits)


def _change(each: table2_bounds.AttainableP) -> str:
    """Describe whether the exact test can change the significance of a measure."""
    limits = table2_bounds.p_limits(each.ranges.exact_of_printed)
    if limits is None:
        return _NOT_COMPUTED
    if each.discordant:
        return "yes: changes exist that are significant by one test alone"
    side = "significant as well" if limits[1] < each.level else "not significant either"
    data = "all changes on these steps that round to the printed values"
    return f"no: for {data}, the exact test is {side}"


def _names(measures: Sequence[str]) -> str:
    """Name measures in a sentence: in lower case but for abbreviations and titles."""
    names = [SCALES[measure].name for measure in measures]
    return (
        " and ".join(
            name if name.istitle() or name[:2].isupper() else name[0].lower() + name[1:]
            for name in names
        )
        or "none"
    )


def _drawn_range(found: SignedRankPRange | None) -> p_ranges.PRange | None:
    limits = table2_bounds.p_limits(found)
    return None if limits is None else p_ranges.PRange(*limits)
