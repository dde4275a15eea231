"""Two places of the article that do not agree, or do not add up: what one entry holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What a discrepancy is to a reader; worded as the heading of its kind."""

    INTERPRETATION = "matters for interpretation"
    DEFINITION = "matters of definition"
    SLIP = "slips"


@dataclass(frozen=True, slots=True)
class Printed:
    """What the article, or a register, says in one place, in our own words."""

    place: str  #: section, table, figure, or register number
    says: str  #: what stands there, as a sentence


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not add up, with what speaks for and against reading it so."""

    name: str  #: short name, the anchor of its section
    title: str  #: what does not agree, in one line
    weight: Weight  #: what it is to a reader
    printed: tuple[Printed, ...]  #: the places that do not agree
    follows: str  #: what follows from them, with its conditions
    against: str  #: what speaks against reading it as a contradiction
    reader: str  #: what a reader should do with it

    @property
    def places(self) -> str:
        """The places in one cell of a table."""
        return "; ".join(dict.fromkeys(each.place for each in self.printed))
