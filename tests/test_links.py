"""Relative links lead somewhere, and one that does not is named."""

import json

import pytest

from tools import links


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "book" / "part").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text("# A title: `with` code\n\n## Second\n", encoding="utf-8")
    (tmp_path / "book" / "intro.md").write_text("# Intro\n", encoding="utf-8")
    return tmp_path


def test_every_relative_link_of_the_project_leads_somewhere(checkout):
    assert list(links.faults(checkout)) == []


def test_links_of_the_readme_and_of_the_front_page_are_read(checkout):
    assert "CONTRIBUTING.md" in links.targets(links.prose(checkout / "README.md"))
    assert "glossary.md" in links.targets(links.prose(checkout / "book" / "intro.md"))
    notebook = checkout / "notebooks" / "ledger.ipynb"
    assert any(each.endswith(".md") for each in links.targets(links.prose(notebook)))


@pytest.mark.parametrize(
    "link",
    [
        *("[a](README.md)", "[a](#second)", "[a](README.md#a-title-with-code)"),
        *("[a](book/intro.md)", "[a](book/)", "[a](https://example.org/none.md)"),
        *("`[a](none.md)`", "[a](mailto:a@example.org)", "```\n[a](none.md)\n```"),
    ],
)
def test_a_link_that_leads_somewhere(folder, link):
    with (folder / "README.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{link}\n")
    assert list(links.faults(folder)) == []


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("[a](none.md)", "none.md"),
        ("![a](none.png)", "none.png"),
        ("[a]\n\n[a]: none.md", "none.md"),
        ("| a |\n|---|\n| [a](none.md) |", "none.md"),
        ("[a](#none)", "#none"),
        ("[a](README.md#third)", "README.md#third"),
        ("[a](book/intro)", "book/intro"),
    ],
)
def test_a_link_of_the_readme_that_leads_nowhere_is_named(folder, link, target):
    with (folder / "README.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{link}\n")
    assert list(links.faults(folder)) == [f"README.md: {target} leads nowhere"]


def test_links_of_pages_and_notebooks_are_checked(folder, monkeypatch, capsys):
    page = folder / "book" / "part" / "page.md"
    page.write_text("[a](../intro) [b](../intro.md) [c](intro.md)\n", encoding="utf-8")
    cells = [
        {"cell_type": "code", "source": ["[a](code.md)"]},
        {"cell_type": "markdown", "source": ["[a](../book/intro.md)\n", "[b](no.ipynb)"]},
    ]
    notebook = folder / "notebooks" / "one.ipynb"
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(links, "ROOT", folder)
    assert links.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "book/part/page.md: intro.md leads nowhere",
        "notebooks/one.ipynb: no.ipynb leads nowhere",
    ]
