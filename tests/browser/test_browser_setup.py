"""What is done and said where no browser is at hand."""

from pathlib import Path

import pytest

from tisstats.book.paper import browser
from tools import browser_setup


@pytest.fixture
def nowhere(monkeypatch):
    """A machine without a browser, from which none can be fetched; notes what was tried."""
    tried = []
    monkeypatch.setattr(browser_setup, "find_browser", lambda: None)
    monkeypatch.setattr(
        browser_setup.subprocess, "run", lambda command, **_: tried.append(command[1:])
    )
    return tried


def test_a_missing_browser_is_fetched_and_else_told_in_one_line(nowhere, monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    assert browser_setup.main() == 0
    assert nowhere == [["-m", "playwright", "install", "chromium"]]
    assert capsys.readouterr().out == f"{browser_setup.HOW_TO_INSTALL}\n"
    assert "\n" not in browser_setup.HOW_TO_INSTALL


@pytest.mark.usefixtures("nowhere")
def test_on_a_build_server_a_missing_browser_is_a_fault(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert browser_setup.main() == 1


def test_a_browser_of_the_machine_is_taken_first(monkeypatch):
    there = {"chromium", "google-chrome"}
    found = lambda name: f"/opt/{name}" if name in there else None  # noqa: E731
    monkeypatch.setattr(browser.shutil, "which", found)
    assert browser_setup.get_browser() == Path("/opt/chromium")
    there.add("chromium-headless-shell")
    assert browser_setup.get_browser() == Path("/opt/chromium-headless-shell")


def test_playwrights_own_browser_will_do(monkeypatch, tmp_path):
    monkeypatch.setattr(browser.shutil, "which", lambda _: None)
    monkeypatch.setattr(browser, "MAC", tmp_path / "none")
    monkeypatch.setattr(browser, "playwrights_own", lambda: tmp_path)
    assert browser.find_browser() == tmp_path
