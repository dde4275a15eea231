"""The score against a slow reference in exact fractions, which shares nothing with the package."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest

from tisstats.measures import score_visits, total_improvement_score

# The published table, typed a second time (Aggarwal et al. 2017; Rider et al. 2017, Table 3):
# the greatest improvement, in per cent, that still belongs to each of the first four bands, and
# the points of the five bands.
GLOBAL, STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)
PUBLISHED = {
    "physician_global": (GLOBAL, ("0", "7.5", "15", "17.5", "20")),
    "patient_global": (GLOBAL, ("0", "2.5", "5", "7.5", "10")),
    "mmt": (STRENGTH, ("0", "10", "20", "27.5", "32.5")),
    "haq": (GLOBAL, ("0", "5", "7.5", "7.5", "10")),
    "enzyme": (GLOBAL, ("0", "2.5", "5", "7.5", "7.5")),
    "extramuscular": (GLOBAL, ("0", "7.5", "12.5", "15", "20")),
}
CATEGORIES = {
    "adult": ((60, "major"), (40, "moderate"), (20, "minimal")),
    "juvenile": ((70, "major"), (45, "moderate"), (30, "minimal")),
}


def reference_points(measure, percent):
    tops, points = PUBLISHED[measure]
    for top, earned in zip(tops, points, strict=False):
        if percent <= top:
            return Fraction(earned)
    return Fraction(points[-1])


def reference_response(score, population):
    for least, name in CATEGORIES[population]:
        if score >= least:
            return name
    return "none"


def in_pairs(before, after, weeks=(0, 9)):
    """One patient per pair of values: all baselines, then all follow-ups."""
    count = len(next(iter(before.values())))
    identifiers = np.arange(count)
    tables = [
        pd.DataFrame({"patient_id": identifiers, "week": week, **values})
        for week, values in zip(weeks, (before, after), strict=True)
    ]
    return pd.concat(tables, ignore_index=True), slice(count, None)


STILL = {"physician_global": 5.0, "patient_global": 5.0, "extramuscular": 5.0, "mmt": 70}
STILL |= {"haq": 1.5, "ck": 500}


@pytest.mark.parametrize("population", ["adult", "juvenile"])
def test_100_000_random_visits_half_of_them_on_a_boundary_in_every_measure(population):
    rng = np.random.default_rng(2016)
    count, uln = 100_000, 160
    # In whole steps of a tenth of a cm, a point, a hundredth of a point, and a unit per litre.
    steps = {"physician_global": 10, "patient_global": 10, "extramuscular": 10}
    steps |= {"mmt": 1, "haq": 100, "ck": 1}
    top = {"physician_global": 100, "patient_global": 100, "extramuscular": 100}
    top |= {"mmt": 150, "haq": 300, "ck": 9000}
    scale = {name: Fraction(top[name], steps[name]) for name in top} | {"ck": Fraction(15 * uln)}
    before, after = {}, {}
    for name in top:
        low = 1 if name == "ck" else 0
        before[name] = rng.integers(low, top[name] + 1, count)
        after[name] = rng.integers(low, top[name] + 1, count)
        tops = PUBLISHED["enzyme" if name == "ck" else name][0]
        changes = [Fraction(cut, 100) * scale[name] * steps[name] for cut in tops]
        assert all(change.denominator == 1 for change in changes)
        change = rng.choice([int(change) for change in changes], count // 2)
        sign = 1 if name == "mmt" else -1
        start = rng.integers(1000, 9000, count // 2) if name == "ck" else None
        if start is None:
            room = top[name] - change
            start = (rng.random(count // 2) * (room + 1)).astype(int)
            start = start if sign > 0 else start + change
        before[name][::2], after[name][::2] = start, start + sign * change
    floats = [{name: values[name] / steps[name] for name in values} for values in (before, after)]
    visits, follow_up = in_pairs(*floats)
    scored = score_visits(visits, mmt_max=150, uln={"ck": uln}, population=population)
    scored = scored.iloc[follow_up]

    # Sums of multiples of 2.5 are exact as floats.
    expected = np.zeros(count)
    for name in top:
        measure = "enzyme" if name == "ck" else name
        better = (after[name] - before[name]) * (1 if name == "mmt" else -1)
        known = {
            int(change): float(
                reference_points(measure, 100 * Fraction(int(change), steps[name]) / scale[name])
            )
            for change in np.unique(better)
        }
        earned = [known[change] for change in better.tolist()]
        assert scored[f"{measure}_points"].tolist() == earned
        expected += earned
    assert scored["tis"].tolist() == expected.tolist()
    responses = {score: reference_response(score, population) for score in set(expected.tolist())}
    assert scored["response"].tolist() == [responses[score] for score in expected.tolist()]


def every_pair(column, values, exact, length, **scoring):
    """Score every pair of `values` of one measure; compare with the reference on `exact`."""
    pairs = list(product(range(len(values)), repeat=2))
    sides = []
    for side in (0, 1):
        varied = {column: np.array([values[pair[side]] for pair in pairs])}
        sides.append({**{name: np.full(len(pairs), at) for name, at in STILL.items()}, **varied})
    visits, follow_up = in_pairs(*sides)
    scored = score_visits(visits, **({"mmt_max": 260, "uln": {"ck": 170}} | scoring))
    sign = 1 if column == "mmt" else -1
    # On an even grid, pairs as many steps apart have the same change.
    (step,) = {after - before for before, after in pairwise(exact)}
    known = {
        apart: float(reference_points(column, 100 * sign * apart * step / length))
        for apart in range(1 - len(exact), len(exact))
    }
    expected = [known[second - first] for first, second in pairs]
    assert scored[f"{column}_points"].iloc[follow_up].tolist() == expected
    return len(pairs)


@pytest.mark.parametrize("column", ["physician_global", "patient_global", "extramuscular"])
@pytest.mark.parametrize(
    "spelled", [lambda tenth: tenth / 10, lambda tenth: tenth * 0.1, lambda tenth: str(tenth / 10)]
)
def test_every_pair_of_the_vas_grid(column, spelled):
    values = [spelled(tenth) for tenth in range(101)]
    if isinstance(values[0], float):
        values = [min(value, 10.0) for value in values]
    exact = [Fraction(tenth, 10) for tenth in range(101)]
    assert every_pair(column, values, exact, 10) == 10_201


def test_every_pair_of_the_vas_grid_in_single_precision():
    values = (np.arange(101) / 10).astype(np.float32)
    pairs = np.array(list(product(range(101), repeat=2)))
    tables = [
        {**{name: np.full(len(pairs), at) for name, at in STILL.items()},
         "physician_global": values[pairs[:, side]]}
        for side in (0, 1)
    ]  # fmt: skip
    visits, follow_up = in_pairs(*tables)
    assert visits["physician_global"].dtype == np.float32
    scored = score_visits(visits, mmt_max=260, uln={"ck": 170}).iloc[follow_up]
    expected = [
        float(reference_points("physician_global", Fraction(int(before - after))))
        for before, after in pairs
    ]
    assert scored["physician_global_points"].tolist() == expected


@pytest.mark.parametrize("mmt_max", [80, 150, 240, 260])
def test_every_pair_of_the_mmt_grid(mmt_max):
    exact = [Fraction(point) for point in range(mmt_max + 1)]
    every_pair("mmt", list(range(mmt_max + 1)), exact, mmt_max, mmt_max=mmt_max)


@pytest.mark.parametrize("parts", [8, 10, 20])
def test_every_pair_of_the_haq_grid(parts):
    exact = [Fraction(part, parts) for part in range(3 * parts + 1)]
    every_pair("haq", [part / parts for part in range(3 * parts + 1)], exact, 3)


@pytest.mark.parametrize(
    ("enzyme", "ranges"), [("ck", 15), ("aldolase", 6), ("ldh", 3), ("ast", 3), ("alt", 3)]
)
def test_every_enzyme_at_and_around_every_boundary(enzyme, ranges):
    uln, start = Fraction("33.3"), Fraction(9000)
    cuts = [Fraction(cut, 100) * ranges * uln for cut in GLOBAL]
    little = Fraction(1, 10**6)
    ends = [start - cut + nudge for cut in cuts for nudge in (-little, 0, little)]
    still = {name: np.full(len(ends), at) for name, at in STILL.items() if name != "ck"}
    visits, follow_up = in_pairs(
        still | {enzyme: np.full(len(ends), float(start))},
        still | {enzyme: np.array([float(end) for end in ends])},
    )
    scored = score_visits(visits, mmt_max=80, uln={enzyme: float(uln)}).iloc[follow_up]
    expected = [
        float(reference_points("enzyme", 100 * (start - end) / (ranges * uln))) for end in ends
    ]
    assert scored["enzyme_points"].tolist() == expected


def test_all_bands_together_reach_all_41_scores_and_nothing_else():
    in_band = {GLOBAL: (5, 15, 25, 40, 41), STRENGTH: (2, 10, 20, 30, 31)}
    bands = [in_band[tops] for tops, _ in PUBLISHED.values()]
    percents = list(product(*bands))
    expected = [
        float(sum(map(reference_points, PUBLISHED, map(Fraction, percent)))) for percent in percents
    ]
    scores = total_improvement_score(percents).tolist()
    assert scores == expected
    assert sorted(set(scores)) == [2.5 * step for step in range(41)]


def test_noise_below_the_ninth_decimal_changes_no_band():
    bands = np.array(list(product(*(tops for tops, _ in PUBLISHED.values()))), dtype=float)
    at_cuts = total_improvement_score(bands).tolist()
    assert total_improvement_score(bands + 4e-10).tolist() == at_cuts
    assert total_improvement_score(bands - 4e-10).tolist() == at_cuts
    beyond = total_improvement_score(bands + 6e-10)
    assert (beyond >= at_cuts).all()
    assert beyond.tolist() != at_cuts


def test_shapes_and_long_arrays_are_scored_like_single_rows():
    rng = np.random.default_rng(5)
    percent = rng.uniform(-20, 60, (40_000, 6))
    percent[rng.random(percent.shape) < 0.01] = np.nan
    whole = total_improvement_score(percent)
    assert np.isnan(whole).tolist() == np.isnan(percent).any(axis=1).tolist()
    folded = total_improvement_score(percent.reshape(200, 200, 6))
    assert np.array_equal(folded, whole.reshape(200, 200), equal_nan=True)
    fortran = total_improvement_score(np.asfortranarray(percent))
    assert np.array_equal(fortran, whole, equal_nan=True)
    for row in (0, 16_383, 16_384, 39_999):
        assert np.array_equal(total_improvement_score(percent[row]), whole[row], equal_nan=True)
    assert total_improvement_score(np.empty((0, 6))).shape == (0,)


@pytest.mark.parametrize("wrong", [5, [1, 2, 3], np.zeros((4, 5))])
def test_six_measures_are_needed(wrong):
    with pytest.raises(ValueError, match="6 measures in the last axis"):
        total_improvement_score(wrong)
