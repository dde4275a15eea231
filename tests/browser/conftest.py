"""A real browser, and the built book as it is seen from the disk and from a server."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.checks import show_in
from tools.browser_setup import FLAGS, HOW_TO_INSTALL, find_browser

# On a busy machine five seconds, the default, can pass before a page does what it is asked for.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_program() -> Path:
    """The program of a browser."""
    program = find_browser()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(HOW_TO_INSTALL, pytrace=False)
        pytest.skip(HOW_TO_INSTALL)
    return program


@pytest.fixture(scope="module")
def browser(browser_program: Path) -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def tab_with_axe(browser: Browser) -> Iterator[Page]:
    """A tab in which nothing moves, for one page after another.

    It compiles once what pages have in common, and Axe, which takes longer than most pages do.
    """
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(Axe().axe_script)
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(tab_with_axe: Page) -> Page:
    """The same tab, as it was when it was new but for the page that it shows."""
    show_in(tab_with_axe, "desktop", "light")
    return tab_with_axe


@pytest.fixture(scope="module")
def seen_before() -> set[int]:
    """Numbers of what pages of one book have shown: see `check_everybody_can_read`."""
    return set()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served_book(built_book: Path) -> Iterator[str]:
    """The address of the book on a server of this machine."""
    handler = partial(_Quiet, directory=str(built_book))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
