"""What is wrong between the keys of a study's description, each of which is allowed alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tisstats.errors import Fault
from tisstats.measures.core_set import CORE_SET, ENZYMES
from tisstats.measures.enzymes import uln_fault
from tisstats.measures.imacs import WORSENING_RULES
from tisstats.statistics import (
    DIFFERENCE_METHODS,
    INTERVAL_METHODS,
    PROPORTION_TESTS,
    RATIO_METHODS,
)
from tisstats.tables import FormatError, check_encoding, file_format
from tisstats.tables.cells import ISO_DATE, check_date_format
from tisstats.trial.study_schema import format_value
from tisstats.trial.study_sections import (
    DAYS_PER_WEEK,
    SCORE,
    BaselineRow,
    EndpointPlan,
    Files,
    Measures,
    Schedule,
)

if TYPE_CHECKING:
    from tisstats.trial.study import Study


def cross_faults(study: Study) -> Iterator[Fault]:
    """Yield what is wrong between keys."""

    def fault(key: str, value: object, message: str) -> Fault:
        shown = None if value is None else format_value(value)
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
    if list(visits.weeks) != sorted(visits.weeks) or visits.weeks[0] > 0:
        yield fault("visits.weeks", list(visits.weeks), "must ascend from 0, the baseline")
    else:
        yield from _window_faults(visits, fault)
        yield from _alike_weeks(study, fault)
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
    yield from _decimal_faults(study, fault)
    if (value := study.endpoint.deterioration) not in WORSENING_RULES:
        message = f"must be one of {', '.join(WORSENING_RULES)}"
        yield fault("endpoint.deterioration", value, message)


def _decimal_faults(study: Study, fault: Any) -> Iterator[Fault]:
    """Yield decimals of what is not a measure of the study."""
    given, known = study.analysis.decimals, (*study.measures.used, *study.measures.others, SCORE)
    for name, number in given.items() if isinstance(given, Mapping) else ():
        if name not in known:
            there_are = f"there are {', '.join(known)} (the score)"
            message = f"is not for a measure of the study; {there_are}"
            yield fault(f"analysis.decimals.{name}", number, message)


def _window_faults(visits: Schedule, fault: Any) -> Iterator[Fault]:
    """Yield windows of scheduled weeks that overlap, and weeks without a window or the reverse."""
    days, key = visits.window_days, "visits.window_days"
    pairs = list(pairwise(visits.weeks))
    if not isinstance(days, Mapping):
        most = min(DAYS_PER_WEEK * (later - week) for week, later in pairs) / 2
        if days >= most:
            yield fault(key, days, f"must be below {most:g}, so that windows do not overlap")
        return
    for week in days:
        if week not in visits.weeks:
            shown, scheduled = _told_apart(week, visits.weeks)
            message = f"must be of a scheduled week (visits.weeks): {scheduled}"
            yield fault(f"{key}.{shown}", days[week], message)
    for week in visits.weeks:
        if week not in days:
            shown, _ = _told_apart(week, days)
            yield fault(f"{key}.{shown}", None, "is missing: the window of this scheduled week")
    for week, later in pairs:
        if week in days and later in days:
            both, gap = days[week] + days[later], DAYS_PER_WEEK * (later - week)
            if both >= gap:
                message = (
                    f"overlaps with the window of week {week:g}, {days[week]:g} days: together "
                    f"they must be below {gap:g}, the days between the two weeks"
                )
                yield fault(f"{key}.{later:g}", days[later], message)


def _told_apart(week: float, others: Iterable[float]) -> tuple[str, str]:
    """Return a week and others as they are printed; in full if it would be printed as one of them.

    >>> _told_apart(24.1429, [4, 24.142857]), _told_apart(8, [4, 24.142857])
    (('24.1429', '4, 24.142857'), ('8', '4, 24.1429'))
    """
    short, shorts = f"{week:g}", [f"{other:g}" for other in others]
    if short in shorts:
        return repr(week), ", ".join(map(repr, others))
    return short, ", ".join(shorts)


def _alike_weeks(study: Study, fault: Any) -> Iterator[Fault]:
    """Yield weeks that are not the same and that no table could tell apart."""
    weeks = study.visits.weeks
    for week, later in pairwise(weeks):
        if f"{week:g}" == f"{later:g}":
            message = (
                f"is printed as {week:g}, as {week!r} is; weeks must differ where printed: "
                "leave one of them out"
            )
            yield fault("visits.weeks", repr(later), message)
    week = study.endpoint.week
    alike = [each for each in weeks if f"{each:g}" == f"{week:g}"]
    if alike and week not in weeks:
        message = (
            f"is not the scheduled week {alike[0]!r}, and both are printed as {week:g}: give it "
            "as visits.weeks does"
        )
        yield fault("endpoint.week", repr(week), message)


def definition_faults(study: Study, given: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong in the section ``definitions`` as it was given, without its defaults."""
    used = {"enzyme" if name in ENZYMES else name for name in study.measures.used}
    names = ", ".join(name for name in CORE_SET if name in used)

    def fault(key: str, value: object, message: str) -> Fault:
        return Fault(study.path, message, value=format_value(value), key=f"definitions.{key}")

    for key, value, measure in _cutoffs(given):
        if measure not in used:
            yield fault(key, value, "is not for a measure in measures.used")
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
            message = "is a column of the visits that is not a measure"
            yield fault(f"measures.others.{column}", None, message)
        if column in _RESULTS:
            message = f"is a name of ours for what is computed; a mapping file can rename {column}"
            yield fault(f"measures.others.{column}", None, message)
        if column in ENZYMES and measures.enzymes and column not in measures.used:
            message = "is an enzyme: name it in measures.used, with its limit in measures.uln"
            yield fault(f"measures.others.{column}", None, message)


#: What the columns hold that every table of patients can have; None: no characteristic.
_COLUMN_TYPES = {
    "patient_id": None,
    "first_dose_date": None,
    "stop_date": None,
    "death_date": None,
    "arm": "category",
    "end_reason": "category",
    "analysed": "yes/no",
    "stop_week": "number",
    "death_week": "number",
    "end_week": "number",
}

#: Columns that are computed of patients.
_ENDPOINT = ("primary_endpoint", "primary_endpoint_rule")

#: Columns of visits that are not measures.
_NO_MEASURES = ("patient_id", "week", "date", "origin")

#: Columns that are computed of visits.
_RESULTS = (SCORE, "response", "baseline", "scheduled", "visit_week", "row")


def _characteristic_faults(rows: Mapping[str, BaselineRow], fault: Any) -> Iterator[Fault]:
    labels: set[str] = set()
    for column, row in rows.items():
        needed = _COLUMN_TYPES.get(column, row.type)
        if needed is None:
            yield fault(f"characteristics.{column}", None, "is not a characteristic of a patient")
        elif column in _ENDPOINT:
            message = f"is a name of ours for what is computed; a mapping file can rename {column}"
            yield fault(f"characteristics.{column}", None, message)
        elif needed != row.type:
            message = f"must be {needed}, as the column is"
            yield fault(f"characteristics.{column}.type", row.type, message)
        if row.label in labels:
            message = "is the label of another characteristic; each must have its own"
            yield fault(f"characteristics.{column}.label", row.label, message)
        labels.add(row.label)


def _endpoint_faults(endpoint: EndpointPlan, visits: Schedule, fault: Any) -> Iterator[Fault]:
    scheduled = ", ".join(f"{week:g}" for week in visits.weeks[1:])
    alike = {f"{week:g}" for week in visits.weeks[1:]}  # a fault of its own
    if endpoint.kind in ("at week", "sustained") and f"{endpoint.week:g}" not in alike:
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
            _, before = _told_apart(week, [at for at in visits.weeks[1:] if at < endpoint.week])
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
    if given.adam:
        yield from _unused_of_datasets(given, fault)


def _unused_of_datasets(given: Files, fault: Any) -> Iterator[Fault]:
    """Yield the ways of reading files that are declared beside data sets, which have their own."""
    others = ', or leave adam out and read them by a mapping file (preset = "adam")'
    for key, standard, theirs in (
        ("date_format", ISO_DATE, f"dates are {ISO_DATE} there"),
        ("decimal", ".", "the decimal mark is a point there"),
        ("missing_codes", (), "a missing value is an empty cell there"),
        ("encoding", "utf-8", "text files are in UTF-8 there"),
    ):
        value = getattr(given, key)
        if value is not None and value != standard and str(value).lower() != standard:
            message = f"is not applied to data sets (files.adam): {theirs}; leave it out{others}"
            shown = list(value) if isinstance(value, tuple) else value
            yield fault(f"files.{key}", shown, message)
