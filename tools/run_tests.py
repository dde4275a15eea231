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

from tisstats.book.build import cores
from tools.sharing import failures

#: Every run collects all tests, for half a minute: more runs would end no sooner.
MOST_RUNS = 8


#: Bytecode may be written, even where the environment forbids it: of the tests, for the next time,
#: and of the package, for the many processes that tests start.
ENVIRONMENT = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}


PLUGINS = ("-p", "tools.sharing", "-p", "tools.no_rubbish")


def command(options: list[str], folder: Path) -> list[str]:
    """Return the command of one run."""
    pytest = [sys.executable, "-m", "pytest", *PLUGINS, *options]
    return [*pytest, f"--share-folder={folder}"]


def main(options: list[str], runs: int) -> int:
    """Run the tests and return 0 if all have passed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        others = []
        for _ in range(1, runs):
            log = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            other = subprocess.Popen(
                command(options, folder), env=ENVIRONMENT, stdout=log, stderr=subprocess.STDOUT
            )
            stack.enter_context(other)
            stack.callback(other.terminate)  # does nothing once it has ended
            others.append((other, log))
        codes = [subprocess.run(command(options, folder), env=ENVIRONMENT, check=False).returncode]
        for number, (other, log) in enumerate(others, start=2):
            codes.append(other.wait())
            log.seek(0)
            print(f"\nRun {number} of {runs}:\n", log.read(), sep="", flush=True)
        print(f"\nThe runs ended with {codes}.\n", failures(folder), sep="", end="", flush=True)
    return next(filter(None, codes), 0)


if __name__ == "__main__":
    # A run that waits for its browser, or for a build, leaves its core to another one.
    sys.exit(main(sys.argv[1:], min(cores() + 1, MOST_RUNS)))
