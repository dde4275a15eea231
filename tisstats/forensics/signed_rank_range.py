"""Which signed-rank P values are attainable, given printed quartiles of the differences."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from tisstats.forensics import _p_search as search
from tisstats.forensics._ordered_values import Box, box_of_quartiles
from tisstats.forensics._printed import exact_number, limits_in_order, read, read_p
from tisstats.forensics._sample_space import SampleSpace
from tisstats.printed import RULES, PrintedNumber, Rule
from tisstats.statistics import quantile_weights
from tisstats.statistics._arguments import Whole, one_of, whole_number

#: Most values for which all patterns of ties are gone through, and most with bounds at all.
MOST_EXACT, MOST_ASYMPTOTIC = 20, 30

_METHODS = ("asymptotic", "exact")
_SHARES = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}

#: A sample of differences in their unit, sorted.
Witness = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class SignedRankPRange:
    """The attainable P values of samples with given printed quartiles.

    Where no sample has these quartiles, limits and witnesses are None and nothing is inside.
    """

    low: float | None  #: least attainable two-sided P value, 0 to 1
    high: float | None  #: greatest attainable two-sided P value, 0 to 1
    witness_low: Witness | None  #: differences, in their unit, whose P value is `low`
    witness_high: Witness | None  #: differences, in their unit, whose P value is `high`
    inside: bool | None  #: whether some attainable P value prints as printed; None if none is given
    witness_printed: Witness | None  #: differences whose P value prints as printed, if there are
    pvalue_printed: float | None  #: the P value of `witness_printed`, 0 to 1
    method: str  #: "asymptotic" or "exact", how P values are computed
    proof: str  #: how bounds and attainability were proven

    @property
    def possible(self) -> bool:
        """Whether any sample has the printed quartiles."""
        return self.low is not None


def signed_rank_p_range(
    q1: str,
    median: str,
    q3: str,
    n: Whole,
    step: Fraction | str | int | float,
    low: Fraction | str | int | float | None = None,
    high: Fraction | str | int | float | None = None,
    definition: int | str = "spss",
    method: str = "asymptotic",
    printed_p: str | None = None,
    rounding: Rule = "half-up",
) -> SignedRankPRange:
    """Range of signed-rank P values over all samples whose quartiles print as given.

    Parameters
    ----------
    q1, median, q3 : str
        Quartiles of the differences exactly as printed, such as "–0.6" or "0.0".
    n : int
        Number of differences, zeros included; at most `MOST_EXACT` for exact P values and
        `MOST_ASYMPTOTIC` for asymptotic ones.
    step : Fraction or str or int or float
        Grid of the differences: all are multiples of it. "1/8" and "0.1" are read exactly.
    low, high : Fraction or str or int or float, optional
        Least and greatest possible difference; by default there is none.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        How the quartiles were taken, see `tisstats.statistics.quantiles`.
    method : {"asymptotic", "exact"}
        Which two-sided P value of `tisstats.statistics.signed_rank_test`, zeros dropped.
    printed_p : str, optional
        A P value as printed, such as "0.03", "<.001" or "P = .03".
    rounding : {"half-up", "half-even", "truncate"}
        How quartiles and P value were rounded for print.

    Returns
    -------
    SignedRankPRange
        Least and greatest P value, each with a sample that has it, and whether some attainable
        P value prints as `printed_p`: lying between the bounds is not enough.

    Raises
    ------
    ValueError
        If an argument is no number of its kind, out of range or unknown, or the definition has no
        such quartile for so few values.

    Notes
    -----
    Nothing is sampled. P values depend on the order of the absolute values alone; all orders that
    grid, limits and quartiles allow are gone through. The pairs of rank sum and tie term that
    result determine the asymptotic P value. The exact one depends on the whole pattern of ties;
    each of the 2 ** (n - 1) patterns is bounded by its pairs, and searched from the best bound on.

    Examples
    --------
    >>> found = signed_rank_p_range("–0.6", "–0.2", "0.0", n=5, step="0.1", printed_p="0.12")
    >>> print(f"{found.low:.3f} to {found.high:.3f}, printed P attainable: {found.inside}")
    0.102 to 0.157, printed P attainable: False
    >>> [str(value) for value in found.witness_low]
    ['-9/10', '-1/5', '-1/5', '0', '0']
    """
    space, unit = _space(q1, median, q3, n, step, low, high, definition, method, rounding)
    printed = None if printed_p is None else read_p("printed_p", printed_p)
    if space is None:
        return _impossible(method, printed)
    return _range(space, method, unit, printed, rounding, given=False)


def exact_range_of_printed(
    q1: str,
    median: str,
    q3: str,
    n: Whole,
    step: Fraction | str | int | float,
    low: Fraction | str | int | float | None = None,
    high: Fraction | str | int | float | None = None,
    definition: int | str = "spss",
    *,
    printed_p: str,
    rounding: Rule = "half-up",
) -> SignedRankPRange:
    """Range of exact P values over the samples whose asymptotic P value prints as given.

    It tells how far the exact test can lead away from a printed asymptotic P value.

    Parameters
    ----------
    q1, median, q3, n, step, low, high, definition, rounding
        As for `signed_rank_p_range`.
    printed_p : str
        The asymptotic P value as printed.

    Returns
    -------
    SignedRankPRange
        Exact P values; `inside` tells whether one of them prints as `printed_p` too.

    Raises
    ------
    ValueError
        As `signed_rank_p_range` does.

    Examples
    --------
    >>> found = exact_range_of_printed("–1", "0", "3", n=9, step=1, printed_p="0.3")
    >>> print(f"{found.low:.2f} to {found.high:.2f}")
    0.25 to 0.50
    """
    space, unit = _space(q1, median, q3, n, step, low, high, definition, "exact", rounding)
    printed = read_p("printed_p", printed_p)
    if space is None:
        return _impossible("exact", printed)
    return _range(space, "exact", unit, printed, rounding, given=True)


def _range(
    space: SampleSpace,
    method: str,
    unit: Fraction,
    printed: PrintedNumber | None,
    rounding: Rule,
    *,
    given: bool,
) -> SignedRankPRange:
    """Search; `given` that the asymptotic P value prints as printed."""
    chosen = None if printed is None else search.Chosen(printed, rounding)
    among = chosen if given else None
    exact = method == "exact"
    extreme = search.exact_extreme if exact else search.asymptotic_extreme
    least, greatest = (extreme(space, least=side, among=among) for side in (True, False))
    if least is None or greatest is None:
        return _impossible(method, printed)
    inside = None
    if chosen is not None and exact:
        inside = search.exact_chosen(space, chosen, among=among)
    elif chosen is not None:
        inside = search.asymptotic_chosen(space, chosen)

    def witness(attained: search.Attained | None) -> Witness | None:
        return None if attained is None else tuple(value * unit for value in attained.values)

    combinations = sum(len(some.ties) for some in search.listed(space, among))
    boxes = space.looked_at()
    how = "all patterns of ties, bounded by their" if exact else "all"
    proof = (
        f"By exhaustion: {how} {combinations} combinations of zeros, ties and rank sum that grid, "
        f"limits and quartiles allow{f', in {boxes} parts' if boxes > 1 else ''}."
    )
    if given and printed is not None:
        proof += f" Only samples whose asymptotic P value prints as {printed.text}."
    return SignedRankPRange(
        least.pvalue,
        greatest.pvalue,
        witness(least),
        witness(greatest),
        None if printed is None else inside is not None,
        witness(inside),
        None if inside is None else inside.pvalue,
        method,
        proof,
    )


def _impossible(method: str, printed: PrintedNumber | None) -> SignedRankPRange:
    return SignedRankPRange(
        *(None, None, None, None),
        None if printed is None else False,
        *(None, None),
        method,
        "No values on this grid and within these limits have all that is printed.",
    )


def _space(
    q1: str,
    median: str,
    q3: str,
    n: Whole,
    step: Fraction | str | int | float,
    low: Fraction | str | int | float | None,
    high: Fraction | str | int | float | None,
    definition: int | str,
    method: str,
    rounding: Rule,
) -> tuple[SampleSpace | None, Fraction]:
    """Read the arguments; the space is None where no sample has the quartiles."""
    one_of("method", method, _METHODS)
    one_of("rounding", rounding, RULES)
    most = MOST_EXACT if method == "exact" else MOST_ASYMPTOTIC
    n = whole_number("n", n, minimum=1, maximum=most)
    unit = exact_number("step", step)
    if unit <= 0:
        raise ValueError(f"step must be positive, got {step!r}")
    lowest = None if low is None else exact_number("low", low)
    highest = None if high is None else exact_number("high", high)
    limits_in_order(lowest, highest, low)
    least = None if lowest is None else ceil(lowest / unit)
    greatest = None if highest is None else floor(highest / unit)
    quartiles = []
    for (name, share), text in zip(_SHARES.items(), (q1, median, q3), strict=True):
        printed = read(name, text)
        weights = quantile_weights(n, share, definition)
        if not weights:
            raise ValueError(f"{name} does not exist for {n} values by definition {definition!r}")
        quartiles.append((printed, weights))
    box: Box | None = None
    if least is None or greatest is None or least <= greatest:
        box = box_of_quartiles(n, quartiles, unit, least, greatest, rounding)
    return None if box is None else SampleSpace(box), unit
