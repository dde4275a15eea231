"""What the page shows of the responders before and after the amendment."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.amendment import CONDITIONS, Counts, Split, condition, given, splits
from tisstats.lim2021.discrepancies.discrepancy import Weight
from tisstats.printed import as_printed
from tisstats.proof import Proof
from tisstats.statistics import two_proportion_test

#: Tests of two proportions, as one writes them.
TEST_NAMES = {
    "fisher": "Fisher's exact test",
    "boschloo": "Boschloo's exact test",
    "chi-square": "chi-square test",
}


def numbers(published: Published, *, test: str = "fisher") -> dict[str, object]:
    """Return the numbers of the section under the names that the prose uses.

    Parameters
    ----------
    published
        The published facts.
    test
        One of `tisstats.statistics.PROPORTION_TESTS`.
    """
    counts = Counts.read(published)
    found = sorted(splits(counts))
    idle = [name for name in CONDITIONS if splits(counts, [name]) == set(found)]
    plain = next(split for split in found if split.gone == 0)
    relation = {(split.before - split.gone, split.after + split.gone) for split in found}
    ((least, most),) = relation
    by_first = counts.first_seen[min(counts.first_seen)]
    # Whoever responds after the decision week was waiting in it: an earlier patient, or eligible.
    late = {week: n for week, n in counts.first_seen.items() if week > counts.decision_week}
    proof = Proof(
        f"with k of the {counts.after} later patients gone without a response before week "
        f"{counts.decision_week}, {least} + k of the {counts.before} enrolled before the amendment "
        f"responded and {most} − k of the {counts.after} enrolled after it, "
        f"k being {found[0].gone} to {found[-1].gone}",
        given(published, idle),
    )
    return {
        "split": proof,
        "enrolled": published.count("design.enrolled_before_amendment"),
        "excluded_patient": published.count("flow.excluded_patient"),
        "below": published.count("design.amended_below_score"),
        "before": counts.before,
        "after": counts.after,
        "plain_gone": plain.gone,
        "least_after": min(split.after for split in found),
        "plain_before": plain.before,
        "plain_after": plain.after,
        "plain_late_weeks": ", ".join(map(str, late)),
        "plain_first_before": plain.before - sum(late.values()),
        "added_patient": published.text("claims.discussion.added_patient"),
        "plain_p": as_printed(_pvalue(plain, counts, test), 3),
        "test_name": TEST_NAMES.get(test, test),
        "gone_most": found[-1].gone,
        "even_gone": next(s.gone for s in found if _difference(s, counts) <= 0),
        "by_first_visit": by_first,
        "first_visit": min(counts.first_seen),
        "split_responders": counts.responders,
        "decision_week": counts.decision_week,
        "split_eligible": counts.eligible,
        "split_continued": counts.eligible - counts.eligible_stopped,
        "split_lost": counts.lost,
        "split_others": counts.non_responders - counts.eligible - counts.lost,
        "splits_left": len(found),
        "splits_other": len(found) - 1,
        "last_before": found[-1].before,
        "last_after": found[-1].after,
        "idle_conditions": "; ".join(condition(name, counts) for name in idle) or "none",
    }


def _pvalue(split: Split, counts: Counts, test: str) -> float:
    return two_proportion_test(
        split.before, counts.before, split.after, counts.after, test=test
    ).pvalue


def _difference(split: Split, counts: Counts) -> float:
    return split.after / counts.after - split.before / counts.before


def split_table(published: Published, *, test: str = "fisher") -> pd.DataFrame:
    """Tabulate the splits that all conditions leave, with the P value of a test."""
    counts = Counts.read(published)
    return pd.DataFrame(
        [
            {
                f"Gone before week {counts.decision_week}, of the later {counts.after}": split.gone,
                "Responders before": f"{split.before} of {counts.before}",
                "Responders after": f"{split.after} of {counts.after}",
                "Difference, percentage points": as_printed(
                    100 * _difference(split, counts), 1
                ).replace("-", "−"),
                f"P ({TEST_NAMES.get(test, test)})": as_printed(_pvalue(split, counts, test), 3),
            }
            for split in sorted(splits(counts))
        ]
    )


def summary(published: Published) -> tuple[str, str, str, Weight]:
    """Return anchor, title, places and kind of this section, for the summary of its page."""
    counts = Counts.read(published)
    plain = min(splits(counts), key=lambda split: split.gone)
    return (
        "before-and-after-the-amendment",
        f"Before and after the amendment: {plain.before} of {counts.before} against {plain.after} "
        f"of {counts.after} responders in the plain reading",
        "Methods, Study design; Methods, Primary and secondary outcome measures; Results, "
        "Secondary outcomes",
        Weight.INTERPRETATION,
    )


def split_rows(published: Published) -> list[dict[str, str | int]]:
    """Return what a figure shows of each split that all conditions leave."""
    counts = Counts.read(published)
    return [
        {
            "label": f"{split.gone or 'Nobody'} gone before week {counts.decision_week}",
            "before": split.before,
            "patients_before": counts.before,
            "after": split.after,
            "patients_after": counts.after,
        }
        for split in sorted(splits(counts))
    ]


def condition_table(published: Published) -> pd.DataFrame:
    """Tabulate what is left of the splits when a condition is dropped.

    What is dropped without any effect is no condition of the proof, and stands last and so named.
    """
    counts = Counts.read(published)
    rows = [_condition_row("None of them", counts, ())]
    needed = [name for name in CONDITIONS if splits(counts, [name]) != splits(counts)]
    for name in needed:
        says = condition(name, counts)
        rows.append(_condition_row(says[0].upper() + says[1:], counts, (name,)))
    rows.append(_condition_row("All of them", counts, tuple(CONDITIONS)))
    for name in CONDITIONS:
        if name not in needed:
            says = f"Not a condition: {condition(name, counts)}; without it nothing changes"
            rows.append(_condition_row(says, counts, (name,)))
    return pd.DataFrame(rows)


def _condition_row(label: str, counts: Counts, without: Collection[str]) -> dict[str, str]:
    found = splits(counts, without)
    after = sorted({split.after for split in found})
    plain = sorted({split.after for split in found if split.gone == 0})
    return {
        "Dropped condition": label,
        "Responders after": f"{after[0]} to {after[-1]} of {counts.after}",
        "Responders before": f"{counts.responders - after[-1]} to {counts.responders - after[0]} "
        f"of {counts.before}",
        "After, if nobody had gone": _span(plain),
    }


def _span(values: list[int]) -> str:
    if not values:
        return "no such split"
    return str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}"
