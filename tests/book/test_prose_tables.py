"""Tables of prose pages: which become cards on a phone, and the labels of their cells."""

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document

from tisstats.book.site.prose_tables import depart_entry, mark_cards, visit_entry

LONG = "How was the study done, and was its size justified?"


def part(kind, rows):
    return kind("", *(nodes.row("", *(entry(text) for text in row)) for row in rows))


def entry(text):
    return nodes.entry("", nodes.paragraph("", text))


def page(head, rows):
    document = new_document("page", get_default_settings())
    group = nodes.tgroup("", part(nodes.thead, [head]), part(nodes.tbody, rows))
    document += nodes.table("", group)
    return document


def labels(document):
    mark_cards(None, document, "page")
    (table,) = document.findall(nodes.table)
    cells = [cell.get("data-label") for cell in table.findall(nodes.entry)]
    return "cards" in table["classes"], cells


def test_the_rows_of_a_table_of_sentences_are_cards_whose_cells_are_labelled():
    document = page(["Chapter", "Minutes", "Question"], [["Sensitivity to choices", "4", LONG]])
    assert labels(document) == (True, [None, None, None, None, "Minutes", "Question"])


@pytest.mark.parametrize("rows", [[["a", "1"], ["b", "2"]], [["a", LONG]], []])
def test_other_tables_stay_tables(rows):
    shown, cells = labels(page(["Name", "Number"], rows))
    assert not shown
    assert set(cells) == {None}


def test_a_table_with_a_cell_across_columns_stays_a_table():
    assert not labels(page(["Name", "Text"], [[LONG]]))[0]


def test_a_table_without_a_head_stays_a_table():
    document = new_document("page", get_default_settings())
    document += nodes.table("", nodes.tgroup("", part(nodes.tbody, [["a", LONG]])))
    mark_cards(None, document, "page")
    assert not any("data-label" in cell for cell in document.findall(nodes.entry))


class Writer:
    """What the writer of HTML does with a cell."""

    def __init__(self):
        self.body = []

    def attval(self, text):
        return text.replace('"', "&quot;")

    def visit_entry(self, _node):
        self.body.append("<td>")

    def depart_entry(self, _node):
        self.body.append("</td>")


@pytest.mark.parametrize(
    ("label", "written"), [(None, "<td></td>"), ('a "b"', '<td data-label="a &quot;b&quot;"></td>')]
)
def test_the_label_is_written_into_the_page(label, written):
    writer, cell = Writer(), nodes.entry()
    if label:
        cell["data-label"] = label
    visit_entry(writer, cell)
    depart_entry(writer, cell)
    assert "".join(writer.body) == written
