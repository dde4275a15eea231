"""All that a class needs as one file, to unpack on a disk and to use without network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tisstats.book.pages.exercise_notebooks import KEYS, SETS

#: Folder of the slides and sheets, below the static files of the book.
FOLDER = "class"

#: The file, below the static files of the book.
BUNDLE = f"{FOLDER}/myositis-class.zip"

#: Inside it: the folder that unpacking makes, and in that the folder of what pages load.
ROOT, ASSETS = "myositis-class", "files"

#: Styles, script and icon of the pages, and printed sets of exercises, below the static files.
_LOADED = ("slides.css", "slides.js", "class_paper.css", "class_plan.css", "favicon.svg")
_SETS = tuple(f"exercises/{name}" for name in (SETS, KEYS))

#: Of every file in it, so that the same book has the same bytes; no earlier time can be said.
_TIME = (1980, 1, 1, 0, 0, 0)


def bundle(static: Path, pages: Mapping[str, str], drawings: Mapping[str, str]) -> bytes:
    """Return the bytes of the file.

    Parameters
    ----------
    static
        Folder of the static files of a finished book.
    pages
        Slides and sheets in HTML, for the unpacked folder.
    drawings
        Figures of the slides in SVG.

    Raises
    ------
    FileNotFoundError
        If the book lacks a style, a script or the sets of exercises.
    """
    files = {name: text.encode("utf-8") for name, text in pages.items()}
    files |= {Path(name).name: (static / name).read_bytes() for name in _SETS}
    files |= {f"{ASSETS}/{name}": (static / name).read_bytes() for name in _LOADED}
    files |= {f"{ASSETS}/{name}": text.encode("utf-8") for name, text in drawings.items()}
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(f"{ROOT}/{name}", _TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        return file.getvalue()
