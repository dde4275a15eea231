"""Results that are kept between builds, with the hash by which damage is seen."""

from __future__ import annotations

import hashlib
from pathlib import Path


def write_kept(path: Path, contents: str) -> None:
    """Write a result, whole or not at all."""
    content = contents.encode("utf-8")
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_kept(path: Path) -> bytes | None:
    r"""Return a result; None if there is none, or one that is not as it was written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "result"
    >>> write_kept(path, "forty")
    >>> read_kept(path)
    b'forty'
    >>> _ = path.write_bytes(path.read_bytes()[:-1])
    >>> read_kept(path) is None
    True
    """
    try:
        expected, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest().encode() == expected else None
