"""The page of what does not add up: complete, linked, and safe whatever the data hold."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from tisstats.book.pages.items import item_html
from tisstats.chapters.discrepancies import Discrepancies
from tisstats.chapters.page import DiscrepancySections
from tisstats.lim2021.discrepancies.entries import Importance


@pytest.fixture(scope="module")
def page():
    return Discrepancies("fisher")


@pytest.fixture(scope="module")
def entries(page):
    return page.entries.discrepancies


def entry_html(entry):
    return item_html(DiscrepancySections([entry]))


class Balanced(HTMLParser):
    """Fails where a tag closes that is not the last one open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_entry_of_the_summary_leads_to_its_section(page, entries):
    summary = item_html(page.summary())
    sections = "".join(map(entry_html, entries))
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets[0] == "before-and-after-the-amendment"
    assert sorted(targets[1:]) == sorted(re.findall(r'<section class="gap" id="([^"]+)"', sections))
    assert f"{len(entries) + 1} entries" in summary
    for weight in Importance:
        assert weight.capitalize() in summary


def test_the_summary_names_each_part_of_the_article_once(page):
    (cell,) = re.findall(r"by-week-9.*?<td>(.*?)</td>", item_html(page.summary()))
    assert cell == "Results"


def test_sections_and_summary_are_whole(page, entries):
    parser = Balanced()
    parser.feed(item_html(page.summary()) + "".join(map(entry_html, entries)))
    assert parser.open == []


def test_whatever_stands_in_an_entry_is_text(entries):
    odd = dataclasses.replace(entries[0], title="<b>", implication="a < b & c", name="x")
    html = entry_html(odd)
    assert "&lt;b&gt;" in html
    assert "a &lt; b &amp; c" in html
    assert 'id="gap-x"' in html


def test_a_section_says_what_is_printed_what_follows_and_what_speaks_against_it(entries):
    for entry in entries:
        html = entry_html(entry)
        terms = re.findall(r"<dt>(.*?)</dt>", html)
        proof = ["Conditions of the proof"] if entry.conditions else []
        says = ["In the article", "What follows", *proof, "Counter-argument", "How to read it"]
        assert terms == says
        assert html.count("<li>") == len(entry.passages)
