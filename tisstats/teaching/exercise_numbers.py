"""The numbers of each exercise: one function per exercise, from published facts and made-up data.

Each function takes the published facts and what the exercise gives (``given`` in
``exercises.toml``), and returns the values of the placeholders, unrounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from statistics import median_low
from typing import Any

import pandas as pd

from tisstats.forensics.percentages import counts_matching
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import regimens
from tisstats.lim2021.response import moderate_by_week, response_count
from tisstats.lim2021.scales import SCALES
from tisstats.measures.baseline import attainable_score
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX, RESPONSE_CUTOFFS
from tisstats.measures.imacs import IMPROVEMENT_RULES, WORSENING_RULES, classify_visits
from tisstats.measures.imacs.rules import cutoff_of
from tisstats.measures.total_improvement_score import band_points, response_category
from tisstats.measures.visits import score_visits
from tisstats.printed import format_rounded, parse
from tisstats.statistics import kaplan_meier, proportion_interval, quantiles, times_from_counts
from tisstats.teaching.cases import CATEGORIES, UNDETERMINED
from tisstats.teaching.ceiling import MMT, OTHER_MEASURES, attainable_scores_by_band
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.evidence import VAS_CM
from tisstats.teaching.placebo import PLACEBO, TREATED, Arm, arm_difference
from tisstats.teaching.placebo_trials import read_trials
from tisstats.teaching.wording import band_label, lower_case_name, measure_name_in_sentence
from tisstats.teaching.worked_patient import COLUMNS, WorkedPatient

Values = dict[str, Any]
"""Values by placeholder."""

#: MMT maximum of the study, and an upper limit of normal of CK, for practice.
PRACTICE_LIMITS = {"mmt_max": 260, "ck_uln": 170}

#: The scales of the patients with whom it is practised.
_SCALES = (
    f"Visual analogue scales run from 0 to {VAS_CM} cm, manual muscle testing to "
    f"{PRACTICE_LIMITS['mmt_max']}, the Health Assessment Questionnaire to {HAQ_MAX}; creatine "
    f"kinase is in U/L, and its upper limit of normal is {PRACTICE_LIMITS['ck_uln']}."
)

#: The same, as the functions that score take them.
_SCORING: Values = {"mmt_max": PRACTICE_LIMITS["mmt_max"], "uln": {"ck": PRACTICE_LIMITS["ck_uln"]}}


def percent_values(published: PublishedFacts, _: Values) -> Values:
    """Compute the points of a change in MMT."""
    before, after = (published.count(f"table2.mmt.{time}.median") for time in ("baseline", "end"))
    improvement = 100 * (after - before) / PRACTICE_LIMITS["mmt_max"]
    return PRACTICE_LIMITS | {
        "before": before,
        "after": after,
        "change": after - before,
        "percent": improvement,
        "of_baseline": 100 * (after - before) / before,
        "points": float(band_points(improvement, "mmt")),
        "full": CORE_SET["mmt"].points[-1],
        "band": band_label(improvement, "mmt"),
    }


def boundary_values(published: PublishedFacts, _: Values) -> Values:
    """Compute the points of a change exactly on a band boundary, and of one step more."""
    measure = "physician_global"
    before, after = (published.value(f"table2.{measure}.{at}.median") for at in ("baseline", "end"))
    scale = SCALES[measure]
    length = scale.high or 0
    further = after - scale.step
    first, second = (float(100 * (before - end) / length) for end in (after, further))
    points, more = band_points([first, second], measure).tolist()
    return {
        "before": before,
        "after": after,
        "further": further,
        "length": length,
        "fall": before - after,
        "percent": first,
        "second": second,
        "points": points,
        "more": more,
        "difference": more - points,
    }


def enzyme_values(_: PublishedFacts, __: Values) -> Values:
    """Find the most abnormal enzyme, which is not the one with the largest value."""
    row = PANEL.score()
    followed = str(row["enzyme_used"])
    names = {name: lower_case_name(ENZYMES[name].name) for name in PANEL.baseline}
    times, limit = ENZYMES[followed].range_in_uln, PANEL.uln[followed]
    return {
        "panel": "; ".join(
            f"{names[name]} {value:g} and {PANEL.end[name]:g} (ULN {PANEL.uln[name]:g})"
            for name, value in PANEL.baseline.items()
        ),
        "multiples": {names[name]: multiple for name, multiple in PANEL.multiples.items()},
        "followed": ENZYMES[followed].name,
        "followed_in_words": names[followed],
        "largest": names[PANEL.largest_value_enzyme],
        "names": list(names.values()),
        "times": times,
        "limit": limit,
        "range": times * limit,
        "fall": PANEL.baseline[followed] - PANEL.end[followed],
        "percent": float(row["enzyme_percent"]),
        "points": float(row["enzyme_points"]),
        "points_of_baseline": float(
            band_points(100 * (1 - PANEL.end[followed] / PANEL.baseline[followed]), "enzyme")
        ),
        "points_of_largest": float(PANEL.score(PANEL.largest_value_enzyme)["enzyme_points"]),
        "same_points": " or ".join(_earning_like(PANEL.largest_value_enzyme, names)),
    }


def _earning_like(enzyme: str, names: dict[str, str]) -> list[str]:
    """Return the enzymes of the panel that would earn as much as one of them."""
    points = {name: float(PANEL.score(name)["enzyme_points"]) for name in names}
    return [names[name] for name in names if points[name] == points[enzyme]]


def total_values(published: PublishedFacts, _: Values) -> Values:
    """Compute the total score of the illustrative patient."""
    patient = WorkedPatient(published, **PRACTICE_LIMITS)
    category = str(patient.scored["response"])
    return PRACTICE_LIMITS | {
        "scales": _SCALES,
        "changes": ", ".join(
            f"{measure_name_in_sentence(change.column)} {change.baseline} → {change.end}"
            for change in patient.changes
        ),
        "percents": [change.percent for change in patient.changes],
        "sum": _sum(change.points for change in patient.changes),
        "score": float(patient.scored["tis"]),
        "of_baseline": sum(
            float(band_points(change.relative, change.measure)) for change in patient.changes
        ),
        "boundaries_above": sum(
            change.points_if_misassigned if change.on_boundary else change.points
            for change in patient.changes
        ),
        "category": category,
        "categories": list(CATEGORIES.values()),
        "needed": RESPONSE_CUTOFFS["adult"][category],
    }


def juvenile_values(published: PublishedFacts, _: Values) -> Values:
    """Classify the same score in a child."""
    score = float(WorkedPatient(published, **PRACTICE_LIMITS).scored["tis"])
    category, cuts = str(response_category(score, "juvenile")), RESPONSE_CUTOFFS["juvenile"]
    return {
        "score": score,
        "category": category.capitalize(),
        "choice": CATEGORIES[category],
        "adult": CATEGORIES[str(response_category(score))],
        "categories": list(CATEGORIES.values()),
        "cuts": {f"{name} from": cut for name, cut in cuts.items()},
        "passed": cuts[category],
        "moderate": cuts["moderate"],
        "needed": cuts["moderate"] - score,
    }


def ceiling_values(published: PublishedFacts, given: Values) -> Values:
    """Compute the highest score of a baseline that allows no response."""
    needed = published.count("design.responder_score")
    most = attainable_score(given["patient"], **_SCORING)
    # An enzyme at its limit is one fall that is possible; at 0 it is more than any.
    at_limit = attainable_score(given["patient"], **_SCORING, enzyme_floor=1)
    return PRACTICE_LIMITS | {
        "scales": _SCALES,
        "baseline": {
            measure_name_in_sentence(name): value for name, value in given["patient"].items()
        },
        "baseline_by_column": given["patient"],
        "percents": list(most.percent_improvements.values()),
        "points": most.points,
        "sum": _sum(most.points.values()),
        "highest": most.score,
        "enzyme_to_limit": at_limit.score,
        "of_the_grid": _of_the_grid(most.percent_improvements),
        "maximum": sum(rule.points[-1] for rule in CORE_SET.values()),
        "needed": needed,
        "possible": most.score >= needed,
    }


def _of_the_grid(percents: Mapping[str, float]) -> float:
    """Return the highest score by the grid of bands, with the middle band of the other measures."""
    others = [bisect_left(CORE_SET[name].cutoffs, percents[name]) for name in OTHER_MEASURES]
    strength = bisect_left(CORE_SET[MMT].cutoffs, percents[MMT])
    return float(attainable_scores_by_band()[median_low(others), strength])


def missing_values(published: PublishedFacts, _: Values) -> Values:
    """Compute the bounds of a score with a measure missing."""
    measure = "extramuscular"
    patient = WorkedPatient(published)
    visits = patient.visits
    visits.loc[visits.index[-1], measure] = float("nan")
    row = score_visits(visits, missing="bounds", **_SCORING).iloc[-1]
    low, high = float(row["tis_low"]), float(row["tis_high"])
    worst, best = response_category([low, high]).tolist()
    read_as_zero = visits.fillna({measure: 0.0})
    baseline, length = float(visits[measure].iloc[0]), SCALES[measure].high or 0
    return {
        "low": low,
        "high": high,
        "sum": _sum(each.points for each in patient.changes if each.measure != measure),
        "gain": high - low,
        "as_zero": float(score_visits(read_as_zero, **_SCORING).iloc[-1]["tis"]),
        "all_points": low + CORE_SET[measure].points[-1],
        "choice": UNDETERMINED if worst != best else CATEGORIES[worst],
        "choices": [*CATEGORIES.values(), UNDETERMINED],
        "worst": worst,
        "best": best,
        "response": row["response"],
        "maximum": CORE_SET[measure].points[-1],
        "baseline": baseline,
        "length": length,
        "most_percent": 100 * baseline / length,
    }


def imacs_improvement_values(published: PublishedFacts, _: Values) -> Values:
    """Test whether the illustrative patient meets the definition of improvement."""
    rule, patient = IMPROVEMENT_RULES["imacs"], WorkedPatient(published, **PRACTICE_LIMITS)
    row = patient.classified
    return {
        "rule": rule,
        "measures": len(CORE_SET),
        "worse_count": int(row["worse_count"]),
        "improved_count": int(row["improved_count"]),
        "improved": bool(row["improved"]),
        "relative": {
            measure_name_in_sentence(each.measure): each.relative for each in patient.changes
        },
        "by_range": sum(
            each.percent >= cutoff_of(rule.improved_by, each.measure) for each in patient.changes
        ),
        "by_half": sum(2 * each.percent <= each.relative for each in patient.changes),
        "form": patient.with_complete_haq(),
    }


def imacs_worsening_values(_: PublishedFacts, given: Values) -> Values:
    """Test a visit that meets one version of the definition of worsening and not the other."""
    visits = pd.DataFrame({"patient_id": "worse", **given["patient"]})
    verdicts = {
        name: classify_visits(visits, enzyme="ck", worsening=name).iloc[0]
        for name in WORSENING_RULES
    }
    row = verdicts["imacs"]
    relative = {name: float(row[f"{name}_relative"]) for name in CORE_SET}
    weeks = given["patient"]["week"]
    return {
        "weeks": _course(weeks),
        "week": weeks[1],
        "courses": "; ".join(
            f"{measure_name_in_sentence(name)} {_course(given['patient'][name])}"
            for name in COLUMNS
        ),
        "once": bool(row["worsened"]),
        "confirmed": bool(verdicts["confirmed"]["worsened"]),
        "visits": WORSENING_RULES["confirmed"].consecutive_visits,
        "worse": {measure_name_in_sentence(name): -by for name, by in relative.items() if by < 0},
        "physician_rise": -row["physician_global_cm"],
        "extramuscular_rise": -row["extramuscular_cm"],
        "count": int(row["worsening_count"]),
        "rising": sum(by < 0 for by in relative.values()),
        "rule": WORSENING_RULES["imacs"],
        **{f"{each.measure}_by": each.by for each in chain(*WORSENING_RULES["imacs"].clauses)},
    }


def interval_values(published: PublishedFacts, _: Values) -> Values:
    """Compute the interval of the primary outcome."""
    count = response_count(published)
    level = float(published.value("design.confidence_level") / 100)
    planned = float(published.value("design.assumed_proportion"))
    found, wilson, wald = (
        proportion_interval(count.responders, count.patients, level, method)
        for method in ("clopper-pearson", "wilson", "wald")
    )
    return {
        "count": count,
        "found": found,
        "wilson": wilson,
        "wald": wald,
        "level": level,
        "tail": (1 - level) / 2,
        "whole_low": format_rounded(100 * found.low, 0),
        "whole_high": format_rounded(100 * found.high, 0),
        **{
            f"printed_{end}": published.text(f"claims.abstract.interval_{end}")
            for end in ("low", "high")
        },
        "planned": planned,
        "inside": found.low <= planned <= found.high,
    }


def percent_without_count_values(published: PublishedFacts, _: Values) -> Values:
    """Find the counts that round to the percentages of the article."""
    claims = published.tables["claims"].set_index("id")["printed"]
    precise, whole = claims["results.responders_percent"], claims["discussion.minimal_percent"]
    analysed, included = published.count("flow.analysed"), published.count("flow.included")
    found = {
        f"of_{name}{kind}": counts_matching(parse(printed), of)
        for name, of in (("analysed", analysed), ("included", included))
        for kind, printed in (("_precise", precise), ("", whole))
    }
    near = response_count(published).responders
    # The counts below and above the percentage.
    below = int(parse(precise).value * included / 100)
    around = (
        f"{k} of {included} is {format_rounded(100 * k / included, 1)}%" for k in (below, below + 1)
    )
    return found | {
        "precise": precise,
        "whole": whole,
        "analysed": analysed,
        "included": included,
        "counts_of_analysed": _counts(found["of_analysed_precise"], analysed),
        "counts_of_included": _counts(found["of_included_precise"], included),
        "whole_counts": _either(found["of_included"]),
        "whole_of_analysed": round(float(parse(whole).value) * analysed / 100),
        "precise_of_included": bool(found["of_included_precise"]),
        "precise_of_analysed": bool(found["of_analysed_precise"]),
        "near": near,
        "near_share": near / analysed,
        "next_share": (near + 1) / analysed,
        "around": ", ".join(around),
        "one_of_analysed": 1 / analysed,
        "one_of_included": 1 / included,
    }


def quartile_values(_: PublishedFacts, given: Values) -> Values:
    """Compute a first quartile with two definitions."""
    values, share = given["values"], 0.25
    n = len(values)
    position = (n + 1) * share
    low = int(position)
    return {
        "n": n,
        "share": share,
        "spss": float(quantiles(values, [share], "spss")[0]),
        "usual": float(quantiles(values, [share], 7)[0]),
        "n_plus_one": n + 1,
        "position": position,
        "fraction": position - low,
        "below": values[low - 1],
        "above": values[low],
        "usual_position": (n - 1) * share + 1,
    }


def dosing_values(published: PublishedFacts, given: Values) -> Values:
    """Compute the infusion days when the daily maximum applies to a heavy patient."""
    limit = published.count("design.maximum_daily_dose")
    plan = regimens.schedule(given["weight"], regimens.STANDARD, limit)
    doses = ("loading", "maintenance")
    values: dict[str, Any] = {"limit": limit}
    for name, infusion, row in zip(
        doses, regimens.STANDARD.infusions, plan.to_dict("records"), strict=False
    ):
        values |= {
            f"{name}_dose": infusion.dose_g_per_kg,
            f"{name}_planned": infusion.planned_days,
            f"{name}_days": row["days"],
            f"{name}_grams": row["total_grams"],
            f"{name}_fits": bool(row["within_plan"]),
            f"{name}_whole_days": int(row["total_grams"] // limit),
        }
    return values


def survival_values(published: PublishedFacts, given: Values) -> Values:
    """Estimate the proportion improved, without and with censoring."""
    events: dict[float, int] = dict(moderate_by_week(published).items())
    patients, horizon = published.count("flow.analysed"), published.count("design.primary_week")
    uncensored = kaplan_meier(*times_from_counts(events, patients, horizon=horizon))
    leaving: dict[float, int] = {given["left_week"]: given["left"]}
    with_censoring = kaplan_meier(*times_from_counts(events, patients, leaving, horizon=horizon))
    plain, censored = (1 - curve.at(horizon).survival for curve in (uncensored, with_censoring))
    last = max(events)
    return {
        "patients": patients,
        "horizon": horizon,
        "counts": ", ".join(f"{count} by week {week:g}" for week, count in events.items()),
        "plain": plain,
        "censored": censored,
        "events": sum(events.values()),
        "left_out": sum(events.values()) / (patients - given["left"]),
        "last": last,
        "events_last": events[last],
        "at_risk": with_censoring.at(last).at_risk,
        "before": with_censoring.at(given["left_week"]).survival,
        "after": with_censoring.at(last).survival,
    }


def placebo_values(published: PublishedFacts, _: Values) -> Values:
    """Compare both arms of ProDERM."""
    level = float(published.value("design.confidence_level") / 100)
    treated, control = (Arm.read(published, address) for address in (TREATED, PLACEBO))
    found = arm_difference(treated, control, confidence_level=level)
    printed = [format_rounded(100 * arm.proportion, 1) for arm in (treated, control)]
    return {
        "threshold": published.count("design.minimal_score"),
        "week": read_trials().count("trials.proderm.week"),
        "level": level,
        "treated": treated,
        "control": control,
        "found": found,
        "wald": arm_difference(treated, control, confidence_level=level, method="wald"),
        "of_rounded": float(printed[0]) - float(printed[1]),
    }


def _sum(points: Iterable[float]) -> str:
    return " + ".join(f"{each:g}" for each in points)


def _course(values: Iterable[float]) -> str:
    return " → ".join(f"{value:g}" for value in values)


def _either(counts: list[int]) -> str:
    return " or ".join(map(str, counts)) or "none"


def _counts(counts: list[int], of: int) -> str:
    return f"{_either(counts)} of {of}" if counts else f"no number out of {of}"


#: The function of each exercise by its key in ``exercises.toml``.
NUMBERS: dict[str, Callable[[PublishedFacts, Values], Values]] = {
    "percent": percent_values,
    "boundary": boundary_values,
    "enzyme": enzyme_values,
    "total": total_values,
    "juvenile": juvenile_values,
    "ceiling": ceiling_values,
    "missing": missing_values,
    "imacs-improvement": imacs_improvement_values,
    "imacs-worsening": imacs_worsening_values,
    "interval": interval_values,
    "percent-without-count": percent_without_count_values,
    "quartile": quartile_values,
    "dosing": dosing_values,
    "kaplan-meier": survival_values,
    "placebo": placebo_values,
}
