"""The ledger of this paper: its methods, its reference cohort, and misplaced citations."""

from tisstats.lim2021.claims.ledger import PACKAGE, evaluate_ledger, miscitations

__all__ = ["PACKAGE", "evaluate_ledger", "miscitations"]
