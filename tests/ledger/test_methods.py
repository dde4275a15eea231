"""What the methods need of a claim, and what a claim at fault is told: in memory, without files."""

import pytest

from tests.ledger.facts import claim, claim_inputs, folder
from tisstats.errors import DataError
from tisstats.ledger import CLAIM_METHODS, AttainedNumbers, Verdict, evaluate

FACTS = {"few": "3", "many": "10", "level": "95", "planned": "0.6", "alpha": "0.05", "p": "0.2"}

_SHARE = "count=facts.few of=facts.many"
_INTERVAL = "successes=facts.few trials=facts.many level=facts.level"
_PLAN = "trials=facts.many proportion=facts.planned level=facts.level"
_COMPARED = f"{_SHARE} than_count=facts.few than_of=facts.many"

#: Of each method that computes from printed numbers, those numbers; then its other inputs.
OPERANDS = {
    "percentage": (_SHARE, ""),
    "interval-low": (_INTERVAL, "by=wilson"),
    "interval-high": (_INTERVAL, "by=wilson"),
    "planned-low": (_PLAN, "by=wilson"),
    "planned-high": (_PLAN, "by=wilson"),
    "planned-width": (_PLAN, "by=wilson"),
    "none-significant": ("p=facts.p level=facts.alpha", ""),
    "majority": (_SHARE, ""),
    "higher": (_COMPARED, ""),
    "lower": (_COMPARED, ""),
}


def evaluated(*claims, **options):
    """Evaluate claims in a folder where others print the facts; of `unprinted` none is printed."""
    printing = [claim(text, f"fact=facts.{name}", name=f"text.{name}", method="fact")
                for name, text in FACTS.items()]  # fmt: skip
    return evaluate(folder(FACTS, [*printing, *claims], unprinted=FACTS), **options)


def faults(*claims):
    with pytest.raises(DataError) as error:
        evaluated(*claims)
    return [fault.message for fault in error.value.faults]


@pytest.mark.parametrize(
    ("method", "operand"),
    [(method, each) for method, (named, _) in OPERANDS.items() for each in named.split()],
)
def test_a_number_is_computed_from_printed_ones_alone(method, operand):
    named, others = OPERANDS[method]
    good = claim("5", f"{named} {others}", name="text.asked", method=method)
    assert evaluated(good)["text.asked"].finding.follows
    other = operand.replace("facts.", "unprinted.")
    inputs = f"{' '.join(other if each == operand else each for each in named.split())} {others}"
    bad = claim("5", inputs, name="text.asked", method=method)
    assert faults(bad) == [f"claim text.asked: {other} is not printed by any claim"]
    # Nor from itself.
    own = claim("5", f"{named} {others} fact={operand.partition('=')[2]}", name="text.asked",
                method=method)  # fmt: skip
    (fault,) = faults(own)
    assert fault.endswith("is the claim's own number")


def test_what_a_method_only_compares_with_need_not_be_printed():
    compared = claim("5", "limit=unprinted.many", name="text.asked", method="at-most")
    assert evaluated(compared)["text.asked"].note == "Checked: does not exceed 10."


@pytest.mark.parametrize(
    "method", ["majority", "higher", "lower", "nearly-half", "all-of", "unquantified"]
)
def test_words_are_accepted_where_a_word_is_judged(method):
    asked = claim("several", _COMPARED, name="text.asked", method=method)
    assert evaluated(asked)["text.asked"].claim.printed == "several"


@pytest.mark.parametrize("method", set(CLAIM_METHODS) - {"majority", "higher", "lower",
                         "nearly-half", "all-of", "unquantified"})  # fmt: skip
def test_words_are_refused_where_a_number_is_needed(method):
    named, others = OPERANDS.get(method, ("", ""))
    (fault,) = faults(claim("several", f"{named} {others}", name="text.asked", method=method))
    assert fault.startswith("claim text.asked: 'several' is not a printed number; write digits")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ("few", "input 'few' is not of the form role=address"),
        ("=facts.few", "input '=facts.few' is not of the form role=address"),
        ("count=", "input 'count=' is not of the form role=address"),
        ("count=facts.few", "needs exactly one input of=..., found 0"),
        (f"{_SHARE} of=facts.few", "needs exactly one input of=..., found 2"),
        ("count=facts.few of=facts.planned", "facts.csv at facts.planned: must be a whole number"),
    ],
)
def test_inputs_at_fault_are_told_in_one_line(inputs, said):
    asked = claim("30", inputs, name="text.asked", method="percentage")
    assert faults(asked) == [f"claim text.asked: {said}"]


def test_a_division_by_zero_is_a_fault_of_the_claim():
    nothing = claim("0", "fact=unprinted.none", name="text.none", method="fact")
    asked = claim("0", "count=unprinted.none of=unprinted.none", name="text.asked",
                  method="percentage")  # fmt: skip
    with pytest.raises(DataError) as error:
        evaluate(folder(FACTS, [nothing, asked], unprinted={"none": "0"}))
    (fault,) = error.value.faults
    assert (fault.row, fault.message) == (
        3,
        "claim text.asked: a proportion of a group of 0 patients does not exist",
    )


def test_all_faults_are_told_with_their_rows():
    first = claim("5", "", name="text.first", method="none")
    last = claim("5", "limit=facts.nothing", name="text.last", method="at-most")
    with pytest.raises(DataError) as error:
        evaluated(first, last)
    assert [fault.row for fault in error.value.faults] == [len(FACTS) + 2, len(FACTS) + 3]
    one, other = (fault.message for fault in error.value.faults)
    assert one.startswith("claim text.first: method must be one of fact, at-most, ")
    assert one.endswith(", got 'none'")
    assert other == "claim text.last: facts.csv has no value at address facts.nothing"


ATTAINED = AttainedNumbers(frozenset({"text.itself", "facts.attained"}), "mice that give it")


@pytest.mark.parametrize(
    ("name", "inputs", "covered"),
    [
        ("text.itself", "", True),
        ("text.other", "", False),
        ("text.other", "fact=facts.attained", True),
        ("text.other", "fact=facts.other fact=facts.attained", True),
        ("text.other", "shown=facts.attained", True),
        ("text.other", "limit=facts.attained", False),
    ],
)
def test_a_number_is_attained_under_its_own_address_or_one_that_implies_it(name, inputs, covered):
    assert ATTAINED.covers(claim_inputs("5", inputs, name=name)) is covered


@pytest.mark.parametrize(
    ("printed", "kind", "inputs", "method", "verdict"),
    [
        ("3", "count", "", "fact", Verdict.ATTAINABLE),
        # The number of a patient is a label.
        ("3", "identifier", "", "fact", Verdict.STATED),
        # What fails is not attained, and what follows needs no patients.
        ("11", "count", "limit=facts.many", "at-most", Verdict.NOT_ATTAINABLE),
        ("30", "share", _SHARE, "percentage", Verdict.REPRODUCED),
        ("31", "share", _SHARE, "percentage", Verdict.NOT_REPRODUCED),
    ],
)
def test_attained_is_what_neither_follows_nor_fails(printed, kind, inputs, method, verdict):
    asked = claim(printed, inputs, name="text.itself", kind=kind, method=method)
    ledger = evaluated(asked, attained=ATTAINED)
    assert ledger["text.itself"].verdict is verdict
    assert ("Mice that give it." in ledger["text.itself"].note) is (verdict is Verdict.ATTAINABLE)


def test_a_ledger_is_filtered_by_verdict():
    ledger = evaluated(claim("31", _SHARE, name="text.asked", method="percentage"))
    assert ledger.with_verdict("all") == list(ledger.values())
    assert [item.claim.id for item in ledger.with_verdict("not reproduced")] == ["text.asked"]
    verdicts = "reproduced, rounding, not reproduced, attainable, not attainable, stated"
    with pytest.raises(ValueError, match=f"^verdict must be one of all, {verdicts}, got 'wrong'$"):
        ledger.with_verdict("wrong")


def test_what_follows_is_checked_under_the_first_claim_that_prints_it():
    asked = [claim("30", f"{_SHARE} fact=unprinted.p", name=f"text.{name}", method="percentage")
             for name in ("one", "two")]  # fmt: skip
    ledger = evaluated(*asked, claim("30.0", f"{_SHARE} fact=unprinted.p", name="text.three",
                                     method="percentage"))  # fmt: skip
    found = {name: (ledger[f"text.{name}"].repeats, ledger[f"text.{name}"].checked_by)
             for name in ("one", "two", "three", "few")}  # fmt: skip
    assert found["one"] == ("", ("percentage:text.one",))
    assert found["two"] == ("text.one", ("percentage:text.one",))
    # Printed to other decimals it may be right where the first is wrong.
    assert found["three"] == ("", ("percentage:text.three",))
