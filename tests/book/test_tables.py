"""Tables as readers see them: words, not names of columns; no mark for a missing value."""

import re
from itertools import pairwise

import pytest

from tests.book.parsed import parse, text_of
from tisstats.book.run.project import Project

pytestmark = pytest.mark.build

#: What pandas and Python write where a value is missing.
MISSING = re.compile(r"<NA>|\b(?:nan|NaN|NaT)\b|^None$")

#: The page that repeats words of the article, among them its "None".
REPEATS_PRINT = "notebooks/ledger"

#: A name from the code or from a file.
RAW_NAME = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")

#: The page whose rows are functions that are called, and what is called in their place.
OF_CALLS = "book/reference/speed"

#: Beginnings of the captions of tables that are about names, which a reader types or looks up.
ABOUT_NAMES = (
    "Parameters of the notebooks",
    "Columns of ",
    "Constraints on every cohort",
    "Assumptions beyond the published numbers",
    "Assumptions behind the bounds",
    "Every printed number with its verdict",
    "Keys of study.toml",
    "The PRINTO core set for children",
)

#: Words in the caption of a table whose rows are cases that are named in a file.
OF_CASES = "differences from the definition"


@pytest.fixture(scope="module")
def tables(built_book, checkout):
    """Page, caption and element of every table with a caption."""
    found = []
    for page in Project.from_folder(checkout).pages():
        for table in parse(built_book / f"{page}.html").iter("table"):
            caption = table.find("caption")
            found.append((page, "" if caption is None else text_of(caption), table))
    assert len(found) > 60
    return found


def test_no_cell_shows_the_mark_of_a_missing_value(tables):
    faults = [
        f"{page}, {caption[:60]!r}: {text!r}"
        for page, caption, table in tables
        for text in map(text_of, table.iter("th", "td"))
        if MISSING.search(text.strip()) and (page, text) != (REPEATS_PRINT, "None")
    ]
    assert faults == []


def test_heads_of_columns_are_words(tables):
    faults = [
        f"{page}, {caption[:60]!r}: {head!r}"
        for page, caption, table in tables
        for head in map(text_of, table.xpath(".//thead//th"))
        if RAW_NAME.search(head)
    ]
    assert faults == []


def test_cells_hold_words_unless_the_table_is_about_names(tables):
    faults = [
        f"{page}, {caption[:60]!r}: {cell[:60]!r}"
        for page, caption, table in tables
        if not caption.startswith(ABOUT_NAMES) and OF_CASES not in caption and page != OF_CALLS
        for cell in map(text_of, table.xpath(".//tbody//th | .//tbody//td"))
        if RAW_NAME.search(cell)
    ]
    assert faults == []


def test_no_computed_cell_is_empty_where_a_printed_one_stands_beside_it(tables):
    faults = []
    for page, caption, table in tables:
        heads = [text_of(head) for head in table.xpath(".//thead//th")]
        pairs = [
            (i, i + 1)
            for i, (one, other) in enumerate(pairwise(heads))
            if one.endswith(", published") and other.endswith((", synthetic", ", observed"))
        ]
        for row in table.xpath(".//tbody//tr") if pairs else ():
            cells = [text_of(cell).strip() for cell in row.iter("th", "td")]
            faults += [
                f"{page}, {caption[:60]!r}, {cells[0]!r}, {heads[computed]!r}"
                for printed, computed in pairs
                if cells[printed] and not cells[computed]
            ]
    assert faults == []
