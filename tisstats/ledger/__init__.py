"""The claims ledger: evaluate the printed claims of any folder of published facts."""

from tisstats.ledger.claim import Claim, Evaluation, RecordedValues, Verdict
from tisstats.ledger.evaluation import METHODS, Attained, Ledger, Method, evaluate
from tisstats.ledger.output import ledger_table
from tisstats.ledger.published import Published
from tisstats.ledger.summary import Summary, verdict_counts

__all__ = [
    "METHODS",
    "Attained",
    "Claim",
    "Evaluation",
    "Ledger",
    "Method",
    "Published",
    "RecordedValues",
    "Summary",
    "Verdict",
    "evaluate",
    "ledger_table",
    "verdict_counts",
]
