"""Another cohort: what moves from one synthetic cohort to the next, and what stands still.

Everything is computed here for each cohort of the ensemble, with as many digits as are shown; the
script ``another_cohort.js`` looks up and draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from tisstats.bounds import QUANTITIES, SIDES
from tisstats.bounds.files import SCORE
from tisstats.bounds.quantities import AND
from tisstats.chapters.bound_tables import format_bound_range
from tisstats.chapters.packing import ALPHABET, MISSING, index_values, pack
from tisstats.forensics.order_statistics import Ints
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.patient_ids import synthetic_id
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table1 import GROUPS
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import format_rounded, matches_print, parse, with_minus_signs
from tisstats.statistics import signed_rank_test
from tisstats.statistics.quantiles import quantile_weights
from tisstats.synthetic import Ensemble
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.scoring import POINTS_PER_UNIT
from tisstats.synthetic.targets import CORE, MEASURES, SUBTYPES

#: Decimals of a recomputed number that does not match the printed one.
_DECIMALS = 3

#: Parts of a printed sample, and the proportion of values below each.
_QUARTILES = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}

#: Digits of the place of a value among the distinct ones.
_PLACE_WIDTH = 2


@dataclass(frozen=True, slots=True)
class OpenQuantity:
    """An unpublished quantity that is followed from cohort to cohort."""

    quantity: str  #: of `tisstats.bounds.QUANTITIES`
    measure: str  #: an outcome measure, a pair, or the score
    label: str  #: short name for the drawing
    axis: tuple[float, float]  #: ends of its axis
    decimals: int  #: decimals shown


def open_quantities(analysed: int) -> tuple[OpenQuantity, ...]:
    """Return the quantities that are followed, those of the score first.

    Parameters
    ----------
    analysed
        Number of analysed patients, the end of the axis of counts.
    """
    points, patients = (0.0, 100.0), (0.0, float(analysed))
    mmt, haq, physician = (SCALES[name].abbreviation for name in ("mmt", "haq", "physician_global"))
    return (
        OpenQuantity("tis_mean", SCORE, "Mean score", points, 1),
        OpenQuantity("tis_median", SCORE, "Median score", points, 1),
        OpenQuantity("tis_max", SCORE, "Highest score", points, 1),
        OpenQuantity("tis_min_responder", SCORE, "Lowest score of a responder", points, 1),
        OpenQuantity("tis_major", SCORE, "Patients with major improvement", patients, 0),
        OpenQuantity("worsened", "mmt", f"Patients worse on the {mmt}", patients, 0),
        OpenQuantity("worsened", "haq", f"Patients worse on the {haq}", patients, 0),
        OpenQuantity("exact_p", "mmt", f"Exact P of the change in {mmt}", (0.0, 0.2), 3),
        OpenQuantity(
            "spearman",
            f"physician_global{AND}mmt",
            f"Correlation of changes, {physician} and {mmt}",
            (-1.0, 1.0),
            2,
        ),
    )


def cohort_series(
    ensemble: Ensemble, values: pd.DataFrame, ranges: pd.DataFrame, published: PublishedFacts
) -> dict[str, object]:
    """Return all that is shown of each cohort, ready for JSON.

    Parameters
    ----------
    ensemble
        The synthetic cohorts.
    values
        Their open quantities, as `tisstats.bounds.ensemble_values` returns them.
    ranges
        The proven bounds on these, one row per quantity and measure.
    published
        The published facts.

    Returns
    -------
    dict
        Scores in units of 2.5 points and subtypes, one digit each; values as distinct texts, and
        the place of each cohort's among them.
    """
    cohorts = list(ensemble)
    rows, of_cohort = index_values([recomputed(cohort, published) for cohort in cohorts])
    count = published.count
    return {
        "cohorts": len(cohorts),
        "patients": [synthetic_id(number) for number in cohorts[0].column("patient_id").tolist()],
        "weeks": list(WEEKS[1:]),
        "alphabet": ALPHABET,
        "missing": MISSING,
        "points_per_unit": float(POINTS_PER_UNIT),
        "threshold": count("design.responder_score"),
        "cutoffs": RESPONSE_CUTOFFS["adult"],
        "subtypes": [GROUPS[name] for name in SUBTYPES],
        "scores": [_pack_scores(cohort.scores[:, 1:]) for cohort in cohorts],
        "groups": [pack(cohort.column("subtype").tolist(), 1) for cohort in cohorts],
        "printed": {
            "counts": [
                {"label": label, "text": published.text(address)}
                for address, label in _counts(published).items()
            ],
            "measures": [
                {
                    "label": f"{SCALES[name].name}, {SCALES[name].unit}",
                    "texts": [with_minus_signs(published.text(each)) for each in _addresses(name)],
                }
                for name in MEASURES[:CORE]
            ],
        },
        "recomputed": {"rows": rows, "of": pack(of_cohort, _PLACE_WIDTH)},
        "open": [_follow(each, values, ranges) for each in open_quantities(count("flow.analysed"))],
    }


def _pack_scores(units: Ints) -> str:
    """Write scores, one digit each; a dot where there was no assessment."""
    return "".join(MISSING if unit < 0 else ALPHABET[unit] for unit in units.ravel().tolist())


def _follow(each: OpenQuantity, values: pd.DataFrame, ranges: pd.DataFrame) -> dict[str, Any]:
    """Return an open quantity of all cohorts, with the bounds on it."""
    numbers = values[each.quantity, each.measure].tolist()
    texts, places = index_values(
        [format_rounded(number, each.decimals).replace("-", "−") for number in numbers]
    )
    here = (ranges["quantity"] == each.quantity) & (ranges["measure"] == each.measure)
    row = ranges[here].iloc[0]
    return {
        "label": each.label,
        "description": QUANTITIES[each.quantity].description,
        "axis": each.axis,
        "bounds": [float(row[side]) for side in SIDES],
        "range": format_bound_range(row.to_dict()),
        "texts": texts,
        "of": pack(places, _PLACE_WIDTH),
    }


def _counts(published: PublishedFacts) -> dict[str, str]:
    """Return the printed counts that are recomputed, by address, with a short name."""
    responder, minimal, last = (
        published.count(f"design.{name}")
        for name in ("responder_score", "minimal_score", "primary_week")
    )
    return {
        "flow.analysed": "analysed",
        "response.responders": f"reached {responder} points by week {last}",
        **{
            f"response.moderate_week_{week}": f"first reached {responder} points at week {week}"
            for week in _response_weeks(published)
        },
        "response.minimal": f"had {minimal} points or more by week {last}, taken as the end",
        "response.minimal_lost": f"had {minimal} points at week {WEEKS[1]}, not at the end",
        "flow.ended_early": "stopped early",
    }


def _response_weeks(published: PublishedFacts) -> list[int]:
    """Return the weeks at which a printed number of patients first responded."""
    stem = "moderate_week_"
    names = published.tables["response"]["id"]
    return [int(name.removeprefix(stem)) for name in names if name.startswith(stem)]


def _addresses(measure: str) -> Iterator[str]:
    """Yield the printed numbers of a measure in Table 2, in the order of the table."""
    stem = f"table2.{measure}"
    for time in ("baseline", "end", "change"):
        yield from (f"{stem}.{time}.{part}" for part in ("median", "q1", "q3"))
    yield f"{stem}.change.p"


def recomputed(cohort: Cohort, published: PublishedFacts) -> tuple[str, ...]:
    """Recompute printed numbers from one cohort.

    Returns
    -------
    tuple of str
        The counts of the text, then the rows of the core set measures in Table 2: each as printed,
        if the number of the cohort matches it, otherwise that number.
    """
    found: dict[str, Fraction | float] = dict(_recount(cohort, published))
    for column, measure in enumerate(MEASURES[:CORE]):
        found |= _table2_row(measure, cohort.baseline[:, column], cohort.end[:, column])
    return tuple(
        format_as_printed(value, published.text(address)) for address, value in found.items()
    )


def format_as_printed(value: Fraction | float, printed: str) -> str:
    """Return a printed number if a value matches it, and otherwise the value.

    Examples
    --------
    >>> format_as_printed(0.0096, "< 0.01"), format_as_printed(Fraction(5, 4), "1.2")
    ('< 0.01', '1.25')
    """
    if matches_print(value, parse(printed)):
        return with_minus_signs(printed)
    text = format_rounded(value, _DECIMALS)
    return text.rstrip("0").rstrip(".").replace("-", "−")


def units_to_reach(points: int) -> int:
    """Return the least number of units of the score that reach so many points.

    >>> units_to_reach(40), units_to_reach(41)
    (16, 17)
    """
    return ceil(points / POINTS_PER_UNIT)


def _recount(cohort: Cohort, published: PublishedFacts) -> Mapping[str, Fraction]:
    """Count the patients of a cohort whom the article counts, by address."""
    scores = cohort.scores
    responder_score, minimal_score = (
        units_to_reach(published.count(f"design.{name}"))
        for name in ("responder_score", "minimal_score")
    )
    reached, minimal = scores >= responder_score, scores >= minimal_score
    at_end = cohort.end_scores >= minimal_score
    first = np.where(reached.any(axis=1), np.array(WEEKS)[reached.argmax(axis=1)], -1)
    counts = {
        "flow.analysed": len(scores),
        "response.responders": int(reached.any(axis=1).sum()),
        **{
            f"response.moderate_week_{week}": int((first == week).sum())
            for week in _response_weeks(published)
        },
        "response.minimal": int(at_end.sum()),
        "response.minimal_lost": int((minimal[:, 1] & ~at_end).sum()),
        "flow.ended_early": int((cohort.column("end_week") < WEEKS[-1]).sum()),
    }
    return {address: Fraction(count) for address, count in counts.items()}


def _table2_row(measure: str, baseline: Ints, end: Ints) -> dict[str, Fraction | float]:
    """Compute a row of Table 2 as we assume the article did: SPSS quartiles, asymptotic P."""
    change = end - baseline
    found: list[Fraction | float] = []
    for steps in (baseline, end, change):
        found += [quartile * SCALES[measure].step for quartile in _quartiles(steps)]
    found.append(signed_rank_test(change, method="asymptotic").pvalue)
    return dict(zip(_addresses(measure), found, strict=True))


def _quartiles(steps: Ints) -> Sequence[Fraction]:
    """Return median, first and third quartile as SPSS defines them."""
    ordered = np.sort(steps).tolist()
    return [
        sum((weight * ordered[rank - 1] for rank, weight in weights), Fraction(0))
        for weights in _quartile_weights(len(ordered))
    ]


@cache
def _quartile_weights(n: int) -> list[list[tuple[int, Fraction]]]:
    """Return ranks with their weights of each quartile of so many values."""
    return [
        list(quantile_weights(n, _QUARTILES[part], "spss").items())
        for part in ("median", "q1", "q3")
    ]
