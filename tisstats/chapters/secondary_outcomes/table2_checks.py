"""What can be checked in Table 2: its medians and quartiles, and each row as a whole."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.page import Rows, Table, described, table
from tisstats.chapters.result_facts import COUNT_OF, COUNT_OF_ALL, WORDS, Facts, counted
from tisstats.chapters.secondary_outcomes.table2 import Table2
from tisstats.figures.numbers import of_all, quantile_rule_in_words, yes_no
from tisstats.ledger.evaluation import Ledger
from tisstats.lim2021.claims import evaluate_ledger, row_checks
from tisstats.lim2021.scales import SCALES, with_unit
from tisstats.lim2021.trial_description import OPTIONS


class Table2Checks(Table2, PatientChapter):
    """The section on what can be checked in Table 2."""

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, with the chosen definition of quartiles."""
        return evaluate_ledger(self.published, quantile_definition=self.quantile_definition)

    @cached_property
    def row_checks(self) -> list[row_checks.RowCheck]:
        """The checks of Table 2, one per row."""
        return row_checks.row_checks(self.ledger)

    @described(
        {
            "impossible_quartiles": WORDS,
            "rule_in_words": WORDS,
            "rows_rule": WORDS,
            "quartiles": counted(
                "Medians and quartiles of the outcome measures", "numbers", origin="book"
            ),
            "quartiles_possible": counted(
                "Medians and quartiles that are attainable", "numbers", origin="book"
            ),
            "quartiles_agree": Facts(
                COUNT_OF_ALL, "Medians and quartiles that are attainable", "numbers", origin="book"
            ),
            "p_agree": Facts(
                COUNT_OF_ALL,
                "P values attainable and consistent with the text",
                "numbers",
                origin="book",
            ),
            "p_values": counted("P values of the outcome measures", "numbers", origin="book"),
            "p_significant": counted(
                "Changes that the text reports as significant", "measures", origin="published"
            ),
            "p_fit": counted(
                "P values attainable and consistent with the text", "numbers", origin="book"
            ),
            "rows": counted("Outcome measures", "measures", origin="book"),
            "rows_agree": Facts(
                COUNT_OF_ALL,
                "Outcome measures all of whose numbers are attainable together",
                "measures",
                origin="book",
            ),
            "rows_together": counted(
                "Outcome measures all of whose numbers are attainable together",
                "measures",
                origin="book",
            ),
        }
    )
    def table2_numbers(self) -> dict[str, object]:
        """Return the numbers on what can be checked of Table 2."""
        checks, impossible = self.row_checks, row_checks.impossible_quartiles(self.ledger)
        named = "; ".join(f"{item.claim.quantity} ({item.claim.printed})" for item in impossible)
        return {
            "rule_in_words": self.rule_in_words,
            "rows_rule": self._describe_rows_rule(),
            "impossible_quartiles": (
                f"these medians and quartiles in Table 1 and Table 2 are impossible: {named}"
                if impossible
                else "none of the medians and quartiles in Table 1 and Table 2 is impossible"
            ),
            "quartiles": sum(check.quartiles for check in checks),
            "quartiles_possible": sum(check.possible for check in checks),
            "quartiles_agree": of_all(
                sum(check.possible for check in checks),
                sum(check.quartiles for check in checks),
            ),
            "p_agree": of_all(sum(check.p_consistent for check in checks), len(checks)),
            "p_values": len(checks),
            "p_fit": sum(check.p_consistent for check in checks),
            "p_significant": (self.published.tables["significance"]["significant"] == "true").sum(),
            "rows": len(checks),
            "rows_agree": of_all(sum(check.row_attainable for check in checks), len(checks)),
            "rows_together": sum(check.row_attainable for check in checks),
        }

    def _describe_rows_rule(self) -> str:
        """Describe the quartiles computed from these patients, and those they were drawn for."""
        used = f"with {self.rule_in_words}"
        drawn_for = OPTIONS.quantile_definition
        if not self.patient_data.drawn or self.quantile_definition == drawn_for:
            return used
        return f"{used}, although they were drawn for {quantile_rule_in_words(drawn_for)},"

    def row_checks_table(self) -> Table:
        """Return the checks of each row of Table 2; those with one answer in a sentence."""
        shown = self._row_checks_table()
        alike = [head for head in shown.frame.columns[2:] if shown.frame[head].nunique() == 1]
        answers = "; ".join(f"{_in_sentence(head)}: {shown.frame[head].iloc[0]}" for head in alike)
        notes = {"": f"The same in every row: {answers}."} if alike else {}
        return replace(shown, notes=notes, in_files=alike)

    @table(
        "Consistency checks of each row of Table 2",
        columns={
            "Attainable quartiles": Facts(
                COUNT_OF, "Printed medians and quartiles that are attainable", "numbers"
            ),
            "*": WORDS,
        },
        source="book",
    )
    def _row_checks_table(self) -> Rows:
        for check in self.row_checks:
            scale = SCALES[check.measure]
            top = "upwards" if scale.high is None else f"to {scale.high}"
            assumed = " (assumed)" if scale.step_is_assumed else ""
            steps = with_unit(scale.step, scale.unit)
            yield {
                "Outcome measure": scale.name,
                "Scale": f"{scale.low} {top}, steps of {steps}{assumed}",
                "Attainable quartiles": f"{check.possible} of {check.quartiles}",
                "P attainable and consistent with the text": yes_no(check.p_consistent),
                "Whole row attainable": "yes (example found)"
                if check.row_attainable
                else ("undecided" if check.all_possible else "impossible"),
            }


def _in_sentence(head: str) -> str:
    """Return the head of a column within a sentence; a sign such as P stays."""
    return f"{head[0].lower()}{head[1:]}" if head[1:2].isalpha() else head
