"""Which folders of the project's data code reads, by what it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

#: The function that code gets a folder of data from, and the only way to one.
_FUNCTION = "data_directory"


@cache
def folders_named(code: str) -> frozenset[str] | None:
    """Return the folders of data that code names; None if reading it does not tell.

    Examples
    --------
    >>> sorted(folders_named('''
    ... BOUNDS = "bounds"
    ... data_directory("published"), data_directory(BOUNDS) / "bounds.csv"
    ... '''))
    ['bounds', 'published']
    >>> folders_named("data_directory(any_other)") is None
    True
    """
    if _FUNCTION not in code:
        return frozenset()
    try:
        tree = ast.parse(code)
    except SyntaxError:  # such as the commands of notebooks
        return None
    constants = dict(_constants(tree))
    found: set[str] = set()
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_function(node.func):
            name = _text(node.args[0], constants) if node.args else None
            if name is None:
                return None
            found.add(name.partition("/")[0])
            called.add(node.func)
    if any(_gets_away(node, called) for node in ast.walk(tree)):
        return None
    return frozenset(found)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the texts that names stand for, of those that are assigned once in all the code."""
    assigned = [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    ]
    for node in tree.body:
        value = _text(node.value, {}) if isinstance(node, ast.Assign) else None
        if value is None or not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and assigned.count(target.id) == 1:
                yield target.id, value


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(node, ast.Name):
        value = constants.get(node.id)
    return value if isinstance(value, str) else None


def _is_function(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return name == _FUNCTION


def _gets_away(node: ast.AST, called: set[ast.expr]) -> bool:
    """Return whether the function is had by another name, or handed on."""
    if isinstance(node, ast.ImportFrom):
        return any(each.name == _FUNCTION and each.asname for each in node.names)
    if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
        return False
    return _is_function(node) and node not in called
