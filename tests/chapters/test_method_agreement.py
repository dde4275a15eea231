"""The chapter on method agreement: verdicts in words, differences in cells, counts of the prose."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.chapters.method_agreement import MethodAgreement, format_difference, verdict_text


@pytest.fixture(scope="module")
def page():
    return MethodAgreement(agreement_digits=9)


def test_words_of_the_verdicts(page):
    verdicts = page.comparison.verdicts
    assert verdict_text(verdicts["wilson", "scipy"]) == "agrees to 9 digits"
    assert verdict_text(verdicts["signed-rank-exact", "pspp"]) == "agrees to the 3 decimals printed"
    assert verdict_text(verdicts["sterne", "statsmodels"]) == (
        "differs by up to 0.022 (follows a single root)"
    )
    assert verdict_text(verdicts["quantile-spss", "pspp"]).startswith(
        "differs by up to 12, and returns a value where"
    )
    assert "returns no value in 3 of 7 cases" in verdict_text(
        verdicts["difference-score", "statsmodels"]
    )


def test_a_reason_that_is_not_known_is_said_so(page):
    verdict = dataclasses.replace(page.comparison.verdicts["sterne", "statsmodels"], reason=None)
    assert verdict_text(verdict) == "differs by up to 0.022 (reason unknown)"


def test_the_matrix_names_everything(page):
    matrix = page.matrix()
    assert list(matrix["method"]) == [method.title for method in page.comparison.data.methods]
    # This package agrees with the reference everywhere, and has no column of its own.
    assert list(matrix.columns[:3]) == ["family", "method", "SciPy 1.17.1"]
    assert "R exactRankTests 0.8.35" in matrix
    assert (matrix.map(len) > 0).all(axis=None)
    spss = matrix[matrix.columns[-1]]
    assert set(spss) == {"documented", "not offered, by its documentation", "unclear"}
    # Of the newer R one function was run: it is not said that it has no other.
    newer = matrix.set_index("method")["Newer R stats 4.6.0"]
    assert newer["Clopper-Pearson"] == "not run"


def test_cases_of_a_method_with_each_difference(page):
    (method,) = (
        each for each in page.comparison.data.methods if each.name == "signed-rank-exact-ties"
    )
    table = page.differences(method).frame.set_index("Case")
    assert table.loc["scores in whole points", "Definition"] == "0.0625"
    assert table.loc["scores in whole points", "SciPy"] == "+0.0020 (+3.1%)"
    assert table.loc["scores in whole points", "PSPP"] == "−0.014 (−22%)"
    assert set(table["tisstats"]) == {"agrees"}


def test_an_end_where_there_is_none_is_shown_itself(page):
    (method,) = (
        each for each in page.comparison.data.methods if each.name == "hodges-lehmann-interval"
    )
    table = page.differences(method).frame.set_index(["Case", "Number"])
    assert table.loc[("four patients, all improved", "low"), "Definition"] == "minus infinity"
    assert table.loc[("four patients, all improved", "low"), "R stats"] == "1.2000 instead"
    assert table.loc[("no ties, no zeros", "low"), "R stats"] == "agrees"


def test_p_without_z_is_not_given_rather_than_wrong(page):
    (method,) = (
        each for each in page.comparison.data.methods if each.name == "signed-rank-asymptotic"
    )
    table = page.differences(method).frame
    assert set(table.loc[table["Number"] == "z", "R stats"]) == {"not reported"}


@given(st.floats(1e-11, 1e4))
def test_sizes_are_printed_to_two_digits(value):
    assert float(format_difference(value)) == pytest.approx(value, rel=0.0501)


def test_a_family_that_there_is_not(page):
    with pytest.raises(
        ValueError, match=r"family must be one of Proportion, interval, Signed-rank"
    ):
        page.family("Variance")


def test_every_program_has_a_version_or_says_that_it_was_not_run(page):
    table = page.versions().frame.set_index("Program")
    assert table.loc["PSPP", "Results"] == "stored results of pspp.R"
    assert table.loc["Newer R stats", "Results"] == "stored results of recent.R"
    assert table.loc["R coin", "Results"] == "stored results of packages.R"
    assert table.loc["SciPy", "Results"] == "computed when this book was built"
    assert table.loc["SPSS, documentation", "Results"] == "from documentation, not run"
    assert (table["Version"] != "").all()


def test_the_counts_of_the_prose(page):
    found, comparison = page.numbers(), page.comparison
    assert found["agreement_digits"] == "9 significant digits"
    assert found["methods_compared"] == len(comparison.data.methods)
    named = set(comparison.table["software"])
    assert found["software_compared"] == len(named)
    assert "spss" not in named
    assert found["numbers_compared"] == len(comparison.table)
    assert found["pairs_disagreeing"] == len(comparison.data.reasons)
    own = len(comparison.verdicts) - found["pairs_compared"]
    assert found["own_agreeing"] == f"all {own}"
