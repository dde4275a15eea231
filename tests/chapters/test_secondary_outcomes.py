"""Secondary outcomes: tables and numbers of the page, for several horizons and rules."""

from dataclasses import replace
from itertools import accumulate

import pytest
from matplotlib.text import Text

from tisstats.chapters.secondary_outcomes import SecondaryOutcomes, rescue_medication
from tisstats.lim2021.improvement import (
    IMPROVED,
    CompetingRisks,
    censoring_bounds_of_improvement,
    censoring_scenarios,
    scenario_as_stated,
)
from tisstats.printed import format_rounded
from tisstats.statistics import signed_rank_test

pytestmark = pytest.mark.usefixtures("not_drawn")

DEFAULT = {
    "horizon_week": 9,
    "confidence_level": 0.95,
    "interval_method": "clopper-pearson",
    "quantile_definition": "spss",
    "cohort": "reference",
}

#: Week to newly improved patients, as the text counts them.
EVENTS = {3: 6, 4: 1, 6: 1}


def page(**changes):
    return SecondaryOutcomes(**{**DEFAULT, **changes})


@pytest.fixture(scope="module")
def default():
    return page()


def test_printed_changes_are_scaled_to_the_range_of_each_measure(default):
    table = default.improvements_of_range().frame.set_index("Outcome measure")
    shown = table["Improvement, % of the range"]
    # -2.7 (-4.1 to -0.7) of 10 cm, lower is better; 10 (-7 to 29) of 260 points, higher is.
    assert shown["Patient global activity"] == "27 (7 to 41)"
    assert shown["Manual muscle testing"] == "4 (−3 to 11)"
    # 0 (-1 to 1) of a scale from 1 to 10.
    assert shown["ALS severity scale, swallowing"] == "0 (−11 to 11)"
    assert shown["Serum creatine kinase"] == "–"
    assert "(assumed)" in table["Range"]["Manual muscle testing"]
    figure = default.range_forest()
    assert figure.alt.startswith(
        "Patient global activity had the largest median improvement, 27% of the range"
    )
    assert "Published: Lim et al. 2021, Table 2" in figure.alt


def test_the_patients_behind_the_medians_are_counted(default):
    table = default.directions()
    assert default.patient_data.label in table.caption
    rows = table.frame.set_index("Outcome measure")
    assert rows["Measured"].tolist() == [18 if "psoas" in name else 19 for name in rows.index]
    for _, row in rows.iterrows():
        counts = [int(row[name].split(" ")[0]) for name in ("Improved", "Unchanged", "Worsened")]
        assert sum(counts) == row["Measured"]
    told = default.paired_changes().alt
    better = sum(
        int(row["Improved"].split(" ")[0]) > int(row["Worsened"].split(" ")[0])
        for _, row in rows.iterrows()
    )
    assert told.partition(". ")[2].startswith(
        f"More patients improved than worsened in {better} of {len(rows)} "
    )
    assert default.patient_data.label in told


def test_patients_at_risk_lie_between_the_extremes(default):
    table = default.patients_at_risk().frame
    assert table["Week"].tolist() == ["0", "3", "4", "6", "9"]
    # One of the seven was still there at week 4: 13, not 12, at risk before week 3.
    assert table["Number at risk"].tolist() == ["19", "13 to 19", "7 to 13", "5 to 12", "4"]
    assert table["Cumulative number improved"].tolist() == [0, 6, 7, 8, 8]
    assert table["Cumulative number with rescue medication"].tolist() == [
        "0",
        "0 to 6",
        *["0 to 7"] * 2,
        "7",
    ]


def test_numbers_on_rescue_medication(default):
    found = default.competing_numbers()
    assert found["incidence_percent"] == "42.1"
    assert found["rescued_by_horizon"] == "7"
    low, error, high = (
        float(found[name]) for name in ("cmprsk_error_low", "incidence_error", "cmprsk_error_high")
    )
    assert low < error < high
    assert found["ways_of_stopping"] == "3396"
    assert found["weeks_known"] == "at least 1 of them at week 4 or later"
    assert found["stop_weeks"] == "the whole weeks 1 to 8"
    assert page(horizon_week=4).competing_numbers()["rescued_by_horizon"] == "0 to 7"
    by_week_3 = page(horizon_week=3).competing_numbers()
    assert by_week_3["rescued_by_horizon"] == "0 to 6"
    assert by_week_3["stop_weeks"] == "the whole weeks 1 to 3 or after them"


def test_stops_just_after_their_assessments_narrow_the_range_of_cmprsk(default, published):
    found = default.competing_numbers()
    risks = CompetingRisks.read(published, 9)
    after = [
        risks.incidence([week + 0.01 for week in stops], "gray").variance[IMPROVED][-1] ** 0.5
        for stops in risks.all_rescue_weeks()
    ]
    low, high = map(float, found["cmprsk_error_after"].split(" to "))
    assert [low, high] == pytest.approx([100 * min(after), 100 * max(after)], abs=0.05)
    assert low > float(found["cmprsk_error_low"])
    # Before the assessment, the numbers would be the same here, and be called something else.
    assert 0 < rescue_medication._AFTER_THE_ASSESSMENT < 1


def test_the_standard_error_of_cmprsk_is_ranged_over_what_the_text_leaves_open(published):
    """Without the stop at week 4 or later, the range would be wider."""
    risks = CompetingRisks.read(published, 4)
    allowed = [
        risks.incidence(stops, "gray").variance[IMPROVED][-1] for stops in risks.all_rescue_weeks()
    ]
    found = page(horizon_week=4).competing_numbers()
    assert float(found["cmprsk_error_high"]) == pytest.approx(100 * max(allowed) ** 0.5, abs=0.05)


@pytest.mark.parametrize(
    ("horizon_week", "free", "of_text"),
    [
        (3, "31.6 to 50.0%", "31.6 to 46.2%"),
        (4, "36.8 to 58.3%", "36.8 to 53.8%"),
        (5, "36.8 to 58.3%", "36.8 to 53.8%"),
        (6, "42.1 to 66.7%", "42.1 to 63.1%"),
        (9, "42.1 to 66.7%", "42.1 to 63.1%"),
    ],
)
def test_each_horizon_has_its_own_range(published, horizon_week, free, of_text):
    chapter = page(horizon_week=horizon_week)
    proof = chapter.censored(censoring_scenarios(published)[0])
    assert proof.statement == free
    assert not any("still in the study" in condition for condition in proof.conditions)
    assert any("of the later responders 1 by week 4 and 1 by week 6" in c for c in proof.conditions)
    of_the_page = chapter.censored(scenario_as_stated(published))
    assert of_the_page.statement == of_text
    assert any(
        "at least 1 of the 7 still in the study at week 4" in condition
        for condition in of_the_page.conditions
    )


def test_the_page_shows_every_reading_with_its_basis(default):
    table = default.censoring().frame
    assert list(table["By week 6, %"]) == ["42.1 to 66.7", "42.1 to 63.1", "42.1 to 53.1"]
    assert list(table["By week 3, %"]) == ["31.6 to 50.0", "31.6 to 46.2", "31.6"]
    assert table["Basis"].str.contains("our inference").tolist() == [False, False, True]
    assert list(page(horizon_week=4).censoring().frame.columns[2:]) == [
        "By week 3, %",
        "By week 4, %",
    ]
    found = default.censoring_numbers()
    assert found["censored"] == "42.1 to 63.1%"
    assert found["censored_given"].startswith("none of the 7 who stopped early")
    assert (found["censored_free_high"], found["censored_inferred_high"]) == ("66.7", "53.1")


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("horizon_week", range(3, 10))
def test_band_table_and_numbers_under_the_curve_have_one_source(published, horizon_week):
    chapter = page(horizon_week=horizon_week)
    picture, table = chapter.improvement_curve(), chapter.patients_at_risk().frame
    for week, at_risk in zip(table["Week"], table["Number at risk"], strict=True):
        assert f"{at_risk} at week {week}" in picture.alt
    statement = chapter.censored(scenario_as_stated(published)).statement
    low, high = statement.removesuffix("%").split(" to ")
    assert f"between {low}% and {high}%" in picture.alt
    written = {text.get_text() for text in picture.figure.findobj(Text)}
    risk = chapter.at_risk
    assert {str(row.at_risk_min) for row in risk} | {
        str(row.at_risk_max) for row in risk
    } <= written
    # The band follows from the patients at risk: all stops early, the greatest factors.
    survival = 1.0
    for row in risk:
        events = EVENTS.get(row.week, 0)
        survival *= 1 - events / row.at_risk_min if events else 1
    bounds = censoring_bounds_of_improvement(published, horizon_week=horizon_week)
    assert bounds.upper[-1] == pytest.approx(1 - survival)


def test_improvement_by_week_adds_up(default):
    table = default.improved_by_week().frame
    assert table["New improvements"].tolist() == [*EVENTS.values(), 0]
    before = [0, *accumulate(EVENTS.values())]
    assert table["Not yet improved, early stops included"].tolist() == [
        19 - many for many in before
    ]
    assert table["Improved, n (%) (N=19)"].tolist() == ["6 (32)", "7 (37)", *["8 (42)"] * 2]
    assert default.improvement_numbers()["later_improved"] == (
        "2 more by week 4 and by week 6, interpreted as one in each of these weeks"
    )


def test_the_picture_of_courses_says_on_what_it_rests(default):
    assert default.courses().alt.endswith(
        "if the responders are among those with minimal improvement."
    )


def test_one_way_to_count_prints_as_the_discussion_does(default):
    table = default.discussion_definition().frame
    assert list(table["Rounds to 55%"]).count("yes") == 1
    assert table["Patients, n/N (%)"].tolist()[:2] == ["9/19 (47)", "9/20 (45)"]


def test_the_checks_of_table_2_add_up(default, published):
    counts = default.table2_numbers()
    assert counts["quartiles"] + counts["p_values"] == len(published.tables["table2"])
    assert counts["quartiles"] == 9 * counts["rows"]
    assert counts["quartiles_possible"] == counts["quartiles"]
    assert counts["rows_together"] == counts["p_fit"] == 13
    assert counts["p_significant"] == 6


def test_what_a_rule_makes_impossible_is_named(default):
    named = default.table2_numbers()["impossible_quartiles"]
    assert named.startswith("none of the medians and quartiles")
    of_type_7 = page(quantile_definition="7").table2_numbers()
    assert "Age" in of_type_7["impossible_quartiles"]
    rules = (default.table2_numbers()["rule_in_words"], of_type_7["rule_in_words"])
    assert rules == ("the definition of SPSS", "R's type 7")


def test_the_page_says_where_the_exact_test_could_change_significance(default):
    table = default.attainable_p_values().frame.set_index("Outcome measure")
    said = table["Significance could change"]
    assert [name for name, text in said.items() if text.startswith("yes")] == [
        "Extramuscular activity"
    ]
    (sample,) = default.discordant_table().frame.to_dict("records")
    changes = [float(text.replace("−", "-")) for text in sample["Changes (synthetic)"].split(", ")]
    assert format_rounded(signed_rank_test(changes, method="asymptotic").pvalue, 2) == "0.04"
    exact = signed_rank_test(changes, method="exact").pvalue
    assert exact > 0.05
    assert sample["Exact P"] == format_rounded(exact, 4)
    counts = default.p_numbers()
    assert counts["p_inside"] == "all 13"
    assert counts["exact_p_changes"].startswith(
        "It could fall on the other side of 0.05 in 1 of the 13 rows for which it was computed: "
        "extramuscular activity, at these resolutions and at the finer ones alike. The changes"
    )


def test_the_page_names_what_the_ranges_rest_on(default):
    counts = default.p_numbers()
    assert counts["p_both_sides"] == (
        "in 10 of 13 rows the printed changes allow P values on both sides of 0.05"
    )
    steps = (
        "1/8 point for Health Assessment Questionnaire",
        "0.1 cm for Physician global activity",
    )
    for condition in (*steps, "HAVERAGE", "two-sided, zeros dropped"):
        assert condition in counts["p_given"]
    assert counts["p_both_sides_finer"] == 10
    steps, finer = (
        table.frame.set_index("Outcome measure")
        for table in (default.attainable_p_values(), default.finer_p_values())
    )
    for name, assumed, finest in (
        ("Self-rated health (EQ VAS)", "5 points", "1 point"),
        ("Health Assessment Questionnaire", "1/8 point", "1/168 point"),
    ):
        assert steps["Assumed steps"][name] == assumed
        assert finer["Finer steps"][name] == finest
    assert set(steps.index) - set(finer.index) == {"Modified Rankin scale"}


def test_checks_with_one_answer_are_a_sentence_and_columns_of_the_files(default):
    shown = default.row_checks_table()
    heads = list(shown.frame.columns)
    assert list(shown.in_files) == heads[2:]
    assert shown.notes[""] == (
        "The same in every row: attainable quartiles: 9 of 9; P attainable and consistent with the "
        "text: yes; whole row attainable: yes (example found)."
    )
    other = page()
    first, *rest = default.row_checks
    vars(other)["row_checks"] = [replace(first, possible=8), *rest]
    table = other.row_checks_table()
    assert list(table.in_files) == heads[3:]
    assert table.frame["Attainable quartiles"][0] == "8 of 9"


def test_another_rule_has_its_own_ranges_and_no_exact_ones():
    chapter = page(quantile_definition="2")
    table = chapter.attainable_p_values()
    assert set(table.frame["Range of exact P"]) == {"not computed with this definition"}
    assert table.notes[""].endswith("The printed P value is attained in every row.")
    counts = chapter.p_numbers()
    assert counts["exact_p_changes"] == "With R's type 2 this range was not computed."
    assert "quartiles by type 2 of R" in counts["p_given"]
    assert chapter.discordant_samples() == ()
    assert "0.05" in chapter.p_ranges().alt


def test_an_unknown_category_is_left_out_where_nobody_has_it(default):
    assert "unknown" not in default.response_categories().frame["Response"].tolist()


def test_the_measures_that_improved_are_those_that_the_bottom_line_names(published, checkout):
    table = published.tables["significance"]
    improved = set(table.loc[table["significant"] == "true", "measure"])
    ratings = {"physician_global", "patient_global", "extramuscular"}
    assert improved == ratings | {"haq", "eq_vas", "ck"}
    text = (checkout / "notebooks" / "04_secondary_outcomes.ipynb").read_text("utf-8")
    assert "Ratings, the HAQ, self-rated health and creatine kinase improved significantly" in text
