"""The reference of the public names: complete, its examples run, its links in place."""

from __future__ import annotations

import doctest
import inspect

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from sphinx.util.inventory import InventoryFile

import tisstats
from tisstats.book.pages.reference import functions_used_by
from tisstats.book.run.project import Project

FUNCTIONS = [name for name in tisstats.__all__ if inspect.isfunction(getattr(tisstats, name))]
CLASSES = [
    name
    for name in tisstats.__all__
    if inspect.isclass(public := getattr(tisstats, name)) and not issubclass(public, Exception)
]


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASSES])
def test_a_public_function_or_class_has_an_example_and_it_runs(name):
    documented = getattr(tisstats, name)
    (test,) = doctest.DocTestFinder(recurse=False).find(documented, name)
    said = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.attempted > 0, "no example"
    assert result.failed == 0, "".join(said)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_has_every_parameter_and_no_other(name):
    documented = getattr(tisstats, name)
    text = inspect.getdoc(documented)
    section = text.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    named = [
        each.strip(" *")
        for line in section.splitlines()
        if not line.startswith(" ")
        for each in line.partition(" : ")[0].split(",")
    ]
    assert sorted(named) == sorted(inspect.signature(documented).parameters)


@pytest.mark.build
def test_every_public_name_is_in_the_inventory(built_book):
    with (built_book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda _, place: place)
    listed = {name for kind, names in inventory.items() if kind.startswith("py:") for name in names}
    assert [name for name in tisstats.__all__ if f"tisstats.{name}" not in listed] == []


def test_functions_are_found_through_chapters_and_what_these_call(checkout):
    found = functions_used_by(checkout / "notebooks" / "03_primary_outcome.ipynb")
    assert {"proportion_interval", "coverage"} <= set(found)
    assert set(found) < set(FUNCTIONS)
    assert functions_used_by(checkout / "notebooks" / "data_dictionary.ipynb") == []


@pytest.mark.build
def test_chapters_link_to_the_functions_behind_them(built_book, checkout):
    for notebook in Project.from_folder(checkout).notebooks():
        html = (built_book / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf-8")
        part = BeautifulSoup(html, "lxml", parse_only=SoupStrainer(class_="functions-used"))
        links = part.select(".functions-used a")
        wanted = functions_used_by(notebook)
        assert [link.get_text() for link in links] == wanted
        for link, name in zip(links, wanted, strict=True):
            assert link["href"].startswith("../book/reference/")
            assert link["href"].endswith(f"#tisstats.{name}")
