"""Methods: criteria, doses for a body weight, and sizes for a width."""

from fractions import Fraction

import pytest

from tisstats.chapters import methods
from tisstats.chapters.methods import Methods
from tisstats.printed import parse


def page(**changes):
    settings = {
        "body_weight_kg": 75.0,
        "planned_patients": 20,
        "assumed_proportion": 0.6,
        "confidence_level": 0.95,
        "interval_method": "clopper-pearson",
    }
    return Methods(**{**settings, **changes})


def test_every_criterion_of_eligibility_stands_with_its_kind():
    table = page().eligibility().frame
    assert list(table) == ["Kind", "Criterion", "Requirement or exclusion"]
    assert len(table) == 11


def test_a_width_that_no_later_size_keeps_says_up_to_where_sizes_were_tried(monkeypatch):
    table = page().sample_sizes_for_width().frame.astype(str)
    assert table.loc[1, ["Target width", "Smallest n"]].tolist() == ["0.45", "20"]
    monkeypatch.setattr(methods, "WIDTHS", (0.5,))
    monkeypatch.setattr(methods, "LARGEST_SIZE", 16)
    small = page().sample_sizes_for_width().frame.astype(str)
    assert small["Smallest n"].tolist() == ["16"]


def test_doses_are_worked_for_the_body_weight():
    numbers = page().numbers()
    # 2 + 1 + 1 g/kg; 150 g and 75 g with at most 80 g a day.
    assert (numbers["total_grams"], numbers["fits_up_to"]) == ("300", "80")
    assert (numbers["loading_needs"], numbers["maintenance_needs"]) == (2, 1)
    standard, amended = page(body_weight_kg=90).schedules()
    assert standard.caption == "Standard regimen at 90 kg"
    assert standard.frame["Infusion days"].tolist() == [3, 2, 2]
    assert standard.frame["Within plan"].tolist() == ["yes", "no", "no"]
    assert amended.frame["Week"].tolist() == [0, 3, 4, 8]
    weights = page(body_weight_kg=90.5).infusion_days_by_weight().frame["Body weight, kg"].tolist()
    assert weights[5:8] == ["90", "90.5", "100"]


def test_the_planned_interval_stands_beside_the_printed_one():
    numbers = page().numbers()
    assert (numbers["planned_successes"], numbers["assumed_percent"]) == (12, "60%")
    printed = [numbers[f"printed_{name}"] for name in ("low", "high", "width")]
    computed = [numbers[f"planned_{name}"] for name in ("low", "high", "width")]
    assert [float(text) for text in computed] == pytest.approx(
        [float(text) for text in printed], abs=0.001
    )


def test_tests_without_correction_are_counted_from_the_printed_p_values():
    numbers = page().numbers()
    assert (numbers["tests"], numbers["significant"]) == (13, 6)
    # 13 x 0.05 and 0.05 / 13; two P values are printed as < 0.01, the next as 0.03.
    assert (numbers["expected_by_chance"], numbers["corrected_level"]) == ("0.65", "0.0038")
    assert numbers["below_corrected"] == 2
    assert methods._may_lie_below(parse("0.00"), Fraction(1, 250))
    assert not methods._may_lie_below(parse("0.01"), Fraction(1, 250))
    assert not methods._may_lie_below(parse("0.01"), Fraction(1, 200))
