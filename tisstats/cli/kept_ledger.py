"""The printed ledger of a checkout, kept until the code, the data or a library changes.

Reading and evaluating some hundred claims takes a second or more, most of it the import of
libraries. Kept output needs none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import tisstats
from tisstats.book.run.compiled import renew_compiled
from tisstats.book.run.digests import digest, digest_of_files, files_below
from tisstats.book.run.kept import read_kept, write_kept

#: What may change a number, or how a data package is checked.
_LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "frictionless")


def kept_ledger(words: tuple[str, ...], compute: Callable[[], str]) -> str:
    """Return the output of ``tisstats claims`` on the data of the project.

    Parameters
    ----------
    words
        The options of the command; each combination is kept in a file of its own.
    compute
        Returns the output; called if none is kept that was computed from the same files by the
        same versions of the libraries. What it raises is passed on, and nothing is kept.

    Returns
    -------
    str
        The output. Outside a checkout, as in an installed package, nothing is kept.

    Raises
    ------
    StaleCodeError
        If compiled code that has run was older than its source: it has been replaced.
    """
    root = Path(tisstats.__file__).resolve().parents[1]
    if not (root / "_config.yml").is_file():
        return compute()
    file = root / "_build" / "ledger" / digest(*words)
    made_from = f"{_all_it_depends_on(root)}\n"
    kept = (read_kept(file) or b"").decode("utf-8")
    if kept.startswith(made_from):
        return kept.removeprefix(made_from)
    output = compute()
    renew_compiled(_modules_run())
    with suppress(OSError):  # keeping is for speed alone
        file.parent.mkdir(parents=True, exist_ok=True)
        write_kept(file, made_from + output)
    return output


def _modules_run() -> list[Path]:
    """Return the sources of the package's modules that this process has imported."""
    modules = [each for name, each in sys.modules.items() if name.split(".")[0] == "tisstats"]
    return [Path(each.__file__) for each in modules if each.__file__ is not None]


def _all_it_depends_on(root: Path) -> str:
    """Return a hash of the contents of all code and data, and the versions of what computes."""
    files = [*files_below(root / "tisstats"), *files_below(root / "data")]
    return digest(sys.version, *map(_version, _LIBRARIES), digest_of_files(files, root))


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
