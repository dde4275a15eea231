"""Fingerprints: what printed digits reveal about how they were computed, with the conditions.

Nothing here needs patient-level data. A method is ruled out if no values on the recorded grid
yield the printed numbers with it; a method not ruled out need not be the one used. The grid is
assumed, so each conclusion can be tested under changed conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from tisstats.forensics import quartile_consistency
from tisstats.forensics.paired_rows import TIMES
from tisstats.forensics.quartiles import QuartileConsistency
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES, with_unit
from tisstats.lim2021.table2_bounds import compute, finer_row
from tisstats.lim2021.table2_row import Table2Row, Texts, quartiles_of
from tisstats.proof import ProvenStatement
from tisstats.statistics import QUANTILE_DEFINITIONS
from tisstats.statistics.quantiles import QuantileDefinition

#: Characteristics of Table 1 that are printed with quartiles: label, and the finer step of their
#: values, days for ages and thirtieths of a month for durations.
_CHARACTERISTICS = {
    "age_at_onset": ("Age at onset", Fraction(1, 365)),
    "disease_duration": ("Disease duration", Fraction(1, 30)),
}

#: Groups of Table 1 with quartiles, the smallest last.
_GROUPS = ("all", "dm", "imnm", "nm_om")
_SMALLEST = _GROUPS[-1]

#: Resolutions in which ages may have been recorded.
_AGES = {
    "completed years": Fraction(1),
    "completed months": Fraction(1, 12),
    "days (365 to the year)": Fraction(1, 365),
}


@dataclass(frozen=True, slots=True)
class RecordedQuartiles:
    """Three quartiles as printed, and what the values behind them can be."""

    name: str  #: row and group or time, for tables
    texts: Texts  #: as printed
    n: int  #: number of values
    step: Fraction  #: grid of the values
    low: Fraction | int | None  #: smallest value, if there is one
    high: int | None  #: largest value, if there is one

    def consistency(self, definition: QuantileDefinition) -> QuartileConsistency:
        """Check whether values on the grid can have these quartiles by a definition."""
        q1, median, q3 = self.texts
        return quartile_consistency(
            q1, median, q3, self.n, self.step, self.low, self.high, definition
        )


@dataclass(frozen=True, slots=True)
class AgesUnderType7:
    """The ages a <= b <= c <= d of the smallest group under numpy's definition (type 7).

    There the first quartile lies 3/4 of the way from a to b, the third 1/4 of that from c to d.
    If no patient can have been as young as ``a``, the definition cannot yield the printed ages.
    """

    c: Fraction  #: maximum, years
    sum: Fraction  #: minimum sum of b and c
    b: Fraction  #: minimum
    a: Fraction  #: maximum


def recorded_quartiles(
    published: PublishedFacts, *, finer: bool = False
) -> list[RecordedQuartiles]:
    """List every set of quartiles printed in the two tables, with its grid and range.

    Parameters
    ----------
    published
        The published facts.
    finer
        Whether to assume finer steps of the values.
    """
    return [*_of_table1(published, finer=finer), *_of_table2(published, finer=finer)]


def _of_table1(published: PublishedFacts, *, finer: bool) -> Iterator[RecordedQuartiles]:
    longest = published.count("design.maximum_disease_duration")
    for characteristic, (name, finer_step) in _CHARACTERISTICS.items():
        step = finer_step if finer else Fraction(1)
        of_ages = characteristic == "age_at_onset"
        low, high = (
            (youngest_at_onset(published, step), None) if of_ages else (Fraction(0), longest)
        )
        for group in _GROUPS:
            label = "all patients" if group == "all" else group.replace("_", "/").upper()
            yield RecordedQuartiles(
                f"{name}, {label}",
                quartiles_of(published, f"table1.{characteristic}.{group}"),
                published.count(f"table1.patients.{group}.n"),
                step,
                low,
                high,
            )


def _of_table2(published: PublishedFacts, *, finer: bool) -> Iterator[RecordedQuartiles]:
    for measure, scale in SCALES.items():
        row = Table2Row.read(published, measure, "spss")
        row = (finer_row(row) if finer else None) or row
        for time in TIMES:
            yield RecordedQuartiles(
                f"{scale.name}, {time}",
                getattr(row, time),
                row.size(time),
                row.step,
                *row.limits(time),
            )


def youngest_at_onset(published: PublishedFacts, step: Fraction = Fraction(1)) -> Fraction:
    """Return the minimum age at onset in years, on the steps in which ages were recorded.

    Included patients had at least the minimum age and had been ill for less than the maximum
    duration, so their age at onset was above the difference of the two.
    """
    duration = Fraction(published.count("design.maximum_disease_duration"), 12)
    return (published.count("design.minimum_age") - duration) // step * step


def completers(published: PublishedFacts) -> int:
    """Count the analysed patients who did not end the study early."""
    return published.count("flow.analysed") - published.count("flow.ended_early")


def quantile_definitions(published: PublishedFacts, *, finer: bool = False) -> pd.DataFrame:
    """Count the printed sets of quartiles that are consistent with each definition of quantiles.

    Parameters
    ----------
    published
        The published facts.
    finer
        Whether to assume finer steps of the values.

    Returns
    -------
    DataFrame
        One row per definition: ``definition``, ``sets`` printed, ``possible`` of them, and
        ``conflicts``, the names of the others, each with the reason.
    """
    sets = recorded_quartiles(published, finer=finer)
    rows = []
    for definition in QUANTILE_DEFINITIONS:
        found = [(each.name, each.consistency(definition)) for each in sets]
        conflicts = [f"{name}: {result.reason}" for name, result in found if not result.possible]
        possible = len(sets) - len(conflicts)
        rows.append((str(definition), len(sets), possible, "; ".join(conflicts)))
    return pd.DataFrame(rows, columns=["definition", "sets", "possible", "conflicts"])


def smallest_group(published: PublishedFacts, step: Fraction = Fraction(1)) -> RecordedQuartiles:
    """Return the ages of the smallest group of Table 1 on given steps, in years."""
    return RecordedQuartiles(
        "Age at onset, smallest group",
        quartiles_of(published, f"table1.age_at_onset.{_SMALLEST}"),
        published.count(f"table1.patients.{_SMALLEST}.n"),
        step,
        youngest_at_onset(published, step),
        None,
    )


def ages_under_type_7(published: PublishedFacts, step: Fraction) -> AgesUnderType7:
    """Solve the ages of the smallest group under numpy's definition, on given steps."""
    q1, median, q3 = map(int, smallest_group(published).texts)
    half = Fraction(1, 2)
    # A number rounds to q if it is at least q - 1/2 and less than q + 1/2.
    greatest_c = _below(q3 + half, step)  # c is at most the third quartile
    least_sum = -((1 - 2 * median) // step) * step
    least_b = least_sum - greatest_c
    greatest_a = _below(4 * (q1 + half) - 3 * least_b, step)  # a + 3 b is four first quartiles
    return AgesUnderType7(greatest_c, least_sum, least_b, greatest_a)


def _below(limit: Fraction, step: Fraction) -> Fraction:
    """Return the greatest multiple of a step that is less than a limit."""
    return -(-limit // step + 1) * step


def numpy_rule(published: PublishedFacts) -> ProvenStatement:
    """Return whether the ages of the smallest group exclude numpy's definition."""
    allowed = youngest_at_onset(published)
    return ProvenStatement(
        "the printed ages were not computed with that definition"
        if ages_under_type_7(published, Fraction(1)).a < allowed
        else "the youngest age does not exclude that definition",
        (
            "ages in completed years",
            "quartiles printed to the nearest year, halves rounded up",
            f"no patient younger than {allowed} at onset",
            "no misprint in the three numbers",
            f"all from exactly these {smallest_group(published).n} patients",
        ),
    )


def age_resolutions(published: PublishedFacts) -> pd.DataFrame:
    """Check for which resolutions the ages of the smallest group allow numpy's definition.

    Returns
    -------
    DataFrame
        One row per resolution: ``resolution``, ``needed``, the maximum age of the youngest under
        that definition, ``allowed``, the minimum age at onset, and ``possible``.
    """
    rows = []
    for name, step in _AGES.items():
        ages = smallest_group(published, step)
        needed = ages_under_type_7(published, step).a
        rows.append((name, needed, ages.low, ages.consistency(7).possible))
    return pd.DataFrame(rows, columns=["resolution", "needed", "allowed", "possible"])


def analysis_sets(published: PublishedFacts) -> pd.DataFrame:
    """Check for each row of Table 2 whether P is attainable with all patients, and with completers.

    Values are in steps of the scales, quartiles by HAVERAGE, P values asymptotic with zeros
    dropped; `completers_under_changed_conditions` changes these conditions. Rows whose number of
    completers is unknown are omitted: a patient had no baseline, and whether that patient completed
    is not reported.

    Returns
    -------
    DataFrame
        One row per measure: ``measure``, ``printed_p``, and for ``analysed`` and ``completers``
        ``n`` (patients), ``low`` and ``high`` (range of P) and ``attainable``, with the name of
        the set before them.
    """
    sets = {"analysed": published.count("flow.analysed"), "completers": completers(published)}
    rows = []
    for measure in SCALES:
        row = Table2Row.read(published, measure, "spss")
        if row.unpaired:
            continue
        cells: dict[str, object] = {"measure": measure, "printed_p": row.p}
        for name, size in sets.items():
            found = _attainable_p(replace(row, pairs=size))
            cells |= {f"{name}_n": size} | {f"{name}_{key}": each for key, each in found.items()}
        rows.append(cells)
    return pd.DataFrame(rows)


def completers_under_changed_conditions(published: PublishedFacts, measure: str) -> pd.DataFrame:
    """Check whether completers alone can yield a printed P, one condition changed at a time.

    Ranking zeros (Pratt) and a continuity correction are not among the changes; for the change of
    swallowing in whole points, the tests enumerate all samples with both.

    Returns
    -------
    DataFrame
        One row per condition: ``condition``, ``low`` and ``high`` of the attainable P, and
        ``attainable``, whether one rounds to the published value.
    """
    n = completers(published)
    row = replace(Table2Row.read(published, measure, "spss"), pairs=n)
    fewer = f"only {n - 1} of them with both values"
    changed = [("as assumed", row), (fewer, replace(row, pairs=n - 1))]
    if (finest := finer_row(row)) is not None:
        steps = f"steps of {with_unit(finest.step, row.scale.unit)}"
        changed += [(steps, finest), (f"{steps}, and {fewer}", replace(finest, pairs=n - 1))]
    changed += [
        (f"quartiles by {definition_name(each)}", replace(row, definition=each))
        for each in QUANTILE_DEFINITIONS
        if each not in ("spss", 6)  # type 6 is HAVERAGE except at the extremes
    ]
    rows = [{"condition": name, **_attainable_p(each)} for name, each in changed]
    exact = {"condition": "exact instead of asymptotic P", **_attainable_p(row, "exact")}
    return pd.DataFrame([rows[0], exact, *rows[1:]])


def _attainable_p(row: Table2Row, method: str = "asymptotic") -> dict[str, object]:
    """Return the range of P that the printed change of a row allows, and whether P is in it."""
    found = compute(row, method)
    return {"low": found.low, "high": found.high, "attainable": bool(found.printed_p_attainable)}


def dynamometer(published: PublishedFacts, measure: str = "biceps") -> pd.DataFrame:
    """Check which resolutions of the dynamometer allow the printed quartiles.

    Returns
    -------
    DataFrame
        One row per resolution in newtons: ``resolution``, ``step``, ``possible`` by HAVERAGE,
        ``reason`` where not, and ``definitions``, the tuple of those with which it is.
    """
    each_side = published.count("design.dynamometry_measurements")
    resolutions = {
        "one measurement in whole newtons": Fraction(1),
        f"the mean of {each_side} measurements in whole newtons": Fraction(1, each_side),
        f"the mean of {each_side} per side in whole newtons, averaged over both sides": Fraction(
            1, 2 * each_side
        ),
        "half newtons": Fraction(1, 2),
        "tenths of a newton": Fraction(1, 10),
    }
    row = Table2Row.read(published, measure, "spss")
    rows = []
    for name, step in resolutions.items():
        found = quartile_consistency(*row.change, row.pairs, step)
        by_spss = found.by_definition["spss"]
        possible, reason = by_spss.possible, by_spss.reason
        rows.append((name, step, possible, "" if possible else reason, found.definitions))
    columns = ["resolution", "step", "possible", "reason", "definitions"]
    return pd.DataFrame(rows, columns=columns)


def definition_name(definition: QuantileDefinition) -> str:
    """Name a definition of quantiles for tables.

    >>> definition_name("spss"), definition_name(3)
    ('HAVERAGE (SPSS)', 'type 3')
    """
    names = {"spss": "HAVERAGE (SPSS)", "7": "type 7 (numpy, pandas, R by default)"}
    text = str(definition)
    return names.get(text, f"type {text}" if text.isdecimal() else "Tukey's hinges")
