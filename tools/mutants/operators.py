"""Small faults that a slip of a programmer could put into a module, one at a time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip

#: What types are called, unlike constants and variables: ``Number = int | float`` is another name.
_TYPE_NAME = re.compile("_?[A-Z]+[a-z][A-Za-z]*")

#: Names that Python finds by their letters and digits alone.
_ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "ascii")


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

    Annotations, docstrings and what f-strings contain are left alone, and so is what changes no
    result by its nature: other names of types, names of encodings, whether `zip` checks lengths.

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
    for node, function in _nodes_of_interest(tree):
        for kind, new in _replacements(node):
            before, after = _text(node), _text(new)
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


def _text(node: ast.AST) -> str:
    """Return code in one short line."""
    if isinstance(node, ast.Return):
        return "None" if node.value is None else f"return {_text(node.value)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else text[:67] + "..."


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
    if isinstance(node, (ast.JoinedStr, ast.arg, ast.Import, ast.ImportFrom)):
        return
    if isinstance(node, ast.Subscript) and _text(node.value).endswith("Literal"):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "ctx", "op", "ops"):
            continue
        if name == "keywords" and isinstance(node, ast.Call) and _text(node.func) == "zip":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _only_read(child):
                yield child


def _only_read(node: ast.AST) -> bool:
    """Whether a statement is there for readers or type checkers alone."""
    match node:
        case ast.If():
            return _text(node.test) == "TYPE_CHECKING"
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.BitOr())):
            return bool(_TYPE_NAME.fullmatch(name))
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
    return False


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may stand in the place of a node, with the kind of the fault."""
    match node:
        case ast.Compare():
            yield from (("comparison", new) for new in _compared_otherwise(node))
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "boolean", ast.BoolOp(other, node.values)
            yield from (("dropped operand", new) for new in _without_one(node))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield "boolean" if isinstance(node.op, ast.Not) else "arithmetic", node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC and not _is_text(node):
            yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
            yield "dropped operand", node.left
            yield "dropped operand", node.right
        case ast.Constant():
            yield from (("constant", ast.Constant(value)) for value in _other_values(node.value))
        case ast.Return(value=ast.expr() as value) if _text(value) != "None":
            yield "return", ast.Return(None)
        case ast.If() | ast.While() | ast.IfExp():
            if isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
                new = deepcopy(node)
                new.test = ast.UnaryOp(ast.Not(), node.test)
                yield "boolean", new


def _compared_otherwise(node: ast.Compare) -> Iterator[ast.Compare]:
    for i, operator in enumerate(node.ops):
        other = _COMPARISONS[type(operator)]()
        yield ast.Compare(node.left, [*node.ops[:i], other, *node.ops[i + 1 :]], node.comparators)


def _without_one(node: ast.BoolOp) -> Iterator[ast.expr]:
    for i in range(len(node.values)):
        rest = [*node.values[:i], *node.values[i + 1 :]]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operand shows that texts are joined, not numbers added."""
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _other_values(value: object) -> Iterator[bool | int | float | str]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1
    elif isinstance(value, str) and value and value not in _ENCODINGS:
        yield value + "?"
