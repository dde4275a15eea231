"""The ledger of this paper: its methods, the numbers that the reference cohort meets, citations."""

from tisstats.lim2021.claims.citations import miscitations
from tisstats.lim2021.claims.ledger import PACKAGE, evaluate, evaluate_ledger

__all__ = ["PACKAGE", "evaluate", "evaluate_ledger", "miscitations"]
