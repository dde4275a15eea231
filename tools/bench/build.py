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

from tisstats.book.run.digests import page_source_files
from tisstats.book.run.forkserver import PRELOADED
from tisstats.book.run.project import Project
from tools.bench import start
from tools.bench._table import Row, show

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
EDITED = "03_primary_outcome"

#: Seconds of computing within which a command is to see that nothing has changed.
UNCHANGED = 0.3

PLAIN, FLOOR, SAME = "plain", "floor", "unchanged"
#: Builds, what each is compared with, and the ratio to stay below.
BUILDS = {
    "cold": (FLOOR, 1.3),
    "one notebook edited": (PLAIN, 0.1),
    "one page edited": (PLAIN, 0.1),
}


def bench() -> None:
    """Measure and print: seconds on the clock, of the last row those of the processor."""
    measured: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        copy = Path(folder) / "checkout"
        copy_sources(copy)
        for number in range(ROUNDS):
            for what, took in one_round(copy, number):
                measured.setdefault(what, []).append(took)
    medians = {what: statistics.median(took) for what, took in measured.items()}
    rows = [
        Row("plain jupyter-book build, cold", medians[PLAIN]),
        Row("floor: imports, then executed notebooks to pages", medians[FLOOR]),
        *(
            Row(f"tisstats book, {what}, to {other}", took, took / medians[other], aim)
            for what, (other, aim) in BUILDS.items()
            for took in [medians[what]]
        ),
        Row(
            f"tisstats book, {SAME} (of the processor), to {UNCHANGED:g} s",
            medians[SAME],
            medians[SAME] / UNCHANGED,
            1,
        ),
    ]
    show(f"Building the book, on the clock (medians of {ROUNDS} rounds)", rows)


def copy_sources(copy: Path) -> None:
    """Copy what the book is built from."""
    for source in page_source_files(Project.from_folder(ROOT)):
        target = copy / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def one_round(copy: Path, number: int) -> list[tuple[str, float]]:
    """Measure each way once."""
    ours = ["-m", "tisstats.cli", "book", "--source", str(copy)]
    clean(copy)
    measured = [(PLAIN, seconds(plainly(copy)))]
    clean(copy)
    measured.append(("cold", seconds(ours)))
    measured.append((FLOOR, floor(copy)))
    edit_notebook(copy / "notebooks" / f"{EDITED}.ipynb", number)
    measured.append(("one notebook edited", seconds(ours)))
    with (copy / "book" / "glossary.md").open("a") as page:
        page.write(f"\n% {number}\n")
    measured.append(("one page edited", seconds(ours)))
    measured.append((SAME, start.seconds(ours)))
    return measured


def plainly(sources: Path, *options: str) -> list[str]:
    """Return the arguments of Python for a plain Jupyter Book."""
    run = "from jupyter_book.cli.main import main; main()"
    return ["-c", run, "build", str(sources), *options]


def floor(copy: Path) -> float:
    """Measure what no build can save: to import the libraries, and to turn results into pages.

    The pages are those of the sources that our own build has left, whose notebooks are executed.
    Their directives are the book's own, so this is Sphinx with our extensions.
    """
    imports = seconds(["-c", f"import {', '.join(PRELOADED)}"])
    staged = Project.from_folder(copy).staging_folder
    with tempfile.TemporaryDirectory(prefix="floor-") as output:
        return imports + seconds(plainly(staged, "--path-output", output))


def clean(copy: Path) -> None:
    """Remove what builds have left."""
    shutil.rmtree(copy / "_build", ignore_errors=True)


def edit_notebook(path: Path, number: int) -> None:
    """Change the last code cell in nothing but a comment."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    last = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    last["source"] = f"# round {number}\n" + "".join(last["source"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def seconds(arguments: list[str]) -> float:
    """Run Python and return how long it took."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - started
