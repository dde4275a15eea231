"""What the book asks of Sphinx beyond its theme: maths offline, no thebe, alt text of figures."""

from __future__ import annotations

import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx

MATHJAX = "tex-svg.js"  #: MathJax in one file; it draws its glyphs and fetches no fonts


class AltText:
    """Gives figures the alternative text that is computed beside them.

    A notebook passes it along with the figure:
    ``display(fig, metadata={"image/svg+xml": {"alt": "..."}})``.
    """

    mime_priority_overrides: ClassVar[list[tuple[str, str, int | None]]] = []

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer,
        data: MimeData,
        inline: bool,  # noqa: ARG004 - part of the plugin's interface
    ) -> list[nodes.Element] | None:
        """Render an image that has alternative text; leave everything else to myst-nb."""
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if not alt or not data.mime_type.startswith("image/"):
            return None
        images: list[nodes.Element] = renderer.render_image(data)
        for image in images:
            image["alt"] = alt
        return images


def mathjax() -> Path:
    """Return MathJax's one file within the package that brings it."""
    package = distribution("sphinx-mathjax-offline")
    for file in package.files or ():
        if file.match(f"mathjax/{MATHJAX}"):
            return Path(str(package.locate_file(file)))
    raise FileNotFoundError(f"sphinx-mathjax-offline has no {MATHJAX}")


def use_own_mathjax(app: Sphinx, _config: Any) -> None:
    """Point pages to the copy of MathJax that travels with the book."""
    app.config.mathjax_path = MATHJAX


def without_thebe(app: Sphinx, _config: Any) -> None:
    """Take out thebe, which Jupyter Book always loads.

    Its scripts are for running cells on somebody else's server, and fail on every page.
    """
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            if listener.handler.__module__ == "sphinx_thebe":
                app.disconnect(listener.id)
    styles = app.registry.css_files
    styles[:] = [style for style in styles if "thebe" not in style[0]]


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy MathJax into the finished book."""
    if error is None and app.builder.format == "html":
        shutil.copyfile(mathjax(), Path(app.outdir) / "_static" / MATHJAX)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", use_own_mathjax)
    app.connect("config-inited", without_thebe)
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
