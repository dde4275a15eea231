"""Mapping files: how the columns and values of somebody's files become those that we use.

A mapping is a TOML file with a section for each table. Our names stand on the left of columns,
their values on the left of values::

    [visits.columns]
    patient_id = "SUBJID"
    physician_global = "PGA_VAS"

    [patients.values.sex]
    1 = "male"
    2 = "female"

    [visits.units]
    ck = "microkat/L"

    [adverse_events.units]              # study days: the first dose is on day 1, in week 0
    week = "days"

    [visits.wide]                       # a column for each measure and week
    weeks = [0, 4, 12]
    columns = { mmt = "mmt_w{week}" }

    [visits.long]                       # a row for each measure of a visit
    parameter = "TEST"
    value = "RESULT"
    unit = "RESULT_UNIT"                # needed only where names do not show it
    limit = "HIGH"                      # upper limits, of which ck has ck_uln
    parameters = { PHGA = "physician_global" }

    [redcap]                            # one export with redcap_event_name
    patient_id = "record_id"
    events = { baseline_arm_1 = 0, week_4_arm_1 = 4, screening_arm_1 = false }
    instruments = { adverse_event = "adverse_events" }

``preset = "adam"`` names the variables of CDISC's analysis data sets. Their parameter codes are
chosen by each sponsor, so ``[visits.long.parameters]`` remains to be given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import as_text
from tisstats.tables.study_days import DAYS, time_faults
from tisstats.tables.toml import read_toml

#: The tables of a trial.
TABLES = ("patients", "visits", "treatments", "adverse_events")

#: What to do with a table that stands in several files.
JOIN_FILES = "not a list: join the rows of a table that stands in several files into one file"

#: Place of the week in a pattern of column names.
WEEK = "{week}"

#: What may be done with records that are derived, such as values carried forward.
DERIVED = ("refuse", "keep", "drop")

#: Names of variables in CDISC's Analysis Data Model: ADSL, a data set of the Basic Data Structure,
#: ADAE. As used throughout the examples of admiral, https://pharmaverse.github.io/admiral/.
ADAM: dict[str, Any] = {
    "patients": {
        "columns": {
            "patient_id": "USUBJID",
            "arm": ["TRT01P", "TRT01A"],
            "analysed": ["FASFL", "ITTFL"],
        },
        "flags": ("analysed",),
    },
    "visits": {
        "columns": {"patient_id": "USUBJID", "week": "AVISITN"},
        "long": {"parameter": "PARAMCD", "value": "AVAL", "only": {"ANL01FL": "Y"}},
    },
    "adverse_events": {
        "columns": {
            "patient_id": "USUBJID",
            "number": "AESEQ",
            "event": "AEDECOD",
            "serious": "AESER",
            "week": "ASTDY",
        },
        "units": {"week": DAYS},
    },
}
PRESETS = {"adam": ADAM}

#: Ends our name of the column with the upper limits of a measure, such as ``ck_uln``.
OF_LIMITS = "_uln"

#: In ADaM: the name of a visit as text, and the flag of derived records.
ADAM_VISIT, ADAM_DERIVED = "AVISIT", "DTYPE"


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column of theirs that holds one measure at one week."""

    week: str  #: the week, as text
    name: str  #: its name in the file
    pattern: str = ""  #: what names of its measure fit, with `WEEK` in the place of the week


@dataclass(frozen=True, slots=True)
class LongColumns:
    """How a table with one row per measure becomes one with a column per measure."""

    parameter: str  #: their column with the code of the measure
    value: str  #: their column with its value
    parameters: MappingABC[str, str]  #: code to our column
    only: MappingABC[str, str] = field(default_factory=dict)  #: rows used: their column, its value
    derived: str = "refuse"  #: one of `DERIVED`
    unit: str | None = None  #: their column with the units of the values; None: by its name
    limit: str | None = None  #: their column with the upper limits of the values, if any


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one table of ours is made of a file of theirs."""

    file: str | None = None  #: the file, in the folder of the trial
    sheet: str | None = None  #: its sheet, if it is a workbook
    #: our column to theirs; of several, those that the file has must agree in every row, but that
    #: those after the first may be empty
    columns: MappingABC[str, tuple[str, ...]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()  #: our columns that the file may lack, of a preset
    values: MappingABC[str, MappingABC[str, str]] = field(default_factory=dict)  #: theirs to ours
    #: our columns of flags: the first of theirs that the file has is taken, and must be Y or N
    flags: frozenset[str] = frozenset()
    units: MappingABC[str, str] = field(default_factory=dict)  #: our column to its unit there
    wide: MappingABC[str, tuple[WideColumn, ...]] = field(default_factory=dict)  #: by our column
    long: LongColumns | None = None  #: if each measure has a row


@dataclass(frozen=True, slots=True)
class RedcapMapping:
    """How an export of a longitudinal REDCap project becomes our tables.

    Its rows are identified by record, ``redcap_event_name``, ``redcap_repeat_instrument`` and
    ``redcap_repeat_instance``: Beasley and Kaduke, "Retrieving Longitudinal and Repeating
    Structures", vignette of the R package REDCapR.
    """

    file: str | None  #: the export, in the folder of the trial
    events: MappingABC[str, str | None]  #: event to week, None: not a visit
    instruments: MappingABC[str, str | None]  #: repeating instrument to our table, None: left out
    #: events whose rows hold what is known of patients; by default the first, of each arm
    patients_events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialMapping:
    """A mapping file, as read by `read_mapping`."""

    path: str  #: the mapping file, for messages
    tables: MappingABC[str, TableMapping]  #: by the name of our table
    redcap: RedcapMapping | None = None  #: if all tables are of one REDCap export
    preset: str | None = None  #: name of the preset, if any
    declared: frozenset[str] = frozenset()  #: tables that have a section of their own

    def table(self, name: str) -> TableMapping:
        """Return the mapping of a table; an empty one if there is none."""
        return self.tables.get(name, TableMapping())

    def file(self, name: str) -> str | None:
        """Return the file of a table; None if the mapping does not name it."""
        return self.table(name).file or (self.redcap.file if self.redcap else None)


def read_mapping(path: Path) -> TrialMapping:
    r"""Read a mapping file.

    Parameters
    ----------
    path : pathlib.Path
        The file, in TOML; see the description of this module.

    Returns
    -------
    TrialMapping
        The mapping, checked by itself; whether it fits a table is checked by `map_table`.

    Raises
    ------
    tisstats.errors.DataError
        If the file is missing or not TOML, or has a key or value that is not permitted; lists every
        fault.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.toml"
    >>> _ = path.write_text('[visits.columns]\nmmt = "MMT8"\n')
    >>> read_mapping(path).table("visits").columns["mmt"]
    ('MMT8',)
    """
    given = read_toml(path)
    reader = _Reader(str(path))
    mapping = reader.mapping(given)
    if reader.faults:
        raise DataError(reader.faults)
    return mapping


class _Reader:
    """Reads the sections of a mapping, collecting what is wrong with them."""

    def __init__(self, file: str):
        self.file = file
        self.faults: list[Fault] = []
        self.weeks_made_by: str | None = None  # section that gives the weeks, not a column

    def fault(self, key: str, message: str, value: object = None) -> None:
        """Record a fault of a key."""
        shown = None if value is None else str(value)
        self.faults.append(Fault(self.file, f"{key}: {message}", value=shown))

    def section(self, key: str, given: Any, permitted: tuple[str, ...] | None) -> dict[str, Any]:
        """Return a section; record a fault if it is none, or for every key not permitted."""
        if not isinstance(given, dict):
            self.fault(key, "must be a section with keys", given)
            return {}
        for name in given:
            if permitted is not None and name not in permitted:
                place = f"{key}.{name}" if key else name
                self.fault(place, f"there is no such key; there are {', '.join(permitted)}")
        return given

    def text(self, key: str, given: Any) -> str:
        """Return a name; record a fault if it is not text."""
        if not isinstance(given, str) or not given.strip():
            self.fault(key, "must be text in quotation marks, and not empty", given)
            return ""
        return given.strip()

    def file_name(self, key: str, given: Any) -> str:
        """Return the name of a file; record a fault if it is not one."""
        if isinstance(given, list):
            self.fault(key, f"must be the name of one file, {JOIN_FILES}", as_text(given))
            return ""
        return self.text(key, given)

    def texts(self, key: str, given: Any) -> dict[str, str]:
        """Return a section of names by names."""
        return {
            name: self.text(f"{key}.{name}", value)
            for name, value in self.section(key, given, None).items()
        }

    def week(self, key: str, given: Any) -> str:
        """Return a week as text; record a fault if it is not a number."""
        if isinstance(given, bool) or not isinstance(given, int | float):
            self.fault(key, "must be a number of weeks", as_text(given))
            return ""
        return as_text(given)

    def mapping(self, given: dict[str, Any]) -> TrialMapping:
        """Return the whole mapping."""
        self.section("", given, ("preset", "redcap", *TABLES))
        preset = given.get("preset")
        if preset is not None and preset not in PRESETS:
            self.fault("preset", f"must be one of {', '.join(PRESETS)}", preset)
        if preset is not None and "redcap" in given:
            self.fault("preset", "cannot be combined with redcap", preset)
        base = PRESETS.get(preset, {}) if isinstance(preset, str) else {}
        shared: dict[str, Any] = {}
        redcap = None
        if "redcap" in given:
            self.weeks_made_by = "redcap.events"
            keys = ("file", "patient_id", "events", "instruments", "patients_event")
            section = self.section("redcap", given["redcap"], keys)
            redcap = self.redcap(section)
            if "patient_id" in section:
                shared = {"patient_id": section["patient_id"]}
        tables = {
            name: self.table(name, given.get(name, {}), base.get(name, {}), shared)
            for name in TABLES
            if name in given or name in base or shared
        }
        if not self.faults and not (given.keys() & {*TABLES, "redcap", "preset"}):
            self.fault("the mapping", f"is empty; it must have a section of {', '.join(TABLES)}")
        declared = frozenset(given) & frozenset(TABLES)
        return TrialMapping(self.file, tables, redcap, preset, declared)

    def table(
        self, name: str, given: Any, preset: dict[str, Any], shared: dict[str, Any]
    ) -> TableMapping:
        """Return the section of a table, with what a preset adds."""
        keys = ("file", "sheet", "columns", "values", "units", "wide", "long")
        section = self.section(name, given, keys)
        own = self.section(f"{name}.columns", section.get("columns", {}), None)
        wide = section.get("wide")
        columns = {**preset.get("columns", {}), **shared, **own}
        if wide is not None and not own.get("week"):
            columns.pop("week", None)  # of a preset
        units = self.texts(f"{name}.units", section.get("units", {}))
        made_by = f"{name}.wide" if wide is not None else self.weeks_made_by
        for key, message, value in time_faults(name, own, units, made_by):
            self.fault(key, message, value)
        # The unit of a preset's column is not that of the mapping's own.
        units = {
            key: unit for key, unit in preset.get("units", {}).items() if key not in own
        } | units
        long = section.get("long")
        if wide is not None and long is not None:
            self.fault(name, "has both a wide and a long section; a table has one form")
            long = None
        elif wide is None and ("long" in preset or long is not None):
            long = self.section(f"{name}.long", long or {}, _LONG_KEYS)
            long = {**preset.get("long", {}), **long}
        else:
            long = None
        needed = {"patient_id"}
        if name == "visits" and "date" not in own:
            needed.add("week")
        return TableMapping(
            file=self.file_name(f"{name}.file", section["file"]) if "file" in section else None,
            sheet=self.text(f"{name}.sheet", section["sheet"]) if "sheet" in section else None,
            columns={key: self.names(f"{name}.columns.{key}", at) for key, at in columns.items()},
            optional=frozenset(set(preset.get("columns", {})) - set(own) - needed),
            flags=frozenset(preset.get("flags", ())) - set(own),
            values=self.values(f"{name}.values", section.get("values", {})),
            units=units,
            wide={} if wide is None else self.wide(f"{name}.wide", wide),
            long=None if long is None else self.long(f"{name}.long", long),
        )

    def names(self, key: str, given: Any) -> tuple[str, ...]:
        """Return the name of a column of theirs, or the names of several that must agree."""
        if isinstance(given, list) and given:
            return tuple(self.text(key, name) for name in given)
        return (self.text(key, given),)

    def values(self, key: str, given: Any) -> dict[str, dict[str, str]]:
        """Return the values of columns: theirs to ours."""
        found: dict[str, dict[str, str]] = {}
        for column, values in self.section(key, given, None).items():
            found[column] = {}
            for theirs, ours in self.section(f"{key}.{column}", values, None).items():
                if isinstance(ours, list | dict):
                    message = "must be one value: text, a number, true or false"
                    self.fault(f"{key}.{column}.{theirs}", message, ours)
                else:
                    found[column][theirs] = as_text(ours)
        return found

    def wide(self, key: str, given: Any) -> dict[str, tuple[WideColumn, ...]]:
        """Return the columns of each measure by week."""
        section = self.section(key, given, ("weeks", "columns"))
        weeks = self.weeks(f"{key}.weeks", section.get("weeks"))
        found = {}
        columns = self.section(f"{key}.columns", section.get("columns", {}), None)
        if not columns:
            message = f"must name our columns, each with a pattern such as 'mmt_w{WEEK}'"
            self.fault(f"{key}.columns", message)
        for name, entry in columns.items():
            place = f"{key}.columns.{name}"
            pattern, own = entry, weeks
            if isinstance(entry, dict):  # measured at other weeks than the rest
                entry = self.section(place, entry, ("pattern", "weeks"))
                pattern = entry.get("pattern")
                own = self.weeks(f"{place}.weeks", entry.get("weeks"))
            pattern = self.text(place, pattern)
            if pattern and WEEK not in pattern:
                self.fault(place, f"must have {WEEK} in the place of the week", pattern)
            found[name] = tuple(
                WideColumn(week, pattern.replace(WEEK, label), pattern)
                for label, week in own.items()
            )
        return found

    def weeks(self, key: str, given: Any) -> dict[str, str]:
        """Return weeks by their label in names of columns: a list, or labels with weeks."""
        if isinstance(given, dict) and given:
            weeks = {label: self.week(f"{key}.{label}", week) for label, week in given.items()}
        elif isinstance(given, list) and given:
            weeks = {as_text(week): self.week(key, week) for week in given}
        else:
            message = "must be a list of weeks, or labels with weeks such as { bl = 0, m3 = 12 }"
            self.fault(key, message, given)
            return {}
        if len({*weeks.values()}) < len(given):
            self.fault(key, "must not repeat a week", given)
        return weeks

    def long(self, key: str, given: dict[str, Any]) -> LongColumns:
        """Return how the rows of measures become columns."""
        parameters = self.texts(f"{key}.parameters", given.get("parameters", {}))
        if not parameters:
            message = "must name our column for each code of theirs, such as PHGA = "
            self.fault(f"{key}.parameters", f"{message}'physician_global'")
        ours = list(parameters.values())
        for name in dict.fromkeys(name for name in ours if ours.count(name) > 1):
            self.fault(f"{key}.parameters", "two codes lead to one column", name)
        derived = given.get("derived", "refuse")
        if derived not in DERIVED:
            self.fault(f"{key}.derived", f"must be one of {', '.join(DERIVED)}", derived)
        return LongColumns(
            parameter=self.text(f"{key}.parameter", given.get("parameter")),
            value=self.text(f"{key}.value", given.get("value")),
            parameters=parameters,
            only=self.texts(f"{key}.only", given.get("only", {})),
            derived=derived,
            unit=self.text(f"{key}.unit", given["unit"]) if "unit" in given else None,
            limit=self.text(f"{key}.limit", given["limit"]) if "limit" in given else None,
        )

    def redcap(self, section: dict[str, Any]) -> RedcapMapping:
        """Return the section of a REDCap export."""
        events = {
            name: None if week is False else self.week(f"redcap.events.{name}", week)
            for name, week in self.section("redcap.events", section.get("events", {}), None).items()
        }
        if not any(week is not None for week in events.values()):
            message = "must give the week of each event, such as baseline_arm_1 = 0; false leaves "
            self.fault("redcap.events", f"{message}an event out")
        instruments = {}
        given = self.section("redcap.instruments", section.get("instruments", {}), None)
        for name, table in given.items():
            if table is not False and table not in TABLES:
                message = f"must be one of {', '.join(TABLES)}, or false to leave it out"
                self.fault(f"redcap.instruments.{name}", message, as_text(table))
            instruments[name] = table or None
        first = section.get("patients_event", _first_of_arms(list(events)))
        first = first if isinstance(first, list) else [first]
        if events and not (
            first and all(isinstance(each, str) and each in events for each in first)
        ):
            message = f"must be one of redcap.events, or a list of them: {', '.join(events)}"
            self.fault("redcap.patients_event", message, section["patients_event"])
        file = self.file_name("redcap.file", section["file"]) if "file" in section else None
        return RedcapMapping(file, events, instruments, tuple(map(str, first)))


def _first_of_arms(events: list[str]) -> list[str]:
    """Return the first event of each arm: REDCap ends their names with the number of the arm.

    >>> _first_of_arms(["baseline_arm_1", "week_4_arm_1", "baseline_arm_2", "week_4_arm_2"])
    ['baseline_arm_1', 'baseline_arm_2']
    """
    plain = [_ARM.sub("", event) for event in events]
    return [event for event, name in zip(events, plain, strict=True) if name == plain[0]]


_ARM = re.compile(r"_arm_\d+$")
_LONG_KEYS = ("parameter", "value", "unit", "limit", "parameters", "only", "derived")
