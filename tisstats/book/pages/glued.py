"""The numbers that the notebooks of a book have glued, while its pages are written.

In prose an equation among them, such as that of a method's name, is not broken between lines.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_EQUATION = re.compile(r"(?<=\w) = (?=[\w.-])")


def glue_file(env: BuildEnvironment, page: str) -> Path:
    """Return the file in which myst-nb keeps what the notebook of a page glued, if anything."""
    config: Any = env
    return Path(config.mystnb_config.output_folder) / f"{page}.glue.json"


def glued_outputs(app: Sphinx, page: str) -> dict[str, Any]:
    """Return what the notebook of a page glued, as myst-nb stores it; empty if it glues nothing."""
    file = glue_file(app.env, page)
    if not file.is_file():
        return {}
    outputs: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return outputs


def glued_texts(app: Sphinx, page: str) -> dict[str, str]:
    """Return the glued numbers of a page as they are printed, by name."""
    texts = {}
    for name, output in glued_outputs(app, page).items():
        text = "".join(output["data"].get("text/plain", ""))
        texts[name] = str(ast.literal_eval(text)) if text[:1] in "'\"" else text
    return texts


def keep_equations_whole(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Put no-break spaces into the equations of glued texts."""
    for pasted in document.findall(nodes.inline):
        if "pasted-text" in pasted["classes"]:
            for text in list(pasted.findall(nodes.Text)):
                whole = _EQUATION.sub("\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}", text)
                if whole != text:
                    text.parent.replace(text, nodes.Text(whole))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-resolved", keep_equations_whole)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
