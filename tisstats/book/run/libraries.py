"""The libraries that running notebooks, building pages and printing them need."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from tisstats.sentences import join_names

#: What the extra `book` installs to run notebooks and build pages: distribution and module.
BUILDING = {
    "frictionless": "frictionless",
    "jsonschema": "jsonschema",
    "matplotlib": "matplotlib",
    "python-docx": "docx",
    "jupyter-book": "jupyter_book",
    "sphinx-mathjax-offline": "sphinx-mathjax-offline",  # a folder of scripts
    "filelock": "filelock",
    "ipykernel": "ipykernel",
    "jinja2": "jinja2",
    "papermill": "papermill",
}

#: What it installs to print a book.
PRINTING = {"playwright": "playwright", "pikepdf": "pikepdf"}


def require_libraries(purpose: str, libraries: Mapping[str, str]) -> None:
    """Raise an error unless libraries are installed, before anything runs.

    A notebook, or a page, that did not find one would fail with an error of its own.

    Parameters
    ----------
    purpose
        What they are for.
    libraries
        Modules by the name of their distribution.

    Raises
    ------
    ModuleNotFoundError
        If one is missing.

    Examples
    --------
    >>> require_libraries("scoring", {"numpy": "numpy"})
    >>> require_libraries("scoring", {"number-py": "number_py", "pan-das": "pan_das"})
    Traceback (most recent call last):
        ...
    ModuleNotFoundError: scoring needs number-py and pan-das: pip install number-py pan-das
    """
    missing = [name for name, module in libraries.items() if not _is_installed(module)]
    if missing:
        message = f"{purpose} needs {join_names(missing)}: pip install {' '.join(missing)}"
        raise ModuleNotFoundError(message, name=libraries[missing[0]])


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # of an import that is kept from being made
        return False
