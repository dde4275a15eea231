"""What counts as all, none, the majority, nearly half, higher and lower, up to the boundary."""

from operator import gt, lt

import pytest

from tests.ledger.facts import claim_inputs
from tisstats.ledger import verbal_claims
from tisstats.ledger.claim import Check, Finding, Verdict

SHARE = "count=count of=of"


def share(count, of):
    return {"count": str(count), "of": str(of)}


@pytest.mark.parametrize(
    ("count", "of", "holds", "remark"),
    [
        (7, 11, True, "7 of 11, 63.6%, is more than half"),
        (6, 12, False, "6 of 12, 50.0%, is not more than half"),
        (7, 12, True, "7 of 12, 58.3%, is more than half"),
        (4, 11, False, "4 of 11, 36.4%, is not more than half"),
    ],
)
def test_a_majority_is_more_than_half(count, of, holds, remark):
    found = verbal_claims.majority(claim_inputs("majority", SHARE, share(count, of)))
    assert found == Finding(word_supported=holds, computed=f"{count} of {of}", remarks=(remark,))


# 5 of 12 is as far from 1/2 as from 1/3.
@pytest.mark.parametrize(
    ("count", "of", "percent", "holds"),
    [
        (5, 12, "41.7%", False),
        (42, 100, "42.0%", True),
        (8, 19, "42.1%", True),
        (4, 10, "40.0%", False),
        (49, 100, "49.0%", True),
        (6, 12, "50.0%", False),
        (51, 100, "51.0%", False),
    ],
)
def test_nearly_half_is_below_half_and_closer_to_it_than_to_a_third(count, of, percent, holds):
    found = verbal_claims.nearly_half(claim_inputs("nearly half", SHARE, share(count, of)))
    text = (
        f"{count} of {of} is {percent}; our criterion for 'nearly half' is below 1/2 and closer "
        "to 1/2 than to 1/3"
    )
    assert found == Finding(checks=(Check(text, holds, Verdict.NOT_REPRODUCED),))


@pytest.mark.parametrize(
    ("pvalues", "computed", "remark", "supported"),
    [
        (("0.06", "0.5"), "0", "none is below 0.05", True),
        (("0.05", "> 0.05"), "0", "none is below 0.05", True),
        (("0.05", "≥ 0.05"), "0", "none is below 0.05", True),
        (("0.049", "0.5"), "1", "1 is below 0.05", False),
        (("< 0.05", "≤ 0.049"), "2", "2 are below 0.05", False),
        # A bound beyond the level does not tell on which side of it the P value is.
        (("< 0.06", "0.5"), "0 to 1", "none is below 0.05, and 1 may be", None),
        (("≤ 0.05", "> 0.049"), "0 to 2", "none is below 0.05, and 2 may be", None),
        (("≥ 0.049", "0.04"), "1 to 2", "1 is below 0.05, and 1 may be", False),
    ],
)
def test_none_is_significant_where_no_p_value_can_be_below_the_level(
    pvalues, computed, remark, supported
):
    facts = {"level": "0.05", "a": pvalues[0], "b": pvalues[1]}
    found = verbal_claims.none_significant(claim_inputs("None", "p=a p=b level=level", facts))
    assert found == Finding(
        word_supported=supported,
        computed=f"{computed} of 2",
        remarks=(f"of the 2 printed P values of these measures, {remark}",),
    )


@pytest.mark.parametrize(
    ("first", "second", "higher", "lower", "computed"),
    [
        ((2, 4), (1, 4), True, False, "50.0 against 25.0%"),
        ((1, 4), (2, 4), False, True, "25.0 against 50.0%"),
        ((1, 4), (2, 8), False, False, "25.0 against 25.0%"),
    ],
)
def test_the_first_of_two_proportions_is_higher_or_lower(first, second, higher, lower, computed):
    facts = dict(zip(("a", "b", "c", "d"), map(str, first + second), strict=True))
    inputs = claim_inputs("higher", "count=a of=b than_count=c than_of=d", facts)
    one, other = computed.split(" against ")
    remark = f"{first[0]} of {first[1]}, {one}%, and {second[0]} of {second[1]}, {other}"
    for holds, word in ((higher, gt), (lower, lt)):
        found = verbal_claims.compare(inputs, word)
        assert found == Finding(word_supported=holds, computed=computed, remarks=(remark,))


@pytest.mark.parametrize(
    ("group", "remark"),
    [("1", "interpreted as all 1"), ("2", "interpreted as 2 of 2"),
     ("3", "interpreted as all 3")],
)  # fmt: skip
def test_all_of_a_group_is_every_patient_in_it(group, remark):
    facts = {"of": group, "known": "2", "claims.other": "many"}
    # Another claim of the same number may be a word.
    found = verbal_claims.all_of(claim_inputs("All", "of=of fact=known fact=claims.other", facts))
    assert found.remarks == (remark,)
    # A fact that was read from the word itself can contradict it, and confirms nothing.
    assert found.checks == (() if group == "2" else (Check(f"2 of {group}", passed=False),))
    assert verbal_claims.all_of(claim_inputs("All", "of=of", facts)).checks == ()


def test_of_a_word_without_a_meaning_nothing_is_found():
    assert verbal_claims.unquantified(claim_inputs("many")) == Finding()
