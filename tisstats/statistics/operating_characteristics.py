"""Operating characteristics of a trial with a response as endpoint: exact, and by simulation.

*Why counts are drawn, and not patients.* What becomes of one patient is independent of all others
and has three outcomes that the analysis can tell apart: a response was seen, the response is
unknown, and there was none. So the counts of an arm are multinomial, and drawing them has the same
distribution as drawing every patient and counting; it takes one draw an arm.

*Why the exact answer is a sum.* For the same reason the possible counts are finite in number and
have known probabilities. The exact characteristics add up what the trial concludes from each; the
simulation looks up the same conclusions for the counts that were drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from scipy.special import ndtri

from tisstats.errors import shown
from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics._decisions import Conclusions, Counted, Floats, Ints, conclude
from tisstats.statistics.proportions import Interval, proportion_interval
from tisstats.statistics.trial_design import (
    PlannedArm,
    SingleArmDesign,
    TrialDesign,
    TwoArmDesign,
)

#: The least likely counts of an arm, with this probability together, are left out of sums.
_NEGLIGIBLE = 1e-12

#: Most tables of counts that are added up; more would take memory and minutes.
MOST_TABLES = 2_000_000

#: Most trials of one simulation, which take minutes.
MOST_TRIALS = 100_000_000

#: Trials drawn at once, which bounds memory; another number would give other draws.
_BLOCK = 500_000

#: Confidence level of the Monte Carlo intervals.
MONTE_CARLO_LEVEL = 0.95

_COVERS = 1e-12  # a limit that misses the true value by less than this covers it


class TooManyTablesError(ValueError):
    """The exact sum has more than `MOST_TABLES` tables of counts."""


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """How a trial behaves in the long run: the result of `operating_characteristics`.

    The estimate is the proportion of responders of a single arm, or the difference of two, first
    minus second. Without a patient in an arm, as where all are left out, a trial does not reject,
    has no estimate, and its interval is everything that is possible.

    Examples
    --------
    >>> from tisstats import SingleArmDesign, planned_arm
    >>> design = SingleArmDesign(planned_arm(20, 0.6, missed=0.2), null_proportion=0.3)
    >>> found = operating_characteristics(design)
    >>> round(found.rejection_probability, 3), round(found.lower_bias, 3)
    (0.343, -0.12)
    """

    #: Probability that the test rejects, 0 to 1: the power, or the type I error where the null
    #: hypothesis is true.
    rejection_probability: float
    #: Mean of the estimate minus the true value, over trials with a patient in every arm; with
    #: `missing="bounds"` of the smallest estimate. nan if no trial has one.
    lower_bias: float
    upper_bias: float  #: the same of the largest estimate; equal to `lower_bias` unless bounded
    coverage: float  #: probability that the interval covers the true value, 0 to 1
    mean_width: float  #: mean width of the interval, on the scale of the estimate


def operating_characteristics(design: TrialDesign) -> OperatingCharacteristics:
    """Compute the exact operating characteristics of a trial, as sums over all possible counts.

    Parameters
    ----------
    design : SingleArmDesign or TwoArmDesign
        The trial.

    Returns
    -------
    OperatingCharacteristics
        Power or type I error, bias, coverage and mean width.

    Raises
    ------
    TooManyTablesError
        If there are more than 2,000,000 tables of counts: two large arms whose unknown responses
        are left out or bounded. See `simulate_trials`. A subclass of ValueError.

    See Also
    --------
    simulate_trials : the same by simulation, at any size.
    single_arm_power : power of one arm without missed visits; gives the maximum type I error.
    two_arm_power : the same of two arms.

    Notes
    -----
    The least likely counts of each arm are left out, with a probability of 1e-12 together; where
    patients with an unknown response are left out, with 1e-12 of the probability that any is known.

    References
    ----------
    Morris, White & Crowther 2019, Using simulation studies to evaluate statistical methods,
    doi:10.1002/sim.8086, for the definitions of bias, coverage and rejection.

    Examples
    --------
    >>> from tisstats import TwoArmDesign, planned_arm
    >>> design = TwoArmDesign(planned_arm(20, 0.8), planned_arm(20, 0.3))
    >>> round(operating_characteristics(design).rejection_probability, 3)
    0.846
    """
    _check_design(design)
    states = [_possible_counts(arm, design.missing) for arm in design.arms]
    sizes = [probabilities.size for _, _, probabilities in states]
    if (tables := int(np.prod(sizes))) > MOST_TABLES:
        raise TooManyTablesError(
            f"the exact sum must have at most {MOST_TABLES:,} tables of counts, got {tables:,}: "
            "plan smaller arms, or simulate"
        )
    places = [place.ravel() for place in np.indices(sizes)]
    weights = np.ones(tables)
    counted = []
    for arm, (responders, unknown, probabilities), place in zip(
        design.arms, states, places, strict=True
    ):
        weights *= probabilities[place]
        counted.append(Counted.of(responders[place], unknown[place], arm.patients, design.missing))
    means = _means(design, conclude(design, tuple(counted)), weights)
    return OperatingCharacteristics(**{name: mean for name, (mean, _) in means.items()})


def _check_design(design: object) -> None:
    if not isinstance(design, SingleArmDesign | TwoArmDesign):
        raise ValueError(f"design must be a SingleArmDesign or a TwoArmDesign, got {shown(design)}")


def _possible_counts(arm: PlannedArm, missing: str) -> tuple[Ints, Ints, Floats]:
    """Return responders seen, unknown responses, and the probability of both, of an arm."""
    seen, open_ = (_without_underflow(p) for p in (arm.observed_response, arm.unknown))
    if missing == "non-responder":
        responders = np.arange(arm.patients + 1)
        unknown = np.zeros_like(responders)
        probabilities = scipy.stats.binom.pmf(responders, arm.patients, seen)
    else:
        unknown, responders = (each.ravel() for each in np.indices((arm.patients + 1,) * 2))
        possible = unknown + responders <= arm.patients
        unknown, responders = unknown[possible], responders[possible]
        of_known = min(1.0, seen / (1 - open_)) if open_ < 1 else 0.0
        probabilities = scipy.stats.binom.pmf(unknown, arm.patients, open_) * scipy.stats.binom.pmf(
            responders, arm.patients - unknown, of_known
        )
    negligible = _NEGLIGIBLE
    if missing == "unknown":
        # The bias is a mean over the counts with a known response, however rare these are.
        negligible *= float(probabilities[unknown < arm.patients].sum())
    order = np.argsort(probabilities, kind="stable")
    likely = np.ones(probabilities.size, dtype=np.bool_)
    likely[order] = np.cumsum(probabilities[order]) > negligible
    return responders[likely], unknown[likely], probabilities[likely]


def _without_underflow(probability: float) -> float:
    """Return 0 for the smallest floats, at which SciPy overflows."""
    return 0.0 if probability < 1e-300 else probability


def _means(
    design: TrialDesign, found: Conclusions, weights: Floats
) -> dict[str, tuple[float, float]]:
    """Return each characteristic with the variance of what it is the mean of."""
    true = design.true_value
    covers = (found.low <= true + _COVERS) & (true - _COVERS <= found.high)
    values: dict[str, NDArray[np.float64]] = {
        "rejection_probability": found.rejects.astype(np.float64),
        "lower_bias": found.lowest - true,
        "upper_bias": found.highest - true,
        "coverage": covers.astype(np.float64),
        "mean_width": found.high - found.low,
    }
    return {name: _mean(each, weights) for name, each in values.items()}


def _mean(values: Floats, weights: Floats) -> tuple[float, float]:
    """Return the weighted mean and variance of the values that there are."""
    there = ~np.isnan(values)
    if not there.any():
        return float("nan"), float("nan")
    own, total = weights[there], weights[there].sum()
    mean = float((own * values[there]).sum() / total)
    return mean, float((own * (values[there] - mean) ** 2).sum() / total)


@dataclass(frozen=True, slots=True)
class SimulatedCharacteristics:
    """Operating characteristics by simulation: the result of `simulate_trials`.

    Each is an `Interval`: the simulated value, and its 95% Monte Carlo interval, which says how far
    chance in the simulation may have moved it. Proportions of trials have Clopper-Pearson limits,
    means those of the normal approximation with the standard error of Morris, White & Crowther
    2019: of a single estimate they are nan, and where all simulated trials agree they have no
    width.

    Examples
    --------
    >>> from tisstats import SingleArmDesign, planned_arm
    >>> design = SingleArmDesign(planned_arm(20, 0.6), null_proportion=0.3)
    >>> found = simulate_trials(design, trials=10_000, seed=1)
    >>> found.rejection_probability.low < found.exact.rejection_probability
    True
    """

    trials: int  #: number of simulated trials
    seed: int  #: seed of the random numbers
    rejection_probability: Interval  #: proportion of trials whose test rejects
    lower_bias: Interval  #: as in `OperatingCharacteristics`
    upper_bias: Interval  #: likewise
    coverage: Interval  #: proportion of trials whose interval covers the true value
    mean_width: Interval  #: mean width of the interval
    exact: OperatingCharacteristics | None  #: the exact values; None if there are too many tables

    def to_frame(self) -> pd.DataFrame:
        """Return one row per characteristic: simulated value, Monte Carlo limits, exact value.

        The limits are those of the simulation at `MONTE_CARLO_LEVEL`, and not of the estimate of
        the trial: the columns are called `monte_carlo_low` and `monte_carlo_high`.
        """
        rows = []
        for each in fields(OperatingCharacteristics):
            simulated: Interval = getattr(self, each.name)
            exact = float("nan") if self.exact is None else getattr(self.exact, each.name)
            row = (each.name, simulated.estimate, simulated.low, simulated.high, exact)
            rows.append(row)
        limits = ("monte_carlo_low", "monte_carlo_high")
        return pd.DataFrame(rows, columns=["characteristic", "simulated", *limits, "exact"])


def simulate_trials(design: TrialDesign, *, trials: Whole, seed: Whole) -> SimulatedCharacteristics:
    """Simulate trials and return their operating characteristics, beside the exact ones.

    Parameters
    ----------
    design : SingleArmDesign or TwoArmDesign
        The trial.
    trials : int
        Number of trials to simulate, 2 to 100,000,000.
    seed : int
        Seed of NumPy's default generator, at least 0. The same seed gives the same numbers with one
        version of NumPy.

    Returns
    -------
    SimulatedCharacteristics
        Each value with its Monte Carlo interval, and the exact one where it can be computed.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    See Also
    --------
    operating_characteristics : the exact values.

    Notes
    -----
    Counts of the arms are drawn, not patients: the outcomes of patients are independent, so that
    the counts are multinomial and have the same distribution either way.

    With small arms 100,000 trials take seconds. Where patients with unknown responses are left out
    of two arms, each pair of arm sizes has a test of its own: arms of hundreds of patients take
    minutes. With the interval of Miettinen and Nurminen arms of 20 took 22 seconds of computing on
    one machine, the time being that of some 50,000 intervals, and arms of 40 need some 14 times as
    many.

    References
    ----------
    Morris, White & Crowther 2019, Using simulation studies to evaluate statistical methods,
    doi:10.1002/sim.8086.

    Examples
    --------
    >>> from tisstats import TwoArmDesign, planned_arm
    >>> design = TwoArmDesign(planned_arm(200, 0.6, missed=0.1), planned_arm(200, 0.6))
    >>> found = simulate_trials(design, trials=2_000, seed=1)
    >>> found.trials, found.exact is not None, design.null_is_true
    (2000, True, True)
    """
    number = _arguments.whole_number("trials", trials, minimum=2, maximum=MOST_TRIALS)
    start = _arguments.whole_number("seed", seed, minimum=0)
    _check_design(design)
    counts, times = _drawn_counts(design, number, start)
    counted = tuple(
        Counted.of(counts[:, 2 * place], counts[:, 2 * place + 1], arm.patients, design.missing)
        for place, arm in enumerate(design.arms)
    )
    conclusions = conclude(design, counted)
    means = _means(design, conclusions, times.astype(np.float64))
    estimated = int(times[~np.isnan(conclusions.lowest)].sum())
    try:
        exact = operating_characteristics(design)
    except TooManyTablesError:
        exact = None
    return SimulatedCharacteristics(
        number,
        start,
        _of_trials(means["rejection_probability"], number),
        _of_mean(means["lower_bias"], estimated),
        _of_mean(means["upper_bias"], estimated),
        _of_trials(means["coverage"], number),
        _of_mean(means["mean_width"], number),
        exact,
    )


def _drawn_counts(design: TrialDesign, trials: int, seed: int) -> tuple[Ints, Ints]:
    """Return the distinct counts that were drawn, and how often each.

    The columns are the responders seen and the unknown responses of each arm.
    """
    generator = np.random.default_rng(seed)
    found = [_distinct(block) for block in _blocks(design, trials, generator)]
    rows = np.concatenate([rows for rows, _ in found])
    distinct, places = np.unique(rows, axis=0, return_inverse=True)
    times = np.bincount(places.ravel(), np.concatenate([times for _, times in found]))
    return distinct, times.astype(np.int64)


def _distinct(rows: Ints) -> tuple[Ints, Ints]:
    distinct, times = np.unique(rows, axis=0, return_counts=True)
    return distinct, times.astype(np.int64)


def _blocks(design: TrialDesign, trials: int, generator: np.random.Generator) -> Iterator[Ints]:
    """Yield the counts of trials, block by block."""
    for first in range(0, trials, _BLOCK):
        drawn = []
        for arm in design.arms:
            cells = generator.multinomial(
                arm.patients,
                [arm.observed_response, arm.unknown, 0.0],  # the last cell gets what remains
                size=min(_BLOCK, trials - first),
            )
            drawn.append(cells[:, :2])
        yield np.concatenate(drawn, axis=1)


def _of_trials(found: tuple[float, float], trials: int) -> Interval:
    """Return a proportion of trials with its Monte Carlo interval."""
    return proportion_interval(round(found[0] * trials), trials, MONTE_CARLO_LEVEL)


def _of_mean(found: tuple[float, float], trials: int) -> Interval:
    """Return a mean over trials with its Monte Carlo interval; of fewer than two, limits of nan."""
    mean, variance = found
    # Of the mean of n values, with the variance about it: divided by n - 1, not by n.
    error = (variance / (trials - 1)) ** 0.5 if trials > 1 else float("nan")
    margin = -float(ndtri((1 - MONTE_CARLO_LEVEL) / 2)) * error
    return Interval(mean, mean - margin, mean + margin, MONTE_CARLO_LEVEL, "normal approximation")
