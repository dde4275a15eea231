"""Attainable rank sums of all divisions at once, against each by itself and every sample."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.forensics._ordered_values import Box
from tisstats.forensics._p_search import PrintedPSet
from tisstats.forensics._rank_sums import RankSums, SampleSpace, set_bits, splits
from tisstats.printed import parse


@st.composite
def boxes(draw, most, widest):
    """Boxes of up to so many values, each within an interval of up to so many steps."""
    n = draw(st.integers(1, most))
    lowest = draw(st.lists(st.integers(-widest, widest), min_size=n, max_size=n))
    highest = [low + draw(st.integers(0, widest)) for low in lowest]
    return Box(tuple(sorted(lowest)), tuple(sorted(highest)))


def pairs_of(space):
    """The number of nonzero values, tie term and twice the rank sum of all that are listed."""
    return {
        (nonzero, tie, doubled)
        for nonzero, ties, sums in space.statistics()
        for tie, doubled in zip(ties.tolist(), sums.tolist(), strict=True)
    }


def pair_of(values):
    """The same of one sample."""
    sizes = sorted(abs(value) for value in values if value)
    groups = [sizes.count(size) for size in set(sizes)]
    doubled = sum(2 * sizes.index(value) + 1 + sizes.count(value) for value in values if value > 0)
    return len(sizes), sum((size**3 - size) // 6 for size in groups), doubled


@examples(38)
@given(boxes(most=5, widest=4))
def test_what_is_listed_is_what_every_sample_has(box):
    ranges = [range(low, high + 1) for low, high in zip(box.low, box.high, strict=True)]
    samples = [values for values in product(*ranges) if list(values) == sorted(values)]
    space = SampleSpace(box)
    assert pairs_of(space) == {pair_of(values) for values in samples}
    for nonzero, tie, doubled in pairs_of(space):
        found = space.find_with_pair(nonzero, tie, doubled)
        assert found in samples
        assert pair_of(found) == (nonzero, tie, doubled)


@settings(max_examples=60, deadline=None)
@given(boxes(most=12, widest=15))
def test_all_divisions_at_once_have_what_each_has_by_itself(box):
    expected = set()
    for split in splits(box):
        ties, sums = np.divmod(
            set_bits(RankSums(box, split).attainable()), split.nonzero * (split.nonzero + 1) + 1
        )
        pairs = zip(ties.tolist(), sums.tolist(), strict=True)
        expected |= {(split.nonzero, tie, doubled) for tie, doubled in pairs}
    assert pairs_of(SampleSpace(box)) == expected


@pytest.mark.parametrize("rounding", ["half-up", "half-even", "truncate"])
@pytest.mark.parametrize("text", ["0.03", "0.5", "1.00", "0", "0.0", "0.0625", "< 0.05", "≥ 0.9"])
def test_many_p_values_are_tested_as_each_is(text, rounding):
    printed = parse(text)
    some = np.random.default_rng(3)
    halves = some.choice([-1, -0.5, 0, 0.5, 1], 400) * 10.0**-printed.decimals
    near = float(printed.value) + halves * (1 + some.choice([0, 1e-16, -1e-13, 3e-12, 1e-3], 400))
    pvalues = np.clip(np.concatenate([near, some.random(400)]), 0, 1)
    chosen = PrintedPSet(printed, rounding)
    for few in (pvalues, pvalues[:1], pvalues[:0]):
        assert chosen.mask(few).tolist() == [chosen(each) for each in few.tolist()]
