"""Read the discrepancies from ``entries.toml``, with published and computed numbers filled in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021.discrepancies.values import computed_values
from tisstats.proof import ProvenStatement

ENTRIES = Path(__file__).with_name("entries.toml")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

#: Keys that each table of the file must have.
_KEYS = {
    "entry": {"name", "importance", "title", "implication", "counterargument", "advice", "passage"},
    "apparent": {"name", "topic", "printed", "explanation"},
    "passage": {"location", "text"},
    "proof": {"statement", "given"},
}


class Importance(StrEnum):
    """Importance of a discrepancy for a reader; the value is the heading of its kind."""

    INTERPRETATION = "relevant for interpretation"
    DEFINITION = "matters of definition"
    SLIP = "slips"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the article, or of a register, in our own words."""

    location: str  #: section, table, figure, or register number
    text: str  #: what it says, as a sentence


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A discrepancy, with what follows from it and the counterargument."""

    name: str  #: short name
    importance: Importance  #: importance for a reader
    title: str  #: what does not agree, in one line
    implication: str  #: what follows from the passages, with its conditions
    counterargument: str  #: counterargument: why it may not be a contradiction
    advice: str  #: advice to a reader
    passages: tuple[Passage, ...]  #: the passages that do not agree
    conditions: str = ""  #: what a proof in the implication rests on; empty if there is none

    @property
    def anchor(self) -> str:
        """The anchor of its section."""
        return f"gap-{self.name}"

    @property
    def locations(self) -> str:
        """The locations, each once, separated by semicolons."""
        return "; ".join(dict.fromkeys(passage.location for passage in self.passages))


@dataclass(frozen=True, slots=True)
class ApparentDiscrepancy:
    """An apparent discrepancy that resolves."""

    name: str  #: short name
    topic: str  #: topic
    printed: str  #: what is printed
    explanation: str  #: explanation


@dataclass(frozen=True, slots=True)
class Entries:
    """The contents of ``entries.toml``, with the numbers filled in."""

    discrepancies: tuple[Discrepancy, ...]  #: those that affect interpretation first
    apparent_discrepancies: tuple[ApparentDiscrepancy, ...]


def read_registry() -> PublishedFacts:
    """Read what trial registers say; addresses are such as ``registry.enzyme_abnormal``.

    Raises
    ------
    DataError
        If the file is missing or does not meet its schema.
    """
    return PublishedFacts.read(data_directory("registry"))


def read_entries(
    published: PublishedFacts, registry: PublishedFacts, file: Path = ENTRIES
) -> Entries:
    """Read the entries, and fill in the published, registered and computed numbers.

    The split of the responders by the amendment is in `tisstats.lim2021.amendment`.

    Parameters
    ----------
    published, registry
        The published facts, and what trial registers say.
    file
        The texts; the format is described at the top of the file.

    Raises
    ------
    DataError
        If the file cannot be read, or an entry lacks a text, has an unknown importance, or names a
        number that is neither a fact nor computed; carries every fault.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError([Fault(str(file), f"cannot be read as TOML: {error}")]) from None
    computed = computed_values(published)
    filled: dict[str, list[dict[str, Any]]] = {"entry": [], "apparent": []}
    faults: list[Fault] = []
    for kind, entries in filled.items():
        for table in tables.get(kind, []):
            name = table.get("name", "without a name")
            reasons = list(_wrong_keys(kind, table))
            if not reasons:
                entry, unknown = _fill(table, (published, registry), computed.get(name, {}))
                entries.append(entry)
                reasons = [f"{{{each}}} is neither a fact nor computed" for each in unknown]
            faults += [Fault(str(file), f"{kind} {name}: {reason}") for reason in reasons]
    if faults:
        raise DataError(faults)
    for entry in filled["entry"]:
        entry["passages"] = tuple(Passage(**each) for each in entry.pop("passage"))
        entry["importance"] = Importance[entry["importance"].upper()]
    found = (Discrepancy(**entry) for entry in filled["entry"])
    return Entries(
        tuple(sorted(found, key=lambda each: list(Importance).index(each.importance))),
        tuple(ApparentDiscrepancy(**table) for table in filled["apparent"]),
    )


def _wrong_keys(kind: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Yield missing and unknown keys of a table, and an unknown importance."""
    keys = table.keys() - ({"proof"} if kind == "entry" else set())
    yield from (f"lacks {key}" for key in sorted(_KEYS[kind] - keys))
    yield from (f"has the unknown key {key}" for key in sorted(keys - _KEYS[kind]))
    if kind == "entry":
        names = [importance.name.lower() for importance in Importance]
        if table.get("importance") not in names:
            yield f"importance must be one of {', '.join(names)}, got {table.get('importance')!r}"
        for passage in table.get("passage", []):
            yield from _wrong_keys("passage", passage)
        if "proof" in table:
            yield from _wrong_keys("proof", table["proof"])


def _fill(
    table: Mapping[str, Any], sources: tuple[PublishedFacts, ...], computed: dict[str, object]
) -> tuple[dict[str, Any], list[str]]:
    """Return an entry with its numbers, and the names that are neither a fact nor computed.

    A number is filled in by its address or name; the conditions of a proof stand apart.
    """
    unknown = []

    def number(placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if name in computed:
            return str(computed[name])
        for source in sources:
            if source.has(name):
                return source.text(name)
        unknown.append(name)
        return ""

    def filled(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: filled(text) for key, text in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        return _PLACEHOLDER.sub(number, " ".join(value.split()))

    texts = dict(table)
    if "proof" in texts:
        given = filled(texts.pop("proof"))
        proof = ProvenStatement(given["statement"], tuple(given["given"]))
        computed = computed | {"proof": f"{proof.statement} (proven under the conditions below)"}
        texts["conditions"] = proof.assuming
    return filled(texts), unknown
