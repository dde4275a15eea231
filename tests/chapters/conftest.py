"""What the tests of pages share: a trial that is read once, and figures that nobody looks at."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

import tisstats.figures
from tests.cases import ALL_CASES
from tisstats.chapters.trial_report import chapter
from tisstats.trial.study_data import StudyData


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Let pages of the same files have the same study: to read and score it takes longest.

    Which files they are, their contents tell: a test may change them between two pages.
    """
    last: dict[tuple[object, ...], StudyData] = {}

    def read(folder: Path | str, mapping: str | None) -> StudyData:
        files = sorted(each for each in Path(folder).rglob("*") if each.is_file())
        files += [Path(mapping)] if mapping else []
        key = (folder, *((file, file.read_bytes()) for file in files))
        if key not in last:
            found = StudyData.read(folder, mapping)
            last.clear()  # a test is on one trial after another
            last[key] = found
        return last[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "StudyData", SimpleNamespace(read=read))
        yield


@pytest.fixture
def drawn() -> None:
    """Let figures be drawn in a module whose other tests read their texts alone."""


@pytest.fixture
def not_drawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave figures undrawn where their alternative texts alone are read.

    To draw them for both widths takes most of the time of a page. `make test-thorough` draws them.
    """
    if "drawn" in request.fixturenames or ALL_CASES in os.environ:
        return
    for found in pkgutil.iter_modules(tisstats.figures.__path__):
        module = import_module(f"tisstats.figures.{found.name}")
        if hasattr(module, "draw"):
            monkeypatch.setattr(module, "draw", lambda *_, **__: None)
