"""Minimal improvement, and the percentage in the Discussion."""

from __future__ import annotations

from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import FigureItem, Rows, figure_item, table
from tisstats.chapters.result_facts import LABEL, WORDS, Facts
from tisstats.figures import course_bar
from tisstats.figures.numbers import format_percent, yes_no
from tisstats.lim2021.response import courses, minimal_improvement_counts


class MinimalImprovement(Chapter):
    """The section on minimal improvement."""

    @table(
        "Less stringent definition of the Discussion: counts derivable from the text",
        columns={
            "Denominator": LABEL,
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
                "Denominator": row["denominator"],
                "Patients, n/N (%)": f"{row['patients']}/{row['of']} ({percentage})",
                f"Rounds to {printed}%": yes_no(row["as_printed"]),
            }

    def courses(self) -> FigureItem:
        """Return the analysed patients by course."""
        return figure_item(
            course_bar,
            courses(self.published),
            source=f"{PUBLISHED}, Results, if the responders are among those with minimal "
            "improvement",
        )
