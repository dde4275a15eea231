"""Sentences of the page on what is pinned down whose numbers and words are computed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from tisstats.bounds.quantities import POINTS
from tisstats.bounds.spread import PLACES
from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check import Report
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.synthetic.constraints import CONSTRAINTS
from tisstats.synthetic.diversity import Diversity
from tisstats.synthetic.scoring import WORSE_CM, WORSE_COUNT, WORSE_MMT_PERCENT, WORSE_PERCENT


def restated_limits(published: Published) -> dict[tuple[str, str], tuple[str, Fraction]]:
    """Compute the limits of the score that follow from the counts taken as premises alone.

    Returns
    -------
    dict
        By quantity and side: what is limited, in words, and the limit. So many responders end with
        their score or more, the others below it, and below the score of minimal improvement those
        beyond its count.
    """
    count = published.count
    responders, improved, size = (
        count(name) for name in ("response.responders", "response.minimal", "flow.analysed")
    )
    responder = Fraction(count("design.responder_score"))
    # The score has steps, so the greatest below a limit lies one step below it.
    below_minimal = Fraction(count("design.minimal_score")) - POINTS
    found = {
        ("tis_worst_responder", "least"): ("the worst score of a responder", responder),
        ("tis_best", "least"): ("the best score", responder),
    }
    if improved < size:
        found["tis_worst", "greatest"] = ("the worst score", below_minimal)
    if improved <= size // 2:
        found["tis_median", "greatest"] = ("the median score", below_minimal)
    if RESPONSE_CUTS["adult"]["major"] >= responder:
        found["tis_major", "greatest"] = (
            "the number with major improvement",
            Fraction(responders),
        )
    return found


def told_restated(ranges: pd.DataFrame, published: Published) -> dict[str, object]:
    """Count and name the limits that only restate the counts taken as premises."""
    told = []
    for (quantity, side), (words, value) in restated_limits(published).items():
        row = ranges[ranges["quantity"] == quantity].iloc[0]
        if row[side] == float(value):
            told.append(f"{words} is at {'least' if side == 'least' else 'most'} {float(value):g}")
    return {"restated_count": len(told), "restated": "; ".join(told)}


def told_reconciled(report: Report) -> dict[str, int]:
    """Count how the numbers that constraints name and those that the checker checks overlap."""
    listed = [address for each in CONSTRAINTS for address in each.addresses]
    named = set(listed)
    checked = {finding.name for finding in report if finding.kind == "number"}
    return {
        "entries": len(listed),
        "named": len(named),
        "named_twice": len(listed) - len(named),
        "named_and_checked": len(named & checked),
        "percentages": sum(name.endswith(".percent") for name in checked - named),
        "marks": sum(name.startswith("significance.") for name in named - checked),
        "criteria": sum(name.startswith("design.") for name in named - checked),
    }


def told_collapsed(differ: Diversity) -> str:
    """Say how many of the unpublished quantities are the same in all cohorts, and what follows."""
    followed, cohorts = len(differ.quantities), f"{differ.cohorts:,}"
    start = f"Of {followed} unpublished quantities that were followed, "
    if not differ.collapsed:
        return (
            f"{start}none is the same in all {cohorts} cohorts; so none of these can be read off "
            "one cohort, and there is no ground to read off others"
        )
    same = len(differ.collapsed)
    verb = "is" if same == 1 else "are"
    return (
        f"{start}{same} {verb} the same in all {cohorts} cohorts; the others "
        "cannot be read off one cohort, and there is no ground to read off what was not followed"
    )


def title_of_dropped(moved: object) -> str:
    """Title the table of inferences dropped, by whether a limit moves."""
    which = "none moves" if moved == "none" else "those that move, and what stays"
    return f"Limits proved again with one inference dropped or altered: {which}"


def bar_percentiles() -> dict[str, str]:
    """Return the percentiles at which the bars of the figures begin and end."""
    return {f"bar_{end}": f"{100 * PLACES[end]:g}" for end in ("lower", "upper")}


def told_worsening() -> str:
    """Word the limits of worsening at one visit, as they are taken here."""
    physician, extramuscular = (
        SCALES[name].abbreviation for name in ("physician_global", "extramuscular")
    )
    mmt = SCALES["mmt"].abbreviation
    return (
        f"{physician} up by {float(WORSE_CM):g} cm with {mmt} down by {WORSE_MMT_PERCENT} %, "
        f"{extramuscular} up by {float(WORSE_CM):g} cm, or {WORSE_COUNT} core set measures worse "
        f"by {WORSE_PERCENT} %"
    )
