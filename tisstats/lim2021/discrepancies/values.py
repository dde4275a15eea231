"""Numbers of the entries that are computed from published facts, by entry."""

from __future__ import annotations

from fractions import Fraction

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import regimens
from tisstats.lim2021.flow import study_flow
from tisstats.lim2021.response import moderate_by_week
from tisstats.measures.core_set import CORE_SET
from tisstats.printed import format_rounded, matches_print

Values = dict[str, object]


def computed_values(published: PublishedFacts) -> dict[str, Values]:
    """Return the computed values for each entry of ``entries.toml``, by its name."""
    count = published.count
    analysed, included = count("flow.analysed"), count("flow.included")
    responders, rescued = count("response.responders"), count("safety.rescue_medication")
    minimal, lost = count("response.minimal"), count("response.minimal_lost")
    worse, met = count("response.deteriorated_after_maintenance"), count("safety.deterioration")
    cancers = count("safety.ovarian_cancer")
    loading, maintenance, amended = (
        count(f"design.{name}_dose") for name in ("loading", "maintenance", "amended")
    )
    flow, events = study_flow(published), published.tables["serious_adverse_events"]
    creatine_kinase = {
        time: count(f"table2.ck.{time}.median") for time in ("baseline", "end", "change")
    }
    most_points = {name: Fraction(measure.points[-1]) for name, measure in CORE_SET.items()}
    return {
        "by-week-9": {"ever": minimal + lost, "share_ever": _percent(minimal + lost, analysed)},
        "deterioration": {
            "No_or_count": met or "No",
            "none_or_count": met or "none",
            "share": _percent(worse, analysed),
        },
        "ceiling": {
            "other_points": format_rounded(sum(most_points.values()) - most_points["mmt"], 1),
        },
        "planned-and-analysed": {
            "share_analysed": _percent(responders, analysed),
            "share_included": _percent(responders, included),
            "lower_by": format_rounded(
                Fraction(100 * responders, analysed) - Fraction(100 * responders, included), 1
            ),
        },
        "switched-dose": {
            "dose_given": loading + maintenance + amended,
            "dose_held_back": loading + amended,
        },
        "end-or-week-9": {"to_the_end": analysed - count("flow.ended_early")},
        "no-number": {"pairs": analysed - count("flow.psoas_missing")},
        "discussed-share": _discussed_share(published),
        **_by_decision_week(published),
        "cancer": {
            "percent_of_analysed": _percent(cancers, analysed, 0),
            "percent_of_dm": _percent(cancers, count("table1.patients.dm.n"), 0),
        },
        "tolerance": {"events": len(events), "patients": events["patient"].nunique()},
        "daily-maximum": _daily_maximum(published),
        "earlier-treatment": {"untreated_at_most": included - count("flow.treated_before")},
        "direction": {**check_direction_of_change(published, "physician_global")},
        "reasons": {
            "not_included": flow.not_included,
            "reasons_listed": flow.reasons_listed,
            "no_listed_reason": flow.no_listed_reason,
        },
        "ck": {
            "fall": -creatine_kinase["change"],
            "between_medians": creatine_kinase["baseline"] - creatine_kinase["end"],
        },
        "rescue": {"not_rescued": count("response.non_responders") - rescued},
    }


def _percent(count: int, of: int, decimals: int = 1) -> str:
    return f"{format_rounded(Fraction(100 * count, of), decimals)}%"


def _discussed_share(published: PublishedFacts) -> Values:
    """Count the patients behind a percentage of the discussion, under each interpretation of it."""
    included = published.count("flow.included")
    minimal, lost = published.count("response.minimal"), published.count("response.minimal_lost")
    printed = published.printed("claims.discussion.minimal_percent")
    (counted,) = (
        n for n in range(included + 1) if matches_print(Fraction(100 * n, included), printed)
    )
    # The excluded patient is counted as improved.
    by_week, ever = minimal + 1, minimal + lost + 1
    return {
        "percent": format_rounded(printed.value, 0),
        "counted": counted,
        "others_lost": lost - 1,
        "by_week": by_week,
        "share_by_week": _percent(by_week, included),
        "ever": ever,
        "share_ever": _percent(ever, included),
        "step": format_rounded(Fraction(min(CORE_SET["patient_global"].points[1:])), 1),
    }


def _by_decision_week(published: PublishedFacts) -> dict[str, Values]:
    """Count the patients with and without the score by the week of the decision."""
    week = published.count("design.amended_decision_week")
    eligible = published.count("response.amended_eligible")
    by_week = moderate_by_week(published)
    first, *later = by_week
    reached = [n for at, n in by_week.items() if at <= week]
    below = published.count("flow.analysed") - sum(reached)
    later_weeks = " and by week ".join(map(str, later))
    return {
        "below-by-week-4": {
            "first_week": first,
            "reached_first": by_week[first],
            "later_weeks": later_weeks,
            "reached_by_week": " + ".join(map(str, reached)),
            "below": below,
            "not_offered": below - eligible,
        },
        "seen-at-week-4": {"later_weeks": later_weeks, "assessed": eligible + by_week[week]},
    }


def _daily_maximum(published: PublishedFacts) -> Values:
    """Compute the weight above which a maintenance dose exceeds the daily maximum."""
    grams = published.value("design.maximum_daily_dose")
    dose = published.value("design.maintenance_dose")
    weight = grams / dose
    return {
        "grams": format_rounded(grams, 0),
        "dose": format_rounded(dose, 0),
        "weight": format_rounded(weight, 0),
        "days": regimens.infusion_days(float(weight) + 1, float(dose)),
    }


def check_direction_of_change(published: PublishedFacts, measure: str) -> dict[str, int]:
    """Check the direction of change: end minus baseline, or baseline minus end.

    Under baseline minus end, at least ``required`` patients would end above the first quartile at
    baseline, but only ``possible`` can end above the printed median at the end.

    By the definition of SPSS the quartiles of 19 values are the 5th, 10th and 15th in order. If the
    third quartile of baseline minus end is negative, 15 patients at least end higher than they
    began; 15 begin at the first quartile of the baseline or higher. Of 19 patients, at least 11
    belong to both, and end above it.

    Raises
    ------
    ValueError
        If the quartiles are not order statistics, or the third quartile of the change is not
        negative, or the median at the end lies above the first quartile at baseline: then the
        count is inconclusive.
    """
    pairs = published.count("flow.analysed")
    quarter, remainder = divmod(pairs + 1, 4)
    if remainder:
        raise ValueError(f"with {pairs} patients the quartiles are not order statistics")
    stem = f"table2.{measure}"
    third = published.value(f"{stem}.change.q3")
    half = Fraction(1, 2 * 10 ** published.printed(f"{stem}.change.q3").decimals)
    floor = published.value(f"{stem}.baseline.q1") - half
    if third + half >= 0 or published.value(f"{stem}.end.median") + half > floor:
        raise ValueError(f"the quartiles of {measure} are inconclusive")
    higher, from_quartile = 3 * quarter, pairs + 1 - quarter
    return {"required": higher + from_quartile - pairs, "possible": pairs - 2 * quarter}
