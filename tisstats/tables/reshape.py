"""Apply a mapping to a table: names, values, wide and long forms, REDCap exports."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import EMPTY, as_text, empty_cells
from tisstats.tables.findings import ALWAYS, Findings
from tisstats.tables.formats import FORMATS
from tisstats.tables.mapping import (
    ADAM_DERIVED,
    ADAM_VISIT,
    OF_LIMITS,
    TABLES,
    WEEK,
    LongColumns,
    TableMapping,
    TrialMapping,
    WideColumn,
)
from tisstats.tables.raw import (
    ColumnOrigin,
    RawTable,
    check_header,
    find_column,
    normalise_name,
)
from tisstats.tables.reading import ReadOptions, read_table
from tisstats.tables.redcap import entered_columns, redcap_rows
from tisstats.tables.study_days import A_STUDY_DAY, DAYS, is_time, weeks_of_cells
from tisstats.tables.units import own_units, units_of_measures
from tisstats.tables.visit_names import (
    HOW_TO_WRITE_WEEKS,
    ambiguous,
    contradicts,
    unnamed_weeks,
)

#: Most codes that a remark lists.
_MOST_LISTED = 5
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?", re.ASCII)


def read_mapped_tables(
    mapping: TrialMapping, directory: Path, options: ReadOptions | None = None
) -> dict[str, RawTable]:
    """Read the tables of a trial's folder, and return them with our names.

    A table is read from the file that the mapping names, or from the file of its name, in any
    format; a table that the mapping does not speak of is read as it stands.

    Parameters
    ----------
    mapping : TrialMapping
        The mapping.
    directory : pathlib.Path
        The folder of the files.
    options : ReadOptions, optional
        What is declared about all of the files.

    Returns
    -------
    dict of RawTable
        Table by our name: those that the folder has.

    Raises
    ------
    tisstats.errors.DataError
        If a file of the mapping is missing or not a table, does not fit the mapping, or a table has
        two files.
    """
    given = options or ReadOptions()
    files: dict[tuple[Path, str | None], RawTable] = {}
    tables = {}
    for name in TABLES:
        file, sheet = mapping.file(name), mapping.table(name).sheet or given.sheet
        path = find_table(directory, name) if file is None else directory / file
        if path is None and name in mapping.declared:
            message = f"{name}.file: must name the file of this table, in {directory}"
            raise DataError([Fault(mapping.path, message)])
        if path is None:
            continue
        if (path, sheet) not in files:
            files[path, sheet] = read_table(path, replace(given, sheet=sheet))
        table = map_table(files[path, sheet], mapping, name)
        if len(table) or mapping.redcap is None:
            tables[name] = table
    return tables


def find_table(directory: Path, name: str) -> Path | None:
    """Return the file of a table, in any format; None if there is none.

    Raises
    ------
    tisstats.errors.DataError
        If there are several.

    Examples
    --------
    >>> find_table(Path("nowhere"), "visits") is None
    True
    """
    found = [path for ending in FORMATS if (path := directory / f"{name}{ending}").is_file()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        message = f"has several files of one table, {names}; leave one"
        raise DataError([Fault(str(directory), message)])
    return found[0] if found else None


def map_table(
    raw: RawTable,
    mapping: TrialMapping,
    table: str,
    findings: Findings | None = None,
    first_row: int = 0,
) -> RawTable:
    """Return a table of ours, made of a table of theirs.

    Columns that the mapping does not name keep their names. The source of the result knows the
    name and the line that each cell has in the file.

    Parameters
    ----------
    raw : RawTable
        The table as read.
    mapping : TrialMapping
        The mapping.
    table : {"patients", "visits", "treatments", "adverse_events"}
        Which of our tables to make.
    findings : Findings, optional
        Where to add values that the mapping does not know, instead of raising them: for a batch.
    first_row : int
        Number of the batch's first row in the file, from 0.

    Returns
    -------
    RawTable
        The table with our names and values. Numbers are still to be converted, and have the units
        in its `units`.

    Raises
    ------
    tisstats.errors.DataError
        If the table lacks a column that the mapping names, has a value that the mapping does not
        know, or can be read in two ways.

    Notes
    -----
    Wide tables: a week at which a patient has no value, or only texts of `EMPTY`, is no visit,
    except the first week. REDCap exports: the same holds for an event with nothing entered at all;
    a table of patients has the rows of one event.

    Examples
    --------
    >>> from tisstats.tables.mapping import WideColumn
    >>> from tisstats.tables.raw import TableSource
    >>> cells = pd.DataFrame({"ID": ["007"], "mmt_w0": ["211"], "mmt_w9": ["227"]}, dtype=object)
    >>> wide = {"mmt": (WideColumn("0", "mmt_w0"), WideColumn("9", "mmt_w9"))}
    >>> visits = TableMapping(columns={"patient_id": ("ID",)}, wide=wide)
    >>> mapping = TrialMapping("mine.toml", {"visits": visits})
    >>> found = map_table(RawTable(cells, TableSource("trial.csv")), mapping, "visits")
    >>> found.cells.to_numpy().tolist()
    [['007', '0', '211'], ['007', '9', '227']]
    >>> found.source.fault("must be at most 80", 1, "mmt").column
    'mmt_w9'
    """
    return _Application(mapping, table, findings, first_row).apply(raw)


@dataclass(frozen=True, slots=True)
class _Application:
    """One table of a mapping, being applied."""

    mapping: TrialMapping
    table: str
    findings: Findings | None = None
    first_row: int = 0

    @property
    def section(self) -> TableMapping:
        return self.mapping.table(self.table)

    def fault(self, key: str, message: str) -> DataError:
        return DataError([Fault(self.mapping.path, f"{self.table}.{key}: {message}")])

    def apply(self, raw: RawTable) -> RawTable:
        section = self.section
        if self.mapping.redcap is not None:
            raw = redcap_rows(raw, self.mapping, self.table)
        raw = self.rename(raw)
        early = [name for name in section.values if name in raw.cells.columns]
        raw = self.map_values(raw, early)
        raw = self.days_to_weeks(raw)
        if section.wide:
            raw = self.wide_to_long(raw)
        elif section.long is not None:
            raw = self.long_to_wide(raw, section.long)
        elif self.mapping.redcap is not None and self.table == "visits":
            raw = self.drop_unfilled(raw, entered_columns(raw))
        raw = self.map_values(raw, [name for name in section.values if name not in early])
        units = {name: unit for name, unit in section.units.items() if not is_time(name)}
        for name in units:
            if name not in raw.cells.columns:
                raise self.fault(f"units.{name}", f"there is no such column; {raw.has}")
        if faults := check_header(raw.cells.columns, raw.source.shown):
            raise DataError(faults)
        return replace(raw, units={**raw.units, **units})

    def find(self, raw: RawTable, name: str, key: str) -> str:
        """Return the name of a column of theirs as the file writes it."""
        found = find_column(raw, name)
        if found is None:
            message = f"there is no such column, named in {self.mapping.path} ({self.table}.{key})"
            shown = raw.source.column_name(name)
            raise DataError([Fault(raw.source.shown, f"{message}; {raw.has}", None, shown)])
        return found

    def rename(self, raw: RawTable) -> RawTable:
        """Return the table with our names for its columns."""
        names: dict[str, str] = {}
        absent: dict[str, ColumnOrigin] = {}
        for ours, theirs in self.section.columns.items():
            found = [name for each in theirs if (name := find_column(raw, each)) is not None]
            if not found and ours in self.section.optional:
                if find_column(raw, ours) is None:  # for a message that it is not there
                    absent[ours] = ColumnOrigin(theirs[0])
                continue
            first = found[0] if found else self.find(raw, theirs[0], f"columns.{ours}")
            if first in names:
                raise self.fault(f"columns.{ours}", f"{first!r} is already {names[first]}")
            if ours in self.section.flags:
                raw, found = self.with_flag(raw, ours, found), found[:1]
            for other in found[1:]:
                raw = _merge(raw, first, other)
            names[first] = ours
        raw = self.without_taken(raw, names).rename(names)
        return replace(raw, source=replace(raw.source, origins={**absent, **raw.source.origins}))

    def with_flag(self, raw: RawTable, ours: str, found: Sequence[str]) -> RawTable:
        """Return the table with remarks on the first of some flags, which decides."""
        first, *others = found
        texts = {name: [as_text(cell).strip() for cell in raw.cells[name]] for name in found}
        # Without a flag a patient would be analysed: it cannot be passed over as a missing value.
        mapped = ours in self.section.values
        allowed = f"must {'not be empty' if mapped else 'be Y or N'}: {ours} is taken from it"
        bad = [not text if mapped else text not in ("Y", "N") for text in texts[first]]
        if faults := raw.source.faults(bad, first, allowed, raw.cells[first]):
            raise DataError(faults)
        remarks = list(raw.remarks)
        if not mapped and (count := texts[first].count("N")):
            remarks.append(f"{_rows(count)} with {first} 'N' not {ours}")
        for name in others:
            differs = sum(one != two for one, two in zip(texts[first], texts[name], strict=True))
            if differs:
                remarks.append(f"{name}, which differs in {_rows(differs)}, is not used: {ours} is "
                               f"{first}")  # fmt: skip
        return replace(raw, remarks=tuple(remarks))

    def without_taken(self, raw: RawTable, names: Mapping[str, str]) -> RawTable:
        """Return the table without other columns that have a name that the mapping gives.

        With a preset they are left out: an ADSL has ARM beside TRT01P, which is our arm. Else
        DataError is raised, since nobody has said which of them is meant.
        """
        others = {
            normalise_name(name): name for name in map(str, raw.cells.columns) if name not in names
        }
        made = ("week", *self.section.wide) if self.section.wide else ()
        theirs = {ours: name for name, ours in names.items()}
        left_out: dict[str, str] = {}
        for ours in (*names.values(), *made):
            other = others.get(normalise_name(ours))
            if other is not None and self.mapping.preset is None:
                message = f"{raw.source.shown} has another column {other}; name it otherwise, such "
                raise self.fault(f"columns.{ours}", f"{message}as other_{ours} = {other!r}")
            if other is not None:
                taken = theirs.get(ours, "made of the columns of weeks")
                left_out[other] = f"column {other} left out: {ours} is {taken}"
        if not left_out:
            return raw
        remarks = (*raw.remarks, *left_out.values())
        return replace(raw, cells=raw.cells.drop(columns=list(left_out)), remarks=remarks)

    def map_values(self, raw: RawTable, columns: Collection[str]) -> RawTable:
        """Return the table with our values; a value that is not in the mapping is a fault."""
        changed: dict[str, pd.Series] = {}
        faults: list[Fault] = []
        for place, name in enumerate(columns):
            if name not in raw.cells.columns:
                raise self.fault(f"values.{name}", f"there is no such column; {raw.has}")
            known = self.section.values[name]
            texts = [as_text(cell).strip() for cell in raw.cells[name]]
            empty = empty_cells(raw.cells[name])
            bad = np.array([text not in known for text in texts], dtype=bool) & ~empty
            allowed = f"must be one of {', '.join(known)} ({self.mapping.path}, values of {name})"
            faults += self.faults(raw, bad, name, allowed, place)
            changed[name] = pd.Series([known.get(text, "") for text in texts], dtype=object)
        return _changed(raw, changed, faults)

    def faults(
        self, raw: RawTable, bad: NDArray[np.bool_], name: str, allowed: str, place: int
    ) -> list[Fault]:
        """Return the faults of a column; none of a batch, where they join those of the others."""
        if self.findings is None:
            return raw.source.faults(bad, name, allowed, raw.cells[name])
        at, given = (place, ALWAYS), raw.cells[name]
        self.findings.add(at, raw.source, bad, name, allowed, given, self.first_row)
        return []

    def days_to_weeks(self, raw: RawTable) -> RawTable:
        """Return the table with weeks in the place of study days."""
        section = self.section
        days = [name for name, unit in section.units.items() if is_time(name) and unit == DAYS]
        changed: dict[str, pd.Series] = {}
        faults: list[Fault] = []
        for place, name in enumerate(days, start=len(section.values)):
            if name in raw.cells.columns:
                changed[name], bad = weeks_of_cells(raw.cells[name])
                faults += self.faults(raw, bad, name, A_STUDY_DAY, place)
            elif name not in section.optional:
                raise self.fault(f"units.{name}", f"there is no such column; {raw.has}")
        raw = _changed(raw, changed, faults)
        return replace(raw, source=raw.source.converting(dict.fromkeys(changed, DAYS)))

    def with_named_weeks(self, raw: RawTable) -> RawTable:
        """Return the table with a remark where no week is found in ADaM's names of visits.

        Where they state another one than its numbers, DataError is raised.
        """
        visit = find_column(raw, ADAM_VISIT)
        if self.mapping.preset != "adam" or visit is None or "week" not in raw.cells.columns:
            return raw
        if "week" in self.section.values or self.section.units.get("week") == DAYS:
            return raw  # the visit took place on a day around that of its name
        names = [as_text(cell) for cell in raw.cells[visit]]
        weeks = [_week(cell) for cell in raw.cells["week"]]
        visits = list(zip(names, weeks, strict=True))
        others = {each for each in set(visits) if contradicts(*each)}
        bad = [each in others for each in visits]
        message = f"is not the week that {visit} names; give the weeks in [visits.values.week]"
        faults = raw.source.faults(bad, "week", message, raw.cells["week"])
        hyphens = {each for each in set(visits) if ambiguous(*each)}
        unclear = [each in hyphens for each in visits]
        message = f"has a hyphen that may be a minus: {HOW_TO_WRITE_WEEKS}; or give the weeks in "
        message += "[visits.values.week]"
        if faults := [*faults, *raw.source.faults(unclear, visit, message, raw.cells[visit])]:
            raise DataError(faults)
        remark = unnamed_weeks(names, weeks)
        return replace(raw, remarks=(*raw.remarks, remark)) if remark else raw

    def wide_to_long(self, raw: RawTable) -> RawTable:
        """Return one row per patient and week, of columns for each week."""
        wide = self.section.wide
        weeks = sorted({each.week for at in wide.values() for each in at}, key=float)
        places = {
            name: {each.week: self.find(raw, each.name, f"wide.columns.{name}") for each in at}
            for name, at in wide.items()
        }
        taken = [place for at in places.values() for place in at.values()]
        used = set(taken)
        for name in sorted(name for name in used if taken.count(name) > 1):
            raise self.fault("wide.columns", f"two cells of ours are taken from column {name}")
        kept = [name for name in raw.cells.columns if name not in used]
        count = len(raw)
        rows = np.repeat(np.arange(count), len(weeks))
        long = raw.take(rows)
        cells = long.cells[kept].copy()
        cells.insert(_after_id(cells), "week", pd.Series(weeks * count, dtype=object))
        origins = {name: at for name, at in long.source.origins.items() if name in kept}
        for name, at in places.items():
            columns = [raw.cells[at[week]].tolist() if week in at else [None] * count
                       for week in weeks]  # fmt: skip
            values = [column[row] for row in range(count) for column in columns]
            cells[name] = pd.Series(values, dtype=object)
            named = [raw.source.column_name(at[week]) if week in at else name for week in weeks]
            origins[name] = ColumnOrigin(np.array(named * count, dtype=object))
        source = replace(long.source, origins=origins, cells=None)
        remarks = (*long.remarks, *unlisted_remarks(map(str, kept), wide))
        long = replace(long, cells=cells, source=source, remarks=remarks)
        return self.drop_unfilled(long, list(wide))

    def drop_unfilled(self, raw: RawTable, measures: Collection[str]) -> RawTable:
        """Return the table without visits at which nothing was measured, but for the first week."""
        unfilled = np.ones(len(raw), dtype=bool)
        for name in measures:
            unfilled &= [as_text(cell).strip() in EMPTY for cell in raw.cells[name]]
        weeks = [_week(week) for week in raw.cells["week"]]
        first = min((week for week in weeks if isinstance(week, float)), default=None)
        unfilled &= np.array([week != first for week in weeks], dtype=bool)
        if not unfilled.any():
            return raw
        remark = unfilled_remark(int(unfilled.sum()))
        left = raw.take(np.flatnonzero(~unfilled))
        return replace(left, remarks=(*left.remarks, remark))

    def long_to_wide(self, raw: RawTable, long: LongColumns) -> RawTable:
        """Return one row per patient and week or date, of rows for each measure."""
        for name in ("patient_id", _time_of(raw)):
            if name not in raw.cells.columns:
                raise self.fault(f"columns.{name}", "must be named, to find the rows of a visit")
        parameter = self.find(raw, long.parameter, "long.parameter")
        value = self.find(raw, long.value, "long.value")
        raw = self.only(raw, long)
        codes = [as_text(cell).strip() for cell in raw.cells[parameter]]
        if absent := [code for code in long.parameters if code not in codes]:
            message = f"no row has this {parameter}, named in {self.mapping.path}"
            raise DataError(
                [Fault(raw.source.shown, message, None, parameter, code) for code in absent]
            )
        used = np.array([code in long.parameters for code in codes], dtype=bool)
        unit = None if long.unit is None else self.find(raw, long.unit, "long.unit")
        limit = None if long.limit is None else self.find(raw, long.limit, "long.limit")
        units = units_of_measures(raw, codes, long.parameters, value, unit)
        stated = {long.parameters[code]: places for code, places in units.items()}
        if limit is not None:
            names = list(map(str, raw.cells.columns))
            unit = own_units(limit, names, plain=False) or unit or own_units(value, names)
            units = units_of_measures(raw, codes, long.parameters, limit, unit)
            stated |= {long.parameters[at] + OF_LIMITS: places for at, places in units.items()}
        remarks = []
        if others := len(codes) - int(used.sum()):
            remarks.append(
                f"{_rows(others)} of other measures left out: "
                f"{_listed(code for code in codes if code not in long.parameters)}"
            )
        raw = self.with_named_weeks(raw.take(np.flatnonzero(used)))
        self.check_derived(raw, long)
        pivoted = self.pivot(raw, parameter, value, limit)
        return replace(pivoted, remarks=(*raw.remarks, *remarks), stated_units=stated)

    def only(self, raw: RawTable, long: LongColumns) -> RawTable:
        """Return the rows that are used, such as those with an analysis flag."""
        for name, wanted in long.only.items():
            column = find_column(raw, name)
            if column is None and self.mapping.preset == "adam":
                continue  # a data set without this flag
            column = column or self.find(raw, name, "long.only")
            kept = [as_text(cell).strip() == wanted for cell in raw.cells[column]]
            if not any(kept):
                message = f"no row has the value {wanted!r} (long.only)"
                raise DataError([Fault(raw.source.shown, message, None, column)])
            left = len(kept) - sum(kept)
            raw = raw.take(np.flatnonzero(kept))
            if left:
                remark = f"{_rows(left)} without {column} {wanted!r}"
                raw = replace(raw, remarks=(*raw.remarks, f"{remark} left out"))
        derived = find_column(raw, ADAM_DERIVED)
        if derived is not None and long.derived == "drop":
            raw = raw.take(np.flatnonzero(empty_cells(raw.cells[derived])))
        return raw

    def check_derived(self, raw: RawTable, long: LongColumns) -> None:
        """Raise DataError for derived records, unless the mapping says what to do with them."""
        derived = find_column(raw, ADAM_DERIVED)
        if derived is None or long.derived != "refuse":
            return
        message = "is a derived record; say what becomes of them: visits.long.derived = 'drop' or "
        message += "'keep'"
        bad = ~empty_cells(raw.cells[derived])
        if faults := raw.source.faults(bad, derived, message, raw.cells[derived]):
            raise DataError(faults)

    def pivot(self, raw: RawTable, parameter: str, value: str, limit: str | None) -> RawTable:
        """Return one row per patient and week or date, with the lines of its measures.

        A measure whose rows have upper limits has a column of them, too.
        """
        assert self.section.long is not None
        time = _time_of(raw)
        read = _week if time == "week" else _date
        keys = [
            (as_text(patient).strip(), read(at))
            for patient, at in zip(raw.cells["patient_id"], raw.cells[time], strict=True)
        ]
        numbers, visits = pd.factorize(pd.Index(keys, tupleize_cols=False))
        firsts = np.full(len(visits), -1)
        firsts[numbers[::-1]] = np.arange(len(keys))[::-1]
        base = raw.take(firsts)
        kept = [name for name in self.section.columns if name in raw.cells.columns]
        self.check_constant(raw, kept, time, numbers, firsts)
        cells = base.cells[kept].copy()
        origins = {name: at for name, at in base.source.origins.items() if name in kept}
        codes = np.array([as_text(cell).strip() for cell in raw.cells[parameter]], dtype=object)
        for code, name in self.section.long.parameters.items():
            rows = np.flatnonzero(codes == code)
            at = numbers[rows]
            repeated = np.zeros(len(raw), dtype=bool)
            repeated[rows] = pd.Series(at).duplicated().to_numpy()
            message = f"the patient has another row for this measure and {time}"
            if faults := raw.source.faults(repeated, parameter, message, raw.cells[parameter]):
                raise DataError(faults)
            lines = np.array([base.source.line(row) for row in range(len(base))])
            lines[at] = [raw.source.line(int(row)) for row in rows]
            taken = {name: value}
            if limit is not None and not empty_cells(raw.cells[limit].iloc[rows]).all():
                taken[name + OF_LIMITS] = limit
            for ours, theirs in taken.items():
                if ours in cells:
                    raise self.fault("long", f"two columns of theirs lead to {ours}")
                values = np.full(len(visits), None, dtype=object)
                values[at] = raw.cells[theirs].to_numpy(dtype=object)[rows]
                cells[ours] = pd.Series(values, dtype=object)
                origins[ours] = ColumnOrigin(raw.source.column_name(theirs), lines)
        return replace(base, cells=cells, source=replace(base.source, origins=origins, cells=None))

    def check_constant(
        self,
        raw: RawTable,
        columns: Collection[str],
        time: str,
        numbers: NDArray[Any],
        firsts: NDArray[Any],
    ) -> None:
        """Raise DataError if the rows of a visit differ in a column of the visit."""
        for name in columns:
            if name in ("patient_id", time):
                continue
            texts = np.array([as_text(cell).strip() for cell in raw.cells[name]], dtype=object)
            bad = texts != texts[firsts][numbers]
            message = f"differs from another row of the same patient and {time}"
            if faults := raw.source.faults(bad, name, message, raw.cells[name]):
                raise DataError(faults)


def unlisted_remarks(
    names: Iterable[str], wide: Mapping[str, tuple[WideColumn, ...]]
) -> tuple[str, ...]:
    """Return a remark on columns that are not used, and fit a pattern with another week.

    >>> wide = {"mmt": (WideColumn("0", "mmt_0", "mmt_{week}"),)}
    >>> unlisted_remarks(["site", "mmt_12", "mmt_total"], wide)
    ('columns of weeks that the mapping does not list, which are not used: mmt_12',)
    """
    patterns = {each.pattern for at in wide.values() for each in at if each.pattern}
    fits = [
        re.compile(f"{re.escape(before)}[A-Za-z]*[0-9]+{re.escape(after)}", re.IGNORECASE)
        for before, _, after in (pattern.partition(WEEK) for pattern in sorted(patterns))
    ]
    others = [name for name in names if any(fit.fullmatch(name) for fit in fits)]
    if not others:
        return ()
    return (
        f"columns of weeks that the mapping does not list, which are not used: {_listed(others)}",
    )


def unfilled_remark(number: int) -> str:
    """Return a remark on weeks that are no visits.

    >>> unfilled_remark(1)
    '1 week without any measure left out'
    """
    return f"{number} {'week' if number == 1 else 'weeks'} without any measure left out"


def _changed(raw: RawTable, columns: Mapping[str, pd.Series], faults: Sequence[Fault]) -> RawTable:
    """Return the table with changed columns, whose cells of the file are kept; raise the faults."""
    if faults:
        raise DataError(faults)
    if not columns:
        return raw
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return replace(raw, cells=raw.cells.assign(**columns), source=source)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _listed(codes: Iterable[str]) -> str:
    """Return the codes that occur, the first few of many."""
    found = list(dict.fromkeys(code or "(empty)" for code in codes))
    more = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return ", ".join(found[:_MOST_LISTED]) + more


def _after_id(cells: pd.DataFrame) -> int:
    names = list(cells.columns)
    return names.index("patient_id") + 1 if "patient_id" in names else 0


def _time_of(raw: RawTable) -> str:
    """Return the column that says when a visit took place: dates where no week is named."""
    columns = raw.cells.columns
    return "date" if "date" in columns and "week" not in columns else "week"


def _date(cell: object) -> str:
    return as_text(cell).strip()


def _week(cell: object) -> float | str:
    """Return a week as a number, so that 4 and 4.0 are one week; other text as it stands."""
    text = as_text(cell).strip()
    return float(text) if _NUMBER.fullmatch(text) else text


def _merge(raw: RawTable, first: str, other: str) -> RawTable:
    """Return the table without a second column that says the same as the first, or nothing."""
    texts = [[as_text(cell).strip() for cell in raw.cells[name]] for name in (first, other)]
    # The actual arm of a patient never treated is empty, and does not contradict the planned one.
    bad = [bool(two) and one != two for one, two in zip(*texts, strict=True)]
    empty = sum(bool(one) and not two for one, two in zip(*texts, strict=True))
    message = f"differs from {first} in the same row; name the one to use in the mapping"
    if faults := raw.source.faults(bad, other, message, raw.cells[other]):
        raise DataError(faults)
    remarks = raw.remarks
    if empty:
        remarks = (*remarks, f"{other} is empty in {_rows(empty)}, for which {first} is taken")
    return replace(raw, cells=raw.cells.drop(columns=other), remarks=remarks)
