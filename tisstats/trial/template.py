"""Write the files of a new study: its description, empty tables, and a filled example."""

from __future__ import annotations

import shutil
from pathlib import Path

from tisstats.measures.core_set import CoreSet
from tisstats.tables.atomic import write_folder

#: The folder that is copied, by core set.
_FOLDERS: dict[CoreSet, Path] = {
    "imacs": Path(__file__).with_name("new_study"),
    "printo": Path(__file__).with_name("new_study_printo"),
}


def example_folder(core_set: CoreSet = "imacs") -> Path:
    """Return the folder of the filled example, a made-up study in two arms.

    Parameters
    ----------
    core_set : {"imacs", "printo"}
        Core set of the example: that of PRINTO has children in place of adults.

    Examples
    --------
    >>> sorted(path.name for path in example_folder().iterdir())[0]
    'study.toml'
    """
    return _FOLDERS[core_set] / "example"


def write_new_study(folder: Path, core_set: CoreSet = "imacs") -> list[Path]:
    """Write the files of a new study into a folder that is empty or does not exist.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    core_set : {"imacs", "printo"}
        Core set of the study, whose columns and keys the files have.

    Returns
    -------
    list of Path
        The files, in order of their names.

    Raises
    ------
    DataError
        If the folder has files already, or cannot be written.
    """
    template = _FOLDERS[core_set]
    write_folder(folder, lambda new: shutil.copytree(template, new, dirs_exist_ok=True))
    return sorted(path for path in folder.rglob("*") if path.is_file())
