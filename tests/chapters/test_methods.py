"""Methods: criteria, doses for a body weight, and sizes for a width."""

import pytest

from tisstats.chapters import methods
from tisstats.chapters.methods import Methods


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
