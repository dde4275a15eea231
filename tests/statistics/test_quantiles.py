"""Quantiles against R and NumPy, by their weights, and as SPSS prints them."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.lim2021.trial_description import table_decimals
from tisstats.printed import format_median_quartiles
from tisstats.statistics import QUANTILE_DEFINITIONS, format_median_iqr, quantile_weights, quantiles
from tisstats.statistics.quantiles import parse_definition

NUMPY_METHODS = {
    "spss": "weibull",
    1: "inverted_cdf",
    2: "averaged_inverted_cdf",
    3: "closest_observation",
    4: "interpolated_inverted_cdf",
    5: "hazen",
    6: "weibull",
    7: "linear",
    8: "median_unbiased",
    9: "normal_unbiased",
}


def golden_rows():
    def numbers(text):
        return [float(number) for number in text.split(";")]

    path = Path(__file__).parent / "golden" / "quantiles.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            yield (
                int(row["definition"]) or "tukey-hinges",
                numbers(row["values"]),
                numbers(row["probabilities"]),
                numbers(row["quantiles"]),
            )


@pytest.mark.parametrize("definition", [*range(1, 10), "tukey-hinges"])
def test_agrees_with_r(definition):
    rows = [row[1:] for row in golden_rows() if row[0] == definition]
    assert len(rows) == 10
    for values, probabilities, expected in rows:
        assert quantiles(values, probabilities, definition) == pytest.approx(expected, abs=1e-12)


def test_spss_is_type_6_where_it_prints_a_value():
    for definition, values, probabilities, expected in golden_rows():
        if definition != 6:
            continue
        printed = [
            math.nan if (len(values) + 1) * p > len(values) - 1e-9 else quantile
            for p, quantile in zip(probabilities, expected, strict=True)
        ]
        assert quantiles(values, probabilities, "spss") == pytest.approx(
            printed, abs=1e-12, nan_ok=True
        )


def pspp_rows(label):
    path = Path(__file__).parent / "golden" / "quantiles_pspp.csv"
    with path.open(encoding="utf-8") as file:
        return [
            [float(cell) if cell else None for cell in row[2:]]
            for row in csv.reader(file)
            if row[1:2] == [label]
        ]


def samples():
    """The samples of the golden file, each once, in its order."""
    return [values for definition, values, _, _ in golden_rows() if definition == 1]


def test_haverage_agrees_with_pspp():
    shares = [Fraction(percent, 100) for percent in (10, 20, 25, 50, 60, 75, 90)]
    compared = 0
    for values, printed in zip(samples(), pspp_rows("Weighted Average"), strict=True):
        for share, expected in zip(shares, printed, strict=True):
            # Outside, PSPP differs from SPSS: below position 1 it interpolates from nought, and
            # from position n on it prints the greatest value where SPSS prints none.
            if 1 <= (len(values) + 1) * share < len(values):
                assert quantiles(values, share, "spss") == pytest.approx(expected, abs=0.005 + 1e-9)
                compared += 1
            elif (len(values) + 1) * share >= len(values):
                assert np.isnan(quantiles(values, share, "spss"))
                assert expected == pytest.approx(max(values))
    assert compared > 40


def test_hinges_agree_with_pspp():
    for values, printed in zip(samples(), pspp_rows("Tukey's Hinges"), strict=True):
        if len(values) >= 3:  # PSPP has none, not a number, for fewer
            expected = [printed[place] for place in (2, 3, 5)]
            found = quantiles(values, [0.25, 0.5, 0.75], "tukey-hinges")
            assert found == pytest.approx(expected, abs=0.005 + 1e-9)


@settings(deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40),
    probability=st.floats(0, 1),
    definition=st.sampled_from(list(NUMPY_METHODS)),
)
def test_agrees_with_numpy(values, probability, definition):
    position = len(values) * probability
    if definition in (1, 2, 3) and abs(2 * position - round(2 * position)) < 1e-9:
        return  # NumPy lets binary noise decide between the two sides of a jump
    result = quantiles(values, probability, definition)
    if not np.isnan(result):
        expected = np.quantile(values, probability, method=NUMPY_METHODS[definition])
        assert result == pytest.approx(expected, rel=1e-9, abs=1e-5)


def test_three_quartiles_of_19_are_single_ordered_values():
    one = Fraction(1)
    quartiles = [quantile_weights(19, p, "spss") for p in (0.25, 0.5, 0.75)]
    assert quartiles == [{5: one}, {10: one}, {15: one}]


@pytest.mark.parametrize(
    ("n", "quartiles"),
    [
        (8, [{2: "3/4", 3: "1/4"}, {4: "1/2", 5: "1/2"}, {6: "1/4", 7: "3/4"}]),
        (6, [{1: "1/4", 2: "3/4"}, {3: "1/2", 4: "1/2"}, {5: "3/4", 6: "1/4"}]),
        (4, [{1: "3/4", 2: "1/4"}, {2: "1/2", 3: "1/2"}, {3: "1/4", 4: "3/4"}]),
        (3, [{1: "1"}, {2: "1"}, {}]),
        (2, [{1: "1"}, {1: "1/2", 2: "1/2"}, {}]),
        (1, [{1: "1"}, {}, {}]),
    ],
)
def test_quartiles_of_small_groups_as_spss_interpolates_them(n, quartiles):
    expected = [{rank: Fraction(weight) for rank, weight in row.items()} for row in quartiles]
    assert [quantile_weights(n, p, "spss") for p in (0.25, 0.5, 0.75)] == expected


def test_spss_prints_percentiles_of_9_up_to_the_89th():
    # The example of IBM's technote 1484728: with 9 cases, (W + 1) p reaches W at the 90th.
    printed = quantiles(np.arange(1, 10), np.arange(1, 100) / 100, "spss")
    assert np.flatnonzero(np.isnan(printed)).tolist() == list(range(89, 99))
    assert printed[88] == pytest.approx(8.9)
    assert printed[:10] == pytest.approx(1)  # positions below 1: the smallest value


def test_binary_noise_does_not_move_a_quantile():
    # 100 * 0.07 lies above 7 in binary; R and NumPy answer 8.
    assert quantile_weights(100, 0.07, 1) == {7: Fraction(1)}
    assert quantile_weights(10, 0.1 + 0.2, 1) == quantile_weights(10, 0.3, 1) == {3: Fraction(1)}
    assert quantile_weights(3, 1 / 3, 2) == quantile_weights(3, Fraction(1, 3), 2)


@settings(deadline=None)
@given(
    n=st.integers(1, 200),
    probability=st.one_of(st.floats(0, 1), st.fractions(0, 1)),
    definition=st.sampled_from(sorted(set(QUANTILE_DEFINITIONS) - {"tukey-hinges"}, key=str)),
)
def test_weights_are_positive_and_add_up_to_1(n, probability, definition):
    weights = quantile_weights(n, probability, definition)
    assert list(weights) == sorted(weights)
    assert all(1 <= rank <= n for rank in weights)
    assert all(weight > 0 for weight in weights.values())
    assert len(weights) <= 2
    if weights:
        assert sum(weights.values()) == 1
    else:
        assert definition == "spss"
        assert (n + 1) * probability > n - 1e-9


@pytest.mark.parametrize("definition", [2, 5, 6, 7, 8, 9])
@given(n=st.integers(1, 60), hundredth=st.integers(0, 100))
@examples(25)
def test_symmetric_definitions_mirror(definition, n, hundredth):
    share = Fraction(hundredth, 100)
    mirrored = quantile_weights(n, 1 - share, definition)
    assert quantile_weights(n, share, definition) == {
        n + 1 - rank: weight for rank, weight in mirrored.items()
    }


@pytest.mark.parametrize("n", range(1, 30))
def test_hinges_are_medians_of_halves_that_share_the_median(n):
    values = np.arange(1.0, n + 1) ** 2
    half = (n + 1) // 2
    expected = [
        values[0], np.median(values[:half]), np.median(values),
        np.median(values[n - half :]), values[-1],
    ]  # fmt: skip
    result = quantiles(values[::-1], [0, 0.25, 0.5, 0.75, 1], "tukey-hinges")
    assert result == pytest.approx(expected)


def test_the_result_has_the_shape_of_the_probabilities():
    assert quantiles([1, 2, 3], 0.5).shape == ()
    assert quantiles([1, 2, 3], [[0.25, 0.5]], 7).shape == (1, 2)
    assert quantiles([1, 2, 3], [], 7).shape == (0,)
    assert quantiles(pd.Series([3, 1, 2], index=[9, 8, 7]), [0.5]).tolist() == pytest.approx([2])


def test_the_values_that_were_given_stay_as_they_are():
    values = np.array([3.0, 1.0, 2.0])
    quantiles(values, [0.5])
    assert values.tolist() == pytest.approx([3, 1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: quantiles([], [0.5]),
            "values must be a non-empty 1-D sequence of finite numbers, got []",
        ),
        (
            lambda: quantiles([[1, 2]], [0.5]),
            "values must be a non-empty 1-D sequence of finite numbers, got [[1, 2]]",
        ),
        (
            lambda: quantiles([1, math.nan, 3], [0.5]),
            "values must be finite numbers, got nan at position 2 of 3",
        ),
        (
            lambda: quantiles([1, None, 3], [0.5]),
            "values must be finite numbers, got None at position 2 of 3",
        ),
        (
            lambda: quantiles(["1", "2"], [0.5]),
            "values must be finite numbers, got '1' at position 1 of 2",
        ),
        (
            lambda: quantiles([1, 2], [25, 50]),
            "probability must be a proportion from 0 to 1, got 25; did you mean 0.25?",
        ),
        (
            lambda: quantiles([1, 2], [-0.1]),
            "probability must be a proportion from 0 to 1, got -0.1",
        ),
        (
            lambda: quantiles([1, 2], [0.5], 10),
            "definition must be one of spss, 1, 2, 3, 4, 5, 6, 7, 8, 9, tukey-hinges, got 10",
        ),
        (
            lambda: quantiles([1, 2], [0.5], True),
            "definition must be one of spss, 1, 2, 3, 4, 5, 6, 7, 8, 9, tukey-hinges, got True",
        ),
        (
            lambda: quantiles([1, 2], [0.5], "weibull"),
            "definition must be one of spss, 1, 2, 3, 4, 5, 6, 7, 8, 9, tukey-hinges, "
            "got 'weibull'",
        ),
        (
            lambda: quantiles([1, 2], [0.1], "tukey-hinges"),
            "probability must be 0, 0.25, 0.5, 0.75 or 1 for 'tukey-hinges', got 0.1",
        ),
        (
            lambda: quantile_weights(0, 0.5),
            "n must be a whole number of at least 1, got 0",
        ),
    ],
)
def test_errors_name_the_argument_its_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match="must be") as error:
        call()
    assert str(error.value) == message


def test_every_definition_has_a_source():
    for name, description in QUANTILE_DEFINITIONS.items():
        assert any(word in description for word in ("Hyndman", "Tukey", "IBM")), name


@pytest.mark.parametrize(
    ("quartiles", "printed"),
    [
        ((3.2, 3.8, 4.0), "3.8 (3.2–4.0)"),
        ((-2.0, -1.25, -0.125), "−1.3 (−2.0 to −0.1)"),
        ((-7, 10, 29), "10 (−7.0 to 29)"),
        ((-1.1, -0.625, 0), "−0.6 (−1.1 to 0.0)"),
        ((-0.04, 0.0, 2), "0.0 (0.0–2.0)"),
        ((9.949, 9.95, 10.5), "10 (9.9–11)"),
        ((-3066, -103, -12), "−103 (−3066 to −12)"),
        ((179, 1199, 6500), "1199 (179–6500)"),
    ],
)
def test_quartiles_are_printed_as_in_the_article(quartiles, printed):
    q1, median, q3 = quartiles
    assert format_median_quartiles(median, q1, q3, decimals=table_decimals) == printed


def test_quartiles_of_few_values_are_formatted_as_far_as_there_are_any():
    assert format_median_iqr([7, 1, 3], "spss") == "3.0 (1.0 to NA)"
    assert format_median_iqr([7, 1, 3], "spss", missing=".") == "3.0 (1.0 to .)"
    assert format_median_iqr([7, 1, 3]) == "3.0 (2.0 to 5.0)"
    assert format_median_iqr([7, 1], "spss", decimals=0) == "4 (1 to NA)"
    assert format_median_iqr([53], "spss", decimals=0) == "53"
    assert format_median_iqr([-4.5], "spss") == "-4.5"


def test_decimals_are_the_same_for_all_sizes_unless_asked_for():
    assert format_median_iqr([-7, 10, 29]) == "10.0 (1.5 to 19.5)"
    assert format_median_iqr([-7, 10.125, 29], decimals=2) == "10.13 (1.56 to 19.56)"


@pytest.mark.parametrize("kind", [str, int, np.int64])
@pytest.mark.parametrize("number", range(1, 10))
def test_types_of_r_may_come_as_text_or_any_whole_number(kind, number):
    assert parse_definition(kind(number)) == number
    values = [4, 1, 3, 9, 2]
    expected = quantiles(values, [0.1, 0.6], number).tolist()
    assert quantiles(values, [0.1, 0.6], kind(number)).tolist() == expected
    assert quantile_weights(5, 0.1, kind(number)) == quantile_weights(5, 0.1, number)
    assert format_median_iqr(values, kind(number)) == format_median_iqr(values, number)


@pytest.mark.parametrize("value", [True, np.True_, 7.0, "07", " 7", "10", None, [7], math.nan])
def test_what_is_no_definition(value):
    with pytest.raises(ValueError, match=r"^definition must be one of spss, 1, 2, .*, got "):
        parse_definition(value)


def test_the_default_is_that_of_numpy_and_pandas():
    values = [4, 1, 3, 9, 2, 2.5]
    assert quantiles(values, [0.1, 0.7]) == pytest.approx(np.quantile(values, [0.1, 0.7]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decimals": 1.5}, "decimals must be a whole number from 0 to 10,000, got 1.5"),
        ({"decimals": True}, "decimals must be a whole number from 0 to 10,000, got True"),
        ({"missing": None}, "missing must be text, got None"),
    ],
)
def test_formatting_checks_every_argument(options, message):
    for values in ([1, 2, 3], [1]):
        with pytest.raises(ValueError, match="must be") as raised:
            format_median_iqr(values, **options)
        assert str(raised.value) == message
    with pytest.raises(ValueError, match=r"^definition must be one of"):
        format_median_iqr([1], "unknown")  # a single value needs none
