"""What reads files and words of strangers, each with a file to begin from.

A reader either takes a file or refuses it, by an error of a kind that the command line turns into
one line for each fault. Anything else is a fault of the reader.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tisstats.cli import main
from tisstats.datapackage import find_faults
from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.measures.files import read_visits
from tisstats.synthetic.ensemble import Ensemble
from tisstats.tables import FormatError
from tisstats.tables.mapping import read_mapping
from tisstats.trial.cdisc.dataset_json import read_dataset_json
from tisstats.trial.cdisc.formats import read_parquet, read_xpt
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.template import example_folder

#: What a reader may raise: lines for the user.
REFUSALS = (DataError, FormatError)


@dataclass(frozen=True)
class Target:
    """A reader of files: the name that a file needs, and what reads it."""

    name: str
    file: str
    read: Callable[[Path], object]

    def try_on(self, content: bytes) -> bool:
        """Return whether a file of this content is taken; raise what is not a refusal.

        Raises
        ------
        AssertionError
            If the reader refuses without saying anything, or prints a traceback.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.file
            path.write_bytes(content)
            try:
                self.read(path)
            except REFUSALS as refusal:
                said = str(refusal).strip()
            else:
                return True
        assert said, "a refusal without a reason"
        return False


def _score(path: Path) -> None:
    """Score a table on the command line, which has checks of its own."""
    _command(["score", str(path), "--mmt-max", "260", "--uln", "ck=170", "-o", "-"])


def _command_line(path: Path) -> None:
    """Call the command line with the words in a file, one on each line."""
    words = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    harmless = [word for word in words if "/" not in word and "\0" not in word]
    # Commands that build, draw or prove take minutes, whatever the words after them.
    if not {"book", "reconstruct", "bounds", "sensitivity"} & set(harmless):
        with contextlib.chdir(path.parent):
            _command(harmless)


def _command(words: list[str]) -> None:
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        try:
            code: object = main(words)
        except SystemExit as end:  # of argparse
            code = end.code
    assert code in (0, 1, 2), code
    assert "Traceback" not in told.getvalue()
    assert code == 0 or told.getvalue().strip(), "no word on what is wrong"


def _study(path: Path) -> None:
    """Read a study whose description is this, with the tables of the example."""
    for table in example_folder().glob("*.csv"):
        shutil.copy(table, path.parent)
    Study.read(path.parent)
    StudyData.read(path.parent)


def _table_of_a_study(path: Path) -> None:
    """Read the example with its visits replaced."""
    for other in example_folder().iterdir():
        if other.name != path.name:
            shutil.copy(other, path.parent)
    StudyData.read(path.parent)


def _package(path: Path) -> None:
    """Check the package that a description describes, with the tables of the article."""
    for table in ("response.csv", "flow.csv"):
        shutil.copy(data_directory("published") / table, path.parent)
    find_faults(path.parent)


TARGETS = {
    target.name: target
    for target in (
        Target("csv", "visits.csv", read_visits),
        Target("csv_gz", "visits.csv.gz", read_visits),
        Target("xlsx", "visits.xlsx", read_visits),
        Target("parquet", "visits.parquet", read_visits),
        Target("score", "visits.csv", _score),
        Target("mapping", "mapping.toml", read_mapping),
        Target("study", "study.toml", _study),
        Target("study_visits", "synthetic_visits.csv", _table_of_a_study),
        Target("package", "datapackage.json", _package),
        Target("ensemble", "ensemble.npz", Ensemble.read),
        Target("dataset_json", "adtis.json", read_dataset_json),
        Target("dataset_xpt", "adsl.xpt", read_xpt),
        Target("dataset_parquet", "adsl.parquet", read_parquet),
        Target("command", "words.txt", _command_line),
    )
}
