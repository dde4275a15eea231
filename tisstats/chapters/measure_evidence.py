"""Tables of evidence on the outcome measures: their comparison, and one table for each page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tisstats.chapters.page import Rows, Table, table
from tisstats.lim2021.scales import FINER_STEPS, SCALES
from tisstats.measures import core_set
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded
from tisstats.teaching.evidence import (
    EXPECTED,
    NOT_FOUND,
    PROPERTIES,
    EvidenceBase,
    important_changes,
    smallest_reached,
)
from tisstats.teaching.printo_child import CHILD, MADE_UP_RANGES, PrintoChild

_FACTS = "evidence from other publications, which data/evidence has as a table"
_COMPUTED = "computed from the published bands and from data/evidence"

#: Measures that only children have, and their short names.
CHILDREN = {"cmas": "CMAS", "chaq": "CHAQ", "das": "DAS", "chq_phs": "CHQ-PhS"}

#: Names of fractions, as the table of scales has them, and how many sections they stand for.
_PARTS = {"eighths": 8, "sevenths": 7, "sixths": 6}

#: Which numbers of a source were looked up again, in words.
_SECOND_LOOK = {
    "all": "confirmed",
    "part": "confirmed in part",
    "no": "not looked up again",
}

#: Highest grade of a global assessment on five grades.
_HIGHEST_GRADE = 4


@cache
def evidence_base(folder: Path | None = None) -> EvidenceBase:
    """Return the evidence, read once for all pages."""
    return EvidenceBase.read(folder)


def evidence_tables(page: str, base: EvidenceBase, names: dict[str, str]) -> list[Table]:
    """Return the tables of evidence of a page.

    Parameters
    ----------
    page
        A page on a measure, ``tis``, ``overview``, ``juvenile`` or ``printo_child``.
    base
        The evidence.
    names
        Names of the measures by page, in the order of the comparison.

    Raises
    ------
    ValueError
        If there is no such page.
    """
    match page:
        case "overview":
            return [_scales_compared(base, names), _evidence_compared(base, names), _sources(base)]
        case "juvenile":
            return [_children(base), _evidence_on_children(base)]
        case "printo_child":
            return [_scored_child(CHILD), _points_by_range(CHILD)]
        case "tis":
            return [_evidence(base, page), _points_of_important_changes(base)]
        case "physician_global" | "patient_global":
            return [_evidence(base, page), _five_grades(page)]
        case "haq":
            return [_evidence(base, page), _steps(base)]
        case "enzyme":
            return [_evidence(base, page), _return_to_normal()]
    if page not in names:
        raise ValueError(
            f"page must be one of {', '.join(names)}, overview, juvenile or printo_child: {page!r}"
        )
    return [_evidence(base, page)]


def _range(page: str) -> tuple[str, str]:
    """Return range and better end of a measure."""
    if page == "tis":
        best = sum(rule.points[-1] for rule in core_set.CORE_SET.values())
        return f"{0} to {best:g} points, a change", "higher"
    if page == "mmt":
        maxima = ", ".join(map(str, core_set.MMT_MAXIMA))
        return f"{0} to the maximum of its version ({maxima} points)", "higher"
    if page == "enzyme":
        ranges = sorted({enzyme.range_in_uln for enzyme in core_set.ENZYMES.values()})
        multiples = ", ".join(map(str, ranges))
        return f"{multiples} × upper limit of normal", "lower"
    scale = SCALES["deltoid" if page == "dynamometry" else page]
    ends = f"{scale.low} to {scale.high}" if scale.high is not None else f"from {scale.low}"
    return f"{ends} {scale.units}", scale.better


@table(
    "The scales of the outcome measures",
    columns=_FACTS,
    notes={"Maximum points": "In the Total Improvement Score. A dash: not one of its measures."},
)
def _scales_compared(base: EvidenceBase, names: dict[str, str]) -> Rows:
    """Return the scales of all measures, one row per measure."""
    for page, name in names.items():
        ends, better = _range(page)
        rule = core_set.CORE_SET.get(page)
        yield {
            "Measure": name,
            "Maximum points": f"{rule.points[-1]:g}" if rule else "–",
            "Range": ends,
            "Better": better,
            PROPERTIES["rater"]: base.compared(page, "rater"),
        }


def _without_points(page: str) -> str:
    """Return why a measure earns no points: it is not in the score, or it is the score."""
    return "is the score" if page == "tis" else "not in the score"


@table(
    "What is known about the outcome measures",
    columns=_FACTS,
    notes={
        "": f'A dash, or "{NOT_FOUND}": not in the abstracts and tables that we read. '
        "Sources and populations are on the page of each measure. What is inferred or second hand "
        "says so.",
        "Points that this change earns": "Computed from the bands of the score. For manual "
        "muscle testing the change is one of the MMT-8; the points are the same on one side and on "
        "both.",
    },
)
def _evidence_compared(base: EvidenceBase, names: dict[str, str]) -> Rows:
    """Return what is known of all measures, one row per measure."""
    earned: dict[str, dict[str, list[str]]] = {}
    for each in important_changes(base):
        tops = earned.setdefault(each.measure, {})
        tops.setdefault(f"{each.points:g}", []).append(str(each.value_range))
    for page, name in names.items():
        points = earned.get(page, {})
        without = NOT_FOUND if page in core_set.CORE_SET else _without_points(page)
        yield {
            "Measure": name,
            **{
                PROPERTIES[each]: base.compared(page, each)
                for each in ("reliability", "detectable_change", "important_change")
            },
            "Points that this change earns": (
                ", ".join(
                    number if len(points) == 1 else f"{number} (of {', '.join(tops)})"
                    for number, tops in points.items()
                )
                or without
            ),
            **{PROPERTIES[each]: base.compared(page, each) for each in ("best_end", "placebo")},
        }


def _row(base: EvidenceBase, measure: str) -> Rows:
    """Yield the evidence on a measure, with what was not found."""
    for each in base.of(measure):
        yield {
            "Property": PROPERTIES[each.about],
            "Value": f"{each.text}. {each.note}" if each.note else each.text,
            "In whom": each.population + (f" (n={each.patients})" if each.patients else ""),
            "Source": base.sources[each.source].label,
        }


@table(
    "What other publications say",
    columns=_FACTS,
    notes={"": "Read in abstracts, single tables and forms, not in whole papers."},
)
def _evidence(base: EvidenceBase, measure: str) -> Rows:
    """Return the evidence on a measure, one row per property and source."""
    yield from _row(base, measure)
    known = {row.about for row in base.of(measure)}
    if missing := [PROPERTIES[each] for each in EXPECTED if each not in known]:
        first, *others = missing
        names = "; ".join([first, *(f"{name[:1].lower()}{name[1:]}" for name in others)])
        yield {"Property": NOT_FOUND.capitalize(), "Value": names, "In whom": "–", "Source": "–"}


@table("What was read of each source", columns=_FACTS, collapsed=True)
def _sources(base: EvidenceBase) -> Rows:
    """Return the sources with what was read of each."""
    for source in base.sources.values():
        yield {
            "Source": source.label,
            "Read": source.read,
            "Second look": _SECOND_LOOK[source.read_again],
        }


@table(
    "Points that the minimal important changes earn",
    columns=_COMPUTED,
    notes={
        "": "Computed. The source does not print the unit of the changes on visual analogue "
        "scales, nor whether the MMT-8 was done on one side or both; centimetres are assumed. It "
        "gives no change for other versions of the muscle test, and none for the enzyme, which "
        "therefore adds nothing to the totals."
    },
)
def _points_of_important_changes(base: EvidenceBase) -> Rows:
    """Return change, % of the range and points, and the totals by maximum of the muscle test."""
    changes = list(important_changes(base))
    for each in changes:
        top = f", MMT-8 of {each.value_range}" if each.measure == "mmt" else ""
        yield {
            "Core set measure": core_set.CORE_SET[each.measure].name + top,
            "Minimal important change": f"{float(each.change):g}",
            "% of the range": format_rounded(each.percent, 1),
            "Points": f"{each.points:g}",
        }
    others = sum(each.points for each in changes if each.measure != "mmt")
    for each in changes:
        if each.measure == "mmt":
            yield {
                "Core set measure": f"Total, MMT-8 of {each.value_range}",
                "Minimal important change": "all at once",
                "% of the range": "",
                "Points": f"{others + each.points:g}",
            }
    for row in base.of("tis", "important_change"):
        yield {
            "Core set measure": "The score itself",
            "Minimal important change": row.value,
            "% of the range": "",
            "Points": row.value,
        }


@table(
    "The same assessment on a scale of grades: points by fall",
    columns=_COMPUTED,
    notes={"": "Computed: one grade is a quarter of the range."},
)
def _five_grades(measure: str) -> Rows:
    """Return the points that a fall by whole grades earns."""
    for fall in range(1, _HIGHEST_GRADE + 1):
        percent = 100 * fall / _HIGHEST_GRADE
        yield {
            "Fall, grades": str(fall),
            "% of the range": f"{percent:g}",
            "Points": f"{band_points(percent, measure).item():g}",
        }


@table(
    "Steps of the index by how many sections are answered",
    columns=_COMPUTED,
    notes={
        "": "Computed. The last column is the smallest change that the steps allow and that is no "
        "smaller than the minimal important change."
    },
)
def _steps(base: EvidenceBase) -> Rows:
    """Return step and smallest important change for complete and incomplete forms."""
    (change,) = (each for each in important_changes(base) if each.measure == "haq")
    for part in FINER_STEPS["haq"].parts:
        sections = _PARTS[part]
        step = SCALES["haq"].step * SCALES["haq"].step.denominator / sections
        reached = smallest_reached(change.change, step)
        yield {
            "Sections answered": str(sections),
            "Step, points": format_rounded(step, 3),
            "Smallest important change, points": format_rounded(reached, 3),
        }


@table(
    "What a return to the upper limit of normal earns",
    columns=_COMPUTED,
    notes={
        "": "Computed from the ranges and bands of the score. Baselines as multiples of the upper "
        "limit of normal."
    },
)
def _return_to_normal() -> Rows:
    """Return from which baseline a normal enzyme earns any points, and all of them."""
    rule = core_set.CORE_SET["enzyme"]
    # Points are the same in the last bands: all are earned from the first of these on.
    all_points = rule.cutoffs[rule.points.index(rule.points[-1]) - 1]
    for enzyme in core_set.ENZYMES.values():
        first, full = (
            f"{1 + cut * enzyme.range_in_uln / 100:g}" for cut in (rule.cutoffs[0], all_points)
        )
        twice = band_points(100 / enzyme.range_in_uln, "enzyme").item()
        yield {
            "Enzyme": enzyme.name,
            "Any points above": first,
            f"All {rule.points[-1]:g} points above": full,
            "Points from twice the limit": f"{twice:g}",
        }


@table(
    "The PRINTO core set for children",
    columns=_FACTS,
    notes={
        "": "Same bands and points as the IMACS measure that it replaces; cut-offs of the "
        "categories as in the table of the score.",
        "Range": "Where none was found, worst and best possible score are a required input.",
    },
)
def _children(base: EvidenceBase) -> Rows:
    """Return the measures for children, each with the one whose place it takes."""
    columns = dict(zip(core_set.CORE_SET, core_set.PRINTO_CORE_SET, strict=True))
    for each in base.children:
        rule = core_set.CORE_SET[each.measure]
        yield {
            "IMACS measure": rule.name,
            "PRINTO measure": each.label,
            "Column": columns[each.measure],
            "Range": f"{each.low} to {each.high}" if each.high else "no public one found",
            "Better": each.better,
            "Maximum points": f"{rule.points[-1]:g}",
            "Source": f"{base.sources[each.source].label}"
            + ("" if each.grade == "seen" else f" ({each.grade})"),
            "Remark": each.note,
        }


def _from_to(ends: tuple[float, float]) -> str:
    """Return the ends of a scale as text, with a true minus sign."""
    return f"{ends[0]:g} to {ends[1]:g}".replace("-", "\N{MINUS SIGN}")


@table(
    "A fictitious child, scored with PRINTO's core set",
    columns="computed from the published bands; the values are made up",
    notes={"": "Made up for teaching, the range of CHQ-PhS included."},
)
def _scored_child(child: PrintoChild) -> Rows:
    """Return the change of each measure and its points, and the score."""
    for each in child.changes():
        yield {
            "Measure": each.rule.abbreviation or each.rule.name,
            "Baseline": f"{each.before:g}",
            "Follow-up": f"{each.after:g}",
            "Range": _from_to(each.ends),
            "Improvement, % of the range": format_rounded(each.percent, 1),
            "Points": f"{each.points:g}",
        }
    scored = child.score()
    yield {
        "Measure": f"Total Improvement Score ({scored['response']} improvement)",
        "Baseline": "",
        "Follow-up": "",
        "Range": "",
        "Improvement, % of the range": "",
        "Points": f"{scored['tis']:g}",
    }


@table(
    "The same change of CHQ-PhS on different ranges",
    columns="computed from the published bands; the ranges are made up",
    notes={"": "The ranges are made up for teaching."},
)
def _points_by_range(child: PrintoChild) -> Rows:
    """Return what the range of CHQ-PhS does to its points and to the score."""
    for ends in MADE_UP_RANGES:
        scored = child.score(ends)
        yield {
            "Range entered": _from_to(ends),
            "Improvement, % of the range": format_rounded(scored["chq_phs_percent"], 1),
            "Points": f"{scored['chq_phs_points']:g}",
            "Total Improvement Score": f"{scored['tis']:g}",
            "Improvement": scored["response"],
        }


@table("What other publications say about the measures for children", columns=_FACTS)
def _evidence_on_children(base: EvidenceBase) -> Rows:
    """Return the evidence on the measures that only children have."""
    for measure, name in CHILDREN.items():
        for row in _row(base, measure):
            yield {"Measure": name} | row
