"""Chapter 6: what the published numbers determine of the patients, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.bounds import (
    BOUND_ASSUMPTIONS,
    SIDES,
    ensemble_spread,
    join_spread,
    read_bounds,
    read_sensitivity,
)
from tisstats.bounds.assumptions import DROPPED, FINER_STEPS, Alternative
from tisstats.bounds.files import ALTERNATIVE
from tisstats.bounds.quantities import POINTS
from tisstats.bounds.spread import PERCENTILES
from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.fingerprints import Fingerprints
from tisstats.chapters.limits import (
    Row,
    compare,
    format_step,
    open_ranges,
    proof_of,
    range_rows,
    sensitivity_rows,
)
from tisstats.chapters.page import Picture, Rows, Table, table
from tisstats.figures import open_ranges as figure
from tisstats.figures.numbers import level_percent, percent, yes_no
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import response
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import format_outward, format_rounded
from tisstats.proof import ProvenStatement
from tisstats.statistics import method_title
from tisstats.synthetic import CONSTRAINTS, Ensemble
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.diversity import Diversity, diversity
from tisstats.synthetic.effect import PERCENTILES as EFFECT_PERCENTILES
from tisstats.synthetic.effect import read_effect
from tisstats.synthetic.plausibility import CRITERIA
from tisstats.synthetic.scoring import WORSE_CM, WORSE_COUNT, WORSE_MMT_PERCENT, WORSE_PERCENT

#: What the bars of the ensemble are, written into each figure.
_STAMP = "synthetic cohorts (no real patients): nine in ten lie in the bar"

#: Values numbered on the axis of P values, and on that of counts of patients.
_P_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 1.0)
_PATIENT_TICKS = (0, 5, 10, 15, 19)

#: Bounds that a finer step moves and the prose tells of: measure, alteration, quantity, side, and
#: decimals of the print.
_MOVED_EXAMPLES = (
    ("eq_vas", "eq_vas_step_1", "hodges_lehmann", "minimum", 1),
    ("haq", "haq_incomplete", "worsened", "maximum", 0),
)


#: Quantities whose spread is tabled with and without the criteria of plausibility: how they end.
_SHOWN = (
    "mean score at the end",
    "median score at the end",
    "major responders at the end",
    "responders with DM",
    "responders with IMNM",
    ": mean change",
    "correlation of change, PhGA with MMT",
    "correlation at baseline, MMT with HAQ",
)


@dataclass(frozen=True)
class Identifiability(PatientChapter):
    """The chapter on what the published numbers determine, for one choice of patients."""

    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """The last part of the chapter."""
        return Fingerprints(self.published)

    @cached_property
    def ensemble(self) -> Ensemble:
        """The synthetic cohorts."""
        return Ensemble.read()

    @cached_property
    def bounds(self) -> pd.DataFrame:
        """The proven bounds."""
        return read_bounds()

    @cached_property
    def sensitivity(self) -> pd.DataFrame:
        """The bounds proved with one assumption altered."""
        return read_sensitivity()

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The bounds beside the spread of the ensemble."""
        return join_spread(self.bounds, ensemble_spread(self.ensemble))

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The bounds with one assumption altered beside those without the alteration."""
        return compare(self.bounds, self.sensitivity)

    @cached_property
    def proofs(self) -> dict[str, ProvenStatement]:
        """What is proven of the ranges of measures, of scores, and of pairs of measures."""
        count, limits = self.published.count, Assumptions()
        analysed, missing = count("flow.analysed"), count("flow.psoas_missing")
        of_rows = (
            f"{analysed} pairs of baseline and last assessment, {analysed - missing} of the psoas",
            "quartiles and asymptotic P by the rules of SPSS",
            "values on the step named with each measure",
        )
        of_scores = (
            *of_rows,
            f"limits of normal of CK of {limits.ck_uln_female} U/L for women and "
            f"{limits.ck_uln_male} U/L for men",
            f"{count('response.responders')} patients ending with at least "
            f"{count('design.responder_score')} points and {count('response.minimal')} "
            f"with at least {count('design.minimal_score')}",
            "the other assumptions listed in the table below",
        )
        outside = "no set of patients that reproduces Table 2 lies outside them"
        orders = (
            "one set of patients that reproduces Table 2 has both changes in the same order of "
            "patients, and another in reverse orders"
        )
        return {
            "measures": ProvenStatement(
                outside, (*of_rows, "the assumptions listed in the table below")
            ),
            "scores": ProvenStatement(outside, of_scores),
            "pairs": ProvenStatement(orders, of_scores),
        }

    # Patient-level data that meet the printed numbers

    def check_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on constraints and checker."""
        listed = [address for each in CONSTRAINTS for address in each.addresses]
        named = set(listed)
        checked = {finding.name for finding in self.report if finding.kind == "number"}
        return {
            "constraints": len(CONSTRAINTS),
            "rows_name": self.rows.name,
            **self.report.counts(),
            "entries": len(listed),
            "named": len(named),
            "named_twice": len(listed) - len(named),
            "named_and_checked": len(named & checked),
            "percentages": sum(name.endswith(".percent") for name in checked - named),
            "marks": sum(name.startswith("significance.") for name in named - checked),
            "criteria": sum(name.startswith("design.") for name in named - checked),
        }

    @table("What every cohort must meet, and where the article has it", wide=True, folded=True)
    def constraints(self) -> Rows:
        """Return what a cohort must meet, where the article has it, and the lines of code."""
        for each in CONSTRAINTS:
            yield {
                "Requirement": each.requirement,
                "Place in the article": each.place,
                "Published numbers": len(each.addresses),
                "Tested at": each.tested_at,
                "Enforced at": each.enforced_at,
                "Name in the code": each.name,
            }

    @table("What is assumed beyond what is printed", wide=True, folded=True)
    def assumptions(self, assumptions: Assumptions | None = None) -> Rows:
        """Return what is assumed beyond what is printed."""
        for each in (assumptions or Assumptions()).to_list():
            yield {
                "Assumption": each.statement,
                "Value": each.value,
                "Reason": each.reason,
                "Can be changed": yes_no(each.adjustable),
                "Effect of dropping it": each.if_dropped or "–",
                "Name in the code": each.name,
            }

    @table(
        "Criteria of plausibility, which are ours: what is asked of cohorts, and how many meet it",
        wide=True,
        folded=True,
    )
    def plausibility(self) -> Rows:
        """Return the criteria of plausibility, and how many cohorts meet them."""
        effect = read_effect()
        shares = effect[effect["of"] == "criterion"].set_index("name")
        met, without = (
            shares[f"{kind}_median"].astype(float).map(lambda value: format_rounded(value, 0))
            for kind in ("with", "without")
        )
        for each in CRITERIA:
            yield {
                "Criterion": each.requirement,
                "Kind": each.kind,
                "Source": each.source,
                "Met by cohorts generated with the criteria, %": met[each.name],
                "Without, %": without[each.name],
                "Name": each.name.replace("_", " "),
            }

    @table(
        "Effect of the criteria: spread of synthetic cohorts with and without them",
        wide=True,
        folded=True,
    )
    def effect_of_plausibility(self) -> Rows:
        """Return the spread of followed quantities with and without the criteria."""
        low, high = (f"{level_percent(EFFECT_PERCENTILES[end])} %" for end in ("p05", "p95"))
        effect = read_effect()
        shown = (effect["of"] == "quantity") & effect["name"].str.endswith(_SHOWN)
        for row in effect[shown].to_dict("records"):
            yield {
                "Quantity": f"{row['name']}, {row['unit']}",
                f"With the criteria: median ({low} to {high})": _spread(row, "with"),
                "Without": _spread(row, "without"),
            }

    def diversity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on how different cohorts can be."""
        differ = diversity(self.ensemble)
        return {
            "cohorts": f"{differ.n_cohorts:,}",
            "patients_changed": percent(differ.proportion_profiles_different),
            "visits_changed": percent(differ.proportion_visits_different),
            "rank_correlation": format_rounded(differ.score_rank_correlation, 2),
            "collapsed": describe_collapsed(differ),
        }

    # What is left open

    def limit_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on limits."""
        return {
            **count_proofs(self.ranges),
            **restated_numbers(self.ranges, self.published),
            **{
                f"bar_{end}": level_percent(PERCENTILES[f"ensemble_{name}"])
                for end, name in (("lower", "p05"), ("upper", "p95"))
            },
            **{f"proof_{name}": proof for name, proof in self.proofs.items()},
            "given_measures": self.proofs["measures"].assuming,
        }

    def exact_p(self) -> Picture:
        """Return the figure of exact P values."""
        axis = figure.Axis(
            "Exact two-sided P of the signed-rank test",
            _P_TICKS,
            logarithmic=True,
            reference=float(self.published.value("design.significance_level")),
        )
        return self._picture("exact_p", axis)

    def worse(self) -> Picture:
        """Return the figure of patients who were worse at the end."""
        axis = figure.Axis("Patients worse at the end than at baseline", _PATIENT_TICKS)
        return self._picture("worsened", axis)

    def _picture(self, quantity: str, axis: figure.Axis) -> Picture:
        rows, given = open_ranges(self.ranges, quantity), self.proofs["measures"].assuming
        alt = figure.describe(rows, axis, _STAMP, given)
        return Picture(figure.draw(rows, axis, _STAMP), alt)

    def tables_of_ranges(self) -> Iterator[Table]:
        """Return what the assumptions allow: by score, measure and pair of measures."""
        for of, subject, steps in (
            ("score", "The Total Improvement Score at the end", "these steps"),
            ("row", "Each outcome measure", "this step"),
            ("pair", "Correlation between changes in core set measures", "these steps"),
        ):
            yield Table(
                pd.DataFrame(range_rows(self.ranges, of, len(self.ensemble))),
                f"{subject}: what the assumptions allow, by {steps}, and the synthetic ensemble",
                wide=True,
                folded=of != "score",
            )

    # What the limits rest on

    @table("Assumptions behind the limits, and which of them were altered", wide=True, folded=True)
    def bound_assumptions(self) -> Rows:
        """Return what the limits rest on, why, and how many were proved again without it."""
        for each in BOUND_ASSUMPTIONS:
            changes = _names(FINER_STEPS) if each.name == "steps" else [each.name]
            proved = int(self.sensitivity[ALTERNATIVE].isin(changes).sum())
            yield {
                "Assumption": each.statement,
                "Reason": each.reason,
                "Affects": _bearing(each.affects),
                "Proved again without it": f"for {proved} limits" if proved else "no",
                "Name in the code": each.name,
            }

    def sensitivity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on altered assumptions.

        Two bounds that a finer step moves stand for the others: the least Hodges-Lehmann estimate
        of the EQ VAS in whole points, and the greatest number of patients who were worse by a HAQ
        with an unanswered section.
        """
        numbers: dict[str, object] = {}
        for measure, change, quantity, side, decimals in _MOVED_EXAMPLES:
            key = {ALTERNATIVE: change, "quantity": quantity, "measure": measure, "side": side}
            row = self.compared[(self.compared[list(key)] == pd.Series(key)).all(axis=1)].iloc[0]
            numbers |= {
                f"{measure}_step": format_step(measure, row["step_before"]),
                f"{measure}_finer_step": format_step(measure, row["step"]),
                f"{measure}_limit": format_outward(row["number_before"], decimals, side),
                f"{measure}_finer_limit": format_outward(row["number"], decimals, side),
            }
        for prefix, changes in (("steps", FINER_STEPS), ("dropped", DROPPED)):
            proved = self.compared[self.compared[ALTERNATIVE].isin(_names(changes))]
            numbers |= {
                f"{prefix}_moved": int(proved["moved"].sum()) or "none",
                f"{prefix}_proved": len(proved),
            }
        return numbers

    @table(
        "Sensitivity to the step: limits that move on a finer step, all other assumptions kept",
        wide=True,
        folded=True,
    )
    def on_finer_steps(self) -> Rows:
        """Return the limits that move on finer steps."""
        return sensitivity_rows(self.compared, _names(FINER_STEPS))

    def without_inferences(self) -> Table:
        """Return the limits that move when an inference is dropped."""
        proved = self.compared[self.compared[ALTERNATIVE].isin(_names(DROPPED))]
        which = "those that move, and what stays" if proved["moved"].any() else "none moves"
        caption = f"Limits proved again with one inference dropped or altered: {which}"
        frame = pd.DataFrame(sensitivity_rows(self.compared, _names(DROPPED)))
        return Table(frame, caption, wide=True, folded=True)

    def closing_numbers(self) -> dict[str, object]:
        """Return the numbers of the last paragraphs."""
        story = response.printed_interval(self.published)
        return {
            "printed_low": story.printed_low,
            "printed_high": story.printed_high,
            "interval_method": ", ".join(map(method_title, story.methods_giving_print)),
            "other_methods": len(story.methods) - len(story.methods_giving_print),
            "interval_level": level_percent(story.level),
            "interval_counts": f"{story.count.responders} of {story.count.patients}",
            "worsening": describe_worsening(),
            **self.less_strict_numbers(),
            **self.fingerprints.closing_numbers(),
        }


def restated_limits(published: PublishedFacts) -> dict[tuple[str, str], tuple[str, Fraction]]:
    """Compute the limits of the score that follow from the counts taken as assumptions alone.

    Returns
    -------
    dict
        By quantity and side: what is limited, in words, and the limit. So many responders end with
        their score or more, the others below it, and below the score of minimal improvement those
        beyond its count.
    """
    count = published.count
    responders, improved, size = (
        count(name) for name in ("response.responders", "response.minimal", "flow.analysed")
    )
    responder = Fraction(count("design.responder_score"))
    # The score has steps, so the greatest below a limit lies one step below it.
    below_minimal = Fraction(count("design.minimal_score")) - POINTS
    found = {
        ("tis_min_responder", "minimum"): ("the worst score of a responder", responder),
        ("tis_max", "minimum"): ("the best score", responder),
    }
    if improved < size:
        found["tis_min", "maximum"] = ("the worst score", below_minimal)
    if improved <= size // 2:
        found["tis_median", "maximum"] = ("the median score", below_minimal)
    if RESPONSE_CUTOFFS["adult"]["major"] >= responder:
        words = "the number with major improvement"
        found["tis_major", "maximum"] = (words, Fraction(responders))
    return found


def restated_numbers(ranges: pd.DataFrame, published: PublishedFacts) -> dict[str, object]:
    """Count and name the limits that only restate the counts taken as assumptions."""
    names = []
    for (quantity, side), (words, value) in restated_limits(published).items():
        row = ranges[ranges["quantity"] == quantity].iloc[0]
        if row[side] == float(value):
            names.append(
                f"{words} is at {'least' if side == 'minimum' else 'most'} {float(value):g}"
            )
    return {"restated_count": len(names), "restated": "; ".join(names)}


def count_proofs(ranges: pd.DataFrame) -> dict[str, object]:
    """Count the limits: attained by a cohort, only enclosing (in words), or without end."""
    proofs = [
        proof_of(value, proof)
        for side in SIDES
        for value, proof in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]
    outer = proofs.count("outer bound only")
    return {
        "bounds": len(proofs),
        "bounds_optimal": proofs.count("attained"),
        "bounds_outer": f"{outer} merely enclose them" if outer else "none merely encloses them",
        "bounds_unlimited": proofs.count("unbounded"),
    }


def describe_collapsed(differ: Diversity) -> str:
    """Describe how many unpublished quantities are the same in all cohorts, and what follows."""
    followed, cohorts = len(differ.quantities), f"{differ.n_cohorts:,}"
    start = f"Of {followed} unpublished quantities that were followed, "
    if not differ.constant_quantities:
        return (
            f"{start}none is the same in all {cohorts} cohorts; so none of these can be read off "
            "one cohort, and there is no ground to read off others"
        )
    same = len(differ.constant_quantities)
    verb = "is" if same == 1 else "are"
    return (
        f"{start}{same} {verb} the same in all {cohorts} cohorts; the others "
        "cannot be read off one cohort, and there is no ground to read off what was not followed"
    )


def describe_worsening() -> str:
    """Describe the limits of worsening at one visit, as they are taken here."""
    physician, extramuscular, mmt = (
        SCALES[name].abbreviation for name in ("physician_global", "extramuscular", "mmt")
    )
    return (
        f"{physician} up by {float(WORSE_CM):g} cm with {mmt} down by {WORSE_MMT_PERCENT} %, "
        f"{extramuscular} up by {float(WORSE_CM):g} cm, or {WORSE_COUNT} core set measures worse "
        f"by {WORSE_PERCENT} %"
    )


def _spread(row: Row, kind: str) -> str:
    """Format median and spread of one quantity, to as many decimals as its size deserves."""
    values = [float(row[f"{kind}_{place}"]) for place in ("p05", "median", "p95")]
    size = max(abs(values[0]), abs(values[2]))
    decimals = 2 if size < 3 else 1 if size < 100 else 0
    low, middle, high = (format_rounded(each, decimals).replace("-", "−") for each in values)
    return f"{middle} ({low} to {high})"


def _bearing(of: Iterable[str]) -> str:
    names = list(of)
    if set(names) >= set(SCALES):
        return "everything"
    return ", ".join(SCALES[each].abbreviation if each in SCALES else each for each in names)


def _names(changes: Iterable[Alternative]) -> list[str]:
    return [each.name for each in changes]
