"""What modules say is kept between builds, and no edit, damage or other code makes it stale."""

import hashlib
import json

import pytest

from tisstats.book.run import read_code
from tisstats.book.run.imports import import_statements
from tisstats.book.run.kept import read_kept, write_kept
from tisstats.book.run.read_code import Reading, read_modules

ONE = "from package import two\ndata_directory('published')\n"
TWO = "import json\ndata_directory(any_other)\n"


@pytest.fixture
def modules(tmp_path):
    """Two modules, each with what it says."""
    said = {
        "one.py": (ONE, Reading(import_statements(ONE), frozenset({"published"}))),
        "two.py": (TWO, Reading(import_statements(TWO), None)),
    }
    for name, (code, _) in said.items():
        (tmp_path / name).write_text(code)
    return {tmp_path / name: reading for name, (_, reading) in said.items()}


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "readings.json"


@pytest.fixture
def read(monkeypatch):
    """What has been read, text by text."""
    texts = []
    once = read_code._read
    monkeypatch.setattr(read_code, "_read", lambda code: texts.append(code) or once(code))
    return texts


def hashes(modules):
    return {file: hashlib.sha256(file.read_bytes()).digest() for file in modules}


def test_a_module_is_read_once_and_again_when_it_has_changed(modules, kept, read):
    assert read_modules(hashes(modules), kept) == modules
    assert read == [ONE, TWO]
    assert read_modules(hashes(modules), kept) == modules
    assert read == [ONE, TWO]
    one, two = modules
    one.write_text("import two\n")
    changed = Reading(((0, "two", ()),), frozenset())
    for _ in range(2):
        assert read_modules(hashes(modules), kept) == {one: changed, two: modules[two]}
    assert read == [ONE, TWO, "import two\n"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-1],
        lambda content: content.replace(b"published", b"bounds"),
        lambda _: b"",
        lambda _: b"\xff\n{}",
    ],
    ids=["cut", "changed", "empty", "foreign"],
)
def test_a_damaged_file_counts_as_missing(modules, kept, read, spoil):
    read_modules(hashes(modules), kept)
    kept.write_bytes(spoil(kept.read_bytes()))
    assert read_modules(hashes(modules), kept) == modules
    assert read == [ONE, TWO, ONE, TWO]
    assert read_modules(hashes(modules), kept) == modules
    assert len(read) == 4


@pytest.mark.parametrize("content", [[], {}, 17, None, ["{}", 1], ["{}", {"a": 1}], "[]"])
def test_a_file_that_holds_something_else_counts_as_missing(modules, kept, content):
    of = json.loads(read_modules(hashes(modules), kept) and read_kept(kept))[0]
    write_kept(kept, json.dumps(content).replace('"{}"', json.dumps(of)))
    assert read_modules(hashes(modules), kept) == modules


def test_other_code_that_reads_reads_again(modules, kept, read, monkeypatch, tmp_path):
    names = {each.name for each in read_code._READERS}
    assert names == {"data_folders.py", "imports.py", "read_code.py"}
    read_modules(hashes(modules), kept)
    other = tmp_path / "reader"
    other.write_text("other code")
    monkeypatch.setattr(read_code, "_READERS", (*read_code._READERS[:-1], other))
    assert read_modules(hashes(modules), kept) == modules
    monkeypatch.setattr(read_code.sys, "version", "4.0")
    assert read_modules(hashes(modules), kept) == modules
    assert read == 3 * [ONE, TWO]


def test_a_module_that_changes_after_it_was_hashed_is_not_kept_as_what_it_was(modules, kept, read):
    before = hashes(modules)
    one, _ = modules
    one.write_text("import two\n")
    assert read_modules(before, kept)[one].folders == frozenset()
    one.write_text(ONE)
    assert read_modules(hashes(modules), kept) == modules
    assert read == ["import two\n", TWO, ONE]


def test_where_nothing_can_be_written_nothing_is_kept(modules, tmp_path, read):
    for _ in range(2):
        assert read_modules(hashes(modules), tmp_path / "missing" / "kept") == modules
    assert len(read) == 4
