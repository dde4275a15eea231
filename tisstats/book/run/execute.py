"""Run the notebooks that need it, in parallel, and cache their results."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tisstats.book.run import digests
from tisstats.book.run.forkserver import FOLDERS, disable_slow_formats
from tisstats.book.run.kept import read_kept, write_kept
from tisstats.book.run.kernels import ForkServer
from tisstats.book.run.parameters import Parameter, Value
from tisstats.book.run.project import BookError, NotebookError, Project, place_of, plain_text

KEPT_RESULTS = 4  #: cached results per notebook, for earlier settings


def kernel_log(project: Project) -> Path:
    """Return the log of what kernels print outside their notebooks."""
    project.logs.mkdir(parents=True, exist_ok=True)
    return project.logs / "kernels.log"


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """A notebook, its parameter values, and the file of its result."""

    notebook: Path
    source: bytes  #: its contents when the run was planned; their hash is in the result's name
    result: Path
    values: Mapping[str, Value] = field(default_factory=dict)  #: empty if all are at their defaults
    variables: Mapping[str, str] = field(default_factory=dict)  #: for its kernel's environment

    @property
    def name(self) -> str:
        """The notebook's name."""
        return self.notebook.stem


def plan_runs(
    project: Project,
    known: Mapping[str, Parameter],
    overrides: Mapping[str, Value],
    around: digests.Surroundings,
) -> list[NotebookRun]:
    """Return the runs that make up the book, each with the file of its result.

    Parameters
    ----------
    known
        The parameters of all notebooks; may be empty if nothing is overridden.
    overrides
        Values that differ from their defaults.
    around
        Digests of what notebooks depend on besides their sources.
    """
    runs = []
    for notebook in project.notebooks():
        stem = notebook.stem
        values: dict[str, Value] = {}
        own = {each.name: each.default for each in known.values() if stem in each.notebooks}
        if own.keys() & overrides:
            # All parameters, since the injected cell is shown in place of the default one.
            values = {name: overrides.get(name, default) for name, default in own.items()}
        source = notebook.read_bytes()
        depends_on = around.of_notebook(source)
        key = digests.notebook_digest(notebook.parent.name, source, values, depends_on)
        result = project.cache / f"{stem}-{key}.result"
        variables = _watched(project, around.folders_of(source))
        runs.append(NotebookRun(notebook, source, result, values, variables))
    return runs


def seem_edited(project: Project) -> bool:
    """Guess by dates whether a notebook has been edited since its last run, or has had none.

    What `plan_runs` finds out takes longer; nothing but the start of a process may depend on this.
    """
    return any(
        notebook.stat().st_mtime
        > max(
            (each.stat().st_mtime for each in project.cache.glob(f"{notebook.stem}-*")), default=0
        )
        for notebook in project.notebooks()
    )


def _watched(project: Project, folders: frozenset[str] | None) -> dict[str, str]:
    """Return the variable that lets a kernel read these folders of data alone; None: all."""
    if folders is None:
        return {}
    data = os.path.realpath(project.root / digests.DATA)
    return {FOLDERS: json.dumps([data, sorted(folders)])}


def run_all(
    project: Project,
    runs: Sequence[NotebookRun],
    jobs: int,
    report: Callable[[str], None],
    fork_server: ForkServer | None = None,
) -> None:
    """Run each notebook that has no result yet.

    Notebooks that fail do not stop the others; their full tracebacks go to the project's logs.

    Parameters
    ----------
    jobs
        Number of parallel runs.
    report
        Called with each progress message.
    fork_server
        Process to fork kernels from; None for ordinary kernels.

    Raises
    ------
    BookError
        If notebooks failed; one line each, with the cell, the error and the log.
    """
    project.cache.mkdir(parents=True, exist_ok=True)
    numbers = count(1)

    def progress(run: NotebookRun, outcome: str) -> None:
        report(f"[{next(numbers)}/{len(runs)}] {run.name}  {outcome}")

    pending = []
    for run in runs:
        (project.logs / f"{run.name}.log").unlink(missing_ok=True)
        if read_kept(run.result) is not None:
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
    project: Project, pending: Sequence[NotebookRun], jobs: int, fork_server: ForkServer | None
) -> Iterator[tuple[NotebookRun, float | NotebookError]]:
    """Yield each run, as it ends, with its seconds or its failure."""
    if not pending:
        return
    disable_slow_formats()
    from tisstats.book.run.jupyter import kernel_managers

    # Leaving the inner block ends all kernels, and with them the threads.
    with (
        ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="notebook") as pool,
        kernel_managers(kernel_log(project), fork_server) as manager,
    ):
        # The longest first, as far as sources tell: or a core would be idle at the end.
        longest_first = sorted(pending, key=lambda run: len(run.source), reverse=True)
        futures = {pool.submit(_run, run, manager): run for run in longest_first}
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
                fork_server.close()  # a thread may still wait for a kernel
            raise


def _run(run: NotebookRun, manager: type) -> float:
    """Run one notebook, cache its result, and return the seconds taken."""
    from tisstats.book.run.jupyter import run_notebook

    started = time.perf_counter()
    folder = run.notebook.parent
    contents = run_notebook(run.source, folder, run.values, manager, run.variables)
    write_kept(run.result, contents)
    return time.perf_counter() - started


def _logged(project: Project, run: NotebookRun, failure: NotebookError) -> str:
    """Write the log of a failed notebook, and return the line that reports it."""
    log = project.logs / f"{run.name}.log"
    log.write_text(
        f"{project.display_path(run.notebook)}, {failure}\n\n{plain_text(failure.details)}\n",
        encoding="utf-8",
    )
    return f"{run.name}, {failure} (full traceback: {place_of(log)})"


def _prune(project: Project, runs: Sequence[NotebookRun]) -> None:
    """Remove outdated results from the cache."""
    needed = {run.result for run in runs}
    names = {run.name for run in runs}
    kept: Counter[str] = Counter()
    for path in sorted(project.cache.iterdir(), key=lambda path: -path.stat().st_mtime):
        name = path.stem.rpartition("-")[0]
        kept[name] += 1
        if path not in needed and (name not in names or kept[name] > KEPT_RESULTS):
            path.unlink()
