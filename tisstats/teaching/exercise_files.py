"""Sets of fresh cases as files: one for students, one with the key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from tisstats.errors import DataError, Fault
from tisstats.tables.atomic import adding_to
from tisstats.teaching.cases import Case
from tisstats.teaching.exercise_sets import as_html, as_markdown
from tisstats.teaching.fresh_cases import KINDS, fresh_cases

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


def write_sets(
    seeds: Iterable[int],
    folder: Path,
    *,
    key: bool = False,
    formats: Sequence[str] = ("md", "html"),
    kinds: Collection[str] = tuple(KINDS),
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the sets of some seeds to files, and their keys to files of their own.

    Parameters
    ----------
    seeds
        The seeds, at least 0.
    folder
        Where to write; made if it does not exist. A file that is there already is left as it is: it
        must be the same, as answers may stand in it.
    key
        Whether the key is written as well.
    formats
        Of `FORMATS`: one file each.
    kinds
        Which kinds of cases a set has; see `fresh_cases`.
    progress
        Called with how many sets are made, and how many there are to make.

    Returns
    -------
    list of Path
        The files of each seed, those for students first.

    Raises
    ------
    DataError
        If there is a file of one of these names with other contents; nothing is written.
    ValueError
        If a seed is not an integer of at least 0, or there is no kind of a name.
    ModuleNotFoundError
        If it is to be a notebook and nbformat is not installed.
    """
    contents: dict[str, bytes] = {}
    wanted = list(seeds)
    for done, seed in enumerate(wanted, start=1):
        cases = fresh_cases(seed, kinds)
        for with_key in (False, True)[: 1 + key]:
            for form in formats:
                name = f"exercises_{seed}{'_key' * with_key}.{form}"
                contents[name] = formatted(cases, seed, form, key=with_key).encode("utf-8")
        if progress is not None:
            progress(done, len(wanted))
    there = [name for name in contents if (folder / name).exists()]
    message = "has other contents, perhaps answers, and is not replaced: name another folder"
    faults = [
        Fault(str(folder / name), message)
        for name in there
        if not (folder / name).is_file() or (folder / name).read_bytes() != contents[name]
    ]
    if faults:
        raise DataError(faults)
    with adding_to(folder) as part:
        for name in contents.keys() - there:
            (part / name).write_bytes(contents[name])
    return [folder / name for name in contents]
