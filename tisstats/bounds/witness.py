"""Witnesses: cohorts that attain a bound, and their check by plain arithmetic.

No search and no model of the solver is used here. Shared with the models are rules: the scales and
their steps, the printed numbers and how they are rounded, the bands of the score, the definition
of worsening, and the assumptions. A bound is called sharp only when its witness passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.bounds.assumptions import BoundAssumptions
from tisstats.bounds.rows import CORE
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures import score_visits
from tisstats.measures.baseline import attainable_scores
from tisstats.measures.disability import disability_by_row
from tisstats.measures.imacs import imacs_worsening, relative_improvement
from tisstats.printed import matches_print
from tisstats.statistics import quantiles, signed_rank_test
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.table2_rows import BEDRIDDEN


@dataclass(frozen=True, slots=True)
class Witness:
    """Values of a cohort that attains a bound.

    Rows of measures outside the core set stand alone, and have their own order of patients. With
    the core set, patients have the same place in every row.
    """

    baselines: Mapping[str, tuple[Fraction, ...]]  #: by measure, in its unit
    ends: Mapping[str, tuple[Fraction, ...]]  #: by measure, in its unit
    female: tuple[bool, ...] = ()  #: with the core set, by patient

    def changes(self, measure: str) -> tuple[Fraction, ...]:
        """End minus baseline, in the measure's unit."""
        pairs = zip(self.baselines[measure], self.ends[measure], strict=True)
        return tuple(end - baseline for baseline, end in pairs)

    @property
    def has_core_set(self) -> bool:
        """Whether the core set is there, not one row alone."""
        return bool(self.female)


def violations(
    witness: Witness, published: PublishedFacts, assumptions: BoundAssumptions
) -> list[str]:
    """Return the constraints that a witness violates, one line each; empty if it is valid."""
    found = [
        violation
        for measure in witness.ends
        for violation in _row(witness, measure, published, assumptions)
    ]
    found += _limits(witness, published, assumptions)
    if witness.has_core_set:
        found += _core(witness, published, assumptions)
    return found


def _row(
    witness: Witness, measure: str, published: PublishedFacts, assumptions: BoundAssumptions
) -> Iterator[str]:
    scale, grid = SCALES[measure], assumptions.grid(measure)
    columns = {
        "baseline": witness.baselines[measure],
        "end": witness.ends[measure],
        "change": witness.changes(measure),
    }
    patients = published.count("flow.analysed")
    if measure == "psoas":
        patients -= published.count("flow.psoas_missing")
    if {len(column) for column in columns.values()} != {patients}:
        yield f"{measure}: expected {patients} pairs"
    top = inf if scale.high is None else scale.high
    for value in (*columns["baseline"], *columns["end"]):
        if not scale.low <= value <= top or value not in grid:
            yield f"{measure}: {value} is not on the scale"
    # In whole steps, which floats hold exactly.
    steps = {time: [float(v / grid.step) for v in values] for time, values in columns.items()}
    for time, values in steps.items():
        quartiles = quantiles(values, [0.25, 0.5, 0.75], "spss")
        for name, quartile in zip(("q1", "median", "q3"), quartiles, strict=True):
            address = f"table2.{measure}.{time}.{name}"
            value = Fraction(float(quartile)) * grid.step
            if not matches_print(value, published.printed(address)):
                yield f"{address}: {float(value)} does not round to the printed value"
    p = signed_rank_test(steps["change"], method="asymptotic").pvalue
    if not matches_print(p, published.printed(f"table2.{measure}.change.p")):
        yield f"table2.{measure}.change.p: {p} does not round to the printed value"


def _limits(
    witness: Witness, published: PublishedFacts, assumptions: BoundAssumptions
) -> Iterator[str]:
    """Check what single rows must meet besides Table 2."""
    shared = assumptions.shared
    if "swallowing" in witness.ends and shared.swallowing_follows_dysphagia:
        spared = published.count("flow.analysed") - published.count("table1.dysphagia.all.count")
        best = Fraction(SCALES["swallowing"].high or 0)
        if witness.baselines["swallowing"].count(best) != spared:
            yield f"swallowing: not {spared} patients without dysphagia"
    if "mrs" in witness.ends:
        grades = witness.ends["mrs"]
        if max(*grades, *witness.baselines["mrs"]) > shared.mrs_max:
            yield "mrs: grade 6 (death)"
        if assumptions.bedridden_has_mrs_5 and BEDRIDDEN not in grades:
            yield f"mrs: no patient with grade {BEDRIDDEN}"
    if "mmt" in witness.ends and assumptions.minimal_disability:
        loss = Fraction(published.count("design.minimal_muscle_loss"), 100)
        if max(witness.baselines["mmt"]) > shared.mmt_max * (1 - loss):
            yield "mmt: a baseline above the minimal-disability limit"


def visit_table(
    witness: Witness, shared: Assumptions, times: tuple[str, ...] = ("baseline", "end")
) -> pd.DataFrame:
    """Return the core set of a witness as a table of visits, as `score_visits` takes it."""
    limits = [shared.ck_uln_female if female else shared.ck_uln_male for female in witness.female]
    frames = []
    for week, time in enumerate(times):
        rows = witness.baselines if time == "baseline" else witness.ends
        frame = pd.DataFrame({m: map(float, rows[m]) for m in CORE})
        frames.append(frame.assign(patient_id=range(1, len(frame) + 1), week=week, ck_uln=limits))
    return pd.concat(frames, ignore_index=True)


def end_scores(witness: Witness, shared: Assumptions) -> list[Fraction]:
    """Score the patients of a witness at the end, with `score_visits`."""
    visits = visit_table(witness, shared)
    scored = score_visits(visits, mmt_max=shared.mmt_max, uln={"ck": "ck_uln"})
    return [Fraction(score) for score in scored.loc[scored["week"] == 1, "tis"]]


def _core(
    witness: Witness, published: PublishedFacts, assumptions: BoundAssumptions
) -> Iterator[str]:
    """Check what patients must meet across the core set."""
    scores = end_scores(witness, assumptions.shared)
    for category, patients, lasts in (
        ("responder", "response.responders", assumptions.shared.response_maintained),
        ("minimal", "response.minimal", assumptions.improvement_maintained),
    ):
        points, count = published.count(f"design.{category}_score"), published.count(patients)
        reached = sum(score >= points for score in scores)
        if reached > count or (lasts and reached != count):
            yield f"{reached} patients end with {points} points"
    if sum(witness.female) != published.count("table1.females.all.count"):
        yield f"{sum(witness.female)} women"
    if assumptions.no_imacs_worsening and _worse(witness).any():
        yield "a patient met the definition of worsening"
    yield from _baselines(witness, published, assumptions, scores)


def _worse(witness: Witness) -> NDArray[np.bool_]:
    """Apply the definition of worsening to every patient."""
    names = {"enzyme" if measure == "ck" else measure: measure for measure in CORE}
    relative = {
        name: relative_improvement(
            [float(value) for value in witness.baselines[measure]],
            [float(value) for value in witness.ends[measure]],
            name,
        )
        for name, measure in names.items()
    }
    fallen = {
        measure: [-float(change) for change in witness.changes(measure)]
        for measure in ("physician_global", "extramuscular")
    }
    return np.asarray(imacs_worsening(relative, fallen))


def _baselines(
    witness: Witness,
    published: PublishedFacts,
    assumptions: BoundAssumptions,
    scores: list[Fraction],
) -> Iterator[str]:
    shared = assumptions.shared
    table = visit_table(witness, shared, ("baseline",))
    highest = attainable_scores(table, mmt_max=shared.mmt_max, uln={"ck": "ck_uln"})
    pairs = zip(scores, highest["attainable_tis"], strict=True)
    yield from _courses(sorted(pairs, reverse=True), published)
    if not assumptions.minimal_disability:
        return
    met = disability_by_row(
        table,
        mmt_max=shared.mmt_max,
        uln={"ck": "ck_uln"},
        min_mmt_loss_percent=published.count("design.minimal_muscle_loss"),
        min_other_abnormal=published.count("design.minimal_other_abnormal"),
        vas_abnormal_cm=shared.vas_abnormal,
        haq_abnormal=shared.haq_abnormal,
        enzyme_abnormal_uln=shared.enzyme_abnormal,
    ).yes
    for patient in np.flatnonzero(~met):
        yield f"patient {patient + 1} does not meet the minimal-disability criterion"


def _courses(ordered: list[tuple[Fraction, float]], published: PublishedFacts) -> Iterator[str]:
    """Check that baselines allow what was reached before the end; scores come best first."""
    minimal = published.count("design.minimal_score")
    responders, improved = (published.count(f"response.{who}") for who in ("responders", "minimal"))
    lost = published.count("response.minimal_lost")
    moderate = published.count("design.responder_score")
    if any(best < moderate for _, best in ordered[:responders]):
        yield f"a responder whose baseline does not allow {moderate} points"
    if any(best < minimal for _, best in ordered[:improved]):
        yield f"an improvement that a baseline does not allow: {minimal} points"
    if (could := sum(best >= minimal for _, best in ordered[improved:])) < lost:
        yield f"only {could} of the others could reach {minimal} points before the end"
