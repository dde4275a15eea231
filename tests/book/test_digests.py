import os
from pathlib import Path

import pytest

from tisstats.book.run import digests
from tisstats.book.run.digests import (
    check_package,
    digest,
    digest_of_files,
    environment_digest,
    files_below,
    notebook_digest,
    source_digest,
)
from tisstats.book.run.project import Project, UsageError


def test_parts_do_not_run_into_one_another():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") != digest("ab", "")


def test_hidden_files_and_compiled_code_do_not_count(tmp_path):
    for name in ("b.py", "a/c.txt", ".hidden", ".git/config", "a/__pycache__/c.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)] == [
        "a/c.txt",
        "b.py",
    ]


def test_a_folder_that_is_missing_has_no_files(tmp_path):
    assert files_below(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["package/code.py", "data/datum.txt", "requirements.txt"])
def test_surroundings_change_with_package_data_and_pins(new_book, name):
    before = environment_digest(new_book.project)
    assert environment_digest(new_book.project) == before
    (new_book.root / name).write_text("another")
    assert environment_digest(new_book.project) != before


@pytest.mark.parametrize("name", ["package/more.py", "data/more.csv"])
def test_surroundings_change_with_a_new_file(new_book, name):
    before = environment_digest(new_book.project)
    (new_book.root / name).touch()
    assert environment_digest(new_book.project) != before


def test_prose_is_no_part_of_a_notebooks_surroundings_but_of_the_sources(new_book):
    around = environment_digest(new_book.project)
    before = source_digest(new_book.project, around)
    (new_book.root / "book" / "intro.md").write_text("# Another")
    assert environment_digest(new_book.project) == around
    assert source_digest(new_book.project, around) != before


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "notebooks/01_first.ipynb"])
def test_sources_change_with_settings_and_notebooks(new_book, name):
    before = source_digest(new_book.project, "")
    with (new_book.root / name).open("a") as file:
        file.write("\n")
    assert source_digest(new_book.project, "") != before


def test_a_notebook_depends_on_its_source_values_and_surroundings():
    alone = notebook_digest("notebooks", b"source", {}, "around")
    assert notebook_digest("notebooks", b"source", {"threshold": 20}, "around") != alone
    assert notebook_digest("notebooks", b"source", {}, "elsewhere") != alone
    assert notebook_digest("notebooks", b"another", {}, "around") != alone
    assert notebook_digest("book", b"source", {}, "around") != alone
    assert notebook_digest("", b"", {"a": 1, "b": 2}, "") == notebook_digest(
        "", b"", {"b": 2, "a": 1}, ""
    )


def test_a_version_of_python_counts(new_book, monkeypatch):
    before = environment_digest(new_book.project)
    monkeypatch.setattr(digests.sys, "version", "4.0")
    assert environment_digest(new_book.project) != before


def test_the_book_of_another_checkout_is_not_built_with_this_code(new_book, tmp_path):
    check_package(new_book.project)
    own = new_book.root / "tisstats"
    own.mkdir()
    running = Project(new_book.root, package=tmp_path / "installed" / "tisstats")
    (running.package / "data").mkdir(parents=True)  # which an installed package has inside
    for folder in (own, running.package):
        (folder / "code.py").write_text("ANSWER = 42\n")
    check_package(running)
    (own / "code.py").write_text("ANSWER = 43\n")
    with pytest.raises(UsageError, match=r"tisstats/code\.py is not the code that runs"):
        check_package(running)


def test_files_in_a_folder_that_a_setting_names_count(new_book, tmp_path):
    settings = ["threshold=20", f"cohort={tmp_path}"]
    before = environment_digest(new_book.project, settings)
    assert environment_digest(new_book.project, reversed(settings)) == before
    (tmp_path / "patients.csv").write_text("patient_id")
    assert environment_digest(new_book.project, settings) != before


def test_the_file_of_an_ensemble_counts_with_the_number_of_a_cohort_after_it(new_book, tmp_path):
    file = tmp_path / "ensemble.npz"
    for choice in (f"{tmp_path}#3", str(file), f"{file}#3"):
        settings = [f"cohort={choice}"]
        file.write_bytes(b"")
        before = environment_digest(new_book.project, settings)
        file.write_bytes(b"cohorts")
        assert environment_digest(new_book.project, settings) != before


def test_a_folder_with_more_in_it_than_data_is_refused(new_book, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    settings = [f"cohort={folder}"]
    for number in range(3):
        (folder / f"{number}.csv").write_text("1234")
    os.mkfifo(folder / "pipe")  # would block whoever reads it
    monkeypatch.setattr(digests, "_MOST_FILES", 3)
    monkeypatch.setattr(digests, "_MOST_BYTES", 12)
    environment_digest(new_book.project, settings)
    for limit in ("_MOST_FILES", "_MOST_BYTES"):
        with monkeypatch.context() as lower:
            lower.setattr(digests, limit, 2)
            with pytest.raises(UsageError, match="name a folder that has only the data in it"):
                environment_digest(new_book.project, settings)


def test_files_are_hashed_in_pieces(tmp_path, monkeypatch):
    (tmp_path / "large.csv").write_bytes(b"1" * 1_000_000)

    def read_bytes(_path):
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert digest_of_files([tmp_path / "large.csv"], tmp_path)
