"""What a reconstruction assumes beyond what is printed: named parameters with defaults and reasons.

A synthetic cohort rests on the printed numbers and on these. Whoever doubts one draws again with
another value.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

#: Conventions that are no parameters: other ones contradict the printed numbers or the text.
CONVENTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "end",
        "the last assessment, a premature end included",
        "with completers alone the printed P value of swallowing cannot be reached",
    ),
    (
        "quartiles",
        "SPSS, HAVERAGE",
        "the software named; the rule of numpy needs a patient younger than the study admitted",
    ),
    (
        "signed rank",
        "SPSS: zeros dropped, ties corrected, asymptotic, no continuity correction",
        "the software named; whether P was exact cannot be told from print",
    ),
    ("change", "end minus baseline", "as the signs of the printed changes"),
    (
        "psoas",
        "the patient without a baseline has no value at any visit",
        "then 18 pairs give baseline, end and change alike",
    ),
    (
        "patient left out",
        "has no measures, treatments or events",
        "nothing but sex, subtype and the ceiling is published of this patient",
    ),
)


def _assumed(default: Any, reason: str) -> Any:
    return field(default=default, metadata={"reason": reason})


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption, for a table of a page."""

    name: str  #: name of the parameter, or of the convention
    value: str  #: its value, as text
    reason: str  #: why this value
    adjustable: bool  #: whether it is a parameter


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

    mmt_max: int = _assumed(260, "26 muscle groups; the printed end quartile exceeds 240 points")
    ck_uln_female: int = _assumed(145, "U/L; a common limit for women, the study's is not printed")
    ck_uln_male: int = _assumed(171, "U/L; a common limit for men, the study's is not printed")
    ck_low: int = _assumed(25, "U/L; lowest CK drawn")
    ck_high: int = _assumed(
        25500, "U/L; highest CK drawn: the highest of 75 patients with anti-HMGCR (Chow 2024)"
    )
    ck_largest_rise: int = _assumed(4000, "U/L; largest rise of CK drawn, as nobody deteriorated")
    newton_low: int = _assumed(8, "N; lowest dynamometry drawn")
    newton_high: int = _assumed(350, "N; highest dynamometry drawn")
    mmt_low: int = _assumed(
        90, "points; least muscle strength drawn of patients who came to visits"
    )
    mmt_largest_loss: int = _assumed(
        52, "points, a fifth of the scale; largest loss drawn, as nobody deteriorated"
    )
    newton_largest_change: int = _assumed(
        120, "N; largest change of dynamometry drawn, about twice the largest printed quartile"
    )
    swallowing_low: int = _assumed(5, "points; lowest swallowing drawn, nobody was fed by tube")
    mrc_low: int = _assumed(8, "points; lowest MRC sum score drawn")
    extramuscular_high: int = _assumed(80, "mm; highest extramuscular activity drawn")
    largest_change: float = _assumed(
        0.7, "share of a scale; largest change drawn, by which no measure turns round entirely"
    )
    global_least: int = _assumed(10, "mm; least global activity at inclusion, active disease")
    mrs_high: int = _assumed(5, "grade; nobody died")
    age_high: int = _assumed(88, "years; oldest onset drawn")
    vas_abnormal: int = _assumed(2, "cm; a scale is abnormal from here on (minimal disability)")
    enzyme_abnormal: float = _assumed(1.3, "times the ULN; abnormal from here on, as in trials")
    haq_abnormal: float = _assumed(0.25, "points; abnormal from here on, as in trials")
    week_of_early_stop: tuple[int, ...] = _assumed(
        (3, 6), "weeks at which patients stopped early on the standard regimen; not printed"
    )
    week_of_amended_stop: tuple[int, ...] = _assumed(
        (4, 8), "weeks at which the patient eligible for the amended regimen stopped; not printed"
    )
    most_stops_after_amendment: int = _assumed(
        4, "most patients who stopped at week 3 after the amendment, before its decision at week 4"
    )
    response_lasts: bool = _assumed(
        True, "a responder's score stays at 40 or more; only losses of minimal improvement are told"
    )
    lost_stays_lost: bool = _assumed(
        True, "where minimal improvement was lost, it was not seen again later"
    )
    swallowing_follows_dysphagia: bool = _assumed(
        True, "10 of 10 points exactly for patients without dysphagia; fits the third quartile"
    )
    signs_in_extramuscular: bool = _assumed(
        True, "extramuscular activity is above 0 with a sign of Table 1, and slight without any"
    )
    extramuscular_without_signs: int = _assumed(
        6, "mm; most extramuscular activity of a patient without any sign"
    )
    minimal_disability_for_all: bool = _assumed(True, "inference")
    maa_beside_msa: float = _assumed(
        0.2, "share of patients with myositis-associated beside specific antibodies; not printed"
    )
    plausible: bool = _assumed(
        True, "measures of a patient go together and nothing contradicts itself, by our criteria"
    )
    only_one_bedridden: bool = _assumed(
        True, "nobody but the patient said to be bed-ridden has grade 5 at any visit"
    )
    concordance: float = _assumed(
        0.7, "0 to 1: how far measures of a patient point the same way; taste, not information"
    )

    def __post_init__(self) -> None:
        for name in ("mmt_max", "ck_uln_female", "ck_uln_male", "ck_low", "newton_high"):
            _whole(name, getattr(self, name), 1)
        _whole("ck_high", self.ck_high, self.ck_low + 1)
        _whole("mrs_high", self.mrs_high, 5, 6)
        _whole("age_high", self.age_high, 78, 120)
        _whole("ck_largest_rise", self.ck_largest_rise, 0)
        _whole("newton_low", self.newton_low, 0, 20)
        _whole("mrc_low", self.mrc_low, 0, 20)
        _whole("mmt_low", self.mmt_low, 0, 180)
        _whole("mmt_largest_loss", self.mmt_largest_loss, 10, 260)
        _whole("newton_largest_change", self.newton_largest_change, 70, 1000)
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

    def listed(self) -> list[Assumption]:
        """List every assumption and convention with its reason, for a page."""
        own = [
            Assumption(each.name, _as_text(getattr(self, each.name)), each.metadata["reason"], True)
            for each in fields(self)
        ]
        return own + [Assumption(*convention, adjustable=False) for convention in CONVENTIONS]


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
