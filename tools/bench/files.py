"""How fast files of visits are scored, against pandas, which reads and writes them only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pandas as pd

from tisstats.measures import score_visits
from tisstats.measures.score_file import score_file
from tools.bench._table import Row, show
from tools.bench.score import visits

VISITS = 1_000_000
AIM = 1.3
TEXT = ".parquet, patients as text"
SCORING = {"mmt_max": 260, "uln": {"ck": "170"}}


def bench() -> None:
    """Measure and print: seconds of computing, of one process each."""
    table = visits(VISITS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, ending in ((".csv", ".csv"), (".parquet", ".parquet"), (TEXT, ".parquet")):
            source, output = (Path(folder) / f"{name}{ending}" for name in ("visits", "scored"))
            plain = Path(folder) / f"plain{ending}"
            ids = table["patient_id"]
            given = table.assign(patient_id="P" + ids.astype(str)) if kind == TEXT else table
            write(given, source)
            ours = seconds(
                lambda source=source, output=output: score_file(
                    source, output, report=lambda _: None, **SCORING
                )
            )
            same = seconds(lambda source=source, plain=plain: write(read(source), plain))
            scored = read(output)
            written = seconds(lambda scored=scored, plain=plain: write(scored, plain))
            reading = seconds(lambda source=source: read(source))
            # What is left if nothing is streamed and nothing but the scores is looked at.
            scoring = seconds(lambda given=given: score_visits(given, **SCORING))
            in_memory = reading + scoring + written
            rows += [
                Row(f"pandas, {kind}: read visits, write scores", reading + written),
                Row(f"score_file, {kind}", ours, ours / (reading + written), AIM),
                Row(f"pandas, {kind}: read visits, write visits", same, ours / same),
                Row(
                    f"pandas, {kind}: read, score_visits in memory, write; to pandas",
                    in_memory,
                    in_memory / (reading + written),
                ),
            ]
    show(f"Scoring a file of {VISITS:,} visits (last column but one: score_file to pandas)", rows)


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
