"""Chapter 6: what the published numbers determine of the patients, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from tisstats.bounds import (
    PREMISES,
    SIDES,
    ensemble_spread,
    read_bounds,
    read_sensitivity,
    with_spread,
)
from tisstats.bounds.files import CHANGE
from tisstats.bounds.premises import DROPPED, FINER_STEPS, Change
from tisstats.bounds.quantities import POINTS
from tisstats.bounds.spread import PLACES
from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.fingerprints import Fingerprints
from tisstats.chapters.limits import (
    compare,
    format_step,
    open_ranges,
    proof_of,
    range_frame,
    sensitivity_frame,
)
from tisstats.chapters.page import Picture, Table
from tisstats.chapters.plausibility import effect_table, plausibility_table
from tisstats.figures import open_ranges as figure
from tisstats.ledger.published import Published
from tisstats.lim2021 import primary
from tisstats.lim2021.cohort_check import Report
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.printed import as_printed, limit_as_printed
from tisstats.proof import Proof
from tisstats.statistics import method_name
from tisstats.synthetic import CONSTRAINTS, Ensemble
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.diversity import Diversity, diversity
from tisstats.synthetic.scoring import WORSE_CM, WORSE_COUNT, WORSE_MMT_PERCENT, WORSE_PERCENT

#: What the bars of the ensemble are, written into each figure.
_STAMP = "synthetic cohorts (no real patients): nine in ten lie in the bar"

#: Values numbered on the axis of P values, and on that of counts of patients.
_P_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 1.0)
_PATIENT_TICKS = (0, 5, 10, 15, 19)

#: Bounds that a finer step moves and the prose tells of: measure, alteration, quantity, side, and
#: decimals of the print.
_MOVED_EXAMPLES = (
    ("eq_vas", "eq_vas_by_1", "hodges_lehmann", "least", 1),
    ("haq", "haq_incomplete", "worse", "greatest", 0),
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
        """The bounds proved with one premise altered."""
        return read_sensitivity()

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The bounds beside the spread of the ensemble."""
        return with_spread(self.bounds, ensemble_spread(self.ensemble))

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The bounds with one premise altered beside those without the alteration."""
        return compare(self.bounds, self.sensitivity)

    @cached_property
    def proofs(self) -> dict[str, Proof]:
        """What is proven of the ranges of measures, of scores, and of pairs of measures."""
        return range_proofs(self.published)

    # Patient-level data that meet the printed numbers

    def check_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on constraints and checker."""
        return {
            "constraints": len(CONSTRAINTS),
            "rows_name": self.rows.name,
            **self.report.counts(),
            **overlap_of_constraints_and_checker(self.report),
        }

    def constraints(self) -> Table:
        """Return what a cohort must meet, where the article has it, and the lines of code."""
        frame = pd.DataFrame(
            [
                {
                    "What it demands": each.requirement,
                    "Place in the article": each.place,
                    "Facts named": len(each.addresses),
                    "Tested at": each.tested_at,
                    "Enforced at": each.enforced_at,
                    "Name in the code": each.name,
                }
                for each in CONSTRAINTS
            ]
        )
        caption = "What every cohort must meet, and where the article has it"
        return Table(frame, caption, wide=True, folded=True)

    def assumptions(self, assumptions: Assumptions | None = None) -> Table:
        """Return what is assumed beyond what is printed."""
        frame = pd.DataFrame(
            [
                {
                    "What is assumed": each.statement,
                    "Value": each.value,
                    "Reason": each.reason,
                    "Can be changed": "yes" if each.adjustable else "no",
                    "What becomes possible without it": each.if_dropped or "–",
                    "Name in the code": each.name,
                }
                for each in (assumptions or Assumptions()).to_list()
            ]
        )
        return Table(frame, "What is assumed beyond what is printed", wide=True, folded=True)

    def plausibility(self) -> Table:
        """Return the criteria of plausibility, and how many cohorts meet them."""
        caption = (
            "Criteria of plausibility, which are ours: what is asked of cohorts, and how many "
            "meet it"
        )
        return Table(plausibility_table(), caption, wide=True, folded=True)

    def effect_of_plausibility(self) -> Table:
        """Return the spread of followed quantities with and without the criteria."""
        caption = "What the criteria change: spread of synthetic cohorts with and without them"
        return Table(effect_table(), caption, wide=True, folded=True)

    def diversity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on how different cohorts can be."""
        differ = diversity(self.ensemble)
        return {
            "cohorts": f"{differ.cohorts:,}",
            "patients_changed": as_printed(100 * differ.patients_changed, 1),
            "visits_changed": as_printed(100 * differ.visits_changed, 1),
            "rank_correlation": as_printed(differ.score_rank_correlation, 2),
            "collapsed": describe_collapsed(differ),
        }

    # What is left open

    def limit_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on limits."""
        return {
            **count_proofs(self.ranges),
            **restated_numbers(self.ranges, self.published),
            **{f"bar_{end}": f"{100 * PLACES[end]:g}" for end in ("lower", "upper")},
            **{f"proof_{name}": proof for name, proof in self.proofs.items()},
            "given_measures": self.proofs["measures"].given,
        }

    def exact_p(self) -> Picture:
        """Return the figure of exact P values."""
        return self._picture(
            "exact_p",
            xlabel="Exact two-sided P of the signed-rank test",
            ticks=_P_TICKS,
            logarithmic=True,
            reference=float(self.published.value("design.significance_level")),
        )

    def worse(self) -> Picture:
        """Return the figure of patients who were worse at the end."""
        return self._picture(
            "worse", xlabel="Patients worse at the end than at baseline", ticks=_PATIENT_TICKS
        )

    def _picture(self, quantity: str, **drawn: Any) -> Picture:
        rows = open_ranges(self.ranges, quantity)
        drawn |= {"stamp": _STAMP}
        alt = figure.describe(rows, **drawn, given=self.proofs["measures"].given)
        return Picture(figure.draw(rows, **drawn), alt)

    def ranges_of_scores(self) -> Table:
        """Return what the premises allow of the score."""
        caption = (
            "The Total Improvement Score at the end: what the premises allow, by these steps, "
            "and the synthetic ensemble"
        )
        return Table(range_frame(self.ranges, "score", len(self.ensemble)), caption, wide=True)

    def ranges_of_measures(self) -> Table:
        """Return what the premises allow of each outcome measure."""
        caption = (
            "Each outcome measure: what the premises allow, by this step, and the synthetic "
            "ensemble"
        )
        frame = range_frame(self.ranges, "row", len(self.ensemble))
        return Table(frame, caption, wide=True, folded=True)

    def ranges_of_pairs(self) -> Table:
        """Return what the premises allow of pairs of core set measures."""
        caption = (
            "How core set measures go together: what the premises allow, by these steps, and the "
            "synthetic ensemble"
        )
        frame = range_frame(self.ranges, "pair", len(self.ensemble))
        return Table(frame, caption, wide=True, folded=True)

    # What the limits rest on

    def premises(self) -> Table:
        """Return what the limits rest on, why, and how many were proved again without it."""
        frame = pd.DataFrame(
            [
                {
                    "What is taken for granted": each.statement,
                    "Reason": each.reason,
                    "Bears upon": _bearing(each.of),
                    "Proved again without it": self._proved_without(each.name),
                    "Name in the code": each.name,
                }
                for each in PREMISES
            ]
        )
        caption = "Premises of the limits, and which of them were altered"
        return Table(frame, caption, wide=True, folded=True)

    def _proved_without(self, name: str) -> str:
        changes = _names(FINER_STEPS) if name == "steps" else [name]
        proved = int(self.sensitivity[CHANGE].isin(changes).sum())
        return f"for {proved} limits" if proved else "no"

    def sensitivity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on altered premises.

        Two bounds that a finer step moves stand for the others: the least Hodges-Lehmann estimate
        of the EQ VAS in whole points, and the greatest number of patients who were worse by a HAQ
        with an unanswered section.
        """
        numbers: dict[str, object] = {}
        for measure, change, quantity, side, decimals in _MOVED_EXAMPLES:
            key = {CHANGE: change, "quantity": quantity, "measure": measure, "side": side}
            row = self.compared[(self.compared[list(key)] == pd.Series(key)).all(axis=1)].iloc[0]
            numbers |= {
                f"{measure}_step": format_step(measure, row["step_before"]),
                f"{measure}_finer_step": format_step(measure, row["step"]),
                f"{measure}_limit": limit_as_printed(row["number_before"], decimals, side),
                f"{measure}_finer_limit": limit_as_printed(row["number"], decimals, side),
            }
        for prefix, changes in (("steps", FINER_STEPS), ("dropped", DROPPED)):
            proved = self.compared[self.compared[CHANGE].isin(_names(changes))]
            numbers |= {
                f"{prefix}_moved": int(proved["moved"].sum()) or "none",
                f"{prefix}_proved": len(proved),
            }
        return numbers

    def on_finer_steps(self) -> Table:
        """Return the limits that move on finer steps."""
        caption = (
            "Sensitivity to the step: limits that move on a finer step, all other premises kept"
        )
        frame = sensitivity_frame(self.compared, _names(FINER_STEPS))
        return Table(frame, caption, wide=True, folded=True)

    def without_inferences(self) -> Table:
        """Return the limits that move when an inference is dropped."""
        proved = self.compared[self.compared[CHANGE].isin(_names(DROPPED))]
        which = "those that move, and what stays" if proved["moved"].any() else "none moves"
        caption = f"Limits proved again with one inference dropped or altered: {which}"
        frame = sensitivity_frame(self.compared, _names(DROPPED))
        return Table(frame, caption, wide=True, folded=True)

    def closing_numbers(self) -> dict[str, object]:
        """Return the numbers of the last paragraphs."""
        story = primary.printed_interval(self.published)
        return {
            "printed_low": story.printed_low,
            "printed_high": story.printed_high,
            "interval_method": ", ".join(map(method_name, story.methods_giving_print)),
            "other_methods": len(story.methods) - len(story.methods_giving_print),
            "interval_level": f"{100 * story.level:g}",
            "interval_counts": f"{story.responders} of {story.patients}",
            "worsening": describe_worsening(),
            **self.fingerprints.closing_numbers(),
        }


def range_proofs(published: Published) -> dict[str, Proof]:
    """Return what is proven of the ranges of measures, of scores, and of pairs of measures."""
    count, limits = published.count, Assumptions()
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
        "the other premises tabled below",
    )
    outside = "no set of patients that prints Table 2 lies outside them"
    orders = (
        "one set of patients that prints Table 2 has both changes in the same order of patients, "
        "and another in reverse orders"
    )
    return {
        "measures": Proof(outside, (*of_rows, "the premises tabled below")),
        "scores": Proof(outside, of_scores),
        "pairs": Proof(orders, of_scores),
    }


def restated_limits(published: Published) -> dict[tuple[str, str], tuple[str, Fraction]]:
    """Compute the limits of the score that follow from the counts taken as premises alone.

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
        ("tis_worst_responder", "least"): ("the worst score of a responder", responder),
        ("tis_best", "least"): ("the best score", responder),
    }
    if improved < size:
        found["tis_worst", "greatest"] = ("the worst score", below_minimal)
    if improved <= size // 2:
        found["tis_median", "greatest"] = ("the median score", below_minimal)
    if RESPONSE_CUTS["adult"]["major"] >= responder:
        words = "the number with major improvement"
        found["tis_major", "greatest"] = (words, Fraction(responders))
    return found


def restated_numbers(ranges: pd.DataFrame, published: Published) -> dict[str, object]:
    """Count and name the limits that only restate the counts taken as premises."""
    names = []
    for (quantity, side), (words, value) in restated_limits(published).items():
        row = ranges[ranges["quantity"] == quantity].iloc[0]
        if row[side] == float(value):
            names.append(f"{words} is at {'least' if side == 'least' else 'most'} {float(value):g}")
    return {"restated_count": len(names), "restated": "; ".join(names)}


def count_proofs(ranges: pd.DataFrame) -> dict[str, object]:
    """Count the limits: attained by a cohort, only enclosing (in words), or without end."""
    proofs = [
        proof_of(value, proof)
        for side in SIDES
        for value, proof in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]
    outer = proofs.count("only enclosed")
    return {
        "bounds": len(proofs),
        "bounds_optimal": proofs.count("attained"),
        "bounds_outer": f"{outer} merely enclose them" if outer else "none merely encloses them",
        "bounds_unlimited": proofs.count("without limit"),
    }


def overlap_of_constraints_and_checker(report: Report) -> dict[str, int]:
    """Count how the numbers that constraints name and those that the checker checks overlap."""
    listed = [address for each in CONSTRAINTS for address in each.addresses]
    named = set(listed)
    checked = {finding.name for finding in report if finding.kind == "number"}
    return {
        "entries": len(listed),
        "named": len(named),
        "named_twice": len(listed) - len(named),
        "named_and_checked": len(named & checked),
        "percentages": sum(name.endswith(".percent") for name in checked - named),
        "marks": sum(name.startswith("significance.") for name in named - checked),
        "criteria": sum(name.startswith("design.") for name in named - checked),
    }


def describe_collapsed(differ: Diversity) -> str:
    """Describe how many unpublished quantities are the same in all cohorts, and what follows."""
    followed, cohorts = len(differ.quantities), f"{differ.cohorts:,}"
    start = f"Of {followed} unpublished quantities that were followed, "
    if not differ.collapsed:
        return (
            f"{start}none is the same in all {cohorts} cohorts; so none of these can be read off "
            "one cohort, and there is no ground to read off others"
        )
    same = len(differ.collapsed)
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


def _bearing(of: Iterable[str]) -> str:
    names = list(of)
    if set(names) >= set(SCALES):
        return "everything"
    return ", ".join(SCALES[each].abbreviation if each in SCALES else each for each in names)


def _names(changes: Iterable[Change]) -> list[str]:
    return [each.name for each in changes]
