"""The ledger as a data frame, text for the terminal, CSV or JSON."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from tisstats.errors import on_one_line
from tisstats.ledger.claim import Evaluation
from tisstats.ledger.summary import Summary
from tisstats.tables.formulas import RUN, refuse_formulas

_NARROWEST = 60

_OF_CLAIM = ("id", "place", "quantity", "printed", "unit", "printed_with_unit")


def ledger_table(evaluations: Iterable[Evaluation]) -> pd.DataFrame:
    """Tabulate evaluations.

    Returns
    -------
    DataFrame
        One row per claim, all columns text: ``id``, ``place``, ``quantity``, ``printed``, ``unit``,
        ``printed_with_unit``, ``computed``, ``verdict``, ``repeats`` (the first claim that prints
        the same number), ``check`` (names of its checks) and ``note``.
    """
    return pd.DataFrame(
        [
            {name: getattr(item.claim, name) for name in _OF_CLAIM}
            | {
                "computed": item.computed,
                "verdict": str(item.verdict),
                "repeats": item.repeats,
                "check": " ".join(item.checked_by),
                "note": item.note,
            }
            for item in evaluations
        ]
    )


def as_csv(evaluations: Iterable[Evaluation], _: Summary | None = None) -> str:
    """Format as CSV, one line per claim below a header.

    Raises
    ------
    DataError
        If a spreadsheet would run a cell as a formula.
    """
    table = ledger_table(evaluations)
    refuse_formulas(table, "claims as CSV", f"{RUN}; change it, or write JSON")
    return table.to_csv(index=False, lineterminator="\n")


def as_json(evaluations: Iterable[Evaluation], _: Summary | None = None) -> str:
    """Format as a JSON list, one object per claim; an empty string where nothing was recomputed."""
    records = ledger_table(evaluations).to_dict("records")
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def as_table(evaluations: Iterable[Evaluation], summary: Summary | None = None) -> str:
    """Format one block per claim, as wide as the terminal, then the totals of the ledger."""
    width = max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns)
    blocks = [_block(row, width) for row in ledger_table(evaluations).to_dict("records")]
    totals = [] if summary is None else textwrap.wrap(str(summary), width)
    return "\n".join([*blocks, *totals]) + "\n"


def _block(row: Mapping[Hashable, Any], width: int) -> str:
    computed = f", computed {row['computed']}" if row["computed"] else ""
    first = f"{row['verdict'].upper()}  {row['id']}"
    second = f"{row['place']}: {row['quantity']}: {row['printed_with_unit']}{computed}"
    links = [f"Repeats {row['repeats']}."] if row["repeats"] else []
    links += [f"Checked by {row['check'].replace(' ', ', ')}."] if row["check"] else []
    lines = [first]
    for text in filter(None, (second, row["note"], " ".join(links))):
        lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(map(on_one_line, lines))  # a terminal would do what their signs say


FORMATS: dict[str, Callable[[Iterable[Evaluation], Summary | None], str]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}
