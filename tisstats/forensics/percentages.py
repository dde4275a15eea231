"""Check printed percentages against counts and group sizes, as the GRIM test does."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from tisstats.forensics._printed import check_rows, multiples_rounding_to, read, rounding_rule
from tisstats.forensics.rounding_errors import explain_rounding
from tisstats.printed import PrintedNumber, RoundingRule, format_rounded, matches_print
from tisstats.statistics._arguments import Whole, whole_number

#: Largest group for which all matching counts are listed.
MOST_PATIENTS = 10_000_000

#: Largest group size that is searched for a matching count.
LARGEST_GROUP = 1000


@dataclass(frozen=True, slots=True)
class PercentageConsistency:
    """Result of `percentage_consistency`.

    Examples
    --------
    >>> found = percentage_consistency("42.1", 8, 19)
    >>> found.possible, found.counts
    (True, (8,))
    """

    printed: str  #: the percentage as printed
    count: int | None  #: patients with the characteristic, as stated; None where no count is
    n: int  #: patients in the group
    rounding: RoundingRule  #: how the percentage is taken to have been rounded
    possible: bool  #: whether the count, or any count where none is stated, rounds to it
    recomputed: str  #: how the count would be printed; empty where none is stated
    counts: tuple[int, ...]  #: every count of this group that rounds to it
    possible_n: tuple[int, ...]  #: every group size up to 1000 in which this count rounds to it
    smallest_n: (
        int | None
    )  #: smallest group size up to 1000 with a matching count; None if there is none
    rounding_error: str  #: the rounding error that would explain it; empty if none is known

    @property
    def verdict(self) -> str:
        """The result as one sentence."""
        could, none = (_listed(self.counts), f"no count of {self.n} rounds to {self.printed}")
        if self.count is None:
            return f"{self.printed} is consistent with {could} of {self.n}" if could else none
        stated = f"{self.count} of {self.n}"
        if self.possible:
            return f"{self.printed} is {stated}"
        parts = [f"{self.printed} is inconsistent with {stated}, which rounds to {self.recomputed}"]
        if self.rounding_error:
            parts.append(self.rounding_error)
        if could:
            parts.append(f"{could} of {self.n} would match")
        elif self.smallest_n is None or self.smallest_n > self.n:
            smallest = LARGEST_GROUP + 1 if self.smallest_n is None else self.smallest_n
            parts.append(f"no group smaller than {smallest} has a matching count")
        else:
            parts.append(none)
        return "; ".join(parts)


def percentage_consistency(
    printed: str, count: Whole | None, n: Whole, *, rounding: RoundingRule = "half-up"
) -> PercentageConsistency:
    """Test whether a printed percentage is consistent with a whole number of patients.

    Parameters
    ----------
    printed : str
        The percentage exactly as printed, with or without a per cent sign: "42.0" is not "42".
    count : int or None
        Patients with the characteristic, 0 to `n`; None to test whether any count matches.
    n : int
        Patients in the group, at least 1.
    rounding : {"half-up", "half-even", "truncate"}
        How the percentage is taken to have been rounded; "half-up" is away from zero.

    Returns
    -------
    PercentageConsistency

    Raises
    ------
    ValueError
        If `printed` is not a printed number, or another argument is out of range.

    Notes
    -----
    Everything is computed in fractions. Matching counts and group sizes, up to 1000, are solved
    for exactly. This is the GRIM test (Brown & Heathers 2017, doi:10.1177/1948550616673876) for
    percentages, that is for means of zeros and ones; it also solves for counts and group sizes.

    Examples
    --------
    >>> checked = percentage_consistency("33.0", 1, 3)
    >>> checked.possible, checked.recomputed, checked.counts, checked.smallest_n
    (False, '33.3', (), 88)
    >>> percentage_consistency("25", None, 8).verdict
    '25 is consistent with 2 of 8'
    """
    number = read("printed", printed)
    n = whole_number("n", n, minimum=1, maximum=MOST_PATIENTS)
    rule = rounding_rule(rounding)
    if count is None:
        stated, recomputed, rounding_error = None, "", ""
        possible_n: tuple[int, ...] = ()
    else:
        stated = whole_number("count", count, minimum=0, maximum=n)
        share = Fraction(100 * stated, n)
        recomputed = format_rounded(share, number.decimals, rule)
        rounding_error = explain_rounding(share, number, rule)
        possible_n = tuple(
            size
            for size in range(max(stated, 1), LARGEST_GROUP + 1)
            if matches_print(Fraction(100 * stated, size), number, rule)
        )
    counts = counts_matching(number, n, rule)
    sizes = range(1, LARGEST_GROUP + 1)
    return PercentageConsistency(
        printed=printed,
        count=stated,
        n=n,
        rounding=rule,
        possible=bool(counts) if stated is None else stated in counts,
        recomputed=recomputed,
        counts=tuple(counts),
        possible_n=possible_n,
        smallest_n=next((size for size in sizes if counts_matching(number, size, rule)), None),
        rounding_error=rounding_error,
    )


def counts_matching(
    printed: PrintedNumber, n: int, rounding: RoundingRule = "half-up"
) -> list[int]:
    """List the counts of a group whose percentage rounds to the printed one.

    >>> from tisstats.printed import parse
    >>> counts_matching(parse("25"), 8), counts_matching(parse("25"), 7)
    ([2], [])
    """
    found = multiples_rounding_to(printed, Fraction(100, n), rounding)
    return list(range(max(found.start, 0), min(found.stop, n + 1)))


def check_percentages(frame: pd.DataFrame, *, rounding: RoundingRule = "half-up") -> pd.DataFrame:
    """Check a table of printed percentages, one per row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``printed`` (strings) and ``n``, and ``count`` where counts are printed; a
        missing count means any. Other columns are kept unchanged.
    rounding : {"half-up", "half-even", "truncate"}
        As for `percentage_consistency`.

    Returns
    -------
    pandas.DataFrame
        A copy with ``recomputed``, ``counts`` (tuples), ``possible`` and ``verdict`` added.

    Raises
    ------
    ValueError
        If a column is missing, or a cell cannot be read; the message names the row.

    Examples
    --------
    >>> table = pd.DataFrame({"printed": ["67", "33.0"], "count": [2, 1], "n": [3, 3]})
    >>> check_percentages(table)[["printed", "recomputed", "possible"]]
      printed recomputed  possible
    0      67         67      True
    1    33.0       33.3     False
    """

    def check(row: dict[str, Any]) -> PercentageConsistency:
        return percentage_consistency(row["printed"], row.get("count"), row["n"], rounding=rounding)

    added = ("recomputed", "counts", "possible", "verdict")
    return check_rows(frame, ("printed", "n"), ("count",), check, *added)


def _listed(counts: tuple[int, ...]) -> str:
    """Format counts, a run of consecutive ones as a range."""
    if len(counts) > 2 and counts[-1] - counts[0] == len(counts) - 1:
        return f"{counts[0]} to {counts[-1]}"
    return " or ".join(map(str, counts))
