"""How the article's tables print their numbers."""

from __future__ import annotations

from tisstats.printed import Number, round_to


def table_decimals(value: Number) -> int:
    """Return how many decimals the article prints: one below 10, none from 10 on.

    What rounds to 10.0 counts as 10.

    Examples
    --------
    >>> table_decimals(3.75), table_decimals(-7), table_decimals(9.96), table_decimals(-10.5)
    (1, 1, 0, 0)
    """
    return 1 if abs(round_to(value, 1)) < 10 else 0
