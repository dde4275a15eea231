"""The pilot study described as a trial: measures, subtypes, Table 1, analysis options.

Synthetic cohorts are trials of this description. The columns of their data package are those of
``trial_package.json`` in this folder.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table1 import CHARACTERISTICS, GROUPS
from tisstats.printed import Number, round_to
from tisstats.trial import description
from tisstats.trial.columns import Columns, ThreeValued, is_true

#: Folder of the synthetic reference cohort, a data package of this description.
REFERENCE_FOLDER = "synthetic_reference_cohort"

#: Analysis options by which the article's outcomes are taken to have been computed.
OPTIONS = description.AnalysisOptions(
    horizon_week=9,
    quantile_definition="spss",
    end="last-assessment",
    zero_method="wilcox",
    pvalue_method="asymptotic",
    worsening="imacs",
)


def table_decimals(value: Number) -> int:
    """Return how many decimals the article's tables print: one below 10, none from 10 on.

    What rounds to 10.0 counts as 10.

    Examples
    --------
    >>> table_decimals(3.75), table_decimals(-7), table_decimals(9.96), table_decimals(-10.5)
    (1, 1, 0, 0)
    """
    return 1 if abs(round_to(value, 1)) < 10 else 0


def no_specific_antibody(patients: Columns) -> ThreeValued:
    """Return which patients have no myositis-specific antibody."""
    return description.has_value(patients, "msa", "none")


def seronegative(patients: Columns) -> ThreeValued:
    """Return which patients have neither myositis-specific nor myositis-associated antibodies."""
    return no_specific_antibody(patients) & ~is_true(patients, "maa")


def associated_only(patients: Columns) -> ThreeValued:
    """Return which patients have myositis-associated antibodies only."""
    return no_specific_antibody(patients) & is_true(patients, "maa")


def _characteristic(name: str, label: str) -> description.Characteristic:
    if name in ("age_at_onset", "disease_duration"):
        return description.Characteristic.quantity(label, name)
    if name.startswith("anti_"):
        return description.Characteristic.from_list(label, "msa", name)
    if name in _DERIVED:
        return description.Characteristic(label, _DERIVED[name])
    return description.Characteristic.flag(label, name)


#: Rows of Table 1 that are not columns of their own.
_DERIVED = {
    "females": lambda patients: description.has_value(patients, "sex", "female"),
    "connective_tissue_disorder": lambda patients: (
        ~description.has_value(patients, "connective_tissue_disorder", "none")
    ),
    "cancer": lambda patients: is_true(patients, "cancer_at_diagnosis"),
    "seronegative": seronegative,
    "maa_only": associated_only,
    "msa": lambda patients: ~no_specific_antibody(patients),
    "no_antibodies": seronegative,
}


@cache
def package() -> Any:
    """Return the description of a data package of the study's patients."""
    return json.loads(Path(__file__).with_name("trial_package.json").read_text(encoding="utf-8"))


#: The treatment under study.
TREATMENT = description.StudyTreatment(
    "ivig", "IVIg", "dose_g_per_kg", "g/kg", doses_label="Infusions"
)

DESCRIPTION = description.TrialDescription(
    measures=SCALES,
    groups={name: label for name, label in GROUPS.items() if name != "all"},
    characteristics={name: _characteristic(name, label) for name, label in CHARACTERISTICS.items()},
    treatment=TREATMENT,
    options=OPTIONS,
    decimals=table_decimals,
    p_decimals=2,
    columns={each["name"]: each["schema"]["fields"] for each in package()["resources"]},
    optional_columns=frozenset({"recent_statin"}),
)


def analysis_options(**choices: Any) -> description.AnalysisOptions:
    """Return the analysis options with some of them changed; see `AnalysisOptions`."""
    return replace(OPTIONS, **choices)
