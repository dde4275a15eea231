"""Chapter 7: places of the article that do not agree, and responders around the amendment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from tisstats.chapters.chapter import Chapter, picture
from tisstats.chapters.page import (
    DiscrepancySections,
    DiscrepancySummary,
    Picture,
    Rows,
    SummaryLine,
    table,
)
from tisstats.figures import amendment_splits
from tisstats.figures.numbers import low_to_high, percent, yes_no
from tisstats.lim2021.amendment import CONDITIONS, Counts, Split, condition, given, splits
from tisstats.lim2021.discrepancies.entries import Entries, Weight, read_entries, read_registry
from tisstats.printed import format_rounded, matches_print
from tisstats.proof import ProvenStatement
from tisstats.statistics import two_proportion_test
from tisstats.synthetic import Assumptions

#: Tests of two proportions, as a text names them.
_TEST_NAMES = {
    "fisher": "Fisher's exact test",
    "boschloo": "Boschloo's exact test",
    "chi-square": "chi-square test",
}


@dataclass(frozen=True)
class WhatDoesNotAddUp(Chapter):
    """The chapter on what does not add up, for one test of two proportions."""

    proportion_test: str  #: one of `tisstats.statistics.PROPORTION_TESTS`

    @cached_property
    def entries(self) -> Entries:
        """What does not add up, and what looks so and does."""
        return read_entries(self.published, read_registry())

    @cached_property
    def counts(self) -> Counts:
        """The printed counts that every split of the responders agrees with."""
        return Counts.read(self.published)

    @cached_property
    def splits(self) -> list[Split]:
        """The splits that all conditions leave, by the later patients who had gone."""
        return sorted(splits(self.counts))

    @cached_property
    def without_effect(self) -> list[str]:
        """Names of the conditions that leave the same splits when they are dropped."""
        return [name for name in CONDITIONS if sorted(splits(self.counts, [name])) == self.splits]

    @property
    def _plain(self) -> Split:
        """The split if no later patient had gone."""
        return next(split for split in self.splits if split.gone == 0)

    @property
    def _test_name(self) -> str:
        return _TEST_NAMES.get(self.proportion_test, self.proportion_test)

    def _pvalue(self, split: Split) -> str:
        counts = (split.before, self.counts.before, split.after, self.counts.after)
        return format_rounded(two_proportion_test(*counts, test=self.proportion_test).pvalue, 3)

    def _difference(self, split: Split) -> Fraction:
        after = Fraction(split.after, self.counts.after)
        return after - Fraction(split.before, self.counts.before)

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        counts, plain, last = self.counts, self._plain, self.splits[-1]
        first_visit, *_ = sorted(counts.first_seen)
        # Whoever responds after the decision week was waiting in it: an earlier patient, or
        # eligible.
        late = {week: n for week, n in counts.first_seen.items() if week > counts.decision_week}
        return {
            **self.facts("what_does_not_add_up"),
            "split": self._statement(),
            "before": counts.before,
            "after": counts.after,
            "plain_gone": plain.gone,
            "plain_before": plain.before,
            "plain_after": plain.after,
            "plain_late_weeks": ", ".join(map(str, late)),
            "plain_first_before": plain.before - sum(late.values()),
            "plain_p": self._pvalue(plain),
            "test_name": self._test_name,
            "proportion_test": self.proportion_test,
            "least_after": min(split.after for split in self.splits),
            "gone_most": last.gone,
            "even_gone": next(s.gone for s in self.splits if self._difference(s) <= 0),
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
            "idle_conditions": "; ".join(condition(name, counts) for name in self.without_effect)
            or "none",
            "synthetic_most": Assumptions().max_discontinued_after_amendment,
        }

    def _statement(self) -> ProvenStatement:
        """Return how the split depends on the later patients who had gone."""
        counts, first, last = self.counts, self.splits[0], self.splits[-1]
        ((least, most),) = {(s.before - s.gone, s.after + s.gone) for s in self.splits}
        return ProvenStatement(
            f"with k of the {counts.after} later patients gone without a response before week "
            f"{counts.decision_week}, {least} + k of the {counts.before} enrolled before the "
            f"amendment responded and {most} − k of the {counts.after} enrolled after it, "
            f"k being {first.gone} to {last.gone}",
            given(self.published, self.without_effect),
        )

    def summary(self) -> DiscrepancySummary:
        """Return the summary, the section on the amendment first."""
        counts, plain = self.counts, self._plain
        amendment = SummaryLine(
            "before-and-after-the-amendment",
            f"Before and after the amendment: {plain.before} of {counts.before} against "
            f"{plain.after} of {counts.after} responders in the plain reading",
            "Methods, Study design; Methods, Primary and secondary outcome measures; Results, "
            "Secondary outcomes",
            Weight.INTERPRETATION,
        )
        entries = (
            SummaryLine(entry.anchor, entry.title, entry.places, entry.weight)
            for entry in self.entries.discrepancies
        )
        return DiscrepancySummary((amendment, *entries))

    def split_figure(self) -> Picture:
        """Return the figure of the splits."""
        counts, rows = self.counts, []
        for split in self.splits:
            label = f"{split.gone or 'Nobody'} gone before week {counts.decision_week}"
            periods = (split.before, counts.before, split.after, counts.after)
            rows.append(amendment_splits.SplitRow(label, *periods))
        return picture(amendment_splits, rows)

    @table("Responders before and after the amendment, by the later patients who had gone")
    def split_table(self) -> Rows:
        """Return the splits, with the P value of the test."""
        counts = self.counts
        for split in self.splits:
            difference = percent(self._difference(split)).replace("-", "−")
            yield {
                f"Gone before week {counts.decision_week}, of the later {counts.after}": split.gone,
                "Responders before": f"{split.before} of {counts.before}",
                "Responders after": f"{split.after} of {counts.after}",
                "Difference, percentage points": difference,
                f"P ({self._test_name})": self._pvalue(split),
            }

    @table("What is left when one of the conditions is dropped", wide=True)
    def condition_table(self) -> Rows:
        """Return what is left of the splits when a condition is dropped.

        What is dropped without any effect is no condition of the proof: it stands last, and is
        named so.
        """
        words = {name: condition(name, self.counts) for name in CONDITIONS}
        yield self._relaxed("No condition", ())
        for name in CONDITIONS:
            if name not in self.without_effect:
                yield self._relaxed(words[name][0].upper() + words[name][1:], (name,))
        yield self._relaxed("Every condition", tuple(CONDITIONS))
        for name in self.without_effect:
            label = f"Not a condition: {words[name]}; without it nothing changes"
            yield self._relaxed(label, (name,))

    def _relaxed(self, label: str, dropped: Collection[str]) -> dict[str, str]:
        counts, found = self.counts, splits(self.counts, dropped)
        after = [split.after for split in found]
        low, high = min(after), max(after)
        plain = [split.after for split in found if split.gone == 0]
        return {
            "Dropped condition": label,
            "Responders after": f"{low} to {high} of {counts.after}",
            "Responders before": f"{counts.responders - high} to {counts.responders - low} "
            f"of {counts.before}",
            "After, if nobody had gone": (
                low_to_high(min(plain), max(plain)) if plain else "no such split"
            ),
        }

    def sections(self, weight: str) -> DiscrepancySections:
        """Return the entries of one weight, one section each.

        Parameters
        ----------
        weight
            Name of a `Weight`: ``interpretation``, ``definition`` or ``slip``.
        """
        kind = Weight[weight.upper()]
        return DiscrepancySections(
            [entry for entry in self.entries.discrepancies if entry.weight is kind]
        )

    @table("Share of patients with minimal improvement, by reading", folded=True)
    def shares(self) -> Rows:
        """Return the share of patients with minimal improvement, by every reading of it."""
        count = self.published.count
        minimal, lost = count("response.minimal"), count("response.minimal_lost")
        included, analysed = count("flow.included"), count("flow.analysed")
        printed = self.published.printed("claims.discussion.minimal_percent")
        patient = self.published.text("claims.discussion.excluded_patient")
        by_week = f"by week {count('design.primary_week')} as printed"
        readings = {0: by_week}
        readings |= {n: f"{by_week}, and {n} of the {lost} who lost it" for n in range(1, lost)}
        readings[lost] = "at any time"
        groups = (
            ("analysed", analysed, 0),
            ("included, the one left out not counted as improved", included, 0),
            ("included, the one left out counted as improved", included, included - analysed),
        )
        for (added, reading), (patients, of, left_out) in product(readings.items(), groups):
            improved = minimal + added + left_out
            share = Fraction(improved, of)
            same = yes_no(matches_print(100 * share, printed))
            if same == "yes" and of == included and not left_out:
                same = f"yes, but the discussion counts patient {patient}"
            yield {
                "Improvement": reading,
                "Patients": patients,
                "n of N": f"{improved} of {of}",
                "%": percent(share),
                "As printed": same,
            }

    @table("Looked at, and found to agree", wide=True)
    def agreements(self) -> Rows:
        """Return what looks as if it did not add up, and why it does."""
        for each in self.entries.agreements:
            yield {"What": each.what, "As printed": each.printed, "Why it agrees": each.why}
