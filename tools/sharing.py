"""A plugin of pytest by which several runs, side by side, share the files of tests among them.

Each run lists the files. It takes one by making a mark in a folder that the runs have in common,
and what another run has taken, it leaves out. Only then does it collect the tests of that file,
since to import all files takes half a minute, and runs them. So the runs end at about the same
time, however long a file takes and however many runs there are. A file is never divided: its tests
share what they build. Nor are the files divided whose tests read the book with other choices:
another run would wait for that book. They are taken first, then those that build books or drive a
browser, as their text says, and what takes little time is left for the end. What fails is noted in
the folder, so that it can be named after all runs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.warnings import catch_warnings_for_item

from tisstats.book.run.forkserver import disable_slow_formats

disable_slow_formats()  # before the plugin that runs notebooks is imported: half of its time


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sharing the tests among runs")
    group.addoption("--share-folder", type=Path, metavar="DIR", help="the folder of the marks")


def pytest_configure(config: pytest.Config) -> None:
    folder = config.option.share_folder
    if folder is not None and not config.option.collectonly:
        config.pluginmanager.register(Failures(folder))
        config.pluginmanager.register(Shares(folder), "shares")


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

#: How files say that some of their tests take long.
LONG = re.compile(r"\bmark\.(build|browser)\b")


def in_shares(files: Iterable[pytest.File]) -> list[tuple[str, list[pytest.File]]]:
    """Return what a run takes at once, the longest first: its name, and its files.

    A module is two of them: pytest looks for its tests and for the examples of its docstrings.
    """
    alike: dict[str, list[pytest.File]] = {}
    for file in files:
        alike.setdefault(file.nodeid, []).append(file)
    together, long, short = [], [], []
    for name, same in alike.items():
        text = same[0].path.read_text(encoding="utf-8")
        if re.search(rf"\b{TAKES_LONG}\b", text):
            together += same
        elif LONG.search(text):
            long.append((name, same))
        else:
            short.append((name, same))
    first = [(TAKES_LONG, together)] if together else []
    return [*first, *long, *short]


class Shares:
    """Runs the files that no other run takes."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: list[pytest.File] = []
        self.listing = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> pytest.CollectReport | None:
        """List a file without looking into it, as long as files are listed."""
        if not self.listing or not isinstance(collector, pytest.File):
            return None
        self.files.append(collector)
        return pytest.CollectReport(collector.nodeid, "passed", longrepr=None, result=[])

    def pytest_collection_finish(self) -> None:
        """From now on look into files."""
        self.listing = False

    def pytest_report_collectionfinish(self) -> str:
        """Say why no test has been collected yet."""
        return f"{len(self.files)} files, each collected when it is taken"

    def take(self) -> Iterator[list[pytest.File]]:
        """Yield the files of one share after another that no other run has taken."""
        for name, files in in_shares(self.files):
            try:
                (self.folder / sha256(name.encode()).hexdigest()).touch(exist_ok=False)
            except FileExistsError:
                continue
            yield files

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run what this run takes, as the loop of pytest does with everything."""
        if session.testsfailed:
            return None
        for item, after in in_order(collected(session, files) for files in self.take()):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True


def collected(session: pytest.Session, files: list[pytest.File]) -> list[pytest.Item]:
    """Collect the tests of some files, as pytest does with all: the same warnings are errors."""
    with catch_warnings_for_item(session.config, session.config.hook, when="collect", item=None):
        items = [item for file in files for item in session.genitems(file)]
        session.config.hook.pytest_collection_modifyitems(
            session=session, config=session.config, items=items
        )
    session.testscollected += len(items)
    return items


def in_order(
    shares: Iterable[list[pytest.Item]],
) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Yield each test and the one after it, by which pytest knows what is to be taken down.

    A share is taken when the last test of the share before is about to run.
    """
    with_tests = filter(None, shares)
    items = next(with_tests, [])
    while items:
        yield from pairwise(items)
        last, items = items[-1], next(with_tests, [])
        yield last, items[0] if items else None
