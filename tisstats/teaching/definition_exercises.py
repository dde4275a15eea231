"""Exercises on the definitions of improvement and worsening of the IMACS group."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.measures.core_set import CORE_SET
from tisstats.measures.imacs import IMPROVEMENT_RULES, WORSENING_RULES, classify_visits
from tisstats.printed import as_printed
from tisstats.teaching import worked_patient
from tisstats.teaching.exercise import Exercise, Solution, in_words


def improvement(published: Published) -> Exercise:
    """Ask whether the patient made of medians meets the definition of improvement."""
    rule = IMPROVEMENT_RULES["imacs"]

    def solve() -> Solution:
        row = worked_patient.judgement(published)
        relative = ", ".join(
            f"{in_words(rule_of.name)} {as_printed(row[f'{measure}_relative'], 1)} %"
            for measure, rule_of in CORE_SET.items()
        )
        verdict = "met" if row["improved"] else "not met"
        settings = {"mmt_max": 260.0, "ck_uln": 170.0}
        sides = worked_patient.against_imacs(published, **settings)
        by_half = int((2 * sides["of_range"] <= sides["of_baseline"]).sum())
        haq = worked_patient.on_a_complete_form(published)
        return Solution(
            f"{row['improved_count']} measures improved enough: the definition is {verdict}.",
            (
                f"Relative to the patient’s own baseline: {relative}.",
                f"At least {rule.improved_by:g} % better are {row['improved_count']} measures; "
                f"{rule.improved_count} are needed.",
                f"At least {rule.worse_by:g} % worse are {row['worse_count']}; "
                f"{rule.worse_allowed} are allowed, muscle testing not among them.",
                f"The same changes are smaller in per cent of the scales’ ranges, {by_half} of "
                "them by half or more; these are the percentages of the Total Improvement Score.",
                f"{haq['end']} points of the HAQ is a rounded median. The nearest value of "
                f"a complete form is {haq['form']}: {haq['percent']} % better, which "
                f"{haq['counts']}. The definition is then {haq['verdict']}, with {haq['improved']} "
                "measures.",
            ),
            {"improved_count": int(row["improved_count"]), "improved": bool(row["improved"])},
        )

    return Exercise(
        "imacs-improvement",
        "Improvement by IMACS",
        f"IMACS calls a patient improved when at least {rule.improved_count} of {len(CORE_SET)} "
        f"core set measures are better by at least {rule.improved_by:g} % of their own baseline, "
        f"no more than {rule.worse_allowed} are worse by at least {rule.worse_by:g} %, and muscle "
        "testing is not one of these. Is the patient made of medians improved?",
        solve,
    )


#: A patient who gets worse; made up. The last visit is better again.
_WORSE: dict[str, list[float]] = {
    "week": [0, 3, 6],
    "physician_global": [4.0, 6.5, 4.5],
    "patient_global": [5.0, 7.0, 5.5],
    "mmt": [200, 170, 190],
    "haq": [1.5, 2.0, 1.75],
    "ck": [900, 800, 700],
    "extramuscular": [1.0, 1.2, 1.0],
}


def worsening(_: Published) -> Exercise:
    """Ask about a visit that meets one version of the definition and not the other."""
    visits = pd.DataFrame({"patient_id": "worse", **_WORSE})
    weeks = " → ".join(f"{week:g}" for week in _WORSE["week"])
    told = "; ".join(
        f"{in_words(CORE_SET[name].name) if name in CORE_SET else 'creatine kinase'} "
        f"{' → '.join(f'{value:g}' for value in values)}"
        for name, values in _WORSE.items()
        if name != "week"
    )
    rule, later = WORSENING_RULES["imacs"], WORSENING_RULES["confirmed"]
    visit = _WORSE["week"][1]

    def solve() -> Solution:
        at = {
            name: classify_visits(visits, enzyme="ck", worsening=name).iloc[0]
            for name in WORSENING_RULES
        }
        row = at["imacs"]
        once, confirmed = bool(row["worse"]), bool(at["confirmed"]["worse"])
        worse = [
            f"{in_words(CORE_SET[measure].name)} {as_printed(-row[f'{measure}_relative'], 0)} %"
            for measure in CORE_SET
            if row[f"{measure}_relative"] < 0
        ]
        return Solution(
            f"By the version that asks for one visit {'yes' if once else 'no'}, by the one that "
            f"asks for {later.consecutive_visits} in a row {'yes' if confirmed else 'no'}.",
            (
                f"Worse relative to baseline: {', '.join(worse)}.",
                f"Physician global rose by {as_printed(-row['physician_global_cm'], 1)} cm, but "
                "muscle testing did not fall enough to go with it, and extramuscular activity rose "
                f"by {as_printed(-row['extramuscular_cm'], 1)} cm only.",
                f"{row['worsening_count']} measures are worse by at least {rule.worse_by:g} %, and "
                f"{rule.worse_count} suffice: worse at this visit.",
                "The next visit does not meet it any more, so nothing is confirmed.",
                "The wording of the one-visit version is an assumption, and whether the study "
                "asked for two visits is not known.",
            ),
            {"once": once, "confirmed": confirmed, "count": int(row["worsening_count"])},
        )

    return Exercise(
        "imacs-worsening",
        "Worsening, once or twice?",
        f"At weeks {weeks} a made-up patient has: {told}. Is this patient worse at week {visit:g}, "
        "by the version of the IMACS definition that asks for one visit, and by the one that asks "
        "for consecutive visits?",
        solve,
    )


BUILDERS = (improvement, worsening)
