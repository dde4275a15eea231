"""The outcomes computed from patient-level data, and whether they match the article."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PatientChapter, fact_origin
from tisstats.chapters.page import FigureItem, Rows, Table, figure_item, table
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.result_facts import (
    COUNT_PERCENTAGE,
    LABEL,
    QUARTILES,
    WORDS,
    Facts,
    TableFacts,
    cell_name,
    counted,
)
from tisstats.chapters.secondary_outcomes.table2 import PSOAS, Table2
from tisstats.figures import paired_changes
from tisstats.figures.numbers import format_n_percent
from tisstats.lim2021.cohort_check.compare_with_print import (
    compare_numbers_with_print,
    compare_with_print,
    published_numbers,
)
from tisstats.lim2021.trial_description import OPTIONS
from tisstats.trial import summaries
from tisstats.trial.analysis import Analysis
from tisstats.trial.paired_values import paired_values
from tisstats.trial.scoring import analyse

#: The column of the article's numbers in the comparison of responses.
_IN_PRINT = "Published or inferred"


class PatientOutcomes(Table2, PatientChapter):
    """The section on the outcomes of the patients, one by one and together."""

    horizon_week: int  #: week by which the score must be reached

    @cached_property
    def to_the_end(self) -> Analysis:
        """The outcomes of these patients up to the end of the study."""
        options = replace(self.options, horizon_week=OPTIONS.horizon_week)
        return analyse(self.patient_data.trial, options)

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
                method="two-sided signed-rank test, asymptotic, zeros dropped, ties corrected",
                n="{self.analysed}",
            ),
            "Outcome measure": WORDS,
            "*": Facts(
                QUARTILES,
                unit="@row unit",
                method="quartiles by {self.rule_in_words}",
                n="{self.analysed}",
            ),
        },
        rows=PSOAS,
    )
    def table2_comparison(self) -> pd.DataFrame:
        """Return Table 2 as published and as computed from these data.

        Its end is that of the study, whatever the week by which a score must be reached.
        """
        computed = summaries.table2(self.to_the_end)
        return compare_with_print(self.table2().frame, computed, self.patient_data.kind)

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
        columns={
            "Quantity": WORDS,
            _IN_PRINT: counted("", origin="published"),
            "*": counted(""),
        },
    )
    def _response_comparison(self) -> pd.DataFrame:
        return compare_numbers_with_print(self.report, "response.", self.patient_data.kind)

    def response_comparison(self) -> Table:
        """Return the counts of responses as published and as computed from these data."""
        shown = self._response_comparison()
        if not isinstance(shown.facts, TableFacts):
            raise TypeError("the numbers of the comparison are not described")
        origins = {
            cell_name(item.quantity, _IN_PRINT): Facts(
                origin=fact_origin(self.published, item.name)
            )
            for item in published_numbers(self.report, "response.")
        }
        return replace(shown, facts=replace(shown.facts, rows=origins))

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
