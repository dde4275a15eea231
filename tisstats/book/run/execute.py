"""Run the notebooks that need it, several at once, and keep their results."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tisstats.book.run import fingerprint
from tisstats.book.run.forkserver import disable_slow_formats
from tisstats.book.run.kernels import ForkServer
from tisstats.book.run.parameters import Parameter, Value
from tisstats.book.run.project import BookError, NotebookError, Project, plain_text

KEPT_RESULTS = 4  #: results kept a notebook, so that going back to an earlier choice costs nothing


def kernel_log(project: Project) -> Path:
    """Return the file that collects what kernels print outside their notebooks."""
    project.logs.mkdir(parents=True, exist_ok=True)
    return project.logs / "kernels.log"


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook, the values it is to run with, and where its result belongs."""

    notebook: Path
    source: bytes  #: its contents when the run was planned; their hash is in the result's name
    result: Path
    values: Mapping[str, Value] = field(default_factory=dict)  #: empty: all at their defaults

    @property
    def name(self) -> str:
        """The notebook's name, as a reader knows it."""
        return self.notebook.stem


def plan(
    project: Project, known: Mapping[str, Parameter], overrides: Mapping[str, Value], around: str
) -> list[Run]:
    """Return the runs that make up the book, each with the file of its result.

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
        stem = notebook.stem
        values: dict[str, Value] = {}
        own = {
            each.name: each.default for each in known.values() if notebook.stem in each.notebooks
        }
        if own.keys() & overrides:
            # All of them, since the cell with the new values is shown in place of the old one.
            values = {name: overrides.get(name, default) for name, default in own.items()}
        source = notebook.read_bytes()
        key = fingerprint.notebook_digest(notebook.parent.name, source, values, around)
        runs.append(Run(notebook, source, project.cache / f"{stem}-{key}.ipynb", values))
    return runs


def run_all(
    project: Project,
    runs: Sequence[Run],
    jobs: int,
    report: Callable[[str], None],
    fork_server: ForkServer | None = None,
) -> None:
    """Run each notebook that has no result yet.

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
    numbers = count(1)

    def progress(run: Run, outcome: str) -> None:
        report(f"[{next(numbers)}/{len(runs)}] {run.name}  {outcome}")

    pending = []
    for run in runs:
        (project.logs / f"{run.name}.log").unlink(missing_ok=True)
        if run.result.exists():
            os.utime(run.result)
            progress(run, "unchanged")
        else:
            pending.append(run)
    failures: dict[str, NotebookError] = {}
    for run, outcome in _run_pending(project, pending, jobs, fork_server):
        if isinstance(outcome, NotebookError):
            failures[run.name] = outcome
            progress(run, "failed")
        else:
            progress(run, f"{outcome:.1f} s")
    if failures:
        failed = [run for run in runs if run.name in failures]
        raise BookError("\n".join(_logged(project, run, failures[run.name]) for run in failed))
    _prune(project, runs)


def _run_pending(
    project: Project, pending: Sequence[Run], jobs: int, fork_server: ForkServer | None
) -> Iterator[tuple[Run, float | NotebookError]]:
    """Yield each run, as it ends, with its seconds or its failure."""
    if not pending:
        return
    disable_slow_formats()
    from tisstats.book.run.jupyter import kernel_managers

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
    from tisstats.book.run.jupyter import run_notebook

    started = time.perf_counter()
    contents = run_notebook(run.source, run.notebook.parent, run.values, manager)
    unfinished = run.result.with_suffix(".part")
    unfinished.write_text(contents, encoding="utf-8")
    unfinished.replace(run.result)
    return time.perf_counter() - started


def _logged(project: Project, run: Run, failure: NotebookError) -> str:
    """Write the log of a failed notebook, and return the line that reports it."""
    log = project.logs / f"{run.name}.log"
    log.write_text(
        f"{project.shown(run.notebook)}, {failure}\n\n{plain_text(failure.details)}\n",
        encoding="utf-8",
    )
    return f"{run.name}, {failure} (full traceback: {project.shown(log)})"


def _prune(project: Project, runs: Sequence[Run]) -> None:
    """Remove results that are unlikely to be needed again."""
    needed = {run.result for run in runs}
    names = {run.name for run in runs}
    kept: Counter[str] = Counter()
    for path in sorted(project.cache.iterdir(), key=lambda path: -path.stat().st_mtime):
        name = path.stem.rpartition("-")[0]
        kept[name] += 1
        if path not in needed and (name not in names or kept[name] > KEPT_RESULTS):
            path.unlink()
