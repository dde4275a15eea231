"""A folder for what a long command has done so far, beside the file that it writes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tisstats.tables.atomic import temporary_stem
from tisstats.tables.formats import STANDARD_STREAM

#: Ending of the folder's name.
_ENDING = ".unfinished"

#: What the folder belongs to.
_KEY = "key.json"


@contextmanager
def workspace(target: Path, key: Mapping[str, object]) -> Iterator[Path]:
    """Yield a folder beside a file to be written, and remove it in the end.

    A command that is killed, or stopped by Ctrl-C, leaves its folder behind, and the next one with
    the same key goes on with it. One with another key removes it. The folder's name has the number
    of its process, and only the folder of a process that has ended is taken over.

    Parameters
    ----------
    target : pathlib.Path
        The file; for ``-`` the folder is a temporary one, which is never taken over.
    key : mapping of str to object
        What the command does, and to what: input and options, as JSON can hold them.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "scored.csv"
    >>> with workspace(target, {"input": "a"}) as folder:
    ...     folder.parent == target.parent, folder.is_dir()
    (True, True)
    >>> folder.exists()
    False
    """
    if str(target) == STANDARD_STREAM:
        with tempfile.TemporaryDirectory(prefix="tisstats-") as temporary:
            yield Path(temporary)
        return
    folder = target.parent / f".{temporary_stem(target.name)}.{os.getpid()}{_ENDING}"
    try:
        _adopt(folder, target, key)
        yield folder
    except KeyboardInterrupt:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _adopt(own: Path, target: Path, key: Mapping[str, object]) -> None:
    """Make the folder of this process; what another has left there is taken over if it fits."""
    # A folder on a shared disk may be that of a process on another machine.
    content = json.dumps({**key, "machine": socket.gethostname()}, sort_keys=True)
    # One of this process's own number is of an earlier process, as in a container.
    known = _key_of(own)
    if own.exists() and (known is None or json.dumps(known, sort_keys=True) != content):
        shutil.rmtree(own)
    pattern = f".{_escaped(temporary_stem(target.name))}.*{_ENDING}"
    for left in sorted(target.parent.glob(pattern)):
        number = left.name.removesuffix(_ENDING).rpartition(".")[2]
        if not number.isdecimal() or _is_running(int(number)):
            continue
        known = _key_of(left)
        if known is None:
            with contextlib.suppress(OSError):  # it is empty if its process was killed at once
                left.rmdir()
        if known is None or known.get("machine") != socket.gethostname():
            continue
        if json.dumps(known, sort_keys=True) == content and not own.exists():
            with contextlib.suppress(OSError):  # another process was faster
                left.rename(own)
        else:
            shutil.rmtree(left, ignore_errors=True)
    if not own.exists():
        own.mkdir()
        (own / _KEY).write_text(content, encoding="utf-8")


def _escaped(name: str) -> str:
    """Return a pattern of file names for a name with signs that have a meaning in patterns."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _key_of(folder: Path) -> dict[str, object] | None:
    try:
        found = json.loads((folder / _KEY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_running(process: int) -> bool:
    """Return whether a process may be running; on Windows to ask would end it."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
