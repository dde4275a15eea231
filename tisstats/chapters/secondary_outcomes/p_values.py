"""The P values that are attainable given the printed quartiles of Table 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from tisstats.chapters.chapter import PUBLISHED
from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import COUNT_OF_ALL, P_RANGE, WORDS, Facts, counted, stated
from tisstats.chapters.secondary_outcomes.table2 import PSOAS, Table2
from tisstats.figures import p_ranges
from tisstats.figures.numbers import name_in_sentence, of_all
from tisstats.forensics.signed_rank_range import SignedRankPRange
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.claims.row_checks import p_range_text, p_text
from tisstats.lim2021.scales import FINER_STEPS, SCALES, describe_finer_steps, with_unit
from tisstats.printed import format_rounded
from tisstats.proof import ProvenStatement
from tisstats.sentences import join_names

_NOT_COMPUTED = "not computed with this definition"

#: What a range of exact P values is.
_EXACT_P = Facts(
    P_RANGE + " | {P value}",
    method="two-sided signed-rank test, exact, zeros dropped",
    n="{self.analysed}",
)

#: What a range of asymptotic P values is.
_ASYMPTOTIC_P = Facts(
    P_RANGE + " | {P value}",
    method="two-sided signed-rank test, asymptotic, zeros dropped, ties corrected",
    n="{self.analysed}",
)


class PValues(Table2):
    """The section on P values, and on whether the exact test could change significance."""

    @cached_property
    def attainable_p(self) -> list[table2_bounds.MeasurePValues]:
        """The attainable P values of each measure."""
        return table2_bounds.attainable_p(
            self.published, quantile_definition=self.quantile_definition
        )

    @described(
        {
            "p_level": stated("Significance level", "probability", "published"),
            "p_inside": Facts(
                COUNT_OF_ALL,
                "Printed P values within the attainable range",
                "measures",
                origin="book",
            ),
            "p_both_sides": Facts(
                "in {count} of {denominator} rows*",
                "Measures with attainable P on both sides of the level",
                "measures",
                origin="book",
            ),
            "p_both_sides_finer": counted(
                "Measures with attainable P on both sides of the level, with finer steps",
                "measures",
                origin="book",
            ),
            "p_given": WORDS,
            "exact_p_changes": WORDS,
            "finer_steps": WORDS,
        }
    )
    def p_numbers(self) -> dict[str, object]:
        """Return the numbers on the attainable P values."""
        attainable, alpha = self.attainable_p, self.attainable_p[0].alpha
        both_sides = ProvenStatement(
            f"in {sum(each.straddles_alpha for each in attainable)} of {len(attainable)} rows the "
            f"printed changes allow P values on both sides of {format_rounded(alpha, 2)}",
            table2_bounds.p_conditions(self.published, attainable),
        )
        discordant = [each.measure for each in attainable if each.discordant_sample]
        on_finest = [each.on_finest_steps for each in attainable]
        finer = [each.measure for each in on_finest if each.discordant_sample]
        return {
            "p_level": format_rounded(alpha, 2),
            "p_inside": of_all(
                sum(bool(each.ranges.asymptotic.printed_p_attainable) for each in attainable),
                len(attainable),
            ),
            "p_both_sides": both_sides.statement,
            "p_both_sides_finer": sum(each.straddles_alpha for each in on_finest),
            "p_given": both_sides.assuming,
            "exact_p_changes": self._describe_exact_changes(discordant, finer),
            "finer_steps": describe_finer_steps(),
        }

    def _describe_exact_changes(self, discordant: Sequence[str], finer: Sequence[str]) -> str:
        """Describe for which measures the exact test could change significance.

        Parameters
        ----------
        discordant, finer
            The measures with the assumed steps, and with the finer ones.
        """
        ranges = [each.ranges.exact_given_printed for each in self.attainable_p]
        computed = sum(found is not None for found in ranges)
        if not computed:
            return f"With {self.rule_in_words} this range was not computed."
        level = format_rounded(self.attainable_p[0].alpha, 2)
        names = (
            f"{_names(discordant)}, at these resolutions and at the finer ones alike"
            if discordant == finer
            else f"{_names(discordant)}; at the finer ones, {_names(finer)}"
        )
        changing = (
            f"It could fall on the other side of {level} in {len(discordant)} of the {computed} "
            f"rows for which it was computed: {names}."
        )
        if not discordant:
            return changing
        return (
            f"{changing} The changes below are an example. They are synthetic; whether the real "
            "ones are like them is not known."
        )

    def p_ranges(self) -> FigureItem:
        """Return the P values that are attainable given the printed changes."""
        rows = [
            p_ranges.PValueRow(
                SCALES[each.measure].name,
                each.printed,
                asymptotic,
                _as_figure_range(each.ranges.exact),
                _as_figure_range(each.ranges.exact_given_printed),
            )
            for each in self.attainable_p
            if (asymptotic := _as_figure_range(each.ranges.asymptotic)) is not None
        ]
        return figure_item(
            p_ranges,
            rows,
            self.attainable_p[0].alpha,
            source=f"{PUBLISHED}, Table 2 (computed ranges)",
        )

    @property
    def attainable_in_words(self) -> str:
        """Which printed P values are attained by such changes."""
        outside = [
            each.measure
            for each in self.attainable_p
            if not each.ranges.asymptotic.printed_p_attainable
        ]
        if not outside:
            return "The printed P value is attained in every row."
        return f"The printed P value is not attained: {_names(outside)}."

    @table(
        "Attainable P values with the assumed steps, and whether the exact test could change "
        "significance",
        notes={
            "": "Over all changes with the assumed steps that round to the printed values; given "
            "the printed P, over those whose asymptotic P rounds to it; minima are rounded down, "
            "maxima up. {self.attainable_in_words}"
        },
        columns={
            "P as printed": Facts(
                "{P value}",
                method="two-sided signed-rank test as printed, exact or asymptotic not stated",
                n="{self.analysed}",
                origin="published",
            ),
            "Exact P *": _EXACT_P,
            "Range of exact P": _EXACT_P,
            "*symptotic P*": _ASYMPTOTIC_P,
            "*": WORDS,
        },
        rows=PSOAS,
    )
    def attainable_p_values(self) -> Rows:
        """Return the attainable P values, and whether the exact test could change significance."""
        for each in self.attainable_p:
            scale, ranges = SCALES[each.measure], each.ranges
            yield {
                "Outcome measure": scale.name,
                "P as printed": each.printed,
                "Significance could change": _describe_significance(each),
                "Assumed steps": with_unit(scale.step, scale.unit),
                "Range of asymptotic P": _format_p_range(ranges.asymptotic),
                "Range of exact P": _format_p_range(ranges.exact),
                "Exact P given the printed P": _format_p_range(ranges.exact_given_printed),
            }

    @table(
        "Attainable P values with finer steps",
        columns={"Exact P *": _EXACT_P, "*symptotic P*": _ASYMPTOTIC_P, "*": WORDS},
        rows=PSOAS,
        notes={"Finer steps": "The modified Rankin scale has whole grades only."},
    )
    def finer_p_values(self) -> Rows:
        """Return the attainable P values on finer steps, where any are considered."""
        for each in self.attainable_p:
            if finer := each.finer:
                scale = SCALES[each.measure]
                yield {
                    "Outcome measure": scale.name,
                    "Finer steps": with_unit(FINER_STEPS[each.measure].step, scale.unit),
                    "Range of asymptotic P": _format_p_range(finer.asymptotic),
                    "Exact P given the printed P": _format_p_range(finer.exact_given_printed),
                }

    def discordant_samples(self) -> tuple[Table, ...]:
        """Return examples of changes for which the two tests differ in significance, if any."""
        found = any(each.discordant_sample for each in self.attainable_p)
        return (self.discordant_table(),) if found else ()

    @table(
        "Synthetic changes with the published quartiles and P value that are significant by only "
        "one of the exact and the asymptotic test",
        columns={
            "Changes (synthetic)": WORDS,
            "Asymptotic P": replace(_ASYMPTOTIC_P, shape="{P value}", origin="synthetic"),
            "Exact P": replace(_EXACT_P, shape="{P value}", origin="synthetic"),
            "*": WORDS,
        },
        rows=PSOAS,
    )
    def discordant_table(self) -> Rows:
        """Return the table of `discordant_samples`."""
        for each in self.attainable_p:
            if sample := each.discordant_sample:
                changes = ", ".join(f"{float(value):g}" for value in sample.changes)
                yield {
                    "Outcome measure": SCALES[each.measure].name,
                    "Changes (synthetic)": changes.replace("-", "−"),
                    "Asymptotic P": p_text(sample.asymptotic),
                    "Exact P": p_text(sample.exact),
                }


def _format_p_range(found: SignedRankPRange | None) -> str:
    if found is None:
        return _NOT_COMPUTED
    limits = table2_bounds.p_limits(found)
    return "none possible" if limits is None else p_range_text(*limits)


def _describe_significance(each: table2_bounds.MeasurePValues) -> str:
    """Describe whether the exact test could change the significance of a measure."""
    limits = table2_bounds.p_limits(each.ranges.exact_given_printed)
    if limits is None:
        return _NOT_COMPUTED
    if each.discordant_sample:
        return "yes: for some changes"
    return "no: significant too" if limits[1] < each.alpha else "no: not significant"


def _names(measures: Sequence[str]) -> str:
    """List measures in a sentence."""
    return join_names([name_in_sentence(SCALES[measure].name) for measure in measures])


def _as_figure_range(found: SignedRankPRange | None) -> p_ranges.PValueRange | None:
    limits = table2_bounds.p_limits(found)
    return None if limits is None else p_ranges.PValueRange(*limits)
