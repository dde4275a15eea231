"""Compiled code of the package, which Python compares with its source by size and date alone.

What is kept of a build stands under the digest of the source. If Python ran older code, because an
edit left size and date as they were, wrong results would be kept as those of the new source.
"""

import importlib.util
import marshal
import py_compile
from collections.abc import Iterable
from pathlib import Path

from tisstats.book.run.project import BookError

#: Bits of a compiled file: it belongs to the hash of a source, and Python compares that hash.
_OF_HASH, _COMPARED = 1, 2

#: Bytes before the code: magic number, bits, and date and size or the hash of the source.
_HEADER = 16


class StaleCodeError(BookError):
    """Compiled code was older than its source; this process has run some of it."""


def renew_compiled(sources: Iterable[Path]) -> None:
    """Let Python compare compiled code with the content of its source from now on.

    Parameters
    ----------
    sources
        The modules. What has not been compiled yet is left to Python.

    Raises
    ------
    StaleCodeError
        If the code of some of them was older than the source. It has been replaced.
    BookError
        If such code cannot be replaced.
    """
    stale = [source for source in sources if _was_stale(source)]
    if stale:
        raise StaleCodeError(
            f"{stale[0]}: an edit left size and date as they were, and Python ran the code before "
            "it; run the command again"
        )


def _was_stale(source: Path) -> bool:
    """Compile a module for comparison by content; return whether what was there is other code."""
    compiled = Path(importlib.util.cache_from_source(str(source)))
    try:
        with compiled.open("rb") as file:
            header = file.read(_HEADER)
            bits = int.from_bytes(header[4:8], "little")
            if header[:4] != importlib.util.MAGIC_NUMBER or bits == _OF_HASH | _COMPARED:
                return False  # Python does not read it, or compares
            old = marshal.loads(file.read())
    except FileNotFoundError:
        return False
    except (EOFError, ValueError, TypeError):
        return False  # Python does not read it either
    current = source.stat()
    dated = (
        int(current.st_mtime).to_bytes(8, "little")[:4] + current.st_size.to_bytes(8, "little")[:4]
    )
    if not bits & _OF_HASH and header[8:] != dated:
        return False  # Python compiles it again
    stale = bool(old != compile(source.read_bytes(), str(source), "exec", dont_inherit=True))
    try:
        py_compile.compile(
            str(source), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
        )
    except OSError as error:
        if stale:
            message = f"{compiled} is older than its source and cannot be replaced"
            raise BookError(f"{message} ({error.strerror}); delete it") from None
    return stale
