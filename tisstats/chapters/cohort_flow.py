"""Chapter 2: the patients from screening to analysis, and the arithmetic of Table 1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.chapters.cells import yes_no
from tisstats.chapters.chapter import PatientChapter, picture
from tisstats.chapters.page import Picture, Table
from tisstats.figures import flow_diagram
from tisstats.lim2021 import table1
from tisstats.lim2021.cohort_check.compare_with_print import compare_with_print
from tisstats.lim2021.flow import Flow, study_flow, subtypes
from tisstats.printed import Rule
from tisstats.trial import summaries

#: Published facts of the prose: name there, and address.
_FACTS = {
    "included_dm": "flow.included_dm",
    "analysed_dm": "table1.patients.dm.n",
    "cancer_years": "design.cancer_window_years",
    "cancer_printed": "table1.cancer.all.count",
    "cancer_found": "safety.ovarian_cancer",
    "msa": "flow.msa_positive",
    "maa": "flow.maa_only",
    "none": "flow.no_antibodies",
}

#: Counts of the flow that the prose names as the flow does.
_COUNTS = ("screened", "included", "not_included", "reasons_listed", "analysed")


@dataclass(frozen=True)
class CohortFlow(PatientChapter):
    """The chapter on the patients, for one reading of reasons and one rule of rounding."""

    reasons_may_overlap: bool  #: whether one patient may have several reasons not to be included
    rounding_rule: Rule  #: how Table 1 is taken to be rounded
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def flow(self) -> Flow:
        """The patients from screening to the end of the study."""
        return study_flow(self.published, reasons_may_overlap=self.reasons_may_overlap)

    @cached_property
    def percentages(self) -> pd.DataFrame:
        """The percentages of Table 1 by the chosen rule."""
        return table1.percentages(self.published, rule=self.rounding_rule)

    @cached_property
    def row_sums(self) -> pd.DataFrame:
        """The rows of Table 1 added over the subtypes."""
        return table1.row_sums(self.published)

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        flow, half_even = self.flow, table1.percentages(self.published, rule="half-even")
        antibodies = sum(self.published.count(_FACTS[name]) for name in ("msa", "maa", "none"))
        return {
            **{name: getattr(flow, name) for name in _COUNTS},
            "unlisted": flow.without_listed_reason,
            "several": flow.with_several_listed_reasons,
            "overlap": "may have" if self.reasons_may_overlap else "is taken not to have",
            "excluded": flow.excluded_from_analysis,
            **self.facts(_FACTS),
            "rounding_rule": self.rounding_rule,
            "percentages": len(self.percentages),
            "percentages_equal": self.percentages["equal"].sum(),
            "half_even_off": (~half_even["equal"]).sum(),
            "sums": len(self.row_sums),
            "sums_equal": self.row_sums["equal"].sum(),
            "sums_single": (self.row_sums["terms"] == 1).sum(),
            "antibodies_total": antibodies,
            **self.agreement("table1"),
        }

    def diagram(self) -> Picture:
        """Return the flow of patients."""
        return picture(flow_diagram, self.flow)

    def subtypes(self) -> Table:
        """Return the patients by subtype."""
        frame = subtypes(self.published).set_axis(
            ["Subtype", "Included", "Analysed", "Left out"], axis=1
        )
        return Table(frame, "Patients by subtype, included and analysed")

    def table1(self) -> Table:
        """Return Table 1: median (first to third quartile) or count (%), sizes in the heads."""
        printed: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for fact in self.published.tables["table1"].to_dict("records"):
            cell = printed[fact["characteristic"], fact["group"]]
            cell[fact["statistic"]] = fact["printed"]
        heads = {
            group: f"{label} (N={self.published.text(f'table1.patients.{group}.n')})"
            for group, label in table1.GROUPS.items()
        }
        frame = pd.DataFrame(
            {"Characteristic": label}
            | {head: _cell(printed[characteristic, group]) for group, head in heads.items()}
            for characteristic, label in table1.CHARACTERISTICS.items()
        )
        return Table(frame, "Table 1 of the article, baseline characteristics", wide=True)

    def percentages_of_dermatomyositis(self) -> Table:
        """Return the percentages of eighths, some of which end in a half."""
        shares = self.percentages[self.percentages["of"] % 8 == 0]
        frame = pd.DataFrame(
            {
                "Characteristic": shares["characteristic"],
                "Group": shares["group"],
                "n of N": shares["count"].astype(str) + " of " + shares["of"].astype(str),
                "Printed": shares["printed"],
                "Computed": shares["computed"],
                "Equal": shares["equal"].map(yes_no),
            }
        )
        caption = "Percentages of the patients with dermatomyositis, some of which end in a half"
        return Table(frame, caption)

    def sums(self) -> Table:
        """Return the rows of Table 1 added over the subtypes."""
        sums = self.row_sums
        frame = pd.DataFrame(
            {
                "Row": sums["characteristic"],
                "Subtypes": sums["parts"],
                "Sum": sums["sum"],
                "Printed total": sums["total"],
                "Equal": sums["equal"].map(yes_no),
            }
        )
        return Table(frame, "Rows of Table 1 that print a total and a number for a subtype")

    def compared(self) -> Table:
        """Return Table 1 as printed and from these patients."""
        return Table(
            compare_with_print(
                self.table1().frame, summaries.table1(self.rows.trial), self.rows.kind
            ),
            f"Table 1, published and computed. {self.rows.stamp}",
            wide=True,
        )


def _cell(printed: Mapping[str, str]) -> str:
    """Format one cell: "12 (63)", "59 (37–69)", the one value, or nothing."""
    if "median" in printed:
        return f"{printed['median']} ({printed['q1']}–{printed['q3']})"
    if "percent" in printed:
        return f"{printed['count']} ({printed['percent'].removesuffix('%')})"
    return printed.get("count") or printed.get("value", "")
