"""Parse, compare and format printed numbers.

A printed number is a string, since "42.0" states more precision than "42". Everything here works in
exact decimals and fractions: binary floats and Python's own ``round`` (half to even) would turn
62.5 into 62 where journals print 63.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, isfinite
from numbers import Integral, Rational, Real
from typing import Literal

from tisstats.errors import shown

RoundingRule = Literal["half-up", "half-even", "truncate"]
ROUNDING_RULES: tuple[RoundingRule, ...] = ("half-up", "half-even", "truncate")

Number = Rational | Decimal | float
"""A number to format; floats are rounded to 12 digits first, see `to_fraction`."""

Decimals = int | Callable[[Number], int]
"""How many decimals are printed: the same everywhere, or as a function of the number."""

#: Most decimals that are printed.
MOST_DECIMALS = 10_000

#: In which a shift of the decimal point keeps all digits.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)

#: Significant digits kept of a float: the rest is rounding error.
FLOAT_DIGITS = 12

#: Words that stand for a number in running text.
_CARDINALS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
NUMBER_WORDS = {word: value for value, word in enumerate(_CARDINALS)} | {
    "no": 0,
    "none": 0,
    "both": 2,
    "first": 1,
    "second": 2,
    "third": 3,
}

_PRINTED = re.compile(
    r"(?P<p>(?i:p(?:[- ]?value)?)\s*(?=[<>≤≥=]))?"
    r"(?P<relation>[<>]=?|[≤≥=]?)\s*"
    r"(?P<number>[-+–−]?(?:\d+(?:\.(?P<decimals>\d+))?|\.(?P<only_decimals>\d+)))"
    r"(?:[eE][-–−](?P<exponent>\d{1,3}))?\s*(?P<percent>%?)"
)

#: A dash that is the sign of a number below zero, not that of a range.
_DASH_AS_SIGN = re.compile(r"(?<![^\s(\[])–(?=\d)")

_MINUS = str.maketrans("–−", "--")
_RELATIONS = {"<=": "≤", ">=": "≥", "=": ""}
_COMPARED = {"<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge}

#: Ambiguous forms: pattern and reason.
_AMBIGUOUS = (
    (
        r"(?:P\s*(?:[:=]\s*)?)?n\.?\s*s\.?|(?:not|non)[- ]?significant",
        "write the bound meant, such as > 0.05",
    ),
    (r"[^\d]*\d+,\d.*", "a comma may separate decimals or thousands; write 0.03, or 1199"),
    (r"(?:P\s*)?(?:~|≈|≃|ca\.?|about).*", "rounding unknown; write the digits only"),
    (r".*\d\s*[*†‡§]+", "a mark may represent a number; write the digits only"),
    (r".*10\s*(?:(?:\^|\*\*)\s*)?[-–−]\s*\d+", "write powers of ten as 3.2e-5"),
)


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as printed."""

    text: str  #: exactly as printed
    value: Decimal  #: its value; the bound for "< 0.01"
    decimals: int  #: digits after the decimal point
    relation: str = ""  #: "<", ">", "≤" or "≥" where a bound is printed, else empty
    percent: bool = False  #: whether a per cent sign is printed
    is_p_value: bool = False  #: whether it is printed as a P value: "P = .03", "p<0.05"


def parse(text: str) -> PrintedNumber:
    """Read a printed number: digits with any kind of minus, a bound, a per cent sign, or a word.

    P values are read as journals and programs print them: .03, = 0.03, <.001, P = .03, p<0.05,
    < 2.2e-16. Digits that are left out before the point are zeros, and only printed decimals
    count. Ambiguous text is an error: 0,03 and 1,199, ns, ~0.03, 0.03*.

    Raises
    ------
    ValueError
        If `text` is not text or not a printed number, is ambiguous, or a P value outside 0 to 1.

    Examples
    --------
    >>> parse("–103").value, parse("42.0%").decimals, parse("< 0.01").relation, parse("Eight").value
    (Decimal('-103'), 1, '<', Decimal('8'))
    >>> parse("P < .001").value, parse("= .030").decimals, parse("< 2.2e-16").decimals
    (Decimal('0.001'), 3, 17)
    """
    if not isinstance(text, str):
        raise ValueError(f"a printed number must be text, got {shown(text)}")
    return _parse(str(text))


@lru_cache(maxsize=1024)
def _parse(text: str) -> PrintedNumber:
    """Read a printed number; the ledger asks for the same ones some twenty times."""
    stripped = text.strip()
    if stripped.lower() in NUMBER_WORDS:
        return PrintedNumber(text, Decimal(NUMBER_WORDS[stripped.lower()]), 0)
    match = _PRINTED.fullmatch(stripped)
    if match is None:
        raise ValueError(f"{shown(text)} is not a printed number{ambiguity_reason(text) or _WRITE}")
    exponent = int(match["exponent"] or 0)
    value = Decimal(match["number"].translate(_MINUS)).scaleb(-exponent, _EXACT)
    is_p_value = match["p"] is not None
    if is_p_value and (match["percent"] or not 0 <= value <= 1):
        raise ValueError(f"{shown(text)} is not a printed number; a P value lies from 0 to 1")
    relation = match["relation"]
    return PrintedNumber(
        text,
        value,
        len(match["decimals"] or match["only_decimals"] or "") + exponent,
        _RELATIONS.get(relation, relation),
        bool(match["percent"]),
        is_p_value,
    )


_WRITE = "; write digits (such as 42.0, –1.3, < 0.01, P = .03, 38%) or a number word up to twenty"


def ambiguity_reason(text: str) -> str:
    """Return why a text is ambiguous as a number, after "; ", or an empty string.

    >>> ambiguity_reason("n.s.")
    '; write the bound meant, such as > 0.05'
    """
    for pattern, reason in _AMBIGUOUS:
        if re.fullmatch(pattern, text.strip(), flags=re.IGNORECASE):
            return f"; {reason}"
    return ""


def to_fraction(value: Number) -> Fraction:
    """Convert a number to a fraction; a float is rounded to 12 significant digits first.

    Raises
    ------
    ValueError
        If the value is not a finite number: nan, text, True, an array.

    Examples
    --------
    >>> to_fraction(0.1 + 0.2)
    Fraction(3, 10)
    """
    if type(value) is Fraction:  # most are, and the tests below take longer than the rounding
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} cannot be printed: it is not finite")
        return Fraction(f"{value:.{FLOAT_DIGITS}g}")
    is_number = isinstance(value, Real | Decimal) and not isinstance(value, bool)
    # NumPy, which is not imported for this, counts its times among the whole numbers.
    if not is_number or type(value).__name__ == "timedelta64":
        raise ValueError(f"{shown(value)} cannot be printed: it is not a number")
    if not isinstance(value, Rational | Decimal):
        return to_fraction(float(str(value)))  # of NumPy, in single precision: by its decimal
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} cannot be printed: it is not finite")
    return Fraction(int(value) if isinstance(value, Integral) else value)


def _places(decimals: int) -> int:
    """Return the number of decimals; raise ValueError if it is not one."""
    whole = isinstance(decimals, Integral) and not isinstance(decimals, bool)
    if not whole or not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(
            f"decimals must be a whole number from 0 to {MOST_DECIMALS:,}, got {shown(decimals)}"
        )
    return int(decimals)


def round_to(value: Number, decimals: int, rounding: RoundingRule = "half-up") -> Decimal:
    """Round to `decimals` places: halves away from zero, to even, or cut off.

    >>> round_to(Fraction(5, 8) * 100, 0), round_to(Fraction(5, 8) * 100, 0, "half-even")
    (Decimal('63'), Decimal('62'))
    """
    decimals = _places(decimals)
    exact = to_fraction(value)
    digits, rest = divmod(abs(exact.numerator) * 10**decimals, exact.denominator)
    if rounding == "half-up":
        digits += 2 * rest >= exact.denominator
    elif rounding == "half-even":
        digits += 2 * rest + digits % 2 > exact.denominator
    elif rounding != "truncate":
        raise ValueError(f"rounding must be one of {', '.join(ROUNDING_RULES)}, got {rounding!r}")
    return Decimal(-digits if exact < 0 else digits).scaleb(-decimals, _EXACT)


def format_rounded(value: Number, decimals: int, rounding: RoundingRule = "half-up") -> str:
    """Format with `decimals` places, halves away from zero, and never as minus zero.

    >>> format_rounded(-0.625, 1), format_rounded(0.75, 1), format_rounded(-0.04, 1)
    ('-0.6', '0.8', '0.0')
    """
    rounded = round_to(value, decimals, rounding)
    return f"{abs(rounded) if rounded == 0 else rounded:.{decimals}f}"


def format_outward(value: Number, decimals: int, side: str) -> str:
    """Format a limit rounded outward, so that the printed range contains the exact one.

    Parameters
    ----------
    value
        The limit.
    decimals
        Places to print.
    side
        "minimum" is rounded down, "maximum" up.

    Examples
    --------
    >>> format_outward(18.25, 1, "maximum"), format_outward(-3.184, 2, "minimum")
    ('18.3', '-3.19')
    """
    if side not in ("minimum", "maximum"):
        raise ValueError(f"side must be minimum or maximum, got {side!r}")
    one = 10 ** _places(decimals)
    scaled = to_fraction(value) * one
    outward = floor(scaled) if side == "minimum" else ceil(scaled)
    return format_rounded(Fraction(outward, one), decimals)


def with_minus_signs(text: str) -> str:
    """Return a text whose numbers below zero have a minus sign where the article prints a dash.

    The dash of a range stays. No line ends after a minus sign.

    >>> with_minus_signs("5–7, –1.4 (–2.0 to 0)")
    '5–7, −1.4 (−2.0 to 0)'
    """
    return _DASH_AS_SIGN.sub("−", text)


def percent_range(low: float, high: float, decimals: int = 1) -> str:
    """Format two proportions, or differences of such, as a range in per cent.

    >>> percent_range(0.2025, 0.6650), percent_range(-0.041, 0.483)
    ('20.3 to 66.5', '−4.1 to 48.3')
    """
    ends = (format_rounded(100 * to_fraction(end), decimals) for end in (low, high))
    return " to ".join(ends).replace("-", "−")


def format_table_number(
    value: Number, decimals: Decimals, rounding: RoundingRule = "half-up"
) -> str:
    """Format a number for a table, with a minus sign and not a hyphen.

    Parameters
    ----------
    value
        The number, in any unit.
    decimals
        How many decimals, or a function that returns how many for a number: the journal's style.
    rounding
        How halves are rounded.

    Examples
    --------
    >>> format_table_number(3.75, 1), format_table_number(-10.5, 0)
    ('3.8', '−11')
    >>> format_table_number(42, lambda value: 2)
    '42.00'
    """
    places = decimals(value) if callable(decimals) else decimals
    return format_rounded(value, places, rounding).replace("-", "−")


def format_median_quartiles(
    median: Number,
    q1: Number | None,
    q3: Number | None,
    *,
    decimals: Decimals,
    rounding: RoundingRule = "half-up",
    missing: str = "NA",
) -> str:
    """Format a median with its quartiles for a table.

    Parameters
    ----------
    median, q1, q3
        In the same unit. A quartile that does not exist, None or nan, is printed as `missing`;
        if neither exists, only the median is printed.
    decimals
        Decimals of all three, or a function that returns them for each.
    rounding
        How halves are rounded; "half-up" is away from zero.
    missing
        Text for a quartile that does not exist.

    Returns
    -------
    str
        The quartiles in brackets, joined by a dash, or by "to" where one of them is negative.

    Raises
    ------
    ValueError
        If an argument is not a number, or `missing` not text.

    Examples
    --------
    >>> format_median_quartiles(3.8, 3.2, 4, decimals=1)
    '3.8 (3.2–4.0)'
    >>> format_median_quartiles(-1.25, -2, -0.1, decimals=1)
    '−1.3 (−2.0 to −0.1)'
    >>> format_median_quartiles(53, None, None, decimals=0)
    '53'
    """
    require_text("missing", missing)
    ends = [
        missing if end is None or _is_nan(end) else format_table_number(end, decimals, rounding)
        for end in (q1, q3)
    ]
    printed = format_table_number(median, decimals, rounding)
    if ends == [missing, missing]:
        return printed
    joined = " to " if any(end.startswith("−") for end in ends) else "–"
    return f"{printed} ({joined.join(ends)})"


def _is_nan(value: object) -> bool:
    return isinstance(value, Real | Decimal) and value != value


def require_text(name: str, value: object) -> None:
    """Raise ValueError if an argument is not text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, got {shown(value)}")


def matches_print(
    value: Number, printed: PrintedNumber, rounding: RoundingRule = "half-up"
) -> bool:
    """Test whether `value`, rounded to the printed decimals, is the printed number.

    A printed bound matches if the unrounded value satisfies it: 0.0096 is "< 0.01".
    """
    if printed.relation:
        return bool(_COMPARED[printed.relation](to_fraction(value), Fraction(printed.value)))
    return round_to(value, printed.decimals, rounding) == printed.value
