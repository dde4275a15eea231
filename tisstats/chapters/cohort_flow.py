"""Chapter 2: the patients from screening to analysis, and the arithmetic of Table 1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.page import FigureItem, Rows, figure_item, table
from tisstats.figures import flow_diagram
from tisstats.figures.numbers import yes_no
from tisstats.lim2021 import table1
from tisstats.lim2021.cohort_check.compare_with_print import compare_with_print
from tisstats.lim2021.flow import PatientFlow, study_flow, subtypes
from tisstats.printed import RoundingRule
from tisstats.trial import summaries

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
            "rounding_rule": self.rounding_rule,
            "percentages": len(self.percentages),
            "percentages_equal": self.percentages["equal"].sum(),
            "half_even_off": (~half_even["equal"]).sum(),
            "sums": len(self.row_sums),
            "sums_equal": self.row_sums["equal"].sum(),
            "sums_single": (self.row_sums["terms"] == 1).sum(),
            "antibodies_total": sum(self.published.count(f"flow.{kind}") for kind in antibodies),
            **self.match_counts("table1"),
        }

    def diagram(self) -> FigureItem:
        """Return the flow of patients."""
        return figure_item(flow_diagram, self.flow, source=f"{PUBLISHED}, counts in the text")

    @table("Patients by subtype, included and analysed")
    def subtypes(self) -> pd.DataFrame:
        """Return the patients by subtype."""
        heads = ["Subtype", "Included", "Analysed", "Excluded from the analysis"]
        return subtypes(self.published).set_axis(heads, axis=1)

    @table("Table 1 of the article, baseline characteristics", wide=True)
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

    @table("Percentages among patients with DM: some are exact halves before rounding")
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

    @table("Table 1: subtype counts and printed totals")
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

    @table("Table 1, published and computed", origin="{self.patient_data.label}", wide=True)
    def table1_comparison(self) -> pd.DataFrame:
        """Return Table 1 as published and as computed from these data."""
        computed = summaries.table1(self.patient_data.trial)
        return compare_with_print(self.table1().frame, computed, self.patient_data.kind)


def _cell(printed: Mapping[str, str]) -> str:
    """Format one cell: "12 (63)", "59 (37–69)", a single value, or nothing."""
    if "median" in printed:
        return f"{printed['median']} ({printed['q1']}–{printed['q3']})"
    if "percent" in printed:
        return f"{printed['count']} ({printed['percent'].removesuffix('%')})"
    return printed.get("count") or printed.get("value", "")
