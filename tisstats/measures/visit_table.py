"""Validation of visit tables: every cell is checked, and every fault reported.

Nothing is corrected or guessed: a value outside its scale, text instead of a number or a second row
for the same visit is a fault, reported with its row, column and value.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures import enzymes
from tisstats.measures.core_set import ENZYMES
from tisstats.measures.identifiers import unseen_characters, unseen_message
from tisstats.measures.laboratory_texts import hints_on_cells
from tisstats.measures.ranges import MEASURE_COLUMNS as MEASURE_COLUMNS
from tisstats.measures.ranges import VAS_MEASURES as VAS_MEASURES
from tisstats.measures.ranges import VAS_UNITS as VAS_UNITS
from tisstats.measures.ranges import Ranges as Ranges
from tisstats.measures.ranges import check_vas_max as check_vas_max
from tisstats.statistics._arguments import data_frame, one_of
from tisstats.tables.cells import empty_cells as empty_cells
from tisstats.tables.cells import factorize, numbers
from tisstats.tables.decimals import like_decimal_commas
from tisstats.tables.raw import FAULTS_PER_COLUMN as FAULTS_PER_COLUMN
from tisstats.tables.raw import TableSource as TableSource
from tisstats.tables.raw import normalise_name

#: Begins the fault of a column of upper limits that is not there; the enzyme ends it.
NO_SUCH_LIMIT = "there is no such column, given as the upper limit of normal of"

#: Lower end of a range that excludes 0.
ABOVE_ZERO = math.nextafter(0, math.inf)


@dataclass(slots=True, eq=False)
class TableCheck:
    """A table being validated, with its faults."""

    table: pd.DataFrame
    source: TableSource
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        data_frame(self.source.shown, self.table)

    def raise_faults(self) -> None:
        """Raise all faults found so far, if any."""
        if self.faults:
            raise DataError(self.faults)

    def fault(self, message: str, column: str | None = None, value: object = None) -> None:
        """Record a fault of the table as a whole."""
        shown = None if value is None else str(value)
        self.faults.append(Fault(self.source.shown, message, None, column, shown))

    def fault_rows(
        self,
        bad: NDArray[np.bool_],
        column: str,
        message: str,
        number: float | None = None,  # noqa: ARG002 - orders the faults of batches
    ) -> None:
        """Record a fault for every row of `bad`, up to a limit.

        Where only some tables can have this kind of fault, `number` is what it depends on.
        """
        self.faults += self.source.faults(bad, column, message, self.table[column])

    def require_columns(self, needed: Sequence[str], new: Sequence[str]) -> None:
        """Record header faults: needed columns missing, columns duplicate, `new` ones reserved."""
        names = [str(name) for name in self.table.columns]
        for name in needed:
            if name not in names:
                dated = name == "week" and "date" in names
                instead = ", and dates do not take the place of weeks here" if dated else ""
                message = f"there is no such column{instead}; the table has {', '.join(names)}"
                self.fault(message, name)
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self.fault("the table has this column twice", name)
        reserved = set(new)
        for name in dict.fromkeys(names):
            if normalise_name(name) in reserved:  # read again, it would be that column
                self.fault("the name is reserved for a result column; rename it", name)

    def numbers(
        self, column: str, allowed: str, low: float, high: float, *, of_laboratory: bool = False
    ) -> NDArray[np.float64]:
        """Return a column as floats, nan if empty; record values that are not numbers in range.

        Of a column `of_laboratory`, the message explains texts such as ``>10000``.
        """
        values, text = as_numbers(self.table[column])
        bad = text
        if not lie_within(values, low, high):
            bad = text | (values < low) | (values > high) | np.isinf(values)
        allowed += self.source.once_converted(column)
        commas = text & like_decimal_commas(self.table[column]) if text.any() else text
        hints = hints_on_cells(self.table[column], text & ~commas) if of_laboratory else []
        explained = np.logical_or.reduce([commas, *(rows for _, rows in hints)])
        self.fault_rows(bad & ~explained, column, allowed)
        for more, rows in hints:
            self.fault_rows(rows, column, f"{allowed}{more}")
        hint = f"{allowed}; if its comma is a decimal mark, declare it (--decimal ,)"
        self.fault_rows(commas, column, hint)
        return values


def as_numbers(given: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a column as floats, nan for empty cells, and which cells are not numbers.

    Single-precision floats are converted via their shortest decimal, so that 1.1 is 1.1.

    Examples
    --------
    >>> values, wrong = as_numbers(pd.Series(["3.8", None, "", "3,8"]))
    >>> values.tolist(), wrong.tolist()
    ([3.8, nan, nan, nan], [False, False, False, True])
    """
    found = numbers(given)
    values = found.values
    if values.dtype == np.float64:
        return values.to_numpy(), found.bad
    return values.to_numpy(dtype=float, na_value=np.nan), found.bad


def lie_within(values: NDArray[np.float64], low: float, high: float) -> bool:
    """Return whether there are numbers, all of which are finite and within a range.

    >>> lie_within(np.array([0, 3, np.nan]), 0, 3), lie_within(np.array([0, np.inf]), 0, np.inf)
    (True, False)
    """
    if not values.size:
        return False
    least, most = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return max(low, -sys.float_info.max) <= least and most <= min(high, sys.float_info.max)


def read_measures(
    check: TableCheck,
    ranges: Ranges,
    limits: Mapping[str, enzymes.UpperLimit],
    unit: enzymes.EnzymeUnit,
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Return the measures in their own units, and the enzymes as multiples of their ULN.

    `limits` come from `upper_limits`; enzymes without one are not read. Faults are
    recorded: call `raise_faults` before using the numbers. A measure out of its range is nan: a
    file is scored to find more faults, and of such numbers improvements may be infinite.
    """
    table = check.table
    values = {}
    for name, ends in ranges.ends.items():
        given = check.numbers(name, ranges.allowed(name), ends.low, ends.high)
        values[name] = given
        if not lie_within(given, ends.low, ends.high):
            wrong = (given < ends.low) | (given > ends.high)
            values[name] = np.where(wrong, np.nan, given)
    multiples = {}
    divisor: NDArray[np.float64] | np.float64
    for enzyme in enzymes.sort_enzymes(limits):
        allowed = f"must be a number above 0, in {unit}"
        value = check.numbers(enzyme, allowed, ABOVE_ZERO, np.inf, of_laboratory=True)
        limit = limits[enzyme]
        if isinstance(limit, str):
            allowed = f"must be a number above 0, the upper limit of normal of {enzyme} in {unit}"
            column = check.numbers(limit, allowed, ABOVE_ZERO, np.inf)
            check.fault_rows(np.isfinite(value) & empty_cells(table[limit]), limit, allowed)
            known = np.unique(column[column > 0])
            for wrong in known[np.isfinite(known)].tolist():
                if (message := enzymes.uln_fault(enzyme, wrong, unit)) is not None:
                    rows = (column >= wrong) & (column <= wrong)
                    check.fault_rows(rows, limit, message, wrong)
            divisor = np.where(column > 0, column, np.nan)
        else:
            divisor = np.float64(limit)
        multiples[enzyme] = _multiples(check, enzyme, value, divisor)
    return values, multiples


def _multiples(
    check: TableCheck,
    enzyme: str,
    value: NDArray[np.float64],
    limit: NDArray[np.float64] | np.float64,
) -> NDArray[np.float64]:
    """Return an enzyme as multiples of its ULN; those beyond any are recorded, and nan.

    Values that are not above 0 are recorded already, and nan too.
    """
    with np.errstate(over="ignore", under="ignore"):  # of numbers that are at fault
        multiples = value / limit
    wrong = enzymes.beyond_measurement(multiples, value)
    check.fault_rows(wrong, enzyme, enzymes.BEYOND_MEASUREMENT)
    unusable = wrong | (value <= 0)
    return np.where(unusable, np.nan, multiples) if unusable.any() else multiples


def upper_limits(
    check: TableCheck, uln: Mapping[str, enzymes.UpperLimit] | None, unit: enzymes.EnzymeUnit
) -> dict[str, enzymes.UpperLimit]:
    """Return the ULN of every enzyme of the table: a number in `unit`, or a column's name.

    Faults are recorded. The ULN of an enzyme that is not in the table is ignored, so that one list
    of a laboratory's limits serves all tables.

    Raises
    ------
    ValueError
        If the unit is unknown, or `uln` is not a mapping.
    """
    one_of("enzyme_unit", unit, enzymes.ENZYME_UNITS)
    if not isinstance(uln, Mapping):
        raise ValueError(f"uln must be a mapping of enzymes to upper limits, got {uln!r}")
    columns = list(check.table.columns)
    present = enzymes.sort_enzymes(columns)
    if not present:
        known, has = ", ".join(ENZYMES), ", ".join(map(str, columns))
        check.fault(f"there is no enzyme; give at least one of {known}; the table has {has}")
    for unknown in [enzyme for enzyme in uln if enzyme not in ENZYMES]:
        known = ", ".join(ENZYMES)
        check.faults.append(Fault("uln", f"no such enzyme; give {known}", value=str(unknown)))
    limits: dict[str, enzymes.UpperLimit] = {}
    for enzyme in present:
        if enzyme not in uln:
            check.fault("its upper limit of normal is missing: add it to uln", enzyme)
            continue
        try:
            limits[enzyme] = enzymes.upper_limit(enzyme, uln[enzyme], unit)
        except ValueError as error:
            check.faults.append(Fault("uln", str(error), column=enzyme, value=str(uln[enzyme])))
            continue
        if limits[enzyme] in (*MEASURE_COLUMNS, *ENZYMES, "patient_id", "week"):
            message = "is not a column of upper limits of normal"
            check.faults.append(Fault("uln", message, column=enzyme, value=str(limits[enzyme])))
        elif isinstance(limits[enzyme], str) and limits[enzyme] not in columns:
            check.fault(f"{NO_SUCH_LIMIT} {enzyme}", str(limits[enzyme]))
    return limits


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """The visits of a table, row by row."""

    patients: NDArray[np.int64]  #: shape (n,), the number of each row's patient, from 0
    weeks: NDArray[np.float64]  #: shape (n,), the week of each row
    baselines: NDArray[np.int64]  #: shape (patients,), the row of each patient's baseline


def find_visits(check: TableCheck) -> Visits:
    """Find the visits by ``patient_id`` and ``week``.

    Faults are recorded: call `raise_faults` before using the result.

    The baseline of a patient is the row with the smallest week. Both a week 0 and an earlier
    week are a fault, since the baseline is ambiguous.
    """
    patients, weeks = identify_visits(check)
    placed = place_visits(patients, weeks)
    check.fault_rows(placed.repeated, "week", REPEATED)
    check.fault_rows(placed.before_zero, "week", BEFORE_WEEK_ZERO)
    return Visits(patients, weeks, placed.baselines)


#: What is wrong with a visit among those of its patient.
REPEATED = "the patient has another row for this week"
BEFORE_WEEK_ZERO = "lies before the patient's week 0: keep only one of them as the baseline"


def identify_visits(check: TableCheck) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the number of each row's patient, from 0 or -1, and its week, or nan.

    Rows without one of them are recorded as faults.
    """
    identifiers = check.table["patient_id"]
    patients = number_patients(identifiers)
    weeks = check.numbers("week", "must be a number of weeks", -np.inf, np.inf)
    absent = empty_cells(check.table["week"])
    check.fault_rows(patients < 0, "patient_id", "must not be empty")
    unseen = unseen_characters(identifiers, patients)
    for character in sorted({*unseen} - {""}):
        rows = np.array([each == character for each in unseen])[patients]
        check.fault_rows(rows, "patient_id", unseen_message(character))
    check.fault_rows(absent, "week", "must be a number of weeks, not empty")
    return patients, weeks


@dataclass(frozen=True, slots=True, eq=False)
class PlacedVisits:
    """The visits of patients in order of their weeks."""

    repeated: NDArray[np.bool_]  #: shape (n,), rows of a week that the patient has already
    before_zero: NDArray[np.bool_]  #: shape (n,), rows before a week 0 of the patient
    baselines: NDArray[np.int64]  #: shape (patients,), the row of each patient's baseline


def place_visits(patients: NDArray[np.int64], weeks: NDArray[np.float64]) -> PlacedVisits:
    """Find the baseline of each patient, and the rows that leave it ambiguous.

    Examples
    --------
    >>> placed = place_visits(np.array([0, 0, 1, 1]), np.array([4.0, 0.0, 2.0, 2.0]))
    >>> placed.baselines.tolist(), placed.repeated.tolist()
    ([1, 3], [False, False, False, True])
    """
    placed = np.flatnonzero((patients >= 0) & np.isfinite(weeks))
    week_numbers, distinct = _number_weeks(weeks[placed])
    visits = patients[placed] * distinct + week_numbers
    repeated = np.zeros(len(patients), dtype=bool)
    count = int(patients.max(initial=-1)) + 1
    if not _are_distinct(visits, count * distinct):
        repeated[placed] = pd.Series(visits).duplicated().to_numpy()
    has_week_zero = np.zeros(count + 1, dtype=bool)  # last slot: rows without patient_id
    # Equivalent to weeks == 0.
    has_week_zero[patients[placed[~(weeks[placed] < 0) & ~(weeks[placed] > 0)]]] = True
    before_zero = (weeks < 0) & has_week_zero[patients]
    known = np.where(np.isfinite(weeks), weeks, np.inf)
    return PlacedVisits(repeated, before_zero, _first_rows(patients, known, count))


def _number_weeks(weeks: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """Return a number from 0 for each week, equal where the weeks are, and how many there are."""
    # Beyond these a float is no int64.
    if weeks.size and weeks.min() > -_MOST_WEEKS and weeks.max() < _MOST_WEEKS:
        whole = weeks.astype(np.int64)
        if not np.not_equal(whole, weeks).any() and (ranks := _ranks(whole)) is not None:
            return ranks
    numbers, distinct = pd.factorize(weeks)
    return numbers.astype(np.int64), len(distinct)


#: Weeks up to which whole numbers of weeks are looked up in a list rather than hashed.
_MOST_WEEKS = 1 << 31


def _ranks(whole: NDArray[np.int64]) -> tuple[NDArray[np.int64], int] | None:
    """Return the place of whole numbers among the distinct ones; None if they lie too far apart.

    Faster than hashing them: numbers that lie close together are looked up in a list.

    Examples
    --------
    >>> ranks, count = _ranks(np.array([7, 3, 7, 5]))
    >>> ranks.tolist(), count
    ([2, 0, 2, 1], 3)
    """
    if not whole.size:
        return whole, 0
    low = int(whole.min())
    size = int(whole.max()) - low + 1
    if size > _MOST_PLACES * (len(whole) + 1):
        return None
    places = whole - low
    seen = np.zeros(size, dtype=bool)
    seen[places] = True
    ranks = np.cumsum(seen)
    ranks -= 1
    return ranks.take(places), int(ranks[-1]) + 1


#: Places for each number beyond which hashing is as fast, and takes less memory.
_MOST_PLACES = 2


def _by_first_row(ranks: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return `count` numbers without gaps as numbers in the order in which they first stand there.

    >>> _by_first_row(np.array([2, 0, 2, 1]), 3).tolist()
    [0, 1, 0, 2]
    """
    first = np.empty(count, dtype=np.int64)
    first[ranks[::-1]] = np.arange(len(ranks))[::-1]  # of equal places NumPy keeps the last
    first.sort()
    numbers = np.empty(count, dtype=np.int64)
    numbers[ranks[first]] = np.arange(count)
    return numbers.take(ranks)


def _are_distinct(numbers: NDArray[np.int64], size: int) -> bool:
    """Return whether whole numbers below a size are distinct; False if it is too large to tell."""
    if size > _MOST_FLAGS * (len(numbers) + 1):
        return False
    seen = np.zeros(size, dtype=bool)
    seen[numbers] = True
    return int(np.count_nonzero(seen)) == len(numbers)


#: Flags for each number that are faster than to look for the numbers.
_MOST_FLAGS = 16


def number_patients(identifiers: pd.Series) -> NDArray[np.int64]:
    """Return patients as numbers from 0, -1 without identifier; surrounding spaces are ignored.

    They are numbered in the order of their first rows, in which faults and results name them.

    Examples
    --------
    >>> number_patients(pd.Series([7, 3, 7])).tolist()
    [0, 1, 0]
    """
    kind = identifiers.dtype
    if isinstance(kind, np.dtype) and kind.kind == "i":
        ranks = _ranks(identifiers.to_numpy().astype(np.int64, copy=False))
        if ranks is not None:
            return _by_first_row(*ranks)
    codes, found = factorize(identifiers)
    if pd.api.types.is_numeric_dtype(found.dtype):
        return codes.astype(np.int64)
    names = pd.Series(found)
    if pd.api.types.infer_dtype(names) == "string":
        given, names = names, names.str.strip()
        if names.equals(given) and not (names == "").any():
            return codes.astype(np.int64)
    else:
        names = names.map(lambda name: name.strip() if isinstance(name, str) else name)
    numbers, distinct = factorize(names)
    numbers[np.asarray(distinct == "", dtype=bool)[numbers]] = -1
    return np.append(numbers, -1)[codes].astype(np.int64)


def _first_rows(
    patients: NDArray[np.int64], weeks: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    """Return the row with the smallest week of each of `count` patients."""
    smallest = np.full(count + 1, np.inf)  # last slot: rows without patient_id
    np.minimum.at(smallest, patients, weeks)
    rows = np.zeros(count + 1, dtype=np.int64)
    first = np.flatnonzero(weeks <= smallest[patients])
    rows[patients[first]] = first
    return rows[:count]
