"""Icons of the theme, reduced to those that pages of the book show.

The theme brings two thousand icons twice: as a script of 1.5 MB that every page loads, and as fonts
with their style sheet. The fonts suffice, and of these a handful of glyphs. They are put into the
style sheet itself, since a browser that opens a page from the disk may refuse fonts in other files.
"""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from collections.abc import Iterable, Set
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from sphinx.application import Sphinx

SCRIPT = re.compile(r'\s*<script [^>]*src="[^"]*scripts/fontawesome\.js[^"]*"></script>')

#: A rule that gives icons their character: ``.fa-list:before,.fa-bars:before{content:"..."}``.
_RULE = re.compile(
    r'(?P<selectors>(?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\(?P<character>[0-9a-f]+)"\}'
)
_FACE = re.compile(
    r"@font-face\{font-display:block;font-family:(?P<family>[^;]+);[^}]*"
    r"src:url\([^)]*/(?P<stem>fa-[a-z]+-\d+)\.woff2\)[^}]*\}"
)
_CLASS = re.compile(r"\bfa(?:-[a-z0-9-]+|[bsr]\b)")

#: A rule that draws an icon by its own name, as that of an admonition, sought from brace to brace:
#: from each character, thousands of selectors would take seconds. How such a name is defined, by
#: another name or by a character. And what elements of pages have as their classes.
_DRAWN = re.compile(
    r"(?<![^{}])(?P<selectors>[^{}]+)\{[^{}]*content:var\(--pst-icon-(?P<name>[a-z-]+)\)"
)
_DEFINED = re.compile(
    r'--pst-icon-(?P<name>[a-z-]+):(?:var\(--pst-icon-(?P<other>[a-z-]+)\)|"(?P<character>[^"]+)")'
)
_CLASSES = re.compile(r'\bclass="([^"]*)"')

#: Classes that show an icon in the font of a style; the short ones are older names.
_STYLES = {
    "fa-brands": ("fa-brands", "fab"),
    "fa-regular": ("fa-regular", "far"),
    "fa-solid": ("fa-solid", "fas"),
}


def icon_names(pages: Iterable[str]) -> set[str]:
    """Return the class names of icons on pages, such as ``fa-list``, and of their styles."""
    return {name for page in pages for name in _CLASS.findall(page)}


def class_names(pages: Iterable[str]) -> set[str]:
    """Return the names of all classes on pages, such as ``admonition``."""
    return {name for page in pages for names in _CLASSES.findall(page) for name in names.split()}


def reduce_icons(sheet: str, used: Set[str], fonts: Path) -> str:
    """Return the theme's style sheet with the icons that are used, and with their glyphs in it.

    Parameters
    ----------
    sheet
        Contents of the style sheet.
    used
        Class names on the pages, of icons and of what a rule of the style sheet draws icons in.
    fonts
        Folder with the fonts.
    """
    kept = _drawn_characters(sheet, used)
    # The rules that draw in admonitions name the font of this style, without its class.
    styles = used | {"fa-solid"} if kept else used

    def keep(rule: re.Match[str]) -> str:
        names = re.findall(r"\.(fa-[a-z0-9-]+):", rule["selectors"])
        if used.isdisjoint(names):
            return ""
        character = rule["character"]
        kept.append(chr(int(character, 16)))
        return rule[0].removesuffix("}") + f';content:"\\{character}"/""}}'

    def embed(face: re.Match[str]) -> str:
        style, _, weight = face["stem"].rpartition("-")
        if styles.isdisjoint(_STYLES[style]):
            return ""
        font = TTFont(_font_file(fonts, face["stem"]), recalcTimestamp=False)
        content = b64encode(_subset(font, kept)).decode()
        return (
            f"@font-face{{font-family:{face['family']};font-style:normal;font-weight:{weight};"
            f'src:url(data:font/woff;base64,{content}) format("woff")}}'
        )

    return _FACE.sub(embed, _RULE.sub(keep, _without_words(sheet)))


def _characters(sheet: str) -> dict[str, str]:
    """Return the character of each icon that a style sheet has a name for."""
    defined = {rule["name"]: rule for rule in _DEFINED.finditer(sheet)}
    characters = {}
    for name, rule in defined.items():
        last: re.Match[str] | None = rule
        while last is not None and last["other"]:
            last = defined.get(last["other"])
        if last is not None:
            characters[name] = last["character"]
    return characters


def _drawn_characters(sheet: str, used: Set[str]) -> list[str]:
    """Return the characters of icons whose rules apply to pages with these class names."""
    characters = _characters(sheet)
    return [
        characters[rule["name"]]
        for rule in _DRAWN.finditer(sheet)
        if rule["name"] in characters
        and any(
            used >= set(re.findall(r"\.([\w-]+)", selector))
            for selector in rule["selectors"].split(",")
        )
    ]


def _without_words(sheet: str) -> str:
    """Return the style sheet with icons of admonitions and the like that nothing is read out for.

    An older browser does not know a content with another text, and keeps the one before.
    """
    characters = _characters(sheet)

    def silence(rule: re.Match[str]) -> str:
        character = characters.get(rule["name"])
        if character is None:
            return rule[0]
        return rule[0].replace(
            f"content:var(--pst-icon-{rule['name']})",
            f'content:"{character}";content:"{character}"/""',
        )

    return _DRAWN.sub(silence, sheet)


def _font_file(fonts: Path, stem: str) -> Path:
    """Return the file of a font; newer themes have WOFF2 alone, which needs brotli to be read."""
    plain = fonts / f"{stem}.ttf"
    return plain if plain.is_file() else plain.with_suffix(".woff2")


def _subset(font: TTFont, characters: Iterable[str]) -> bytes:
    """Return a font with these characters only, in WOFF format."""
    options = subset.Options(flavor="woff", notdef_outline=False, glyph_names=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    font.flavor = "woff"
    with BytesIO() as file:
        font.save(file)
        return file.getvalue()


def keep_used_icons(app: Sphinx, error: Exception | None) -> None:
    """Reduce the icons of a finished book to those on its pages."""
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    used: set[str] = set()
    for page in sorted(Path(app.outdir).rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        used |= icon_names([text]) | class_names([text])
        if SCRIPT.search(text):
            page.write_text(SCRIPT.sub("", text), encoding="utf-8")
    fonts = static / "vendor" / "fontawesome"
    reduced = reduce_icons(sheet.read_text(encoding="utf-8"), used, fonts / "webfonts")
    sheet.write_text(reduced, encoding="utf-8")
    (static / "scripts" / "fontawesome.js").unlink()
    shutil.rmtree(fonts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # Before the theme's fonts in this format are removed.
    app.connect("build-finished", keep_used_icons, priority=300)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
