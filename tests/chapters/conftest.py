"""The pages of one trial's report, which all read its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

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
