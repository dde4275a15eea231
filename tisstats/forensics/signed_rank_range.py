"""Attainable signed-rank P values, given printed quartiles of the differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tisstats.forensics import _p_search as search
from tisstats.forensics import _printed
from tisstats.forensics._ordered_values import box_of_quartiles
from tisstats.forensics._printed import Number
from tisstats.forensics._progress import Progress
from tisstats.forensics._rank_sums import SampleSpace
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.printed import RoundingRule
from tisstats.statistics._arguments import Whole, one_of, whole_number
from tisstats.statistics.quantiles import QuantileDefinition

#: Largest sample sizes: for exact P values, where all patterns of ties are enumerated, and
#: for asymptotic ones.
MOST_EXACT, MOST_ASYMPTOTIC = 20, 30

#: A sample of differences in their unit, sorted.
Sample = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class SignedRankPRange:
    """The attainable P values of samples with given printed quartiles.

    If no sample has these quartiles, limits and samples are None and no P value is attainable.

    Examples
    --------
    >>> found = signed_rank_p_range("–1", "0", "3", n=9, step=1, definition=6, method="exact")
    >>> found.low, found.high
    (0.125, 1.0)
    """

    low: float | None  #: smallest attainable two-sided P value, 0 to 1
    high: float | None  #: largest attainable two-sided P value, 0 to 1
    sample_low: Sample | None  #: differences, in their unit, whose P value is `low`
    sample_high: Sample | None  #: differences, in their unit, whose P value is `high`
    #: whether some attainable P value rounds to the printed one; None if none is given
    printed_p_attainable: bool | None
    sample_printed: Sample | None  #: differences whose P value rounds to the printed one, if any
    sample_pvalue: float | None  #: the P value of `sample_printed`, 0 to 1
    method: str  #: "asymptotic" or "exact", how P values are computed
    proof_note: str  #: how limits and attainability were proven

    @property
    def possible(self) -> bool:
        """Whether any sample has the printed quartiles."""
        return self.low is not None


def signed_rank_p_range(
    q1: str,
    median: str,
    q3: str,
    n: Whole,
    step: Number,
    low: Number | None = None,
    high: Number | None = None,
    *,
    definition: QuantileDefinition,
    method: str = "asymptotic",
    printed_p: str | None = None,
    asymptotic_p: str | None = None,
    rounding: RoundingRule = "half-up",
    report: Callable[[str], None] | None = None,
) -> SignedRankPRange:
    """Compute the range of signed-rank P values over all samples with the printed quartiles.

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
        Smallest and largest possible difference; by default there is none.
    definition : {"spss", 1, ..., 9, "tukey-hinges"}
        How the quartiles were defined, see `tisstats.statistics.QUANTILE_DEFINITIONS`. There is no
        default: it depends on the software used, and affects the range.
    method : {"asymptotic", "exact"}
        Which two-sided P value of `tisstats.statistics.signed_rank_test`, zeros dropped.
    printed_p : str, optional
        A P value as printed, such as "0.03", "<.001" or "P = .03".
    asymptotic_p : str, optional
        An asymptotic P value as printed: only samples whose own rounds to it are considered. With
        ``method="exact"`` it shows how much the exact P value can differ from it.
    rounding : {"half-up", "half-even", "truncate"}
        How quartiles and P values were rounded for publication; by default halves away from zero.
        R and Python round exact halves to even.
    report : callable, optional
        Called with a line of progress, such as `print`: after five seconds, and every five seconds
        from then on. Wide limits and many values take minutes.

    Returns
    -------
    SignedRankPRange
        Smallest and largest P value, each with a sample that has it, and whether some attainable
        P value rounds to `printed_p`: lying between the bounds is not enough.

    Raises
    ------
    ValueError
        If an argument has the wrong type, is out of range or unknown, or the definition has
        no such quartile for so few values.

    Notes
    -----
    The search is exhaustive. P values depend on the order of the absolute values alone; all orders
    that grid, limits and quartiles allow are enumerated. The pairs of rank sum and tie term that
    result determine the asymptotic P value. The exact one depends on the whole pattern of ties;
    each of the 2 ** (n - 1) patterns is bounded by its pairs, and searched best bound first.

    Examples
    --------
    >>> found = signed_rank_p_range("–0.6", "–0.2", "0.0", n=5, step="0.1",
    ...     definition="spss", printed_p="0.12")
    >>> print(f"{found.low:.3f} to {found.high:.3f}")
    0.102 to 0.157
    >>> found.printed_p_attainable
    False
    >>> [str(value) for value in found.sample_low]
    ['-9/10', '-1/5', '-1/5', '0', '0']

    Exact P values of the samples whose asymptotic P value rounds to 0.3:

    >>> found = signed_rank_p_range("–1", "0", "3", n=9, step=1, definition=6, method="exact",
    ...     asymptotic_p="0.3")
    >>> print(f"{found.low:.2f} to {found.high:.2f}")
    0.25 to 0.50
    """
    one_of("method", method, ("asymptotic", "exact"))
    rounding = _printed.rounding_rule(rounding)
    largest_n = MOST_EXACT if method == "exact" else MOST_ASYMPTOTIC
    n = whole_number("n", n, minimum=1, maximum=largest_n)
    unit = _printed.exact_number("step", step, positive=True)
    limits = _printed.steps_within(*_printed.parse_limits(low, high), unit)
    texts = zip(QUARTILES, (q1, median, q3), strict=True)
    printed = {name: _printed.read(name, text) for name, text in texts}
    box = box_of_quartiles(
        PrintedQuartiles.from_printed(printed, n, unit, definition, rounding), *limits
    )
    chosen, among = (
        None if text is None else search.PrintedPSet(_printed.read_p(name, text), rounding)
        for name, text in (("printed_p", printed_p), ("asymptotic_p", asymptotic_p))
    )
    found = (
        None
        if box is None
        else _range(SampleSpace(box, Progress(report)), method, unit, chosen, among)
    )
    if found is not None:
        return found
    proof = "No values on this grid within these limits match all printed numbers."
    attainable = None if chosen is None else False
    return SignedRankPRange(None, None, None, None, attainable, None, None, method, proof)


def _range(
    space: SampleSpace,
    method: str,
    unit: Fraction,
    chosen: search.PrintedPSet | None,
    among: search.PrintedPSet | None,
) -> SignedRankPRange | None:
    """Search for the limits and for a matching P value; None if there is no sample."""
    smallest, largest = (
        search.extreme_p(space, method, smallest=side, among=among) for side in (True, False)
    )
    if smallest is None or largest is None:
        return None
    match = None if chosen is None else search.find_matching(space, method, chosen, among)

    def sample(attained: search.AttainedP | None) -> Sample | None:
        return None if attained is None else tuple(value * unit for value in attained.values)

    combinations = sum(len(some.ties) for some in search.list_pairs(space, among))
    boxes = space.n_boxes()
    how = "all patterns of ties, bounded by their" if method == "exact" else "all"
    proof = (
        f"By exhaustion: {how} {combinations} combinations of zeros, ties and rank sum that grid, "
        f"limits and quartiles allow{f', in {boxes} parts' if boxes > 1 else ''}."
    )
    if among is not None:
        proof += f" Only samples whose asymptotic P value is printed as {among.printed.text}."
    return SignedRankPRange(
        *(smallest.pvalue, largest.pvalue, sample(smallest), sample(largest)),
        None if chosen is None else match is not None,
        sample(match),
        None if match is None else match.pvalue,
        method,
        proof,
    )
