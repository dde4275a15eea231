"""The core sets of the Total Improvement Score: measures, ranges, bands, points, cut-offs, as data.

Every number of the score is written here once. Adults: Aggarwal et al. 2017,
doi:10.1136/annrheumdis-2017-211400, with the IMACS core set. Juvenile patients: Rider et al. 2017,
doi:10.1002/art.40060, with the IMACS core set or that of PRINTO, the same bands and points with
other cut-offs. Bands, points and cut-offs of both sets were compared with Table 3 of Rider et al.
2017, doi:10.1093/rheumatology/kex226 (PMC5577002), which has both sets in one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Population = Literal["adult", "juvenile"]
CoreSet = Literal["imacs", "printo"]

#: All points are multiples of this.
POINT_STEP = 2.5


@dataclass(frozen=True, slots=True)
class CoreSetMeasure:
    """How one measure enters the score.

    Raises
    ------
    ValueError
        If the cut-offs do not ascend, or the points do not start at 0, fall, or are not multiples
        of `POINT_STEP`.
    """

    name: str  #: name for tables and figures
    better: Literal["lower", "higher"]  #: whether lower or higher values are better
    cutoffs: tuple[int, int, int, int]  #: improvement, % of the range; each in the lower band
    points: tuple[float, float, float, float, float]  #: points of the five bands
    abbreviation: str = ""  #: short name, as clinicians write it

    def __post_init__(self) -> None:
        if list(self.cutoffs) != sorted(set(self.cutoffs)):
            raise ValueError(f"{self.name}: cut-offs must ascend, got {self.cutoffs}")
        if list(self.points) != sorted(self.points) or self.points[0] != 0:
            raise ValueError(f"{self.name}: points must start at 0 and not fall: {self.points}")
        # The score is added up in whole steps: a remainder would be lost without a word.
        if wrong := [points for points in self.points if points % POINT_STEP]:
            raise ValueError(f"{self.name}: no multiple of {POINT_STEP} points: {wrong[0]:g}")


_ACTIVITY = (5, 15, 25, 40)
_STRENGTH = (2, 10, 20, 30)

# Bands and points of the six places of the score, which are the same in both core sets.
_PHYSICIAN = (_ACTIVITY, (0, 7.5, 15, 17.5, 20))
_PATIENT = (_ACTIVITY, (0, 2.5, 5, 7.5, 10))
_MUSCLE = (_STRENGTH, (0, 10, 20, 27.5, 32.5))
_FUNCTION = (_ACTIVITY, (0, 5, 7.5, 7.5, 10))
_ENZYME_OR_HEALTH = (_ACTIVITY, (0, 2.5, 5, 7.5, 7.5))
_DISEASE = (_ACTIVITY, (0, 7.5, 12.5, 15, 20))

#: The six measures of the IMACS core set, in the order of the arrays of the score.
CORE_SET: dict[str, CoreSetMeasure] = {
    "physician_global": CoreSetMeasure("Physician global activity", "lower", *_PHYSICIAN),
    "patient_global": CoreSetMeasure("Patient global activity", "lower", *_PATIENT),
    "mmt": CoreSetMeasure("Manual muscle testing", "higher", *_MUSCLE, "MMT"),
    "haq": CoreSetMeasure("Health Assessment Questionnaire", "lower", *_FUNCTION, "HAQ"),
    "enzyme": CoreSetMeasure("Most abnormal muscle enzyme", "lower", *_ENZYME_OR_HEALTH),
    "extramuscular": CoreSetMeasure("Extramuscular activity", "lower", *_DISEASE),
}

#: The six measures of the PRINTO core set, each in the place of the IMACS measure that it replaces.
#: The published table calls the second one parent global activity; PRINTO's own question is about
#: overall well-being (Table 2 of PMC2774891). We found no rule for mixing the
#: sets, so one of them is used as a whole.
PRINTO_CORE_SET: dict[str, CoreSetMeasure] = {
    "physician_global": CORE_SET["physician_global"],
    "parent_global": CoreSetMeasure("Parent global well-being", "lower", *_PATIENT),
    "cmas": CoreSetMeasure("Childhood Myositis Assessment Scale", "higher", *_MUSCLE, "CMAS"),
    "chaq": CoreSetMeasure(
        "Childhood Health Assessment Questionnaire", "lower", *_FUNCTION, "CHAQ"
    ),
    "chq_phs": CoreSetMeasure(
        "Child Health Questionnaire, physical summary", "higher", *_ENZYME_OR_HEALTH, "CHQ-PhS"
    ),
    "das": CoreSetMeasure("Disease Activity Score", "lower", *_DISEASE, "DAS"),
}

#: The core sets by name.
CORE_SETS: dict[CoreSet, dict[str, CoreSetMeasure]] = {
    "imacs": CORE_SET,
    "printo": PRINTO_CORE_SET,
}

#: The core sets that the criteria accept for each population; the first one is the default.
CORE_SETS_OF: dict[Population, tuple[CoreSet, ...]] = {
    "adult": ("imacs",),
    "juvenile": ("imacs", "printo"),
}

#: Measures without which the score has no bounds either: the web calculators of the IMACS group ask
#: for them (https://www.niehs.nih.gov/research/resources/imacs/response_criteria/).
INDISPENSABLE: dict[CoreSet, tuple[str, ...]] = {
    "imacs": ("physician_global", "mmt"),
    "printo": ("physician_global", "cmas"),
}

#: Range of the HAQ and CHAQ, points.
HAQ_MAX = 3

#: Maximum scores of the CMAS, and the source of each. An earlier version ends one point lower; for
#: changes by whole points both give the same points.
CMAS_MAXIMA: dict[int, str] = {
    52: "Huber et al. 2004, doi:10.1002/art.20179",
    51: "Lovell et al. 1999",
}

#: Maximum of the CMAS unless another is stated.
CMAS_MAX = 52

#: Range of the Disease Activity Score, points.
DAS_MAX = 20

#: Maximum scores of manual muscle testing, and the version of each. Go by the muscles and the
#: maximum, not by a name: the form's "MMT24" counts 24 muscles but is a total of 26 tests, 0 to
#: 260; 13 groups on both sides have the same maximum, and are others. No source for 240 was found;
#: it stays because it is what 24 tests of 10 points would give.
MMT_MAXIMA: dict[int, str] = {
    80: "MMT-8, one side",
    150: "MMT-8, both sides with neck",
    240: "24 tests, assumed",
    260: "26 tests: MMT24 of IMACS, or 13 groups on both sides",
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
