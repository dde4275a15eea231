"""What a clinician expects of one assessment beyond what is excluded: aimed at, and ours.

`tisstats.synthetic.contradictions` names what does not occur; here stands what is avoided
where the printed quartiles leave a choice. An expectation is a range that one measure should have,
given other measures, signs or the course of the patient; a value costs the more, the farther it
lies outside.
"""

from __future__ import annotations

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.agreement import Floats
from tisstats.synthetic.columns import code
from tisstats.synthetic.profiles import Profiles
from tisstats.synthetic.scoring import EXTRAMUSCULAR, HAQ, MMT, PATIENT, PHYSICIAN, Truth
from tisstats.synthetic.targets import MEASURES

_MRC, _SWALLOWING, _MRS, _EQ_VAS = (
    MEASURES.index(name) for name in ("mrc_sum", "swallowing", "mrs", "eq_vas")
)

#: Share of the points of muscle testing, and the MRC sum score that goes with it: the printed
#: quartiles of both, and full strength on both.
_STRENGTH = (0.0, 0.4, 0.73, 0.84, 0.92, 0.96, 1.0)
_MRC_SUM = (0.0, 16.0, 24.0, 27.5, 30.0, 33.0, 36.0)

#: How far the MRC sum score may lie below and above that, points.
_BELOW, _ABOVE = 1.5, 4.0

#: Highest mRS with so many steps of HAQ or fewer; no limit above.
_GRADES = ((1, 1), (4, 2), (8, 3))

#: Least extramuscular activity with signs of joints or vessels, and how far the physician's global
#: activity may lie below it, mm.
LASTING, _BELOW_EXTRAMUSCULAR = 2, 12

#: Swallowing of those with dysphagia who had rescue medication: less than normal.
IMPAIRED = 9

#: Self-rated health is at most 20 steps of 5 points less one for each so many mm of PaGA.
_HEALTHY, _TOLD = 20, 10

#: What a step outside costs, squared, beside misfits in squared normal scores.
_WEIGHTS = {
    "mrc": 0.8,
    "grade": 6.0,
    "lasting": 8.0,
    "global": 0.02,
    "swallowing": 20.0,
    "health": 0.5,
}


def lasting_signs(people: Profiles) -> Truth:
    """Tell who has signs that cause activity as long as they last: of joints or of vessels."""
    found: Truth = (people["arthritis"] == 1) | (people["raynaud"] == 1)
    return found


def rescued(people: Profiles) -> Truth:
    """Tell who stopped early and had rescue medication."""
    found: Truth = people["end_reason"] == code("end_reason", "rescue_medication")
    return found


def calm_while_worse(moved: Ints) -> Truth:
    """Tell of changes whether strength and ability fell while the physician saw less activity."""
    worse = (moved[:, MMT] <= -13) & (moved[:, HAQ] >= 2)
    return np.asarray(worse & (moved[:, PHYSICIAN] <= -5))


def worse_and_stayed(moved: Ints, stopped: Truth) -> Truth:
    """Tell of changes whether strength fell and much was felt of it by who did not stop."""
    felt = (moved[:, HAQ] >= 6) | (moved[:, PATIENT] >= 30)
    return np.asarray((moved[:, MMT] <= -13) & felt & ~stopped)


def feels_worse_and_stronger(moved: Ints) -> Truth:
    """Tell of changes whether strength was gained while disease or daily life felt far worse."""
    felt = (moved[:, PATIENT] >= 35) | (moved[:, HAQ] >= 8)
    return np.asarray((moved[:, MMT] >= 5) & felt)


class Expectations:
    """How far assessments of the patients of one cohort lie from what is expected."""

    def __init__(self, people: Profiles, mmt_max: int) -> None:
        self._mmt_max = mmt_max
        self._lasting = lasting_signs(people)
        self._stopped = rescued(people)
        self._impaired = rescued(people) & (people["dysphagia"] == 1)

    def strain(self, values: Ints, who: Ints) -> Floats:
        """Return what assessments cost; patients in the first axis, measures in the last.

        A value that is missing costs nothing.
        """
        known = values >= 0
        one = (slice(None),) + (None,) * (values.ndim - 2)

        def cost(name: str, outside: Floats | Ints, *measures: int) -> Floats:
            there = known[..., list(measures)].all(axis=-1)
            return np.where(there, _WEIGHTS[name] * np.maximum(outside, 0) ** 2, 0.0)

        share = values[..., MMT] / self._mmt_max
        mrc = values[..., _MRC]
        usual = np.interp(share, _STRENGTH, _MRC_SUM)
        found = cost("mrc", usual - _BELOW - mrc, MMT, _MRC)
        found += cost("mrc", mrc - usual - _ABOVE, MMT, _MRC)
        for steps, grade in _GRADES:
            able = values[..., HAQ] <= steps
            found += cost("grade", able * (values[..., _MRS] - grade), HAQ, _MRS)
        activity = values[..., EXTRAMUSCULAR]
        lasting = self._lasting[who][one]
        found += cost("lasting", lasting * (LASTING - activity), EXTRAMUSCULAR)
        above = activity - values[..., PHYSICIAN] - _BELOW_EXTRAMUSCULAR
        found += cost("global", above, EXTRAMUSCULAR, PHYSICIAN)
        healthy = values[..., _EQ_VAS] - _HEALTHY + values[..., PATIENT] / _TOLD
        found += cost("health", healthy, _EQ_VAS, PATIENT)
        impaired = self._impaired[who][one]
        found += cost("swallowing", impaired * (values[..., _SWALLOWING] - IMPAIRED), _SWALLOWING)
        return found

    def at_odds(self, start: Ints, end: Ints) -> int:
        """Count the patients whose changes do not suit each other or the course."""
        moved = end - start
        return int(
            (
                calm_while_worse(moved)
                | worse_and_stayed(moved, self._stopped)
                | feels_worse_and_stronger(moved)
            ).sum()
        )
