"""What each check of consistency says, where it holds, where it fails, and exactly in between."""

from fractions import Fraction

import pytest

from tests.ledger.facts import Facts, claim
from tisstats.ledger import consistency
from tisstats.ledger.claim import ClaimInputs, ValueGrid, Verdict, number_with_unit


def checks(check, printed, inputs="", facts=None, *, places=(), measures=None, **claimed):
    """What a check finds, as (description, passed)."""
    given = ClaimInputs(claim(printed, inputs, **claimed), Facts(**(facts or {})), places,
                        measures or {}, 6)  # fmt: skip
    found = consistency.__dict__[check](given)
    return [(each.description, each.passed) for each in getattr(found, "checks", found)]


@pytest.mark.parametrize(
    ("printed", "facts", "places", "expected"),
    [
        ("11", {"a": "11"}, (), []),
        ("11", {"a": "12"}, (), [("12 in place of a", False)]),
        ("11", {"a": "12.0", "b": "11"}, ("Abstract",), [("12.0 in place of a", False)]),
        ("11", {"a": "11"}, ("Abstract",), [("also printed in Abstract", True)]),
        ("11", {}, ("Results", "Abstract"), [("also printed in Abstract", True)]),
        ("11", {}, ("Results",), [("repeated in the same section, Results", True)]),
        # Two facts that contradict the claim in the same words are told once.
        ("11", {"a": "12", "b": "13"}, (), [("12 in place of a", False),
                                            ("13 in place of b", False)]),
    ],
)  # fmt: skip
def test_a_fact_contradicts_and_only_another_claim_confirms(printed, facts, places, expected):
    inputs = " ".join(f"fact={name}" for name in facts)
    assert checks("check_fact", printed, inputs, facts, places=places) == expected


def test_the_same_contradiction_is_told_once():
    found = checks("check_fact", "11", "fact=a fact=a", {"a": "12"})
    assert found == [("12 in place of a", False)]


@pytest.mark.parametrize(
    ("cell", "expected"), [("20.0", []), ("21", [("21 in text.csv", False)]), (None, [])]
)
def test_a_claim_is_compared_with_the_cell_of_its_name(cell, expected):
    facts = {} if cell is None else {"text.mice": cell}
    assert checks("compare_with_own_cell", "20", facts=facts) == expected


def test_a_contradicted_number_is_not_reproduced():
    given = ClaimInputs(claim("11", "fact=a"), Facts(a="12"))
    (found,) = consistency.check_fact(given).checks
    assert found.verdict_if_failed is Verdict.NOT_REPRODUCED
    given = ClaimInputs(claim("11"), Facts(**{"text.mice": "12"}))
    (found,) = consistency.compare_with_own_cell(given)
    assert found.verdict_if_failed is Verdict.NOT_REPRODUCED


@pytest.mark.parametrize(
    ("printed", "unit", "limit", "limit_unit", "passed"),
    [
        ("11", "mice", "11", "", True),
        ("12", "mice", "11", "", False),
        ("14", "days", "2", "weeks", True),
        ("15", "days", "2", "weeks", False),
        ("2", "weeks", "14", "days", True),
        ("2", "weeks", "13", "days", False),
        ("2", "weeks", "2", "weeks", True),
        ("8", "days", "7", "days", False),
    ],
)
def test_a_number_may_reach_its_limit(printed, unit, limit, limit_unit, passed):
    facts = {"a": limit} | ({"a.unit": limit_unit} if limit_unit else {})
    ((text, holds),) = checks("check_at_most", printed, "limit=a", facts, unit=unit)
    assert holds is passed
    assert text == f"does not exceed {limit}{f' {limit_unit}' if limit_unit else ''}"


def test_a_limit_may_be_a_difference_and_a_dose_has_its_unit():
    facts = {"a": "20", "b": "5", "c": "4"}
    for printed, holds in (("11", True), ("12", False)):
        found = checks("check_at_most", printed, "limit=a less=b less=c", facts)
        assert found == [("does not exceed 20 − 5 − 4 = 11", holds)]
    found = checks("check_at_most", "11", "limit=a", facts, unit="g", kind="dose")
    assert found == [("does not exceed 20 g", True)]


@pytest.mark.parametrize(
    ("printed", "passed"), [("3", True), ("7", True), ("2.9", False), ("7.1", False)]
)
def test_a_number_may_be_either_limit(printed, passed):
    found = checks("check_between", printed, "low=a high=b", {"a": "3", "b": "7"})
    assert found == [("from 3 to 7", passed)]


@pytest.mark.parametrize(
    ("printed", "called", "in_range", "agrees"),
    [
        ("0.04", "true", True, True),
        ("0.04", "false", True, False),
        ("0.05", "true", True, False),
        ("0.05", "false", True, True),
        ("< 0.05", "true", True, True),
        ("< 0.06", "true", True, False),
        ("0", "true", True, True),
        ("1", "false", True, True),
        ("1.01", "false", False, True),
        ("-0.01", "true", False, True),
    ],
)
def test_a_p_value_agrees_with_what_it_is_called(printed, called, in_range, agrees):
    facts = {"level": "0.05", "called": called}
    found = checks("check_p_value", printed, "level=level significant=called", facts)
    word = "significant" if called == "true" else "not significant"
    assert found == [("between 0 and 1", in_range), (f"called {word} at 0.05", agrees)]


@pytest.mark.parametrize(
    ("low", "high", "scale", "printed", "expected"),
    [
        (0, 10, "the scale", "10.0", [("within the scale, from 0 to 10", True)]),
        (0, 10, "the scale", "10.05", [("within the scale, from 0 to 10", False)]),
        # 10 rounded to whole numbers may print 10.4, and no more; so may –0.05.
        (0, 10, "the scale", "0", [("within the scale, from 0 to 10", True)]),
        (1, 10, "the scale", "0.95", [("within the scale, from 1 to 10", False)]),
        (-5, 10, "the scale", "-5", [("within the scale, from −5 to 10", True)]),
        (-5, 10, "the scale", "-6", [("within the scale, from −5 to 10", False)]),
        (3, None, "the scale", "3", [("at least 3", True)]),
        (3, None, "the scale", "2.99", [("at least 3", False)]),
        (3, None, "the scale", "99", [("at least 3", True)]),
        (None, None, "the scale", "-99", []),
        (None, None, "", "0", [("non-negative", True)]),
        (None, None, "", "-1", [("non-negative", False)]),
        (None, None, "", "1", [("non-negative", True)]),
    ],
)
def test_a_quartile_lies_on_its_scale_with_one_end_or_two(low, high, scale, printed, expected):
    grid = ValueGrid(low, high, Fraction(1, 100), "in hundredths", scale)
    inputs = "n=n instrument=m"
    found = checks("check_quartile", printed, inputs, {"n": "5"}, measures={"m": grid},
                   name="text.m.median")  # fmt: skip
    assert found[: len(expected)] == expected
    assert [text for text, _ in found[len(expected) :]] == ["attainable by 5 values in hundredths"]


@pytest.mark.parametrize(("decimals", "half"), [("4.5", Fraction(1, 20)), ("4", Fraction(1, 2))])
def test_a_value_beyond_an_end_by_half_a_printed_unit_may_have_been_rounded(decimals, half):
    value = Fraction(decimals)
    for low, high, name, inside in (
        (value + half, value + 9, "at the lower end", True),
        (value + half + Fraction(1, 100), value + 9, "below it", False),
        (value - 9, value - half, "at the upper end", True),
        (value - 9, value - half - Fraction(1, 100), "above it", False),
    ):
        grid = ValueGrid(low, high, Fraction(1, 100), "in hundredths", "the scale")
        found = checks("check_quartile", decimals, "n=n instrument=m", {"n": "1"},
                       measures={"m": grid}, name="text.m.median")  # fmt: skip
        assert found[0][1] is inside, name
    for low, inside in ((value + half, True), (value + half + Fraction(1, 100), False)):
        grid = ValueGrid(low, None, Fraction(1, 100), "in hundredths", "the scale")
        found = checks("check_quartile", decimals, "n=n instrument=m", {"n": "1"},
                       measures={"m": grid}, name="text.m.median")  # fmt: skip
        assert found[0][1] is inside


def test_quartiles_ascend_or_are_equal():
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    for numbers, ordered in (("2 4 6", True), ("4 4 4", True), ("5 4 6", False), ("2 7 6", False)):
        facts = dict(zip(("q1", "median", "q3"), numbers.split(), strict=True)) | {"n": "7"}
        found = checks("check_quartile", facts["median"],
                       "q1=q1 median=median q3=q3 n=n instrument=m", facts,
                       measures={"m": grid}, name="text.m.median")  # fmt: skip
        assert found[0] == ("quartiles in ascending order", ordered)


def test_a_claim_is_checked_with_the_other_quartiles_and_not_with_its_own_fact():
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    facts = {"q1": "2", "median": "4", "q3": "6", "n": "3"}
    for printed, attainable in (("4", True), ("4.5", False)):
        found = checks("check_quartile", printed, "q1=q1 median=median q3=q3 n=n instrument=m",
                       facts, measures={"m": grid}, name="text.m.median")  # fmt: skip
        assert found[-1][1] is attainable


def test_a_median_alone_is_no_other_quartile():
    # Of four whole numbers a quartile may end on a quarter; half of a sum does not.
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    for name, attainable in (("text.m.median", False), ("text.m.q1", True)):
        found = checks("check_quartile", "4.25", "n=n instrument=m", {"n": "4"},
                       measures={"m": grid}, name=name)  # fmt: skip
        assert found[-1][1] is attainable


@pytest.mark.parametrize(("n", "listed"), [(7, True), (8, True), (9, False)])
def test_up_to_eight_values_are_listed(n, listed):
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    facts = {"q1": "2", "median": "4", "q3": "6", "n": str(n + 2), "gone": "2"}
    found = checks("check_quartile", "4", "q1=q1 median=median q3=q3 n=n less=gone instrument=m",
                   facts, measures={"m": grid}, name="text.m.median")  # fmt: skip
    text, passed = found[-1]
    assert passed
    assert text.startswith("all three quartiles jointly attainable")
    assert (", such as by the made-up values " in text) is listed
    if listed:
        values = [int(value) for value in text.partition(" made-up values ")[2].split(", ")]
        assert len(values) == n
        assert values == sorted(values)
    assert found[-2][0] == f"attainable by {n} values in whole points"


def test_what_no_values_give_is_told_with_the_rule():
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    found = checks("check_quartile", "4.3", "n=n instrument=m", {"n": "7"},
                   measures={"m": grid}, name="text.m.median")  # fmt: skip
    text, passed = found[-1]
    assert not passed
    assert text.endswith(", for 7 values in whole points, quartile definition 6")


@pytest.mark.parametrize(("printed", "passed"), [("4", True), ("4.5", False)])
def test_one_value_is_every_quartile(printed, passed):
    grid = ValueGrid(0, 10, Fraction(1), "in whole points", "the scale")
    found = checks("check_quartile", printed, "n=n instrument=m", {"n": "1"},
                   measures={"m": grid}, name="text.m.q3")  # fmt: skip
    assert found[-1] == ("attainable by a value in whole points", passed)


def test_a_grid_may_be_stated_with_one_end():
    facts = {"n": "3", "low": "2", "step": "0.5"}
    found = checks("check_quartile", "1", "n=n low=low step=step", facts, name="text.m.median")
    assert found[0] == ("at least 2", False)
    assert found[1] == ("attainable by 3 values in steps of 0.5", True)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, (-10, 10)), (2, 5, (-3, 3)), (0, None, (None, None)), (None, 9, (None, None))],
)
def test_a_change_spans_the_scale_in_both_directions(low, high, expected):
    grid = ValueGrid(low, high, Fraction(1, 2), "in halves", "the scale").for_change()
    assert (grid.low, grid.high) == expected
    assert (grid.step, grid.phrase, grid.scale) == (Fraction(1, 2), "in halves", "the scale")


@pytest.mark.parametrize(
    ("printed", "unit", "expected"),
    [
        ("1", "studies", "1 study"),
        ("2", "studies", "2 studies"),
        ("one", "analyses", "one analysis"),
        ("1", "mice", "1 mice"),
        ("1", "days", "1 day"),
        ("1.0", "days", "1.0 days"),
        ("2", "version", "version 2"),
        ("7", "patient number", "patient 7"),
        ("third", "patient number", "third patient"),
        ("first", "event", "first event"),
        ("0.5", "proportion", "0.5"),
        ("2016", "year", "2016"),
        ("5", "%", "5%"),
        ("95", "percentile", "95th percentile"),
        ("Majority", "patients", "Majority of the patients"),
        ("nearly half", "patients", "nearly half of the patients"),
        ("mostly", "patients", "mostly"),
        ("80", "g", "80 g"),
    ],
)
def test_a_number_stands_with_its_unit_as_a_sentence_has_it(printed, unit, expected):
    assert number_with_unit(printed, unit) == expected
