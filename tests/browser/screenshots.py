"""Take a picture of every page for developers: ``python -m tests.browser.screenshots OUTDIR``.

Desktop and phone, light and dark; whole pages, with the code folded away.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.pages import PAGES, ROOT, SCHEMES, WIDTHS
from tools.browser_setup import FLAGS, HOW_TO_INSTALL, find_browser


def take(folder: Path, html: Path) -> int:
    """Take all pictures and return how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for device, width in WIDTHS.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                tab = context.new_page()
                for name in PAGES:
                    tab.goto((html / f"{name}.html").as_uri(), wait_until="load")
                    tab.wait_for_timeout(300)  # for formulas to be set
                    picture = f"{name.replace('/', '-')}-{device}-{scheme}.png"
                    tab.screenshot(path=folder / picture, full_page=True)
                    taken += 1
                context.close()
        browser.close()
    return taken


def main() -> int:
    """Parse the command line, take the pictures."""
    if len(sys.argv) != 2:
        print("usage: python -m tests.browser.screenshots OUTDIR", file=sys.stderr)
        return 2
    html = ROOT / "_build" / "html"
    if not (html / "index.html").is_file():
        print("There is no book yet: run `tisstats book` first.", file=sys.stderr)
        return 2
    if find_browser() is None:
        print(HOW_TO_INSTALL, file=sys.stderr)
        return 1
    folder = Path(sys.argv[1])
    print(f"{take(folder, html)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
