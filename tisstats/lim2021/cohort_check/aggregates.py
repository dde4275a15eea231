"""Every published aggregate that patients give, computed from them under its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import numpy as np

from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check.characteristics import Table1
from tisstats.lim2021.cohort_check.counts import (
    COUNTS,
    Facts,
    SeriousEvent,
    count_of,
    first_reached,
    serious,
)
from tisstats.measures.scales import SCALES
from tisstats.trial.analysis import Analysis
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.samples import TIMES, p_value, quantile, sample
from tisstats.trial.scoring import analyse
from tisstats.trial.tables import Trial

Value = Fraction | float | str | None
"""A count, percentage or quantile exactly; a P value; a text; None where there is none."""

#: Files of published facts that patients can give, whole or in part.
FILES = ("table1", "table2", "flow", "response", "safety", "serious_adverse_events")

#: Columns of a fact that describe it and are not compared.
_DESCRIPTIVE = ("quantity", "unit", "place")

#: Addresses that no patients in a package can give, and why.
_SCREENING = "a package holds the patients who were included, not those who were screened"
_BEYOND_PATIENTS = {
    "flow.screened": _SCREENING,
    "flow.reason_immunosuppressants": _SCREENING,
    "flow.reason_minimal_disability": _SCREENING,
    "flow.reason_duration": _SCREENING,
}
_NOT_PRINTED = "the article prints nothing here"

_FIRST_BY = "response.moderate_week_"
_AFTER = re.compile(r"response\.responders_after_week_(\d+)")


@dataclass(frozen=True)
class Addresses:
    """The addresses of the published aggregates: those that are computed, and the others."""

    published: Published  #: where they stand

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
    def uncovered(self) -> Mapping[str, str]:
        """Address to the reason why no patients can give it."""
        reasons = {}
        for address in self.every:
            if address in _BEYOND_PATIENTS:
                reasons[address] = _BEYOND_PATIENTS[address]
            elif not self.published.text(address):
                reasons[address] = _NOT_PRINTED
        return reasons

    @cached_property
    def covered(self) -> tuple[str, ...]:
        """Every address that is computed."""
        return tuple(address for address in self.every if address not in self.uncovered)

    @cached_property
    def facts(self) -> Facts:
        """What the counts need of the design."""
        return Facts.read(self.published)

    @cached_property
    def first_weeks(self) -> tuple[int, ...]:
        """Weeks by which the article tells first improvements, ascending."""
        names = [address for address in self.every if address.startswith(_FIRST_BY)]
        return tuple(sorted(int(name.removeprefix(_FIRST_BY)) for name in names))


@cache
def study_addresses() -> Addresses:
    """Give the addresses of the study's own published facts, read once."""
    return Addresses(Published.read())


def aggregates(
    trial: Trial | Analysis,
    published: Published | None = None,
    *,
    interpretation: Interpretation | None = None,
) -> dict[str, Value]:
    """Compute every published aggregate from a trial's patients.

    Parameters
    ----------
    trial
        The trial, or its analysis, whose own interpretation then holds.
    published
        The published facts; by default the study's. They say which aggregates there are and what
        the design was; what they print of an aggregate is not looked at.
    interpretation
        How outcomes are read where the article leaves a choice.

    Returns
    -------
    dict
        Address to value: a `Fraction` for counts, percentages (0 to 100) and quantiles, a float
        for P values, text for what a serious adverse event was, None where these patients have
        no such number. A count that depends on what is missing is told by its limits in words,
        such as "8 to 9, unknown of 1". Addresses are those of `Published`.

    Raises
    ------
    ValueError
        If an analysis and an interpretation are given.
    """
    if isinstance(trial, Analysis):
        if interpretation is not None:
            raise ValueError("interpretation must be left out with an analysis: it has its own")
        analysis = trial
    else:
        analysis = analyse(trial, interpretation)
    return compute(analysis, study_addresses() if published is None else Addresses(published))


def compute(analysis: Analysis, addresses: Addresses) -> dict[str, Value]:
    """Compute every covered address from an analysis."""
    values: dict[str, Value] = {}
    values |= _table1(analysis, addresses)
    values |= _table2(analysis)
    values |= _counts(analysis, addresses)
    values |= _serious_events(analysis, addresses)
    missing = [address for address in addresses.covered if address not in values]
    if missing:
        raise ValueError(f"published holds addresses that are not known: {', '.join(missing)}")
    return {address: values[address] for address in addresses.covered}


def _table1(analysis: Analysis, addresses: Addresses) -> dict[str, Value]:
    table = Table1(analysis.analysed, analysis.interpretation.quantiles)
    return {
        address: table.number(*address.split(".")[1:])
        for address in addresses.covered
        if address.startswith("table1.")
    }


def _table2(analysis: Analysis) -> dict[str, Value]:
    chosen = analysis.interpretation
    values: dict[str, Value] = {}
    for measure in SCALES:
        for time in TIMES:
            known = sample(analysis, measure, time)
            ordered = np.sort(known)
            for statistic in ("median", "q1", "q3"):
                at = f"table2.{measure}.{time}.{statistic}"
                values[at] = quantile(ordered, statistic, chosen.quantiles)
            if time == "change":
                values[f"table2.{measure}.change.p"] = p_value(known, chosen)
    return values


def _counts(analysis: Analysis, addresses: Addresses) -> dict[str, Value]:
    counts = {address: count(analysis, addresses.facts) for address, count in COUNTS.items()}
    before = 0
    for week in addresses.first_weeks:
        counts[f"{_FIRST_BY}{week}"] = count_of(first_reached(analysis, before, week))
        before = week
    for address in addresses.covered:
        if match := _AFTER.fullmatch(address):
            counts[address] = count_of(first_reached(analysis, int(match[1]), np.inf))
    return {
        address: Fraction(count) if isinstance(count, int) else count
        for address, count in counts.items()
    }


def _serious_events(analysis: Analysis, addresses: Addresses) -> dict[str, Value]:
    """Tell of each printed event what the patients' own event of that description is."""
    left = serious(analysis)
    values: dict[str, Value] = {}
    for printed in addresses.published.tables["serious_adverse_events"].to_dict("records"):
        stem = f"serious_adverse_events.{printed['event']}"
        what = plain(printed["what"])
        found = next((event for event in left if plain(event.what) == what), None)
        if found is not None:
            left.remove(found)
        values |= {f"{stem}.{name}": value for name, value in _told(found).items()}
    return values


def _told(event: SeriousEvent | None) -> dict[str, Value]:
    """Say what an event was in the columns of the published facts."""
    if event is None:
        return dict.fromkeys(("patient", "subtype", "what", "week", "treatment_related"))
    return {
        "patient": "patient with ovarian cancer" if event.ovarian else "another patient",
        "subtype": event.subtype,
        "what": event.what,
        "week": None if event.week is None else Fraction(event.week),
        "treatment_related": event.treatment_related,
    }


def plain(text: object) -> str:
    """Strip what does not matter of a text: case and spaces.

    >>> plain(" Pulmonary  embolism") == plain("pulmonary embolism")
    True
    """
    return " ".join(str(text).split()).casefold()
