"""The map in CONTRIBUTING leads to what it names."""

import re

import pytest


def examples():
    from tests.conftest import ROOT

    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## Where would I change ...")[2].partition("\n## ")[0]
    return re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", section, flags=re.MULTILINE)


def test_there_are_at_least_ten_examples():
    assert len(examples()) >= 10


@pytest.mark.parametrize(("what", "file", "words"), examples())
def test_an_example_leads_to_the_line(checkout, what, file, words):
    assert what
    assert words in (checkout / file).read_text(encoding="utf-8")


def test_every_folder_of_the_map_is_there(checkout):
    text = (checkout / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where things are")[2].partition("\nImports go down")[0]
    named = re.findall(r"`((?:tisstats|data|notebooks|book|tests|tools)[\w/]*/)`", table)
    assert len(named) >= 20
    assert [folder for folder in named if not (checkout / folder).is_dir()] == []
