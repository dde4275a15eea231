"""What a chapter puts on its page: tables, pictures, notices and sections, with their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tisstats.lim2021.discrepancies.entries import Discrepancy


_Arguments = ParamSpec("_Arguments")

#: Rows of a table, from heads to cells.
Rows = Iterator[dict[Any, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with its caption; the first column heads the rows."""

    frame: pd.DataFrame  #: the cells, as they are printed
    caption: str  #: what the table shows; numbers in it are computed
    wide: bool = False  #: whether it needs more than the column of the text
    folded: bool = False  #: whether a reader first sees the caption alone


def table(
    caption: str, *, wide: bool = False, folded: bool = False
) -> Callable[[Callable[_Arguments, Rows | pd.DataFrame]], Callable[_Arguments, Table]]:
    """Make a function that yields the rows of a table return the table, as a decorator.

    Parameters
    ----------
    caption
        As for `Table`; what stands in braces is filled in, such as ``{self.rows.label}`` from the
        first argument.
    wide, folded
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
            return Table(pd.DataFrame(rows(*args, **kwargs)), filled, wide, folded)

        return tabulate

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure with its text for those who cannot see it; the notebook has its caption."""

    figure: Figure
    alt: str  #: what the figure shows, message first


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must know before looking at what follows."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """A section in Markdown, such as a heading with the text below it."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTable:
    """The ledger, which a script makes searchable."""

    frame: pd.DataFrame  #: as `tisstats.ledger.ledger_table` returns it


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the summary of what does not add up."""

    anchor: str  #: of the section that the line leads to
    title: str
    places: str  #: where the article has it, separated by semicolons
    weight: str  #: heading under which it stands


@dataclass(frozen=True, slots=True)
class DiscrepancySummary:
    """A summary of what does not add up, whose lines lead to the sections."""

    lines: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True)
class DiscrepancySections:
    """What does not add up, one section each."""

    entries: Sequence[Discrepancy]


#: All that a chapter can put on its page.
Item = Table | Picture | Notice | Markdown | LedgerTable | DiscrepancySummary | DiscrepancySections
