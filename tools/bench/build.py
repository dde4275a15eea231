"""How long the book takes, against a plain Jupyter Book of the same sources in the same run."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.bench._table import Row, show

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("_config.yml", "_toc.yml", "requirements.txt", "book", "notebooks", "data")
ROUNDS = 3
EDITED = "03_primary_outcome"


def bench() -> None:
    """Measure and print."""
    measured: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        copy = Path(folder) / "checkout"
        copy.mkdir()
        for name in SOURCES:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        for number in range(ROUNDS):
            for what, seconds in one_round(copy, number):
                measured.setdefault(what, []).append(seconds)
    medians = {what: statistics.median(seconds) for what, seconds in measured.items()}
    plain = medians.pop("plain")
    aims = {"cold": 0.4, "one notebook edited": 0.3, "one page edited": None, "unchanged": 0.1}
    rows = [Row("plain jupyter-book build, cold", plain)]
    rows += [
        Row(f"tisstats book, {what}", seconds, seconds / plain, aims[what])
        for what, seconds in medians.items()
    ]
    show(f"Building the book (medians of {ROUNDS} rounds)", rows)


def one_round(copy: Path, number: int) -> list[tuple[str, float]]:
    """Measure each way once."""
    programs = Path(sys.executable).parent
    plainly = [programs / "jupyter-book", "build", copy]
    ours = [programs / "tisstats", "book", "--source", copy]
    clean(copy)
    measured = [("plain", seconds(plainly))]
    clean(copy)
    measured.append(("cold", seconds(ours)))
    edit_notebook(copy / "notebooks" / f"{EDITED}.ipynb", number)
    measured.append(("one notebook edited", seconds(ours)))
    with (copy / "book" / "glossary.md").open("a") as page:
        page.write(f"\n% {number}\n")
    measured.append(("one page edited", seconds(ours)))
    measured.append(("unchanged", seconds(ours)))
    return measured


def clean(copy: Path) -> None:
    """Remove what builds have left."""
    shutil.rmtree(copy / "_build", ignore_errors=True)


def edit_notebook(path: Path, number: int) -> None:
    """Change the last code cell in nothing but a comment."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    last = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    last["source"] = f"# round {number}\n" + "".join(last["source"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def seconds(command: list[str | Path]) -> float:
    """Run a command and return how long it took."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started
