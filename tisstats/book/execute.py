"""Run the notebooks that need it, several at once, and keep their results."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tisstats.book import fingerprint
from tisstats.book.errors import BookError
from tisstats.book.imports import without_slow_formats
from tisstats.book.kernels import ForkServer
from tisstats.book.parameters import Parameter, Value
from tisstats.book.project import Project

CELL_TIMEOUT = 600  #: seconds; a cell that takes longer hangs
KEPT_RESULTS = 4  #: results kept a notebook, so that going back to an earlier choice costs nothing
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def kernel_log(project: Project) -> Path:
    """Return the file that collects what kernels say outside their notebooks."""
    project.logs.mkdir(parents=True, exist_ok=True)
    return project.logs / "kernels.log"


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook, the values it is to run with, and where its result belongs."""

    notebook: Path
    result: Path
    values: Mapping[str, Value] = field(default_factory=dict)  #: empty: all at their defaults

    @property
    def name(self) -> str:
        """The notebook's name, as a reader knows it."""
        return self.notebook.stem


class NotebookError(Exception):
    """A notebook did not run to its end."""

    def __init__(self, where: str, error: str, details: str):
        super().__init__(f"{where}: {error}")
        self.details = details


def plan(
    project: Project, known: Mapping[str, Parameter], overrides: Mapping[str, Value], around: str
) -> list[Run]:
    """Return the runs that make up the book, each with the name that its result has.

    Parameters
    ----------
    known
        The parameters of all notebooks; may be empty if nothing is overridden.
    overrides
        Values that differ from their defaults.
    around
        Hash of what all notebooks depend on.
    """
    runs = []
    for notebook in project.notebooks():
        values: dict[str, Value] = {}
        own = [parameter for parameter in known.values() if notebook.stem in parameter.notebooks]
        if any(parameter.name in overrides for parameter in own):
            # All of them, since the cell with the new values is shown in place of the old one.
            values = {each.name: overrides.get(each.name, each.default) for each in own}
        key = fingerprint.of_notebook(notebook, values, around)
        runs.append(Run(notebook, project.cache / f"{notebook.stem}-{key}.ipynb", values))
    return runs


def run_all(
    project: Project,
    runs: Sequence[Run],
    jobs: int,
    report: Callable[[str], None],
    fork_server: ForkServer | None = None,
) -> None:
    """Run what has no result yet.

    Notebooks that fail do not stop the others; their full tracebacks go to the project's logs.

    Parameters
    ----------
    jobs
        How many run at once.
    report
        Takes one line of progress at a time.
    fork_server
        Where kernels are forked from; None for ordinary kernels.

    Raises
    ------
    BookError
        If notebooks failed: one line each, with the cell, the error and the log.
    """
    project.cache.mkdir(parents=True, exist_ok=True)
    done = 0

    def tell(run: Run, what: str) -> None:
        nonlocal done
        done += 1
        report(f"[{done}/{len(runs)}] {run.name}  {what}")

    pending = []
    for run in runs:
        (project.logs / f"{run.name}.log").unlink(missing_ok=True)
        if run.result.exists():
            os.utime(run.result)
            tell(run, "unchanged")
        else:
            pending.append(run)
    failures: dict[str, NotebookError] = {}
    for run, outcome in _run_pending(project, pending, jobs, fork_server):
        if isinstance(outcome, NotebookError):
            failures[run.name] = outcome
            tell(run, "failed")
        else:
            tell(run, f"{outcome:.1f} s")
    if failures:
        raise BookError(
            "\n".join(
                _told(project, run, failures[run.name]) for run in runs if run.name in failures
            )
        )
    _prune(project, runs)


def _run_pending(
    project: Project, pending: Sequence[Run], jobs: int, fork_server: ForkServer | None
) -> Iterator[tuple[Run, float | NotebookError]]:
    """Yield each run, as it ends, with its seconds or its failure."""
    if not pending:
        return
    from tisstats.book.managing import kernel_managers

    # Leaving the inner block ends all kernels, upon which the threads end by themselves.
    with (
        ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="notebook") as pool,
        kernel_managers(kernel_log(project), fork_server) as manager,
    ):
        futures = {pool.submit(_run, run, manager): run for run in pending}
        try:
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except NotebookError as failure:
                    yield futures[future], failure
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            manager.stopped = True
            if fork_server is not None:
                fork_server.close()  # a thread may still be waiting for a kernel from it
            raise


def _run(run: Run, manager: type) -> float:
    """Run one notebook, keep its result, and return the seconds it took."""
    started = time.perf_counter()
    contents = run_notebook(run.notebook, run.values, manager)
    unfinished = run.result.with_suffix(".part")
    unfinished.write_text(contents, encoding="utf-8")
    unfinished.replace(run.result)
    return time.perf_counter() - started


def run_notebook(notebook: Path, values: Mapping[str, Value], manager: type) -> str:
    """Run a notebook and return it with its outputs, free of times, paths and chance.

    Parameters
    ----------
    notebook
        The notebook as its authors keep it.
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
    source = json.loads(notebook.read_text(encoding="utf-8"))
    for number, cell in enumerate(source["cells"]):
        cell.setdefault("id", f"cell-{number}")  # or it would be given one by chance
    source["nbformat_minor"] = max(5, source["nbformat_minor"])
    contents = nbformat.reads(json.dumps(source), as_version=4)  # type: ignore[no-untyped-call]
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
            resources={"metadata": {"path": str(notebook.parent)}},
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
    return settled(executed, source)


def settled(executed: Any, source: Mapping[str, Any]) -> str:
    """Return an executed notebook as text that is the same for every run.

    Parameters
    ----------
    executed
        As papermill returns it.
    source
        The notebook before, as plain JSON.
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
    if len(executed.cells) > len(source["cells"]):
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
    return _ANSI.sub("", message).strip().splitlines()[0].rstrip()


def _told(project: Project, run: Run, failure: NotebookError) -> str:
    log = project.logs / f"{run.name}.log"
    log.write_text(
        f"{project.shown(run.notebook)}, {failure}\n\n{_ANSI.sub('', failure.details)}\n",
        encoding="utf-8",
    )
    return f"{run.name}, {failure} (full traceback: {project.shown(log)})"


def _prune(project: Project, runs: Sequence[Run]) -> None:
    """Remove results that nobody is likely to ask for again."""
    needed = {run.result for run in runs}
    kept: dict[str, int] = {}
    newest_first = sorted(
        project.cache.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in newest_first:
        name = path.stem.rpartition("-")[0]
        kept[name] = kept.get(name, 0) + 1
        known = any(run.name == name for run in runs)
        if path not in needed and (not known or kept[name] > KEPT_RESULTS):
            path.unlink()
