"""What a page loads: all that it needs, nothing from outside, and not too much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect

#: Bytes of the files that a page loads by itself, with those of the theme, which are loaded once;
#: and in addition those of the program that sets formulas, on pages that have any.
LARGEST_PAGE = 1_300_000
OF_FORMULAS = {"tex-svg.js": 2_200_000}


@dataclass
class Seen:
    """What has happened in a tab."""

    asked: list[str] = field(default_factory=list)  #: the addresses it has asked for
    wrong: list[str] = field(default_factory=list)  #: what has gone wrong


@contextmanager
def watched(tab: Page) -> Iterator[Seen]:
    """Yield what happens in a tab from now on, other than to what it asked for before."""
    seen = Seen()
    began: list[Request] = []

    def ask(request: Request) -> None:
        began.append(request)
        seen.asked.append(request.url)

    def fail(request: Request) -> None:
        if request in began:
            seen.wrong.append(f"failed: {request.url}")

    def complain(said: ConsoleMessage) -> None:
        if said.type == "error":
            seen.wrong.append(said.text)

    def break_off(error: Error) -> None:
        seen.wrong.append(str(error))

    heard = {"request": ask, "requestfailed": fail, "console": complain, "pageerror": break_off}
    for event, listener in heard.items():
        tab.on(event, listener)  # type: ignore[call-overload]
    try:
        yield seen
    finally:
        for event, listener in heard.items():
            tab.remove_listener(event, listener)


def check_whole(tab: Page, seen: Seen, home: str, book: Path, *, has_code: bool) -> None:
    """Check a page that has been loaded from one of the homes of the book."""
    formulas = tab.locator(".math").count()
    expect(tab.locator(".math mjx-container svg")).to_have_count(formulas)
    expect(tab.locator("mjx-container mjx-assistive-mml math")).to_have_count(formulas)
    expect(tab.locator("mjx-merror, [data-mjx-error]")).to_have_count(0)

    code = tab.locator("details.hide div.cell_input")
    if has_code:
        expect(code.first).to_be_hidden()
        tab.locator("details.hide > summary").first.click()
        expect(code.first).to_be_visible()

    # Browsers ask every server for an icon by themselves.
    wrong = [fault for fault in seen.wrong if not fault.endswith("/favicon.ico")]
    assert wrong == [], f"{tab.url} went wrong: {wrong}"
    assert len(seen.asked) > 1, f"{tab.url} loads nothing but itself"
    inside = (f"{home}/", "data:", "blob:")
    outside = [address for address in seen.asked if not address.startswith(inside)]
    assert outside == [], f"{tab.url} asks outside of the book: {outside}"
    check_weight(book, [each for each in seen.asked if each.startswith(f"{home}/")], home)


def check_weight(book: Path, asked: list[str], home: str) -> None:
    """Fail if what a page loads is too heavy, and name its files."""
    files = {
        book / unquote(urlsplit(address).path.removeprefix(urlsplit(home).path).lstrip("/"))
        for address in asked
    }
    sizes = {file: file.stat().st_size for file in files if file.is_file()}
    assert len(sizes) > 1, f"of {len(asked)} addresses {len(sizes)} are files of the book"
    heaviest = sorted(sizes, key=lambda file: -sizes[file])
    listed = "\n".join(f"{sizes[file]:>10,} {file.relative_to(book)}" for file in heaviest)
    total = sum(sizes.values())
    limit = LARGEST_PAGE + sum(OF_FORMULAS.get(file.name, 0) for file in sizes)
    assert total <= limit, f"{total:,} bytes, at most {limit:,}:\n{listed}"
