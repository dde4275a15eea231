"""Named constraints: every printed number has one, and each is missed where it is violated."""

import re

import numpy as np
import pytest

from tests.synthetic.perturbations import BY_NAME, PROPOSALS, cells, copied, violated
from tisstats.lim2021.cohort_check.aggregates import study_addresses
from tisstats.synthetic import (
    CONSTRAINTS,
    Assumptions,
    Targets,
    constraints_for,
    unmet_constraints,
)
from tisstats.synthetic.constraint import ConstraintInput
from tisstats.synthetic.targets import MEASURES, SUBTYPES

#: Printed numbers that no patient-level data can contradict, and why.
NOT_OF_PATIENTS = {
    "flow.screened": "screening",
    "flow.reason_immunosuppressants": "screening",
    "flow.reason_minimal_disability": "screening",
    "flow.reason_duration": "screening",
}

ENFORCED = [each.name for each in CONSTRAINTS if not each.implied_by]


def test_every_constraint_that_is_not_implied_has_its_violation():
    assert len(CONSTRAINTS) == 94
    assert set(PROPOSALS) == set(ENFORCED)


def numbers(published):
    """Addresses of all printed numbers that are about the patients."""
    for file in ("flow", "response", "safety"):
        yield from (f"{file}.{name}" for name in published.tables[file]["id"])
    for row in published.tables["table1"].to_dict("records"):
        # A percentage follows from its count and the number of patients.
        if row["statistic"] != "percent":
            yield f"table1.{row['characteristic']}.{row['group']}.{row['statistic']}"
    for row in published.tables["table2"].to_dict("records"):
        yield f"table2.{row['measure']}.{row['time']}.{row['statistic']}"
    for row in published.tables["significance"].to_dict("records"):
        yield f"significance.{row['measure']}"
    for event in published.tables["serious_adverse_events"]["event"]:
        yield f"serious_adverse_events.{event}.what"


def test_every_printed_number_has_its_constraint(published):
    missing = [address for address in numbers(published) if not constraints_for(address)]
    assert sorted(missing) == sorted(NOT_OF_PATIENTS)


def test_every_address_of_a_constraint_is_published(published):
    for each in CONSTRAINTS:
        for address in each.addresses:
            assert published.text(address) is not None


def test_constraints_say_what_where_and_at_which_line():
    assert len({each.name for each in CONSTRAINTS}) == len(CONSTRAINTS)
    for each in CONSTRAINTS:
        assert each.requirement
        assert re.match("Abstract|Methods|Results|Table|Discussion", each.place)
        assert re.fullmatch(r"\w+\.py:\d+", each.tested_at)
        assert re.fullmatch(r"\w+\.py:\d+", each.enforced_at)


def test_lines_lead_to_the_function(checkout):
    found = BY_NAME["no_worsening"]
    file, line = found.tested_at.split(":")
    text = (checkout / "tisstats" / "synthetic" / file).read_text("utf-8").splitlines()
    assert "def no_worsening" in "".join(text[int(line) - 1 : int(line) + 4])


@pytest.mark.parametrize("name", ENFORCED)
def test_a_cohort_that_violates_a_constraint_alone_is_found_out(name, kept, checked):
    """The constraint's own test and the independent checker both notice the change."""
    cohort = violated(name, [kept.cohort(index) for index in range(8)])
    assert [each.name for each in unmet_constraints(cohort)] == [name]
    assert checked(cohort)


def test_every_number_that_the_checker_covers_has_a_constraint():
    assert [name for name in study_addresses().computable if not constraints_for(name)] == []


def test_numbers_of_each_subtype_are_implied_by_the_antibodies(published):
    """Every patient has one specific antibody, associated ones only, or none: the counts add up."""
    (implied,) = [each for each in CONSTRAINTS if each.implied_by]
    assert (implied.name, implied.implied_by) == ("table1_patients", ("table1_antibodies",))
    table = published.tables["table1"]
    antibodies = BY_NAME["table1_antibodies"].addresses
    for group in SUBTYPES:
        counts = [
            published.count(address)
            for address in antibodies
            if address.endswith(f".{group}.count") and ".msa." not in address
        ]
        # With anti-synthetase syndrome the table prints no row but the antibody itself.
        assert sum(counts) == published.count(f"table1.patients.{group}.n")
    assert "ass" in set(table["group"])


def test_what_is_implied_fails_only_with_what_implies_it(kept):
    """Another subtype of any patient, the antibody kept: then the antibodies do not fit either."""
    for cohort in cells("subtype", range(len(SUBTYPES)))(kept.cohort(0)):
        names = {each.name for each in unmet_constraints(cohort)}
        assert ("table1_patients" in names) <= ("table1_antibodies" in names)


def test_numbers_that_no_patients_can_give_have_no_constraint():
    assert constraints_for("flow.screened") == []


@pytest.mark.parametrize(
    ("measures", "above", "met"),
    [
        ((), 0, False),
        (("physician_global",), 1, False),
        (("physician_global", "haq"), 0, True),
        (("patient_global", "extramuscular"), 0, True),
        (("haq", "ck"), 0, False),  # enzymes have to be above their cut-off
        (("haq", "ck"), 1, True),
    ],
)
def test_two_other_measures_must_reach_the_registered_cut_offs(kept, measures, above, met):
    changed = copied(kept.cohort(0))
    row = np.flatnonzero(changed.analysed)[3]
    uln = changed.patients["ck_uln"][row] = 200
    cut_offs = {"physician_global": 20, "patient_global": 20, "haq": 2, "extramuscular": 20}
    for name, least in (cut_offs | {"ck": 3 * uln // 2}).items():
        below = least if name == "ck" else least - 1
        value = least + above if name in measures else below
        changed.visits[row, 0, MEASURES.index(name)] = value
    view = ConstraintInput(changed, Assumptions(), Targets.of_study())
    assert BY_NAME["minimal_disability"].holds(view) is met
