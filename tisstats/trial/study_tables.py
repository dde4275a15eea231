"""The tables of a study as typed columns: what its description names, converted and checked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures.enzymes import uln_fault
from tisstats.measures.laboratory_texts import hints_on_cells
from tisstats.measures.ranges import MEASURE_COLUMNS_OF
from tisstats.measures.scoring_units import ScoringUnits
from tisstats.tables import (
    Converted,
    RawTable,
    ReadOptions,
    TableSource,
    TrialMapping,
    dates,
    map_table,
    match_columns,
    numbers,
    read_mapped_tables,
    read_table,
    resolve_decimals,
    text_values,
    truth_values,
)
from tisstats.tables.cells import as_text
from tisstats.tables.decimals import like_decimal_commas
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.description import RESCUE, TABLES
from tisstats.trial.end_reasons import END_REASONS
from tisstats.trial.study import Study
from tisstats.trial.study_adam import our_reason, read_study_datasets
from tisstats.trial.study_adsl import adsl_patients
from tisstats.trial.study_schema import CONTROL
from tisstats.trial.unassigned import is_no_arm

#: What stands where a table does not record whether an event was related to treatment.
NOT_RECORDED = "not recorded"

#: Words by which an event is related to treatment, and is not; by others it is not known.
RELATED = ("yes", "true", "y", "t", "1", "related")
UNRELATED = ("no", "false", "n", "f", "0", "unrelated", "not related")


@dataclass(slots=True, eq=False)
class TypedTable:
    """A table with typed columns, and where its rows stand in the file."""

    frame: pd.DataFrame
    source: TableSource
    faults: list[Fault] = field(default_factory=list)
    #: The columns that stand beside those of the description: by name, what is said of it.
    unused: Mapping[str, str] = field(default_factory=dict)
    #: what is to be said of columns: those whose unit is not known, and those that are derived
    remarks: tuple[str, ...] = ()

    def add(self, bad: Any, column: str, message: str) -> None:
        """Record a fault for every row in `bad`."""
        self.faults += self.source.faults(np.asarray(bad, dtype=bool), column, message)


def read_study_tables(
    study: Study, folder: Path, mapping: TrialMapping | None = None
) -> dict[str, RawTable]:
    """Read the files that a study's description names; see `read_table`.

    Parameters
    ----------
    study
        The description.
    folder
        Folder of the files.
    mapping
        How columns and values of the files become those of the description; it may name other
        files, or one REDCap export.

    Raises
    ------
    DataError
        If a word of the mapping is not allowed, or a file is missing or cannot be read; carries
        the faults of all files.
    """
    given = study.files
    options = ReadOptions(
        encoding=given.encoding,
        missing_codes=given.missing_codes,
        decimal=given.decimal,
        date_format=given.date_format,
    )
    if given.adam:
        if mapping is not None:
            message = (
                "is read without a mapping file: leave adam out of [files], and name the files of "
                'the data sets in the mapping (preset = "adam"), or leave the mapping out'
            )
            raise DataError([Fault(study.path, message, key="files.adam", value=given.adam)])
        return read_study_datasets(study, folder / given.adam)
    if mapping is None:
        return _read_files(study, folder, None, options)
    if faults := list(_word_faults(study, mapping)):
        raise DataError(faults)
    if mapping.redcap is not None:
        found = read_mapped_tables(mapping, folder, options)
    else:
        found = _read_files(study, folder, mapping, options)
    _check_arms(study, found.get("patients"), mapping)
    return found


def _read_files(
    study: Study, folder: Path, mapping: TrialMapping | None, options: ReadOptions
) -> dict[str, RawTable]:
    """Return the tables of files that the description or the mapping names."""
    given = study.files
    found: dict[str, RawTable] = {}
    faults: list[Fault] = []
    mapped = {} if mapping is None else mapping.tables
    for name in TABLES:
        named = mapped[name].file if name in mapped else None
        sheet = mapped[name].sheet if name in mapped else None
        if file := named or getattr(given, name):
            try:
                # A study can have recorded events, and had none.
                may_be_empty = name in ("treatments", "adverse_events")
                chosen = replace(options, sheet=sheet)
                raw = read_table(folder / file, chosen, may_be_empty=may_be_empty)
                if mapping is None:
                    found[name] = raw
                elif name == "patients" and mapping.preset == "adam":
                    kept = _patient_columns(study)
                    found[name] = adsl_patients(raw, mapping, kept, given.date_format)
                else:
                    found[name] = map_table(raw, mapping, name)
            except DataError as error:
                faults += _with_way_out(error.faults, name)
    if faults:
        # A file that has several tables is at fault once.
        raise DataError(list(dict.fromkeys(faults)))
    return found


def _word_faults(study: Study, mapping: TrialMapping) -> Iterator[Fault]:
    """Yield a fault for each value of ours in a mapping that its column cannot have."""
    for table, section in mapping.tables.items():
        known = _KNOWN[table](study)
        for column, values in section.values.items():
            if (kind := known.get(column)) is None:
                continue
            words = pd.Series(list(values.values()), dtype=object)
            found = kind.convert(words)
            bad, allowed = found.bad.copy(), found.allowed
            if kind.check is not None and kind.check is not _spelt_once:
                # A number with a unit is still to be converted; of the weeks of visits, a table may
                # not have rows of all.
                if column not in section.units and column != "week":
                    bad |= ~kind.check(found.values)
                allowed = f"must be {kind.allowed}"
            bad &= ~_like_missing_codes(words)  # of which more is said where they stand
            for place, theirs in enumerate(values):
                word = words[place]
                if bad[place] and word and not _is_read_later(mapping, column, word):
                    key = f"{table}.values.{column}.{theirs}"
                    yield Fault(mapping.path, f"{key}: {allowed}", value=word)


def _is_read_later(mapping: TrialMapping, column: str, word: str) -> bool:
    """Return whether a word of a mapping is read although the column cannot have it."""
    if column == "arm":
        return is_no_arm(word)
    if column == "end_reason":
        return mapping.preset == "adam" and our_reason(word) in END_REASONS
    return "," in word  # of a number: what a comma is, the file decides


def _check_arms(study: Study, patients: RawTable | None, mapping: TrialMapping) -> None:
    """Raise DataError for an analysed patient without an arm, by the words of a mapping for arms.

    An empty cell is the arm of a study in one arm, unless the mapping says that there is none.
    """
    arms = mapping.table("patients").values.get("arm", {})
    if patients is None or not arms or "arm" not in patients.cells:
        return
    flags = patients.cells.get("analysed", pd.Series("true", index=patients.cells.index))
    found = truth_values(flags)  # who has no flag is analysed
    analysed = found.values.fillna(value=True).to_numpy(dtype=bool) & ~found.bad
    mapped = patients.cells["arm"].map(as_text)
    none = ((mapped == "") | mapped.map(is_no_arm)).to_numpy(dtype=bool)
    shown = patients.verbatim().cells
    assert shown is not None
    filled = (shown["arm"].map(as_text).str.strip() != "").to_numpy(dtype=bool)
    refused = analysed & none & (filled | (len(study.arms) > 1))
    named = [theirs for theirs, ours in arms.items() if ours and not is_no_arm(ours)]
    message = (
        f"must be one of {', '.join(named)} ({mapping.path}, values of arm), as the patient is "
        "analysed"
    )
    if faults := patients.source.faults(refused, "arm", message, shown["arm"]):
        raise DataError(faults)


def _with_way_out(faults: Sequence[Fault], name: str) -> list[Fault]:
    """Return the faults of a file; a table that a study need not have can be left out."""
    if name in ("patients", "visits"):
        return list(faults)
    more = f"; if this was not recorded, leave {name} out of [files] of study.toml"
    absent = "there is no such file"
    return [
        replace(fault, message=fault.message + more) if fault.message.startswith(absent) else fault
        for fault in faults
    ]


def type_tables(study: Study, raw: Mapping[str, RawTable]) -> dict[str, TypedTable]:
    """Convert and check the columns that a study's description names; others stay text.

    Raises
    ------
    DataError
        If a column is missing, or a cell is not what it must be; carries every fault.
    """
    typed = {name: _Columns(study, name, raw[name]).typed() for name in TABLES if name in raw}
    if faults := [fault for table in typed.values() for fault in table.faults]:
        raise DataError(faults)
    return typed


class _Columns:
    """The columns of one table, as they are being converted."""

    def __init__(self, study: Study, name: str, raw: RawTable):
        self.study, self.name = study, name
        self.known = _KNOWN[name](study)
        raw = match_columns(raw, [*self.known, "origin", "patient_id"])
        wanted = [column for column, kind in self.known.items() if kind.numeric]
        small = MEASURE_COLUMNS_OF[study.core_set]
        raw, faults = _decimals(raw, [column for column in wanted if column in raw.cells], small)
        self.raw, self.table = raw, TypedTable(raw.cells, raw.verbatim(), faults)

    def typed(self) -> TypedTable:
        cells, columns = self.raw.cells, {}
        for column, kind in self.known.items():
            if column not in cells:
                if kind.required:
                    message = f"there is no such column{kind.if_absent}; {self.raw.has}"
                    named = self.raw.source.column_name(column)
                    self.table.faults.append(Fault(self.raw.source.shown, message, column=named))
                elif kind.default is not None:
                    columns[column] = pd.Series([kind.default] * len(cells), dtype=kind.dtype)
                continue
            columns[column] = self._convert(column, kind)
        self.table.faults += self._units.contradictions(self.raw, list(columns))
        self.table.remarks = tuple(self._units.unknown(self.raw, list(columns)).values())
        free = [name for name in map(str, cells.columns) if name not in (*columns, "origin")]
        columns |= {name: text_values(cells[name]).values for name in free}
        absent = [name for name in self.known if name not in cells]
        self.table.unused = {name: _with_guess(name, absent) for name in free}
        self._check_origin()
        self.table.frame = pd.DataFrame(columns, index=cells.index)
        return self.table

    def _convert(self, column: str, kind: Kind) -> pd.Series:
        found = self._in_declared_unit(column, kind.convert(self.raw.cells[column]))
        values, bad = found.values, found.bad.copy()
        if kind.printed:  # the ends of lines of Windows and others, too, are those of lines
            values = values.str.replace("\r\n?", "\n", regex=True)
        known = pd.notna(values.array)
        if values.dtype.kind == "O":  # no number or truth value is an empty text
            texts = [not isinstance(cell, str) or cell != "" for cell in values.to_list()]
            known &= np.array(texts, dtype=bool)
        allowed = found.allowed
        if kind.check is not None:
            bad |= known & ~kind.check(values)
        if kind.printed:
            controls = np.array([bool(CONTROL.search(cell)) for cell in values], dtype=bool)
            self.table.add(controls, column, "must not have control characters")
            bad &= ~controls
        if kind.allowed:
            allowed = f"must be {kind.allowed}"
        allowed += self.table.source.once_converted(column)
        if kind.filled:
            bad |= ~known & ~found.bad
            allowed += f"; not empty{kind.if_empty}"
        allowed += kind.or_empty
        if bad.any():
            self._report(column, bad, allowed)
        if kind.default is not None and not known.all():
            values = values.where(pd.Series(known), kind.default)
        return values if values.dtype == kind.dtype else values.astype(kind.dtype)  # type: ignore[call-overload]

    def _report(self, column: str, bad: NDArray[np.bool_], allowed: str) -> None:
        """Record the cells at fault, with what may have made them so."""
        if self.known[column].numeric:
            commas = bad & like_decimal_commas(self.raw.cells[column])
            hint = "if its comma is a decimal mark, declare it: decimal = ',' in [files]"
            self.table.add(commas, column, f"{allowed}; {hint}")
            bad = bad & ~commas
        if column in self.study.measures.enzymes:
            for more, rows in hints_on_cells(self.raw.cells[column], bad):
                self.table.add(rows, column, f"{allowed}{more}")
                bad = bad & ~rows
        codes = bad & _like_missing_codes(self.raw.cells[column])
        if self.known[column].filled:  # where a missing value is not allowed either
            codes[:] = False
        changed = self._changed_by_mapping(column, bad & ~codes)
        self.table.add(bad & ~codes & (changed == ""), column, allowed)
        for new in dict.fromkeys(changed[changed != ""]):
            self.table.add(changed == new, column, f"{allowed}; the mapping makes it {new}")
        hint = (
            f"{allowed}; if it stands for a missing value, name it in missing_codes under [files]"
        )
        self.table.add(codes, column, hint)

    def _changed_by_mapping(self, column: str, bad: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Return what a mapping made of the cells at fault, in quotation marks; else nothing."""
        changed = np.full(len(bad), "", dtype=object)
        shown = self.raw.source.cells
        if shown is not None and column in shown:
            for row in np.flatnonzero(bad):
                new = as_text(self.raw.cells[column].iloc[row])
                if new and new != as_text(shown[column].iloc[row]):
                    changed[row] = repr(new)
        return changed

    @property
    def _units(self) -> ScoringUnits:
        measures = self.study.measures
        return ScoringUnits(
            measures.enzyme_unit, measures.vas_max, measures.uln, self.study.core_set
        )

    def _in_declared_unit(self, column: str, found: Converted) -> Converted:
        """Return numbers in the unit of the description, where a mapping gives another."""
        unit = self.raw.units.get(column)
        if unit is None:
            return found
        try:
            factor, divisor = self._units.factor(column, unit)
        except ValueError as error:
            fault = Fault(self.raw.source.shown, f"in the mapping: {error}", None, column, unit)
            self.table.faults.append(fault)
            return found
        if factor == divisor:
            return found
        self.table.source = self.table.source.converting({column: unit})
        return replace(found, values=found.values * factor / divisor)

    def _check_origin(self) -> None:
        """Rows that say whether they are observed must say what the description does."""
        cells = self.raw.cells
        if "origin" in cells:
            declared = self.study.study.data
            wrong = [given != declared for given in text_values(cells["origin"]).values]
            message = f"must be {declared}, as {self.study.path} declares"
            self.table.add(wrong, "origin", message)


#: What exports write for a missing value, in lower case: a hint in an error, never a rule.
_MISSING_CODES = ("na", "n/a", "nan", "n.d.", "n.a.", "none", "null", "missing", "unknown")
_MISSING_SIGNS = (".", "-", "?", "-1", "-8", "-9", "-99", "-999", "-9999", "99", "999", "9999")


def _with_guess(name: str, absent: Sequence[str]) -> str:
    """Return the name of a column with the one that may be meant, if a known one is absent.

    >>> _with_guess("analyzed", ["analysed", "stop_week", "end_reason"])
    'analyzed (is it analysed?)'
    >>> _with_guess("stop_date", ["stop_week"]), _with_guess("site", ["stop_week"])
    ('stop_date (is it stop_week, in weeks since the first dose?)', 'site')
    """
    if name.endswith("_date") and (week := name.replace("_date", "_week")) in absent:
        return f"{name} (is it {week}, in weeks since the first dose?)"
    same = [other for other in absent if sorted(other.split("_")) == sorted(name.split("_"))]
    close = same or difflib.get_close_matches(name, absent, n=1, cutoff=0.8)
    return f"{name} (is it {close[0]}?)" if close else name


def _like_missing_codes(cells: pd.Series) -> NDArray[np.bool_]:
    """Return which cells look like a code for a missing value."""
    words = cells.astype(str).str.strip().str.lower()
    return words.isin([*_MISSING_CODES, *_MISSING_SIGNS]).to_numpy(dtype=bool)


def _decimals(
    raw: RawTable, columns: Sequence[str], small: Sequence[str]
) -> tuple[RawTable, list[Fault]]:
    try:
        return resolve_decimals(raw, columns, small=small), []
    except DataError as error:
        return raw, list(error.faults)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds."""

    convert: Callable[[pd.Series], Converted]
    dtype: str
    required: bool = True  #: whether the table must have the column
    filled: bool = False  #: whether its cells must not be empty
    if_absent: str = ""  #: said of a column that is not there, where there is a way without it
    if_empty: str = ""  #: what stands there where a study may not have it
    or_empty: str = ""  #: said of a column whose cells may be empty, where that is the way out
    default: Any = None  #: what stands in an empty cell, and in a column that is not there
    allowed: str = ""  #: what a cell must be, if not as the conversion says
    check: Callable[[pd.Series], NDArray[np.bool_]] | None = None  #: which cells are allowed
    printed: bool = False  #: whether tables show its text, of which not all formats have controls

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.dtype == "float64"


def _text(**more: Any) -> Kind:
    return Kind(text_values, "object", **more)


def _one_of(values: Iterable[str], **more: Any) -> Kind:
    known = list(values)
    return _text(
        allowed=f"one of {', '.join(known)}",
        check=lambda given: given.isin(known).to_numpy(dtype=bool),
        **more,
    )


def _number(low: float | None, high: float | None, allowed: str, **more: Any) -> Kind:
    def within(given: pd.Series) -> NDArray[np.bool_]:
        values = given.to_numpy(dtype=float)
        ok = np.ones(len(values), dtype=bool)
        if low is not None:
            ok &= ~(values < low)
        if high is not None:
            ok &= ~(values > high)
        return ok

    return Kind(numbers, "float64", allowed=allowed, check=within, **more)


def _time(study: Study, *, low: float | None, **more: Any) -> dict[str, Kind]:
    if study.visits.time == "week":
        allowed = "a number of weeks" if low is None else f"a number of weeks, at least {low:g}"
        return {"week": _number(low, None, allowed, **more)}
    kind = Kind(lambda cells: dates(cells, date_format=study.files.date_format), "object", **more)
    return {"date": kind}


#: Of a patient who was randomised and never treated.
_UNTREATED = (
    ": of a patient never treated, the date from which weeks count, such as of randomisation"
)


def _patient_columns(study: Study) -> dict[str, Kind]:
    arms, limits = list(study.arms), study.measures
    only = arms[0] if len(arms) == 1 else None
    columns = {
        "patient_id": _text(filled=True),
        "arm": _one_of(arms, required=only is None, filled=only is None, default=only),
        "analysed": Kind(truth_values, "boolean", required=False, default=True),
        "stop_week": _number(0, None, "a number of weeks, at least 0", required=False),
        DEATH_WEEK: _number(0, None, "a number of weeks, at least 0", required=False),
        "end_week": _number(0, None, "a number of weeks, at least 0", required=False),
        "end_reason": _one_of(END_REASONS, required=False),
    }
    if study.visits.time == "date":
        columns |= {
            "first_dose_date": _time(study, low=None, filled=True, if_empty=_UNTREATED)["date"],
            "stop_date": _time(study, low=None, required=False)["date"],
            "death_date": _time(study, low=None, required=False)["date"],
        }
    for name in limits.enzymes:
        limit = limits.uln[name]
        if isinstance(limit, str):
            columns[limit] = _limit(name, limits.enzyme_unit)
    kinds = {
        "number": lambda: Kind(numbers, "float64"),
        "yes/no": lambda: Kind(truth_values, "boolean"),
        "category": lambda: _text(
            printed=True,
            check=_spelt_once,
            allowed="spelt in one way: other rows have it with other capitals or blanks",
        ),
    }
    for column, row in study.characteristics.items():
        columns.setdefault(column, kinds[row.type]())
    return columns


def _spelt_once(given: pd.Series) -> NDArray[np.bool_]:
    """Return which categories are spelt as most rows with the same words are."""
    spelt = {str(text) for text in given.to_list()}
    if len({_words(text) for text in spelt}) == len(spelt):  # as nearly always
        return np.ones(len(given), dtype=bool)
    keys = given.astype(str).map(_words)
    most = given.groupby(keys).transform(lambda spellings: spellings.value_counts().index[0])
    return (given == most).to_numpy(dtype=bool)


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _limit(enzyme: str, unit: Any) -> Kind:
    def plausible(given: pd.Series) -> NDArray[np.bool_]:
        values = given.to_numpy(dtype=float)
        wrong = [
            np.isfinite(value) and (value <= 0 or uln_fault(enzyme, value, unit) is not None)
            for value in values.tolist()
        ]
        return ~np.array(wrong, dtype=bool)

    allowed = f"a plausible upper limit of normal of {enzyme} in {unit} (measures.enzyme_unit)"
    absent = f" (one limit for the whole study is a number in measures.uln.{enzyme})"
    return Kind(numbers, "float64", if_absent=absent, allowed=allowed, check=plausible)


def _visit_columns(study: Study) -> dict[str, Kind]:
    measures, ranges = study.measures, study.ranges
    columns = {"patient_id": _text(filled=True), **_time(study, low=None, filled=True)}
    for name in measures.used:
        if name in ranges.ends:
            allowed, ends = ranges.allowed(name).removeprefix("must be "), ranges.ends[name]
            columns[name] = _number(ends.low, ends.high, allowed)
        else:
            unit = measures.enzyme_unit
            columns[name] = Kind(
                numbers,
                "float64",
                allowed=f"a number above 0, in {unit}",
                check=lambda given: ~(given.to_numpy(dtype=float) <= 0),
            )
    for name, other in measures.others.items():
        top = "upwards" if other.maximum is None else f"to {other.maximum}"
        allowed = f"a number from {other.minimum} {top} ({other.unit})"
        columns[name] = _number(other.minimum, other.maximum, allowed)
    return columns


def _treatment_columns(study: Study) -> dict[str, Kind]:
    return {
        "patient_id": _text(filled=True),
        **_time(study, low=0, filled=True),
        "treatment": _text(filled=True, printed=True),
        "dose": _number(0, None, "a number, at least 0", required=False),
    }


def _event_columns(study: Study) -> dict[str, Kind]:
    return {
        "patient_id": _text(filled=True),
        **_time(study, low=None, or_empty="; or empty, where it is not known exactly"),
        "event": _text(filled=True, printed=True),
        "serious": Kind(truth_values, "boolean", filled=True),
        "treatment_related": _text(required=False, default=NOT_RECORDED, printed=True),
    }


_KNOWN: dict[str, Callable[[Study], dict[str, Kind]]] = {
    "patients": _patient_columns,
    "visits": _visit_columns,
    "treatments": _treatment_columns,
    "adverse_events": _event_columns,
}


def is_rescue(treatments: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which treatments are rescue medication: those called so, in any letter case."""
    names = treatments["treatment"].to_list()
    return np.array([name.lower() == RESCUE for name in names], dtype=bool)
