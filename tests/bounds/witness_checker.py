"""The script that checks witnesses, loaded as a module, and what its tests share."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from tisstats.bounds import ALTERNATIVES, BoundAssumptions, read_bounds, read_sensitivity
from tisstats.bounds.witness import Witness as Cohort
from tisstats.ledger.published import data_directory

FOLDER = data_directory("bounds")
SCRIPT = FOLDER / "check_witnesses.py"


def _load():
    spec = importlib.util.spec_from_file_location("check_witnesses", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


checker = _load()
Key = checker.Key
PUBLISHED = checker.Published.read(FOLDER.parent / "published")
#: By bound, those of the main analysis and those under altered assumptions.
WITNESSES, FAULTS = checker.read_witnesses(
    FOLDER / checker.MAIN_TABLE.witnesses, checker.MAIN_TABLE
)
ALTERED, ALTERED_FAULTS = checker.read_witnesses(
    FOLDER / checker.SENSITIVITY.witnesses, checker.SENSITIVITY
)
VALUES = {
    Key(row.alternative, row.quantity, row.measure, row.side): row.value
    for table in (read_bounds().assign(alternative=""), read_sensitivity())
    for row in table.itertuples()
}

#: What is assumed, in the script and in the package, by alternative; under "" the main analysis.
ASSUMED = {"": checker.MAIN, **checker.ALTERNATIVES}
ASSUMPTIONS = {"": BoundAssumptions()} | {
    name: each.assumptions for name, each in ALTERNATIVES.items()
}


def run(folder: Path, *options: str) -> subprocess.CompletedProcess:
    """Run the script as a reader does, isolated and without site-packages.

    What is not in the standard library cannot be imported then.
    """
    command = [sys.executable, "-I", "-S", str(SCRIPT), *options, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def as_cohort(witness) -> Cohort:
    """Return a witness of the script as one of the package."""
    baselines, ends = (
        {measure: row[time] for measure, row in witness.rows.items()} for time in (0, 1)
    )
    return Cohort(baselines, ends, witness.female)


def moved(witness, measure: str, time: int, patient: int, to: Fraction | int):
    """Return a witness with another value, in the unit of the measure."""
    columns = [list(column) for column in witness.rows[measure]]
    columns[time][patient] = Fraction(to)
    return replace(witness, rows={**witness.rows, measure: tuple(map(tuple, columns))})


def faults_of(witness, key, alternative: str | None = None) -> list[str]:
    """Return what the script says of a witness, by default under the assumptions of its bound."""
    assumed = ASSUMED[key.alternative if alternative is None else alternative]
    bound = {"value": VALUES[key], "proven": "sharp"}
    return checker._witness_faults(witness, key, bound, PUBLISHED, assumed)


def copy_files(folder: Path, keys: Collection = ()) -> dict[str, Path]:
    """Copy what the script reads of its folder, or only what is of some bounds; return the files.

    A few bounds are checked in a fraction of the time.
    """
    copies = {}
    for table in checker.TABLES:
        size = len(table.columns())
        named = {tuple(key)[-size:] for key in keys if key.alternative in table.alternatives}
        for name in (table.bounds, table.witnesses):
            copies[name] = folder / name
            lines = (FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [
                line for line in lines[1:] if not keys or tuple(line.split(",")[:size]) in named
            ]
            copies[name].write_text("".join([lines[0], *kept]), encoding="utf-8")
    return copies


def remove_lines(file: Path, start: str) -> None:
    """Remove the lines of a file that begin with a text."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) < len(lines)
    file.write_text("".join(kept), encoding="utf-8")
