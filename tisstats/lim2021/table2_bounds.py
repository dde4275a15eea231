"""P values attainable given the printed changes of Table 2: computed, or read from a file.

They are attainable under assumptions, which `conditions` lists: the steps in which values were
recorded, the definition of quartiles, the test. The file has each row on the steps of its scale and
on those of `tisstats.lim2021.scales.FINER_STEPS`. Exact P values take minutes for the whole table,
so they are kept in the file, ``data/bounds/table2_p_ranges.csv``, made by
``tisstats bounds --p-values``.

A line applies only to the exact numbers that it was computed from, and after its samples have been
verified by arithmetic: that they have the printed quartiles, and P values equal to the limits.
That no P value lies beyond the limits under these assumptions is shown by the computation, which
enumerates all orders; tests repeat it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from math import isclose
from pathlib import Path
from typing import Final

from tisstats.errors import DataError
from tisstats.forensics.printed_quartiles import QUARTILES
from tisstats.forensics.signed_rank_range import Sample, SignedRankPRange, signed_rank_p_range
from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021.scales import FINER_STEPS, SCALES, describe_assumed_steps, with_unit
from tisstats.lim2021.table2_row import Table2Row, p_matches_print, quartiles_match
from tisstats.printed import matches_print, parse
from tisstats.statistics import signed_rank_test
from tisstats.statistics.quantiles import QuantileDefinition, parse_definition
from tisstats.tables.atomic import replacing

FILE = "table2_p_ranges.csv"

#: What is computed for each row: all asymptotic P values, all exact ones, and the exact ones of
#: those samples whose asymptotic P value rounds to the published one.
KINDS = ("asymptotic", "exact", "exact-given-printed")

#: The samples, each with the field of its P value.
_SAMPLES = {"sample_low": "low", "sample_high": "high", "sample_printed": "sample_pvalue"}

#: Before the name of a sample in the file: its values are nobody's, wherever the file is opened.
_SYNTHETIC = "synthetic_"


@dataclass(frozen=True, slots=True)
class AttainablePValues:
    """The attainable P values of a row of Table 2, given its printed changes.

    On the steps of the row, with its definition of quartiles; `conditions` lists the assumptions.
    """

    definition: QuantileDefinition  #: how quartiles were taken
    asymptotic: SignedRankPRange  #: as SPSS computes them
    exact: SignedRankPRange | None  #: None where they have not been computed
    exact_given_printed: SignedRankPRange | None  #: those where the asymptotic one is as printed


@dataclass(frozen=True, slots=True)
class DiscordantSample:
    """Synthetic changes consistent with the printed values but significant by only one test."""

    changes: Sample  #: in the unit of the scale
    asymptotic: float  #: asymptotic P value, which rounds to the published one
    exact: float  #: exact P value, on the other side of alpha


@dataclass(frozen=True)
class MeasurePValues:
    """The P values of one measure that are attainable given its printed changes."""

    measure: str  #: name of the scale
    printed: str  #: P value as printed
    alpha: float  #: significance level, 0 to 1: P values below it are called significant
    ranges: AttainablePValues  #: on the steps of the scale
    finer: AttainablePValues | None  #: on finer steps; None if the measure has none

    @property
    def on_finest_steps(self) -> MeasurePValues:
        """The same on the finest steps; unchanged if there are no finer ones."""
        return replace(self, ranges=self.finer or self.ranges)

    @property
    def straddles_alpha(self) -> bool:
        """Whether asymptotic P values on both sides of alpha are attainable."""
        limits = p_limits(self.ranges.asymptotic)
        return limits is not None and limits[0] < self.alpha <= limits[1]

    @cached_property
    def discordant_sample(self) -> DiscordantSample | None:
        """Changes whose P rounds to the published one, significant by only one of the two tests."""
        found = self.ranges.exact_given_printed
        for sample in () if found is None else (found.sample_low, found.sample_high):
            if sample is None:
                continue
            asymptotic, exact = (
                signed_rank_test([float(value) for value in sample], method=method).pvalue
                for method in ("asymptotic", "exact")
            )
            if (asymptotic < self.alpha) != (exact < self.alpha):
                return DiscordantSample(sample, asymptotic, exact)
        return None


def finer_row(row: Table2Row) -> Table2Row | None:
    """Return the row on the finer steps of its measure; None if it has none."""
    known = FINER_STEPS.get(row.measure)
    return None if known is None else replace(row, finer=known.step)


def attainable_ranges(row: Table2Row) -> AttainablePValues:
    """Return the attainable P values of a row: from the file if it has them, or computed.

    Exact ones are read, not computed here.
    """
    asymptotic, exact, given_printed = (_read_range(row, kind) for kind in KINDS)
    return AttainablePValues(
        row.definition, asymptotic or compute(row, "asymptotic"), exact, given_printed
    )


def attainable_p(
    published: PublishedFacts, *, quantile_definition: str | int = "spss"
) -> list[MeasurePValues]:
    """Return the attainable P values of each measure, given its printed changes.

    Parameters
    ----------
    published
        The published facts.
    quantile_definition
        How the article's quartiles are taken to have been computed; R's types may come as text.
        Exact P values are stored only for that of SPSS.
    """
    rule = parse_definition(quantile_definition, "quantile_definition")
    alpha = float(published.value("design.significance_level"))
    found = []
    for measure in SCALES:
        row = Table2Row.read(published, measure, rule)
        on_finer = None if (finest := finer_row(row)) is None else attainable_ranges(finest)
        found.append(MeasurePValues(measure, row.p, alpha, attainable_ranges(row), on_finer))
    return found


#: Names of the definitions of quartiles that are not types of R.
_RULES: Final[Mapping[object, str]] = {"spss": "HAVERAGE (SPSS)", "tukey-hinges": "Tukey's hinges"}


def p_conditions(
    published: PublishedFacts, attainable: Sequence[MeasurePValues]
) -> tuple[str, ...]:
    """List the conditions of the attainable P values of the table."""
    (rule,) = {each.ranges.definition for each in attainable}
    patients, missing = published.count("flow.analysed"), published.count("flow.psoas_missing")
    return (
        f"{patients} changes, {patients - missing} for the psoas",
        describe_assumed_steps(),
        f"quartiles by {_RULES.get(rule, f'type {rule} of R')}, halves rounded away from zero",
        "two-sided, zeros dropped, no continuity correction",
    )


def p_limits(found: SignedRankPRange | None) -> tuple[float, float] | None:
    """Return the smallest and the largest P value; None if none is known or possible."""
    if found is None or found.low is None or found.high is None:
        return None
    return found.low, found.high


@lru_cache(maxsize=64)
def compute(
    row: Table2Row, kind: str, report: Callable[[str], None] | None = None
) -> SignedRankPRange:
    """Compute one of `KINDS` for a row; `report` is called with lines of progress."""
    return signed_rank_p_range(
        *row.change,
        row.pairs,
        row.step,
        *row.limits("change"),
        definition=row.definition,
        method=kind.partition("-")[0],
        printed_p=row.p,
        asymptotic_p=row.p if kind == "exact-given-printed" else None,
        report=report,
    )


def conditions(row: Table2Row) -> tuple[str, ...]:
    """List the conditions of the attainable P values of a row."""
    scale = row.scale
    ends = "of at least 0" if scale.high is None else f"from {scale.low} to {scale.high}"
    rule = "HAVERAGE (SPSS)" if row.definition == "spss" else f"definition {row.definition}"
    return (
        f"{row.pairs} changes between values {ends} in steps of {with_unit(row.step, scale.unit)}"
        + (" (assumed)" if scale.step_is_assumed else ""),
        f"quartiles of the changes as printed, by {rule}, halves rounded away from zero",
        "two-sided signed-rank test with zeros dropped and without continuity correction",
    )


def _key(row: Table2Row, kind: str) -> dict[str, str]:
    """Return the input of a line of the file, by column."""
    quartiles = [text.replace("–", "-") for text in row.change]
    _, widest = row.limits("change")
    return {
        "measure": row.measure,
        "n": str(row.pairs),
        "step": str(row.step),
        **dict(zip(QUARTILES, quartiles, strict=True)),
        "widest_change": "" if widest is None else str(widest),
        "definition": str(row.definition),
        "printed_p": row.p,
        "kind": kind,
    }


@cache
def _file() -> list[dict[str, str]]:
    try:
        path = data_directory("bounds") / FILE
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except (DataError, FileNotFoundError):
        return []


@lru_cache(maxsize=256)
def _read_range(row: Table2Row, kind: str) -> SignedRankPRange | None:
    key = _key(row, kind)
    line = next((line for line in _file() if key.items() <= line.items()), None)
    if line is None:
        return None
    found = SignedRankPRange(
        low=float(line["low"]),
        high=float(line["high"]),
        printed_p_attainable=line["printed_p_attainable"] == "true",
        sample_pvalue=float(line["sample_pvalue"]) if line["sample_pvalue"] else None,
        method=kind.partition("-")[0],
        proof_note=line["proof_note"],
        **{name: _sample(line[_SYNTHETIC + name]) for name in _SAMPLES},
    )
    return found if samples_verified(found, row, kind) else None


def samples_verified(found: SignedRankPRange, row: Table2Row, kind: str) -> bool:
    """Test whether the samples of a range have the printed quartiles and their P values."""
    printed = found.sample_pvalue
    if found.printed_p_attainable is not (
        printed is not None and matches_print(printed, parse(row.p))
    ):
        return False
    for name, column in _SAMPLES.items():
        sample, pvalue = getattr(found, name), getattr(found, column)
        if sample is None and pvalue is None:
            continue
        if sample is None or pvalue is None or not _sample_valid(sample, pvalue, row, kind):
            return False
    return True


def _sample_valid(sample: Sample, pvalue: float, row: Table2Row, kind: str) -> bool:
    changes = [float(value) for value in sample]
    _, widest = row.limits("change")
    return (
        all((value / row.step).denominator == 1 for value in sample)
        and (widest is None or max(map(abs, sample)) <= widest)
        and quartiles_match(sample, row, "change")
        and isclose(
            signed_rank_test(changes, method=kind.partition("-")[0]).pvalue, pvalue, rel_tol=1e-9
        )
        and (kind != "exact-given-printed" or p_matches_print(sample, row.p))
    )


def _sample(text: str) -> Sample | None:
    return tuple(map(Fraction, text.split())) if text else None


def write_p_ranges(published: PublishedFacts, path: Path, report: Callable[[str], None]) -> None:
    """Compute every line of the file and write it.

    Parameters
    ----------
    published
        The printed numbers.
    path
        The file.
    report
        Called with each line of progress.
    """
    rows = [Table2Row.read(published, measure, "spss") for measure in SCALES]
    lines = []
    for row in filter(None, (row for each in rows for row in (each, finer_row(each)))):
        for kind in KINDS:
            found = compute(row, kind, report)
            if found.low is None or found.high is None:
                raise ValueError(f"{row.measure}: {found.proof_note}")
            samples = {_SYNTHETIC + name: getattr(found, name) for name in _SAMPLES}
            lines.append(
                {
                    **_key(row, kind),
                    "low": repr(found.low),
                    "high": repr(found.high),
                    "printed_p_attainable": str(found.printed_p_attainable).lower(),
                    "sample_pvalue": "" if (p := found.sample_pvalue) is None else repr(p),
                    **{name: " ".join(map(str, sample or ())) for name, sample in samples.items()},
                    "proof_note": found.proof_note,
                }
            )
            report(f"{row.measure}, steps of {row.step}: {kind}")
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
