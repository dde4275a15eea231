import pandas as pd
import pytest

from tisstats.measures.baseline import attainable_scores
from tisstats.measures.core_set import CORE_SET
from tisstats.teaching.ceiling import attainable_scores_by_band
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.worked_patient import WorkedPatient


@pytest.fixture(scope="module")
def patient(published):
    return WorkedPatient(published, mmt_max=260, ck_uln=170)


def test_two_changes_are_on_a_boundary_and_the_wrong_side_gives_fifty(patient):
    found = [change.on_boundary for change in patient.changes]
    assert found == [True, True, False, False, False, False]
    assert sum(change.points for change in patient.changes) == pytest.approx(40)
    assert sum(change.points_if_misassigned for change in patient.changes) == pytest.approx(50)


@pytest.mark.parametrize(("uln", "score"), [(100, 40), (267, 40), (268, 37.5), (1338, 32.5)])
def test_the_unknown_limit_changes_the_score(published, uln, score):
    assert WorkedPatient(published, 260, uln).scored["tis"] == pytest.approx(score)


def test_five_measures_improve_by_the_definition_of_imacs(patient):
    found = [change.improved for change in patient.changes]
    assert found == [True, True, False, True, True, True]
    assert [round(change.relative, 1) for change in patient.changes] == pytest.approx(
        [39.5, 24.6, 7.6, 20.0, 83.7, 54.5]
    )


def test_a_complete_form_changes_the_haq_and_not_the_patient(patient):
    before = patient.visits.copy()
    form = patient.with_complete_haq()
    # The median of 1.6 points lies between steps of an eighth: 1.625 is nearest.
    assert (form.median, form.nearest) == ("1.6", pytest.approx(1.625))
    assert form.relative == pytest.approx(100 * (2.0 - 1.625) / 2.0)
    assert (form.counts, form.improved, form.improved_count) == (False, True, 4)
    pd.testing.assert_frame_equal(patient.visits, before)


def test_the_most_abnormal_enzyme_is_not_the_largest_value():
    assert PANEL.largest_value_enzyme == "ldh"
    assert max(PANEL.multiples, key=PANEL.multiples.get) == "ast"
    assert PANEL.multiples["ast"] == pytest.approx(140 / 35)
    assert PANEL.score()["enzyme_used"] == "ast"


def test_the_grid_of_ceilings_is_what_baselines_allow():
    losses, active = [*CORE_SET["mmt"].cutoffs, 35], [*CORE_SET["haq"].cutoffs, 60]
    baselines = pd.DataFrame(
        [
            {
                "physician_global": share / 10,
                "patient_global": share / 10,
                "extramuscular": share / 10,
                "mmt": 260 * (1 - loss / 100),
                "haq": 3 * share / 100,
                "ck": 15 * 170 * share / 100,
            }
            for share in active
            for loss in losses
        ]
    )
    highest = attainable_scores(baselines, mmt_max=260, uln={"ck": 170})["attainable_tis"]
    assert highest.tolist() == pytest.approx(attainable_scores_by_band().ravel().tolist())
