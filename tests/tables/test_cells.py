"""Conversion of columns, cell by cell, against what a person would write down."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.tables import (
    EMPTY,
    dates,
    empty_cells,
    numbers,
    text_values,
    truth_values,
    unit_of,
)
from tisstats.tables import cells as cells_module
from tisstats.tables.cells import as_text, check_date_format, distinct_texts, factorize


def column(*cells):
    return pd.Series(list(cells), dtype=object)


def listed(values):
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3.8", 3.8),
        (" 3.8 ", 3.8),
        ("+3", 3),
        ("-3", -3),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1E-3", 0.001),
        ("007", 7),
        (3, 3),
        (3.5, 3.5),
        (np.int64(3), 3),
        (np.float32(1.1), 1.1),
        (Decimal("2.8"), 2.8),
        ("", None),
        ("  ", None),
        ("NA", None),
        (" NA ", None),
        (".", None),
        (None, None),
        (math.nan, None),
        (pd.NA, None),
        (pd.NaT, None),
    ],
)
def test_a_number_or_an_empty_cell(cell, value):
    for others in ((), ("mild",)):  # all at once, and cell by cell
        found = numbers(column(cell, *others), empty=EMPTY)
        assert found.bad.tolist() == [False, *(True for _ in others)]
        assert listed(found.values)[0] == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    "cell",
    [
        *("3,8", "1_199", "1 199", "½", "\u0663", "inf", "-inf", "infinity", "1e400", "0x1A"),
        *("mild", "<20", "170 U/L", "--3", "+", "e5", "1e", "TRUE", "\u22123", "3.8.1", "N/A?"),
        *(True, False, np.bool_(True), math.inf, -math.inf, dt.date(2020, 4, 3), [3], 3j),
        Fraction(1, 3),
    ],
)
def test_what_is_not_a_number(cell):
    found = numbers(column("1", cell), empty=EMPTY)
    assert found.bad.tolist() == [False, True]
    assert listed(found.values) == [1, None]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_are_read_to_the_last_bit(values):
    found = numbers(column(*map(repr, values)))
    assert not found.bad.any()
    assert [value.hex() for value in found.values.astype(float)] == [v.hex() for v in values]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_as_text_stay_whole(values):
    found = numbers(column(*map(str, values)))
    assert found.values.dtype == "int64"
    assert found.values.tolist() == values


@examples(25)
@given(st.lists(st.one_of(st.text(max_size=4), st.sampled_from([None, 1, 2.5, True, "1", "NA"]))))
def test_all_at_once_or_one_by_one_is_the_same(cells):
    together = numbers(column(*cells), empty=EMPTY)
    apart = [numbers(column(cell), empty=EMPTY) for cell in cells]
    assert together.bad.tolist() == [bool(each.bad[0]) for each in apart]
    assert listed(together.values) == [listed(each.values)[0] for each in apart]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (pd.Series([1, 2]), [1, 2]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Series([1.1, np.nan], dtype="float32"), [1.1, None]),
        (pd.Series([1.5, np.inf]), [1.5, None]),
        (pd.Series([True, False]), [None, None]),
        (pd.Series(pd.to_datetime(["2020-04-03", None])), [None, None]),
        (pd.Series(["1.5", None], dtype="str"), [1.5, None]),
        (pd.Series(["1.5", "x"], dtype="category"), [1.5, None]),
    ],
)
def test_typed_columns(given_, expected):
    found = numbers(given_)
    for value, wanted in zip(listed(found.values), expected, strict=True):
        assert value == (None if wanted is None else pytest.approx(wanted))
    lost = [value is None for value in expected]
    assert found.bad.tolist() == [
        wrong and not pd.isna(cell) for wrong, cell in zip(lost, given_, strict=True)
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("200.0", 200), (200.0, 200), ("200", 200), ("2e2", 200), ("200.5", None), (0.5, None),
     (str(2**53), 2**53), (str(2**53 + 2), None), ("", None), ("-9", -9)],
)  # fmt: skip
def test_whole_numbers(cell, value):
    found = numbers(column(cell), whole=True)
    assert str(found.values.dtype) == "Int64"
    assert listed(found.values) == [value]
    assert found.bad.tolist() == [value is None and cell != ""]
    assert found.allowed == "must be a whole number"


@pytest.mark.parametrize(
    "cell", ["TRUE", "True", "true", "T", "yes", "Y", "1", 1, 1.0, True, " y "]
)
def test_true(cell):
    assert truth_values(column(cell)).values.tolist() == [True]


@pytest.mark.parametrize("cell", ["FALSE", "False", "f", "no", "N", "0", 0, 0.0, np.bool_(False)])
def test_false(cell):
    assert truth_values(column(cell)).values.tolist() == [False]


@pytest.mark.parametrize(
    "cell", ["maybe", "2", 2, -1, "oui", "x", 0.5, "truth", dt.date(2020, 4, 3)]
)
def test_neither_true_nor_false(cell):
    found = truth_values(column("yes", cell, None, ""))
    assert found.bad.tolist() == [False, True, False, False]
    assert listed(found.values) == [True, None, None, None]
    assert found.allowed.startswith("must be true or false")


def test_codes_of_missing_truth_values_are_declared():
    assert truth_values(column("NA")).bad.tolist() == [True]
    assert truth_values(column("NA", "na"), empty=EMPTY).bad.tolist() == [False, False]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("007", "007"), (7, "7"), (7.0, "7"), (" A-1 ", "A-1"), (None, ""), (math.nan, ""),
     (7.5, "7.5"), ("7.0", "7.0"), (True, "true"), (dt.datetime(2020, 4, 3), "2020-04-03"),
     (2.0**60, str(2.0**60)), (np.float32(0.1), "0.1")],
)  # fmt: skip
def test_text(cell, text):
    found = text_values(column(cell))
    assert found.values.tolist() == [text]
    assert not found.bad.any()
    assert as_text(cell).strip() == text


@pytest.mark.parametrize(
    ("cell", "date_format", "value"),
    [
        ("2020-04-03", "YYYY-MM-DD", dt.date(2020, 4, 3)),
        ("2020-04-03T10:30", "YYYY-MM-DD", dt.date(2020, 4, 3)),
        ("2020-04-03 10:30:15.5", "YYYY-MM-DD", dt.date(2020, 4, 3)),
        (dt.datetime(2020, 4, 3, 10), "YYYY-MM-DD", dt.date(2020, 4, 3)),
        (dt.date(2020, 4, 3), "DD/MM/YYYY", dt.date(2020, 4, 3)),
        (pd.Timestamp("2020-04-03"), "YYYY-MM-DD", dt.date(2020, 4, 3)),
        ("03/04/2020", "DD/MM/YYYY", dt.date(2020, 4, 3)),
        ("03/04/2020", "MM/DD/YYYY", dt.date(2020, 3, 4)),
        ("3.4.2020", "DD.MM.YYYY", dt.date(2020, 4, 3)),
        ("03APR2020", "DDMMMYYYY", dt.date(2020, 4, 3)),
        ("03-Apr-2020", "DD-MMM-YYYY", dt.date(2020, 4, 3)),
        ("29/02/2020", "DD/MM/YYYY", dt.date(2020, 2, 29)),
    ],
)
def test_dates(cell, date_format, value):
    found = dates(column(cell, "", None), date_format=date_format)
    assert found.values.tolist() == [value, None, None]
    assert not found.bad.any()


@pytest.mark.parametrize(
    ("cell", "date_format"),
    [
        ("03/04/2020", "YYYY-MM-DD"),
        ("25/04/2020", "YYYY-MM-DD"),
        ("2020-04", "YYYY-MM-DD"),
        ("2020", "YYYY-MM-DD"),
        ("20-04-03", "YYYY-MM-DD"),
        ("2020-02-30", "YYYY-MM-DD"),
        ("2020-4-3", "YYYY-MM-DD"),
        (43924, "YYYY-MM-DD"),
        ("43924", "YYYY-MM-DD"),
        (dt.time(10, 30), "YYYY-MM-DD"),
        ("25/04/2020", "MM/DD/YYYY"),
        ("03/04/20", "DD/MM/YYYY"),
        ("/04/2020", "DD/MM/YYYY"),
        ("03//2020", "DD/MM/YYYY"),
        ("03/04/", "DD/MM/YYYY"),
        ("032020", "DDMMMYYYY"),
        ("03.04.2020", "DD/MM/YYYY"),
        ("03MAI2020", "DDMMMYYYY"),
        ("29/02/2021", "DD/MM/YYYY"),
        ("NA", "YYYY-MM-DD"),
        ("03--2020", "DD-MMM-YYYY"),
        ("-Apr-2020", "DD-MMM-YYYY"),
    ],
)
def test_what_is_no_date_or_may_be_two(cell, date_format):
    found = dates(column("", cell), date_format=date_format)
    assert found.bad.tolist() == [False, True]
    assert found.allowed.startswith(f"must be a date of the calendar as {date_format}")


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_dates_are_read_back_in_every_format(date):
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * date.month - 3 :][:3]
    written = {
        "YYYY-MM-DD": f"{date:%Y-%m-%d}",
        "DD/MM/YYYY": f"{date:%d/%m/%Y}",
        "MM/DD/YYYY": f"{date:%m/%d/%Y}",
        "DDMMMYYYY": f"{date:%d}{month}{date:%Y}",
    }
    for date_format, text in written.items():
        assert dates(column(text), date_format=date_format).values.tolist() == [date]


@pytest.mark.parametrize(
    "date_format", ["", "DD/MM/YY", "%d/%m/%Y", "DD/MM", "DD/MM/YYYY HH", "DD"]
)
def test_a_format_that_is_none_of_dates(date_format):
    with pytest.raises(ValueError, match="date_format must have DD, MM") as error:
        check_date_format(date_format)
    assert str(error.value) == (
        "date_format must have DD, MM (or MMM) and YYYY once each, such as DD/MM/YYYY, "
        f"MM/DD/YYYY, DD.MM.YYYY or DDMMMYYYY, got {date_format!r}"
    )
    with pytest.raises(ValueError, match="date_format must have DD, MM"):
        dates(column(), date_format=date_format)


@pytest.mark.parametrize(
    ("cell", "unit"),
    [("170 U/L", "U/L"), ("170U/L", "U/L"), ("2,8 µkat/L", "µkat/L"), ("2.8 \u03bckat/L", "µkat/L"),
     ("55 %", "%"), ("38 mm", "mm"), ("170", None), ("1e3", None), ("mild", None), (170, None),
     ("", None), (None, None), ("3-4", None)],
)  # fmt: skip
def test_the_unit_in_a_cell(cell, unit):
    assert unit_of(cell) == unit


def test_empty_cells_of_any_kind():
    assert (
        empty_cells(column("", " ", None, math.nan, "0", 0, False)).tolist()
        == [True] * 4 + [False] * 3
    )
    assert empty_cells(pd.Series([1.0, np.nan])).tolist() == [False, True]
    sparse = empty_cells(pd.Series(pd.arrays.SparseArray([1.0, np.nan])))
    assert isinstance(sparse, np.ndarray)
    assert sparse.tolist() == [False, True]


@given(st.lists(st.none() | st.text("aP1\0 ", max_size=3) | st.integers(0, 3) | st.floats(0, 1)))
def test_values_are_distinct_also_where_pandas_ends_texts_at_a_null_character(values):
    given_values = np.array([*values, "a", "a\0", None], dtype=object)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells_module, "_PANDAS_SEES_NULL", False)
        codes, distinct = factorize(given_values)
    expected = list(dict.fromkeys(value for value in given_values if value is not None))
    assert distinct.tolist() == expected
    places = [-1 if value is None else expected.index(value) for value in given_values]
    assert codes.tolist() == places


def test_distinct_texts_stay_as_they_are_even_if_they_cannot_be_encoded():
    texts = np.array(["\ud800", "a", "\ud800"], dtype=object)
    codes, distinct = factorize(texts)
    assert (codes.tolist(), distinct.tolist(), distinct.dtype) == (
        [0, 1, 0],
        ["\ud800", "a"],
        object,
    )
    assert distinct_texts(texts)[1] == ["\ud800", "a"]
