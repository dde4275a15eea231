"""The data of parts of pages that scripts draw, as scripts of their own.

In a notebook these data are part of the HTML. The book moves them into a file next to the script
that reads them, so that the page itself stays small; a classic script, unlike a fetched file, can
also be read from the disk. Only pages that have such a part load its style and scripts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: Where the scripts find the data of all parts, by name.
_GLOBAL = "tisInteractive"

STYLE = "interactive.css"
_SHARED_SCRIPT = "interactive.js"

#: Styles of parts that have one of their own.
_OWN_STYLES = {"moving_patient": "moving_patient.css"}

_DATA = re.compile(
    r'<script type="application/json" class="interactive-data" data-name="(\w+)">(.*?)</script>',
    re.DOTALL,
)

#: Loaded in this order, after the scripts of the theme.
_DATA_PRIORITY, _SHARED_PRIORITY, _SCRIPT_PRIORITY = 801, 802, 803


def data_file(name: str) -> str:
    """Return the name of the file of a part's data.

    >>> data_file("another_cohort")
    'another_cohort_data.js'
    """
    return f"{name}_data.js"


def data_script(name: str, data: str) -> str:
    """Return the script that holds the data of a part, given as JSON."""
    return f'(window.{_GLOBAL} = window.{_GLOBAL} || {{}})["{name}"] = {data};\n'


def load_interactive(
    app: Sphinx,
    _page: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Move the data of a page into files, and load style and scripts."""
    body = context.get("body", "")
    found = _DATA.findall(body)
    if not found:
        return
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    app.add_css_file(STYLE)
    app.add_js_file(_SHARED_SCRIPT, priority=_SHARED_PRIORITY)
    for name, data in found:
        if name in _OWN_STYLES:
            app.add_css_file(_OWN_STYLES[name])
        (folder / data_file(name)).write_text(data_script(name, data), encoding="utf-8")
        app.add_js_file(data_file(name), priority=_DATA_PRIORITY)
        app.add_js_file(f"{name}.js", priority=_SCRIPT_PRIORITY)
    context["body"] = _DATA.sub("", body)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", load_interactive)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
