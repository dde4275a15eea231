"""What a study's tables do not say about themselves: its name, arms, threshold and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tisstats.trial.cdisc.specification import NAME


@dataclass(frozen=True, slots=True)
class MeasureLabel:
    """How a measure is named in data sets.

    Examples
    --------
    >>> MeasureLabel("Creatine kinase", "U/L")
    MeasureLabel(label='Creatine kinase', unit='U/L')
    """

    label: str  #: name, such as Manual muscle testing
    unit: str  #: unit of its values, such as points or U/L; empty if it has none


@dataclass(frozen=True, slots=True)
class StudyMetadata:
    """What is said of a study in its analysis data sets.

    Raises
    ------
    ValueError
        If the study has no identifier, arm or measure, the reference arm is not one of the arms,
        the threshold is not a number, or a name of a variable is not permitted.

    Examples
    --------
    >>> StudyMetadata("M-1", "A trial", {"a": "Drug A"}, "b", 20, {"mmt": MeasureLabel("MMT", "")})
    Traceback (most recent call last):
        ...
    ValueError: reference_arm must be one of a, got 'b'
    """

    study_id: str  #: study identifier, STUDYID
    title: str  #: title of the study
    arms: Mapping[str, str]  #: label of each arm, by the name that patients have in column arm
    reference_arm: str | None  #: arm that others are compared with; None: there is none
    response_threshold: float  #: minimum Total Improvement Score of a response, points
    measures: Mapping[str, MeasureLabel]  #: measures by their column in the table of visits
    #: Label of each further column of the patients that goes into ADSL.
    characteristics: Mapping[str, str] = field(default_factory=dict)
    #: Names of the variables of characteristics, and codes of measures, that are not made of the
    #: column's name.
    variable_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, given in (("study_id", self.study_id), ("arms", self.arms)):
            if not given:
                raise ValueError(f"{name} must not be empty, got {given!r}")
        if not self.measures:
            raise ValueError(f"measures must have at least one, got {self.measures!r}")
        if self.reference_arm is not None and self.reference_arm not in self.arms:
            raise ValueError(
                f"reference_arm must be one of {', '.join(self.arms)}, got {self.reference_arm!r}"
            )
        if not np.isfinite(self.response_threshold):
            raise ValueError(
                f"response_threshold must be a finite number, got {self.response_threshold!r}"
            )
        for column, name in self.variable_names.items():
            if column not in (*self.measures, *self.characteristics):
                raise ValueError(
                    "variable_names must name measures or characteristics of the study, "
                    f"got {column!r}"
                )
            if not NAME.fullmatch(name):
                raise ValueError(
                    "variable_names must have up to 8 capital letters, digits or underscores and "
                    f"begin with no digit, got {name!r}"
                )
