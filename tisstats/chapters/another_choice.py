"""Another choice: the primary outcome by method, confidence level, threshold and denominator.

All intervals and coverages are computed here, with as many digits as are shown; the script
``another_choice.js`` looks up and draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tisstats import statistics
from tisstats.chapters.another_cohort import units_to_reach
from tisstats.chapters.packing import ALPHABET, pack
from tisstats.figures.numbers import (
    coverage_decimals,
    format_confidence_level,
    format_percent,
    format_range,
)
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import response
from tisstats.lim2021.response import PrintedInterval
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import matches_print, parse
from tisstats.synthetic import Ensemble

#: Confidence levels on offer, besides that of the article.
LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999)

#: True proportions of a coverage curve, from 0 to 1/2; the other half mirrors them.
HALF_POINTS = 201

#: Digits of a coverage in a curve, which is only drawn, never read.
_CURVE_WIDTH = 2

#: A count, what it counts, and where it comes from.
SYNTHETIC = "synthetic"
PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Count:
    """Responders by one definition, of one denominator."""

    responder: str  #: what a responder is
    responders: int
    patients: int
    source: str  #: where the count comes from, in words
    origin: str = PUBLISHED  #: published, or synthetic


def counts(published: PublishedFacts) -> list[Count]:
    """Return the counts on offer: those that the article allows, and one that it does not print.

    How many patients had major improvement is not printed: that count is of the reference cohort.
    The excluded patient could not reach the score of a responder, so still less a higher one.
    """
    allowed = response.denominator_choices(published)
    found = [
        Count(row["responder"], row["responders"], row["patients"], row["source"])
        for row in allowed.to_dict("records")
    ]
    major = RESPONSE_CUTOFFS["adult"]["major"]
    last = published.text("design.primary_week")
    reached = major_responders(Ensemble.read())
    source = (
        f"not published; counted in the reference cohort "
        f"({format_range(min(reached), max(reached))} in the {len(reached)} synthetic cohorts)"
    )
    for name in ("analysed", "included"):
        patients = published.count(f"flow.{name}")
        label = f"at least {major} points by week {last} (count not published)"
        found.append(Count(label, reached[0], patients, source, SYNTHETIC))
    return found


def major_responders(ensemble: Ensemble) -> list[int]:
    """Count the patients of each cohort who had major improvement at any visit."""
    least = units_to_reach(RESPONSE_CUTOFFS["adult"]["major"])
    return [int((cohort.scores.max(axis=1) >= least).sum()) for cohort in ensemble]


def choices(published: PublishedFacts) -> dict[str, Any]:
    """Return intervals and coverages of all choices, ready for JSON.

    Returns
    -------
    dict
        The choices; ``intervals``, by count, then level, then method: lower and upper limit in per
        cent, and which of them match the printed ones; ``coverage``, by number of patients, then
        level and method.
    """
    printed = response.printed_interval(published)
    offered = counts(published)
    levels = sorted({*LEVELS, printed.level})
    methods = list(statistics.INTERVAL_METHODS)
    intervals = {
        f"{x}/{n}": [
            [_limits(x, n, level, method, printed) for method in methods] for level in levels
        ]
        for x, n in dict.fromkeys((each.responders, each.patients) for each in offered)
    }
    return {
        "methods": [
            {"title": statistics.method_title(name), "definition": text}
            for name, text in statistics.INTERVAL_METHODS.items()
        ],
        "levels": [format_confidence_level(level) for level in levels],
        "responders": list(dict.fromkeys(each.responder for each in offered)),
        "patients": sorted({each.patients for each in offered}),
        "counts": [
            {
                "responder": each.responder,
                "responders": each.responders,
                "patients": each.patients,
                "percent": format_percent(each.responders / each.patients),
                "source": each.source,
                "synthetic": each.origin == SYNTHETIC,
            }
            for each in offered
        ],
        "intervals": intervals,
        "coverage": {
            str(n): [[_coverage(n, level, method) for method in methods] for level in levels]
            for n in sorted({each.patients for each in offered})
        },
        "alphabet": ALPHABET,
        "printed": {
            "percent": printed.printed_percent,
            "low": printed.printed_low,
            "high": printed.printed_high,
        },
        "article": _place(
            offered[0].responder,
            printed.count.patients,
            levels.index(printed.level),
            methods.index(printed.named_method_interval.method),
        ),
        "matching": list(matching_choices(offered, levels, methods, printed)),
        "combinations": len(offered) * len(levels) * len(methods),
    }


def matching_choices(
    offered: list[Count], levels: list[float], methods: list[str], printed: PrintedInterval
) -> Iterator[dict[str, object]]:
    """Yield the choices by which both limits match the printed ones."""
    for each, level, method in product(offered, range(len(levels)), range(len(methods))):
        found = _limits(each.responders, each.patients, levels[level], methods[method], printed)
        if found[2] == "both":
            yield _place(each.responder, each.patients, level, method)


def _place(responder: str, patients: int, level: int, method: int) -> dict[str, object]:
    return {"responder": responder, "patients": patients, "level": level, "method": method}


def _limits(
    responders: int, patients: int, level: float, method: str, printed: PrintedInterval
) -> tuple[str, str, str]:
    """Return both limits in per cent, and which of them match the printed ones."""
    interval = statistics.proportion_interval(responders, patients, level, method)
    matches = (
        matches_print(100 * interval.low, parse(printed.printed_low)),
        matches_print(100 * interval.high, parse(printed.printed_high)),
    )
    words = {(True, True): "both", (True, False): "lower", (False, True): "upper"}
    return (
        format_percent(interval.low),
        format_percent(interval.high),
        words.get(matches, "neither"),
    )


def _coverage(patients: int, level: float, method: str) -> dict[str, str]:
    """Return the coverage of a method: minimum, mean, mean width, and its curve."""
    summary = statistics.coverage_summary(patients, level, method)
    decimals = coverage_decimals(level)
    proportions = np.linspace(0, 0.5, HALF_POINTS)
    curve = statistics.coverage(patients, proportions, level, method)["coverage"].to_numpy()
    most = len(ALPHABET) ** _CURVE_WIDTH - 1
    return {
        "minimum": format_percent(summary.minimum_coverage, decimals),
        "at": format_percent(summary.minimum_at),
        "mean": format_percent(summary.mean_coverage, decimals),
        "width": format_percent(summary.mean_expected_width),
        "curve": pack(np.rint(curve * most).astype(int).tolist(), _CURVE_WIDTH),
    }
