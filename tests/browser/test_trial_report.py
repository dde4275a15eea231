"""The report of somebody's own trial, page by page, as its reader sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import check_everybody_can_read, check_keyboard_reaches
from tests.browser.wholeness import watched
from tests.trial.studies import make_study
from tisstats.book import trial_report
from tisstats.book.run.project import Project

pytestmark = [pytest.mark.browser, pytest.mark.build]

PAGES = [*Project.from_folder(Path(trial_report.__file__).parent).pages(), "search"]
#: Elements that the tabulator key is pressed for on each page, from the start of its article on; on
#: the first from the top of the page, as all have the same menus.
STEPS, FROM_THE_TOP = 24, 60


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 60 patients in three arms, with missed visits."""
    folder = tmp_path_factory.mktemp("trial")
    arms = ("every_week", "every_month", "control")
    make_study(60, arms, missing=0.1, seed=5).write(folder / "study")
    command = [sys.executable, "-m", "tisstats.cli", "book", "--cohort", str(folder / "study")]
    done = subprocess.run(
        [*command, "--output", str(folder / "html")],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_report_is_whole_and_everybody_can_read_it(
    tab: Page, report: Path, seen_before: set[int], name: str
) -> None:
    with watched(tab) as seen:
        tab.goto((report / f"{name}.html").as_uri())
        tab.add_style_tag(content="*, *::before, *::after { animation: none !important }")
        tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        check_keyboard_reaches(tab, STEPS, ".bd-article")
        if name == PAGES[0]:
            check_keyboard_reaches(tab, FROM_THE_TOP)
        check_everybody_can_read(tab, seen_before)
    assert seen.wrong == []
    inside = (f"{report.as_uri()}/", "data:", "blob:")
    assert [address for address in seen.asked if not address.startswith(inside)] == []


def test_the_search_of_a_report_finds_its_tables_and_numbers(tab: Page, report: Path) -> None:
    tab.goto((report / "search.html").as_uri() + "?q=CONSORT")
    expect(tab.locator(".search-page").first).to_contain_text("Patients")
    tab.locator("#book-search input").fill("60")
    expect(tab.locator("#book-search mark").first).to_have_text("60")
    text = (report / "_static" / "search_index.js").read_text(encoding="utf-8")
    assert "immunoglobulin" not in text.lower()
