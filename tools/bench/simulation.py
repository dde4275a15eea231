"""How fast trials are simulated, against a plain loop that draws patients and calls SciPy."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.stats import binomtest, fisher_exact

from tisstats import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials
from tisstats.statistics.trial_design import TrialDesign
from tools.bench._table import Row, show
from tools.bench.score import timed

TRIALS, PLAIN_TRIALS = 100_000, 500  # the time of the plain loop is scaled up
PATIENTS, RESPONSE, OTHER, NULL, MISSED, ALPHA = 20, 0.7, 0.3, 0.4, 0.1, 0.05
AIM = 5.0  # seconds


def bench() -> None:
    """Measure and print."""
    arm, other = (planned_arm(PATIENTS, rate, missed=MISSED) for rate in (RESPONSE, OTHER))
    compare("One arm, binomial test", SingleArmDesign(arm, null_proportion=NULL), plain_single)
    compare("Two arms, Fisher's exact test", TwoArmDesign(arm, other), plain_two)
    rows = []
    for missing in ("unknown", "bounds"):
        design = TwoArmDesign(arm, other, test="boschloo", missing=missing)
        took = timed(lambda design=design: simulate_trials(design, trials=TRIALS, seed=1), 1)
        rows.append(
            Row(f"simulate_trials, Boschloo, {missing}: part of {AIM:g} s", took, took / AIM, 1)
        )
    show(f"{TRIALS:,} trials of two arms of {PATIENTS} patients with the exact values", rows)


def compare(
    what: str, design: TrialDesign, plainly: Callable[[np.random.Generator], float]
) -> None:
    """Measure one design against the plain loop, and check that both agree."""
    ours = timed(lambda: simulate_trials(design, trials=TRIALS, seed=1), 3)
    found = simulate_trials(design, trials=TRIALS, seed=1)
    started = time.process_time()
    generator = np.random.default_rng(1)
    rejected = sum(plainly(generator) <= ALPHA for _ in range(PLAIN_TRIALS)) / PLAIN_TRIALS
    plain = (time.process_time() - started) * TRIALS / PLAIN_TRIALS
    power = found.rejection_probability.estimate
    if abs(rejected - power) > 4 * (power * (1 - power) / PLAIN_TRIALS) ** 0.5:
        raise ValueError(
            f"{what}: the plain loop rejects in {rejected}, simulate_trials in {power}"
        )
    show(
        f"{what}: {TRIALS:,} trials (the loop scaled up from {PLAIN_TRIALS:,})",
        [
            Row("loop of patients with SciPy's test", plain),
            Row("simulate_trials with intervals and exact values", ours),
            Row("times as fast", ours, plain / ours),
            Row(f"part of {AIM:g} s", ours, ours / AIM, 1),
        ],
    )


def responders(generator: np.random.Generator, rate: float) -> int:
    """Draw the patients of an arm one by one; a missed visit is non-response."""
    return sum(generator.random() < rate and generator.random() >= MISSED for _ in range(PATIENTS))


def plain_single(generator: np.random.Generator) -> float:
    """Return the P value of one trial of a single arm."""
    return float(binomtest(responders(generator, RESPONSE), PATIENTS, NULL).pvalue)


def plain_two(generator: np.random.Generator) -> float:
    """Return the P value of one trial of two arms."""
    first, second = (responders(generator, rate) for rate in (RESPONSE, OTHER))
    table = [[first, PATIENTS - first], [second, PATIENTS - second]]
    return float(fisher_exact(table).pvalue)
