import ast
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tisstats.book.run import digests, read_code
from tisstats.book.run.data_folders import folders_named
from tisstats.book.run.digests import (
    Surroundings,
    check_package,
    digest,
    digest_of_files,
    files_below,
    notebook_digest,
)
from tisstats.book.run.imports import ImportGraph, code_of, import_statements
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


# Folders of data


@pytest.mark.parametrize(
    ("code", "folders"),
    [
        ("", set()),
        ("data_directory('one')", {"one"}),
        ("published.data_directory('one/two') / 'a.csv'", {"one"}),
        ("NAME = 'one'\ndef read(): return data_directory(NAME)", {"one"}),
        ("from b import data_directory", set()),
        ("def data_directory(name): return name", set()),
        # What reading the code does not tell
        ("data_directory(name)", None),
        ("NAME = 'one'\nNAME = other\ndata_directory(NAME)", None),
        ("NAME = 'one'\nfor NAME in names: data_directory(NAME)", None),
        ("data_directory()", None),
        ("data_directory(name='one')", None),
        ("data_directory(f'{name}')", None),
        ("from b import data_directory as given\ngiven('one')", None),
        ("map(data_directory, names)", None),
        ("%run data_directory", None),
    ],
)
def test_code_names_the_folders_that_it_reads(code, folders):
    found = folders_named(code)
    assert found == (None if folders is None else frozenset(folders))


@pytest.fixture
def with_data(new_book):
    """A tiny book with two folders of data."""
    for name in ("one", "two"):
        (new_book.root / "data" / name).mkdir(parents=True)
        (new_book.root / "data" / name / "a.csv").write_text("1")
    return new_book


def edit(path):
    """Change what a file holds, and neither its size nor its time."""
    was = path.stat()
    path.write_text("2")
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


@pytest.mark.parametrize(
    ("code", "one", "two"),
    [
        ("data_directory('one')", True, False),
        ("data_directory('two')", False, True),
        ("data_directory('one'), data_directory('two')", True, True),
        ("data_directory(name)", True, True),
        ("1", False, False),
    ],
)
def test_an_edit_of_a_folder_of_data_concerns_the_notebooks_that_read_it(with_data, code, one, two):
    for name, concerned in {"one": one, "two": two}.items():
        before, pages = around_a_notebook(with_data, code=code), of_pages(with_data)
        edit(with_data.root / "data" / name / "a.csv")
        assert (around_a_notebook(with_data, code=code) != before) == concerned
        assert of_pages(with_data) != pages
        before = around_a_notebook(with_data, code=code)
        (with_data.root / "data" / name / "later.csv").touch()
        assert (around_a_notebook(with_data, code=code) != before) == concerned


def test_a_folder_that_appears_later_counts_where_it_was_looked_for(with_data):
    code = "data_directory('three')"
    before, other = around_a_notebook(with_data, code=code), around_a_notebook(with_data)
    (with_data.root / "data" / "three").mkdir()
    (with_data.root / "data" / "three" / "a.csv").touch()
    assert around_a_notebook(with_data, code=code) != before
    assert around_a_notebook(with_data) == other


def test_the_folder_that_code_of_the_package_names_counts(with_data):
    (with_data.project.package / "reads.py").write_text("def read():\n    data_directory('one')\n")
    project = with_data.project
    source = json.dumps({"cells": [{"cell_type": "code", "source": ["import package.reads"]}]})
    assert Surroundings.of_project(project).folders_of(source.encode()) == {"one"}


def test_each_module_is_read_once_for_the_folders_that_it_names(real, monkeypatch, tmp_path):
    sources = [each.read_bytes() for each in Project.from_folder(ROOT).notebooks()[:2]]
    expected = [real.folders_of(source) for source in sources]
    read = []
    once = read_code._read
    monkeypatch.setattr(read_code, "_read", lambda code: read.append(code) or once(code))
    fresh = dataclasses.replace(real, kept=tmp_path / "kept")
    assert [fresh.folders_of(source) for source in sources] == expected
    assert len(read) == len(set(read)) > 0


def test_in_this_book_data_of_one_lesson_concern_that_lesson_alone(real):
    """The page of all data packages reads whichever it is told to."""
    readers = {}
    for notebook in Project.from_folder(ROOT).notebooks():
        folders = real.folders_of(notebook.read_bytes())
        for name in real.data if folders is None else folders:
            readers.setdefault(name, set()).add(notebook.stem)
    assert readers["placebo_arms"] == {"teaching_placebo", "data_dictionary"}
    assert readers["agreement"] == {"method_agreement", "data_dictionary"}
    assert readers["messy_export"] == {"own_data", "data_dictionary"}
    assert len(readers["published"]) == len(Project.from_folder(ROOT).notebooks())


WATCHED = """
import glob, os, sys
from pathlib import Path
from tisstats.book.run.forkserver import watch

data = Path(sys.argv[1])
watch(os.path.realpath(data), ["one"])
os.chdir(data / "one")
exec(sys.argv[2])
"""


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("open(data / 'two' / 'a.csv')", True),
        ("open('../two/a.csv', 'rb')", True),
        ("(data / 'two' / 'none.csv').read_text()", True),
        ("os.listdir(data / 'two')", True),
        ("list(os.scandir(str(data)))", True),
        ("glob.glob(str(data / '*' / 'a.csv'))", True),
        ("list(data.glob('two/*'))", True),
        ("import io; io.FileIO(os.fsencode(data / 'two' / 'a.csv'))", True),
        ("open(data / 'one' / 'a.csv')", False),
        ("open(data / 'README.md')", False),
        ("os.listdir('.')", False),
        ("open(data.parent / 'data.csv')", False),
        ("open(data.parent / 'data_of_others' / 'a.csv')", False),
        ("os.listdir(data.parent / 'data_of_others')", False),
    ],
)
def test_a_kernel_reads_no_folder_that_its_code_does_not_name(with_data, code, refused):
    data = with_data.root / "data"
    (data / "README.md").touch()
    (with_data.root / "data.csv").touch()
    (with_data.root / "data_of_others").mkdir()
    (with_data.root / "data_of_others" / "a.csv").touch()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(data), code], capture_output=True, text=True
    )
    assert (done.returncode == 1) == refused, done.stderr
    assert ("which no code of this notebook names" in done.stderr) == refused


ANYWHERE = """
import a.one
async def later():
    async with open_it(): import a.two
    async for _ in them: from a import three
    else: from . import none_of_ours, four
try: import a.five
except ImportError: import a.six
else: import a.seven
finally: import a.eight
while True: import a.nine
else: import a.ten
match 1:
    case 1: import a.eleven
class Kept:
    def method(self):
        if (lambda: 1)(): import a.twelve
        elif 2: import a.thirteen
        else: import a.fourteen
try: pass
except* OSError: import a.fifteen
"""


def test_imports_are_found_wherever_statements_stand(tmp_path):
    names = [
        *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "other"),
    ]
    package = tmp_path / "a"
    package.mkdir()
    files = [package / f"{name}.py" for name in [*names, "__init__"]]
    for file in files:
        file.touch()
    (package / "__init__.py").write_text(ANYWHERE)
    statements = {file: import_statements(file.read_text()) for file in files}
    graph = ImportGraph.of_package(package, statements)
    assert graph.imports["a"] == {"a", *(f"a.{name}" for name in names[:-1])}
