"""Page items of a chapter: tables, figures, notices and sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tisstats.lim2021.discrepancies.entries import Discrepancy


_Arguments = ParamSpec("_Arguments")

#: Rows of a table: column header to cell.
Rows = Iterator[dict[Any, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with its caption; the first column has the row headers."""

    frame: pd.DataFrame  #: the cells, as they are printed
    caption: str  #: what the table shows; numbers in it are computed
    wide: bool = False  #: whether it is wider than the text column
    collapsed: bool = False  #: whether only the caption is shown at first


def table(
    caption: str, *, wide: bool = False, collapsed: bool = False
) -> Callable[[Callable[_Arguments, Rows | pd.DataFrame]], Callable[_Arguments, Table]]:
    """Return a decorator that turns a function yielding rows into one returning the table.

    Parameters
    ----------
    caption
        As for `Table`; fields in braces, such as ``{self.patient_data.label}``, are filled in from
        the first argument.
    wide, collapsed
        As for `Table`.

    Examples
    --------
    >>> @table("Counts of {self}")
    ... def counts(of):
    ...     yield {"Letter": of[0], "Number": of.count(of[0])}
    >>> counts("aab").caption, counts("aab").frame.to_dict("records")
    ('Counts of aab', [{'Letter': 'a', 'Number': 2}])
    """

    def decorate(rows: Callable[_Arguments, Rows | pd.DataFrame]) -> Callable[_Arguments, Table]:
        @wraps(rows)
        def tabulate(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Table:
            filled = caption.format(self=next(iter(args), None))
            return Table(pd.DataFrame(rows(*args, **kwargs)), filled, wide, collapsed)

        return tabulate

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class FigureItem:
    """A figure with its alternative text; its caption is in the notebook."""

    figure: Figure
    alt: str  #: alternative text, message first


def figure_item(module: ModuleType, *content: object, **settings: object) -> FigureItem:
    """Return a figure with its alternative text.

    Parameters
    ----------
    module
        Module of `tisstats.figures`, with the functions ``draw`` and ``describe``.
    """
    return FigureItem(module.draw(*content, **settings), module.describe(*content, **settings))


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice on how to interpret what follows."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """A section in Markdown, such as a heading with the text below it."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTable:
    """The ledger as a searchable table."""

    frame: pd.DataFrame  #: as `tisstats.ledger.ledger_table` returns it


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary of discrepancies."""

    anchor: str  #: of the section that the line links to
    title: str
    locations: str  #: where it is in the article, separated by semicolons
    importance: str  #: heading of its group


@dataclass(frozen=True, slots=True)
class DiscrepancySummary:
    """A summary of the discrepancies, whose lines link to the sections."""

    lines: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True)
class DiscrepancySections:
    """The discrepancies, one section each."""

    entries: Sequence[Discrepancy]


#: Any item that a chapter can put on its page.
Item = (
    Table | FigureItem | Notice | Markdown | LedgerTable | DiscrepancySummary | DiscrepancySections
)
