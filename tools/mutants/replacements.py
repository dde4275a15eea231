"""What a slip of a programmer could put into the place of a node of a syntax tree."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

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

_AUGMENTED = {old: new for old, new in _ARITHMETIC.items() if old not in (ast.FloorDiv, ast.Mod)}

_PAIRS = (("min", "max"), ("any", "all"), ("minimum", "maximum"), ("fmin", "fmax"),
          ("nanmin", "nanmax"), ("argmin", "argmax"), ("isna", "notna"), ("floor", "ceil"),
          ("startswith", "endswith"), ("removeprefix", "removesuffix"))  # fmt: skip
#: Functions and methods that a slip may call instead of one another.
_OPPOSITES = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])} | {"sorted": "list"}

#: Functions that return the same, whatever the order of their arguments.
_SYMMETRIC = ("min", "max", "minimum", "maximum", "fmin", "fmax", "zip", "isclose", "gcd",
              "logical_and", "logical_or", "logaddexp", "isinstance", "hasattr")  # fmt: skip

#: Methods and functions whose result is of the type of what they are given.
_DROPPED = ("strip", "lstrip", "rstrip", "lower", "upper", "casefold", "copy", "sort_index",
            "sort_values", "reset_index", "drop_duplicates", "dropna", "fillna", "round", "abs",
            "sort", "cumsum", "unique", "removeprefix", "removesuffix")  # fmt: skip
_DROPPED_FUNCTIONS = ("abs", "round", "reversed")

#: Options of libraries; what is passed on by its own name may be forgotten, too.
_OPTIONS = ("ascending", "axis", "side", "alternative", "closed", "ddof", "drop", "how", "on",
            "skipna", "sort", "key", "reverse", "initial", "where", "keepdims", "ignore_index",
            "default", "method", "kind", "na_value", "keep", "dropna", "minlength", "prepend",
            "regex", "flags", "equal_nan", "rtol", "atol", "zero_method")  # fmt: skip

_PRECISION = re.compile(r"\.(\d)")

#: Names that Python finds by their letters and digits alone.
_ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "ascii")


def replacements(node: ast.AST, keys: list[str]) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may stand in the place of a node, with the kind of the fault.

    `keys` are the texts by which the function around it takes something out of something.
    """
    yield from _other_operations(node)
    yield from _other_calls(node)
    yield from _other_formats(node)
    yield from _other_steps(node)
    yield from _other_parts(node)
    yield from _other_keys(node, keys)


def _other_operations(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield another operator, an operand alone, another constant, or no result."""
    match node:
        case ast.Compare():
            yield from (("comparison", new) for new in _compared_otherwise(node))
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "boolean", ast.BoolOp(other, node.values)
            yield from (("dropped operand", new) for new in _without_one(node))
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield "boolean" if isinstance(node.op, ast.Not) else "arithmetic", node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC and not _joins_texts(node):
            yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
            yield "dropped operand", node.left
            yield "dropped operand", node.right
        case ast.Constant():
            yield from (("constant", ast.Constant(value)) for value in _other_values(node.value))
        case ast.Return(value=ast.expr() as value) if as_line(value) != "None":
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


def as_line(node: ast.AST) -> str:
    """Return code in one short line."""
    if isinstance(node, ast.Return):
        return "None" if node.value is None else f"return {as_line(node.value)}"
    if isinstance(node, ast.FormattedValue):
        node = ast.JoinedStr([node])
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else text[:67] + "..."


def _joins_texts(node: ast.BinOp) -> bool:
    """Whether an operand shows that texts are joined, not numbers added."""
    return _is_text(node.left) or _is_text(node.right)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _other_values(value: object) -> Iterator[bool | int | float | str]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1
    elif isinstance(value, str) and value and value not in _ENCODINGS:
        yield value + "?"


def _other_calls(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield a call of the opposite, without an option, with exchanged arguments, or no call."""
    if not isinstance(node, ast.Call):
        return
    name = _name(node.func)
    if name in _OPPOSITES:
        new = deepcopy(node)
        _rename(new.func, _OPPOSITES[name])
        if name == "sorted":
            new.keywords = []
        yield "opposite", new
    match node.func:
        case (
            ast.Attribute(value=ast.Attribute(value=value, attr="str"), attr=attr)
            | ast.Attribute(value=value, attr=attr)
        ) if attr in _DROPPED and as_line(value) not in ("np", "math"):
            yield "dropped call", value
        case ast.Name(id=function) if function in _DROPPED_FUNCTIONS and len(node.args) == 1:
            yield "dropped call", node.args[0]
    for i, each in enumerate(node.keywords):
        passed_on = each.arg is not None and each.arg == _name(each.value)
        if passed_on or each.arg in _OPTIONS:
            rest = [*node.keywords[:i], *node.keywords[i + 1 :]]
            yield f"without {each.arg}", ast.Call(node.func, node.args, rest)
    if len(node.args) > 1 and name not in _SYMMETRIC and all(map(_name, node.args[:2])):
        first, second, *rest = node.args
        if as_line(first) != as_line(second):
            yield "exchanged", ast.Call(node.func, [second, first, *rest], node.keywords)


def _name(node: ast.AST) -> str:
    """Return the last name of ``name`` or ``some.name``; of anything else, none."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _rename(node: ast.AST, name: str) -> None:
    setattr(node, "id" if isinstance(node, ast.Name) else "attr", name)


def _other_formats(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield a value in a text without its format, or with one digit more."""
    if not isinstance(node, ast.FormattedValue):
        return
    if node.conversion != -1:
        yield "format", ast.FormattedValue(node.value, -1, node.format_spec)
    if node.format_spec is not None:
        yield "format", ast.FormattedValue(node.value, node.conversion, None)
        parts = [*ast.walk(node.format_spec)]
        for place, part in enumerate(parts):
            if isinstance(part, ast.Constant) and _PRECISION.search(str(part.value)):
                new = deepcopy(node)  # each its own: one that is yielded stays as it is
                changed: Any = [*ast.walk(new.format_spec)][place]  # type: ignore[arg-type]
                changed.value = _PRECISION.sub(
                    lambda found: f".{int(found[1]) + 1}", str(part.value)
                )
                yield "format", new


def _other_steps(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield a statement that does the opposite, or nothing."""
    match node:
        case ast.AugAssign():
            yield "dropped statement", ast.Pass()
            if (other := _AUGMENTED.get(type(node.op))) and not _is_text(node.value):
                yield "arithmetic", ast.AugAssign(node.target, other(), node.value)
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield "dropped statement", ast.Pass()
        case ast.Break():
            yield "loop", ast.Continue()
        case ast.Continue():
            yield "loop", ast.Break()


def _other_parts(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield a slice without a bound, fewer exceptions, and what is merged in another order."""
    match node:
        case ast.Slice():
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    new = deepcopy(node)
                    setattr(new, bound, None)
                    yield "slice", new
        case ast.ExceptHandler(type=ast.Tuple(elts=types)):
            for i in range(len(types)):
                rest = ast.Tuple([*types[:i], *types[i + 1 :]], ast.Load())
                yield "exception", ast.ExceptHandler(rest, node.name, node.body)
        case ast.Dict() if None in node.keys and len(node.keys) > 1:
            yield "merged", ast.Dict(node.keys[::-1], node.values[::-1])
        case ast.BinOp(op=ast.BitOr()):
            if any(isinstance(each, ast.Dict | ast.DictComp) for each in (node.left, node.right)):
                yield "merged", ast.BinOp(node.right, node.op, node.left)


def keys_by_function(nodes: Iterable[tuple[ast.AST, str]]) -> dict[str, list[str]]:
    """Return the texts by which each function takes something out of something."""
    found: dict[str, list[str]] = defaultdict(list)
    for node, function in nodes:
        match node:
            case ast.Subscript(slice=ast.Constant(value=str(key))) if key not in found[function]:
                found[function].append(key)
    return found


def _other_keys(node: ast.AST, keys: list[str]) -> Iterator[tuple[str, ast.AST]]:
    """Yield another key of the same function, and neighbours that have exchanged their keys."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(key))) if len(keys) > 1:
            other = keys[(keys.index(key) + 1) % len(keys)]
            yield "key", ast.Subscript(node.value, ast.Constant(other), node.ctx)
        case ast.Dict(keys=[ast.Constant() as first, ast.Constant() as second, *rest]) if (
            len(set(map(as_line, node.values[:2]))) > 1
        ):
            yield "key", ast.Dict([second, first, *rest], node.values)
