"""SVG pictures that are small, and legible on a light and on a dark page.

matplotlib's SVG is rewritten: colours and fonts become attributes, numbers are rounded, names that
nothing refers to go. Text stays text, in a font that comes with the picture and has only the
letters that it needs, so that it looks the same everywhere and takes a third of the space of
outlines. A style sheet in the picture changes its colours on a dark page: browsers decide by the
``color-scheme`` of the page around it. Editors do not know this rule, and see the plain colours.

References
----------
CSS Color Adjustment Module Level 1, 2.2: a picture that is embedded has the colour scheme of the
element that embeds it.
"""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from tisstats.figures.palette import DARK

#: Class of the picture; its rules hold for nothing else, should it be put into a page as it is.
_CLASS = "tisstats"

_FAMILY = "DejaVu Sans"
#: Where the font that comes with a picture is not read: one of almost the same widths.
_FONTS = f"{_FAMILY}, Verdana, sans-serif"
_FILES = {"400": "DejaVuSans.ttf", "700": "DejaVuSans-Bold.ttf"}

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
#: A step of a path, all in absolute coordinates, as matplotlib writes them.
_COMMAND = re.compile(r"([MLCQz])([^MLCQz]*)")
_REFERENCE = re.compile(r"#([\w-]+)")
#: What every text has, or what is so without being said.
_IMPLIED = {
    ("font-family", f"'{_FAMILY}'"),
    ("font-weight", "400"),
    ("font-style", "normal"),
    ("text-anchor", "start"),
    ("stroke-linecap", "butt"),
    ("stroke-opacity", "1"),
    ("fill-opacity", "1"),
}
_PIXELS_PER_POINT = 96 / 72


def compact(drawn: str) -> str:
    """Return matplotlib's SVG of a figure, small and for light and dark pages.

    Parameters
    ----------
    drawn
        SVG with text as text (``svg.fonttype`` is ``none``).
    """
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    root = etree.fromstring(drawn.encode(), parser)
    for element in list(root.iter(f"{_SVG}metadata", f"{_SVG}style")):
        element.getparent().remove(element)
    for element in root.iter():
        _simplify(element)
    _drop_unused_names(root)
    _colour_uses(root)
    _unwrap_groups(root)
    root.set("class", _CLASS)
    root.set("font-family", _FONTS)
    root.set("stroke-linejoin", "round")
    style = etree.Element(f"{_SVG}style")
    style.text = "".join([*_font_faces(root), _rules(root)])
    root.insert(0, style)
    etree.cleanup_namespaces(root)
    svg: str = etree.tostring(root, encoding="unicode")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + svg


def size(svg: str) -> tuple[int, int]:
    """Return the width and height of an SVG in pixels of a page.

    Raises
    ------
    ValueError
        If the picture does not say its size in points.

    Examples
    --------
    >>> size('<svg width="516pt" height="90pt">')
    (688, 120)
    """
    found = re.search(r'<svg [^>]*\bwidth="([\d.]+)pt"', svg)
    tall = re.search(r'<svg [^>]*\bheight="([\d.]+)pt"', svg)
    if found is None or tall is None:
        raise ValueError(f"an SVG must say its width and height in points, got {svg[:200]!r}")
    wide, high = (round(float(each[1]) * _PIXELS_PER_POINT) for each in (found, tall))
    return wide, high


def _simplify(element: etree._Element) -> None:
    """Turn styles into attributes, and round numbers."""
    for declaration in filter(None, (element.attrib.pop("style", "")).split(";")):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if (name, value) not in _IMPLIED:
            element.set(name, value.removesuffix("px"))
    if element.tag == f"{_SVG}text" and "rotate(-0 " in element.get("transform", ""):
        del element.attrib["transform"]
    for name, value in element.attrib.items():
        if name in {"id", _HREF, "fill", "stroke", "clip-path"}:
            continue
        rounded = _NUMBER.sub(_round, str(value))
        if name == "d":
            rounded = _shorten(rounded)
        element.set(name, rounded)


def _shorten(path: str) -> str:
    """Return the data of a path in short: level and upright lines by one number, none twice.

    >>> _shorten("M 0 1 L 5 1 L 5 9 L 5 9 L 5 11 L 6 10 z")
    'M0 1H5V11L6 10z'
    """
    short: list[str] = []
    at: tuple[float, ...] = ()  # where the path is
    before: tuple[float, ...] = ()  # where its last step began
    for command, numbers in _COMMAND.findall(path):
        words = numbers.split()
        to = tuple(map(float, words[-2:]))
        step = command + " ".join(words)
        if command == "L" and to == at:
            continue
        if command == "L" and to[1] == at[1]:
            step = f"H{words[0]}"
        elif command == "L" and to[0] == at[0]:
            step = f"V{words[1]}"
        if short and step[0] == short[-1][0] and _goes_on(before, at, to, step[0]):
            short[-1] = step
        else:
            short.append(step)
            before = at
        # A closed path goes back to where it began: what follows is a new one.
        at = to
    return "".join(short)


def _goes_on(
    before: tuple[float, ...], at: tuple[float, ...], to: tuple[float, ...], command: str
) -> bool:
    """Return whether a level or upright step continues the one before, in its direction."""
    if command not in "HV":
        return False
    axis = "HV".index(command)
    return (at[axis] - before[axis]) * (to[axis] - at[axis]) > 0


def _round(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _drop_unused_names(root: etree._Element) -> None:
    used = {
        name
        for element in root.iter()
        for attribute, value in element.attrib.items()
        if attribute == _HREF or "url(" in str(value)
        for name in _REFERENCE.findall(str(value))
    }
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _colour_uses(root: etree._Element) -> None:
    """Move the looks of a mark from its outline to each of its uses.

    A rule of a style sheet that names the picture does not reach an outline that is used.
    """
    outlines = {f"#{path.get('id')}": path for path in root.iter(f"{_SVG}path") if path.get("id")}
    looks = {
        name: {key: value for key, value in path.attrib.items() if key not in {"id", "d"}}
        for name, path in outlines.items()
    }
    for use in root.iter(f"{_SVG}use"):
        for key, value in looks[use.get(_HREF)].items():
            outlines[use.get(_HREF)].attrib.pop(key, None)
            if key not in use.attrib:
                use.set(key, value)


def _unwrap_groups(root: etree._Element) -> None:
    """Put what is in groups without attributes in their place."""
    for group in list(root.iter(f"{_SVG}g")):
        if group.attrib:
            continue
        parent = group.getparent()
        at = parent.index(group)
        parent[at : at + 1] = list(group)


def _rules(root: etree._Element) -> str:
    """Return the rules that are not attributes, among them the colours on a dark page."""
    used = {
        (name, value.lower())
        for element in root.iter()
        for name in ("fill", "stroke")
        if (value := element.get(name, "")).startswith("#")
    }
    dark = "".join(
        f'.{_CLASS} [{name}="{light.lower()}"]{{{name}:{counterpart.lower()}}}'
        for light, counterpart in DARK.items()
        for name in ("fill", "stroke")
        if (name, light.lower()) in used
    )
    return (
        f".{_CLASS} text{{font-kerning:none;text-rendering:geometricPrecision;white-space:pre}}"
        f"@media screen and (prefers-color-scheme:dark){{{dark}}}"
    )


def _font_faces(root: etree._Element) -> Iterator[str]:
    """Yield the fonts, each with the letters that the picture has in it."""
    for weight, file in _FILES.items():
        letters = {
            letter
            for text in root.iter(f"{_SVG}text")
            if (text.get("font-weight", "400") == weight)
            for letter in "".join(map(str, text.itertext()))
        }
        if letters:
            font = b64encode(_subset(file, "".join(sorted(letters)))).decode()
            yield (
                f'@font-face{{font-family:"{_FAMILY}";font-weight:{weight};'
                f"src:url(data:font/woff;base64,{font})}}"
            )


#: Ligatures, kerning and the like, which our text does without.
UNUSED_TABLES = ("GSUB", "GPOS", "GDEF", "kern", "FFTM")


@cache
def _subset(file: str, letters: str) -> bytes:
    """Return a font with some letters only, as WOFF."""
    import matplotlib as mpl  # takes long, and pages ask this module for sizes alone
    from fontTools import subset  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=[],
        notdef_outline=True,
        flavor="woff",
        recalc_timestamp=False,
    )
    font = TTFont(Path(mpl.get_data_path()) / "fonts" / "ttf" / file, recalcTimestamp=False)
    for table in UNUSED_TABLES:  # before the subsetter parses them, which is most of its work
        if table in font:
            del font[table]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor = "woff"
    with io.BytesIO() as written:
        font.save(written)
        return written.getvalue()
