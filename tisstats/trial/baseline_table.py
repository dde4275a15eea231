"""Baseline characteristics and measures of a study, by arm and for all arms together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Columns, ThreeValued, is_true
from tisstats.trial.consistency import THOUSANDTHS, to_thousandths
from tisstats.trial.samples import quartiles
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_sections import BaselineRow

#: Why differences between arms at baseline are not tested, for captions.
BASELINE_GUIDELINE = "CONSORT 2025, item 25, https://www.consort-spirit.org/item25-baselinedata"


@dataclass(frozen=True, slots=True)
class CountSummary:
    """How many patients have something."""

    patients: int  #: patients in the group
    known: int  #: of these, those of whom it is known
    count: int  #: of these, those who have it

    @property
    def proportion(self) -> Fraction | None:
        """Proportion of those of whom it is known; None if it is known of none."""
        return Fraction(self.count, self.known) if self.known else None


@dataclass(frozen=True, slots=True)
class QuartileSummary:
    """Median and quartiles of a quantity, in its own unit."""

    patients: int  #: patients in the group
    known: int  #: of these, those with a value
    median: Fraction | None
    #: of a single value the value; None where the definition gives no such quantile
    q1: Fraction | None  #: first quartile; None of a single value or as above
    q3: Fraction | None  #: third quartile, likewise


@dataclass(frozen=True, slots=True)
class BaselineSummary:
    """A row of the table of baseline characteristics."""

    label: str  #: name of the row, with the unit of a quantity
    decimals: int  #: decimals of a quantity
    groups: Mapping[str | None, CountSummary | QuartileSummary]
    #: by name of the arm, in the order of the description; None: all arms together


def summarise_characteristics(data: StudyData) -> list[BaselineSummary]:
    """Summarise the characteristics that a study's description names, among analysed patients.

    A quantity is summarised by median and quartiles, by the description's definition of quantiles;
    a truth value is counted; of a category, every value that occurs is counted. Unknown values
    are in no denominator. Those that are only exported are left out.

    Parameters
    ----------
    data : StudyData
        A study with its rows.

    Returns
    -------
    list of BaselineSummary
        In the order of the description; a category has one row per value, in alphabetical order.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> age, female, male = summarise_characteristics(StudyData.read(example_folder()))
    >>> female.label, female.groups["active"]
    ('Sex: female', CountSummary(patients=6, known=6, count=3))
    >>> float(age.groups["placebo"].median)
    44.5
    """
    return [
        summary
        for column, row in data.study.characteristics.items()
        if row.table
        for summary in _characteristic(data, column, row)
    ]


def summarise_baseline_measures(data: StudyData) -> list[BaselineSummary]:
    """Summarise every outcome measure at the baseline visit, among analysed patients.

    Parameters
    ----------
    data : StudyData
        A study with its rows.

    Returns
    -------
    list of BaselineSummary
        In the order of the description.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> summarise_baseline_measures(StudyData.read(example_folder()))[2].label
    'Manual muscle testing, points'
    """

    def at_baseline(measure: str) -> dict[str | None, CountSummary | QuartileSummary]:
        return {
            name: _quantity(data, group.baseline_thousandths(measure))
            for name, group in _groups(data).items()
        }

    return [
        BaselineSummary(
            f"{scale.name}, {scale.unit}",
            data.study.analysis.decimals_of(measure),
            at_baseline(measure),
        )
        for measure, scale in data.trial.description.measures.items()
    ]


def _groups(data: StudyData) -> dict[str | None, Analysis]:
    # An arm may have any name.
    return {**{name: data.arm(name) for name in data.study.arms}, None: data.analysis}


def _characteristic(data: StudyData, column: str, row: BaselineRow) -> Iterator[BaselineSummary]:
    groups = {name: group.analysed for name, group in _groups(data).items()}
    if row.type == "number":
        values = {
            name: _quantity(data, to_thousandths(patients[column].astype(float)))
            for name, patients in groups.items()
        }
        yield BaselineSummary(row.label, row.decimals, values)
    elif row.type == "yes/no":
        counts = {name: _counted(is_true(patients, column)) for name, patients in groups.items()}
        yield BaselineSummary(row.label, row.decimals, counts)
    else:
        for value in sorted({value for value in groups[None][column] if value}):
            found = {
                name: _counted(_has(patients, column, value)) for name, patients in groups.items()
            }
            yield BaselineSummary(f"{row.label}: {value}", row.decimals, found)


def _has(patients: Columns, column: str, value: str) -> ThreeValued:
    same = np.asarray(patients[column] == value, dtype=bool)
    return ThreeValued(same, ~same & np.asarray(patients[column] != "", dtype=bool))


def _counted(found: ThreeValued) -> CountSummary:
    yes, unknown = found.count_yes_unknown()
    return CountSummary(len(found.yes), len(found.yes) - unknown, yes)


def _quantity(data: StudyData, thousandths: NDArray[np.float64]) -> QuartileSummary:
    known = thousandths[np.isfinite(thousandths)]
    if len(known) == 1:
        value = Fraction(int(known[0]), THOUSANDTHS)
        return QuartileSummary(len(thousandths), 1, value, None, None)
    found = quartiles(known, data.study.analysis.quantile_definition)
    return QuartileSummary(len(thousandths), len(known), **found)
