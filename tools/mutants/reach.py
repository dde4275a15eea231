"""Which tests reach which lines: a plugin of pytest, and what it has recorded.

The tests run once under coverage.py, with the test as the context of each line that it executes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

#: Where the plugin writes, for the processes that record.
FOLDER = "TISSTATS_MUTANTS_REACH"


class Recorder:
    """Records the lines, the outcome and the duration of each test."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.tests: dict[str, float | None] = {}
        self.coverage = coverage.Coverage(
            data_file=str(folder / "lines"),
            data_suffix=True,
            source=["tisstats"],
            config_file=False,
        )
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        self.coverage.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.tests.get(report.nodeid, 0.0)
        passed = report.passed and before is not None
        self.tests[report.nodeid] = before + report.duration if passed else None

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        path = self.folder / f"durations-{os.getpid()}.json"
        path.write_text(json.dumps(self.tests), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    if folder := os.environ.get(FOLDER):
        config.pluginmanager.register(Recorder(Path(folder)))


def record(folder: Path, paths: list[str]) -> None:
    """Run the tests once and record into a folder what they reach; tests that fail are left out."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "tools.run_tests", "-p", "tools.mutants.reach", "-q",
               "-p", "no:cacheprovider", *paths]  # fmt: skip
    subprocess.run(command, check=False, env={**os.environ, FOLDER: str(folder)})
    lines = coverage.Coverage(data_file=str(folder / "lines"), config_file=False)
    lines.combine(strict=True)
    lines.save()


@dataclass(frozen=True)
class Reach:
    """The tests that execute each line of the package, and how long each takes, in seconds."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    @classmethod
    def read(cls, folder: Path, root: Path) -> Reach:
        seconds: dict[str, float] = {}
        for path in folder.glob("durations-*.json"):
            tests = json.loads(path.read_text(encoding="utf-8"))
            seconds |= {test: taken for test, taken in tests.items() if taken is not None}
        data = coverage.CoverageData(str(folder / "lines"))
        data.read()
        lines = {
            str(Path(file).relative_to(root)): data.contexts_by_lineno(file)
            for file in data.measured_files()
        }
        return cls(lines, seconds)

    def tests(self, file: str, line: int, limit: float) -> list[str]:
        """Return the tests that reach a line: those of the same folder first, then the quick ones.

        A line that is executed at import is reached by every test that executes the file. Tests
        are left out from where their durations add up to the limit, in seconds.
        """
        lines = self.lines.get(file, {})
        here = [test for test in lines.get(line, []) if test in self.seconds]
        if not here:
            reached = {test for tests in lines.values() for test in tests}
            here = [test for test in reached if test in self.seconds]
        part = file.split("/")[1]
        here.sort(key=lambda test: (f"/{part}/" not in f"{test}/", self.seconds[test], test))
        return list(self._within(here, limit))

    def _within(self, tests: list[str], limit: float):
        total = 0.0
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in tests:
            total += self.seconds[test]
            if total > limit and by_file:
                break
            by_file[test.partition("::")[0]].append(test)
        for of_file in by_file.values():  # a file is collected once
            yield from of_file
