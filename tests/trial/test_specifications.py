"""Combinations of choices, and what is concluded from them, against plain loops."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.trial.specifications import (
    RESULTS,
    Choice,
    Conclusion,
    Condition,
    Level,
    SpecificationCurve,
    combinations,
    combined_settings,
)

NAMES = ("a", "b", "c", "d")
HALF = Conclusion("half", (Condition("estimate", "at least", 0.5),))


def choices_of(sizes):
    return tuple(
        Choice.of(name.upper(), name, {place: f"{name}{place}" for place in range(size)})
        for name, size in zip(NAMES, sizes, strict=False)
    )


@st.composite
def curves(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    choices = choices_of(sizes)
    value = st.one_of(st.just(np.nan), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
    rows = combinations(choices)
    columns = {name: draw(st.lists(value, min_size=rows, max_size=rows)) for name in RESULTS}
    return SpecificationCurve(choices, pd.DataFrame(columns, dtype=float))


@examples(25)
@given(curves())
def test_the_table_lists_each_combination_once_in_the_order_of_nested_loops(curve):
    table = curve.table()
    words = [
        tuple(level.label for level in levels)
        for levels in product(*(choice.levels for choice in curve.choices))
    ]
    columns = [choice.label for choice in curve.choices]
    assert [tuple(row) for row in table[columns].to_numpy()] == words
    assert len(set(words)) == len(curve) == np.prod(curve.shape)
    found = [tuple(each.values()) for each in combined_settings(curve.choices)]
    assert found == [tuple(row) for row in curve.levels().tolist()]


@examples(25)
@given(curves())
def test_shares_and_turns_are_those_of_a_count_one_by_one(curve):
    both = Conclusion("both", (Condition("low", "above", 0.0), Condition("pvalue", "below", 0.5)))
    judged = curve.judge(both)
    table = curve.table().to_dict("records")
    known = [row for row in table if row["low"] == row["low"] and row["pvalue"] == row["pvalue"]]

    def holds(row):
        return row["low"] > 0 and row["pvalue"] < 0.5

    assert judged.holds == sum(map(holds, known))
    assert judged.without_result == len(table) - len(known)
    assert judged.holds + judged.fails + judged.without_result == len(table)
    expected = (
        "no result" if not known else {0: "none", len(known): "all"}.get(judged.holds, "some")
    )
    assert judged.extent == expected
    if known and table[0] == known[0]:
        assert judged.holds_as_chosen == holds(table[0])
    for each in judged.levels:
        mine = [row for row in known if row[each.choice] == each.level]
        assert (each.combinations, each.holds) == (len(mine), sum(map(holds, mine)))
    labels = [choice.label for choice in curve.choices]
    for turn in judged.turns:
        answers = {}
        for row in table:
            others = tuple(row[label] for label in labels if label != turn.choice)
            answers.setdefault(others, set())
            if row in known:
                answers[others].add(holds(row))
        assert turn.settings == len(answers)
        assert turn.turned == sum(len(found) == 2 for found in answers.values())
    assert {turn.choice for turn in judged.turns if turn.turned} == set(judged.deciding)


@examples(25)
@given(curves())
def test_a_conclusion_that_hangs_on_no_choice_holds_in_all_or_in_none(curve):
    """If it is known in every combination: one can walk from each to each, choice by choice."""
    judged = curve.judge(HALF)
    if not judged.without_result and not judged.deciding:
        assert judged.extent in ("all", "none")


@examples(25)
@given(curves())
def test_the_order_ascends_and_puts_what_is_missing_last(curve):
    order = curve.order()
    assert sorted(order) == list(range(len(curve)))
    estimates = curve.column("estimate")[order]
    known = estimates[: len(curve) - curve.without_estimate]
    assert not np.isnan(known).any()
    assert np.all(np.diff(known) >= 0)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("above", [False, False, False, True]),
        ("at least", [False, True, True, True]),
        ("below", [True, False, False, False]),
        ("at most", [True, True, True, False]),
    ],
)
def test_a_result_on_the_boundary_is_on_it_whatever_its_last_digit(relation, expected):
    results = np.array([0.5 - 1e-9, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 0.5 + 1e-9])
    assert Condition("estimate", relation, 0.5).holds(results).tolist() == expected


def test_an_interval_includes_its_limits():
    curve = SpecificationCurve(
        choices_of((3,)),
        pd.DataFrame(
            {"estimate": 0.5, "low": [0.2, 0.6, 0.3], "high": [0.6, 0.8, 0.5], "pvalue": np.nan}
        ),
    )
    judged = curve.judge(Conclusion.includes("x", 0.6))
    assert [each.holds for each in judged.levels] == [1, 1, 0]


def test_shares_are_of_the_combinations_with_a_result():
    # A decides twice, B once: of six combinations one has no result.
    estimates = [0.6, 0.4, 0.6, 0.4, 0.4, np.nan]
    results = {"estimate": estimates, "low": 0.0, "high": 1.0, "pvalue": np.nan}
    judged = SpecificationCurve(choices_of((2, 3)), pd.DataFrame(results)).judge(HALF)
    assert (judged.holds, judged.fails, judged.without_result) == (2, 3, 1)
    assert judged.share == pytest.approx(2 / 5)
    assert [each.share for each in judged.levels] == pytest.approx([2 / 3, 0, 1 / 2, 0, 1])
    assert [(turn.choice, turn.settings, turn.turned) for turn in judged.turns] == [
        ("A", 3, 1),
        ("B", 2, 1),
    ]
    assert [turn.share for turn in judged.turns] == pytest.approx([1 / 3, 1 / 2])
    # Those that decide most often first.
    assert judged.deciding == ("B", "A")
    assert (judged.holds_as_chosen, judged.known_as_chosen) == (True, True)
    nothing = SpecificationCurve(
        choices_of((2,)), pd.DataFrame({name: [np.nan, np.nan] for name in RESULTS})
    ).judge(HALF)
    assert np.isnan(nothing.share)
    assert np.isnan([each.share for each in nothing.levels]).all()
    assert (nothing.holds_as_chosen, nothing.known_as_chosen) == (False, False)
    assert nothing.deciding == ()


def test_equal_estimates_are_in_the_order_of_their_limits():
    results = {
        "estimate": [0.5, 0.5 + 1e-14, 0.5, np.nan, 0.4],
        "low": [0.2, 0.1, 0.2, np.nan, 0.3],
        "high": [0.9, 0.9, 0.8, np.nan, 0.9],
        "pvalue": np.nan,
    }
    curve = SpecificationCurve(choices_of((5,)), pd.DataFrame(results))
    assert curve.order().tolist() == [4, 1, 2, 0, 3]
    assert (curve.distinct, curve.without_estimate) == (5, 1)


@pytest.mark.parametrize(
    ("change", "kept"), [(0.0, ["A"]), (1e-13, ["A"]), (1e-9, ["A", "B"]), (np.nan, ["A", "B"])]
)
def test_choices_that_change_no_result_stay_as_they_are(change, kept):
    estimates = [0.2, 0.2 + change, 0.6, 0.6]
    results = {"estimate": estimates, "low": [0.1, 0.2, 0.3, 0.4], "high": 1.0, "pvalue": np.nan}
    curve = SpecificationCurve(choices_of((2, 2)), pd.DataFrame(results))
    found = curve.affecting(HALF)
    assert [choice.label for choice in found.choices] == kept
    first = [0, 2] if kept == ["A"] else [0, 1, 2, 3]
    np.testing.assert_array_equal(found.column("low"), curve.column("low")[first])


def test_results_that_differ_in_the_last_digit_are_one():
    results = {"estimate": [0.1 + 0.2, 0.3], "low": 0.0, "high": 1.0, "pvalue": np.nan}
    assert SpecificationCurve(choices_of((2,)), pd.DataFrame(results)).distinct == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Choice("Week", ()), "must have at least one level"),
        (
            lambda: Choice("Week", (Level("a", {"x": 1}), Level("a", {"x": 2}))),
            "must have labels of their own",
        ),
        (
            lambda: Choice("Week", (Level("a", {"x": 1}), Level("b", {"y": 2}))),
            "must set the same settings",
        ),
        (lambda: list(combined_settings(choices_of((2,)) * 2)), "label of two choices: A"),
        (
            lambda: list(
                combined_settings([Choice.of("A", "x", {1: "1"}), Choice.of("B", "x", {1: "1"})])
            ),
            "set by two choices: x",
        ),
        (
            lambda: SpecificationCurve(choices_of((2, 3)), pd.DataFrame({"estimate": [1.0]})),
            "must have 6 rows",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
