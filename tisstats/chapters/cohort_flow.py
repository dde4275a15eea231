"""Chapter 2: the patients from screening to analysis, and the arithmetic of Table 1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
from tisstats.chapters.result_facts import (
    COUNT,
    COUNT_OF,
    COUNT_OF_ALL,
    COUNT_PERCENTAGE,
    PERCENTAGE,
    QUARTILES,
    RANGE,
    VALUE,
    WORDS,
    Facts,
    counted,
)
from tisstats.figures import flow_diagram
from tisstats.figures.numbers import of_all, yes_no
from tisstats.lim2021 import table1
from tisstats.lim2021.cohort_check.compare_with_print import compare_with_print
from tisstats.lim2021.flow import PatientFlow, study_flow, subtypes
from tisstats.printed import RoundingRule
from tisstats.trial import summaries

#: How the cells of Table 1 are printed; a single patient has a value.
_CELL = f"{QUARTILES} | {COUNT_PERCENTAGE} | {COUNT}"

#: What the cells of a column of Table 1 are.
_OF_GROUP = Facts(
    _CELL,
    unit="@row unit",
    method="as printed, definition not stated",
    group="@column",
)

#: What a row is whose single patient has a value and no quartiles.
_OF_MEASURE = Facts(f"{QUARTILES} | {VALUE}")

#: Rows of Table 1 with values: their labels end in a unit.
_ROWS_OF_VALUES = {"*, years": _OF_MEASURE, "*, months": _OF_MEASURE}

#: How to read Table 1.
_NOTES = {"": "Median (quartiles) or n (%); for a single patient, the value."}

#: Counts of the flow that have the same name in the prose.
_COUNTS = ("screened", "included", "not_included", "reasons_listed", "analysed")


@dataclass(frozen=True)
class CohortFlow(PatientChapter):
    """Chapter 2 for given parameters."""

    reasons_may_overlap: bool  #: whether a patient may have several reasons for non-inclusion
    rounding_rule: RoundingRule  #: assumed rounding rule of Table 1
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def flow(self) -> PatientFlow:
        """The patients from screening to the end of the study."""
        return study_flow(self.published, reasons_may_overlap=self.reasons_may_overlap)

    @cached_property
    def percentages(self) -> pd.DataFrame:
        """The percentages of Table 1 with the chosen rounding rule."""
        return table1.percentages(self.published, rule=self.rounding_rule)

    @cached_property
    def row_sums(self) -> pd.DataFrame:
        """The rows of Table 1 added over the subtypes."""
        return table1.row_sums(self.published)

    @described(
        {
            "screened": counted("Patients screened", origin="published"),
            "included": counted("Patients included", origin="published"),
            "not_included": counted("Patients screened and not included"),
            "reasons_listed": counted("Reasons for not including patients, added up", "reasons"),
            "analysed": counted("Patients analysed", origin="published"),
            "unlisted": Facts(
                RANGE + " | {count}",
                "Patients not included without a listed reason",
                "patients",
            ),
            "several": Facts(
                RANGE + " | {count}",
                "Patients not included for several of the listed reasons",
                "patients",
            ),
            "excluded": counted("Patients excluded from the analysis"),
            "percentages": counted(
                "Percentages in the table of baseline characteristics", "percentages"
            ),
            "percentages_equal": counted("Percentages equal to the recomputed ones", "percentages"),
            "percentages_agree": Facts(
                COUNT_OF_ALL, "Percentages equal to the recomputed ones", "percentages"
            ),
            "half_even_off": counted(
                "Percentages that differ if halves are rounded to even", "percentages"
            ),
            "sums": counted("Rows that can be added over the subtypes", "rows"),
            "sums_equal": counted("Rows whose subtypes add up to the printed total", "rows"),
            "sums_agree": Facts(
                COUNT_OF_ALL, "Rows whose subtypes add up to the printed total", "rows"
            ),
            "sums_single": counted("Rows with a single subtype", "rows"),
            "antibodies_total": Facts("{sum}", "Patients by antibodies, added up", "patients"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        flow, half_even = self.flow, table1.percentages(self.published, rule="half-even")
        antibodies = ("msa_positive", "maa_only", "no_antibodies")
        return {
            **{name: getattr(flow, name) for name in _COUNTS},
            "unlisted": flow.no_listed_reason,
            "several": flow.several_listed_reasons,
            "overlap": "may have" if self.reasons_may_overlap else "is assumed not to have",
            "excluded": flow.excluded_from_analysis,
            **self.facts("cohort_flow"),
            "rounding_rule": "truncation"
            if self.rounding_rule == "truncate"
            else f"{self.rounding_rule} rounding",
            "percentages": len(self.percentages),
            "percentages_equal": self.percentages["equal"].sum(),
            "percentages_agree": of_all(
                int(self.percentages["equal"].sum()), len(self.percentages)
            ),
            "half_even_off": (~half_even["equal"]).sum(),
            "sums": len(self.row_sums),
            "sums_equal": self.row_sums["equal"].sum(),
            "sums_agree": of_all(int(self.row_sums["equal"].sum()), len(self.row_sums)),
            "sums_single": (self.row_sums["terms"] == 1).sum(),
            "antibodies_total": sum(self.published.count(f"flow.{kind}") for kind in antibodies),
            **self.match_counts("table1"),
        }

    def diagram(self) -> FigureItem:
        """Return the flow of patients."""
        return figure_item(flow_diagram, self.flow, source=f"{PUBLISHED}, counts in the text")

    @table(
        "Patients by subtype, included and analysed",
        columns={
            "Subtype": WORDS,
            "Excluded from the analysis": counted("", group="@column", origin="computed"),
            "*": counted("", group="@column"),
        },
        source="published",
    )
    def subtypes(self) -> pd.DataFrame:
        """Return the patients by subtype."""
        heads = ["Subtype", "Included", "Analysed", "Excluded from the analysis"]
        return subtypes(self.published).set_axis(heads, axis=1)

    @table(
        "Table 1 of the article, baseline characteristics",
        notes=_NOTES,
        columns={"Characteristic": WORDS, "*": _OF_GROUP},
        rows=_ROWS_OF_VALUES,
        source="published",
    )
    def table1(self) -> Rows:
        """Return Table 1: median (first to third quartile) or n (%), N in the headers."""
        printed: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for fact in self.published.tables["table1"].to_dict("records"):
            printed[fact["characteristic"], fact["group"]][fact["statistic"]] = fact["printed"]
        for characteristic, label in table1.CHARACTERISTICS.items():
            yield {"Characteristic": label} | {
                f"{name} (N={printed['patients', group]['n']})": _cell(
                    printed[characteristic, group]
                )
                for group, name in table1.GROUPS.items()
            }

    @table(
        "Percentages among patients with DM: some are exact halves before rounding",
        columns={
            "Characteristic": WORDS,
            "Group": Facts("words", group=""),
            "n of N": Facts(
                COUNT_OF, "Patients with it", "patients", group="@Group", origin="published"
            ),
            "Printed": Facts(PERCENTAGE, n="@n of N", group="@Group", origin="published"),
            "Computed": Facts(PERCENTAGE, n="@n of N", group="@Group"),
        },
    )
    def dm_percentages(self) -> Rows:
        """Return the percentages of groups of eight, some of which are exact halves."""
        for row in self.percentages[self.percentages["of"] % 8 == 0].to_dict("records"):
            yield {
                "Characteristic": row["characteristic"],
                "Group": row["group"],
                "n of N": f"{row['count']} of {row['of']}",
                "Printed": row["printed"],
                "Computed": row["computed"],
                "Equal": yes_no(row["equal"]),
            }

    @table(
        "Table 1: subtype counts and printed totals",
        columns={
            "Row": WORDS,
            "Subtypes": WORDS,
            "Sum": Facts("{sum}", unit="patients"),
            "Printed total": counted("", origin="published"),
        },
    )
    def row_sums_table(self) -> Rows:
        """Return the rows of Table 1 added over the subtypes."""
        for row in self.row_sums.to_dict("records"):
            yield {
                "Row": row["characteristic"],
                "Subtypes": row["parts"],
                "Sum": row["sum"],
                "Printed total": row["total"],
                "Equal": yes_no(row["equal"]),
            }

    @table(
        "Table 1, published and computed: {self.matches_of_table}",
        origin="{self.patient_data.label}",
        collapsed=True,
        notes=_NOTES,
        columns={
            "Characteristic": WORDS,
            "*, {self.patient_data.kind}": Facts(
                _CELL,
                unit="@row unit",
                method="quartiles by the definition of SPSS",
                group="@column",
            ),
            # The published numbers are results of the table above.
            "*": WORDS,
        },
        rows=_ROWS_OF_VALUES,
    )
    def table1_comparison(self) -> pd.DataFrame:
        """Return Table 1 as published and as computed from these data."""
        computed = summaries.table1(self.patient_data.trial)
        return compare_with_print(self.table1().frame, computed, self.patient_data.kind)

    @property
    def matches_of_table(self) -> str:
        """How many numbers of Table 1 these patients match."""
        return self.matches_in_words("table1")


def _cell(printed: Mapping[str, str]) -> str:
    """Format one cell: "12 (63)", "59 (37–69)", a single value, or nothing."""
    if "median" in printed:
        return f"{printed['median']} ({printed['q1']}–{printed['q3']})"
    if "percent" in printed:
        return f"{printed['count']} ({printed['percent'].removesuffix('%')})"
    return printed.get("count") or printed.get("value", "")
