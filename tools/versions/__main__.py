"""Run the tests of what computes with the libraries of this environment.

``make test-oldest`` and ``make test-newest`` make it. How many tests passed and failed, and with
which versions, goes to ``last_run.json``, and from there to the table of the README.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tools.shown import show_figures

ROOT = Path(__file__).resolve().parents[2]
LAST_RUN = Path(__file__).with_name("last_run.json")
#: Tests of what computes; the book itself is built with the pinned versions only.
TESTS = ("tests/measures", "tests/statistics", "tests/forensics", "tests/ledger", "tests/lim2021",
         "tests/tables", "tests/trial", "tests/agreement", "tests/synthetic", "tests/fuzz",
         "tests/test_printed.py", "tests/test_cli.py", "tests/test_cli_files.py",
         "tests/test_datapackage.py", "tests/test_hostile_files.py")  # fmt: skip
#: Libraries whose versions are told.
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "pyarrow", "matplotlib", "frictionless")
OUTCOMES = ("passed", "failed", "skipped")


class Outcomes:
    """A plugin of pytest that counts what became of the tests."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.versions", description=__doc__)
    parser.add_argument("which", choices=("oldest", "newest"))
    which = parser.parse_args(arguments).which
    outcomes = Outcomes()
    options = ["-q", "-p", "no:cacheprovider", *TESTS]
    code = pytest.main(options, plugins=[outcomes])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):  # all have run
        kept = json.loads(LAST_RUN.read_text("utf-8")) if LAST_RUN.exists() else {}
        kept[which] = {
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "tests": dict(outcomes.counts),
            "versions": {"python": platform.python_version(), **{x: version(x) for x in LIBRARIES}},
        }
        LAST_RUN.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
        show_figures(ROOT / "README.md", "test-oldest", table(kept))
    return int(code)


def table(runs: dict[str, Any]) -> str:
    """Return the figures of the last runs as a table in Markdown."""
    names = ("python", *LIBRARIES)
    rows = [
        f"| {which} | {' | '.join(run['versions'][name] for name in names)} | "
        f"{' | '.join(str(run['tests'].get(outcome, 0)) for outcome in OUTCOMES)} | {run['date']} |"
        for which, run in sorted(runs.items(), reverse=True)
    ]
    head = f"| versions | {' | '.join(names)} | {' | '.join(OUTCOMES)} | on |"
    return "\n".join([head, f"|---|{'---|' * len(names)}--:|--:|--:|---|", *rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
