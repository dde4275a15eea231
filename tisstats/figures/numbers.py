"""Number formats for figures, tables and prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from tisstats.ledger.published import PublishedFacts
from tisstats.printed import format_rounded, with_minus_signs
from tisstats.sentences import join_names
from tisstats.statistics import Interval

#: Largest number of groups named one by one.
_MOST_LISTED = 4

#: Names of persons with which the name of a measure begins.
_PROPER_NAMES = ("Rasch",)

#: Decimals of a confidence level in per cent, at most.
_LEVEL_DECIMALS = 10

#: An interval narrower than this has zero width, apart from rounding.
NO_WIDTH = 1e-12


def format_percent(proportion: float | Fraction, decimals: int = 1) -> str:
    """Format a proportion as a percentage, without the % sign.

    >>> format_percent(0.4211), format_percent(Fraction(8, 19), 0)
    ('42.1', '42')
    """
    return format_rounded(100 * proportion, decimals)


def format_trimmed(value: float, decimals: int) -> str:
    """Format a number with a maximum number of decimals and no trailing zeros.

    >>> format_trimmed(95.0, 2), format_trimmed(99.75, 2), format_trimmed(42.11, 1)
    ('95', '99.75', '42.1')
    """
    text = format_rounded(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_confidence_level(confidence_level: float) -> str:
    """Format a confidence level as a percentage, without the % sign.

    >>> format_confidence_level(0.95), format_confidence_level(0.29), format_confidence_level(1e-7)
    ('95', '29', '0.00001')
    >>> format_confidence_level(0.99999999)
    '99.999999'
    """
    # As many decimals as binary noise leaves: with fewer, a high level would become 100.
    return format_trimmed(100 * confidence_level, _LEVEL_DECIMALS)


def coverage_decimals(confidence_level: float, below: Iterable[float] = ()) -> int:
    """Return the decimals of a coverage in per cent: one more than its nominal level has.

    More, if coverages `below` that level would look the same.

    >>> coverage_decimals(0.95), coverage_decimals(0.999), coverage_decimals(0.9999)
    (1, 2, 3)
    >>> coverage_decimals(0.5, [0.499948, 0.3])
    2
    """
    decimals = len(format_confidence_level(confidence_level).partition(".")[2]) + 1
    coverages = list(below)
    while format_percent(confidence_level, decimals) in {
        format_percent(each, decimals) for each in coverages
    }:
        decimals += 1
    return decimals


def format_probability(probability: float) -> str:
    """Format a probability as a percentage, which is 0 or 100 only if the probability is.

    >>> format_probability(0.523), format_probability(0.9999), format_probability(0.00001)
    ('52.3', '>99.9', '<0.1')
    >>> format_probability(1), format_probability(0)
    ('100.0', '0.0')
    """
    text = format_percent(probability)
    if text == "100.0" and probability < 1:
        return ">99.9"
    return "<0.1" if text == "0.0" and probability > 0 else text


def name_in_sentence(name: str) -> str:
    """Format the name of a measure inside a sentence; titles and proper names keep their capitals.

    >>> name_in_sentence("Dynamometry, psoas muscles"), name_in_sentence("Rasch-modified MRC score")
    ('dynamometry, psoas muscles', 'Rasch-modified MRC score')
    >>> name_in_sentence("Health Assessment Questionnaire"), name_in_sentence("ALS severity scale")
    ('Health Assessment Questionnaire', 'ALS severity scale')
    >>> name_in_sentence("Child Health Questionnaire, physical summary")
    'Child Health Questionnaire, physical summary'
    """
    head = name.partition(",")[0]
    is_title = head.istitle() and " " in head
    keeps = is_title or name[:2].isupper() or name.startswith(_PROPER_NAMES)
    return name if keeps else name[:1].lower() + name[1:]


def of_all(count: int, total: int) -> str:
    """Format a count as a part of all, before a plural noun.

    >>> of_all(57, 57), of_all(0, 57), of_all(56, 57)
    ('all 57', 'none of the 57', '56 of the 57')
    """
    if count == total:
        return f"all {total}"
    return f"{count or 'none'} of the {total}"


def format_common_level(intervals: Iterable[Interval]) -> str:
    """Format the common confidence level of the intervals, ``95% ``, or return an empty text."""
    levels = {format_confidence_level(interval.level) for interval in intervals}
    return f"{levels.pop()}% " if len(levels) == 1 else ""


def no_width_note(intervals: Iterable[Interval]) -> str:
    """Return a sentence on intervals without width, such as Wald's for none of 19; "" without any.

    >>> no_width_note([Interval(1, 0.82, 1, 0.95, "clopper-pearson")])
    ''
    >>> no_width_note([Interval(1, 1, 1, 0.95, "wald")])[:39]
    'An interval without width comes from it'
    """
    if all(interval.width >= NO_WIDTH for interval in intervals):
        return ""
    return (
        "An interval without width comes from its method where nobody or everybody is counted; it "
        "does not mean that the proportion is known."
    )


def format_estimate_ci(interval: Interval, decimals: int = 1, level: bool = False) -> str:
    """Format ``42.1% (20.3–66.5)``, optionally with the confidence level in the brackets."""
    confidence = f"{format_confidence_level(interval.level)}% CI " if level else ""
    limits = f"{format_percent(interval.low, decimals)}–{format_percent(interval.high, decimals)}"
    return f"{format_percent(interval.estimate, decimals)}% ({confidence}{limits})"


def quantile_rule_in_words(definition: object) -> str:
    """Return the name of a definition of quartiles, as it is written in a sentence.

    >>> quantile_rule_in_words("spss"), quantile_rule_in_words("7")
    ('the definition of SPSS', "R's type 7")
    """
    names = {"spss": "the definition of SPSS", "tukey-hinges": "Tukey's hinges"}
    return names.get(str(definition), f"R's type {definition}")


def format_n_percent(count: int, patients: int) -> str:
    """Format a count as ``n (%)``.

    >>> format_n_percent(8, 19)
    '8 (42)'
    """
    return f"{count} ({format_percent(Fraction(count, patients), 0)})"


def list_shares(shares: Mapping[str, tuple[float, float]]) -> str:
    """List proportions by group, each a range from its least to its most; many as one range.

    Parameters
    ----------
    shares
        Least and most of each group, 0 to 1, by its label.

    Examples
    --------
    >>> list_shares({"active": (0.6, 0.6), "placebo": (0.2, 0.3)})
    '60% (active) and 20% to 30% (placebo)'
    >>> list_shares({f"dose {at}": (at / 10, at / 10) for at in range(6)})
    'between 0% and 50% (6 groups)'
    """
    if len(shares) > _MOST_LISTED:
        low, high = (
            min(least for least, _ in shares.values()),
            max(most for _, most in shares.values()),
        )
        return (
            f"between {format_percent(low, 0)}% and {format_percent(high, 0)}% "
            f"({len(shares)} groups)"
        )
    return join_names(
        [
            f"{format_range(f'{format_percent(low, 0)}%', f'{format_percent(high, 0)}%')} ({label})"
            for label, (low, high) in shares.items()
        ]
    )


def format_range(low: object, high: object) -> str:
    """Format a range, or a single value if both ends are equal.

    >>> format_range(0, 6), format_range(7, 7)
    ('0 to 6', '7')
    """
    return f"{low}" if low == high else f"{low} to {high}"


def format_printed_quartiles(
    published: PublishedFacts, measure: str, time: str, between: str
) -> str:
    """Format a median of Table 2 with its quartiles, as printed but for the minus sign."""
    median, q1, q3 = (
        published.text(f"table2.{measure}.{time}.{part}") for part in ("median", "q1", "q3")
    )
    return with_minus_signs(f"{median} ({q1}{between}{q3})")


def yes_no(answer: object) -> str:
    """Format a truth value as yes or no."""
    return "yes" if answer else "no"
