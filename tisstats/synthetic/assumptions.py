"""What a reconstruction assumes beyond what is printed: named parameters with defaults and reasons.

A synthetic cohort rests on the printed numbers and on these. Whoever doubts one draws again with
another value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from tisstats.synthetic.conventions import CONVENTIONS


def _assumed(default: Any, words: str, reason: str, without: str = "") -> Any:
    return field(default=default, metadata={"words": words, "reason": reason, "without": without})


def _inferred(words: str, reason: str, without: str) -> Any:
    """Note a switch for what is read out of the text but not said there."""
    return _assumed(True, words, f"inference: {reason}", without)


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption, for a table of a page."""

    name: str  #: name of the parameter, or of the convention
    words: str  #: what is assumed
    value: str  #: its value, as text
    reason: str  #: why this value
    adjustable: bool  #: whether it is a parameter
    without: str = ""  #: what becomes possible without it; empty where it is no switch

    @property
    def inference(self) -> bool:
        """Whether it is read out of the text, which does not say it."""
        return self.reason.startswith("inference")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Every assumption of a reconstruction, with a default.

    Examples
    --------
    >>> Assumptions(mmt_max=260).ck_uln_female
    145
    >>> Assumptions(ck_uln_male=0)
    Traceback (most recent call last):
        ...
    ValueError: ck_uln_male must be a whole number from 1, got 0
    """

    mmt_max: int = _assumed(
        260, "Maximum of muscle testing", "26 muscle groups; the printed end quartile exceeds 240"
    )
    ck_uln_female: int = _assumed(
        145, "Limit of normal of CK, women", "U/L; a common limit, the study's is not printed"
    )
    ck_uln_male: int = _assumed(
        171, "Limit of normal of CK, men", "U/L; a common limit, the study's is not printed"
    )
    ck_low: int = _assumed(25, "Lowest CK drawn", "U/L; a choice of ours")
    ck_high: int = _assumed(
        25500, "Highest CK drawn", "U/L; the highest of 75 patients with anti-HMGCR (Chow 2024)"
    )
    ck_largest_rise: int = _assumed(
        4000,
        "Largest rise of CK drawn",
        "U/L; a choice of ours; no patient met the definition of worsening",
    )
    newton_low: int = _assumed(8, "Lowest dynamometry drawn", "N; a choice of ours")
    newton_high: int = _assumed(350, "Highest dynamometry drawn", "N; a choice of ours")
    mmt_low: int = _assumed(
        90, "Least muscle strength drawn", "points, of patients who came to visits"
    )
    mmt_largest_loss: int = _assumed(
        52,
        "Largest loss of muscle strength drawn",
        "points, a fifth of the scale; a choice of ours; no patient met the definition of "
        "worsening",
    )
    newton_largest_change: int = _assumed(
        120, "Largest change of dynamometry drawn", "N; about twice the largest printed quartile"
    )
    swallowing_low: int = _assumed(
        5, "Lowest swallowing drawn", "points; no tube feeding is reported"
    )
    mrc_largest_change: int = _assumed(
        9, "Largest change of the MRC sum score drawn", "points, a quarter of the scale"
    )
    mrc_low: int = _assumed(8, "Lowest MRC sum score drawn", "points; a choice of ours")
    extramuscular_high: int = _assumed(
        80, "Highest extramuscular activity drawn", "mm; a choice of ours"
    )
    largest_change: float = _assumed(
        0.7, "Largest change drawn, share of a scale", "no measure swings from end to end by it"
    )
    global_least: int = _assumed(
        10, "Least global activity at inclusion", "mm; the disease was active"
    )
    mrs_high: int = _assumed(5, "Highest Rankin grade drawn", "no death is reported")
    age_low: int = _assumed(
        18,
        "Youngest age at onset drawn",
        "years; the study asks for 18 at inclusion, which 17 at onset can meet",
    )
    age_high: int = _assumed(88, "Oldest age at onset drawn", "years; a choice of ours")
    vas_abnormal: int = _assumed(
        2, "A visual analogue scale is abnormal from", "cm; registry (EUCTR2016-004766-26-NL)"
    )
    enzyme_abnormal: float = _assumed(
        1.5, "CK is abnormal above", "times the ULN; registry (EUCTR2016-004766-26-NL)"
    )
    haq_abnormal: float = _assumed(
        0.25, "The HAQ is abnormal from", "points; registry (EUCTR2016-004766-26-NL)"
    )
    week_of_early_stop: tuple[int, ...] = _assumed(
        (3, 6), "Weeks of early stops on the standard regimen", "not printed"
    )
    week_of_amended_stop: tuple[int, ...] = _assumed(
        (4, 8), "Week at which the patient eligible for the amended regimen stopped", "not printed"
    )
    most_stops_after_amendment: int = _assumed(
        4,
        "Most patients who stopped at week 3 after the amendment",
        "not printed; that is before its decision at week 4",
    )
    response_lasts: bool = _inferred(
        "A response lasts",
        "of responders no loss is told, only of minimal improvement",
        "the score of a responder may fall below 40 points again",
    )
    lost_stays_lost: bool = _inferred(
        "A lost improvement stays lost",
        "minimal improvement that was lost is said not to have been maintained",
        "a lost improvement may be seen again before the end",
    )
    embolism_in_responder: bool = _inferred(
        "The embolism fell on a responder",
        "clear improvement by week 3 is told of the patient with the embolism; that it was a score "
        "of 40 is not",
        "the embolism may fall on a patient who never reaches 40 points",
    )
    added_patient_lost: bool = _inferred(
        "Patient 4 lost an improvement",
        "the discussion counts patient 4 with those above 20 points; that this patient is none of "
        "the nine follows from its 55 % on conditions, and one of the three who lost an "
        "improvement is not said at all",
        "patient S-04 may never have reached 20 points",
    )
    lost_before_amendment: bool = _inferred(
        "Improvements were lost before the amendment",
        "three deteriorated on maintenance doses before the amendment, three lost a minimal "
        "improvement; that they are the same is not said",
        "those who lost an improvement may have been included after the amendment",
    )
    week_4_after_amendment: bool = _inferred(
        "Week 4 was assessed after the amendment only",
        "the assessment at week 4 is of those eligible for the amended regimen, so of patients "
        "included after the amendment if nobody was switched to it earlier",
        "the responder first seen at week 4 may have been included before the amendment",
    )
    statins_settle_response: bool = _inferred(
        "With anti-HMGCR, recent statins mean a response",
        "a favourable response appeared associated with recent statins in patients with "
        "anti-HMGCR; that it means 40 points, in all of them and in no other, is not said",
        "a patient with anti-HMGCR and recent statins may miss 40 points",
    )
    minimal_disability_for_all: bool = _inferred(
        "All analysed patients had minimal disability",
        "the criterion came after the second patient; all are said to have been weak",
        "a patient may have kept more than 90 % of the strength at baseline",
    )
    only_one_bedridden: bool = _inferred(
        "One patient was bed-ridden",
        "one patient is said to have been bed-ridden; that nobody else was is not",
        "other patients may have grade 5 of the modified Rankin scale",
    )
    swallowing_follows_dysphagia: bool = _inferred(
        "Swallowing follows dysphagia",
        "10 of 10 points exactly for patients without dysphagia; fits the third quartile",
        "a patient with dysphagia may have 10 of 10 points",
    )
    signs_in_extramuscular: bool = _inferred(
        "Extramuscular activity follows the signs of Table 1",
        "extramuscular activity is above 0 with a sign of Table 1, and slight without any",
        "a patient without any sign may have more than slight extramuscular activity",
    )
    extramuscular_without_signs: int = _assumed(
        6, "Highest extramuscular activity without any sign", "mm; a choice of ours"
    )
    maa_beside_msa: float = _assumed(
        0.2, "Share of those with specific antibodies who have associated ones", "not printed"
    )
    plausible: bool = _assumed(
        True,
        "Patients are plausible",
        "measures of a patient go together and do not contradict each other, by criteria of ours",
        "strong patients may be bed-ridden, CK may ignore the antibody, courses may jump",
    )
    concordance: float = _assumed(
        0.7,
        "How far changes of a patient point the same way",
        "from 0 to 1; a choice, not information",
    )

    def __post_init__(self) -> None:
        for name in ("mmt_max", "ck_uln_female", "ck_uln_male", "ck_low", "newton_high"):
            _whole(name, getattr(self, name), 1)
        _whole("ck_high", self.ck_high, self.ck_low + 1)
        _whole("mrs_high", self.mrs_high, 5, 6)
        _whole("age_low", self.age_low, 17, 30)
        _whole("age_high", self.age_high, 78, 120)
        _whole("ck_largest_rise", self.ck_largest_rise, 0)
        _whole("newton_low", self.newton_low, 0, 20)
        _whole("mrc_low", self.mrc_low, 0, 20)
        _whole("mmt_low", self.mmt_low, 0, 180)
        _whole("mmt_largest_loss", self.mmt_largest_loss, 10, 260)
        _whole("newton_largest_change", self.newton_largest_change, 70, 1000)
        _whole("mrc_largest_change", self.mrc_largest_change, 5, 36)
        _whole("swallowing_low", self.swallowing_low, 1, 7)
        _whole("extramuscular_high", self.extramuscular_high, 30, 100)
        _whole("global_least", self.global_least, 0, 30)
        _whole("vas_abnormal", self.vas_abnormal, 0, 10)
        _whole("extramuscular_without_signs", self.extramuscular_without_signs, 0, 100)
        _whole("most_stops_after_amendment", self.most_stops_after_amendment, 0, 4)
        for name in ("enzyme_abnormal", "haq_abnormal"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)!r}")
        for name in ("maa_beside_msa", "concordance", "largest_change"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, got {getattr(self, name)!r}")
        for name, allowed in (("week_of_early_stop", (3, 6)), ("week_of_amended_stop", (4, 8))):
            weeks = getattr(self, name)
            if not weeks or not set(weeks) <= set(allowed):
                permitted = ", ".join(map(str, allowed))
                raise ValueError(f"{name} must be some of {permitted}, got {weeks!r}")

    def relaxed(self) -> frozenset[str]:
        """Name the constraints that rest on an inference which is switched off."""
        return frozenset(
            constraint for name, constraint in _RESTS_ON.items() if not getattr(self, name)
        )

    def listed(self) -> list[Assumption]:
        """List every assumption and convention with its reason, for a page."""
        own = [
            Assumption(
                each.name,
                each.metadata["words"],
                _as_text(getattr(self, each.name)),
                each.metadata["reason"],
                True,
                each.metadata["without"],
            )
            for each in fields(self)
        ]
        return own + [Assumption(*convention, adjustable=False) for convention in CONVENTIONS]


#: Constraints that nothing but an inference demands, by the inference.
_RESTS_ON = {
    "embolism_in_responder": "embolism_in_responder",
    "added_patient_lost": "added_patient_lost",
    "lost_before_amendment": "lost_before_amendment",
    "week_4_after_amendment": "week_4_after_amendment",
    "statins_settle_response": "statins",
    "minimal_disability_for_all": "minimal_disability",
}


def _whole(name: str, value: int, low: int, high: int | None = None) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or value < low
        or (high is not None and value > high)
    ):
        allowed = f"from {low}" + ("" if high is None else f" to {high}")
        raise ValueError(f"{name} must be a whole number {allowed}, got {value!r}")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
