"""The claims ledger: what the article prints, what the code finds, and the verdict."""

from tisstats.study.claims.citations import miscitations
from tisstats.study.claims.claim import Claim, Evaluation, Verdict
from tisstats.study.claims.ledger import evaluate, ledger_table, with_verdict
from tisstats.study.claims.summary import Summary, reconcile, verdict_counts

__all__ = [
    "Claim",
    "Evaluation",
    "Summary",
    "Verdict",
    "evaluate",
    "ledger_table",
    "miscitations",
    "reconcile",
    "verdict_counts",
    "with_verdict",
]
