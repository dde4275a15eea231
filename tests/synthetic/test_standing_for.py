"""From a printed number to the constraint that stands for it."""

from tisstats.lim2021.cohort_check.aggregates import study_addresses
from tisstats.synthetic import standing_for


def test_every_number_that_the_checker_covers_has_a_constraint():
    assert [name for name in study_addresses().covered if not standing_for(name)] == []


def test_numbers_that_no_patient_rows_can_give_have_none():
    assert standing_for("flow.screened") == []
