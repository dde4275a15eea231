"""Table 2, outcome measures: laid out as printed, and what can be checked of it."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.claim import Verdict
from tisstats.ledger.published import Published
from tisstats.lim2021.claims.ledger import evaluate
from tisstats.lim2021.finer_steps import with_unit
from tisstats.lim2021.scales import SCALES

_FAILED = (Verdict.NOT_ATTAINABLE, Verdict.NOT_REPRODUCED)


def laid_out(published: Published) -> pd.DataFrame:
    """Tabulate Table 2: median (first to third quartile) of baseline, end and change, and P."""
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
    """Check for each measure whether patients could have given its ten printed numbers.

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
    """Tell which printed medians and quartiles, of both tables, patients could not have given.

    Returns
    -------
    str
        The end of a sentence whose beginning names rule and steps.
    """
    evaluations = evaluate(published, quantile_definition=quantile_definition)
    names = [
        f"{item.claim.quantity} ({item.claim.printed})"
        for item in evaluations
        if item.claim.kind in ("median", "quartile") and item.verdict in _FAILED
    ]
    if not names:
        return "none of the medians and quartiles of both tables is impossible"
    return f"these medians and quartiles of both tables are impossible: {'; '.join(names)}"


def rule_in_words(quantile_definition: str | int) -> str:
    """Name a rule of quartiles as a sentence does.

    >>> rule_in_words("spss"), rule_in_words("tukey-hinges"), rule_in_words("7")
    ('the rule of SPSS', "Tukey's hinges", 'type 7')
    """
    named = {"spss": "the rule of SPSS", "tukey-hinges": "Tukey's hinges"}
    return named.get(str(quantile_definition), f"type {quantile_definition}")


def check_table(checked: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the checks for a page, with the scale that they rest on."""
    rows = []
    for row in checked.to_dict("records"):
        scale = SCALES[row["measure"]]
        top = "upwards" if scale.high is None else f"to {scale.high}"
        possible = row["possible"] == row["quartiles"] and row["p_fits"]
        rows.append(
            {
                "Outcome measure": scale.name,
                "Scale": f"{scale.low} {top}, steps of {with_unit(scale.step, scale.unit)}"
                + (" (assumed)" if scale.step_is_assumed else ""),
                "Possible quartiles": f"{row['possible']} of {row['quartiles']}",
                "P possible and as the text says": "yes" if row["p_fits"] else "no",
                "All of the row at once": "patient values found"
                if row["together"]
                else "none found, none excluded"
                if possible
                else "impossible",
            }
        )
    return pd.DataFrame(rows)
