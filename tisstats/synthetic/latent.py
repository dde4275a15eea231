"""Latent scores that correlate the measures of a patient, on the scale of normal scores.

Behind the baselines of a patient stands one latent health, behind the changes one improvement;
every measure follows them with noise of its own. The loadings are ours, chosen to give rank
correlations like those published of these measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.cohort import encode
from tisstats.synthetic.profiles import Profiles, count_signs, necrotizing
from tisstats.synthetic.scoring import SIGNS_OF_IMPROVEMENT, Floats
from tisstats.synthetic.targets import CORE, FORCES, MEASURES, SUBTYPES, Measure

#: How far each measure follows the health of the patient at baseline.
_LOADINGS = {
    "physician_global": 0.7,
    "patient_global": 0.7,
    "mmt": 0.9,
    "haq": 0.85,
    "ck": 0.2,
    "extramuscular": 0.2,
    "mrc_sum": 0.85,
    **dict.fromkeys(FORCES, 0.75),
    "swallowing": 0.45,
    "mrs": 0.85,
    "eq_vas": 0.65,
}

#: Where CK at baseline lies by subtype, in normal scores; more is healthier.
_CK_LEVELS = {"dm": 0.7, "imnm": -0.6, "nm_om": -0.1, "ass": -0.1}
_CK_NECROTIZING, _CK_MDA5 = -0.9, 1.1

#: Weights of baseline and change in what a pair costs a patient.
_CORE_WEIGHTS, _OTHER_WEIGHTS = (1.0, 1.0), (1.0, 2.0)

#: The same of measures that differ by subtype at baseline.
_SUBTYPE_WEIGHTS: dict[int, tuple[float, float]] = {
    Measure.CK: (3.0, 0.5),
    Measure.EXTRAMUSCULAR: (1.5, 0.8),
}

#: Weight of the concordance of a patient's improvements.
CONCORDANCE_WEIGHT = 10

#: What measures outside the core set follow: measures of the core set, with shares.
_FOLLOWED: dict[str, dict[str, float]] = {
    **{measure: {"mmt": 1.0} for measure in ("mrc_sum", *FORCES)},
    "swallowing": {"mmt": 1.0},
    "mrs": {"haq": 0.7, "mmt": 0.3},
    "eq_vas": {"patient_global": 0.6, "haq": 0.4},
}

#: How far they correlate with these at baseline, and in their change.
_CORRELATIONS = {
    "mrc_sum": (0.75, 0.8),
    **dict.fromkeys(FORCES, (0.65, 0.75)),
    "swallowing": (0.4, 0.5),
    "mrs": (0.85, 0.8),
    "eq_vas": (0.65, 0.92),
}

#: How far the forces of one patient share what muscle testing does not show.
_SHARED_STRENGTH = 0.75

_NORMAL = NormalDist()


def normal_scores(values: Ints | Floats, sign: int = 1) -> Floats:
    """Return normal scores of the ranks of values; equal values share their rank.

    >>> normal_scores(np.array([3, 1, 2])).round(2).tolist()
    [0.67, -0.67, 0.0]
    """
    signed = sign * np.asarray(values)
    below = (signed[:, None] > signed[None, :]).sum(axis=1)
    equal = (signed[:, None] == signed[None, :]).sum(axis=1)
    # Twice the middle rank is whole: so equal ranks give equal floats on every machine.
    twice = 2 * below + equal + 1
    table = {int(t): _NORMAL.inv_cdf(t / 2 / (len(signed) + 1)) for t in np.unique(twice)}
    return np.array([table[int(t)] for t in twice])


@dataclass(frozen=True)
class LatentScores:
    """Where the measures of each patient should lie, in normal scores: more is healthier."""

    health: Floats  #: baselines, shape (patients, measures)
    gain: Floats  #: changes, shape (patients, measures)


def draw_latent(
    rng: np.random.Generator,
    profiles: Profiles,
    success: Floats,
    bedridden: Ints,
    concordance: float,
) -> LatentScores:
    """Draw the latent scores of every patient.

    Parameters
    ----------
    rng
        Source of randomness.
    profiles
        Columns of the analysed patients.
    success
        How well each does by the end, for an ordering.
    bedridden
        Indices of the patients who are bedridden at the end.
    concordance
        Concordance of the changes of a patient, 0 to 1.
    """
    n = len(success)
    health = rng.normal(0, 1, n)
    health[bedridden] = -2.2
    loading = np.array([_LOADINGS[measure] for measure in MEASURES])
    own = rng.normal(0, 1, (n, len(MEASURES)))
    levels = loading * health[:, None] + np.sqrt(1 - loading**2) * own
    ck = np.array([_CK_LEVELS[name] for name in SUBTYPES])[profiles["subtype"]]
    ck = np.where(necrotizing(profiles), _CK_NECROTIZING, ck)
    ck = np.where(profiles["msa"] == encode("msa", "anti_mda5"), _CK_MDA5, ck)
    levels[:, Measure.CK] = ck + 0.3 * health + 0.5 * own[:, Measure.CK]
    signs = normal_scores(count_signs(profiles))
    levels[:, Measure.EXTRAMUSCULAR] = -0.7 * signs + 0.7 * own[:, Measure.EXTRAMUSCULAR]
    noise = rng.normal(0, 1, (n, len(MEASURES)))
    share = 0.5 + 0.5 * concordance
    gain = share * normal_scores(success)[:, None] + np.sqrt(1 - share**2) * noise
    gain[bedridden] = -1.8
    return LatentScores(levels, gain)


def follow_core(
    rng: np.random.Generator, start: Ints, end: Ints, latent: LatentScores, bedridden: Ints
) -> LatentScores:
    """Return latent scores in which the other measures follow the core set of each patient."""
    health, gain = latent.health.copy(), latent.gain.copy()
    before, moved = {}, {}
    for at in range(CORE):
        sign = -int(SIGNS_OF_IMPROVEMENT[at])
        before[MEASURES[at]] = normal_scores(start[:, at], sign)
        moved[MEASURES[at]] = normal_scores(end[:, at] - start[:, at], sign)
    # Forces of one patient are alike beyond what muscle testing shows.
    build = rng.normal(0, 1, (len(start), 2))
    for measure, followed in _FOLLOWED.items():
        at = MEASURES.index(measure)
        shared = _SHARED_STRENGTH if SCALES[measure].unit == "N" else 0.0
        for time, (found, of) in enumerate(((health, before), (gain, moved))):
            close = _CORRELATIONS[measure][time]
            core = sum(share * of[name] for name, share in followed.items())
            own = np.sqrt(1 - shared**2) * rng.normal(0, 1, len(start))
            noise = shared * build[:, time] + own
            found[:, at] = close * core + np.sqrt(1 - close**2) * noise
    gain[bedridden, CORE:] -= 1.0
    return LatentScores(health, gain)


def misfit(pairs: Pairs, at: int, latent: LatentScores) -> Floats:
    """Return how far each pair (second axis) is from the latent scores of each patient (first)."""
    sign = -int(SIGNS_OF_IMPROVEMENT[at])
    weights = _SUBTYPE_WEIGHTS.get(at, _CORE_WEIGHTS if at < CORE else _OTHER_WEIGHTS)
    baseline = normal_scores(pairs.baseline, sign) - latent.health[:, at : at + 1]
    change = normal_scores(pairs.change, sign) - latent.gain[:, at : at + 1]
    return np.asarray(weights[0] * baseline**2 + weights[1] * change**2)
