"""The printed numbers in the tables and sections of the article that prints them."""

from collections import Counter

import pytest

from tisstats.ledger.layout import article_parts
from tisstats.lim2021.claims import evaluate_ledger


@pytest.fixture(scope="module")
def ledger(published):
    return evaluate_ledger(published)


@pytest.fixture(scope="module")
def parts(ledger):
    return {part.title: part for part in article_parts(ledger.values())}


def printed(cells):
    return [[item.claim.printed for item in cell.numbers] for cell in cells]


def test_every_claim_is_in_one_part_once(ledger, parts):
    found = Counter(item.claim.id for part in parts.values() for item in part.numbers)
    assert found == Counter(list(ledger))


def test_only_tables_have_a_table(parts):
    assert [title for title, part in parts.items() if part.table] == ["Table 1", "Table 2"]


@pytest.mark.parametrize("name", ["table1", "table2"])
def test_a_table_has_every_printed_cell_at_its_row_and_column(published, parts, name):
    """Compare with the file of the cells, by the words of its column ``place``."""
    expected = {}
    for row in published.tables[name].to_dict("records"):
        _, _, place = row["place"].partition(", ")
        label, _, column = place.rpartition(", ")
        expected.setdefault((label, column), []).append(row["printed"])
    table = parts[f"Table {name[-1]}"].table
    found = {("header", cell.column): printed([cell])[0] for cell in table.sizes if cell.numbers}
    for row in table.rows:
        assert [cell.column for cell in row.cells] == [cell.column for cell in table.sizes]
        for cell in row.cells:
            if cell.numbers:
                found[row.label, cell.column] = printed([cell])[0]
    assert found == expected


def test_a_cell_that_is_blank_in_print_stays_blank(parts):
    (row,) = (row for row in parts["Table 1"].table.rows if row.label == "Anti-Jo1")
    assert printed(row.cells) == [["1", "5"], [], [], [], ["1"]]


def test_quartiles_with_a_minus_are_separated_by_a_word(parts):
    (row,) = (row for row in parts["Table 2"].table.rows if row.label == "MMT")
    assert [cell.separator for cell in row.cells[:3]] == ["–", "–", " to "]


def test_what_all_rows_have_in_common_is_said_once(parts):
    assert parts["Table 2"].table.statistics == "median (quartiles)"
    assert parts["Table 1"].table.statistics == ""
    (row,) = (row for row in parts["Table 1"].table.rows if row.label == "Females")
    assert (row.statistics, row.unit) == ("n\N{NO-BREAK SPACE}(%)", "")


def test_the_numbers_of_a_section_are_in_reading_order(ledger, parts):
    order = list(ledger)
    for part in parts.values():
        for section in part.sections:
            places = [order.index(item.claim.id) for item in section.numbers]
            assert places == sorted(places)
    assert [section.title for section in parts["Abstract"].sections] == [
        "Methods",
        "Results",
        "Conclusion",
    ]
