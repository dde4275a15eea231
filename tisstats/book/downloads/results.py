"""The results of the book in one file for machines: every glued number, every cell of a table.

The terms are those of analysis results data in the CDISC Analysis Results Standard
(https://www.cdisc.org/standards/foundational/analysis-results-standard): one record for each
number, with its statistic, its method and what it was computed from. What the book does not say of
a number is left out.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tisstats.book.downloads.names import METADATA
from tisstats.book.downloads.tables import PageTable

#: What each field of the file means.
FIELDS = {
    "page": "page of the book, its path without suffix",
    "name": "name of the number, table or figure, unique on its page",
    "value": "the number as printed in the book, a text",
    "statistic": "what was computed",
    "method": "how it was computed",
    "n": "number of patients that it was computed from",
    "unit": "unit of the printed number",
    "caption": "caption of the table",
    "origin": "label of the patient-level data that the table was made from",
    "columns": "columns of the table: label and, where it states them, unit and n",
    "rows": "rows of the table: label (its first cell) and values (the other cells, by column)",
    "description": "the figure in words",
    "files": "files of the table or figure, relative to the book's folder",
}

_CSV_COLUMNS = ("page", "table", "name", "column", "value", "statistic", "method", "n", "unit")

#: How a column's label states the number of patients, as in ``n (%) (N=19)``.
_N = re.compile(r"\([Nn]=(\d+)\)")

#: How a column's label ends in a unit, as in ``Dose, g/kg``, before a label of the data.
_UNIT = re.compile(
    r", (?P<unit>(?:%|g/kg|g|kg|U/L|days|weeks?|points|percentage points)(?: of [^,]+| \(.+\))?)"
    r"(?:, (?:published|synthetic|observed))?$"
)


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
    numbers: list[dict[str, Any]] = field(default_factory=list)


def glued_numbers(glued: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the numbers that a notebook glued, each with what is known about it.

    Parameters
    ----------
    glued
        Outputs by name, as myst-nb stores them.
    """
    for name, output in glued.items():
        text = "".join(output["data"].get("text/plain", ""))
        yield {"name": name, "value": _printed(text), **output["metadata"].get(METADATA, {})}


def _printed(text: str) -> str:
    """Return what Python prints for a value, of which the text is the representation."""
    try:
        return str(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def column_facts(label: str) -> dict[str, str | int]:
    """Return a column's label with the unit and the number of patients that it states.

    Examples
    --------
    >>> column_facts("Improved, n (%) (N=19)")
    {'label': 'Improved, n (%) (N=19)', 'n': 19}
    >>> column_facts("95% interval, %, published")
    {'label': '95% interval, %, published', 'unit': '%'}
    """
    n, unit = _N.search(label), _UNIT.search(label)
    return {
        "label": label,
        **({"n": int(n[1])} if n else {}),
        **({"unit": unit["unit"]} if unit else {}),
    }


def results_json(title: str, pages: Mapping[str, PageResults], notice: str = "") -> str:
    """Return the results as JSON: header, numbers, tables, figures.

    Parameters
    ----------
    title
        The book's.
    pages
        Results by page.
    notice
        What a reader must know about the whole book, such as changed parameters.
    """
    return _in_lines(
        {
            "title": f"Results of the book: {title}",
            "notice": notice,
            "fields": FIELDS,
            "numbers": [
                {"page": page, **number}
                for page, results in pages.items()
                for number in results.numbers
            ],
            "tables": [
                _table_record(page, filed) for page, own in pages.items() for filed in own.tables
            ],
            "figures": [
                {
                    "page": page,
                    "name": figure.name,
                    "description": figure.description,
                    "files": list(figure.files),
                }
                for page, results in pages.items()
                for figure in results.figures
            ],
        }
    )


def _table_record(page: str, filed: FiledTable) -> dict[str, Any]:
    table = filed.table
    return {
        "page": page,
        "name": table.name,
        "caption": table.caption,
        **({"origin": table.origin} if table.origin else {}),
        "files": list(filed.files),
        "columns": [column_facts(column) for column in table.columns],
        "rows": [{"label": row[0], "values": list(row[1:])} for row in table.rows],
    }


def _in_lines(results: Mapping[str, Any]) -> str:
    """Return JSON with one record in a line: to be read by eye, and compared by line."""
    parts = []
    for name, part in results.items():
        if isinstance(part, list) and part:
            records = ",\n".join(json.dumps(record, ensure_ascii=False) for record in part)
            parts.append(f"{json.dumps(name)}: [\n{records}\n]")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False, indent=1)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def results_csv(pages: Mapping[str, PageResults]) -> str:
    """Return the results as CSV, one row for each number.

    The row of a cell has the names of its table and row; the row of a glued number has its own
    name, and neither table nor column.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, [*_CSV_COLUMNS, "origin"], restval="", lineterminator="\n")
    writer.writeheader()
    for page, results in pages.items():
        writer.writerows({"page": page, **number} for number in results.numbers)
        for filed in results.tables:
            writer.writerows(_cells(page, filed.table))
    return file.getvalue()


def _cells(page: str, table: PageTable) -> Iterator[dict[str, Any]]:
    _, *columns = map(column_facts, table.columns)
    for row in table.rows:
        for column, value in zip(columns, row[1:], strict=True):
            yield {
                "page": page,
                "table": table.name,
                "name": row[0],
                "column": column["label"],
                "value": value,
                **{name: column[name] for name in ("n", "unit") if name in column},
                "origin": table.origin,
            }
