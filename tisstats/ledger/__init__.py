"""The claims ledger: evaluate the printed claims of any folder of published facts."""

from tisstats.ledger.claim import Claim, Evaluation, ValueGrid, Verdict
from tisstats.ledger.evaluation import CLAIM_METHODS, AttainedNumbers, Ledger, Method, evaluate
from tisstats.ledger.output import ledger_table
from tisstats.ledger.published import PublishedFacts
from tisstats.ledger.summary import Summary, verdict_counts

__all__ = [
    "CLAIM_METHODS",
    "AttainedNumbers",
    "Claim",
    "Evaluation",
    "Ledger",
    "Method",
    "PublishedFacts",
    "Summary",
    "ValueGrid",
    "Verdict",
    "evaluate",
    "ledger_table",
    "verdict_counts",
]
