import pytest

from tisstats.book.run import fingerprint
from tisstats.book.run.fingerprint import digest, files_below, of_notebook, of_sources, surroundings


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
    before = surroundings(new_book.project)
    assert surroundings(new_book.project) == before
    (new_book.root / name).write_text("another")
    assert surroundings(new_book.project) != before


@pytest.mark.parametrize("name", ["package/more.py", "data/more.csv"])
def test_surroundings_change_with_a_new_file(new_book, name):
    before = surroundings(new_book.project)
    (new_book.root / name).touch()
    assert surroundings(new_book.project) != before


def test_prose_is_no_part_of_a_notebooks_surroundings_but_of_the_sources(new_book):
    around = surroundings(new_book.project)
    before = of_sources(new_book.project, around)
    (new_book.root / "book" / "intro.md").write_text("# Another")
    assert surroundings(new_book.project) == around
    assert of_sources(new_book.project, around) != before


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "notebooks/01_first.ipynb"])
def test_sources_change_with_settings_and_notebooks(new_book, name):
    before = of_sources(new_book.project, "")
    with (new_book.root / name).open("a") as file:
        file.write("\n")
    assert of_sources(new_book.project, "") != before


def test_a_notebook_depends_on_its_source_values_and_surroundings():
    alone = of_notebook("notebooks", b"source", {}, "around")
    assert of_notebook("notebooks", b"source", {"threshold": 20}, "around") != alone
    assert of_notebook("notebooks", b"source", {}, "elsewhere") != alone
    assert of_notebook("notebooks", b"another", {}, "around") != alone
    assert of_notebook("book", b"source", {}, "around") != alone
    assert of_notebook("", b"", {"a": 1, "b": 2}, "") == of_notebook("", b"", {"b": 2, "a": 1}, "")


def test_a_version_of_python_counts(new_book, monkeypatch):
    before = surroundings(new_book.project)
    monkeypatch.setattr(fingerprint.sys, "version", "4.0")
    assert surroundings(new_book.project) != before


def test_files_in_a_folder_that_a_setting_names_count(new_book, tmp_path):
    settings = ["threshold=20", f"cohort={tmp_path}"]
    before = surroundings(new_book.project, settings)
    assert surroundings(new_book.project, reversed(settings)) == before
    (tmp_path / "patients.csv").write_text("patient_id")
    assert surroundings(new_book.project, settings) != before
