"""The data dictionary: every file and every column of three packages, with what is allowed."""

import pytest

from tisstats.chapters.data_dictionary import DataDictionary
from tisstats.chapters.page import Markdown, Table


@pytest.fixture(scope="module")
def page():
    return DataDictionary("published")


def test_the_files_and_what_the_article_does_not_print_are_counted(page, published):
    numbers = page.numbers()
    assert numbers["files"] == f"{len(published.tables)} files"
    assert numbers["rows"] == sum(map(len, published.tables.values()))
    unprinted = published.tables["unprinted"]
    assert numbers["unprinted"] + numbers["unprinted_texts"] == len(unprinted)
    assert numbers["unprinted_texts"] == 1


@pytest.mark.parametrize(
    "package", ["package_sections", "reference_cohort_sections", "bounds_sections"]
)
def test_every_file_has_a_section_and_a_table_of_its_columns(page, package):
    items = list(getattr(page, package)())
    sections, tables = items[::2], items[1::2]
    assert len(sections) == len(tables) > 0
    for section, table in zip(sections, tables, strict=True):
        assert isinstance(section, Markdown)
        assert isinstance(table, Table)
        assert section.text.startswith("## ")
        file = table.caption.removeprefix("Columns of ")
        assert f"`{file}`, " in section.text
        assert (table.frame["Description"] != "").all()
        assert (table.frame["Allowed values"] != "").all()


def test_the_numbers_of_the_published_facts_do_not_depend_on_the_package():
    numbers = DataDictionary("registry").numbers()
    published = DataDictionary("published").numbers()
    for name in ("unprinted", "unprinted_texts"):
        assert numbers[name] == published[name]
    assert numbers["files"] == "1 file"
