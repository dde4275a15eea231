"""The placebo response: both arms alike, differences by method, and what chance alone gives."""

import pytest

from tisstats.chapters.teaching_placebo import PlaceboResponse
from tisstats.statistics import proportion_difference


@pytest.fixture(scope="module")
def page():
    return PlaceboResponse(confidence_level=0.95, interval_method="wilson")


def test_the_figure_shows_both_arms_alike(page):
    alt = page.arms_figure().alt
    assert "Immunoglobulin, 37 of 47: 78.7% (65.1–88.0)." in alt
    assert "Placebo, 21 of 48: 43.8% (30.7–57.7)." in alt
    assert "highlighted" not in alt


def test_chances_too_small_to_print_are_not_zero(page):
    table = page.probability_without_effect().frame
    assert table["Probability of 8 or more, %"].tolist() == ["<0.1", "2.3", "18.2", "51.2", "82.0"]


def test_numbers_of_the_page(page):
    numbers = page.numbers()
    assert numbers["difference"] == "35.0"
    assert (numbers["difference_low"], numbers["difference_high"]) == ("15.5", "51.0")
    assert numbers["needed"] == "3"
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
