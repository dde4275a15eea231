from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tisstats.study.published import Published, data_directory


@pytest.fixture(scope="session")
def published() -> Published:
    return Published.read()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the published facts that a test may spoil."""
    return Path(shutil.copytree(data_directory("published"), tmp_path / "published"))


@pytest.fixture
def edit(copied: Path):
    """Replace text in a file of the copy; the text must be there exactly once."""

    def replace(file: str, old: str, new: str) -> Path:
        path = copied / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return copied

    return replace
