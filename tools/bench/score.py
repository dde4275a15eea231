"""How fast visits are scored, against copying the numbers and against pandas patient by patient."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from tisstats.measures import score_visits, total_improvement_score
from tisstats.measures.core_set import CORE_SET
from tools.bench._table import Row, show

VISITS = 1_000_000
PLAIN_VISITS = 20_000  # of the plain way, whose time is scaled up
ROUNDS = 7
AIM = 2  # times as long as a plain copy, for the faster of the engines
MMT_MAX, ULN = 260, 170


def bench() -> None:
    """Measure and print."""
    percents = np.random.default_rng(1).uniform(-20, 60, (VISITS, len(CORE_SET)))
    table = visits(VISITS)
    target = np.empty_like(percents)
    few = table[table["patient_id"] < PLAIN_VISITS // 4]
    plain = timed(lambda: plainly(few), 1) * VISITS / len(few)
    copy = timed(lambda: np.copyto(target, percents), ROUNDS)
    core = timed(lambda: total_improvement_score(percents), ROUNDS)
    derived = timed(lambda: score_visits(table, mmt_max=MMT_MAX, uln={"ck": ULN}), 3)
    loop = timed(lambda: total_improvement_score(percents, engine="numba"), ROUNDS)
    rows = [
        Row("plain copy", copy),
        Row("total_improvement_score", core, core / copy),
        Row("the same, compiled by numba", loop, loop / copy, AIM),
    ]
    show(f"Scoring {VISITS:,} visits, against copying their percentages", rows)
    show(
        f"Speed-up, against pandas groupby-apply (scaled up from {len(few):,} visits)",
        [
            Row("groupby-apply of a plain scorer", plain),
            Row("total_improvement_score: times as fast", core, plain / core),
            Row("score_visits, all checks: times as fast", derived, plain / derived),
        ],
    )


def timed(run: Callable[[], object], rounds: int) -> float:
    """Return the median of the processor's seconds that a run takes, after one to warm up.

    What else the machine does meanwhile does not count.
    """
    took = []
    for _ in range(rounds + (rounds > 1)):
        started = time.process_time()
        run()
        took.append(time.process_time() - started)
    return statistics.median(took[-rounds:])


def visits(count: int) -> pd.DataFrame:
    """Return random visits, four a patient, in random order."""
    rng = np.random.default_rng(2)
    activity = ("physician_global", "patient_global", "extramuscular")
    table = pd.DataFrame({"patient_id": np.arange(count) // 4, "week": np.arange(count) % 4 * 3})
    table = table.assign(**{name: rng.integers(0, 101, count) / 10 for name in activity})
    table = table.assign(
        mmt=rng.integers(0, MMT_MAX + 1, count),
        haq=rng.integers(0, 25, count) / 8,
        ck=rng.integers(20, 9000, count),
    )
    return table.sample(frac=1, random_state=3, ignore_index=True)


def plainly(table: pd.DataFrame) -> pd.Series:
    """Score patient by patient and visit by visit, as one would write it down."""
    ranges = {"physician_global": 10, "patient_global": 10, "mmt": -MMT_MAX, "haq": 3}
    ranges |= {"ck": 15 * ULN, "extramuscular": 10}

    def scores(patient: pd.DataFrame) -> pd.Series:
        baseline = patient.loc[patient["week"].idxmin()]
        found = {}
        for row, visit in patient.iterrows():
            score = 0.0
            for column, rule in zip(ranges, CORE_SET.values(), strict=True):
                percent = round(100 * (baseline[column] - visit[column]) / ranges[column], 9)
                score += rule.points[sum(percent > cut for cut in rule.cutoffs)]
            found[row] = score
        return pd.Series(found)

    return table.groupby("patient_id", group_keys=False)[list(table.columns)].apply(scores)
