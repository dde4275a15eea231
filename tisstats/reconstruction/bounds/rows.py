"""What one row of Table 2 asks of its patients, as a problem in whole steps of the scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tisstats.measures.imacs.rules import WORSENING_RULES
from tisstats.measures.scales import SCALES
from tisstats.reconstruction.assumptions import Assumptions
from tisstats.reconstruction.targets import QUARTERS, Quartile, Targets

#: The measures that meet in the Total Improvement Score; every other row stands alone.
CORE = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")

#: Where a scale has no upper end, how far the search goes, in its unit. Ranks, signs and medians
#: do not change when a value beyond all printed quartiles moves further out; means do, and are
#: reported as unbounded.
SEARCH_CEILINGS = {"ck": 100_000, "deltoid": 2_000, "biceps": 2_000, "psoas": 2_000}


@dataclass(frozen=True, slots=True)
class Demand:
    """How many patients have exactly a value."""

    time: str  #: baseline or end
    value: int  #: the value, steps
    fewest: int  #: fewest patients
    most: int  #: most patients


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row: the values that are allowed and the printed summaries that they must give."""

    measure: str  #: name of the measure
    patients: int  #: pairs of baseline and end
    step: Fraction  #: smallest difference, in the measure's unit
    low: int  #: least value, steps
    high: int  #: greatest value, steps
    higher_is_better: bool  #: which end of the scale is the healthy one
    quartiles: Mapping[str, tuple[Quartile, ...]]  #: of baseline, end and change
    z_low: float  #: abs(z) of the signed-rank test lies above
    z_high: float  #: and at most at this
    baseline_high: int  #: greatest baseline, steps
    change_high: int  #: greatest change, steps
    baseline_low: int | None = None  #: least baseline, steps, if above `low`
    demands: tuple[Demand, ...] = ()  #: counts of exact values
    open_ended: bool = False  #: whether `high` limits only the search, not the scale

    @property
    def change_low(self) -> int:
        """Least change, steps."""
        return self.low - self.baseline_high


def row_problem(measure: str, targets: Targets, assumptions: Assumptions) -> RowProblem:
    """State the problem of one row of Table 2.

    Examples
    --------
    >>> haq = row_problem("haq", Targets.read(), Assumptions())
    >>> haq.patients, haq.low, haq.high, haq.change_low, haq.change_high
    (19, 0, 24, -24, 24)
    """
    scale, target = SCALES[measure], targets.rows[measure]
    ceilings = {
        **SEARCH_CEILINGS,
        "mmt": assumptions.mmt_max,
        "mrs": assumptions.mrs_high,
    }
    ceiling = ceilings.get(measure, scale.high)
    if ceiling is None:
        raise ValueError(f"the scale of {measure} has no upper end; SEARCH_CEILINGS must give one")
    # An enzyme is never absent from blood: the least CK is one step.
    low = 1 if measure == "ck" else round(scale.low / scale.step)
    high = round(ceiling / scale.step)
    baseline_high = _baseline_high(measure, targets, high)
    return RowProblem(
        measure=measure,
        patients=target.n,
        step=scale.step,
        low=low,
        high=high,
        higher_is_better=scale.better == "higher",
        quartiles=target.quartiles,
        z_low=target.p.z_low,
        z_high=target.p.z_high,
        baseline_high=baseline_high,
        change_high=_change_high(measure, high - low),
        demands=_demands(measure, targets, assumptions, high),
        open_ended=scale.high is None,
    )


def _baseline_high(measure: str, targets: Targets, high: int) -> int:
    """Return the greatest baseline: those included had lost a tenth of their muscle strength."""
    if measure != "mmt":
        return high
    loss = targets.count("design.minimal_muscle_loss")
    return high - math.ceil(Fraction(high * loss, 100))


def _change_high(measure: str, spread: int) -> int:
    """Return the greatest change: nobody met the definition of worsening, one clause of which
    asks for nothing but extramuscular activity worse by some centimetres.
    """  # noqa: D205
    for clause in WORSENING_RULES["imacs"].clauses:
        if len(clause) == 1 and clause[0].measure == measure and clause[0].unit == "cm":
            return math.ceil(Fraction(clause[0].by) / SCALES[measure].step) - 1
    return spread


def _demands(
    measure: str, targets: Targets, assumptions: Assumptions, high: int
) -> tuple[Demand, ...]:
    patients = targets.rows[measure].n
    if measure == "swallowing" and assumptions.swallowing_follows_dysphagia:
        spared = patients - targets.count("table1.dysphagia.all.count")
        return (Demand("baseline", high, spared, spared),)
    if measure == "mrs":
        # One of those eligible for the amended regimen stopped bed-ridden: the last grade alive.
        stopped = targets.count("response.amended_stopped")
        return (Demand("end", BEDRIDDEN, stopped, patients),)
    return ()


#: Grade of the modified Rankin scale of a bed-ridden patient.
BEDRIDDEN = 5


def count_range(problem: RowProblem, threshold: int) -> tuple[int, int]:
    """Give the fewest and the most changes of at least so many steps that the quartiles allow.

    >>> mmt = row_problem("mmt", Targets.read(), Assumptions())
    >>> count_range(mmt, 1)
    (10, 14)
    """
    fewest, most = 0, problem.patients
    for quartile in problem.quartiles.get("change", ()):
        if quartile.part:
            continue
        if quartile.low >= QUARTERS * threshold:  # this one reaches it, and all above
            fewest = max(fewest, problem.patients - quartile.order + 1)
        if quartile.high < QUARTERS * threshold:
            most = min(most, problem.patients - quartile.order)
    return fewest, most
