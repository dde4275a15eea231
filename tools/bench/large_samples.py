"""How fast exact methods are in large samples, against what one would call instead."""

from __future__ import annotations

import numpy as np
from scipy.stats import boschloo_exact, wilcoxon
from scipy.stats.contingency import odds_ratio as odds_ratio_of_scipy

from tisstats.statistics import (
    hodges_lehmann,
    odds_ratio,
    signed_rank_test,
    two_proportion_test,
)
from tools.bench._table import Row, show
from tools.bench.score import timed

LARGE = 10_000
LISTED = 2000  # differences whose table of averages is sorted; the time is scaled up
ARM, LARGE_ARM = 10_000, 100_000
ROUNDS = 3
SECOND = 1.0  # within which each large sample should be answered


def bench() -> None:
    """Measure and print."""
    ranks()
    arms()


def ranks() -> None:
    """Compare the Hodges-Lehmann estimate and the exact signed-rank test."""
    rng = np.random.default_rng(1)
    differences = rng.normal(0.02, 1, LARGE)
    coarse = np.round(differences, 1)
    few = differences[:LISTED]
    table = timed(lambda: table_of_averages(few), ROUNDS) * (LARGE / LISTED) ** 2
    agree(table_of_averages(few), hodges_lehmann(few).estimate)
    rows = [Row(f"all averages sorted (from n = {LISTED:,})", table)]
    for name, each in (("distinct", differences), ("ties", coarse)):
        ours = timed(lambda each=each: hodges_lehmann(each), ROUNDS)
        rows.append(Row(f"hodges_lehmann, {name}, to the table", ours, ours / table, 1))
        rows.append(Row(f"hodges_lehmann, {name}, to a second", ours, ours / SECOND, 1))
    show(f"Hodges-Lehmann estimate with its exact interval, n = {LARGE:,}", rows)

    thousand = differences[:1000]
    agree(wilcoxon(thousand, method="exact").pvalue, signed_rank_test(thousand).pvalue)
    theirs = timed(lambda: wilcoxon(thousand, method="exact"), ROUNDS)
    ours = timed(lambda: signed_rank_test(thousand), ROUNDS)
    rows = [
        Row("scipy.stats.wilcoxon, exact, n = 1,000", theirs),
        Row("signed_rank_test, n = 1,000, to SciPy", ours, ours / theirs, 1),
    ]
    for name, each in (("distinct", differences), ("ties", coarse)):
        ours = timed(lambda each=each: signed_rank_test(each), ROUNDS)
        rows.append(Row(f"n = {LARGE:,}, {name}, to a second", ours, ours / SECOND, 1))
    show("Exact signed-rank test", rows)


def arms() -> None:
    """Compare the conditional odds ratio and Boschloo's test."""
    counts = ARM // 2, ARM, ARM * 49 // 100, ARM
    theirs = timed(lambda: odds_ratio_with_scipy(*counts), 1)
    agree(odds_ratio_with_scipy(*counts), odds_ratio(*counts).high)
    ours = timed(lambda: odds_ratio(*counts), ROUNDS)
    large = timed(lambda: odds_ratio(*(LARGE_ARM // ARM * count for count in counts)), ROUNDS)
    show(
        "Conditional odds ratio with exact limits",
        [
            Row(f"SciPy, {ARM:,} an arm", theirs),
            Row(f"odds_ratio, {ARM:,} an arm, to SciPy", ours, ours / theirs, 1),
            Row(f"odds_ratio, {LARGE_ARM:,} an arm, to a second", large, large / SECOND, 1),
        ],
    )
    table = [[8, 3], [11, 17]]
    theirs = timed(lambda: boschloo_exact(table), ROUNDS)
    ours = timed(lambda: two_proportion_test(8, 19, 3, 20, test="boschloo"), ROUNDS)
    large = timed(lambda: two_proportion_test(80, 150, 60, 150, test="boschloo"), ROUNDS)
    show(
        "Boschloo's test, whose maximum SciPy samples and ours bounds",
        [
            Row("scipy.stats.boschloo_exact, 19 and 20", theirs),
            Row("two_proportion_test, 19 and 20, to SciPy", ours, ours / theirs, 1),
            Row("two_proportion_test, 150 and 150, to a second", large, large / SECOND, 1),
        ],
    )


def table_of_averages(differences: np.ndarray) -> float:
    """Return the median of all averages of two, as one would write it down."""
    one, other = np.triu_indices(differences.size)
    return float(np.median((differences[one] + differences[other]) / 2))


def odds_ratio_with_scipy(first: int, of_first: int, second: int, of_second: int) -> float:
    """Return the upper limit, after the estimate and the lower one."""
    found = odds_ratio_of_scipy([[first, of_first - first], [second, of_second - second]])
    return float(found.confidence_interval(0.95).high)


def agree(found: float, expected: float) -> None:
    """Stop when a program computes another number: then its time says nothing."""
    if abs(found / expected - 1) > 1e-6:
        raise SystemExit(f"another program gives {found}, this one {expected}")
