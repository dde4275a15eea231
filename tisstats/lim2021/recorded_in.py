"""What the fingerprints rest on: each conclusion again, with its conditions changed in turn."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

import pandas as pd

from tisstats.forensics import quartile_consistency
from tisstats.forensics.signed_rank_range import signed_rank_p_range
from tisstats.ledger.published import Published
from tisstats.lim2021.finer_steps import FINER_STEPS, with_unit
from tisstats.lim2021.fingerprints import (
    DAY,
    completers,
    numpy_steps,
    patients_of,
    youngest_at_onset,
)
from tisstats.measures.scales import SCALES
from tisstats.statistics import DEFINITIONS
from tisstats.statistics.quantiles import Definition

_QUARTILES = ("q1", "median", "q3")
#: A page asks for the same ranges in its prose and in its table.
_p_range = lru_cache(maxsize=64)(signed_rank_p_range)


def dynamometer(published: Published, measure: str = "biceps") -> pd.DataFrame:
    """Check by which resolution of the dynamometer the printed quartiles can come about.

    Returns
    -------
    DataFrame
        One row a resolution in newton: ``resolution``, ``step``, ``possible`` by HAVERAGE,
        ``reason`` where not, and ``definitions``, the tuple of those by which it is.
    """
    measurements = published.count("design.dynamometry_measurements")
    rows = []
    for name, step in (
        ("one measurement in whole newtons", Fraction(1)),
        (f"the mean of {measurements} measurements in whole newtons", Fraction(1, measurements)),
        (
            f"the mean of {measurements} a side in whole newtons, averaged over both sides",
            Fraction(1, 2 * measurements),
        ),
        ("half newtons", Fraction(1, 2)),
        ("tenths of a newton", Fraction(1, 10)),
    ):
        found = quartile_consistency(
            *_texts(published, f"table2.{measure}.change"), patients_of(published, measure), step
        )
        by_spss = found.by_definition["spss"]
        rows.append(
            {
                "resolution": name,
                "step": step,
                "possible": by_spss.possible,
                "reason": "" if by_spss.possible else by_spss.reason,
                "definitions": found.definitions,
            }
        )
    return pd.DataFrame(rows)


def age_resolutions(published: Published) -> pd.DataFrame:
    """Check how the ages of the smallest group have to be recorded for the rule of numpy.

    Returns
    -------
    DataFrame
        One row a resolution: ``resolution``, ``needed``, the age that the youngest has at most by
        that rule, ``allowed``, the least age at onset, and ``possible``.
    """
    texts = _texts(published, "table1.age_at_onset.nm_om")
    rows = []
    for name, step in (
        ("completed years", Fraction(1)),
        ("completed months", Fraction(1, 12)),
        ("days (365 to the year)", DAY),
    ):
        allowed = youngest_at_onset(published, step)
        found = quartile_consistency(
            *texts, published.count("table1.patients.nm_om.n"), step, low=allowed, definition=7
        )
        rows.append(
            {
                "resolution": name,
                "needed": numpy_steps(published, step)["a"],
                "allowed": allowed,
                "possible": found.possible,
            }
        )
    return pd.DataFrame(rows)


def completers_otherwise(published: Published, measure: str) -> pd.DataFrame:
    """Check whether completers alone can give a printed P, one condition changed at a time.

    Neither ranking zeros as well (Pratt) nor a continuity correction is among the changes; for
    the change of swallowing in whole points, tests go through all samples with both.

    Returns
    -------
    DataFrame
        One row a condition: ``condition``, ``low`` and ``high`` of the attainable P, and
        ``attainable``, whether one prints as published.
    """
    scale, n = SCALES[measure], completers(published)
    span = None if scale.high is None else scale.high - scale.low

    def row(
        condition: str,
        *,
        size: int = n,
        step: Fraction = scale.step,
        definition: Definition = "spss",
        method: str = "asymptotic",
    ) -> dict[str, object]:
        found = _p_range(
            *_texts(published, f"table2.{measure}.change"),
            size,
            step,
            None if span is None else -span,
            span,
            definition=definition,
            method=method,
            printed_p=published.text(f"table2.{measure}.change.p"),
        )
        return {
            "condition": condition,
            "low": found.low,
            "high": found.high,
            "attainable": bool(found.inside),
        }

    def rows() -> Iterator[dict[str, object]]:
        yield row("as assumed")
        yield row("exact instead of asymptotic P", method="exact")
        yield row(f"{n - 1} of them with both values", size=n - 1)
        if measure in FINER_STEPS:
            finer = FINER_STEPS[measure].step
            yield row(f"steps of {with_unit(finer, scale.unit)}", step=finer)
            yield row(
                f"steps of {with_unit(finer, scale.unit)}, and {n - 1} of them with both values",
                size=n - 1,
                step=finer,
            )
        for definition in DEFINITIONS:
            if definition not in ("spss", 6):  # type 6 is HAVERAGE but for the missing ends
                yield row(f"quartiles by {definition_name(definition)}", definition=definition)

    return pd.DataFrame(rows())


def definition_name(definition: Definition) -> str:
    """Name a definition of quantiles for tables.

    >>> definition_name("spss"), definition_name(3)
    ('HAVERAGE (SPSS)', 'type 3')
    """
    names = {"spss": "HAVERAGE (SPSS)", "7": "type 7 (numpy, pandas, R by default)"}
    text = str(definition)
    return names.get(text, f"type {text}" if text.isdecimal() else "Tukey's hinges")


def _texts(published: Published, stem: str) -> tuple[str, str, str]:
    q1, median, q3 = (published.text(f"{stem}.{quartile}") for quartile in _QUARTILES)
    return q1, median, q3
