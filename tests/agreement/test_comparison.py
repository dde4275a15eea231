"""All against the definition: each disagreement has a reason, each reason its disagreement."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.agreement.comparison import Comparison, agrees, compare, difference
from tisstats.agreement.evidence import Reason

SOME_REASON = Reason("some", "Some reason.")


def unexplained(comparison):
    """Methods and software whose disagreement has no stated reason."""
    differing = {place for place, verdict in comparison.verdicts.items() if not verdict.agrees}
    return sorted(differing - set(comparison.evidence.reasons))


def idle_reasons(comparison):
    """Methods and software with a reason for a disagreement that is not there."""
    differing = {place for place, verdict in comparison.verdicts.items() if not verdict.agrees}
    return sorted(set(comparison.evidence.reasons) - differing)


def test_no_disagreement_lacks_a_reason(comparison):
    assert unexplained(comparison) == []


def test_no_reason_lacks_its_disagreement(comparison):
    assert idle_reasons(comparison) == []


def test_a_new_disagreement_is_noticed(evidence):
    golden = evidence.golden.copy()
    row = golden.index[(golden["software"] == "coin") & (golden["quantity"] == "P")][0]
    golden.loc[row, "value"] += 1e-6
    changed = Comparison.of(dataclasses.replace(evidence, golden=golden))
    assert unexplained(changed) == [(golden.loc[row, "method"], "coin")]


def test_a_reason_taken_away_or_added_is_noticed(evidence, comparison):
    reasons = dict(evidence.reasons)
    del reasons["sterne", "statsmodels"]
    reasons["wilson", "scipy"] = SOME_REASON
    changed = dataclasses.replace(
        comparison, evidence=dataclasses.replace(evidence, reasons=reasons)
    )
    assert unexplained(changed) == [("sterne", "statsmodels")]
    assert idle_reasons(changed) == [("wilson", "scipy")]


def test_our_own_results_agree_everywhere_and_nothing_is_left_out(evidence, comparison):
    ours = comparison.table[comparison.table["software"] == "tisstats"]
    assert ours["agrees"].all()
    assert set(ours["method"]) == {method.name for method in evidence.methods}


def test_scipy_says_nothing_of_ties_and_zeros(comparison):
    table = comparison.table
    wrong = table[(table["software"] == "scipy") & ~table["agrees"]]
    assert set(wrong["method"]) == {
        "signed-rank-exact-ties",
        "signed-rank-exact-zeros-drop",
        "signed-rank-exact-zeros-pratt",
    }
    assert set(wrong["warning"]) == {""}


def test_what_gives_up_has_no_value_and_tells_why(comparison):
    table = comparison.table
    failed = table[table["warning"].str.startswith("error:")]
    assert set(failed["method"]) == {"difference-score"}
    assert failed["value"].isna().all()
    assert not failed["agrees"].any()


def test_printed_p_values_are_held_to_what_is_printed(comparison):
    table = comparison.table
    rows = table[(table["software"] == "pspp") & (table["quantity"] == "P")]
    assert set(rows["decimals"]) == {3.0}
    assert rows["agrees"].any()
    assert (rows.loc[rows["agrees"], "absolute"] <= 0.0005 + 1e-9).all()


def test_every_row_is_measured(comparison):
    table = comparison.table
    assert (table["absolute"] >= 0).all()
    assert (table["relative"] >= 0).all()
    assert (table["version"] != "").all()
    assert table.duplicated(["method", "case", "software", "quantity"]).sum() == 0


def test_more_digits_find_more(evidence, comparison):
    fewer = compare(evidence, digits=2)
    assert (~fewer["agrees"]).sum() < (~comparison.table["agrees"]).sum()
    assert (comparison.table["agrees"] <= fewer["agrees"]).all()


@pytest.mark.parametrize("digits", [0, 13, 3.0, True, "9"])
def test_digits_out_of_range(evidence, digits):
    with pytest.raises(ValueError, match="digits must be a whole number from 1 to 12, got"):
        compare(evidence, digits)


def test_a_result_without_a_definition(evidence):
    golden = evidence.golden[evidence.golden["quantity"] != "median"]
    with pytest.raises(ValueError, match="there is no definition of kaplan-meier-median, "):
        compare(dataclasses.replace(evidence, golden=golden))


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(numbers, numbers)
def test_differences_have_no_direction_and_no_sign(one, other):
    assert difference(one, other) >= 0
    assert repr(difference(one, other)) == repr(difference(other, one))


@given(numbers)
def test_whatever_is_there_agrees_with_itself(value):
    assert agrees(value, value, math.nan)


@given(st.floats(0.001, 1000), st.integers(1, 12))
def test_agreement_ends_where_the_digits_do(value, digits):
    unit = value * 10.0**-digits
    assert agrees(value + 0.5 * unit, value, math.nan, digits)
    assert not agrees(value + 3 * unit + 3e-12, value, math.nan, digits)


@pytest.mark.parametrize(
    ("value", "reference"),
    [(math.nan, 1.0), (1.0, math.nan), (math.inf, 1.0), (-math.inf, math.inf)],
)
def test_one_of_two_numbers_is_missing(value, reference):
    assert math.isinf(difference(value, reference))
    assert not agrees(value, reference, math.nan)


def test_cases_have_labels_that_tell_them_apart(evidence):
    for method in evidence.methods:
        labels = [case.label for case in evidence.cases if method.takes(case)]
        assert len(set(labels)) == len(labels)
    named = {case.name: case.label for case in evidence.cases}
    assert named["8of19"] == "8 of 19: the responders of the study"
    assert named["37of47_21of48"] == "37 of 47 and 21 of 48: the size of a trial"


def test_a_call_of_no_function_is_no_result_but_an_error(evidence):
    call = dataclasses.replace(evidence.calls["scipy", "wilson"], function="scipy_guess")
    calls = {("scipy", "wilson"): call}
    with pytest.raises(KeyError, match="scipy_guess"):
        compare(dataclasses.replace(evidence, calls=calls))
