"""How fast a large data package is checked, against reading its files by pandas."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from time import process_time

import pandas as pd

from tisstats.datapackage import find_faults
from tools.bench._table import Row, show

COHORT = Path(__file__).resolve().parents[2] / "data/reconstructed/synthetic_reference_cohort"
COPIES = 1_500


def bench() -> None:
    """Measure and print: seconds of computing."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        shutil.copytree(COHORT, package)
        files = sorted(package.glob("*.csv"))
        for path in files:
            multiply(path)
        size = sum(path.stat().st_size for path in files) / 1e6
        plain = seconds(lambda: [pd.read_csv(path, dtype=str) for path in files])
        valid = seconds(lambda: find_faults(package))
        visits = package / "synthetic_visits.csv"
        text = visits.read_text(encoding="utf-8").removesuffix("\n")
        visits.write_text(text + "9" * 400 + "\n", encoding="utf-8")
        faulty = seconds(lambda: find_faults(package))
    rows = [
        Row("pandas, reading text", plain),
        Row("find_faults, valid package", valid, valid / plain),
        Row("find_faults, one cell at fault", faulty, faulty / plain),
    ]
    show(f"Checking a package of {size:.0f} MB", rows)


def multiply(path: Path) -> None:
    """Repeat the rows of a file for many times as many patients."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *records = csv.reader(file)
    patient = header.index("patient_id")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for copy in range(COPIES):
            for record in records:
                record = [*record]
                record[patient] += f"-{copy:06}"
                writer.writerow(record)


def seconds(run: object) -> float:
    """Return the seconds of computing that a run takes."""
    started = process_time()
    run()  # type: ignore[operator]
    return process_time() - started
