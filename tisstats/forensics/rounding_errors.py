"""Rounding errors that turn a value into the printed number."""

from __future__ import annotations

from decimal import Decimal
from numbers import Rational

from tisstats.printed import ROUNDING_RULES, PrintedNumber, RoundingRule, matches_print, round_to

#: Rounding by a rule other than the stated one, in words.
_OTHER_RULES: dict[RoundingRule, str] = {
    "half-up": "half rounded away from zero",
    "half-even": "half rounded to the even digit",
    "truncate": "truncated instead of rounded",
}


def explain_rounding(
    value: Rational | Decimal | float, printed: PrintedNumber, rounding: RoundingRule = "half-up"
) -> str:
    """Name the rounding error that turns a value into the printed number; empty if there is none.

    Parameters
    ----------
    value : Fraction, Decimal or float
        The value as computed, in the printed unit.
    printed : PrintedNumber
        The printed number; see `tisstats.printed.parse`.
    rounding : {"half-up", "half-even", "truncate"}
        The rule by which the value was to be rounded.

    Returns
    -------
    str
        The error in words; empty if the value rounds to it, or no known error explains it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from tisstats.printed import parse
    >>> explain_rounding(Fraction(100, 3), parse("33.0"))
    'rounded to 0 decimals first, then printed with 1 decimal'
    >>> explain_rounding(Fraction(100, 3), parse("33.3"))
    ''
    """
    if matches_print(value, printed, rounding):
        return ""
    for coarser in range(printed.decimals):
        if round_to(value, coarser, rounding) == printed.value:
            first, then = _decimals(coarser), _decimals(printed.decimals)
            return f"rounded to {first} first, then printed with {then}"
    for finer in (printed.decimals + 1, printed.decimals + 2):
        if round_to(round_to(value, finer, rounding), printed.decimals, rounding) == printed.value:
            return f"rounded twice, to {_decimals(finer)} and then to {printed.decimals}"
    for other in ROUNDING_RULES:
        if other != rounding and matches_print(value, printed, other):
            return "rounded instead of truncated" if rounding == "truncate" else _OTHER_RULES[other]
    return ""


def _decimals(number: int) -> str:
    return f"{number} decimal" if number == 1 else f"{number} decimals"
