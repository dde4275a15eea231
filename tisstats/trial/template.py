"""Write the files of a new study: its description, empty tables, and a filled example."""

from __future__ import annotations

import shutil
from pathlib import Path

from tisstats.tables.atomic import write_folder

_FOLDER = Path(__file__).with_name("new_study")


def example_folder() -> Path:
    """Return the folder of the filled example, a made-up study in two arms.

    Examples
    --------
    >>> sorted(path.name for path in example_folder().iterdir())[0]
    'study.toml'
    """
    return _FOLDER / "example"


def write_new_study(folder: Path) -> list[Path]:
    """Write the files of a new study into a folder that is empty or does not exist.

    Returns
    -------
    list of Path
        The files, in order of their names.

    Raises
    ------
    DataError
        If the folder has files already, or cannot be written.
    """
    write_folder(folder, lambda new: shutil.copytree(_FOLDER, new, dirs_exist_ok=True))
    return sorted(path for path in folder.rglob("*") if path.is_file())
