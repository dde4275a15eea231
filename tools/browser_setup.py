"""Find a browser for the tests and for the book on paper: ``python -m tools.browser_setup``.

If the machine has none, one is fetched.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tisstats.book.paper.browser import FLAGS, HOW_TO_INSTALL, find_browser

__all__ = ["FLAGS", "HOW_TO_INSTALL", "find_browser", "get_browser", "main"]


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
    print(f"Browser: {found}" if found else HOW_TO_INSTALL)
    return 0 if found or not os.environ.get("CI") else 1


if __name__ == "__main__":
    sys.exit(main())
