"""Run one notebook through papermill and settle what it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tisstats.book.run.errors import plain_text
from tisstats.book.run.imports import without_slow_formats
from tisstats.book.run.parameters import Value

CELL_TIMEOUT = 600  #: seconds; a cell that takes longer hangs


class NotebookError(Exception):
    """A notebook did not run to its end."""

    def __init__(self, where: str, error: str, details: str):
        super().__init__(f"{where}: {error}")
        self.details = details


def run_notebook(source: bytes, folder: Path, values: Mapping[str, Value], manager: type) -> str:
    """Run a notebook and return it with its outputs, free of times, paths and chance.

    Parameters
    ----------
    source
        The notebook as its authors keep it.
    folder
        Where it runs.
    values
        Parameters to inject; empty to leave the notebook as it is.
    manager
        The class that manages its kernel.

    Raises
    ------
    NotebookError
        If a cell raises, or if the kernel cannot run.
    """
    without_slow_formats()
    import logging

    import nbformat
    from jupyter_core.utils import ensure_event_loop
    from papermill import PapermillExecutionError, execute_notebook

    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # failures are told by us
    plain = json.loads(source)
    for number, cell in enumerate(plain["cells"]):
        cell.setdefault("id", f"cell-{number}")  # or it would be given one by chance
    plain["nbformat_minor"] = max(5, plain["nbformat_minor"])
    contents = nbformat.reads(json.dumps(plain), as_version=4)  # type: ignore[no-untyped-call]
    try:
        executed = execute_notebook(
            contents,
            None,
            parameters=dict(values),
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
            kernel_manager_class=manager,
            shutdown_kernel="immediate",
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
    except PapermillExecutionError as error:
        number = _position(contents, error.cell_index, bool(values))
        raise NotebookError(
            f"cell {number}",
            _first_line(f"{error.ename}: {error.evalue}"),
            "\n".join([error.source, "", *error.traceback]),
        ) from None
    except Exception as error:
        raise NotebookError(
            "kernel", _first_line(f"{type(error).__name__}: {error}"), str(error)
        ) from error
    finally:
        ensure_event_loop().close()  # Jupyter's own for this thread; nobody else closes it
    return settled(executed, cells_before=len(plain["cells"]))


def settled(executed: Any, cells_before: int) -> str:
    """Return an executed notebook as text that is the same for every run.

    Parameters
    ----------
    executed
        As papermill returns it.
    cells_before
        How many cells it had before, to tell whether parameters have been injected.
    """
    import nbformat

    executed.metadata.pop("papermill", None)
    tags_of_parameters: list[str] = []
    for cell in executed.cells:
        for chance in ("papermill", "execution"):
            cell.metadata.pop(chance, None)
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell.metadata["tags"] = [*tags, *(tag for tag in tags_of_parameters if tag not in tags)]
        elif "parameters" in tags:
            tags_of_parameters = [tag for tag in tags if tag != "parameters"]
        elif not tags:
            cell.metadata.pop("tags", None)
    if len(executed.cells) > cells_before:
        # The reader is shown the values in force, not the defaults beside them.
        defaults = next(c for c in executed.cells if "parameters" in c.metadata.get("tags", ()))
        defaults.metadata["tags"] = [*defaults.metadata["tags"], "remove-cell"]
    text: str = nbformat.writes(executed, sort_keys=True)  # type: ignore[no-untyped-call]
    return text + "\n"


def _position(contents: Any, index: int, injected: bool) -> int:
    """Return where a cell stands in the notebook as its authors know it, from 1."""
    if injected:
        first = next(
            number
            for number, cell in enumerate(contents.cells)
            if "parameters" in cell.metadata.get("tags", ())
        )
        # A bad value may fail in the injected cell itself: then name the cell it stands for.
        index -= index > first
    return index + 1


def _first_line(message: str) -> str:
    return plain_text(message).strip().splitlines()[0].rstrip()
