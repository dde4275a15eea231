"""A book with another choice says so on every page, whatever it is read on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import PAGES, ROOT, WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.build]


@pytest.fixture(scope="module")
def other_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real book, built with a threshold of 20 points."""
    output = tmp_path_factory.mktemp("other") / "html"
    command = [sys.executable, "-m", "tisstats.cli", "book", "--source", str(ROOT)]
    command += ["--set", "threshold=20", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return output


@pytest.mark.parametrize(("device", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_the_banner_is_seen(browser: Browser, other_book: Path, device: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": WIDTHS[device], "height": 900}, color_scheme=scheme
    )
    tab = context.new_page()
    for name in PAGES:
        tab.goto((other_book / f"{name}.html").as_uri())
        banner = tab.locator(".bd-header-announcement")
        expect(banner).to_be_in_viewport(ratio=1)
        expect(banner).to_contain_text("threshold\u00a0=\u00a020 (default 40)")
        box = banner.bounding_box()
        assert box is not None
        assert box["width"] <= WIDTHS[device]
    context.close()
