"""Figures as SVG, PDF and PNG, the same bytes for the same figure.

They are made where the figure is, in the notebook's kernel; pages and files get them from there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from tisstats.book.downloads.svg import UNUSED_TABLES, compact

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Resolution of PNG files, in dots per inch: what journals ask of figures.
DOTS_PER_INCH = 300

#: Fixes the ids inside an SVG.
_SALT = "tisstats"

_COLOURS = 256


def _saving(settings: dict[Any, Any]) -> AbstractContextManager[None]:
    """Set how files are saved, with the defaults of Matplotlib for what is not given.

    Settings of one's own, such as ``savefig.bbox: tight``, would crop and colour the files.
    """
    own = ("savefig.", "svg.", "pdf.")
    usual: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if name.startswith(own)
    }
    return mpl.rc_context({**usual, **settings})


def svg(figure: Figure) -> str:
    """Return a figure as SVG, for light and dark pages."""
    settings = {"svg.hashsalt": _SALT, "svg.fonttype": "none"}
    with io.StringIO() as file, _saving(settings):
        figure.savefig(file, format="svg", metadata={"Date": None})
        return compact(file.getvalue())


def pdf(figure: Figure) -> bytes:
    """Return a figure as PDF, with text that can be searched and edited."""
    undated = {"CreationDate": None, "Creator": None, "Producer": None}
    with io.BytesIO() as file, _saving({"pdf.fonttype": 42}), _fonts_without_layout():
        figure.savefig(file, format="pdf", metadata=undated)
        return file.getvalue()


@contextmanager
def _fonts_without_layout() -> Iterator[None]:
    """Let Matplotlib leave tables out of the fonts that it embeds.

    A PDF places each letter by itself. To shrink the rules for ligatures and kerning as well takes
    as long as all the rest of a file, and to read them a fifth of that: they go before.
    """
    from fontTools import subset  # type: ignore[import-untyped]

    load = subset.load_font

    def load_without_layout(*given: Any, **options: Any) -> Any:
        font = load(*given, **options)
        for table in UNUSED_TABLES:
            if table in font:
                del font[table]
        return font

    subset.load_font = load_without_layout
    try:
        yield
    finally:
        subset.load_font = load


def png(figure: Figure) -> bytes:
    """Return a figure as PNG with a palette, a third of the size of one without."""
    from PIL import Image

    with io.BytesIO() as drawn, io.BytesIO() as file, _saving({}):
        figure.savefig(drawn, format="rgba", dpi=DOTS_PER_INCH)
        width, height = map(int, figure.get_size_inches() * DOTS_PER_INCH)
        image = Image.frombytes("RGBA", (width, height), drawn.getvalue())
        # This choice of colours keeps white white, unlike the others.
        flat = image.convert("RGB").quantize(
            _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        flat.save(file, format="png", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
        return file.getvalue()
