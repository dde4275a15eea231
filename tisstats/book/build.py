"""Build the book: run the notebooks, make the pages, and only then replace the former book."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tisstats.book.run import fingerprint
from tisstats.book.run.parameters import parse_settings, read_parameters
from tisstats.book.run.project import Project
from tisstats.book.site.output import Mark, check_replaceable, replace_book

# What is needed only when there is something to do is imported only then: to see that nothing
# has changed takes a fraction of a second.


def build(
    project: Project,
    settings: Sequence[str] = (),
    *,
    jobs: int | None = None,
    output: Path | None = None,
    report: Callable[[str], None] = print,
) -> Path:
    """Build the book and return its folder.

    Parameters
    ----------
    project
        What to build.
    settings
        Parameters of the notebooks to change, as ``name=value``.
    jobs
        How many notebooks run at once; as many as there are cores unless given.
    output
        Where the book goes; ``_build/html`` of the project unless given.
    report
        Takes one line of progress at a time.

    Raises
    ------
    UsageError
        If a setting is wrong, or if the output folder holds something other than a book.
    BookError
        If a notebook or a page fails. The former book stays as it was.
    """
    output = (output or project.default_output).resolve()
    check_replaceable(output, project)
    if not _is_current(project, settings, output):
        with _only_build(project, report) as waited:
            if not (waited and _is_current(project, settings, output)):
                _build(project, settings, jobs or cores(), output, report)
                return output
    report("Nothing has changed.")
    return output


@contextmanager
def _only_build(project: Project, report: Callable[[str], None]) -> Iterator[bool]:
    """Hold off other builds of the project; yield whether one was under way and had to end first.

    The lock goes with the process that holds it, however that ends.
    """
    from filelock import FileLock, Timeout

    project.build_folder.mkdir(exist_ok=True)
    lock = FileLock(project.build_folder / ".lock")
    try:
        held, waited = lock.acquire(blocking=False), False
    except Timeout:
        report("Waiting for another build of this book to end.")
        held, waited = lock.acquire(), True
    with held:
        yield waited


def _build(
    project: Project,
    settings: Sequence[str],
    jobs: int,
    output: Path,
    report: Callable[[str], None],
) -> None:
    from tisstats.book.pages.builder import PageBuilder
    from tisstats.book.run.execute import kernel_log, plan, run_all
    from tisstats.book.run.kernels import fork_server
    from tisstats.book.site.stage import banner, stage

    around = fingerprint.environment_digest(project, settings)
    sources = fingerprint.source_digest(project, around)
    with ExitStack() as processes:
        # Both import their libraries while this process works out what there is to do.
        something_to_run = settings or not all(
            run.result.exists() for run in plan(project, {}, {}, around)
        )
        server = (
            processes.enter_context(fork_server(kernel_log(project))) if something_to_run else None
        )
        pages = processes.enter_context(PageBuilder(project))
        known = read_parameters(project.notebooks())
        overrides = parse_settings(settings, known)
        runs = plan(project, known, overrides, around)
        run_all(project, runs, jobs, report, server)
        stage(project, runs, banner(overrides, known))
        if fingerprint.environment_digest(project, settings) != around:
            # The code or the data changed meanwhile: it is unknown which of them the results show.
            for run in runs:
                run.result.unlink()
        started = time.perf_counter()
        built = pages.build()
        report(f"{len(project.pages())} pages  {time.perf_counter() - started:.1f} s")
        contents = sorted(path.name for path in built.iterdir())
        Mark(sources, overrides, list(settings), contents).leave(built)
        replace_book(built, output)


def _is_current(project: Project, settings: Sequence[str], output: Path) -> bool:
    """Whether the book in a folder is what would be built."""
    mark = Mark.of(output)
    if mark is None or not all((output / name).exists() for name in mark.contents):
        return False
    around = fingerprint.environment_digest(project, settings)
    if mark.sources != fingerprint.source_digest(project, around):
        return False
    if sorted(mark.settings) == sorted(settings):
        return True
    known = read_parameters(project.notebooks()) if settings else {}
    return mark.overrides == parse_settings(settings, known)


def cores() -> int:
    """Return the number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
