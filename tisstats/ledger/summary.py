"""Summary of a ledger: distinct numbers and independent checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tisstats.ledger.claim import Evaluation, Verdict
from tisstats.ledger.evaluation import Ledger


def verdict_counts(evaluations: Iterable[Evaluation]) -> dict[Verdict, int]:
    """Count the claims of each verdict, in the order of the verdicts; those with none included."""
    counted = Counter(item.verdict for item in evaluations)
    return {verdict: counted[verdict] for verdict in Verdict}


def claims_by_check(ledger: Ledger) -> dict[str, int]:
    """Count the claims that each relation or computation confirms or contradicts."""
    return dict(Counter(name for item in ledger.values() for name in item.checked_by))


def independent_checks(ledger: Ledger) -> int:
    """Count the checks that the others do not imply.

    The sums among printed numbers are linear equations, whose rank is computed exactly, in
    fractions. Every number that is computed otherwise, such as a percentage or a confidence limit,
    adds one equation of its own.
    """
    numbers = ledger.numbers
    rows: list[dict[str, Fraction]] = [
        {numbers.number_at(at): Fraction(factor) for at, factor in relation.coefficients.items()}
        for relation in ledger.relations.sums
    ]
    for name in claims_by_check(ledger):
        _, colon, first = name.partition(":")
        if colon:
            # To the printed precision: 42.0% and 42% are checked separately.
            number = numbers.number_at(f"claims.{first}")
            rows.append({number if any(number in row for row in rows) else first: Fraction(1)})
    return _rank(rows)


def _rank(rows: Sequence[Mapping[str, Fraction]]) -> int:
    """Return the rank of a sparse matrix, by elimination in fractions."""
    pivots: dict[str, dict[str, Fraction]] = {}
    for given in rows:
        row = dict(given)
        while row:
            column = min(row)
            if column not in pivots:
                pivots[column] = row
                break
            pivot = pivots[column]
            factor = row[column] / pivot[column]
            row = {
                name: left
                for name in row.keys() | pivot.keys()
                if (left := row.get(name, Fraction(0)) - factor * pivot.get(name, Fraction(0)))
            }
    return len(pivots)


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of claims, distinct numbers and independent checks of a ledger."""

    claims: dict[Verdict, int]  #: claims of each verdict
    numbers: dict[Verdict, int]  #: distinct numbers of each verdict
    checks: int  #: independent checks

    @classmethod
    def of(cls, ledger: Ledger) -> Summary:
        """Summarise a ledger; repeats of a number to the same decimals are not distinct."""
        return cls(
            verdict_counts(ledger.values()),
            verdict_counts(item for item in ledger.values() if not item.repeats),
            independent_checks(ledger),
        )

    @property
    def total(self) -> int:
        """Number of claims."""
        return sum(self.claims.values())

    @property
    def distinct(self) -> int:
        """Number of distinct numbers."""
        return sum(self.numbers.values())

    def __str__(self) -> str:
        claims = [f"{count} {verdict}" for verdict, count in self.claims.items()]
        numbers = [f"{count} {verdict}" for verdict, count in self.numbers.items()]
        return (
            f"{self.distinct} distinct numbers: {', '.join(numbers)}. {self.checks} independent "
            f"checks. {self.total} claims including repeats: {', '.join(claims)}."
        )
