"""The claims ledger: what the article prints, what the code finds, and the verdict."""

from tisstats.lim2021.claims.citations import miscitations
from tisstats.lim2021.claims.ledger import evaluate, ledger_table, with_verdict
from tisstats.lim2021.claims.summary import Summary, reconcile, verdict_counts

__all__ = [
    "Summary",
    "evaluate",
    "ledger_table",
    "miscitations",
    "reconcile",
    "verdict_counts",
    "with_verdict",
]
