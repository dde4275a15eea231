"""What the bounds rest on beyond the printed numbers, and what is asked when it is dropped.

A bound holds over all cohorts that meet the printed numbers *and* these premises: where values
lie on a scale, and what was inferred from the text. `CHANGES` drops or alters them one at a time;
``data/bounds/sensitivity.csv`` has the bounds that are proved then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions

#: What joins the steps of one measure, where it has several.
OR = " or "


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the values of a measure lie: on whole multiples of one of some steps.

    Examples
    --------
    >>> forms = Grid((Fraction(1, 8), Fraction(1, 7)))
    >>> print(forms, "in units of", forms.step)
    1/8 or 1/7 in units of 1/56
    >>> forms.values(0, 16)
    (0, 7, 8, 14, 16)
    """

    steps: tuple[Fraction, ...]  #: in the measure's unit

    def __str__(self) -> str:
        return OR.join(map(str, self.steps))

    @property
    def step(self) -> Fraction:
        """The greatest length of which every value is a whole multiple."""
        return Fraction(
            gcd(*(each.numerator for each in self.steps)),
            lcm(*(each.denominator for each in self.steps)),
        )

    @property
    def even(self) -> bool:
        """Whether every whole multiple of `step` is a value."""
        return self.step in self.steps

    def values(self, low: int, high: int) -> tuple[int, ...]:
        """List the values from one to another, in units of `step`."""
        return tuple(at for at in range(low, high + 1) if at * self.step in self)

    def __contains__(self, value: Fraction) -> bool:
        return any((value / each).denominator == 1 for each in self.steps)


@dataclass(frozen=True)
class Premises:
    """What the models of the bounds take for granted.

    Of the `Assumptions` they use the limits of normal of CK, the maximum of muscle testing, the
    highest Rankin grade, what is abnormal at inclusion, that responses last, and that swallowing
    follows dysphagia. What only guides the drawing of cohorts they do not use.
    """

    assumptions: Assumptions = field(default_factory=Assumptions)  #: shared with drawn cohorts
    grids: Mapping[str, Grid] = field(default_factory=dict)  #: where not the step of the scale
    minimal_disability: bool = True  #: everybody analysed met the criterion that was added
    imacs_worsening: bool = True  #: nobody was worse by the definition as the IMACS words it
    bedridden_is_grade_5: bool = True  #: whoever stopped bed-ridden ended with Rankin grade 5
    improvement_lasts: bool = True  #: those with minimal improvement end with it

    def __post_init__(self) -> None:
        if self.assumptions.response_lasts and not self.improvement_lasts:
            raise ValueError("response_lasts needs improvement_lasts: 40 points are 20 as well")

    def grid(self, measure: str) -> Grid:
        """Return where the values of a measure lie."""
        return self.grids.get(measure) or Grid((SCALES[measure].step,))


@dataclass(frozen=True, slots=True)
class Premise:
    """One thing that the bounds rest on, for a table of a page."""

    name: str  #: short name; of those that `CHANGES` drops, the name of the change
    statement: str  #: what is taken for granted, readable after "given"
    reason: str  #: why, and where it comes from
    of: tuple[str, ...]  #: rows of Table 2 that it bears upon; "score" for the score


@dataclass(frozen=True, slots=True)
class Change:
    """One premise altered: what is assumed instead, and which bounds are proved again."""

    name: str  #: short name
    words: str  #: what is assumed instead
    reason: str  #: why that is worth asking
    premises: Premises  #: everything that is then assumed
    measures: tuple[str, ...]  #: rows of Table 2 whose bounds are proved again
    quantities: tuple[str, ...]  #: what is proved again, of these rows and of the score


#: What is proved again. What is left out takes many minutes, or is not worth as many.
_COUNTS = ("better", "unchanged", "worse")
_WITHOUT_P_AND_MEAN = ("hodges_lehmann", *_COUNTS)
_WITHOUT_MEAN = ("exact_p", *_WITHOUT_P_AND_MEAN)
_WITHOUT_P = (*_WITHOUT_P_AND_MEAN, "mean_change")
_ROW = ("exact_p", *_WITHOUT_P)

_NEWTONS = ("deltoid", "biceps", "psoas")
_VAS = ("physician_global", "patient_global", "extramuscular")


def _on(measures: tuple[str, ...], *steps: Fraction) -> Premises:
    return Premises(grids={measure: Grid(steps) for measure in measures})


#: Values on finer steps, where finer ones are plausible.
FINER_STEPS: tuple[Change, ...] = (
    Change(
        "eq_vas_by_1",
        "EQ VAS in whole points",
        "the scale goes from 0 to 100 and a patient may name any whole number",
        _on(("eq_vas",), Fraction(1)),
        ("eq_vas",),
        _ROW,
    ),
    Change(
        "newtons_by_sixths",
        "dynamometry in sixths of a newton",
        "the mean of three measurements per side in whole newtons, averaged over two sides",
        _on(_NEWTONS, Fraction(1, 6)),
        _NEWTONS,
        _ROW,
    ),
    Change(
        "newtons_by_tenths",
        "dynamometry in tenths of a newton",
        "a mean that was noted with one decimal",
        _on(_NEWTONS, Fraction(1, 10)),
        _NEWTONS,
        _WITHOUT_P,
    ),
    Change(
        "vas_by_half_millimetres",
        "visual analogue scales in halves of a millimetre",
        "a mark on a line of 10 cm may be read between two millimetres",
        _on(_VAS, Fraction(1, 20)),
        _VAS,
        _WITHOUT_P_AND_MEAN,
    ),
    Change(
        "haq_incomplete",
        "HAQ with one section left unanswered at some visits",
        "the sum is then divided by 7 (scoring note of the CLINHAQ, version 96.4)",
        _on(("haq",), Fraction(1, 8), Fraction(1, 7)),
        ("haq",),
        _WITHOUT_MEAN,
    ),
)

#: Inferences dropped, one at a time.
DROPPED: tuple[Change, ...] = (
    Change(
        "minimal_disability",
        "baselines need not meet the criterion of minimal disability",
        "it was added after the second patient, and the first had been included before",
        Premises(minimal_disability=False),
        ("mmt",),
        (*_WITHOUT_P_AND_MEAN, "tis_mean", "tis_median"),
    ),
    Change(
        "imacs_worsening",
        "nothing is asked of patients who became worse",
        "the definition's wording is in a supplement that was not read",
        Premises(imacs_worsening=False),
        ("extramuscular",),
        (*_WITHOUT_P_AND_MEAN, "tis_mean", "tis_worst", "tis_zero"),
    ),
    Change(
        "swallowing_follows_dysphagia",
        "any swallowing at baseline, with and without dysphagia",
        "the article does not link its list of dysphagia to this scale",
        Premises(Assumptions(swallowing_follows_dysphagia=False)),
        ("swallowing",),
        _ROW,
    ),
    Change(
        "bedridden_is_grade_5",
        "Rankin grades from 0 to 5, and nobody need end with 5",
        "the article calls one patient bed-ridden and gives no grade",
        Premises(bedridden_is_grade_5=False),
        ("mrs",),
        _ROW,
    ),
    Change(
        "ck_limits",
        "limits of normal of CK of 207 U/L for women and 340 U/L for men",
        "limits differ between laboratories; these are from a Norwegian population "
        "(doi:10.1515/cclm.2011.776, men from 50 years on)",
        Premises(Assumptions(ck_uln_female=207, ck_uln_male=340)),
        (),
        ("tis_mean", "tis_median"),
    ),
    Change(
        "response_lasts",
        "responders end with at least minimal improvement, but not always with 40 points",
        "the article counts who reached 40 points by week 9, not who kept them",
        Premises(Assumptions(response_lasts=False)),
        (),
        ("tis_mean", "tis_median"),
    ),
    Change(
        "improvement_lasts",
        "responders and the one with minimal improvement may end with fewer points",
        "the article counts who reached 20 points by week 9, and names three who lost them",
        Premises(Assumptions(response_lasts=False), improvement_lasts=False),
        (),
        ("tis_median",),
    ),
)

CHANGES: dict[str, Change] = {each.name: each for each in (*FINER_STEPS, *DROPPED)}

#: Everything that the bounds rest on; what has the name of a change has been dropped for a trial.
PREMISES: tuple[Premise, ...] = (
    Premise(
        "last_assessment",
        "the end is the last assessment of each of the 19 patients analysed, early or not",
        "Table 2 prints no numbers of patients; of the psoas its footnote leaves 18",
        (*SCALES, "score"),
    ),
    Premise(
        "spss",
        "quartiles by HAVERAGE, halves rounded away from zero, P asymptotic with zeros dropped, "
        "ties corrected and no continuity correction",
        "the rules of the software that the article names; whether P was exact is not said, and "
        "if it was, the printed P is itself the exact one",
        (*SCALES, "score"),
    ),
    Premise(
        "steps",
        "values on the step that is named beside each bound",
        "steps are not printed; finer ones are tried out below",
        (*SCALES, "score"),
    ),
    Premise(
        "mmt_0_260",
        "muscle testing from 0 to 260 points",
        "13 groups on both sides; the printed third quartile at the end exceeds the 240 of 24",
        ("mmt", "score"),
    ),
    Premise(
        "mrc_0_36",
        "the Rasch-modified sum score as the raw sum of 12 muscles with 0 to 3 points",
        "whether sums were transformed, and how, is not printed; not tried otherwise",
        ("mrc_sum",),
    ),
    Premise(
        "minimal_disability",
        "everybody had lost a tenth of muscle strength and had two more abnormal measures",
        "the article says that all included had at least moderate weakness; but the criterion "
        "came after the second patient",
        ("mmt", "score"),
    ),
    Premise(
        "imacs_worsening",
        "nobody was worse by the IMACS definition at one visit, such as by 2 cm of extramuscular "
        "activity",
        "the article says that nobody was, and refers to the IMACS for the definition; the wording "
        "of the one-visit version is an assumption, and whether the study asked for two visits is "
        "not known",
        ("extramuscular", "score"),
    ),
    Premise(
        "swallowing_follows_dysphagia",
        "swallowing 10 of 10 at baseline in the five patients without dysphagia and in nobody else",
        "an inference: it fits the printed third quartile",
        ("swallowing",),
    ),
    Premise(
        "bedridden_is_grade_5",
        "Rankin grades up to 5, and at least one patient ending with 5",
        "an inference: one patient stopped bed-ridden, and no death is reported",
        ("mrs",),
    ),
    Premise(
        "ck_limits",
        "limits of normal of CK of 145 U/L for the twelve women and 171 U/L for the seven men",
        "the study's limits are not printed",
        ("score",),
    ),
    Premise(
        "response_lasts",
        "the eight responders end with at least 40 points",
        "an inference: losses are told of minimal improvement only",
        ("score",),
    ),
    Premise(
        "improvement_lasts",
        "nine patients end with at least 20 points, and the ten others with less",
        "an inference: the article says so of three of the others, whose improvement was lost. Not "
        "tried: that one of the ten others ends with 20 points or more",
        ("score",),
    ),
)


def premises_of(what: str) -> tuple[Premise, ...]:
    """Return what the bounds of a measure, or of the score, rest on.

    >>> [each.name for each in premises_of("mrs")]
    ['last_assessment', 'spss', 'steps', 'bedridden_is_grade_5']
    """
    return tuple(each for each in PREMISES if what in each.of)
