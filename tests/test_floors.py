"""Files of the package import downwards only: no circle of files, anywhere in the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import tisstats

PACKAGE = Path(tisstats.__file__).parent


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of a package by the names that their modules have."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of every import, in functions too, but for the types of a checker."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used"
            yield from ((str(node.module), alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        else:
            waiting += ast.iter_child_nodes(node)


def graph(files: dict[str, Path]) -> dict[str, set[str]]:
    """Return which files of a package each file imports.

    ``from package import name`` reads the file of the name, if it is one, else the package's own.
    """
    found: dict[str, set[str]] = {}
    for module, path in files.items():
        pairs = list(imported(path.read_text(encoding="utf-8")))
        read = {f"{home}.{name}" if f"{home}.{name}" in files else home for home, name in pairs}
        found[module] = (read & set(files)) - {module}
    return found


def circle(files: dict[str, Path]) -> list[str]:
    """Return the files of one circle, or none."""
    try:
        TopologicalSorter(graph(files)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_import_each_other_in_a_circle():
    files = files_of(PACKAGE)
    assert len(files) > 100
    assert circle(files) == []


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"a": "from p import b", "b": "import p.c", "c": ""}, set()),
        ({"a": "from p.b import x", "b": "def f():\n    from p import a"}, {"p.a", "p.b"}),
        ({"__init__": "from p.a import x", "a": "from p import y"}, {"p", "p.a"}),
        ({"__init__": "from p.a import x", "a": "from p import b", "b": ""}, set()),
        (
            {
                "a": "from p.b import x",
                "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import y",
            },
            set(),
        ),
    ],
    ids=["a line", "late", "child and parent", "child and sibling", "types only"],
)
def test_a_circle_is_found_where_there_is_one(tmp_path, sources, expected):
    folder = tmp_path / "p"
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    assert set(circle(files_of(folder))) == expected
