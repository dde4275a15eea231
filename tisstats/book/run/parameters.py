"""The parameters of the notebooks: which there are, and what a reader has set them to."""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tisstats.book.run.project import BookError, UsageError

Value = bool | int | float | str

#: the types that a parameter may have, and what a person may write for each
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
                f"parameter {self.name!r} takes {self.type}, {TYPES[self.type]}: "
                f"not {text!r} (default {written(self.default)})"
            )
        return value

    def described(self) -> str:
        """Return one line for a list of parameters."""
        line = f"{self.name}: {self.type} (default {written(self.default)})"
        return f"{line}  {self.help}" if self.help else line


def written(value: Value) -> str:
    """Return a value as a person would write it after ``name=``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_parameters(notebooks: Iterable[Path]) -> dict[str, Parameter]:
    """Return the parameters of the notebooks by name, in reading order.

    Parameters are declared in the cell tagged ``parameters``, one a line:
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
                    f"parameter {name!r} is {other.type} = {written(other.default)} in "
                    f"{other.notebooks[0]} but {found.type} = {written(found.default)} "
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


def parse_settings(settings: Sequence[str], known: Mapping[str, Parameter]) -> dict[str, Value]:
    """Return what ``name=value`` settings change: name to value, without those left at default.

    Raises
    ------
    UsageError
        If a setting is malformed, repeated, of a wrong type, or names an unknown parameter.
    """
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"{setting!r} is not a setting: write name=value, as in threshold=40")
        if name not in known:
            raise UsageError(_unknown(name, known))
        if name in values:
            raise UsageError(f"parameter {name!r} is set more than once")
        values[name] = known[name].parse(text.strip())
    return {name: value for name, value in values.items() if value != known[name].default}


def listed(known: Mapping[str, Parameter]) -> str:
    """Return all parameters for a person to choose from, one a line."""
    if not known:
        return "The notebooks have no parameters."
    return "\n".join(f"  {parameter.described()}" for parameter in known.values())


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    question = f"; did you mean {close[0]!r}?" if close else ""
    return f"no notebook has a parameter {name!r}{question}\nKnown parameters:\n{listed(known)}"


def _parse(kind: str, text: str) -> Value | None:
    """Return the value, or None if the text is none of this kind."""
    if kind == "str":
        return text
    if kind == "bool":
        return {"true": True, "false": False}.get(text.lower())
    # int() and float() also take underscores and "nan", which nobody means here.
    if kind == "int":
        return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
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
        raise ValueError(f"has no type: declare it as one of {', '.join(TYPES)}")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise ValueError(f"is declared {kind}: declare it as one of {', '.join(TYPES)}")
    value = ast.unparse(statement.value) if statement.value else "none at all"
    try:
        default = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        raise ValueError(f"has no plain value: {value}") from None
    if kind == "float" and type(default) is int:
        default = float(default)
    if type(default).__name__ != kind:
        raise ValueError(f"is declared {kind} but is {value}")
    return kind, default
