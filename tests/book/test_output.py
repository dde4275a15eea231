import ctypes
import errno
import json
import os
import re
import shutil
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.trial.studies import make_study
from tisstats.book.run.project import Project, UsageError
from tisstats.book.run.target import takes_files
from tisstats.book.site import output, swap
from tisstats.book.site.output import (
    MARK,
    BuildStamp,
    check_replaceable,
    digest_of_book,
    files_of_book,
    replace_book,
    restore_book,
)
from tisstats.book.trial_report import check_not_of_another
from tisstats.cli import main


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "checkout")


@pytest.fixture
def pages(tmp_path):
    """New pages, ready to be put in place."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "index.html").write_text("new")
    return folder


def a_book(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("old")
    BuildStamp("sources", {}, [], ["index.html"]).write(folder)
    for name in names:
        (folder / name).write_text("precious")
    return folder


def everything_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_mark_is_read_as_it_was_left(tmp_path):
    mark = BuildStamp("sources", {"threshold": 20}, ["threshold=20"], ["index.html"])
    mark.write(tmp_path)
    assert BuildStamp.read(tmp_path) == mark


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"sources": 1}', "\x00"])
def test_a_broken_mark_is_none(tmp_path, text):
    (tmp_path / MARK).write_text(text)
    assert BuildStamp.read(tmp_path) is None


def test_a_new_an_empty_and_an_own_folder_may_be_replaced(tmp_path, project):
    check_replaceable(tmp_path / "new", project)
    (tmp_path / "empty").mkdir()
    check_replaceable(tmp_path / "empty", project)
    check_replaceable(a_book(tmp_path / "own"), project)


def test_a_foreign_folder_is_refused(tmp_path, project):
    (tmp_path / "letters.txt").write_text("precious")
    with pytest.raises(UsageError, match="is not a book folder"):
        check_replaceable(tmp_path, project)
    assert (tmp_path / "letters.txt").read_text() == "precious"


def test_an_own_folder_that_gained_foreign_things_is_refused(tmp_path, project):
    book = a_book(tmp_path / "own", "CNAME")
    with pytest.raises(UsageError, match="'CNAME'"):
        check_replaceable(book, project)


@pytest.mark.parametrize(
    "name", ["book/notes.txt", "book/a/.hidden", "_static/letter.pdf", "book/intro.pdf"]
)
def test_a_foreign_file_in_a_folder_of_the_book_is_refused(tmp_path, project, name):
    book = tmp_path / "own"
    for file in ("book/intro.html", "_static/class.html", "_static/class.pdf", "index.html"):
        (book / file).parent.mkdir(parents=True, exist_ok=True)
        (book / file).write_text("old")
    files = [file for file in files_of_book(book) if not file.endswith(".pdf")]
    assert files == ["_static/class.html", "book/intro.html", "index.html"]
    BuildStamp("sources", {}, [], files).write(book)
    (book / "book" / ".DS_Store").write_text("")  # of a system that has shown the folder
    check_replaceable(book, project)  # a sheet that was printed from a page is part of it
    (book / name).parent.mkdir(exist_ok=True)
    (book / name).write_text("precious")
    with pytest.raises(UsageError, match=re.escape(f"contains {name!r}, which is not part")):
        check_replaceable(book, project)


def test_a_link_to_a_folder_is_foreign_too(tmp_path, project):
    book = a_book(tmp_path / "own")
    (book / "mine").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="contains 'mine', which is not part"):
        check_replaceable(book, project)


def test_a_book_whose_stamp_names_its_folders_may_be_replaced(tmp_path, project):
    book = a_book(tmp_path / "own")
    (book / "book").mkdir()
    (book / "book" / "intro.html").write_text("old")
    BuildStamp("sources", {}, [], ["book", "index.html"]).write(book)
    check_replaceable(book, project)


def test_a_file_is_refused(tmp_path, project):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        check_replaceable(tmp_path / "file", project)


@pytest.mark.parametrize("name", ["book", "data/x", "notebooks", "_build/src", "_build/nbcache/x"])
def test_the_projects_own_places_are_refused(project, name):
    with pytest.raises(UsageError, match="is reserved for project files"):
        check_replaceable(project.root / name, project)


def test_what_a_plain_build_left_may_be_replaced_in_its_usual_place_only(project, tmp_path):
    for folder in (project.default_output, tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
        (folder / ".buildinfo").touch()
    check_replaceable(project.default_output, project)
    with pytest.raises(UsageError):
        check_replaceable(tmp_path / "elsewhere", project)


def test_new_pages_take_the_place_of_the_old(tmp_path, pages):
    book = a_book(tmp_path / "own")
    replace_book(pages, book)
    assert everything_in(book) == {"index.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_new_pages_go_where_nothing_was(tmp_path, pages):
    replace_book(pages, tmp_path / "a" / "b")
    assert everything_in(tmp_path / "a" / "b") == {"index.html": "new"}


def test_new_pages_reach_another_disk(tmp_path, pages, monkeypatch):
    rename = os.rename

    def across_disks(source, target):
        if Path(source) == pages:
            raise OSError(errno.EXDEV, "another disk")
        rename(source, target)

    monkeypatch.setattr(os, "rename", across_disks)
    replace_book(pages, tmp_path / "book")
    assert everything_in(tmp_path / "book") == {"index.html": "new"}


@pytest.mark.parametrize(
    ("stop", "step"),
    # Pages that cannot be renamed at the first step are copied, as from another disk.
    [(KeyboardInterrupt, 1), *product([KeyboardInterrupt, OSError], [2, 3])],
)
def test_whatever_interrupts_the_old_pages_stay_whole(tmp_path, pages, monkeypatch, stop, step):
    book = a_book(tmp_path / "own")
    before = everything_in(book)
    rename = os.rename
    steps = 0

    def interrupted(source, target):
        nonlocal steps
        steps += 1
        if steps == step:
            raise stop
        rename(source, target)

    monkeypatch.setattr(os, "rename", interrupted)
    monkeypatch.setattr(output, "exchange", lambda *_: False)
    with pytest.raises(stop):
        replace_book(pages, book)
    assert everything_in(book) == before


def test_a_folder_in_a_file_is_refused_before_the_build(tmp_path, project):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file is a file: .* cannot be a folder in it"):
        check_replaceable(tmp_path / "file" / "sub" / "book", project)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems may not exchange")
def test_there_is_a_book_at_every_moment(tmp_path, pages, monkeypatch):
    book = a_book(tmp_path / "own")
    renamed = []
    rename = os.rename
    monkeypatch.setattr(os, "rename", lambda *paths: renamed.append(paths[0]) or rename(*paths))
    replace_book(pages, book)
    assert everything_in(book) == {"index.html": "new"}
    assert renamed == [pages]  # never the book itself


def test_a_failing_exchange_is_told_or_done_otherwise(tmp_path, monkeypatch):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    if swap.exchange(tmp_path / "one", tmp_path / "other"):
        with pytest.raises(OSError, match="No such file"):
            swap.exchange(tmp_path / "one", tmp_path / "nowhere")
    for answer in swap._CANNOT:
        monkeypatch.setattr(ctypes, "get_errno", lambda answer=answer: answer)
        assert not swap.exchange(tmp_path / "one", tmp_path / "nowhere")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())  # an older system
    assert not swap.exchange(tmp_path / "one", tmp_path / "other")


def test_a_book_that_a_killed_build_took_away_is_put_back(tmp_path, pages):
    book = a_book(tmp_path / "own")
    before = everything_in(book)
    # The state between the two renames.
    aside = tmp_path / ".own-tisstats-x"
    aside.mkdir()
    pages.rename(aside / "new")
    book.rename(aside / "former")
    restore_book(book)
    assert everything_in(book) == before
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    restore_book(tmp_path / "nowhere" / "book")  # leaves the parent to the build


def test_signs_of_patterns_in_the_name_of_a_book_stand_for_themselves(tmp_path):
    book = a_book(tmp_path / "own[1]")
    before = everything_in(book)
    # What another build has put aside, of a book whose name the pattern would mean.
    other = a_book(tmp_path / ".own1-tisstats-x" / "former")
    (tmp_path / ".own[1]-tisstats-x").mkdir()
    book.rename(tmp_path / ".own[1]-tisstats-x" / "former")
    restore_book(book)
    assert everything_in(book) == before
    assert other.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".own1-tisstats-x", "own[1]"]


def test_a_book_knows_its_files(tmp_path):
    book = a_book(tmp_path / "own")
    before = digest_of_book(book)
    (book / MARK).write_text("another")
    assert digest_of_book(book) == before
    page = book / "index.html"
    for damaged in ("odl", "", "old "):
        page.write_text(damaged)
        assert digest_of_book(book) != before
    page.write_text("old")
    assert digest_of_book(book) == before
    page.unlink()
    assert digest_of_book(book) != before


def test_a_stamp_of_before_is_read_and_known_to_be_old(tmp_path):
    book = a_book(tmp_path / "own")
    kept = json.loads((book / MARK).read_text())
    del kept["digest"]
    (book / MARK).write_text(json.dumps(kept))
    assert BuildStamp.read(book).digest != digest_of_book(book)


def test_the_report_of_another_study_with_the_same_id_is_not_replaced(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    first, second = (make_study(6, seed=seed).write(tmp_path / f"trial{seed}") for seed in (1, 2))
    report = tmp_path / "_build" / "trials" / "MADE-UP" / "html"
    report.mkdir(parents=True)
    (report / "index.html").write_text("of the first")
    BuildStamp("", {}, [f"cohort={first}", "mapping="], ["index.html"]).write(report)
    assert main(["book", "--cohort", str(second)]) == 2
    assert capsys.readouterr().err.endswith(
        f"{report} has the report of {first}, a study with the same id: change study.id, or name a "
        "folder with --output\n"
    )
    assert (report / "index.html").read_text() == "of the first"
    check_not_of_another(report, [f"cohort={first}", "mapping="])
    described = (first / "study.toml").read_text(encoding="utf-8")
    (first / "study.toml").write_text(described.replace("MADE-UP", "OTHER"), encoding="utf-8")
    check_not_of_another(report, [f"cohort={second}", "mapping="])
    (first / "study.toml").write_text("", encoding="utf-8")
    with pytest.raises(UsageError):
        check_not_of_another(report, [f"cohort={second}", "mapping="])
    shutil.rmtree(first)  # moved away
    check_not_of_another(report, [f"cohort={second}", "mapping="])
    check_not_of_another(tmp_path / "none", [f"cohort={second}", "mapping="])


def test_a_new_folder_that_cannot_be_made_is_refused_before_the_build(tmp_path, monkeypatch):
    project = Project(tmp_path / "project")
    monkeypatch.setattr("tisstats.book.site.output.takes_files", lambda folder: folder != tmp_path)
    with pytest.raises(UsageError, match="new cannot be written: choose another folder"):
        check_replaceable(tmp_path / "new", project)
    monkeypatch.undo()
    check_replaceable(tmp_path / "new", project)
    assert not takes_files(tmp_path / "new")
