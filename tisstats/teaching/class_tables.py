"""The small tables that slides, hand-out and scoring sheet of the class share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tisstats.ledger.published import PublishedFacts
from tisstats.measures.core_set import (
    CORE_SET,
    ENZYMES,
    HAQ_MAX,
    MMT_MAXIMA,
    RESPONSE_CUTOFFS,
    CoreSetMeasure,
)
from tisstats.measures.visit_table import VAS_UNITS
from tisstats.printed import format_rounded
from tisstats.statistics import proportion_interval
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.exercises import Exercise
from tisstats.teaching.placebo_trials import comparisons, read_trials
from tisstats.teaching.wording import band_label, band_labels
from tisstats.teaching.worked_patient import WorkedPatient


@dataclass(frozen=True, slots=True)
class ClassTable:
    """A table of the class; its first column heads the rows."""

    caption: str  #: what it shows
    columns: tuple[str, ...]  #: heads of the columns
    rows: tuple[tuple[str, ...], ...]  #: cells, formatted
    highlighted: int | None = None  #: row that the text is about


def class_tables(published: PublishedFacts, solved: dict[str, Exercise]) -> dict[str, ClassTable]:
    """Return the tables of the class by name.

    Parameters
    ----------
    published
        The published facts.
    solved
        The exercises by key; some tables show what they ask about.
    """
    patient = WorkedPatient(published)
    made: dict[str, Callable[[], ClassTable]] = {
        "measures": measures,
        "patient": lambda: _patient(patient),
        "missing": lambda: _patient(patient, missing="extramuscular"),
        "steps": lambda: _steps(patient),
        "boundary": lambda: _boundary(patient),
        "panel": _panel,
        "multiples": _multiples,
        "ceiling": lambda: _ceiling(solved["ceiling"]),
        "placebo": lambda: _placebo_alone(published),
        "categories": categories,
    }
    return {name: make() for name, make in made.items()}


def range_of(measure: str) -> str:
    """Return the range of a core set measure in words.

    Examples
    --------
    >>> range_of("haq"), range_of("mmt")
    ('0 to 3', '0 to the maximum of the test')
    """
    if measure == "mmt":
        return "0 to the maximum of the test"
    if measure == "enzyme":
        return "multiples of the ULN, by enzyme"
    return f"0 to {HAQ_MAX}" if measure == "haq" else f"0 to {_vas_cm()} cm"


def _vas_cm() -> int:
    return next(int(most) for most, unit in VAS_UNITS.items() if unit == "cm")


def measures() -> ClassTable:
    """Return the core set measures with range, direction and highest points."""
    return ClassTable(
        "The core set measures, and what each can earn",
        ("Measure", "Range", "Better", "Points, at most"),
        tuple(
            (rule.name, range_of(name), rule.better, f"{rule.points[-1]:g}")
            for name, rule in CORE_SET.items()
        ),
    )


def bands(strength: bool) -> ClassTable:
    """Return bands and points of manual muscle testing, or of the other measures.

    Parameters
    ----------
    strength
        Whether of manual muscle testing.

    Examples
    --------
    >>> bands(strength=True).rows
    (('Manual muscle testing', '0', '10', '20', '27.5', '32.5'),)
    """
    rules = [rule for name, rule in CORE_SET.items() if (name == "mmt") == strength]
    return ClassTable(
        f"Points by improvement, % of the range: {'strength' if strength else 'other measures'}",
        ("Measure", *band_labels(rules[0].cutoffs)),
        tuple((rule.name, *_points(rule)) for rule in rules),
    )


def _points(rule: CoreSetMeasure) -> tuple[str, ...]:
    return tuple(f"{points:g}" for points in rule.points)


def categories() -> ClassTable:
    """Return the lowest score of each category of improvement, by population."""
    names = tuple(next(iter(RESPONSE_CUTOFFS.values())))
    return ClassTable(
        "Lowest score of each category of improvement",
        ("Patients", *(name.capitalize() for name in names)),
        tuple(
            (population.capitalize(), *(str(cuts[name]) for name in names))
            for population, cuts in RESPONSE_CUTOFFS.items()
        ),
    )


def enzyme_ranges() -> ClassTable:
    """Return the range of each enzyme, in multiples of its upper limit of normal."""
    return ClassTable(
        "Range of the enzyme, multiples of its upper limit of normal (ULN)",
        ("Enzyme", "Range"),
        tuple(
            (enzyme.name, f"{enzyme.range_in_uln} × ULN" + " (assumed)" * enzyme.assumed)
            for enzyme in ENZYMES.values()
        ),
    )


def muscle_tests() -> ClassTable:
    """Return the maximum scores of manual muscle testing in use."""
    return ClassTable(
        "Maximum of manual muscle testing",
        ("Maximum", "Test"),
        tuple((str(most), test) for most, test in MMT_MAXIMA.items()),
    )


def _patient(patient: WorkedPatient, missing: str = "") -> ClassTable:
    return ClassTable(
        "A fictitious patient; the values are the medians of the article",
        ("Measure", "Range", "Baseline", "Follow-up"),
        tuple(
            (
                _name(change.measure),
                _range(patient, place),
                change.baseline,
                "not recorded" if change.measure == missing else change.end,
            )
            for place, change in enumerate(patient.changes)
        ),
        highlighted=list(CORE_SET).index(missing) if missing else None,
    )


def _steps(patient: WorkedPatient) -> ClassTable:
    rows = [
        (
            _name(change.measure),
            f"{change.baseline} → {change.end}",
            format_rounded(change.percent, 1),
            band_label(change.percent, change.measure),
            f"{change.points:g}",
        )
        for change in patient.changes
    ]
    total = ("Total", "", "", "", f"{patient.scored['tis']:g}")
    return ClassTable(
        "The fictitious patient, scored",
        ("Measure", "Change", "% of range", "Band", "Points"),
        (*rows, total),
        highlighted=len(rows),
    )


def _boundary(patient: WorkedPatient) -> ClassTable:
    on = [change for change in patient.changes if change.on_boundary]
    return ClassTable(
        "Changes of the fictitious patient that are exactly on a boundary",
        ("Measure", "% of range", "Points", "Points in the band above"),
        tuple(
            (
                _name(change.measure),
                format_rounded(change.percent, 1),
                f"{change.points:g}",
                f"{change.points_if_misassigned:g}",
            )
            for change in on
        ),
    )


def _panel() -> ClassTable:
    return ClassTable(
        "A fictitious panel, U/L",
        ("Enzyme", "Baseline", "ULN", "Follow-up"),
        tuple(
            (
                ENZYMES[name].name,
                f"{before:g}",
                f"{PANEL.uln[name]:g}",
                f"{PANEL.end[name]:g}",
            )
            for name, before in PANEL.baseline.items()
        ),
    )


def _multiples() -> ClassTable:
    followed = str(PANEL.score()["enzyme_used"])
    return ClassTable(
        "The fictitious panel: multiples of the ULN, and what each enzyme would earn",
        ("Enzyme", "Baseline, U/L", "Multiple of the ULN", "Points"),
        tuple(
            (
                ENZYMES[name].name,
                f"{PANEL.baseline[name]:g}",
                format_rounded(multiple, 2),
                f"{PANEL.score(name)['enzyme_points']:g}",
            )
            for name, multiple in PANEL.multiples.items()
        ),
        highlighted=list(PANEL.multiples).index(followed),
    )


def _ceiling(exercise: Exercise) -> ClassTable:
    baseline: dict[str, float] = exercise.values["baseline"]
    return ClassTable(
        "A fictitious patient at baseline",
        ("Measure", "Baseline"),
        tuple((_sentence_start(name), f"{value:g}") for name, value in baseline.items()),
    )


def _placebo_alone(published: PublishedFacts) -> ClassTable:
    level = float(published.value("design.confidence_level") / 100)
    rows = []
    for each in comparisons(read_trials()):
        arm = each.placebo
        limits = proportion_interval(arm.responders, arm.patients, confidence_level=level)
        name = read_trials().text(f"trials.{each.trial}.trial")
        rows.append(
            (
                f"{name}, ≥ {each.threshold} points",
                f"{arm.responders} of {arm.patients}" + " (inferred)" * each.inferred,
                f"{format_rounded(100 * arm.proportion, 1)}",
                f"{format_rounded(100 * limits.low, 1)} to {format_rounded(100 * limits.high, 1)}",
            )
        )
    return ClassTable(
        "What studies of the placebo arms alone would have printed",
        ("Placebo arm", "Responders", "%", f"{100 * level:g}% interval"),
        tuple(rows),
    )


def _name(measure: str) -> str:
    return "Creatine kinase" if measure == "enzyme" else CORE_SET[measure].name


def _sentence_start(name: str) -> str:
    return name[:1].upper() + name[1:]


def _range(patient: WorkedPatient, place: int) -> str:
    change = patient.changes[place]
    unit = "U/L" if change.measure == "enzyme" else "cm" * (change.range == _vas_cm())
    return f"{change.range:g} {unit}".strip()
