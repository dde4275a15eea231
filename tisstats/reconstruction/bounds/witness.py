"""Witnesses: cohorts that attain a bound, and their check by plain arithmetic.

Nothing here comes from the models. A bound is called optimal only when its witness passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.measures import score_visits
from tisstats.measures.baseline import attainable_scores
from tisstats.measures.disability import minimal_disability
from tisstats.measures.imacs import imacs_worsening
from tisstats.measures.imacs.changes import relative_improvement
from tisstats.measures.scales import SCALES
from tisstats.reconstruction.assumptions import Assumptions
from tisstats.reconstruction.bounds.rows import BEDRIDDEN, CORE
from tisstats.rounding import prints_as
from tisstats.statistics import quantiles, signed_rank_test
from tisstats.study.published import Published


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


def faults(witness: Witness, published: Published, assumptions: Assumptions) -> list[str]:
    """List what a witness breaks, one line each; empty when it is a witness."""
    found = [fault for measure in witness.ends for fault in _row(witness, measure, published)]
    found += _limits(witness, published, assumptions)
    if witness.whole:
        found += _core(witness, published, assumptions)
    return found


def _row(witness: Witness, measure: str, published: Published) -> Iterator[str]:
    scale = SCALES[measure]
    columns = {
        "baseline": witness.baselines[measure],
        "end": witness.ends[measure],
        "change": witness.changes(measure),
    }
    patients = published.count("flow.analysed")
    if measure == "psoas":
        patients -= published.count("flow.psoas_missing")
    if {len(column) for column in columns.values()} != {patients}:
        yield f"{measure}: not {patients} pairs"
    for time in ("baseline", "end"):
        for value in columns[time]:
            top = value if scale.high is None else scale.high
            if not scale.low <= value <= top or (value / scale.step).denominator != 1:
                yield f"{measure}: {value} is not on the scale"
    for time, values in columns.items():
        quartiles = quantiles([float(value) for value in values], [0.25, 0.5, 0.75], "spss")
        for name, quartile in zip(("q1", "median", "q3"), quartiles, strict=True):
            address = f"table2.{measure}.{time}.{name}"
            if not prints_as(float(quartile), published.printed(address)):
                yield f"{address}: {quartile} does not print so"
    p = signed_rank_test([float(c) for c in columns["change"]], method="asymptotic").pvalue
    if not prints_as(p, published.printed(f"table2.{measure}.change.p")):
        yield f"table2.{measure}.change.p: {p} does not print so"


def _limits(witness: Witness, published: Published, assumptions: Assumptions) -> Iterator[str]:
    """Check what is asked of single rows besides Table 2."""
    if "swallowing" in witness.ends and assumptions.swallowing_follows_dysphagia:
        spared = published.count("flow.analysed") - published.count("table1.dysphagia.all.count")
        if (
            witness.baselines["swallowing"].count(Fraction(SCALES["swallowing"].high or 0))
            != spared
        ):
            yield f"swallowing: not {spared} patients without dysphagia"
    if "mrs" in witness.ends:
        grades = witness.ends["mrs"]
        if (
            BEDRIDDEN not in grades
            or max(*grades, *witness.baselines["mrs"]) > assumptions.mrs_high
        ):
            yield "mrs: no bed-ridden patient, or one who died"
    if "mmt" in witness.ends:
        loss = Fraction(published.count("design.minimal_muscle_loss"), 100)
        if max(witness.baselines["mmt"]) > assumptions.mmt_max * (1 - loss):
            yield "mmt: a baseline too strong for the minimal disability"


def visit_table(
    witness: Witness, assumptions: Assumptions, times: tuple[str, ...] = ("baseline", "end")
) -> pd.DataFrame:
    """Lay out the core set of a witness as a table of visits, as `score_visits` takes it."""
    limits = [
        assumptions.ck_uln_female if female else assumptions.ck_uln_male
        for female in witness.female
    ]
    frames = []
    for week, time in enumerate(times):
        rows = witness.baselines if time == "baseline" else witness.ends
        frame = pd.DataFrame({m: [float(value) for value in rows[m]] for m in CORE})
        frames.append(frame.assign(patient_id=range(1, len(frame) + 1), week=week, ck_uln=limits))
    return pd.concat(frames, ignore_index=True)


def end_scores(witness: Witness, assumptions: Assumptions) -> list[Fraction]:
    """Score the patients of a witness at the end, with `score_visits`."""
    visits = visit_table(witness, assumptions)
    scored = score_visits(visits, mmt_max=assumptions.mmt_max, uln={"ck": "ck_uln"})
    return [Fraction(score) for score in scored.loc[scored["week"] == 1, "tis"]]


def _core(witness: Witness, published: Published, assumptions: Assumptions) -> Iterator[str]:
    """Check what is asked of patients across the core set."""
    scores = end_scores(witness, assumptions)
    moderate = published.count("design.responder_score")
    minimal = published.count("design.minimal_score")
    responders = published.count("response.responders")
    reached = sum(score >= moderate for score in scores)
    if reached > responders or (assumptions.response_lasts and reached != responders):
        yield f"{reached} patients reach {moderate} points"
    if (reached := sum(score >= minimal for score in scores)) != published.count(
        "response.minimal"
    ):
        yield f"{reached} patients reach {minimal} points"
    if sum(witness.female) != published.count("table1.females.all.count"):
        yield f"{sum(witness.female)} women"
    best = sorted(range(len(scores)), key=lambda patient: -scores[patient])[:responders]
    if not any(witness.female[patient] for patient in best):
        yield "no woman among the responders"
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
    if imacs_worsening(relative, fallen).any():
        yield "a patient met the definition of worsening"
    yield from _baselines(witness, published, assumptions, scores)


def _baselines(
    witness: Witness, published: Published, assumptions: Assumptions, scores: list[Fraction]
) -> Iterator[str]:
    minimal = published.count("design.minimal_score")
    table = visit_table(witness, assumptions, ("baseline",))
    highest = attainable_scores(table, mmt_max=assumptions.mmt_max, uln={"ck": "ck_uln"})[
        "attainable_tis"
    ]
    lost = published.count("response.minimal_lost")
    could = sum(best >= minimal > score for best, score in zip(highest, scores, strict=True))
    if could < lost:
        yield f"only {could} of the others could reach {minimal} points before the end"
    for patient, row in enumerate(table.to_dict("records")):
        met = minimal_disability(
            {measure: row[measure] for measure in CORE},
            mmt_max=assumptions.mmt_max,
            uln={"ck": row["ck_uln"]},
            vas_abnormal_cm=assumptions.vas_abnormal,
            haq_abnormal=assumptions.haq_abnormal,
            enzyme_abnormal_uln=assumptions.enzyme_abnormal,
        )
        if not met.met:
            yield f"patient {patient + 1} lacks the minimal disability"
