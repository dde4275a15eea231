"""A plugin of pytest by which several runs, side by side, share the files of tests among them.

Each run collects every file. Before it runs the tests of one, it takes that file by making a mark
in a folder that the runs have in common; what another run has taken, it leaves out. So the runs end
at about the same time, however long a file takes and however many runs there are. A file is never
divided: its tests share what they build. Nor are the files divided whose tests read the book with
other choices: another run would wait for that book. They are taken first, then those that build
books or drive a browser, and what takes little time is left for the end. What fails is noted in
the folder, so that it can be named after all runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sharing the tests among runs")
    group.addoption("--share-folder", type=Path, metavar="DIR", help="the folder of the marks")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.share_folder is not None:
        config.pluginmanager.register(Failures(config.option.share_folder))


#: How the names of files end in which runs note what failed.
NOTED = ".failed"

#: How much of each failure is noted: lines, and characters of a line.
MOST_LINES = 6
MOST_CHARACTERS = 300


class Failures:
    """Notes what fails in a run, one file for each run."""

    def __init__(self, folder: Path):
        self.file = folder / f"{os.getpid()}{NOTED}"

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Note the test and the first lines of what went wrong, if something did."""
        if report.failed:
            lines = report.longreprtext.splitlines()
            wrong = [line[:MOST_CHARACTERS] for line in lines if line.startswith("E ")]
            with self.file.open("a", encoding="utf-8") as file:
                print("FAILED", report.nodeid, *wrong[:MOST_LINES], sep="\n", file=file)

    pytest_runtest_logreport = pytest_collectreport = note


def failures(folder: Path) -> str:
    """Return what all runs have noted in a folder."""
    return "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob(f"*{NOTED}")))


#: A fixture that takes minutes, whichever run is the first to ask for it.
TAKES_LONG = "other_book"

#: Markers of tests that take long.
LONG = ("build", "browser")


def shares(items: list[pytest.Item]) -> list[tuple[str, list[pytest.Item]]]:
    """Return what a run takes at once, the longest first: its name, and its tests."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    together, long, short = [], [], []
    for name, tests in files.items():
        if any(TAKES_LONG in getattr(test, "fixturenames", ()) for test in tests):
            together += tests
        elif any(test.get_closest_marker(marker) for test in tests for marker in LONG):
            long.append((name, tests))
        else:
            short.append((name, tests))
    first = [(TAKES_LONG, together)] if together else []
    return [*first, *long, *short]


class Shares:
    """What several runs share, in the order in which it is taken."""

    def __init__(self, folder: Path, items: list[pytest.Item]):
        self.folder = folder
        self.wanted = shares(items)

    def take(self) -> Iterator[list[pytest.Item]]:
        """Yield the tests of one share after another that no other run has taken."""
        for name, items in self.wanted:
            try:
                (self.folder / sha256(name.encode()).hexdigest()).touch(exist_ok=False)
            except FileExistsError:
                continue
            yield items


def in_order(
    files: Iterator[list[pytest.Item]],
) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Yield each test and the one after it, by which pytest knows what is to be taken down.

    A file is taken when the last test of the file before is about to run.
    """
    items = next(files, [])
    while items:
        yield from pairwise(items)
        last, items = items[-1], next(files, [])
        yield last, items[0] if items else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run what this run takes, as the loop of pytest does with everything."""
    folder = session.config.option.share_folder
    if folder is None or session.config.option.collectonly or session.testsfailed:
        return None
    shared = Shares(folder, session.items)
    for item, after in in_order(shared.take()):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True
