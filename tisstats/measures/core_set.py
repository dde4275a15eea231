"""The core set measures of the Total Improvement Score: ranges, bands, points, cut-offs, as data.

Every number of the score is written here once. Adults: Aggarwal et al. 2017,
doi:10.1136/annrheumdis-2017-211400. Juvenile patients: Rider et al. 2017, doi:10.1002/art.40060,
the same bands and points with other cut-offs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Population = Literal["adult", "juvenile"]


@dataclass(frozen=True, slots=True)
class CoreSetMeasure:
    """How one measure enters the score."""

    name: str  #: name for tables and figures
    better: Literal["lower", "higher"]  #: whether lower or higher values are better
    cutoffs: tuple[int, int, int, int]  #: improvement, % of the range; each in the lower band
    points: tuple[float, float, float, float, float]  #: points of the five bands


_ACTIVITY = (5, 15, 25, 40)
_STRENGTH = (2, 10, 20, 30)

#: The six measures, in the order of the arrays of the score.
CORE_SET: dict[str, CoreSetMeasure] = {
    "physician_global": CoreSetMeasure(
        "Physician global activity", "lower", _ACTIVITY, (0, 7.5, 15, 17.5, 20)
    ),
    "patient_global": CoreSetMeasure(
        "Patient global activity", "lower", _ACTIVITY, (0, 2.5, 5, 7.5, 10)
    ),
    "mmt": CoreSetMeasure("Manual muscle testing", "higher", _STRENGTH, (0, 10, 20, 27.5, 32.5)),
    "haq": CoreSetMeasure(
        "Health Assessment Questionnaire", "lower", _ACTIVITY, (0, 5, 7.5, 7.5, 10)
    ),
    "enzyme": CoreSetMeasure(
        "Most abnormal muscle enzyme", "lower", _ACTIVITY, (0, 2.5, 5, 7.5, 7.5)
    ),
    "extramuscular": CoreSetMeasure(
        "Extramuscular activity", "lower", _ACTIVITY, (0, 7.5, 12.5, 15, 20)
    ),
}

#: Range of the HAQ and CHAQ, points.
HAQ_MAX = 3

#: Maximum scores of manual muscle testing in use, and the version of each. Go by the maximum and
#: not by a name: the form's "MMT24" counts 24 muscles but is a total of 26 tests, 0 to 260. No
#: source for 240 was found; it stays because it is what 24 tests of 10 points would give.
MMT_MAXIMA: dict[int, str] = {
    80: "MMT-8, one side",
    150: "MMT-8, both sides with neck",
    240: "24 tests, assumed",
    260: "26 tests: Kendall, or MMT24",
}


@dataclass(frozen=True, slots=True)
class Enzyme:
    """How one muscle enzyme enters the score."""

    name: str  #: name for tables
    range_in_uln: int  #: range of the scale, multiples of the upper limit of normal (ULN)
    assumed: bool = False  #: whether the range is an assumption rather than established


#: The enzymes, in the order that breaks ties for the most abnormal one. No published rule does so;
#: this order is a convention, and a tie is reported.
ENZYMES: dict[str, Enzyme] = {
    "ck": Enzyme("Creatine kinase", 15),
    "aldolase": Enzyme("Aldolase", 6, assumed=True),
    "ldh": Enzyme("Lactate dehydrogenase", 3),
    "ast": Enzyme("Aspartate aminotransferase", 3),
    "alt": Enzyme("Alanine aminotransferase", 3),
}

#: Units per litre in one microkatal per litre.
UNITS_PER_MICROKATAL = 60

#: Minimum score of each response category, points.
RESPONSE_CUTOFFS: dict[Population, dict[str, int]] = {
    "adult": {"minimal": 20, "moderate": 40, "major": 60},
    "juvenile": {"minimal": 30, "moderate": 45, "major": 70},
}

#: The response categories, ascending.
RESPONSES = ("none", "minimal", "moderate", "major")
