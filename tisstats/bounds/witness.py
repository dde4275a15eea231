"""Witnesses: cohorts that attain a bound, and their check by plain arithmetic.

No search and no model of the solver is used here. Shared with the models are rules: the scales and
their steps, the printed numbers and how they are rounded, the bands of the score, the definition
of worsening, and the premises. A bound is called optimal only when its witness passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.bounds.premises import Premises
from tisstats.bounds.rows import CORE
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures import score_visits
from tisstats.measures.baseline import attainable_scores, minimal_disability
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
    def whole(self) -> bool:
        """Whether the core set is there, not one row alone."""
        return bool(self.female)


def violations(witness: Witness, published: PublishedFacts, premises: Premises) -> list[str]:
    """Return the constraints that a witness violates, one line each; empty if it is valid."""
    found = [
        fault for measure in witness.ends for fault in _row(witness, measure, published, premises)
    ]
    found += _limits(witness, published, premises)
    if witness.whole:
        found += _core(witness, published, premises)
    return found


def _row(
    witness: Witness, measure: str, published: PublishedFacts, premises: Premises
) -> Iterator[str]:
    scale, grid = SCALES[measure], premises.grid(measure)
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


def _limits(witness: Witness, published: PublishedFacts, premises: Premises) -> Iterator[str]:
    """Check what is asked of single rows besides Table 2."""
    assumptions = premises.assumptions
    if "swallowing" in witness.ends and assumptions.swallowing_follows_dysphagia:
        spared = published.count("flow.analysed") - published.count("table1.dysphagia.all.count")
        best = Fraction(SCALES["swallowing"].high or 0)
        if witness.baselines["swallowing"].count(best) != spared:
            yield f"swallowing: not {spared} patients without dysphagia"
    if "mrs" in witness.ends:
        grades = witness.ends["mrs"]
        if max(*grades, *witness.baselines["mrs"]) > assumptions.mrs_high:
            yield "mrs: a grade of a patient who died"
        if premises.bedridden_is_grade_5 and BEDRIDDEN not in grades:
            yield f"mrs: no patient with grade {BEDRIDDEN}"
    if "mmt" in witness.ends and premises.minimal_disability:
        loss = Fraction(published.count("design.minimal_muscle_loss"), 100)
        if max(witness.baselines["mmt"]) > assumptions.mmt_max * (1 - loss):
            yield "mmt: a baseline above the limit of the minimal disability"


def visit_table(
    witness: Witness, assumptions: Assumptions, times: tuple[str, ...] = ("baseline", "end")
) -> pd.DataFrame:
    """Return the core set of a witness as a table of visits, as `score_visits` takes it."""
    limits = [
        assumptions.ck_uln_female if female else assumptions.ck_uln_male
        for female in witness.female
    ]
    frames = []
    for week, time in enumerate(times):
        rows = witness.baselines if time == "baseline" else witness.ends
        frame = pd.DataFrame({m: map(float, rows[m]) for m in CORE})
        frames.append(frame.assign(patient_id=range(1, len(frame) + 1), week=week, ck_uln=limits))
    return pd.concat(frames, ignore_index=True)


def end_scores(witness: Witness, assumptions: Assumptions) -> list[Fraction]:
    """Score the patients of a witness at the end, with `score_visits`."""
    visits = visit_table(witness, assumptions)
    scored = score_visits(visits, mmt_max=assumptions.mmt_max, uln={"ck": "ck_uln"})
    return [Fraction(score) for score in scored.loc[scored["week"] == 1, "tis"]]


def _core(witness: Witness, published: PublishedFacts, premises: Premises) -> Iterator[str]:
    """Check what is asked of patients across the core set."""
    scores = end_scores(witness, premises.assumptions)
    for least, patients, lasts in (
        ("responder", "response.responders", premises.assumptions.response_lasts),
        ("minimal", "response.minimal", premises.improvement_lasts),
    ):
        points, count = published.count(f"design.{least}_score"), published.count(patients)
        reached = sum(score >= points for score in scores)
        if reached > count or (lasts and reached != count):
            yield f"{reached} patients end with {points} points"
    if sum(witness.female) != published.count("table1.females.all.count"):
        yield f"{sum(witness.female)} women"
    if premises.imacs_worsening and _worse(witness).any():
        yield "a patient met the definition of worsening"
    yield from _baselines(witness, published, premises, scores)


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
    witness: Witness, published: PublishedFacts, premises: Premises, scores: list[Fraction]
) -> Iterator[str]:
    assumptions = premises.assumptions
    table = visit_table(witness, assumptions, ("baseline",))
    highest = attainable_scores(table, mmt_max=assumptions.mmt_max, uln={"ck": "ck_uln"})
    pairs = zip(scores, highest["attainable_tis"], strict=True)
    yield from _courses(sorted(pairs, reverse=True), published)
    if not premises.minimal_disability:
        return
    for patient, row in enumerate(table.to_dict("records")):
        met = minimal_disability(
            {measure: row[measure] for measure in CORE},
            mmt_max=assumptions.mmt_max,
            uln={"ck": row["ck_uln"]},
            mmt_loss_percent=published.count("design.minimal_muscle_loss"),
            other_abnormal=published.count("design.minimal_other_abnormal"),
            vas_abnormal_cm=assumptions.vas_abnormal,
            haq_abnormal=assumptions.haq_abnormal,
            enzyme_abnormal_uln=assumptions.enzyme_abnormal,
        )
        if not met.met:
            yield f"patient {patient + 1} does not meet the minimal disability"


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
