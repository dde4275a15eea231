"""The ledger as text: a table for the terminal, CSV, or JSON."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from tisstats.study.claims.claim import Evaluation
from tisstats.study.claims.ledger import ledger_table, verdict_counts

_NARROWEST = 60


def as_csv(evaluations: Sequence[Evaluation]) -> str:
    """Write one line a claim, with a head."""
    return ledger_table(evaluations).to_csv(index=False, lineterminator="\n")


def as_json(evaluations: Sequence[Evaluation]) -> str:
    """Write a list of objects, one a claim; nothing recomputed is an empty string."""
    records = ledger_table(evaluations).to_dict("records")
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def as_table(evaluations: Sequence[Evaluation]) -> str:
    """Write a block a claim, as wide as the terminal, and a line of totals."""
    width = max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns)
    blocks = [_block(row, width) for row in ledger_table(evaluations).to_dict("records")]
    counts = [f"{count} {verdict}" for verdict, count in verdict_counts(evaluations).items()]
    total = f"{len(evaluations)} printed numbers: {', '.join(counts)}."
    return "\n".join([*blocks, *textwrap.wrap(total, width)]) + "\n"


def _block(row: Mapping[Hashable, Any], width: int) -> str:
    computed = f", computed {row['computed']}" if row["computed"] else ""
    first = f"{row['verdict'].upper()}  {row['id']}"
    second = f"{row['place']}: {row['quantity']}, {row['unit']}, printed {row['printed']}{computed}"
    lines = [first]
    for text in filter(None, (second, row["note"])):
        lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


FORMATS: dict[str, Callable[[Sequence[Evaluation]], str]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}
