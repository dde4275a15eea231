"""Scales of the outcome measures: range, step, direction, unit.

What a scale allows bounds what a printed summary of it can be. Each entry says where it comes
from and whether that is established or an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

_DYNAMOMETER = (
    "half newtons are assumed: with 19 patients and HAVERAGE, the median change of 4.5 N of the "
    "biceps comes neither from whole newtons nor from thirds of them; sixths and tenths give it too"
)
_AGGARWAL = "Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400"
_MILLIMETRES = f"range: {_AGGARWAL}; step: lines read to the millimetre (assumed)"


@dataclass(frozen=True, slots=True)
class Scale:
    """What values an outcome measure can take."""

    name: str  #: name for tables and figures
    abbreviation: str  #: short name, as clinicians write it
    low: int  #: least value, in `unit`
    high: int | None  #: greatest value, in `unit`; None where there is no upper end
    step: Fraction  #: smallest difference that can be recorded, in `unit`
    unit: str  #: unit of the values
    better: Literal["lower", "higher"]  #: which end is the healthy one
    source: str  #: where the range and step come from
    assumed: bool = False  #: whether the range, or what is measured, is an assumption
    step_assumed: bool = False  #: whether the step is, where the range is established
    certainty: str = ""  #: how sure it is, where one word does not tell

    @property
    def step_is_assumed(self) -> bool:
        """Whether the step is an assumption, with the range or alone."""
        return self.assumed or self.step_assumed


SCALES: dict[str, Scale] = {
    "physician_global": Scale(
        "Physician global activity",
        "PhGA",
        0,
        10,
        Fraction(1, 10),
        "cm",
        "lower",
        _MILLIMETRES,
        step_assumed=True,
    ),
    "patient_global": Scale(
        "Patient global activity",
        "PaGA",
        0,
        10,
        Fraction(1, 10),
        "cm",
        "lower",
        _MILLIMETRES,
        step_assumed=True,
    ),
    "mmt": Scale(
        "Manual muscle testing",
        "MMT",
        0,
        260,
        Fraction(1),
        "points",
        "higher",
        "Kendall's grades; 13 muscle groups on both sides are inferred, since the printed third "
        "quartile at the end, 241, exceeds 240; whole points",
        assumed=True,
        certainty="inference, secondary source; whole points: assumption",
    ),
    "haq": Scale(
        "Health Assessment Questionnaire",
        "HAQ",
        0,
        3,
        Fraction(1, 8),
        "points",
        "lower",
        f"range: {_AGGARWAL}; step: forms complete (assumed)",
        step_assumed=True,
    ),
    "ck": Scale(
        "Serum creatine kinase",
        "sCK",
        0,
        None,
        Fraction(1),
        "U/L",
        "lower",
        "laboratory value; step: whole units (assumed)",
        step_assumed=True,
    ),
    "extramuscular": Scale(
        "Extramuscular activity",
        "EMA",
        0,
        10,
        Fraction(1, 10),
        "cm",
        "lower",
        _MILLIMETRES,
        step_assumed=True,
    ),
    "mrc_sum": Scale(
        "Rasch-modified MRC sum score",
        "Rasch MRC-SS",
        0,
        36,
        Fraction(1),
        "points",
        "higher",
        "12 muscles with 4 grades each (Vanhoutte et al., Brain 2012;135:1639)",
        assumed=True,
    ),
    "deltoid": Scale(
        "Dynamometry, deltoid muscles",
        "Deltoid",
        0,
        None,
        Fraction(1, 2),
        "N",
        "higher",
        _DYNAMOMETER,
        assumed=True,
    ),
    "biceps": Scale(
        "Dynamometry, biceps muscles",
        "Biceps",
        0,
        None,
        Fraction(1, 2),
        "N",
        "higher",
        _DYNAMOMETER,
        assumed=True,
    ),
    "psoas": Scale(
        "Dynamometry, psoas muscles",
        "Psoas",
        0,
        None,
        Fraction(1, 2),
        "N",
        "higher",
        _DYNAMOMETER,
        assumed=True,
    ),
    "swallowing": Scale(
        "ALS severity scale, swallowing",
        "ALSSS-SW",
        1,
        10,
        Fraction(1),
        "points",
        "higher",
        "Hillel et al., Neuroepidemiology 1989;8:142",
    ),
    "mrs": Scale(
        "Modified Rankin scale",
        "mRS",
        0,
        6,
        Fraction(1),
        "grade",
        "lower",
        "Farrell et al., J Neurol Neurosurg Psychiatry 1991;54:1044; grade 6 (death) added later",
        certainty="established for 0 to 5; grade 6 from a secondary source",
    ),
    "eq_vas": Scale(
        "Self-rated health (EQ VAS)",
        "EQ-5D-5L",
        0,
        100,
        Fraction(5),
        "points",
        "higher",
        "an index of the EQ-5D-5L cannot exceed 1, so the printed numbers are read as its visual "
        "analogue scale; all are multiples of 5",
        assumed=True,
    ),
}
