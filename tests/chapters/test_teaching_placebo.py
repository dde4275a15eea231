"""The placebo response: both arms alike, differences by method, and what chance alone gives."""

import json
import re
from dataclasses import replace

import pytest
from matplotlib.text import Text

from tests.book.shown import results_of
from tests.command import called
from tisstats.chapters.class_figures import slide_figures
from tisstats.chapters.teaching_placebo import PlaceboResponse
from tisstats.figures.numbers import format_percent
from tisstats.ledger.published import PublishedFacts
from tisstats.statistics import (
    TooManyTablesError,
    TwoArmDesign,
    operating_characteristics,
    planned_arm,
    proportion_difference,
    two_arm_power,
    two_arm_sample_size,
)
from tisstats.teaching import missed_visits

pytestmark = pytest.mark.usefixtures("not_drawn")


@pytest.fixture(scope="module")
def page():
    return PlaceboResponse(confidence_level=0.95, interval_method="wilson", target_power=0.8)


def test_the_figure_shows_both_arms_and_which_counts_are_inferred(page):
    alt = page.response_by_threshold().alt
    assert "TIS ≥ 20, 79% v 44% (37/47 v 21/48)" in alt
    assert "TIS ≥ 40, 68% v 23% (32/47 v 11/48, inferred)" in alt
    assert "TIS ≥ 40, 42%, no placebo (8/19)" in alt


def test_what_responders_had_to_meet_besides_a_score_stands_with_it(page):
    words = "ProDERM at 20 points: without confirmed deterioration"
    for each in (page.differences_by_threshold(), page.placebo_arms_alone(), page.planning()):
        assert any(note.startswith(words) for note in dict(each.notes).values())
    slides = slide_figures(PublishedFacts.read())
    assert words in slides["arms"].caption
    assert f"{words}." in slides["placebo"].caption
    for name in ("arms", "placebo"):
        assert "accounts of abstracts by others" in slides[name].caption


def test_inferred_counts_are_labelled_wherever_they_are_listed(page):
    table = page.differences_by_threshold().frame
    assert table["Counts"].tolist() == ["published", *["inferred"] * 5]
    assert table["Difference"].tolist()[:2] == ["35.0", "45.2"]
    how = page.inferred_counts().frame
    assert how["Counts, treated"].tolist()[:2] == ["32 of 47", "15 of 47"]
    assert how["Printed difference"][0] == "45 (27 to 63); from the counts 45.2 (27.3 to 63.0)"
    # Of percentages that others report the source says so.
    assert all("as reported" in source for source in how["Source of the percentages"])
    others = page.other_trials().frame
    assert others["Responders, treated"].tolist() == ["42 of 75", "–", "–"]
    assert others["Responders, placebo"].tolist() == ["31 of 73", "–", "–"]
    assert others["Treated"].tolist() == ["56.0%", "46.5 points", "28.3 points"]


def test_the_results_say_which_counts_are_inferred_and_which_scores_are_means(page):
    found = results_of(page.differences_by_threshold())
    counts = [each for each in found if each["statistic"] == "count"]
    published = [each["text"] for each in counts if each["origin"] == "published"]
    assert published == ["37", "21"]
    assert {each["origin"] for each in counts} == {"published", "inferred"}
    assert page.numbers()["proderm_minimal_responders"].facts.origin == "published"
    assert page.numbers()["alkivia_minimal_patients"].facts.origin == "inferred"
    of_treated = {
        (each["statistic"], each["text"], each["n"], each["unit"])
        for each in results_of(page.other_trials())
        if each["column"] == "Treated"
    }
    assert of_treated == {
        ("percentage", "56.0", "75", "%"),
        ("mean", "46.5", "", "points"),
        ("mean", "28.3", "", "points"),
    }


def test_an_uncontrolled_study_of_the_placebo_arm(page):
    numbers = page.numbers()
    assert [numbers[f"proderm_moderate_{part}"] for part in ("responders", "patients")] == [11, 48]
    assert numbers["proderm_moderate_percent"] == "22.9"
    found = page.placebo_arms_alone().frame.set_index("Arm and threshold")
    assert found.loc["placebo in ProDERM, TIS ≥ 20", "Interval, %"] == "30.7 to 57.7"
    assert found.loc["pilot study, TIS ≥ 40", "Responders"] == "8 of 19"


def test_which_placebo_proportions_the_pilot_includes_follows_the_interval(page):
    # Wilson's lower limit is 23.1%, above 11 of 48.
    assert page.numbers()["pilot_covers"] == (
        "includes the proportion with placebo, 47.6% in ALKIVIA phase 2; it does not include the "
        "proportion with placebo, 22.9% in ProDERM"
    )
    wide = replace(page, interval_method="clopper-pearson").numbers()["pilot_covers"]
    assert wide == (
        "includes the proportions with placebo, 22.9% in ProDERM and 47.6% in ALKIVIA phase 2"
    )


def test_the_next_trial_is_planned_at_both_thresholds(page):
    table = page.planning().frame
    assert table["Patients per arm"].tolist() == ["34", "22", "50", "79", "42", "49"]
    assert (page.numbers()["plan_minimal"], page.numbers()["plan_moderate"]) == ("34", "22")
    assert (
        "--set treated_response=0.680851 --set control_response=0.229167"
        in page.planning_command().text
    )


@pytest.mark.usefixtures("drawn")
def test_who_had_lost_the_lower_score_is_said_wherever_the_pilot_study_stands_at_it(page):
    lost = page.published.count("response.minimal_lost")
    assert (page.minimal_count.responders, page.minimal_count.patients, lost) == (9, 19, 3)
    words = "pilot study at 20 points: as printed, without 3 patients who had lost such a score"
    assert page.numbers()["pilot_condition"] == f"{words} (12 of 19 with them)"
    assert words in page.placebo_arms_alone().notes["Arm and threshold"]
    figure = page.response_by_threshold()
    for drawn in (figure.figure, figure.phone):
        written = " ".join(" ".join(text.get_text().split()) for text in drawn.findobj(Text))
        assert words in written


def test_chances_too_small_to_print_are_not_zero(page):
    table = page.probability_without_effect().frame
    assert table["Probability of 8 or more, %"].tolist() == ["<0.1", "2.3", "18.2", "51.2", "82.0"]


def test_numbers_of_the_page(page):
    numbers = page.numbers()
    assert numbers["difference"] == "35.0"
    assert (numbers["difference_low"], numbers["difference_high"]) == ("15.5", "51.0")
    assert numbers["needed"] == "3"
    # Reciprocals of the limits, before these are rounded.
    assert (numbers["needed_low"], numbers["needed_high"]) == ("2.0", "6.5")
    assert (numbers["treated_percent"], numbers["placebo_percent"]) == ("78.7", "43.8")
    assert (numbers["level_percent"], numbers["interval_method"]) == ("95", "Wilson")


def test_methods_lie_as_far_apart_as_the_table_shows(page):
    found = [
        proportion_difference(37, 47, 21, 48, 0.95, method)
        for method in ("newcombe", "miettinen-nurminen", "agresti-caffo", "wald")
    ]
    lows, highs = [each.low for each in found], [each.high for each in found]
    widest = 100 * max(max(lows) - min(lows), max(highs) - min(highs))
    assert float(page.numbers()["methods_within"]) == pytest.approx(widest, abs=0.051)
    assert page.difference_by_method().frame["Difference"].tolist() == ["35.0"] * 4


def test_missed_visits_of_the_trial_planned_at_the_lower_threshold(page):
    missed, numbers = page.missed_visits, page.numbers()
    assert numbers["missed_patients"] == missed.patients
    assert (missed.patients, numbers["plan_minimal"]) == (34, "34")
    arms = {
        name: planned_arm(34, response, missed=0.2)
        for name, response in (("treated", 37 / 47), ("placebo", 21 / 48))
    }
    found = operating_characteristics(TwoArmDesign(arms["treated"], arms["placebo"]))
    assert numbers["missed_counted_power"] == f"{100 * found.rejection_probability:.1f}"
    assert numbers["missed_counted_bias"] == "−7.0"
    power = f"{100 * two_arm_power(34, 34, 37 / 47, 21 / 48).power:.1f}"
    assert numbers["missed_none_power"] == f"instead of {power}%"
    assert numbers["missed_none_size"] == f"instead of {page.planning_numbers()['plan_minimal']}"
    unequal = TwoArmDesign(planned_arm(34, 21 / 48), arms["placebo"])
    error = operating_characteristics(unequal).rejection_probability
    assert numbers["missed_counted_error"] == f"{100 * error:.1f}"
    assert float(numbers["missed_counted_error"]) > float(numbers["missed_nominal"])
    low, exact, high = (float(numbers[f"simulated_{name}"]) for name in ("low", "exact", "high"))
    assert low <= exact <= high
    assert exact == pytest.approx(100 * found.rejection_probability, abs=0.005)


def test_the_table_of_rules_has_each_pattern_with_each_rule(page):
    table = page.missed_visits.by_rule().frame
    assert len(table) == 1 + 3 * 3
    assert table["Missed"].unique().tolist() == [
        "none",
        "in both arms alike",
        "in the placebo arm only",
        "by patients without response",
    ]
    bounded = table[table["Rule"] == "bounds"]
    assert bounded["Bias"].str.fullmatch(r"−\d+\.\d to \d+\.\d").all()
    # Left out, the estimate is unbiased as long as missing has nothing to do with the response.
    left_out = table[table["Rule"] == "left out"]
    assert left_out["Bias"].tolist() == ["0.0", "0.0", "−2.0"]


def test_the_sizes_with_missed_visits_are_those_of_the_responses_seen(page):
    table = page.missed_visits.sizes().frame
    sizes = [
        two_arm_sample_size(0.8, 37 / 47 * (1 - share), 21 / 48 * (1 - share)).smallest.trials_1
        for share in (0, 0.2)
    ]
    assert table["Patients per arm"].tolist()[::2] == [str(size) for size in sizes]
    assert table["Seen to respond, treated, %"].tolist()[2] == "63.0"


def test_the_command_simulates_the_trial_of_the_page(page):
    (command,) = re.findall(r"tisstats (simulate [^`]+)\n```", page.missed_visits.command().text)
    done = called(*command.replace("\\\n", " ").split(), "--format", "json")
    assert done.returncode == 0
    rejected = json.loads(done.stdout)["characteristics"]["rejection_probability"]
    numbers = page.numbers()
    assert format_percent(rejected["simulated"], 2) == numbers["simulated_power"]
    assert format_percent(rejected["exact"], 2) == numbers["simulated_exact"]


def test_the_printed_limits_are_those_of_wald(page):
    numbers = page.numbers()
    assert numbers["printed_level"] == "95"
    wald = page.differences["wald"]
    assert numbers["printed_limits"] == f"{100 * wald.low:.2f} to {100 * wald.high:.2f}"
    other = page.differences["newcombe"]
    assert format_percent(other.low) != format_percent(wald.low)
    # Whether the source names a method is not among what was read of it.
    assert numbers["printed_limits"].facts.method == "95% as printed, equal to those by Wald"


def test_a_type_one_error_or_power_that_rounds_to_0_is_not_called_0():
    extreme = PlaceboResponse(
        confidence_level=0.999999999, interval_method="wilson", target_power=1e-9
    ).missed_visits
    numbers = extreme.numbers()
    assert numbers["missed_counted_power"] == numbers["missed_counted_error"] == "<0.1"
    for name in ("missed_none_power", "missed_none_error"):  # not <0.1% instead of <0.1%
        assert numbers[name] == "with and without missed visits"
    table = extreme.by_rule().frame
    assert set(table.filter(like="Type I error").iloc[:, 0]) == {"<0.1"}
    assert "type I error <0.1, <0.1" in extreme.figure().alt


def test_what_is_simulated_as_its_sum_is_too_long_says_so(page, monkeypatch):
    exact = page.missed_visits
    assert (exact.simulated_rules, exact.method[-5:]) == ([], "exact")
    assert exact.numbers()["simulated_exceptions"] == "."
    assert "" not in dict(exact.by_rule().notes)

    def longer(design):
        if design.missing == "bounds":
            raise TooManyTablesError("too many")
        return operating_characteristics(design)

    monkeypatch.setattr(missed_visits, "operating_characteristics", longer)
    monkeypatch.setattr(missed_visits, "TRIALS", 50)
    trial = replace(exact.trial, alpha=1e-6)  # none that is kept
    assert trial.is_simulated("bounds", missed_visits.ALIKE, 0.1)
    assert not trial.is_simulated("unknown", missed_visits.ALIKE, 0.1)
    part = replace(exact, plan=replace(exact.plan, confidence_level=0.999999), patients=12)
    assert part.simulated_rules == ["bounds"]
    assert part.method.endswith("exact or simulated")
    assert part.numbers()["simulated_exceptions"].endswith("too long: bounds.")
    table = part.by_rule()
    assert dict(table.notes)[""].endswith("bounds.")
    (error,) = (
        table.frame.query("Rule == 'bounds' and Missed == 'in both arms alike'")
        .filter(like="Type I error")
        .to_numpy()[0]
    )
    assert error == "<0.1"
    assert set(table.frame["Coverage, %"]) == {"99.9", ">99.9"}  # of 50 trials it is all
    assert "in part simulated" in (alt := part.figure().alt)
    assert not {"0.0", "0.0%"} & set(re.split(r"[ ,]+", alt))
