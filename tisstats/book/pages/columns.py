"""How the columns of a table are set: numbers on their decimal mark, and what its width asks for.

A page must align numbers without a script, and a cell must stay one text, which can be searched,
copied and read aloud. So cells are padded: what a number lacks compared with the others of its
column goes into an attribute, which the style sheet sets out invisibly. All digits are equally wide
there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

#: Cells of up to this many characters are not wrapped, such as an interval.
SHORT = 22

#: Characters of a line of sentences on a desktop, at least.
_LINE = 28

#: Pixels of a phone 375 wide that a table has, and those it takes there, as its style sheet says:
#: a letter of a cell and of a head, the space right of a column, the most of row labels, the least
#: of longer ones, of sentences, and of explanations in the last column. Scripts measure again: it
#: is what a reader without them sees.
_PHONE, _LETTER, _BOLD, _SPACE = 343, 7.3, 8.2, 13
_LABELS, _LABEL, _WORDS, _EXPLAINED = 142, 112, 136, 384

#: Pixels of a desktop: the column of the text, the same with the margin, a letter of a cell and of
#: a head, the space right of a column.
_TEXT_COLUMN, _WITH_MARGIN, _DESKTOP_LETTER, _DESKTOP_BOLD, _DESKTOP_SPACE = 688, 928, 7.7, 8.7, 18

#: Rows with more numbers or words than this are compared down the columns, also on a phone, if
#: the table has more of them than anyone reads card by card.
_MOST_TERSE, _MOST_CARDS = 3, 160

#: Share of the cells of a column that must be numbers.
_NUMERIC_SHARE = 0.6

_NUMBER = r"((?:[<>≤≥] ?)?[+\-−–]?)(\d+)(\.\d+)?"
_ONE = re.compile(rf"{_NUMBER}(%?)")
_TWO = re.compile(rf"{_NUMBER}(%? \(| to | of |–){_NUMBER}(%?\)?)")
_LEADING = re.compile(rf"{_NUMBER}(\D.*)")
_DASH = re.compile("()([–—])()()")

#: A sign or a comparison, and a digit.
_STARTS_WITH_NUMBER = re.compile(r"[<>≤≥+\-−–]?\s*\d")

#: Where a name may break.
_UNDERSCORE = re.compile("(?<=[A-Za-z])_")

#: Where a line may end.
_LINE_END = re.compile(r"\s+|(?<=[-–—])")


class Alignment(StrEnum):
    """How a column is set; the values are its classes in the page."""

    TEXT = ""
    NUMBERS = "n"  #: to the right, all decimal marks below one another
    LEADING = "q"  #: to the left, the marks of the first numbers below one another


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it goes into a page."""

    html: Markup
    classes: str  #: of the cell, may be empty
    after: str = ""  #: what it lacks at its right, set out invisibly
    lacks: int = 0  #: characters that are set out invisibly


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it goes into a page."""

    head: str
    alignment: Alignment
    texts: Sequence[str]  #: the cells as they are printed
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is printed, in the parts that are aligned."""

    lead: str  #: sign or comparison
    whole: str
    fraction: str  #: with the decimal point; empty for a whole number
    joint: str = ""  #: what stands between it and the next part


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A cell that starts with a number, in its parts."""

    first: _Number
    second: _Number | None = None
    rest: str = ""  #: what follows, such as quartiles in brackets


def breakable(text: object) -> Markup:
    """Return a text as HTML whose names may break after an underscore, not within a word or number.

    >>> print(breakable("mmt_max < 260, 03_primary_outcome"))
    mmt_<wbr>max &lt; 260, 03_primary_<wbr>outcome
    """
    return Markup(_UNDERSCORE.sub("_<wbr>", escape(text)))


def starts_with_number(text: str) -> bool:
    """Return whether a row's label needs the head of its column where that is not seen.

    >>> starts_with_number("12"), starts_with_number("\N{MINUS SIGN}4 to 4")
    (True, True)
    >>> starts_with_number("Week 12")
    False
    """
    return bool(_STARTS_WITH_NUMBER.match(text))


def set_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """Return the columns of a table, numbers aligned.

    Parameters
    ----------
    heads
        Names of the columns; the first heads the rows, and is always set to the left.
    rows
        Cells by row, as they are printed.

    Examples
    --------
    >>> _, size = set_columns(["Size", "cm"], [["small", "9.5"], ["large", "12"]])
    >>> size.alignment.name, [cell.after for cell in size.cells]
    ('NUMBERS', ['', '.0'])
    """
    cells = list(zip(*rows, strict=True)) or [()] * len(heads)
    stub, *others = (
        _set_column(head, texts, heads_rows=not place)
        for place, (head, texts) in enumerate(zip(heads, cells, strict=True))
    )
    return [stub, *others]


class OnPhone(StrEnum):
    """How a phone shows a table; the values are its classes in the page."""

    TABLE = ""
    CARDS = "cards"  #: each row by itself, with a label before each cell
    SCROLLS = "scrolls"  #: sideways, with a shadow: more rows of numbers than anyone reads as cards


def on_phone(columns: Sequence[Column]) -> OnPhone:
    """Return how a phone shows a table: as cards if it is too wide, but for long lists of numbers.

    Examples
    --------
    >>> cells = ["a", *["12.3 (45.6 to 78.9)"] * 3]
    >>> [on_phone(set_columns(["H"] * size, [cells[:size]])).name for size in (2, 3, 4)]
    ['TABLE', 'TABLE', 'CARDS']
    """
    if len(columns) <= 2 or _width_on_phone(columns) <= _PHONE:
        return OnPhone.TABLE
    terse = sum(_is_terse(column) for column in columns[1:])
    many = terse > _MOST_TERSE and terse * len(columns[0].cells) > _MOST_CARDS
    return OnPhone.SCROLLS if many else OnPhone.CARDS


def _is_terse(column: Column) -> bool:
    return column.alignment != Alignment.TEXT or max(map(len, column.texts), default=0) <= SHORT


def _width_on_phone(columns: Sequence[Column]) -> float:
    """Return the pixels that a table takes on a phone, about, if all lines end where they can."""
    labels, *others = columns
    label = max(_longest_word(labels.texts), _BOLD / _LETTER * _longest_word([labels.head]))
    least = _LABEL if any(len(text) > SHORT for text in labels.texts) else 0
    widths: list[float] = [min(max(_LETTER * label + _SPACE, least), _LABELS)]
    for place, column in enumerate(others, 2):
        whole, wrapped = [0], []
        for text, cell in zip(column.texts, column.cells, strict=True):
            if cell.classes:
                whole.append(len(text) + cell.lacks)
            else:
                wrapped.append(text)
        least = _EXPLAINED if place == len(columns) > 2 else _WORDS
        letters = _LETTER * max(max(whole), _longest_word(wrapped))
        head = _BOLD * _longest_word([column.head])
        widths.append(max(letters + _SPACE, head + _SPACE, least if wrapped else 0))
    return sum(widths) - _SPACE


def _longest_word(texts: Iterable[str]) -> int:
    return max((len(word) for text in texts for word in _LINE_END.split(text)), default=0)


def needs_margin(columns: Sequence[Column]) -> bool:
    """Return whether a table is too wide for the column of the text on a desktop."""
    return _width_on_desktop(columns, _LINE) > _TEXT_COLUMN


def needs_density(columns: Sequence[Column]) -> bool:
    """Return whether a table is too wide on a desktop even with the margin: it is set closer."""
    return _width_on_desktop(columns, 0) > _WITH_MARGIN


def _width_on_desktop(columns: Sequence[Column], line: int) -> float:
    """Return the pixels that a table takes on a desktop, about.

    Parameters
    ----------
    line
        Characters of a line of sentences, at least; they are never narrower than a word.
    """
    widths = []
    for column in columns:
        cells = (
            len(text) + cell.lacks
            if cell.classes
            else max(min(len(text), line), _longest_word([text]))
            for text, cell in zip(column.texts, column.cells, strict=True)
        )
        head = _DESKTOP_BOLD * _longest_word([column.head])
        widths.append(max(head, _DESKTOP_LETTER * max(cells, default=0)))
    return sum(widths) + _DESKTOP_SPACE * (len(widths) - 1)


def _set_column(head: str, texts: Sequence[str], *, heads_rows: bool) -> Column:
    parsed = [_parse(text) for text in texts]
    shown = [one for one, text in zip(parsed, texts, strict=True) if text.strip()]
    numbers = [one for one in shown if one is not None]
    found = [one for one in numbers if one.first.whole.isdigit()]
    # The label of a row is a number only if all are.
    least = 1 if heads_rows else _NUMERIC_SHARE
    if not found or len(numbers) < least * len(shown):
        return Column(head, Alignment.TEXT, texts, [_text_cell(text) for text in texts])
    joints = {one.first.joint for one in found if one.second}
    plain = not any(one.rest for one in found) and len(joints) <= 1 and not _starts_alike(shown)
    alignment = Alignment.NUMBERS if plain and not heads_rows else Alignment.LEADING
    widest = _widest(found)
    pad = _pad_right if alignment is Alignment.NUMBERS else _pad_left
    cells = [
        _text_cell(text, alignment) if one is None else pad(one, widest)
        for one, text in zip(parsed, texts, strict=True)
    ]
    return Column(head, alignment, texts, cells)


def _starts_alike(cells: Sequence[_Parsed | None]) -> bool:
    """Return whether cells are read from their start: differences or pairs among words, ranges.

    Words set to the right of such a column would run into the one before; and ranges of scales that
    all start at zero have nothing to align but that.
    """
    found = [one for one in cells if one is not None and one.first.whole.isdigit()]
    pairs = [one for one in found if one.second]
    signed = any(one.first.lead in {"+", "−"} for one in found)
    if len(found) < len(cells) and None in cells:
        return bool(pairs) or signed
    ranges = len(pairs) == len(found) and all(one.first.joint == " to " for one in pairs)
    return ranges and {one.first.whole + one.first.fraction for one in pairs} == {"0"}


def _text_cell(text: str, alignment: Alignment = Alignment.TEXT) -> Cell:
    """Return a cell of words; a short one stands below the numbers of its column."""
    return Cell(breakable(text), (alignment or "short") if len(text) <= SHORT else "")


def _parse(text: str) -> _Parsed | None:
    """Return the parts of a short cell that starts with a number or is a dash, else None."""
    if found := _ONE.fullmatch(text) or _DASH.fullmatch(text):
        lead, whole, fraction, unit = found.groups(default="")
        return _Parsed(_Number(lead, whole, fraction, unit))
    if found := _TWO.fullmatch(text):
        lead, whole, fraction, joint, *second = found.groups(default="")
        return _Parsed(_Number(lead, whole, fraction, joint), _Number(*second))
    found = _LEADING.fullmatch(text)
    if not found or (len(text) > SHORT and not found[4].startswith(" (")):
        return None
    lead, whole, fraction, rest = found.groups(default="")
    return _Parsed(_Number(lead, whole, fraction), rest=rest)


def _widest(cells: Sequence[_Parsed]) -> _Parsed:
    """Return the longest of each part of the cells of a column."""
    seconds = [one.second for one in cells if one.second]
    firsts = [one.first for one in cells]
    return _Parsed(_longest(firsts), _longest(seconds) if seconds else None)


def _longest(numbers: Sequence[_Number]) -> _Number:
    return _Number(
        *(
            max((getattr(number, part) for number in numbers), key=len)
            for part in ("lead", "whole", "fraction", "joint")
        )
    )


def _pad_right(cell: _Parsed, widest: _Parsed) -> Cell:
    """Return a cell that is set to the right: what it lacks there, and in the middle."""
    first, second = cell.first, cell.second
    lacks = _lacking_fraction(first, widest.first)
    start = f"{first.lead}{first.whole}{first.fraction}"
    if second is None or widest.second is None:
        after = lacks + widest.first.joint[len(first.joint) :]
        if widest.second:
            after += "".join(_digits(part) for part in _parts(widest.second))
        return Cell(escape(start + first.joint), "n", after, len(after))
    end = escape("".join(_parts(second)))
    missing = _lacking_lead(second, widest.second)
    if first.joint.endswith("("):
        # The bracket keeps close to its number.
        html = escape(start) + _padded(escape(first.joint) + end, lacks + missing)
    else:
        html = escape(start) + _padded(escape(first.joint), lacks) + _padded(end, missing)
    after = _lacking_fraction(second, widest.second) + widest.second.joint[len(second.joint) :]
    return Cell(html, "n", after, len(after) + len(lacks) + len(missing))


def _pad_left(cell: _Parsed, widest: _Parsed) -> Cell:
    """Return a cell that is set to the left, with what it lacks there."""
    first = cell.first
    start = escape(f"{first.lead}{first.whole}{first.fraction}")
    rest = first.joint + ("".join(_parts(cell.second)) if cell.second else cell.rest)
    lacks = _lacking_lead(first, widest.first)
    return Cell(_padded(start, lacks) + escape(rest), "q", lacks=len(lacks))


def _parts(number: _Number) -> tuple[str, str, str, str]:
    return number.lead, number.whole, number.fraction, number.joint


def _lacking_lead(number: _Number, widest: _Number) -> str:
    lead = widest.lead[len(number.lead) :]
    return lead + "0" * (len(widest.whole) - len(number.whole))


def _lacking_fraction(number: _Number, widest: _Number) -> str:
    return _digits(widest.fraction[len(number.fraction) :])


def _digits(text: str) -> str:
    """Return a text with all digits alike, which makes more files equal."""
    return re.sub(r"\d", "0", text)


def _padded(html: Markup, before: str) -> Markup:
    return Markup('<span data-before="{}">{}</span>').format(before, html) if before else html
