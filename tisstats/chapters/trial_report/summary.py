"""The first page: what was asked, how it was measured, who was followed, and what was found."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import WORDS
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.disposition import disposition_rows, later_deaths
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.sentences import capitalised, count_of, join_names
from tisstats.trial import study_wording
from tisstats.trial.flow import ArmFlow, ParticipantFlow, participant_flow


class Summary(TrialChapter):
    """The first page."""

    @cached_property
    def flow(self) -> ParticipantFlow:
        """The participants by arm."""
        return participant_flow(self.data)

    @table(
        "Design of the study, as its description declares it",
        origin="{self.label}",
        columns="the design in words",
    )
    def design(self) -> Rows:
        """Return the design, one row per choice."""
        study = self.study
        items = {
            "Question": study_wording.describe_question(study),
            "Arms": self._arms(),
            "Population": study_wording.describe_population(study),
            "Core set": study_wording.describe_core_set(study),
            "Scheduled weeks": study_wording.describe_weeks(study.visits),
            "Visit of a scheduled week": study_wording.describe_windows(study.visits),
            "Baseline": study_wording.describe_baseline(study.visits),
            "Primary endpoint": study_wording.describe_endpoint(study.endpoint),
            "Rescue medication and early stops": study_wording.describe_intercurrent_events(
                study.endpoint
            ),
            f"{self._outcome} left open by missing data": study_wording.describe_missing_scores(
                study.endpoint
            ),
            "Scales": self.scales(),
        }
        for item, description in items.items():
            yield {"Item": item, "Description": description}

    @property
    def _outcome(self) -> str:
        return capitalised(self.study.endpoint.words.noun)

    def _arms(self) -> str:
        reference = self.study.reference_arm if len(self.study.arms) > 1 else None
        return "; ".join(
            f"{label} (n={len(self.data.arm(name).patients)}"
            f"{', reference' if name == reference else ''})"
            for name, label in self.study.arms.items()
        )

    @table(
        "Participants by arm: n, and from “Analysed” onwards n (%) of the N analysed patients",
        origin="{self.label}",
        columns="in the table of participants of the page on patients",
    )
    def disposition(self) -> Rows:
        """Return the participants at each stage."""
        return disposition_rows(self.flow)

    @described(
        {
            **dict.fromkeys(
                (
                    "title",
                    "bottom_line",
                    "results",
                    "counted",
                    "response",
                    "direction",
                    "interval",
                    "missing",
                    "open_note",
                ),
                WORDS,
            )
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        primary = PrimaryEndpoint(self.cohort, self.mapping).numbers()
        of_primary = (
            "results",
            "counted",
            "response",
            "direction",
            "interval",
            "missing",
            "open_note",
        )
        return {
            "title": self.study.study.title,
            "bottom_line": self._bottom_line(),
            **{name: primary[name] for name in of_primary},
            "label": self.label,
        }

    def _bottom_line(self) -> str:
        """Describe who was analysed, followed and scored."""
        total = self.flow.total
        sentences = [
            f"{total.analysed} of the {count_of(total.recorded, 'patient')} in the table "
            f"{'was' if total.analysed == 1 else 'were'} analysed: "
            f"{join_names([f'{arm.analysed} in the arm {arm.label}' for arm in self.flow.arms])}.",
            f"{_completion(total)}{later_deaths(self.data)}",
            f"{count_of(total.visited, 'patient')} had a {self.flow.endpoint_visit}, and "
            f"{total.scored} of these a known score.",
        ]
        return " ".join(sentences)


def _completion(total: ArmFlow) -> str:
    if total.completed is None:
        return "Whether they completed the study is not recorded."
    completed = f"Of those analysed, {total.completed} completed the study"
    if total.ongoing:
        are = "is" if total.ongoing == 1 else "are"
        completed += f", {total.ongoing} {are} still in it"
    return f"{completed}, and {total.stopped_early} did not."
