"""What docstrings say of other software, run: R from stored results, Python's here and now.

The R script stands in golden/software_statements.R. When a test here fails after an update of a
package, the sentence that it stands for has become false.
"""

import csv
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import barnard_exact
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from tisstats.statistics import (
    hodges_lehmann,
    kaplan_meier,
    proportion_interval,
    quantiles,
    signed_rank_test,
    two_proportion_test,
)

OLD, NEW = "4.2.2", "4.6.0"
TIED = [1, 2, 2, 4, -1, 3]
ZEROS = [*TIED, -5, 0, 0]


def r(version, statement):
    path = Path(__file__).parent / "golden" / f"software_statements_{version}.csv"
    with path.open(encoding="utf-8") as file:
        first = file.readline()
        assert f"R version {version}" in first
        rows = [row for row in csv.DictReader(file) if row["statement"] == statement]
    assert rows, statement
    return [float(row["value"].replace("Inf", "inf")) for row in rows]


@pytest.mark.parametrize("what", ["ties", "zeros"])
def test_wilcox_test_warns_of_ties_and_zeros_until_it_is_exact_with_them(what):
    assert r(OLD, f"wilcox.test exact warns of {what}") == pytest.approx([1])
    assert r(NEW, f"wilcox.test exact warns of {what}") == pytest.approx([0])


def test_wilcox_test_exact_turns_to_the_normal_approximation_in_the_old_release():
    for data, name in ((TIED, "ties"), (ZEROS, "zeros")):
        found = signed_rank_test(data, "wilcox", "asymptotic")
        asked = f"wilcox.test exact V and P with {name}"
        assert r(OLD, asked) == pytest.approx([found.w_plus, found.pvalue])


def test_wilcox_test_exact_is_ours_with_pratts_zeros_in_the_new_release():
    for data, name in ((TIED, "ties"), (ZEROS, "zeros")):
        found = signed_rank_test(data, "pratt", "exact")
        asked = f"wilcox.test exact V and P with {name}"
        assert r(NEW, asked) == pytest.approx([found.w_plus, found.pvalue])
    dropped = signed_rank_test(ZEROS, "wilcox", "exact")
    assert dropped.pvalue != pytest.approx(signed_rank_test(ZEROS, "pratt", "exact").pvalue)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_wilcox_test_asymptotic_drops_zeros_in_both_releases(version):
    found = signed_rank_test(ZEROS, "wilcox", "asymptotic")
    asked = "wilcox.test asymptotic V and P with zeros"
    assert r(version, asked) == pytest.approx([found.w_plus, found.pvalue])


def test_intervals_without_ties_are_those_of_the_new_release():
    for data, level in (([1, 2, 4, 8], 0.75), ([1, 2, 4], 0.95)):
        found = hodges_lehmann(data, level)
        asked = f"wilcox.test interval of {' '.join(map(str, data))} at {level}"
        assert r(NEW, asked) == pytest.approx([found.low, found.high])
    assert r(OLD, "wilcox.test interval of 1 2 4 8 at 0.75") == pytest.approx([1, 8])
    assert r(OLD, "wilcox.test interval of 1 2 4 at 0.95") == pytest.approx([1, 4])


def test_survfit_merges_nearly_equal_times_with_a_tolerance_of_its_own():
    assert r(OLD, "survfit times of 0.3 0.1+0.2 0.7") == pytest.approx([2])
    assert r(OLD, "survfit times of 0.3 0.1+0.2 0.7 without timefix") == pytest.approx([3])
    assert r(OLD, "survfit times of 1 1+1e-8 2") == pytest.approx([2])
    assert r(OLD, "survfit times of 1 1+2e-8 2") == pytest.approx([3])
    assert kaplan_meier([1, 1 + 1e-8, 2], [1, 1, 0]).times.size == 3
    # It does not take any unit, and this package does.
    assert r(OLD, "survfit times of 1 2 3 in 1e-12") == pytest.approx([1])
    assert kaplan_meier([1e-12, 2e-12, 3e-12], [1, 1, 0]).times.size == 3


def test_binary_noise_moves_a_quantile_of_type_1_in_r_and_numpy():
    for version in (OLD, NEW):
        assert r(version, "quantile of 1 to 100 at 0.07 by type 1") == pytest.approx([8])
    values = np.arange(1, 101)
    assert np.quantile(values, 0.07, method="inverted_cdf") == pytest.approx(8)
    assert quantiles(values, [0.07], 1) == pytest.approx([7])


def test_scipy_misses_tables_with_equal_scores():
    theirs = barnard_exact([[10, 10], [0, 5]]).pvalue
    assert theirs == pytest.approx(0.0484, abs=5e-5)
    ours = two_proportion_test(10, 10, 10, 15, test="barnard").pvalue
    assert ours == pytest.approx(0.0509, abs=5e-5)


def test_statsmodels_follows_one_root_of_sternes_test():
    theirs = proportion_confint(0, 18, 0.1, method="binom_test")[1]
    assert theirs == pytest.approx(0.140, abs=5e-4)
    assert proportion_interval(0, 18, 0.9, "sterne").high == pytest.approx(0.163, abs=5e-4)


@pytest.mark.parametrize("method", ["agresti_coull", "normal"])
def test_statsmodels_clips_its_limits(method):
    limits = [proportion_confint(x, 5, 0.01, method=method) for x in range(6)]
    assert min(low for low, _ in limits) == pytest.approx(0)
    assert max(high for _, high in limits) == pytest.approx(1)
    assert all(one <= other for pair in limits for one, other in pairwise((0, *pair, 1)))


def test_statsmodels_waits_for_the_end_of_a_flat_step():
    times, events = [1, 2, 3, 4], [1, 1, 0, 1]
    found = SurvfuncRight(times, events).quantile(0.5)
    assert found == pytest.approx(kaplan_meier(times, events).median("strictly-below"))


@pytest.mark.parametrize(
    ("method", "theirs"),
    [("wald", "normal"), ("agresti-coull", "agresti_coull"), ("jeffreys", "jeffreys")],
)
def test_three_intervals_have_the_limits_of_statsmodels(method, theirs):
    successes, trials = np.array([(x, n) for n in (1, 7, 19, 10**6) for x in (0, 1, n // 2, n)]).T
    for level in (0.5, 0.9, 0.95, 0.999):
        found = proportion_interval(successes, trials, level, method)
        expected = proportion_confint(successes, trials, 1 - level, method=theirs)
        assert [*found] == [pytest.approx(limits, rel=1e-13, abs=1e-15) for limits in expected]


def test_a_proportion_needs_no_scipy_stats():
    code = (
        "import sys; from tisstats.statistics.proportions import INTERVAL_METHODS as methods, "
        "proportion_interval as interval; [interval(8, 19, method=name) for name in methods]; "
        "print({'scipy.stats', 'statsmodels'} & {*sys.modules} or 'none')"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "none\n"
