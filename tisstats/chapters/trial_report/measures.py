"""Outcome measures at baseline, at the end and their changes, by arm (Table 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np

from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import LABEL, WORDS, Facts, counted
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.counts import COUNTS_OF_ARM, NONE, n_percent
from tisstats.figures import paired_changes
from tisstats.printed import format_median_quartiles, format_table_number
from tisstats.sentences import capitalised
from tisstats.trial.columns import ThreeValued
from tisstats.trial.definitions import describe_disability, describe_improvement, describe_worsening
from tisstats.trial.imacs_counts import ImacsOutcomes, imacs_outcomes, worsening_rule
from tisstats.trial.measure_changes import MeasureChange, Quartiles, measure_changes
from tisstats.trial.paired_values import PairedValues, paired_values
from tisstats.trial.study_core_set import NOT_COMPUTED, PRINTO_DEFINITION
from tisstats.trial.study_sections import OTHER_DECIMALS
from tisstats.trial.study_wording import describe_baseline
from tisstats.trial.summaries import format_p


class Measures(TrialChapter):
    """The chapter of outcome measures."""

    @cached_property
    def changes(self) -> dict[str, list[MeasureChange]]:
        """The changes of every measure, by name of the arm."""
        level = self.study.analysis.confidence_level
        return {name: measure_changes(self.data.arm(name), level) for name in self.study.arms}

    @cached_property
    def imacs(self) -> dict[str, ImacsOutcomes]:
        """What the IMACS definitions say, by name of the arm."""
        definitions = self.study.definitions
        return {name: imacs_outcomes(self.data.arm(name), definitions) for name in self.study.arms}

    @table(
        "Table 2. Outcome measures of the N analysed patients by arm: median (first to third "
        "quartile) at baseline, at the end and of the change, end minus baseline [patients "
        "measured; for changes, at both times]; Hodges-Lehmann estimate of the change with its "
        "{self.level} interval, exact for changes that are symmetric about it, zeros included; P "
        "of the test of no change within the arm. Baseline is {self.baseline}; the end is "
        "{self.end}. P: {self.test}. No P value compares arms, and none is adjusted for "
        "multiplicity. Quartiles by {self.quantiles}. Scales: {self.declared_scales}. "
        "{self.precision}",
        origin="{self.label}",
        columns={
            "Outcome measure": WORDS,
            "Row": LABEL,
            "*": Facts(
                "{median} ({lower quartile}–{upper quartile}) [{denominator}] | {median} "
                "({lower quartile} to {upper quartile}) [{denominator}] | – [{denominator}]",
                unit="@row unit",
                method="quartiles by {self.quantiles}",
                group="@column",
            ),
        },
        rows={
            "Hodges-Lehmann": Facts(
                "{estimate} ({lower limit}–{upper limit}) [{denominator}] | {estimate} "
                "({lower limit} to {upper limit}) [{denominator}] | {estimate} (too few for "
                "finite limits) [{denominator}] | – [{denominator}]",
                method="Hodges-Lehmann, exact {self.level} interval, zeros included",
            ),
            "P": Facts(
                "{P value} [{denominator}<, {unchanged} without change>] | – [{denominator}]",
                method="{self.test}",
            ),
        },
    )
    def table2(self) -> Rows:
        """Return every measure, five rows each, the arms side by side."""
        plan, first = self.study.analysis, next(iter(self.changes.values()))
        statistics: dict[str, Callable[[MeasureChange, int], str]] = {
            "baseline": lambda found, decimals: quartiles_cell(found.baseline, decimals),
            "end": lambda found, decimals: quartiles_cell(found.end, decimals),
            "change": lambda found, decimals: quartiles_cell(found.change, decimals),
            "Hodges-Lehmann": shift_cell,
            "P": lambda found, _: p_cell(found, plan.p_decimals),
        }
        names = self.data.trial.description.measures
        for place, (name, measure) in enumerate(zip(names, first, strict=True)):
            decimals = plan.decimals_of(name)
            for statistic, cell in statistics.items():
                yield {
                    "Outcome measure": f"{measure.scale.name}, {measure.scale.unit}",
                    "Row": statistic,
                    **{
                        f"{label} (N={self.changes[arm][place].patients})": cell(
                            self.changes[arm][place], decimals
                        )
                        for arm, label in self.study.arms.items()
                    },
                }

    @cached_property
    def pairs(self) -> dict[str, list[PairedValues]]:
        """Every measure before and after, by label of the arm."""
        return {
            label: paired_values(self.data.arm(name)) for name, label in self.study.arms.items()
        }

    def paired_changes(self) -> FigureItem:
        """Return every measure at baseline and at the end, the arms side by side."""
        return figure_item(
            paired_changes,
            self.pairs,
            single=self.study.study.listings,
            stamp=self.label,
            source=self.label,
        )

    @table(
        "Patients in whom a measure was nearer to the better end of its scale at the end than at "
        "baseline, the same, or farther from it, n (%) of the N analysed patients by arm; "
        "patients not measured at both times are in the last row of each measure",
        collapsed=True,
        origin="{self.label}",
        columns={"Outcome measure": WORDS, "Row": LABEL, "*": COUNTS_OF_ARM},
    )
    def directions(self) -> Rows:
        """Return how many patients of each arm improved in each measure."""
        for each in zip(*self.pairs.values(), strict=True):
            counts = {
                "improved": [values.better for values in each],
                "unchanged": [values.unchanged for values in each],
                "worsened": [values.worse for values in each],
                "not measured at both times": [
                    values.patients - values.measured for values in each
                ],
            }
            for row, of_arms in counts.items():
                yield {
                    "Outcome measure": each[0].scale.name,
                    "Row": row,
                    **{
                        f"{label} (N={values.patients})": n_percent(count, values.patients)
                        for label, values, count in zip(self.pairs, each, of_arms, strict=True)
                    },
                }

    @table(
        "Improvement, worsening ({self.rule}) and minimal disability, n (%) of the N "
        "analysed patients by arm, as the next table defines them. The last visit is {self.last}, "
        "and visits up to then count as any visit. Where missing measures, or no visit after "
        "baseline up to then, leave an answer open: the range of the count",
        origin="{self.label}",
        columns={"Outcome": WORDS, "*": COUNTS_OF_ARM},
    )
    def imacs_counts(self) -> Rows:
        """Return the counts by the IMACS definitions."""
        answers: dict[str, Callable[[ImacsOutcomes], ThreeValued]] = {
            "Improvement at the last visit": lambda found: found.improved_at_end,
            "Improvement at any visit": lambda found: found.improved_ever,
            "Worsening at the last visit": lambda found: found.worsened_at_end,
            "Worsening at any visit": lambda found: found.worsened_ever,
            "Minimal disability at baseline": lambda found: found.disabled_at_baseline,
            "Minimal disability at the last visit": lambda found: found.disabled_at_end,
        }
        for label, answer in answers.items():
            yield {
                "Outcome": label,
                **{
                    f"{arm} (N={len(self.data.arm(name).patients)})": count_cell(
                        answer(self.imacs[name])
                    )
                    for name, arm in self.study.arms.items()
                },
            }

    def definition_tables(self) -> tuple[Table, ...]:
        """Return the counts by the IMACS definitions and these; none with another core set."""
        if self.study.core_set != "imacs":
            return ()
        return self.imacs_counts(), self.definitions()

    @property
    def definitions_note(self) -> str:
        """What the definitions are about, or why none is applied, in sentences."""
        if self.study.core_set != "imacs":
            return (
                f"None of these is computed for this study: {NOT_COMPUTED}. PRINTO, whose core set "
                "this study measured, has published a provisional definition of improvement in "
                f"its own measures ({PRINTO_DEFINITION}), which is not implemented here."
            )
        return (
            "The definitions of IMACS, the International Myositis Assessment and Clinical Studies "
            "group, count measures that changed relative to the patient's own baseline, where the "
            "Total Improvement Score uses the range of the scale."
        )

    @table(
        "Definitions of improvement, worsening and minimal disability, with what is assumed",
        origin="{self.label}",
        columns="definitions in words",
    )
    def definitions(self) -> Rows:
        """Return the definitions behind the counts."""
        found, worsening = self.study.definitions, worsening_rule(self.data.analysis)
        rows = (
            ("Improvement", describe_improvement(found.improvement), found.improvement),
            (f"Worsening ({worsening.name})", describe_worsening(worsening), worsening),
            ("Minimal disability", describe_disability(found.disability), found.disability),
        )
        for outcome, definition, rule in rows:
            yield {
                "Outcome": outcome,
                "Definition": capitalised(definition),
                "Source": capitalised(rule.source),
                "Assumed": capitalised(rule.assumed) or "nothing",
            }

    def heat_map(self) -> tuple[FigureItem, ...]:
        """Return the improvements of each patient, if patients are shown one by one."""
        return () if self.single_patients is None else (self.single_patients.heat_map(),)

    def improvements(self) -> tuple[Table, ...]:
        """Return what the map of the improvements shows, likewise."""
        return () if self.single_patients is None else (self.single_patients.improvement_table(),)

    @property
    def rule(self) -> str:
        """The name of the declared rule of worsening."""
        return f"rule {worsening_rule(self.data.analysis).name}"

    @property
    def level(self) -> str:
        """The confidence level, in per cent."""
        return method_wording.describe_level(self.study.analysis)

    @property
    def baseline(self) -> str:
        """Which visit is the baseline, in words."""
        return describe_baseline(self.study.visits)

    @property
    def end(self) -> str:
        """Which visit is the end, in words."""
        return method_wording.describe_end(self.study.analysis, self.study.endpoint)

    @property
    def last(self) -> str:
        """Which visit is the last one of the IMACS definitions, in words."""
        return f"each patient's last after baseline up to week {self.study.endpoint.week:g}"

    @property
    def test(self) -> str:
        """The test of changes within an arm, in words."""
        return method_wording.describe_signed_rank(self.study.analysis)

    @property
    def quantiles(self) -> str:
        """The definition of quartiles, in words."""
        return method_wording.describe_quantiles(self.study.analysis)

    @property
    def declared_scales(self) -> str:
        """The declared ranges of the measures."""
        return self.scales()

    @property
    def precision(self) -> str:
        """How many decimals are printed."""
        plan = self.study.analysis
        shown = str(plan.decimals)
        if isinstance(plan.decimals, Mapping):
            scales = self.data.trial.description.measures
            given = {name: of for name, of in plan.decimals.items() if name in scales}
            parts = [f"{of} of {scales[name].name}" for name, of in given.items()]
            if len(given) < len(scales):
                others = "other measures" if given else "measures"
                parts.append(f"{OTHER_DECIMALS} of {others}")
            shown = ", ".join(parts)
        return (
            f"Decimals printed: {shown}, of P values {plan.p_decimals}, "
            "halves rounded away from zero."
        )

    @described(
        {
            "single_note": WORDS,
            "definitions_note": WORDS,
            "label": WORDS,
            "end": WORDS,
            "arms_note": WORDS,
            "pairs_shown": WORDS,
            "measures": counted("Outcome measures of the study", "measures"),
        },
        source="{self.origin}",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        arms = len(self.study.arms)
        return {
            "single_note": self.single_note,
            "label": self.label,
            "measures": len(self.data.trial.description.measures),
            "end": self.end,
            "pairs_shown": "a thin line per patient"
            if self.study.study.listings
            else "a band from the first to the third quartile, as individual patients are not "
            "shown",
            "definitions_note": self.definitions_note,
            "arms_note": "There is one arm: a change within it may have any cause, such as the "
            "course of the disease or regression to the mean."
            if arms == 1
            else "A change within an arm may have any cause, such as the course of the disease or "
            "regression to the mean, and a smaller P in one arm than in another does not show "
            "that the arms differ. No test of the difference in change between arms is made here.",
        }


def quartiles_cell(found: Quartiles, decimals: int) -> str:
    """Format median (quartiles) [n].

    Examples
    --------
    >>> quartiles_cell(Quartiles(6, 3, 2, 4), 1), quartiles_cell(Quartiles(0, None, None, None), 1)
    ('3.0 (2.0–4.0) [6]', '– [0]')
    """
    shown = NONE
    if found.median is not None:
        shown = format_median_quartiles(found.median, found.q1, found.q3, decimals=decimals)
    return f"{shown} [{found.n}]"


def shift_cell(found: MeasureChange, decimals: int) -> str:
    """Format the Hodges-Lehmann estimate with its interval, and n."""
    count = f"[{found.change.n}]"
    if found.shift is None:
        return f"{NONE} {count}"
    shift = found.shift
    if not (np.isfinite(shift.low) and np.isfinite(shift.high)):
        estimate = format_table_number(shift.estimate, decimals)
        return f"{estimate} (too few for finite limits) {count}"
    interval = format_median_quartiles(shift.estimate, shift.low, shift.high, decimals=decimals)
    return f"{interval} {count}"


def p_cell(found: MeasureChange, decimals: int) -> str:
    """Format the P value with n, and how many patients had no change."""
    if found.test is None:
        return f"{NONE} [0]"
    unchanged = f", {found.test.n_zero} without change" if found.test.n_zero else ""
    return f"{format_p(found.test.pvalue, decimals)} [{found.test.n}{unchanged}]"


def count_cell(found: ThreeValued) -> str:
    """Format n (%), or the range of both where some are not known.

    Examples
    --------
    >>> count_cell(ThreeValued(np.array([True, False]), np.array([False, True])))
    '1 (50)'
    >>> count_cell(ThreeValued(np.array([True, False]), np.array([False, False])))
    '1 to 2 (50 to 100), 1 unknown'
    """
    count, unknown = found.count_yes_unknown()
    return n_percent(count, len(found.yes), unknown)
