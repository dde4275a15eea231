"""The directive ``notebook-parameters``: what can be set, read from the notebooks themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tisstats.book.notebook import table_html
from tisstats.book.run.parameters import known_parameters, written


class NotebookParameters(SphinxDirective):
    """A table of all parameters of the book's notebooks."""

    def run(self) -> list[nodes.Node]:
        """Return the table, and note the notebooks that it is made from."""
        import pandas as pd

        folder = Path(self.env.srcdir) / "notebooks"
        notebooks = [folder / f"{Path(name).name}.ipynb" for name in self._chapters()]
        for notebook in notebooks:
            self.env.note_dependency(str(notebook))
        table = pd.DataFrame(
            [
                {
                    "Parameter": parameter.name,
                    "Type": parameter.type,
                    "Default": written(parameter.default),
                    "What it is": parameter.help,
                    "Notebooks": ", ".join(parameter.notebooks),
                }
                for parameter in known_parameters(notebooks).values()
            ]
        )
        return [nodes.raw("", table_html(table, "Parameters of the notebooks"), format="html")]

    def _chapters(self) -> list[str]:
        return [name for name in sorted(self.env.found_docs) if name.startswith("notebooks/")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("notebook-parameters", NotebookParameters)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
