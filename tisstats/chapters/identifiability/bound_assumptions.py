"""The assumptions behind the bounds, and which bounds change if one is altered."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import pandas as pd

from tisstats.bounds import BOUND_ASSUMPTIONS, read_sensitivity
from tisstats.bounds.assumptions import DROPPED, FINER_STEPS, Alternative
from tisstats.bounds.files import ALTERNATIVE
from tisstats.chapters import bound_tables
from tisstats.chapters.identifiability.cohorts_and_bounds import CohortsAndBounds
from tisstats.chapters.page import Rows, Table, described, table, table_facts
from tisstats.chapters.result_facts import WORDS, Facts, counted
from tisstats.lim2021.scales import SCALES
from tisstats.printed import format_outward

#: Examples in the prose of bounds that change with finer steps: measure, alteration, quantity,
#: side, and decimals shown.
_MOVED_EXAMPLES = (
    ("eq_vas", "eq_vas_step_1", "hodges_lehmann", "minimum", 1),
    ("haq", "haq_incomplete", "worsened", "maximum", 0),
)


class BoundAssumptions(CohortsAndBounds):
    """The section on the assumptions behind the bounds."""

    @cached_property
    def sensitivity(self) -> pd.DataFrame:
        """The bounds proved with one assumption altered."""
        return read_sensitivity()

    @cached_property
    def sensitivity_comparison(self) -> pd.DataFrame:
        """The bounds with one assumption altered, joined with the original ones."""
        return bound_tables.compare_sensitivity(self.bounds, self.sensitivity)

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
            "eq_vas_step": Facts(
                "{value} *", "Assumed step of the EQ VAS", "points", origin="chosen"
            ),
            "eq_vas_finer_step": Facts(
                "{value} *", "Finer step of the EQ VAS", "points", origin="chosen"
            ),
            "eq_vas_limit": Facts(
                "{minimum}",
                "Self-rated health: Hodges-Lehmann estimate of the change, with the assumed step",
                "points",
            ),
            "eq_vas_finer_limit": Facts(
                "{minimum}",
                "Self-rated health: Hodges-Lehmann estimate of the change, with the finer step",
                "points",
            ),
            "haq_step": WORDS,
            "haq_finer_step": WORDS,
            "haq_limit": Facts(
                "{maximum}", "HAQ: patients worse at the end, with the assumed step", "patients"
            ),
            "haq_finer_limit": Facts(
                "{maximum}",
                "HAQ: patients worse at the end, with an unanswered category",
                "patients",
            ),
            "steps_moved": counted("Bounds that change with a finer step", "bounds", origin="book"),
            "steps_proved": counted("Bounds recomputed with a finer step", "bounds", origin="book"),
            "dropped_moved": counted(
                "Bounds that change if an inference is dropped", "bounds", origin="book"
            ),
            "dropped_proved": counted(
                "Bounds recomputed without an inference", "bounds", origin="book"
            ),
            "altered": counted("Bounds recomputed", "bounds", origin="book"),
            "altered_optimal": counted(
                "Recomputed bounds that a cohort attains", "bounds", origin="book"
            ),
            "altered_outer": Facts(
                "{count} are*", "Recomputed bounds that are merely outer", "bounds", origin="book"
            ),
            "altered_unlimited": counted(
                "Recomputed quantities without a bound on one side", "bounds", origin="book"
            ),
        }
    )
    def sensitivity_numbers(self) -> dict[str, object]:
        """Return the numbers of the paragraphs on altered assumptions.

        Two bounds that change with finer steps serve as examples: the lower bound of the
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
        altered = zip(self.sensitivity["number"], self.sensitivity["proven"], strict=True)
        return numbers | bound_tables.count_proofs(altered, "altered")

    @table(
        "Sensitivity to the step: bounds that change with a finer step, all else unchanged",
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


def _format_affected(of: Iterable[str]) -> str:
    names = list(of)
    if set(names) >= set(SCALES):
        return "everything"
    return ", ".join(SCALES[each].abbreviation if each in SCALES else each for each in names)


def _names(changes: Iterable[Alternative]) -> list[str]:
    return [each.name for each in changes]
