"""What the rows of the ledger come to: distinct numbers, independent checks, where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.ledger.claim import Evaluation, Verdict
from tisstats.ledger.numbers import Numbers
from tisstats.ledger.published import Published
from tisstats.ledger.relations import Relations
from tisstats.lim2021.claims.ledger import read_claims
from tisstats.lim2021.cohort_check import Addresses


def verdict_counts(evaluations: Sequence[Evaluation]) -> dict[Verdict, int]:
    """Count the claims of each verdict, in the order of the verdicts; those with none included."""
    counted = Counter(item.verdict for item in evaluations)
    return {verdict: counted[verdict] for verdict in Verdict}


def distinct(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Keep the first row of every number: rows that repeat it to as many places are left out."""
    return [item for item in evaluations if not item.repeats]


def rows_of_check(evaluations: Sequence[Evaluation]) -> dict[str, int]:
    """Count the rows that each relation or computation certifies, from whichever side."""
    return dict(Counter(check for item in evaluations for check in item.checks))


def independent_checks(evaluations: Sequence[Evaluation], published: Published) -> int:
    """Count the checks that none of the others implies.

    The sums among printed numbers are linear equations: of these the rank is counted, over
    fractions and so exactly. Every number that is computed otherwise, such as a percentage or the
    limit of an interval, adds one equation for itself.

    Parameters
    ----------
    evaluations
        The whole ledger.
    published
        The facts that it was evaluated from.
    """
    claims = read_claims(published)
    numbers = Numbers.of_claims(claims)
    relations = Relations.read(published, claims, numbers)
    rows: list[dict[str, Fraction]] = []
    for relation in relations.sums:
        rows.append({numbers.of(at): Fraction(c) for at, c in relation.coefficients.items()})
    for name in rows_of_check(evaluations):
        _, colon, first = name.partition(":")
        if colon:
            # To the precision of the print: 42.0 % and 42 % are checked one by one.
            linear = any(numbers.of(f"claims.{first}") in row for row in rows)
            rows.append({numbers.of(f"claims.{first}") if linear else first: Fraction(1)})
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
    """The ledger in numbers."""

    rows: dict[Verdict, int]  #: rows of each verdict
    numbers: dict[Verdict, int]  #: distinct numbers of each verdict
    checks: int  #: independent checks

    @classmethod
    def of(cls, evaluations: Sequence[Evaluation], published: Published) -> Summary:
        """Summarise the whole ledger."""
        return cls(
            verdict_counts(evaluations),
            verdict_counts(distinct(evaluations)),
            independent_checks(evaluations, published),
        )

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())

    @property
    def distinct(self) -> int:
        """Distinct numbers in all."""
        return sum(self.numbers.values())

    def glued(self) -> dict[str, int]:
        """Return the numbers under the names by which pages paste them."""
        return {
            "claims_total": self.total,
            "numbers_distinct": self.distinct,
            "checks_independent": self.checks,
            "not_reproduced_distinct": self.numbers[Verdict.NOT_REPRODUCED],
            **{f"claims_{name.name.lower()}": count for name, count in self.rows.items()},
            **{f"distinct_{name.name.lower()}": count for name, count in self.numbers.items()},
        }

    def __str__(self) -> str:
        rows = [f"{count} {verdict}" for verdict, count in self.rows.items()]
        numbers = [f"{count} {verdict}" for verdict, count in self.numbers.items()]
        return (
            f"{self.distinct} distinct numbers: {', '.join(numbers)}. {self.checks} independent "
            f"checks. {self.total} rows, repeats among them: {', '.join(rows)}."
        )

    def table(self) -> pd.DataFrame:
        """Tabulate rows and distinct numbers by verdict, with their sums."""
        return pd.DataFrame(
            {
                "Verdict": [*map(str, Verdict), "in all"],
                "Distinct numbers": [*self.numbers.values(), self.distinct],
                "Rows": [*self.rows.values(), self.total],
            }
        )


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The ledger beside the other counts of printed numbers."""

    rows: dict[str, list[Evaluation]]  #: rows by part of the article
    sum_text: str  #: the sum of the responders by week, in numbers
    sum_rows: int  #: rows that this sum certifies
    sum_alone: int  #: of these, rows that nothing else certifies
    checker_numbers: int  #: facts that the checker of cohorts computes from patients
    checker_printed: int  #: of these, numbers that a row of the ledger prints

    def table(self) -> pd.DataFrame:
        """Tabulate the rows of each part by verdict, with their sums."""
        counted = {part: verdict_counts(rows) for part, rows in self.rows.items()}
        counted["in all"] = verdict_counts([item for rows in self.rows.values() for item in rows])
        return pd.DataFrame(
            [
                {
                    "Part": part,
                    **{str(verdict): count for verdict, count in counts.items()},
                    "in all": sum(counts.values()),
                }
                for part, counts in counted.items()
            ]
        )

    def glued(self) -> dict[str, int | str]:
        """Return the numbers under the names by which pages paste them."""
        table1, table2, text = (len(rows) for rows in self.rows.values())
        return {
            "claims_table1": table1,
            "claims_table2": table2,
            "claims_text": text,
            "responder_sum": self.sum_text,
            "responder_sum_rows": self.sum_rows,
            "responder_sum_alone": self.sum_alone,
            "checker_numbers": self.checker_numbers,
            "checker_printed": self.checker_printed,
            "checker_other": self.checker_numbers - self.checker_printed,
        }


def reconcile(evaluations: Sequence[Evaluation], published: Published) -> Reconciled:
    """Sort the rows by part of the article, and count what the checker of cohorts computes."""
    claims = read_claims(published)
    numbers = Numbers.of_claims(claims)
    relations = Relations.read(published, claims, numbers)
    parts: dict[str, list[Evaluation]] = {"Table 1": [], "Table 2": [], "text and captions": []}
    for item in evaluations:
        table, dot, _ = item.claim.id.partition(".")
        name = {"table1": "Table 1", "table2": "Table 2"}.get(table, "")
        cell = bool(dot) and item.claim.id.count(".") > 1
        parts[name if name and cell else "text and captions"].append(item)
    (responders,) = (each for each in relations.sums if each.id == "responders_by_week")
    terms = " + ".join(published.text(part) for part in responders.parts)
    covered = Addresses(published).covered
    return Reconciled(
        parts,
        f"{published.text(responders.total)} = {terms}",
        rows_of_check(evaluations)[responders.id],
        sum(item.checks == (responders.id,) for item in evaluations),
        len(covered),
        sum(numbers.is_printed(address) for address in covered),
    )
