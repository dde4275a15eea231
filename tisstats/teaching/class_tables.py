"""The small tables that slides, hand-out and scoring sheet of the class share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import response_count
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
from tisstats.sentences import capitalised
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.evidence import EvidenceBase
from tisstats.teaching.exercises import Exercise
from tisstats.teaching.wording import band_label, band_labels
from tisstats.teaching.worked_patient import WorkedPatient

#: Trial whose arms the class compares.
CLASS_TRIAL = "proderm"


@dataclass(frozen=True, slots=True)
class ClassTable:
    """A table of the class; its first column heads the rows."""

    caption: str  #: what it shows
    columns: tuple[str, ...]  #: heads of the columns
    rows: tuple[tuple[str, ...], ...]  #: cells, formatted
    highlighted: int | None = None  #: row that the text is about
    headings: tuple[int, ...] = ()  #: rows that head those below them


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
        "flow": lambda: _flow(published),
        "measures": raters,
        "bands": all_bands,
        "patient": lambda: _patient(patient),
        "missing": lambda: _patient(patient, missing="extramuscular"),
        "steps": lambda: _steps(patient),
        "boundary": lambda: _boundary(patient),
        "panel": _panel,
        "multiples": _multiples,
        "ceiling": lambda: _ceiling(solved["ceiling"]),
        "ceiling_steps": lambda: _ceiling_steps(solved["ceiling"]),
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


def raters() -> ClassTable:
    """Return the core set measures with who rates them, by the sources of the measure pages."""
    found, base = measures(), EvidenceBase.read()
    return ClassTable(
        found.caption,
        ("Measure", "Rated by", *found.columns[1:]),
        tuple(
            (row[0], base.compared(name, "rater"), *row[1:])
            for name, row in zip(CORE_SET, found.rows, strict=True)
        ),
    )


def all_bands() -> ClassTable:
    """Return bands and points of all measures in one table, for a slide."""
    names = ("Lowest band", "Second", "Third", "Fourth", "Highest band")
    strength, others = bands(strength=True), bands(strength=False)
    return ClassTable(
        "Improvement, % of the range, and the points of each band",
        ("", *names),
        (
            ("Strength, % of the range", *map(_short, strength.columns[1:])),
            *strength.rows,
            ("Others, % of the range", *map(_short, others.columns[1:])),
            *others.rows,
        ),
        headings=(0, 1 + len(strength.rows)),
    )


def _short(band: str) -> str:
    """Shorten the label of a band: "above 2% to 10%" to "> 2 to 10", for a narrow column."""
    return band.replace("up to", "≤").replace("above", ">").replace("%", "")


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
                _range(patient, place, given=bool(missing)),
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
        tuple(
            (capitalised(name), f"{value:g} {_unit(column)}".strip())
            for (name, value), column in zip(
                baseline.items(), exercise.values["baseline_by_column"], strict=True
            )
        ),
    )


def _ceiling_steps(exercise: Exercise) -> ClassTable:
    """Return the best follow-up of the patient of the ceiling, scored."""
    values = exercise.values
    rows = [
        (
            _name(measure),
            f"{before:g} → {values['mmt_max'] if measure == 'mmt' else 0}",
            format_rounded(percent, 1),
            band_label(percent, measure),
            f"{points:g}",
        )
        for (measure, points), percent, before in zip(
            values["points"].items(),
            values["percents"],
            values["baseline_by_column"].values(),
            strict=True,
        )
    ]
    return ClassTable(
        "The fictitious patient at the best follow-up, scored",
        ("Measure", "Change", "% of range", "Band", "Points"),
        (*rows, ("Total, at most", "", "", "", f"{values['highest']:g}")),
        highlighted=len(rows),
    )


def _flow(published: PublishedFacts) -> ClassTable:
    count = response_count(published)
    included = published.count("flow.included")
    return ClassTable(
        "The pilot study (Lim et al. 2021)",
        ("Patients", "Number"),
        (
            ("Included and treated", f"{included}"),
            # Why comes after the ceiling, which students are to find by themselves.
            ("Not analysed", f"{included - count.patients}"),
            ("Analysed", f"{count.patients}"),
            (
                f"At least {count.threshold} points by week {count.week}",
                f"{count.responders}",
            ),
        ),
        highlighted=3,
    )


def _name(measure: str) -> str:
    return "Creatine kinase" if measure == "enzyme" else CORE_SET[measure].name


def _range(patient: WorkedPatient, place: int, *, given: bool) -> str:
    """Return a range with its unit; that of the enzyme only if it is not to be found."""
    change = patient.changes[place]
    if change.measure == "enzyme" and not given:
        return f"{ENZYMES[change.column].range_in_uln} × ULN = ?"
    return f"0 to {change.range:g} {_unit(change.column) or 'points'}"


def _unit(column: str) -> str:
    return {"ck": "U/L", "mmt": "", "haq": ""}.get(column, "cm")
