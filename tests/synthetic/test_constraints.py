"""Named constraints: every printed number has one, each can be left out, and is then missed."""

import re

import pytest

from tisstats.synthetic import CONSTRAINTS, constraint, failed, generate, standing_for
from tisstats.synthetic.targets import SUBTYPES

#: Printed numbers that no patient row can break, and why.
NOT_OF_PATIENTS = {
    "flow.screened": "screening",
    "flow.reason_immunosuppressants": "screening",
    "flow.reason_minimal_disability": "screening",
    "flow.reason_duration": "screening",
}

#: Constraints that demand more than the article says, by an inference that can be switched off.
INFERRED = {"added_patient_lost", "embolism_in_responder", "statins"}

ENFORCED = [each.name for each in CONSTRAINTS if not each.implied_by]


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
    missing = [address for address in numbers(published) if not standing_for(address)]
    assert sorted(missing) == sorted(NOT_OF_PATIENTS)


def test_every_address_of_a_constraint_is_published(published):
    for each in CONSTRAINTS:
        for address in each.addresses:
            assert published.text(address) is not None


def test_constraints_say_what_where_and_at_which_line():
    assert len({each.name for each in CONSTRAINTS}) == len(CONSTRAINTS)
    for each in CONSTRAINTS:
        assert each.demand
        assert re.match("Abstract|Methods|Results|Table|Discussion", each.place)
        assert re.fullmatch(r"\w+\.py:\d+", each.tested_at)
        assert re.fullmatch(r"\w+\.py:\d+", each.enforced_at)


def test_lines_lead_to_the_function(checkout):
    found = constraint("no_worsening")
    file, line = found.tested_at.split(":")
    text = (checkout / "tisstats" / "reconstruction" / file).read_text("utf-8").splitlines()
    assert "def no_worsening" in "".join(text[int(line) - 1 : int(line) + 4])


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"name must be one of table1_patients.*got 'luck'"):
        constraint("luck")
    with pytest.raises(ValueError, match=r"without must be among table1_patients.*got 'luck'"):
        generate(1, without={"luck"})


@pytest.mark.parametrize("name", ENFORCED)
def test_without_a_constraint_the_checker_finds_a_fault(name, checked):
    cohort = generate(7, without={name})
    assert [each.name for each in failed(cohort)] == [name]
    # The checker asks what is said, the constraint what is inferred from it besides.
    assert checked(cohort) or name in INFERRED


def test_numbers_of_each_subtype_are_implied_by_the_antibodies(published):
    """Every patient has one specific antibody, associated ones only, or none: the counts add up."""
    (implied,) = [each for each in CONSTRAINTS if each.implied_by]
    assert (implied.name, implied.implied_by) == ("table1_patients", ("table1_antibodies",))
    table = published.tables["table1"]
    antibodies = constraint("table1_antibodies").addresses
    for group in SUBTYPES:
        counts = [
            published.count(address)
            for address in antibodies
            if address.endswith(f".{group}.count") and ".msa." not in address
        ]
        # With anti-synthetase syndrome the table prints no row but the antibody itself.
        assert sum(counts) == published.count(f"table1.patients.{group}.n")
    assert "ass" in set(table["group"])


def test_leaving_out_what_is_implied_changes_nothing(checked):
    cohort = generate(7, without={"table1_patients"})
    assert failed(cohort) == []
    assert checked(cohort) == []
