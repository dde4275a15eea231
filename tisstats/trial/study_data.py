"""A study's rows, read by its description, as a trial that can be analysed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from tisstats.errors import DataError
from tisstats.measures.unused_limits import UnusedLimits
from tisstats.tables import RawTable, read_mapping
from tisstats.trial.analysis import Analysis
from tisstats.trial.dates import doubtful_first_doses, visits_before_first_dose, with_weeks
from tisstats.trial.deaths import DEATH_WEEK, died_later, has_died, own_death_weeks
from tisstats.trial.description import RESCUE
from tisstats.trial.doubtful_courses import (
    ends_without_events,
    implausible_times,
    look_alikes,
    open_ends,
    unread_relations,
    unusual_courses,
)
from tisstats.trial.mixed_units import mixed_units
from tisstats.trial.plausibility import implausible_scales, incomplete_visits
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.schedule_notes import left_out_lines, schedule_remarks
from tisstats.trial.scoring import analyse
from tisstats.trial.study import Study
from tisstats.trial.study_data_faults import (
    baseline_faults,
    death_faults,
    plan_faults,
    table_faults,
    unknown_patients,
    unseen_patients,
)
from tisstats.trial.study_tables import TypedTable, is_rescue, read_study_tables, type_tables
from tisstats.trial.study_trial_description import describe_trial
from tisstats.trial.trial import Trial
from tisstats.trial.unassigned import without_unassigned

Computed = TypeVar("Computed")


@dataclass(frozen=True, slots=True, eq=False)
class StudyData:
    """A study with its rows, checked.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> data.trial.origin, len(data.trial.patients), list(data.study.arms)
    ('synthetic', 12, ['active', 'placebo'])
    """

    study: Study  #: the description
    trial: Trial  #: its rows, visits by scheduled week
    not_used: Mapping[str, int]  #: how many visits are left out, by the reason in words
    has: frozenset[str] = field(default_factory=frozenset)  #: the tables that were given
    ends_recorded: bool = True  #: whether the patients have a week or a reason of early stops
    unused: tuple[str, ...] = ()  #: a sentence on columns that are not used, by file
    #: visits after the baseline that the schedule drops; columns as of the trial's visits
    dropped_visits: pd.DataFrame = field(default_factory=pd.DataFrame)
    left_out: tuple[str, ...] = ()  #: a sentence on the visits left out for each reason
    #: by patient, the ``stop_date`` and ``death_date`` that the file has; no columns without dates
    end_dates: pd.DataFrame = field(default_factory=pd.DataFrame)
    #: returns the remarks, with or without names of patients
    _said: Callable[..., tuple[str, ...]] = field(default=lambda **_: (), repr=False)
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def some_died(self) -> bool:
        """Whether an analysed patient died."""
        return bool(has_died(self.analysis.patients).any())

    @property
    def some_died_later(self) -> bool:
        """Whether an analysed patient died whose study did not end by the death."""
        return bool(died_later(self.analysis.patients).any())

    @property
    def own_death_weeks(self) -> bool:
        """Whether the death of an analysed patient has a week of its own, apart from stops."""
        return bool(np.isfinite(own_death_weeks(self.analysis.patients)).any())

    @property
    def deaths_recorded(self) -> bool:
        """Whether the patients have a column of deaths beside the reasons of early stops."""
        return DEATH_WEEK in self.trial.patients

    @property
    def rescue_recorded(self) -> bool:
        """Whether rescue medication is recorded: as a treatment, or as a reason for some end."""
        if "treatments" in self.has or not self.ends_recorded:
            return "treatments" in self.has
        return bool((self.trial.patients["end_reason"] == "rescue_medication").any())

    @classmethod
    def read(cls, folder: Path | str, mapping: Path | str | None = None) -> StudyData:
        """Read a study from the folder of its description.

        Parameters
        ----------
        folder
            Folder with ``study.toml`` and the tables.
        mapping
            A mapping file: how the columns, values and units of the tables become those of the
            description; see `tisstats.tables.mapping`.

        Raises
        ------
        DataError
            If the description, a file, a cell or something across files is at fault; carries every
            fault of the first of these.
        """
        study = Study.read(folder)
        mapped = None if mapping is None else read_mapping(Path(mapping))
        return cls.from_tables(study, read_study_tables(study, Path(folder), mapped))

    @classmethod
    def from_tables(cls, study: Study, raw: Mapping[str, RawTable]) -> StudyData:
        """Check tables that were read already; see `read`."""
        raw = without_unassigned(raw)
        typed = type_tables(study, raw)
        if faults := unknown_patients(typed):
            raise DataError(faults)
        end_dates = _end_dates(typed["patients"].frame)
        typed = with_weeks(study, typed)
        visits = typed["visits"]
        measures = [*study.measures.used, *study.measures.others]
        scheduled = schedule_visits(
            visits.frame,
            measures,
            study.visits,
            visits.source,
            study.core_set,
            scored=study.measures.used,
        )
        faults = [*scheduled.faults, *(f for table in typed.values() for f in table.faults)]
        if faults:
            raise DataError(faults)
        if faults := doubtful_first_doses(study, typed):
            raise DataError(faults)
        if faults := death_faults(typed["patients"]):
            raise DataError(faults)
        if faults := unseen_patients(typed, scheduled.visits):
            raise DataError(faults)
        tables = _tables(study, typed, scheduled.visits)
        rows = {**{name: np.arange(len(table)) for name, table in tables.items()}}
        rows["visits"] = scheduled.visits["row"].to_numpy(dtype=np.int64)
        lines = {
            name: np.array([table.source.line(int(row)) for row in rows[name]], dtype=np.int64)
            for name, table in typed.items()
        }
        if faults := [*table_faults(study, typed), *plan_faults(study, tables["patients"])]:
            raise DataError(faults)
        if faults := baseline_faults(study, typed, scheduled.visits):
            raise DataError(faults)
        trial = Trial(
            tables["patients"],
            tables["visits"],
            tables["treatments"],
            tables["adverse_events"],
            description=describe_trial(
                study,
                tables["patients"],
                has_treatments="treatments" in typed,
                has_doses="dose" in tables["treatments"],
            ),
            files={name: table.source.file for name, table in typed.items()},
            mmt_max=study.measures.mmt_max,
            lines=lines,
        )
        # Several tables can come from one file.
        remarks = tuple(
            dict.fromkeys(
                f"{Path(t.source.shown).name}: {remark}"
                for name, t in raw.items()
                for remark in (*t.remarks, *typed[name].remarks)
            )
        )

        def said(*, names: bool) -> tuple[str, ...]:
            doubts = [
                *_limits_not_used(study, typed, names=names),
                *_doubts(study, typed, tables, names=names),
            ]
            schedule = schedule_remarks(
                scheduled.combined,
                scheduled.lacking,
                scheduled.joined,
                scheduled.late,
                names=names,
            )
            return (*remarks, *doubts, *schedule)

        ends_recorded = bool({"stop_week", "end_reason"} & set(typed["patients"].frame))
        unused = () if study.files.adam else tuple(_unused_columns(typed.values()))
        return cls(
            study,
            trial,
            scheduled.not_used,
            frozenset(typed),
            ends_recorded,
            unused,
            scheduled.dropped,
            tuple(left_out_lines(scheduled.left_out)),
            end_dates,
            said,
        )

    def once(self, name: Hashable, compute: Callable[[], Computed]) -> Computed:
        """Return what is computed of this study under a name, the first time that it is needed."""
        if name not in self._cache:
            self._cache[name] = compute()
        found: Computed = self._cache[name]
        return found

    @property
    def remarks(self) -> tuple[str, ...]:
        """How files were read, if not as plain CSV, and what is doubtful; computed once."""
        return self.once("remarks", lambda: self._said(names=True))

    @property
    def published_remarks(self) -> tuple[str, ...]:
        """The remarks, which name patients if the listings do."""
        if self.study.study.listings:
            return self.remarks
        return self.once("unnamed", lambda: self._said(names=False))

    @property
    def analysis(self) -> Analysis:
        """The scored visits, computed once."""
        return self.once("analysis", lambda: analyse(self.trial))

    def arm(self, name: str) -> Analysis:
        """Return the scored visits of the patients of one arm."""

        def members() -> Analysis:
            patients = self.trial.patients
            return self.analysis.subset(patients.loc[patients["arm"] == name, "patient_id"])

        return self.once(("arm", name), members)


def _end_dates(patients: pd.DataFrame) -> pd.DataFrame:
    """Return the dates of ends that the file of a dated study has, by patient."""
    names = [name for name in ("stop_date", "death_date") if name in patients]
    return pd.DataFrame(
        {name: patients[name].to_list() for name in names},
        pd.Index(patients["patient_id"]),
        dtype=object,
    )


def _unused_columns(tables: Iterable[TypedTable]) -> Iterator[str]:
    """Yield, for each file, a sentence on its columns that no table of the study uses."""
    of_file: dict[str, dict[str, str]] = {}
    for table in tables:
        file = table.source.shown
        known = of_file.get(file, table.unused)
        of_file[file] = {name: text for name, text in known.items() if name in table.unused}
    for file, unused in of_file.items():
        if unused:
            names = ", ".join(unused.values())
            yield f"{Path(file).name}: columns that are neither used nor exported: {names}"


def _limits_not_used(
    study: Study, typed: Mapping[str, TypedTable], *, names: bool
) -> Iterator[str]:
    """Yield a remark on each column of upper limits beside one limit of the study for all.

    The limit of the study counts. Without names, the first cell is not shown.
    """
    for table in (typed["patients"], typed["visits"]):
        for enzyme in study.measures.enzymes:
            limit, unit = study.measures.uln[enzyme], study.measures.enzyme_unit
            unused = UnusedLimits(unit)
            unused.look(table.frame, table.source, {enzyme: limit})
            for remark in unused.remarks:
                hidden = (
                    f"a column of other upper limits of {enzyme} is not used: that of the study is "
                    f"{limit:g} {unit}"
                )
                yield f"{Path(table.source.shown).name}: {remark if names else hidden}"


def _doubts(
    study: Study,
    typed: Mapping[str, TypedTable],
    tables: Mapping[str, pd.DataFrame],
    *,
    names: bool,
) -> Iterator[str]:
    """Yield what is doubtful in the tables, with or without the names of patients."""
    named = typed["patients"].source.all_names
    yield from implausible_scales(study, tables["patients"], tables["visits"])
    yield from mixed_units(study, tables["visits"], names=names)
    yield from incomplete_visits(study, tables["visits"], names=names)
    yield from implausible_times(study, tables, named=named)
    yield from visits_before_first_dose(study, typed, names=names)
    yield from unusual_courses(tables, names=names, named=named)
    yield from open_ends(study, tables, names=names)
    ids = tables["patients"]["patient_id"]
    yield from look_alikes(ids, names=names, name_of_ids=named("patient_id"))
    if "adverse_events" in typed:
        relation = typed["adverse_events"].source.column_name("treatment_related")
        yield from unread_relations(tables["adverse_events"], relation)
        yield from ends_without_events(tables, names=names)


def _tables(
    study: Study, typed: Mapping[str, TypedTable], visits: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the four tables of a trial."""
    origin = study.study.data
    patients = typed["patients"].frame.assign(origin=origin)
    last = dict(zip(visits["patient_id"], visits["week"], strict=True))  # in order of weeks
    patients["end_week"] = [last.get(each, np.nan) for each in patients["patient_id"]]
    reasons = patients.get("end_reason", pd.Series([""] * len(patients)))
    stopped = patients.get("stop_week", pd.Series(np.nan, index=patients.index)).notna()
    # Who did not stop and has no reason completed the study.
    assumed = np.where(stopped, "other", "completed")
    patients["end_reason"] = np.where(reasons != "", reasons, assumed)
    for enzyme in study.measures.enzymes:
        limit = study.measures.uln[enzyme]
        values = patients[limit] if isinstance(limit, str) else float(limit)
        patients[f"{enzyme}_uln"] = values
    found = {"patients": patients, "visits": visits.assign(origin=origin)}
    del found["visits"]["row"]
    treatments, events = typed.get("treatments"), typed.get("adverse_events")
    dated = ["date"] * (study.visits.time == "date")
    if treatments is None:
        found["treatments"] = _no_rows("patient_id", "week", "treatment", "origin", *dated)
    else:
        frame = treatments.frame
        named = np.where(is_rescue(frame), RESCUE, frame["treatment"])
        found["treatments"] = frame.assign(treatment=named, origin=origin)
    if events is None:
        found["adverse_events"] = _no_rows(*_EVENT_COLUMNS, "origin", *dated)
    else:
        numbers: Mapping[str, Iterator[int]] = defaultdict(lambda: count(1))
        number = [next(numbers[each]) for each in events.frame["patient_id"]]
        found["adverse_events"] = events.frame.assign(number=number, origin=origin)
    return found


_EVENT_COLUMNS = ("patient_id", "number", "week", "event", "serious", "treatment_related")


def _no_rows(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
