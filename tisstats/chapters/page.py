"""Page items of a chapter: tables, figures, notices and sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, Self

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tisstats.lim2021.discrepancies.entries import Discrepancy


_Arguments = ParamSpec("_Arguments")

#: Rows of a table: column header to cell.
Rows = Iterator[dict[Any, Any]]


class Result(str):
    """A number as it is printed, with what is known about it.

    It is the printed text in all respects; the rest goes into the file of the book's results.

    Examples
    --------
    >>> share = Result("55.0", statistic="proportion of responders", n=20, unit="%")
    >>> share == "55.0", share.known()
    (True, {'n': 20, 'statistic': 'proportion of responders', 'unit': '%'})
    """

    __slots__ = ("method", "n", "statistic", "unit")

    statistic: str  #: what was computed, in words; empty if not said
    method: str  #: how, in words; empty if not said
    n: int  #: number of patients it was computed from; 0 if not said
    unit: str  #: unit of the printed number; empty if not said or if it has none

    def __new__(
        cls,
        printed: object,
        *,
        statistic: str = "",
        method: str = "",
        n: int = 0,
        unit: str = "",
    ) -> Self:
        """Return the text that is printed, with what is known about it."""
        text = super().__new__(cls, printed)
        text.statistic, text.method, text.n, text.unit = statistic, method, n, unit
        return text

    def known(self) -> dict[str, str | int]:
        """Return what is known about the number: those of its attributes that are given."""
        return {name: found for name in self.__slots__ if (found := getattr(self, name))}


def interval_results(
    low: object, high: object, *, of: str, level: str, method: str, n: int, unit: str = "%"
) -> tuple[Result, Result]:
    """Return the printed limits of a confidence interval, with what is known about them.

    Parameters
    ----------
    low, high
        The limits as printed.
    of
        What the interval is for, in words.
    level
        The confidence level in percent, as printed.
    method, n, unit
        As for `Result`.

    Examples
    --------
    >>> low, high = interval_results(
    ...     "20.3", "66.5", of="proportion of responders", level="95", method="exact", n=19
    ... )
    >>> low.statistic
    'lower 95% confidence limit of the proportion of responders'
    """
    lower, upper = (
        Result(
            printed,
            statistic=f"{side} {level}% confidence limit of the {of}",
            method=method,
            n=n,
            unit=unit,
        )
        for side, printed in (("lower", low), ("upper", high))
    )
    return lower, upper


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with its caption; the first column has the row headers."""

    frame: pd.DataFrame  #: the cells, as they are printed
    caption: str  #: what the table shows; numbers in it are computed
    wide: bool = False  #: whether it is wider than the text column
    collapsed: bool = False  #: whether only the caption is shown at first
    name: str = ""  #: of its files; by default made from the caption
    origin: str = ""  #: label of the patient-level data in its rows; in the caption, too


def table(
    caption: str, *, wide: bool = False, collapsed: bool = False, origin: str = ""
) -> Callable[[Callable[_Arguments, Rows | pd.DataFrame]], Callable[_Arguments, Table]]:
    """Return a decorator that turns a function yielding rows into one returning the table.

    The function's name becomes the table's. A table without any row says so.

    Parameters
    ----------
    caption
        As for `Table`; fields in braces, such as ``{self.confidence_level}``, are filled in from
        the first argument.
    wide, collapsed
        As for `Table`.
    origin
        If the rows were made from patient-level data, the label of these, such as
        ``"{self.patient_data.label}"``: it is filled in like the caption, and ends the caption.

    Examples
    --------
    >>> @table("Counts of {self}")
    ... def counts(of):
    ...     yield {"Letter": of[0], "Number": of.count(of[0])}
    >>> counts("aab").caption, counts("aab").frame.to_dict("records")
    ('Counts of aab', [{'Letter': 'a', 'Number': 2}])
    >>> counts("aab").name
    'counts'
    """

    def decorate(rows: Callable[_Arguments, Rows | pd.DataFrame]) -> Callable[_Arguments, Table]:
        @wraps(rows)
        def tabulate(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Table:
            of = next(iter(args), None)
            filled, label = caption.format(self=of), origin.format(self=of)
            if label:
                filled = f"{filled.rstrip().removesuffix('.')}. {label}"
            frame = pd.DataFrame(rows(*args, **kwargs))
            if not len(frame.columns):
                frame = pd.DataFrame({"Entries": ["none"]})
            return Table(
                frame,
                filled,
                wide,
                collapsed,
                rows.__name__.lstrip("_"),
                label,
            )

        return tabulate

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class FigureItem:
    """A figure with its alternative text; its caption is in the notebook."""

    figure: Figure  #: drawn for the column
    alt: str  #: alternative text, message first
    name: str = ""  #: of its files; a figure without a name has none
    phone: Figure | None = None  #: drawn for a phone; None: the same is shown there


def figure_item(
    module: ModuleType, *content: object, name: str = "", source: str = "", **settings: object
) -> FigureItem:
    """Return a figure, drawn for the column and for a phone, with its alternative text.

    Parameters
    ----------
    module
        Module of `tisstats.figures`, with the functions ``draw`` and ``describe``.
    *content, **settings
        What both functions take.
    name
        Of the files of the figure; by default that of the module.
    source
        Where what is drawn is from: at the foot of the figure, and the end of the text.
    """
    from tisstats.figures.layout import Layout  # matplotlib takes long to import

    drawn = {
        layout: module.draw(*content, layout=layout, source=source, **settings) for layout in Layout
    }
    alt = module.describe(*content, **settings)
    return FigureItem(
        drawn[Layout.COLUMN],
        f"{alt} {source.removesuffix('.')}." if source else alt,
        name or module.__name__.rpartition(".")[2],
        drawn[Layout.PHONE],
    )


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
