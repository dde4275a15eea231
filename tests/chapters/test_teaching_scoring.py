"""The patient scored step by step: way to the score, boundaries, enzyme, ceiling."""

import pytest

from tisstats.chapters.teaching_scoring import ScoredPatient


@pytest.fixture(scope="module")
def page():
    return ScoredPatient(mmt_max=260, ck_uln=170, threshold=40)


def test_the_medians_score_forty(page):
    table = page.scoring_steps().frame
    assert table["Points"].tolist() == ["7.5", "2.5", "10", "5", "7.5", "7.5", "40"]
    assert table["Improvement, %"].tolist()[:-1] == ["15.0", "15.0", "6.2", "13.3", "39.3", "12.0"]


def test_the_staircases_and_their_table_have_the_bands_and_the_patient(page):
    table = page.band_points().frame.set_index("Measure")
    strength = table.loc["Manual muscle testing"]
    assert strength.tolist()[:2] == ["up to 2%: 0", "above 2% to 10%: 10"]
    assert strength.tolist()[-2:] == ["above 30%: 32.5", "6.2%: 10"]
    assert "this patient earns 40 in all" in page.steps().alt
    assert "Manual muscle testing: 0 points up to 2%, 10 above 2%" in page.steps().alt


def test_totals_stand_under_the_boundaries(page):
    assert page.boundary_cases().frame.iloc[-1].tolist()[-2:] == ["40", "50"]


def test_the_unknown_limit_changes_the_points_where_the_table_says(page):
    table = page.points_by_uln().frame
    assert table["Upper limit of normal, U/L (approximate)"].tolist() == [
        "below 167",
        "167 to 267",
        "267 to 446",
        "446 to 1337",
        "from 1337",
    ]
    assert table["Points"].tolist() == ["7.5", "7.5", "5", "2.5", "0"]


def test_five_measures_improve_by_the_definition_of_imacs(page):
    assert page.imacs().frame["Improved by the IMACS definition"].tolist().count("yes") == 5


def test_numbers_of_the_page_are_plain(page):
    numbers = page.numbers()
    assert numbers["on_cut"] == (
        "Physician global activity and patient global activity are exactly on a band boundary, "
        "at 15.0%"
    )
    assert numbers["score"] == "40"
    assert numbers["wrong_score"] == "50"
    assert numbers["imacs_verdict"] == "met"


def test_another_muscle_test_and_limit_change_what_they_should():
    numbers = ScoredPatient(mmt_max=240, ck_uln=100, threshold=20).numbers()
    assert numbers["on_cut"].startswith("Physician global activity and patient global activity are")
    assert (numbers["mmt_max"], numbers["ck_uln"], numbers["threshold"]) == ("240", "100", 20)


def test_the_enzyme_that_is_followed_is_not_the_one_with_the_largest_value(page):
    table = page.panel().frame.set_index("Enzyme")
    assert table["Followed"].tolist() == ["no", "no", "yes", "no"]
    # (140 - 84) / (3 x 35) = 53.3%; (620 - 560) / (3 x 250) = 8%
    assert table["Improvement, %"].tolist()[1:3] == ["8.0", "53.3"]
    assert table["Points"].tolist()[1:3] == ["2.5", "7.5"]
    assert page.panel_numbers() == {
        "followed_enzyme": "aspartate aminotransferase",
        "largest_enzyme": "lactate dehydrogenase",
        "followed_multiple": "4.0",
        "largest_multiple": "2.5",
        "followed_points": "7.5",
        "largest_points": "2.5",
    }


def test_the_ceiling_is_drawn_at_the_threshold(page):
    assert "Hatched:" in page.ceiling().alt
    assert "those below 40." in page.ceiling().alt


def test_what_the_other_measures_must_give(page):
    table = page.points_needed_elsewhere().frame
    assert table["Needed from the other measures"].tolist() == ["40", "30", "20", "12.5", "7.5"]
    assert set(table["Maximum from the other measures"]) == {"67.5"}
