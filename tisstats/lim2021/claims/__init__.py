"""The ledger of this paper: its methods, the numbers that the reference cohort meets, citations."""

from tisstats.lim2021.claims.ledger import PACKAGE, evaluate_ledger, miscitations

__all__ = ["PACKAGE", "evaluate_ledger", "miscitations"]
