"""Turn the staged sources into HTML with Jupyter Book, in a process of its own."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from tisstats.book.run.forkserver import disable_slow_formats
from tisstats.book.run.kernels import CAN_FORK, environment
from tisstats.book.run.project import BookError, Project, place_of, plain_text

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from tisstats.book.site.kept_pages import KeptPages

_ERROR = re.compile(r"\b(WARNING|ERROR|CRITICAL|SEVERE)\b:")
#: Format of a fatal Sphinx error: heading, traceback, message.
_FATAL = re.compile(
    r"^((?:\w+ )*error(?: \(.*\))?|Exception occurred):\n+(?:[ \t].*\n)*(.+)", re.MULTILINE
)
#: How often to look whether another builder has ended, and seconds between.
_TRIES, _PAUSE = 600, 0.1
#: offset of the line numbers of myst-nb per cell
_LINES_PER_CELL = 10_000


class PageBuilder:
    """Jupyter Book in a process that imports it while the notebooks still run, then waits."""

    def __init__(self, project: Project, processes: int):
        self._project = project
        project.logs.mkdir(parents=True, exist_ok=True)
        self._log = project.logs / "pages.log"
        lock = project.build_folder / ".pages-lock"
        with self._log.open("wb") as log, lock.open("wb") as held:
            wait_for_lock(held)
            if project.work_folder.exists():  # of a killed build
                shutil.rmtree(project.work_folder)
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", __name__),
                    *(str(processes), ",".join(project.extensions())),
                    *(
                        "build",
                        str(project.staging_folder),
                        "--path-output",
                        str(project.work_folder),
                    ),
                    *("-n", "-W", "--keep-going"),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment(), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
                start_new_session=True,  # Ctrl-C is handled by the parent
                pass_fds=[held.fileno()] if CAN_FORK else [],  # it is locked until they have ended
            )

    def build(self, kept: KeptPages) -> Path:
        """Build the pages and return their folder.

        Parameters
        ----------
        kept
            Pages of the last build, to begin with.

        Raises
        ------
        BookError
            On any warning or error; one line each, by place in the sources.
        """
        build = self._project.work_folder / "_build"
        kept.give(build)
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(b"go\n")
                self._process.stdin.flush()  # and left open, which shows that this process lives
        if self._process.wait() != 0:
            output = self._log.read_text(encoding="utf-8", errors="replace")
            last = f"the pages could not be built (full log: {place_of(self._log)})"
            raise BookError("\n".join([*find_errors(output, self._project), last]))
        # For Sphinx, to build again into this folder; it has a hash of the paths of this machine.
        (build / "html" / ".buildinfo").unlink()
        return build / "html"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            if CAN_FORK:  # with the processes that write pages for it
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        shutil.rmtree(self._project.work_folder, ignore_errors=True)


def wait_for_lock(file: BinaryIO) -> None:
    """Lock a file, when the page builder of an earlier build has released it.

    If that build was killed, its builder and the processes of that may write on for a moment.

    Raises
    ------
    BookError
        If it does not end.
    """
    if not CAN_FORK:
        return None
    import fcntl

    for _ in range(_TRIES):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
    raise BookError("the page builder of a killed build is still running: end it, and build again")


def find_errors(output: str, project: Project) -> list[str]:
    """Return the errors in the output of the page builder, one per line."""
    text = _FATAL.sub(r"ERROR: \1: \2", plain_text(output))
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    found = [line for line in lines if _ERROR.search(line)]
    return [map_to_source(line, project) for line in found or lines[-1:]]


def map_to_source(line: str, project: Project) -> str:
    """Return a message with staged paths mapped to those of the sources."""
    line = line.replace(f"{project.staging_folder}{os.sep}", "")

    def cell_and_line(match: re.Match[str]) -> str:
        cell, number = divmod(int(match["line"]), _LINES_PER_CELL)
        return f"{match['notebook']}: cell {cell}, line {number}:" if cell else match[0]

    return re.sub(r"^(?P<notebook>\S+\.ipynb):(?P<line>\d+):", cell_and_line, line).strip()


#: New objects after which Python looks for unreachable ones; by itself it does so far more often.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000

#: Slow imports of Jupyter Book.
_PRELOADED = ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme")


def main() -> None:
    """Import everything, wait for a line of input, then run ``jupyter-book``."""
    disable_slow_formats()
    build_in_parallel(int(sys.argv.pop(1)))
    for name in [*_PRELOADED, *filter(None, sys.argv.pop(1).split(","))]:
        with contextlib.suppress(ImportError):  # reported by Sphinx
            importlib.import_module(name)
    jupyter_book = importlib.import_module("jupyter_book.cli.main")
    # The trees of pages are many objects that stay: the collector would go through all of them,
    # and through the libraries, again and again, for an eighth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    if sys.stdin.readline():
        threading.Thread(target=_end_with_the_build, daemon=True).start()
        jupyter_book.main()


#: Extensions of Jupyter Book that do not say that pages may be read by several processes: the first
#: numbers the chapters when all have been read, the second looks at each page on its own.
_SAFE = {"sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"}


def build_in_parallel(processes: int) -> None:
    """Let Sphinx read and write pages in several processes: Jupyter Book has no option for it."""
    if processes == 1 or not CAN_FORK:
        return
    from jupyter_book import sphinx
    from sphinx.application import Sphinx

    Sphinx.is_parallel_allowed = is_parallel_allowed  # type: ignore[method-assign,assignment]
    # One of Sphinx's processes writes no page: it resolves the references for the others.
    sphinx.build_sphinx = partial(sphinx.build_sphinx, jobs=processes + 1)


def is_parallel_allowed(app: Sphinx, what: str) -> bool:
    """Return whether all extensions permit several processes to ``read`` or ``write`` pages.

    With one that does not, pages are made one after the other. Sphinx itself would warn of that,
    and a warning is a fault.
    """
    return all(
        name in _SAFE or getattr(extension, f"parallel_{what}_safe", None) is True
        for name, extension in app.extensions.items()
    )


def _end_with_the_build() -> None:
    """Wait until the process that wants the pages closes our input, or ends; then end as well.

    The processes that this one has started end with it, as they are of its group.
    """
    # Not by `sys.stdin`, whose lock a process that is started meanwhile would wait for.
    while os.read(0, 1):
        pass
    if CAN_FORK:
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
