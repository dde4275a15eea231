"""Attainable P values of Table 2: computed, or read from ``data/bounds/table2_p_ranges.csv``.

They are attainable on conditions, which `conditions` names: the steps in which values were
recorded, the rule for quartiles, the test. The file has each row on the steps of its scale and on
those of `tisstats.lim2021.finer_steps`. Exact P values take minutes for the whole table, so they
are kept in the file, made by::

    python -m tisstats.lim2021.table2_bounds

A line counts only for the very numbers that it was computed from, and after its samples have been
checked by arithmetic: that they have the printed quartiles, and the P values that are the limits.
That nothing lies beyond the limits on these conditions is what the computation shows by going
through all orders; tests repeat it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import isclose
from pathlib import Path

from tisstats.errors import DataError
from tisstats.forensics.signed_rank_range import (
    SignedRankPRange,
    Witness,
    exact_range_of_printed,
    signed_rank_p_range,
)
from tisstats.ledger.published import Published, data_directory
from tisstats.lim2021.finer_steps import FINER_STEPS, with_unit
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Row, have_quartiles
from tisstats.printed import parse, prints_as
from tisstats.statistics import signed_rank_test

FILE = "table2_p_ranges.csv"

#: What is computed of each row: all asymptotic P values, all exact ones, and the exact ones of
#: those samples whose asymptotic P value prints as published.
KINDS = ("asymptotic", "exact", "exact-of-printed")

_NAMES = ("measure", "n", "step", "q1", "median", "q3", "widest_change", "definition", "printed_p")
_SAMPLES = ("witness_low", "witness_high", "witness_printed")


@dataclass(frozen=True, slots=True)
class PRanges:
    """The attainable P values of a row of Table 2, given its printed changes.

    On the steps of the row and by its rule for quartiles; `conditions` names all that they rest on.
    """

    definition: int | str  #: how quartiles were taken
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
    known = asymptotic or compute(row, "asymptotic")
    return PRanges(row.definition, known, exact, of_printed)


@lru_cache(maxsize=64)
def compute(row: Row, kind: str) -> SignedRankPRange:
    """Compute one of `KINDS` for a row."""
    widest = row.widest_change
    low = None if widest is None else -widest
    given = (*row.change, row.pairs, row.step, low, widest, row.definition)
    if kind == "exact-of-printed":
        return exact_range_of_printed(*given, printed_p=row.p)
    return signed_rank_p_range(*given, method=kind, printed_p=row.p)


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


def _name(row: Row) -> tuple[str, ...]:
    widest = "" if row.widest_change is None else str(row.widest_change)
    quartiles = (text.replace("–", "-") for text in row.change)
    p = row.p
    return (
        *(row.measure, str(row.pairs), str(row.step)),
        *(*quartiles, widest, str(row.definition), p),
    )


@lru_cache(maxsize=1)
def _file() -> dict[tuple[str, ...], dict[str, str]]:
    try:
        path = data_directory("bounds") / FILE
        with path.open(encoding="utf-8", newline="") as lines:
            return {
                (*(line[name] for name in _NAMES), line["kind"]): line
                for line in csv.DictReader(lines)
            }
    except (DataError, FileNotFoundError):
        return {}


@lru_cache(maxsize=256)
def _recorded(row: Row, kind: str) -> SignedRankPRange | None:
    line = _file().get((*_name(row), kind))
    if line is None:
        return None
    found = SignedRankPRange(
        float(line["low"]),
        float(line["high"]),
        _sample(line["witness_low"]),
        _sample(line["witness_high"]),
        line["inside"] == "true",
        _sample(line["witness_printed"]),
        float(line["pvalue_printed"]) if line["pvalue_printed"] else None,
        line["kind"].partition("-")[0],
        line["proof"],
    )
    return found if holds(found, row, kind) else None


def holds(found: SignedRankPRange, row: Row, kind: str) -> bool:
    """Tell whether the samples of a range have the printed quartiles and their P values."""
    claimed = [
        (found.witness_low, found.low),
        (found.witness_high, found.high),
        (found.witness_printed, found.pvalue_printed),
    ]
    printed = found.pvalue_printed
    if found.inside is not (printed is not None and prints_as(printed, parse(row.p))):
        return False
    return all(
        (sample is None and pvalue is None)
        or (sample is not None and pvalue is not None and _has(sample, pvalue, row, kind))
        for sample, pvalue in claimed
    )


def _has(sample: Witness, pvalue: float, row: Row, kind: str) -> bool:
    changes = [float(value) for value in sample]
    method = kind.partition("-")[0]
    widest = row.widest_change
    fits = (
        len(sample) == row.pairs
        and all((value / row.step).denominator == 1 for value in sample)
        and (widest is None or max(map(abs, sample)) <= widest)
        and have_quartiles(sample, row.change, row.definition)
        and isclose(signed_rank_test(changes, method=method).pvalue, pvalue, rel_tol=1e-9)
    )
    if kind == "exact-of-printed":
        asymptotic = signed_rank_test(changes, method="asymptotic").pvalue
        fits = fits and prints_as(asymptotic, parse(row.p))
    return fits


def _sample(text: str) -> Witness | None:
    return tuple(map(Fraction, text.split())) if text else None


def _line(row: Row, kind: str) -> dict[str, str]:
    found = compute(row, kind)
    if found.low is None or found.high is None:
        raise ValueError(f"{row.measure}: {found.proof}")
    samples = (found.witness_low, found.witness_high, found.witness_printed)
    return {
        **dict(zip(_NAMES, _name(row), strict=True)),
        "kind": kind,
        "low": repr(found.low),
        "high": repr(found.high),
        "inside": str(found.inside).lower(),
        "pvalue_printed": "" if found.pvalue_printed is None else repr(found.pvalue_printed),
        **{
            name: "" if sample is None else " ".join(map(str, sample))
            for name, sample in zip(_SAMPLES, samples, strict=True)
        },
        "proof": found.proof,
    }


def _lines(published: Published) -> Iterator[dict[str, str]]:
    for measure in SCALES:
        row = Row.read(published, measure, "spss")
        for each in (row, finer(row)):
            if each is None:
                continue
            for kind in KINDS:
                yield _line(each, kind)
                print(f"{measure}, steps of {each.step}: {kind}", file=sys.stderr)


def main(folder: Path) -> None:
    """Compute everything and write the file into a folder."""
    lines = list(_lines(Published.read()))
    with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main(data_directory("published").parent / "bounds")
