"""The page of method agreement: complete, in words, and safe whatever the data hold."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from tisstats.agreement import Comparison, Evidence
from tisstats.book.pages.agreement import counts, family_html, matrix_html, version_table


@pytest.fixture(scope="module")
def comparison(checkout):
    return Comparison.of(Evidence.read(checkout / "data" / "agreement"))


class Balanced(HTMLParser):
    """Fails where a tag closes that is not the last one open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_matrix_has_a_cell_for_every_method_and_program(comparison):
    html = matrix_html(comparison)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    body = html.partition("<tbody>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    assert len(rows) == len(comparison.evidence.methods)
    assert {row.count("<td") for row in rows} == {len(comparison.evidence.software) - 1}
    assert "<td></td>" not in html
    assert html.count("<td colspan") == 1


def test_programs_are_named_again_with_each_family(comparison):
    html = matrix_html(comparison)
    families = comparison.evidence.families()
    assert html.count('scope="rowgroup"') == len(families)
    assert html.count("statsmodels 0.15.0") == len(families)


def test_each_method_of_a_family_is_folded_with_definition_reasons_and_cases(comparison):
    html = family_html(comparison, "Signed-rank test")
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    wanted = [each for each in comparison.evidence.methods if each.family == "Signed-rank test"]
    assert html.count("<details") == len(wanted)
    assert html.count("<table") == len(wanted)
    ties = html.partition('id="agreement-signed-rank-exact-ties"')[2].partition("</details>")[0]
    assert "SciPy, R stats, PSPP differ" in ties
    assert comparison.evidence.reasons["signed-rank-exact-ties", "scipy"].short in ties
    assert "+0.0020 (+3.1 %)" in ties
    assert "wilcoxsign_test(" in ties
    assert "Exact Tests" in ties
    assert 'agreement-signed-rank-exact"' in html


def test_where_nobody_differs_it_says_so(comparison):
    assert "Blaker: all that offer it agree" in family_html(comparison, "Proportion, interval")


def test_a_family_that_there_is_not(comparison):
    with pytest.raises(ValueError, match="family must be one of Proportion, interval, Signed-rank"):
        family_html(comparison, "Variance")


def test_whatever_the_data_hold_is_text(comparison):
    evidence = comparison.evidence
    method = dataclasses.replace(evidence.methods[0], title="<b>", definition="<script>")
    changed = dataclasses.replace(
        comparison,
        evidence=dataclasses.replace(evidence, methods=(method, *evidence.methods[1:])),
    )
    for html in (matrix_html(changed), family_html(changed, method.family)):
        assert "<b>" not in html
        assert "<script>" not in html
        assert "&lt;b&gt;" in html


def test_every_program_has_a_version_or_says_that_it_was_not_run(comparison):
    table = version_table(comparison).set_index("Program")
    assert table.loc["PSPP", "Results"] == "stored results of pspp.R"
    assert table.loc["Newer R stats", "Results"] == "stored results of recent.R"
    assert table.loc["R coin", "Results"] == "stored results of packages.R"
    assert table.loc["SciPy", "Results"] == "computed while this book was built"
    assert table.loc["SPSS, documentation", "Results"] == "documentation, not run"
    assert (table["Version"] != "").all()


def test_the_counts_of_the_prose(comparison):
    found = counts(comparison)
    assert found["methods_compared"] == len(comparison.evidence.methods)
    named = set(comparison.table["software"])
    assert found["software_compared"] == len(named)
    assert "spss" not in named
    assert found["numbers_compared"] == len(comparison.table)
    assert found["pairs_disagreeing"] == len(comparison.evidence.reasons)
    assert found["own_disagreeing"] == 0
    assert found["pairs_compared"] + found["own_methods"] == len(comparison.verdicts)
