"""The parameters of the notebooks, and the values that a reader has set."""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tisstats.book.run.project import BookError, UsageError
from tisstats.errors import shown

Value = bool | int | float | str

#: Returns why a parameter, by name, may not have a value, or None if it may.
Refusal = Callable[[str, Value], str | None]

#: the types of parameters, and how to write a value of each
TYPES = {
    "int": "a whole number such as 40",
    "float": "a number such as 0.95",
    "bool": "true or false",
    "str": "text",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a reader may change before the notebooks run."""

    name: str
    type: str  #: one of TYPES
    default: Value
    help: str  #: its comment in the notebook
    notebooks: tuple[str, ...]  #: the notebooks that have it, in reading order

    def parse(self, text: str) -> Value:
        """Return ``text`` as a value of this parameter's type.

        Raises
        ------
        UsageError
            If the text is not such a value; the message names what is allowed.
        """
        value = _parse(self.type, text)
        if value is None:
            raise UsageError(
                f"parameter {self.name!r} must be {self.type} ({TYPES[self.type]}; default "
                f"{format_value(self.default)}), got {shown(text)}"
            )
        return value

    def describe(self) -> str:
        """Return one line for a list of parameters."""
        line = f"{self.name}: {self.type} (default {format_value(self.default)})"
        return f"{line}  {self.help}" if self.help else line


def format_value(value: Value) -> str:
    """Return a value as written after ``name=``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_parameters(notebooks: Iterable[Path]) -> dict[str, Parameter]:
    """Return the parameters of the notebooks by name, in reading order.

    Parameters are declared in the cell tagged ``parameters``, one per line:
    ``threshold: int = 40  # points that count as a response``.

    Raises
    ------
    BookError
        If a parameter has no usable type or default, or if two notebooks disagree on either.
    """
    known: dict[str, Parameter] = {}
    faults: list[str] = []
    for notebook in notebooks:
        for name, statement, comment in _declarations(notebook):
            try:
                found = Parameter(name, *_type_and_default(statement), comment, (notebook.stem,))
            except ValueError as error:
                faults.append(f"{notebook.stem}: parameter {name!r} {error}")
                continue
            other = known.setdefault(name, found)
            if (other.type, other.default) != (found.type, found.default):
                faults.append(
                    f"parameter {name!r} is {other.type} = {format_value(other.default)} in "
                    f"{other.notebooks[0]} but {found.type} = {format_value(found.default)} "
                    f"in {notebook.stem}: notebooks must agree on type and default"
                )
            elif other is not found:
                known[name] = replace(
                    other,
                    help=other.help or found.help,
                    notebooks=(*other.notebooks, notebook.stem),
                )
    if faults:
        raise BookError("\n".join(faults))
    return known


def parse_settings(
    settings: Sequence[str], known: Mapping[str, Parameter], refusal: Refusal | None = None
) -> dict[str, Value]:
    """Return what ``name=value`` settings change: name to value, without those left at default.

    Raises
    ------
    UsageError
        If a setting is malformed, repeated, of a wrong type or refused, or names an unknown
        parameter.
    """
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(
                f"{shown(setting)} is not a setting: write name=value, as in threshold=40"
            )
        if name not in known:
            raise UsageError(*_unknown(name, known))
        if name in values:
            raise UsageError(f"parameter {name!r} is set more than once")
        values[name] = known[name].parse(text.strip())
        if refusal is not None and (why := refusal(name, values[name])):
            raise UsageError(f"parameter {name!r} {why}")
    return {name: value for name, value in values.items() if value != known[name].default}


def list_parameters(known: Mapping[str, Parameter]) -> str:
    """List all parameters, one per line."""
    if not known:
        return "The notebooks have no parameters."
    return "\n".join(f"  {parameter.describe()}" for parameter in known.values())


def _unknown(name: str, known: Mapping[str, Parameter]) -> list[str]:
    close = difflib.get_close_matches(name, known, n=1)
    question = f"; did you mean {close[0]!r}?" if close else ""
    listed = list_parameters(known).split("\n")
    return [f"no notebook has a parameter {shown(name)}{question}", "Known parameters:", *listed]


def _parse(kind: str, text: str) -> Value | None:
    """Return the value, or None if the text is not of this type."""
    if kind == "str":
        return text
    if kind == "bool":
        return {"true": True, "false": False}.get(text.lower())
    # int() and float() also accept underscores and "nan".
    if kind == "int":
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else None
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _declarations(notebook: Path) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign, str]]:
    """Yield the name, statement and comment of each parameter of a notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = (cell for cell in cells if "parameters" in cell["metadata"].get("tags", ()))
        source = "".join(next(tagged, {"source": ""})["source"])
        statements = ast.parse(source).body
    except (KeyError, SyntaxError, ValueError) as error:
        raise BookError(f"{notebook.stem}: cannot be read as a notebook: {error}") from error
    lines = source.encode().splitlines()
    for statement in statements:
        match statement:
            case (
                ast.AnnAssign(target=ast.Name(id=name))
                | ast.Assign(targets=[ast.Name(id=name), *_])
            ):
                after = lines[(statement.end_lineno or 1) - 1][statement.end_col_offset :]
                yield name, statement, after.decode().partition("#")[2].strip()


def _type_and_default(statement: ast.Assign | ast.AnnAssign) -> tuple[str, Value]:
    """Return the declared type of a parameter and its value, which must fit the type."""
    if isinstance(statement, ast.Assign):
        raise ValueError(f"has no type, must be one of {', '.join(TYPES)}")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise ValueError(f"has type {kind}, must be one of {', '.join(TYPES)}")
    value = ast.unparse(statement.value) if statement.value else "nothing"
    try:
        default = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        raise ValueError(f"must be a literal, got {value}") from None
    if kind == "float" and type(default) is int:
        default = float(default)
    if type(default).__name__ != kind:
        raise ValueError(f"must be {kind}, got {value}")
    return kind, default
