"""Read TOML that others wrote: mapping files and descriptions of studies."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.tables.streams import open_bytes

#: Most parts of a dotted key; the time to read one grows with their square.
_MOST_PARTS = 100

#: Most characters: a text written by hand is far shorter, and a longer one takes minutes to read.
_MOST_CHARACTERS = 5_000_000


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file in TOML says; a byte order mark is skipped, which some editors write.

    Raises
    ------
    tisstats.errors.DataError
        If it cannot be read, is not in UTF-8, or as for `parse_toml`.
    """
    most = 4 * _MOST_CHARACTERS  # a character has four bytes at most
    with open_bytes(path) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        message = f"has more than {most} bytes; at most {_MOST_CHARACTERS} characters are read"
        raise DataError([Fault(str(path), message)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeError:
        message = "is not in UTF-8, as TOML must be; save it so"
        raise DataError([Fault(str(path), message)]) from None
    return parse_toml(text, str(path))


def parse_toml(text: str, file: str) -> dict[str, Any]:
    r"""Return what a text in TOML says.

    Raises
    ------
    tisstats.errors.DataError
        If it is not TOML, is nested too deep for anything that we read, or too long.

    Examples
    --------
    >>> parse_toml("[study]\nid = 'A'", "study.toml")
    {'study': {'id': 'A'}}
    """
    if len(text) > _MOST_CHARACTERS:
        allowed = f"at most {_MOST_CHARACTERS} are read as TOML"
        raise DataError([Fault(file, f"has {len(text)} characters; {allowed}")])
    deep = DataError([Fault(file, "cannot be read as TOML: nested too deep")])
    if any(line.partition("=")[0].count(".") > _MOST_PARTS for line in text.splitlines()):
        raise deep
    try:
        read = tomllib.loads(text)
    except ValueError as error:  # also of a whole number of thousands of digits
        raise DataError([Fault(file, f"cannot be read as TOML: {_in_words(error)}")]) from None
    except RecursionError:
        raise deep from None
    if faults := [
        Fault(file, f"{key}: must be a whole number of 64 bits, as TOML has them")
        for key in _keys_of_long_numbers(read)
    ]:
        raise DataError(faults)
    return read


def _keys_of_long_numbers(value: object, key: str = "") -> Iterator[str]:
    """Yield the keys of whole numbers that TOML need not have, of which no float can be made."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _keys_of_long_numbers(each, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for each in value:
            yield from _keys_of_long_numbers(each, key)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        yield key


def _in_words(error: ValueError) -> str:
    """Return what an error says, in words for who forgot a quotation mark, or pasted a path."""
    said = str(error).replace(r"Illegal character '\n'", "a quotation mark is not closed")
    if "hex value" in said or "Unescaped" in said:
        said += "; in a path, write / in place of \\"
    return said
