"""What code of a package a notebook imports, directly or through other modules."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Parts of statements that are lists of statements, or of clauses that have such parts.
_PARTS = ("body", "orelse", "finalbody", "handlers", "cases")

#: An import statement: its level, what it imports, and what it imports from that.
Statement = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True)
class ImportGraph:
    """The modules of a package, and which of them each imports.

    Imports anywhere in a module count: at its top, inside functions, and for types only. Modules
    that are imported by a computed name are not seen; a test allows none but those of libraries.
    """

    package: Path
    modules: dict[str, Path]  #: file of each module, by its full name
    imports: dict[str, frozenset[str]]  #: modules that each imports, by full names

    @classmethod
    def of_package(
        cls, package: Path, statements: Mapping[Path, Iterable[Statement]]
    ) -> ImportGraph:
        """Return the graph of a package.

        Parameters
        ----------
        package
            The folder of the package, whose name is that of the package.
        statements
            The import statements of each module in it.
        """
        modules = {_module_name(package, file): file for file in statements}
        return cls(
            package,
            modules,
            {
                name: frozenset(_imports(statements[file], name, file, modules))
                for name, file in modules.items()
            },
        )

    def used_by(self, code: str) -> set[str]:
        """Return the modules that code needs; all of them if it is not plain Python."""
        try:
            found = set(_imports(import_statements(code), "", Path(), self.modules))
        except SyntaxError:  # such as the commands of notebooks
            return set(self.modules)
        waiting = list(found)
        while waiting:
            new = self.imports[waiting.pop()] - found
            found |= new
            waiting += new
        return found


def code_of(notebook: bytes) -> str:
    r"""Return the code of a notebook as one text.

    Examples
    --------
    >>> code_of(b'{"cells": [{"cell_type": "code", "source": ["import math\\n", "math.pi"]}]}')
    'import math\nmath.pi'
    """
    cells: list[dict[str, Any]] = json.loads(notebook).get("cells", [])
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def _module_name(package: Path, file: Path) -> str:
    parts = (package.name, *file.relative_to(package).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_statements(code: str) -> tuple[Statement, ...]:
    """Return the import statements of code, wherever they stand.

    Raises
    ------
    SyntaxError
        If it is not plain Python.

    Examples
    --------
    >>> import_statements("import a, b.c")
    ((0, 'a', ()), (0, 'b.c', ()))
    >>> import_statements("def run(): from ..a import b, c as d")
    ((2, 'a', ('b', 'c')),)
    """
    found: list[Statement] = []
    for node in _statements(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [(0, each.name, ()) for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(each.name for each in node.names)
            found.append((node.level, node.module or "", names))
    return tuple(found)


def _imports(
    statements: Iterable[Statement], name: str, file: Path, modules: dict[str, Path]
) -> Iterator[str]:
    """Yield the modules of the package that code imports, with the packages they are in."""
    for level, imported, names in statements:
        base = _base(level, imported, name, file)
        for each in (base, *(f"{base}.{member}" for member in names)):
            parts = each.split(".")
            above = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
            yield from (module for module in above if module in modules)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of a tree, which never stand inside the expressions that fill it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        for part in _PARTS:
            waiting += getattr(node, part, ())


def _base(level: int, imported: str, name: str, file: Path) -> str:
    """Return the full name of what a statement imports, or imports from."""
    if not level:
        return imported
    parts = name.split(".") if file.stem == "__init__" else name.split(".")[:-1]
    parts = parts[: len(parts) - level + 1]
    return ".".join([*parts, imported] if imported else parts)
