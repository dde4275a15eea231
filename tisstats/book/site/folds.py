"""Folded code: the parameters of a page say what they are."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class NameParameters(SphinxPostTransform):
    """Name the fold of the parameters of a page, which would say "Show code" like the next one."""

    default_priority = 198  # before myst-nb folds the cells
    formats = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Name the fold of each cell of parameters."""
        for cell in self.document.findall(nodes.container):
            if "tag_parameters" in cell["classes"]:
                cell["prompt_show"] = "Parameters of this page"
                cell["prompt_hide"] = "Hide parameters"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_post_transform(NameParameters)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
