"""What a page on an outcome measure says in numbers: scale, points, and what the study printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import (
    CORE_SET,
    ENZYMES,
    MMT_MAXIMA,
    RESPONSE_CUTS,
    UNITS_PER_MICROKATAL,
)
from tisstats.measures.scales import Scale
from tisstats.printed import as_printed


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """What a page is about."""

    scales: tuple[str, ...]  #: entries of `SCALES`, in the order of Table 2
    core: str = ""  #: entry of `CORE_SET`, empty for a measure outside of the score


#: The pages on the outcome measures by the name of their file, in the order of Table 2.
PAGES: dict[str, MeasurePage] = {
    "physician_global": MeasurePage(("physician_global",), "physician_global"),
    "patient_global": MeasurePage(("patient_global",), "patient_global"),
    "mmt": MeasurePage(("mmt",), "mmt"),
    "haq": MeasurePage(("haq",), "haq"),
    "enzyme": MeasurePage(("ck",), "enzyme"),
    "extramuscular": MeasurePage(("extramuscular",), "extramuscular"),
    "mrc_sum": MeasurePage(("mrc_sum",)),
    "dynamometry": MeasurePage(("deltoid", "biceps", "psoas")),
    "swallowing": MeasurePage(("swallowing",)),
    "mrs": MeasurePage(("mrs",)),
    "eq_vas": MeasurePage(("eq_vas",)),
}


def tables(page: str, published: Published) -> dict[str, pd.DataFrame]:
    """Give the tables of a page with their captions.

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
        return {
            "Points by improvement, in per cent of each measure's range": points_of_the_score(),
            "Least score of each category": response_cuts(),
        }
    if page not in PAGES:
        raise ValueError(f"page must be one of {', '.join(PAGES)} or tis, got {page!r}")
    about = PAGES[page]
    found = {
        "The scale": scale_facts(about.scales),
        "In the study (Table 2 of the article)": in_the_study(about.scales, published),
    }
    if page == "dynamometry":
        caption = "Median change, in per cent of the distance between its quartiles"
        found[caption] = change_beside_quartiles(about.scales, published)
    if about.core:
        found["Points in the Total Improvement Score"] = points_of_a_measure(about.core)
    if about.core == "mmt":
        found["Maxima of muscle tests in use"] = muscle_tests()
    if about.core == "enzyme":
        caption = f"Range of each enzyme in the score (1 µkat/L is {UNITS_PER_MICROKATAL} U/L)"
        found[caption] = enzyme_ranges()
    return found


def scale_facts(measures: tuple[str, ...]) -> pd.DataFrame:
    """Tabulate range, step, direction and source, one column a measure."""
    return _by_property({SCALES[measure].name: _scale(SCALES[measure]) for measure in measures})


def _scale(scale: Scale) -> dict[str, str]:
    top = "and above" if scale.high is None else f"to {scale.high}"
    return {
        "Short name": scale.abbreviation,
        "Range": f"{scale.low} {top}",
        "Unit": scale.unit,
        "Smallest step": f"{float(scale.step):g}",
        "Better is": scale.better,
        "How sure": scale.certainty or ("assumption" if scale.assumed else "established"),
        "Rests on": scale.source,
    }


def in_the_study(measures: tuple[str, ...], published: Published) -> pd.DataFrame:
    """Tabulate what Table 2 of the article prints, one column a measure."""
    return _by_property({SCALES[name].name: _printed(name, published) for name in measures})


def change_beside_quartiles(measures: tuple[str, ...], published: Published) -> pd.DataFrame:
    """Tabulate how large the printed median change is beside the distance of its quartiles."""
    rows = []
    for name in measures:
        median, low, high = (
            published.value(f"table2.{name}.change.{part}") for part in ("median", "q1", "q3")
        )
        rows.append(
            {
                "Measure": SCALES[name].name,
                "Median change, % of the distance": as_printed(100 * abs(median) / (high - low), 0),
            }
        )
    return pd.DataFrame(rows)


def _printed(measure: str, published: Published) -> dict[str, str]:
    rows = {}
    for time, label in (("baseline", "Baseline"), ("end", "End"), ("change", "Change")):
        median, low, high = (
            published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
        )
        rows[f"{label}, median (quartiles)"] = f"{median} ({low} to {high})"
    rows["P, signed-rank test"] = published.text(f"table2.{measure}.change.p")
    return rows


def _by_property(columns: Mapping[str, dict[str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(columns).rename_axis("Property")
    return table.reset_index()


def band_labels(cuts: tuple[int, ...]) -> list[str]:
    """Name the bands between cuts; a cut belongs to the band below it.

    >>> band_labels((2, 10))
    ['up to 2%', 'above 2% to 10%', 'above 10%']
    """
    between = [f"above {low}% to {high}%" for low, high in pairwise(cuts)]
    return [f"up to {cuts[0]}%", *between, f"above {cuts[-1]}%"]


def points_of_a_measure(measure: str) -> pd.DataFrame:
    """Tabulate the bands of one core set measure with their points."""
    rule = CORE_SET[measure]
    return pd.DataFrame(
        {
            "Improvement, % of the range": band_labels(rule.cuts),
            "Points": [f"{points:g}" for points in rule.points],
        }
    )


def points_of_the_score() -> pd.DataFrame:
    """Tabulate the points of all measures, a row a measure and a column a band."""
    heads = _band_heads()
    rows = []
    for rule in CORE_SET.values():
        points = [f"{points:g}" for points in rule.points]
        rows.append({"Core set measure": rule.name, **dict(zip(heads, points, strict=True))})
    best = sum(rule.points[-1] for rule in CORE_SET.values())
    rows.append({"Core set measure": "All in the highest band", heads[-1]: f"{best:g}"})
    return pd.DataFrame(rows).fillna("")


def _band_heads() -> list[str]:
    """Name the bands once for all measures, those of muscle testing in brackets."""
    cuts, of_strength = CORE_SET["haq"].cuts, CORE_SET["mmt"].cuts
    to = [f"to {cut}% (MMT {strength}%)" for cut, strength in zip(cuts, of_strength, strict=True)]
    return [*to, f"above {cuts[-1]}% (MMT {of_strength[-1]}%)"]


def response_cuts() -> pd.DataFrame:
    """Tabulate the cut-offs of the categories for adults and for juvenile patients."""
    return pd.DataFrame(
        [
            {"Patients": population, **{name: f"{cut} points" for name, cut in cuts.items()}}
            for population, cuts in RESPONSE_CUTS.items()
        ]
    ).rename(columns=str.capitalize)


def muscle_tests() -> pd.DataFrame:
    """Tabulate the maxima of manual muscle testing, each with its test."""
    return pd.DataFrame(
        {"Maximum, points": [str(top) for top in MMT_MAXIMA], "Test": list(MMT_MAXIMA.values())}
    )


def enzyme_ranges() -> pd.DataFrame:
    """Tabulate the range of each enzyme, in multiples of its upper limit of normal."""
    return pd.DataFrame(
        [
            {
                "Enzyme": enzyme.name,
                "Range, × upper limit of normal": str(enzyme.range_in_uln),
                "How sure": "assumption" if enzyme.assumed else "secondary sources",
            }
            for enzyme in ENZYMES.values()
        ]
    )
