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
    "entry": {"name", "weight", "title", "follows", "against", "reader", "printed"},
    "agreement": {"name", "what", "printed", "why"},
    "printed": {"place", "says"},
    "proof": {"statement", "given"},
}


class Weight(StrEnum):
    """What a discrepancy is to a reader; worded as the heading of its kind."""

    INTERPRETATION = "matters for interpretation"
    DEFINITION = "matters of definition"
    SLIP = "slips"


@dataclass(frozen=True, slots=True)
class PrintedPlace:
    """What the article, or a register, says in one place, in our own words."""

    place: str  #: section, table, figure, or register number
    says: str  #: what stands there, as a sentence


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not add up, with what speaks for and against reading it so."""

    name: str  #: short name
    weight: Weight  #: what it is to a reader
    title: str  #: what does not agree, in one line
    follows: str  #: what follows from the places, with its conditions
    against: str  #: what speaks against reading it as a contradiction
    reader: str  #: what a reader should do with it
    printed: tuple[PrintedPlace, ...]  #: the places that do not agree

    @property
    def anchor(self) -> str:
        """The anchor of its section."""
        return f"gap-{self.name}"

    @property
    def places(self) -> str:
        """The places, each once, separated by semicolons."""
        return "; ".join(dict.fromkeys(each.place for each in self.printed))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Something that looks as if it did not add up, and does."""

    name: str  #: short name
    what: str  #: what a reader may stumble over
    printed: str  #: what is printed
    why: str  #: why it agrees


@dataclass(frozen=True, slots=True)
class Entries:
    """All that ``entries.toml`` holds, with its numbers."""

    discrepancies: tuple[Discrepancy, ...]  #: those that matter for interpretation first
    agreements: tuple[Agreement, ...]


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
        The texts; what it may hold stands at its top.

    Raises
    ------
    DataError
        If the file cannot be read, or an entry lacks a text, has an unknown weight, or names a
        number that is neither a fact nor computed; carries every fault.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError([Fault(str(file), f"cannot be read as TOML: {error}")]) from None
    computed = computed_values(published)
    filled: dict[str, list[dict[str, Any]]] = {"entry": [], "agreement": []}
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
        entry["printed"] = tuple(PrintedPlace(**place) for place in entry["printed"])
        entry["weight"] = Weight[entry["weight"].upper()]
    found = (Discrepancy(**entry) for entry in filled["entry"])
    return Entries(
        tuple(sorted(found, key=lambda each: list(Weight).index(each.weight))),
        tuple(Agreement(**table) for table in filled["agreement"]),
    )


def _wrong_keys(kind: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the missing and the unknown keys of a table, and an unknown weight."""
    keys = table.keys() - ({"proof"} if kind == "entry" else set())
    yield from (f"lacks {key}" for key in sorted(_KEYS[kind] - keys))
    yield from (f"has {key}, which is none of its keys" for key in sorted(keys - _KEYS[kind]))
    if kind == "entry":
        weights = [weight.name.lower() for weight in Weight]
        if table.get("weight") not in weights:
            yield f"weight is {table.get('weight')!r}; give one of {', '.join(weights)}"
        for place in table.get("printed", []):
            yield from _wrong_keys("printed", place)
        if "proof" in table:
            yield from _wrong_keys("proof", table["proof"])


def _fill(
    table: Mapping[str, Any], sources: tuple[PublishedFacts, ...], computed: dict[str, object]
) -> tuple[dict[str, Any], list[str]]:
    """Return an entry with its numbers, and the names that are neither a fact nor computed.

    A number is filled in by its address or name; the statement of a proof carries its conditions.
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
        proof = filled(texts.pop("proof"))
        computed = computed | {"proof": ProvenStatement(proof["statement"], tuple(proof["given"]))}
    return filled(texts), unknown
