"""Table 2 as printed, and its changes in per cent of the range of each measure."""

from __future__ import annotations

from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import FigureItem, Rows, figure_item, table
from tisstats.chapters.result_facts import QUARTILES, WORDS, Facts
from tisstats.figures import range_forest
from tisstats.figures.numbers import format_printed_quartiles, quantile_rule_in_words
from tisstats.lim2021.scales import SCALES
from tisstats.printed import to_fraction

#: What the columns of Table 2 are.
_TABLE2 = {
    "Outcome measure": WORDS,
    "P": Facts(
        "{P value}",
        method="two-sided signed-rank test as printed, exact or asymptotic not stated",
        n="{self.analysed}",
    ),
    "*": Facts(
        QUARTILES,
        unit="@row unit",
        method="as printed, definition not stated",
        n="{self.analysed}",
    ),
}

#: The psoas was not measured in one patient, as the footnote of Table 2 implies.
PSOAS = {"*psoas*": Facts(n="{self.analysed_psoas}")}


class Table2(Chapter):
    """The section on Table 2, and what the sections on its numbers share."""

    quantile_definition: str  #: assumed definition of the article's quartiles

    @property
    def rule_in_words(self) -> str:
        """The definition of quartiles, in words."""
        return quantile_rule_in_words(self.quantile_definition)

    @property
    def analysed_psoas(self) -> int:
        """Number of patients with both values of the psoas."""
        return self.analysed - self.published.count("flow.psoas_missing")

    @table(
        "Table 2 of the article, outcome measures",
        columns=_TABLE2,
        rows=PSOAS,
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
        "quartile), positive for improvement. Assumed ranges are marked",
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


def _printed_p(text: str) -> str:
    """Write a printed P value with its sign: ``P < 0.01``, ``P = 0.03``."""
    return f"P {text}" if text.startswith("<") else f"P = {text}"
