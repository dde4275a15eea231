"""How fast files of visits are scored, against pandas, which reads and writes them only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd

from tisstats.measures import score_visits
from tisstats.measures.score_file import score_file
from tools.bench._table import Row, show
from tools.bench.score import visits

VISITS = 1_000_000
#: More than are scored in memory, so that they are shared out into parts.
LARGE = 4_000_000
AIM = 1.3
TEXT = ".parquet, patients as text"
SCORING: dict[str, Any] = {"mmt_max": 260, "uln": {"ck": "170"}}


def bench() -> None:
    """Measure and print: seconds of computing, of one process each."""
    table = visits(VISITS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, ending in ((".csv", ".csv"), (".parquet", ".parquet"), (TEXT, ".parquet")):
            source, output, plain = paths(folder, ending)
            given = with_text(table) if kind == TEXT else table
            write(given, source)
            ours, reading, written = score_and_compare(source, output, plain)
            same = seconds(lambda source=source, plain=plain: write(read(source), plain))
            # What is left if nothing is streamed and nothing but the scores is looked at.
            scoring = seconds(lambda given=given: score_visits(given, **SCORING))
            in_memory = reading + scoring + written
            rows += [
                *compared(kind, ours, reading + written),
                Row(f"pandas, {kind}: read visits, write visits", same, ours / same),
                Row(
                    f"pandas, {kind}: read, score_visits in memory, write; to pandas",
                    in_memory,
                    in_memory / (reading + written),
                ),
            ]
    show(f"Scoring a file of {VISITS:,} visits (last column but one: score_file to pandas)", rows)
    bench_large()


def bench_large() -> None:
    """Measure a file too large to be scored in memory, whose patients are text in random order."""
    with tempfile.TemporaryDirectory() as folder:
        source, output, plain = paths(folder, ".parquet")
        write(with_text(visits(LARGE)), source)
        ours, reading, written = score_and_compare(source, output, plain)
    show(
        f"Scoring a file of {LARGE:,} visits, in parts on disk",
        compared(TEXT, ours, reading + written),
    )


def paths(folder: str, ending: str) -> tuple[Path, ...]:
    """Return where visits, their scores and what pandas writes are to be."""
    return tuple(Path(folder) / f"{name}{ending}" for name in ("visits", "scored", "plain"))


def with_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return visits with patients known by text."""
    return table.assign(patient_id="P" + table["patient_id"].astype(str))


def score_and_compare(source: Path, output: Path, plain: Path) -> tuple[float, float, float]:
    """Return the seconds of scoring, and those of pandas to read visits and to write scores."""
    ours = seconds(lambda: score_file(source, output, report=lambda _: None, **SCORING))
    reading = seconds(lambda: read(source))
    scored = read(output)
    return ours, reading, seconds(lambda: write(scored, plain))


def compared(kind: str, ours: float, pandas: float) -> list[Row]:
    """Return rows of what pandas takes to read visits and write scores, and what we do."""
    return [
        Row(f"pandas, {kind}: read visits, write scores", pandas),
        Row(f"score_file, {kind}", ours, ours / pandas, AIM),
    ]


def read(path: Path) -> pd.DataFrame:
    """Read a file by pandas."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a file by pandas."""
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False)


def seconds(run: Callable[[], object]) -> float:
    """Return the seconds of computing that a run takes, the least of two."""
    took = []
    for _ in range(2):
        started = process_time()
        run()
        took.append(process_time() - started)
    return min(took)
