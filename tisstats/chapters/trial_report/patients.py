"""The patients of a study: their flow, and Table 1 by arm."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import WORDS, Facts, counted
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.disposition import (
    COMPLETION_RULE,
    DISPOSITION_FACTS,
    STOPPED_EARLY,
    disposition_rows,
    later_deaths,
    were,
)
from tisstats.figures import trial_flow
from tisstats.figures.numbers import format_n_percent, format_percent
from tisstats.printed import format_median_quartiles
from tisstats.statistics import QUANTILE_DEFINITIONS
from tisstats.trial.baseline_table import (
    BASELINE_GUIDELINE,
    BaselineSummary,
    CountSummary,
    QuartileSummary,
    summarise_baseline_measures,
    summarise_characteristics,
)
from tisstats.trial.courses import Courses
from tisstats.trial.flow import FLOW_GUIDELINE, ParticipantFlow, participant_flow
from tisstats.trial.samples import total_label
from tisstats.trial.study_endpoint import study_courses
from tisstats.trial.study_wording import describe_baseline

#: What stands for a group without patients.
_NONE = "–"


#: How median and quartiles are printed, and of how many patients the value is unknown.
QUARTILES_UNKNOWN = (
    "{median} ({lower quartile}–{upper quartile})<, {unknown} unknown> | "
    "{median} ({lower quartile} to {upper quartile})<, {unknown} unknown> | "
    "no median by this definition<, {unknown} unknown>"
)

#: Columns of a table of characteristics or measures, after that of their names.
_BY_ARM = {
    "n": counted("Patients in whom it is known"),
    "*": Facts(
        "{count} ({percentage}) | {count} of {denominator} ({percentage}), "
        "{unknown} unknown | " + QUARTILES_UNKNOWN,
        unit="@row unit",
        method="quartiles by {self.quantiles}",
        group="@column",
    ),
}


class Patients(TrialChapter):
    """The chapter of the patients."""

    @cached_property
    def flow(self) -> ParticipantFlow:
        """The participants by arm."""
        return participant_flow(self.data)

    def diagram(self) -> FigureItem:
        """Return the flow of the participants."""
        return figure_item(trial_flow, self.flow, source=self.label)

    @table(
        "Participants by arm: n, and from “Analysed” onwards n (%) of the N analysed patients",
        origin="{self.label}",
        columns=DISPOSITION_FACTS,
    )
    def disposition(self) -> Rows:
        """Return the participants at each stage."""
        return disposition_rows(self.flow)

    def swimmer(self) -> tuple[FigureItem, ...]:
        """Return the time of each patient on study, if patients are shown one by one."""
        if self.single_patients is None:
            return ()
        return (self.single_patients.swimmer(*self._first_outcome),)

    def time_on_study(self) -> tuple[Table, ...]:
        """Return what the figure of the time on study shows, likewise."""
        if self.single_patients is None:
            return ()
        return (self.single_patients.time_table(*self._first_outcome),)

    @property
    def _first_outcome(self) -> tuple[Courses, float, str]:
        """The courses, the score of the outcome that is marked, and what it is called."""
        endpoint = self.study.endpoint
        return study_courses(self.data), endpoint.as_endpoint().threshold, endpoint.words.noun

    @property
    def quantiles(self) -> str:
        """The definition of quartiles, in words."""
        definition = self.study.analysis.quantile_definition
        return f"definition {definition}, {QUANTILE_DEFINITIONS[definition]}"

    def baseline_tables(self) -> list[Table]:
        """Return Table 1, if any characteristic is named, and the measures at baseline."""
        return [*([self.table1()] if self._tabulated else []), self.measures()]

    @property
    def _tabulated(self) -> bool:
        """Whether the description names a characteristic for the table."""
        return any(row.table for row in self.study.characteristics.values())

    @table(
        "Table 1. Baseline characteristics of the analysed patients by arm: median (first to third "
        "quartile) or n (%). Column n counts the patients with a known value; the others are left "
        "out of percentages. Quartiles by {self.quantiles}",
        origin="{self.label}",
        columns={"Characteristic": WORDS, **_BY_ARM},
    )
    def table1(self) -> Rows:
        """Return the baseline characteristics that the description names."""
        for summary in summarise_characteristics(self.data):
            yield self._row("Characteristic", summary)

    @table(
        "Outcome measures at baseline, in the analysed patients by arm: median (first to third "
        "quartile). Column n counts the patients with a known value. Baseline is {self.baseline}. "
        "Quartiles by {self.quantiles}",
        origin="{self.label}",
        columns={"Measure": WORDS, **_BY_ARM},
    )
    def measures(self) -> Rows:
        """Return the outcome measures at baseline."""
        for summary in summarise_baseline_measures(self.data):
            yield self._row("Measure", summary)

    @property
    def baseline(self) -> str:
        """Which visit is the baseline, in words."""
        return describe_baseline(self.study.visits)

    def _row(self, heading: str, summary: BaselineSummary) -> dict[str, str]:
        labels: list[tuple[str | None, str]] = [*self.study.arms.items()]
        if len(labels) > 1:
            labels.append((None, total_label(self.study.arms.values())))
        cells = {
            f"{label} (N={summary.groups[name].patients})": baseline_cell(
                summary.groups[name], summary.decimals
            )
            for name, label in labels
        }
        return {heading: summary.label, "n": str(summary.groups[None].known), **cells}

    @described(
        {
            "analysed": WORDS,
            "single_note": WORDS,
            "ends": WORDS,
            "treatments": WORDS,
            "flow_guideline": WORDS,
            "baseline_tests": WORDS,
            "characteristics": WORDS,
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and phrases glued into the prose, by name."""
        ends = (
            f"{COMPLETION_RULE} {STOPPED_EARLY}{later_deaths(self.data)}"
            if self.data.ends_recorded
            else "The table of patients has neither a week nor a reason for early stops, so that "
            "completion is not recorded."
        )
        treatments = (
            "Treated patients are those with a row for a treatment other than rescue medication."
            if "treatments" in self.data.has
            else "There is no table of treatments, so that neither treatment nor rescue medication "
            "is recorded, other than as a reason for stopping early."
        )
        return {
            "analysed": self._analysed(),
            "single_note": self.single_note,
            "ends": ends,
            "treatments": treatments,
            "label": self.label,
            "flow_guideline": FLOW_GUIDELINE,
            "baseline_tests": self._baseline_tests(),
            "characteristics": self._characteristics(),
        }

    def _analysed(self) -> str:
        """Describe how many patients were analysed, and what is known of the others."""
        flow = self.flow.total
        if not flow.not_analysed:
            return (
                f"The table of patients has {flow.recorded}, who "
                f"{'was' if flow.recorded == 1 else 'were'} analysed without exclusion."
            )
        return (
            f"The table of patients has {flow.recorded}, of whom {were(flow.analysed)} analysed "
            f"and {were(flow.not_analysed)} not; why not is not recorded."
        )

    def _baseline_tests(self) -> str:
        """Explain why no difference between arms is tested; one arm has none."""
        if len(self.study.arms) == 1:
            return ""
        return (
            "Differences between arms at baseline have no P values here. If arms were assigned at "
            "random, and nobody was left out afterwards, such differences are due to chance, and a "
            f"test of them answers no question ({BASELINE_GUIDELINE}); if they were not, a P value "
            "does not tell whether a difference matters. How arms were assigned is not in the "
            "tables of the study."
        )

    def _characteristics(self) -> str:
        if self._tabulated:
            return "Table 1 has the characteristics that the description of the study names for it."
        return "The description of the study names no baseline characteristics for a table."


def baseline_cell(summary: CountSummary | QuartileSummary, decimals: int) -> str:
    """Format a cell of the table of baseline characteristics.

    Examples
    --------
    >>> baseline_cell(CountSummary(6, 6, 3), 0), baseline_cell(CountSummary(6, 5, 3), 0)
    ('3 (50)', '3 of 5 (60), 1 unknown')
    """
    if not summary.patients:
        return _NONE
    if not summary.known:
        return "unknown"
    unknown = summary.patients - summary.known
    more = f", {unknown} unknown" if unknown else ""
    if isinstance(summary, CountSummary):
        if unknown and summary.proportion is not None:
            share = format_percent(summary.proportion, 0)
            return f"{summary.count} of {summary.known} ({share}){more}"
        return format_n_percent(summary.count, summary.patients)
    if summary.median is None:
        return f"no median by this definition{more}"
    shown = format_median_quartiles(summary.median, summary.q1, summary.q3, decimals=decimals)
    return f"{shown}{more}"
