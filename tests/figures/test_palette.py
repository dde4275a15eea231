import io
from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb

from tisstats.figures import course_bar
from tisstats.figures.palette import BLUE, CATEGORY_COLOURS, INK, MUTED, PAPER, TINT, style

GROUPS = {"improved": 8, "not improved": 11}


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("background", [PAPER, TINT])
@pytest.mark.parametrize("text", [INK, MUTED])
def test_text_has_the_contrast_of_wcag_aa(text, background):
    assert contrast(text, background) >= 4.5


def test_white_on_the_main_colour_has_the_contrast_of_wcag_aa():
    assert contrast(PAPER, BLUE) >= 4.5


def test_colours_are_all_different():
    assert all(one != other for one, other in combinations(CATEGORY_COLOURS, 2))


def test_style_leaves_the_settings_of_the_user_alone():
    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["font.family"] == ["DejaVu Sans"]
    course_bar.draw(GROUPS)
    assert dict(mpl.rcParams) == before


def svg(figure):
    with io.BytesIO() as file, mpl.rc_context({"svg.hashsalt": "fixed"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()


def test_figure_is_the_same_whatever_the_settings_of_the_user():
    plain = svg(course_bar.draw(GROUPS))
    with mpl.rc_context({"font.size": 30, "font.family": "serif", "axes.facecolor": "black"}):
        figure = course_bar.draw(GROUPS)
    assert svg(figure) == plain


def test_background_is_opaque_white():
    assert course_bar.draw(GROUPS).get_facecolor() == (1, 1, 1, 1)
