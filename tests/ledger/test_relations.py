"""What follows from sums and percentages of printed numbers, and what is wrong with a sum."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.facts import claim, folder
from tisstats.errors import DataError
from tisstats.ledger import Verdict, evaluate
from tisstats.ledger.evaluation import read_claims, read_relations
from tisstats.ledger.numbers import DistinctNumbers
from tisstats.ledger.relations import Derivation
from tisstats.ledger.summary import _rank, independent_checks


def printed_facts(facts):
    """Claims that print the facts, each under its own name."""
    return [claim(text, f"fact=facts.{name}", name=f"text.{name}", method="fact")
            for name, text in facts.items()]  # fmt: skip


def derivations(facts, sums=(), percentages=(), *, of):
    published = folder(facts, [*printed_facts(facts), *percentages], sums)
    (asked,) = (each for each in read_claims(published) if each.id == f"text.{of}")
    return read_relations(published).derivations(asked)


def percentage(printed, count, of, name="text.share"):
    inputs = f"count=facts.{count} of=facts.{of}"
    return claim(printed, inputs, unit="%", name=name, method="percentage")


@pytest.mark.parametrize(
    ("of", "value", "text"),
    [
        ("all", "9.5", "9.5 = 4.0 + 7.0 − 1.5 (by outcome)"),
        ("cured", "4", "4.0 = 9.5 + 1.5 − 7.0 (by outcome)"),
        ("dead", "7", "7.0 = 9.5 + 1.5 − 4.0 (by outcome)"),
        ("twice", "1.5", "1.5 = 4.0 + 7.0 − 9.5 (by outcome)"),
    ],
)
def test_a_sum_is_solved_for_each_number_in_it(of, value, text):
    facts = {"all": "9.5", "cured": "4", "dead": "7.0", "twice": "1.5"}
    sums = [("s", "facts.all", "facts.cured facts.dead -facts.twice", "by outcome")]
    assert derivations(facts, sums, of=of) == [Derivation("s", Fraction(value), text)]


def test_a_negative_result_has_a_minus_and_not_a_hyphen():
    facts = {"change": "–3", "end": "4", "start": "7"}
    sums = [("s", "facts.change", "facts.end -facts.start", "end minus start")]
    (found,) = derivations(facts, sums, of="change")
    assert found.text == "−3 = 4 − 7 (end minus start)"


def test_a_percentage_yields_its_count_and_its_group():
    facts = {"some": "5", "all": "8"}
    share = percentage("63", "some", "all")
    text = "5 is the only count of 8 that rounds to 63%"
    assert derivations(facts, percentages=[share], of="some") == [
        Derivation("percentage:text.share", Fraction(5), text)
    ]
    text = "8 is the only group size of which 5 rounds to 63%"
    assert derivations(facts, percentages=[share], of="all") == [
        Derivation("percentage:text.share", Fraction(8), text)
    ]
    (found,) = derivations(facts, percentages=[percentage("62.5%", "some", "all")], of="some")
    assert found.text == "5 is the only count of 8 that rounds to 62.5%"
    assert found.is_from_percentage


def test_a_percentage_of_several_counts_or_of_none_yields_nothing():
    # 5 % of 200 are 9 to 11 (4.5 to 5.5 %), or more exactly 9, 10.
    facts = {"some": "10", "all": "200"}
    assert derivations(facts, percentages=[percentage("5", "some", "all")], of="some") == []
    assert derivations(facts, percentages=[percentage("5", "some", "all")], of="all") == []
    # No patients are 0 % of every group.
    facts = {"some": "0", "all": "8"}
    assert derivations(facts, percentages=[percentage("0", "some", "all")], of="all") == []
    assert derivations(facts, percentages=[percentage("0", "some", "all")], of="some") == [
        Derivation(
            "percentage:text.share", Fraction(0), "0 is the only count of 8 that rounds to 0%"
        )
    ]


def test_one_patient_is_enough_for_a_group():
    facts = {"some": "1", "all": "3"}
    (found,) = derivations(facts, percentages=[percentage("33", "some", "all")], of="all")
    assert found.text == "3 is the only group size of which 1 rounds to 33%"


def test_a_count_that_is_larger_than_its_group_contradicts_the_group():
    facts = {"some": "9", "all": "8"}
    (found,) = derivations(facts, percentages=[percentage("90", "some", "all")], of="all")
    assert found.value == 10


def test_a_group_that_a_sum_yields_needs_no_percentage():
    facts = {"some": "5", "others": "3", "all": "8"}
    sums = [("s", "facts.all", "facts.some facts.others", "both")]
    share = percentage("63", "some", "all")
    names = [each.name for each in derivations(facts, sums, [share], of="all")]
    assert names == ["s"]
    names = [each.name for each in derivations(facts, sums, [share], of="some")]
    assert names == ["s", "percentage:text.share"]


def test_two_percentages_that_say_the_same_are_told_once():
    facts = {"some": "5", "all": "8"}
    shares = [percentage(text, "some", "all", f"text.{name}")
              for text, name in (("63", "one"), ("63%", "two"), ("62.5", "three"))]  # fmt: skip
    names = [each.name for each in derivations(facts, percentages=shares, of="some")]
    assert names == ["percentage:text.one", "percentage:text.three"]


@pytest.mark.parametrize(
    ("parts", "messages"),
    [
        ("facts.some", ["a sum needs at least 2 parts, found 1"]),
        ("", ["a sum needs at least 2 parts, found 0"]),
        ("facts.some facts.hidden", ["no claim prints facts.hidden"]),
        ("facts.some facts.none", ["has no value at address facts.none"]),
        ("facts.some facts.some", ["claims.again occurs twice"]),
        ("facts.some facts.same", ["claims.again occurs twice"]),
        ("facts.some facts.word", ["at facts.word: 'many' is not a printed number"]),
        ("facts.hidden facts.none", ["no claim prints facts.hidden",
                                     "has no value at address facts.none"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_sum_is_a_line_with_its_row(parts, messages):
    facts = {"all": "8", "some": "5", "others": "3", "same": "5", "hidden": "3", "word": "many"}
    claims = [each for each in printed_facts(facts) if each.id != "text.hidden"]
    claims.append(claim("5", "fact=facts.some fact=facts.same", name="again", method="fact"))
    sums = [("good", "facts.all", "facts.some facts.others", "both"),
            ("bad", "facts.all", parts, "both")]  # fmt: skip
    with pytest.raises(DataError) as error:
        read_relations(folder(facts, claims, sums))
    assert [fault.row for fault in error.value.faults] == [3] * len(messages)
    for fault, message in zip(error.value.faults, messages, strict=True):
        assert fault.file.endswith("relations.csv")
        assert fault.message.startswith(f"relation bad: {message}")


def test_a_count_that_disagrees_with_its_sum_is_wrong_and_not_with_its_percentage():
    facts = {"some": "5", "others": "3", "all": "8"}
    sums = [("s", "facts.all", "facts.some facts.others", "both")]
    # 75 % of 8 are 6: the sum says 5, as printed, so that the percentage is at fault.
    claims = [*printed_facts(facts), percentage("75", "some", "all")]
    ledger = evaluate(folder(facts, claims, sums))
    assert ledger["text.some"].verdict is Verdict.REPRODUCED
    assert ledger["text.some"].note == "5 = 8 − 3 (both)."
    assert ledger["text.share"].verdict is Verdict.NOT_REPRODUCED
    # Both agree: both are told.
    claims[-1] = percentage("63", "some", "all")
    note = evaluate(folder(facts, claims, sums))["text.some"].note
    assert note == "5 = 8 − 3 (both); also 5 is the only count of 8 that rounds to 63%."
    # The sum disagrees, the percentage agrees: the sum decides, and both are told.
    facts["others"] = "2"
    ledger = evaluate(folder(facts, [*printed_facts(facts), claims[-1]], sums))
    assert ledger["text.some"].verdict is Verdict.NOT_REPRODUCED
    assert ledger["text.some"].computed == "6"
    assert ledger["text.some"].note.startswith("6 = 8 − 2 (both); also 5 is the only count of 8")
    # Of two sums the one that disagrees decides.
    facts |= {"others": "3", "young": "4", "old": "2"}
    sums.append(("t", "facts.some", "facts.young facts.old", "by age"))
    ledger = evaluate(folder(facts, printed_facts(facts), sums))
    assert ledger["text.some"].computed == "6"
    assert ledger["text.some"].checked_by == ("s", "t")
    assert ledger["text.some"].note == "5 = 8 − 3 (both); also 6 = 4 + 2 (by age)."


def test_sums_that_the_others_imply_are_no_further_checks():
    facts = {"all": "8", "a": "5", "b": "3", "c": "1", "d": "2"}
    sums = [
        ("one", "facts.all", "facts.a facts.b", "both"),
        ("two", "facts.b", "facts.c facts.d", "both"),
        ("both", "facts.all", "facts.a facts.c facts.d", "all three"),
    ]
    ledger = evaluate(folder(facts, printed_facts(facts), sums))
    assert independent_checks(ledger) == 2
    # A percentage of numbers that no sum contains is a check of its own; the same one printed with
    # other decimals is another.
    shares = [percentage("63", "a", "all"), percentage("62.5", "a", "all", "text.exact")]
    ledger = evaluate(folder(facts, [*printed_facts(facts), *shares], sums))
    assert independent_checks(ledger) == 4


@pytest.mark.parametrize(
    ("other", "places"), [("11", ("Results",)), ("11.0", ("Results",)), ("12", ()), ("n.s.", ())]
)
def test_only_a_claim_of_the_same_value_prints_the_number_again(other, places):
    one = claim("11", "fact=facts.a", name="one")
    claims = [one, claim(other, "fact=facts.a", name="other")]
    numbers = DistinctNumbers.of_claims(claims, folder({"a": "11"}, claims))
    assert numbers.number_of_claim(one) == numbers.number_of_claim(claims[1])
    assert numbers.other_places(one) == places


@given(st.lists(st.lists(st.integers(-2, 2), min_size=4, max_size=4), min_size=1, max_size=6))
def test_the_rank_is_that_of_the_matrix(rows):
    sparse = [
        {name: Fraction(value) for name, value in zip("dbac", row, strict=True) if value}
        for row in rows
    ]
    assert _rank(sparse) == np.linalg.matrix_rank(np.array(rows))
