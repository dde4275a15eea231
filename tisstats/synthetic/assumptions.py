"""Assumptions of a reconstruction beyond the article: named parameters with defaults and reasons.

A synthetic cohort rests on the printed numbers and on these. To question one, draw again with
another value. ``assumptions.json`` holds for each parameter its statement, the reason for its
default, its minimum and maximum or the permitted values, and, for a switch, what becomes possible
if it is dropped; then the conventions, which are not parameters: alternatives contradict the
article or are not implemented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from math import inf
from typing import Any

_DATA: dict[str, list[dict[str, Any]]] = json.loads(
    files("tisstats.synthetic").joinpath("assumptions.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption, for a table of a page."""

    name: str  #: name of the parameter, or of the convention
    statement: str  #: what is assumed
    value: str  #: its value, as text
    reason: str  #: why this value
    adjustable: bool  #: whether it is a parameter
    if_dropped: str = ""  #: what becomes possible if it is dropped; empty unless a switch


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Every assumption of a reconstruction, with a default; `to_list` says what each is and why.

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> Assumptions(mmt_max=260).ck_uln_female
    145
    >>> Assumptions(ck_uln_male=0)
    Traceback (most recent call last):
        ...
    ValueError: ck_uln_male must be a whole number of at least 1, got 0
    """

    mmt_max: int = 260
    ck_uln_female: int = 145
    ck_uln_male: int = 171
    ck_min: int = 25
    ck_max: int = 25500
    ck_max_increase: int = 4000
    force_min: int = 8
    force_max: int = 350
    mmt_min: int = 90
    mmt_max_decrease: int = 52
    force_max_change: int = 120
    swallowing_min: int = 5
    mrc_max_change: int = 9
    mrc_min: int = 8
    extramuscular_max: int = 80
    max_relative_change: float = 0.7
    global_activity_min: int = 10
    mrs_max: int = 5
    age_min: int = 18
    age_max: int = 88
    vas_abnormal: int = 2
    enzyme_abnormal: float = 1.5
    haq_abnormal: float = 0.25
    discontinuation_weeks: tuple[int, ...] = (3, 6)
    amended_discontinuation_weeks: tuple[int, ...] = (4, 8)
    max_discontinued_after_amendment: int = 4
    response_maintained: bool = True
    lost_improvement_not_regained: bool = True
    embolism_in_responder: bool = True
    added_patient_lost_improvement: bool = True
    lost_before_amendment: bool = True
    week_4_assessed_only_after_amendment: bool = True
    statin_exposure_determines_response: bool = True
    minimal_disability_for_all: bool = True
    only_one_bedridden: bool = True
    swallowing_follows_dysphagia: bool = True
    extramuscular_activity_follows_signs: bool = True
    extramuscular_max_without_signs: int = 6
    maa_given_msa: float = 0.2
    plausibility: bool = True
    concordance: float = 0.7

    def __post_init__(self) -> None:
        for each in _DATA["parameters"]:
            if "minimum" in each or "allowed" in each:
                _check(getattr(self, each["name"]), **each)
        if self.ck_max <= self.ck_min:
            raise ValueError(f"ck_max must be at least {self.ck_min + 1}, got {self.ck_max!r}")

    def to_list(self) -> list[Assumption]:
        """List every assumption and convention with its reason, for a page."""
        own = [
            Assumption(
                each["name"],
                each["statement"],
                _as_text(getattr(self, each["name"])),
                each["reason"],
                True,
                each.get("if_dropped", ""),
            )
            for each in _DATA["parameters"]
        ]
        return own + [Assumption(**each, adjustable=False) for each in _DATA["conventions"]]


def _check(
    value: Any,
    *,
    name: str,
    minimum: float = 0,
    maximum: float = inf,
    allowed: list[int] | None = None,
    **_: str,
) -> None:
    """Raise ValueError if a value has the wrong type or is out of range."""
    if allowed is not None:
        if not value or not set(value) <= set(allowed):
            permitted = ", ".join(map(str, allowed))
            raise ValueError(f"{name} must be a subset of {permitted}, got {value!r}")
        return
    whole = isinstance(Assumptions.__dataclass_fields__[name].default, int)
    wrong_type = whole and (isinstance(value, bool) or not isinstance(value, int))
    if wrong_type or not minimum <= value <= maximum:
        kind = "a whole number " if whole else ""
        limits = f"from {minimum} to {maximum}" if maximum < inf else f"of at least {minimum}"
        raise ValueError(f"{name} must be {kind}{limits}, got {value!r}")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " or ".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
