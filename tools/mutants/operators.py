"""Small faults that a slip of a programmer could put into a module, one at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from tools.mutants.replacements import as_line, keys_by_function, replacements

#: What types are called, unlike constants and variables: ``Number = int | float`` is another name.
_TYPE_NAME = re.compile("_?[A-Z]+[a-z][A-Za-z]*")


@dataclass(frozen=True)
class Mutant:
    """One fault: the node of the tree that it replaces, and by what."""

    kind: str
    line: int
    function: str
    before: str
    after: str
    #: The place of the node in the order of `ast.walk`, and the replacement.
    place: int
    node: ast.AST
    #: Whether it stands outside of functions, so that it acts when the module is imported.
    at_import: bool = False

    @property
    def description(self) -> str:
        """What a list of survivors says."""
        return f"line {self.line}, {self.function}: {self.before} → {self.after} ({self.kind})"


def mutants(source: str) -> list[Mutant]:
    """Return the faults of a module, in the order of its lines.

    Annotations and docstrings are left alone, and so is what changes no result by its nature: other
    names of types, names of encodings, whether `zip` checks lengths.

    Examples
    --------
    >>> [mutant.after for mutant in mutants("def f(a):\\n    return a < 2")]
    ['None', 'a <= 2', '3']
    """
    tree = ast.parse(source)
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}
    found = []
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in function.body
        for node in ast.walk(statement)
    }
    nodes = list(_nodes_of_interest(tree))
    keys = keys_by_function(nodes)
    for node, function in nodes:
        for kind, new in replacements(node, keys[function]):
            before, after = as_line(node), as_line(new)
            line = node.lineno  # type: ignore[attr-defined]
            place, outside = places[id(node)], id(node) not in inside
            found.append(Mutant(kind, line, function, before, after, place, new, outside))
    return sorted(found, key=lambda mutant: mutant.line)


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """Return the tree of a module with one fault in it."""
    tree = ast.parse(source)
    target = next(node for i, node in enumerate(ast.walk(tree)) if i == mutant.place)
    new = ast.copy_location(deepcopy(mutant.node), target)

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is target else self.generic_visit(node)

    return ast.fix_missing_locations(Replacing().visit(tree))


def _nodes_of_interest(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the nodes that may be replaced, each with the function that it stands in."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            function = node.name if function == "module" else f"{function}.{node.name}"
        yield node, function
        for child in _children(node):
            yield from walk(child, function)

    yield from walk(tree, "module")


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.arg, ast.Import, ast.ImportFrom)):
        return
    if isinstance(node, ast.Subscript) and as_line(node.value).endswith("Literal"):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "ctx", "op", "ops", "format_spec"):
            continue
        if name == "keywords" and isinstance(node, ast.Call) and as_line(node.func) == "zip":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _only_read(child):
                yield child


def _only_read(node: ast.AST) -> bool:
    """Whether a statement is there for readers or type checkers alone."""
    match node:
        case ast.If():
            return as_line(node.test) == "TYPE_CHECKING"
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.BitOr())):
            return bool(_TYPE_NAME.fullmatch(name))
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
    return False
