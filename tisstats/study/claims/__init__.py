"""The claims ledger: what the article prints, what the code finds, and the verdict."""

from tisstats.study.claims.citations import miscitations
from tisstats.study.claims.claim import Claim, Evaluation, Verdict
from tisstats.study.claims.ledger import evaluate, ledger_table, verdict_counts, with_verdict

__all__ = [
    "Claim",
    "Evaluation",
    "Verdict",
    "evaluate",
    "ledger_table",
    "miscitations",
    "verdict_counts",
    "with_verdict",
]
