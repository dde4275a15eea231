"""What benches have measured: kept in ``last_run.json``, and shown on a page of the book."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.bench._table import Row, Table
from tools.shown import show_figures

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("last_run.json")
PAGE = ROOT / "book" / "reference" / "speed.md"
README = ROOT / "README.md"


@dataclass(frozen=True)
class Measured:
    """The tables of a bench, with the day of its last run."""

    bench: str
    date: str
    tables: tuple[Table, ...]


def benches() -> list[str]:
    """Return the names of all benches."""
    modules = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in modules if not name.startswith("_") and name != "results")


def read() -> list[Measured]:
    """Return what has been kept, by the name of the bench."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
    return [
        Measured(
            each["bench"],
            each["date"],
            tuple(
                Table(table["title"], tuple(Row(**row) for row in table["rows"]))
                for table in each["tables"]
            ),
        )
        for each in kept
    ]


def keep(measured: Sequence[Measured]) -> None:
    """Keep what benches have measured, beside what others measured before, and show it."""
    known = {each.bench: each for each in (*read(), *measured)}
    kept = [known[name] for name in benches() if name in known]
    FILE.write_text(json.dumps([asdict(each) for each in kept], indent=1) + "\n", "utf-8")
    show_figures(PAGE, "bench", page(kept))
    show_figures(README, "bench", summary(kept))


def page(measured: Sequence[Measured]) -> str:
    """Return the tables of all benches in Markdown."""
    return "\n\n".join(_table(table, each.date) for each in measured for table in each.tables)


def summary(measured: Sequence[Measured]) -> str:
    """Return how many ratios stay within their aims, and a table of those that do not."""
    rows = [
        (table.title, row)
        for each in measured
        for table in each.tables
        for row in table.rows
        if row.ratio is not None and row.aim is not None
    ]
    above = [(title, row) for title, row in rows if row.ratio > row.aim]
    head = ["| above its aim | ratio | aim |", "|---|--:|--:|"]
    lines = [f"| {title}: {row.what} | {row.ratio:.2f} | {row.aim:.2f} |" for title, row in above]
    last = max(each.date for each in measured)
    said = f"Of {len(rows)} ratios with an aim, {len(rows) - len(above)} meet it ({last})."
    return "\n".join([said, *(["", *head, *lines] if above else [])])


def _table(table: Table, date: str) -> str:
    head = ["| what was measured | seconds | ratio | aim |", "|---|--:|--:|--:|"]
    rows = [f"| {' | '.join(row.cells())} |" for row in table.rows]
    return "\n".join([f"**{table.title}** ({date})", "", *head, *rows])
