"""Attainable P values of Table 2: computed, or read from ``data/bounds/table2_p_ranges.csv``.

They are attainable on conditions, which `conditions` names: the steps in which values were
recorded, the rule for quartiles, the test. The file has each row on the steps of its scale and on
those of `tisstats.lim2021.finer_steps`. Exact P values take minutes for the whole table, so they
are kept in the file, made by ``tisstats bounds --table2-p``.

A line counts only for the very numbers that it was computed from, and after its samples have been
checked by arithmetic: that they have the printed quartiles, and the P values that are the limits.
That nothing lies beyond the limits on these conditions is what the computation shows by going
through all orders; tests repeat it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import isclose
from pathlib import Path

from tisstats.errors import DataError
from tisstats.forensics.signed_rank_range import Sample, SignedRankPRange, signed_rank_p_range
from tisstats.ledger.published import Published, data_directory
from tisstats.lim2021.finer_steps import FINER_STEPS, with_unit
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Row, have_quartiles, p_prints
from tisstats.printed import parse, prints_as
from tisstats.statistics import signed_rank_test
from tisstats.statistics.quantiles import Definition

FILE = "table2_p_ranges.csv"

#: What is computed of each row: all asymptotic P values, all exact ones, and the exact ones of
#: those samples whose asymptotic P value prints as published.
KINDS = ("asymptotic", "exact", "exact-of-printed")

#: Columns of the samples, each with the column of its P value.
_SAMPLES = {"witness_low": "low", "witness_high": "high", "witness_printed": "pvalue_printed"}


@dataclass(frozen=True, slots=True)
class PRanges:
    """The attainable P values of a row of Table 2, given its printed changes.

    On the steps of the row and by its rule for quartiles; `conditions` names all that they rest on.
    """

    definition: Definition  #: how quartiles were taken
    asymptotic: SignedRankPRange  #: as SPSS computes them
    exact: SignedRankPRange | None  #: None where they have not been computed
    exact_of_printed: SignedRankPRange | None  #: exact ones where the asymptotic one is as printed


def finer(row: Row) -> Row | None:
    """Return the row on the finer steps that its measure could have; None if it has none."""
    known = FINER_STEPS.get(row.measure)
    return None if known is None else replace(row, finer=known.step)


def p_ranges(row: Row) -> PRanges:
    """Return the attainable P values of a row: from the file if it has them, or computed.

    Exact ones are only read, never computed here.
    """
    asymptotic, exact, of_printed = (_recorded(row, kind) for kind in KINDS)
    return PRanges(row.definition, asymptotic or compute(row, "asymptotic"), exact, of_printed)


@lru_cache(maxsize=64)
def compute(row: Row, kind: str) -> SignedRankPRange:
    """Compute one of `KINDS` for a row."""
    widest = row.widest_change
    given = (*row.change, row.pairs, row.step, None if widest is None else -widest, widest)
    return signed_rank_p_range(
        *given,
        definition=row.definition,
        method=kind.partition("-")[0],
        printed_p=row.p,
        asymptotic_p=row.p if kind == "exact-of-printed" else None,
    )


def conditions(row: Row) -> tuple[str, ...]:
    """Name what the attainable P values of a row rest on."""
    scale = row.scale
    ends = "from 0 up" if scale.high is None else f"from {scale.low} to {scale.high}"
    rule = "HAVERAGE (SPSS)" if row.definition == "spss" else f"definition {row.definition}"
    return (
        f"{row.pairs} changes between values {ends} in steps of {with_unit(row.step, scale.unit)}"
        + (" (assumed)" if scale.step_is_assumed else ""),
        f"quartiles by {rule}, halves rounded away from zero",
        "two-sided signed-rank test with zeros dropped and without continuity correction",
    )


def _key(row: Row, kind: str) -> dict[str, str]:
    """Return what a line of the file was computed from, by column."""
    q1, median, q3 = (text.replace("–", "-") for text in row.change)
    return {
        "measure": row.measure,
        "n": str(row.pairs),
        "step": str(row.step),
        "q1": q1,
        "median": median,
        "q3": q3,
        "widest_change": "" if row.widest_change is None else str(row.widest_change),
        "definition": str(row.definition),
        "printed_p": row.p,
        "kind": kind,
    }


@lru_cache(maxsize=1)
def _file() -> list[dict[str, str]]:
    try:
        path = data_directory("bounds") / FILE
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    except (DataError, FileNotFoundError):
        return []


@lru_cache(maxsize=256)
def _recorded(row: Row, kind: str) -> SignedRankPRange | None:
    key = _key(row, kind)
    line = next((line for line in _file() if key.items() <= line.items()), None)
    if line is None:
        return None
    found = SignedRankPRange(
        low=float(line["low"]),
        high=float(line["high"]),
        inside=line["inside"] == "true",
        pvalue_printed=float(line["pvalue_printed"]) if line["pvalue_printed"] else None,
        method=kind.partition("-")[0],
        proof=line["proof"],
        **{name: _sample(line[name]) for name in _SAMPLES},
    )
    return found if holds(found, row, kind) else None


def holds(found: SignedRankPRange, row: Row, kind: str) -> bool:
    """Test whether the samples of a range have the printed quartiles and their P values."""
    printed = found.pvalue_printed
    if found.inside is not (printed is not None and prints_as(printed, parse(row.p))):
        return False
    for name, of in _SAMPLES.items():
        sample, pvalue = getattr(found, name), getattr(found, of)
        if sample is None and pvalue is None:
            continue
        if sample is None or pvalue is None or not _has(sample, pvalue, row, kind):
            return False
    return True


def _has(sample: Sample, pvalue: float, row: Row, kind: str) -> bool:
    changes = [float(value) for value in sample]
    widest = row.widest_change
    return (
        all((value / row.step).denominator == 1 for value in sample)
        and (widest is None or max(map(abs, sample)) <= widest)
        and have_quartiles(sample, row, "change")
        and isclose(
            signed_rank_test(changes, method=kind.partition("-")[0]).pvalue, pvalue, rel_tol=1e-9
        )
        and (kind != "exact-of-printed" or p_prints(sample, row.p))
    )


def _sample(text: str) -> Sample | None:
    return tuple(map(Fraction, text.split())) if text else None


def write_p_ranges(published: Published, path: Path, report: Callable[[str], None]) -> None:
    """Compute every line of the file and write it.

    Parameters
    ----------
    published
        The printed numbers.
    path
        The file.
    report
        Takes a line of progress.
    """
    rows = [Row.read(published, measure, "spss") for measure in SCALES]
    lines = []
    for row in (each for coarse in rows for each in (coarse, finer(coarse)) if each is not None):
        for kind in KINDS:
            lines.append(_line(row, kind))
            report(f"{row.measure}, steps of {row.step}: {kind}")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def _line(row: Row, kind: str) -> dict[str, str]:
    found = compute(row, kind)
    if found.low is None or found.high is None:
        raise ValueError(f"{row.measure}: {found.proof}")
    samples = {name: getattr(found, name) for name in _SAMPLES}
    return {
        **_key(row, kind),
        "low": repr(found.low),
        "high": repr(found.high),
        "inside": str(found.inside).lower(),
        "pvalue_printed": "" if found.pvalue_printed is None else repr(found.pvalue_printed),
        **{name: " ".join(map(str, sample or ())) for name, sample in samples.items()},
        "proof": found.proof,
    }
