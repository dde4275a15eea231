"""What cannot be of one patient at one assessment, by our judgement: hard, named, and ours.

None of it is printed. A contradiction names two or three measures and the range of each in which
they exclude one another. Thresholds are far apart on purpose: what is merely unusual is left to
the soft criteria of `tisstats.synthetic.plausibility`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.measures.scales import SCALES
from tisstats.synthetic.scoring import CK, HAQ, MMT, SIGNS_OF_IMPROVEMENT, Truth
from tisstats.synthetic.targets import MEASURES

#: Codes of the antibodies with which CK is high in the clinic: anti-HMGCR and anti-SRP.
NECROTIZING = ("anti_hmgcr", "anti_srp")

#: Least CK at baseline with these antibodies, U/L: the least of 75 patients with anti-HMGCR.
NECROTIZING_CK = 1050

#: Loss on muscle testing, share of its maximum, without which no other strength may collapse.
_LOSS = Fraction(5, 100)

#: Share of the baseline below which each measure of strength may not fall without such a loss, and
#: the multiple above which it may not rise without a gain of the same size.
_FALLS = {
    "deltoid": Fraction(1, 2),
    "biceps": Fraction(1, 2),
    "psoas": Fraction(1, 2),
    "swallowing": Fraction(1, 2),
    "mrc_sum": Fraction(3, 4),
}

#: With such a loss, still none falls below this share.
_FLOOR = Fraction(2, 5)

#: Without a gain on muscle testing of the same size, no force rises above this multiple; with one,
#: not above the other.
_RISES, _RISES_WITH = Fraction(2), Fraction(3)
_FORCES = ("deltoid", "biceps", "psoas")

#: Changes from the baseline that do not occur together: one measure better by so much, in its
#: unit, while the other is worse by so much.
_OPPOSED: tuple[tuple[str, float, str, float], ...] = (
    ("mmt", 13, "haq", 0.75),
    ("physician_global", 0.5, "mmt", 39),
    ("haq", 0.25, "mmt", 39),
    ("haq", 0.75, "mmt", 13),
    ("haq", 0.5, "patient_global", 3),
    ("patient_global", 2, "haq", 0.5),
    ("patient_global", 1.5, "haq", 1),
    ("eq_vas", 25, "haq", 0.5),
    ("patient_global", 2, "mmt", 26),
    ("mmt", 26, "patient_global", 2),
    ("eq_vas", 20, "mmt", 26),
    ("physician_global", 2, "patient_global", 3),
    ("patient_global", 3, "physician_global", 1.5),
    ("patient_global", 3, "eq_vas", 20),
    ("eq_vas", 25, "patient_global", 2),
    ("haq", 0.75, "mrs", 1),
    ("mrs", 1, "haq", 0.5),
    ("eq_vas", 25, "mrs", 1),
    ("mmt", 13, "mrc_sum", 3),
    ("mrc_sum", 3, "mmt", 26),
)

#: Rise of the HAQ, in steps, that needs a loss of strength.
_UNABLE = 12

#: With a gain on muscle testing of the same size, the shares below which they may not fall.
_FALLS_AGAINST = Fraction(3, 4)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Ranges of measures that no assessment may have at once."""

    name: str  #: short name
    says: str  #: what does not occur, in words
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    """By measure the range, in its unit; of MMT in shares of its maximum, of CK in ULN."""


def _between(low: float, high: float) -> tuple[Fraction, Fraction]:
    return Fraction(str(low)), Fraction(str(high))


_MOST = 10**6

#: Every contradiction within one assessment.
CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "bedridden_and_strong",
        "bed-ridden (mRS 5) with more than 65 % of the points of muscle testing",
        {"mrs": _between(5, 6), "mmt": _between(0.651, 1)},
    ),
    *(
        Contradiction(
            f"bedridden_and_strong_{muscle}",
            f"bed-ridden (mRS 5) with a force of the {muscle} above {force} N, the upper quartile "
            "at the end",
            {"mrs": _between(5, 6), muscle: _between(force + 0.5, _MOST)},
        )
        for muscle, force in (("deltoid", 88), ("biceps", 124), ("psoas", 209))
    ),
    Contradiction(
        "bedridden_and_able",
        "bed-ridden (mRS 5) with a HAQ below 2",
        {"mrs": _between(5, 6), "haq": _between(0, 1.875)},
    ),
    Contradiction(
        "dependent_and_able",
        "dependent on help (mRS 4 or 5) with a HAQ below 0.75",
        {"mrs": _between(4, 6), "haq": _between(0, 0.625)},
    ),
    Contradiction(
        "unable_and_without_disability",
        "no significant disability (mRS 0 or 1) with a HAQ above 1.5",
        {"mrs": _between(0, 1), "haq": _between(1.625, 3)},
    ),
    Contradiction(
        "unable_and_slightly_disabled",
        "at most slight disability (mRS 2 or less) with a HAQ of 2.5 or more",
        {"mrs": _between(0, 2), "haq": _between(2.5, 3)},
    ),
    Contradiction(
        "dependent_and_well",
        "dependent on help (mRS 4 or 5) and a self-rated health of 90 or more",
        {"mrs": _between(4, 6), "eq_vas": _between(90, 100)},
    ),
    Contradiction(
        "ill_and_without_disability",
        "no significant disability (mRS 0 or 1) and a self-rated health of 15 or less",
        {"mrs": _between(0, 1), "eq_vas": _between(0, 15)},
    ),
    Contradiction(
        "weak_and_able",
        "less than 75 % of the points of muscle testing with a HAQ of 0.25 or less",
        {"mmt": _between(0, 0.749), "haq": _between(0, 0.25)},
    ),
    Contradiction(
        "strong_and_unable",
        "95 % or more of the points of muscle testing with a HAQ of 2.5 or more",
        {"mmt": _between(0.95, 1), "haq": _between(2.5, 3)},
    ),
    Contradiction(
        "inactive_and_inflamed",
        "physician global activity below 1 cm with a CK above 10 times the ULN",
        {"physician_global": _between(0, 0.9), "ck": _between(10.001, _MOST)},
    ),
    Contradiction(
        "inactive_and_weak",
        "physician global activity below 0.5 cm with less than 75 % of the points of muscle "
        "testing, in a disease of some months",
        {"physician_global": _between(0, 0.4), "mmt": _between(0, 0.749)},
    ),
    Contradiction(
        "content_and_ill",
        "patient global activity of 9 cm or more and a self-rated health of 80 or more",
        {"patient_global": _between(9, 10), "eq_vas": _between(80, 100)},
    ),
    Contradiction(
        "untroubled_and_ill",
        "patient global activity of 1 cm or less and a self-rated health of 20 or less",
        {"patient_global": _between(0, 1), "eq_vas": _between(0, 20)},
    ),
)


class Contradicting:
    """Tells contradictions of assessments, in steps of the scales."""

    def __init__(self, mmt_max: int) -> None:
        self._mmt_max = mmt_max
        self._step = int(-(-_LOSS * mmt_max // 1))
        places = {measure: at for at, measure in enumerate(MEASURES)}
        self._rules: list[list[tuple[int, int, int]]] = []
        for each in CONTRADICTIONS:
            rule = []
            for measure, (low, high) in each.ranges.items():
                unit = Fraction(1, 1000) if measure in ("mmt", "ck") else SCALES[measure].step
                rule.append((places[measure], int(-(-low // unit)), int(high // unit)))
            self._rules.append(rule)
        self._rises = [places[name] for name in _FORCES]
        self._opposed = [
            (places[a], int(by / float(SCALES[a].step)), places[b], int(to / float(SCALES[b].step)))
            for a, by, b, to in _OPPOSED
        ]
        self._falls = [(places[name], share) for name, share in _FALLS.items()]

    def at(self, values: Ints, uln: Ints) -> Truth:
        """Tell of assessments (measures in the last axis) whether any contradiction is there.

        A value that is missing contradicts nothing.
        """
        found: Truth = np.zeros(values.shape[:-1], dtype=bool)
        for each in self.each(values, uln):
            found |= each
        return found

    def each(self, values: Ints, uln: Ints) -> list[Truth]:
        """Tell the same of each contradiction by itself, in order."""
        shares = {
            MMT: np.where(values[..., MMT] < 0, -1, values[..., MMT] * 1000 // self._mmt_max),
            CK: np.where(values[..., CK] < 0, -1, -(values[..., CK] * -1000 // uln)),
        }
        columns: dict[int, Ints] = {}
        result = []
        for rule in self._rules:
            hit: Truth = np.ones(values.shape[:-1], dtype=bool)
            for at, low, high in rule:
                column = columns.setdefault(at, shares.get(at, values[..., at]))
                hit &= (column >= low) & (column <= high)
            result.append(hit)
        return result

    def collapsed(self, baseline: Ints, after: Ints) -> Truth:
        """Tell whether another measure of strength fell far, and muscle testing did not."""
        moved = after[..., MMT] - baseline[..., MMT]
        known = baseline[..., MMT] >= 0
        found: Truth = np.zeros(moved.shape, dtype=bool)
        for at, share in self._falls:
            both = known & (after[..., at] >= 0) & (baseline[..., at] >= 0)
            for within, least in (
                (moved <= -self._step, min(share, _FLOOR)),
                ((moved > -self._step) & (moved < self._step), share),
                (moved >= self._step, max(share, _FALLS_AGAINST)),
            ):
                fell = least.denominator * after[..., at] < least.numerator * baseline[..., at]
                found |= both & within & fell
        for at in self._rises:
            both = known & (after[..., at] >= 0) & (baseline[..., at] >= 0)
            most = np.where(moved >= self._step, _RISES_WITH.numerator, _RISES.numerator)
            found |= both & (after[..., at] > most * baseline[..., at])
        return found

    def opposed(self, baseline: Ints, after: Ints) -> Truth:
        """Tell whether one measure is far better than at baseline while another is far worse."""
        known = (baseline >= 0) & (after >= 0)
        better = np.where(known, (baseline - after) * SIGNS_OF_IMPROVEMENT, 0)
        found: Truth = np.zeros(better.shape[:-1], dtype=bool)
        for one, by, other, to in self._opposed:
            found |= (better[..., one] >= by) & (better[..., other] <= -to)
        # So much worse in daily life, and strength as before.
        unable = (better[..., HAQ] <= -_UNABLE) & (better[..., MMT] > -self._step)
        return found | (unable & known[..., MMT])
