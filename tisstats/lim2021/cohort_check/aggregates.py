"""Compute what patient-level data determine of the published aggregates, keyed by address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise

import numpy as np

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.cohort_check.checked_trial import CheckedTrial, Value, normalised
from tisstats.lim2021.patient_ids import article_number
from tisstats.lim2021.trial_description import (
    DESCRIPTION,
    associated_only,
    no_specific_antibody,
    seronegative,
)
from tisstats.trial import samples
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, ThreeValued, equals

#: Files of published facts that are computed from patient-level data, in whole or in part.
FILES = ("table1", "table2", "flow", "response", "safety", "serious_adverse_events")

#: The group of all patients, as addresses name it.
_EVERYBODY = "all"

#: Columns of a fact that describe it and are not compared.
_DESCRIPTIVE = ("quantity", "unit", "place")

#: Addresses that are not computable from the patients in a package, and why.
_NOT_FROM_PATIENT_DATA = dict.fromkeys(
    (
        "flow.screened",
        "flow.reason_immunosuppressants",
        "flow.reason_minimal_disability",
        "flow.reason_duration",
    ),
    "a package contains included patients only, not screened ones",
)
_NOT_PRINTED = "not reported in the article"

#: Responses counted by the week up to which they were first, or after which.
_BY = re.compile(r"response\.moderate_week_(\d+)")
_AFTER = re.compile(r"response\.responders_after_week_(\d+)")

#: Columns of a printed serious adverse event.
_OF_EVENT = ("patient", "subtype", "what", "week", "treatment_related")


Count = Callable[[CheckedTrial], Mask | ThreeValued | int | float | str | None]
"""The patients counted, or their number; None where there is no such number."""

#: Counts of patients by one cell: address to the patients counted, a column, and its text.
_BY_CELL = {
    **{f"flow.included_{name}": ("included", "subtype", name) for name in DESCRIPTION.groups},
    "flow.treated_before_prednisolone": ("included", "prior_immunosuppressant", "prednisolone"),
    "flow.treated_before_methotrexate": ("included", "prior_immunosuppressant", "methotrexate"),
    "safety.ovarian_cancer": ("included", "cancer_in_follow_up", "ovarian"),
    "flow.ctd_mixed": ("analysed", "connective_tissue_disorder", "mixed"),
    "flow.ctd_sjogren": ("analysed", "connective_tissue_disorder", "sjogren"),
    "flow.ctd_systemic_sclerosis": (
        *("analysed", "connective_tissue_disorder", "systemic_sclerosis"),
    ),
    "safety.stopped_for_adverse_event": ("analysed", "end_reason", "adverse_event"),
}


def _treated_before(trial: CheckedTrial) -> Mask:
    """Return who had prior immunosuppressants; an empty cell counts as no."""
    before = trial.included["prior_immunosuppressant"]
    return np.array([drug not in ("none", "") for drug in before], dtype=bool)


def _only(found: list[int | float | None]) -> int | float | None:
    return found[0] if len(found) == 1 else None


def _continued_treatment(trial: CheckedTrial) -> ThreeValued:
    """Return patients who continued without further improvement after the decision week."""
    analysis = trial.analysis
    improved = analysis.improved_after(trial.decision_week)
    return trial.amended_eligible() & ~analysis.discontinued() & ~improved


def _lost_on_maintenance(trial: CheckedTrial) -> ThreeValued:
    """Return patients who lost their improvement on maintenance doses before the amendment."""
    given = trial.analysis.treatments
    dose = trial.published.count("design.maintenance_dose")
    maintained = np.abs(given["dose_g_per_kg"] - dose) < 1e-9
    on_it = np.isin(trial.analysed["patient_id"], given["patient_id"][maintained])
    return trial.analysis.lost_minimal_response() & (on_it & ~trial.after_amendment())


def _discussion_added(trial: CheckedTrial) -> int | str:
    """Count the patients added in the discussion: excluded, and not minimally improved."""
    excluded = trial.published.count("flow.excluded_patient")
    return (~trial.analysis.minimal_responders() & trial.is_added()).format_count(
        more=int(excluded in [article_number(name) for name in trial.excluded_ids])
    )


#: Counts that depend on the article's patient numbers, or on its order of inclusion.
OF_NUMBERED = frozenset(
    {
        "flow.excluded_patient",
        "response.deteriorated_after_maintenance",
        "response.amended_eligible",
        "response.amended_stopped",
        "response.amended_continued",
        "response.discussion_added",
    }
)

#: Every count of the text that is computed from patients, by its published address.
COUNTS: dict[str, Count] = {
    **{
        address: lambda trial, who=who, cell=cell: equals(  # type: ignore[misc]
            getattr(trial, who), *cell
        )
        for address, (who, *cell) in _BY_CELL.items()
    },
    "flow.included": lambda trial: len(trial.included["patient_id"]),
    "flow.excluded_from_analysis": lambda trial: len(trial.excluded_ids),
    "flow.excluded_patient": lambda trial: _only([article_number(i) for i in trial.excluded_ids]),
    "flow.analysed": lambda trial: len(trial.analysed["patient_id"]),
    "flow.treated_before": _treated_before,
    "flow.msa_positive": lambda trial: ~no_specific_antibody(trial.analysed),
    "flow.maa_only": lambda trial: associated_only(trial.analysed),
    "flow.no_antibodies": lambda trial: seronegative(trial.analysed),
    "flow.msa_multiple": lambda trial: sum(";" in cell for cell in trial.analysed["msa"]),
    "flow.psoas_missing": lambda trial: np.isnan(trial.analysis.baseline_thousandths("psoas")),
    "flow.ended_early": lambda trial: trial.analysis.discontinued(),
    "response.responders": lambda trial: trial.analysis.responders(),
    "response.non_responders": lambda trial: ~trial.analysis.responders(),
    "response.minimal": lambda trial: trial.analysis.minimal_responders(),
    "response.minimal_lost": lambda trial: trial.analysis.lost_minimal_response(),
    "response.deteriorated_after_maintenance": _lost_on_maintenance,
    "response.amended_eligible": CheckedTrial.amended_eligible,
    "response.amended_stopped": lambda trial: (
        trial.amended_eligible() & trial.analysis.discontinued()
    ),
    "response.amended_continued": _continued_treatment,
    "response.discussion_added": _discussion_added,
    "safety.serious_adverse_events": lambda trial: len(trial.analysis.serious_events),
    "safety.pulmonary_embolism": lambda trial: len(trial.embolisms),
    "safety.pulmonary_embolism_week": lambda trial: _only([e.week for e in trial.embolisms]),
    "safety.adverse_events_patients": lambda trial: np.isin(
        trial.analysed["patient_id"], trial.analysis.adverse_events["patient_id"]
    ),
    "safety.deterioration": lambda trial: trial.analysis.ever_worsened(),
    "safety.rescue_medication": lambda trial: trial.analysis.received_rescue(),
}


@dataclass(frozen=True)
class Addresses:
    """The addresses of the published aggregates: computable ones, and the others."""

    published: PublishedFacts  #: source of the addresses

    @cached_property
    def every(self) -> tuple[str, ...]:
        """Every address of `FILES`, in their order."""
        found = []
        for file in FILES:
            keys = list(self.published.keys[file])
            table = self.published.tables[file]
            others = [name for name in table.columns if name not in (*keys, *_DESCRIPTIVE)]
            for row in table.to_dict("records"):
                stem = ".".join([file, *(str(row[key]) for key in keys)])
                alone = others in (["printed"], ["value"])
                found += [stem] if alone else [f"{stem}.{name}" for name in others]
        return tuple(found)

    @cached_property
    def not_computable(self) -> Mapping[str, str]:
        """Address to the reason why it is not computable from patient-level data."""
        unprinted = [address for address in self.every if not self.published.text(address)]
        reasons = dict.fromkeys(unprinted, _NOT_PRINTED) | _NOT_FROM_PATIENT_DATA
        return {address: reasons[address] for address in self.every if address in reasons}

    @cached_property
    def computable(self) -> tuple[str, ...]:
        """Every address that is computed."""
        return tuple(address for address in self.every if address not in self.not_computable)


@cache
def study_addresses() -> Addresses:
    """Return the addresses of the study's own published facts, read once."""
    return Addresses(PublishedFacts.read())


def compute(trial: CheckedTrial, addresses: Addresses) -> dict[str, Value]:
    """Compute every computable address of a trial.

    Parameters
    ----------
    trial
        The trial, with the published facts. They say which aggregates there are and what the
        design was; the values printed for the aggregates are not used.
    addresses
        The addresses of these facts.

    Returns
    -------
    dict
        Address to value: a `Fraction` for counts, percentages (0 to 100) and quantiles, a float
        for P values, text for what a serious adverse event was, None where these patients have
        no such number. A count that depends on missing values is a text with its range,
        such as "8 to 9 (1 unknown)". Addresses are those of `PublishedFacts`.

    Raises
    ------
    ValueError
        If the published facts contain an unknown address.
    """
    values: dict[str, Value] = {
        **_table1(trial),
        **_table2(trial.analysis),
        **{address: _as_count(count(trial)) for address, count in COUNTS.items()},
        **_first_responses(trial.analysis, addresses),
        **_serious_events(trial),
    }
    if missing := [address for address in addresses.computable if address not in values]:
        raise ValueError(f"published must contain known addresses only, got {', '.join(missing)}")
    return {address: values[address] for address in addresses.computable}


def _table1(trial: CheckedTrial) -> dict[str, Value]:
    analysis = trial.analysis
    description, chosen = analysis.trial.description, analysis.options
    values: dict[str, Value] = {
        f"table1.patients.{group or _EVERYBODY}.n": Fraction(int(np.sum(members)))
        for group, members in samples.groups(trial.analysed, description).items()
    }
    cells = samples.baseline_statistics(trial.analysed, description, chosen.quantile_definition)
    for (characteristic, group), statistics in cells.items():
        stem = f"table1.{characteristic}.{group or _EVERYBODY}"
        values |= {f"{stem}.{name}": value for name, value in statistics.items()}
    return values


def _table2(analysis: Analysis) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for measure in analysis.trial.description.measures:
        for time in samples.TIMES:
            known = samples.measure_sample(analysis, measure, time)
            for statistic, value in samples.quartiles(
                known, analysis.options.quantile_definition
            ).items():
                values[f"table2.{measure}.{time}.{statistic}"] = value
        # The change is the last of `TIMES`.
        values[f"table2.{measure}.change.p"] = samples.signed_rank_pvalue(known, analysis.options)
    return values


def _as_count(found: Mask | ThreeValued | int | float | str | None) -> Fraction | str | None:
    if isinstance(found, ThreeValued | np.ndarray):
        found = ThreeValued.from_mask(found).format_count()
    return Fraction(found) if isinstance(found, int | float) else found


def _first_responses(analysis: Analysis, addresses: Addresses) -> dict[str, Value]:
    """Count the first improvements by the week from which the article counts them."""
    by_week = {int(match[1]): name for name in addresses.every if (match := _BY.fullmatch(name))}
    spans = {by_week[until]: (since, until) for since, until in pairwise([0, *sorted(by_week)])} | {
        address: (int(match[1]), np.inf)
        for address in addresses.every
        if (match := _AFTER.fullmatch(address))
    }
    return {address: _as_count(analysis.first_reached(*span)) for address, span in spans.items()}


def _serious_events(trial: CheckedTrial) -> dict[str, Value]:
    """Describe the event of these patients that matches each printed event."""
    ovarian = trial.included["patient_id"][equals(trial.included, "cancer_in_follow_up", "ovarian")]
    left = list(trial.analysis.serious_events)
    values: dict[str, Value] = {}
    printed = trial.published.tables["serious_adverse_events"]
    for number, description in zip(printed["event"], printed["what"], strict=True):
        what = normalised(description)
        event = next((event for event in left if normalised(event.what) == what), None)
        found: dict[str, Value] = dict.fromkeys(_OF_EVENT)
        if event is not None:
            left.remove(event)
            found |= {name: getattr(event, name) for name in ("what", "treatment_related")}
            found["subtype"] = event.group
            found["patient"] = (
                "patient with ovarian cancer" if event.patient_id in ovarian else "another patient"
            )
            found["week"] = None if event.week is None else Fraction(event.week)
        stem = f"serious_adverse_events.{number}"
        values |= {f"{stem}.{name}": value for name, value in found.items()}
    return values
