import pandas as pd
import pytest

from tisstats.measures.baseline import attainable_scores
from tisstats.measures.core_set import CORE_SET
from tisstats.teaching import ceiling, enzyme_panel, worked_patient

SETTINGS = {"mmt_max": 260, "ck_uln": 170}


def test_the_medians_score_forty(published):
    table = worked_patient.steps(published, **SETTINGS)
    assert table["Points"].tolist() == ["7.5", "2.5", "10", "5", "7.5", "7.5", "40"]
    assert table["Improvement, %"].tolist()[:-1] == ["15.0", "15.0", "6.2", "13.3", "39.3", "12.0"]


def test_two_changes_are_on_a_cut_and_the_wrong_side_gives_fifty(published):
    found = worked_patient.boundaries(published, **SETTINGS)
    assert found["on_cut"].tolist() == [True, True, False, False, False, False]
    assert found["points"].sum() == pytest.approx(40)
    assert found["wrong_side"].sum() == pytest.approx(50)
    assert worked_patient.boundary_table(found).iloc[-1].tolist()[-2:] == ["40", "50"]


@pytest.mark.parametrize(("uln", "score"), [(100, 40), (267, 40), (268, 37.5), (1338, 32.5)])
def test_the_unknown_limit_changes_the_score_where_the_table_says(published, uln, score):
    scored = worked_patient.result(published, mmt_max=260, ck_uln=uln)
    assert scored["tis"] == pytest.approx(score)
    table = worked_patient.limits_by_points(published)
    assert table["Upper limit of normal, U/L (about)"].tolist() == [
        "below 167",
        "167 to 267",
        "267 to 446",
        "446 to 1337",
        "from 1337",
    ]
    assert table["Points"].tolist() == ["7.5", "7.5", "5", "2.5", "0"]


def test_five_measures_improve_by_the_definition_of_imacs(published):
    found = worked_patient.against_imacs(published, **SETTINGS)
    assert found["counts"].tolist() == [True, True, False, True, True, True]
    assert found["of_baseline"].round(1).tolist() == pytest.approx(
        [39.5, 24.6, 7.6, 20.0, 83.7, 54.5]
    )
    assert worked_patient.imacs_table(found)["Improved for IMACS"].tolist().count("yes") == 5


def test_numbers_of_the_page_are_plain(published):
    numbers = worked_patient.numbers(published, **SETTINGS)
    assert numbers["on_cut_names"] == "physician global activity and patient global activity"
    assert numbers["score"] == "40"
    assert numbers["wrong_score"] == "50"
    assert numbers["imacs_verdict"] == "met"


def test_without_a_change_on_a_cut_the_page_still_reads(published):
    numbers = worked_patient.numbers(published, mmt_max=240, ck_uln=100)
    assert numbers["on_cut_count"] == 2


def test_the_most_abnormal_enzyme_is_not_the_largest_value():
    panel = enzyme_panel.PANEL
    assert enzyme_panel.largest(panel) == "ldh"
    multiples = {name: panel.baseline[name] / panel.uln[name] for name in panel.baseline}
    assert max(multiples, key=multiples.get) == "ast"
    table = enzyme_panel.panel_table(panel).set_index("Enzyme")
    assert table["Followed"].tolist() == ["no", "no", "yes", "no"]
    # (140 - 84) / (3 x 35) = 53.3 %; (620 - 560) / (3 x 250) = 8 %
    assert table["Improvement, %"].tolist()[1:3] == ["8.0", "53.3"]
    assert table["Points"].tolist()[1:3] == ["2.5", "7.5"]


def test_the_grid_of_ceilings_is_what_baselines_allow():
    grid = ceiling.ceiling_grid()
    losses, active = [*CORE_SET["mmt"].cuts, 35], [*CORE_SET["haq"].cuts, 60]
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
    assert highest.tolist() == pytest.approx(grid.highest.ravel().tolist())


def test_what_the_other_measures_must_give():
    table = ceiling.needed_elsewhere(40)
    assert table["Others must give at least"].tolist() == ["40", "30", "20", "12.5", "7.5"]
    assert set(table["of at most"]) == {"67.5"}
