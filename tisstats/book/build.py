"""Build the book: run the notebooks, build the pages and replace the previous book."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tisstats.book.run.compiled import renew_compiled
from tisstats.book.run.digests import Surroundings, digest
from tisstats.book.run.kept import read_kept
from tisstats.book.run.libraries import BUILDING, require_libraries
from tisstats.book.run.open_files import require_open_files
from tisstats.book.run.parameters import Refusal, parse_settings, read_parameters
from tisstats.book.run.project import BookError, Project
from tisstats.book.site.output import (
    BuildStamp,
    check_replaceable,
    digest_of_book,
    files_of_book,
    replace_book,
    restore_book,
)

# Heavy imports are deferred so that an up-to-date check is fast.


def build(
    project: Project,
    settings: Sequence[str] = (),
    *,
    jobs: int | None = None,
    output: Path | None = None,
    report: Callable[[str], None] = print,
    refusal: Refusal | None = None,
) -> Path:
    """Build the book and return its folder.

    Parameters
    ----------
    project
        The project to build.
    settings
        Parameters of the notebooks to change, as ``name=value``.
    jobs
        Number of notebooks that run, and of processes that make pages, at a time; by default the
        number of cores.
    output
        Output folder; by default ``_build/html`` of the project.
    report
        Called with each progress message.
    refusal
        Called with the name and value of each setting; a reason refuses it before anything runs.

    Raises
    ------
    UsageError
        If a setting is wrong, or if the output folder is not that of a book.
    StaleCodeError
        If compiled code of the package was older than its source: it has been replaced, and a new
        process has to build the book.
    ModuleNotFoundError
        If a library is missing that running notebooks or building pages needs.
    BookError
        If a notebook or a page fails. The previous book stays as it was.
    """
    output = (output or project.default_output).resolve()
    check_replaceable(output, project)
    if settings:
        parse_settings(settings, read_parameters(project.notebooks()), refusal)
    if not _is_current(project, settings, output):
        require_libraries("running notebooks and building pages", BUILDING)
        with _build_lock(project, report) as waited:
            if not (waited and _is_current(project, settings, output)):
                require_open_files()
                _build(project, settings, jobs or cores(), output, report)
                return output
    report("Up to date.")
    return output


@contextmanager
def _build_lock(project: Project, report: Callable[[str], None]) -> Iterator[bool]:
    """Hold off other builds of the project; yield whether one had to finish first.

    The lock is released when its process exits.
    """
    from filelock import FileLock, Timeout

    project.build_folder.mkdir(exist_ok=True)
    lock = FileLock(project.build_folder / ".lock")
    try:
        held, waited = lock.acquire(blocking=False), False
    except Timeout:
        report("Waiting for another build of this book to finish.")
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
    from tisstats.book.run.execute import kernel_log, plan_runs, run_all, seem_edited
    from tisstats.book.run.kernels import fork_server
    from tisstats.book.site.kept_pages import KeptPages
    from tisstats.book.site.stage import override_banner, stage_sources

    restore_book(output)
    around = Surroundings.of_project(project, settings)
    renew_compiled(file for file in around.contents if file.suffix == ".py")
    sources = around.of_pages(project)
    with ExitStack() as processes:
        # Both import their libraries while this process plans the runs, which shows whether any
        # notebook has to run; if one seems to, the process for it need not wait for that.
        server = None
        if settings or seem_edited(project):
            server = processes.enter_context(fork_server(kernel_log(project)))
        pages = processes.enter_context(PageBuilder(project, jobs))
        known = read_parameters(project.notebooks())
        overrides = parse_settings(settings, known)
        runs = plan_runs(project, known, overrides, around)
        if server is None and any(read_kept(run.result) is None for run in runs):
            server = processes.enter_context(fork_server(kernel_log(project)))
        run_all(project, runs, jobs, report, server)
        stage_sources(project, runs, override_banner(overrides, known))
        if Surroundings.of_project(project, settings) != around:
            # The code or the data changed meanwhile: results may be a mixture.
            for run in runs:
                run.result.unlink()
        started = time.perf_counter()
        kept = KeptPages.of_staged(project, around)
        try:
            built = pages.build(kept)
        except BookError:
            if kept.record is None:
                raise
            # Sphinx may warn of what it would not in a build from nothing, whose word counts.
            kept = replace(kept, record=None)
            built = processes.enter_context(PageBuilder(project, jobs)).build(kept)
        report(f"{len(project.pages())} pages  {time.perf_counter() - started:.1f} s")
        # Of what changed meanwhile nothing is kept, and the next build makes the book again.
        settled = Surroundings.of_project(project, settings).of_pages(project) == sources
        if settled:
            kept.take(built.parent)
        contents = files_of_book(built)
        stamp = BuildStamp(
            sources if settled else "", overrides, list(settings), contents, digest_of_book(built)
        )
        stamp.write(built)
        check_replaceable(output, project)  # somebody may have put something there meanwhile
        replace_book(built, output)
        python = _python_of(project, output)
        python.parent.mkdir(exist_ok=True)
        python.write_text(sys.version, encoding="utf-8")


def _is_current(project: Project, settings: Sequence[str], output: Path) -> bool:
    """Return whether the book in a folder is up to date."""
    mark = BuildStamp.read(output)
    if mark is None or mark.digest != digest_of_book(output):
        return False  # also if a page was lost or damaged
    python = _python_of(project, output)
    if not python.is_file() or python.read_text(encoding="utf-8") != sys.version:
        return False
    if mark.sources != Surroundings.of_project(project, settings).of_pages(project):
        return False
    if sorted(mark.settings) == sorted(settings):
        return True
    known = read_parameters(project.notebooks()) if settings else {}
    return mark.overrides == parse_settings(settings, known)


def _python_of(project: Project, output: Path) -> Path:
    """Return the file that names the Python that built a book; the book itself is the same."""
    return project.build_folder / "pythons" / digest(project.display_path(output))


def cores() -> int:
    """Return the number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
