"""The worked page "Score your own data": from a messy export to a manuscript table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.chapters.page import Markdown, Rows, described, table
from tisstats.chapters.parameters import Parameters
from tisstats.chapters.result_facts import (
    COUNT_PERCENTAGE,
    LABEL,
    QUARTILES,
    VALUE,
    WORDS,
    Facts,
    counted,
)
from tisstats.chapters.trial_report.method_wording import describe_signed_rank
from tisstats.datapackage import STUDY
from tisstats.errors import DataError
from tisstats.ledger.published import data_directory
from tisstats.measures.ranges import ARGUMENTS_OF
from tisstats.printed import format_rounded
from tisstats.sentences import capitalised
from tisstats.trial import summaries
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_schema import study_schema
from tisstats.trial.study_wording import scale_notes

MAPPING = "mapping.toml"
_EXPORT = "messy_export"
_VISITS = "synthetic_visits_export.csv"

#: Lines of the export that the page shows.
_SHOWN = 5


@dataclass(frozen=True)
class OwnData(Parameters):
    """The page on the export of a made-up study."""

    patients_shown: int  #: patients whose scores are listed, at least 1

    @property
    def folder(self) -> Path:
        """The folder of the export."""
        return data_directory(_EXPORT)

    @cached_property
    def data(self) -> StudyData:
        """The study, read through its mapping."""
        return StudyData.read(self.folder, self.folder / MAPPING)

    @property
    def label(self) -> str:
        """Label of every table made from the rows."""
        return "Synthetic patients: not real patients"

    def export_text(self) -> Markdown:
        """Return the first lines of the export, as they stand in the file."""
        text = (self.folder / _VISITS).read_text(encoding=self.data.study.files.encoding)
        return _code("none", "\n".join(text.splitlines()[:_SHOWN]))

    def description_text(self) -> Markdown:
        """Return the description of the study."""
        return _code("toml", (self.folder / STUDY).read_text(encoding="utf-8").strip())

    def mapping_text(self) -> Markdown:
        """Return the mapping."""
        return _code("toml", (self.folder / MAPPING).read_text(encoding="utf-8").strip())

    @cached_property
    def faults(self) -> list[str]:
        """What the check says of the export if the codes of missing values are not declared."""
        text = (self.folder / STUDY).read_text(encoding="utf-8")
        given = _without_missing_codes(text)
        from tisstats.tables import read_mapping
        from tisstats.trial.study_tables import read_study_tables

        study = Study.from_mapping(given)
        mapping = read_mapping(self.folder / MAPPING)
        try:
            StudyData.from_tables(study, read_study_tables(study, self.folder, mapping))
        except DataError as error:
            return [_within(str(fault), self.folder) for fault in error.faults]
        return []

    def fault_lines(self) -> Markdown:
        """Return the first of these lines."""
        return _code("text", "\n\n".join(self.faults[:_SHOWN]))

    @table(
        "Scores of the first patients, visit by visit",
        origin="{self.label}",
        columns={"Week": LABEL, "Total Improvement Score": Facts(VALUE, unit="points"), "*": WORDS},
    )
    def scores(self) -> Rows:
        """Return the score of each visit of the first patients."""
        analysis = self.data.analysis
        first = analysis.patients["patient_id"].head(self.patients_shown)
        for visit in analysis.visits.to_dict("records"):
            if visit["patient_id"] in set(first):
                score, response = visit["tis"], visit["response"]
                yield {
                    "Patient": visit["patient_id"],
                    "Week": f"{visit['week']:g}",
                    **_scored(score, response, baseline=visit["week"] <= 0),
                }

    @table(
        "Baseline characteristics by arm, median (quartiles) or n (%)",
        notes={"": "A count from a to b: without, and with, the patients in whom it is unknown."},
        origin="{self.label}",
        columns={
            "Characteristic": WORDS,
            "*": Facts(
                COUNT_PERCENTAGE
                + " | "
                + QUARTILES
                + " | {count} | {lowest count} to {highest count} ({unknown} unknown)",
                unit="@row unit",
                method="quartiles by definition {self.data.study.analysis.quantile_definition}",
                group="@column",
            ),
        },
    )
    def baseline(self) -> pd.DataFrame:
        """Return the table of baseline characteristics."""
        return summaries.table1(self.data.analysis)

    @table(
        "Outcome measures of the first arm: median (quartiles)",
        notes={
            "": "Quartiles by definition {self.data.study.analysis.quantile_definition}.",
            "n": "Patients with both values.",
            "End": "Last assessment.",
            "P": "{self.test}.",
        },
        origin="{self.label}",
        columns={
            "Outcome measure": WORDS,
            "n": counted("Patients with both values", group="{self.first_arm}"),
            "P": Facts(
                "{P value}",
                method="{self.test_within_arm}",
                group="{self.first_arm}",
                n="@n",
            ),
            "*": Facts(
                QUARTILES,
                unit="@row unit",
                method="quartiles by definition {self.data.study.analysis.quantile_definition}",
                group="{self.first_arm}",
                n="@n",
            ),
        },
    )
    def outcome_measures(self) -> pd.DataFrame:
        """Return the table of outcome measures of the first arm."""
        return summaries.table2(self.data.arm(next(iter(self.data.study.arms))))

    @property
    def first_arm(self) -> str:
        """The label of the arm whose outcome measures are shown."""
        return next(iter(self.data.study.arms.values()))

    @property
    def test_within_arm(self) -> str:
        """The test of changes within an arm, in words."""
        return describe_signed_rank(self.data.study.analysis)

    @property
    def test(self) -> str:
        """The same as the beginning of a sentence."""
        return capitalised(self.test_within_arm)

    @table(
        "Keys of study.toml",
        collapsed=True,
        columns="keys of a description in words",
    )
    def keys(self) -> Rows:
        """Return every key of a description, with what it means and its default."""
        yield from _keys(study_schema())

    @described(
        {
            "patients": counted("Patients of the made-up study"),
            "visits": counted("Visits of the made-up study", "visits"),
            "sizes": WORDS,
            "scales": WORDS,
            "faults": counted(
                "Faults that the check finds if codes of missing values are not declared", "faults"
            ),
            "keys": counted("Keys of a description", "keys", origin="book"),
        },
        source="example",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        study, analysis = self.data.study, self.data.analysis
        sizes = {label: len(self.data.arm(name).patients) for name, label in study.arms.items()}
        return {
            "patients": len(analysis.patients),
            "visits": len(analysis.visits),
            "sizes": _describe_sizes(sizes),
            "scales": "; ".join(scale_notes(study).values()),
            "faults": len(self.faults),
            "shown": "All are shown:"
            if len(self.faults) <= _SHOWN
            else f"The first {_SHOWN} are shown:",
            "keys": sum(1 for _ in _keys(study_schema())),
        }


def _scored(score: float, response: object, *, baseline: bool) -> dict[str, str]:
    """Return score and response of a visit; at baseline there is no change to score."""
    if baseline:
        shown = ("–", "baseline")
    elif pd.isna(score):
        shown = ("not known", "not known")
    else:
        shown = (format_rounded(score, 1), str(response))
    return dict(zip(("Total Improvement Score", "Response"), shown, strict=True))


def _describe_sizes(sizes: Mapping[str, int]) -> str:
    """Return the patients of each arm as a sentence.

    >>> _describe_sizes({"Verum": 6, "Placebo": 6})
    'There are 6 patients in each arm.'
    >>> _describe_sizes({"Verum": 7, "Placebo": 6})
    'Patients by arm: Verum 7, Placebo 6.'
    """
    if len(sizes) > 1 and len(set(sizes.values())) == 1:
        return f"There are {next(iter(sizes.values()))} patients in each arm."
    return f"Patients by arm: {', '.join(f'{label} {size}' for label, size in sizes.items())}."


def _within(line: str, folder: Path) -> str:
    return line.replace(f"{folder}/", "")


def _code(language: str, text: str) -> Markdown:
    return Markdown(f"```{language}\n{text}\n```")


def _without_missing_codes(text: str) -> dict[str, Any]:
    import tomllib

    given = tomllib.loads(text)
    del given["files"]["missing_codes"]
    return given


def _keys(schema: Mapping[str, Any], before: str = "") -> Iterator[dict[Any, Any]]:
    """Yield a row for each key of a JSON Schema, at any depth."""
    for name, part in schema.get("properties", {}).items():
        key = f"{before}{name}"
        if "properties" in part:
            yield from _keys(part, f"{key}.")
            continue
        needed = name in schema.get("required", ())
        yield {
            "Key": key,
            "Meaning": part["description"],
            "Default": _needed(key) or ("required" if needed else _default(part)),
        }
        more = part.get("additionalProperties")
        if isinstance(more, Mapping) and "properties" in more:
            yield from _keys(more, f"{key}.NAME.")


def _needed(key: str) -> str:
    """Return with which core set a key is required; empty if it belongs to none, or has a default.

    Examples
    --------
    >>> _needed("measures.mmt_max"), _needed("measures.cmas_max")
    ('required with imacs', '')
    """
    section, _, name = key.partition(".")
    sets = [core_set for core_set, keys in ARGUMENTS_OF.items() if keys.get(name)]
    return f"required with {sets[0]}" if section == "measures" and sets else ""


def _default(part: Mapping[str, Any]) -> str:
    default = part.get("default", None)
    if default in (None, "", [], {}):
        return "none"
    return default if isinstance(default, str) else _as_toml(default)


def _as_toml(value: object) -> str:
    """Return a value as it is written in a description.

    Examples
    --------
    >>> _as_toml([{"mmt_percent": 20}, True, "mmt"])
    '[{ mmt_percent = 20 }, true, "mmt"]'
    """
    if isinstance(value, list):
        return f"[{', '.join(map(_as_toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_as_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
