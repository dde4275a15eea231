"""The definitions on tables of visits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.faults import DataFault
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


def reference(table, rule):
    verdicts = {}
    for patient in table["patient_id"].unique():
        rows = sorted(
            (row for _, row in table.iterrows() if row["patient_id"] == patient),
            key=lambda row: row["week"],
        )
        before = rows[0]
        in_a_row = 0
        for row in rows[1:]:
            improved = worse_25 = worse_30 = 0
            for name in COLUMNS:
                units = 8 if name == "haq" else 10
                start, end = round(units * before[name]), round(units * row[name])
                gain = end - start if name == "mmt" else start - end
                if start == 0:
                    continue
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
values = st.tuples(
    tenths,
    tenths,
    st.integers(0, 260),
    st.integers(0, 24).map(lambda eighths: eighths / 8),
    st.integers(0, 20).map(lambda number: 50 * number),
    tenths,
)
tables = st.lists(st.lists(values, min_size=1, max_size=5), min_size=1, max_size=4).map(
    lambda courses: visits_of(*courses)
)


@given(tables, st.sampled_from(["imacs", "confirmed"]), st.randoms(use_true_random=False))
def test_a_table_in_any_order_is_judged_as_the_reference_does(table, rule, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    found = judged(shuffled, worsening=rule)
    assert {
        (row.patient_id, row.week): (row.improved, row.worse_at_visit, row.worse)
        for row in found.itertuples()
    } == reference(table, rule)
    assert found.index.tolist() == [row for row in order if table["week"][row] > 0]
    pd.testing.assert_frame_equal(found.sort_index(), judged(table, worsening=rule))
    assert found[["improved_settled", "worse_settled"]].to_numpy().all()


@given(tables)
def test_millimetres_and_centimetres_are_judged_alike(table):
    in_mm = table.assign(**{name: (10 * table[name]).round() for name in VAS})
    pd.testing.assert_frame_equal(judged(in_mm, vas_max=100), judged(table))


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
    assert (row["improved"], row["worse"]) == (True, False)


def test_worsening_is_confirmed_at_consecutive_visits_of_the_same_patient():
    table = visits_of(
        [BASELINE, BASELINE, WORSE, WORSE, BASELINE],
        [BASELINE, WORSE, BASELINE, WORSE],
        [BASELINE, WORSE],
        [BASELINE, WORSE],
    )
    found = judged(table, worsening="confirmed")
    assert found["worse_at_visit"].tolist() == [
        *(False, True, True, False),
        *(True, False, True),
        *(True, True),
    ]
    assert found.loc[found["worse"], ["patient_id", "week"]].values.tolist() == [["A", 9]]
    assert judged(table)["worse"].tolist() == found["worse_at_visit"].tolist()


def test_weeks_between_visits_do_not_matter():
    table = visits_of([BASELINE, WORSE, WORSE]).assign(week=[-2, 1.5, 300])
    assert judged(table, worsening="confirmed")["worse"].tolist() == [False, True]


def test_a_missing_value_is_no_worsening_but_is_told():
    gap = visit(extramuscular=np.nan)
    table = visits_of([BASELINE, WORSE, gap, WORSE, WORSE])
    found = judged(table, worsening="confirmed")
    assert found["worse_at_visit"].tolist() == [True, False, True, True]
    assert found["worse"].tolist() == [False, False, False, True]
    # With the value that is missing the second visit could confirm, and so could the third.
    assert found["worse_settled"].tolist() == [True, False, False, True]


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
    assert found["improved_settled"].tolist() == [False, True, True]
    assert found["haq_relative"].isna().all()


def test_missing_strength_could_forbid_improvement():
    table = visits_of([BASELINE, visit(haq=1, ck=100, patient_global=1, mmt=np.nan)])
    found = judged(table)
    assert found["improved"].tolist() == [True]
    assert found["improved_settled"].tolist() == [False]


def test_a_baseline_of_zero():
    table = visits_of(
        [visit(haq=0, ck=0, patient_global=0), visit(haq=0.5, ck=10, patient_global=0.1)]
    )
    assert not judged(table)["worse"].any()
    assert judged(table)["worse_settled"].all()
    found = judged(table, baseline_zero="worse-if-higher")
    assert found["worsening_count"].tolist() == [3]
    assert found["worse"].tolist() == [True]
    assert np.isneginf(found["haq_relative"]).tolist() == [True]


def test_centimetres_count_from_a_baseline_of_zero():
    table = visits_of([visit(extramuscular=0), visit(extramuscular=2)])
    assert judged(table)["worse"].tolist() == [True]


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
    assert found["worse"].tolist() == [True, True]


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
    assert judged(table, worsening=strict)["worse"].tolist() == [True]
    assert judged(table)["worse"].tolist() == [False]


def test_every_fault_is_told_with_its_row():
    table = visits_of([BASELINE, WORSE, WORSE], [BASELINE, WORSE]).astype(object)
    table.loc[1, "haq"] = 3.5
    table.loc[2, "week"] = 3
    table.loc[3, "patient_id"] = None
    table.loc[4, "ck"] = "high"
    table.loc[4, "extramuscular"] = 31
    table.loc[0, "mmt"] = -1
    with pytest.raises(DataFault) as caught:
        judged(table)
    places = {(fault.row, fault.column) for fault in caught.value.faults}
    assert places == {
        *((3, "haq"), (4, "week"), (5, "patient_id"), (6, "ck"), (6, "extramuscular"), (2, "mmt")),
    }
    assert "from 0 to 10 (cm)" in str(caught.value)


def test_missing_columns_are_told():
    table = visits_of([BASELINE, WORSE]).drop(columns=["haq", "week"])
    with pytest.raises(DataFault) as caught:
        judged(table, enzyme="ldh")
    assert {fault.column for fault in caught.value.faults} == {"haq", "week", "ldh"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"enzyme": "mmt"}, "enzyme must be the column of a muscle enzyme, got 'mmt'"),
        ({"vas_max": 1}, "vas_max must be 10 .* or 100 .*, got 1"),
        ({"improvement": "acr"}, "improvement must be one of imacs"),
        ({"worsening": "acr"}, "worsening must be one of imacs, confirmed"),
        ({"baseline_zero": 0}, "baseline_zero must be one of missing, worse-if-higher, got 0"),
    ],
)
def test_wrong_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        judged(visits_of([BASELINE, WORSE]), **options)
