"""The printed numbers in the order and the tables of the article that prints them.

A claim whose name has four parts, ``table.row.column.statistic``, is a number in a cell. Its place
reads "table, row, column"; the place of any other claim reads "part" or "part, section".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tisstats.ledger.claim import Claim, Evaluation

#: Label of the row with the size of each group.
_HEADER = "header"

#: Parts of the name of a number in a cell.
_CELL_PARTS = 4

#: Statistics of a row in words, by those of its fullest cell.
_STATISTICS = {
    ("count",): "n",
    ("count", "percent"): "n\N{NO-BREAK SPACE}(%)",
    ("median", "q1", "q3"): "median (quartiles)",
}

#: Units that the words above imply.
_COUNTED = ("patients", "%", "probability")


@dataclass(frozen=True, slots=True)
class TableCell:
    """The numbers of a cell; none if it is blank in print."""

    column: str  #: head of its column
    numbers: tuple[Evaluation, ...]

    @property
    def main(self) -> Evaluation:
        """The number outside the parentheses.

        Raises
        ------
        IndexError
            If the cell is blank.
        """
        return self.numbers[0]

    @property
    def in_parentheses(self) -> tuple[Evaluation, ...]:
        """The numbers after the first one, such as a percentage or two quartiles."""
        return self.numbers[1:]

    @property
    def separator(self) -> str:
        """What separates the numbers in parentheses: a word where a sign could be misread."""
        signed = any(_is_signed(item.claim.printed) for item in self.in_parentheses)
        return " to " if signed else "–"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a printed table."""

    label: str
    statistics: str  #: which numbers its cells have, in words; empty if that is plain
    unit: str  #: unit of its numbers, empty if the words above imply it
    cells: tuple[TableCell, ...]  #: one for each column


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A printed table."""

    sizes: tuple[TableCell, ...]  #: one for each column: its head, and the group's size if printed
    rows: tuple[TableRow, ...]

    @property
    def statistics(self) -> str:
        """Which numbers the cells have, if that is the same in all rows; else empty."""
        found = {row.statistics for row in self.rows}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Section:
    """The numbers that one section of the text prints, in reading order."""

    title: str  #: empty if the part has no sections
    numbers: tuple[Evaluation, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the article: a chapter of its text, a caption or a table."""

    title: str
    sections: tuple[Section, ...]
    table: PrintedTable | None

    @property
    def numbers(self) -> tuple[Evaluation, ...]:
        """Its numbers: those of the text first, then those of the table row by row."""
        found = [item for section in self.sections for item in section.numbers]
        if self.table is not None:
            for cells in (self.table.sizes, *(row.cells for row in self.table.rows)):
                found += [item for cell in cells for item in cell.numbers]
        return tuple(found)


def article_parts(evaluations: Iterable[Evaluation]) -> tuple[Part, ...]:
    """Return the parts of the article with their numbers, in the order of the claims.

    Parameters
    ----------
    evaluations
        The claims of a ledger with their verdicts, such as ``ledger.values()``.
    """
    texts: dict[str, dict[str, list[Evaluation]]] = {}
    cells: dict[str, list[Evaluation]] = defaultdict(list)
    for item in evaluations:
        part, _, section = item.claim.place.partition(", ")
        sections = texts.setdefault(part, {})
        if is_cell(item.claim):
            cells[part].append(item)
        else:
            sections.setdefault(section, []).append(item)
    return tuple(
        Part(
            part,
            tuple(Section(title, tuple(items)) for title, items in sections.items()),
            _table(cells[part]) if part in cells else None,
        )
        for part, sections in texts.items()
    )


def is_cell(claim: Claim) -> bool:
    """Return whether a claim is a number in a cell of a table."""
    return len(claim.id.split(".")) == _CELL_PARTS


def _table(items: list[Evaluation]) -> PrintedTable:
    found: dict[str, dict[str, list[Evaluation]]] = {}
    for item in items:
        row, _, column = item.claim.place.partition(", ")[2].rpartition(", ")
        found.setdefault(row, {}).setdefault(column, []).append(item)
    columns = list(dict.fromkeys(column for cells in found.values() for column in cells))

    def cells_of(row: str) -> tuple[TableCell, ...]:
        cells = found.get(row, {})
        return tuple(TableCell(column, tuple(cells.get(column, ()))) for column in columns)

    rows = [
        TableRow(row, *_statistics_and_unit(cells), cells_of(row))
        for row, cells in found.items()
        if row != _HEADER
    ]
    return PrintedTable(cells_of(_HEADER), tuple(rows))


def _statistics_and_unit(cells: dict[str, list[Evaluation]]) -> tuple[str, str]:
    fullest = max(cells.values(), key=len)
    kinds = tuple(item.claim.id.rpartition(".")[2] for item in fullest)
    unit = fullest[0].claim.unit
    return _STATISTICS.get(kinds, ""), "" if unit in _COUNTED else unit


def _is_signed(printed: str) -> bool:
    return printed[:1] in "-–−"
