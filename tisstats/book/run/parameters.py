"""The parameters of the notebooks: what there is to set, and what a reader has set."""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tisstats.book.run.errors import BookError, UsageError
from tisstats.book.run.imports import without_slow_formats

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
    help: str  #: the comment beside it in the notebook
    notebooks: tuple[str, ...]  #: the notebooks that have it, in reading order

    def parse(self, text: str) -> Value:
        """Return ``text`` as a value of this parameter's type.

        Raises
        ------
        UsageError
            If the text is no such value; the message names what would be.
        """
        value = _parse(self.type, text)
        if value is None:
            raise UsageError(
                f"parameter {self.name!r} takes {self.type}, {TYPES[self.type]}: "
                f"{text!r} is none (default {written(self.default)})"
            )
        return value

    def described(self) -> str:
        """Return one line for a list of parameters."""
        line = f"{self.name}: {self.type} (default {written(self.default)})"
        return f"{line}  {self.help}" if self.help else line


def written(value: Value) -> str:
    """Return a value as a person would write it after ``name=``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def known_parameters(notebooks: Iterable[Path]) -> dict[str, Parameter]:
    """Return the parameters of the notebooks by name, in reading order.

    A parameter stands in the cell tagged ``parameters``, one a line:
    ``threshold: int = 40  # points that count as a response``.

    Raises
    ------
    BookError
        If a parameter has no usable type or default, or if two notebooks disagree on either.
    """
    known: dict[str, Parameter] = {}
    faults: list[str] = []
    for notebook in notebooks:
        for name, found in _inspect(notebook).items():
            try:
                parameter = _declared(name, found, notebook.stem)
            except ValueError as error:
                faults.append(f"{notebook.stem}: parameter {name!r} {error}")
                continue
            other = known.setdefault(name, parameter)
            if other is parameter:
                continue
            if (other.type, other.default) != (parameter.type, parameter.default):
                faults.append(
                    f"parameter {name!r} is {other.type} = {written(other.default)} in "
                    f"{other.notebooks[0]} but {parameter.type} = {written(parameter.default)} "
                    f"in {notebook.stem}: notebooks must agree on type and default"
                )
                continue
            known[name] = Parameter(
                name,
                other.type,
                other.default,
                other.help or parameter.help,
                (*other.notebooks, notebook.stem),
            )
    if faults:
        raise BookError("\n".join(faults))
    return known


def parse_settings(settings: Sequence[str], known: Mapping[str, Parameter]) -> dict[str, Value]:
    """Return what ``name=value`` settings change: name to value, without those left at default.

    Raises
    ------
    UsageError
        If a setting is malformed, repeated, of a wrong type, or of a name that nobody knows.
    """
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"{setting!r} is no setting: write name=value, such as threshold=40")
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


def _inspect(notebook: Path) -> dict[str, dict[str, str]]:
    without_slow_formats()
    import nbformat
    from papermill import inspect_notebook

    try:
        # A notebook rather than its path, in which papermill would replace braces.
        contents = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
        found: dict[str, dict[str, str]] = inspect_notebook(contents)
    except Exception as error:
        raise BookError(f"{notebook.stem}: cannot be read as a notebook: {error}") from error
    overlooked = [name for name in _assigned(contents) if name not in found]
    if overlooked:
        raise BookError(
            f"{notebook.stem}: papermill overlooks the parameter {overlooked[0]!r}: write "
            "name: type = value  # help, with no second '=' in the line"
        )
    return found


def _assigned(contents: Any) -> list[str]:
    """Return the names that the parameters cell assigns, read as Python."""
    sources = [
        cell.source for cell in contents.cells if "parameters" in cell.metadata.get("tags", ())
    ]
    statements = ast.parse(sources[0]).body if sources else []
    return [
        target.id
        for statement in statements
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for target in getattr(statement, "targets", [getattr(statement, "target", None)])
        if isinstance(target, ast.Name)
    ]


def _declared(name: str, found: Mapping[str, str], notebook: str) -> Parameter:
    kind = found["inferred_type_name"]
    if kind not in TYPES:
        declared = "has no type" if kind == "None" else f"is declared {kind}"
        raise ValueError(f"{declared}: declare it as one of {', '.join(TYPES)}")
    try:
        default = ast.literal_eval(found["default"])
    except (ValueError, SyntaxError):
        raise ValueError(f"has no plain value: {found['default']}") from None
    if kind == "float" and type(default) is int:
        default = float(default)
    if type(default).__name__ != kind:
        raise ValueError(f"is declared {kind} but is {found['default']}")
    return Parameter(name, kind, default, found["help"].strip(), (notebook,))
