"""Base classes of the chapters: published facts and patient-level data."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from tisstats.chapters.page import Notice
from tisstats.chapters.parameters import Parameters
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.claims.reference_cohort import check_reference_cohort
from tisstats.lim2021.cohort_check import Report, check
from tisstats.lim2021.cohort_check.compare_with_print import count_matches
from tisstats.lim2021.response import minimal_improvement_matches
from tisstats.lim2021.trial_description import analysis_options
from tisstats.statistics.quantiles import parse_definition
from tisstats.synthetic.patient_level_data import REFERENCE, PatientLevelData, patient_level_data
from tisstats.trial.analysis import Analysis
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.scoring import analyse

#: Options of an analysis, by the parameter that sets them where a chapter has it, and its type.
_OPTION_OF_PARAMETER: dict[str, tuple[str, Callable[[Any], object]]] = {
    "threshold": ("responder_threshold", float),
    "horizon_week": ("horizon_week", int),
    "quantile_definition": ("quantile_definition", parse_definition),
}


#: How the source line of a figure begins that is drawn from the numbers of the article.
PUBLISHED = "Published: Lim et al. 2021"


class Chapter(Parameters):
    """A chapter on the published facts."""

    @cached_property
    def published(self) -> PublishedFacts:
        """The published facts."""
        return PublishedFacts.read()

    def facts(self, section: str) -> dict[str, object]:
        """Return published facts as printed, under the names that the prose uses.

        Parameters
        ----------
        section
            Of ``facts.toml``.
        """
        file = Path(__file__).with_name("facts.toml")
        addresses = tomllib.loads(file.read_text(encoding="utf-8"))[section]
        return {name: self.published.text(address) for name, address in addresses.items()}

    def discussion_definition_numbers(self) -> dict[str, object]:
        """Return the numbers on the less stringent definition of the discussion."""
        printed = self.published.text("claims.discussion.minimal_percent")
        improved = ("response.minimal", "flow.excluded_from_analysis")
        matches = {
            of: minimal_improvement_matches(self.published, self.published.count(f"flow.{of}"))
            for of in ("analysed", "included")
        }
        return {
            **self.facts("discussion_definition"),
            "with_excluded": sum(map(self.published.count, improved)),
            "discussion_percent": printed.removesuffix("%"),
            **{f"of_{of}": " and ".join(map(str, n)) or "none" for of, n in matches.items()},
        }


class PatientChapter(Chapter):
    """A chapter that also compares the article with patient-level data."""

    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def patient_data(self) -> PatientLevelData:
        """The patient-level data."""
        return patient_level_data(self.cohort)

    @cached_property
    def report(self) -> Report:
        """The check of these patients against the article, with the chapter's quartiles."""
        definition = self.options.quantile_definition
        if self.cohort == REFERENCE:
            return check_reference_cohort(self.published, definition)
        options = analysis_options(quantile_definition=definition)
        return check(self.patient_data.trial, self.published, options=options)

    @cached_property
    def options(self) -> AnalysisOptions:
        """How outcomes of these patients are read: as in the article, except for parameters."""
        return analysis_options(
            **{
                option: parse(getattr(self, parameter))
                for parameter, (option, parse) in _OPTION_OF_PARAMETER.items()
                if hasattr(self, parameter)
            }
        )

    @cached_property
    def analysis(self) -> Analysis:
        """The outcomes of these patients, with the parameters of the chapter."""
        return analyse(self.patient_data.trial, self.options)

    def notice(self) -> Notice:
        """Return the notice on the origin of these data."""
        return Notice(self.patient_data.label, self.patient_data.notice)

    def match_counts(self, *prefixes: str) -> dict[str, object]:
        """Return the data label and, for each file of facts, how many published numbers match.

        Parameters
        ----------
        prefixes
            Files of the published facts, such as ``table1``: their counts are named
            ``table1_checked`` and ``table1_hold``.
        """
        numbers: dict[str, object] = {
            "rows_kind": self.patient_data.kind,
            "rows_name": self.patient_data.name,
        }
        for prefix in prefixes:
            counted = count_matches(self.report, f"{prefix}.")
            numbers |= {f"{prefix}_{name}": count for name, count in counted.items()}
        return numbers
