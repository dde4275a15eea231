"""What every synthetic cohort meets: constraints, assumptions and plausibility criteria."""

from __future__ import annotations

from tisstats.chapters import bound_tables
from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import COUNT_OF_ALL, PERCENTAGE, WORDS, Facts, counted
from tisstats.figures.numbers import format_confidence_level, of_all, yes_no
from tisstats.printed import format_rounded
from tisstats.synthetic import CONSTRAINTS
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.effect import N_COHORTS, read_effect
from tisstats.synthetic.effect import PERCENTILES as EFFECT_PERCENTILES
from tisstats.synthetic.plausibility import CRITERIA

#: Quantities whose spread is tabulated with and without the plausibility criteria, by the end of
#: their names.
_SHOWN = (
    "mean score at the end",
    "median score at the end",
    "major responders at the end",
    "responders with DM",
    "responders with IMNM",
    ": mean change",
    "correlation of change, PhGA with MMT",
    "correlation at baseline, MMT with HAQ",
)


class Constraints(PatientChapter):
    """The section on synthetic data that reproduce the published numbers."""

    @described(
        {
            "constraints": counted("Constraints on a cohort", "constraints", origin="book"),
            "uncovered": counted(
                "Printed numbers that no constraint covers", "numbers", origin="book"
            ),
            "numbers": counted(
                "Published numbers compared with the patients", "numbers", origin="book"
            ),
            "numbers_hold": counted(
                "Published numbers that the patients meet", "numbers", origin="book"
            ),
            "statements": counted(
                "Published statements compared with the patients", "statements", origin="book"
            ),
            "statements_hold": counted(
                "Published statements that the patients meet", "statements", origin="book"
            ),
            "numbers_agree": Facts(
                COUNT_OF_ALL, "Published numbers that the patients meet", "numbers", origin="book"
            ),
            "statements_agree": Facts(
                COUNT_OF_ALL,
                "Published statements that the patients meet",
                "statements",
                origin="book",
            ),
            "entries": counted(
                "Published numbers of the constraints, with repetitions", "numbers", origin="book"
            ),
            "named": counted("Published numbers of the constraints", "numbers", origin="book"),
            "named_twice": counted(
                "Published numbers of several constraints", "numbers", origin="book"
            ),
            "named_and_checked": counted(
                "Published numbers of the constraints that are checked too",
                "numbers",
                origin="book",
            ),
            "percentages": counted(
                "Percentages checked that no constraint names", "numbers", origin="book"
            ),
            "marks": counted("Marks of significance among the constraints", "marks", origin="book"),
            "criteria": counted(
                "Criteria of design among the constraints", "criteria", origin="book"
            ),
        }
    )
    def check_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on constraints and checks."""
        listed = [address for each in CONSTRAINTS for address in each.addresses]
        named = set(listed)
        checked = {finding.name for finding in self.report if finding.kind == "number"}
        counts = self.report.counts()
        return {
            "constraints": len(CONSTRAINTS),
            "rows_name": self.patient_data.name,
            **counts,
            "numbers_agree": of_all(counts["numbers_hold"], counts["numbers"]),
            "statements_agree": of_all(counts["statements_hold"], counts["statements"]),
            "entries": len(listed),
            "named": len(named),
            "named_twice": len(listed) - len(named),
            "named_and_checked": len(named & checked),
            "percentages": sum(name.endswith(".percent") for name in checked - named),
            "marks": sum(name.startswith("significance.") for name in named - checked),
            "criteria": sum(name.startswith("design.") for name in named - checked),
        }

    @table(
        "Constraints on every cohort, with their place in the article",
        collapsed=True,
        columns="rules in words, with their place in the code",
        in_files=("Tested at", "Enforced at", "Code name"),
    )
    def constraints(self) -> Rows:
        """Return the constraints on a cohort, and their place in the article.

        The files of the table also have the lines of code.
        """
        for each in CONSTRAINTS:
            yield {
                "Requirement": each.requirement,
                "Place in the article": each.place,
                "Facts covered": len(each.addresses),
                "Tested at": each.tested_at,
                "Enforced at": each.enforced_at,
                "Code name": each.name,
            }

    @table(
        "Assumptions beyond the published numbers",
        collapsed=True,
        columns="assumptions in words",
    )
    def assumptions(self, assumptions: Assumptions | None = None) -> Rows:
        """Return the assumptions beyond the published numbers."""
        for each in (assumptions or Assumptions()).to_list():
            yield {
                "Assumption": each.statement,
                "Value": each.value,
                "Reason": each.reason,
                "Adjustable": yes_no(each.adjustable),
                "Effect of dropping it": each.if_dropped or "–",
                "Code name": each.name,
            }

    @property
    def effect_cohorts(self) -> int:
        """Number of cohorts that show the effect of the criteria."""
        return N_COHORTS

    @table(
        "Plausibility criteria (ours), and percentage of synthetic cohorts meeting each",
        collapsed=True,
        columns={
            "*, %": Facts(PERCENTAGE, "Cohorts meeting it", n="{self.effect_cohorts}"),
            "*": WORDS,
        },
        source="synthetic",
    )
    def plausibility(self) -> Rows:
        """Return the plausibility criteria, and the percentage of cohorts meeting each."""
        effect = read_effect()
        percentages = effect[effect["of"] == "criterion"].set_index("name")
        met, without = (
            percentages[f"{kind}_median"].astype(float).map(lambda value: format_rounded(value, 0))
            for kind in ("with", "without")
        )
        for each in CRITERIA:
            yield {
                "Criterion": each.requirement,
                "Kind": each.kind,
                "Source": each.source,
                "Cohorts meeting it, generated with the criteria, %": met[each.name],
                "Generated without, %": without[each.name],
                "Name": each.name.replace("_", " "),
            }

    @table(
        "Effect of the criteria: spread of synthetic cohorts with and without them",
        collapsed=True,
        columns={
            "Quantity": WORDS,
            "*": Facts(
                "{median} ({lower percentile} to {upper percentile})",
                unit="@row unit",
                method="percentiles as in the column's label",
                n="{self.effect_cohorts}",
            ),
        },
        source="synthetic",
    )
    def plausibility_effect(self) -> Rows:
        """Return the spread of selected quantities with and without the criteria."""
        low, high = (f"{format_confidence_level(EFFECT_PERCENTILES[p])}%" for p in ("p05", "p95"))
        effect = read_effect()
        shown = (effect["of"] == "quantity") & effect["name"].str.endswith(_SHOWN)
        for row in effect[shown].to_dict("records"):
            yield {
                "Quantity": f"{row['name']}, {row['unit']}",
                f"With the criteria: median ({low} to {high})": _format_spread(row, "with"),
                "Without": _format_spread(row, "without"),
            }


def _format_spread(row: bound_tables.Row, kind: str) -> str:
    """Format median and spread of a quantity, with decimals by its size."""
    values = [float(row[f"{kind}_{place}"]) for place in ("p05", "median", "p95")]
    size = max(abs(values[0]), abs(values[2]))
    decimals = 2 if size < 3 else 1 if size < 100 else 0
    low, middle, high = (format_rounded(each, decimals).replace("-", "−") for each in values)
    return f"{middle} ({low} to {high})"
