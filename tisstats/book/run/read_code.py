"""What the code of each module says of imports and folders of data, kept between builds.

To read all modules takes a second, which a build of few changes would spend on little else. What a
module says depends on its bytes and on the code that reads it: it is kept under the hash of the
first, as long as the second stays the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tisstats.book.run import data_folders, imports
from tisstats.book.run.kept import read_kept, write_kept

#: The code on which readings depend, besides Python.
_READERS = tuple(
    Path(__file__).with_name(f"{name}.py") for name in ("data_folders", "imports", "read_code")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the code of a module says."""

    imports: tuple[imports.Statement, ...]  #: its import statements, in no order
    folders: frozenset[str] | None  #: the folders of data that it names; None if it may be any


def read_modules(contents: Mapping[Path, bytes], kept: Path) -> dict[Path, Reading]:
    """Read modules, each again when its content, or the code that reads it, has changed.

    Parameters
    ----------
    contents
        The SHA-256 hash of the content of each module.
    kept
        The file in which readings are kept. One that is damaged, or of other code, counts as
        missing; where none can be written, none is kept.
    """
    readers = _hash_of_readers()
    before = _kept_readings(kept, readers)
    readings: dict[Path, Reading] = {}
    found: dict[str, Reading] = {}
    for file, content in contents.items():
        key = content.hex()
        reading = found.get(key) or before.get(key)
        if reading is None:
            code = file.read_bytes()
            # Of what it is now: it may have changed since it was hashed.
            key = hashlib.sha256(code).hexdigest()
            reading = _read(code.decode("utf-8"))
        readings[file] = found[key] = reading
    if found.keys() != before.keys():
        with contextlib.suppress(OSError):
            write_kept(kept, json.dumps([readers, _packed(found)]))
    return readings


def _read(code: str) -> Reading:
    return Reading(imports.import_statements(code), data_folders.folders_named(code))


def _hash_of_readers() -> str:
    total = hashlib.sha256(sys.version.encode())
    for file in _READERS:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _packed(readings: Mapping[str, Reading]) -> dict[str, list[object]]:
    """Return readings as JSON can hold them."""
    return {
        key: [each.imports, None if each.folders is None else sorted(each.folders)]
        for key, each in readings.items()
    }


def _kept_readings(kept: Path, readers: str) -> dict[str, Reading]:
    """Return the readings in a file by the hash of each module; none if they are of other code."""
    try:
        of, packed = json.loads(read_kept(kept) or "[0, {}]")
        return {
            key: Reading(
                tuple((level, base, tuple(names)) for level, base, names in statements),
                None if folders is None else frozenset(folders),
            )
            for key, (statements, folders) in (packed.items() if of == readers else ())
        }
    except (AttributeError, TypeError, ValueError):  # somebody has put something else there
        return {}
