"""How much the synthetic cohorts can differ."""

from __future__ import annotations

from tisstats.chapters import another_cohort
from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.identifiability.cohorts_and_bounds import CohortsAndBounds
from tisstats.chapters.page import Interactive, described
from tisstats.chapters.result_facts import Facts, counted
from tisstats.figures.numbers import format_percent
from tisstats.printed import format_rounded
from tisstats.synthetic.diversity import Diversity, diversity
from tisstats.synthetic.run import REFERENCE_CANDIDATES


class CohortDiversity(CohortsAndBounds, PatientChapter):
    """The sections on the diversity of cohorts and on another cohort."""

    @described(
        {
            "cohorts": counted("Synthetic cohorts", "cohorts", origin="book"),
            "candidates": counted("Candidates for the reference cohort", "cohorts", origin="book"),
            "patients_changed": Facts(
                "{percentage}",
                "Patients whose profile differs from that in the next cohort",
                n="{self.matched_patients}",
            ),
            "visits_changed": Facts(
                "{percentage}",
                "Patients whose visits differ from those in the next cohort",
                n="{self.matched_patients}",
            ),
            "rank_correlation": Facts(
                "{correlation}",
                "Scores of a patient in one cohort and another",
                method="mean Spearman rank correlation",
                n="{self.cohorts}",
            ),
            "collapsed": Facts(
                "Of {count} unpublished*",
                "Unpublished quantities examined",
                "quantities",
                origin="book",
            ),
        },
        source="synthetic",
    )
    def diversity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on the diversity of cohorts."""
        differ = diversity(self.ensemble)
        return {
            "cohorts": str(differ.n_cohorts),
            "candidates": str(REFERENCE_CANDIDATES),
            "patients_changed": format_percent(differ.proportion_profiles_different),
            "visits_changed": format_percent(differ.proportion_visits_different),
            "rank_correlation": format_rounded(differ.score_rank_correlation, 2),
            "collapsed": describe_collapsed(differ),
        }

    @property
    def matched_patients(self) -> int:
        """Patients compared with the one of the same number in the next cohort."""
        return self.cohorts * self.analysed

    def another_cohort(self) -> Interactive:
        """Return the slider through the cohorts of the project's ensemble.

        It starts at the cohort of the page, if that is one of them, and otherwise at the first.
        """
        shown = another_cohort.cohort_series(
            self.ensemble, self.values, self.ranges, self.published
        )
        start = int(self.cohort) if self.cohort.strip().isdecimal() else 0
        return Interactive("another_cohort", {**shown, "start": start})


def describe_collapsed(differ: Diversity) -> str:
    """Describe how many unpublished quantities are identical in all cohorts, and what follows."""
    followed, cohorts = len(differ.quantities), str(differ.n_cohorts)
    start = f"Of {followed} unpublished quantities examined, "
    if not differ.constant_quantities:
        return (
            f"{start}none is the same in all {cohorts} cohorts; so none of these can be inferred "
            "from a single cohort. Others were not examined: some may be constant, because the "
            "printed numbers or an assumption fix them"
        )
    same = len(differ.constant_quantities)
    verb = "is" if same == 1 else "are"
    return (
        f"{start}{same} {verb} the same in all {cohorts} cohorts; the others "
        "cannot be inferred from a single cohort. More were not examined: some may be constant, "
        "because the printed numbers or an assumption fix them"
    )
