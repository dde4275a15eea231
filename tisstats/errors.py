"""Errors in data files and in arguments, one line per fault."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

#: Most characters of a value that a message shows; a longer one is cut.
_LONGEST_VALUE = 100

#: Most characters of an argument that is not text in a message.
MOST_SHOWN = 80

#: Whole numbers from here on are not written out.
_LONGEST_NUMBER = 10**40

#: Most characters of what else a message shows: names of columns, and what is allowed.
_LONGEST_NAME = 200
_LONGEST_MESSAGE = 4_000

#: Characters that end a line, steer a terminal or turn the direction of text, and of those that are
#: not seen most; the spelling of some languages needs the two joiners and the selectors.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u2800\u3164\uffa0\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a file: where, what is wrong, and what is allowed."""

    file: str  #: the file, as the user named it
    message: str  #: what is wrong and what is allowed
    row: int | None = None  #: line of the file, the header being 1
    column: str | None = None  #: name of the column
    value: str | None = None  #: the offending value, verbatim
    key: str | None = None  #: key of a description, such as ``measures.mmt_max``

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {shortened(self.column, _LONGEST_NAME)}")
        if self.key is not None:
            place.append(f"key {shortened(self.key, _LONGEST_NAME)}")
        if self.value is not None:
            place.append(f"value {_shown(self.value)}")
        return on_one_line(f"{', '.join(place)}: {shortened(self.message, _LONGEST_MESSAGE)}")


def _shown(value: str) -> str:
    """Return a value in quotation marks; of a very long one its beginning and its length."""
    if len(value) <= _LONGEST_VALUE:
        return repr(value)
    return f"{value[: _LONGEST_VALUE // 2]!r}... ({len(value)} characters)"


def shown(value: object) -> str:
    """Return an argument as in a message, on one line.

    Examples
    --------
    >>> shown(8.5), shown(10**400)
    ('8.5', 'a whole number of 401 digits')
    """
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
        digits = math.floor(math.log10(abs(value)))  # one less than there are, but for its rounding
        digits += (abs(value) >= 10 ** (digits + 1)) - (abs(value) < 10**digits)
        return f"a whole number of {digits + 1} digits"
    try:
        text = repr(value)
    except ValueError:  # Python does not write out integers of thousands of digits
        return f"{type(value).__name__} with thousands of digits"
    if "\n" not in text and len(text) <= MOST_SHOWN:
        return text
    shape = getattr(value, "shape", None)
    return type(value).__name__ if shape is None else f"{type(value).__name__} of shape {shape}"


def shortened(text: str, most: int) -> str:
    """Return a text; of one with more characters its beginning and its length.

    >>> shortened("a" * 2_000, 3), shortened("abc", 3)
    ('aaa... (2000 characters)', 'abc')
    """
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def on_one_line(text: str) -> str:
    r"""Return a text with escapes for line breaks and most other characters that are not seen.

    >>> print(on_one_line("CK\n(U/L)"))
    CK\n(U/L)
    >>> print(on_one_line("\u202enote"))
    \u202enote
    """
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


class DataError(ValueError):
    """Invalid data; lists every fault, not only the first."""

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@contextmanager
def refusing(file: str, message: str) -> Iterator[None]:
    """Raise DataError for whatever a library raises for a damaged file, with the reason it gives.

    Libraries for formats of files raise errors of any kind for bytes that they did not foresee, as
    fuzzing has found: NotImplementedError, TypeError and TokenError among them.

    Examples
    --------
    >>> with refusing("visits.xlsx", "cannot be read as a workbook"):
    ...     raise NotImplementedError("zip file version 14.8")
    Traceback (most recent call last):
    ...
    tisstats.errors.DataError: visits.xlsx: cannot be read as a workbook: zip file version 14.8
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError([Fault(file, f"{message}: {reason}")]) from None
