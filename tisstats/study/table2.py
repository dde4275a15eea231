"""Table 2, outcome measures: laid out as printed, and what can be checked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tisstats.consistency.signed_rank_range import SignedRankPRange, Witness
from tisstats.measures.scales import SCALES
from tisstats.rounding import as_printed
from tisstats.statistics import signed_rank_test
from tisstats.study.claims.claim import Verdict
from tisstats.study.claims.ledger import evaluate
from tisstats.study.claims.table2_rows import p_text
from tisstats.study.published import Published
from tisstats.study.table2_bounds import PRanges, p_ranges
from tisstats.study.table2_row import Row

_FAILED = (Verdict.NOT_ATTAINABLE, Verdict.NOT_REPRODUCED)


def laid_out(published: Published) -> pd.DataFrame:
    """Lay out Table 2: median (first to third quartile) of baseline, end and change, and P."""
    rows = []
    for measure, scale in SCALES.items():
        row = {"Outcome measure": f"{scale.name}, {scale.unit}"}
        for time, label in (("baseline", "Baseline"), ("end", "End"), ("change", "Change")):
            median, low, high = (
                published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
            )
            between = " to " if time == "change" else "–"
            row[label] = f"{median} ({low}{between}{high})"
        row["P"] = published.text(f"table2.{measure}.change.p")
        rows.append(row)
    return pd.DataFrame(rows)


def checks(published: Published, *, quantile_definition: str | int = "spss") -> pd.DataFrame:
    """Say of each measure whether patients could have given its ten printed numbers.

    Parameters
    ----------
    published
        The published facts.
    quantile_definition
        How the article's quartiles are taken to have been computed.

    Returns
    -------
    DataFrame
        One row a measure: ``measure``, ``quartiles`` printed, ``possible`` of them, ``p_fits``,
        whether P can be and agrees with what the text calls significant, and ``together``,
        whether patient values were found that give all ten numbers at once.
    """
    evaluations = evaluate(published, quantile_definition=quantile_definition)
    rows = []
    for measure in SCALES:
        mine = [item for item in evaluations if item.claim.id.startswith(f"table2.{measure}.")]
        (p_value,) = (item for item in mine if item.claim.kind == "P value")
        quartiles = [item for item in mine if item is not p_value]
        rows.append(
            {
                "measure": measure,
                "quartiles": len(quartiles),
                "possible": sum(item.verdict not in _FAILED for item in quartiles),
                "p_fits": p_value.verdict not in _FAILED,
                "together": all(item.verdict is Verdict.ATTAINABLE for item in mine),
            }
        )
    return pd.DataFrame(rows)


def check_counts(checked: pd.DataFrame) -> dict[str, int]:
    """Add up the checks over all measures."""
    return {
        "quartiles": int(checked["quartiles"].sum()),
        "quartiles_possible": int(checked["possible"].sum()),
        "p_values": len(checked),
        "p_fit": int(checked["p_fits"].sum()),
        "rows": len(checked),
        "rows_together": int(checked["together"].sum()),
    }


def impossible(published: Published, *, quantile_definition: str | int = "spss") -> str:
    """Name the printed medians and quartiles, of both tables, that patients could not have given.

    Returns
    -------
    str
        What cannot be, separated by semicolons; "none" if everything can.
    """
    evaluations = evaluate(published, quantile_definition=quantile_definition)
    names = [
        f"{item.claim.quantity} ({item.claim.printed})"
        for item in evaluations
        if item.claim.kind in ("median", "quartile") and item.verdict in _FAILED
    ]
    return "; ".join(names) or "none"


def check_table(checked: pd.DataFrame) -> pd.DataFrame:
    """Lay out the checks for a page, with the scale that they rest on."""
    rows = []
    for row in checked.to_dict("records"):
        scale = SCALES[row["measure"]]
        top = "upwards" if scale.high is None else f"to {scale.high}"
        possible = row["possible"] == row["quartiles"] and row["p_fits"]
        rows.append(
            {
                "Outcome measure": scale.name,
                "Scale": f"{scale.low} {top}, steps of {float(scale.step):g} {scale.unit}"
                + (" (assumed)" if scale.assumed else ""),
                "Quartiles that can be": f"{row['possible']} of {row['quartiles']}",
                "P can be, and fits the text": "yes" if row["p_fits"] else "no",
                "All of the row at once": "patient values found"
                if row["together"]
                else "none found, none excluded"
                if possible
                else "impossible",
            }
        )
    return pd.DataFrame(rows)


def attainable_p(
    published: Published, *, quantile_definition: str | int = "spss"
) -> dict[str, PRanges]:
    """Give the attainable P values of each measure, given its printed changes.

    Parameters
    ----------
    published
        The published facts.
    quantile_definition
        How the article's quartiles are taken to have been computed; R's types may come as text.
        Exact P values are at hand only for that of SPSS.
    """
    if isinstance(quantile_definition, str) and quantile_definition.isdecimal():
        quantile_definition = int(quantile_definition)
    return {
        measure: p_ranges(Row.read(published, measure, quantile_definition)) for measure in SCALES
    }


def p_rows(published: Published, ranges: Mapping[str, PRanges]) -> list[tuple[Any, ...]]:
    """Give what the figure draws: label, printed P, and the ranges that are known."""
    rows = []
    for measure, known in ranges.items():
        if known.asymptotic.possible:
            limits = (known.asymptotic, known.exact, known.exact_of_printed)
            printed = published.text(f"table2.{measure}.change.p")
            rows.append((SCALES[measure].name, printed, *map(_limits, limits)))
    return rows


def p_table(published: Published, ranges: Mapping[str, PRanges]) -> pd.DataFrame:
    """Lay out attainable P values, and what the exact test could change, in plain words."""
    level = _level(published)
    rows = []
    for measure, known in ranges.items():
        printed = published.text(f"table2.{measure}.change.p")
        rows.append(
            {
                "Outcome measure": SCALES[measure].name,
                "P as printed": printed,
                "Asymptotic P can be": _told(known.asymptotic),
                "Printed P attainable": "yes" if known.asymptotic.inside else "no",
                "Exact P can be": _told(known.exact),
                "Exact P where the asymptotic prints the same": _told(known.exact_of_printed),
                "Can the exact test change significance?": _change(known, level),
            }
        )
    return pd.DataFrame(rows)


def changing_samples(published: Published, ranges: Mapping[str, PRanges]) -> pd.DataFrame:
    """Give, where the exact test could change significance, changes that show it.

    Returns
    -------
    DataFrame
        One row a measure with a sample of changes, synthetic, whose asymptotic P value prints as
        published while the exact one lies on the other side of the level.
    """
    rows = []
    for measure, known in ranges.items():
        sample = _changing(known, _level(published))
        if sample is None:
            continue
        values = [float(value) for value in sample]
        exact, asymptotic = (
            signed_rank_test(values, method=method).pvalue for method in ("exact", "asymptotic")
        )
        rows.append(
            {
                "Outcome measure": SCALES[measure].name,
                "Changes (synthetic)": ", ".join(f"{value:g}" for value in values),
                "Asymptotic P": p_text(asymptotic),
                "Exact P": p_text(exact),
            }
        )
    columns = ["Outcome measure", "Changes (synthetic)", "Asymptotic P", "Exact P"]
    return pd.DataFrame(rows, columns=columns)


def p_counts(published: Published, ranges: Mapping[str, PRanges]) -> dict[str, object]:
    """Give the numbers of the page about attainable P values."""
    level = _level(published)
    changing = [
        SCALES[measure].name
        for measure, known in ranges.items()
        if _changing(known, level) is not None
    ]
    return {
        "p_level": as_printed(level, 2),
        "p_inside": sum(bool(known.asymptotic.inside) for known in ranges.values()),
        "p_both_sides": sum(_both_sides(known.asymptotic, level) for known in ranges.values()),
        "p_exact_known": sum(known.exact_of_printed is not None for known in ranges.values()),
        "p_changing": len(changing),
        "p_changing_names": ", ".join(changing) or "none",
    }


def _level(published: Published) -> float:
    return float(published.value("design.significance_level"))


def _limits(found: SignedRankPRange | None) -> tuple[float, float] | None:
    if found is None or found.low is None or found.high is None:
        return None
    return found.low, found.high


def _told(found: SignedRankPRange | None) -> str:
    if found is None:
        return "not computed by this rule"
    limits = _limits(found)
    return "none can be" if limits is None else f"{p_text(limits[0])} to {p_text(limits[1])}"


def _both_sides(found: SignedRankPRange, level: float) -> bool:
    limits = _limits(found)
    return limits is not None and limits[0] < level <= limits[1]


def _changing(known: PRanges, level: float) -> Witness | None:
    """Give changes that print the published P and are significant by one test alone."""
    found = known.exact_of_printed
    if found is None or found.low is None or found.high is None:
        return None
    for sample, pvalue in ((found.witness_low, found.low), (found.witness_high, found.high)):
        if sample is not None:
            values = [float(value) for value in sample]
            asymptotic = signed_rank_test(values, method="asymptotic").pvalue
            if (asymptotic < level) != (pvalue < level):
                return sample
    return None


def _change(known: PRanges, level: float) -> str:
    limits = _limits(known.exact_of_printed)
    if limits is None:
        return "not computed by this rule"
    if _changing(known, level) is not None:
        return "yes: data exist for which only one of the two is significant"
    side = "is significant" if limits[1] < level else "is not significant"
    return f"no: whatever the data, the exact test {side} as well"
