"""Write files and folders whole or not at all; what cannot be written is named."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tisstats.errors import DataError, Fault

#: Most bytes of a name that temporary names repeat; systems permit 255, with what is added to it.
_LONGEST_STEM = 200


def temporary_stem(name: str) -> str:
    """Return how temporary names beside a file or folder begin; of a long name a part and a hash.

    Examples
    --------
    >>> temporary_stem("scored.csv")
    'scored.csv'
    >>> len(temporary_stem("a" * 250)), temporary_stem("a" * 250) == temporary_stem("a" * 251)
    (165, False)
    """
    encoded = os.fsencode(name)
    if len(encoded) <= _LONGEST_STEM:
        return name
    begin = encoded[:148].decode("utf-8", errors="ignore")
    return f"{begin}-{hashlib.sha256(encoded).hexdigest()[:16]}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file beside another, which it replaces once it is whole.

    Parameters
    ----------
    path : pathlib.Path
        The file, replaced if it exists. A symbolic link stays one.

    Raises
    ------
    OSError
        With the name of the file, which Python leaves out where a disk is full.
    """
    target = path.resolve()  # keeps a symbolic link
    part = target.with_name(f".{temporary_stem(target.name)}.{os.getpid()}.part")
    try:
        with _naming(path):
            yield part
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def adding_to(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files move into another one together, once all are whole.

    Parameters
    ----------
    folder : pathlib.Path
        The folder, made if it does not exist. Files of the same names are replaced.

    Raises
    ------
    OSError
        With the name of the folder; nothing is left of what was made.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        with _naming(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as part:
                yield Path(part)
                for path in sorted(Path(part).iterdir()):
                    path.replace(folder / path.name)
    except BaseException:
        for each in made:
            with suppress(OSError):
                each.rmdir()
        raise


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the name that the user gave into errors of the system."""
    try:
        yield
    except OSError as error:
        number = error.errno or errno.EIO
        raise OSError(number, error.strerror or str(error), str(path)) from None


def write_folder(directory: Path, fill: Callable[[Path], object]) -> Path:
    """Write a folder all or nothing: filled under a temporary name, then renamed.

    Raises
    ------
    DataError
        If the folder holds something already, or cannot be written.
    """
    check_empty(directory)
    parent = directory.parent
    prefix = f".{temporary_stem(directory.name)}-"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as temporary:
            # A temporary folder is private to its owner; the folder in it is readable by all.
            started = Path(temporary) / directory.name
            started.mkdir(mode=0o755)
            fill(started)
            with suppress(FileNotFoundError):
                directory.rmdir()
            started.rename(directory)
    except OSError as error:
        raise DataError([Fault(str(directory), f"cannot be written: {_reason(error)}")]) from None
    return directory


def _reason(error: OSError) -> str:
    """Return why the system refused something, also of what copies many files.

    >>> import shutil
    >>> _reason(shutil.Error([("a", "b", "[Errno 13] Permission denied: 'b'")]))
    'Permission denied'
    """
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return error.strerror or (os.strerror(int(number[1])) if number else "the system refused")


def check_empty(directory: Path) -> None:
    """Check that a folder does not exist or is empty, and can be made; nothing is overwritten.

    Raises
    ------
    DataError
        If it holds something, or cannot be made.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        message = "already exists and is not overwritten; name a new folder or remove it"
        raise DataError([Fault(str(directory), message)])
    nearest = next(each for each in directory.absolute().parents if each.exists())
    if not nearest.is_dir():
        raise DataError([Fault(str(directory), f"cannot be written: {nearest} is not a folder")])
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise DataError([Fault(str(directory), message)]) from None
