"""Chapter 6: what the published numbers determine about the patients, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pandas as pd

from tisstats.bounds import (
    BOUND_ASSUMPTIONS,
    SIDES,
    describe_spread,
    ensemble_values,
    join_spread,
    read_bounds,
    read_sensitivity,
)
from tisstats.bounds.assumptions import DROPPED, FINER_STEPS, Alternative
from tisstats.bounds.files import ALTERNATIVE
from tisstats.bounds.quantities import POINTS
from tisstats.bounds.spread import PERCENTILES
from tisstats.chapters import another_cohort, bound_tables
from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.fingerprints import Fingerprints
from tisstats.chapters.page import (
    FigureItem,
    Interactive,
    Rows,
    Table,
    described,
    figure_item,
    table,
    table_facts,
)
from tisstats.chapters.result_facts import (
    COUNT_OF,
    COUNT_OF_ALL,
    LABEL,
    OMITTED,
    RANGE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import bound_ranges as figure
from tisstats.figures.numbers import (
    format_confidence_level,
    format_percent,
    name_in_sentence,
    of_all,
    yes_no,
)
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import response, table2_bounds
from tisstats.lim2021.claims.row_checks import p_range_text
from tisstats.lim2021.scales import SCALES, describe_assumed_steps
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import format_outward, format_rounded
from tisstats.proof import ProvenStatement
from tisstats.statistics import method_title
from tisstats.synthetic import CONSTRAINTS, Ensemble
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.diversity import Diversity, diversity
from tisstats.synthetic.effect import N_COHORTS, read_effect
from tisstats.synthetic.effect import PERCENTILES as EFFECT_PERCENTILES
from tisstats.synthetic.plausibility import CRITERIA
from tisstats.synthetic.run import REFERENCE_CANDIDATES
from tisstats.synthetic.scoring import WORSE_CM, WORSE_COUNT, WORSE_MMT_PERCENT, WORSE_PERCENT

#: Label of the ensemble's bars in each figure.
_STAMP = (
    "synthetic cohorts (not real patients): "
    f"bar from the {100 * PERCENTILES['ensemble_p05']:g}th "
    f"to the {100 * PERCENTILES['ensemble_p95']:g}th percentile, mark at the median"
)

#: Ticks of the axis of P values, and of that of counts of patients.
_P_TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 1.0)
_PATIENT_TICKS = (0, 5, 10, 15, 19)

#: Examples in the prose of bounds that change on a finer step: measure, alteration, quantity, side,
#: and decimals shown.
_MOVED_EXAMPLES = (
    ("eq_vas", "eq_vas_step_1", "hodges_lehmann", "minimum", 1),
    ("haq", "haq_incomplete", "worsened", "maximum", 0),
)


#: Quantities whose spread is tabulated with and without the plausibility criteria, by the end of
#: their names.
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
    """Chapter 6 for given patient-level data."""

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
    def values(self) -> pd.DataFrame:
        """The open quantities of each synthetic cohort."""
        return ensemble_values(self.ensemble)

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The bounds with the spread of the ensemble."""
        return join_spread(self.bounds, describe_spread(self.values))

    @cached_property
    def sensitivity_comparison(self) -> pd.DataFrame:
        """The bounds with one assumption altered, joined with the original ones."""
        return bound_tables.compare_sensitivity(self.bounds, self.sensitivity)

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

    @property
    def giving_title(self) -> str:
        """The method that gives the printed interval."""
        return method_title(response.printed_interval(self.published).methods_matching_print[0])

    @property
    def cohorts(self) -> int:
        """Number of cohorts in the ensemble."""
        return len(self.ensemble)

    @property
    def effect_cohorts(self) -> int:
        """Number of cohorts that show the effect of the criteria."""
        return N_COHORTS

    # Patient-level data that meet the printed numbers

    @described(
        {
            "constraints": counted("Constraints on a cohort", "constraints", origin="book"),
            "uncovered": counted(
                "Printed numbers that no constraint covers", "numbers", origin="book"
            ),
            "numbers": counted(
                "Published numbers compared with the patients", "numbers", origin="book"
            ),
            "numbers_hold": counted(
                "Published numbers that the patients meet", "numbers", origin="book"
            ),
            "statements": counted(
                "Published statements compared with the patients", "statements", origin="book"
            ),
            "statements_hold": counted(
                "Published statements that the patients meet", "statements", origin="book"
            ),
            "numbers_agree": Facts(
                COUNT_OF_ALL, "Published numbers that the patients meet", "numbers", origin="book"
            ),
            "statements_agree": Facts(
                COUNT_OF_ALL,
                "Published statements that the patients meet",
                "statements",
                origin="book",
            ),
            "entries": counted(
                "Published numbers of the constraints, with repetitions", "numbers", origin="book"
            ),
            "named": counted("Published numbers of the constraints", "numbers", origin="book"),
            "named_twice": counted(
                "Published numbers of several constraints", "numbers", origin="book"
            ),
            "named_and_checked": counted(
                "Published numbers of the constraints that are checked too",
                "numbers",
                origin="book",
            ),
            "percentages": counted(
                "Percentages checked that no constraint names", "numbers", origin="book"
            ),
            "marks": counted("Marks of significance among the constraints", "marks", origin="book"),
            "criteria": counted(
                "Criteria of design among the constraints", "criteria", origin="book"
            ),
        }
    )
    def check_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on constraints and checks."""
        listed = [address for each in CONSTRAINTS for address in each.addresses]
        named = set(listed)
        checked = {finding.name for finding in self.report if finding.kind == "number"}
        counts = self.report.counts()
        return {
            "constraints": len(CONSTRAINTS),
            "rows_name": self.patient_data.name,
            **counts,
            "numbers_agree": of_all(counts["numbers_hold"], counts["numbers"]),
            "statements_agree": of_all(counts["statements_hold"], counts["statements"]),
            "entries": len(listed),
            "named": len(named),
            "named_twice": len(listed) - len(named),
            "named_and_checked": len(named & checked),
            "percentages": sum(name.endswith(".percent") for name in checked - named),
            "marks": sum(name.startswith("significance.") for name in named - checked),
            "criteria": sum(name.startswith("design.") for name in named - checked),
        }

    @table(
        "Constraints on every cohort, with their place in the article",
        collapsed=True,
        columns="rules in words, with their place in the code",
        in_files=("Tested at", "Enforced at", "Code name"),
    )
    def constraints(self) -> Rows:
        """Return the constraints on a cohort, and their place in the article.

        The files of the table also have the lines of code.
        """
        for each in CONSTRAINTS:
            yield {
                "Requirement": each.requirement,
                "Place in the article": each.place,
                "Facts covered": len(each.addresses),
                "Tested at": each.tested_at,
                "Enforced at": each.enforced_at,
                "Code name": each.name,
            }

    @table(
        "Assumptions beyond the published numbers",
        collapsed=True,
        columns="assumptions in words",
    )
    def assumptions(self, assumptions: Assumptions | None = None) -> Rows:
        """Return the assumptions beyond the published numbers."""
        for each in (assumptions or Assumptions()).to_list():
            yield {
                "Assumption": each.statement,
                "Value": each.value,
                "Reason": each.reason,
                "Adjustable": yes_no(each.adjustable),
                "Effect of dropping it": each.if_dropped or "–",
                "Code name": each.name,
            }

    @table(
        "Plausibility criteria (ours), and percentage of cohorts meeting each",
        collapsed=True,
        columns={
            "Criterion": OMITTED,
            "Name": LABEL,
            "*, %": Facts(
                "{estimate}", unit="%", method="median share of cohorts", n="{self.effect_cohorts}"
            ),
            "*": WORDS,
        },
        source="synthetic",
    )
    def plausibility(self) -> Rows:
        """Return the plausibility criteria, and the percentage of cohorts meeting each."""
        effect = read_effect()
        percentages = effect[effect["of"] == "criterion"].set_index("name")
        met, without = (
            percentages[f"{kind}_median"].astype(float).map(lambda value: format_rounded(value, 0))
            for kind in ("with", "without")
        )
        for each in CRITERIA:
            yield {
                "Criterion": each.requirement,
                "Kind": each.kind,
                "Source": each.source,
                "Cohorts meeting it, generated with the criteria, %": met[each.name],
                "Generated without, %": without[each.name],
                "Name": each.name.replace("_", " "),
            }

    @table(
        "Effect of the criteria: spread of synthetic cohorts with and without them",
        collapsed=True,
        columns={
            "Quantity": WORDS,
            "*": Facts(
                "{median} ({lower percentile} to {upper percentile})",
                unit="@row unit",
                method="percentiles as in the column's label",
                n="{self.effect_cohorts}",
            ),
        },
        source="synthetic",
    )
    def plausibility_effect(self) -> Rows:
        """Return the spread of selected quantities with and without the criteria."""
        low, high = (f"{format_confidence_level(EFFECT_PERCENTILES[p])}%" for p in ("p05", "p95"))
        effect = read_effect()
        shown = (effect["of"] == "quantity") & effect["name"].str.endswith(_SHOWN)
        for row in effect[shown].to_dict("records"):
            yield {
                "Quantity": f"{row['name']}, {row['unit']}",
                f"With the criteria: median ({low} to {high})": _format_spread(row, "with"),
                "Without": _format_spread(row, "without"),
            }

    @described(
        {
            "cohorts": counted("Synthetic cohorts", "cohorts"),
            "candidates": counted("Candidates for the reference cohort", "cohorts"),
            "patients_changed": Facts(
                "{percentage}",
                "Patients whose profile differs from that in another cohort",
                n="{self.cohorts}",
            ),
            "visits_changed": Facts(
                "{percentage}",
                "Visits that differ from those in another cohort",
                n="{self.cohorts}",
            ),
            "rank_correlation": Facts(
                "{correlation}",
                "Scores of a patient in one cohort and another",
                method="mean Spearman rank correlation",
                n="{self.cohorts}",
            ),
            "collapsed": Facts(
                "Of {count} unpublished*", "Unpublished quantities examined", "quantities"
            ),
        },
        source="synthetic",
    )
    def diversity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraph on the diversity of cohorts."""
        differ = diversity(self.ensemble)
        return {
            "cohorts": str(differ.n_cohorts),
            "candidates": str(REFERENCE_CANDIDATES),
            "patients_changed": format_percent(differ.proportion_profiles_different),
            "visits_changed": format_percent(differ.proportion_visits_different),
            "rank_correlation": format_rounded(differ.score_rank_correlation, 2),
            "collapsed": describe_collapsed(differ),
        }

    def another_cohort(self) -> Interactive:
        """Return the slider through the cohorts of the project's ensemble.

        It starts at the cohort of the page, if that is one of them, and otherwise at the first.
        """
        shown = another_cohort.cohort_series(
            self.ensemble, self.values, self.ranges, self.published
        )
        start = int(self.cohort) if self.cohort.strip().isdecimal() else 0
        return Interactive("another_cohort", {**shown, "start": start})

    # What is left open

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
            **count_proofs(self.ranges),
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

    # Assumptions behind the bounds

    @table(
        "Assumptions behind the bounds, and which were varied",
        collapsed=True,
        columns={
            "Sensitivity analysis": Facts(
                "{count} bounds", "Bounds recomputed with it altered", "bounds"
            ),
            "*": WORDS,
        },
        source="book",
    )
    def bound_assumptions(self) -> Rows:
        """Return the assumptions behind the bounds, and for how many bounds each was varied."""
        for each in BOUND_ASSUMPTIONS:
            changes = _names(FINER_STEPS) if each.name == "steps" else [each.name]
            proved = int(self.sensitivity[ALTERNATIVE].isin(changes).sum())
            yield {
                "Assumption": each.statement,
                "Reason": each.reason,
                "Affects": _format_affected(each.affects),
                "Sensitivity analysis": f"{proved} bounds" if proved else "no",
                "Code name": each.name,
            }

    @described(
        {
            "eq_vas_step": Facts("{value} *", "Assumed step of the EQ VAS", "points"),
            "eq_vas_finer_step": Facts("{value} *", "Finer step of the EQ VAS", "points"),
            "eq_vas_limit": Facts(
                "{minimum}",
                "Self-rated health: Hodges-Lehmann estimate of the change, on the assumed step",
                "points",
            ),
            "eq_vas_finer_limit": Facts(
                "{minimum}",
                "Self-rated health: Hodges-Lehmann estimate of the change, on the finer step",
                "points",
            ),
            "haq_step": WORDS,
            "haq_finer_step": WORDS,
            "haq_limit": Facts(
                "{maximum}", "HAQ: patients worse at the end, on the assumed step", "patients"
            ),
            "haq_finer_limit": Facts(
                "{maximum}",
                "HAQ: patients worse at the end, with an unanswered category",
                "patients",
            ),
            "steps_moved": counted("Bounds that change on a finer step", "bounds", origin="book"),
            "steps_proved": counted("Bounds recomputed on a finer step", "bounds", origin="book"),
            "dropped_moved": counted(
                "Bounds that change if an inference is dropped", "bounds", origin="book"
            ),
            "dropped_proved": counted(
                "Bounds recomputed without an inference", "bounds", origin="book"
            ),
        }
    )
    def sensitivity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on altered assumptions.

        Two bounds that change on a finer step serve as examples: the lower bound of the
        Hodges-Lehmann estimate of the EQ VAS in whole points, and the upper bound of the number of
        patients worse on a HAQ with an unanswered category.
        """
        numbers: dict[str, object] = {}
        for measure, change, quantity, side, decimals in _MOVED_EXAMPLES:
            key = {ALTERNATIVE: change, "quantity": quantity, "measure": measure, "side": side}
            row = self.sensitivity_comparison[
                (self.sensitivity_comparison[list(key)] == pd.Series(key)).all(axis=1)
            ].iloc[0]
            numbers |= {
                f"{measure}_step": bound_tables.format_step(measure, row["step_before"]),
                f"{measure}_finer_step": bound_tables.format_step(measure, row["step"]),
                f"{measure}_limit": format_outward(row["number_before"], decimals, side),
                f"{measure}_finer_limit": format_outward(row["number"], decimals, side),
            }
        for prefix, changes in (("steps", FINER_STEPS), ("dropped", DROPPED)):
            proved = self.sensitivity_comparison[
                self.sensitivity_comparison[ALTERNATIVE].isin(_names(changes))
            ]
            numbers |= {
                f"{prefix}_moved": int(proved["moved"].sum()) or "none",
                f"{prefix}_proved": len(proved),
            }
        return numbers

    @table(
        "Sensitivity to the step: bounds that change on a finer step, other assumptions unchanged",
        collapsed=True,
        columns=bound_tables.SENSITIVITY,
        rows=bound_tables.UNITS,
    )
    def finer_step_sensitivity(self) -> Rows:
        """Return the bounds that change on finer steps."""
        return bound_tables.sensitivity_rows(self.sensitivity_comparison, _names(FINER_STEPS))

    def inference_sensitivity(self) -> Table:
        """Return the bounds that change when an inference is dropped."""
        proved = self.sensitivity_comparison[
            self.sensitivity_comparison[ALTERNATIVE].isin(_names(DROPPED))
        ]
        which = "changed bounds, and the others" if proved["moved"].any() else "none changes"
        caption = f"Sensitivity analysis with one inference dropped or altered: {which}"
        frame = pd.DataFrame(
            bound_tables.sensitivity_rows(self.sensitivity_comparison, _names(DROPPED))
        )
        return Table(
            frame,
            caption,
            collapsed=True,
            name="inference_sensitivity",
            facts=table_facts(bound_tables.SENSITIVITY, bound_tables.UNITS),
        )

    @described(
        {
            "printed_low": Facts(
                "{lower limit}",
                "Responders",
                "%",
                "{self.giving_title}",
                "{self.analysed}",
                origin="published",
            ),
            "printed_high": Facts(
                "{upper limit}",
                "Responders",
                "%",
                "{self.giving_title}",
                "{self.analysed}",
                origin="published",
            ),
            "other_methods": counted("Methods that do not give the printed interval", "methods"),
            "interval_method": WORDS,
            "interval_level": Facts(
                "{level}", "Confidence level of the printed interval", origin="published"
            ),
            "interval_counts": Facts(COUNT_OF, "Responders", "patients", origin="published"),
            "worsening": WORDS,
        }
    )
    def closing_numbers(self) -> dict[str, object]:
        """Return the numbers of the last paragraphs."""
        outcome = response.printed_interval(self.published)
        return {
            "printed_low": outcome.printed_low,
            "printed_high": outcome.printed_high,
            "interval_method": ", ".join(map(method_title, outcome.methods_matching_print)),
            "other_methods": len(outcome.methods) - len(outcome.methods_matching_print),
            "interval_level": format_confidence_level(outcome.level),
            "interval_counts": f"{outcome.count.responders} of {outcome.count.patients}",
            "worsening": describe_worsening(),
            **self.discussion_definition_numbers(),
            **self.fingerprints.closing_numbers(),
        }


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


def count_proofs(ranges: pd.DataFrame) -> dict[str, object]:
    """Count the bounds by proof: attained by a cohort, outer bounds (in words), or unbounded."""
    proofs = [
        bound_tables.describe_proof(value, proof)
        for side in SIDES
        for value, proof in zip(ranges[side], ranges[f"proven_{side}"], strict=True)
    ]
    outer = proofs.count("outer bound only")
    return {
        "bounds": len(proofs),
        "bounds_optimal": proofs.count("attained"),
        "bounds_outer": f"{outer} are outer bounds" if outer else "none is merely an outer bound",
        "bounds_unlimited": proofs.count("unbounded"),
    }


def describe_collapsed(differ: Diversity) -> str:
    """Describe how many unpublished quantities are identical in all cohorts, and what follows."""
    followed, cohorts = len(differ.quantities), str(differ.n_cohorts)
    start = f"Of {followed} unpublished quantities examined, "
    if not differ.constant_quantities:
        return (
            f"{start}none is the same in all {cohorts} cohorts; so none of these can be inferred "
            "from a single cohort. Others were not examined: some may be constant, because the "
            "printed numbers or an assumption fix them"
        )
    same = len(differ.constant_quantities)
    verb = "is" if same == 1 else "are"
    return (
        f"{start}{same} {verb} the same in all {cohorts} cohorts; the others "
        "cannot be inferred from a single cohort. More were not examined: some may be constant, "
        "because the printed numbers or an assumption fix them"
    )


def describe_worsening() -> str:
    """Describe the thresholds of worsening at one visit that are used here."""
    physician, extramuscular, mmt = (
        SCALES[name].abbreviation for name in ("physician_global", "extramuscular", "mmt")
    )
    return (
        f"{physician} up by {float(WORSE_CM):g} cm with {mmt} down by {WORSE_MMT_PERCENT}%, "
        f"{extramuscular} up by {float(WORSE_CM):g} cm, or {WORSE_COUNT} core set measures worse "
        f"by {WORSE_PERCENT}%"
    )


def _format_spread(row: bound_tables.Row, kind: str) -> str:
    """Format median and spread of a quantity, with decimals by its size."""
    values = [float(row[f"{kind}_{place}"]) for place in ("p05", "median", "p95")]
    size = max(abs(values[0]), abs(values[2]))
    decimals = 2 if size < 3 else 1 if size < 100 else 0
    low, middle, high = (format_rounded(each, decimals).replace("-", "−") for each in values)
    return f"{middle} ({low} to {high})"


def _format_affected(of: Iterable[str]) -> str:
    names = list(of)
    if set(names) >= set(SCALES):
        return "everything"
    return ", ".join(SCALES[each].abbreviation if each in SCALES else each for each in names)


def _names(changes: Iterable[Alternative]) -> list[str]:
    return [each.name for each in changes]
