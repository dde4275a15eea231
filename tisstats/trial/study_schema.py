"""The schema of a study's description: what each key means, its default, and what it allows."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tisstats.errors import Fault
from tisstats.tables.mapping import JOIN_FILES, TABLES


@cache
def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study's description.

    Examples
    --------
    >>> study_schema()["properties"]["measures"]["required"]
    ['used', 'vas_max']
    """
    text = files("tisstats.trial").joinpath("study.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def with_defaults(given: Any, schema: Mapping[str, Any]) -> Any:
    """Return a table with the defaults of its schema for the keys that it leaves out.

    A whole number that is written with decimals, which a schema permits, becomes one without.

    Examples
    --------
    >>> whole = {"type": "integer"}
    >>> with_defaults({"b": 2.0}, {"properties": {"a": {"default": 1}, "b": whole}})
    {'b': 2, 'a': 1}
    """
    options = schema.get("anyOf", [schema])
    if not isinstance(given, Mapping):
        whole = isinstance(given, float) and any(each.get("type") == "integer" for each in options)
        return int(given) if whole else given
    schema = next((each for each in options if each.get("type") == "object"), schema)
    filled = dict(given)
    for key, described in schema.get("properties", {}).items():
        if key not in filled and "default" in described:
            filled[key] = described["default"]
        if key in filled:
            filled[key] = with_defaults(filled[key], described)
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        # Such a table has no keys with names of their own.
        return {key: with_defaults(value, more) for key, value in filled.items()}
    return filled


def describe_key(key: str) -> str:
    """Return what a key of the description means, such as ``endpoint.threshold``.

    Examples
    --------
    >>> describe_key("visits.time")
    "Whether visits have a week, or a date counted from the patient's first dose."
    """
    schema = study_schema()
    for part in key.split("."):
        # What users name themselves, such as arms, is described as a whole.
        if part not in schema.get("properties", {}):
            break
        schema = schema["properties"][part]
    return str(schema["description"])


def schema_faults(given: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Yield a fault for each violation of the schema, in the order of the keys."""
    try:
        from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        message = "checking the description of a study needs jsonschema: pip install jsonschema"
        raise ModuleNotFoundError(message, name="jsonschema") from None

    unusable = list(_unusable(given, path))
    yield from unusable
    errors = Draft202012Validator(study_schema()).iter_errors(given)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        key = ".".join(map(str, error.absolute_path))
        if any(fault.key == key for fault in unusable):
            continue
        if error.validator == "required":
            properties = error.schema["properties"]
            for name in error.validator_value:
                if name not in error.instance:
                    described = properties[name].get("description", "")
                    whole = f"{key}.{name}" if key else name
                    yield Fault(path, f"is missing: {_lower_first(described)}", key=whole)
            continue
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for name in error.instance:
                if name not in known:
                    whole = f"{key}.{name}" if key else name
                    message = f"there is no such key; known are {', '.join(known)}"
                    yield Fault(path, message, key=whole)
            continue
        allowed = _must_be(key, error.schema, error.instance)
        yield Fault(path, allowed, value=format_value(error.instance), key=key)


#: Keys that name a file.
_FILES = tuple(f"files.{name}" for name in TABLES)


def _must_be(key: str, schema: Mapping[str, Any], given: object) -> str:
    """Return what a value must be that its schema does not allow, and what to change."""
    if isinstance(given, list) and key in _FILES:
        return f"must be the name of one file, {JOIN_FILES}"
    options = [
        f"{_allowed(option)}{_QUOTED}" if _is_quoted(option, given) else _allowed(option)
        for option in schema.get("anyOf", [schema])
    ]
    either = ", or " if any(option.endswith(_QUOTED) for option in options) else " or "
    return f"must be {either.join(options)}"


#: What is said of a number or truth value that stands in quotation marks.
_QUOTED = ", without quotation marks"


def _is_quoted(schema: Mapping[str, Any], given: object) -> bool:
    """Return whether a text is given where a schema allows a number or a truth value."""
    return isinstance(given, str) and schema.get("type") in ("number", "integer", "boolean")


#: Characters that no page and no file of a report can show; a text may have lines and tabs.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def _unusable(given: Any, path: str, key: str = "") -> Iterator[Fault]:
    """Yield a fault for each number that is not finite, and each text that cannot be shown.

    A schema takes nan and infinity for numbers: infinity passes what is at least 0, and nan passes
    every rule. It also takes blanks for text.
    """
    parts: Iterable[tuple[object, Any]] = ()
    if isinstance(given, Mapping):
        for name in given:
            if CONTROL.search(name) or not name.strip():
                message = "a name must not be blank, nor have control characters"
                yield Fault(path, message, value=name, key=key or "name")
        parts = given.items()
    elif isinstance(given, str):
        if CONTROL.search(given):
            yield Fault(path, "must not have control characters", value=given, key=key)
        elif given and not given.strip():
            yield Fault(path, "must not be blank", value=given, key=key)
    elif isinstance(given, list):
        parts = enumerate(given)
    elif isinstance(given, int | float) and (wrong := _beyond_floats(given)):
        yield Fault(path, wrong, value=format_value(given), key=key)
    for name, part in parts:
        yield from _unusable(part, path, f"{key}.{name}" if key else str(name))


def _beyond_floats(number: float) -> str:
    """Return what is wrong with a number that is not finite as a float; else nothing."""
    if isinstance(number, float):
        return "" if math.isfinite(number) else "must be a finite number"
    return "is too large to be computed with" if abs(number) > sys.float_info.max else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def format_value(value: object) -> str:
    """Format a value as a description has it, cut at sixty characters."""
    shown = str(value)
    if isinstance(value, list | dict):  # with dates in it, which JSON has not
        shown = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bool):
        shown = shown.lower()
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


#: What a rule of a JSON Schema allows, in words.
_RULES = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "with at least {} values",
    "uniqueItems": "without repeats",
    "$comment": "{}",  # a pattern in words
    "minProperties": "with at least {} key",
    "maxProperties": "with at most {} keys",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def _allowed(schema: Mapping[str, Any]) -> str:
    """Describe in words what a schema allows."""
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "anyOf" in schema:
        return " or ".join(map(_allowed, schema["anyOf"]))
    parts = [_TYPES[schema["type"]]] if "type" in schema else []
    if schema.get("minLength"):
        parts.append("not empty")
    parts += [
        phrase.format(schema[rule])
        for rule, phrase in _RULES.items()
        if schema.get(rule, False) is not False
    ]
    return ", ".join(parts)
