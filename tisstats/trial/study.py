"""The description of a study, ``study.toml``: what was measured, planned and is reported.

Every key, with its default and what is allowed, stands in ``study.schema.json`` in this folder.
Where a wrong guess would give plausible but wrong scores, there is no default: the maximum of the
muscle test, the length of the visual analogue scales, the upper limits of normal and the range of
CHQ-PhS. Keys that belong to one core set are checked in `tisstats.trial.study_core_set`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from tisstats.datapackage import STUDY
from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import (
    CMAS_MAX,
    CORE_SET,
    CORE_SETS,
    ENZYMES,
    MMT_MAXIMA,
    CoreSet,
    Population,
)
from tisstats.measures.enzymes import EnzymePanel, EnzymeUnit, uln_fault
from tisstats.measures.imacs import WORSENING_RULES
from tisstats.measures.ranges import (
    ARGUMENTS_OF,
    VAS_MEASURES_OF,
    VAS_UNITS,
    CoreSetArguments,
    Ranges,
)
from tisstats.statistics import (
    DIFFERENCE_METHODS,
    INTERVAL_METHODS,
    PROPORTION_TESTS,
    RATIO_METHODS,
)
from tisstats.statistics.quantiles import QuantileDefinition
from tisstats.tables import FormatError, check_encoding, file_format
from tisstats.tables.cells import check_date_format
from tisstats.tables.toml import parse_toml
from tisstats.trial.definitions import PUBLISHED, Definitions
from tisstats.trial.endpoint_definition import (
    Confirmation,
    EarlyEnd,
    Endpoint,
    Kind,
    Missing,
    SameWeek,
    Strategy,
)
from tisstats.trial.outcome_words import MINIMAL_DISABILITY, RESPONSE, WORSENING, OutcomeWords
from tisstats.trial.study_core_set import KEYS_OF_DEFINITIONS, core_set_faults

DAYS_PER_WEEK = 7

Origin = Literal["observed", "synthetic"]
Criterion = Literal["score", "imacs improvement", "imacs worsening", "minimal disability"]

#: What is reached at a visit, in words; empty for the score, which an endpoint words itself.
CRITERIA: Mapping[Criterion, str] = {
    "score": "",
    "imacs improvement": "Improvement by the IMACS definition",
    "imacs worsening": "Worsening by the IMACS definition",
    "minimal disability": "Minimal disability by the criterion of ProDERM",
}

#: The definition of a criterion, and what is reached where a study has cut-offs of its own.
_CHANGED: Mapping[Criterion, tuple[Literal["improvement", "worsening", "disability"], str]] = {
    "imacs improvement": ("improvement", "Improvement by the cut-offs of this study"),
    "imacs worsening": ("worsening", "Worsening by the cut-offs of this study"),
    "minimal disability": ("disability", "Minimal disability by the cut-offs of this study"),
}

#: What meeting a criterion is called.
CRITERION_WORDS: Mapping[Criterion, OutcomeWords] = {
    "score": RESPONSE,
    "imacs improvement": RESPONSE,
    "imacs worsening": WORSENING,
    "minimal disability": MINIMAL_DISABILITY,
}


@dataclass(frozen=True, slots=True)
class General:
    """The study as a whole."""

    title: str  #: title of the report
    id: str  #: short identifier, in the names of exported files
    data: Origin  #: whether rows are data of patients or synthetic
    population: Population  #: whose response categories apply
    core_set: CoreSet  #: core set that was measured, as a whole
    treatment: str  #: name of the treatment under study
    listings: bool  #: whether the report lists single patients


_NO_FOLDER = "there is no such folder"


@dataclass(frozen=True, slots=True)
class OtherMeasure:
    """An outcome measure that is tabulated and not scored."""

    label: str  #: name for tables
    unit: str  #: unit of the values
    minimum: int  #: lowest value of the scale
    better: Literal["lower", "higher"]  #: whether lower or higher values are better
    maximum: int | None = None  #: highest value of the scale; None if unbounded


@dataclass(frozen=True, slots=True)
class Measures:
    """The outcome measures and their ranges; what is of the other core set is None or empty."""

    used: tuple[str, ...]  #: core set measures and enzymes that were measured
    mmt_max: int | None  #: IMACS: maximum of the manual muscle test, points
    vas_max: int  #: length of the visual analogue scales: 10 in cm, 100 in mm
    enzyme_unit: EnzymeUnit  #: IMACS: unit of the enzymes and their limits
    enzyme_panel: EnzymePanel  #: IMACS: how an enzyme not measured at baseline is handled
    uln: Mapping[str, float | str]  #: IMACS: upper limit of normal of each enzyme: number, column
    chq_phs_range: tuple[float, float] | None  #: PRINTO: worst and best possible CHQ-PhS
    cmas_max: int | None  #: PRINTO: maximum of the CMAS, points
    others: Mapping[str, OtherMeasure]  #: further measures by column of the visits

    @property
    def enzymes(self) -> tuple[str, ...]:
        """The enzymes that were measured, in the order that breaks ties."""
        return tuple(name for name in ENZYMES if name in self.used)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When patients were seen, and which visit is the baseline."""

    weeks: tuple[float, ...]  #: scheduled weeks, ascending; the first is the baseline
    window_days: float  #: farthest that a visit may lie from its scheduled week, days
    time: Literal["week", "date"]  #: what the table of visits has
    baseline: Literal["week 0", "last before first dose", "mean before first dose"]
    unscheduled: Literal["keep", "drop"]  #: what becomes of visits outside of all windows
    follow_up_weeks: float  #: how long after a patient's end adverse events are recorded


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """The primary endpoint; its words are those of `tisstats.trial.Endpoint`."""

    kind: Kind
    threshold: float | None  #: minimum score of a responder, points; None with other criteria
    week: float  #: week of the endpoint, or the last that counts
    also_at: tuple[float, ...]  #: weeks, at one of which a sustained response must be there too
    without_rescue: bool  #: whether rescue medication rules out a response
    without_confirmed_deterioration: bool  #: whether confirmed deterioration does
    intercurrent: Strategy  #: strategy for rescue medication and early stops
    missing: Missing  #: what becomes of a response that missing scores leave open
    criterion: Criterion = "score"  #: what must be reached at a visit
    #: whether no other visit may lie between the two of a confirmed response
    confirmed_at: Confirmation = "consecutive visits"
    #: how rescue medication is placed that was given in the week, or on the day, of a visit
    rescue_in_week_of_visit: SameWeek = "after the visit"
    #: what no response up to a last visit before the week is, for best and confirmed
    early_end: EarlyEnd = "as observed"
    deterioration: str = "confirmed"  #: definition of deterioration, one of `WORSENING_RULES`
    definitions: Definitions = PUBLISHED  #: of improvement, worsening and minimal disability

    @property
    def criterion_words(self) -> str:
        """What is reached at a visit; empty for the score, which an endpoint words itself."""
        if self.criterion in _CHANGED:
            part, changed = _CHANGED[self.criterion]
            if not self.definitions.is_published(part):
                return changed
        return CRITERIA[self.criterion]

    @property
    def words(self) -> OutcomeWords:
        """What meeting the criterion is called, and whether it is bad."""
        return CRITERION_WORDS[self.criterion]

    def as_endpoint(self) -> Endpoint:
        """Return the endpoint, to be evaluated.

        Visits belong to scheduled weeks already, by the windows of the description, so that the
        endpoint has no window of its own.

        Examples
        --------
        >>> from tisstats.trial.template import example_folder
        >>> Study.read(example_folder()).endpoint.as_endpoint().describe_response()
        'Total Improvement Score of at least 40 at week 24'
        """
        return Endpoint(
            kind=self.kind,
            # Courses with another criterion have it met at 100.
            threshold=100 if self.threshold is None else self.threshold,
            week=self.week,
            also_at=self.also_at,
            intercurrent=self.intercurrent,
            missing=self.missing,
            criterion=self.criterion_words,
            words=self.words,
            confirmed_at=self.confirmed_at,
            without_rescue=self.without_rescue,
            without_confirmed_deterioration=self.without_confirmed_deterioration,
            rescue_in_week_of_visit=self.rescue_in_week_of_visit,
            early_end=self.early_end,
        )


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """How results are computed."""

    confidence_level: float  #: of all intervals, 0 to 1
    interval: str  #: one of `INTERVAL_METHODS`
    difference: str  #: one of `DIFFERENCE_METHODS`
    ratio: str  #: one of `RATIO_METHODS`
    proportion_test: str  #: one of `PROPORTION_TESTS`
    signed_rank: Literal["exact", "asymptotic"]  #: P value of the signed-rank test
    zero_method: Literal["wilcox", "pratt"]  #: patients without change in that test
    quantile_definition: QuantileDefinition  #: definition of quartiles
    end: Literal["last-assessment", "completers"]  #: which visit is the end in tables of measures
    worsening: str  #: one of `WORSENING_RULES`
    decimals: int  #: of medians and quartiles
    p_decimals: int  #: of P values


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A row of the table of baseline characteristics."""

    label: str  #: name of the row, with the unit of a quantity
    type: Literal["number", "yes/no", "category"]
    decimals: int  #: of a number


@dataclass(frozen=True, slots=True)
class Files:
    """Names of the files, and how to read them."""

    patients: str
    visits: str
    treatments: str  #: empty if there is none
    adverse_events: str  #: empty if there is none
    adam: str  #: folder of CDISC analysis data sets in place of the tables; empty if there is none
    encoding: str  #: of text files
    date_format: str  #: order and separators of DD, MM or MMM, and YYYY
    missing_codes: tuple[str, ...]  #: texts that stand for a missing value
    decimal: Literal[".", ","] | None = None  #: decimal mark of text files; None: evident


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
        try:
            # Some editors begin a file with a byte order mark.
            text = path.read_text(encoding="utf-8-sig")
            given = parse_toml(text, str(path))
        except FileNotFoundError:
            message = "there is no such file; `tisstats new` writes one"
            raise DataError([Fault(str(path), message)]) from None
        except OSError as error:
            message = f"cannot be read: {error.strerror or error}"
            raise DataError([Fault(str(path), message)]) from None
        except UnicodeDecodeError:
            message = "is not in UTF-8, as TOML must be; save it so"
            raise DataError([Fault(str(path), message)]) from None
        return cls.from_mapping(given, str(path))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any], path: str = STUDY) -> Study:
        """Check a description that was read already; see `read`."""
        # A value of a wrong type is none of the choices either: the same words, said once.
        found = [*_schema_faults(given, path), *core_set_faults(given, path, _measure_keys())]
        if faults := list(dict.fromkeys(found)):
            raise DataError(faults)
        filled = _with_defaults(given, study_schema())
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
        faults = list(_cross_faults(study))
        if faults := [*faults, *_definition_faults(study, given.get("definitions", {}))]:
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
                if not isinstance(value, Mapping | Definitions) and key not in unused:
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
            found[f"characteristics.{name}"] = f"{row.label} ({row.type})"
        return found


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_as_text, value)) or "none"
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


def _measure_keys() -> dict[str, str]:
    """Return what each key of the section ``measures`` means."""
    keys = study_schema()["properties"]["measures"]["properties"]
    return {key: str(described["description"]) for key, described in keys.items()}


def _section(kind: Any, given: Mapping[str, Any], **replaced: Any) -> Any:
    tuples = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
    return kind(**{**given, **tuples, **replaced})


@cache
def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study's description.

    Examples
    --------
    >>> study_schema()["properties"]["measures"]["required"]
    ['used', 'vas_max']
    """
    text = files("tisstats.trial").joinpath("study.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _with_defaults(given: Any, schema: Mapping[str, Any]) -> Any:
    """Return a table with the defaults of its schema for the keys that it leaves out."""
    if not isinstance(given, Mapping):
        return given
    filled = dict(given)
    for key, described in schema.get("properties", {}).items():
        if key not in filled and "default" in described:
            filled[key] = described["default"]
        if key in filled:
            filled[key] = _with_defaults(filled[key], described)
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        # Such a table has no keys with names of their own.
        return {key: _with_defaults(value, more) for key, value in filled.items()}
    return filled


def _schema_faults(given: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Yield a fault for each violation of the schema, in the order of the keys."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    unusable = list(_unusable(given, path))
    yield from unusable
    errors = Draft202012Validator(study_schema()).iter_errors(given)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        key = ".".join(map(str, error.absolute_path))
        if any(fault.key == key for fault in unusable):
            continue
        if error.validator == "required":
            properties = error.schema["properties"]
            for name in error.validator_value:
                if name not in error.instance:
                    described = properties[name].get("description", "")
                    whole = f"{key}.{name}" if key else name
                    yield Fault(path, f"is missing: {_lower_first(described)}", key=whole)
            continue
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for name in error.instance:
                if name not in known:
                    whole = f"{key}.{name}" if key else name
                    message = f"there is no such key; known are {', '.join(known)}"
                    yield Fault(path, message, key=whole)
            continue
        allowed = f"must be {_allowed(error.schema)}"
        simple = error.schema.get("type") in ("number", "integer", "boolean")
        if simple and isinstance(error.instance, str):
            allowed += ", without quotation marks"
        yield Fault(path, allowed, value=_shown(error.instance), key=key)


#: Characters that no page and no file of a report can show; a text may have lines and tabs.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _unusable(given: Any, path: str, key: str = "") -> Iterator[Fault]:
    """Yield a fault for each number that is not finite, and each text that cannot be shown.

    A schema takes nan and infinity for numbers: infinity passes what is at least 0, and nan passes
    every rule. It also takes blanks for text.
    """
    parts: Iterable[tuple[object, Any]] = ()
    if isinstance(given, Mapping):
        for name in given:
            if _CONTROL.search(name) or not name.strip():
                message = "a name must not be blank, nor have control characters"
                yield Fault(path, message, value=name, key=key or "name")
        parts = given.items()
    elif isinstance(given, str):
        if _CONTROL.search(given):
            yield Fault(path, "must not have control characters", value=given, key=key)
        elif given and not given.strip():
            yield Fault(path, "must not be blank", value=given, key=key)
    elif isinstance(given, list):
        parts = enumerate(given)
    elif isinstance(given, float) and not math.isfinite(given):
        yield Fault(path, "must be a finite number", value=str(given), key=key)
    for name, part in parts:
        yield from _unusable(part, path, f"{key}.{name}" if key else str(name))


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
    if isinstance(value, bool):
        shown = shown.lower()
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


#: What a rule of a JSON Schema allows, in words.
_RULES = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "with at least {} values",
    "uniqueItems": "without repeats",
    "$comment": "{}",  # a pattern in words
    "minProperties": "with at least {} key",
    "maxProperties": "with at most {} keys",
}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def _allowed(schema: Mapping[str, Any]) -> str:
    """Describe in words what a schema allows."""
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "anyOf" in schema:
        return " or ".join(map(_allowed, schema["anyOf"]))
    parts = [_TYPES[schema["type"]]] if "type" in schema else []
    if schema.get("minLength"):
        parts.append("not empty")
    parts += [
        phrase.format(schema[rule])
        for rule, phrase in _RULES.items()
        if schema.get(rule, False) is not False
    ]
    return ", ".join(parts)


def _cross_faults(study: Study) -> Iterator[Fault]:
    """Yield what is wrong between keys."""

    def fault(key: str, value: object, message: str) -> Fault:
        shown = None if value is None else _shown(value)
        return Fault(study.path, message, value=shown, key=key)

    arms, visits = study.arms, study.visits
    if len(arms) > 1 and study.reference_arm is None:
        yield fault("reference_arm", None, f"is missing: one of {', '.join(arms)}")
    elif study.reference_arm is not None and study.reference_arm not in arms:
        message = f"must be one of the arms, {', '.join(arms)}"
        yield fault("reference_arm", study.reference_arm, message)
    if len(set(arms.values())) < len(arms):
        yield fault("arms", dict(arms), "must have a label of its own for each arm")
    yield from _measure_faults(study, fault)
    gaps = [DAYS_PER_WEEK * (later - week) for week, later in pairwise(visits.weeks)]
    if list(visits.weeks) != sorted(visits.weeks) or visits.weeks[0] > 0:
        yield fault("visits.weeks", list(visits.weeks), "must ascend from 0, the baseline")
    elif 2 * visits.window_days >= min(gaps):
        message = f"must be below {min(gaps) / 2:g}, so that windows do not overlap"
        yield fault("visits.window_days", visits.window_days, message)
    yield from _endpoint_faults(study.endpoint, visits, fault)
    yield from _file_faults(study.files, fault)
    yield from _characteristic_faults(study.characteristics, fault)
    for key, names in {
        "interval": INTERVAL_METHODS,
        "difference": DIFFERENCE_METHODS,
        "ratio": RATIO_METHODS,
        "proportion_test": PROPORTION_TESTS,
        "worsening": WORSENING_RULES,
    }.items():
        if (value := getattr(study.analysis, key)) not in names:
            yield fault(f"analysis.{key}", value, f"must be one of {', '.join(names)}")
    if (value := study.endpoint.deterioration) not in WORSENING_RULES:
        message = f"must be one of {', '.join(WORSENING_RULES)}"
        yield fault("endpoint.deterioration", value, message)


def _definition_faults(study: Study, given: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong in the section ``definitions`` as it was given, without its defaults."""
    used = {"enzyme" if name in ENZYMES else name for name in study.measures.used}
    names = ", ".join(name for name in CORE_SET if name in used)

    def fault(key: str, value: object, message: str) -> Fault:
        return Fault(study.path, message, value=_shown(value), key=f"definitions.{key}")

    for key, value, measure in _cutoffs(given):
        if measure not in used:
            yield fault(key, value, "is of no measure in measures.used")
    for key, available, who in (
        ("improvement.improved_count", len(used), names),
        ("worsening.worse_count", len(used), names),
        ("minimal_disability.others_abnormal", len(used - {"mmt"}), f"{names} without mmt"),
    ):
        section, _, name = key.partition(".")
        value = given.get(section, {}).get(name)
        if value is not None and value > available:
            yield fault(key, value, f"must be at most {available}, the measures used: {who}")
    plan = study.endpoint
    deteriorates = plan.without_confirmed_deterioration and plan.deterioration == "imacs"
    needed = study.analysis.worsening == "imacs" or plan.criterion == "imacs worsening"
    if "worsening" in given and not (needed or deteriorates):
        message = (
            "is not used: analysis.worsening, or endpoint.deterioration where it counts, must be "
            "imacs, or endpoint.criterion imacs worsening"
        )
        yield fault("worsening", given["worsening"], message)


def _cutoffs(given: Mapping[str, Any]) -> Iterator[tuple[str, object, str]]:
    """Yield key, value and core set measure of each cut-off for a measure."""
    for section, name in (
        ("improvement", "improved_by"),
        ("improvement", "worse_by"),
        ("worsening", "worse_by"),
    ):
        for measure, value in given.get(section, {}).get(name, {}).items():
            yield f"{section}.{name}.{measure}", value, measure
    for measure in given.get("improvement", {}).get("must_not_worsen", ()):
        yield "improvement.must_not_worsen", measure, measure
    clauses = given.get("worsening", {}).get("clauses", ())
    parts = {f"worsening.clauses.{place}": clause for place, clause in enumerate(clauses)}
    parts["minimal_disability"] = given.get("minimal_disability", {})
    for where, part in parts.items():
        for key, value in part.items():
            # Such as haq_points; mmt_loss_percent is of the muscle test too.
            measure = "mmt" if key.startswith("mmt") else key.rpartition("_")[0]
            if measure in CORE_SET:
                yield f"{where}.{key}", value, measure


def _measure_faults(study: Study, fault: Any) -> Iterator[Fault]:
    if study.core_set == "imacs":
        yield from _enzyme_faults(study, fault)
    yield from _other_measure_faults(study.measures, fault)


def _enzyme_faults(study: Study, fault: Any) -> Iterator[Fault]:
    measures = study.measures
    if not measures.enzymes:
        message = (
            f"must include a muscle enzyme, as the score needs one: {', '.join(ENZYMES)}. "
            "Where none was measured, give the visits an empty column, and its upper limit: "
            "scores are then bounds"
        )
        yield fault("measures.used", list(measures.used), message)
    for name in measures.enzymes:
        limit = measures.uln.get(name)
        if limit is None:
            yield fault(f"measures.uln.{name}", None, f"is missing: the upper limit of {name}")
        elif not isinstance(limit, str) and (
            wrong := uln_fault(name, float(limit), measures.enzyme_unit)
        ):
            yield fault(f"measures.uln.{name}", limit, wrong)
        elif limit in (*measures.used, *measures.others, *study.characteristics):
            message = "is a column of something else; name the column of the upper limit of normal"
            yield fault(f"measures.uln.{name}", limit, message)
    for name in measures.uln:
        if measures.enzymes and name not in measures.enzymes:
            yield fault(f"measures.uln.{name}", measures.uln[name], "is not in measures.used")


def _other_measure_faults(measures: Measures, fault: Any) -> Iterator[Fault]:
    for column, other in measures.others.items():
        if other.maximum is not None and other.maximum <= other.minimum:
            message = f"must be above the minimum, {other.minimum}"
            yield fault(f"measures.others.{column}.maximum", other.maximum, message)
        if column in measures.used:
            yield fault(f"measures.others.{column}", None, "is in measures.used already")
        if column in _NO_MEASURES:
            message = "is a column of the visits that is no measure"
            yield fault(f"measures.others.{column}", None, message)


#: What the columns hold that every table of patients can have; None: no characteristic.
_COLUMN_TYPES = {
    "patient_id": None,
    "first_dose_date": None,
    "arm": "category",
    "end_reason": "category",
    "analysed": "yes/no",
    "stop_week": "number",
    "death_week": "number",
    "end_week": "number",
}

#: Columns of visits that are no measures.
_NO_MEASURES = ("patient_id", "week", "date", "origin")


def _characteristic_faults(rows: Mapping[str, BaselineRow], fault: Any) -> Iterator[Fault]:
    labels: set[str] = set()
    for column, row in rows.items():
        needed = _COLUMN_TYPES.get(column, row.type)
        if needed is None:
            yield fault(f"characteristics.{column}", None, "is no characteristic of a patient")
        elif needed != row.type:
            message = f"must be {needed}, as the column is"
            yield fault(f"characteristics.{column}.type", row.type, message)
        if row.label in labels:
            message = "is the label of another characteristic; each must have its own"
            yield fault(f"characteristics.{column}.label", row.label, message)
        labels.add(row.label)


def _endpoint_faults(endpoint: EndpointPlan, visits: Schedule, fault: Any) -> Iterator[Fault]:
    scheduled = ", ".join(f"{week:g}" for week in visits.weeks[1:])
    if endpoint.kind in ("at week", "sustained") and endpoint.week not in visits.weeks[1:]:
        message = f"must be a scheduled week after baseline: {scheduled}"
        yield fault("endpoint.week", endpoint.week, message)
    before = ", ".join(f"{week:g}" for week in visits.weeks[1:] if week < endpoint.week)
    if endpoint.kind == "sustained" and not endpoint.also_at:
        message = f"is missing: scheduled weeks before endpoint.week, of {before}"
        yield fault("endpoint.also_at", None, message)
    if endpoint.kind != "sustained" and endpoint.also_at:
        yield fault("endpoint.also_at", list(endpoint.also_at), "is for the kind sustained only")
    for key in ("without_rescue", "without_confirmed_deterioration"):
        if endpoint.words.unfavourable and getattr(endpoint, key):
            message = (
                "is a condition of a success, and must be left out with the criterion "
                f"{endpoint.criterion}; intercurrent has strategies for events"
            )
            yield fault(f"endpoint.{key}", True, message)
    if endpoint.criterion == "score" and endpoint.threshold is None:
        yield fault("endpoint.threshold", None, "is missing: the minimum score of a responder")
    for week in endpoint.also_at:
        if week not in visits.weeks[1:] or week >= endpoint.week:
            message = f"must be scheduled weeks before endpoint.week: {before}"
            yield fault("endpoint.also_at", week, message)


def _file_faults(given: Files, fault: Any) -> Iterator[Fault]:
    for name in ("patients", "visits", "treatments", "adverse_events"):
        if file := getattr(given, name):
            try:
                file_format(Path(file))
            except FormatError as error:
                message = str(error).removeprefix(f"{file}: ")
                yield fault(f"files.{name}", file, message)
    try:
        check_date_format(given.date_format)
    except ValueError as error:
        message = str(error).removeprefix("date_format ").partition(", got")[0]
        yield fault("files.date_format", given.date_format, message)
    try:
        check_encoding(given.encoding)
    except FormatError as error:
        message = str(error).removeprefix(f"{given.encoding!r}: ")
        yield fault("files.encoding", given.encoding, message)


def describe_key(key: str) -> str:
    """Return what a key of the description means, such as ``endpoint.threshold``.

    Examples
    --------
    >>> describe_key("visits.window_days")
    'A visit belongs to a scheduled week if it is at most so many days away.'
    """
    schema = study_schema()
    for part in key.split("."):
        # What users name themselves, such as arms, is described as a whole.
        if part not in schema.get("properties", {}):
            break
        schema = schema["properties"][part]
    return str(schema["description"])


def scale_notes(study: Study) -> dict[str, str]:
    """Return the range of each scale that was declared, in words, for captions.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> scale_notes(Study.read(example_folder()))["mmt"]
    'manual muscle testing from 0 to 150 (MMT-8, both sides with neck)'
    """
    measures, core_set = study.measures, study.core_set
    scales, unit = VAS_MEASURES_OF[core_set], VAS_UNITS[measures.vas_max]
    notes = {}
    for name, ends in study.ranges.ends.items():
        if name not in measures.used:
            continue
        if name in scales:
            notes["vas"] = f"visual analogue scales from 0 to {measures.vas_max} {unit}"
            continue
        rule = CORE_SETS[core_set][name]
        mmt_max = measures.mmt_max if name == "mmt" else None
        known = None if mmt_max is None else MMT_MAXIMA.get(mmt_max)
        shown = rule.name.lower() if name == "mmt" else rule.abbreviation
        low, high = (f"{end:g}".replace("-", "−") for end in (ends.low, ends.high))
        notes[name] = f"{shown} from {low} to {high}" + (f" ({known})" if known else "")
    for enzyme in measures.enzymes:
        limit = measures.uln[enzyme]
        text = (
            f"given by {limit}" if isinstance(limit, str) else f"{limit:g} {measures.enzyme_unit}"
        )
        notes[enzyme] = f"upper limit of normal of {ENZYMES[enzyme].name.lower()} {text}"
    return notes
