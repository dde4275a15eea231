"""Which tests reach which lines: a plugin of pytest, and what it has recorded.

Tests run once under coverage.py, with the test as the context of each line that it executes; what a
fixture of a module or a session executes is reached by all tests that use it. Later only those run
again whose file has changed. A record keeps the package as it was, so that its lines are found
again after an edit.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import coverage
import pytest

from tools.mutants.results import digest

#: Where the plugin writes, for the processes that record.
FOLDER = "TISSTATS_MUTANTS_REACH"

#: Begins the context of what a fixture of several tests executes.
_FIXTURE = "fixture "


class Recorder:
    """Records the lines, the outcome and the duration of each test."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.tests: dict[str, float | None] = {}
        self.fixtures: dict[str, list[str]] = {}
        self.context = ""
        self.coverage = coverage.Coverage(
            data_file=str(folder / "lines"),
            data_suffix=True,
            source=["tisstats"],
            config_file=False,
        )
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", []))
        with self._within(item.nodeid):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]):
        """Tell what a fixture executes for several tests from what the first of them does."""
        if fixturedef.scope == "function":
            return (yield)
        with self._within(f"{_FIXTURE}{fixturedef.baseid}::{fixturedef.argname}"):
            return (yield)

    @contextmanager
    def _within(self, context: str) -> Iterator[None]:
        before, self.context = self.context, context
        self.coverage.switch_context(context)
        try:
            yield
        finally:
            self.context = before
            self.coverage.switch_context(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.tests.get(report.nodeid, 0.0)
        passed = report.passed and before is not None
        self.tests[report.nodeid] = before + report.duration if passed else None

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        for name, found in (("durations", self.tests), ("fixtures", self.fixtures)):
            path = self.folder / f"{name}-{os.getpid()}.json"
            path.write_text(json.dumps(found), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    if folder := os.environ.get(FOLDER):
        config.pluginmanager.register(Recorder(Path(folder)))


def test_files(root: Path, paths: Iterable[str]) -> list[str]:
    """Return the files below some paths that hold tests, or doctests."""
    files = (
        file
        for path in paths
        for file in sorted((root / path).rglob("*.py") if (root / path).is_dir() else [root / path])
        if file.name.startswith("test_") or ">>>" in file.read_text(encoding="utf-8")
    )
    return [str(file.relative_to(root)) for file in files]


def changed(folder: Path, root: Path, paths: Iterable[str]) -> list[str]:
    """Return the files of tests that are not recorded in a folder as they stand now."""
    known: dict[str, str] = {}
    for record in _records(folder):
        known |= json.loads((record / "tests.json").read_text(encoding="utf-8"))
    return [file for file in test_files(root, paths) if digest(root / file) != known.get(file)]


def record(folder: Path, root: Path, files: list[str]) -> None:
    """Run files of tests and add to a folder what they reach; tests that fail are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(root / "tisstats", unfinished / "tisstats",
                    ignore=lambda _, names: {n for n in names if n == "__pycache__"})  # fmt: skip
    digests = {file: digest(root / file) for file in files}
    (unfinished / "tests.json").write_text(json.dumps(digests), encoding="utf-8")
    command = [sys.executable, "-m", "tools.run_tests", "-p", "tools.mutants.reach", "-q",
               "-p", "no:cacheprovider", *files]  # fmt: skip
    subprocess.run(command, check=False, cwd=root, env={**os.environ, FOLDER: str(unfinished)})
    lines = coverage.Coverage(data_file=str(unfinished / "lines"), config_file=False)
    lines.combine(strict=True)
    lines.save()
    unfinished.rename(folder / f"{len(_records(folder)):04}")


def _records(folder: Path) -> list[Path]:
    """Return the records in a folder, the oldest first."""
    return sorted(each for each in folder.glob("*") if each.name.isdigit())


def _users_of_fixtures(record: Path) -> Callable[[str], list[str]]:
    """Return what gives the tests of a context: those that use a fixture, or the test itself."""
    users: dict[str, list[str]] = defaultdict(list)
    for path in record.glob("fixtures-*.json"):
        for test, names in json.loads(path.read_text(encoding="utf-8")).items():
            for name in names:
                users[name].append(test)

    @cache
    def tests(context: str) -> list[str]:
        if not context.startswith(_FIXTURE):
            return [context]
        place, _, name = context.removeprefix(_FIXTURE).rpartition("::")
        return [test for test in users[name] if test.startswith(place)]

    return tests


def _moved(before: Path, now: Path) -> dict[int, int]:
    """Return where the lines of a file stand now, for those that still do."""
    old, new = (
        path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for path in (before, now)
    )
    if old == new:
        return {line: line for line in range(1, len(old) + 1)}
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {a + i + 1: b + i + 1 for a, b, size in blocks for i in range(size)}


def importers(root: Path) -> dict[str, set[str]]:
    """Return which files of the package import from each of its files."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "tisstats").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                base = node.module.replace(".", "/")
                names = [f"{base}/{alias.name}" for alias in node.names]
                for each in (base, *names):
                    if (root / f"{each}.py").is_file():
                        found[f"{each}.py"].add(str(path.relative_to(root)))
    return found


@dataclass(frozen=True)
class Reach:
    """The tests that execute each line of the package, and how long each takes, in seconds."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]
    #: Files of tests that look at every module, and reach what runs at its import.
    everywhere: frozenset[str] = field(default_factory=frozenset)
    #: Files that import from each file: what it defines may act in them alone.
    importers: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, root: Path, everywhere: Iterable[str] = ()) -> Reach:
        """Read all records; of a file of tests, the latest counts."""
        seconds: dict[str, float] = {}
        reached: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for each in _records(folder):
            again = json.loads((each / "tests.json").read_text(encoding="utf-8"))
            seconds = {
                test: s for test, s in seconds.items() if test.partition("::")[0] not in again
            }
            for path in each.glob("durations-*.json"):
                tests = json.loads(path.read_text(encoding="utf-8"))
                seconds |= {test: taken for test, taken in tests.items() if taken is not None}
            of_fixture = _users_of_fixtures(each)
            data = coverage.CoverageData(str(each / "lines"))
            data.read()
            for measured in data.measured_files():
                file = str(Path(measured).relative_to(root))
                moved = _moved(each / file, root / file)
                for line, contexts in data.contexts_by_lineno(measured).items():
                    if line in moved:
                        tests = (of_fixture(context) for context in contexts)
                        reached[file][moved[line]].update(*tests)
        lines = {
            file: {line: sorted(tests) for line, tests in of_file.items()}
            for file, of_file in reached.items()
        }
        return cls(lines, seconds, frozenset(everywhere), importers(root))

    def tests(self, file: str, line: int, limit: float, *, at_import: bool = False) -> list[str]:
        """Return the tests that reach a line: those of the same folder first, then the quick ones.

        A line that is executed at import is reached by every test that executes the file or one
        that imports from it, and by those of every module. Tests are left out from where their
        durations add up to the limit, in seconds.
        """
        lines = self.lines.get(file, {})
        here = {test for test in lines.get(line, []) if test in self.seconds}
        if at_import or not here:
            files = (file, *self.importers.get(file, ()))
            reached = [tests for each in files for tests in self.lines.get(each, {}).values()]
            of_file = {test for tests in reached for test in tests}
            of_all = {test for test in self.seconds if test.partition("::")[0] in self.everywhere}
            here = {test for test in of_file | of_all if test in self.seconds}
        part = file.split("/")[1].removesuffix(".py")
        near = sorted(
            here, key=lambda test: (self._distance(test, file, part), self.seconds[test], test)
        )
        return list(self._within(near, limit))

    def _distance(self, test: str, file: str, part: str) -> int:
        """Return how far a test is: of the file itself, of its name, of its part, of another."""
        own = test.partition("::")[0]
        if own == file or own in self.everywhere:
            return 0
        if own.endswith(f"/test_{Path(file).stem.removeprefix('_')}.py"):
            return 1
        return 2 if f"/{part}/" in own else 3

    def _within(self, tests: list[str], limit: float) -> Iterator[str]:
        total = 0.0
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in tests:
            total += self.seconds[test]
            if total > limit and by_file:
                break
            by_file[test.partition("::")[0]].append(test)
        for of_file in by_file.values():  # a file is collected once
            yield from of_file
