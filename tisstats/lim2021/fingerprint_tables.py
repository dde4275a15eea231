"""The fingerprints laid out for a page."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.claims.table2_rows import p_range_text
from tisstats.lim2021.finer_steps import assumed_steps, with_unit
from tisstats.lim2021.fingerprints import completers, patients_of, quantile_rules
from tisstats.lim2021.recorded_in import (
    age_resolutions,
    completers_otherwise,
    definition_name,
    dynamometer,
)
from tisstats.measures.scales import SCALES
from tisstats.printed import limit_as_printed
from tisstats.proof import Proof
from tisstats.statistics import DEFINITIONS

_ROUNDING = "printed numbers rounded with halves away from zero"
_TEST = "P by the normal approximation, zeros dropped, without continuity correction"

#: Patients with interstitial lung disease, of how many with anti-Jo1: doi:10.1002/acr.21895.
_LUNG_DISEASE_WITH_ANTI_JO1 = (66, 91)


def age_table(published: Published) -> pd.DataFrame:
    """Tabulate `age_resolutions` for a page."""
    found = age_resolutions(published)
    return pd.DataFrame(
        {
            "Ages recorded in": found["resolution"],
            "Age of the youngest by numpy's rule, at most": [
                limit_as_printed(age, 2, "greatest") for age in found["needed"]
            ],
            "Age at onset that the criteria allow, at least": [
                limit_as_printed(age, 2, "least") for age in found["allowed"]
            ],
            "Can numpy's rule give the printed numbers?": _yes(found["possible"]),
        }
    )


def rule_table(rules: pd.DataFrame, finer: pd.DataFrame) -> pd.DataFrame:
    """Tabulate `quantile_rules` for a page, with those on finer steps beside them."""

    def sets(frame: pd.DataFrame) -> list[str]:
        return [
            f"{possible} of {sets}"
            for possible, sets in zip(frame["possible"], frame["sets"], strict=True)
        ]

    return pd.DataFrame(
        {
            "Rule": [definition_name(name) for name in rules["definition"]],
            "Sets it allows on the steps assumed": sets(rules),
            "What it does not allow": rules["conflicts"].replace("", "–"),
            "Sets it allows on finer steps": sets(finer),
        }
    )


def rule_numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the paragraph on the rule for quartiles."""
    counted = quantile_rules(published).set_index("definition")["possible"]
    finer = quantile_rules(published, finer=True)
    return {
        "quartile_sets": int(finer["sets"].iloc[0]),
        "sets_spss": int(counted["spss"]),
        "sets_numpy": int(counted["7"]),
        "steps_assumed": (f"ages in completed years, durations in whole months, {assumed_steps()}"),
        "rules": len(finer),
        "sets_finer": _sets_told(finer),
        "type_beside": definition_name(6),
    }


def _sets_told(rules: pd.DataFrame) -> str:
    """Say how many sets each rule allows: all of them, or so many at least."""
    least, sets = int(rules["possible"].min()), int(rules["sets"].iloc[0])
    return f"all {sets}" if least == sets else f"at least {least} of the {sets}"


def analysis_numbers(published: Published, sets: pd.DataFrame) -> dict[str, object]:
    """Return the numbers of the paragraph on the analysis set."""
    conflicts = sets[~sets["completers_attainable"]].to_dict("records")
    measures = [row["measure"] for row in conflicts]
    n = completers(published)
    names = " and ".join(f"{SCALES[row['measure']].name} ({row['printed_p']})" for row in conflicts)
    scales = [SCALES[row["measure"]] for row in conflicts]
    steps = [
        f"{scale.abbreviation} in steps of {with_unit(scale.step, scale.unit)}" for scale in scales
    ]
    conditions = (
        f"all {n} with both values",
        *steps,
        "quartiles by HAVERAGE",
        _TEST,
        _ROUNDING,
    )
    none = "no measure has a P that they could not have given"
    return {
        "ended_early": published.count("flow.ended_early"),
        "completers": n,
        "conflicts": str(
            Proof(f"they have no such P for {names}" if conflicts else none, conditions)
        ),
        "still_excluded": _changes(published, measures, attainable=False),
        "no_longer_excluded": _changes(published, measures, attainable=True),
    }


def _changes(published: Published, measures: Iterable[str], *, attainable: bool) -> str:
    """Name the changed conditions under which the printed P is attainable, or is not."""
    names: dict[str, None] = {}
    for measure in measures:
        found = completers_otherwise(published, measure)[1:]
        names |= dict.fromkeys(found.loc[found["attainable"] == attainable, "condition"])
    return "; ".join(names) or "none"


def analysis_table(sets: pd.DataFrame) -> pd.DataFrame:
    """Tabulate `analysis_sets` for a page."""
    rows = []
    for row in sets.to_dict("records"):
        scale = SCALES[row["measure"]]
        laid = {
            "Outcome measure": scale.name,
            "Steps assumed": with_unit(scale.step, scale.unit),
            "P as printed": row["printed_p"],
        }
        for name, said in (("analysed", "all"), ("completers", "completers")):
            laid[f"P of {said} (n={row[f'{name}_n']})"] = p_range_text(
                row[f"{name}_low"], row[f"{name}_high"]
            )
            laid[f"Attainable, {said}"] = "yes" if row[f"{name}_attainable"] else "no"
        rows.append(laid)
    return pd.DataFrame(rows)


def otherwise_table(published: Published, sets: pd.DataFrame) -> pd.DataFrame:
    """Tabulate `completers_otherwise` for a page, for each measure that is in conflict."""
    columns = ["Outcome measure", "Condition changed", "P of completers", "Printed P attainable"]
    rows = []
    for measure in sets.loc[~sets["completers_attainable"], "measure"]:
        for row in completers_otherwise(published, measure).to_dict("records"):
            limits = p_range_text(row["low"], row["high"])
            attainable = "yes" if row["attainable"] else "no"
            rows.append((SCALES[measure].name, row["condition"], limits, attainable))
    return pd.DataFrame(rows, columns=columns)


def dynamometer_numbers(published: Published, measure: str = "biceps") -> dict[str, object]:
    """Return the numbers of the paragraph on the dynamometer."""
    found = dynamometer(published, measure)
    patients = patients_of(published, measure)
    excluded = found.loc[~found["possible"], "resolution"]
    printed = published.text(f"table2.{measure}.change.median")
    statement = (
        f"it does not come from {' or '.join(excluded)}"
        if len(excluded)
        else "none of the resolutions in the table is excluded"
    )
    conditions = (
        f"all {patients} patients measured",
        "quartiles by HAVERAGE",
        _ROUNDING,
    )
    return {
        "biceps_median": printed,
        "biceps_patients": patients,
        "dynamometer_excluded": str(Proof(statement, conditions)),
        "dynamometer_possible": ", or ".join(found.loc[found["possible"], "resolution"]),
    }


def dynamometer_table(published: Published) -> pd.DataFrame:
    """Tabulate `dynamometer` for a page."""
    found = dynamometer(published)
    return pd.DataFrame(
        {
            "Recorded in": found["resolution"],
            "Step, N": [str(step) for step in found["step"]],
            "By HAVERAGE?": _yes(found["possible"]),
            "Why not": found["reason"].replace("", "–"),
            "Rules that allow it": [
                f"all {len(each)}"
                if len(each) == len(DEFINITIONS)
                else ", ".join(map(definition_name, each)) or "none"
                for each in found["definitions"]
            ],
        }
    )


def closing_numbers(published: Published) -> dict[str, object]:
    """Return the numbers of the paragraph on what is odd."""
    with_it, of = _LUNG_DISEASE_WITH_ANTI_JO1
    return {
        "imnm_raynaud": _having(published.count("table1.raynaud.imnm.count")),
        "ass_pulmonary": _having(published.count("table1.pulmonary.ass.count")),
        "lung_elsewhere": f"{with_it} of {of}",
    }


def _having(count: int) -> str:
    """Say how many of a group have something: ``none has``, ``1 has``, ``2 have``."""
    return f"{count or 'none'} {'has' if count < 2 else 'have'}"


def _yes(possible: pd.Series) -> list[str]:
    return ["yes" if each else "no" for each in possible]
