"""The claims ledger: every printed number with a verdict that the code gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from tisstats.faults import DataFault, Fault
from tisstats.statistics import DEFINITIONS
from tisstats.statistics.quantiles import Definition
from tisstats.study.claims import consistency, recompute, table2_rows
from tisstats.study.claims.attained import REMARK, attained, attained_addresses
from tisstats.study.claims.claim import Claim, Evaluation, Finding, Inputs, Verdict
from tisstats.study.published import Published

#: Every check that a claim can name.
METHODS: dict[str, Callable[[Inputs], Finding]] = {
    "sum": recompute.total,
    "difference": recompute.difference,
    "product": recompute.product,
    "count-rows": recompute.count_rows,
    "percentage": recompute.percentage,
    "interval-low": recompute.interval_low,
    "interval-high": recompute.interval_high,
    "planned-low": recompute.planned_low,
    "planned-high": recompute.planned_high,
    "planned-width": recompute.planned_width,
    "stated": consistency.stated,
    "all-of": consistency.all_of,
    "at-most": consistency.at_most,
    "between": consistency.between,
    "part": consistency.part,
    "quartile": consistency.quartile,
    "row-quartile": table2_rows.row_quartile,
    "row-change-quartile": table2_rows.row_change_quartile,
    "row-p-value": table2_rows.row_p_value,
}


def read_claims(published: Published) -> list[Claim]:
    """Give the claims in the order of the file."""
    table = published.tables["claims"]
    return [
        Claim(**{str(name): cell for name, cell in row.items()}) for row in table.to_dict("records")
    ]


def evaluate(published: Published, *, quantile_definition: str | int = "spss") -> list[Evaluation]:
    """Evaluate every claim from the published facts.

    Parameters
    ----------
    published
        The published facts, the claims among them.
    quantile_definition
        How the article's quartiles are taken to have been computed, see
        `tisstats.statistics.quantiles`; R's types may come as text, "1" to "9".

    Raises
    ------
    ValueError
        If there is no such definition of quartiles.
    DataFault
        If claims name checks or inputs that do not exist; carries every such claim.
    """
    if isinstance(quantile_definition, str) and quantile_definition.isdecimal():
        quantile_definition = int(quantile_definition)
    if quantile_definition not in DEFINITIONS:
        raise ValueError(
            f"quantile_definition is {quantile_definition!r}; give one of "
            f"{', '.join(map(str, DEFINITIONS))}"
        )
    met = attained_addresses(published, quantile_definition)
    evaluations, faults = [], []
    for line, claim in enumerate(read_claims(published), start=2):
        try:
            evaluations.append(_evaluate(claim, published, quantile_definition, met))
        except (ValueError, KeyError, ArithmeticError) as error:
            reason = "; ".join(str(error).splitlines())
            file = str(published.directory / "claims.csv")
            faults.append(Fault(file, f"claim {claim.id}: {reason}", row=line))
    if faults:
        raise DataFault(faults)
    return evaluations


def _evaluate(
    claim: Claim, published: Published, quantile_definition: Definition, met: frozenset[str]
) -> Evaluation:
    if claim.method not in METHODS:
        raise ValueError(f"unknown method {claim.method!r}; known are {', '.join(METHODS)}")
    inputs = Inputs.read(claim, published, quantile_definition)
    finding = METHODS[claim.method](inputs)
    if finding.value is None and attained(inputs, met):
        finding = replace(finding, attained=REMARK)
    return Evaluation(claim, finding)


def with_verdict(evaluations: list[Evaluation], verdict: str) -> list[Evaluation]:
    """Keep the evaluations of one verdict, or of ``all``.

    Raises
    ------
    ValueError
        If there is no such verdict.
    """
    if verdict == "all":
        return evaluations
    if verdict not in list(Verdict):
        raise ValueError(f"verdict is {verdict!r}; give all, {', '.join(Verdict)}")
    return [item for item in evaluations if item.verdict == verdict]


def ledger_table(evaluations: Sequence[Evaluation]) -> pd.DataFrame:
    """Tabulate evaluations: id, place, quantity, printed, unit, computed, verdict, note."""
    return pd.DataFrame(
        [
            {
                "id": item.claim.id,
                "place": item.claim.place,
                "quantity": item.claim.quantity,
                "printed": item.claim.printed,
                "unit": item.claim.unit,
                "computed": item.computed,
                "verdict": str(item.verdict),
                "note": item.note,
            }
            for item in evaluations
        ]
    )


def verdict_counts(evaluations: Sequence[Evaluation]) -> dict[Verdict, int]:
    """Count the claims of each verdict, in the order of the verdicts; those with none included."""
    counted = Counter(item.verdict for item in evaluations)
    return {verdict: counted[verdict] for verdict in Verdict}
