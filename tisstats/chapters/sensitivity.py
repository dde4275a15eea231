"""Chapter 8: which conclusions hold under all defensible choices, and which depend on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from tisstats.bounds.assumptions import ALTERNATIVES
from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
from tisstats.chapters.result_facts import (
    COUNT_OF,
    COUNT_OF_ALL,
    P_RANGE,
    RANGE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.chapters.specification_items import (
    CONCLUSION_FACTS,
    conclusion_row,
    curve_content,
    judge,
    level_rows,
    percent_span,
    share_facts,
    share_rows,
)
from tisstats.figures import specification_curve
from tisstats.figures.numbers import (
    format_confidence_level,
    format_range,
    of_all,
)
from tisstats.lim2021 import sensitivity
from tisstats.lim2021.sensitivity import EnzymeLimits
from tisstats.sentences import join_names
from tisstats.trial import analyse
from tisstats.trial.analysis import Analysis
from tisstats.trial.change_specifications import change_curves
from tisstats.trial.specifications import (
    Conclusion,
    Condition,
    Judgement,
    SpecificationCurve,
    combinations,
)
from tisstats.trial.summaries import format_p

#: Decimals of P values, one more than the article prints.
_P_DECIMALS = 3


@dataclass(frozen=True)
class Sensitivity(PatientChapter):
    """Chapter 8 for given parameters."""

    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def limits(self) -> EnzymeLimits:
        """The other upper limits of normal that the bounds examine too."""
        alternative = ALTERNATIVES["ck_limits"]
        shared = alternative.assumptions.shared
        female, male = (float(getattr(shared, f"ck_uln_{sex}")) for sex in ("female", "male"))
        label = f"{female:g} (women), {male:g} U/L (men)"
        return EnzymeLimits(label, alternative.reason.strip(), female, male)

    @cached_property
    def analysis(self) -> Analysis:
        """The scored visits of the patients."""
        return analyse(self.patient_data.trial)

    @cached_property
    def printed(self) -> SpecificationCurve:
        """Responders by printed counts."""
        return sensitivity.printed_curve(self.published)

    @cached_property
    def rows(self) -> SpecificationCurve:
        """Responders among the patients."""
        return sensitivity.row_curve(self.published, self.patient_data.trial, self.limits)

    @cached_property
    def changes(self) -> dict[str, SpecificationCurve]:
        """Changes of each measure of the patients."""
        return change_curves(self.analysis, sensitivity.change_choices(self.analysis))

    @property
    def conclusions(self) -> tuple[Conclusion, ...]:
        """The conclusions that are judged."""
        return sensitivity.conclusions(self.published)

    @property
    def level(self) -> str:
        """The planned confidence level as a percentage, without the % sign."""
        return format_confidence_level(sensitivity.inference(self.published).confidence_level)

    @table(
        "Choices that printed counts allow, each with its levels. From published counts alone",
        columns="choices in words, with their reasons",
    )
    def printed_choices(self) -> Rows:
        """Return every level of the choices that need no patient-level data."""
        yield from level_rows(self.printed.choices)

    @table(
        "Choices varied with patient-level data",
        collapsed=True,
        origin="{self.patient_data.label}",
        columns="choices in words, with their reasons",
    )
    def row_choices(self) -> Rows:
        """Return every level of the choices that need patient-level data."""
        yield from level_rows(self.rows.choices)

    @table(
        "Conclusions under every combination that printed counts allow, from published counts "
        "alone",
        columns=CONCLUSION_FACTS,
    )
    def printed_conclusions(self) -> Rows:
        """Return every conclusion, judged by printed counts."""
        yield from map(conclusion_row, map(partial(judge, self.printed), self.conclusions))

    @table(
        "Conclusions under every combination of choices, {self.level}% intervals",
        origin="{self.patient_data.label}",
        columns=CONCLUSION_FACTS,
    )
    def row_conclusions(self) -> Rows:
        """Return every conclusion, judged by the patients."""
        yield from map(conclusion_row, map(partial(judge, self.rows), self.conclusions))

    @table(
        "What decides, by printed counts, whether fewer than half respond. A choice decides "
        "alone where its level changes the answer while the other choices stay as they are. From "
        "published counts alone",
        columns=share_facts("{self.conclusions[0].label}"),
    )
    def printed_shares(self) -> Rows:
        """Return, by choice, what the first conclusion depends on."""
        yield from share_rows(self._first(self.printed))

    @table(
        "What decides, among these patients, whether fewer than half respond. A choice decides "
        "alone where its level changes the answer while the other choices stay as they are",
        origin="{self.patient_data.label}",
        columns=share_facts("{self.conclusions[0].label}"),
    )
    def row_shares(self) -> Rows:
        """Return, by choice, what the first conclusion depends on among the patients."""
        yield from share_rows(self._first(self.rows))

    def _first(self, curve: SpecificationCurve) -> Judgement:
        return judge(curve, self.conclusions[0])

    def printed_figure(self) -> FigureItem:
        """Draw the curve of printed counts."""
        return self._figure(
            "curve_of_counts",
            self.printed,
            "Responders (%), with their intervals",
            source=f"{PUBLISHED}, counts",
        )

    def row_figure(self) -> FigureItem:
        """Draw the curve of the patients."""
        return self._figure(
            "curve_of_patients",
            self.rows,
            f"Responders (%), {self.level}% intervals",
            stamp=self.patient_data.label,
        )

    def _figure(
        self, name: str, curve: SpecificationCurve, ylabel: str, stamp: str = "", source: str = ""
    ) -> FigureItem:
        first = self.conclusions[0]
        limit = first.conditions[0].value
        content = curve_content(curve, first, ylabel=ylabel, stamp=stamp, reference=limit)
        return figure_item(specification_curve, content, name=name, source=source)

    @property
    def counted_combinations(self) -> str:
        """Why rows of the table of changes count different numbers of combinations."""
        every = combinations(next(iter(self.changes.values())).choices)
        return f"{every} if each of them does, and fewer if one makes no difference"

    @table(
        "P values of the changes from baseline to the end under every combination of choices",
        notes={
            "": "A row counts the combinations of those choices that change its P value: "
            "{self.counted_combinations}.",
            "n": "Patients measured at both times.",
            "P": "Signed-rank test, two-sided. The choices: how the end is defined, how patients "
            "without change are treated, and how the P value is computed.",
        },
        origin="{self.patient_data.label}",
        columns={
            "n": Facts(
                "{minimum} to {maximum} | {count}", "Patients measured at both times", "patients"
            ),
            "P": Facts(
                P_RANGE + " | {P value}",
                method="two-sided signed-rank test, over every combination of choices",
                n="@n",
            ),
            "P below*": Facts(COUNT_OF, "Combinations with P below the level", "combinations"),
            "*": WORDS,
        },
    )
    def change_table(self) -> Rows:
        """Return every outcome measure."""
        alpha = float(self.published.value("design.significance_level"))
        below = Conclusion("significant", (Condition("pvalue", "below", alpha),))
        for measure, curve in self.changes.items():
            judged, n = judge(curve, below), curve.results["n"]
            known = curve.column("pvalue")
            known = known[np.isfinite(known)]
            scale = self.patient_data.trial.description.measures[measure]
            ends = [format_p(float(each), _P_DECIMALS) for each in (known.min(), known.max())]
            yield {
                "Outcome measure": scale.name,
                "n": format_range(int(n.min()), int(n.max())),
                "P": format_range(*ends),
                f"P below {alpha:g}, n of combinations": f"{judged.holds} of {judged.combinations}",
                "Depends on": ", ".join(judged.deciding) or "no single choice",
            }

    @described(
        {
            "printed_combinations": counted(
                "Combinations that printed counts allow", "combinations"
            ),
            "printed_choices": counted("Choices that printed counts allow", "choices"),
            "printed_distinct": counted("Different results by printed counts", "results"),
            "printed_span": Facts(
                RANGE + " | {estimate}",
                "Responders over all combinations, by printed counts",
                "%",
                "proportion",
            ),
            "printed_fewer": Facts(
                COUNT_OF_ALL,
                "Combinations in which fewer than half respond, by printed counts",
                "combinations",
            ),
            "printed_deciding": WORDS,
            "row_deciding": WORDS,
            "row_combinations": counted(
                "Combinations that the patients allow",
                "combinations",
                origin="{self.patient_data.kind}",
            ),
            "row_choices": counted(
                "Choices that the patients allow", "choices", origin="{self.patient_data.kind}"
            ),
            "row_span": Facts(
                RANGE + " | {estimate}",
                "Responders over all combinations, by the patients",
                "%",
                "proportion",
                origin="{self.patient_data.kind}",
            ),
            "row_fewer": Facts(
                COUNT_OF_ALL,
                "Combinations in which fewer than half respond, by the patients",
                "combinations",
                origin="{self.patient_data.kind}",
            ),
            "row_without": Facts(
                "in {count} of them* | *",
                "Combinations without an estimate, by the patients",
                "combinations",
                origin="{self.patient_data.kind}",
            ),
            "change_combinations": counted(
                "Combinations of the choices on changes",
                "combinations",
                origin="{self.patient_data.kind}",
            ),
            "rows_stamp": WORDS,
            "rows_name": WORDS,
            "mmt_quartile": Facts(
                "{upper quartile}",
                "Manual muscle testing at the end",
                "points",
                "as printed",
                "{self.analysed}",
                origin="published",
            ),
            "mmt_used": stated("Maximum of the muscle test that is used", "points"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        printed, rows = self._first(self.printed), self._first(self.rows)
        without = self.rows.without_estimate
        third_quartile = self.published.text("table2.mmt.end.q3")
        return {
            "printed_combinations": len(self.printed),
            "printed_choices": len(self.printed.choices),
            "printed_distinct": self.printed.distinct,
            "printed_span": percent_span(self.printed),
            "printed_fewer": of_all(printed.holds, printed.combinations - printed.without_result),
            "printed_deciding": _in_sentence(printed.deciding),
            "row_combinations": len(self.rows),
            "row_choices": len(self.rows.choices),
            "row_span": percent_span(self.rows),
            "row_fewer": of_all(rows.holds, rows.combinations - rows.without_result),
            "row_deciding": _in_sentence(rows.deciding),
            "row_without": (
                f"in {without} of them nobody is left in the denominator, so there is no estimate"
                if without
                else "each of them has an estimate"
            ),
            "change_combinations": combinations(next(iter(self.changes.values())).choices),
            "rows_kind": self.patient_data.kind,
            "rows_name": self.patient_data.name,
            "rows_stamp": self.patient_data.label,
            "mmt_quartile": third_quartile,
            "mmt_used": self.patient_data.trial.mmt_max,
        }


def _in_sentence(choices: Sequence[str]) -> str:
    """List choices within a sentence: "the threshold and the denominator"."""
    if not choices:
        return "none of the choices"
    return join_names([f"the {choice[:1].lower()}{choice[1:]}" for choice in choices])
