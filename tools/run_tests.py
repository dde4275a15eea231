"""Run all tests, one run more than there are cores, eight at most: ``python -m tools.run_tests``.

The runs get the options, and share the files of tests among them. The first is watched as it goes;
the logs of the others follow when all have ended. Last comes what failed, of whichever run: build
servers may keep no more than the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tisstats.book.build import cores
from tools.sharing import failures

#: Every run imports what most tests need, and some have books built: more would end no sooner.
MOST_RUNS = 8


PLUGINS = ("-p", "tools.sharing", "-p", "tools.no_rubbish")

#: Which part of its tests has run, no run knows: it has not yet taken the others.
OPTIONS = ("-o", "console_output_style=classic")


def command(options: list[str], folder: Path) -> list[str]:
    """Return the command of one run."""
    pytest = [sys.executable, "-m", "pytest", *PLUGINS, *OPTIONS, *options]
    return [*pytest, f"--share-folder={folder}"]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of one run.

    Its temporary folders are its own: of those that runs have in common, pytest deletes the oldest
    when it ends, and fails where another run, or one that a test has started, is deleting them too.
    Bytecode may be written, even where the environment forbids it: of the tests, for the next time,
    and of the package, for the many processes that tests start.
    """
    temporary = tempfile.mkdtemp(dir=folder)
    return os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTEST_DEBUG_TEMPROOT": temporary}


def main(options: list[str], runs: int) -> int:
    """Run the tests and return 0 if all have passed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        others = []
        for _ in range(1, runs):
            log = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            other = subprocess.Popen(
                command(options, folder),
                env=environment(folder),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.enter_context(other)
            stack.callback(other.terminate)  # does nothing once it has ended
            others.append((other, log))
        first = subprocess.run(command(options, folder), env=environment(folder), check=False)
        codes = [first.returncode]
        for number, (other, log) in enumerate(others, start=2):
            codes.append(other.wait())
            log.seek(0)
            print(f"\nRun {number} of {runs}:\n", log.read(), sep="", flush=True)
        print(f"\nThe runs ended with {codes}.\n", failures(folder), sep="", end="", flush=True)
    # A run that came too late for any file is no failure, unless no run has found a test.
    return next(
        (code for code in codes if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED)), min(codes)
    )


if __name__ == "__main__":
    # A run that waits for its browser, or for a build, leaves its core to another one.
    sys.exit(main(sys.argv[1:], min(cores() + 1, MOST_RUNS)))
