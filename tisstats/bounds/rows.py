"""A row of Table 2 as a problem in whole steps of the scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tisstats.bounds.assumptions import BoundAssumptions
from tisstats.forensics.printed_quartiles import PrintedQuartile
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Table2Row
from tisstats.measures.imacs import WORSENING_RULES
from tisstats.synthetic.table2_rows import BEDRIDDEN
from tisstats.synthetic.targets import Targets

#: The measures that meet in the Total Improvement Score; every other row stands alone.
CORE = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")

#: Where a scale has no upper end, how far the search goes, in its unit. Ranks, signs and medians
#: do not change when a value beyond all printed quartiles moves further out; means do, and are
#: reported as unbounded.
SEARCH_CEILINGS = {"ck": 100_000, "deltoid": 2_000, "biceps": 2_000, "psoas": 2_000}


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many patients have exactly a value."""

    time: str  #: baseline or end
    value: int  #: the value, steps
    fewest: int  #: fewest patients
    most: int  #: most patients


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row: the values that are allowed and the printed summaries that they must match."""

    measure: str  #: name of the measure
    patients: int  #: pairs of baseline and end
    step: Fraction  #: smallest difference, in the measure's unit
    low: int  #: smallest value, steps
    high: int  #: largest value, steps
    higher_is_better: bool  #: whether the upper end of the scale is the healthy one
    quartiles: Mapping[str, Iterable[PrintedQuartile]]  #: of baseline, end and change
    z_low: float  #: abs(z) of the signed-rank test lies above
    z_high: float  #: and at most at this
    baseline_high: int  #: largest baseline, steps
    change_high: int  #: largest change, steps
    baseline_low: int | None = None  #: smallest baseline, steps, if above `low`
    levels: tuple[int, ...] = ()  #: the permitted values, steps, if not all from low to high
    value_counts: tuple[ValueCount, ...] = ()  #: counts of exact values
    open_ended: bool = False  #: whether `high` limits only the search, not the scale

    @property
    def change_low(self) -> int:
        """Smallest change, steps."""
        return self.low - self.baseline_high


def targets_on_grids(
    targets: Targets, published: PublishedFacts, assumptions: BoundAssumptions
) -> Targets:
    """Count the printed quartiles in the assumed steps, where they differ from the scale's."""
    rows = dict(targets.rows)
    for measure, grid in assumptions.grids.items():
        row = Table2Row.read(published, measure, "spss")
        rows[measure] = replace(row, finer=grid.step).paired_only()
    return replace(targets, rows=rows)


def row_problem(measure: str, targets: Targets, assumptions: BoundAssumptions) -> RowProblem:
    """State the problem of one row of Table 2; targets must be counted in the same steps.

    Examples
    --------
    >>> haq = row_problem("haq", Targets.read(), BoundAssumptions())
    >>> haq.patients, haq.low, haq.high, haq.change_low, haq.change_high
    (19, 0, 24, -24, 24)
    """
    scale, target, grid = SCALES[measure], targets.rows[measure], assumptions.grid(measure)
    shared = assumptions.shared
    ceilings = {**SEARCH_CEILINGS, "mmt": shared.mmt_max, "mrs": shared.mrs_max}
    ceiling = ceilings.get(measure, scale.high)
    if ceiling is None:
        raise ValueError(f"the scale of {measure} has no upper end; SEARCH_CEILINGS must give one")
    # An enzyme is never absent from blood: CK is at least one step.
    low = 1 if measure == "ck" else round(scale.low / grid.step)
    high = round(ceiling / grid.step)
    # Inclusion required the loss of a part of muscle strength.
    weak = measure == "mmt" and assumptions.minimal_disability
    lost = targets.count("design.minimal_muscle_loss") if weak else 0
    return RowProblem(
        measure=measure,
        patients=target.n,
        step=grid.step,
        low=low,
        high=high,
        higher_is_better=scale.better == "higher",
        quartiles=target.quartiles,
        z_low=target.p.z_low,
        z_high=target.p.z_high,
        baseline_high=high - math.ceil(Fraction(high * lost, 100)),
        change_high=_change_high(measure, assumptions, high - low),
        levels=() if grid.is_regular else grid.values(low, high),
        value_counts=_value_counts(measure, targets, assumptions, high),
        open_ended=scale.high is None,
    )


def _change_high(measure: str, assumptions: BoundAssumptions, spread: int) -> int:
    """Return the largest change.

    No patient met the definition of worsening, and one of its clauses requires no more than an
    increase of extramuscular activity by some centimetres.
    """
    if not assumptions.no_imacs_worsening:
        return spread
    for clause in WORSENING_RULES["imacs"].clauses:
        if len(clause) == 1 and clause[0].measure == measure and clause[0].unit == "cm":
            return math.ceil(Fraction(clause[0].by) / assumptions.grid(measure).step) - 1
    return spread


def _value_counts(
    measure: str, targets: Targets, assumptions: BoundAssumptions, high: int
) -> tuple[ValueCount, ...]:
    patients = targets.rows[measure].n
    if measure == "swallowing" and assumptions.shared.swallowing_follows_dysphagia:
        spared = patients - targets.count("table1.dysphagia.all.count")
        return (ValueCount("baseline", high, spared, spared),)
    if measure == "mrs" and assumptions.bedridden_has_mrs_5:
        # A patient eligible for the amended regimen stopped bedridden: the highest grade short of
        # death.
        return (ValueCount("end", BEDRIDDEN, targets.count("response.amended_stopped"), patients),)
    return ()


def count_range(problem: RowProblem, threshold: int) -> tuple[int, int]:
    """Return the fewest and the most changes of at least so many steps that the quartiles allow.

    >>> mmt = row_problem("mmt", Targets.read(), BoundAssumptions())
    >>> count_range(mmt, 1)
    (10, 14)
    """
    fewest, most = 0, problem.patients
    for fixed in problem.quartiles.get("change", ()):
        if fixed.weight_upper:
            continue
        low, high = fixed.mean_range
        if low >= threshold:  # this one reaches it, and all above
            fewest = max(fewest, problem.patients - fixed.rank + 1)
        if high < threshold:
            most = min(most, problem.patients - fixed.rank)
    return fewest, most
