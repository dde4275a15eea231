"""Each check with the printed numbers that it connects."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tisstats.ledger.checks import number_checks, operands
from tisstats.ledger.summary import claims_by_check
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.printed import parse

_FACTORS = {"": 1, "=": -1, "+": -1, "−": 1, "= −": 1}


@pytest.fixture(scope="module")
def ledger(published):
    return evaluate_ledger(published)


@pytest.fixture(scope="module")
def checks(ledger):
    return number_checks(ledger)


def test_every_check_is_there_with_all_its_claims(ledger, checks):
    assert {name: len(check.claims) for name, check in checks.items()} == claims_by_check(ledger)


def test_a_sum_reads_as_an_equation_that_holds(checks):
    sums = [check for check in checks.values() if check.is_sum]
    assert len(sums) > 20
    for check in sums:
        total = sum(
            (_FACTORS[term.sign] * Fraction(parse(term.printed).value) for term in check.terms),
            Fraction(0),
        )
        assert total == 0, check.name


def test_a_first_part_that_is_subtracted_has_its_sign_beside_that_of_equality(ledger):
    relation = next(each for each in ledger.relations.sums if each.signs == (1, -1, -1))
    total, first, second = relation.addresses
    turned = replace(relation, addresses=(second, first, total), signs=(1, 1, -1))
    sums = tuple(turned if each is relation else each for each in ledger.relations.sums)
    changed = replace(ledger, relations=replace(ledger.relations, sums=sums))
    terms = number_checks(changed)[relation.id].terms
    assert [term.sign for term in terms] == ["", "= −", "+"]


def test_the_terms_of_a_sum_lead_to_claims_that_print_them(ledger, checks):
    for check in checks.values():
        for term in check.terms:
            printed = ledger[term.claim].claim.number.value if check.is_sum else None
            assert printed is None or printed == parse(term.printed).value, check.name


def test_a_percentage_names_its_count_and_its_group(checks):
    check = checks["percentage:table1.females.dm.percent"]
    assert [term.printed for term in check.terms] == ["63", "5", "8"]
    assert check.description == "a percentage, from the count and the size of the group"


def test_a_number_is_not_its_own_operand(ledger):
    claim = ledger["table2.mmt.end.q1"].claim
    found = operands(ledger, claim)
    assert "table2.mmt.end.median" in found
    assert "table2.mmt.end.q1" not in found
