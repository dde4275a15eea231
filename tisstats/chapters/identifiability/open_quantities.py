"""What remains open: the bounds of scores, of measures and of pairs of measures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.bounds.quantities import POINTS
from tisstats.bounds.spread import PERCENTILES
from tisstats.chapters import bound_tables
from tisstats.chapters.chapter import PUBLISHED
from tisstats.chapters.identifiability.cohorts_and_bounds import CohortsAndBounds
from tisstats.chapters.page import FigureItem, Table, described, figure_item, table_facts
from tisstats.chapters.result_facts import RANGE, WORDS, Facts, counted, stated
from tisstats.figures import bound_ranges as figure
from tisstats.figures.numbers import format_confidence_level, name_in_sentence
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.claims.row_checks import p_range_text
from tisstats.lim2021.scales import SCALES, describe_assumed_steps
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.proof import ProvenStatement
from tisstats.synthetic.assumptions import Assumptions

#: Label of the ensemble's bars in each figure.
_STAMP = (
    "synthetic cohorts (not real patients): "
    f"bar from the {100 * PERCENTILES['ensemble_p05']:g}th "
    f"to the {100 * PERCENTILES['ensemble_p95']:g}th percentile, mark at the median"
)

#: Ticks of the axis of P values, and of that of counts of patients.
_P_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 1.0)
_PATIENT_TICKS = (0, 5, 10, 15, 19)


class OpenQuantities(CohortsAndBounds):
    """The section on what remains open."""

    @cached_property
    def proofs(self) -> dict[str, ProvenStatement]:
        """The proofs about the ranges of measures, of scores, and of pairs of measures."""
        count, assumed = self.published.count, Assumptions()
        analysed, missing = count("flow.analysed"), count("flow.psoas_missing")
        of_rows = (
            f"{analysed} pairs of baseline and last assessment, {analysed - missing} for the psoas",
            "quartiles and asymptotic P as SPSS computes them",
            describe_assumed_steps(),
        )
        of_scores = (
            f"upper limits of normal of CK of {assumed.ck_uln_female} U/L for women and "
            f"{assumed.ck_uln_male} U/L for men",
            f"{count('response.responders')} patients ending with at least "
            f"{count('design.responder_score')} points and {count('response.minimal')} "
            f"with at least {count('design.minimal_score')}",
        )
        listed = "the assumptions listed in the table below"
        outside = "no patient-level data that reproduce Table 2 lie outside them"
        orders = (
            "some data that reproduce Table 2 rank the patients alike in both changes, and some "
            "rank them in reverse order"
        )
        return {
            "measures": ProvenStatement(outside, (*of_rows, listed)),
            "scores": ProvenStatement(outside, (*of_rows, *of_scores, listed)),
            "pairs": ProvenStatement(orders, (*of_rows, *of_scores, listed)),
        }

    @described(
        {
            "bounds": counted("Bounds", "bounds"),
            "bounds_optimal": counted("Bounds that a cohort attains", "bounds"),
            "bounds_outer": Facts("{count} are*", "Bounds that are merely outer", "bounds"),
            "bounds_unlimited": counted("Quantities without a bound on one side", "bounds"),
            "restated_count": counted("Bounds that only restate the assumed counts", "bounds"),
            "restated": WORDS,
            "bar_lower": stated("Lower percentile of the bars", "%"),
            "bar_upper": stated("Upper percentile of the bars", "%"),
            "proof_outside": WORDS,
            "proof_pairs": WORDS,
            "given_measures": WORDS,
            "given_scores": WORDS,
            "exact_p_narrower": WORDS,
        },
        source="book",
    )
    def bound_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on bounds."""
        of_measures, of_scores = self.proofs["measures"], self.proofs["scores"]
        return {
            **bound_tables.count_proofs(bound_tables.bounds_of_ranges(self.ranges)),
            **trivial_bound_numbers(self.ranges, self.published),
            **{
                f"bar_{end}": format_confidence_level(PERCENTILES[f"ensemble_{name}"])
                for end, name in (("lower", "p05"), ("upper", "p95"))
            },
            "proof_outside": of_measures.statement,
            "proof_pairs": self.proofs["pairs"].statement,
            "given_measures": of_measures.assuming,
            "given_scores": "; ".join(
                each for each in of_scores.conditions if each not in of_measures.conditions
            ),
            "exact_p_narrower": describe_narrower(self.ranges, self.published),
        }

    def exact_p_figure(self) -> FigureItem:
        """Return the figure of exact P values."""
        axis = figure.Axis(
            "Exact two-sided P of the signed-rank test",
            "the exact P",
            _P_TICKS,
            logarithmic=True,
            reference=float(self.published.value("design.significance_level")),
        )
        return self._range_figure("exact_p", "exact_p_bounds", axis)

    def patients_worse_figure(self) -> FigureItem:
        """Return the figure of patients worse at the end than at baseline."""
        axis = figure.Axis(
            "Patients worse at the end than at baseline",
            "how many patients got worse",
            _PATIENT_TICKS,
        )
        return self._range_figure("worsened", "patients_worse_bounds", axis)

    def _range_figure(self, quantity: str, name: str, axis: figure.Axis) -> FigureItem:
        rows = bound_tables.bound_ranges(self.ranges, quantity)
        return figure_item(
            figure,
            rows,
            axis,
            _STAMP,
            name=name,
            source=f"{PUBLISHED}, Table 2 (computed ranges)",
        )

    def range_tables(self) -> Iterator[Table]:
        """Return the proven ranges for the score, each measure and for pairs of measures."""
        for kind, name, subject in (
            ("score", "score", "The Total Improvement Score at the end"),
            ("row", "outcome_measure", "Each outcome measure"),
            ("pair", "correlation", "Correlation between changes in core set measures"),
        ):
            yield Table(
                pd.DataFrame(bound_tables.range_rows(self.ranges, kind, len(self.ensemble))),
                f"{subject}: bounds under the assumptions, and ensemble range",
                collapsed=kind != "score",
                name=f"{name}_bounds",
                facts=table_facts(
                    {
                        "Bounds": Facts(
                            RANGE + " | {minimum} to unbounded | unbounded to {maximum}",
                            method="optimised under the stated assumptions, rounded outward",
                            n="{self.analysed}",
                        ).filled(self),
                        "Range in*": Facts(
                            RANGE,
                            method="rounded outward",
                            n="{self.cohorts}",
                            origin="synthetic",
                        ).filled(self),
                        "*": WORDS,
                    },
                    bound_tables.UNITS,
                ),
                notes={"Bounds": bound_tables.steps_note(self.ranges, kind)},
            )


def trivial_bounds(published: PublishedFacts) -> dict[tuple[str, str], tuple[str, Fraction]]:
    """Compute the bounds of the score that follow from the assumed counts alone.

    Returns
    -------
    dict
        By quantity and side: a description, and the bound. The responders end with the responder
        score or more, the others below it, and patients without minimal improvement below its
        score.
    """
    count = published.count
    responders, improved, size = (
        count(name) for name in ("response.responders", "response.minimal", "flow.analysed")
    )
    responder = Fraction(count("design.responder_score"))
    # The score has steps, so the largest value below a threshold is one step below it.
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
        found["tis_major", "maximum"] = ("the number with major improvement", Fraction(responders))
    return found


def trivial_bound_numbers(ranges: pd.DataFrame, published: PublishedFacts) -> dict[str, object]:
    """Count and name the bounds that only restate the assumed counts."""
    names = []
    for (quantity, side), (words, value) in trivial_bounds(published).items():
        if ranges[ranges["quantity"] == quantity].iloc[0][side] == float(value):
            names.append(
                f"{words} is at {'least' if side == 'minimum' else 'most'} {float(value):g}"
            )
    return {"restated_count": len(names), "restated": "; ".join(names)}


def describe_narrower(ranges: pd.DataFrame, published: PublishedFacts) -> str:
    """List the exact P values whose bounds differ from what the printed changes alone allow."""
    bounds = {
        row["measure"]: bound_tables.format_bound_range(row)
        for row in bound_tables.quantity_rows(ranges, "exact_p")
    }
    of_changes = {
        each.measure: p_range_text(*limits)
        for each in table2_bounds.attainable_p(published)
        if (limits := table2_bounds.p_limits(each.ranges.exact_given_printed)) is not None
    }
    differing = [
        f"{name_in_sentence(SCALES[measure].name)}, {bounds[measure]} instead of {text}"
        for measure, text in of_changes.items()
        if bounds[measure] != text
    ]
    return "; ".join(differing) or "none of the measures"
