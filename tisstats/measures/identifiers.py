"""Identifiers of patients: what nobody sees in them, and which ones look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.normal_forms import normal_form
from tisstats.tables.cells import is_text

#: Categories of characters that are not seen: controls, formats, ends of lines and paragraphs.
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
#: Letters that fill up a syllable of Hangul, and are blank; codes that are no character.
_FILLERS = "\u115f\u1160\u3164\uffa0\ufffe\uffff"

#: Characters without a width that the spelling of some languages needs.
_JOINERS = "\u200c\u200d"

_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")

#: In what identifiers that look alike differ.
ALIKE = "differs only in leading zeros, capitals, blanks or the encoding of letters"

#: Identifiers that are compared with each other, at most: it takes memory.
_MOST_COMPARED = 200_000

#: Identifiers that are compared before more of a batch are looked at.
_COMPARED_AT_ONCE = 20_000


def unseen_characters(identifiers: pd.Series, patients: NDArray[np.int64]) -> list[str]:
    """Return, for each patient, the first character of the identifier that nobody sees, or "".

    By such a character one patient becomes two. `patients` is as `number_patients` returns it; the
    last of the result is "", for rows without a patient.

    Examples
    --------
    >>> unseen_characters(pd.Series(["P1", "P1\u200b", 7]), np.array([0, 1, 2]))
    ['', '\u200b', '', '']
    """
    if identifiers.dtype.kind in "iuf" or are_plain(identifiers):
        return [""] * (int(patients.max(initial=-1)) + 2)
    distinct = _distinct(identifiers, patients)  # as objects: NumPy would drop a null character
    if is_text(distinct):
        together = "".join(distinct)  # type: ignore[arg-type]  # is_text
        if together.isascii() and together.isprintable():
            return [""] * (len(distinct) + 1)
    return [*map(unseen_character, distinct), ""]


def are_plain(identifiers: pd.Series) -> bool:
    """Return whether text in Arrow's form has printable ASCII only; False for other columns."""
    kind = identifiers.dtype
    if not isinstance(kind, pd.StringDtype) or kind.storage != "pyarrow":
        return False
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.all(pc.ascii_is_printable(pa.array(identifiers))).as_py() is not False


def unseen_character(identifier: object) -> str:
    r"""Return the first character of an identifier that nobody sees, or an empty text.

    Blanks around it are ignored.

    >>> unseen_character(" P 1 "), unseen_character("P\x001")
    ('', '\x00')
    """
    if not isinstance(identifier, str) or (identifier.isascii() and identifier.isprintable()):
        return ""
    unseen = (
        each
        for each in identifier.strip()
        if (unicodedata.category(each) in _UNSEEN and each not in _JOINERS) or each in _FILLERS
    )
    return next(unseen, "")


def unseen_message(character: str) -> str:
    """Return what is wrong with an identifier that has such a character.

    >>> unseen_message("\u200b")
    'has a character that is not seen, U+200B; remove it'
    """
    return f"has a character that is not seen, U+{ord(character):04X}; remove it"


def plain_identifier(identifier: str) -> str:
    """Return an identifier without what spreadsheets, typing and systems change in it.

    A letter with an accent may be coded as one character, or as a letter and an accent.

    >>> plain_identifier("E-007"), plain_identifier("e -7")
    ('e-7', 'e-7')
    """
    plain = normal_form("NFKC", "".join(identifier.split())).casefold()
    return _LEADING_ZEROS.sub("", plain)


def plain_identifiers(identifiers: Sequence[str]) -> list[str]:
    """Return what `plain_identifier` does of each, all at once where they are printable ASCII.

    >>> plain_identifiers(["E-007", "e -7"])
    ['e-7', 'e-7']
    """
    together = "".join(identifiers)
    if not (identifiers and together.isascii() and together.isprintable()):
        return list(map(plain_identifier, identifiers))
    # A line for each: their only blank is a space, and no line end is among their characters.
    lines = "\n".join(identifiers).replace(" ", "").lower()
    return _LEADING_ZEROS.sub("", lines).split("\n")


class LookAlikes:
    """Identifiers that look alike, found batch by batch.

    Examples
    --------
    >>> look_alikes = LookAlikes()
    >>> look_alikes.add(pd.Series(["A1", "A1", "B"]), np.array([0, 0, 1]))
    >>> look_alikes.add(pd.Series(["a01"]), np.array([0]))
    >>> for remark in look_alikes.remarks():
    ...     print(remark[-43:])
    from 'A1': they count as different patients
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._pairs: dict[str, str] = {}
        self._more = False  # whether there are identifiers that were not compared

    def add(self, identifiers: pd.Series, patients: NDArray[np.int64]) -> None:
        """Compare the identifiers of a batch with those before; of very many, the first."""
        if self._more or identifiers.dtype.kind in "iuf":
            return
        distinct = _distinct(identifiers, patients)
        # `map` is several times faster than a loop that looks at each.
        texts: list[Any] = distinct
        if not is_text(distinct):
            texts = [given for given in distinct if isinstance(given, str)]
        names = list(filter(None, map(str.strip, texts)))
        for start in range(0, len(names), _COMPARED_AT_ONCE):
            some = names[start : start + _COMPARED_AT_ONCE]
            self._compare(some, plain_identifiers(some))
            if self._more:
                return

    def _compare(self, names: list[str], plain: list[str]) -> None:
        """Compare identifiers, given with their plain forms, with each other and those before."""
        if len(self._known) + len(names) <= _MOST_COMPARED:
            new = dict(zip(plain, names, strict=True))
            known = list(map(self._known.get, plain, names))
            if len(new) == len(names) and known == names:
                self._known |= new
                return
        for name, form in zip(names, plain, strict=True):
            self._more = form not in self._known and len(self._known) >= _MOST_COMPARED
            if self._more:
                return
            first = self._known.setdefault(form, name)
            if first != name:
                self._pairs.setdefault(name, first)

    def remarks(self) -> Iterator[str]:
        """Yield a remark on the first pair, with the number of others, and on what was left out."""
        for name, first in list(self._pairs.items())[:1]:
            more = len(self._pairs) - 1
            others = f", and {more} more" if more else ""
            yield (
                f"patient_id {name!r} {ALIKE} from {first!r}{others}: they count as different "
                "patients"
            )
        if self._more:
            yield (
                f"identifiers that look alike were looked for among the first {_MOST_COMPARED:,} "
                "patients only"
            )


def _distinct(identifiers: pd.Series, patients: NDArray[np.int64]) -> list[object]:
    """Return an identifier of each patient, by its number."""
    rows = np.zeros(int(patients.max(initial=-1)) + 2, dtype=np.int64)  # last slot: none
    rows[patients] = np.arange(len(patients))
    return list(identifiers.iloc[rows[:-1]].tolist())
