import ast
import json
import os
from pathlib import Path

import pytest

from tisstats.book.run import digests
from tisstats.book.run.digests import (
    Surroundings,
    check_package,
    digest,
    digest_of_files,
    files_below,
    notebook_digest,
)
from tisstats.book.run.imports import code_of
from tisstats.book.run.project import Project, UsageError

ROOT = Path(__file__).resolve().parents[2]
#: What imports libraries by name, and the public names, which are imported for types, too.
IMPORT_BY_NAME = {
    "tisstats",
    "tisstats.book.run.forkserver",
    "tisstats.parallel",
    "tisstats.tables.formats",
    "tisstats.trial.cdisc.formats",
}


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


def around_a_notebook(book, settings=(), code=""):
    """What the digest of a notebook's surroundings is now."""
    source = json.dumps({"cells": [{"cell_type": "code", "source": [code]}]})
    return Surroundings.of_project(book.project, settings).of_notebook(source.encode())


def of_pages(book):
    """What the digest of everything is now."""
    return Surroundings.of_project(book.project).of_pages(book.project)


@pytest.mark.parametrize("name", ["data/datum.txt", "requirements.txt", "package/table.csv"])
def test_surroundings_change_with_data_and_pins(new_book, name):
    (new_book.root / name).touch()
    before = around_a_notebook(new_book)
    assert around_a_notebook(new_book) == before
    (new_book.root / name).write_text("another")
    assert around_a_notebook(new_book) != before


@pytest.mark.parametrize("name", ["package/more.csv", "data/more.csv"])
def test_surroundings_change_with_a_new_file(new_book, name):
    before = around_a_notebook(new_book)
    (new_book.root / name).touch()
    assert around_a_notebook(new_book) != before


MODULES = {
    "__init__": "",
    "top": "def run():\n    from . import middle",
    "middle": "from package.inner.bottom import ANSWER",
    "other": "import package.top",
    "inner/__init__": "",
    "inner/bottom": "from ..leaf import ANSWER",
    "leaf": "ANSWER = 42",
    "runs/__init__": "",
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("import package.leaf", {"__init__", "leaf"}),
        ("from package import leaf", {"__init__", "leaf"}),
        ("import numpy, package.inner", {"__init__", "inner/__init__"}),
        ("from package.top import *", MODULES.keys() - {"other", "runs/__init__"}),
        ("%run package", MODULES.keys()),
        ("", set()),
    ],
)
def test_a_notebook_depends_on_the_code_that_it_imports(new_book, code, used, name):
    for module, content in MODULES.items():
        path = new_book.root / "package" / f"{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    before, everything = around_a_notebook(new_book, code=code), of_pages(new_book)
    with (new_book.root / "package" / f"{name}.py").open("a") as module:
        module.write("\n# edited")
    assert (around_a_notebook(new_book, code=code) != before) == (name in used)
    assert of_pages(new_book) != everything


@pytest.mark.parametrize(
    ("file", "counts"),
    [("table.csv", True), ("inner/table.csv", False), ("inner/deep/table.csv", False)],
)
def test_files_beside_code_count_where_that_code_does(new_book, file, counts):
    for module, content in MODULES.items():
        path = new_book.root / "package" / f"{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    leaf, inner = "import package.leaf", "import package.inner.bottom"
    before = [around_a_notebook(new_book, code=code) for code in (leaf, inner)]
    path = new_book.root / "package" / file
    path.parent.mkdir(exist_ok=True)
    path.touch()
    after = [around_a_notebook(new_book, code=code) for code in (leaf, inner)]
    assert [a != b for a, b in zip(before, after, strict=True)] == [counts, True]


def test_prose_is_no_part_of_a_notebooks_surroundings_but_of_the_sources(new_book):
    around, before = around_a_notebook(new_book), of_pages(new_book)
    (new_book.root / "book" / "intro.md").write_text("# Another")
    assert around_a_notebook(new_book) == around
    assert of_pages(new_book) != before


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "notebooks/01_first.ipynb"])
def test_sources_change_with_settings_and_notebooks(new_book, name):
    before = of_pages(new_book)
    with (new_book.root / name).open("a") as file:
        file.write("\n")
    assert of_pages(new_book) != before


@pytest.fixture(scope="module")
def real():
    """The surroundings of the notebooks of this book."""
    return Surroundings.of_project(Project.from_folder(ROOT))


def chapters_that_import(real, module):
    """The notebooks of this book that need a module, by name."""
    return {
        notebook.stem
        for notebook in Project.from_folder(ROOT).notebooks()
        if module in real.graph.used_by(code_of(notebook.read_bytes()))
    }


def test_in_this_book_an_edit_of_a_chapter_or_of_pages_runs_no_other_notebook(real):
    everything = {notebook.stem for notebook in Project.from_folder(ROOT).notebooks()}
    assert chapters_that_import(real, "tisstats.chapters.safety") == {"05_safety"}
    assert chapters_that_import(real, "tisstats.book.site.stage") == set()
    assert chapters_that_import(real, "tisstats.measures.imacs") == everything


def test_no_module_that_notebooks_use_imports_code_of_the_package_by_a_computed_name(real):
    """Which no reading of the code would see."""
    used = set().union(
        *(
            real.graph.used_by(code_of(path.read_bytes()))
            for path in Project.from_folder(ROOT).notebooks()
        )
    )
    texts = {name: real.graph.modules[name].read_text(encoding="utf-8") for name in used}
    by_name = {
        name for name, text in texts.items() if "import_module" in text or "__import__" in text
    }
    assert by_name <= IMPORT_BY_NAME


def test_files_of_the_package_are_read_by_code_that_imports_what_they_lie_in(real):
    for name, path in real.graph.modules.items():
        text = path.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "files" and call.args:
                place = ast.unparse(call.args[0]).strip("'").replace("__package__", name)
                assert set(real.graph.modules) >= {place}, (name, place)
                assert place in real.graph.used_by(f"import {name}"), (name, place)


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
    before, everything = around_a_notebook(new_book), of_pages(new_book)
    monkeypatch.setattr(digests.sys, "version", "4.0")
    assert around_a_notebook(new_book) != before
    assert of_pages(new_book) == everything  # which any Python builds alike


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
    before = around_a_notebook(new_book, settings)
    assert around_a_notebook(new_book, list(reversed(settings))) == before
    (tmp_path / "patients.csv").write_text("patient_id")
    assert around_a_notebook(new_book, settings) != before


def test_the_file_of_an_ensemble_counts_with_the_number_of_a_cohort_after_it(new_book, tmp_path):
    file = tmp_path / "ensemble.npz"
    for choice in (f"{tmp_path}#3", str(file), f"{file}#3"):
        settings = [f"cohort={choice}"]
        file.write_bytes(b"")
        before = around_a_notebook(new_book, settings)
        file.write_bytes(b"cohorts")
        assert around_a_notebook(new_book, settings) != before


def test_a_folder_with_more_in_it_than_data_is_refused(new_book, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    settings = [f"cohort={folder}"]
    for number in range(3):
        (folder / f"{number}.csv").write_text("1234")
    os.mkfifo(folder / "pipe")  # would block whoever reads it
    monkeypatch.setattr(digests, "_MOST_FILES", 3)
    monkeypatch.setattr(digests, "_MOST_BYTES", 12)
    around_a_notebook(new_book, settings)
    for limit in ("_MOST_FILES", "_MOST_BYTES"):
        with monkeypatch.context() as lower:
            lower.setattr(digests, limit, 2)
            with pytest.raises(UsageError, match="name a folder that has only the data in it"):
                around_a_notebook(new_book, settings)


def test_files_are_hashed_in_pieces(tmp_path, monkeypatch):
    (tmp_path / "large.csv").write_bytes(b"1" * 1_000_000)

    def read_bytes(_path):
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert digest_of_files([tmp_path / "large.csv"], tmp_path)
