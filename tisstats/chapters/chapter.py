"""Base classes of the chapters: published facts and patient-level data."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.chapters.page import Notice, Result, Table, WholeResult, described
from tisstats.chapters.parameters import Parameters
from tisstats.chapters.result_facts import COUNT, COUNT_OF_ALL, VALUE, WORDS, Facts, counted
from tisstats.figures.numbers import format_confidence_level, of_all
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import table1
from tisstats.lim2021.claims.reference_cohort import check_reference_cohort
from tisstats.lim2021.cohort_check import CheckResult, Report, check
from tisstats.lim2021.cohort_check.compare_with_print import count_matches, published_numbers
from tisstats.lim2021.response import minimal_improvement_matches
from tisstats.lim2021.trial_description import analysis_options
from tisstats.statistics import method_title
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

#: Of numbers about the book itself.
_BOOK = {"origin": "book"}


def printed_result(published: PublishedFacts, address: str) -> Result:
    """Return a fact as printed, with the quantity and the unit that the table of facts states.

    A cell without them is words.
    """
    text = published.text(address)
    row = next(
        (stem for stem in (address, address.rpartition(".")[0]) if published.has(f"{stem}.unit")),
        None,
    )
    if row is None or not any(map(str.isdigit, text)):
        return Result(text, WORDS)
    quantity = f"{row}.quantity"
    what = published.text(quantity) if published.has(quantity) else _of_cell(row)
    unit = published.text(f"{row}.unit")
    # A percentage is a stated value: the tables of facts do not say of how many.
    shape = COUNT if unit == "patients" else VALUE
    facts = Facts(shape, what, unit, origin=fact_origin(published, address))
    return Result(text, _known_of(published, address).over(facts))


def _known_of(published: PublishedFacts, address: str) -> Facts:
    """Return what is known of a printed number besides quantity and unit, for those in prose."""
    of_planned = published.text("design.planned_patients")
    level = published.text("claims.methods.planned_level")
    planned = {"method": f"two-sided {level} Clopper-Pearson as printed", "n": of_planned}
    return {
        "claims.methods.planned_low": Facts("{lower limit}", **planned),
        "claims.methods.planned_high": Facts("{upper limit}", **planned),
        "claims.methods.planned_width": Facts("{width}", **planned),
        "claims.discussion.minimal_percent": Facts(
            "{percentage}%", n=published.text("flow.included")
        ),
    }.get(address, Facts())


def _of_cell(row: str) -> str:
    """Return what a number is, in words, from the address of its row: of Table 1, its labels."""
    table, *parts = row.split(".")
    if table != "table1":
        return row.replace(".", " ")
    characteristic, group, _ = parts
    # The row of the numbers of patients is the head of the printed table.
    label = table1.CHARACTERISTICS.get(characteristic, "Patients analysed")
    return f"{label}: {table1.GROUPS[group]}"


def fact_origin(published: PublishedFacts, address: str) -> str:
    """Return the origin of a fact: published, or chosen if it is our interpretation of a sentence.

    Examples
    --------
    >>> published = PublishedFacts.read()
    >>> fact_origin(published, "response.responders")
    'published'
    >>> fact_origin(published, "response.moderate_week_4")
    'chosen'
    """
    unprinted = published.tables["unprinted"]
    interpreted = unprinted.loc[unprinted["basis"] == "reading", "address"]
    return "chosen" if address in set(interpreted) else "published"


#: How the source line of a figure begins that is drawn from the numbers of the article.
PUBLISHED = "Published: Lim et al. 2021"


class Chapter(Parameters):
    """A chapter on the published facts."""

    #: Of the intervals, where a chapter has some.
    interval_method: str
    confidence_level: float

    @property
    def level_words(self) -> str:
        """The confidence level of the chapter's intervals."""
        return f"{format_confidence_level(self.confidence_level)}%"

    @property
    def interval_words(self) -> str:
        """Level and method of the chapter's intervals."""
        return f"{self.level_words} {method_title(self.interval_method)}"

    @cached_property
    def published(self) -> PublishedFacts:
        """The published facts."""
        return PublishedFacts.read()

    @property
    def included(self) -> int:
        """Number of patients included."""
        return self.published.count("flow.included")

    @property
    def analysed(self) -> int:
        """Number of patients analysed."""
        return self.published.count("flow.analysed")

    def facts(self, section: str) -> dict[str, object]:
        """Return published facts as printed, under the names that the prose uses.

        Parameters
        ----------
        section
            Of ``facts.toml``.
        """
        file = Path(__file__).with_name("facts.toml")
        addresses = tomllib.loads(file.read_text(encoding="utf-8"))[section]
        return {
            name: printed_result(self.published, address) for name, address in addresses.items()
        }

    @described(
        {
            "with_excluded": counted(
                "Patients improved by the week of the primary endpoint, and the excluded patient"
            ),
            "discussion_percent": Facts(
                "{percentage}",
                "Responders by the less strict definition",
                n="{self.included}",
                origin="published",
            ),
            "of_analysed": counted("Responders of those analysed that round to the percentage"),
            "of_included": counted("Responders of those included that round to the percentage"),
        }
    )
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

    def matches_in_words(self, prefix: str) -> str:
        """Return how many published numbers match, such as "all 163 numbers match"."""
        found = count_matches(self.report, f"{prefix}.")
        return f"{of_all(found['hold'], found['checked'])} numbers match"

    def mismatches(self, prefix: str, title: str) -> list[Table]:
        """Return the published numbers that these patients do not match; no table if all match.

        Parameters
        ----------
        prefix
            File of the published facts, such as ``table1``.
        title
            What they are in the article, such as ``Table 1``.
        """
        found = published_numbers(self.report, f"{prefix}.")
        differing = [item for item in found if not item.matches]
        if not differing:
            return []
        label = self.patient_data.label
        rows = {
            "Quantity": [item.quantity for item in differing],
            "Published or inferred": [item.printed for item in differing],
            self.patient_data.kind.capitalize(): [_shown(item) for item in differing],
        }
        return [
            Table(
                pd.DataFrame(rows),
                f"{title}: {len(differing)} of {len(found)} numbers do not match. {label}",
                name=f"{prefix}_mismatches",
                origin=label,
                facts="results of the comparison that follows",
            )
        ]

    def match_counts(self, *prefixes: str) -> dict[str, object]:
        """Return the data label and, for each file of facts, how many published numbers match.

        Parameters
        ----------
        prefixes
            Files of the published facts, such as ``table1``: their counts are named
            ``table1_checked`` and ``table1_hold``, and in words ``table1_match``.
        """
        numbers: dict[str, object] = {
            "rows_kind": self.patient_data.kind,
            "rows_name": self.patient_data.name,
        }
        for prefix in prefixes:
            for name, count in count_matches(self.report, f"{prefix}.").items():
                what = f"Published numbers compared with the patients: {prefix}, {name}"
                numbers[f"{prefix}_{name}"] = WholeResult(count, counted(what, "numbers", **_BOOK))
            found = count_matches(self.report, f"{prefix}.")
            numbers[f"{prefix}_match"] = Result(
                of_all(found["hold"], found["checked"]),
                Facts(
                    COUNT_OF_ALL,
                    f"Published numbers that the patients match: {prefix}",
                    "numbers",
                    **_BOOK,
                ),
            )
        return numbers


def _shown(item: CheckResult) -> str:
    """Return what was computed where the article prints another number, as tables show it."""
    if isinstance(item.value, str):
        return item.computed
    shown = item.computed.replace("-", "−")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
