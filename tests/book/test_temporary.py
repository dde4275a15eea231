"""Folders for sockets: removed when a build ends, or by the next one if it was killed."""

import os
import tempfile
import time

import pytest

from tisstats.book.run import temporary
from tisstats.book.run.temporary import remove_abandoned, temporary_folder


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def age(folder):
    before = time.time() - 2 * temporary._NEW
    os.utime(folder, (before, before))


def test_a_folder_lasts_as_long_as_it_is_needed(tmp_path):
    with temporary_folder() as folder:
        age(folder)
        remove_abandoned()
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_is_removed(tmp_path):
    for name in ("tisstats-abandoned", "tisstats-new", "another-program"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").touch()
        age(tmp_path / name)
    (tmp_path / "tisstats-without-lock").mkdir()
    age(tmp_path / "tisstats-without-lock")
    os.utime(tmp_path / "tisstats-new")
    with temporary_folder():
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "another-program",
        "tisstats-new",
        "tisstats-without-lock",
    ]
