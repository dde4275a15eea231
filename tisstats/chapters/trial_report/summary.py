"""The first page: what was asked, how it was measured, what was found."""

from __future__ import annotations

from tisstats.chapters.page import Rows, table
from tisstats.chapters.trial_report.chapter import TrialChapter


class Summary(TrialChapter):
    """The first page."""

    @table("Design of the study ({self.label})")
    def design(self) -> Rows:
        """Return the design in a few rows."""
        study = self.study
        yield {"Item": "Arms", "Description": ", ".join(study.arms.values())}
        weeks = ", ".join(f"{week:g}" for week in study.visits.weeks)
        yield {"Item": "Scheduled weeks", "Description": weeks}

    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {"title": self.study.study.title}
