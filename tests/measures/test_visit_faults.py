"""What is wrong with a table of visits is told cell by cell, and nothing is guessed."""

import math

import numpy as np
import pandas as pd
import pytest

from tisstats.errors import DataError, Fault
from tisstats.measures import TableSource, score_visits, visit_table
from tisstats.measures.enzymes import ULN_RANGE, uln_fault
from tisstats.measures.ranges import CoreSetArguments
from tisstats.measures.unused_limits import UnusedLimits
from tisstats.measures.visit_table import number_patients, place_visits
from tisstats.measures.visits import SCORE_COLUMNS
from tisstats.tables.cells import as_text

VAS = "must be a number from 0 to 10 (cm, as vas_max is 10; 100 is for mm)"

THOUSANDS = "; if it has separators of thousands, leave them out"
LIMIT = (
    "the limit of measurement: write that limit, which is then read as the value, or leave the "
    "cell empty"
)
COMMA = "; if its comma is a decimal mark, declare it (--decimal ,)"


def score(visits, **changed):
    return score_visits(visits, **({"mmt_max": 260, "uln": {"ck": 170}} | changed))


def faults_of(visits, **changed):
    with pytest.raises(DataError) as caught:
        score(visits, **changed)
    return caught.value.faults


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("physician_global", 10.1, VAS),
        ("patient_global", -0.1, VAS),
        ("extramuscular", 38, VAS),
        ("mmt", 261, "must be a number from 0 to 260 (mmt_max)"),
        ("mmt", -1, "must be a number from 0 to 260 (mmt_max)"),
        ("haq", 3.125, "must be a number from 0 to 3"),
        ("haq", "1,6", f"must be a number from 0 to 3{COMMA}"),
        ("ck", " 0,75", f"must be a number above 0, in U/L{COMMA}"),
        ("ck", "1,500", f"must be a number above 0, in U/L{THOUSANDS}"),
        ("ck", " 1'234'500.5", f"must be a number above 0, in U/L{THOUSANDS}"),
        ("ck", "1 500", f"must be a number above 0, in U/L{THOUSANDS}"),
        ("ck", "1234'500", "must be a number above 0, in U/L"),
        ("ck", "123'500", f"must be a number above 0, in U/L{THOUSANDS}"),
        ("ck", "15 00", "must be a number above 0, in U/L"),
        ("ck", "1,500'000", "must be a number above 0, in U/L"),
        ("haq", "1,500", "must be a number from 0 to 3"),
        ("ck", "1,5,0", "must be a number above 0, in U/L"),
        ("haq", "mild", "must be a number from 0 to 3"),
        ("haq", True, "must be a number from 0 to 3"),
        ("physician_global", np.inf, VAS),
        ("physician_global", "inf", VAS),
        ("ck", np.inf, "must be a number above 0, in U/L"),
        ("ck", 0, "must be a number above 0, in U/L"),
        ("ck", -5, "must be a number above 0, in U/L"),
        ("ck", True, "must be a number above 0, in U/L"),
        ("ck", "1199 U/L", "must be a number above 0, in U/L"),
        ("ck", "<20", f"must be a number above 0, in U/L; it is only known to lie below {LIMIT}"),
        (
            "ck",
            "≤ 20 U/L",
            f"must be a number above 0, in U/L; it is only known to lie below {LIMIT}",
        ),
        (
            "ck",
            ">10000",
            f"must be a number above 0, in U/L; it is only known to lie above {LIMIT}",
        ),
        (
            "ck",
            " >= 1,5",
            f"must be a number above 0, in U/L; it is only known to lie above {LIMIT}",
        ),
        ("ck", "> ULN", "must be a number above 0, in U/L"),
        ("haq", "<1", "must be a number from 0 to 3"),
        ("week", None, "must be a number of weeks, not empty"),
        ("week", "", "must be a number of weeks, not empty"),
        ("week", "0 weeks", "must be a number of weeks"),
        ("week", "baseline", "must be a number of weeks"),
        ("week", np.inf, "must be a number of weeks"),
        ("patient_id", None, "must not be empty"),
        ("patient_id", "  ", "must not be empty"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place_and_what_is_allowed(medians, column, value, said):
    visits = medians.astype(object)
    visits.loc[1, column] = value
    (fault,) = faults_of(visits)
    assert (fault.file, fault.row, fault.column) == ("visits", 3, column)
    assert fault.value == ("" if value is None else as_text(value))
    assert fault.message == said


@pytest.mark.parametrize(
    ("times", "refused"),
    [
        (1e15, False),
        (1.000001e15, True),
        (1.000001e-15, False),
        (0.999999e-15, True),
        (1e306, True),
    ],
)
@pytest.mark.parametrize("limit", [128, "limit"])
def test_an_enzyme_beyond_any_measurement_is_refused(medians, times, limit, refused):
    visits = medians.assign(ck=[128 * times, 256], limit=128)
    if not refused:
        assert np.isfinite(score(visits, uln={"ck": limit})["enzyme_percent"]).all()
        return
    (fault,) = faults_of(visits, uln={"ck": limit})
    assert (fault.row, fault.column, fault.value) == (2, "ck", as_text(128 * times))
    assert fault.message == "must be from 1e-15 to 1e+15 times its upper limit of normal"


def test_of_limits_that_are_not_used_the_first_that_differs_is_named():
    # Batch by batch, as numbers or as text; who has separators of thousands means another number.
    unused = UnusedLimits("U/L")
    for line, cells in ((2, [200.0, None]), (4, ["200,0", "1,200"]), (6, ["1,200,000", 300.0])):
        table = pd.DataFrame({"ck": 900.0, "ck_uln": pd.Series(cells, dtype=object)})
        source = TableSource("a.csv", np.array([line, line + 1]))
        unused.look(table, source, {"ck": 200.0})
    assert unused.remarks == [
        "row 5, column ck_uln: is '1,200' and not used: the upper limit given for ck is 200 U/L"
    ]


@pytest.mark.parametrize("unseen", ["\0", "\u200b", "\ufeff", "\u00ad", "\u2060"])
@pytest.mark.parametrize("place", ["{}P1", "P{}1", "P1{}"])
def test_an_identifier_with_a_character_that_is_not_seen_is_refused(medians, unseen, place):
    visits = medians.assign(patient_id=["P1", place.format(unseen)])
    (fault,) = faults_of(visits)
    assert (fault.row, fault.column) == (3, "patient_id")
    said = f"has a character that is not seen, U+{ord(unseen):04X}; remove it"
    assert fault.message == said


@pytest.mark.parametrize("name", ["Å1", "می\u200cخواهم", "P\u200d1", "患者1"])
def test_identifiers_of_any_script_are_accepted(medians, name):
    assert score(medians.assign(patient_id=name))["tis"].notna().all()


def test_a_limit_so_small_that_no_multiple_is_a_number_is_refused(medians):
    (fault, _) = faults_of(medians.assign(limit=1e-320), uln={"ck": "limit"})
    assert fault.message == "must be from 1e-15 to 1e+15 times its upper limit of normal"


@pytest.mark.parametrize("length", [10, 100])
def test_the_unit_of_a_scale_is_told(medians, length):
    visits = medians.assign(physician_global=[3.8, 100.5])
    (fault,) = faults_of(visits, vas_max=length)
    expected = VAS if length == 10 else "must be a number from 0 to 100 (mm)"
    assert (fault.row, fault.message) == (3, expected)
    assert score(medians.assign(physician_global=[length, 0]), vas_max=length)["tis"][1] > 0


def test_every_fault_is_told_not_only_the_first(medians):
    visits = medians.assign(haq=[4, 5], mmt=[300, 227], ck=[1, -1])
    told = {(fault.column, fault.row) for fault in faults_of(visits)}
    assert told == {("haq", 2), ("haq", 3), ("mmt", 2), ("ck", 3)}


def test_faults_name_the_lines_of_the_file_that_was_read(medians):
    source = TableSource("trial.csv", np.array([2, 5]))
    (fault,) = faults_of(medians.assign(haq=[2, 5]), source=source)
    assert str(fault).startswith("trial.csv, row 5, column haq, value '5")


def test_of_many_faults_of_a_column_twenty_are_told_and_the_rest_is_counted(medians):
    visits = pd.concat([medians] * 15, ignore_index=True)
    visits["patient_id"] = np.arange(30)
    faults = faults_of(visits.assign(haq=9.0))
    assert len(faults) == 21
    assert faults[-1].message == "and 10 more: must be a number from 0 to 3"
    assert [fault.row for fault in faults] == [*range(2, 22), None]


@pytest.mark.parametrize(
    "column", ["patient_id", "week", "physician_global", "mmt", "haq", "extramuscular"]
)
def test_a_missing_column_is_told_with_those_that_are_there(medians, column):
    (fault,) = faults_of(medians.drop(columns=column))
    there = ", ".join(name for name in medians if name != column)
    assert fault == Fault("visits", f"there is no such column; the table has {there}", None, column)


def test_where_there_are_dates_a_missing_week_is_said_not_to_be_made_of_them(medians):
    (fault,) = faults_of(medians.rename(columns={"week": "date"}))
    assert fault.column == "week"
    assert fault.message.startswith(
        "there is no such column, and dates do not take the place of weeks here; the table has "
    )


def test_without_any_enzyme_there_is_no_score(medians):
    (fault,) = faults_of(medians.drop(columns="ck"))
    assert (fault.row, fault.column, fault.value) == (None, None, None)
    assert fault.message == (
        "there is no enzyme; give at least one of ck, aldolase, ldh, ast, alt; the table has "
        f"{', '.join(name for name in medians if name != 'ck')}"
    )


def test_a_column_that_is_there_twice(medians):
    visits = pd.concat([medians, medians[["haq"]]], axis=1)
    (fault,) = faults_of(visits)
    assert (fault.column, fault.message) == ("haq", "the table has this column twice")


def test_no_column_is_overwritten(medians):
    faults = faults_of(score(medians))
    assert [fault.column for fault in faults] == list(SCORE_COLUMNS)
    assert {fault.message for fault in faults} == {
        "the name is reserved for a result column; rename it"
    }
    # Read again, either of two such columns could be meant.
    faults = faults_of(medians.assign(**{"Response": "x", "Baseline-Week": 0, "Responses": 1}))
    assert [fault.column for fault in faults] == ["Response", "Baseline-Week"]


@pytest.mark.parametrize("identifiers", [["A", "A"], ["A", "A "], [1, 1]])
def test_a_second_row_for_the_same_visit(medians, identifiers):
    (fault,) = faults_of(medians.assign(patient_id=identifiers, week=0))
    assert (fault.row, fault.column) == (3, "week")
    assert fault.message == "the patient has another row for this week"


def test_a_row_without_a_patient_lies_before_no_week_zero():
    placed = place_visits(np.array([-1, 0]), np.array([-1.0, 0.0]))
    assert placed.before_zero.tolist() == [False, False]
    placed = place_visits(np.array([0, 1, -1]), np.array([0.0, -1.0, 0.0]))
    assert placed.before_zero.tolist() == [False, False, False]


@pytest.mark.parametrize(("given", "kept"), [(-0.1, math.nan), (0, 0), (10, 10), (10.1, math.nan)])
def test_of_a_measure_out_of_its_range_nothing_is_scored_while_faults_are_sought(
    medians, given, kept
):
    check = visit_table.TableCheck(medians.assign(patient_global=[6.1, given]), TableSource())
    ranges = CoreSetArguments(260, {"ck": 170}, None, None).ranges("imacs", "adult", 10)
    values, _ = visit_table.read_measures(check, ranges, {"ck": 170}, "U/L")
    assert np.array_equal(values["patient_global"], [6.1, kept], equal_nan=True)
    assert len(check.faults) == math.isnan(kept)


def test_two_candidates_for_a_baseline(medians):
    early = medians.iloc[[0]].assign(week=-2)
    (fault,) = faults_of(pd.concat([medians, early], ignore_index=True))
    assert (fault.row, fault.value) == (4, "-2")
    assert fault.message == (
        "lies before the patient's week 0: keep only one of them as the baseline"
    )


# Upper limits of normal


@pytest.mark.parametrize(
    "limit", [0, -170, float("nan"), float("inf"), None, True, "", "-170", "170 mg", "1,7"]
)
def test_a_limit_that_is_none(medians, limit):
    (fault,) = faults_of(medians, uln={"ck": limit})
    assert (fault.file, fault.column) == ("uln", "ck")
    assert fault.message == (
        "the upper limit of normal of ck must be a number above 0 in U/L, a number with its unit "
        "(such as '170 U/L'), or the name of a column"
    )


def test_a_limit_that_is_missing(medians):
    (fault,) = faults_of(medians.assign(ldh=300))
    assert (fault.column, fault.row) == ("ldh", None)
    assert fault.message == "its upper limit of normal is missing: add it to uln"


def test_a_column_of_limits_is_never_taken_without_being_named(medians):
    (fault,) = faults_of(medians.assign(ck_uln=170), uln={})
    missing = "its upper limit of normal is missing: add it to uln"
    assert (fault.column, fault.message) == ("ck", missing)


def test_an_enzyme_that_the_score_does_not_know(medians):
    (fault,) = faults_of(medians, uln={"ck": 170, "cpk": 170})
    assert str(fault) == "uln, value 'cpk': no such enzyme; give ck, aldolase, ldh, ast, alt"


def test_a_column_of_limits_that_is_not_there(medians):
    (fault,) = faults_of(medians, uln={"ck": "ck_uln"})
    assert fault.column == "ck_uln"
    assert fault.message == "there is no such column, given as the upper limit of normal of ck"


@pytest.mark.parametrize("column", ["ck", "mmt", "ldh", "week", "patient_id"])
def test_a_measure_is_no_limit_of_another(medians, column):
    (fault,) = faults_of(medians, uln={"ck": column})
    assert (
        str(fault) == f"uln, column ck, value '{column}': is not a column of upper limits of normal"
    )


@pytest.mark.parametrize("limit", [None, 0, -170, "high"])
def test_a_cell_of_a_column_of_limits(medians, limit):
    visits = medians.assign(ck_uln=pd.Series([170, limit], dtype=object))
    (fault,) = faults_of(visits, uln={"ck": "ck_uln"})
    assert (fault.row, fault.column) == (3, "ck_uln")
    assert fault.message == "must be a number above 0, the upper limit of normal of ck in U/L"


def test_a_limit_is_not_needed_where_the_enzyme_was_not_measured(medians):
    visits = medians.assign(ck=[1199, None], ck_uln=[170, None])
    assert score(visits, uln={"ck": "ck_uln"})["tis"].isna().tolist() == [False, True]


def in_unit(other):
    """The advice where a limit is plausible in the other unit: the values may be in it as well."""
    return (
        f"; if values and limits are in {other}, set the enzyme unit (enzyme_unit, --enzyme-unit) "
        "to it; if the limit alone is, convert it"
    )


@pytest.mark.parametrize("enzyme", [("ck", 170), ("aldolase", 7.6), ("ldh", 250), ("alt", 40)])
def test_a_limit_in_units_beside_values_in_microkatal_is_refused(medians, enzyme):
    name, limit = enzyme
    visits = medians.rename(columns={"ck": name})
    (fault,) = faults_of(visits, uln={name: limit}, enzyme_unit="microkat/L")
    assert fault.message == (
        f"{limit:g} microkat/L is {60 * limit:g} U/L, which is not a plausible upper limit of "
        f"normal of {name}{in_unit('U/L')}"
    )


@pytest.mark.parametrize(
    "limit",
    [("ck", 2.9), ("aldolase", 0.13), ("ldh", 4.2), ("ast", 0.58), ("alt", 0.75)],
)
@pytest.mark.parametrize("written", ["{}", "{} U/L"])
def test_a_limit_in_microkatal_beside_values_in_units_is_refused(medians, limit, written):
    name, number = limit
    visits = medians.rename(columns={"ck": name})
    (fault,) = faults_of(visits, uln={name: written.format(number)})
    assert fault.message == (
        f"{number:g} U/L is not a plausible upper limit of normal of {name}{in_unit('microkat/L')}"
    )


def test_a_limit_is_judged_in_the_unit_in_which_it_is_given(medians):
    assert score(medians, uln={"ck": "0.25 microkat/L"})["tis"].notna().all()
    (fault,) = faults_of(medians, uln={"ck": "170 microkat/L"})
    assert fault.message == (
        "170 microkat/L is 10200 U/L, which is not a plausible upper limit of normal of ck"
        f"{in_unit('U/L')}"
    )
    in_microkatal = medians.assign(ck=medians["ck"] / 60)
    (fault,) = faults_of(in_microkatal, uln={"ck": "2.9 U/L"}, enzyme_unit="microkat/L")
    assert fault.message == (
        f"2.9 U/L is not a plausible upper limit of normal of ck{in_unit('microkat/L')}"
    )


@pytest.mark.parametrize(
    ("unit", "limits", "wrong"), [("U/L", [170, 2.9], 2.9), ("microkat/L", [2.9, 170], 170)]
)
def test_a_limit_in_the_wrong_unit_in_a_column_is_refused(medians, unit, limits, wrong):
    visits = medians.assign(ck_uln=limits, ck=medians["ck"] / (60 if unit != "U/L" else 1))
    (fault,) = faults_of(visits, uln={"ck": "ck_uln"}, enzyme_unit=unit)
    assert (fault.row, fault.column, fault.value) == (3, "ck_uln", str(wrong))
    other = "microkat/L" if unit == "U/L" else "U/L"
    assert fault.message.endswith(f"is not a plausible upper limit of normal of ck{in_unit(other)}")


@pytest.mark.parametrize("enzyme", ["ck", "aldolase", "ldh", "ast", "alt"])
def test_a_limit_may_be_an_end_of_the_plausible_range_and_no_less(enzyme):
    low, high = ULN_RANGE[enzyme]
    for limit in (low, high, 2 * high):
        assert uln_fault(enzyme, limit, "U/L") is None
    for limit in (low / 60, high / 60 if high / 60 * 60 <= high else 0.999 * high / 60):
        assert uln_fault(enzyme, limit, "microkat/L") is None
    # In the other unit it would be 60-fold, or a sixtieth: named as such if that is plausible.
    assert uln_fault(enzyme, high, "microkat/L").endswith(in_unit("U/L"))
    assert uln_fault(enzyme, high / 60 * 1.01, "microkat/L") is not None
    beyond = uln_fault(enzyme, 1.01 * high, "microkat/L")
    assert "set the enzyme unit" not in beyond
    assert uln_fault(enzyme, low / 60, "U/L").endswith(in_unit("microkat/L"))
    assert uln_fault(enzyme, 0.99 * low / 60, "U/L") is None
    assert uln_fault(enzyme, min(0.99 * low, 0.99 * high / 60), "U/L") is not None


# Other arguments

MMT_MAX = (
    "mmt_max must be above 0 (80: MMT-8, one side; 150: MMT-8, both sides with neck; 240: 24 "
    "tests, assumed; 260: 26 tests: MMT24 of IMACS, or 13 groups on both sides)"
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"mmt_max": 0}, f"{MMT_MAX}, got 0"),
        ({"mmt_max": None}, f"{MMT_MAX}, got None"),
        ({"mmt_max": "260"}, f"{MMT_MAX}, got '260'"),
        ({"mmt_max": float("nan")}, f"{MMT_MAX}, got nan"),
        ({"mmt_max": -1}, f"{MMT_MAX}, got -1"),
        ({"mmt_max": float("inf")}, f"{MMT_MAX}, got inf"),
        ({"mmt_max": True}, f"{MMT_MAX}, got True"),
        ({"vas_max": -10}, "vas_max must be 10 (cm) or 100 (mm), got -10"),
        ({"vas_max": float("inf")}, "vas_max must be 10 (cm) or 100 (mm), got inf"),
        ({"vas_max": 10_000}, "vas_max must be 10 (cm) or 100 (mm), got 10000"),
        ({"vas_max": True}, "vas_max must be 10 (cm) or 100 (mm), got True"),
        ({"vas_max": "10"}, "vas_max must be 10 (cm) or 100 (mm), got '10'"),
        ({"vas_max": 1}, "vas_max must be 10 (cm) or 100 (mm), got 1"),
        ({"population": "child"}, "population must be one of adult, juvenile, got 'child'"),
        ({"missing": "zero"}, "missing must be one of na, bounds, got 'zero'"),
        ({"enzyme_unit": "IU"}, "enzyme_unit must be one of U/L, microkat/L, got 'IU'"),
        ({"enzyme_panel": "some"}, "enzyme_panel must be one of complete, measured, got 'some'"),
        ({"uln": 170}, "uln must be a mapping of enzymes to upper limits, got 170"),
        ({"uln": None}, "uln must be a mapping of enzymes to upper limits, got None"),
    ],
)
def test_a_wrong_argument_names_what_is_permitted(medians, changed, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        score(medians, **changed)
    assert str(caught.value) == said
    assert not isinstance(caught.value, DataError)


def test_the_maximum_of_muscle_testing_and_the_limits_have_no_default(medians):
    with pytest.raises(ValueError, match="mmt_max must be above 0"):
        score_visits(medians, uln={"ck": 170})
    with pytest.raises(ValueError, match="uln must be a mapping"):
        score_visits(medians, mmt_max=260)


@pytest.mark.parametrize(
    ("identifiers", "dtype", "numbers"),
    [
        ([], object, []),
        ([None, None], object, [-1, -1]),
        ([], "str", []),
        ([], float, []),
        ([np.nan, 7.5, 7.5], float, [-1, 0, 0]),
        ([7, None, 7], "Int64", [0, -1, 0]),
        (["b", " b ", "a", "", "  ", None], object, [0, 0, 1, -1, -1, -1]),
        (["b", "a", None, "b "], "category", [0, 1, -1, 0]),
        (["b", " b", "a"], "str", [0, 0, 1]),
        (["1", 1, " 1", None, ""], object, [0, 1, 0, -1, -1]),
    ],
)
def test_patients_are_numbered_in_the_order_of_their_first_rows(identifiers, dtype, numbers):
    found = number_patients(pd.Series(identifiers, dtype=dtype))
    assert (found.tolist(), found.dtype) == (numbers, np.int64)


@pytest.mark.parametrize("most", [0, 16])
@pytest.mark.parametrize(
    "identifiers",
    [[], [7], [7, 3, 7, 5], [9, -2, -2, 9], [10**9, 10**9 + 3, 10**9], [-(2**63), 2**63 - 1, 0, 0]],
)
def test_patients_that_are_whole_numbers_are_numbered_as_others(monkeypatch, identifiers, most):
    monkeypatch.setattr(visit_table, "_MOST_PLACES", most)
    order = list(dict.fromkeys(identifiers))
    found = number_patients(pd.Series(identifiers, dtype=np.int64))
    assert found.tolist() == [order.index(each) for each in identifiers]
    assert found.dtype == np.int64


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_patients_of_any_width_of_whole_numbers_are_numbered(dtype):
    ends = np.iinfo(dtype)
    assert number_patients(pd.Series([ends.max, ends.min, 0, ends.max], dtype=dtype)).tolist() == [
        0, 1, 2, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("weeks", "repeated"),
    [([0.5, 0.25, 0.5], [False, False, True]), ([2.0**70, 2.0**71, 2.0**70], [False, False, True]),
     ([0.0, 4.0, 4.5], [False, False, False]), ([0.0, 4.5, 4.5], [False, False, True]),
     ([0.0, -0.0], [False, True]), ([0.0, 1e9, 1e9], [False, False, True]), ([], [])],
)  # fmt: skip
def test_repeated_weeks_need_not_be_small_whole_numbers(weeks, repeated):
    placed = place_visits(np.zeros(len(weeks), dtype=np.int64), np.array(weeks, dtype=float))
    assert placed.repeated.tolist() == repeated


def test_rows_without_an_upper_limit_are_not_blamed_for_a_wrong_one(medians):
    visits = pd.concat([medians, medians.assign(patient_id="other")], ignore_index=True)
    visits = visits.assign(ck_uln=[2.8, np.nan, *[170.0] * (len(visits) - 2)])
    visits.loc[1, "ck"] = np.nan
    (fault,) = faults_of(visits, uln={"ck": "ck_uln"})
    assert (fault.row, fault.column, fault.value) == (2, "ck_uln", "2.8")
