"""Find a browser on this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

#: The first is Chromium without what shows windows: it takes less time for the same pages.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW_TO_INSTALL = (
    "No browser was found: install Chromium (Debian: apt-get install chromium) "
    "or run `python -m playwright install chromium`."
)
#: Headless, and without any talk of its own with the network.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> Path | None:
    """Return the program of a browser on this machine, None if there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    if MAC.exists():
        return MAC
    bundled = playwrights_own()
    return bundled if bundled.exists() else None


def playwrights_own() -> Path:
    """Return where playwright keeps its own Chromium, whether it is there or not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)
