"""How fast tables of visits are read, with all checks, against the csv module's plain cells."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from tisstats.measures.files import read_visits
from tools.bench._table import Row, show
from tools.bench.score import timed, visits

VISITS = 200_000
AIM = 3  # times as long as reading cells of text, of which no number is known yet


def bench() -> None:
    """Measure and print."""
    table = visits(VISITS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, separator, decimal in (("commas", ",", "."), ("semicolons", ";", ",")):
            path = Path(folder) / f"{name}.csv"
            table.to_csv(path, index=False, sep=separator, decimal=decimal)
            plain = timed(lambda path=path, separator=separator: cells(path, separator), 5)
            ours = timed(lambda path=path: read_visits(path), 5)
            rows.append(Row(f"csv.reader, {name}", plain))
            rows.append(Row(f"read_visits, {name}", ours, ours / plain, AIM))
    show(f"Reading {VISITS:,} visits from CSV", rows)


def cells(path: Path, separator: str) -> list[list[str]]:
    """Read cells as text by the csv module."""
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text, delimiter=separator))
