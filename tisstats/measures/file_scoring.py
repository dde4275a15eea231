"""The steps of `tisstats.measures.score_file`: check and share out, score the parts, write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import CoreSet
from tisstats.measures.enzymes import EnzymeUnit, UpperLimit, sort_enzymes
from tisstats.measures.files import VisitBatches, VisitFile
from tisstats.measures.identifiers import LookAlikes
from tisstats.measures.ranges import CoreSetArguments
from tisstats.measures.score_parts import (
    HeldVisits,
    PartResult,
    PartsLayout,
    PartsWriter,
    PartTask,
    ScoresReader,
    score_part,
    scored_parts,
)
from tisstats.measures.score_summary import ScoreCounts
from tisstats.measures.unused_limits import UnusedLimits
from tisstats.measures.visit_table import (
    BEFORE_WEEK_ZERO,
    NO_SUCH_LIMIT,
    REPEATED,
    TableCheck,
    identify_visits,
    read_measures,
    upper_limits,
)
from tisstats.measures.visits import MISSING, ScoringRules
from tisstats.parallel import ProgressPrinter, run_tasks
from tisstats.statistics._arguments import one_of
from tisstats.tables import file_format
from tisstats.tables.findings import ALWAYS, Findings
from tisstats.tables.formats import STANDARD_STREAM, TEXT_FORMATS
from tisstats.tables.formulas import IN_TEXT, are_formulas, is_formula
from tisstats.tables.mapping import OF_LIMITS
from tisstats.tables.table_writers import (
    TableWriter,
    TextWriter,
    have_returns,
    moment_units,
    open_writer,
)

_Numbers = dict[str, NDArray[np.float64]]

#: Visits of a part, about.
PART = 100_000

#: Most parts; beyond, the parts themselves become larger.
_MOST_PARTS = 4096

#: Rows that are written at once.
_WRITTEN = 1 << 17

#: Shares of the work, for the progress: reading, scoring, writing.
_READING, _SCORING = 0.4, 0.2


@dataclass(frozen=True, slots=True)
class ScoringOptions:
    """How the visits of a file are scored; see `score_visits`."""

    uln: Mapping[str, str] | None
    vas_max: float
    core_set: CoreSet
    enzyme_unit: EnzymeUnit
    rules: ScoringRules

    @classmethod
    def checked(
        cls,
        uln: Mapping[str, str] | None = None,
        *,
        vas_max: float = 10,
        population: Any = "adult",
        core_set: CoreSet = "imacs",
        missing: Any = "na",
        enzyme_unit: EnzymeUnit = "U/L",
        enzyme_panel: Any = "complete",
        **of_core_set: Any,
    ) -> ScoringOptions:
        """Return options; raise ValueError for what a core set does not permit."""
        ranges = CoreSetArguments(uln=uln, **of_core_set).ranges(core_set, population, vas_max)
        one_of("missing", missing, MISSING)
        rules = ScoringRules(ranges, population, missing, enzyme_panel)
        return cls(uln, vas_max, core_set, enzyme_unit, rules)


class ScoringProgress:
    """Shows the share of the work that is done, if it takes long."""

    def __init__(self, stream: TextIO | None) -> None:
        self._printer = None if stream is None else ProgressPrinter(stream, "%")
        self._last = 0

    def __call__(self, share: float) -> None:
        """Show a share from 0 to 1, if it is a per cent more than the last."""
        done = int(100 * share)
        if self._printer is not None and done > self._last:
            self._last = done
            self._printer(done, 100)

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Close the line of the progress, even after an error."""
        try:
            yield
        finally:
            if self._printer is not None:
                self._printer.close()


class _BatchCheck(TableCheck):
    """Checks a batch of visits, whose faults join those of the others."""

    def __init__(self, visits: VisitFile, findings: Findings, first_row: int) -> None:
        super().__init__(visits.table, visits.source)
        self._findings, self._first_row = findings, first_row
        self._checks = 0

    def fault_rows(
        self, bad: NDArray[np.bool_], column: str, message: str, number: float | None = None
    ) -> None:
        """Record a fault for every row of `bad`, up to a limit for all batches."""
        if number is None:
            self._checks += 1
        place = (self._checks, ALWAYS if number is None else number)
        given = self.table[column]
        if number is None or bad.any():
            self._findings.add(place, self.source, bad, column, message, given, self._first_row)

    def expect(self, column: str, message: str) -> tuple[int, float]:
        """Return the place of faults that another check finds."""
        self.fault_rows(np.zeros(len(self.table), dtype=bool), column, message)
        return self._checks, ALWAYS


class FileScoring:
    """The steps of scoring a file."""

    def __init__(
        self,
        visits: VisitBatches,
        options: ScoringOptions,
        target: Path,
        folder: Path,
        report: Callable[[str], None],
        scheduler: str | None,
        progress: ScoringProgress,
    ) -> None:
        self._visits, self._options, self._rules = visits, options, options.rules
        self._target, self._folder, self._report = target, folder, report
        self._scheduler, self._progress = scheduler, progress
        self._is_text = file_format(target) in TEXT_FORMATS
        self._findings, self._formulas = Findings(), Findings()
        self._look_alikes, self._limits = LookAlikes(), UnusedLimits(options.enzyme_unit)
        self._places: dict[str, tuple[int, float]] = {}
        self._has_returns = False
        self._moments: dict[str, int] = {}  # by column of dates and times, their unit
        self._rows = 0
        self._enzymes: tuple[str, ...] = ()
        self._held: HeldVisits | None = None  # of a file that is read once

    # First reading

    def survey(self) -> None:
        """Read the file, check it and share it out; or take over what another run has done."""
        done = self._folder / "survey.json"
        if done.exists():
            state = json.loads(done.read_text(encoding="utf-8"))
            self._visits.restore(state["visits"])
            self._layout = PartsLayout(
                self._folder, state["parts"], tuple(state["measures"]), tuple(state["enzymes"])
            )
            self._has_returns, self._moments = state["returns"], state["moments"]
            self._remarks = tuple(state["remarks"])
            for remark in self._remarks:
                self._report(remark)
            return
        for path in self._folder.glob("*"):  # of a reading that was cut short
            if path.suffix == ".visits" or path.name == "rows":
                path.unlink()
        header = self._read_rows()
        if header is not None:
            self._visits.check_mapping()
        self._visits.units_seen.raise_faults()
        file = self._visits.file.name
        unused = [] if header is not None else [*self._unused_limits(), *self._limits.remarks]
        alike = [] if header is not None else self._look_alikes.remarks()
        remarks = [*self._visits.remarks, *unused, *alike]
        self._remarks = tuple(f"{file}: {remark}" for remark in remarks)
        for remark in self._remarks:
            self._report(remark)
        if header is not None:
            raise header
        if self._held is None and not self._findings.faults() and not self._formulas.faults():
            self._save(done)

    def _unused_limits(self) -> list[str]:
        """Return a remark for each limit that was given for an enzyme without a column."""
        return [
            f"there is no column {enzyme}: its upper limit of normal is not used"
            for enzyme in self._options.uln or {}
            if enzyme not in self._enzymes
        ]

    def _read_rows(self) -> DataError | None:
        """Check all rows and share them out; return what is wrong with the columns instead."""
        writer: PartsWriter | None = None
        header: DataError | None = None
        for batch in self._visits.survey():
            if header is not None:  # what is wrong with the columns is not read on for
                break
            first_row = self._rows
            self._rows += len(batch.table)
            try:
                limits = self._check_header(batch)
            except DataError as error:
                header = error
                continue
            patients, weeks, values, multiples = self._check_rows(batch, limits, first_row)
            identifiers = batch.table["patient_id"]
            numbers = [*values.values(), *multiples.values()]
            if self._visits.are_kept and self._scheduler is None:
                self._layout = self._parts(1, tuple(values), tuple(multiples))
                task = PartTask(self._layout, 0, self._rules)
                self._held = HeldVisits(task, identifiers, patients, weeks, numbers)
            else:
                if writer is None:
                    parts = min(_MOST_PARTS, -(-self._visits.estimated_rows() // PART))
                    self._layout = self._parts(parts, tuple(values), tuple(multiples))
                    writer = PartsWriter(self._layout)
                writer.add(identifiers, patients, weeks, numbers)
            self._look_at_text(batch, first_row)
            self._progress(_READING * self._visits.file.share)
        return header

    def _check_rows(
        self, batch: VisitFile, limits: Mapping[str, UpperLimit], first_row: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], _Numbers, _Numbers]:
        """Return a batch's patients, weeks, measures, and enzymes as multiples of their ULN."""
        check = _BatchCheck(batch, self._findings, first_row)
        patients, weeks = identify_visits(check)
        self._look_alikes.add(batch.table["patient_id"], patients)
        for message in (REPEATED, BEFORE_WEEK_ZERO):
            self._places[message] = check.expect("week", message)
        self._limits.look(batch.table, batch.source, limits)
        unit = self._options.enzyme_unit
        return patients, weeks, *read_measures(check, self._rules.ranges, limits, unit)

    def _save(self, done: Path) -> None:
        state = {
            "visits": self._visits.state,
            "parts": self._layout.parts,
            "measures": self._layout.measures,
            "enzymes": self._layout.enzymes,
            "returns": self._has_returns,
            "moments": self._moments,
            "remarks": self._remarks,
        }
        part = done.with_suffix(".part")
        part.write_text(json.dumps(state), encoding="utf-8")
        part.replace(done)

    def _check_header(self, batch: VisitFile) -> dict[str, Any]:
        """Return the upper limits of the enzymes; raise DataError if columns are wrong."""
        check = TableCheck(batch.table, batch.source)
        ranges = self._rules.ranges
        check.require_columns(("patient_id", "week", *ranges.ends), self._rules.columns)
        limits = {}
        if "enzyme" in ranges.rules:
            limits = upper_limits(check, self._options.uln, self._options.enzyme_unit)
        if self._visits.has_rows_of_measures:
            check.faults = list(map(_with_limit_of_rows, check.faults))
        check.raise_faults()
        self._enzymes = tuple(limits)
        return limits

    def _parts(
        self, parts: int, measures: tuple[str, ...], multiples: tuple[str, ...]
    ) -> PartsLayout:
        """Return so many parts, to which the visits are shared out."""
        return PartsLayout(self._folder, parts, measures, tuple(sort_enzymes(multiples)))

    def _look_at_text(self, batch: VisitFile, first_row: int) -> None:
        """Look for cells that text files of scores cannot hold as they are."""
        if not self._is_text:
            return
        self._has_returns |= have_returns(column for _, column in batch.table.items())
        for name, unit in moment_units(batch.table).items():
            self._moments[name] = max(unit, self._moments.get(name, 0))
        for place, name in enumerate(map(str, batch.table.columns)):
            if first_row == 0 and is_formula(name):
                header = replace(batch.source, lines=np.array([1]), origins={}, cells=None)
                title = pd.Series([name], dtype=object)
                self._formulas.add(
                    (place, ALWAYS),
                    header,
                    np.array([True]),
                    name,
                    f"as a name, {IN_TEXT}",
                    title,
                    0,
                )
            cells = batch.table[name]
            if cells.dtype.kind == "O" or pd.api.types.is_string_dtype(cells):
                bad = are_formulas(cells)
                if bad.any():
                    self._formulas.add(
                        (place, ALWAYS), batch.source, bad, name, IN_TEXT, cells, first_row
                    )

    # Scoring

    def score(self) -> None:
        """Score the parts that have not been; raise DataError if anything is at fault."""
        results = self._scored_parts() if self._held is None else {0: self._held.score()}
        self._add_faults(list(results.values()))
        if faults := self._findings.faults() or self._formulas.faults():
            raise DataError(faults)
        counts = sum((result.counts for result in results.values()), ScoreCounts())
        options = self._options
        for line in counts.lines(
            self._rules,
            vas_max=options.vas_max,
            unit=options.enzyme_unit,
            mapped=self._visits.mapped_units,
        ):
            self._report(line)

    def _scored_parts(self) -> dict[int, PartResult]:
        """Score the parts on disk that have not been; return the results of all."""
        tasks = [PartTask(self._layout, part, self._rules) for part in range(self._layout.parts)]
        results = dict(scored_parts(tasks))
        left = [task for task in tasks if task.part not in results]
        runs = run_tasks(
            score_part, left, processes=1, scheduler=self._scheduler, command="tisstats score"
        )
        for result in runs:
            results[result.part] = result
            self._progress(_READING + _SCORING * len(results) / len(tasks))
        return results

    def _add_faults(self, results: list[PartResult]) -> None:
        """Add the rows that parts have found at fault, with their cells."""
        found = False
        for result in results:
            for message, rows, count in (
                (REPEATED, result.repeated, result.repeated_count),
                (BEFORE_WEEK_ZERO, result.before_zero, result.before_zero_count),
            ):
                if count:
                    found = True
                    self._findings.add_rows(self._places[message], "week", message, rows, count)
        if found:
            row = 0
            for raw in self._visits.raw():
                self._findings.look_up(raw, row)
                row += len(raw)

    # Second reading

    def write(self, check: Callable[[], None]) -> None:
        """Write the rows with their scores; the file is there once all of it is."""
        if str(self._target) == STANDARD_STREAM:
            with TextWriter(
                sys.stdout, quote_all=self._has_returns, moments=self._moments
            ) as writer:
                self._write_rows(writer)
            check()
            return
        part = self._folder / f"output{file_format(self._target)}"
        types = self._visits.kept_types()
        with open_writer(
            file_format(self._target),
            part,
            quote_all=self._has_returns,
            moments=self._moments,
            types=types,
        ) as writer:
            self._write_rows(writer)
        check()
        part.replace(self._target)

    def _write_rows(self, writer: TableWriter) -> None:
        scores = self._held or ScoresReader(self._layout, self._rules)
        for batch in self._visits:
            for begin in range(0, len(batch.table), _WRITTEN):
                table = batch.table.iloc[begin : begin + _WRITTEN].reset_index(drop=True)
                found = scores.next(len(table), table["week"])
                writer.write(pd.concat([table, found], axis=1))
            done = _READING + _SCORING
            self._progress(done + (1 - done) * self._visits.file.share)


def _with_limit_of_rows(fault: Fault) -> Fault:
    """Return a fault, with the way out where each measure has a row and a limit is not found."""
    if not fault.message.startswith(NO_SUCH_LIMIT):
        return fault
    column = f"{fault.message.removeprefix(NO_SUCH_LIMIT).strip()}{OF_LIMITS}"
    message = (
        f"{fault.message}; of a table with a row for each measure other columns are not kept: name "
        f"that of upper limits as limit in [visits.long], which makes it {column} where it has any"
    )
    return replace(fault, message=message)
