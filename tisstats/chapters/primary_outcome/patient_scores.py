"""The scores of the patients over time, and the best of each."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.page import FigureItem, Table, described, figure_item
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.result_facts import COUNT_OF, WORDS, Facts, counted
from tisstats.figures import score_courses
from tisstats.lim2021.response import response_count
from tisstats.trial import summaries


class PatientScores(PatientChapter):
    """The section on the scores of patient-level data."""

    threshold: int  #: minimum Total Improvement Score of a responder, points
    horizon_week: int  #: week by which the score must be reached

    @cached_property
    def courses(self) -> list[score_courses.ScoreCourse]:
        """The scores of these patients over time."""
        table = summaries.score_courses(self.analysis)
        patients = self.analysis.patients
        late = patients.loc[patients["end_week"] > self.horizon_week, "patient_id"]
        # Who stopped after the horizon had not stopped by the last visit shown.
        stopped = table["ended_early"] & ~table["patient_id"].isin(late)
        return score_courses.courses_from_table(table.assign(ended_early=stopped))

    @described(
        {
            "rows_stamp": WORDS,
            "rows_responders": counted(
                "Responders among these patients", origin="{self.patient_data.kind}"
            ),
            "rows_patients": counted(
                "Patients whose courses are shown", origin="{self.patient_data.kind}"
            ),
            "article_reached": Facts(
                COUNT_OF + " | {count} of {denominator} with*",
                "Patients who reached the chosen score",
                "patients",
            ),
        }
    )
    def patient_numbers(self) -> dict[str, object]:
        """Return the numbers on these patients, and on those of the article."""
        return {
            "rows_stamp": self.patient_data.label,
            "rows_responders": sum(each.responder is True for each in self.courses),
            "rows_patients": len(self.courses),
            "article_reached": self._describe_article_reached(),
        }

    def _describe_article_reached(self) -> str:
        """Return how many analysed patients of the article reached the chosen score, in words."""
        lost = self.published.text("response.minimal_lost")
        count = response_count(self.published, threshold=self.threshold, by_week=self.horizon_week)
        reached = f"{count.responders} of {count.patients}"
        if self.threshold == self.published.count("design.responder_score"):
            return reached
        return f"{reached} with such a score by week {count.week}, and {lost} more who had lost it"

    def score_by_week(self) -> FigureItem:
        """Return the scores of these patients over time."""
        return figure_item(
            score_courses,
            self.courses,
            threshold=self.threshold,
            horizon_week=self.horizon_week,
            stamp=self.patient_data.label,
        )

    def waterfall(self) -> FigureItem:
        """Return the best score of each of these patients, by subtype."""
        return self._by_subtype().waterfall(self.threshold)

    def best_scores(self) -> Table:
        """Return what the figure of the best scores shows."""
        return self._by_subtype().best_table()

    def _by_subtype(self) -> PatientFigures:
        return PatientFigures.by_group(self.analysis, self.patient_data.label)
