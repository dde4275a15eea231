"""Find a browser for the tests, or get one: ``python -m tools.browser_setup``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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


def get_browser() -> Path | None:
    """Return a browser, fetching playwright's own if the machine has none."""
    found = find_browser()
    if found is None:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, capture_output=True, check=False)
        found = find_browser()
    return found


def main() -> int:
    """Make sure that a browser is there; only on a build server is a missing one a fault."""
    found = get_browser()
    print(f"Browser for the tests: {found}" if found else HOW_TO_INSTALL)
    return 0 if found or not os.environ.get("CI") else 1


if __name__ == "__main__":
    sys.exit(main())
