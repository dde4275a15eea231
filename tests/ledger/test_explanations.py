"""What the notes of several numbers say is said once, and nothing is lost."""

import pytest

from tests.ledger.facts import claim
from tisstats.ledger.claim import Check, Evaluation, Finding
from tisstats.ledger.explanations import SHORT, Explanations
from tisstats.lim2021.claims import evaluate_ledger


@pytest.fixture(scope="module")
def ledger(published):
    return evaluate_ledger(published)


@pytest.fixture(scope="module")
def explanations(ledger):
    return Explanations.of(ledger.values())


def test_nothing_longer_than_a_reference_is_said_twice(explanations):
    said = [text for own in explanations.own.values() for text in own if len(text) > SHORT]
    said += explanations.shared
    assert len(said) == len(set(said))


def test_a_number_has_all_that_its_note_says(ledger, explanations):
    for name, item in ledger.items():
        found = set(explanations.own[name])
        found |= {explanations.shared[place] for place in explanations.references[name]}
        if item.repeats:
            found |= set(ledger[item.repeats].statements)
        assert set(item.statements) <= found, name


def test_the_statements_are_those_of_the_note(ledger):
    for item in ledger.values():
        checks = [each for each in item.statements if each.startswith(("Checked: ", "Fails: "))]
        rest = [each for each in item.statements if each not in checks]
        assert all(each in item.note for each in rest)
        assert all(each.partition(": ")[2].removesuffix(".") in item.note for each in checks)


def test_a_note_lists_the_checks_by_their_outcome():
    outcomes = {"even": False, "above 2": True, "below 9": True}
    checks = tuple(Check(description, passed) for description, passed in outcomes.items())
    evaluated = Evaluation(claim("5"), Finding(remarks=("as counted",), checks=checks))
    assert evaluated.note == "As counted. Fails: even. Checked: above 2; below 9."


def test_which_comes_first_is_kept(ledger, explanations):
    for name, item in ledger.items():
        if item.repeats or not item.statements:
            continue
        shared = item.statements[0] in explanations.shared
        assert (name in explanations.shared_first) is shared, name


def test_a_sentence_is_shared_from_one_letter_more_than_a_reference_needs():
    short, long = "X" * (SHORT - 1) + ".", "Y" * SHORT + "."  # with the full stop
    commonest, once = "Z" * SHORT + ".", "W" * SHORT + "."

    def evaluation(name, *texts, repeats=""):
        remarks = tuple(text.removesuffix(".") for text in texts)
        return Evaluation(claim("5", name=name), Finding(remarks=remarks), repeats)

    found = Explanations.of(
        [
            evaluation("a", long, short, commonest),
            evaluation("b", short, long, once, commonest),
            evaluation("c", commonest, commonest),
            # What the first claim of a number says is not said again.
            evaluation("d", commonest, short, repeats="a"),
            evaluation("e", once, repeats="a"),
            evaluation("f", short, repeats="gone"),
        ]
    )
    assert found.shared == (commonest, long, once)
    assert found.own == {"a": (short,), "b": (short,), "c": (), "d": (), "e": (), "f": (short,)}
    assert found.references == {"a": (1, 0), "b": (1, 2, 0), "c": (0,), "d": (), "e": (2,), "f": ()}
    assert found.shared_first == {"a", "c", "e"}
