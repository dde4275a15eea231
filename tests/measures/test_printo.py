"""PRINTO's core set against a slow reference in exact fractions, typed from the published table."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tisstats.errors import DataError
from tisstats.measures import (
    attainable_score,
    band_points,
    score_visits,
    total_improvement_score,
)
from tisstats.measures.core_set import (
    CMAS_MAXIMA,
    CORE_SET,
    CORE_SETS,
    INDISPENSABLE,
    PRINTO_CORE_SET,
    CoreSetMeasure,
)
from tisstats.measures.visits import score_column_names

# Rider et al. 2017, Table 3 of PMC5577002, typed row by row: the greatest improvement of each of
# the first four bands, and the points. The three rows with an "or" are those of CMAS, CHQ-PhS, DAS.
TABLE = {
    "physician_global": [(5, "0"), (15, "7.5"), (25, "15"), (40, "17.5"), (None, "20")],
    "parent_global": [(5, "0"), (15, "2.5"), (25, "5"), (40, "7.5"), (None, "10")],
    "cmas": [(2, "0"), (10, "10"), (20, "20"), (30, "27.5"), (None, "32.5")],
    "chaq": [(5, "0"), (15, "5"), (25, "7.5"), (40, "7.5"), (None, "10")],
    "chq_phs": [(5, "0"), (15, "2.5"), (25, "5"), (40, "7.5"), (None, "7.5")],
    "das": [(5, "0"), (15, "7.5"), (25, "12.5"), (40, "15"), (None, "20")],
}
THRESHOLDS = ((70, "major"), (45, "moderate"), (30, "minimal"))
HIGHER = {"cmas", "chq_phs"}
RANGE = (Fraction("-8.6"), Fraction("67.4"))  # made up: no public range was found
LENGTHS = {"physician_global": 10, "parent_global": 10, "cmas": 52, "chaq": 3, "das": 20}
LENGTHS |= {"chq_phs": RANGE[1] - RANGE[0]}
LOWEST = dict.fromkeys(TABLE, Fraction(0)) | {"chq_phs": RANGE[0]}
#: The grid on which each measure is recorded.
STEPS = {"physician_global": Fraction(1, 10), "parent_global": Fraction(1, 10)}
STEPS |= {"cmas": Fraction(1), "chaq": Fraction(1, 8), "chq_phs": Fraction(1, 10)}
STEPS |= {"das": Fraction(1)}
SCORING = {
    "population": "juvenile",
    "core_set": "printo",
    "chq_phs_range": tuple(map(float, RANGE)),
}


def reference_points(measure, percent):
    for top, points in TABLE[measure]:
        if top is None or percent <= top:
            return Fraction(points)
    raise AssertionError


def reference_percent(measure, before, after):
    change = after - before if measure in HIGHER else before - after
    return 100 * change / LENGTHS[measure]


def grid(measure):
    count = int(LENGTHS[measure] / STEPS[measure])
    return [LOWEST[measure] + step * STEPS[measure] for step in range(count + 1)]


def in_pairs(before, after):
    count = len(before["cmas"])
    tables = [
        pd.DataFrame({"patient_id": np.arange(count), "week": week, **values})
        for week, values in ((0, before), (24, after))
    ]
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize("measure", TABLE)
def test_every_pair_of_the_grid_of_every_measure(measure):
    values = grid(measure)
    # Every pair has one of these changes; of the long grid of CHQ-PhS, every change from each end.
    pairs = list(product(values, repeat=2))
    if len(pairs) > 12_000:
        pairs = [(end, value) for end in (values[0], values[-1]) for value in values]
        pairs += [(value, end) for end, value in pairs]
    still = {name: np.full(len(pairs), float(grid(name)[5])) for name in TABLE}
    sides = [still | {measure: np.array([float(pair[side]) for pair in pairs])} for side in (0, 1)]
    scored = score_visits(in_pairs(*sides), **SCORING).iloc[len(pairs) :]
    percents = [reference_percent(measure, *pair) for pair in pairs]
    points = [float(reference_points(measure, percent)) for percent in percents]
    assert scored[f"{measure}_points"].tolist() == points
    assert scored["tis"].tolist() == points
    # The grids meet boundaries exactly; those of the CMAS and CHQ-PhS do where they can.
    tops = {top for top, _ in TABLE[measure]} - {None}
    met = set(percents) & tops
    reachable = {
        top for top in tops if (Fraction(top, 100) * LENGTHS[measure] / STEPS[measure]) % 1 == 0
    }
    assert met == reachable


@pytest.mark.parametrize("measure", TABLE)
def test_exactly_at_and_just_around_each_boundary(measure):
    little = Fraction(1, 10**7)
    start = LOWEST[measure] + (0 if measure in HIGHER else LENGTHS[measure])
    sign = 1 if measure in HIGHER else -1
    tops = [top for top, _ in TABLE[measure][:-1]]
    ends = [
        start + sign * (Fraction(top, 100) * LENGTHS[measure] + nudge)
        for top in tops
        for nudge in (-little, 0, little)
    ]
    still = {name: np.full(len(ends), float(grid(name)[5])) for name in TABLE}
    visits = in_pairs(
        still | {measure: np.full(len(ends), float(start))},
        still | {measure: np.array([float(end) for end in ends])},
    )
    scored = score_visits(visits, **SCORING).iloc[len(ends) :]
    expected = [
        float(reference_points(measure, reference_percent(measure, start, end))) for end in ends
    ]
    assert scored[f"{measure}_points"].tolist() == expected


def test_random_children_have_the_score_and_category_of_the_reference():
    rng = np.random.default_rng(2017)
    count = 4000
    grids = {name: grid(name) for name in TABLE}
    drawn = [
        {name: [of[at] for at in rng.integers(0, len(of), count)] for name, of in grids.items()}
        for _ in (0, 1)
    ]
    sides = [{name: np.array(list(map(float, of))) for name, of in side.items()} for side in drawn]
    scored = score_visits(in_pairs(*sides), **SCORING).iloc[count:]
    totals = [
        sum(
            reference_points(
                name, reference_percent(name, drawn[0][name][row], drawn[1][name][row])
            )
            for name in TABLE
        )
        for row in range(count)
    ]
    assert scored["tis"].tolist() == [float(total) for total in totals]
    assert scored["response"].tolist() == [
        next((name for least, name in THRESHOLDS if total >= least), "none") for total in totals
    ]
    assert set(scored["response"]) == {"none", "minimal", "moderate", "major"}


def test_whole_points_of_the_cmas_score_alike_with_both_published_maxima():
    both = set(range(52))
    assert set(CMAS_MAXIMA) == {51, 52}
    for change in both:
        percents = [Fraction(100 * change, most) for most in CMAS_MAXIMA]
        first, second = (reference_points("cmas", percent) for percent in percents)
        assert first == second
        assert band_points(list(map(float, percents)), "cmas").tolist() == [first, second]


def test_the_sets_differ_in_measures_and_not_in_bands_or_points():
    places = list(zip(CORE_SET.values(), PRINTO_CORE_SET.values(), strict=True))
    assert [one.points for one, _ in places] == [other.points for _, other in places]
    assert [one.cutoffs for one, _ in places] == [other.cutoffs for _, other in places]
    changed = [one.better != other.better for one, other in places]
    assert changed == [False, False, False, False, True, False]  # more enzyme is worse
    assert sum(rule.points[-1] for rule in PRINTO_CORE_SET.values()) == pytest.approx(100)
    for core_set, names in INDISPENSABLE.items():
        assert set(names) < set(CORE_SETS[core_set])


PERCENTS = st.lists(
    st.one_of(st.floats(-100, 100), st.sampled_from([2.0, 5.0, 10.0, 15.0, 25.0, 40.0])),
    min_size=6,
    max_size=6,
)


@given(PERCENTS, st.integers(0, 5), st.floats(0, 50))
@settings(max_examples=60, deadline=None)
def test_more_improvement_never_scores_less_and_both_sets_score_alike(percents, place, more):
    better = list(percents)
    better[place] += more
    first, second = total_improvement_score([percents, better], "printo")
    assert second >= first
    assert (first, second) == tuple(total_improvement_score([percents, better], "imacs"))


@pytest.fixture(scope="module")
def child():
    before = {"physician_global": 5.0, "parent_global": 4.0, "cmas": 30, "chaq": 1.5}
    after = {"physician_global": 2.0, "parent_global": 2.5, "cmas": 36, "chaq": 0.75}
    return in_pairs(
        {name: [value] for name, value in (before | {"chq_phs": 30.0, "das": 11}).items()},
        {name: [value] for name, value in (after | {"chq_phs": 44.0, "das": 5}).items()},
    )


def score(visits, **changed):
    return score_visits(visits, **(SCORING | {"chq_phs_range": (-10, 70)} | changed))


def test_columns_and_no_enzyme_whatever_else_the_table_has(child):
    visits = child.assign(ck=["many", "few"], mmt=[1000, None], patient_global="x")
    scored = score(visits)
    assert tuple(scored.columns) == (*visits.columns, *score_column_names("printo"))
    assert not [name for name in score_column_names("printo") if "enzyme" in name]
    assert scored["tis"].tolist() == [0.0, 67.5]
    assert scored["response"].tolist()[1] == "moderate"


def test_millimetres_score_as_centimetres(child):
    scales = ["physician_global", "parent_global"]
    in_mm = child.assign(**{name: child[name] * 10 for name in scales})
    assert score(in_mm, vas_max=100)["tis"].tolist() == score(child)["tis"].tolist()


def test_a_wider_range_of_chq_phs_turns_the_same_change_into_fewer_points(child):
    earned = [
        score(child, chq_phs_range=ends)["chq_phs_points"].iloc[1]
        for ends in ((30, 44), (20, 60), (-10, 70), (-100, 100), (-1000, 1000))
    ]
    assert earned == [7.5, 7.5, 5.0, 2.5, 0.0]


def test_bounds_of_missing_measures(child):
    missing = child.astype(float)
    missing.loc[1, "chq_phs"] = np.nan
    scored = score(missing, missing="bounds").iloc[1]
    # From 30 to the best possible 70 is half of the range of 80: all points are possible.
    assert (scored["tis_low"], scored["tis_high"]) == (62.5, 70.0)
    assert np.isnan(scored["tis"])
    assert pd.isna(scored["response"])
    narrow = score(missing, missing="bounds", chq_phs_range=(-10, 36)).iloc[1]
    assert (narrow["tis_low"], narrow["tis_high"]) == (62.5, 65.0)
    assert narrow["response"] == "moderate"
    # Without a baseline: of the change from the worst value, -10, to 44.
    unseen = child.astype(float)
    unseen.loc[0, "chq_phs"] = np.nan
    assert score(unseen, missing="bounds").iloc[1]["tis_high"] == pytest.approx(70)
    for name in INDISPENSABLE["printo"]:
        empty = child.astype(float)
        empty.loc[1, name] = np.nan
        assert np.isnan(score(empty, missing="bounds").iloc[1]["tis_low"])


def test_the_ceiling_of_a_baseline(child):
    options = SCORING | {"chq_phs_range": (-10, 70)}
    ceiling = attainable_score(child.iloc[0], **options)
    # 50%, 40%, 22 of 52, 50%, 40 of 80 and 55% of the ranges.
    assert ceiling.points == dict(zip(TABLE, (20.0, 7.5, 32.5, 10.0, 7.5, 20.0), strict=True))
    assert (ceiling.score, ceiling.response) == (97.5, "major")
    assert ceiling.enzyme_used is None
    assert ceiling.enzyme_selection is None
    best = child.iloc[0].to_dict() | {"cmas": 52, "chq_phs": 70, "das": 0}
    assert attainable_score(best, **options).score == pytest.approx(37.5)


NO_RANGE = (
    "chq_phs_range must be the worst and the best possible score of CHQ-PhS, ascending: it is "
    "norm-based, and we found no public source of its range, so none is assumed"
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"population": "adult"},
            "core_set printo is for juvenile patients; with population adult it must be imacs",
        ),
        ({"population": "child"}, "population must be one of adult, juvenile, got 'child'"),
        ({"core_set": "PRINTO"}, "core_set must be one of imacs, printo, got 'PRINTO'"),
        ({"chq_phs_range": None}, f"{NO_RANGE}; got None"),
        ({"chq_phs_range": (70, -10)}, f"{NO_RANGE}; got [70, -10]"),
        ({"chq_phs_range": (5, 5)}, f"{NO_RANGE}; got [5, 5]"),
        ({"chq_phs_range": (0, np.inf)}, f"{NO_RANGE}; got [0, inf]"),
        ({"chq_phs_range": (0, 50, 100)}, f"{NO_RANGE}; got [0, 50, 100]"),
        ({"chq_phs_range": "07"}, f"{NO_RANGE}; got 07"),
        ({"chq_phs_range": 100}, f"{NO_RANGE}; got 100"),
        ({"cmas_max": float("inf")}, "cmas_max must be 52 or 51, got inf"),
        ({"cmas_max": -1}, "cmas_max must be 52 or 51, got -1"),
        ({"cmas_max": np.array([52])}, "cmas_max must be 52 or 51, got array([52])"),
        ({"cmas_max": True}, "cmas_max must be 52 or 51, got True"),
        ({"chq_phs_range": (-np.inf, 70)}, f"{NO_RANGE}; got [-inf, 70]"),
        ({"chq_phs_range": (np.nan, 70)}, f"{NO_RANGE}; got [nan, 70]"),
        ({"chq_phs_range": (True, 70)}, f"{NO_RANGE}; got [True, 70]"),
        ({"chq_phs_range": (-10,)}, f"{NO_RANGE}; got [-10]"),
        ({"chq_phs_range": ()}, f"{NO_RANGE}; got ()"),
        ({"cmas_max": 50}, "cmas_max must be 52 or 51, got 50"),
        ({"vas_max": 5}, "vas_max must be 10 (cm) or 100 (mm), got 5"),
        ({"mmt_max": 150}, "mmt_max: not of the core set printo; leave it out"),
        ({"uln": {"ck": 1}}, "uln: not of the core set printo; leave it out"),
        (
            {"mmt_max": 150, "uln": {"ck": 1}},
            "mmt_max, uln: not of the core set printo; leave it out",
        ),
        ({"core_set": "imacs"}, "chq_phs_range: not of the core set imacs; leave it out"),
        (
            {"core_set": "imacs", "chq_phs_range": None, "cmas_max": 52},
            "cmas_max: not of the core set imacs; leave it out",
        ),
        (
            {"core_set": "imacs", "chq_phs_range": None},
            "uln must be a mapping of enzymes to upper limits, got None",
        ),
    ],
)
def test_wrong_arguments_are_told(child, changed, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        score(child, **changed)
    assert str(caught.value) == said
    assert not isinstance(caught.value, DataError)


@pytest.mark.parametrize("given", [np.array([-10.0, 70.0]), [np.float64(-10), np.int64(70)]])
def test_a_range_may_be_any_two_ascending_numbers(child, given):
    expected = score(child, chq_phs_range=(-10, 70))
    pd.testing.assert_frame_equal(score(child, chq_phs_range=given), expected)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("cmas", 53, "must be a number from 0 to 52 (cmas_max)"),
        ("cmas", -1, "must be a number from 0 to 52 (cmas_max)"),
        ("das", 21, "must be a number from 0 to 20"),
        ("chaq", 3.125, "must be a number from 0 to 3"),
        ("chq_phs", 70.1, "must be a number from -10 to 70 (chq_phs_range)"),
        ("chq_phs", -10.1, "must be a number from -10 to 70 (chq_phs_range)"),
        (
            "parent_global",
            38,
            "must be a number from 0 to 10 (cm, as vas_max is 10; 100 is for mm)",
        ),
        ("das", "mild", "must be a number from 0 to 20"),
    ],
)
def test_a_cell_outside_its_scale_is_told(child, column, value, said):
    visits = child.astype(object)
    visits.loc[1, column] = value
    with pytest.raises(DataError) as caught:
        score(visits)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.message) == (3, column, said)


def test_a_mixture_of_the_sets_lacks_a_column(child):
    with pytest.raises(DataError) as caught:
        score(child.rename(columns={"cmas": "mmt", "das": "extramuscular"}))
    assert [fault.column for fault in caught.value.faults] == ["cmas", "das"]


@pytest.mark.parametrize(
    ("cutoffs", "points", "said"),
    [
        ((5, 15, 25, 40), (0, 7.5, 15, 17.6, 20), "no multiple of 2.5 points: 17.6"),
        ((5, 15, 25, 40), (0, 7.5, 15, 14, 20), "not fall"),
        ((5, 15, 25, 40), (2.5, 7.5, 15, 17.5, 20), "start at 0"),
        ((5, 15, 15, 40), (0, 7.5, 15, 17.5, 20), "cut-offs must ascend"),
    ],
)
def test_points_that_the_score_would_cut_off_are_refused(cutoffs, points, said):
    with pytest.raises(ValueError, match=said):
        CoreSetMeasure("Made up", "lower", cutoffs, points)
