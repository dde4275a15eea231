"""Apply a mapping to a table: names, values and study days; wide and long forms stand apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.sentences import count_of
from tisstats.tables.applied_section import AppliedSection
from tisstats.tables.cells import as_text, empty_cells
from tisstats.tables.findings import ALWAYS, Findings
from tisstats.tables.long_form import long_to_wide
from tisstats.tables.mapping import TrialMapping
from tisstats.tables.raw import (
    ColumnOrigin,
    RawTable,
    check_header,
    find_column,
    normalise_name,
)
from tisstats.tables.redcap import entered_columns, redcap_rows
from tisstats.tables.study_days import (
    A_STUDY_DAY,
    DAYS,
    RULE_OF_DAYS,
    describe_derived,
    is_time,
    weeks_of_cells,
)
from tisstats.tables.wide_form import drop_unfilled, wide_to_long


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
    Wide tables: a week at which a patient has no value, or only texts of `EMPTY`, is not a visit,
    except the first week. REDCap exports: the same holds for an event with nothing entered at all;
    a table of patients has the rows of one event.

    Examples
    --------
    >>> from tisstats.tables.mapping import TableMapping, WideColumn
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
class _Application(AppliedSection):
    """One table of a mapping, being applied."""

    findings: Findings | None = None
    first_row: int = 0

    def apply(self, raw: RawTable) -> RawTable:
        section = self.section
        if self.mapping.redcap is not None:
            raw = redcap_rows(raw, self.mapping, self.table)
        raw = self.rename(raw)
        early = [name for name in section.values if name in raw.cells.columns]
        raw = self.map_values(raw, early)
        raw = self.days_to_weeks(raw)
        if section.wide:
            raw = wide_to_long(self, raw)
        elif section.long is not None:
            raw = long_to_wide(self, raw, section.long)
        elif self.mapping.redcap is not None and self.table == "visits":
            raw = drop_unfilled(raw, entered_columns(raw))
        raw = self.map_values(raw, [name for name in section.values if name not in early])
        units = {name: unit for name, unit in section.units.items() if not is_time(name)}
        for name in units:
            if name not in raw.cells.columns:
                raise self.fault(f"units.{name}", f"there is no such column; {raw.has}")
        if faults := check_header(raw.cells.columns, raw.source.shown):
            raise DataError(faults)
        return replace(raw, units={**raw.units, **units})

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
            remarks.append(f"{count_of(count, 'row')} with {first} 'N' not {ours}")
        for name in others:
            differs = sum(one != two for one, two in zip(texts[first], texts[name], strict=True))
            if differs:
                differing = f"{name}, which differs in {count_of(differs, 'row')}, is not used"
                remarks.append(f"{differing}: {ours} is {first}")
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
        if self.table == "patients":  # one row of each, so that what was derived can be counted
            counts = {name: int((column != "").sum()) for name, column in changed.items()}
            said = [
                describe_derived(name, count, raw.source.column_name(name), RULE_OF_DAYS)
                for name, count in counts.items()
                if count
            ]
            raw = replace(raw, remarks=(*raw.remarks, *said))
        return replace(raw, source=raw.source.converting(dict.fromkeys(changed, DAYS)))


def _changed(raw: RawTable, columns: Mapping[str, pd.Series], faults: Sequence[Fault]) -> RawTable:
    """Return the table with changed columns, whose cells of the file are kept; raise the faults."""
    if faults:
        raise DataError(faults)
    if not columns:
        return raw
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return replace(raw, cells=raw.cells.assign(**columns), source=source)


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
        remarks = (
            *remarks,
            f"{other} is empty in {count_of(empty, 'row')}, for which {first} is taken",
        )
    return replace(raw, cells=raw.cells.drop(columns=other), remarks=remarks)
