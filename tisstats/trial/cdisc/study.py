"""What a study's tables do not say about themselves: its name, arms, criteria and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tisstats.statistics._arguments import one_of
from tisstats.trial.cdisc.specification import NAME

#: Columns of definitions that may be met at a visit; each has a code of its own.
CRITERIA = ("imacs_improvement", "imacs_worsening", "minimal_disability")


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
class CriterionLabel:
    """A definition that is met at a visit or not, as a parameter of data sets.

    Examples
    --------
    >>> CriterionLabel("imacs_worsening", "Worsening by the IMACS definition", "worsening").unmet
    'No worsening by the end of observation'
    """

    column: str  #: its column in the table of visits, 1 where met and 0 where not
    label: str  #: what is met, such as Worsening by the IMACS definition
    noun: str  #: the outcome in the middle of a sentence, such as worsening
    definition: str = ""  #: the definition with its cut-offs, for the table of variables

    @property
    def unmet(self) -> str:
        """What ends a time in which it was not met."""
        return f"No {self.noun} by the end of observation"


@dataclass(frozen=True, slots=True)
class StudyMetadata:
    """What is said of a study in its analysis data sets.

    Raises
    ------
    ValueError
        If the study has no identifier, arm or measure, the reference arm is not one of the arms,
        the threshold is not a number, the criterion has no code, or a name of a variable is not
        permitted.

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
    #: minimum Total Improvement Score of a response, points; None: there is no such response
    response_threshold: float | None
    measures: Mapping[str, MeasureLabel]  #: measures by their column in the table of visits
    #: Label of each further column of the patients that goes into ADSL.
    characteristics: Mapping[str, str] = field(default_factory=dict)
    #: Names of the variables of characteristics, and codes of measures, that are not made of the
    #: column's name.
    variable_names: Mapping[str, str] = field(default_factory=dict)
    #: how the Total Improvement Score was computed, for the table of variables
    score_definition: str = ""
    #: which visit is that of a scheduled week, for the table of variables
    visit_definition: str = ""
    #: the primary endpoint with its rules, for the table of variables
    endpoint_definition: str = ""
    #: what the study's endpoint asks for in place of the score; None: the score
    criterion: CriterionLabel | None = None

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
        if self.response_threshold is not None and not np.isfinite(self.response_threshold):
            raise ValueError(
                f"response_threshold must be a finite number, got {self.response_threshold!r}"
            )
        if self.criterion is not None:
            one_of("criterion.column", self.criterion.column, CRITERIA)
        for column, name in self.variable_names.items():
            if column not in (*self.measures, *self.characteristics):
                raise ValueError(
                    "variable_names must name measures or characteristics of the study, "
                    f"got {column!r}"
                )
            if not NAME.fullmatch(name):
                raise ValueError(
                    "variable_names must have up to 8 capital letters, digits or underscores and "
                    f"not begin with a digit, got {name!r}"
                )
