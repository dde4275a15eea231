"""SVG pictures: small, with their own font, and with a colour for each on a dark page."""

import io
import re
from base64 import b64decode

import pytest
from fontTools.ttLib import TTFont
from lxml import etree

from tests.figures.test_palette import contrast
from tisstats.book.downloads import figures
from tisstats.book.downloads.svg import size
from tisstats.figures import course_bar, interval_forest
from tisstats.figures.layout import Layout
from tisstats.figures.palette import ALERT, DARK, INK, MUTED, PAPER, SMALL_SIZE, TINT
from tisstats.statistics import proportion_interval

GROUPS = {"improved <“&”>": 8, "not improved": 11}
ROWS = [interval_forest.IntervalRow("–", proportion_interval(8, 19), True, True)]
SVG = "{http://www.w3.org/2000/svg}"
FONT = re.compile(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]+)\)")


@pytest.fixture(scope="module", params=Layout)
def layout(request):
    return request.param


@pytest.fixture(scope="module")
def picture(layout):
    return figures.svg(course_bar.draw(GROUPS, layout=layout))


@pytest.fixture(scope="module")
def root(picture):
    return etree.fromstring(picture.encode())


def test_a_picture_has_the_width_that_it_is_drawn_for(picture, layout):
    width, height = size(picture)
    assert width == layout.value
    assert 100 < height < 400


def test_a_picture_without_its_size_is_refused():
    with pytest.raises(ValueError, match="width and height in points"):
        size("<svg>")


def test_text_is_text_of_at_least_the_smallest_size(root):
    texts = root.findall(f".//{SVG}text")
    assert "improved <“&”>" in ["".join(text.itertext()) for text in texts]
    assert min(float(text.get("font-size")) for text in texts) == pytest.approx(SMALL_SIZE)
    # 11 pixels of a page, on which 96 are an inch, as 72 points are.
    assert pytest.approx(11) == SMALL_SIZE * 96 / 72


def test_the_font_has_every_letter_and_few_others(picture, root):
    fonts = {weight: TTFont(io.BytesIO(b64decode(data))) for weight, data in FONT.findall(picture)}
    assert set(fonts) == {"400", "700"}
    for weight, font in fonts.items():
        drawn = {
            letter
            for text in root.iter(f"{SVG}text")
            if text.get("font-weight", "400") == weight
            for letter in "".join(text.itertext())
        }
        assert {chr(code) for code in font.getBestCmap()} == drawn


def test_every_colour_has_its_counterpart_on_a_dark_page(root):
    (style,) = root.findall(f"{SVG}style")
    _, _, dark = style.text.partition("@media screen and (prefers-color-scheme:dark)")
    used = {
        (name, element.get(name))
        for element in root.iter()
        for name in ("fill", "stroke")
        if element.get(name, "none") != "none" and "url(" not in element.get(name)
    }
    assert used
    for name, colour in used:
        counterpart = {light.lower(): shade.lower() for light, shade in DARK.items()}[colour]
        assert f'[{name}="{colour}"]{{{name}:{counterpart}}}' in dark


def test_a_mark_takes_its_colour_from_its_use(layout):
    drawn = figures.svg(interval_forest.draw(ROWS, layout=layout))
    root = etree.fromstring(drawn.encode())
    uses = root.findall(f".//{SVG}use")
    assert all(use.get("stroke") and use.get("fill") for use in uses)
    outlines = [path for path in root.iter(f"{SVG}path") if path.get("id")]
    assert outlines
    assert [path.attrib.keys() for path in outlines] == [["id", "d"]] * len(outlines)


def test_nothing_is_asked_for_from_elsewhere(picture):
    assert "<!DOCTYPE" not in picture
    assert set(re.findall(r'https?://[^"<\s]+', picture)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_the_same_figure_gives_the_same_picture(picture, layout):
    assert figures.svg(course_bar.draw(GROUPS, layout=layout)) == picture


@pytest.mark.parametrize("text", [INK, MUTED, ALERT])
@pytest.mark.parametrize("background", [PAPER, TINT])
def test_text_is_legible_on_a_dark_page_too(text, background):
    assert contrast(text, background) >= 4.5
    assert contrast(DARK[text], DARK[background]) >= 4.5


def test_colours_stay_different_on_a_dark_page():
    assert len(set(DARK.values())) == len(DARK)
