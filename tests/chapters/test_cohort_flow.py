"""The patients: their flow, subtypes and antibodies, and the arithmetic of Table 1."""

import pytest

from tisstats.chapters.cohort_flow import CohortFlow


@pytest.fixture(scope="module")
def page():
    return CohortFlow(reasons_may_overlap=True, rounding_rule="half-up", cohort="reference")


def test_the_flow_and_the_subtypes_add_up(page):
    numbers, table = page.numbers(), page.subtypes().frame
    assert numbers["included"] + numbers["not_included"] == numbers["screened"]
    assert numbers["analysed"] + numbers["excluded"] == numbers["included"]
    assert table["Included"].sum() == numbers["included"]
    assert table["Analysed"].sum() == numbers["analysed"]
    assert table["Excluded from the analysis"].tolist() == [1, 0, 0, 0]
    assert f"{numbers['screened']}" in page.diagram().alt


def test_antibodies_add_up(page):
    numbers = page.numbers()
    kinds = [int(numbers[kind]) for kind in ("msa", "maa", "none")]
    assert sum(kinds) == numbers["antibodies_total"] == numbers["analysed"]


def test_percentages_are_rounded_with_halves_up(page):
    numbers = page.numbers()
    assert numbers["percentages_equal"] == numbers["percentages"]
    table = page.dm_percentages().frame
    assert table["n of N"].str.endswith(" of 8").all()
    assert set(table["Equal"]) == {"yes"}
    even = CohortFlow(reasons_may_overlap=False, rounding_rule="half-even", cohort="reference")
    differing = even.dm_percentages().frame["Equal"].tolist().count("no")
    assert differing == numbers["half_even_off"] > 0
    assert even.numbers()["overlap"] == "is assumed not to have"
    # Of the rules that can be chosen, the page says, half up alone reproduces all percentages.
    truncated = CohortFlow(reasons_may_overlap=True, rounding_rule="truncate", cohort="reference")
    assert truncated.numbers()["percentages_equal"] < numbers["percentages"]


def test_what_is_empty_in_the_article_is_empty_in_table_1(page):
    table = page.table1().frame.set_index("Characteristic")
    assert table.loc["Age at onset, years", "All (N=19)"] == "59 (37–69)"
    assert table.loc["Women", "All (N=19)"] == "12 (63)"
    assert (table.loc["Myositis-specific antibodies (MSA; row as printed)"] == "").sum() >= 3
    compared = page.table1_comparison().frame
    assert len(compared.columns) == 2 * len(table.columns) + 1
