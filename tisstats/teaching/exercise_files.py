"""Sets of fresh cases as files: one for students, one with the key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tisstats.tables.atomic import adding_to
from tisstats.teaching.cases import Case
from tisstats.teaching.exercise_sets import as_html, as_markdown
from tisstats.teaching.fresh_cases import fresh_cases

#: What a set can be written as: ends of the names of its files.
FORMATS = ("md", "html", "ipynb")


def formatted(cases: Sequence[Case], seed: int, form: str, *, key: bool = False) -> str:
    """Return a set in one of `FORMATS`; other parameters as `as_markdown`.

    Raises
    ------
    ModuleNotFoundError
        If it is to be a notebook and nbformat is not installed.
    """
    if form == "ipynb":
        # Jupyter is not needed for the other formats.
        from tisstats.teaching.exercise_notebooks import as_notebook, as_text

        return as_text(as_notebook(cases, seed, key=key))
    return (as_html if form == "html" else as_markdown)(cases, seed, key=key)


def write_set(
    seed: int, folder: Path, *, key: bool = False, formats: Sequence[str] = ("md", "html")
) -> list[Path]:
    """Write the set of a seed to files, and its key to files of their own.

    Parameters
    ----------
    seed
        The seed, at least 0.
    folder
        Where to write; made if it does not exist. Files of the same set are replaced by the same
        bytes.
    key
        Whether the key is written as well.
    formats
        Of `FORMATS`: one file each.

    Returns
    -------
    list of Path
        The files, those for students first.

    Raises
    ------
    ValueError
        If the seed is not an integer of at least 0.
    ModuleNotFoundError
        If it is to be a notebook and nbformat is not installed.
    """
    cases = fresh_cases(seed)
    texts = {
        f"exercises_{seed}{'_key' * with_key}.{form}": formatted(cases, seed, form, key=with_key)
        for with_key in (False, True)[: 1 + key]
        for form in formats
    }
    with adding_to(folder) as part:
        for name, text in texts.items():
            (part / name).write_bytes(text.encode("utf-8"))
    return [folder / name for name in texts]
