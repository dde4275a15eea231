"""What other publications say of the outcome measures, from ``data/evidence``.

A property without a row was looked for and not found: `NOT_FOUND` is printed in its place, and no
number is made up for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from tisstats.datapackage import read_tables
from tisstats.ledger.published import data_directory
from tisstats.measures.core_set import CORE_SET, HAQ_MAX, MMT_MAXIMA
from tisstats.measures.total_improvement_score import band_points

#: What stands in a table where no value was found.
NOT_FOUND = "not found"

#: The properties of a measure, in the order of the tables, and their names.
PROPERTIES: dict[str, str] = {
    "rater": "Who rates",
    "scale": "Scale",
    "best_end": "Share of patients at the best end (enzyme: not elevated)",
    "reliability": "Reliability",
    "discordance": "Difference between patient and physician",
    "variation": "Variation without disease",
    "standard_error": "Standard error of measurement",
    "detectable_change": "Smallest detectable change",
    "responsiveness": "Responsiveness",
    "consensus_change": "Change that experts call meaningful",
    "important_change": "Minimal important change",
    "important_change_elsewhere": "Minimal important change in another disease",
    "placebo": "Change with placebo",
    "distribution": "Share in each category",
    "accuracy": "Accuracy of the cut-offs",
    "validity": "Agreement with what patients report",
    "typical": "Typical values",
}

#: Properties in which each core set measure is compared with the others, so that a missing one is
#: stated.
EXPECTED = (
    "best_end",
    "reliability",
    "standard_error",
    "detectable_change",
    "important_change",
    "placebo",
)

#: Length of a visual analogue scale in cm.
VAS_CM = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """One property of one measure in one source."""

    measure: str  #: page of the measure, or a measure for children
    about: str  #: one of `PROPERTIES`
    value: str  #: as the source gives it, unless inferred
    unit: str  #: unit, or what the number is of
    population: str  #: in whom
    patients: str  #: how many; empty if not stated
    source: str  #: key in the book's references
    grade: Literal["seen", "second hand", "inferred"]  #: how it is known
    compared: bool  #: whether it stands in the comparison of the measures
    note: str = ""  #: what a reader must know to use it

    @property
    def text(self) -> str:
        """Value with its unit, and how it is known unless it was seen.

        Examples
        --------
        >>> Evidence("haq", "variation", "5", "% of all", "", "", "x", "inferred", False).text
        '5% of all (inferred)'
        """
        known = "" if self.grade == "seen" else f" ({self.grade})"
        if not self.unit:
            return self.value + known
        if self.unit.startswith("%"):
            return f"{self.value}{self.unit}{known}"
        if self.unit.startswith("points"):
            return f"{self.value} {self.unit}{known}"
        return f"{self.value} ({self.unit}){known}"


@dataclass(frozen=True, slots=True)
class ChildMeasure:
    """The measure of the PRINTO core set in the place of a core set measure."""

    measure: str  #: the core set measure
    label: str  #: name
    low: str  #: lowest score; empty if not public
    high: str  #: highest score; empty if not public
    better: str  #: which end is better
    source: str  #: key in the book's references
    grade: str  #: how it is known, as in `Evidence`
    note: str  #: what a reader must know to use it


@dataclass(frozen=True, slots=True)
class Source:
    """A source, and what was read of it."""

    key: str  #: key in the book's references
    label: str  #: name in tables
    read: str  #: what was read of it
    read_again: Literal["all", "part", "no"]  #: which numbers a second look confirmed


@dataclass(frozen=True, slots=True)
class EvidenceBase:
    """All that is known of the measures from other publications."""

    rows: tuple[Evidence, ...]  #: in the order of the file
    children: tuple[ChildMeasure, ...]  #: in the order of the core set
    sources: dict[str, Source]  #: by key

    @classmethod
    def read(cls, folder: Path | None = None) -> EvidenceBase:
        """Read the data package.

        Parameters
        ----------
        folder
            Folder of the package; by default ``data/evidence``.

        Raises
        ------
        DataError
            If the package is not valid.

        Examples
        --------
        >>> base = EvidenceBase.read()
        >>> [row.value for row in base.of("haq", "important_change")]
        ['0.65']
        """
        tables = read_tables(folder or data_directory("evidence"))
        rows = [
            Evidence(**{**row, "compared": row["compared"] == "true"})
            for row in _records(
                tables["evidence"].drop(columns="id").rename(columns={"property": "about"})
            )
        ]
        children = [ChildMeasure(**row) for row in _records(tables["printo"])]
        sources = [Source(**row) for row in _records(tables["sources"])]
        return cls(tuple(rows), tuple(children), {source.key: source for source in sources})

    def of(self, measure: str, wanted: str = "") -> list[Evidence]:
        """Return the rows of a measure, by property; of all properties by default."""
        order = list(PROPERTIES)
        rows = (row for row in self.rows if row.measure == measure)
        found = [row for row in rows if not wanted or row.about == wanted]
        return sorted(found, key=lambda row: order.index(row.about))

    def compared(self, measure: str, wanted: str) -> str:
        """Return what the comparison says of a property of a measure."""
        texts = [row.text for row in self.of(measure, wanted) if row.compared]
        return "; ".join(texts) or NOT_FOUND


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column."""
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


@dataclass(frozen=True, slots=True)
class ImportantChange:
    """What a minimal important change earns in the score."""

    measure: str  #: core set measure
    change: Fraction  #: minimal important change, in units of the scale
    value_range: int  #: range of the scale
    points: float  #: points that it earns

    @property
    def percent(self) -> Fraction:
        """The change in % of the range."""
        return 100 * self.change / self.value_range


#: Maximum scores of the MMT-8, on one side or both.
MMT_8 = tuple(most for most, test in MMT_MAXIMA.items() if test.startswith("MMT-8"))


def ranges_of(measure: str) -> tuple[int, ...]:
    """Return the ranges of a core set measure for which an important change is known.

    Examples
    --------
    >>> ranges_of("haq"), ranges_of("mmt"), ranges_of("enzyme")
    ((3,), (80, 150), ())
    """
    if measure == "enzyme":
        return ()
    return {"mmt": MMT_8, "haq": (HAQ_MAX,)}.get(measure, (VAS_CM,))


def important_changes(base: EvidenceBase) -> Iterator[ImportantChange]:
    """Yield the points that the minimal important change of each core set measure earns.

    Manual muscle testing comes once for each maximum of the MMT-8, for which the change was found.

    Examples
    --------
    >>> found = list(important_changes(EvidenceBase.read()))
    >>> [(each.value_range, each.points) for each in found if each.measure == "haq"]
    [(3, 7.5)]
    """
    for measure in CORE_SET:
        for row in base.of(measure, "important_change"):
            for value_range in ranges_of(measure):
                change = Fraction(row.value)
                points = band_points(float(100 * change / value_range), measure).item()
                yield ImportantChange(measure, change, value_range, points)


def smallest_reached(change: Fraction, step: Fraction) -> Fraction:
    """Return the smallest multiple of a step that is at least as large as a change.

    Examples
    --------
    >>> smallest_reached(Fraction("0.65"), Fraction(1, 8))
    Fraction(3, 4)
    """
    return ceil(change / step) * step
