"""Every field of what the statistics return, as kept in a file; R has the values, elsewhere."""

from itertools import product
from pathlib import Path

import numpy as np

from tests.kept import compare, render
from tisstats import forensics, statistics
from tisstats.printed import parse

KEPT = Path(__file__).parent / "kept"
TABLES = [(8, 19, 3, 20), (0, 5, 4, 6), (5, 5, 0, 7)]
TIMES, CAUSES = [3, 3, 4, 6, 6, 9, 9, 9], [1, 1, 2, 1, 0, 0, 2, 0]
CHANGES = [-3.0, -1.5, -1.5, 0.0, 0.5, 1.5, 2.0, 4.0]


def proportions():
    for method, (x, n) in product(statistics.INTERVAL_METHODS, [(8, 19), (0, 5), (5, 5)]):
        yield f"{method} {x}/{n}", statistics.proportion_interval(x, n, 0.9, method)
    for method, table in product(statistics.DIFFERENCE_METHODS, TABLES):
        yield (
            f"difference {method} {table}",
            statistics.proportion_difference(*table, method=method),
        )
    for method, table in product(statistics.RATIO_METHODS, TABLES[:1]):
        yield f"ratio {method} {table}", statistics.proportion_ratio(*table, method=method)
    for table in TABLES:
        yield f"odds {table}", statistics.odds_ratio(*table)
    alternatives = ("two-sided", "less", "greater")
    for test, alternative in product(statistics.PROPORTION_TESTS, alternatives):
        yield (
            f"{test} {alternative}",
            statistics.two_proportion_test(*TABLES[0], test=test, alternative=alternative),
        )
    for name in statistics.METHOD_TITLES:
        yield f"title {name}", statistics.method_title(name)


def planning():
    for method in statistics.INTERVAL_METHODS:
        yield f"planned {method}", statistics.planned_interval(20, 0.45, method=method)
        yield f"width {method}", statistics.sample_size_for_width(0.45, 0.45, method=method)
        yield f"coverage {method}", statistics.coverage_summary(7, 0.9, method)
    for alternative in ("two-sided", "less", "greater"):
        yield (
            f"power {alternative}",
            statistics.single_arm_power(19, 0.4, 0.2, alternative=alternative),
        )
        yield (
            f"size {alternative}",
            statistics.single_arm_sample_size(
                0.7, 0.2 if alternative == "less" else 0.6, 0.4, alternative=alternative, maximum=60
            ),
        )
    for test in statistics.POWER_TESTS:
        yield f"arms {test}", statistics.two_arm_power(9, 11, 0.7, 0.2, test=test)
    yield "arms", statistics.two_arm_sample_size(0.6, 0.8, 0.2, maximum=20)


def times():
    curve = statistics.kaplan_meier(TIMES, np.asarray(CAUSES) == 1, 0.9)
    yield "curve", curve
    for at in (0, 2.9, 3, 5, 9):
        yield f"at {at}", curve.at(at)
    for rule in statistics.MEDIAN_RULES:
        yield f"median {rule}", curve.median(rule)
    for variance in ("gray", "greenwood"):
        incidence = statistics.cumulative_incidence(TIMES, CAUSES, variance=variance)
        yield variance, incidence
        yield f"{variance} at 6", incidence.at(6)
    yield "at risk", statistics.at_risk_table(TIMES, CAUSES, [0, 3, 6, 9])
    yield "counts", statistics.times_from_counts({3: 2, 6: 1}, 8, {4: 1}, horizon=9)
    yield "bounds", statistics.censoring_bounds({3: 2, 6: 1}, 8, 2, 9)


def values():
    for zeros, method in product(("wilcox", "pratt"), ("exact", "asymptotic")):
        yield f"signed rank {zeros} {method}", statistics.signed_rank_test(CHANGES, zeros, method)
    yield "location", statistics.hodges_lehmann(CHANGES, 0.9)
    for definition in statistics.QUANTILE_DEFINITIONS:
        quartiles = statistics.quantiles(CHANGES, [0.25, 0.5, 0.75], definition)
        yield f"quartiles {definition}", quartiles
        yield f"printed {definition}", statistics.format_median_iqr(CHANGES, definition)


def checks():
    yield "percentage", forensics.percentage_consistency("42.0%", 8, 19)
    yield "no count", forensics.percentage_consistency("43%", None, 19)
    yield "interval", forensics.interval_consistency(("20.3", "66.5"), 8, 19, percent=True)
    yield "none", forensics.interval_consistency(("20.0", "60.0"), 8, 19, percent=True)
    yield "quartiles", forensics.quartile_consistency("1", "2", "3.5", 7, 1)
    yield "impossible", forensics.quartile_consistency("1", "2", "3.3", 7, 1, definition=6)
    yield "one end", forensics.quartile_consistency("1", "2", "3", 7, 1, low=3, definition=6)
    yield (
        "range",
        forensics.signed_rank_p_range("-1", "0", "2", 7, 1, definition=6, printed_p="0.5"),
    )
    for value, text in ((8 / 19, "0.42"), (0.4251, "0.42"), (0.425, "0.42"), (42.4, "43")):
        yield f"rounding {text}", forensics.explain_rounding(value, parse(text))


def test_every_field_of_every_result():
    texts = [
        render(name, value)
        for results in (proportions, planning, times, values, checks)
        for name, value in results()
    ]
    compare(KEPT / "statistics.txt", "\n".join(texts))
