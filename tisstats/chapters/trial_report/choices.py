"""Every choice of the description of a study, and where it came from."""

from __future__ import annotations

from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import WORDS, Facts, counted
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.sentences import count_of
from tisstats.trial.study_schema import describe_key


class Choices(TrialChapter):
    """The chapter of choices."""

    @table(
        "Choices of the description, by key, with what each means",
        columns="choices in words",
    )
    def choices(self) -> Rows:
        """Return every choice of the description, one row per key."""
        for key, value in self.study.choices().items():
            yield {"Key": key, "Value": value, "Meaning": describe_key(key)}

    @table(
        "Visits that are not used",
        origin="{self.label}",
        columns={"Reason": WORDS, "Visits": counted("Visits that are not used", "visits")},
    )
    def not_used(self) -> Rows:
        """Return how many visits are left out, by reason."""
        counts = self.data.not_used or {"none": 0}
        for reason, number in counts.items():
            yield {"Reason": reason, "Visits": number}

    @table(
        "Remarks on how the files were read, and on what is doubtful",
        columns="remarks in words",
    )
    def remarks(self) -> Rows:
        """Return how files were read where they are not plain CSV."""
        for remark in self.data.published_remarks or (
            "none: all files are plain CSV, and the checks found nothing doubtful",
        ):
            yield {"Remark": remark}

    @described(
        {
            "title": WORDS,
            "arms": Facts("{count} *", "Arms of the study", "arms"),
            "scales": WORDS,
            "core_set": WORDS,
        },
        source="chosen",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        arms = len(self.study.arms)
        return {
            "title": self.study.study.title,
            "arms": count_of(arms, "arm"),
            "scales": self.scales(),
            "population": self.study.study.population,
            "core_set": self.study.core_set.upper(),
        }
