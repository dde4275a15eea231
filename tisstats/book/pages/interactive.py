"""The HTML of parts of pages that scripts draw, with their data."""

from __future__ import annotations

import json

from tisstats.book.pages.html import render
from tisstats.chapters.page import Interactive


def interactive_html(item: Interactive) -> str:
    """Return the HTML of a part that a script draws.

    The data are part of it as JSON, which `tisstats.book.site.interactive` moves into a file.
    """
    data = json.dumps(item.data, ensure_ascii=False, separators=(",", ":"))
    return render(f"{item.name}.html", data=item.data, json=data)
