"""The printed numbers as whole numbers: what a cohort's quartiles, P values and counts must be.

Measures are counted in steps of their scale (tenths of a centimetre, eighths of a HAQ point), so
that everything after this module is exact arithmetic on integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cache

from tisstats.forensics.paired_rows import PrintedRow
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Table2Row

#: The outcome measures by their index in an array, in the order of Table 2.
Measure = IntEnum(
    "Measure",
    "PHYSICIAN PATIENT MMT HAQ CK EXTRAMUSCULAR MRC_SUM DELTOID BICEPS PSOAS SWALLOWING MRS EQ_VAS",
    start=0,
)

#: Names of the outcome measures in the same order; the first six are the core set.
MEASURES = tuple(SCALES)
CORE = 6

#: Measures of muscle force by dynamometry.
FORCES = ("deltoid", "biceps", "psoas")
SUBTYPES = ("dm", "imnm", "nm_om", "ass")

#: Addresses of the numbers of patients whom the text singles out.
DRUG_PATIENTS = {
    drug: f"claims.results.{drug}_patient" for drug in ("prednisolone", "methotrexate")
}
DISCUSSION_PATIENT = "claims.discussion.added_patient"


@dataclass(frozen=True)
class Targets:
    """Everything printed that a cohort must meet."""

    rows: Mapping[str, PrintedRow]  #: Table 2 by measure
    quartiles: Mapping[str, Mapping[str, PrintedQuartiles]]  #: of Table 1, by column and group
    single: Mapping[str, int]  #: the same columns, of the only patient with ASS
    counts: Mapping[str, int]  #: whole numbers by address
    texts: Mapping[str, str]  #: what was reported of serious adverse events, by address

    @classmethod
    def read(cls, published: PublishedFacts | None = None) -> Targets:
        """Read the targets from the published facts, by default those of the study.

        Examples
        --------
        >>> targets = Targets.read()
        >>> first = targets.rows["mmt"].quartiles["change"][0]
        >>> first.rank, first.low, first.high
        (5, -7, -7)
        """
        facts = PublishedFacts.read() if published is None else published
        counts = _counts(facts)
        patients = {group: counts[f"table1.patients.{group}.n"] for group in ("all", *SUBTYPES)}
        quartiles = {
            name: {
                group: _quartiles(facts, f"table1.{name}.{group}", patients[group])
                for group in ("all", *SUBTYPES[:-1])
            }
            for name in ("age_at_onset", "disease_duration")
        }
        return cls(
            {measure: Table2Row.read(facts, measure, "spss").paired_only() for measure in MEASURES},
            quartiles,
            {name: facts.count(f"table1.{name}.ass.value") for name in quartiles},
            counts,
            _texts(facts),
        )

    @staticmethod
    @cache
    def of_study() -> Targets:
        """Return the targets of the study, read once."""
        return Targets.read()

    def count(self, address: str) -> int:
        """Return a printed whole number by its address."""
        return self.counts[address]


def _counts(facts: PublishedFacts) -> dict[str, int]:
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
    for address in (*DRUG_PATIENTS.values(), DISCUSSION_PATIENT):
        found[address] = facts.count(address)
    for event in facts.tables["serious_adverse_events"]["event"]:
        if facts.text(address := f"serious_adverse_events.{event}.week"):
            found[address] = facts.count(address)
    return found


def _texts(facts: PublishedFacts) -> dict[str, str]:
    return {
        f"serious_adverse_events.{event}.{column}": facts.text(
            f"serious_adverse_events.{event}.{column}"
        )
        for event in facts.tables["serious_adverse_events"]["event"]
        for column in ("what", "treatment_related", "subtype")
    }


def _quartiles(facts: PublishedFacts, stem: str, n: int) -> PrintedQuartiles:
    printed = {name: facts.printed(f"{stem}.{name}") for name in QUARTILES}
    return PrintedQuartiles.from_printed(printed, n, Fraction(1), "spss")
