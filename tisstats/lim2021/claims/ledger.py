"""The claims ledger: every printed number with a verdict that the code gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.ledger import recompute, words
from tisstats.ledger.claim import Claim, Evaluation, Finding, Inputs, Verdict
from tisstats.ledger.numbers import Numbers
from tisstats.ledger.published import Published
from tisstats.ledger.relations import Relations, Way
from tisstats.lim2021.claims import consistency, table2_rows
from tisstats.lim2021.claims.attained import REMARK, attained, attained_addresses
from tisstats.printed import prints_as
from tisstats.statistics.quantiles import Definition, parse_definition

#: Every check that a claim can name.
METHODS: dict[str, Callable[[Inputs], Finding]] = {
    "fact": consistency.fact,
    "at-most": consistency.at_most,
    "between": consistency.between,
    "percentage": recompute.percentage,
    "interval-low": recompute.interval_low,
    "interval-high": recompute.interval_high,
    "planned-low": recompute.planned_low,
    "planned-high": recompute.planned_high,
    "planned-width": recompute.planned_width,
    "quartile": consistency.quartile,
    "row-quartile": table2_rows.row_quartile,
    "row-change-quartile": table2_rows.row_change_quartile,
    "row-p-value": table2_rows.row_p_value,
    "all-of": words.all_of,
    "majority": words.majority,
    "nearly-half": words.nearly_half,
    "higher": words.higher,
    "lower": words.lower,
    "none-significant": words.none_significant,
    "open-percentage": words.open_percentage,
    "word": words.word,
}

#: Roles whose numbers a recomputation takes, so that they have to be printed themselves.
OPERANDS = (
    *("count", "of", "than_count", "than_of", "p"),
    *("successes", "trials", "proportion", "level"),
)


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
    DataError
        If claims name checks or inputs that do not exist; carries every such claim.
    """
    quantile_definition = parse_definition(quantile_definition, "quantile_definition")
    claims = read_claims(published)
    book = _Book.of(published, claims, quantile_definition)
    evaluations, faults = [], []
    for line, claim in enumerate(claims, start=2):
        try:
            evaluations.append(_evaluate(claim, book))
        except (ValueError, KeyError, ArithmeticError) as error:
            reason = _reason(error)
            file = str(published.directory / "claims.csv")
            faults.append(Fault(file, f"claim {claim.id}: {reason}", row=line))
    if faults:
        raise DataError(faults)
    return evaluations


def _reason(error: Exception) -> str:
    """Say in one line why a claim cannot be evaluated."""
    if isinstance(error, DataError):
        return "; ".join(f"{Path(fault.file).name} {fault.message}" for fault in error.faults)
    return "; ".join(str(error.args[0] if error.args else error).splitlines())


@dataclass(frozen=True, slots=True)
class _Book:
    """What the evaluation of every claim needs."""

    published: Published
    numbers: Numbers  #: which claims print the same number
    relations: Relations  #: sums and percentages among printed numbers
    met: frozenset[str]  #: addresses of the numbers that the reference cohort meets
    quantile_definition: Definition

    @classmethod
    def of(cls, published: Published, claims: list[Claim], definition: Definition) -> _Book:
        numbers = Numbers.of_claims(claims)
        relations = Relations.read(published, claims, numbers)
        return cls(
            published, numbers, relations, attained_addresses(published, definition), definition
        )


def _evaluate(claim: Claim, book: _Book) -> Evaluation:
    if claim.method not in METHODS:
        raise ValueError(f"unknown method {claim.method!r}; known are {', '.join(METHODS)}")
    inputs = replace(
        Inputs.read(claim, book.published, book.quantile_definition),
        elsewhere=book.numbers.elsewhere(claim),
    )
    if claim.method not in _WITHOUT_NUMBER:
        _ = claim.number  # refuses what is no printed number
    _refuse_unprinted(inputs, book.numbers)
    finding = METHODS[claim.method](inputs)
    finding = replace(finding, checks=(*finding.checks, *consistency.own_cell(inputs)))
    first = book.numbers.first(claim)
    checks: list[str] = []
    if finding.value is not None or finding.agrees is not None:
        checks.append(f"{claim.method}:{first}")
    ways = book.relations.ways(claim)
    if ways:
        finding = _with_ways(finding, ways, claim)
        checks += [way.check for way in ways]
    # The number of a patient is a name: that patients can be named so shows nothing.
    named = claim.kind == "identifier"
    follows = finding.value is not None or finding.agrees is not None
    if not follows and not named and attained(inputs, book.met):
        finding = replace(finding, attained=REMARK)
    return Evaluation(claim, finding, "" if first == claim.id else first, tuple(checks))


def _with_ways(finding: Finding, ways: list[Way], claim: Claim) -> Finding:
    """Add what follows from other printed numbers; a way that disagrees decides.

    A percentage that disagrees with its count is the percentage's fault where sums give the count.
    """
    sums = [way for way in ways if not way.check.startswith("percentage:")] or ways
    wrong = [way for way in sums if not prints_as(way.value, claim.number)]
    value = finding.value if finding.value is not None else (wrong or sums)[0].value
    said = [way.text for way in ways if way in sums or prints_as(way.value, claim.number)]
    return replace(finding, value=value, remarks=(*finding.remarks, "; also ".join(said)))


def _refuse_unprinted(inputs: Inputs, numbers: Numbers) -> None:
    """Refuse operands that the article does not print, or that are the claim's own number."""
    own = numbers.of_claim(inputs.claim)
    for role, address in inputs.roles:
        if role in OPERANDS and inputs.claim.method in _RECOMPUTING:
            if not numbers.is_printed(address):
                raise ValueError(
                    f"{role}={address} is printed by no claim, so it certifies nothing"
                )
            if numbers.of(address) == own:
                raise ValueError(f"{role}={address} is the number of the claim itself")


#: Methods whose result can certify a number.
_RECOMPUTING = (
    *("percentage", "interval-low", "interval-high", "planned-low", "planned-high"),
    *("planned-width", "majority", "higher", "lower", "none-significant"),
)

#: Methods for words that state no number.
_WITHOUT_NUMBER = ("all-of", "majority", "nearly-half", "higher", "lower", "word")


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
    """Tabulate evaluations.

    Columns ``id``, ``place``, ``quantity``, ``printed``, ``unit``, ``reads``, ``computed``,
    ``verdict``, ``repeats``, ``check`` and ``note``. ``reads`` is the print with its unit as one
    says them, ``repeats`` the first row that prints the same number, and ``check`` names what
    certifies it.
    """
    return pd.DataFrame(
        [
            {
                "id": item.claim.id,
                "place": item.claim.place,
                "quantity": item.claim.quantity,
                "printed": item.claim.printed,
                "unit": item.claim.unit,
                "reads": item.claim.reads,
                "computed": item.computed,
                "verdict": str(item.verdict),
                "repeats": item.repeats,
                "check": " ".join(item.checks),
                "note": item.note,
            }
            for item in evaluations
        ]
    )
