"""Patterns of ties and their exact distributions, against all signs written out."""

from itertools import count, product

import numpy as np
import pytest
from scipy.stats import rankdata

from tisstats.forensics import _p_search
from tisstats.forensics._progress import Progress
from tisstats.forensics._tie_patterns import all_patterns, group_sizes, pattern_of, two_sided


def values_of(sizes):
    """Values with these groups of ties, ascending."""
    return np.repeat(np.arange(1, len(sizes) + 1), sizes)


def rank_sums(sizes):
    """Twice the positive rank sum of every choice of signs."""
    doubled = (2 * rankdata(values_of(sizes))).astype(int)
    return np.array(
        [np.dot(signs, doubled) for signs in product((0, 1), repeat=sum(sizes))], dtype=int
    )


@pytest.mark.parametrize("ranks", [0, 1, 2, 5, 11, 12, 13])
def test_every_pattern_is_there_once(ranks):
    batches = list(all_patterns(ranks))
    patterns = [group_sizes(int(end)) for batch in batches for end in batch.ends]
    assert len(patterns) == len(set(patterns)) == 2 ** max(0, ranks - 1)
    assert all(sum(sizes) == ranks and all(sizes) for sizes in patterns)
    ties = [int(tie) for batch in batches for tie in batch.ties]
    assert ties == [sum((size**3 - size) // 6 for size in sizes) for sizes in patterns]
    assert {batch.ranks for batch in batches} == {ranks}


@pytest.mark.parametrize("ranks", [1, 2, 3, 6])
def test_counts_tails_and_ranks_are_those_of_all_signs(ranks):
    (batch,) = all_patterns(ranks)
    rows = np.arange(len(batch.ends))
    for row, midranks in zip(rows, batch.midranks(rows), strict=True):
        sizes = group_sizes(int(batch.ends[row]))
        sums = rank_sums(sizes)
        assert midranks.tolist() == (2 * rankdata(values_of(sizes))).astype(int).tolist()
        assert (
            batch.counts[row].tolist()
            == np.bincount(sums, minlength=ranks * (ranks + 1) + 1).tolist()
        )
        tails = batch.tails()[row]
        assert len(tails) == ranks * (ranks + 1) // 2 + 1
        assert tails.tolist() == [np.sum(sums <= at) for at in range(len(tails))]


@pytest.mark.parametrize("sizes", [(1,), (2,), (1, 1, 1), (3, 1, 2), (1, 4, 1), (5,), ()])
def test_exact_p_values_are_those_of_all_signs(sizes):
    pattern, sums = pattern_of(sizes), rank_sums(sizes)
    doubled = np.unique(sums)
    found = two_sided(pattern, doubled, np.zeros(len(doubled), dtype=np.intp))
    for total, pvalue in zip(doubled, found, strict=True):
        tail = min(np.mean(sums <= total), np.mean(sums >= total))
        assert pvalue == pytest.approx(min(1, 2 * tail))
    assert pattern.ends.tolist() == [sum(1 << (end - 1) for end in np.cumsum(sizes))]


def test_patterns_grow_group_by_group():
    """As from their prefixes, so from an empty one."""
    (batch,) = all_patterns(5)
    for row, end in enumerate(batch.ends):
        alone = pattern_of(group_sizes(int(end)))
        assert (alone.ranks, alone.ends.tolist()) == (5, [end])
        assert alone.counts.tolist() == [batch.counts[row].tolist()]
        assert alone.ties.tolist() == [batch.ties[row]]


@pytest.mark.parametrize("values", range(8))
def test_how_far_a_search_is_among_all_patterns_of_ties(values):
    said = []
    seconds = count(step=1000)
    progress = Progress(said.append, clock=lambda: next(seconds))
    batches = list(_p_search._batches(values, progress))
    # Between neighbours of sorted values there is a tie or there is none.
    patterns = 2 ** (values - 1) if values else 1
    assert sum(len(batch.ends) for batch in batches) == patterns
    assert len(said) == len(batches)
    last = f"{patterns} of {patterns} patterns of ties of {values} values that are not zero"
    assert said[-1] == last
