"""The ledger: every printed number with its verdict and its place in the article."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.chapters.chapter import Chapter
from tisstats.chapters.page import (
    LedgerList,
    PrintedArticle,
    Rows,
    VerdictCounts,
    described,
    table,
)
from tisstats.chapters.result_facts import WORDS, counted
from tisstats.figures.numbers import quantile_rule_in_words
from tisstats.ledger import (
    Claim,
    Evaluation,
    Ledger,
    Summary,
    Verdict,
    verdict_counts,
)
from tisstats.ledger.checks import number_checks, operands
from tisstats.ledger.explanations import Explanations
from tisstats.ledger.layout import article_parts, is_cell
from tisstats.ledger.summary import claims_by_check
from tisstats.lim2021.claims import evaluate_ledger, miscitations
from tisstats.lim2021.claims.ledger import attained_by_reference_cohort
from tisstats.lim2021.cohort_check import Addresses
from tisstats.sentences import count_of
from tisstats.statistics.quantiles import parse_definition

_PARTS = {"table1": "Table 1", "table2": "Table 2", "text": "text and captions"}

_RESPONDERS = "responders_by_week"

_CITATION_HEADS = {
    "place": "Place",
    "text_is_about": "Topic of the text",
    "cited_number": "Cited reference",
    "reference_is_about": "Topic of that reference",
    "fitting_number": "Fitting reference",
}


@dataclass(frozen=True)
class LedgerPage(Chapter):
    """The page of the ledger for one definition of quartiles."""

    verdict: str  #: verdict of the rows to show, or ``all``
    quantile_definition: str  #: assumed definition of the printed quartiles, see `evaluate_ledger`

    @cached_property
    def ledger(self) -> Ledger:
        """Every claim with its verdict."""
        return evaluate_ledger(self.published, quantile_definition=self.quantile_definition)

    @cached_property
    def summary(self) -> Summary:
        """The ledger in numbers."""
        return Summary.of(self.ledger)

    @cached_property
    def parts(self) -> dict[str, list[Evaluation]]:
        """The rows by the part of the article: ``table1``, ``table2`` and ``text``."""
        parts = defaultdict(list)
        for item in self.ledger.values():
            parts[_part(item.claim)].append(item)
        return {part: parts[part] for part in _PARTS}

    @described(
        {
            "claims_total": counted("Rows of the ledger", "rows"),
            "numbers_distinct": counted("Distinct numbers of the article", "numbers"),
            "checks_independent": counted("Independent checks", "checks"),
            "not_reproduced_distinct": counted(
                "Distinct numbers that are not reproduced", "numbers"
            ),
            **{
                f"claims_{verdict.name.lower()}": counted(
                    f"Rows with the verdict {verdict}", "rows"
                )
                for verdict in Verdict
            },
            **{
                f"distinct_{verdict.name.lower()}": counted(
                    f"Distinct numbers with the verdict {verdict}", "numbers"
                )
                for verdict in Verdict
            },
            **{
                f"claims_{part}": counted(f"Rows of the part: {title}", "rows")
                for part, title in _PARTS.items()
            },
            "responder_sum": WORDS,
            "responder_sum_rows": counted("Rows that the sum of responders checks", "rows"),
            "responder_sum_alone": counted("Rows that only the sum of responders checks", "rows"),
            "checker_numbers": counted("Numbers that the check of cohorts compares", "numbers"),
            "checker_printed": counted(
                "Printed numbers that the check of cohorts compares", "numbers"
            ),
            "checker_other": counted("Other numbers that the check of cohorts compares", "numbers"),
            "citations_examined": counted("Citations compared with their references", "citations"),
            "miscitations": counted("Citations with a mismatched reference number", "citations"),
            "rows_shown": WORDS,
            "rule_in_words": WORDS,
            "attained_how": WORDS,
        },
        source="book",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, here and on other pages."""
        (responders,) = (each for each in self.ledger.relations.sums if each.id == _RESPONDERS)
        total, *terms = map(self.published.text, responders.addresses)
        computable = Addresses(self.published).computable
        printed = sum(map(self.ledger.numbers.is_printed, computable))
        rows, numbers = self.summary.claims, self.summary.numbers
        return {
            "claims_total": self.summary.total,
            "numbers_distinct": self.summary.distinct,
            "checks_independent": self.summary.checks,
            "not_reproduced_distinct": numbers[Verdict.NOT_REPRODUCED],
            **{f"claims_{verdict.name.lower()}": count for verdict, count in rows.items()},
            **{f"distinct_{verdict.name.lower()}": count for verdict, count in numbers.items()},
            **{f"claims_{part}": len(items) for part, items in self.parts.items()},
            "responder_sum": f"{total} = {' + '.join(terms)}",
            "responder_sum_rows": claims_by_check(self.ledger)[_RESPONDERS],
            "responder_sum_alone": sum(
                item.checked_by == (_RESPONDERS,) for item in self.ledger.values()
            ),
            "checker_numbers": len(computable),
            "checker_printed": printed,
            "checker_other": len(computable) - printed,
            "citations_examined": len(self.published.tables["citations"]),
            "miscitations": len(miscitations(self.published)),
            "rows_shown": self._describe_rows_shown(),
            "rule_in_words": quantile_rule_in_words(self.quantile_definition),
            "attained_how": self._describe_attained(),
        }

    def _describe_attained(self) -> str:
        """Describe how synthetic data reproduce the numbers that are attainable."""
        definition = parse_definition(self.quantile_definition)
        if attained_by_reference_cohort(self.published, definition).addresses:
            return "all in one cohort, which shows them consistent under the assumptions made"
        rule = quantile_rule_in_words(self.quantile_definition)
        return (
            f"but, with {rule} for quartiles, each row of Table 2 on its own and not one cohort all"
        )

    def _describe_rows_shown(self) -> str:
        """Describe which rows the table of the ledger shows."""
        shown, total = len(self.ledger.with_verdict(self.verdict)), self.summary.total
        if shown == total:
            return f"all {total} rows"
        return f"{count_of(shown, 'row')} of {total}, with the verdict '{self.verdict}'"

    @table(
        "Distinct numbers and rows of the ledger",
        columns={
            "Distinct numbers": counted("", "numbers"),
            "Rows": counted("", "rows"),
            "*": WORDS,
        },
        source="book",
        collapsed=True,
    )
    def by_verdict(self) -> Rows:
        """Return distinct numbers and rows by verdict, with their sums."""
        numbers, rows = self.summary.numbers, self.summary.claims
        for verdict in Verdict:
            yield _counted(str(verdict), numbers[verdict], rows[verdict])
        yield _counted("Total", self.summary.distinct, self.summary.total)

    def counts(self) -> VerdictCounts:
        """Return the counts by verdict, which filter what is printed."""
        return VerdictCounts(self.summary)

    def article(self) -> PrintedArticle:
        """Return the numbers as the article prints them."""
        return PrintedArticle(article_parts(self.ledger.values()), {*self._listed})

    def claims(self) -> LedgerList:
        """Return the details of the numbers with the chosen verdict."""
        parts = {
            part.title: rows
            for part in article_parts(self.ledger.values())
            if (rows := [item for item in part.numbers if item.claim.id in self._listed])
        }
        checks = number_checks(self.ledger)
        wanted = dict.fromkeys(name for item in self._listed.values() for name in item.checked_by)
        return LedgerList(
            parts,
            Explanations.of(self._listed.values()),
            [checks[name] for name in wanted],
            {name: self._printed_inputs(item.claim) for name, item in self._listed.items()},
        )

    @cached_property
    def _listed(self) -> dict[str, Evaluation]:
        """The rows with the chosen verdict."""
        return {item.claim.id: item for item in self.ledger.with_verdict(self.verdict)}

    def _printed_inputs(self, claim: Claim) -> list[str]:
        return [self.ledger.numbers.first_claim_at(at) for at in operands(self.ledger, claim)]

    @table(
        "Verdicts by part of the article",
        columns={"Part": WORDS, "*": counted("", "rows")},
        source="book",
        collapsed=True,
    )
    def by_part(self) -> Rows:
        """Return the rows of each part of the article by verdict, with their sums."""
        parts = {_PARTS[part]: items for part, items in self.parts.items()}
        for part, items in (parts | {"Total": list(self.ledger.values())}).items():
            yield {"Part": part, **verdict_counts(items), "Total": len(items)}

    @table(
        "Citations with a mismatched reference number",
        columns="citations in words; its numbers are those of references",
        collapsed=True,
    )
    def citations(self) -> pd.DataFrame:
        """Return the citations whose reference is on another topic than the text."""
        return miscitations(self.published).rename(columns=_CITATION_HEADS)


def _counted(verdict: str, numbers: int, rows: int) -> dict[str, object]:
    return {"Verdict": verdict, "Distinct numbers": numbers, "Rows": rows}


def _part(claim: Claim) -> str:
    """Return the part of the article that prints a claim: a cell of a table, or the text."""
    table = claim.id.partition(".")[0]
    return table if is_cell(claim) and table in _PARTS else "text"
