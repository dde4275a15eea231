"""Responders before and after the amendment: arithmetic by hand, and every division of patients."""

from dataclasses import replace
from itertools import chain, combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import amendment
from tisstats.lim2021.amendment import CONDITIONS, Counts, ResponderSplit, splits

NAMES = list(CONDITIONS)


@pytest.fixture(scope="module")
def counts(published):
    return Counts.read(published)


def triples(found):
    return {(split.before, split.after, split.stopped) for split in found}


def test_the_counts_are_those_printed(counts):
    # 20 included, 10 before the amendment, patient 2 left out.
    assert (counts.before, counts.after) == (9, 10)
    assert dict(counts.first_seen) == {3: 6, 4: 1, 6: 1}
    assert (counts.decision_week, counts.eligible, counts.eligible_stopped) == (4, 3, 1)
    assert (counts.lost, counts.stopped, counts.responders, counts.non_responders) == (3, 7, 8, 11)


def test_responders_are_one_and_k_before_and_seven_less_k_after(counts):
    # Of the later 10, 3 are eligible and k have stopped: 10 - 3 - k have responded. Of the 11
    # without a response, 3 are eligible and 3 lost an improvement before: k is at most 5.
    assert triples(splits(counts)) == {(1 + k, 7 - k, k) for k in range(6)}


@pytest.mark.parametrize(
    ("dropped", "after", "if_nobody_had_gone"),
    [
        # The range needs only that 3 of the later patients are without a response, and that the 3
        # who lost an improvement came before: 2 to 7 of 10.
        ("nobody_switched", range(2, 8), {7}),
        ("extra_visit", range(2, 8), {7}),
        ("all_counted", range(2, 8), set(range(2, 8))),
        # One of the eligible may have responded at week 6: all 8 may then have come later.
        ("no_late_response", range(2, 9), {7, 8}),
        # Who lost an improvement may have come later and stopped: 6 early stops are left for them.
        ("lost_before", range(1, 8), {7}),
    ],
)
def test_what_falls_without_a_condition(counts, dropped, after, if_nobody_had_gone):
    found = splits(counts, [dropped])
    assert {split.after for split in found} == set(after)
    assert {split.after for split in found if split.stopped == 0} == if_nobody_had_gone
    assert all(split.before + split.after == 8 for split in found)


def test_the_extra_visit_is_not_needed_and_all_others_are(counts):
    idle = [name for name in NAMES if splits(counts, [name]) == splits(counts)]
    assert idle == ["extra_visit"]


def test_a_condition_that_there_is_none_of(counts):
    with pytest.raises(ValueError, match=r"dropped must be a subset of .* got \['luck'\]"):
        splits(counts, ["luck"])


# Brute force: every patient by name, every way of choosing the later ones

#: A patient without a response: eligible, improvement lost, stopped before the decision week.
NON_RESPONDERS = [
    (True, False, False),
    (True, True, False),
    (False, True, False),
    (False, True, True),
    (False, False, False),
    (False, False, True),
]


def casts(counts):
    """Every list of patients (week, eligible, lost, stopped) that agrees with the counts."""
    weeks = [week for week, n in counts.first_seen.items() for _ in range(n)]
    late = [i for i, week in enumerate(weeks) if week > counts.decision_week]
    chosen = chain.from_iterable(combinations(late, n) for n in range(len(late) + 1))
    for waiting in chosen:
        responders = [(week, i in waiting, False, False) for i, week in enumerate(weeks)]
        for others in combinations_with_replacement(NON_RESPONDERS, counts.non_responders):
            eligible, lost, stopped = (sum(kind) for kind in zip(*others, strict=True))
            if (
                eligible + len(waiting) == counts.eligible
                and lost == counts.lost
                and stopped <= counts.stopped - counts.eligible_stopped
            ):
                yield [*responders, *((None, *other) for other in others)]


def brute(counts):
    """Every split with the conditions that it breaks, from every choice of the later patients."""
    people = counts.before + counts.after
    picked = list(combinations(range(people), counts.after))
    choices = np.zeros((len(picked), people), dtype=np.float32)
    choices[np.arange(len(picked))[:, None], picked] = 1
    found = set()
    for cast in casts(counts):
        week = [each[0] for each in cast]
        eligible, lost, stopped = (np.array([each[i] for each in cast]) for i in (1, 2, 3))
        responds = np.array([each is not None for each in week])
        waiting = np.array([each is None or each > counts.decision_week for each in week])
        at_decision = np.array([each == counts.decision_week for each in week])
        later = choices @ np.stack(
            [responds, stopped, eligible, at_decision, waiting & ~eligible & ~stopped, lost], axis=1
        ).astype(np.float32)
        broken = [
            later[:, 2] < eligible.sum(),
            later[:, 3] < at_decision.sum(),
            later[:, 4] > 0,
            np.full(len(later), bool((eligible & responds).any())),
            later[:, 5] > 0,
        ]
        # One number for each outcome, so that counting numbers finds every outcome.
        code = later[:, 0] * people + later[:, 1]
        for each in broken:
            code = 2 * code + each
        found |= set(np.flatnonzero(np.bincount(code.astype(int))).tolist())
    return [
        (*divmod(code >> len(NAMES), people), *(code >> i & 1 for i in range(len(NAMES))[::-1]))
        for code in found
    ]


def agree(counts):
    every = brute(counts)
    for number in range(len(NAMES) + 1):
        for dropped in combinations(NAMES, number):
            kept = [i for i, name in enumerate(NAMES) if name not in dropped]
            expected = {
                (counts.responders - row[0], row[0], row[1])
                for row in every
                if not any(row[2 + i] for i in kept)
            }
            assert triples(splits(counts, dropped)) == expected, dropped


def test_every_division_of_the_patients_gives_the_same_with_any_conditions(counts):
    agree(counts)


small = st.tuples(*(st.integers(0, most) for most in (2, 1, 2, 2, 1, 2, 3)), st.integers(1, 4))


@settings(max_examples=25, deadline=None)
@given(small)
def test_other_counts_agree_with_brute_force_too(drawn):
    first, decision, late, eligible, stopped, lost, stops, before = drawn
    non_responders = eligible + lost + 2
    people = first + decision + late + non_responders
    before = min(before, people - 1)
    made = Counts(
        before=before,
        after=people - before,
        first_seen={3: first, 4: decision, 6: late},
        decision_week=4,
        eligible=eligible,
        eligible_stopped=min(stopped, eligible),
        lost=lost,
        stopped=min(stopped, eligible) + stops,
    )
    assert made.non_responders == non_responders
    agree(made)


def test_no_split_is_left_where_the_counts_contradict(counts):
    # 10 later patients of whom all would have to be eligible, although 8 of 19 responded.
    assert splits(replace(counts, before=17, after=2)) == frozenset()


def test_splits_are_in_order_of_the_responders_before():
    assert ResponderSplit(1, 7, 0) < ResponderSplit(2, 6, 1)


def test_assumptions_and_conditions_are_named(published):
    words = amendment.all_conditions(published, ["all_counted"])
    assert len(words) == len(amendment.ASSUMPTIONS) + len(CONDITIONS) - 1
    assert not any("{" in word for word in words)


@pytest.mark.parametrize(("number", "before", "after"), [(10, 9, 10), (11, 10, 9)])
def test_the_excluded_patient_is_missing_from_the_period_of_the_enrolment(
    edit, number, before, after
):
    line = "excluded from the analysis,{},patient number"
    folder = edit("flow.csv", line.format(2), line.format(number))
    counts = Counts.read(PublishedFacts.read(folder))
    assert (counts.before, counts.after) == (before, after)
