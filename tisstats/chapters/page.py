"""Page items of a chapter: tables, figures, notices and sections."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import wraps
from numbers import Integral
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, Self

import pandas as pd

from tisstats.chapters.result_facts import Facts, TableFacts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tisstats.ledger import Evaluation, Summary
    from tisstats.ledger.checks import NumberCheck
    from tisstats.ledger.explanations import Explanations
    from tisstats.ledger.layout import Part
    from tisstats.lim2021.discrepancies.entries import Discrepancy


_Arguments = ParamSpec("_Arguments")

#: Rows of a table: column header to cell.
Rows = Iterator[dict[Any, Any]]


class Result(str):
    """A number as it is printed, with what is known about it.

    It is the printed text in all respects; the rest goes into the file of the book's results.

    Examples
    --------
    >>> share = Result("55.0", Facts("{percentage}", "Responders", n="20", origin="published"))
    >>> share == "55.0", share.facts.n
    (True, '20')
    """

    __slots__ = ("facts",)

    facts: Facts

    def __new__(cls, printed: object, facts: Facts) -> Self:
        """Return the text that is printed, with what is known about it."""
        text = super().__new__(cls, printed)
        text.facts = facts
        return text


class WholeResult(int):
    """A whole number as it is printed, with what is known about it; see `Result`."""

    facts: Facts

    def __new__(cls, number: int, facts: Facts) -> Self:
        """Return the number, with what is known about it."""
        own = super().__new__(cls, number)
        own.facts = facts
        return own


def described(
    facts: Mapping[str, Facts], source: str = "computed"
) -> Callable[
    [Callable[_Arguments, Mapping[str, object]]], Callable[_Arguments, dict[str, object]]
]:
    """Return a decorator that adds what is known to the numbers that a function returns.

    Numbers that say it themselves keep that.

    Parameters
    ----------
    facts
        By name of the number; fields in braces, such as ``{self.confidence_level}``, are filled in
        from the first argument. One that is not among the numbers is left out, since some numbers
        exist only for some parameters.
    source
        Origin of those numbers whose facts do not say it.

    Examples
    --------
    >>> @described({"letters": Facts("{count}", "Letters of {self}", "letters")})
    ... def numbers(of):
    ...     return {"letters": len(of)}
    >>> numbers("aab")["letters"], numbers("aab")["letters"].facts.what
    (3, 'Letters of aab')
    """

    def decorate(
        returning: Callable[_Arguments, Mapping[str, object]],
    ) -> Callable[_Arguments, dict[str, object]]:
        @wraps(returning)
        def describe(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> dict[str, object]:
            of = next(iter(args), None)
            return {
                name: _with_facts(number, facts[name].over(Facts(origin=source)).filled(of))
                if name in facts
                else number
                for name, number in returning(*args, **kwargs).items()
            }

        return describe

    return decorate


def _with_facts(number: object, facts: Facts) -> object:
    if isinstance(number, Result | WholeResult):
        return number
    if isinstance(number, Integral) and not isinstance(number, bool):
        return WholeResult(int(number), facts)
    return Result(number, facts)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with its caption; the first column has the row headers."""

    frame: pd.DataFrame  #: the cells, as they are printed
    caption: str  #: what the table shows; numbers in it are computed
    collapsed: bool = False  #: whether only the caption is shown at first
    name: str = ""  #: of its files; by default made from the caption
    origin: str = ""  #: label of the patient-level data in its rows; in the caption, too
    #: What its numbers are; if none is a result of the book, a text that says why.
    facts: TableFacts | str = ""
    #: What a reader needs besides the caption, by the column that it is about, "" for the whole.
    notes: Mapping[str, str] = field(default_factory=dict)
    in_files: Collection[str] = ()  #: columns that only its files have


def table(
    caption: str,
    columns: Mapping[str, Facts] | str = "",
    *,
    rows: Mapping[str, Facts] | None = None,
    source: str = "",
    collapsed: bool = False,
    origin: str = "",
    notes: Mapping[str, str] | None = None,
    in_files: Collection[str] = (),
) -> Callable[[Callable[_Arguments, Rows | pd.DataFrame]], Callable[_Arguments, Table]]:
    """Return a decorator that turns a function yielding rows into one returning the table.

    The function's name becomes the table's. A table without any row says so.

    Parameters
    ----------
    caption
        As for `Table`; fields in braces, such as ``{self.confidence_level}``, are filled in from
        the first argument.
    columns
        What the numbers of each column are, by its label or a pattern of it; fields in braces are
        filled in as in the caption. A text if no number of the table is a result: it says why.
    rows
        What differs in rows, by their label or a pattern of it, or in a cell, by its `cell_name`.
    source
        Origin of the numbers, if no patient-level data are: by default they are computed from
        published ones.
    collapsed
        As for `Table`.
    origin
        If the rows were made from patient-level data, the label of these, such as
        ``"{self.patient_data.label}"``: it is filled in like the caption, and ends the caption.
    notes
        Shown below the table, so that the caption can be short: by label of the column that a note
        is about, which gets a mark, or ``""`` for the whole table. Filled in like the caption; an
        empty one is left out.
    in_files
        As for `Table`.

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

    def decorate(
        yielding: Callable[_Arguments, Rows | pd.DataFrame],
    ) -> Callable[_Arguments, Table]:
        @wraps(yielding)
        def tabulate(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Table:
            of = next(iter(args), None)
            filled, label = caption.format(self=of), origin.format(self=of)
            if label:
                filled = f"{filled.rstrip().removesuffix('.')}. {label}"
            frame, about, unseen = pd.DataFrame(yielding(*args, **kwargs)), notes, in_files
            if not len(frame):
                frame, about, unseen = pd.DataFrame({"Entries": ["none"]}), {}, ()
            return Table(
                frame,
                filled,
                collapsed,
                yielding.__name__.lstrip("_"),
                label,
                columns
                if isinstance(columns, str)
                else table_facts(columns, rows, source, label).filled(of),
                filled_notes(about, of),
                unseen,
            )

        return tabulate

    return decorate


def as_typed(text: str) -> str:
    """Return text for a caption or a note, in which braces stay as they are.

    Examples
    --------
    >>> as_typed("Active {2 g/kg}").format(self=None)
    'Active {2 g/kg}'
    """
    return text.replace("{", "{{").replace("}", "}}")


def filled_notes(notes: Mapping[str, str] | None, of: object) -> dict[str, str]:
    """Return notes with their fields filled in, without empty ones."""
    filled = {column: note.format(self=of) for column, note in (notes or {}).items()}
    return {column: note for column, note in filled.items() if note}


def table_facts(
    columns: Mapping[str, Facts],
    rows: Mapping[str, Facts] | None = None,
    source: str = "",
    origin: str = "",
) -> TableFacts:
    """Return what the numbers of a table are; arguments as for `table`."""
    return TableFacts(columns, rows or {}, source or ("" if origin else "computed"))


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
    from tisstats.figures.layout import PAGE_LAYOUTS, Layout  # matplotlib takes long to import

    drawn = {
        layout: module.draw(*content, layout=layout, source=source, **settings)
        for layout in PAGE_LAYOUTS
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
class VerdictCounts:
    """The ledger in numbers, which are also the filters of what is printed."""

    summary: Summary


@dataclass(frozen=True, slots=True, eq=False)
class PrintedArticle:
    """The numbers of the article as it prints them, each with its verdict."""

    parts: Sequence[Part]
    listed: Set[str]  #: ids of the claims that the list of the ledger has


@dataclass(frozen=True, slots=True, eq=False)
class LedgerList:
    """The details of every number, listed by part of the article."""

    parts: Mapping[str, Sequence[Evaluation]]  #: the rows by title of the part
    explanations: Explanations
    checks: Sequence[NumberCheck]
    operands: Mapping[str, Sequence[str]]  #: ids of claims that print the inputs of a claim


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


@dataclass(frozen=True, slots=True, eq=False)
class Interactive:
    """A part of the page that a script draws, from numbers computed while the page is made."""

    name: str  #: of its template, script and data, such as ``another_cohort``
    data: Mapping[str, object]  #: what the script reads and the template shows; ready for JSON


#: Any item that a chapter can put on its page.
Item = (
    Table
    | FigureItem
    | Notice
    | Markdown
    | VerdictCounts
    | PrintedArticle
    | LedgerList
    | DiscrepancySummary
    | DiscrepancySections
    | Interactive
)
