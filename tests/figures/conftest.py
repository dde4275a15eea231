"""What every figure must keep to, measured on the drawn figure."""

import sys
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from tisstats.figures.layout import PAGE_LAYOUTS
from tisstats.figures.palette import SMALL_SIZE, TITLE_SIZE

SOURCE = "Published: some article, Table 2"
SLACK = 1.0  # pixels; glyphs are put on whole pixels


def visible_texts(figure):
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


@pytest.fixture
def texts():
    """Every text of a figure, on one line each."""

    def read(figure):
        return [text.get_text().replace("\n", " ") for text in visible_texts(figure)]

    return read


@pytest.fixture
def boxes():
    """The rectangles of a figure that are filled with one colour."""

    def find(figure, colour):
        drawn = [p for axes in figure.axes for p in axes.patches if isinstance(p, Rectangle)]
        return [p for p in drawn if p.get_facecolor() == colour]

    return find


@pytest.fixture
def tidy():
    """Check that a figure is legible at both widths, drawn with the arguments that follow."""

    def check(draw, *content, **settings):
        for layout in PAGE_LAYOUTS:
            figure = draw(*content, layout=layout, source=SOURCE, **settings)
            assert figure.get_figwidth() == pytest.approx(layout.width)
            check_legible(figure)
            told = sys.modules[draw.__module__].describe(*content, **settings)
            stamp = settings.get("stamp") or getattr(content[0], "stamp", "")
            check_words(figure, told, stamp)

    return check


def check_words(figure, alt, stamp=""):
    """The message is the title and begins the alternative text, after whose patients they are.

    The source is at the foot.
    """
    drawn = visible_texts(figure)
    (title,) = (text for text in drawn if text.get_fontsize() == pytest.approx(TITLE_SIZE))
    label = f"{stamp}." if stamp else ""
    assert joined(alt).startswith(joined(label + title.get_text()) + ".")
    last = min(drawn, key=lambda text: text.get_window_extent().y0)
    assert joined(last.get_text()) == joined(SOURCE)


def joined(text):
    """A text without blanks: a long word may be broken."""
    return "".join(text.split())


def check_legible(figure):
    """Nothing outside the page, nothing overlapping, nothing tiny."""
    assert isinstance(figure, Figure)
    assert figure.canvas.manager is None, "the figure belongs to pyplot"
    renderer = FigureCanvasAgg(figure).get_renderer()
    # Ticks and texts get their places by drawing; nobody looks at the pixels, which take longest.
    figure.draw_without_rendering()
    page = figure.bbox.padded(SLACK)

    drawn = visible_texts(figure)
    extents = {text: text.get_window_extent(renderer) for text in drawn}
    for text, extent in extents.items():
        name = text.get_text()
        assert text.get_fontsize() >= SMALL_SIZE - 1e-9, name
        assert page.contains(extent.x0, extent.y0), f"{name!r} leaves the canvas"
        assert page.contains(extent.x1, extent.y1), f"{name!r} leaves the canvas"
    inner = {text: extent.padded(-SLACK) for text, extent in extents.items()}
    for one, other in combinations(drawn, 2):
        assert not inner[one].overlaps(inner[other]), (
            f"{one.get_text()!r} overlaps {other.get_text()!r}"
        )
    for artist in (a for axes in figure.axes for a in (*axes.lines, *axes.patches)):
        extent = artist.get_window_extent(renderer)
        assert page.contains(extent.x0, extent.y0), f"{artist} leaves the canvas"
        assert page.contains(extent.x1, extent.y1), f"{artist} leaves the canvas"
