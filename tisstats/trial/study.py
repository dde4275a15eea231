"""The description of a study, ``study.toml``: what was measured, planned and is reported.

Every key, with its default and what is allowed, stands in ``study.schema.json`` in this folder.
Where a wrong guess would give plausible but wrong scores, there is no default: the maximum of the
muscle test, the length of the visual analogue scales, the upper limits of normal and the range of
CHQ-PhS. Keys that belong to one core set are checked in `tisstats.trial.study_core_set`, and
those that depend on each other in `tisstats.trial.study_faults`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tisstats.datapackage import STUDY
from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import CMAS_MAX, CoreSet
from tisstats.measures.ranges import ARGUMENTS_OF, CoreSetArguments, Ranges
from tisstats.sentences import join_names
from tisstats.tables.toml import read_toml
from tisstats.trial.definitions import Definitions
from tisstats.trial.description import SAME_WEEK
from tisstats.trial.study_core_set import KEYS_OF_DEFINITIONS, core_set_faults
from tisstats.trial.study_faults import cross_faults, definition_faults
from tisstats.trial.study_schema import schema_faults, study_schema, with_defaults
from tisstats.trial.study_sections import (
    OTHER_DECIMALS,
    SCORE,
    AnalysisPlan,
    BaselineRow,
    EndpointPlan,
    Files,
    General,
    Measures,
    OtherMeasure,
    Schedule,
)

_NO_FOLDER = "there is no such folder"


@dataclass(frozen=True, slots=True)
class Study:
    """The description of a study.

    Examples
    --------
    >>> Study.read("missing")
    Traceback (most recent call last):
        ...
    tisstats.errors.DataError: missing: there is no such folder
    """

    study: General
    arms: Mapping[str, str]  #: label of each arm, by its name in the tables
    reference_arm: str | None  #: the arm that others are compared with; None with one arm
    measures: Measures
    visits: Schedule
    endpoint: EndpointPlan
    analysis: AnalysisPlan
    characteristics: Mapping[str, BaselineRow]  #: by column of the patients
    files: Files
    path: str  #: where it was read

    @classmethod
    def read(cls, folder: Path | str) -> Study:
        """Read and check the description in a folder.

        Raises
        ------
        DataError
            If it is missing, is not TOML, or a key is missing, unknown or has a wrong value;
            carries every fault.
        """
        path = Path(folder) / STUDY
        if not path.parent.is_dir():
            is_file = path.parent.is_file()
            message = f"is a file; name the folder that holds {STUDY}" if is_file else _NO_FOLDER
            raise DataError([Fault(str(path.parent), message)])
        if not path.exists() and not path.is_symlink():
            message = "there is no such file; `tisstats new` writes one"
            raise DataError([Fault(str(path), message)])
        return cls.from_mapping(read_toml(path), str(path))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any], path: str = STUDY) -> Study:
        """Check a description that was read already; see `read`."""
        # A value of a wrong type is none of the choices either: the same words, said once.
        found = [*schema_faults(given, path), *core_set_faults(given, path, _measure_keys())]
        if faults := list(dict.fromkeys(found)):
            raise DataError(faults)
        filled = _with_scheduled_weeks(with_defaults(given, study_schema()))
        study = cls(
            study=_section(General, filled["study"]),
            arms=filled["arms"],
            reference_arm=filled.get("reference_arm"),
            measures=_section(
                Measures,
                _of_one_core_set(filled["measures"], filled["study"]["core_set"]),
                others={
                    column: _section(OtherMeasure, other)
                    for column, other in filled["measures"]["others"].items()
                },
            ),
            visits=_section(Schedule, filled["visits"]),
            endpoint=_section(
                EndpointPlan,
                {"threshold": None, **filled["endpoint"]},
                definitions=Definitions.from_mapping(filled["definitions"]),
            ),
            analysis=_section(AnalysisPlan, filled["analysis"]),
            characteristics={
                column: _section(BaselineRow, row)
                for column, row in filled["characteristics"].items()
            },
            files=_section(Files, filled["files"]),
            path=path,
        )
        faults = list(cross_faults(study))
        if faults := [*faults, *definition_faults(study, given.get("definitions", {}))]:
            raise DataError(faults)
        return study

    @property
    def core_set(self) -> CoreSet:
        """The core set that was measured."""
        return self.study.core_set

    @property
    def ranges(self) -> Ranges:
        """The ranges of the measures of the core set, the enzyme apart."""
        measures = self.measures
        uln = measures.uln if self.core_set == "imacs" else None
        return CoreSetArguments(
            measures.mmt_max, uln, measures.chq_phs_range, measures.cmas_max
        ).ranges(self.core_set, self.study.population, measures.vas_max)

    @property
    def definitions(self) -> Definitions:
        """The definitions of improvement, worsening and minimal disability."""
        return self.endpoint.definitions

    def choices(self) -> dict[str, str]:
        """Return every choice of the description by its key, as text, defaults included.

        Keys that the study's core set has no use for are left out.
        """
        found: dict[str, str] = {}
        unused = {
            f"measures.{key}"
            for of, keys in ARGUMENTS_OF.items()
            for key in keys
            if of != self.core_set
        }
        if self.core_set != "imacs":
            unused |= set(KEYS_OF_DEFINITIONS)
        for section in ("study", "measures", "visits", "endpoint", "analysis", "files"):
            part = getattr(self, section)
            for item in fields(part):
                key, value = f"{section}.{item.name}", getattr(part, item.name)
                by_week, by_measure = key == "visits.window_days", key == "analysis.decimals"
                if isinstance(value, Mapping | Definitions) and not (by_week or by_measure):
                    continue
                if by_measure and isinstance(value, Mapping):
                    found[key] = self._decimals_in_words(value)
                elif key not in unused:
                    found[key] = _as_text(value)
        found |= {f"measures.uln.{name}": _as_text(v) for name, v in self.measures.uln.items()}
        for name, other in self.measures.others.items():
            top = "upwards" if other.maximum is None else f"to {other.maximum}"
            found[f"measures.others.{name}"] = (
                f"{other.label}, from {other.minimum} {top} {other.unit}, {other.better} is better"
            )
        if self.core_set == "imacs":
            choices = self.definitions.choices()
            found |= {f"definitions.{key}": text for key, text in choices.items()}
        found |= {f"arms.{name}": label for name, label in self.arms.items()}
        found["reference_arm"] = self.reference_arm or "none"
        for name, row in self.characteristics.items():
            only = "" if row.table else ", only exported"
            found[f"characteristics.{name}"] = f"{row.label} ({row.type}{only})"
        return found

    def _decimals_in_words(self, given: Mapping[str, int]) -> str:
        known = (*self.measures.used, *self.measures.others, SCORE)
        others = [name for name in known if name not in given]
        parts = [f"{number} for {name}" for name, number in given.items()]
        if others:
            of_others = others[0] if len(others) == 1 else "the others"
            parts.append(f"{OTHER_DECIMALS} for {of_others}")
        return join_names(parts)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_as_text, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{_as_text(of)} (week {_as_text(week)})" for week, of in value.items())
    if value is None:
        return "not declared"
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", "−")
    return str(value) or "none"


def _of_one_core_set(measures: Mapping[str, Any], core_set: CoreSet) -> dict[str, Any]:
    """Return the section ``measures`` with None for the keys of the other core set."""
    cmas_max = measures.get("cmas_max", CMAS_MAX) if core_set == "printo" else None
    absent = {"mmt_max": None, "chq_phs_range": None}
    return {**absent, **measures, "cmas_max": cmas_max}


def _with_scheduled_weeks(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description in which a week that is a scheduled one up to rounding is that week.

    Weeks may come from days: 169 / 7 has as many digits as its writer keeps. The weeks of a table
    of windows become numbers.
    """
    visits, endpoint = given["visits"], given["endpoint"]

    def scheduled(week: float) -> float:
        near = (each for each in visits["weeks"] if 0 < abs(each - week) <= SAME_WEEK)
        return next(near, week)

    days = visits["window_days"]
    if isinstance(days, Mapping):
        given_days = {float(week): of_week for week, of_week in days.items()}
        days = {}
        for week, of_week in given_days.items():
            at = scheduled(week)
            # A second window of a week stays one of no scheduled week, which is refused.
            days[week if at in days or at in given_days else at] = of_week
    also_at = list(dict.fromkeys(map(scheduled, endpoint["also_at"])))
    return {
        **given,
        "visits": {**visits, "window_days": days},
        "endpoint": {**endpoint, "week": scheduled(endpoint["week"]), "also_at": also_at},
    }


def _measure_keys() -> dict[str, str]:
    """Return what each key of the section ``measures`` means."""
    keys = study_schema()["properties"]["measures"]["properties"]
    return {key: str(described["description"]) for key, described in keys.items()}


def _section(kind: Any, given: Mapping[str, Any], **replaced: Any) -> Any:
    tuples = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
    return kind(**{**given, **tuples, **replaced})
