"""The pages on the outcome measures: tables of scale, points and published results."""

from __future__ import annotations

import pandas as pd

from tisstats.chapters.page import Rows, Table, table
from tisstats.chapters.result_facts import VALUE, WORDS, Facts
from tisstats.figures.numbers import format_percent, format_printed_quartiles
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures import core_set
from tisstats.measures.scales import Scale
from tisstats.teaching.wording import band_labels

#: Entries of `SCALES` by the name of their page, in the order of Table 2.
PAGES: dict[str, tuple[str, ...]] = {
    "physician_global": ("physician_global",),
    "patient_global": ("patient_global",),
    "mmt": ("mmt",),
    "haq": ("haq",),
    "enzyme": ("ck",),
    "extramuscular": ("extramuscular",),
    "mrc_sum": ("mrc_sum",),
    "dynamometry": ("deltoid", "biceps", "psoas"),
    "swallowing": ("swallowing",),
    "mrs": ("mrs",),
    "eq_vas": ("eq_vas",),
}

#: Names of the measures by page, the score first.
NAMES: dict[str, str] = {
    "tis": "Total Improvement Score",
    **{page: SCALES[scales[0]].name for page, scales in PAGES.items()},
    "enzyme": core_set.CORE_SET["enzyme"].name,
    "dynamometry": "Hand-held dynamometry",
}


def tables(page: str, published: PublishedFacts) -> list[Table]:
    """Return the tables of a page.

    Parameters
    ----------
    page
        One of `PAGES`, or ``tis`` for the score itself.
    published
        The published facts.

    Raises
    ------
    ValueError
        If there is no such page.
    """
    if page == "tis":
        return [_points_of_the_score(), _response_cuts()]
    if page not in PAGES:
        raise ValueError(f"page must be one of {', '.join(PAGES)} or tis, got {page!r}")
    found = [_scale(PAGES[page]), _in_the_study(PAGES[page], published)]
    if page in core_set.CORE_SET:
        found.append(_points_of_a_measure(page))
    match page:
        case "dynamometry":
            found.append(_change_relative_to_quartiles(PAGES[page], published))
        case "mmt":
            found.append(_muscle_tests())
        case "enzyme":
            found.append(_enzyme_ranges())
    return found


def _scale(measures: tuple[str, ...]) -> Table:
    """Return range, resolution, direction and source, one column per scale."""
    columns: dict[str, dict[str, str]] = {}
    for scale in (SCALES[measure] for measure in measures):
        top = "and above" if scale.high is None else f"to {scale.high}"
        columns[scale.name] = {
            "Name in Table 2": scale.abbreviation,
            "Range": f"{scale.low} {top}",
            "Unit": scale.unit,
            "Resolution (step)": f"{float(scale.step):g}",
            "Direction of improvement": scale.better,
            "Certainty of the source": _certainty(scale),
            "Source": scale.source,
        }
    return Table(
        _by_property(_merged(columns)),
        "The scale",
        name="scale",
        facts="in the table of outcome measures of the page on methods",
    )


def _certainty(scale: Scale) -> str:
    """Return how certain the source of a scale is, in words."""
    if scale.certainty or scale.assumed:
        return scale.certainty or "assumption"
    return "established; step: assumption" if scale.step_assumed else "established"


def _merged(columns: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the columns, those in one that differ in nothing but the first row.

    One of several has their first rows as its name, which are shorter.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, cells in columns.items():
        alike.setdefault(tuple(cells.values())[1:], []).append(name)
    merged = {}
    for names in alike.values():
        cells = dict(columns[names[0]])
        own = next(iter(cells))
        cells[own] = ", ".join(columns[name][own] for name in names)
        merged[names[0] if len(names) == 1 else cells[own]] = cells
    return merged


def _in_the_study(measures: tuple[str, ...], published: PublishedFacts) -> Table:
    """Return what Table 2 of the article prints, one column per measure."""
    columns: dict[str, dict[str, str]] = {}
    for name in measures:
        cells = columns[SCALES[name].name] = {}
        for time in ("baseline", "end", "change"):
            head = f"{time.capitalize()}, median (quartiles)"
            cells[head] = format_printed_quartiles(published, name, time, " to ")
        cells["P, signed-rank test"] = published.text(f"table2.{name}.change.p")
    return Table(
        _by_property(columns),
        "In the study (Table 2 of the article)",
        name="in_the_study",
        facts="in Table 2 of the page on secondary outcomes",
    )


def _by_property(columns: dict[str, dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(columns).rename_axis("Property").reset_index()


@table(
    "Median change as % of its interquartile range",
    columns={"Median*": Facts("{change}", "Median change", "% of the interquartile range")},
)
def _change_relative_to_quartiles(measures: tuple[str, ...], published: PublishedFacts) -> Rows:
    """Return each printed median change as a percentage of its interquartile range."""
    for name in measures:
        median, low, high = (
            published.value(f"table2.{name}.change.{part}") for part in ("median", "q1", "q3")
        )
        ratio = format_percent(abs(median) / (high - low), 0)
        yield {"Measure": SCALES[name].name, "Median change, % of the IQR": ratio}


@table(
    "Points in the Total Improvement Score",
    columns="in the table of points of the page on the score",
)
def _points_of_a_measure(measure: str) -> Rows:
    """Return the bands of one core set measure with their points."""
    rule = core_set.CORE_SET[measure]
    for band, points in zip(band_labels(rule.cutoffs), rule.points, strict=True):
        yield {"Improvement, % of the range": band, "Points": f"{points:g}"}


@table(
    "Points by improvement, % of each measure's range",
    columns={"Core set measure": WORDS, "*": Facts(VALUE, "@column", "points")},
    source="published",
)
def _points_of_the_score() -> Rows:
    """Return the points of all measures, one row per measure and one column per band."""
    # One header for all measures, with the bands of MMT in brackets.
    bounds = list(
        zip(core_set.CORE_SET["haq"].cutoffs, core_set.CORE_SET["mmt"].cutoffs, strict=True)
    )
    heads = [f"to {cut}% (MMT {strength}%)" for cut, strength in bounds]
    heads.append(f"above {bounds[-1][0]}% (MMT {bounds[-1][1]}%)")
    for rule in core_set.CORE_SET.values():
        points = (f"{each:g}" for each in rule.points)
        yield {"Core set measure": rule.name} | dict(zip(heads, points, strict=True))
    best = sum(rule.points[-1] for rule in core_set.CORE_SET.values())
    empty = dict.fromkeys(heads, "")
    yield {"Core set measure": "Maximum total"} | empty | {heads[-1]: f"{best:g}"}


@table(
    "Minimum score of each category",
    columns={"Patients": WORDS, "*": Facts("{minimum} points", "@column", "points")},
    source="published",
)
def _response_cuts() -> Rows:
    """Return the cut-offs of the categories for adult and juvenile patients."""
    for population, cuts in core_set.RESPONSE_CUTOFFS.items():
        points = {name.capitalize(): f"{cut} points" for name, cut in cuts.items()}
        yield {"Patients": population} | points


@table(
    "Maximum MMT scores",
    columns={"Maximum, points": Facts("{maximum}", "@Version", "points"), "Version": WORDS},
    rows={
        f"{top}": Facts(origin="chosen")
        for top, test in core_set.MMT_MAXIMA.items()
        if test.endswith("assumed")
    },
    source="published",
)
def _muscle_tests() -> Rows:
    """Return the maximum scores of manual muscle testing, each with its version."""
    for top, test in core_set.MMT_MAXIMA.items():
        yield {"Maximum, points": f"{top}", "Version": test}


@table(
    f"Range of each enzyme in the score (1 µkat/L is {core_set.UNITS_PER_MICROKATAL} U/L)",
    columns={
        "Range*": Facts("{maximum}", "Range in the score", "times the upper limit of normal"),
        "*": WORDS,
    },
    rows={
        enzyme.name: Facts(origin="chosen")
        for enzyme in core_set.ENZYMES.values()
        if enzyme.assumed
    },
    source="published",
)
def _enzyme_ranges() -> Rows:
    """Return the range of each enzyme, in multiples of its upper limit of normal."""
    for enzyme in core_set.ENZYMES.values():
        yield {
            "Enzyme": enzyme.name,
            "Range, × upper limit of normal": str(enzyme.range_in_uln),
            "Certainty of the source": "assumption" if enzyme.assumed else "secondary sources",
        }
