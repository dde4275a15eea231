"""The design of the study: eligibility, dosing, outcome measures, and the planned precision."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021 import regimens
from tisstats.lim2021.scales import SCALES
from tisstats.printed import as_printed
from tisstats.statistics import sample_size_for_width

#: Body weights for which the days of infusion are tabulated, kg.
_WEIGHTS = (40, 50, 60, 70, 80, 90, 100, 120, 150, 200)

#: Widths of an interval for which the sample size is tabulated, proportions.
_WIDTHS = (0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2)

#: Largest sample size that is tried for a width, patients.
LARGEST_SIZE = 2000


def eligibility(published: Published) -> pd.DataFrame:
    """Tabulate the criteria of eligibility in our words, with their limits as printed."""
    limit = {name: published.text(f"design.{name}") for name in published.tables["design"]["id"]}
    rows = [
        ("Inclusion", "Age", f"at least {limit['minimum_age']} years"),
        ("Inclusion", "Duration of disease", f"under {limit['maximum_disease_duration']} months"),
        (
            "Inclusion",
            "Diagnosis",
            "inflammatory myopathy confirmed by biopsy, by the criteria of the European "
            "Neuromuscular Centre",
        ),
        (
            "Inclusion, added by amendment",
            "Minimal disability",
            f"at least {limit['minimal_muscle_loss']} % lost on manual muscle testing, and "
            f"{limit['minimal_other_abnormal']} other core set measures abnormal",
        ),
        (
            "Exclusion",
            "Other muscle disease",
            "inclusion body myositis, toxic myopathy, active endocrine disease, amyloidosis, "
            "muscular dystrophy (in the family too)",
        ),
        (
            "Exclusion",
            "Thrombosis",
            f"an episode within {limit['thrombosis_free_years']} years before enrolment",
        ),
        ("Exclusion", "Blood products", "known allergy or another severe reaction to one"),
        ("Exclusion", "Immunoglobulin A", "known deficiency and antibodies against it"),
        ("Exclusion", "Pregnancy", "present or wished for"),
        (
            "Exclusion",
            "Other conditions",
            "likely to interfere with compliance or with the evaluation of efficacy",
        ),
        (
            "Exclusion",
            "Earlier immunosuppressants",
            "any, except, without a clinical response, prednisolone up to "
            f"{limit['prednisolone_limit_mg']} mg/day for up to "
            f"{limit['prednisolone_limit_weeks']} weeks, or azathioprine or methotrexate for up "
            f"to {limit['azathioprine_methotrexate_limit_weeks']} weeks",
        ),
    ]
    return pd.DataFrame(rows, columns=["Kind", "Criterion", "What it asks or rules out"])


def dosing_facts(published: Published) -> dict[str, str]:
    """Read the printed numbers of the dosing scheme under the names that the prose uses."""
    fact = {name: published.text(f"design.{name}") for name in published.tables["design"]["id"]}
    return {
        "loading": fact["loading_dose"],
        "loading_days": f"{fact['loading_days_fewest']} to {fact['loading_days_most']}",
        "maintenance": fact["maintenance_dose"],
        "maintenance_doses": fact["maintenance_doses"],
        "maintenance_days": fact["maintenance_days"],
        "interval": fact["maintenance_interval"],
        "daily": fact["maximum_daily_dose"],
        "amended": fact["amended_dose"],
        "amended_interval": fact["amended_interval"],
        "responder_score": fact["responder_score"],
        "minimal_score": fact["minimal_score"],
        "core_measures": fact["core_set_measures"],
        "software": fact["software_version"],
    }


def assessment_weeks(published: Published) -> Mapping[str, list[int]]:
    """Return the weeks of assessment of each regimen.

    Outcomes were assessed at each admission for treatment and at the last week; those eligible
    for the amended regimen had an assessment more.
    """
    last = published.count("design.primary_week")
    extra = published.count("design.amended_decision_week")
    return {
        regimen.name: sorted(
            {infusion.week for infusion in regimen.infusions}
            | {last}
            | ({extra} if regimen is regimens.AMENDED else set())
        )
        for regimen in (regimens.STANDARD, regimens.AMENDED)
    }


def schedule(weight_kg: float, regimen: regimens.Regimen) -> pd.DataFrame:
    """Tabulate a regimen for one body weight, under the heads that a page shows."""
    plan = regimens.schedule(weight_kg, regimen)
    return pd.DataFrame(
        {
            "Week": plan["week"],
            "Dose, g/kg": [as_printed(dose, 0) for dose in plan["dose_g_per_kg"]],
            "Total, g": [f"{grams:g}" for grams in plan["total_grams"]],
            "Days needed": plan["days"],
            "Each day, g": [f"{round(grams, 1):g}" for grams in plan["grams_per_day"]],
            "Days planned": plan["planned_days"],
            "Fits the plan": ["yes" if fits else "no" for fits in plan["within_plan"]],
            "Note": plan["note"],
        }
    )


def worked_doses(weight_kg: float, published: Published) -> dict[str, str]:
    """Compute the numbers of the worked example under the names that the prose uses."""
    plan = regimens.schedule(weight_kg, regimens.STANDARD)
    limit = published.value("design.maximum_daily_dose") * published.value(
        "design.maintenance_days"
    )
    return {
        "body_weight": f"{weight_kg:g}",
        "total_grams": f"{plan['total_grams'].sum():g}",
        "loading_needs": str(plan["days"].iloc[0]),
        "maintenance_needs": str(plan["days"].iloc[1]),
        "fits_up_to": as_printed(limit / published.value("design.maintenance_dose"), 0),
    }


def days_by_weight(weight_kg: float) -> pd.DataFrame:
    """Tabulate the fewest days of each dose by body weight, the chosen weight among them."""
    rows = []
    for weight in sorted({*_WEIGHTS, weight_kg}):
        plan = regimens.schedule(weight, regimens.STANDARD)
        loading, maintenance = plan.iloc[0], plan.iloc[1]
        rows.append(
            {
                "Body weight, kg": f"{weight:g}",
                "Loading dose, g": f"{loading['total_grams']:g}",
                "Loading, days": loading["days"],
                "Maintenance dose, g": f"{maintenance['total_grams']:g}",
                "Maintenance, days": maintenance["days"],
                "Fits the plan": "yes" if plan["within_plan"].all() else "no",
            }
        )
    return pd.DataFrame(rows)


def outcome_measures() -> pd.DataFrame:
    """Tabulate range, step, direction and source of every outcome measure of Table 2."""
    return pd.DataFrame(
        [
            {
                "Measure": scale.name,
                "Range": f"{scale.low} and above"
                if scale.high is None
                else f"{scale.low}–{scale.high}",
                "Step": f"{float(scale.step):g}",
                "Unit": scale.unit,
                "Better": scale.better,
                "Source": scale.source + (" (assumed)" if scale.assumed else ""),
            }
            for scale in SCALES.values()
        ]
    )


def printed_plan(published: Published) -> dict[str, str]:
    """Read the planned interval as the article prints it."""
    claims = published.tables["claims"].set_index("id")["printed"]
    return {
        "printed_low": claims["methods.planned_low"],
        "printed_high": claims["methods.planned_high"],
        "printed_width": claims["methods.planned_width"],
        "article_patients": published.text("design.planned_patients"),
        "article_proportion": published.text("design.assumed_proportion"),
    }


def sizes_for_width(proportion: float, *, confidence_level: float, method: str) -> pd.DataFrame:
    """Tabulate the fewest patients for intervals of several widths.

    Parameters
    ----------
    proportion
        Assumed proportion of responders, 0 to 1.
    confidence_level
        Confidence level, 0 to 1.
    method
        Method of the interval.
    """
    rows = []
    for width in _WIDTHS:
        size = sample_size_for_width(
            width, proportion, confidence_level, method, maximum=LARGEST_SIZE
        )
        rows.append(
            {
                "Wanted width": f"{width:g}",
                "First size": size.first.trials,
                "Every size from": (
                    f"none up to {LARGEST_SIZE}" if size.lasting is None else size.lasting.trials
                ),
                "Width at the first": as_printed(size.first.width, 3),
            }
        )
    return pd.DataFrame(rows)
