"""Which conclusions of a study hold under all defensible choices, and which depend on one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tisstats.chapters.page import (
    FigureItem,
    Markdown,
    Rows,
    Table,
    as_typed,
    described,
    figure_item,
    table,
)
from tisstats.chapters.result_facts import COUNT_OF, LABEL, WORDS, Facts, counted, stated
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
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.figures import specification_curve
from tisstats.figures.numbers import format_confidence_level, format_percent, format_range, of_all
from tisstats.printed import format_rounded
from tisstats.sentences import capitalised
from tisstats.trial.outcome_words import OutcomeWords
from tisstats.trial.specifications import (
    Conclusion,
    Condition,
    Judgement,
    SpecificationCurve,
    combinations,
)
from tisstats.trial.study_choices import OPEN_STATUS
from tisstats.trial.study_specifications import Comparison, StudySpecifications
from tisstats.trial.summaries import format_p

#: Decimals of median changes.
_CHANGE_DECIMALS = 2


#: What stands for the main analysis of a study that asks for bounds.
_BOUNDS = "bounds, no single result"


class _Titled(NamedTuple):
    """A judgement with the comparison that it is about."""

    title: str
    judged: Judgement


@dataclass(frozen=True)
class Sensitivity(TrialChapter):
    """The chapter of sensitivity."""

    reference_response: float = 0.5  #: proportion with which a single arm is compared, 0 to 1

    def __post_init__(self) -> None:
        if not 0 < self.reference_response < 1:
            raise ValueError(
                "reference_response must be a proportion between 0 and 1, "
                f"got {self.reference_response!r}"
            )

    @cached_property
    def specifications(self) -> StudySpecifications:
        """The choices of the study."""
        return StudySpecifications(self.data)

    @cached_property
    def curves(self) -> dict[Comparison, SpecificationCurve]:
        """The response of every comparison, or of the single arm."""
        found = self.specifications
        return {each: found.response(each) for each in found.comparisons}

    @property
    def words(self) -> OutcomeWords:
        """What meeting the endpoint is called."""
        return self.study.endpoint.words

    @property
    def alpha(self) -> float:
        """Significance level: one minus the confidence level of the description."""
        return 1 - self.study.analysis.confidence_level

    @property
    def level(self) -> str:
        """The confidence level as a percentage, without the % sign."""
        return format_confidence_level(self.study.analysis.confidence_level)

    @property
    def alpha_text(self) -> str:
        """The significance level as text."""
        return f"{self.alpha:.3g}"

    def conclusions(self, comparison: Comparison) -> tuple[Conclusion, ...]:
        """Return the conclusions that are judged, the one of the figure first."""
        if comparison.reference is None:
            return self._conclusions_of_one_arm()
        reference = self.study.arms[comparison.reference]
        main = float(self.curves[comparison].column("estimate")[0])
        # A main analysis without a difference, or without a result, favours nobody.
        fewer = main < 0
        side, word = ("high", "fewer") if fewer else ("low", "more")
        relation = "below" if fewer else "above"
        more = f"{word.capitalize()} {self.words.patients} than under {reference}"
        return (
            Conclusion(f"{more}, interval without zero", (Condition(side, relation, 0.0),)),  # type: ignore[arg-type]
            Conclusion(more, (Condition("estimate", relation, 0.0),)),  # type: ignore[arg-type]
            Conclusion(
                f"P < {self.alpha_text} for unequal proportions",
                (Condition("pvalue", "below", self.alpha),),
            ),
        )

    def _conclusions_of_one_arm(self) -> tuple[Conclusion, ...]:
        value, shown = self.reference_response, f"{format_percent(self.reference_response, 0)}%"
        return (
            Conclusion(
                f"At least {shown} {self.words.present}",
                (Condition("estimate", "at least", value),),
            ),
            Conclusion.includes(f"The interval includes {shown}", value),
            Conclusion(f"The interval is above {shown}", (Condition("low", "above", value),)),
            Conclusion(f"The interval is below {shown}", (Condition("high", "below", value),)),
        )

    @cached_property
    def judgements(self) -> dict[Comparison, tuple[Judgement, ...]]:
        """The conclusions of every comparison, judged."""
        return {
            comparison: tuple(map(partial(judge, curve), self.conclusions(comparison)))
            for comparison, curve in self.curves.items()
        }

    @table(
        "Choices that are varied together for the {self.words.noun}, each with its levels",
        origin="{self.label}",
        columns="choices in words, with their reasons",
    )
    def choices(self) -> Rows:
        """Return every level of every choice."""
        for row in level_rows(self.specifications.choices):
            open_status = self.asks_for_bounds and row["Choice"] == OPEN_STATUS
            if open_status and str(row["Why"]).startswith("bounds as described"):
                row["Main analysis"] = "one reading of its bounds"
            yield row

    @table(
        "Choices that are not varied",
        columns="choices in words, with their reasons",
    )
    def not_varied(self) -> Rows:
        """Return what is not varied, and why."""
        for each in self.specifications.not_varied:
            yield {"Choice": each.choice, "Why it is not varied": each.reason}

    @table(
        "Conclusions, and under how many combinations of choices each holds: of the choices that "
        "change what it is judged by, and of the combinations that give a result. {self.level}% "
        "intervals, a P value below {self.alpha_text} taken as significant",
        origin="{self.label}",
        columns={"Conclusion": LABEL, **CONCLUSION_FACTS},
    )
    def conclusions_table(self) -> Rows:
        """Return every conclusion, one row each."""
        for comparison, judged in self.judgements.items():
            for each in judged:
                row = conclusion_row(each)
                if not self.specifications.is_single_result(comparison):
                    row["Main analysis"] = _BOUNDS
                yield {"Comparison": comparison.title, **row}

    @property
    def reference_note(self) -> str:
        """Where the proportion comes from with which a single arm is compared; empty for arms."""
        if self.study.reference_arm is not None:
            return ""
        shown = format_percent(self.reference_response, 0)
        return (
            f"The proportion of {shown}%, with which the single arm is compared, is a parameter of "
            "this page (reference_response) and not a choice of the study's description: it is a "
            "yardstick, not a hypothesis that was planned."
        )

    @property
    def asks_for_bounds(self) -> bool:
        """Whether the main analysis asks for bounds, which are not a combination of choices."""
        return self.study.endpoint.missing == "bounds"

    def share_tables(self) -> list[Table]:
        """Return, for the first conclusion of each comparison, what it depends on."""
        return [
            self._shares(comparison.title, judged[0])
            for comparison, judged in self.judgements.items()
        ]

    def _shares(self, title: str, judged: Judgement) -> Table:
        @table(
            f"{as_typed(title)}: the conclusion “{as_typed(judged.conclusion.label)}”, by level. "
            f"A choice decides "
            f"alone where its level changes the answer while all other choices stay as they are. "
            f"{self.level}% intervals",
            columns=share_facts("{self.title}: {self.judged.conclusion.label}"),
            origin=self.label,
        )
        def shares(of: _Titled) -> Rows:
            yield from share_rows(of.judged)

        return shares(_Titled(title, judged))

    def curve_items(self) -> list[FigureItem | Markdown]:
        """Return the curve of each comparison, with its caption below."""
        return list(self._curve_items())

    def _curve_items(self) -> Iterator[FigureItem | Markdown]:
        for comparison, curve in self.curves.items():
            one_arm, title = comparison.reference is None, _literal(comparison.title)
            who = self.words.patients
            what = capitalised(who) if one_arm else f"Difference in {who}"
            unit = "%" if one_arm else "percentage points"
            content = curve_content(
                curve,
                self.conclusions(comparison)[0],
                ylabel=f"{comparison.title}: {what.lower()} ({unit}), {self.level}% intervals",
                stamp=self.label,
                reference=self.reference_response if one_arm else 0.0,
                chosen=self.specifications.is_single_result(comparison),
                unit="%" if one_arm else "",
            )
            if content is None:
                yield Markdown(f"{title}: no combination leaves a patient to count in each arm.")
                continue
            yield figure_item(specification_curve, content)
            yield Markdown(
                f"*{title}. {what} under {len(curve)} combinations of choices, sorted "
                f"by estimate, with the interval of each ({self.level}%); {curve.distinct} "
                f"different results. Below, which level of each choice the combinations of a "
                f"column have; at the right, in what share of those with a level the conclusion "
                f"holds. {self.label}.*"
            )

    @table(
        "Changes from baseline to the end, by arm, under every combination of the choices below: "
        "range of the median change and of the two-sided P value of the signed-rank test, and "
        "combinations with P below {self.alpha_text}; n are patients measured at both times",
        origin="{self.label}",
        columns={
            "Measure": LABEL,
            "n": Facts(
                "{minimum} to {maximum} | {count}", "Patients measured at both times", "patients"
            ),
            "Median change": Facts(
                "{minimum} to {maximum} | {median}",
                "Median change, over every combination",
                "@Measure unit",
                "over every combination of choices",
                "@n",
            ),
            "P": Facts(
                "{lowest P value} to {highest P value} | {P value}",
                method="two-sided signed-rank test, over every combination of choices",
                n="@n",
            ),
            "P significant*": Facts(COUNT_OF, "Combinations with a significant P", "combinations"),
            "*": WORDS,
        },
    )
    def changes(self) -> Rows:
        """Return every measure in every arm."""
        significant = Conclusion("significant", (Condition("pvalue", "below", self.alpha),))
        measures = self.data.trial.description.measures
        decimals = self.study.analysis.p_decimals
        for arm, label in self.study.arms.items():
            for measure, curve in self.specifications.changes(arm).items():
                judged = judge(curve, significant)
                n, scale = curve.results["n"], measures[measure]
                yield {
                    "Arm": label,
                    "Measure": f"{scale.name}, {scale.unit}",
                    "n": format_range(int(n.min()), int(n.max())),
                    "Median change": _span(
                        curve.column("estimate"), lambda x: format_rounded(x, _CHANGE_DECIMALS)
                    ).replace("-", "−"),
                    "P": _span(curve.column("pvalue"), lambda x: format_p(x, decimals)),
                    "P significant, n of combinations": (
                        f"{judged.holds} of {judged.combinations - judged.without_result}"
                    ),
                    "Depends on": ", ".join(judged.deciding) or "no single choice",
                }

    @table(
        "Choices that are varied together for the changes",
        origin="{self.label}",
        columns="choices in words, with their reasons",
    )
    def change_choices(self) -> Rows:
        """Return every level of the choices of the changes."""
        yield from level_rows(self.specifications.change_choices)

    def answers(self) -> Markdown:
        """Return the answer in sentences, one for each comparison."""
        return Markdown("\n".join(f"- {line}" for line in self._answers()))

    def _answers(self) -> Iterator[str]:
        for comparison, judged in self.judgements.items():
            curve, first = self.curves[comparison], judged[0]
            title, conclusion = _literal(comparison.title), _literal(first.conclusion.label)
            if curve.without_estimate == len(curve):
                yield (
                    f"**{title}.** No combination has an estimate: nobody is left in a denominator."
                )
                continue
            of = first.combinations - first.without_result
            deciding = ", ".join(first.deciding)
            ending = f"; each of these alone can change whether it holds: {deciding}"
            unit = "%" if comparison.reference is None else " percentage points"
            if of > 1:
                found = (
                    f"holds under {of_all(first.holds, of)} combinations of the choices that "
                    f"change what it is judged by{ending if deciding else ''}"
                )
            else:
                found = (
                    f"{'holds' if first.holds else 'does not hold'} in every combination that has "
                    "a result"
                )
            yield f"**{title}.** {_estimates(curve)}{unit}. “{conclusion}” {found}."

    @described(
        {
            "combinations": counted("Combinations of choices on the response", "combinations"),
            "choices_varied": counted("Choices on the response", "choices"),
            "change_combinations": counted(
                "Combinations of choices on the changes", "combinations"
            ),
            "without_estimate": Facts(
                "{minimum} to {maximum} | {count}",
                "Combinations without an estimate",
                "combinations",
            ),
            "level": Facts("{level}", "Confidence level of the intervals", origin="chosen"),
            "alpha": stated("Significance level", "probability"),
            "reference_note": WORDS,
        },
        source="{self.origin}",
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        found = self.specifications
        missing = {curve.without_estimate for curve in self.curves.values()}
        return {
            "combinations": combinations(found.choices),
            "choices_varied": len(found.choices),
            "change_combinations": combinations(found.change_choices),
            "without_estimate": format_range(min(missing), max(missing)),
            "level": self.level,
            "alpha": self.alpha_text,
            "label": self.label,
            "reference_note": self.reference_note,
        }


#: What Markdown reads as markup; labels of arms are a user's, and shown as they are.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>$|~&])")


def _literal(text: str) -> str:
    r"""Return text for Markdown that shows it as it stands.

    Examples
    --------
    >>> print(_literal("<2 g/kg> *x*"))
    \<2 g/kg\> \*x\*
    """
    return _MARKUP.sub(r"\\\1", text)


def _span(values: NDArray[np.float64], form: Callable[[float], str]) -> str:
    """Format the range of some numbers, nan aside."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    return format_range(form(float(known.min())), form(float(known.max())))


def _estimates(curve: SpecificationCurve) -> str:
    span = percent_span(curve)
    return f"Estimates range from {span}" if " to " in span else f"Every estimate is {span}"
