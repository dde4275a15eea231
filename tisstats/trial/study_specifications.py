"""The results of a described study under every combination of its defensible choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from tisstats.trial.change_specifications import change_curves
from tisstats.trial.columns import Mask, equals
from tisstats.trial.response_specifications import OnProgress, ResponseCohort, curve_of_counts
from tisstats.trial.specifications import SpecificationCurve
from tisstats.trial.study_choices import StudyChoices
from tisstats.trial.study_endpoint import evaluate_study


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm, or its comparison with the reference arm."""

    arm: str  #: name of the arm
    reference: str | None  #: name of the reference arm; None: the arm alone
    title: str  #: in words


@dataclass(frozen=True, eq=False)
class StudySpecifications(StudyChoices):
    """The choices of a study and its results under every combination.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> study = StudySpecifications(StudyData.read(example_folder()))
    >>> [comparison.title for comparison in study.comparisons]
    ['Active treatment minus Placebo']
    """

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every arm compared with the reference arm; of a study in one arm that arm."""
        arms, reference = self.data.study.arms, self._reference
        if reference is None:
            return tuple(Comparison(arm, None, label) for arm, label in arms.items())
        return tuple(
            Comparison(arm, reference, f"{label} minus {arms[reference]}")
            for arm, label in arms.items()
            if arm != reference
        )

    def cohort(self, comparison: Comparison) -> ResponseCohort:
        """Return the patients of an arm, and of the reference arm if there is one."""
        names = [comparison.arm] + [comparison.reference] * (comparison.reference is not None)
        everybody = self.data.trial.patients["arm"].value_counts()
        members = tuple(self.members(str(name)) for name in names)
        return ResponseCohort(
            self._courses,
            members,
            tuple(
                int(everybody.get(name, 0)) - int(np.sum(arm))
                for name, arm in zip(names, members, strict=True)
            ),
        )

    def response(
        self,
        comparison: Comparison,
        *,
        scheduler: str | None = None,
        progress: OnProgress | None = None,
    ) -> SpecificationCurve:
        """Compute the response of an arm, or its difference to the reference arm; see `choices`."""
        return curve_of_counts(
            partial(self.cohort(comparison).count, self.endpoint),
            self.inference,
            self.choices,
            scheduler=scheduler,
            progress=progress,
        )

    def changes(self, arm: str) -> dict[str, SpecificationCurve]:
        """Compute the changes of each measure in an arm under every combination of choices."""
        return change_curves(self.data.arm(arm), self.change_choices)

    def members(self, arm: str) -> Mask:
        """Return which analysed patients are in an arm."""
        return equals(self.data.analysis.analysed, "arm", arm)

    def table(
        self, *, scheduler: str | None = None, progress: OnProgress | None = None
    ) -> pd.DataFrame:
        """Tabulate every result under every combination, one row each, as the command writes it.

        Returns
        -------
        DataFrame
            ``Origin`` (observed or synthetic), ``Outcome`` (such as response, or the change of a
            measure), ``Group`` (arm or comparison), ``As described`` (yes in the row of the
            description's own choices; where it asks for bounds and a status is open, that row has
            no open status as the outcome), ``Estimate of`` (what ``estimate`` is, with its unit), a
            column for each choice, and the results of `curve_of_counts`, whose limits are
            ``confidence_low`` and ``confidence_high`` at their ``Confidence level``, and of
            `change_curves`, whose quartiles are ``quartile_low`` and ``quartile_high``; P values
            are ``pvalue_two_sided``. Empty where a choice or a result does not belong to the
            outcome. Results have the digits in which processors do not differ.
        """
        table = pd.concat(list(self._tables(scheduler, progress)), ignore_index=True)
        table.insert(0, "Origin", self.data.study.study.data)
        return _rounded(table.rename(columns=_OF_ALL))

    def is_single_result(self, comparison: Comparison) -> bool:
        """Return whether the description has one result, which open statuses under bounds lack."""
        result, arms = evaluate_study(self.data), self.data.analysis.patients["arm"]
        compared = result.select(arms.isin([comparison.arm, comparison.reference]).to_numpy())
        return compared.responders_low == compared.responders_high

    def _first_row(self, comparison: Comparison) -> str:
        """Return what the first levels are to the description: bounds are not a single result."""
        single = self.is_single_result(comparison)
        return "yes" if single else "no single result: no open status as the outcome"

    def _tables(self, scheduler: str | None, progress: OnProgress | None) -> Iterator[pd.DataFrame]:
        words = self.endpoint.words
        outcome = words.noun.capitalize()
        for comparison in self.comparisons:
            curve = self.response(comparison, scheduler=scheduler, progress=progress)
            first = self._first_row(comparison)
            estimate = f"proportion of {words.patients}"
            if comparison.reference is not None:
                estimate = f"difference of proportions of {words.patients}"
            table = curve.table().rename(columns=_OF_RESPONSE)
            table = _headed(table, outcome, comparison.title, estimate, as_described=first)
            yield table.assign(**{"Confidence level": self.inference.confidence_level})
        measures = self.data.trial.description.measures
        for arm, label in self.data.study.arms.items():
            for measure, curve in self.changes(arm).items():
                scale = measures[measure]
                table = curve.table().rename(columns=_OF_CHANGES)
                what = f"median change, {scale.unit}"
                yield _headed(table, f"Change of {scale.name}, {scale.unit}", label, what)


#: What the results of a curve are called in the table, where limits of confidence stand beside
#: quartiles, and nothing else says how many sides a test has.
_OF_RESPONSE = {"low": "confidence_low", "high": "confidence_high"}
_OF_CHANGES = {"low": "quartile_low", "high": "quartile_high"}
_OF_ALL = {"pvalue": "pvalue_two_sided"}

#: Decimals of estimates and their limits, and digits of P values, however small these are.
_DECIMALS, _DIGITS = 10, 12

#: First words of the columns of counts.
_COUNTED = ("responders", "patients", "n")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table without the last digits of floats, such as those of 0.30000000000000004."""
    measured = ["estimate", *_OF_RESPONSE.values(), *_OF_CHANGES.values()]
    found = {name: table[name].astype(float).round(_DECIMALS) + 0.0 for name in measured}
    tested = _OF_ALL["pvalue"]
    found[tested] = table[tested].map(lambda value: float(f"{value:.{_DIGITS}g}"))
    return table.assign(**found)


def _headed(
    table: pd.DataFrame, outcome: str, group: str, estimate: str, *, as_described: str = "yes"
) -> pd.DataFrame:
    # Whole numbers stay so beside the empty cells of other outcomes.
    counts = [name for name in table if str(name).partition("_")[0] in _COUNTED]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    table.insert(0, "Outcome", outcome)
    table.insert(1, "Group", group)
    # The first level of each choice is that of the description.
    table.insert(2, "As described", [as_described, *["no"] * (len(table) - 1)])
    table.insert(3, "Estimate of", estimate)
    return table
