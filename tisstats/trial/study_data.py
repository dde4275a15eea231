"""A study's rows, read by its description, as a trial that can be analysed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import ENZYMES, RESPONSE_CUTOFFS
from tisstats.measures.enzymes import BEYOND_MEASUREMENT, beyond_measurement
from tisstats.measures.identifiers import ALIKE, plain_identifier, unseen_character, unseen_message
from tisstats.measures.ranges import VAS_MEASURES_OF, VAS_UNITS
from tisstats.measures.scales import Scale
from tisstats.statistics.two_proportions import too_many_tables
from tisstats.tables import RawTable, read_mapping
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Columns, ThreeValued
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.dates import doubtful_first_doses, visits_before_first_dose, with_weeks
from tisstats.trial.deaths import (
    DEATH_WEEK,
    died_later,
    has_died,
    own_death_weeks,
    recorded_death_weeks,
)
from tisstats.trial.description import (
    RESCUE,
    AnalysisOptions,
    Characteristic,
    Field,
    TrialDescription,
)
from tisstats.trial.plausibility import (
    ends_without_events,
    implausible_scales,
    implausible_times,
    incomplete_visits,
    look_alikes,
    unread_relations,
    unusual_courses,
)
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.scoring import analyse
from tisstats.trial.study import Study
from tisstats.trial.study_sections import DAYS_PER_WEEK, BaselineRow
from tisstats.trial.study_tables import (
    END_REASONS,
    TypedTable,
    is_rescue,
    read_study_tables,
    type_tables,
)
from tisstats.trial.trial import Trial

#: Columns of the patients that an analysis needs; the others may be empty.
_NEEDED = ("patient_id", "origin", "arm", "analysed", "end_week", "end_reason")

_SOURCE = "declared in study.toml"


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
    remarks: tuple[str, ...] = ()  #: how files were read, if not as plain CSV, and what is doubtful
    has: frozenset[str] = field(default_factory=frozenset)  #: the tables that were given
    ends_recorded: bool = True  #: whether the patients have a week or a reason of early stops
    unused: tuple[str, ...] = ()  #: a sentence on columns that are not used, by file
    published_remarks: tuple[str, ...] = ()  #: remarks that name patients if the listings do
    #: visits outside of all windows that the schedule drops; columns as of the trial's visits
    dropped_visits: pd.DataFrame = field(default_factory=pd.DataFrame)
    _cache: dict[str, Analysis] = field(default_factory=dict, repr=False)

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
        typed = type_tables(study, raw)
        if faults := _unknown_patients(typed):
            raise DataError(faults)
        typed = with_weeks(study, typed)
        visits = typed["visits"]
        measures = [*study.measures.used, *study.measures.others]
        scheduled = schedule_visits(visits.frame, measures, study.visits, visits.source)
        faults = [*scheduled.faults, *(f for table in typed.values() for f in table.faults)]
        if faults:
            raise DataError(faults)
        if faults := doubtful_first_doses(study, typed):
            raise DataError(faults)
        if faults := _death_faults(typed["patients"]):
            raise DataError(faults)
        if faults := _unseen_patients(typed, scheduled.visits):
            raise DataError(faults)
        tables = _tables(study, typed, scheduled.visits)
        rows = {**{name: np.arange(len(table)) for name, table in tables.items()}}
        rows["visits"] = scheduled.visits["row"].to_numpy(dtype=np.int64)
        lines = {
            name: np.array([table.source.line(int(row)) for row in rows[name]], dtype=np.int64)
            for name, table in typed.items()
        }
        if faults := [*_study_faults(study, typed), *_plan_faults(study, tables["patients"])]:
            raise DataError(faults)
        trial = Trial(
            tables["patients"],
            tables["visits"],
            tables["treatments"],
            tables["adverse_events"],
            description=describe_trial(
                study, tables["patients"], has_doses="dose" in tables["treatments"]
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
                for remark in (*t.remarks, *typed[name].unknown_units)
            )
        )
        named, unnamed = (
            remarks + tuple(_doubts(study, typed, tables, names=names)) for names in (True, False)
        )
        ends_recorded = bool({"stop_week", "end_reason"} & set(typed["patients"].frame))
        unused = () if study.files.adam else tuple(_unused_columns(typed.values()))
        return cls(
            study,
            trial,
            scheduled.not_used,
            named,
            frozenset(typed),
            ends_recorded,
            unused,
            named if study.study.listings else unnamed,
            scheduled.dropped,
        )

    @property
    def analysis(self) -> Analysis:
        """The scored visits, computed once."""
        if "all" not in self._cache:
            self._cache["all"] = analyse(self.trial)
        return self._cache["all"]

    def arm(self, name: str) -> Analysis:
        """Return the scored visits of the patients of one arm."""
        if name not in self._cache:
            patients = self.trial.patients
            members = patients.loc[patients["arm"] == name, "patient_id"]
            self._cache[name] = self.analysis.subset(members)
        return self._cache[name]


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
            yield f"{Path(file).name}: columns that are kept and not used: {names}"


def _unknown_patients(typed: Mapping[str, TypedTable]) -> list[Fault]:
    patients = typed["patients"]
    ids = patients.frame["patient_id"]
    patients.add(ids.duplicated(), "patient_id", "must not repeat another row's patient_id")
    unseen = ids.map(unseen_character)
    for character in sorted(set(unseen) - {""}):
        patients.add(unseen == character, "patient_id", unseen_message(character))
    for name, table in typed.items():
        if name != "patients":
            unknown = ~table.frame["patient_id"].isin(set(ids))
            message = f"must be a patient_id of {patients.source.shown}"
            plain = table.frame["patient_id"].map(plain_identifier)
            alike = plain.isin(set(ids.map(plain_identifier)))
            table.add(unknown & ~alike, "patient_id", message)
            message += f", which has one that {ALIKE}"
            table.add(unknown & alike, "patient_id", message)
    return [fault for table in typed.values() for fault in table.faults]


def _doubts(
    study: Study,
    typed: Mapping[str, TypedTable],
    tables: Mapping[str, pd.DataFrame],
    *,
    names: bool,
) -> Iterator[str]:
    """Yield what is doubtful in the tables, with or without the names of patients."""
    yield from implausible_scales(study, tables["patients"], tables["visits"])
    yield from incomplete_visits(study, tables["visits"], names=names)
    yield from implausible_times(study, tables)
    yield from visits_before_first_dose(study, typed, names=names)
    yield from unusual_courses(tables, names=names)
    yield from look_alikes(tables["patients"]["patient_id"], names=names)
    yield from unread_relations(tables["adverse_events"])
    if "adverse_events" in typed:
        yield from ends_without_events(tables, names=names)


def _unseen_patients(typed: Mapping[str, TypedTable], visits: pd.DataFrame) -> list[Fault]:
    """Return a fault for each patient in the analysis without a visit that is used."""
    patients = typed["patients"]
    analysed = patients.frame["analysed"].to_numpy(dtype=bool)
    seen = patients.frame["patient_id"].isin(set(visits["patient_id"])).to_numpy(dtype=bool)
    message = (
        f"has no visit in {typed['visits'].source.shown} that the schedule uses: for a patient "
        "who counts nevertheless, add a baseline visit with empty cells; else set analysed to false"
    )
    patients.add(analysed & ~seen, "patient_id", message)
    return patients.faults


def _tables(
    study: Study, typed: Mapping[str, TypedTable], visits: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the four tables of a trial."""
    origin = study.study.data
    patients = typed["patients"].frame.assign(origin=origin)
    last = visits.groupby("patient_id")["week"].max()
    patients["end_week"] = patients["patient_id"].map(last).astype(float)
    reasons = patients.get("end_reason", pd.Series([""] * len(patients)))
    stopped = patients.get("stop_week", pd.Series(np.nan, index=patients.index)).notna()
    # Who did not stop and has no reason completed the study.
    assumed = np.where(stopped, "other", "completed")
    patients["end_reason"] = np.where(reasons != "", reasons, assumed)
    for enzyme in study.measures.enzymes:
        limit = study.measures.uln[enzyme]
        values = patients[limit] if isinstance(limit, str) else float(limit)
        patients[f"{enzyme}_uln"] = values
    found = {"patients": patients, "visits": visits.drop(columns="row").assign(origin=origin)}
    treatments, events = typed.get("treatments"), typed.get("adverse_events")
    if treatments is None:
        found["treatments"] = _no_rows("patient_id", "week", "treatment", "origin")
    else:
        frame = treatments.frame
        named = np.where(is_rescue(frame), RESCUE, frame["treatment"])
        found["treatments"] = frame.assign(treatment=named, origin=origin)
    if events is None:
        found["adverse_events"] = _no_rows(*_EVENT_COLUMNS, "origin")
    else:
        number = events.frame.groupby("patient_id").cumcount() + 1
        found["adverse_events"] = events.frame.assign(number=number, origin=origin)
    return found


_EVENT_COLUMNS = ("patient_id", "number", "week", "event", "serious", "treatment_related")


def _no_rows(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


def _plan_faults(study: Study, patients: pd.DataFrame) -> Iterator[Fault]:
    """Yield for which arms the planned test cannot be computed.

    Where the endpoint leaves patients out of the denominator, that is not known before.
    """
    endpoint = study.endpoint
    if endpoint.missing == "unknown" or endpoint.intercurrent == "hypothetical":
        return
    sizes = patients.loc[patients["analysed"].astype(bool), "arm"].value_counts()
    reference = study.reference_arm
    test = study.analysis.proportion_test
    for arm in study.arms:
        if reference is None or arm == reference:
            continue
        trials = (int(sizes.get(name, 0)) for name in (arm, reference))
        if (message := too_many_tables(test, *trials)) is not None:
            message = f"{message} (arms {arm} and {reference})"
            yield Fault(study.path, message, value=test, key="analysis.proportion_test")


def _study_faults(study: Study, typed: Mapping[str, TypedTable]) -> list[Fault]:
    """Return what is wrong across the tables as they were given."""
    patients, visits = typed["patients"], typed["visits"]
    frame = patients.frame
    if study.study.data == "observed":
        for table in typed.values():
            if "synthetic" in Path(table.source.file).as_posix().lower():
                message = "is called synthetic, but its rows are declared as observed (study.data)"
                table.faults.append(Fault(table.source.shown, message))
    last = visits.frame.groupby("patient_id")["week"].max()
    lasts = frame["patient_id"].map(last).to_numpy(dtype=float)
    window = study.visits.window_days / DAYS_PER_WEEK + 1e-9
    if "end_week" in frame:
        given = frame["end_week"].to_numpy(dtype=float)
        # A baseline before week 0 is that of week 0.
        apart = np.fmin(np.abs(given - lasts), np.abs(given - np.maximum(lasts, 0)))
        message = f"must be the week of the patient's last visit in {visits.source.shown}"
        patients.add(apart > window, "end_week", message)
    ends = pd.Series(np.fmax(lasts, 0) + window, index=frame["patient_id"])
    _without_limit(study, typed)
    _rescue_faults(typed)
    died = has_died(frame)
    deaths = pd.Series(recorded_death_weeks(frame) + window, index=frame["patient_id"])
    after_death = _after_death(patients)
    _seen_after_death(study, typed, deaths, after_death)
    if (events := typed.get("adverse_events")) is not None:
        until = study.visits.follow_up_weeks
        late = _after(events.frame, _observed_until(frame, ends, window) + until)
        more = f", and {until:g} weeks of follow-up" if until else ""
        message = (
            f"lies after the patient's last visit{more}; if events were recorded for longer, say "
            "so in visits.follow_up_weeks"
        )
        ids = events.frame["patient_id"]
        of_dead = late & ids.isin(frame.loc[died, "patient_id"]).to_numpy(dtype=bool)
        events.add(late & ~of_dead, _time_column(study), message)
        for column, dead in after_death.items():
            of_column = of_dead & ids.isin(dead).to_numpy(dtype=bool)
            said = f"{_AFTER_DEATH.format(column, patients.source.shown)}{more}"
            events.add(of_column, _time_column(study), said)
            of_dead &= ~of_column
        column = DEATH_WEEK if DEATH_WEEK in frame else "stop_week"
        message = f"lies after the patient's last visit; enter the week of the death as {column}"
        events.add(of_dead, _time_column(study), message)
    if (treatments := typed.get("treatments")) is not None:
        late = _after(treatments.frame, _treated_until(study, frame, ends, window))
        late &= ~is_rescue(treatments.frame)
        dated = treatments.frame["patient_id"].isin(after_death[DEATH_WEEK]).to_numpy(dtype=bool)
        of_dead = late & dated & _after(treatments.frame, deaths)
        message = _AFTER_DEATH.format(DEATH_WEEK, patients.source.shown)
        treatments.add(of_dead, _time_column(study), message)
        message = (
            "lies after the patient's last visit"
            " and stop_week, or without a stop_week the last scheduled week"
        )
        treatments.add(late & ~of_dead, _time_column(study), message)
        early = treatments.frame["week"].to_numpy(dtype=float) < 0
        treatments.add(early, _time_column(study), "lies before the patient's first dose")
    return [fault for table in typed.values() for fault in table.faults]


def _without_limit(study: Study, typed: Mapping[str, TypedTable]) -> None:
    """Record patients with values of an enzyme and no, or no possible, upper limit for them."""
    patients, visits = typed["patients"], typed["visits"].frame
    for enzyme in study.measures.enzymes:
        limit = study.measures.uln[enzyme]
        limits = pd.Series(limit, index=visits.index)
        if isinstance(limit, str):
            limits = visits["patient_id"].map(patients.frame.set_index("patient_id")[limit])
        values = visits[enzyme].to_numpy(dtype=float, na_value=np.nan)
        with np.errstate(over="ignore", under="ignore"):  # of numbers that are at fault
            multiples = values / limits.to_numpy(dtype=float, na_value=np.nan)
        wrong = beyond_measurement(multiples, values)
        typed["visits"].add(wrong, enzyme, BEYOND_MEASUREMENT)
        if isinstance(limit, str):
            measured = set(visits.loc[visits[enzyme].notna(), "patient_id"])
            bad = patients.frame[limit].isna() & patients.frame["patient_id"].isin(measured)
            message = f"must be a number above 0: the patient has values of {enzyme}"
            patients.add(bad, limit, message)


def _treated_until(
    study: Study, patients: pd.DataFrame, ends: pd.Series, window: float
) -> pd.Series:
    """Return until when treatment can be given: visits may be missed by who is still treated."""
    stops = patients.get("stop_week", pd.Series(np.nan, index=patients.index))
    planned = np.where(stops.isna(), study.visits.weeks[-1], stops.to_numpy(dtype=float))
    if DEATH_WEEK in patients:
        planned = np.fmin(planned, patients[DEATH_WEEK].to_numpy(dtype=float))
    return pd.Series(np.fmax(ends.to_numpy(dtype=float), planned + window), index=ends.index)


def _observed_until(patients: pd.DataFrame, ends: pd.Series, window: float) -> pd.Series:
    """Return until when events can be recorded: who died was seen no more, and yet observed."""
    stops = patients.get("stop_week", pd.Series(np.nan, index=patients.index))
    left = np.fmax(stops.to_numpy(dtype=float), recorded_death_weeks(patients))
    return pd.Series(np.fmax(ends.to_numpy(dtype=float), left + window), index=ends.index)


def _time_column(study: Study) -> str:
    return "week" if study.visits.time == "week" else "date"


def _after(table: pd.DataFrame, ends: pd.Series) -> NDArray[np.bool_]:
    late: NDArray[np.bool_] = table["week"].to_numpy(dtype=float) > table["patient_id"].map(
        ends
    ).to_numpy(dtype=float)
    return late


#: What lies after a death, whose week is in a column of a file.
_AFTER_DEATH = "lies after the patient's death, in {} in {}"


def _after_death(patients: TypedTable) -> dict[str, pd.Series]:
    """Return whose death has its week in which column, by column."""
    frame = patients.frame
    dated = np.isfinite(recorded_death_weeks(frame))
    own = dated & frame.get(DEATH_WEEK, pd.Series(np.nan, index=frame.index)).notna().to_numpy()
    ids = frame["patient_id"]
    return {DEATH_WEEK: ids[own], "stop_week": ids[dated & ~own]}


def _seen_after_death(
    study: Study,
    typed: Mapping[str, TypedTable],
    deaths: pd.Series,
    after_death: Mapping[str, pd.Series],
) -> None:
    """Check that nobody is seen, or given rescue medication, after a death with its week."""
    shown = typed["patients"].source.shown
    for column, dead in after_death.items():
        message = _AFTER_DEATH.format(column, shown)
        for name in ("visits", "treatments"):
            if (table := typed.get(name)) is not None:
                late = _after(table.frame, deaths)
                late &= table.frame["patient_id"].isin(dead).to_numpy(dtype=bool)
                if name == "treatments":
                    late &= is_rescue(table.frame)
                table.add(late, _time_column(study), message)


def _death_faults(patients: TypedTable) -> list[Fault]:
    """Return a fault for each week of a death that the week or reason of the end contradicts."""
    frame = patients.frame
    if DEATH_WEEK not in frame:
        return []
    absent = pd.Series(np.nan, index=frame.index)
    deaths = frame[DEATH_WEEK].to_numpy(dtype=float)
    stops = frame.get("stop_week", absent).to_numpy(dtype=float)
    reasons = frame.get("end_reason", pd.Series("", index=frame.index))
    by_death = (reasons == "death").to_numpy(dtype=bool)
    apart = np.abs(deaths - stops) > SAME_WEEK
    message = "must be the same as stop_week, where that is not empty and end_reason is death"
    patients.add(by_death & apart, DEATH_WEEK, message)
    early = ~by_death & (deaths < stops - SAME_WEEK)
    patients.add(early, DEATH_WEEK, "must not lie before the patient's stop_week")
    # Without a reason, only a stop in an earlier week shows that the death did not end the study.
    unsaid = np.isnan(stops) | (np.abs(deaths - stops) <= SAME_WEEK)
    open_ = np.isfinite(deaths) & unsaid & (reasons == "").to_numpy(dtype=bool)
    message = (
        "needs an end_reason (death if the death ended the study of the patient, completed if the "
        "patient had completed it) or the stop_week of an earlier stop"
    )
    patients.add(open_, DEATH_WEEK, message)
    return patients.faults


def _rescue_faults(typed: Mapping[str, TypedTable]) -> None:
    """Check that an end for rescue medication has its row among the treatments."""
    patients, treatments = typed["patients"], typed.get("treatments")
    if treatments is None or "end_reason" not in patients.frame:
        return
    rescued = set(treatments.frame.loc[is_rescue(treatments.frame), "patient_id"])
    claimed = (patients.frame["end_reason"] == "rescue_medication").to_numpy(dtype=bool)
    without = claimed & ~patients.frame["patient_id"].isin(rescued).to_numpy(dtype=bool)
    message = f"needs a row with treatment {RESCUE} in {treatments.source.shown}"
    patients.add(without, "end_reason", message)


def describe_trial(
    study: Study, patients: pd.DataFrame, *, has_doses: bool = False
) -> TrialDescription:
    """Return the description by which a study's trial is read and analysed."""
    plan, endpoint = study.analysis, study.endpoint
    cutoffs = RESPONSE_CUTOFFS[study.study.population]
    week = {"name": "week", "type": "number", "constraints": {"required": True}}
    columns: dict[str, list[Field]] = {
        "patients": [
            {"name": "arm", "type": "string", "constraints": {"enum": [*study.arms]}},
            {"name": "end_week", "type": "number"},
            {"name": "end_reason", "type": "string", "constraints": {"enum": [*END_REASONS]}},
            *_kept(study, patients),
        ],
        "visits": [week, {"name": "visit_week", "type": "number"}],
        "treatments": [week, *({"name": "dose", "type": "number"} for _ in range(has_doses))],
        "adverse_events": [
            {"name": "week", "type": "number"},
            {"name": "treatment_related", "type": "string"},
        ],
    }
    optional = {field["name"] for field in columns["patients"]} - set(_NEEDED)
    optional |= {f"{enzyme}_uln" for enzyme in study.measures.enzymes}
    return TrialDescription(
        measures=_scales(study),
        groups=study.arms,
        group_column="arm",
        group_label="Arm",
        characteristics=dict(_characteristics(study, patients)),
        treatment=None,
        options=AnalysisOptions(
            horizon_week=endpoint.week,
            quantile_definition=plan.quantile_definition,
            end=plan.end,
            zero_method=plan.zero_method,
            pvalue_method=plan.signed_rank,
            worsening=study.definitions.worsening_rule(plan.worsening),
            responder_threshold=cutoffs["moderate"]
            if endpoint.threshold is None
            else endpoint.threshold,
            minimal_threshold=cutoffs["minimal"],
            population=study.study.population,
        ),
        decimals=plan.decimals,
        p_decimals=plan.p_decimals,
        columns=columns,
        optional_columns=frozenset(optional),
        follow_up_required=False,
        enzyme_unit=study.measures.enzyme_unit,
        enzyme_panel=study.measures.enzyme_panel,
        core_set=study.core_set,
        chq_phs_range=study.measures.chq_phs_range,
        cmas_max=study.measures.cmas_max,
    )


def _kept(study: Study, patients: pd.DataFrame) -> list[Field]:
    """Return the further columns of the patients, as the trial keeps them.

    Columns that the description does not name are kept as text.
    """
    types = {"number": "number", "yes/no": "boolean", "category": "string"}
    rows = {name: types[row.type] for name, row in study.characteristics.items()}
    rows |= {name: "number" for name in ("stop_week", DEATH_WEEK) if name in patients}
    limits = {f"{enzyme}_uln" for enzyme in study.measures.enzymes}
    for name in map(str, patients.columns):
        if name not in limits and patients[name].dtype == object:
            rows[name] = "string"
    return [{"name": name, "type": kind} for name, kind in rows.items() if name not in _NEEDED]


def _scales(study: Study) -> dict[str, Scale]:
    any_value, measures, ranges = Fraction(0), study.measures, study.ranges
    found = {}
    for name in measures.used:
        if name in measures.enzymes:
            found[name] = Scale(
                ENZYMES[name].name,
                name.upper(),
                0,
                None,
                any_value,
                measures.enzyme_unit,
                "lower",
                _SOURCE,
            )
            continue
        measure, ends = ranges.rules[name], ranges.ends[name]
        scales = VAS_MEASURES_OF[study.core_set]
        unit = VAS_UNITS[measures.vas_max] if name in scales else "points"
        found[name] = Scale(
            measure.name,
            measure.name,
            # Axes end at whole numbers; the exact ends are those of the ranges.
            floor(ends.low),
            ceil(ends.high),
            any_value,
            unit,
            measure.better,
            _SOURCE,
        )
    for column, other in measures.others.items():
        found[column] = Scale(
            other.label,
            column,
            other.minimum,
            other.maximum,
            any_value,
            other.unit,
            other.better,
            _SOURCE,
        )
    return found


def _characteristics(study: Study, patients: pd.DataFrame) -> list[tuple[str, Characteristic]]:
    found: list[tuple[str, Characteristic]] = []
    for column, row in study.characteristics.items():
        if row.type == "category":
            found += _categories(column, row, patients)
        elif row.type == "number":
            found.append((column, Characteristic.quantity(row.label, column, row.decimals)))
        else:
            found.append((column, Characteristic.flag(row.label, column)))
    return found


def _categories(
    column: str, row: BaselineRow, patients: pd.DataFrame
) -> list[tuple[str, Characteristic]]:
    def of(value: str) -> Callable[[Columns], ThreeValued]:
        def has(given: Columns) -> ThreeValued:
            same = np.asarray(given[column] == value, dtype=bool)
            return ThreeValued(same, ~same & np.asarray(given[column] != "", dtype=bool))

        return has

    values = sorted({value for value in patients[column] if value})
    return [
        (f"{column}.{value}", Characteristic(f"{row.label}: {value}", of(value)))
        for value in values
    ]
