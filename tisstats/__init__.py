"""Scoring, exact small-sample statistics and the claims ledger of a myositis pilot study."""

__version__ = "0.1.0"
