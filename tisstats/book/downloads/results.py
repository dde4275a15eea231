"""The results of the book for machines: every number in prose and tables, with what it is.

The numbers are in one CSV file, a complete row for each, as in the analysis results data of the
CDISC Analysis Results Standard
(https://www.cdisc.org/standards/foundational/analysis-results-standard): statistic, method, group
and number as shown. A JSON file describes it: its fields as a Frictionless tabular data resource
(https://specs.frictionlessdata.io/tabular-data-resource), the statistics and origins, and the
tables and figures with their files. No number is in both, and the words of tables are in the files
of the tables alone.
"""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tisstats.book.downloads.names import METADATA, RESULTS_CSV, page_names
from tisstats.book.downloads.tables import PageTable
from tisstats.chapters.result_facts import (
    ORIGINS,
    STATISTICS,
    Facts,
    TableFacts,
    number_value,
    records,
    table_records,
)
from tisstats.tables.formulas import as_text

#: What each column of the CSV file means.
FIELDS = {
    "page": "page of the book by its short name, see `pages`",
    "item": "the table, or the number in the prose, that shows it; unique on its page",
    "column": "column of the table, its label; empty for a number in the prose",
    "name": "what the number is, in words; in a table the label of its row and what it is of",
    "group": "arm, subtype or set of patients, where it is one of several",
    "statistic": "what was computed",
    "method": "how it was computed, for statistics that depend on it",
    "n": "number of patients, or of what is counted, that it was computed from; empty if several",
    "unit": "unit of the number",
    "origin": "where the number comes from",
    "value": "the number; empty if only a limit is shown, such as < 0.01",
    "text": "the number as shown in the book",
}

#: Fields of the CSV file with numbers, and their types; the others are text.
_TYPES = {"n": "integer", "value": "number"}


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A figure of a page."""

    name: str
    description: str
    files: tuple[str, ...]  #: relative to the book's folder


@dataclass(frozen=True, slots=True)
class FiledTable:
    """A table of a page, with its files."""

    table: PageTable
    files: tuple[str, ...]  #: relative to the book's folder


@dataclass(slots=True)
class PageResults:
    """What a page adds to the results."""

    tables: list[FiledTable] = field(default_factory=list)
    figures: list[PageFigure] = field(default_factory=list)
    glued: list[dict[str, Any]] = field(default_factory=list)  #: as `glued_numbers` yields them

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield a record for each number of the page, but for the page."""
        yield from self.glued
        for filed in self.tables:
            table, facts = filed.table, filed.table.known()
            if isinstance(facts, TableFacts):
                for record in table_records(facts, table.origin, table.columns, table.rows):
                    yield _complete(table.name, record)


def glued_numbers(glued: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record for each number that a notebook glued; words are left out.

    Parameters
    ----------
    glued
        Outputs by name, as myst-nb stores them.
    """
    for name, output in glued.items():
        text = "".join(output["data"].get("text/plain", ""))
        facts = Facts(**output["metadata"].get(METADATA, {}))
        for record in records(_printed(text), facts):
            yield _complete(name, record)


def _complete(item: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with all fields of a result but for the page."""
    value = number_value(record["text"]) if record.get("statistic") else None
    complete = {name: record.get(name, "") for name in FIELDS if name != "page"}
    return complete | {"item": item, "value": value}


def _printed(text: str) -> str:
    """Return what Python prints for a value, of which the text is the representation."""
    try:
        return str(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def results_json(title: str, pages: Mapping[str, PageResults], notice: str = "") -> str:
    """Return the description of the results as JSON: fields, statistics, tables, figures.

    Parameters
    ----------
    title
        The book's.
    pages
        Results by page, its path without suffix.
    notice
        What a reader must know about the whole book, such as changed parameters.
    """
    found = list(_all_records(pages))
    used = {record["statistic"] for record in found}
    statistics = {name: kind.meaning for name, kind in STATISTICS.items() if name in used}
    short = page_names(pages)
    return _in_lines(
        {
            "title": f"Results of the book: {title}",
            "notice": notice,
            "profile": "tabular-data-resource",
            "path": RESULTS_CSV.rpartition("/")[2],
            "schema": {"fields": list(_fields(statistics))},
            "statistics": statistics,
            "origins": ORIGINS,
            "pages": {
                short[page]: page
                for page, own in pages.items()
                if own.tables or own.figures or own.glued
            },
            "tables": [
                _table_record(short[page], filed)
                for page, own in pages.items()
                for filed in own.tables
            ],
            "figures": [
                {
                    "page": short[page],
                    "name": figure.name,
                    "description": figure.description,
                    "files": list(figure.files),
                }
                for page, results in pages.items()
                for figure in results.figures
            ],
        }
    )


def _fields(statistics: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the fields of the CSV file as in a Table Schema."""
    allowed = {"statistic": list(statistics), "origin": list(ORIGINS)}
    for name, meaning in FIELDS.items():
        constraints = {"constraints": {"enum": allowed[name]}} if name in allowed else {}
        kind = _TYPES.get(name, "string")
        yield {"name": name, "type": kind, "description": meaning, **constraints}


def _all_records(pages: Mapping[str, PageResults]) -> Iterator[dict[str, Any]]:
    short = page_names(pages)
    for page, own in pages.items():
        for record in own.records():
            yield {"page": short[page], **record}


def _table_record(page: str, filed: FiledTable) -> dict[str, Any]:
    table, facts = filed.table, filed.table.known()
    return {
        "page": page,
        "name": table.name,
        "caption": table.caption,
        **({"notes": list(table.notes)} if table.notes else {}),
        **({"label": table.origin} if table.origin else {}),
        **({"no_results": facts} if isinstance(facts, str) else {}),
        "files": list(filed.files),
    }


def _in_lines(results: Mapping[str, Any]) -> str:
    """Return JSON with one record in a line: to be read by eye, and compared by line."""
    parts = []
    for name, part in results.items():
        if isinstance(part, list) and part:
            lines = ",\n".join(
                json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in part
            )
            parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False, indent=1)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def results_csv(pages: Mapping[str, PageResults]) -> str:
    """Return the results as CSV, one complete row for each number.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(_all_records(pages)))
    return file.getvalue()


def _plain(found: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for record in found:
        value = record["value"]
        texts = {
            name: as_text(cell) if isinstance(cell, str) else cell for name, cell in record.items()
        }
        yield {**texts, "value": "" if value is None else f"{value:.15g}"}
