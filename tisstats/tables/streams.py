"""The bytes and the text of a file, unpacked and decoded as they are read."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tisstats.errors import DataError, Fault
from tisstats.regular_files import is_regular
from tisstats.tables.delimited import not_in_encoding, text_encoding
from tisstats.tables.formats import STANDARD_STREAM
from tisstats.tables.packed import TOO_LARGE, most_unpacked

if TYPE_CHECKING:
    from typing_extensions import Buffer

#: How files of other formats begin, and what to do with them.
_OTHER_FORMATS = {
    b"PK\x03\x04": "is a workbook by its content; its name must end in .xlsx",
    b"\x1f\x8b": "is compressed (gzip) by its content; its name must end in .gz",
    b"PAR1": "is Parquet by its content; its name must end in .parquet",
    b"\xd0\xcf\x11\xe0": "is an old workbook (.xls) by its content; save it as .xlsx or CSV",
}
_LONGEST_BEGIN = max(map(len, _OTHER_FORMATS))
#: What to do with text whose every second byte is zero, and that has no byte order mark.
_IS_UTF_16 = "is in UTF-16 by its content; declare the encoding {} (--encoding of tisstats score)"

#: Bytes that are buffered, most that are unpacked at once, and most compressed ones in a row from
#: which nothing is: names in headers, and members without content, which take long for their size.
_BLOCK, _AT_ONCE, _MOST_WITHOUT_CONTENT = 2**20, 2**16, 2 * 2**20
_WITHOUT_CONTENT = (
    f"has {_MOST_WITHOUT_CONTENT // 2**20} MB in a row without content (gzip); it is not read"
)

#: Name of the standard input in messages.
STANDARD_INPUT = "standard input"


def standard_input() -> BinaryIO:
    """Return the standard input as bytes; text, as tests put there, in UTF-8."""
    if sys.stdin is None:  # the shell closed it, as in `tisstats score - <&-`
        raise DataError([Fault(STANDARD_INPUT, "is closed")])
    stream = getattr(sys.stdin, "buffer", None)
    return io.BytesIO(sys.stdin.read().encode("utf-8")) if stream is None else stream


@contextmanager
def open_bytes(source: Path) -> Iterator[BinaryIO]:
    """Open a file, or the standard input; what fails is a fault of the file.

    Raises
    ------
    tisstats.errors.DataError
        If there is no such file, or it cannot be read.
    """
    if str(source) == STANDARD_STREAM:
        yield standard_input()
        return
    if not is_regular(source):
        raise DataError([Fault(str(source), _why_no_file(source))])
    try:
        with source.open("rb") as stream:
            yield stream
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise DataError([Fault(str(source), message)]) from None


def digest(source: Path) -> str:
    """Return a hash of the content of a file."""
    found = hashlib.sha256()
    with open_bytes(source) as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()


@contextmanager
def open_text(
    packed: BinaryIO, name: str, encoding: str | None, *, most: int | None
) -> Iterator[io.TextIOWrapper]:
    r"""Open bytes as text, with its line ends as they are.

    Parameters
    ----------
    packed : binary file
        The bytes, read once.
    name : str
        Name of the file, for messages.
    encoding : str, optional
        Its encoding, by default UTF-8, of which a byte order mark is skipped.
    most : int, optional
        Bytes to which it may unpack; None if it is not compressed.

    Raises
    ------
    tisstats.errors.DataError
        If the content is of another format, cannot be decompressed or is not in this encoding; also
        while the text is read.
    FormatError
        If the encoding is unknown.

    Examples
    --------
    >>> with open_text(io.BytesIO(b"K\xf6ln"), "towns.csv", "latin-1", most=None) as text:
    ...     text.read()
    'Köln'
    """
    used = text_encoding(encoding)
    plain: BinaryIO = packed
    if most is not None:
        plain = io.BufferedReader(_Unpacked(packed, name, most), _BLOCK)
    begin = plain.read(_LONGEST_BEGIN)
    for sign, message in _OTHER_FORMATS.items():
        if begin.startswith(sign):
            if name == STANDARD_INPUT:  # which has no name that could end otherwise
                message = f"{message.partition(';')[0]}; pass it as a file, or as text"
            raise DataError([Fault(name, message)])
    if encoding is None and len(begin) == _LONGEST_BEGIN:
        for used_here, zeros in (("utf-16-le", begin[1::2]), ("utf-16-be", begin[::2])):
            if not any(zeros):
                raise DataError([Fault(name, _IS_UTF_16.format(used_here))])
    whole = io.BufferedReader(_Rejoined(begin, plain), 1 << 20)
    text = io.TextIOWrapper(whole, encoding=used, newline="")
    try:
        yield text
    except UnicodeError:
        raise DataError([Fault(name, not_in_encoding(encoding))]) from None
    finally:
        text.detach()


class _Rejoined(io.RawIOBase):
    """A stream of which the beginning has been read."""

    def __init__(self, begin: bytes, rest: BinaryIO) -> None:
        self._begin, self._rest = begin, rest

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Read into a buffer."""
        target = memoryview(buffer)
        content = self._begin[: len(target)] or self._rest.read(len(target))
        self._begin = self._begin[len(target) :]
        target[: len(content)] = content
        return len(content)


class _Unpacked(io.RawIOBase):
    """What gzip has compressed, up to a limit of bytes."""

    def __init__(self, packed: BinaryIO, name: str, most: int) -> None:
        self._packed = _Packed(packed, name)
        self._stream = gzip.GzipFile(fileobj=self._packed, mode="rb")  # type: ignore[call-overload]
        self._name, self._left = name, most

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Read into a buffer."""
        try:
            # Not until the buffer is full: where each line is a member, a block of them has
            # megabytes of headers.
            count: int = self._stream.readinto1(memoryview(buffer)[:_AT_ONCE])
        except (OSError, EOFError, zlib.error) as error:
            message = f"cannot be decompressed (gzip): {' '.join(str(error).split())}"
            raise DataError([Fault(self._name, message)]) from None
        self._packed.without_content = 0
        self._left -= count
        if self._left < 0:
            raise DataError([Fault(self._name, TOO_LARGE)])
        return count


class _Packed:
    """Compressed bytes, which must not go on for long without content."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.without_content = 0  #: how many were read since something was unpacked

    def read(self, size: int = -1) -> bytes:
        """Read bytes; raise DataError if nothing has been unpacked from too many."""
        content = self._stream.read(size)
        self.without_content += len(content)
        if self.without_content > _MOST_WITHOUT_CONTENT:
            raise DataError([Fault(self._name, _WITHOUT_CONTENT)])
        return content


def limit_unpacked(ending: str, size: int) -> int | None:
    """Return the bytes to which a file of text may unpack; None if it is not compressed.

    >>> limit_unpacked(".csv", 1_000)
    """
    return most_unpacked(size) if ending.endswith(".gz") else None


def _why_no_file(source: Path) -> str:
    if source.is_dir():
        return "is a folder; name a file"
    if source.exists():
        pipe = "; a pipe is read as - (standard input)" if source.suffix != ".toml" else ""
        return f"is not a regular file{pipe}"
    if source.is_symlink():
        return "is a link that leads to no file"
    return "there is no such file"
