"""How fast exact signed-rank tests with ties are, against SciPy, R and themselves."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import PermutationMethod, wilcoxon

from tisstats.statistics import signed_rank_test
from tools.bench._table import Row, show

CALLS = 1000  # of which the seconds are shown
# Changes on a coarse scale, none of them zero, so that all programs use all 19.
CHANGES = [-3, -1, -1, 1, -2, -1, 2, 4, -5, 1, 2, 3, 3, -1, 6, 2, 1, 4, 5]
FEW = 14  # of them are enumerated, and the time is scaled up
R_CODE = """
suppressMessages(library(exactRankTests))
changes <- c({changes})
once <- function() for (call in 1:{calls}) p <<- wilcox.exact(changes, exact = TRUE)$p.value
once()
took <- sapply(1:5, function(round) sum(system.time(once())[c("user.self", "sys.self")]))
cat(median(took), sprintf("%.17g", p))
"""


def bench() -> None:
    """Measure and print."""
    ours = timed(lambda: signed_rank_test(CHANGES), CALLS)
    small(ours)
    large()


def small(ours: float) -> None:
    """Compare n = 19 with SciPy's complete enumeration and with R."""
    few = CHANGES[:FEW]
    complete = PermutationMethod(n_resamples=2**FEW + 1)
    started = time.process_time()
    enumerated = wilcoxon(few, method=complete).pvalue
    # Each assignment of signs takes it the same time, and all of them would take a minute.
    scipy_seconds = (time.process_time() - started) * 2 ** (len(CHANGES) - FEW) * CALLS
    agree("SciPy", enumerated, signed_rank_test(few).pvalue)
    rows = [
        Row(f"SciPy, complete enumeration (from n = {FEW})", scipy_seconds),
        Row("a thousandth of it", scipy_seconds / 1000),
        Row("signed_rank_test, to that thousandth", ours, ours / (scipy_seconds / 1000), 1),
    ]
    r_seconds = in_r(signed_rank_test(CHANGES).pvalue)
    if r_seconds is None:
        print("\nR with exactRankTests is not installed: not compared with it")
    else:
        rows += [
            Row("R, exactRankTests::wilcox.exact", r_seconds),
            Row("signed_rank_test, to R", ours, ours / r_seconds, 2),
        ]
    show(f"Exact signed rank, n = {len(CHANGES)} with ties, {CALLS:,} calls", rows)


def large() -> None:
    """Compare n = 1,000 with n = 100."""
    rng = np.random.default_rng(1)
    hundred, thousand = (np.round(rng.normal(0.2, 1, n), 1) for n in (100, 1000))
    short = timed(lambda: signed_rank_test(hundred), 100) * CALLS / 100
    long = timed(lambda: signed_rank_test(thousand), 2) * CALLS / 2
    show(
        f"Exact signed rank with ties and zeros, {CALLS:,} calls",
        [Row("n = 100", short), Row("n = 1,000, to n = 100", long, long / short, 100)],
    )


def in_r(p_value: float) -> float | None:
    """Return the processor's seconds in R, or nothing where it or its package is missing."""
    if shutil.which("Rscript") is None:
        return None
    code = R_CODE.format(changes=", ".join(map(str, CHANGES)), calls=CALLS)
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    seconds, found = map(float, done.stdout.split())
    agree("R", found, p_value)
    return seconds


def agree(program: str, found: float, expected: float) -> None:
    """Stop when a program computes another P value: then its time says nothing."""
    if abs(found - expected) > 1e-9:
        raise SystemExit(f"{program} gives P = {found}, signed_rank_test {expected}")


def timed(run: Callable[[], object], calls: int) -> float:
    """Return the median over rounds of the seconds for so many calls, after one to warm up."""
    took = []
    for _ in range(6):
        started = time.process_time()
        for _ in range(calls):
            run()
        took.append(time.process_time() - started)
    return statistics.median(took[1:])
