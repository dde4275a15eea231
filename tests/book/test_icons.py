"""The icons of the theme, reduced to those that pages show."""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont

from tisstats.book.site.icons import class_names, icon_names, reduce_icons

THEME = Path(pydata_sphinx_theme.__path__[0]) / "theme" / "pydata_sphinx_theme" / "static"
FONTS = THEME / "vendor" / "fontawesome" / "webfonts"
SHEET = (THEME / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
LIST, GITHUB = 0xF03A, 0xF09B


def fonts(sheet: str) -> list[set[int]]:
    """Return the characters of each font in a style sheet."""
    contents = re.findall(r"data:font/woff;base64,([^)]+)\)", sheet)
    return [set(TTFont(BytesIO(b64decode(each))).getBestCmap()) for each in contents]


def test_names_of_icons_on_a_page():
    page = '<i class="fa-solid fa-list fa-lg"></i> <i class="fab fa-github"></i> fabric fa-'
    assert icon_names([page]) == {"fa-solid", "fa-list", "fa-lg", "fab", "fa-github"}


@pytest.mark.parametrize(
    ("page", "characters"),
    [
        ('<i class="fa-solid fa-list">', [{LIST}]),
        ('<i class="fas fa-list">', [{LIST}]),
        ('<i class="fa-brands fa-github">', [{GITHUB}]),
        ('<i class="fa-solid fa-list"><i class="fab fa-github">', [{LIST}, {GITHUB}]),
        ("no icon", []),
    ],
)
def test_the_style_sheet_has_the_glyphs_that_are_shown_and_no_other(page, characters):
    reduced = reduce_icons(SHEET, icon_names([page]), FONTS)
    assert fonts(reduced) == characters
    assert ".woff2" not in reduced
    assert ("fa-list:before" in reduced) == ("fa-list" in page)
    assert "fa-pump-medical" not in reduced


WARNING, BELL, DOWNLOAD = 0xF071, 0xF0F3, 0xF019


def test_icons_that_rules_draw_by_their_own_names_have_their_glyphs():
    page = '<div class="admonition warning"><p class="admonition-title">Mind</p></div>'
    assert class_names([page]) == {"admonition", "warning", "admonition-title"}
    (characters,) = fonts(reduce_icons(SHEET, class_names([page]), FONTS))
    assert characters == {WARNING, BELL}  # that of all admonitions, which that of warnings replaces
    (characters,) = fonts(reduce_icons(SHEET, {"reference", "download"}, FONTS))
    assert characters == {DOWNLOAD}


def test_no_icon_is_read_out():
    reduced = reduce_icons(SHEET, {"fa-solid", "fa-list", "admonition", "admonition-title"}, FONTS)
    assert '.fa-list:before{content:"\\f03a";content:"\\f03a"/""}' in reduced
    assert f'content:"{chr(BELL)}";content:"{chr(BELL)}"/""' in reduced


def test_the_book_has_the_icon_of_each_admonition_that_it_has(built_book):
    (sheet,) = built_book.rglob("pydata-sphinx-theme.css")
    assert WARNING in fonts(sheet.read_text(encoding="utf-8"))[0]


def test_all_else_in_the_style_sheet_stays():
    reduced = reduce_icons(SHEET, {"fa-solid", "fa-list"}, FONTS)
    rest = re.sub(r"@font-face\{[^}]*\}|(\.fa-[a-z0-9-]+:before,?)+\{content:[^}]*\}", "", SHEET)
    assert re.sub(r"@font-face\{[^}]*\}|\.fa-list:before.*?\}", "", reduced).endswith(rest[-5000:])
    assert ".fa-lg{" in reduced


def test_a_book_has_no_script_and_no_file_for_icons(tiny_book):
    files = {path.name for path in tiny_book.html.rglob("fontawesome*")}
    assert files == {"fontawesome.js.LICENSE.txt"}
    assert not list(tiny_book.html.rglob("*.woff*"))
    for page in tiny_book.html.rglob("*.html"):
        assert "fontawesome" not in page.read_text(encoding="utf-8"), page.name
    (sheet,) = tiny_book.html.rglob("pydata-sphinx-theme.css")
    (found,) = fonts(sheet.read_text(encoding="utf-8"))
    assert 0xF002 in found  # the magnifying glass of the search
