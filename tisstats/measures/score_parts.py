"""Visits shared out by patient into parts that fit into memory, and their scores by row.

A patient's visits may stand anywhere in a file. So the numbers of each batch are appended to files
of parts, all rows of a patient to the same part, by a hash of the identifier. A part is scored on
its own, and its scores are read back batch by batch in the order of the rows. The visits of a small
file that is kept in memory are one part, which is not written.
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
from tisstats.measures.patient_keys import KeyBytes, patient_keys
from tisstats.measures.score_summary import MOST_NAMED, ScoreCounts
from tisstats.measures.total_improvement_score import points_of_steps
from tisstats.measures.visit_table import Visits, place_visits
from tisstats.measures.visits import (
    ScoringRules,
    as_categories,
    is_in_steps,
    score_placed_visits,
)
from tisstats.tables.raw import FAULTS_PER_COLUMN

#: Version of the layout of parts: raised when it changes, so that no run goes on with older ones.
LAYOUT = 2

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

    def add(
        self,
        identifiers: pd.Series,
        patients: NDArray[np.int64],
        weeks: NDArray[np.float64],
        numbers: Sequence[Any],
    ) -> None:
        """Append a batch; rows without a patient are of no part, but count as rows.

        Parameters
        ----------
        identifiers : pandas.Series
            The identifiers; whole numbers in every batch of a file, or in none.
        patients : numpy.ndarray, shape (n,)
            Their patients, as `number_patients` numbers them.
        weeks : numpy.ndarray, shape (n,)
            The weeks.
        numbers : sequence of numpy.ndarray, shape (n,)
            The measures in their units, and the enzymes as multiples of their ULN.
        """
        count, most = len(identifiers), self.layout.parts
        codes, keys = patient_keys(identifiers, patients)
        # The same in every process, unlike the hash of Python.
        texts = keys if keys is None or isinstance(keys, list) else keys.to_pylist()
        known = codes if texts is None else np.array(texts, dtype=object)
        hashes = pd.util.hash_array(known, categorize=False)
        parts = (hashes % np.uint64(most)).astype(np.uint16)
        part, key_bytes, first_keys = parts, KeyBytes.of([], codes[:0]), [0] * (most + 1)
        if keys is not None:
            # Those of a part follow each other, and are numbered from 0.
            sorted_keys = np.argsort(parts, kind="stable")
            key_bytes = KeyBytes.of(keys, sorted_keys)
            begins = np.append(0, np.cumsum(np.bincount(parts, minlength=most)))
            first_keys = begins.tolist()
            places = np.empty(len(parts), dtype=np.int64)
            places[sorted_keys] = np.arange(len(parts)) - begins[parts[sorted_keys]]
            part = np.append(parts, np.uint16(most))[codes]
            codes = np.append(places, -1)[codes]
        with self.layout.of_rows.open("ab") as file:
            file.write(part.tobytes())  # `tofile` does not say why a disk takes no more
        order = np.argsort(part, kind="stable")
        table = np.empty((count, _PLACES + len(numbers)), dtype=np.int64)
        table[:, 0] = codes
        table[:, 1] = np.arange(self._row, self._row + count)
        for place, column in enumerate((weeks, *numbers), start=2):
            table[:, place] = np.ascontiguousarray(column, dtype=np.float64).view(np.int64)
        table = table.take(order, axis=0)
        begin = 0
        for number, end in enumerate(np.cumsum(np.bincount(part, minlength=most))[:most].tolist()):
            if begin < end:
                own = key_bytes.between(*first_keys[number : number + 2])
                with self.layout.visits(number).open("ab") as file:
                    _write_block(file, table[begin:end], own)
            begin = end
        self._row += count


#: Columns of a part before the measures: the patient, the row and the week. Columns of floats are
#: there by their bits, so that all are of one type.
_PLACES = 3

#: Bytes of a word.
_WORD = 8


def _write_block(file: BinaryIO, table: NDArray[np.int64], keys: KeyBytes) -> None:
    """Append rows, and the texts of their patients, as words.

    NumPy's own format has a header for each array, which takes longer to read than few rows.
    """
    sizes = np.array([len(keys), len(keys.content), len(table)], dtype=np.int64)
    gap = bytes(-len(keys.content) % _WORD)
    for content in (sizes, np.diff(keys.ends), keys.content, gap, table):
        file.write(content if isinstance(content, bytes) else content.tobytes())


def _read_blocks(words: NDArray[np.int64], width: int) -> tuple[NDArray[np.int64], KeyBytes]:
    """Return the columns of a part's rows, and the texts of patients, once for each block.

    The patients are numbers of these texts.
    """
    tables, lengths = [np.empty((width, 0), dtype=np.int64)], [np.zeros(1, dtype=np.int64)]
    contents = [np.empty(0, dtype=np.uint8)]
    at, count = 0, 0
    while at < len(words):
        keys, size, rows = words[at : at + 3].tolist()
        first = at + 3
        content = first + keys
        table = content - (-size // _WORD)
        at = table + rows * width
        lengths.append(words[first:content])
        contents.append(words[content:table].view(np.uint8)[:size])
        tables.append(words[table:at].reshape(rows, width).T)
        tables[-1][0] += count
        count += keys
    ends = np.cumsum(np.concatenate(lengths))
    return np.concatenate(tables, axis=1), KeyBytes(ends, np.concatenate(contents))


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
    result, columns = _scored(read, task)
    records = np.empty(len(read.rows), dtype=score_record(rules))
    for name in records.dtype.names or ():
        records[name] = columns[name]
    part = layout.scores(task.part).with_suffix(".scoring")
    part.write_bytes(records.tobytes())
    part.replace(layout.scores(task.part))
    result.write(layout.result(task.part))
    return result


def _scored(read: _Part, task: PartTask) -> tuple[PartResult, dict[str, NDArray[Any]]]:
    """Score the visits of a part; return the columns of their scores as they are kept."""
    layout, rules = task.layout, task.rules
    placed = place_visits(read.patients, read.weeks)
    at_fault = [np.flatnonzero(bad) for bad in (placed.repeated, placed.before_zero)]
    first = [read.rows[found[:FAULTS_PER_COLUMN]].tolist() for found in at_fault]
    numbers = dict(zip((*layout.measures, *layout.enzymes), read.numbers, strict=True))
    values = {name: numbers[name] for name in layout.measures}
    multiples = {name: numbers[name] for name in layout.enzymes}
    visits = Visits(read.patients, read.weeks, placed.baselines)
    columns = score_placed_visits(values, multiples, visits, rules)
    counts = ScoreCounts.of(values, multiples, visits, columns)
    late = np.flatnonzero(np.abs(read.weeks[placed.baselines]) > 0)
    rows = placed.baselines[late]
    rows = rows[np.argsort(read.rows[rows])][:MOST_NAMED].tolist()
    counts.late_first = [
        [int(read.rows[row]), read.name(row), float(read.weeks[row])] for row in rows
    ]
    columns["baseline_week"] = read.weeks[placed.baselines].take(read.patients)
    columns |= {name: columns[name].codes for name in CATEGORIES if name in columns}
    result = PartResult(task.part, counts, first[0], len(at_fault[0]), first[1], len(at_fault[1]))
    return result, columns


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The visits of a part."""

    patients: NDArray[np.int64]  #: shape (n,), patients numbered from 0
    rows: NDArray[np.int64]  #: shape (n,), rows in the file
    weeks: NDArray[np.float64]  #: shape (n,)
    numbers: Sequence[NDArray[np.float64]]  #: measures and enzymes, each of shape (n,)
    #: of patients: texts, or the whole numbers they are; or, by row of the file, identifiers
    keys: Sequence[str] | NDArray[np.int64] | pd.Series

    def name(self, row: int) -> str:
        """Return the identifier of a row's patient as it is shown."""
        patient, given = int(self.patients[row]), self.keys
        if isinstance(given, pd.Series):
            at = int(self.rows[row])
            codes, texts = patient_keys(given.iloc[at : at + 1])
            patient, given = 0, codes if texts is None else texts
        if isinstance(given, np.ndarray):
            return str(given[patient])
        key = str(given[patient])
        return f"{float(key[1:]):g}" if key.startswith("n") else key[1:]


def _read_part(layout: PartsLayout, part: int) -> _Part:
    width = _PLACES + len(layout.measures) + len(layout.enzymes)
    path = layout.visits(part)
    words = np.fromfile(path, dtype=np.int64) if path.exists() else np.empty(0, dtype=np.int64)
    columns, given = _read_blocks(words, width)
    patients, rows, floats = columns[0], columns[1], columns[2:].view(np.float64)
    if len(given):
        numbers, keys = given.numbered()
        patients = numbers[patients]
    else:  # whole numbers, which stand for themselves
        codes, keys = pd.factorize(patients)
        patients = codes.astype(np.int64)
    return _Part(patients, rows, floats[0], list(floats[1:]), keys)


def score_record(rules: ScoringRules) -> np.dtype[np.void]:
    """Return the layout of the scores of a visit in a file, whose size is that of whole words."""
    kinds: dict[str, type[np.generic]] = dict.fromkeys(CATEGORIES, np.int8)
    kinds |= {name: np.uint8 for name in rules.columns if is_in_steps(name)}
    # Numbers first: no gaps between them and the bytes.
    names = sorted(rules.columns, key=lambda name: name in kinds)
    return np.dtype([(name, kinds.get(name, np.float64)) for name in names], align=True)


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
        self._layout, self._rules = layout, rules
        self._record = score_record(rules)
        self._read = np.zeros(layout.parts, dtype=np.int64)
        self._row = 0

    def next(self, count: int, weeks: pd.Series) -> pd.DataFrame:
        """Return the columns of the score of the next rows, whose weeks these are."""
        with self._layout.of_rows.open("rb") as file:
            file.seek(2 * self._row)
            part = np.fromfile(file, dtype=np.uint16, count=count)
        words = self._record.itemsize // 8
        # As words, which NumPy moves faster than records.
        records = np.empty((count, words), dtype=np.int64)
        begin = 0
        for number, size in enumerate(np.bincount(part, minlength=self._layout.parts).tolist()):
            if size:
                with self._layout.scores(number).open("rb") as file:
                    file.seek(int(self._read[number]) * self._record.itemsize)
                    found = np.fromfile(file, dtype=np.int64, count=size * words)
                records[begin : begin + size] = found.reshape(size, words)
                self._read[number] += size
                begin += size
        self._row += count
        place = np.empty(count, dtype=np.int64)
        place[np.argsort(part, kind="stable")] = np.arange(count)
        ordered = records.take(place, axis=0).view(self._record)[:, 0]
        columns = {name: np.ascontiguousarray(ordered[name]) for name in self._rules.columns}
        return _unpacked(columns, self._layout, weeks)


def _unpacked(
    kept: Mapping[str, NDArray[Any]], layout: PartsLayout, weeks: pd.Series
) -> pd.DataFrame:
    """Return the columns of the score of rows, whose weeks these are, from what is kept of them."""
    labels = {
        "enzyme_used": pd.Index(sort_enzymes(layout.enzymes)),
        "enzyme_selection": pd.Index(ENZYME_SELECTIONS),
    }
    columns: dict[str, Any] = {}
    for name, given in kept.items():
        if name in labels:
            columns[name] = pd.Categorical.from_codes(given, labels[name])
        elif name == "response":
            columns[name] = as_categories(given)
        else:
            columns[name] = points_of_steps(given) if is_in_steps(name) else given
    if weeks.dtype.kind in "iuf":
        columns["baseline_week"] = pd.Series(columns["baseline_week"]).astype(weeks.dtype)
    return pd.DataFrame(columns, copy=False)


class HeldVisits:
    """The visits of a file whose rows are one batch: a part that is not written to disk.

    Parameters
    ----------
    task : PartTask
        The part, the one of its file.
    identifiers : pandas.Series
        The identifiers of patients.
    patients : numpy.ndarray, shape (n,)
        Their numbers, -1 without one.
    weeks, numbers
        As for `PartsWriter.add`.
    """

    def __init__(
        self,
        task: PartTask,
        identifiers: pd.Series,
        patients: NDArray[np.int64],
        weeks: NDArray[np.float64],
        numbers: Sequence[NDArray[np.float64]],
    ) -> None:
        self._task = task
        rows = np.arange(len(patients))
        if (patients < 0).any():
            rows = np.flatnonzero(patients >= 0)
            patients, weeks = patients[rows], weeks[rows]
            numbers = [column[rows] for column in numbers]
        self._given: tuple[Any, ...] | None = (identifiers, patients, rows, weeks, numbers)
        self._columns: dict[str, NDArray[Any]] = {}
        self._row = 0

    def score(self) -> PartResult:
        """Score the visits, and forget all but their scores."""
        if self._given is None:
            raise RuntimeError("the visits have been scored already")
        identifiers, patients, rows, weeks, numbers = self._given
        self._given = None
        part = _Part(patients, rows, weeks, numbers, identifiers)
        result, self._columns = _scored(part, self._task)
        return result

    def next(self, count: int, weeks: pd.Series) -> pd.DataFrame:
        """Return the columns of the score of the next rows, as `ScoresReader.next` does."""
        rows = slice(self._row, self._row + count)
        self._row += count
        names = self._task.rules.columns
        found = {name: self._columns[name][rows] for name in names}
        return _unpacked(found, self._task.layout, weeks)


def scored_parts(tasks: Sequence[PartTask]) -> Mapping[int, PartResult]:
    """Return the results of the parts that have been scored already."""
    done = (
        PartResult.read(path) for task in tasks if (path := task.layout.result(task.part)).exists()
    )
    return {result.part: result for result in done}
