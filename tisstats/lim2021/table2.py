"""Table 2, outcome measures: what can be checked of it, and the P values that its changes allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tisstats.forensics.signed_rank_range import SignedRankPRange, Witness
from tisstats.ledger.claim import Evaluation, Verdict
from tisstats.ledger.published import Published
from tisstats.lim2021.finer_steps import assumed_steps
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_bounds import PRanges, finer, p_ranges
from tisstats.lim2021.table2_row import Row
from tisstats.statistics import signed_rank_test

_FAILED = (Verdict.NOT_ATTAINABLE, Verdict.NOT_REPRODUCED)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Whether patients could have given the ten printed numbers of one measure."""

    measure: str  #: name of the scale
    quartiles: int  #: medians and quartiles that are printed
    possible: int  #: how many of them are possible
    p_fits: bool  #: whether P is possible and agrees with what the text calls significant
    together: bool  #: whether patient values were found that give all ten numbers at once

    @property
    def all_possible(self) -> bool:
        """Whether no number of the row is impossible by itself."""
        return self.p_fits and self.possible == self.quartiles


@dataclass(frozen=True, slots=True)
class ChangingSample:
    """Synthetic changes whose printed P value is significant by one of the two tests alone."""

    changes: Witness  #: in the unit of the scale
    asymptotic: float  #: asymptotic P value, which prints as published
    exact: float  #: exact P value, on the other side of the level


@dataclass(frozen=True)
class AttainableP:
    """The P values of one measure that its printed changes allow."""

    measure: str  #: name of the scale
    printed: str  #: P value as printed
    level: float  #: level of significance, 0 to 1: P values below it are called significant
    ranges: PRanges  #: on the steps of the scale
    finer: PRanges | None  #: on finer steps; None if the measure cannot have any

    @property
    def finest(self) -> AttainableP:
        """The same on the finest steps: a row without finer ones stays what it is."""
        return replace(self, ranges=self.finer or self.ranges)

    @property
    def on_both_sides(self) -> bool:
        """Whether asymptotic P values on both sides of the level are attainable."""
        limits = p_limits(self.ranges.asymptotic)
        return limits is not None and limits[0] < self.level <= limits[1]

    @cached_property
    def changing(self) -> ChangingSample | None:
        """Changes that print the published P, significant by one of the two tests alone."""
        found = self.ranges.exact_of_printed
        for sample in () if found is None else (found.witness_low, found.witness_high):
            if sample is None:
                continue
            asymptotic, exact = (
                signed_rank_test([float(value) for value in sample], method=method).pvalue
                for method in ("asymptotic", "exact")
            )
            if (asymptotic < self.level) != (exact < self.level):
                return ChangingSample(sample, asymptotic, exact)
        return None


def row_checks(evaluations: Sequence[Evaluation]) -> list[RowCheck]:
    """Summarise the verdicts of the ledger by row of the table.

    Parameters
    ----------
    evaluations
        Of all claims, by one rule of quartiles.
    """
    checks = []
    for measure in SCALES:
        mine = [item for item in evaluations if item.claim.id.startswith(f"table2.{measure}.")]
        (p_value,) = (item for item in mine if item.claim.kind == "P value")
        quartiles = [item for item in mine if item is not p_value]
        checks.append(
            RowCheck(
                measure,
                quartiles=len(quartiles),
                possible=sum(item.verdict not in _FAILED for item in quartiles),
                p_fits=p_value.verdict not in _FAILED,
                together=all(item.verdict is Verdict.ATTAINABLE for item in mine),
            )
        )
    return checks


def impossible_quartiles(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Return the medians and quartiles, of both tables, that no patients could have given."""
    return [
        item
        for item in evaluations
        if item.claim.kind in ("median", "quartile") and item.verdict in _FAILED
    ]


def attainable_p(
    published: Published, *, quantile_definition: str | int = "spss"
) -> list[AttainableP]:
    """Return the attainable P values of each measure, given its printed changes.

    Parameters
    ----------
    published
        The published facts.
    quantile_definition
        How the article's quartiles are taken to have been computed; R's types may come as text.
        Exact P values are at hand only for that of SPSS.
    """
    numbered = isinstance(quantile_definition, str) and quantile_definition.isdecimal()
    rule = int(quantile_definition) if numbered else quantile_definition
    level = float(published.value("design.significance_level"))
    found = []
    for measure in SCALES:
        row = Row.read(published, measure, rule)
        finer_row = finer(row)
        on_finer = None if finer_row is None else p_ranges(finer_row)
        found.append(AttainableP(measure, row.p, level, p_ranges(row), on_finer))
    return found


def p_conditions(published: Published, attainable: Sequence[AttainableP]) -> tuple[str, ...]:
    """Return what the attainable P values of the table rest on."""
    (rule,) = {each.ranges.definition for each in attainable}
    patients, missing = published.count("flow.analysed"), published.count("flow.psoas_missing")
    return (
        f"{patients} changes, of the psoas {patients - missing}",
        assumed_steps(),
        f"quartiles by {'HAVERAGE (SPSS)' if rule == 'spss' else f'rule {rule}'}, printed with "
        "halves away from zero",
        "zeros dropped, no continuity correction",
    )


def p_limits(found: SignedRankPRange | None) -> tuple[float, float] | None:
    """Return the least and the greatest P value; None if none is known or possible."""
    if found is None or found.low is None or found.high is None:
        return None
    return found.low, found.high
