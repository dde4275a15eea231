"""The printed numbers as whole numbers: what a cohort's quartiles, P values and counts must be.

Measures are counted in steps of their scale (tenths of a centimetre, eighths of a HAQ point), so
that everything after this module is exact arithmetic on integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor
from statistics import NormalDist

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.printed import PrintedNumber, prints_as

#: The outcome measures, in the order of Table 2; the first six are the core set.
MEASURES = tuple(SCALES)
CORE = 6
TIMES = ("baseline", "end", "change")
QUARTILES = ("q1", "median", "q3")
SUBTYPES = ("dm", "imnm", "nm_om", "ass")

#: Addresses of the numbers of patients whom the text singles out.
PREDNISOLONE = "claims.results.prednisolone_patient"
METHOTREXATE = "claims.results.methotrexate_patient"
ADDED = "claims.discussion.added_patient"

#: Quarters of a step: quartiles of 18, 8, 6 or 4 values lie between two of them.
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Quartile:
    """One printed quartile: (4 - part) x[order] + part x[order + 1] must lie from low to high."""

    order: int  #: order statistic, 1 for the least
    part: int  #: quarters of the way to the next one, 0 to 3
    low: int  #: least value that prints so, in quarters of a step
    high: int  #: greatest value that prints so, in quarters of a step


@dataclass(frozen=True, slots=True)
class PValue:
    """A printed P value as limits of the size of z: above `low`, at most `high`."""

    printed: PrintedNumber
    z_low: float
    z_high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One row of Table 2."""

    n: int  #: pairs
    quartiles: Mapping[str, tuple[Quartile, ...]]  #: three for each of `TIMES`
    p: PValue


@dataclass(frozen=True)
class Targets:
    """Everything printed that a cohort must meet."""

    rows: Mapping[str, Row]  #: Table 2 by measure
    ages: Mapping[str, tuple[Quartile, ...]]  #: by group: all and the subtypes with several
    durations: Mapping[str, tuple[Quartile, ...]]
    single: Mapping[str, int]  #: age_at_onset and disease_duration of the only patient with ASS
    counts: Mapping[str, int]  #: whole numbers by address
    texts: Mapping[str, str]  #: what was reported of serious adverse events, by address

    @classmethod
    def read(cls, published: Published | None = None) -> Targets:
        """Read the targets from the published facts, by default those of the study.

        Examples
        --------
        >>> targets = Targets.read()
        >>> targets.rows["mmt"].quartiles["change"][0]
        Quartile(order=5, part=0, low=-28, high=-28)
        """
        facts = Published.read() if published is None else published
        counts = _counts(facts)
        patients = {group: counts[f"table1.patients.{group}.n"] for group in ("all", *SUBTYPES)}
        grouped = {
            name: {
                group: _quartiles(facts, f"table1.{name}.{group}", patients[group], Fraction(1))
                for group in ("all", *SUBTYPES[:-1])
            }
            for name in ("age_at_onset", "disease_duration")
        }
        n, missing = patients["all"], counts["flow.psoas_missing"]
        rows = {
            measure: _row(facts, measure, n - missing * (measure == "psoas"))
            for measure in MEASURES
        }
        return cls(
            rows,
            grouped["age_at_onset"],
            grouped["disease_duration"],
            {name: facts.count(f"table1.{name}.ass.value") for name in grouped},
            counts,
            _texts(facts),
        )

    @staticmethod
    def study() -> Targets:
        """Return the targets of the study, read once."""
        return _study()

    def count(self, address: str) -> int:
        """Return a printed whole number by its address."""
        return self.counts[address]


@cache
def _study() -> Targets:
    return Targets.read()


def _counts(facts: Published) -> dict[str, int]:
    found = {}
    for file in ("flow", "response", "safety", "design"):
        for name in facts.tables[file]["id"]:
            if facts.value(f"{file}.{name}").denominator == 1:
                found[f"{file}.{name}"] = facts.count(f"{file}.{name}")
    for row in facts.tables["table1"].to_dict("records"):
        if row["statistic"] in ("n", "count"):
            address = f"table1.{row['characteristic']}.{row['group']}.{row['statistic']}"
            found[address] = facts.count(address)
    # Patients whom the text singles out by number.
    for address in (PREDNISOLONE, METHOTREXATE, ADDED):
        found[address] = facts.count(address)
    for event in facts.tables["serious_adverse_events"]["event"]:
        if facts.text(address := f"serious_adverse_events.{event}.week"):
            found[address] = facts.count(address)
    return found


def _texts(facts: Published) -> dict[str, str]:
    return {
        f"serious_adverse_events.{event}.{column}": facts.text(
            f"serious_adverse_events.{event}.{column}"
        )
        for event in facts.tables["serious_adverse_events"]["event"]
        for column in ("what", "treatment_related", "subtype")
    }


def _row(facts: Published, measure: str, n: int) -> Row:
    step = SCALES[measure].step
    quartiles = {time: _quartiles(facts, f"table2.{measure}.{time}", n, step) for time in TIMES}
    return Row(n, quartiles, _p_value(facts.printed(f"table2.{measure}.change.p")))


def _quartiles(facts: Published, stem: str, n: int, step: Fraction) -> tuple[Quartile, ...]:
    return tuple(
        quartile(facts.printed(f"{stem}.{name}"), n, at, step)
        for at, name in enumerate(QUARTILES, start=1)
    )


def quartile(printed: PrintedNumber, n: int, quarter: int, step: Fraction) -> Quartile:
    """Return which order statistics a printed quartile fixes, by the rule HAVERAGE of SPSS.

    Parameters
    ----------
    printed
        The printed quartile.
    n
        Number of values.
    quarter
        1, 2 or 3.
    step
        Smallest difference of values, in the printed unit.

    Examples
    --------
    >>> from tisstats.printed import parse
    >>> quartile(parse("141"), 18, 2, Fraction(1, 2))
    Quartile(order=9, part=2, low=1124, high=1131)
    """
    order, part = divmod((n + 1) * quarter, QUARTERS)
    fine = step / QUARTERS
    reach = Fraction(10) ** -printed.decimals
    value = Fraction(printed.value)
    around = range(floor((value - reach) / fine), ceil((value + reach) / fine) + 1)
    # An order statistic itself lies on the scale's steps, a value between two on quarters of them.
    fitting = [
        at for at in around if (part or at % QUARTERS == 0) and prints_as(at * fine, printed)
    ]
    if not fitting:
        raise ValueError(f"no value of {n} in steps of {step} prints as {printed.text}")
    return Quartile(order, part, fitting[0], fitting[-1])


def _p_value(printed: PrintedNumber) -> PValue:
    value, half = Fraction(printed.value), Fraction(1, 2) / 10**printed.decimals
    low, high = (Fraction(0), value) if printed.relation else (value - half, value + half)
    size = NormalDist()
    return PValue(
        printed,
        -size.inv_cdf(float(high) / 2),
        -size.inv_cdf(float(low) / 2) if low else float("inf"),
    )
