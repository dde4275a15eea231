"""A book with another choice says so on every page, whatever it is read on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import NOTEBOOKS, PAGES, WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.build]


def test_the_banner_is_on_every_page(other_book: Path) -> None:
    for name in PAGES:
        html = (other_book / f"{name}.html").read_text(encoding="utf-8")
        assert "<strong>threshold&nbsp;=&nbsp;20</strong> (default 40)" in html, name
        assert "<strong>cohort&nbsp;=&nbsp;17</strong> (default reference)" in html, name


def test_the_banner_is_seen(browser: Browser, other_book: Path) -> None:
    tab = browser.new_page()
    for name in ("book/intro", NOTEBOOKS[0], "search"):  # all have it from one template
        tab.goto((other_book / f"{name}.html").as_uri())
        for device, scheme in (("desktop", "light"), ("phone", "dark")):
            tab.set_viewport_size({"width": WIDTHS[device], "height": 900})
            tab.emulate_media(color_scheme=scheme)
            banner = tab.locator(".bd-header-announcement")
            expect(banner).to_be_in_viewport(ratio=1)
            expect(banner).to_contain_text("threshold\u00a0=\u00a020 (default 40)")
            box = banner.bounding_box()
            assert box is not None
            assert box["width"] <= WIDTHS[device]
    tab.close()
