"""What a baseline allows: the attainable score, and the least disability."""

import inspect
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.errors import DataError
from tisstats.measures import (
    attainable_score,
    attainable_scores,
    minimal_disability,
    score_visits,
)

SCORING = {"mmt_max": 260, "uln": {"ck": 170}}
RULE = {"min_mmt_loss_percent": 10, "min_other_abnormal": 2}
WORST = {"physician_global": 10, "patient_global": 10, "extramuscular": 10}
WORST |= {"mmt": 0, "haq": 3, "ck": 5000}
BEST = {"physician_global": 0, "patient_global": 0, "extramuscular": 0}
BEST |= {"mmt": 260, "haq": 0}


@pytest.fixture
def baseline(medians):
    return medians.iloc[0]


def test_the_worst_baseline_allows_100_and_the_best_next_to_nothing():
    assert attainable_score(WORST, **SCORING).score == pytest.approx(100)
    at_best = attainable_score(BEST | {"ck": 100}, **SCORING)
    assert [at_best.score, at_best.response] == [0.0, "none"]


def test_the_printed_medians_allow(baseline):
    ceiling = attainable_score(baseline, **SCORING)
    # 38%, 61%, 18.8%, 66.7%, 47.0% and 22% of the ranges.
    assert ceiling.points == {
        "physician_global": 17.5,
        "patient_global": 10.0,
        "mmt": 20.0,
        "haq": 10.0,
        "enzyme": 7.5,
        "extramuscular": 12.5,
    }
    assert [ceiling.score, ceiling.response] == [77.5, "major"]
    assert [ceiling.enzyme_used, ceiling.enzyme_selection] == ["ck", "most abnormal"]


def test_the_category_is_that_of_the_population(medians):
    # From the printed medians at the end, 65 is attainable.
    adult = attainable_score(medians.iloc[1], **SCORING)
    juvenile = attainable_score(medians.iloc[1], **SCORING, population="juvenile")
    assert [adult.score, adult.response, juvenile.response] == [65.0, "major", "moderate"]


def test_a_normal_enzyme_as_the_floor_is_the_clinical_best(baseline):
    twice = baseline.copy()
    twice["ck"] = 340
    to_nothing = attainable_score(twice, **SCORING)
    to_normal = attainable_score(twice, **SCORING, enzyme_floor=1)
    assert [to_nothing.points["enzyme"], to_normal.points["enzyme"]] == [2.5, 2.5]
    assert to_normal.percent_improvements["enzyme"] == pytest.approx(100 / 15)
    normal = attainable_score(baseline.to_dict() | {"ck": 100}, **SCORING, enzyme_floor=1)
    assert normal.percent_improvements["enzyme"] == pytest.approx(0)


def test_a_missing_measure_leaves_the_ceiling_unknown(baseline):
    ceiling = attainable_score(baseline.to_dict() | {"haq": None}, **SCORING)
    assert np.isnan(ceiling.score)
    assert ceiling.response is None
    without = attainable_score(baseline.to_dict() | {"ck": None}, **SCORING)
    assert [without.enzyme_used, without.enzyme_selection] == [None, None]


def test_a_table_keeps_its_rows_columns_and_index(medians):
    table = medians.drop(columns=["patient_id", "week"]).assign(site="A")
    table.index = [3, 3]
    ceilings = attainable_scores(table, **SCORING)
    pd.testing.assert_frame_equal(ceilings[list(table.columns)], table)
    assert ceilings["attainable_tis"].tolist() == [77.5, 65.0]
    again = attainable_scores(ceilings, **SCORING)
    pd.testing.assert_frame_equal(again, ceilings)


def test_faults_of_a_baseline_have_no_row_and_those_of_a_table_have(baseline, medians):
    with pytest.raises(DataError, match=r"^baseline, column haq, value '4': must be a number"):
        attainable_score(baseline.to_dict() | {"haq": 4}, **SCORING)
    with pytest.raises(DataError, match=r"^baselines, row 3, column haq"):
        attainable_scores(medians.assign(haq=[2.0, 4.0]), **SCORING)
    with pytest.raises(DataError, match="column mmt: there is no such column"):
        attainable_score(baseline.drop("mmt"), **SCORING)


@pytest.mark.parametrize("floor", [-1, float("nan"), float("inf")])
def test_a_floor_that_is_none(baseline, floor):
    with pytest.raises(ValueError, match="enzyme_floor must be at least 0"):
        attainable_score(baseline, **SCORING, enzyme_floor=floor)


tenths = st.integers(0, 100).map(lambda tenth: tenth / 10)
visit = st.fixed_dictionaries(
    {
        "physician_global": tenths,
        "patient_global": tenths,
        "extramuscular": tenths,
        "mmt": st.integers(0, 260),
        "haq": st.integers(0, 24).map(lambda eighth: eighth / 8),
        "ck": st.integers(1, 9000),
        "ldh": st.integers(1, 3000),
    }
)


@examples(25)
@given(visit, st.lists(visit, min_size=1, max_size=8))
def test_no_follow_up_scores_more_than_its_baseline_allows(before, follow_ups):
    scoring = {"mmt_max": 260, "uln": {"ck": 170, "ldh": 250}}
    visits = pd.DataFrame([before, *follow_ups]).assign(patient_id=1)
    visits["week"] = range(len(visits))
    ceiling = attainable_score(before, **scoring)
    assert (score_visits(visits, **scoring)["tis"] <= ceiling.score).all()


@examples(25)
@given(visit)
def test_the_best_follow_up_reaches_the_attainable_score(before):
    scoring = {"mmt_max": 260, "uln": {"ck": 170, "ldh": 250}}
    # Enzymes cannot be recorded as 0, so this one is next to it.
    best = BEST | {"ck": 1e-12, "ldh": 1e-12}
    visits = pd.DataFrame([before, best]).assign(patient_id=1, week=[0, 9])
    reached = score_visits(visits, **scoring)["tis"].iloc[1]
    assert [reached] == [attainable_score(before, **scoring).score]


# Least disability


OTHERS = ("physician_global", "patient_global", "haq", "enzyme", "extramuscular")
CALM = {"physician_global": 1.9, "patient_global": 1.9, "haq": 0.2, "extramuscular": 1.9}


@pytest.mark.parametrize(
    ("changed", "met", "abnormal"),
    [
        ({}, True, OTHERS),
        ({"mmt": 234}, True, OTHERS),
        ({"mmt": 235}, False, OTHERS),
        (CALM, False, ("enzyme",)),
        (CALM | {"patient_global": 2}, True, ("patient_global", "enzyme")),
        # 1.5 times 170 U/L is 255: abnormal above it, where the scales are abnormal at their cut.
        (CALM | {"haq": 0.25, "ck": 256}, True, ("haq", "enzyme")),
        (CALM | {"haq": 0.25, "ck": 255.001}, True, ("haq", "enzyme")),
        (CALM | {"haq": 0.25, "ck": 255}, False, ("haq",)),
    ],
)
def test_least_disability_at_and_below_each_cut_off(baseline, changed, met, abnormal):
    found = minimal_disability(baseline.to_dict() | changed, **SCORING, **RULE)
    assert (found.met, found.abnormal, found.unknown) == (met, abnormal, ())


@pytest.mark.parametrize(
    ("changed", "met"),
    [
        ({"haq": None}, True),
        ({"mmt": None}, None),
        ({"mmt": 255, "haq": None}, False),
        ({"physician_global": 0, "patient_global": 0, "extramuscular": 0, "haq": None}, None),
        ({"physician_global": 0, "patient_global": 0, "extramuscular": 0, "haq": 0}, False),
        (
            {"physician_global": 0, "patient_global": 0, "extramuscular": 0, "ck": 1, "haq": None},
            False,
        ),
    ],
)
def test_missing_measures_decide_or_do_not(baseline, changed, met):
    found = minimal_disability(baseline.to_dict() | changed, **SCORING, **RULE)
    assert found.met is met
    assert found.unknown == tuple(name for name, value in changed.items() if value is None)


def test_cut_offs_are_the_callers(baseline):
    def met(**changed):
        return minimal_disability(baseline, **SCORING, **(RULE | changed)).met

    # The medians have lost 49 of 260 points, 18.8%.
    assert met(min_mmt_loss_percent=18)
    assert met(min_mmt_loss_percent=19) is False
    assert met(min_other_abnormal=5)
    assert met(min_other_abnormal=5, vas_abnormal_cm=2.3) is False
    assert met(min_other_abnormal=5, haq_abnormal=2.1) is False
    own = {"physician_global": 2, "patient_global": 2, "extramuscular": 2}
    assert met(min_other_abnormal=5, vas_abnormal_cm=own) is True
    assert met(min_other_abnormal=5, vas_abnormal_cm=own | {"extramuscular": 2.3}) is False
    assert met(min_other_abnormal=5, vas_abnormal_cm=own | {"physician_global": 3.8}) is True
    needed = "vas_abnormal_cm must have physician_global, patient_global, extramuscular, got"
    for other, shown in (({"haq": 2}, "haq"), ({}, "none"), ({"haq": 2, "mmt": 1}, "haq, mmt")):
        with pytest.raises(ValueError, match=rf"^{needed} {shown}$"):
            met(min_other_abnormal=5, vas_abnormal_cm=other)
    assert met(min_other_abnormal=5, enzyme_abnormal_uln=7.1) is False
    for count in (6, -1):
        message = rf"^min_other_abnormal must be a whole number from 0 to 5, got {count}$"
        with pytest.raises(ValueError, match=message):
            met(min_other_abnormal=count)


OTHERS = ("physician_global", "patient_global", "haq", "ck", "extramuscular")


@pytest.mark.parametrize("normal", range(6))
@pytest.mark.parametrize("missing", range(6))
@pytest.mark.parametrize("strength", [0, 260, np.nan])
def test_the_criterion_is_open_where_what_is_missing_would_decide(
    baseline, normal, missing, strength
):
    if normal + missing > len(OTHERS):
        return
    changed = dict.fromkeys(OTHERS[:normal], 0.0) | {"mmt": strength}
    if "ck" in changed:
        changed["ck"] = 170.0  # its upper limit
    changed |= dict.fromkeys(OTHERS[normal : normal + missing], np.nan)
    abnormal = len(OTHERS) - normal - missing
    for needed in range(6):
        found = minimal_disability(
            baseline.to_dict() | changed, **SCORING, **(RULE | {"min_other_abnormal": needed})
        )
        # Strength is lost, kept, or unknown; of the others some are, and some may be, abnormal.
        if strength == 260 or abnormal + missing < needed:
            expected = False
        elif strength == 0 and abnormal >= needed:
            expected = True
        else:
            expected = None
        assert found.met is expected


def test_cut_offs_of_activity_are_in_centimetres_whatever_the_scale(baseline):
    in_mm = baseline.to_dict()
    for name in ("physician_global", "patient_global", "extramuscular"):
        in_mm[name] = 19
    found = minimal_disability(in_mm, **SCORING, **RULE, vas_max=100)
    assert found.abnormal == ("haq", "enzyme")


def test_an_enzyme_that_was_not_measured_leaves_the_ceiling_unknown(baseline):
    scoring = {"mmt_max": 260, "uln": {"ck": 170, "ldh": 250}}
    panel = baseline.to_dict() | {"ldh": None}
    unknown = attainable_score(panel, **scoring)
    assert (unknown.enzyme_used, unknown.enzyme_selection) == (None, "not all measured")
    assert np.isnan(unknown.score)
    measured = attainable_score(panel, **scoring, enzyme_panel="measured")
    assert (measured.enzyme_used, measured.score) == ("ck", pytest.approx(77.5))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"min_other_abnormal": 2.5}, "min_other_abnormal must be a whole number from 0 to 5"),
        ({"min_other_abnormal": True}, "min_other_abnormal must be a whole number from 0 to 5"),
        ({"min_mmt_loss_percent": math.nan}, "min_mmt_loss_percent must be a finite number of at"),
        ({"haq_abnormal": "0.25"}, "haq_abnormal must be a finite number of at least 0, got"),
        ({"enzyme_abnormal_uln": -1}, "enzyme_abnormal_uln must be a finite number of at least 0"),
        ({"vas_abnormal_cm": np.array("2")}, "vas_abnormal_cm must be a finite number of at least"),
        ({"vas_abnormal_cm": {"physician_global": 2, "patient_global": 2, "extramuscular": None}},
         "vas_abnormal_cm['extramuscular'] must be a finite number of at least 0, got None"),
        ({"mmt_max": 10**400}, "mmt_max must be above 0"),
        ({"mmt_max": np.timedelta64(3)}, "mmt_max must be above 0"),
        ({"uln": {"ck": np.array("170")}}, "the upper limit of normal of ck must be a number"),
        ({"uln": {"ck": 10**400}}, "the upper limit of normal of ck must be a number above 0 in"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_no_cut_off_or_limit(changed, message):
    baseline = dict.fromkeys(("physician_global", "patient_global", "extramuscular"), 4)
    rules = {
        "mmt_max": 260,
        "uln": {"ck": 170},
        "min_mmt_loss_percent": 10,
        "min_other_abnormal": 2,
    }
    with pytest.raises(ValueError, match="must be") as raised:
        minimal_disability(baseline | {"mmt": 200, "haq": 1, "ck": 500}, **rules | changed)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("floor", [True, "0", None, -1, math.nan, np.ma.masked])
def test_the_floor_of_the_enzyme_is_a_number(floor):
    baseline = dict.fromkeys(("physician_global", "patient_global", "extramuscular"), 4)
    baseline |= {"mmt": 200, "haq": 1, "ck": 500}
    with pytest.raises(ValueError, match=r"^enzyme_floor must be at least 0 \(x ULN\), got "):
        attainable_score(baseline, mmt_max=260, uln={"ck": 170}, enzyme_floor=floor)
    with pytest.raises(ValueError, match=r"column mmt, value .* must be a number from 0 to 260"):
        attainable_score(baseline | {"mmt": 10**400}, mmt_max=260, uln={"ck": 170})


def test_one_baseline_is_computed_with_every_option_that_is_given(monkeypatch):
    computed = {}

    def record(*_, **options):
        computed.update(options)
        raise RuntimeError("recorded")

    for function, of_tables in (
        (attainable_score, "attainable_scores"),
        (minimal_disability, "disability_by_row"),
    ):
        monkeypatch.setitem(function.__globals__, of_tables, record)
        names = [name for name in inspect.signature(function).parameters if name != "baseline"]
        given = {name: object() for name in names if name != "core_set"} | {"core_set": "imacs"}
        given = {name: given[name] for name in names}
        with pytest.raises(RuntimeError, match="recorded"):
            function(BEST, **given)
        assert {name: computed[name] for name in names} == given
        computed.clear()
