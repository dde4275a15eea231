"""Chapter 7: discrepancies in the article, and responders before and after the amendment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import (
    DiscrepancySections,
    DiscrepancySummary,
    FigureItem,
    Rows,
    SummaryLine,
    described,
    figure_item,
    table,
)
from tisstats.chapters.result_facts import (
    COUNT_OF,
    LABEL,
    PERCENTAGE,
    RANGE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import amendment_splits
from tisstats.figures.numbers import format_percent, format_range, yes_no
from tisstats.lim2021.amendment import (
    CONDITIONS,
    Counts,
    ResponderSplit,
    all_conditions,
    format_condition,
    splits,
)
from tisstats.lim2021.discrepancies.entries import Entries, Importance, read_entries, read_registry
from tisstats.printed import format_rounded, matches_print
from tisstats.sentences import capitalised
from tisstats.statistics import two_proportion_test
from tisstats.synthetic import Assumptions

#: Tests of two proportions, by name in a sentence.
_TEST_NAMES = {
    "fisher": "Fisher's exact test",
    "boschloo": "Boschloo's exact test",
    "barnard": "Barnard's exact test",
    "chi-square": "chi-square test",
}


@dataclass(frozen=True)
class Discrepancies(Chapter):
    """Chapter 7 for one test of two proportions."""

    proportion_test: str  #: one of `tisstats.statistics.PROPORTION_TESTS`

    @cached_property
    def entries(self) -> Entries:
        """The discrepancies, and apparent discrepancies that resolve."""
        return read_entries(self.published, read_registry())

    @cached_property
    def counts(self) -> Counts:
        """The printed counts that every split of the responders must match."""
        return Counts.read(self.published)

    @cached_property
    def splits(self) -> list[ResponderSplit]:
        """The splits consistent with all conditions, by number of early stops."""
        return sorted(splits(self.counts))

    @cached_property
    def redundant_conditions(self) -> list[str]:
        """Names of the conditions whose dropping does not change the splits."""
        return [name for name in CONDITIONS if sorted(splits(self.counts, [name])) == self.splits]

    @property
    def _base_split(self) -> ResponderSplit:
        """The split if no later patient had stopped before the decision week."""
        return next(split for split in self.splits if split.stopped == 0)

    @property
    def _test_name(self) -> str:
        return _TEST_NAMES[self.proportion_test]

    def _pvalue(self, split: ResponderSplit) -> str:
        counts = (split.before, self.counts.before, split.after, self.counts.after)
        return format_rounded(two_proportion_test(*counts, test=self.proportion_test).pvalue, 3)

    def _difference(self, split: ResponderSplit) -> Fraction:
        return Fraction(split.after, self.counts.after) - Fraction(split.before, self.counts.before)

    @described(
        {
            "split_given": WORDS,
            "before": counted("Analysed patients enrolled before the amendment"),
            "after": counted("Analysed patients enrolled after the amendment"),
            "plain_gone": counted(
                "Later patients who had stopped before the decision week, first split"
            ),
            "plain_before": counted("Responders before the amendment, first split"),
            "plain_after": counted("Responders after the amendment, first split"),
            "plain_late_weeks": WORDS,
            "plain_first_before": counted(
                "Responders before the amendment by the decision week, first split"
            ),
            "plain_p": Facts(
                "{P value}",
                "Responders before and after the amendment, first split",
                method="{self._test_name}, two-sided",
                n="{self.analysed}",
            ),
            "least_after": Facts(
                "{minimum}", "Responders after the amendment, over all splits", "patients"
            ),
            "gone_most": Facts(
                "{maximum}", "Later patients who had stopped before the decision week", "patients"
            ),
            "even_gone": Facts(
                "{minimum}",
                "Later patients who had stopped with no more responders after than before",
                "patients",
            ),
            "by_first_visit": counted("Responders by the first visit", origin="published"),
            "first_visit": stated("First visit after treatment", "week", "published"),
            "split_responders": counted("Responders", origin="published"),
            "decision_week": stated(
                "Week of the decision on the amended regimen", "week", "published"
            ),
            "split_eligible": counted("Patients eligible for the amended regimen"),
            "split_lost": counted("Patients who improved minimally and lost it"),
            "split_others": counted("Other patients without a response"),
            "splits_left": counted("Splits that meet all conditions", "splits"),
            "splits_other": counted("Splits but for the first", "splits"),
            "last_before": counted("Responders before the amendment, last split"),
            "last_after": counted("Responders after the amendment, last split"),
            "idle_conditions": WORDS,
            "entries": counted("Statements that disagree", "entries"),
            "entries_interpretation": counted(
                "Statements that disagree and are relevant for interpretation", "entries"
            ),
            "synthetic_most": Facts(
                "{maximum}",
                "Later patients who had stopped in the synthetic cohorts",
                "patients",
                origin="chosen",
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        counts, plain, last = self.counts, self._base_split, self.splits[-1]
        first_visit, *_ = sorted(counts.first_seen)
        # A patient who responds after the decision week had not responded by then: either enrolled
        # before the amendment, or eligible.
        late = {week: n for week, n in counts.first_seen.items() if week > counts.decision_week}
        return {
            **self.facts("discrepancies"),
            "split_given": "; ".join(all_conditions(self.published, self.redundant_conditions)),
            "before": counts.before,
            "after": counts.after,
            "plain_gone": plain.stopped,
            "plain_before": plain.before,
            "plain_after": plain.after,
            "plain_late_weeks": ", ".join(map(str, late)),
            "plain_first_before": plain.before - sum(late.values()),
            "plain_p": self._pvalue(plain),
            "test_name": self._test_name,
            "proportion_test": self.proportion_test,
            "least_after": min(split.after for split in self.splits),
            "gone_most": last.stopped,
            "even_gone": next(s.stopped for s in self.splits if self._difference(s) <= 0),
            "by_first_visit": counts.first_seen[first_visit],
            "first_visit": first_visit,
            "split_responders": counts.responders,
            "decision_week": counts.decision_week,
            "split_eligible": counts.eligible,
            "split_lost": counts.lost,
            "split_others": counts.non_responders - counts.eligible - counts.lost,
            "splits_left": len(self.splits),
            "splits_other": len(self.splits) - 1,
            "last_before": last.before,
            "last_after": last.after,
            "idle_conditions": "; ".join(
                format_condition(name, counts) for name in self.redundant_conditions
            )
            or "none",
            "entries": len(self.summary().lines),
            "entries_interpretation": sum(
                line.importance is Importance.INTERPRETATION for line in self.summary().lines
            ),
            "synthetic_most": Assumptions().max_discontinued_after_amendment,
        }

    def summary(self) -> DiscrepancySummary:
        """Return the summary, the section on the amendment first."""
        counts, plain, last = self.counts, self._base_split, self.splits[-1]
        amendment = SummaryLine(
            "before-and-after-the-amendment",
            f"Responders before and after the amendment: not reported; from {plain.before} of "
            f"{counts.before} against {plain.after} of {counts.after} to {last.before} against "
            f"{last.after} are possible under stated conditions",
            "Methods, Study design; Methods, Primary and secondary outcome measures; Results, "
            "Secondary outcomes",
            Importance.INTERPRETATION,
        )
        entries = (
            SummaryLine(entry.anchor, entry.title, entry.locations, entry.importance)
            for entry in self.entries.discrepancies
        )
        return DiscrepancySummary((amendment, *entries))

    def split_figure(self) -> FigureItem:
        """Return the figure of the splits."""
        counts, rows = self.counts, []
        for split in self.splits:
            who = f"{split.stopped} of the later {counts.after}"
            label = f"{who} stopped before week {counts.decision_week}"
            periods = (split.before, counts.before, split.after, counts.after)
            rows.append(amendment_splits.SplitRow(label, *periods))
        return figure_item(
            amendment_splits, rows, source=f"{PUBLISHED}, counts in the text; splits computed"
        )

    @table(
        "Responders before and after the amendment, by number of later patients who had stopped",
        columns={
            "Stopped*": LABEL,
            "Responders*": Facts(COUNT_OF, unit="patients"),
            "Difference*": Facts(
                "{difference}",
                "Responders after minus before",
                "percentage points",
                n="{self.analysed}",
            ),
            "P (*": Facts(
                "{P value}", "P", method="{self._test_name}, two-sided", n="{self.analysed}"
            ),
        },
    )
    def split_table(self) -> Rows:
        """Return the splits, with the P value of the test."""
        counts = self.counts
        for split in self.splits:
            difference = format_percent(self._difference(split)).replace("-", "−")
            yield {
                f"Stopped before week {counts.decision_week}, of the later {counts.after}": (
                    split.stopped
                ),
                "Responders before": f"{split.before} of {counts.before}",
                "Responders after": f"{split.after} of {counts.after}",
                "Difference, percentage points": difference,
                f"P ({self._test_name}, two-sided)": self._pvalue(split),
            }

    @table(
        "Possible splits when one condition is dropped",
        columns={
            "*none had stopped": Facts(RANGE + " | {count}", unit="patients"),
            "Responders*": Facts("{minimum} to {maximum} of {denominator}", unit="patients"),
            "*": WORDS,
        },
    )
    def condition_table(self) -> Rows:
        """Return the possible splits when a condition is dropped.

        Redundant conditions are not conditions of the proof; they come last, marked as not needed.
        """
        words = {name: format_condition(name, self.counts) for name in CONDITIONS}
        yield self._relaxed("None dropped", ())
        for name in CONDITIONS:
            if name not in self.redundant_conditions:
                yield self._relaxed(capitalised(words[name]), (name,))
        yield self._relaxed("All dropped", tuple(CONDITIONS))
        for name in self.redundant_conditions:
            yield self._relaxed(f"Not needed: {words[name]} (dropping it changes nothing)", (name,))

    def _relaxed(self, label: str, dropped: Collection[str]) -> dict[str, str]:
        counts, found = self.counts, splits(self.counts, dropped)
        after = [split.after for split in found]
        low, high = min(after), max(after)
        plain = [split.after for split in found if split.stopped == 0]
        return {
            "Dropped condition": label,
            "Responders after": f"{low} to {high} of {counts.after}",
            "Responders before": f"{counts.responders - high} to {counts.responders - low} "
            f"of {counts.before}",
            "Responders after, if none had stopped": (
                format_range(min(plain), max(plain)) if plain else "none"
            ),
        }

    def sections(self, importance: str) -> DiscrepancySections:
        """Return the entries of one importance, one section each.

        Parameters
        ----------
        importance
            Name of an `Importance`: ``interpretation``, ``definition`` or ``slip``.
        """
        kind = Importance[importance.upper()]
        return DiscrepancySections(
            [entry for entry in self.entries.discrepancies if entry.importance is kind]
        )

    @table(
        "Proportion of patients with minimal improvement, by interpretation",
        collapsed=True,
        columns={
            "Patients": LABEL,
            "n of N": Facts(COUNT_OF, "Improved", "patients"),
            "%": Facts(PERCENTAGE, "Improved", n="@n of N"),
            "*": WORDS,
        },
    )
    def minimal_improvement(self) -> Rows:
        """Return the proportion with minimal improvement, under each interpretation."""
        count = self.published.count
        minimal, lost = count("response.minimal"), count("response.minimal_lost")
        included, analysed = count("flow.included"), count("flow.analysed")
        printed = self.published.printed("claims.discussion.minimal_percent")
        patient = self.published.text("claims.discussion.excluded_patient")
        by_week = f"by week {count('design.primary_week')} as printed"
        interpretations = {0: by_week}
        interpretations |= {
            n: f"{by_week}, and {n} of the {lost} who lost it" for n in range(1, lost)
        }
        interpretations[lost] = "at any time"
        groups = (
            ("analysed", analysed, 0),
            ("all included, excluded patient counted as not improved", included, 0),
            ("all included, excluded patient counted as improved", included, included - analysed),
        )
        for (added, interpretation), (patients, total, excluded) in product(
            interpretations.items(), groups
        ):
            improved = minimal + added + excluded
            proportion = Fraction(improved, total)
            same = yes_no(matches_print(100 * proportion, printed))
            if same == "yes" and total == included and not excluded:
                same = f"yes, but the Discussion counts patient {patient}"
            yield {
                "Improvement": interpretation,
                "Patients": patients,
                "n of N": f"{improved} of {total}",
                "%": format_percent(proportion),
                "As printed": same,
            }

    @table(
        "Apparent inconsistencies and what can explain them",
        columns="explanations in words",
    )
    def apparent_discrepancies(self) -> Rows:
        """Return the apparent discrepancies, each with its explanation."""
        for each in self.entries.apparent_discrepancies:
            yield {"Topic": each.topic, "As printed": each.printed, "Explanation": each.explanation}
