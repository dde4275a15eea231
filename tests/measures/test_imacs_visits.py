"""The definitions on tables of visits."""

import re
from dataclasses import replace
from itertools import chain, combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.errors import DataError
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs import WORSENING_RULES, classify_visits

COLUMNS = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")
VAS = ["physician_global", "patient_global", "extramuscular"]
BASELINE = (5.0, 5.0, 200, 2.0, 1000, 4.0)


def visits_of(*courses, patients="ABCDEFGH"):
    """One patient a course; a course has the values of its visits, at weeks 0, 3, 6, ..."""
    return pd.DataFrame(
        [
            (patient, 3 * number, *values)
            for patient, course in zip(patients, courses, strict=False)
            for number, values in enumerate(course)
        ],
        columns=["patient_id", "week", *COLUMNS],
    )


def visit(**changed):
    return tuple((dict(zip(COLUMNS, BASELINE, strict=True)) | changed)[name] for name in COLUMNS)


WORSE = visit(extramuscular=6.0)


def judged(table, **options):
    return classify_visits(table, **({"enzyme": "ck"} | options))


# A slow reference that walks through the table in whole tenths, HAQ in eighths.


def reference(table, rule, infinite=()):
    """Improved, worse at the visit, worse; from 0 a rise of the measures `infinite` is endless."""
    verdicts = {}
    every = sorted(table.to_dict("records"), key=lambda row: row["week"])
    for patient in table["patient_id"].unique():
        rows = [row for row in every if row["patient_id"] == patient]
        before = rows[0]
        in_a_row = 0
        for row in rows[1:]:
            improved = worse_25 = worse_30 = 0
            for name in COLUMNS:
                units = 8 if name == "haq" else 10
                start, end = round(units * before[name]), round(units * row[name])
                gain = end - start if name == "mmt" else start - end
                if start == 0 and (name not in infinite or end == 0):
                    continue
                if start == 0:
                    gain = 10**9 if name == "mmt" else -(10**9)
                improved += 5 * gain >= start
                worse_25 += 4 * -gain >= start
                if rule == "imacs" or name != "ck":
                    worse_30 += 10 * -gain >= 3 * start
            weaker = before["mmt"] - row["mmt"]
            improvement = (
                improved >= 3
                and worse_25 <= 2
                and not (before["mmt"] > 0 and 4 * weaker >= before["mmt"])
            )
            global_worse = round(10 * row["physician_global"] - 10 * before["physician_global"])
            elsewhere = round(10 * row["extramuscular"] - 10 * before["extramuscular"])
            worse = (
                (global_worse >= 20 and before["mmt"] > 0 and 5 * weaker >= before["mmt"])
                or elsewhere >= 20
                or worse_30 >= 3
            )
            in_a_row = in_a_row + 1 if worse else 0
            confirmed = in_a_row >= (2 if rule == "confirmed" else 1)
            verdicts[patient, row["week"]] = (improvement, bool(worse), confirmed)
    return verdicts


tenths = st.integers(0, 100).map(lambda mm: mm / 10)
# A table takes as long to judge whether it has one patient or eight: few tables, of many patients.
few_tables = examples(12)
values = st.tuples(
    tenths,
    tenths,
    st.integers(0, 260),
    st.integers(0, 24).map(lambda eighths: eighths / 8),
    st.integers(0, 20).map(lambda number: 50 * number),
    tenths,
)
tables = st.lists(st.lists(values, min_size=1, max_size=5), min_size=1, max_size=8).map(
    lambda courses: visits_of(*courses)
)


@few_tables
@given(tables, st.sampled_from(["imacs", "confirmed"]), st.randoms(use_true_random=False))
def test_a_table_in_any_order_is_judged_as_the_reference_does(table, rule, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    found = judged(shuffled, worsening=rule)
    assert {
        (row.patient_id, row.week): (row.improved, row.worsened_at_visit, row.worsened)
        for row in found.itertuples()
    } == reference(table, rule)
    assert found.index.tolist() == [row for row in order if table["week"][row] > 0]
    pd.testing.assert_frame_equal(found.sort_index(), judged(table, worsening=rule))


def conventions(names):
    """Every choice of the measures whose rise from 0 is endless."""
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


zero_or_more = st.sampled_from([0, 0, 0.5, 1.9, 2.0, 4.0])
values_from_zero = st.tuples(
    zero_or_more,
    zero_or_more,
    st.sampled_from([0, 60, 120]),
    st.sampled_from([0, 0, 0.5, 2.5]),
    st.sampled_from([0, 100, 200]),
    zero_or_more,
)
tables_from_zero = st.lists(values_from_zero, min_size=2, max_size=3).map(visits_of)


@examples(12)
@given(tables_from_zero, st.sampled_from(["imacs", "confirmed"]))
def test_a_verdict_is_settled_if_every_convention_for_zero_gives_it(table, rule):
    found = judged(table, worsening=rule)
    zeros = [name for name in COLUMNS if not table[name].iloc[0]]
    verdicts = [reference(table, rule, chosen) for chosen in conventions(zeros)]
    for row in found.itertuples():
        place = row.patient_id, row.week
        improved, _, worse = (set(each) for each in zip(*(v[place] for v in verdicts), strict=True))
        assert row.improved_certain == (len(improved) == 1)
        assert row.worsened_certain == (len(worse) == 1)
        assert {row.improved} <= improved
        assert {row.worsened} <= worse


#: Every value that an empty cell is filled with: near the ends and the cuts of each scale.
FILLED = {
    "physician_global": [0, 0.1, 1, 3, 5, 6.5, 7, 10],
    "patient_global": [0, 0.1, 1, 3, 5, 6.5, 10],
    "mmt": [0, 1, 100, 150, 200, 240, 10_000],
    "haq": [0, 0.125, 1, 2, 2.625, 3],
    "ck": [0, 0.1, 500, 1000, 1300, 10_000],
    "extramuscular": [0, 0.1, 2, 4, 6, 10],
}
gaps = st.tuples(st.integers(0, 1), st.sampled_from(COLUMNS))


@examples(12)
@given(
    st.lists(values, min_size=2, max_size=2), st.lists(gaps, min_size=1, max_size=2, unique=True)
)
def test_no_value_of_an_empty_cell_changes_a_settled_verdict(course, empty):
    table = visits_of(course).astype(dict.fromkeys(COLUMNS, float))
    for row, name in empty:
        table.loc[row, name] = np.nan
    (found,) = judged(table).itertuples()
    for filled in product(*(FILLED[name] for _, name in empty)):
        whole = table.copy()
        for (row, name), value in zip(empty, filled, strict=True):
            whole.loc[row, name] = value
        zeros = [name for name in COLUMNS if not whole[name].iloc[0]]
        for chosen in ((), zeros):
            ((improved, _, worse),) = reference(whole, "imacs", chosen).values()
            assert not found.improved_certain or improved == found.improved
            assert not found.worsened_certain or worse == found.worsened


@pytest.mark.parametrize(
    ("before", "after", "settled"),
    [
        # From 9 cm no scale of 10 cm allows 30% more; so two other measures alone are no worse.
        ({"patient_global": 9}, {"patient_global": np.nan, "haq": 3, "ck": 2000}, True),
        ({"patient_global": 5}, {"patient_global": np.nan, "haq": 3, "ck": 2000}, False),
        ({"patient_global": np.nan}, {"patient_global": 0, "haq": 3, "ck": 2000}, True),
        ({"patient_global": np.nan}, {"patient_global": 5, "haq": 3, "ck": 2000}, False),
        # At 9 cm activity elsewhere can rise by 1 cm only, at 4 cm by 2 cm and more.
        ({"extramuscular": 9}, {"extramuscular": np.nan}, True),
        ({"extramuscular": 4}, {"extramuscular": np.nan}, False),
    ],
)
def test_what_the_scales_still_allow_is_what_can_change_a_verdict(before, after, settled):
    table = visits_of(
        [visit(**before), visit(**before) if not after else visit(**(before | after))]
    )
    found = judged(table)
    assert found["worsened"].tolist() == [False]
    assert found["worsened_certain"].tolist() == [settled]


@few_tables
@given(tables)
def test_millimetres_and_centimetres_are_judged_alike(table):
    in_mm = table.assign(**{name: (10 * table[name]).round() for name in VAS})
    pd.testing.assert_frame_equal(judged(in_mm, vas_max=100), judged(table))


@few_tables
@given(tables, st.sampled_from([0.01, 1 / 60, 7, 1000]))
def test_the_unit_of_the_enzyme_does_not_matter(table, unit):
    rescaled = judged(table.assign(ck=table["ck"] * unit))
    pd.testing.assert_frame_equal(rescaled, judged(table))


def test_the_printed_medians_as_one_patient():
    table = visits_of([(3.8, 6.1, 211, 2.0, 1199, 2.2), (2.3, 4.6, 227, 1.6, 196, 1.0)])
    (row,) = judged(table).to_dict("records")
    assert {name: round(row[f"{name}_relative"], 1) for name in CORE_SET} == {
        "physician_global": 39.5,
        "patient_global": 24.6,
        "mmt": 7.6,
        "haq": 20.0,
        "enzyme": 83.7,
        "extramuscular": 54.5,
    }
    assert [row[f"{name}_cm"] for name in VAS] == [1.5, 1.5, pytest.approx(1.2)]
    assert (row["improved_count"], row["worse_count"], row["worsening_count"]) == (5, 0, 0)
    assert (row["improved"], row["worsened"]) == (True, False)


def test_worsening_is_confirmed_at_consecutive_visits_of_the_same_patient():
    table = visits_of(
        [BASELINE, BASELINE, WORSE, WORSE, BASELINE],
        [BASELINE, WORSE, BASELINE, WORSE],
        [BASELINE, WORSE],
        [BASELINE, WORSE],
    )
    found = judged(table, worsening="confirmed")
    assert found["worsened_at_visit"].tolist() == [
        *(False, True, True, False),
        *(True, False, True),
        *(True, True),
    ]
    assert found.loc[found["worsened"], ["patient_id", "week"]].values.tolist() == [["A", 9]]
    assert judged(table)["worsened"].tolist() == found["worsened_at_visit"].tolist()


def test_weeks_between_visits_do_not_matter():
    table = visits_of([BASELINE, WORSE, WORSE]).assign(week=[-2, 1.5, 300])
    assert judged(table, worsening="confirmed")["worsened"].tolist() == [False, True]


def test_a_missing_value_is_no_worsening_but_is_told():
    gap = visit(extramuscular=np.nan)
    table = visits_of([BASELINE, WORSE, gap, WORSE, WORSE])
    found = judged(table, worsening="confirmed")
    assert found["worsened_at_visit"].tolist() == [True, False, True, True]
    assert found["worsened"].tolist() == [False, False, False, True]
    # With the value that is missing the second visit could confirm, and so could the third.
    assert found["worsened_certain"].tolist() == [True, False, False, True]


def test_a_value_missing_at_baseline_counts_neither_way():
    better = visit(physician_global=2.0, patient_global=2.0, haq=1.0)
    table = visits_of(
        [visit(haq=np.nan), better],
        [visit(haq=np.nan), visit(physician_global=2.0, patient_global=2.0, ck=100)],
        [visit(haq=np.nan), BASELINE],
    )
    found = judged(table)
    assert found["improved_count"].tolist() == [2, 3, 0]
    assert found["improved"].tolist() == [False, True, False]
    assert found["improved_certain"].tolist() == [False, True, True]
    assert found["haq_relative"].isna().all()


def test_missing_strength_could_forbid_improvement():
    table = visits_of([BASELINE, visit(haq=1, ck=100, patient_global=1, mmt=np.nan)])
    found = judged(table)
    assert found["improved"].tolist() == [True]
    assert found["improved_certain"].tolist() == [False]


def test_a_baseline_of_zero():
    table = visits_of(
        [visit(haq=0, ck=0, patient_global=0), visit(haq=0.5, ck=10, patient_global=0.1)]
    )
    assert not judged(table)["worsened"].any()
    found = judged(table, baseline_zero="worse-if-higher")
    assert found["worsening_count"].tolist() == [3]
    assert found["worsened"].tolist() == [True]
    assert np.isneginf(found["haq_relative"]).tolist() == [True]
    for convention in ("missing", "worse-if-higher"):
        assert judged(table, baseline_zero=convention)["worsened_certain"].tolist() == [False]


def test_conventions_for_zero_that_disagree_leave_a_verdict_unsettled():
    # Worse by 75% in one measure and from 0 in three: 1 by one convention, 4 by the other.
    table = visits_of([(2, 0, 120, 0, 200, 0), (3.5, 6, 120, 2.5, 200, 1.9)])
    (found,) = judged(table).to_dict("records")
    assert (found["worsened"], found["worsened_certain"]) == (False, False)
    assert (found["improved"], found["improved_certain"]) == (False, True)
    (other,) = judged(table, baseline_zero="worse-if-higher").to_dict("records")
    assert (other["worsened"], other["worsened_certain"]) == (True, False)


def test_strength_from_zero_can_settle_or_unsettle_improvement():
    better = {"physician_global": 2.0, "patient_global": 2.0}
    table = visits_of([visit(mmt=0), visit(mmt=20, **better)])
    (found,) = judged(table).to_dict("records")
    assert (found["improved"], found["improved_certain"]) == (False, False)
    # Three without strength: met by either convention.
    table = visits_of([visit(mmt=0), visit(mmt=20, haq=1, **better)])
    assert judged(table)[["improved", "improved_certain"]].values.tolist() == [[True, True]]


def test_centimetres_count_from_a_baseline_of_zero():
    table = visits_of([visit(extramuscular=0), visit(extramuscular=2)])
    assert judged(table)["worsened"].tolist() == [True]


def test_only_follow_up_visits_are_judged():
    table = visits_of([BASELINE], [BASELINE, BASELINE])
    assert judged(table)[["patient_id", "week"]].values.tolist() == [["B", 3]]
    nobody = judged(table[:1])
    assert nobody.empty
    assert nobody.columns.tolist() == judged(table).columns.tolist()
    assert judged(table[:0]).empty


def test_the_table_is_left_as_it_was():
    table = visits_of([BASELINE, WORSE])
    before = table.copy()
    judged(table)
    pd.testing.assert_frame_equal(table, before)


def test_the_result_joins_the_table_and_both_survive_odd_indices():
    table = visits_of([BASELINE, WORSE], [BASELINE, WORSE])
    odd = table.set_index(pd.Index(["x", "x", "y", "x"]))
    found = judged(odd)
    assert found.index.tolist() == ["x", "x"]
    assert found["patient_id"].tolist() == ["A", "B"]
    assert found["worsened"].tolist() == [True, True]


def test_any_column_may_be_the_enzyme():
    table = visits_of([BASELINE, visit(ck=700)]).rename(columns={"ck": "enzyme"})
    assert judged(table, enzyme="enzyme")["enzyme_relative"].tolist() == [30]


def test_columns_of_text_and_nullable_numbers_are_read():
    table = visits_of([BASELINE, visit(haq=1.6, mmt=np.nan)])
    text = table.astype(object).astype({"haq": str})
    pd.testing.assert_series_equal(judged(text)["haq_relative"], judged(table)["haq_relative"])
    nullable = table.convert_dtypes()
    assert judged(nullable)["haq_relative"].tolist() == [20]
    assert judged(nullable)["mmt_relative"].isna().all()


def test_a_rule_of_your_own():
    strict = replace(WORSENING_RULES["imacs"], worse_count=1, worse_by=10)
    table = visits_of([BASELINE, visit(haq=2.25)])
    assert judged(table, worsening=strict)["worsened"].tolist() == [True]
    assert judged(table)["worsened"].tolist() == [False]


def test_every_fault_is_told_with_its_row():
    table = visits_of([BASELINE, WORSE, WORSE], [BASELINE, WORSE]).astype(object)
    table.loc[1, "haq"] = 3.5
    table.loc[2, "week"] = 3
    table.loc[3, "patient_id"] = None
    table.loc[4, "ck"] = "high"
    table.loc[4, "extramuscular"] = 31
    table.loc[0, "mmt"] = -1
    with pytest.raises(DataError) as caught:
        judged(table)
    places = {(fault.row, fault.column) for fault in caught.value.faults}
    assert places == {
        *((3, "haq"), (4, "week"), (5, "patient_id"), (6, "ck"), (6, "extramuscular"), (2, "mmt")),
    }
    assert {fault.column: fault.message for fault in caught.value.faults} == {
        "haq": "must be a number from 0 to 3",
        "week": "the patient has another row for this week",
        "patient_id": "must not be empty",
        "ck": "must be a number of at least 0",
        "extramuscular": "must be a number from 0 to 10 (cm)",
        "mmt": "must be a number of at least 0",
    }
    assert "visits, row 2, column mmt, value '-1': " in str(caught.value)
    with pytest.raises(DataError, match=r"^\S+, row 6, .* must be a number from 0 to 100 \(mm\)$"):
        judged(visits_of([BASELINE] * 5).assign(extramuscular=[*[50] * 4, 101]), vas_max=100.0)


def test_missing_columns_are_told():
    table = visits_of([BASELINE, WORSE]).drop(columns=["haq", "week"])
    with pytest.raises(DataError) as caught:
        judged(table, enzyme="ldh")
    assert {fault.column for fault in caught.value.faults} == {"haq", "week", "ldh"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"enzyme": "mmt"}, "enzyme must be the column of a muscle enzyme, got 'mmt'"),
        ({"vas_max": 1}, "vas_max must be 10 (cm) or 100 (mm), got 1"),
        (
            {"improvement": "acr"},
            "improvement must be one of imacs, or be of ImprovementRule, got 'acr'",
        ),
        (
            {"worsening": "acr"},
            "worsening must be one of imacs, confirmed, or be of WorseningRule, got 'acr'",
        ),
        *(
            (
                {"enzyme": name},
                f"enzyme must be the column of a muscle enzyme, got {name!r}",
            )
            for name in ("patient_id", "week", "haq", "extramuscular")
        ),
        ({"baseline_zero": 0}, "baseline_zero must be one of missing, worse-if-higher, got 0"),
    ],
)
def test_wrong_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        judged(visits_of([BASELINE, WORSE]), **options)
