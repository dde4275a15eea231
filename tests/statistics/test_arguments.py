"""What arguments may be, at each end of what is allowed, and what is said of what they are not."""

import math
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from tisstats.statistics import _arguments as arguments

WHOLE = "n must be a whole number"


@pytest.mark.parametrize("value", [8, 8.0, np.int64(8), np.float32(8), np.uint8(8), np.float64(8)])
def test_a_whole_number_of_any_type_is_an_int(value):
    for limits in ({}, {"minimum": 8}, {"minimum": 8, "maximum": 8}, {"minimum": 1, "maximum": 9}):
        found = arguments.whole_number("n", value, **limits)
        assert (found, type(found)) == (8, int)


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        (8.5, {}, f"{WHOLE}, got 8.5"),
        (math.inf, {}, f"{WHOLE}, got inf"),
        (math.nan, {"minimum": 0}, f"{WHOLE} of at least 0, got nan"),
        (True, {}, f"{WHOLE}, got True"),
        ("8", {}, f"{WHOLE}, got '8'"),
        (None, {}, f"{WHOLE}, got None"),
        (Fraction(8), {}, f"{WHOLE}, got Fraction(8, 1)"),
        (7, {"minimum": 8}, f"{WHOLE} of at least 8, got 7"),
        (-1, {"minimum": 0, "maximum": 5}, f"{WHOLE} from 0 to 5, got -1"),
        (6, {"minimum": 0, "maximum": 5}, f"{WHOLE} from 0 to 5, got 6"),
        (6.0, {"minimum": 0, "maximum": 5}, f"{WHOLE} from 0 to 5, got 6.0"),
        (6, {"maximum": 5}, f"{WHOLE}, got 6"),
        (-1, {"minimum": 0, "place": " in row 2"}, f"{WHOLE} of at least 0, got -1 in row 2"),
    ],
)
def test_what_is_no_such_whole_number_is_refused(value, limits, expected):
    with pytest.raises(ValueError, match="whole") as raised:
        arguments.whole_number("n", value, **limits)
    assert str(raised.value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), (0.3, 0.3), (np.float32(0.3), 0.3), (Decimal("0.3"), 0.3), (Fraction(3, 10), 0.3),
     (np.float64(0.3), 0.3), (np.int64(3), 3.0)],
)  # fmt: skip
def test_a_real_number_is_a_float(value, expected):
    found = arguments.real_number("x", value)
    assert type(found) is float
    assert found.hex() == expected.hex()


BEYOND_FLOATS = 10**400


@pytest.mark.parametrize(
    "value",
    [True, np.True_, "1", b"1", None, [1], BEYOND_FLOATS, math.nan, math.inf, -math.inf,
     np.ma.masked, pd.NA, Decimal("sNaN")],
    ids=str,
)  # fmt: skip
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="x must be") as raised:
        arguments.real_number("x", value)
    shown = "a whole number of 401 digits" if value is BEYOND_FLOATS else repr(value)
    assert str(raised.value) == f"x must be a finite number, got {shown}"
    with pytest.raises(ValueError, match="x must be") as raised:
        arguments.real_number("x", value, "a length", " here")
    assert str(raised.value) == f"x must be a length, got {shown} here"


@pytest.mark.parametrize(
    "values",
    [np.ma.array([1.0, 2.0, 3.0], mask=[False, True, True]), [1.0, np.ma.masked, 2.0],
     (1.0, np.ma.masked, 2.0), np.ma.array([[1.0, 2.0, 3.0]], mask=[[False, True, False]]),
     np.ma.array(np.array([np.array(1.0), 2.0, 3.0], dtype=object), mask=[False, True, False])],
)  # fmt: skip
def test_masked_entries_are_counted_from_one(values):
    with pytest.raises(ValueError, match="masked") as raised:
        arguments.as_array("x", values)
    assert str(raised.value) == "x must have no masked entry, got one at position 2 of 3"


def test_arrays_keep_what_they_are_made_of():
    assert arguments.as_array("x", np.ma.array([1, 2], mask=False)).tolist() == [1, 2]
    mixed = arguments.as_array("x", [np.float32(0.3), 0.3])
    assert mixed.dtype == object
    assert type(mixed[0]) is np.float32
    assert arguments.as_array("x", (0.3, 1)).dtype == float
    given = np.array([1.0])
    assert arguments.as_array("x", given) is given


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, np.ma.masked, 2], [1, math.nan, math.nan, 2]),
        ((1, np.ma.masked), [1, math.nan]),
        (np.ma.array([1, 2], mask=[True, False]), [math.nan, 2]),
        (pd.array([1, None], dtype="Int64"), [1, math.nan]),
        ([Fraction(1, 2), pd.NA], [0.5, math.nan]),
        (np.array([0.3, np.nan], dtype=np.float32), [0.3, math.nan]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (5, 5),
        (np.ma.array([[1, 2]], mask=[[True, False]]), [[math.nan, 2]]),
    ],
)
def test_numbers_may_be_missing(values, expected):
    found = arguments.numbers_or_nan("x", values)
    assert found.dtype == float
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("values", "shown"),
    [("a", "'a'"), (["a", 1], "['a', 1]"), ([object] * 40, "shape (40,)"), ([[1], "x"], None),
     ([True, False], "[True, False]"), ([None, True], "[None, True]"), ([1, True], "[1, True]"),
     ([[1, 2], [3, True]], "[[1, 2], [3, True]]"),
     ([1j, 2], "[1j, 2]"),
     ([b"12", None], "[b'12', None]"),
     (np.array([(1, 2)], dtype="i,i"), "array([(1, 2)], dtype=[('f0', '<i4'), ('f1', '<i4')])"),
     (np.array(["2026-11-29"], dtype="M8[D]"), "array(['2026-11-29'], dtype='datetime64[D]')"),
     ([10**400, 1], "shape (2,)"),
     (np.array([[1, 2], 3], dtype=object), "array([list([1, 2]), 3], dtype=object)"),
     (pd.array(["12"], dtype="string"), "shape (1,)"), ([1j, None], "[1j, None]"),
     (np.array([["a"] * 3] * 2), "shape (2, 3)")],
)  # fmt: skip
def test_what_is_neither_number_nor_missing_is_refused(values, shown):
    if shown is None:  # NumPy makes no array of it
        values, shown = ["x" * 100], "shape (1,)"
    with pytest.raises(ValueError, match="x must be") as raised:
        arguments.numbers_or_nan("x", values)
    assert str(raised.value) == f"x must be numbers, or nan where missing, got {shown}"


def test_a_long_argument_is_shown_by_its_shape():
    for length, shown in ((78, None), (79, "shape ()")):  # with quotation marks, 80 and 81
        text = "y" * length
        with pytest.raises(ValueError, match="x must be") as raised:
            arguments.numbers_or_nan("x", text)
        assert str(raised.value).endswith(f", got {shown or repr(text)}")


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ([], {}, "a non-empty 1-D sequence of finite numbers, got []"),
        ([[1]], {}, "a non-empty 1-D sequence of finite numbers, got [[1]]"),
        (3, {}, "a non-empty 1-D sequence of finite numbers, got 3"),
        (np.zeros((2, 2)), {}, "a non-empty 1-D sequence of finite numbers, got shape (2, 2)"),
        (
            np.array([1], dtype=np.float16),
            {},
            "at least in single precision (seven digits), got float16",
        ),
        ([1, None], {}, "finite numbers, got None at position 2 of 2"),
        ([math.inf, 1], {}, "finite numbers, got inf at position 1 of 2"),
        (["a", "b"], {}, "finite numbers, got 'a' at position 1 of 2"),
        ([True], {}, "finite numbers, got True at position 1 of 1"),
        ([1, True, Fraction(1)], {}, "finite numbers, got True at position 2 of 3"),
        ([1, True], {}, "finite numbers, got True at position 2 of 2"),
        ([0.5, np.True_], {}, "finite numbers, got True at position 2 of 2"),
        ([1, 2, "x"], {}, "finite numbers, got 'x' at position 3 of 3"),
        ((1, "2", 3), {}, "finite numbers, got '2' at position 2 of 3"),
        ([1, -0.5], {"minimum": 0}, "finite numbers, got -0.5 at position 2 of 2"),
        ([1, -1], {"minimum": 0, "allowed": "counts"}, "counts, got -1 at position 2 of 2"),
        ([1, -1, -2], {"minimum": 0}, "finite numbers, got -1 at position 2 of 3"),
    ],
)
def test_the_first_entry_that_is_no_finite_number_is_named(values, options, expected):
    with pytest.raises(ValueError, match="x must be") as raised:
        arguments.finite_vector("x", values, **options)
    assert str(raised.value) == f"x must be {expected}"


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ([1, 2.5], {}, [1, 2.5]),
        ([Fraction(1, 2), Decimal("0.25")], {}, [0.5, 0.25]),
        (np.array([0.3], dtype=np.float32), {}, [0.3]),
        ([np.float32(0.3), 0.3], {}, [0.3, 0.3]),
        (np.array([1, 2], dtype=np.uint8), {}, [1, 2]),
        ([0, 1], {"minimum": 0}, [0, 1]),
        ([True, False], {"booleans": True}, [1, 0]),
        (np.array([True, 3, np.False_], dtype=object), {"booleans": True}, [1, 3, 0]),
        (pd.Series([1, 2], index=[5, 6]), {}, [1, 2]),
    ],
)
def test_finite_numbers_become_floats(values, options, expected):
    found = arguments.finite_vector("x", values, **options)
    assert (found.tolist(), found.dtype) == (expected, float)


@pytest.mark.parametrize(
    ("values", "single"),
    [(np.float32([1]), True), ([1.0, np.float32(2)], True), ([1.0, 2.0], False),
     ([Fraction(1), 2], False), (np.array([np.float32(1), None], dtype=object), True)],
)  # fmt: skip
def test_single_precision_is_noticed(values, single):
    assert arguments.is_single_precision("x", values) is single


@pytest.mark.parametrize(
    ("value", "between", "within"),
    [(0, "", None), (1, "", None), (0.5, None, None), (-0.1, "", ""),
     (1.999, "", ""), (2, "; did you mean 0.02?", "; did you mean 0.02?"),
     (95, "; did you mean 0.95?", "; did you mean 0.95?"),
     (99.9999999, "; did you mean 0.999999999?", "; did you mean 0.999999999?"),
     (100, "", "; did you mean 1?"), (100.5, "", ""), (5e-324, None, None),
     (1 - 2**-53, None, None)],
)  # fmt: skip
def test_a_proportion_is_no_percentage(value, between, within):
    for function, hint, range_ in (
        (arguments.proportion_between, between, "strictly between 0 and 1"),
        (arguments.proportion_within, within, "from 0 to 1"),
    ):
        if hint is None:
            assert function("p", value).hex() == float(value).hex()
            continue
        with pytest.raises(ValueError, match="proportion") as raised:
            function("p", value)
        assert str(raised.value) == f"p must be a proportion {range_}, got {value!r}{hint}"
    with pytest.raises(ValueError, match="proportion") as raised:
        arguments.proportion_within("p", "x")
    assert str(raised.value) == "p must be a proportion from 0 to 1, got 'x'"


LARGEST = 10**10


@pytest.mark.parametrize(
    ("counts", "level", "expected"),
    [
        (
            {"k": [1, 2], "n": [3, 4, 5]},
            {},
            "the arguments could not be broadcast together: k (2,), n (3,)",
        ),
        ({"k": 4, "n": 3}, {}, "k must be a whole number from 0 to 3, got 4"),
        ({"k": 0, "n": 0}, {}, "n must be a whole number of at least 1, got 0"),
        ({"k": -1, "n": 3}, {}, "k must be a whole number from 0 to 3, got -1"),
        (
            {"k": [1, 9], "n": [3, 4]},
            {},
            "k must be a whole number from 0 to 4, got 9 at position 2 of 2",
        ),
        (
            {"k": [1, 9], "n": 3},
            {},
            "k must be a whole number from 0 to 3, got 9 at position 2 of 2",
        ),
        ({"k": 1, "n": LARGEST + 1}, {}, f"n must be at most 10,000,000,000, got {LARGEST + 1}"),
        (
            {"k": 1, "n": 3},
            {"confidence_level": 95},
            "confidence_level must be a proportion strictly between 0 and 1, got 95; did you mean "
            "0.95?",
        ),
        (
            {"k": 1, "n": 3},
            {"confidence_level": [0.9, 1]},
            "confidence_level must be a proportion strictly between 0 and 1, got 1.0 at position 2 "
            "of 2",
        ),
        (
            {"k": pd.Series([1, 2]), "n": pd.Series([3, 4], index=[1, 0])},
            {},
            "n must have the same index as k, row by row",
        ),
    ],
)
def test_counts_that_are_none_are_named(counts, level, expected):
    with pytest.raises(ValueError, match=r"must|could") as raised:
        arguments.BroadcastCounts.of(counts, **level)
    assert str(raised.value) == expected


def test_counts_are_broadcast_and_results_have_their_form():
    one = arguments.BroadcastCounts.of({"k": 1, "n": LARGEST}, confidence_level=0.9)
    assert [each.tolist() for each in one.counts] == [[1], [LARGEST]]
    assert (one.shape, one.index, one.confidence_level_as_given) == ((), None, 0.9)
    (number,) = one.to_input_shape(np.array([2.5]))
    assert (number, type(number)) == (2.5, float)
    # A test has no confidence level.
    assert arguments.BroadcastCounts.of({"k": 0, "n": 1}).shape == ()
    grid = arguments.BroadcastCounts.of(
        {"k": [[1], [2]], "n": [3, 4, 5]}, confidence_level=np.float32([0.9])
    )
    assert grid.counts[0].tolist() == [1, 1, 1, 2, 2, 2]
    assert grid.counts[1].tolist() == [3, 4, 5] * 2
    assert grid.confidence_level.tolist() == [0.9] * 6
    assert grid.confidence_level_as_given.tolist() == [0.9]
    assert grid.to_input_shape(np.arange(6.0))[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    series = arguments.BroadcastCounts.of({"k": pd.Series([1, 2], index=["a", "b"]), "n": 3})
    (found,) = series.to_input_shape(np.array([0.5, 1.5]))
    assert found.to_dict() == {"a": 0.5, "b": 1.5}
    # Where the results have more entries than the Series, its index is not theirs.
    wider = arguments.BroadcastCounts.of({"k": pd.Series([1]), "n": [3, 4]})
    assert (wider.shape, wider.index) == ((2,), None)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: arguments.mapping("x", [1], "names to counts"),
         "x must be a mapping of names to counts, got [1]"),
        (lambda: arguments.data_frame("x", [1]), "x must be a pandas DataFrame, got list"),
        (lambda: arguments.one_of("x", "c", ("a", "b")), "x must be one of a, b, got 'c'"),
        (lambda: arguments.one_of("x", 1, ("a", "b")), "x must be one of a, b, got 1"),
        (
            lambda: arguments.one_of("x", np.array(["a"]), ("a", "b")),
            "x must be one of a, b, got array(['a'], dtype='<U1')",
        ),
        (lambda: arguments.one_of("x", ["a"], ("a", "b")), "x must be one of a, b, got ['a']"),
    ],
)  # fmt: skip
def test_what_is_not_of_its_kind_is_refused(call, expected):
    with pytest.raises(ValueError, match="x must be") as raised:
        call()
    assert str(raised.value) == expected


def test_what_is_of_its_kind_is_taken():
    assert arguments.one_of("x", "b", iter(("a", "b"))) == "b"
    arguments.mapping("x", MappingProxyType({}), "names")
    arguments.data_frame("x", pd.DataFrame())
    methods = {row["name"]: row for row in arguments.OPTIONS}
    for kind, names in (
        ("zero-method", ["wilcox", "pratt"]),
        ("ratio", ["miettinen-nurminen", "log"]),
    ):
        options = arguments.load_options(kind)
        assert list(options) == names
        assert all(options[name] == methods[name]["description"] for name in names)
    assert set(arguments.OPTIONS[0]) == {"kind", "name", "title", "description"}


# Arrays of no dimension hold what a scalar may not be; arrays of one number are no scalars.

HIDDEN = np.ma.array(5, mask=True)
OF_NO_DIMENSION = [
    np.array(True),
    np.array("5"),
    np.array(b"5"),
    HIDDEN,
    np.array([5]),
    pd.Series([5]),
    bytearray(b"5"),
]


@pytest.mark.parametrize("value", OF_NO_DIMENSION, ids=repr)
@pytest.mark.parametrize("read", [arguments.whole_number, arguments.real_number])
def test_an_array_of_no_dimension_is_as_its_entry_would_be(read, value):
    with pytest.raises(ValueError, match=r"^x must be a (whole|finite) number, got ") as raised:
        read("x", value)
    assert "\n" not in str(raised.value)
    assert [read("x", each) for each in (np.array(5), np.ma.array(5.0))] == [5, 5]


@pytest.mark.parametrize(
    "values",
    [
        [1, HIDDEN],
        [HIDDEN, 1],
        (1, np.ma.masked),
        [np.ma.array([1, 5], mask=[False, True])],
        [[1, np.ma.masked]],
        np.array([1, HIDDEN, None], dtype=object)[:2],
    ],
    ids=repr,
)
def test_what_is_masked_in_a_list_is_missing(values):
    numbers = arguments.numbers_or_nan("x", values).ravel().tolist()
    assert sorted(map(math.isnan, numbers)) == [False, True]
    assert 1 in numbers
    with pytest.raises(ValueError, match=r"^x must have no masked entry, got one at position"):
        arguments.as_array("x", values)
    with pytest.raises(ValueError, match=r"^x must "):
        arguments.finite_vector("x", values)


@pytest.mark.parametrize("value", [np.array(True), np.array("5"), np.array(b"5"), True, "5"])
def test_what_is_no_number_in_a_list_is_refused(value):
    for values in ([1, value], [[1, value]], np.array([1, value, None], dtype=object)[:2]):
        with pytest.raises(ValueError, match=r"^x must be numbers, or nan where missing, got "):
            arguments.numbers_or_nan("x", values)
        with pytest.raises(ValueError, match=r"^x must be "):
            arguments.finite_vector("x", values)


def test_arrays_in_a_list_are_read_as_they_are():
    assert arguments.finite_vector("x", [np.array(1), np.array(0.5)]).tolist() == [1, 0.5]
    rows = [np.array([0.1, 0.2], np.float32), np.ma.array([0.3, 0.4])]
    assert arguments.numbers_or_nan("x", rows).tolist() == [[0.1, 0.2], [0.3, 0.4]]
    given = np.array([np.array(5), 1], dtype=object)
    arguments.as_array("x", given)
    assert type(given[0]) is np.ndarray  # the caller's array is not written to


def test_rows_of_different_lengths_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^x must have rows of one length, got \[1, \[2, 3\]\]$"):
        arguments.as_array("x", [1, [2, 3]])


@pytest.mark.parametrize(
    "value", [math.nan, np.longdouble("1e4000"), Decimal("sNaN"), 10**5000], ids=type
)
def test_what_no_float_can_hold_is_refused_without_a_warning(value):
    with pytest.raises(ValueError, match=r"^x must be a finite number, got "):
        arguments.real_number("x", value)
    with pytest.raises(ValueError, match=r"^x must be finite numbers, got .* at position 2 of 2$"):
        arguments.finite_vector("x", [1, value])


def test_numbers_in_single_precision_are_their_decimals_also_among_others():
    found = arguments.numbers_or_nan("x", [np.float32(0.3), 0.5, None])
    assert [repr(value) for value in found.tolist()] == ["0.3", "0.5", "nan"]


@pytest.mark.parametrize("entry", ["1", True, Decimal("sNaN"), 1j], ids=str)
def test_entries_that_are_not_numbers_are_refused_also_where_some_may_be_missing(entry):
    with pytest.raises(ValueError, match="x must be") as raised:
        arguments.numbers_or_nan("x", [0.5, entry])
    assert str(raised.value) == f"x must be numbers, or nan where missing, got {[0.5, entry]!r}"
