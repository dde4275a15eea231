"""Visits shared out by patient into parts that fit into memory, and their scores by row.

A patient's visits may stand anywhere in a file. So the numbers of each batch are appended to files
of parts, all rows of a patient to the same part, by a hash of the identifier. A part is scored on
its own, and its scores are read back batch by batch in the order of the rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.enzymes import ENZYME_SELECTIONS, sort_enzymes
from tisstats.measures.score_summary import ScoreCounts
from tisstats.measures.visit_table import Visits, place_visits
from tisstats.measures.visits import ScoringRules, as_categories, score_placed_visits
from tisstats.tables.raw import FAULTS_PER_COLUMN

#: Columns of the score that are categories; the others are numbers.
CATEGORIES = ("enzyme_used", "enzyme_selection", "response")


@dataclass(frozen=True, slots=True)
class PartsLayout:
    """Where the parts of a file are, and the numbers that they hold."""

    folder: Path  #: their folder
    parts: int  #: number of parts
    measures: tuple[str, ...]  #: measures other than enzymes
    enzymes: tuple[str, ...]  #: enzymes

    @property
    def of_rows(self) -> Path:
        """File with the part of each row."""
        return self.folder / "rows"

    def visits(self, part: int) -> Path:
        """Return the file of a part's visits."""
        return self.folder / f"{part}.visits"

    def scores(self, part: int) -> Path:
        """Return the file of a part's scores."""
        return self.folder / f"{part}.scores"

    def result(self, part: int) -> Path:
        """Return the file of a part's counts, which is there once its scores are."""
        return self.folder / f"{part}.json"


class PartsWriter:
    """Shares the visits of a file out into parts, batch by batch.

    Parameters
    ----------
    layout : PartsLayout
        The parts, none of which is there yet.
    """

    def __init__(self, layout: PartsLayout) -> None:
        self.layout = layout
        self._row = 0

    def add(self, patients: pd.Series, weeks: NDArray[np.float64], numbers: NDArray[Any]) -> None:
        """Append a batch; rows without a patient are of no part, but count as rows.

        Parameters
        ----------
        patients : pandas.Series
            The identifiers.
        weeks : numpy.ndarray, shape (n,)
            The weeks.
        numbers : numpy.ndarray, shape (n, measures + enzymes)
            The measures in their units, and the enzymes as multiples of their ULN.
        """
        codes, keys = patient_keys(patients)
        # The same in every process, unlike the hash of Python.
        hashes = pd.util.hash_array(np.array(keys, dtype=object), categorize=False)
        parts = (hashes % np.uint64(self.layout.parts)).astype(np.int64)
        part = np.append(parts, self.layout.parts)[codes].astype(np.uint16)
        with self.layout.of_rows.open("ab") as file:
            part.tofile(file)
        order = np.argsort(part, kind="stable")
        ends = np.cumsum(np.bincount(part, minlength=self.layout.parts + 1))
        begin = 0
        for number, end in enumerate(ends[: self.layout.parts].tolist()):
            if begin < end:
                rows = order[begin:end]
                used, local = np.unique(codes[rows], return_inverse=True)
                texts = [keys[code] for code in used.tolist()]
                with self.layout.visits(number).open("ab") as file:
                    _write_texts(file, texts)
                    for array in (local, rows + self._row, weeks[rows], numbers[rows]):
                        np.save(file, array, allow_pickle=False)
            begin = end
        self._row += len(part)


def patient_keys(patients: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of each row's patient, -1 without one, and a text for each patient.

    The texts are equal in all batches of a file where the identifiers are.

    Examples
    --------
    >>> codes, keys = patient_keys(pd.Series(["007", " 007", "", "8"], dtype=object))
    >>> codes.tolist(), keys
    ([0, 0, -1, 1], ['t007', 't8'])
    """
    codes, distinct = pd.factorize(patients)
    found = [_key(value) for value in distinct.tolist()]
    places, keys = pd.factorize(np.array([key or None for key in found], dtype=object))
    return np.append(places, -1)[codes].astype(np.int64), keys.tolist()


def _key(patient: object) -> str:
    """Return a text by which a patient is known; "" for a blank identifier."""
    if isinstance(patient, str):
        text = patient.strip()
        return f"t{text}" if text else ""
    if isinstance(patient, int | float | np.number):
        number = float(patient)
        return f"n{number!r}" if number == patient else f"n{patient!r}"
    return f"o{patient!r}"


def _write_texts(file: BinaryIO, texts: Sequence[str]) -> None:
    content = "".join(texts).encode("utf-8")
    np.save(file, np.array([len(text) for text in texts], dtype=np.int64), allow_pickle=False)
    np.save(file, np.frombuffer(content, dtype=np.uint8), allow_pickle=False)


def _read_texts(file: BinaryIO) -> list[str]:
    ends = np.cumsum(np.load(file, allow_pickle=False)).tolist()
    content = np.load(file, allow_pickle=False).tobytes().decode("utf-8")
    return [content[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@dataclass(frozen=True, slots=True)
class PartTask:
    """A part to score; it can be sent to another process that sees the same files."""

    layout: PartsLayout
    part: int
    rules: ScoringRules


@dataclass(frozen=True, slots=True)
class PartResult:
    """What the scores of a part come to, or which of its rows are at fault."""

    part: int  #: its number
    counts: ScoreCounts  #: of its patients and visits
    repeated: list[int]  #: the first rows of a week that their patient has already
    repeated_count: int  #: how many there are
    before_zero: list[int]  #: the first rows before a week 0 of their patient
    before_zero_count: int  #: how many there are

    def write(self, path: Path) -> None:
        """Write the result, whole or not at all."""
        part = path.with_suffix(".part")
        content = {**_fields(self), "counts": _fields(self.counts)}
        part.write_text(json.dumps(content), encoding="utf-8")
        part.replace(path)

    @classmethod
    def read(cls, path: Path) -> PartResult:
        """Read a result."""
        given = json.loads(path.read_text(encoding="utf-8"))
        counts: dict[str, Any] = {
            name: Counter(value) if isinstance(value, dict) else value
            for name, value in given["counts"].items()
        }
        return cls(**{**given, "counts": ScoreCounts(**counts)})


def _fields(given: PartResult | ScoreCounts) -> dict[str, Any]:
    # `asdict` would rebuild each Counter from pairs, and count those.
    return {field.name: getattr(given, field.name) for field in fields(given)}


def score_part(task: PartTask) -> PartResult:
    """Score the visits of a part, and write their scores in the order of their rows."""
    layout, rules = task.layout, task.rules
    read = _read_part(layout, task.part)
    placed = place_visits(read.patients, read.weeks)
    at_fault = [np.flatnonzero(bad) for bad in (placed.repeated, placed.before_zero)]
    first = [read.rows[found[:FAULTS_PER_COLUMN]].tolist() for found in at_fault]
    numbers = dict(zip((*layout.measures, *layout.enzymes), read.numbers.T, strict=True))
    values = {name: numbers[name] for name in layout.measures}
    multiples = {name: numbers[name] for name in layout.enzymes}
    visits = Visits(read.patients, read.weeks, placed.baselines)
    columns = score_placed_visits(values, multiples, visits, rules)
    counts = ScoreCounts.of(values, multiples, visits, columns, rules)
    columns["baseline_week"] = read.weeks[placed.baselines[read.patients]]
    records = np.empty(len(read.rows), dtype=score_record(rules))
    for name in records.dtype.names or ():
        records[name] = columns[name].codes if name in CATEGORIES else columns[name]
    part = layout.scores(task.part).with_suffix(".scoring")
    records.tofile(part)
    part.replace(layout.scores(task.part))
    result = PartResult(task.part, counts, first[0], len(at_fault[0]), first[1], len(at_fault[1]))
    result.write(layout.result(task.part))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The visits of a part."""

    patients: NDArray[np.int64]
    rows: NDArray[np.int64]
    weeks: NDArray[np.float64]
    numbers: NDArray[np.float64]


def _read_part(layout: PartsLayout, part: int) -> _Part:
    width = len(layout.measures) + len(layout.enzymes)
    known: dict[str, int] = {}
    patients, rows = [np.array([], dtype=np.int64)], [np.array([], dtype=np.int64)]
    weeks, numbers = [np.array([], dtype=float)], [np.empty((0, width))]
    path = layout.visits(part)
    if path.exists():
        size = path.stat().st_size
        with path.open("rb") as file:
            while file.tell() < size:
                texts = _read_texts(file)
                own = np.array([known.setdefault(text, len(known)) for text in texts])
                patients.append(own[np.load(file, allow_pickle=False)])
                rows.append(np.load(file, allow_pickle=False))
                weeks.append(np.load(file, allow_pickle=False))
                numbers.append(np.load(file, allow_pickle=False))
    return _Part(*map(np.concatenate, (patients, rows, weeks, numbers)))


def score_record(rules: ScoringRules) -> np.dtype[np.void]:
    """Return the layout of the scores of a visit in a file."""
    return np.dtype(
        [(name, np.int8 if name in CATEGORIES else np.float64) for name in rules.columns]
    )


class ScoresReader:
    """Reads the scores of a file's rows, batch by batch.

    Parameters
    ----------
    layout : PartsLayout
        The parts, all of them scored.
    rules : ScoringRules
        By which they were.
    """

    def __init__(self, layout: PartsLayout, rules: ScoringRules) -> None:
        self._layout = layout
        self._record = score_record(rules)
        self._read = np.zeros(layout.parts, dtype=np.int64)
        self._row = 0

    def next(self, count: int, weeks: pd.Series) -> pd.DataFrame:
        """Return the columns of the score of the next rows, whose weeks these are."""
        with self._layout.of_rows.open("rb") as file:
            file.seek(2 * self._row)
            part = np.fromfile(file, dtype=np.uint16, count=count)
        records = np.empty(count, dtype=self._record)
        order = np.argsort(part, kind="stable")
        begin = 0
        for number, size in enumerate(np.bincount(part, minlength=self._layout.parts).tolist()):
            if size:
                with self._layout.scores(number).open("rb") as file:
                    file.seek(int(self._read[number]) * self._record.itemsize)
                    found = np.fromfile(file, dtype=self._record, count=size)
                records[order[begin : begin + size]] = found
                self._read[number] += size
                begin += size
        self._row += count
        return self._columns(records, weeks)

    def _columns(self, records: NDArray[np.void], weeks: pd.Series) -> pd.DataFrame:
        labels = {
            "enzyme_used": pd.Index(sort_enzymes(self._layout.enzymes)),
            "enzyme_selection": pd.Index(ENZYME_SELECTIONS),
        }
        columns: dict[str, Any] = {}
        for name in self._record.names or ():
            given = np.ascontiguousarray(records[name])
            if name in labels:
                columns[name] = pd.Categorical.from_codes(given, labels[name])
            elif name == "response":
                columns[name] = as_categories(given)
            else:
                columns[name] = given
        if weeks.dtype.kind in "iuf":
            columns["baseline_week"] = pd.Series(columns["baseline_week"]).astype(weeks.dtype)
        return pd.DataFrame(columns)


def scored_parts(tasks: Sequence[PartTask]) -> Mapping[int, PartResult]:
    """Return the results of the parts that have been scored already."""
    done = (
        PartResult.read(path) for task in tasks if (path := task.layout.result(task.part)).exists()
    )
    return {result.part: result for result in done}
