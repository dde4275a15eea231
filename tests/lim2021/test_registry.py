"""What trial registers say: valid, and apart from what the article prints."""

import inspect
import re

import pytest

from tisstats.datapackage import find_faults
from tisstats.ledger.published import data_directory
from tisstats.lim2021.discrepancies.entries import read_registry
from tisstats.measures import minimal_disability


@pytest.fixture(scope="module")
def registry():
    return read_registry()


def test_the_facts_are_valid():
    assert find_faults(data_directory("registry")) == []


def test_the_cut_offs_of_minimal_disability_are_the_registered_ones(registry):
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(minimal_disability).parameters.items()
    }
    for measure in ("physician_global", "patient_global", "extramuscular"):
        assert registry.count(f"registry.{measure}_abnormal") == defaults["vas_abnormal_cm"]
    assert float(registry.value("registry.haq_abnormal")) == pytest.approx(defaults["haq_abnormal"])
    assert float(registry.value("registry.enzyme_abnormal")) == pytest.approx(1.5)
    assert defaults["enzyme_abnormal_uln"] == pytest.approx(1.5)


def test_every_fact_names_its_record_and_how_sure_it_is(registry):
    table = registry.tables["registry"]
    assert (
        table["source"]
        .str.contains(r"EUCTR2016-004766-26-NL|NTR6160|NCT02728752|NCT05832034")
        .all()
    )
    assert set(table["certainty"]) == {"copy", "secondary", "unsure"}
    unsure = table.set_index("id")["certainty"]
    assert unsure[["duration", "ntr_duration"]].tolist() == ["unsure", "unsure"]


def test_no_claim_of_the_ledger_rests_on_a_register(published):
    assert not any(
        re.search(r"\bregistry\.", inputs) for inputs in published.tables["claims"]["inputs"]
    )


def test_the_numbers_that_are_in_both_agree(published, registry):
    both = {
        "registry.other_abnormal": "design.minimal_other_abnormal",
        "registry.muscle_loss": "design.minimal_muscle_loss",
        "registry.duration": "design.maximum_disease_duration",
        "registry.exempt_dose": "design.prednisolone_limit_mg",
        "registry.exempt_weeks": "design.prednisolone_limit_weeks",
        "registry.target_patients": "design.planned_patients",
    }
    for registered, printed in both.items():
        assert registry.value(registered) == published.value(printed), registered
