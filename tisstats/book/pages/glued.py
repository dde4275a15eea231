"""The numbers that the notebooks of a book have glued, while its pages are written."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def glued_outputs(app: Sphinx, page: str) -> dict[str, Any]:
    """Return what the notebook of a page glued, as myst-nb stores it; empty if it glues nothing."""
    config: Any = app.env
    file = Path(config.mystnb_config.output_folder) / f"{page}.glue.json"
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
