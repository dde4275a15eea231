"""All against the definition: each disagreement has a reason, each reason its disagreement."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.agreement import comparison as compared
from tisstats.agreement.comparison import Comparison, absolute_difference, agrees, compare_results
from tisstats.agreement.comparison_data import Reason

SOME_REASON = Reason("some", "Some reason.")


def unexplained_disagreements(comparison):
    """Methods and software whose disagreement has no stated reason."""
    differing = {place for place, verdict in comparison.verdicts.items() if not verdict.agrees}
    return sorted(differing - set(comparison.data.reasons))


def unused_reasons(comparison):
    """Methods and software with a reason for a disagreement that is not there."""
    differing = {place for place, verdict in comparison.verdicts.items() if not verdict.agrees}
    return sorted(set(comparison.data.reasons) - differing)


def with_method(data, name, **changes):
    """The data with calls of one method only, which is faster; stored results are all there."""
    methods = tuple(method for method in data.methods if method.name == name)
    return dataclasses.replace(data, methods=methods, **changes)


def test_no_disagreement_lacks_a_reason(comparison):
    assert unexplained_disagreements(comparison) == []


def test_no_reason_lacks_its_disagreement(comparison):
    assert unused_reasons(comparison) == []


def test_a_new_disagreement_is_noticed(data):
    stored = data.stored.copy()
    row = stored.index[(stored["software"] == "coin") & (stored["quantity"] == "P")][0]
    stored.loc[row, "value"] += 1e-6
    method = stored.loc[row, "method"]
    changed = Comparison.of(with_method(data, method, stored=stored))
    assert unexplained_disagreements(changed) == [(method, "coin")]


def test_a_reason_taken_away_or_added_is_noticed(data, comparison):
    reasons = dict(data.reasons)
    del reasons["sterne", "statsmodels"]
    reasons["wilson", "scipy"] = SOME_REASON
    changed = dataclasses.replace(comparison, data=dataclasses.replace(data, reasons=reasons))
    assert unexplained_disagreements(changed) == [("sterne", "statsmodels")]
    assert unused_reasons(changed) == [("wilson", "scipy")]


def test_our_own_results_agree_everywhere_and_nothing_is_left_out(data, comparison):
    ours = comparison.table[comparison.table["software"] == "tisstats"]
    assert ours["agrees"].all()
    assert set(ours["method"]) == {method.name for method in data.methods}


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


def test_the_version_of_a_library_is_read_once(data, monkeypatch):
    read = []
    monkeypatch.setattr(compared, "version", lambda name: read.append(name) or "1")
    few = dataclasses.replace(data, cases=data.cases[:3])
    assert {"1"} < set(compare_results(few)["version"])
    assert len(read) == len(set(read))


def test_more_digits_find_more(data, comparison):
    fewer = compare_results(data, digits=2)
    assert (~fewer["agrees"]).sum() < (~comparison.table["agrees"]).sum()
    assert (comparison.table["agrees"] <= fewer["agrees"]).all()


@pytest.mark.parametrize("digits", [0, 13, 3.0, True, "9"])
def test_digits_out_of_range(data, digits):
    with pytest.raises(ValueError, match="digits must be a whole number from 1 to 12, got"):
        compare_results(data, digits)


def test_a_result_without_a_definition(data):
    stored = data.stored[data.stored["quantity"] != "median"]
    with pytest.raises(ValueError, match="no reference result for kaplan-meier-median, "):
        compare_results(with_method(data, "kaplan-meier-median", stored=stored))


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(numbers, numbers)
def test_differences_have_no_direction_and_no_sign(one, other):
    assert absolute_difference(one, other) >= 0
    assert repr(absolute_difference(one, other)) == repr(absolute_difference(other, one))


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
    assert math.isinf(absolute_difference(value, reference))
    assert not agrees(value, reference, math.nan)


def test_cases_have_labels_that_tell_them_apart(data):
    for method in data.methods:
        labels = [case.label for case in data.cases if method.applies_to(case)]
        assert len(set(labels)) == len(labels)
    named = {case.name: case.label for case in data.cases}
    assert named["8of19"] == "8 of 19: the responders of the study"
    assert named["37of47_21of48"] == "37 of 47 and 21 of 48: the size of a trial"


def test_a_call_of_no_function_is_no_result_but_an_error(data):
    call = dataclasses.replace(data.calls["scipy", "wilson"], function="scipy_guess")
    calls = {("scipy", "wilson"): call}
    with pytest.raises(KeyError, match="scipy_guess"):
        compare_results(dataclasses.replace(data, calls=calls))
