"""Check printed confidence intervals of a proportion against methods of computing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from tisstats.errors import shown
from tisstats.forensics._printed import check_rows, read, rounding_rule
from tisstats.forensics.rounding_errors import explain_rounding
from tisstats.printed import PrintedNumber, RoundingRule, format_rounded, matches_print
from tisstats.statistics import INTERVAL_METHODS, proportion_interval
from tisstats.statistics._arguments import Whole, one_of, whole_number

Limit = Literal["low", "high"]

_NAMES: Final[dict[Limit, str]] = {"low": "lower", "high": "upper"}


@dataclass(frozen=True, slots=True)
class IntervalConsistency:
    """Result of `interval_consistency`.

    Examples
    --------
    >>> found = interval_consistency(("19.6", "64.6"), 8, 19, percent=True)
    >>> found.possible, found.recomputed, found.methods
    (False, ('20.3', '66.5'), ('wald-max-variance',))
    """

    printed: tuple[str, str]  #: lower and upper limit as printed
    successes: int  #: successes, 0 to `trials`
    trials: int  #: trials, at least 1
    level: float  #: nominal confidence, 0 to 1
    method: str  #: the method that is named, one of `tisstats.statistics.INTERVAL_METHODS`
    rounding: RoundingRule  #: how the limits are taken to have been rounded
    recomputed: tuple[str, str]  #: the limits by the named method, as they would be printed
    low_methods: tuple[str, ...]  #: every method that matches the lower limit
    high_methods: tuple[str, ...]  #: every method that matches the upper limit
    rounding_errors: tuple[str, str]  #: rounding error that would explain each limit; empty if none

    @property
    def possible(self) -> bool:
        """Whether the named method matches both limits."""
        return self.method in self.methods

    @property
    def methods(self) -> tuple[str, ...]:
        """Every method that matches both limits."""
        return tuple(method for method in self.low_methods if method in self.high_methods)

    @property
    def verdict(self) -> str:
        """The result as one sentence."""
        low, high = self.printed
        stated = f"{self.method} of {self.successes} in {self.trials}"
        if self.possible:
            return f"{low} to {high} matches {stated}"
        matching = " and ".join(self.methods) if self.methods else "none"
        parts = [
            f"{low} to {high} does not match {stated}, which gives {' to '.join(self.recomputed)}",
            *(
                f"{name} limit {rounding_error}"
                for name, rounding_error in zip(_NAMES.values(), self.rounding_errors, strict=True)
                if rounding_error
            ),
            f"of {len(INTERVAL_METHODS)} methods, {matching} would match both limits",
        ]
        return "; ".join(parts)


def interval_consistency(
    printed: tuple[str, str],
    successes: Whole,
    trials: Whole,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
    *,
    percent: bool = False,
    rounding: RoundingRule = "half-up",
) -> IntervalConsistency:
    """Test whether a printed interval matches the named method, and find the methods that match.

    Parameters
    ----------
    printed : tuple of two str
        Lower and upper limit exactly as printed.
    successes, trials : int
        Numerator and denominator of the proportion.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        The method that is named, one of `tisstats.statistics.INTERVAL_METHODS`; by default
        Clopper-Pearson, the usual meaning of "exact".
    percent : bool
        Whether the limits are percentages; those with a per cent sign always are.
    rounding : {"half-up", "half-even", "truncate"}
        How the limits are taken to have been rounded.

    Returns
    -------
    IntervalConsistency

    Raises
    ------
    ValueError
        If the limits are not two printed numbers, or another argument is out of range.

    Examples
    --------
    >>> checked = interval_consistency(("10.8", "60.3"), 3, 10, percent=True)
    >>> checked.possible, checked.recomputed, checked.methods
    (False, ('6.7', '65.2'), ('wilson',))
    >>> interval_consistency(("0.348", "0.933"), 7, 10).possible
    True
    """
    if not isinstance(printed, Sequence) or isinstance(printed, str) or len(printed) != 2:
        raise ValueError(
            f"printed must be two strings, the lower and the upper limit, got {shown(printed)}"
        )
    low, high = (_read(limit, text) for limit, text in zip(_NAMES, printed, strict=True))
    rule = rounding_rule(rounding)
    one_of("method", method, INTERVAL_METHODS)
    trials = whole_number("trials", trials, minimum=1)
    successes = whole_number("successes", successes, minimum=0, maximum=trials)

    interval = proportion_interval(successes, trials, confidence_level, method)
    named_low = interval.low * _scale(low, percent=percent)
    named_high = interval.high * _scale(high, percent=percent)
    low_methods, high_methods = (
        methods_matching_limit(
            *(limit, text, successes, trials, confidence_level), percent=percent, rounding=rule
        )
        for limit, text in zip(_NAMES, printed, strict=True)
    )
    return IntervalConsistency(
        printed=(printed[0], printed[1]),
        successes=successes,
        trials=trials,
        level=confidence_level,
        method=method,
        rounding=rule,
        recomputed=(
            format_rounded(named_low, low.decimals, rule),
            format_rounded(named_high, high.decimals, rule),
        ),
        low_methods=low_methods,
        high_methods=high_methods,
        rounding_errors=(
            explain_rounding(named_low, low, rule),
            explain_rounding(named_high, high, rule),
        ),
    )


def _read(limit: Limit, printed: str) -> PrintedNumber:
    return read(f"{_NAMES[limit]} limit", printed)


def _scale(printed: PrintedNumber, *, percent: bool) -> int:
    return 100 if percent or printed.percent else 1


def methods_matching_limit(
    limit: Limit,
    printed: str,
    successes: Whole,
    trials: Whole,
    confidence_level: float = 0.95,
    *,
    percent: bool = False,
    rounding: RoundingRule = "half-up",
) -> tuple[str, ...]:
    """Return the methods that match one printed limit of an interval of a proportion.

    Parameters
    ----------
    limit : {"low", "high"}
        Which limit is printed.
    printed : str
        The limit exactly as printed.
    successes, trials, confidence_level, percent, rounding
        As for `interval_consistency`.

    Returns
    -------
    tuple of str
        Names out of `tisstats.statistics.INTERVAL_METHODS`, in their order.

    Raises
    ------
    ValueError
        If `printed` is not a printed number, or another argument is out of range.

    Examples
    --------
    >>> methods_matching_limit("low", "10.8", 3, 10, percent=True)
    ('wilson',)
    """
    one_of("limit", limit, _NAMES)
    number, rule = _read(limit, printed), rounding_rule(rounding)
    scale = _scale(number, percent=percent)
    intervals = {
        by: proportion_interval(successes, trials, confidence_level, by) for by in INTERVAL_METHODS
    }
    return tuple(
        by
        for by, interval in intervals.items()
        if matches_print(scale * getattr(interval, limit), number, rule)
    )


def check_intervals(
    frame: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
    percent: bool = False,
    rounding: RoundingRule = "half-up",
) -> pd.DataFrame:
    """Check a table of printed intervals, one per row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``low`` and ``high`` (strings), ``successes`` and ``trials``; ``confidence_level``
        and ``method`` where they differ between rows. Other columns are kept unchanged.
    confidence_level, method, percent, rounding
        As for `interval_consistency`; a row's own level or method takes precedence.

    Returns
    -------
    pandas.DataFrame
        A copy with ``recomputed`` (such as "6.7 to 65.2"), ``methods`` (tuples), ``possible`` and
        ``verdict`` added.

    Raises
    ------
    ValueError
        If a column is missing, or a cell cannot be read; the message names the row.

    Examples
    --------
    >>> table = pd.DataFrame({"low": ["10.8"], "high": ["60.3"], "successes": 3, "trials": 10})
    >>> check_intervals(table, percent=True)[["recomputed", "methods", "possible"]]
        recomputed    methods  possible
    0  6.7 to 65.2  (wilson,)     False
    """

    def check(row: dict[str, Any]) -> IntervalConsistency:
        own_level, own_method = row.get("confidence_level"), row.get("method")
        return interval_consistency(
            (row["low"], row["high"]),
            row["successes"],
            row["trials"],
            confidence_level if own_level is None else own_level,
            method if own_method is None else own_method,
            percent=percent,
            rounding=rounding,
        )

    required = ("low", "high", "successes", "trials")
    added = ("recomputed", "methods", "possible", "verdict")
    checked = check_rows(frame, required, ("confidence_level", "method"), check, *added)
    return checked.assign(recomputed=checked["recomputed"].map(" to ".join))
