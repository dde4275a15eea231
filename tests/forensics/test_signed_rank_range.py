"""Attainable signed-rank P values, against every sample written out."""

import math
import re
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples, some
from tisstats.forensics.signed_rank_range import signed_rank_p_range
from tisstats.printed import format_rounded, matches_print, parse
from tisstats.statistics import quantile_weights
from tisstats.statistics.signed_rank import signed_rank_test

SHARES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def quartiles(values, definition="spss"):
    """Exact quartiles of sorted fractions."""
    weights = [quantile_weights(len(values), share, definition) for share in SHARES]
    return [sum(w * values[rank - 1] for rank, w in each.items()) for each in weights]


@cache
def every_sample(printed, n, step, low, high, definition):
    """All samples on the grid whose quartiles print as given: the slow way."""
    return list(_samples(printed, n, Fraction(step), low, high, definition))


def _samples(printed, n, step, low, high, definition):
    grid = [k * step for k in range(int(low / step), int(high / step) + 1)]
    numbers = [parse(text) for text in printed]
    for values in combinations_with_replacement(grid, n):
        found = quartiles(values, definition)
        if all(matches_print(v, number) for v, number in zip(found, numbers, strict=True)):
            yield values


def pvalue(values, method):
    return signed_rank_test([float(v) for v in values], method=method).pvalue


@cache
def every_pvalue(case, method):
    """The P value of each sample."""
    return [pvalue(values, method) for values in every_sample(*case)]


CASES = [
    # quartiles, n, step, low, high, definition
    (("–2", "–1", "0"), 7, 1, -3, 3, "spss"),
    (("–1", "0", "1"), 7, 1, -3, 4, "spss"),
    (("0", "1", "2"), 7, 1, -2, 3, "spss"),
    (("–1.0", "0.0", "1.0"), 7, "1/2", -2, 2, "spss"),
    (("–2", "0", "2"), 6, 1, -4, 4, "spss"),
    (("–1.5", "0.5", "1.8"), 4, "1/2", -6, 6, "spss"),
    (("–3", "1", "4"), 4, 1, -12, 12, "spss"),
    (("–1", "1", "2"), 5, 1, -5, 5, "spss"),
    (("–2", "–1", "1"), 8, 1, -3, 3, "spss"),
    (("–1", "1", "2"), 6, 1, -4, 4, 7),
    (("–1", "0", "2"), 6, 1, -4, 4, 8),
    (("–1", "0", "2"), 6, 1, -4, 4, 2),
    (("–2", "–1", "2"), 5, 1, -5, 5, 9),
    (("–2", "1", "2"), 7, 1, -3, 3, "tukey-hinges"),
    (("0", "0", "0"), 7, 1, -2, 2, "spss"),
    (("–1", "0", "0"), 7, 1, -2, 2, "spss"),
    (("1", "2", "3"), 7, 1, 0, 4, 6),
]


#: As numbers and as limits on either side.
PRINTED_P = [*some(["0.01", "0.05", "0.06", "0.20", "0.4", "0.83", "1.00"], 3), "< 0.05", "> 0.9"]


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
@pytest.mark.parametrize(("printed", "n", "step", "low", "high", "definition"), CASES)
def test_bounds_and_attainability_are_those_of_all_samples(
    printed, n, step, low, high, definition, method
):
    step = Fraction(step)
    case = (printed, n, step, low, high, definition)
    samples = every_sample(*case)
    all_pvalues = {round(each, 12) for each in every_pvalue(case, method)}
    assert samples
    for printed_p in PRINTED_P:
        found = signed_rank_p_range(
            *printed, n, step, low, high, definition=definition, method=method, printed_p=printed_p
        )
        assert found.low == pytest.approx(min(all_pvalues), abs=1e-11)
        assert found.high == pytest.approx(max(all_pvalues), abs=1e-11)
        assert found.printed_p_attainable == any(
            matches_print(p, parse(printed_p)) for p in all_pvalues
        )
        assert found.sample_low in samples
        assert found.sample_high in samples
        assert pvalue(found.sample_low, method) == pytest.approx(found.low, abs=1e-12)
        assert pvalue(found.sample_high, method) == pytest.approx(found.high, abs=1e-12)
        assert (found.sample_printed is not None) == found.printed_p_attainable
        if found.printed_p_attainable:
            assert found.sample_printed in samples
            assert matches_print(pvalue(found.sample_printed, method), parse(printed_p))


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
@pytest.mark.parametrize(("printed", "n", "step", "low", "high", "definition"), CASES)
def test_range_given_an_asymptotic_p_is_that_of_all_samples(
    printed, n, step, low, high, definition, method
):
    step = Fraction(step)
    case = (printed, n, step, low, high, definition)
    both = list(zip(every_pvalue(case, "asymptotic"), every_pvalue(case, method), strict=True))
    for text in ("0.05", "0.1", "0.3", "1.0"):
        pvalues = [each for asymptotic, each in both if matches_print(asymptotic, parse(text))]
        found = signed_rank_p_range(
            *(*printed, n, step, low, high),
            definition=definition,
            method=method,
            asymptotic_p=text,
            printed_p="0.25",
        )
        assert found.possible == bool(pvalues)
        assert found.printed_p_attainable == any(matches_print(p, parse("0.25")) for p in pvalues)
        if pvalues:
            assert found.low == pytest.approx(min(pvalues), abs=1e-12)
            assert found.high == pytest.approx(max(pvalues), abs=1e-12)
            for witness in (found.sample_low, found.sample_high):
                assert matches_print(pvalue(witness, "asymptotic"), parse(text))


@given(data=st.data())
@examples(12)
def test_any_sample_lies_in_the_range_of_its_own_printed_quartiles(data):
    n = data.draw(st.integers(4, 14))  # a range of 20 may take seconds
    step = data.draw(st.sampled_from([Fraction(1), Fraction(1, 8), Fraction(1, 10), Fraction(5)]))
    definition = data.draw(st.sampled_from(["spss", 6, 7, 2]))
    steps = data.draw(st.lists(st.integers(-12, 15), min_size=n, max_size=n))
    values = sorted(k * step for k in steps)
    decimals = data.draw(st.integers(0, 2))
    printed = [format_rounded(q, decimals) for q in quartiles(values, definition)]
    observed = pvalue(values, "asymptotic")
    found = signed_rank_p_range(
        *printed, n, step, definition=definition, printed_p=format_rounded(observed, 3)
    )
    assert found.low - 1e-12 <= observed <= found.high + 1e-12
    assert found.printed_p_attainable
    for witness in (found.sample_low, found.sample_high, found.sample_printed):
        assert [format_rounded(q, decimals) for q in quartiles(witness, definition)] == printed
        assert all((value / step).denominator == 1 for value in witness)


@given(data=st.data())
@examples(6)
def test_exact_p_values_lie_in_their_range_too(data):
    n = data.draw(st.integers(4, 9))
    steps = data.draw(st.lists(st.integers(-6, 8), min_size=n, max_size=n))
    values = sorted(map(Fraction, steps))
    printed = [format_rounded(q, 1) for q in quartiles(values)]
    observed = pvalue(values, "exact")
    found = signed_rank_p_range(
        *printed, n, 1, definition="spss", method="exact", printed_p=format_rounded(observed, 4)
    )
    assert found.low - 1e-12 <= observed <= found.high + 1e-12
    assert found.printed_p_attainable


def test_a_printed_p_between_the_bounds_need_not_be_attainable():
    found = signed_rank_p_range(
        "–0.6", "–0.2", "0.0", n=5, step="0.1", definition="spss", printed_p="0.12"
    )
    assert found.low < 0.115
    assert found.high > 0.125
    assert found.printed_p_attainable is False
    assert found.sample_printed is None


def test_quartiles_that_no_sample_has():
    found = signed_rank_p_range(
        "0.0", "4.5", "9.0", n=19, step=1, definition="spss", printed_p="0.03"
    )
    assert not found.possible
    assert (found.low, found.high, found.printed_p_attainable) == (None, None, False)
    assert found.proof_note == (
        "No values on this grid within these limits match all printed numbers."
    )
    assert not signed_rank_p_range(
        "1", "2", "3", n=19, step=1, definition="spss", low=5, high=9
    ).possible
    assert not signed_rank_p_range("3", "2", "1", n=19, step=1, definition="spss").possible


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"low": 9, "high": 5}, "low must be at most high, 5, got 9"),
        ({"q1": "abc"}, "q1 must be a number as printed"),
        ({"printed_p": "0.3%"}, "printed_p must be a P value from 0 to 1 as printed"),
        ({"asymptotic_p": "0.3%"}, "asymptotic_p must be a P value from 0 to 1 as printed"),
        ({"printed_p": "NS"}, "printed_p must be a P value from 0 to 1 as printed"),
        ({"printed_p": "0,03"}, "printed_p must be a P value from 0 to 1 as printed"),
        ({"q1": "P = .03"}, "q1 must be a number as printed"),
        ({"step": "x"}, "step must be a finite number"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_name(changes, message):
    given = {"q1": "1", "median": "2", "q3": "3", "n": 5, "step": 1, "definition": "spss"} | changes
    with pytest.raises(ValueError, match=message):
        signed_rank_p_range(**given)


@pytest.mark.parametrize(
    ("print_", "same"),
    [(".12", "0.12"), ("P = .12", "0.12"), ("= 0.12", "0.12"), ("p<.12", "< 0.12")],
)
def test_a_p_value_may_be_printed_in_any_style(print_, same):
    one, other = (
        signed_rank_p_range(
            "–0.6", "–0.2", "0.0", n=5, step="0.1", definition="spss", printed_p=text
        )
        for text in (print_, same)
    )
    assert one == other


def test_a_limit_of_the_scale_narrows_the_range():
    wide = signed_rank_p_range("0", "1", "2", n=11, step=1, definition="spss")
    narrow = signed_rank_p_range("0", "1", "2", n=11, step=1, definition="spss", low=0)
    assert narrow.high < wide.high
    assert min(narrow.sample_high) >= 0


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
@pytest.mark.parametrize(
    ("near", "far"), [({"low": -2}, {"high": 60}), ({"high": 3}, {"low": -60}), ({}, {})]
)
def test_a_scale_with_one_end_is_one_whose_other_end_is_far_away(method, near, far):
    args = {"n": 5, "step": 1, "definition": 6, "method": method}
    one = signed_rank_p_range("-1", "1", "2", **args, **near)
    two = signed_rank_p_range("-1", "1", "2", **args, **near, **far or {"low": -60, "high": 60})
    assert (one.low, one.high) == (two.low, two.high)
    for sample in (one.sample_low, one.sample_high):
        assert sample[0] >= near.get("low", -math.inf)
        assert sample[-1] <= near.get("high", math.inf)


def test_the_rule_of_rounding_matters():
    # The third of seven values halfway: 0.5 prints 1, or 0 where halves go to even.
    args = {"n": 3, "step": "1/2", "low": "-1/2", "high": "3/2", "definition": 7}
    half_up = signed_rank_p_range("1", "1", "1", **args)
    half_even = signed_rank_p_range("1", "1", "1", **args, rounding="half-even")
    assert half_up.sample_low[0] == Fraction(1, 2)
    assert min(half_even.sample_low[0], half_even.sample_high[0]) > 0
    assert signed_rank_p_range("0", "0", "0", **args, rounding="half-even").possible


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
def test_a_long_search_says_how_far_it_is(method, monkeypatch):
    monkeypatch.setattr("tisstats.forensics._progress.SILENCE", 0.0)
    lines = []
    arguments = {"n": 8, "step": 1, "low": -4, "high": 5, "definition": 7, "method": method}
    found = signed_rank_p_range("–2", "0", "2", **arguments, printed_p="0.5", report=lines.append)
    assert found.possible
    assert found == signed_rank_p_range("–2", "0", "2", **arguments, printed_p="0.5")
    kinds = {re.sub(r"\d[\d,]*", "#", line) for line in lines}
    expected = {
        "# of # ranges of the sizes of differences",
        "# parts of the sample space searched",
    }
    if method == "exact":
        expected.add("# of # patterns of ties of # values that are not zero")
    assert kinds == expected
    for line in lines:
        if "patterns" in line or "ranges" in line:
            done, total = (int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", line)[:2])
            assert 0 < done <= total


def test_without_printed_p_nothing_is_said_of_it():
    found = signed_rank_p_range("–1", "0", "1", n=7, step=1, definition="spss")
    assert found.printed_p_attainable is None
    assert found.sample_printed is None


BAD = [
    ({"q1": -1}, "q1 must be a number as printed, a string"),
    (
        {"q1": "< 1"},
        "q1 must be a number as printed, a string such as '42.0', '–1.3' or '38%', not a bound",
    ),
    ({"q1": "many"}, "q1 must be a number as printed, a string"),
    ({"n": 0}, "n must be a whole number from 1 to 30, got 0"),
    ({"n": 21, "method": "exact"}, "n must be a whole number from 1 to 20, got 21"),
    ({"n": 3}, "q3 does not exist for 3 values by definition 'spss'"),
    ({"step": 0}, "step must be positive, got 0"),
    ({"step": "wide"}, "step must be a finite number"),
    ({"low": float("nan")}, "low must be a finite number"),
    ({"definition": 10}, "definition must be one of"),
    ({"method": "best"}, "method must be one of asymptotic, exact, got 'best'"),
    ({"rounding": "up"}, "rounding must be one of half-up, half-even, truncate, got 'up'"),
    ({"printed_p": 0.03}, "printed_p must be a P value from 0 to 1 as printed"),
    ({"printed_p": "1.2"}, "printed_p must be a P value from 0 to 1 as printed"),
]


@pytest.mark.parametrize(("changed", "said"), BAD)
def test_bad_arguments_are_named(changed, said):
    good = {"q1": "–1", "median": "0", "q3": "1", "n": 7, "step": 1, "definition": "spss"}
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        signed_rank_p_range(**(good | changed))


def test_the_proof_tells_what_was_gone_through():
    args = {"n": 3, "step": 1, "low": 0, "high": 1, "definition": 6}
    # Of 0, 0 or 1, and 1 there are two samples: 0 0 1 and 0 1 1; medians 0 and 1.
    found = signed_rank_p_range("0", "1", "1", **args)
    assert found.proof_note == (
        "By exhaustion: all 1 combinations of zeros, ties and rank sum that grid, limits and "
        "quartiles allow."
    )
    exact = signed_rank_p_range("0", "1", "1", **args, method="exact")
    assert exact.proof_note == (
        "By exhaustion: all patterns of ties, bounded by their 1 combinations of zeros, ties and "
        "rank sum that grid, limits and quartiles allow."
    )
    among = signed_rank_p_range("0", "1", "1", **args, asymptotic_p="P = .16")
    assert among.proof_note.endswith(
        " allow. Only samples whose asymptotic P value is printed as P = .16."
    )
    parts = signed_rank_p_range("–3", "1", "4", n=4, step=1, low=-12, high=12, definition="spss")
    assert re.search(r"quartiles allow, in ([2-9]|\d\d+) parts\.$", parts.proof_note)
