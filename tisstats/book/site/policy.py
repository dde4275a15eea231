"""What pages may run and load: the scripts of the book and its theme, and nothing from elsewhere.

Text of somebody's data or description that slipped into a page as markup would not run.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import markupsafe
from sphinx.application import Sphinx

#: Beginnings of the scripts that theme and extensions write into pages. None holds text of data.
_OF_THE_THEME = (
    r"document\.documentElement\.dataset\.mode = localStorage\.getItem\(",
    r"DOCUMENTATION_OPTIONS\.\w+ = (?:'[\w/.-]*'|true|false);$",
    r"let toggle\w+ = '[\w ]*';$",
    r"var togglebuttonSelector = '[^'<]*';$",
    r"window\.MathJax = \{",
)
_KNOWN = re.compile("|".join(_OF_THE_THEME))

#: Handlers that the theme writes into its buttons.
_HANDLERS = ("window.print()",)

_INLINE = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>\s*(?:<meta charset=[^>]*>)?", re.IGNORECASE)


def content_policy(page: str) -> str:
    """Return the content security policy of a page.

    Files of the book are named by ``'self'`` and, since on a disk they have no origin, ``file:``.

    Examples
    --------
    >>> "sha256-" in content_policy("<script>DOCUMENTATION_OPTIONS.pagename = 'a';</script>")
    True
    >>> content_policy("<script>alert(1)</script>").count("sha256-")  # that of the theme's button
    1
    """
    hashes = " ".join(dict.fromkeys(map(_hash, [*_theme_scripts(page), *_HANDLERS])))
    return "; ".join(
        (
            "default-src 'self' file: data: blob:",
            f"script-src 'self' file: 'unsafe-hashes' {hashes}",
            "style-src 'self' file: 'unsafe-inline'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self' file:",
        )
    )


def _theme_scripts(page: str) -> Iterator[str]:
    for script in _INLINE.findall(page):
        if _KNOWN.match(script.strip()):
            yield script


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def with_policy(page: str) -> str:
    """Return a page that states its policy before anything that it concerns."""
    stated = html.escape(content_policy(page), quote=False)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{stated}">'
    return _HEAD.sub(lambda head: f"{head[0]}\n{meta}", page, count=1)


def state_policies(app: Sphinx, error: Exception | None) -> None:
    """State the policy in every page."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        if "_static" not in page.relative_to(app.outdir).parts:  # tables, to open elsewhere
            text = page.read_text(encoding="utf-8")
            page.write_text(with_policy(text), encoding="utf-8")


def escape_title(
    _app: Sphinx, _name: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    """Let the theme show the title of the book as text; in places it would paste it as markup."""
    context["docstitle"] = markupsafe.escape(context.get("docstitle", ""))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", escape_title)
    app.connect("build-finished", state_policies, priority=990)  # all is in place
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
