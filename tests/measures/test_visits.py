"""`score_visits`: worked cases, baselines, enzymes, missing measures, properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.measures import score_visits
from tisstats.measures.visits import SCORE_COLUMNS

MEASURES = ("physician_global", "patient_global", "mmt", "haq", "enzyme", "extramuscular")


def score(visits, **changed):
    return score_visits(visits, **({"mmt_max": 260, "uln": {"ck": 170}} | changed))


def shown(scored):
    """The responses, empty where missing."""
    return scored["response"].astype(object).fillna("").tolist()


@pytest.mark.parametrize(("uln", "expected"), [(100, 40.0), (170, 40.0), (267, 40.0), (268, 37.5)])
def test_the_printed_medians_score_40_for_any_limit_up_to_267(medians, uln, expected):
    scored = score(medians, uln={"ck": uln})
    assert scored["tis"].tolist() == [0.0, expected]
    assert shown(scored) == ["", "moderate" if expected >= 40 else "minimal"]


def test_the_printed_medians_measure_by_measure(medians):
    follow_up = score(medians).iloc[1]
    points = [follow_up[f"{measure}_points"] for measure in MEASURES]
    assert points == [7.5, 2.5, 10.0, 5.0, 7.5, 7.5]
    assert str(follow_up["mmt_percent"]) == "6.153846154"


def test_two_changes_of_exactly_15_percent_stay_below_the_boundary(medians):
    scored = score(medians).iloc[1]
    assert [scored["physician_global_percent"], scored["patient_global_percent"]] == [15.0, 15.0]


def test_all_best_scores_100_and_no_change_0(medians):
    best = {"physician_global": [10, 0], "patient_global": [10, 0], "extramuscular": [10, 0]}
    best |= {"mmt": [0, 260], "haq": [3, 0], "ck": [5000, 1]}
    assert score(medians.assign(**best))["tis"].tolist() == [0.0, 100.0]
    still = medians.iloc[[0, 0]].assign(week=[0, 9])
    assert score(still)["tis"].tolist() == [0.0, 0.0]
    worst = {name: values[::-1] for name, values in best.items()}
    assert score(medians.assign(**worst))["tis"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("before", "after"), [(1.1, 0.6), (2.6, 2.1), (9.7, 9.2)])
def test_an_improvement_of_exactly_5_percent_scores_0_whatever_its_floats(medians, before, after):
    scored = score(medians.assign(physician_global=[before, after]))
    assert scored["physician_global_points"].tolist() == [0.0, 0.0]
    assert scored["physician_global_percent"].tolist() == [0.0, 5.0]


def test_a_worsening_that_rounds_to_0_has_no_sign(medians):
    scored = score(medians.assign(physician_global=[5, 5 + 1e-12]))
    percent = scored["physician_global_percent"].to_numpy()
    assert percent.tolist() == [0.0, 0.0]
    assert not np.signbit(percent).any()


def test_juvenile_cuts(medians):
    assert shown(score(medians, population="juvenile")) == ["", "minimal"]


def test_the_table_is_kept_and_columns_are_added_in_order(medians):
    visits = medians.assign(site="A", note=[None, "x"]).iloc[::-1]
    visits.index = [7, 7]
    before = visits.copy(deep=True)
    scored = score(visits)
    pd.testing.assert_frame_equal(visits, before)
    pd.testing.assert_frame_equal(scored[list(visits.columns)], visits)
    assert tuple(scored.columns) == (*visits.columns, *SCORE_COLUMNS)
    assert scored["tis"].tolist() == [40.0, 0.0]


def test_no_visits_give_no_scores(medians):
    scored = score(medians.iloc[:0])
    assert scored.shape == (0, len(medians.columns) + len(SCORE_COLUMNS))


def test_the_baseline_is_the_smallest_week_and_is_told(medians):
    later = medians.assign(week=[2, 9], patient_id="late")
    screened = medians.assign(week=[-2, 9], patient_id="screened")
    only = medians.iloc[[0]].assign(patient_id="only")
    scored = score(pd.concat([later, screened.iloc[::-1], only, medians], ignore_index=True))
    assert scored["tis"].tolist() == [0.0, 40.0, 40.0, 0.0, 0.0, 0.0, 40.0]
    assert scored["baseline_week"].tolist() == [2, 2, -2, -2, 0, 0, 0]


def test_spaces_around_an_identifier_make_no_other_patient(medians):
    assert score(medians.assign(patient_id=["A1", " A1 "]))["tis"].tolist() == [0.0, 40.0]


def test_several_follow_ups_are_each_compared_with_the_baseline(medians):
    visits = pd.concat([medians, medians.iloc[[0]].assign(week=6)], ignore_index=True)
    assert score(visits)["tis"].tolist() == [0.0, 40.0, 0.0]


def test_text_that_is_a_number_counts_as_one(medians):
    texts = medians.astype({"physician_global": str, "ck": object, "haq": "string"})
    assert score(texts)["tis"].tolist() == [0.0, 40.0]
    nullable = medians.convert_dtypes()
    assert score(nullable)["tis"].tolist() == [0.0, 40.0]


# Enzymes


def test_the_most_abnormal_enzyme_is_the_largest_multiple_of_its_own_limit(medians):
    # In units per litre CK is the larger one, and it does not fall.
    visits = medians.assign(ck=[400, 400], ldh=[750, 240])
    scored = score(visits, uln={"ck": 200, "ldh": 240})
    assert scored["enzyme_used"].tolist() == ["ldh", "ldh"]
    assert scored["enzyme_selection"].tolist() == ["most abnormal", "most abnormal"]
    assert scored["enzyme_points"].tolist() == [0.0, 7.5]


@pytest.mark.parametrize(
    ("enzymes", "limits", "followed", "choice"),
    [
        ({"ldh": 500, "ck": 340}, {"ldh": 250, "ck": 170}, "ck", "tie"),
        ({"alt": 80, "ast": 80, "ldh": 500}, {"alt": 40, "ast": 40, "ldh": 250}, "ldh", "tie"),
        ({"ck": 340, "aldolase": 15.2}, {"ck": 170, "aldolase": 7.6}, "ck", "tie"),
        ({"ldh": 500, "aldolase": 15.2}, {"ldh": 250, "aldolase": 7.6}, "aldolase", "tie"),
        # 91.8 / 30.6 is 2.9999999999999996: noise must not break a tie.
        ({"ck": 91.8, "ldh": 750}, {"ck": 30.6, "ldh": 250}, "ck", "tie"),
        ({"ck": 170, "ldh": 100}, {"ck": 170, "ldh": 250}, "ck", "none abnormal"),
        ({"ck": 85, "ldh": 125}, {"ck": 170, "ldh": 250}, "ck", "none abnormal"),
        ({"ck": 171}, {"ck": 170}, "ck", "most abnormal"),
    ],
)
def test_ties_and_panels_without_an_abnormal_enzyme(medians, enzymes, limits, followed, choice):
    visits = medians.drop(columns="ck").assign(**enzymes)
    scored = score(visits, uln=limits)
    assert set(scored["enzyme_used"]) == {followed}
    assert set(scored["enzyme_selection"]) == {choice}


def test_an_enzyme_missing_at_baseline_leaves_open_which_one_is_followed(medians):
    visits = medians.assign(ck=[None, 196], ldh=[300, 200])
    limits = {"ck": 170, "ldh": 250}
    scored = score(visits, uln=limits, missing="bounds")
    assert scored["enzyme_used"].isna().all()
    assert set(scored["enzyme_selection"]) == {"not all measured"}
    # Creatine kinase may have been anything at baseline, and may have fallen to 196.
    assert scored.loc[1, ["tis_low", "tis_high"]].tolist() == [32.5, 40.0]
    assert np.isnan(scored.loc[1, "tis"])
    measured = score(visits, uln=limits, enzyme_panel="measured")
    assert measured["enzyme_used"].tolist() == ["ldh", "ldh"]
    assert measured["tis"].tolist() == [0.0, 35.0]
    with pytest.raises(ValueError, match="enzyme_panel must be one of complete, measured, got 'x'"):
        score(visits, uln=limits, enzyme_panel="x")


def test_without_any_enzyme_at_baseline_none_is_followed(medians):
    for panel in ("complete", "measured"):
        scored = score(medians.assign(ck=[None, 196]), enzyme_panel=panel)
        assert scored["enzyme_used"].isna().all()
        assert scored["enzyme_selection"].isna().all()
        assert scored["tis"].isna().tolist() == [False, True]


def test_the_enzyme_of_the_baseline_is_followed_even_where_it_is_missing_later(medians):
    visits = medians.assign(ck=[1199, None], ldh=[300, 200])
    scored = score(visits, uln={"ck": 170, "ldh": 250})
    assert scored["enzyme_used"].tolist() == ["ck", "ck"]
    assert scored["tis"].isna().tolist() == [False, True]


def test_each_patient_has_an_enzyme_of_its_own(medians):
    other = medians.assign(patient_id="other", ck=[200, 200], ldh=[1000, 200])
    visits = pd.concat([medians.assign(ldh=200), other], ignore_index=True)
    scored = score(visits, uln={"ck": 170, "ldh": 250})
    assert scored["enzyme_used"].tolist() == ["ck", "ck", "ldh", "ldh"]


def test_a_limit_per_laboratory_is_that_of_each_visit(medians):
    same = score(medians.assign(ck_uln=170), uln={"ck": "ck_uln"})
    assert same["tis"].tolist() == [0.0, 40.0]
    # 900 of 300 and 400 of 200 are 3 and 2 multiples: 100 / 15 per cent.
    moved = score(medians.assign(ck=[900, 400], ck_uln=[300, 200]), uln={"ck": "ck_uln"})
    assert moved["enzyme_percent"].tolist() == [0.0, round(100 / 15, 9)]


def test_microkatal_and_units_score_alike(medians):
    visits = medians.assign(ck=medians["ck"] / 60)
    in_microkatal = {"ck": 170 / 60}, {"ck": "170 U/L"}
    for uln in in_microkatal:
        scored = score(visits, uln=uln, enzyme_unit="microkat/L")
        assert scored["tis"].tolist() == [0.0, 40.0]
    also = score(medians, uln={"ck": "2.8333333333333335 microkat/L"})
    assert also["tis"].tolist() == [0.0, 40.0]


def test_limits_of_enzymes_that_the_table_does_not_have_are_left_aside(medians):
    assert score(medians, uln={"ck": 170, "ldh": 250})["tis"].tolist() == [0.0, 40.0]


# Missing measures


@pytest.mark.parametrize("measure", ["physician_global", "patient_global", "mmt", "haq", "ck"])
@pytest.mark.parametrize("row", [0, 1])
def test_a_score_with_a_missing_measure_is_missing(medians, measure, row):
    visits = medians.astype({measure: float})
    visits.loc[row, measure] = np.nan
    scored = score(visits)
    assert scored["tis"].isna().tolist() == [False, True]
    assert shown(scored) == ["", ""]


@pytest.mark.parametrize("gone", [[], ["haq"], ["physician_global", "mmt"], list(MEASURES)])
@pytest.mark.parametrize("missing", ["na", "bounds"])
def test_a_baseline_against_itself_is_0_and_shows_no_response(medians, gone, missing):
    columns = ["ck" if name == "enzyme" else name for name in gone]
    scored = score(medians.iloc[:1].assign(**dict.fromkeys(columns, np.nan)), missing=missing)
    assert scored["tis"].tolist() == [0.0]
    assert [scored[f"{name}_percent"].item() for name in MEASURES] == [0.0] * 6
    assert [scored[f"{name}_points"].item() for name in MEASURES] == [0.0] * 6
    assert shown(scored) == [""]
    if missing == "bounds":
        assert scored[["tis_low", "tis_high"]].values.tolist() == [[0.0, 0.0]]


def test_bounds_count_what_the_baseline_still_allows(medians):
    # From 2.2 cm activity can fall by 22% of the scale, which earns 12.5 points, not 20.
    visits = medians.assign(extramuscular=[2.2, np.nan])
    scored = score(visits, missing="bounds").iloc[1]
    assert [scored["tis_low"], scored["tis_high"]] == [32.5, 45.0]
    # In single precision 1.5 cm are 15%, exactly on the boundary, too.
    visits["extramuscular"] = np.array([1.5, np.nan], dtype=np.float32)
    assert score(visits, missing="bounds")["tis_high"].iloc[1].tolist() == 32.5 + 7.5


@pytest.mark.parametrize(
    ("column", "before", "after", "most"),
    [
        ("extramuscular", 0.5, None, 0),
        ("extramuscular", 0.6, None, 7.5),
        ("extramuscular", 4.1, None, 20),
        ("extramuscular", None, 9.5, 0),  # from 10 cm at the worst
        ("extramuscular", None, 9.4, 7.5),
        ("extramuscular", None, None, 20),
        ("haq", 0.15, None, 0),
        ("haq", 3, None, 10),
        ("ck", 170, None, 2.5),  # a fifteenth of the range is 6.7%
        ("ck", 127.5, None, 0),
        ("ck", None, 100, 7.5),  # creatine kinase has no upper end
    ],
)
def test_the_most_that_a_missing_measure_can_earn(medians, column, before, after, most):
    whole = score(medians)
    measure = "enzyme" if column == "ck" else column
    rest = whole["tis"].iloc[1] - whole[f"{measure}_points"].iloc[1]
    visits = medians.assign(**{column: pd.Series([before, after], dtype=float)})
    scored = score(visits, missing="bounds").iloc[1]
    assert [scored["tis_low"], scored["tis_high"]] == [rest, rest + most]


def test_bounds_of_a_missing_haq(medians):
    visits = medians.assign(haq=[2.0, np.nan])
    scored = score(visits, missing="bounds").iloc[1]
    assert [scored["tis_low"], scored["tis_high"]] == [35.0, 45.0]
    assert np.isnan(scored["tis"])
    assert pd.isna(scored["response"])


def test_a_response_on_which_both_bounds_agree_is_told(medians):
    visits = medians.assign(haq=[2.0, np.nan], ck=[1199, 1199])
    scored = score(visits, missing="bounds").iloc[1]
    assert [scored["tis_low"], scored["tis_high"]] == [27.5, 37.5]
    assert scored["response"] == "minimal"


def test_bounds_of_a_complete_visit_are_its_score(medians):
    scored = score(medians, missing="bounds")
    assert scored["tis_low"].tolist() == scored["tis_high"].tolist() == [0.0, 40.0]
    assert shown(scored) == ["", "moderate"]


@pytest.mark.parametrize("measure", ["physician_global", "mmt"])
def test_without_physician_global_or_muscle_testing_there_are_no_bounds(medians, measure):
    visits = medians.astype({measure: float})
    visits.loc[1, measure] = np.nan
    scored = score(visits, missing="bounds").iloc[1]
    assert np.isnan([scored["tis_low"], scored["tis_high"]]).all()
    assert pd.isna(scored["response"])


# Properties

#: A table takes as long to score whether it has one patient or ten: so there are few tables, of
#: many patients.
few_examples = examples(12)

tenths = st.integers(0, 100)
visit = st.fixed_dictionaries(
    {
        "physician_global": tenths,
        "patient_global": tenths,
        "extramuscular": tenths,
        "mmt": st.integers(0, 260),
        "haq": st.integers(0, 24),
        "ck": st.integers(1, 9000),
        "ldh": st.integers(1, 3000),
    }
)
patients = st.lists(st.lists(visit, min_size=2, max_size=4), min_size=1, max_size=16)
LIMITS = {"ck": 170, "ldh": 250}
HEALTHY = {"physician_global": 0, "extramuscular": 0, "mmt": 260, "haq": 0, "ck": 1}


def as_table(histories, vas_step=10):
    rows = [
        {"patient_id": number, "week": 3 * week, **values}
        for number, history in enumerate(histories)
        for week, values in enumerate(history)
    ]
    table = pd.DataFrame(rows)
    for name in ("physician_global", "patient_global", "extramuscular"):
        table[name] = table[name] / vas_step
    return table.assign(haq=table["haq"] / 8)


@few_examples
@given(patients)
def test_scores_are_multiples_of_2_5_from_0_to_100(histories):
    scores = score(as_table(histories), uln=LIMITS)["tis"]
    assert scores.between(0, 100).all()
    assert (scores / 2.5).tolist() == [float(int(step)) for step in scores / 2.5]


@few_examples
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(histories, random):
    table = as_table(histories)
    order = list(table.index)
    random.shuffle(order)
    shuffled = score(table.loc[order], uln=LIMITS)
    pd.testing.assert_frame_equal(shuffled.sort_index(), score(table, uln=LIMITS))


@few_examples
@given(patients)
def test_centimetres_and_millimetres_score_alike(histories):
    in_cm = score(as_table(histories), uln=LIMITS)
    in_mm = score(as_table(histories, vas_step=1), uln=LIMITS, vas_max=100)
    pd.testing.assert_frame_equal(in_cm.loc[:, SCORE_COLUMNS], in_mm.loc[:, SCORE_COLUMNS])


@few_examples
@given(patients, st.sampled_from([6, 0.01, 7, 1000]))
def test_the_unit_of_enzymes_changes_nothing(histories, factor):
    table = as_table(histories)
    units = score(table, uln=LIMITS)
    other = table.assign(ck=table["ck"] / factor, ldh=table["ldh"] / factor)
    rescaled = score(other, uln={name: limit / factor for name, limit in LIMITS.items()})
    pd.testing.assert_frame_equal(units.loc[:, SCORE_COLUMNS], rescaled.loc[:, SCORE_COLUMNS])


@few_examples
@given(st.lists(st.tuples(visit, visit, st.sampled_from(list(HEALTHY))), min_size=1, max_size=16))
def test_a_better_follow_up_never_scores_less(courses):
    worse = as_table([[before, after] for before, after, _ in courses])
    better = as_table([[before, after | {name: HEALTHY[name]}] for before, after, name in courses])
    lower, higher = (score(table, uln=LIMITS)["tis"].iloc[1::2] for table in (worse, better))
    assert (higher >= lower).all()


@few_examples
@given(patients)
def test_bounds_enclose_the_score_that_is_hidden(histories):
    table = as_table(histories)
    whole = score(table, uln=LIMITS)["tis"]
    for measure in ("patient_global", "haq", "extramuscular", "ck"):
        gaps = table[measure].where(table["week"] < 1)
        bounds = score(table.assign(**{measure: gaps}), uln=LIMITS, missing="bounds")
        assert (bounds["tis_low"] <= whole).all()
        assert (bounds["tis_high"] >= whole).all()
