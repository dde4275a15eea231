"""Every choice of the description of a study, and where it came from."""

from __future__ import annotations

from tisstats.chapters.page import Rows, table
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.trial.study import describe_key


class Choices(TrialChapter):
    """The chapter of choices."""

    @table("Choices of the description, by key, with what each means")
    def choices(self) -> Rows:
        """Return every choice of the description, one row per key."""
        for key, value in self.study.choices().items():
            yield {"Key": key, "Value": value, "Meaning": describe_key(key)}

    @table("Visits that are not used", origin="{self.label}")
    def not_used(self) -> Rows:
        """Return how many visits are left out, by reason."""
        counts = self.data.not_used or {"none": 0}
        for reason, number in counts.items():
            yield {"Reason": reason, "Visits": number}

    @table("Remarks on how the files were read, and on what is doubtful")
    def remarks(self) -> Rows:
        """Return how files were read where they are not plain CSV."""
        for remark in self.data.remarks or (
            "none: all files are plain CSV, and nothing is doubtful",
        ):
            yield {"Remark": remark}

    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        arms = len(self.study.arms)
        return {
            "title": self.study.study.title,
            "arms": f"{arms} arm" if arms == 1 else f"{arms} arms",
            "scales": self.scales(),
            "population": self.study.study.population,
        }
