"""The front page: what was asked, done and found stands on the first screen of a desktop."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_question_findings_and_what_followed_are_on_the_first_screen(
    browser: Browser, built_book: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((built_book / "book" / "intro.html").as_uri())
    findings = page.locator(".findings li")
    heads = findings.locator("strong:first-child").all_inner_texts()
    assert heads == ["Found.", "Harms.", "What does not hold.", "What followed."]
    for part in (page.locator("h1").last, page.locator(".visual-abstract"), *findings.all()):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900, part.inner_text()
    page.set_viewport_size({"width": 375, "height": 812})
    picture = page.locator(".va-steps").bounding_box()
    assert picture is not None
    assert picture["y"] + picture["height"] <= 812
    page.close()


#: Links within a card that the link of the whole card covers.
COVERED = """() => [...document.querySelectorAll(".sd-card a:not(.sd-stretched-link)")]
  .filter(link => {
    link.scrollIntoView({block: "center", behavior: "instant"});
    const {left, top, width, height} = link.getClientRects()[0];
    return !link.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }).map(link => link.textContent)"""


def test_a_link_in_a_card_leads_where_it_says(browser: Browser, built_book: Path) -> None:
    page = browser.new_page()
    page.goto((built_book / "book" / "intro.html").as_uri())
    assert page.locator(".sd-card a:not(.sd-stretched-link)").count() > 0
    assert page.evaluate(COVERED) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_colour_means_one_thing(browser: Browser, built_book: Path, scheme: str) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto((built_book / "book" / "intro.html").as_uri())
    colours = {
        part: page.locator(f".visual-abstract {part}").first.evaluate(
            "(element, property) => getComputedStyle(element)[property]", property_
        )
        for part, property_ in {
            ".va-square.rescue": "backgroundColor",
            ".va-square.reached.early": "backgroundColor",
            ".va-square.reached:not(.early)": "backgroundColor",
            ".printed .va-bar": "stroke",
        }.items()
    }
    assert len(set(colours.values())) == len(colours), colours
    page.close()
