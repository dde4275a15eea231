"""The fingerprints laid out for a page."""

from __future__ import annotations

import pandas as pd

from tisstats.measures.scales import SCALES
from tisstats.rounding import as_printed
from tisstats.study.fingerprints import completers, dynamometer
from tisstats.study.published import Published


def rule_table(rules: pd.DataFrame) -> pd.DataFrame:
    """Lay out `quantile_rules` for a page."""
    return pd.DataFrame(
        {
            "Rule": [_rule_name(name) for name in rules["definition"]],
            "Sets it allows": [
                f"{possible} of {sets}"
                for possible, sets in zip(rules["possible"], rules["sets"], strict=True)
            ],
            "What it cannot give": rules["conflicts"].replace("", "–"),
        }
    )


def _rule_name(definition: str) -> str:
    return {"spss": "HAVERAGE (SPSS)", "7": "type 7 (numpy, pandas, R by default)"}.get(
        definition, f"type {definition}" if definition.isdecimal() else definition
    )


def analysis_numbers(published: Published, sets: pd.DataFrame) -> dict[str, object]:
    """Give the numbers of the paragraph on the analysis set."""
    conflicts = sets[~sets["completers_attainable"]]
    return {
        "ended_early": published.count("flow.ended_early"),
        "completers": completers(published),
        "conflict_measures": " and ".join(
            f"{SCALES[row['measure']].name} ({row['printed_p']})"
            for row in conflicts.to_dict("records")
        ),
    }


def analysis_table(sets: pd.DataFrame) -> pd.DataFrame:
    """Lay out `analysis_sets` for a page."""
    rows = []
    for row in sets.to_dict("records"):
        laid = {
            "Outcome measure": SCALES[row["measure"]].name,
            "P as printed": row["printed_p"],
        }
        for name, said in (("analysed", "all"), ("completers", "completers")):
            low, high = (as_printed(row[f"{name}_{side}"], 4) for side in ("low", "high"))
            laid[f"P of {said} (n={row[f'{name}_n']})"] = f"{low} to {high}"
            laid[f"Attainable, {said}"] = "yes" if row[f"{name}_attainable"] else "no"
        rows.append(laid)
    return pd.DataFrame(rows)


def dynamometer_table(published: Published) -> pd.DataFrame:
    """Lay out `dynamometer` for a page."""
    found = dynamometer(published)
    return pd.DataFrame(
        {
            "Recorded in": found["resolution"],
            "Can it be?": ["yes" if possible else "no" for possible in found["possible"]],
            "Why not": found["reason"].replace("", "–"),
        }
    )


def added_patient(published: Published) -> dict[str, object]:
    """Give the numbers of the paragraphs on the patient whom the discussion adds."""
    claims = published.tables["claims"].set_index("id")["printed"]
    minimal = published.count("response.minimal")
    return {
        "added_patient": claims["discussion.added_patient"],
        "discussion_percent": claims["discussion.minimal_percent"].removesuffix("%"),
        "included": published.count("flow.included"),
        "discussion_count": minimal + published.count("response.discussion_added"),
        "minimal": minimal,
        "minimal_lost": published.count("response.minimal_lost"),
        "imnm_raynaud": published.text("table1.raynaud.imnm.count"),
        "ass_pulmonary": published.text("table1.pulmonary.ass.count"),
    }
