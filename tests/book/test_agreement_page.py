"""The page of method agreement: complete, in words, and safe whatever the data hold."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup

from tisstats.book.downloads.tables import TABLE, read_table
from tisstats.book.pages.agreement import family_html, matrix_html
from tisstats.chapters.method_agreement import MethodAgreement


@pytest.fixture(scope="module")
def page():
    return MethodAgreement(agreement_digits=9)


@pytest.fixture(scope="module")
def comparison(page):
    return page.comparison


class Balanced(HTMLParser):
    """Fails where a tag closes that is not the last one open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _attributes):
        if tag not in ("br", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_matrix_has_a_cell_for_every_method_and_program(page, comparison):
    html = matrix_html(page)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    body = html.partition("<tbody>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    assert len(rows) == len(comparison.data.methods)
    # Without the reference, and without this package, which agrees with it.
    assert {row.count("<td") for row in rows} == {len(comparison.data.software) - 2}
    assert "<td></td>" not in html
    assert "colspan" not in html


def test_programs_are_named_again_with_each_family(page, comparison):
    html = matrix_html(page)
    families = comparison.data.families()
    assert html.count('scope="rowgroup"') == len(families)
    # On a screen the first takes the place of the head of the table.
    assert html.count("statsmodels<br>0.15.0") == 1 + len(families)


def test_a_sign_of_the_matrix_is_in_words_in_its_files_and_a_difference_leads_to_its_reason(page):
    shown = read_table(TABLE.search(matrix_html(page))[0])
    words = page.matrix()
    methods = [row for row in shown.rows if row[0] in set(words["method"])]
    assert [list(row[1:]) for row in methods] == words.iloc[:, 2:].to_numpy().tolist()
    cells = [(row, cell) for row in page.matrix_cells() for cell in row.cells]
    html = matrix_html(page)
    for row, cell in cells:
        assert cell.differs == cell.words.startswith(("differs", "returns"))
        if cell.differs:
            assert f'<a href="#agreement-{row.name}">{cell.sign}</a>' in html
            assert ("no value" in cell.words) == ("†" in cell.marks)
            assert ("undefined" in cell.words) == ("‡" in cell.marks)
    assert {cell.sign for _, cell in cells if not cell.differs} == {"✓", "–", "(✓)", "(–)", "?"}
    assert all(
        re.fullmatch(r"≠|[0-9.]+(e-[0-9]+)?", cell.sign) for _, cell in cells if cell.differs
    )


def test_each_method_of_a_family_is_folded_with_definition_reasons_and_cases(page, comparison):
    html = family_html(page, "Signed-rank test")
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    wanted = [each for each in comparison.data.methods if each.family == "Signed-rank test"]
    assert html.count("<details") == len(wanted)
    assert html.count("<table") == len(wanted)
    ties = html.partition('id="agreement-signed-rank-exact-ties"')[2].partition("</details>")[0]
    assert "SciPy, R stats, PSPP differ" in ties
    assert comparison.data.reasons["signed-rank-exact-ties", "scipy"].short in ties
    assert "+0.0020 (+3.1%)" in BeautifulSoup(ties, "html.parser").get_text()
    assert "wilcoxsign_test(" in ties
    assert "Exact Tests" in ties
    assert 'agreement-signed-rank-exact"' in html


def test_cases_that_all_methods_of_a_family_share_stand_once_above_them(page, comparison):
    for family in comparison.data.families():
        html = family_html(page, family)
        cases = {method.cases for method in page.family(family)}
        shared = len(cases) == 1 < len(page.family(family))
        assert ("Cases of each method below: " in html.partition("<details")[0]) == shared, family
        assert html.count("<p>Cases: ") == (0 if shared else len(page.family(family))), family


def test_where_nobody_differs_it_says_so(page):
    html = family_html(page, "Proportion, interval")
    assert "Clopper-Pearson: all that were run agree" in html
    assert "Blaker: only tisstats was run" in html
    assert "Logit: only tisstats was run" in html


def test_whatever_the_data_hold_is_text(comparison):
    data = comparison.data
    method = dataclasses.replace(data.methods[0], title="<b>", definition="<script>")
    changed = MethodAgreement(agreement_digits=9)
    object.__setattr__(
        changed,
        "comparison",
        dataclasses.replace(
            comparison,
            data=dataclasses.replace(data, methods=(method, *data.methods[1:])),
        ),
    )
    for html in (matrix_html(changed), family_html(changed, method.family)):
        assert "<b>" not in html
        assert "<script>" not in html
        assert "&lt;b&gt;" in html
