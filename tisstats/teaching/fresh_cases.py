"""Fresh cases for practice, drawn from a seed, with answers that the package computes.

The patients and trials are fictitious. The same seed draws the same cases, and the cases do not
depend on each other: a new kind of case leaves those of a seed as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from random import Random
from statistics import NormalDist
from typing import TypeVar

import pandas as pd

from tisstats.measures.baseline import attainable_score
from tisstats.measures.core_set import (
    CORE_SET,
    HAQ_MAX,
    MMT_MAXIMA,
    RESPONSE_CUTOFFS,
    RESPONSES,
)
from tisstats.measures.imacs import IMPROVEMENT_RULES, classify_visits, cutoff_of
from tisstats.measures.total_improvement_score import band_points, response_category
from tisstats.measures.visits import score_visits
from tisstats.printed import format_rounded
from tisstats.statistics import proportion_interval
from tisstats.teaching.wording import measure_name_in_sentence
from tisstats.teaching.worked_patient import COLUMNS

#: Upper limits of normal of creatine kinase that are drawn, U/L; plausible, of no laboratory.
_ULN = (160, 170, 190, 200, 210)

#: Maxima of manual muscle testing that are drawn: those of a published form.
_MMT_MAXIMA = tuple(most for most, test in MMT_MAXIMA.items() if "assumed" not in test)

#: Length of the visual analogue scales, cm, and steps of a scale per unit.
_VAS, _TENTHS, _EIGHTHS = 10, 10, 8

#: Confidence level of intervals.
_LEVEL = 0.95

#: How a category is called where it is chosen.
_CATEGORIES = {name: "less than minimal" if name == "none" else name for name in RESPONSES}
_UNDETERMINED = "undetermined"
_YES_NO = {True: "yes", False: "no"}

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question, to be typed or chosen."""

    label: str  #: what is asked, as the label of the field
    text: str  #: the correct answer, rounded as asked
    why: str  #: the reason in a sentence
    decimals: int | None = None  #: decimals that are asked for; None for a choice
    choices: tuple[str, ...] = ()  #: what can be chosen; empty for a number
    mistakes: Mapping[str, str] = field(default_factory=dict)  #: reason by wrong answer


@dataclass(frozen=True, slots=True)
class Case:
    """One fresh case: question, answers and solution from the same drawn values."""

    key: str  #: short name, the same for every seed
    title: str  #: what it is about
    minutes: int  #: expected time
    question: str  #: plain text
    given: tuple[str, ...]  #: the values, one line each; empty if they are in the question
    answers: tuple[Answer, ...]  #: one or more
    steps: tuple[str, ...]  #: the solution


class _Draw(Random):
    """Draws that use `random` alone, which Python keeps the same between its versions."""

    def whole(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def one(self, items: Sequence[_Item]) -> _Item:
        """Return one of the items."""
        return items[self.whole(0, len(items) - 1)]


@dataclass(frozen=True, slots=True)
class _Patient:
    """A fictitious adult at baseline and follow-up."""

    visits: pd.DataFrame
    mmt_max: int
    uln: int

    @classmethod
    def draw(cls, draw: _Draw, rising: int = 5) -> _Patient:
        """Draw a patient; one in `rising` changes of a measure is a worsening."""
        mmt_max, uln = draw.one(_MMT_MAXIMA), draw.one(_ULN)

        def fall(low: int, high: int, top: int) -> tuple[int, int]:
            before = draw.whole(low, high)
            if draw.whole(1, rising) == 1:
                return before, min(top, before + draw.whole(1, max(1, before // 3)))
            return before, max(0, before - draw.whole(0, 2 * before // 3))

        columns: dict[str, tuple[float, ...]] = {}
        for name in COLUMNS:
            if name == "mmt":
                loss, left = fall(mmt_max // 8, mmt_max // 2, mmt_max)
                columns[name] = (mmt_max - loss, mmt_max - left)
            elif name == "haq":
                columns[name] = tuple(
                    each / _EIGHTHS for each in fall(4, HAQ_MAX * _EIGHTHS, HAQ_MAX * _EIGHTHS)
                )
            elif name == "ck":
                columns[name] = fall(2 * uln, 12 * uln, 15 * uln)
            else:
                columns[name] = tuple(each / _TENTHS for each in fall(15, 90, _VAS * _TENTHS))
        visits = pd.DataFrame({"patient_id": "fictitious", "week": [0, 12], **columns})
        return cls(visits, mmt_max, uln)

    @property
    def scales(self) -> str:
        """The scales in a sentence."""
        return (
            f"Visual analogue scales run from 0 to {_VAS} cm, manual muscle testing to "
            f"{self.mmt_max}, the Health Assessment Questionnaire to {HAQ_MAX}; the upper limit of "
            f"normal of creatine kinase is {self.uln} U/L."
        )

    @property
    def given(self) -> tuple[str, ...]:
        """The values, one line per measure."""
        return tuple(
            f"{_name(name)}: {' → '.join(map(_shown, self.visits[name]))}" for name in COLUMNS
        )

    def score(self, missing: str = "") -> pd.Series:
        """Score the follow-up visit, without the measure that is missing there."""
        visits = self.visits.copy()
        if missing:
            visits[missing] = visits[missing].astype(float)
            visits.loc[1, missing] = float("nan")
        scored = score_visits(
            visits,
            mmt_max=self.mmt_max,
            uln={"ck": self.uln},
            missing="bounds" if missing else "na",
        )
        return scored.iloc[-1]


def _name(column: str) -> str:
    """Return the name of a column of visits that opens a line."""
    name = measure_name_in_sentence(column)
    return f"{name[0].upper()}{name[1:]}"


def _shown(value: float) -> str:
    """Format a value or points; nan is a missing value."""
    return "missing" if value != value else f"{value:g}"


def _signed(percent: float, decimals: int = 1) -> str:
    """Format an improvement; worsening has a minus sign."""
    return format_rounded(percent, decimals).replace("-", "−")


def _mistakes(right: str, **reasons: tuple[float | str, str]) -> dict[str, str]:
    """Return the reason by wrong answer, without wrong answers that happen to be right."""
    found = {
        (value if isinstance(value, str) else _shown(value)): reason
        for value, reason in reasons.values()
    }
    return {value: reason for value, reason in found.items() if value != right}


def _points_answer(label: str, points: float, why: str, **mistakes: tuple[float, str]) -> Answer:
    text = _shown(points)
    return Answer(label, text, why, decimals=1, mistakes=_mistakes(text, **mistakes))


def _category_answer(label: str, category: str, why: str) -> Answer:
    return Answer(label, _CATEGORIES[category], why, choices=tuple(_CATEGORIES.values()))


def score_case(draw: _Draw) -> Case:
    """Score one patient."""
    patient = _Patient.draw(draw)
    row = patient.score()
    relative = classify_visits(patient.visits, enzyme="ck").iloc[0]
    of_baseline = sum(float(band_points(relative[f"{name}_relative"], name)) for name in CORE_SET)
    steps = tuple(
        f"{_name(column)}: {_signed(row[f'{name}_percent'], 2)}% of the range, "
        f"{_shown(row[f'{name}_points'])} points."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    total, category = float(row["tis"]), str(row["response"])
    return Case(
        "score",
        "Score a patient",
        10,
        "A fictitious adult has these values at baseline and at follow-up. "
        f"{patient.scales} What is the Total Improvement Score, and which category is that?",
        patient.given,
        (
            _points_answer(
                "Total Improvement Score, points",
                total,
                "The score is the sum of the points of the six measures.",
                relative=(
                    of_baseline,
                    "That is the sum if each change is divided by the patient's own baseline: "
                    "divide by the range of the scale.",
                ),
            ),
            _category_answer("Category of improvement", category, _cuts("adult")),
        ),
        (*steps, f"The sum is {_shown(total)} points: {_CATEGORIES[category]} improvement."),
    )


def _cuts(population: str) -> str:
    """Return the cut-offs of a population in a sentence."""
    cuts = RESPONSE_CUTOFFS[population]  # type: ignore[index]
    listed = ", ".join(f"{name} from {cut}" for name, cut in cuts.items())
    return f"Cut-offs of {population} patients, in points: {listed}."


def boundary_case(draw: _Draw) -> Case:
    """Assign an improvement on a band boundary, and one of a step more."""
    measure = draw.one(("physician_global", "patient_global", "extramuscular"))
    cut = draw.one(CORE_SET[measure].cutoffs)
    fall = cut * _VAS * _TENTHS // 100
    before = draw.whole(fall + 2, 9 * _TENTHS)
    start, first, second = (each / _TENTHS for each in (before, before - fall, before - fall - 1))
    points, more = band_points([cut, cut + 100 / (_VAS * _TENTHS)], measure).tolist()
    same = "Both follow-up values do not lie in one band: compare each fall with the boundary."
    return Case(
        "boundary",
        "On a boundary, and one step on",
        4,
        f"In a fictitious patient, {measure_name_in_sentence(measure)} falls from {_shown(start)} "
        f"to {_shown(first)} cm on a scale of {_VAS} cm. How many points does that earn? And if "
        f"the follow-up value had been {_shown(second)} cm?",
        (),
        (
            _points_answer(
                f"Points at {_shown(first)} cm",
                points,
                "An improvement on a boundary belongs to the lower band.",
                above=(more, "That is the band above: a value on a boundary stays below it."),
            ),
            _points_answer(
                f"Points at {_shown(second)} cm",
                more,
                "One step more is past the boundary.",
                below=(points, same),
            ),
        ),
        (
            f"The first fall is {_shown(fall / _TENTHS)} cm, {cut}% of the range: on the boundary, "
            f"so {_shown(points)} points.",
            f"One millimetre more lies in the next band: {_shown(more)} points.",
        ),
    )


def missing_case(draw: _Draw) -> Case:
    """Bound a score with one measure missing at follow-up."""
    patient = _Patient.draw(draw)
    column = draw.one(("patient_global", "haq", "extramuscular"))
    row = patient.score(column)
    low, high = float(row["tis_low"]), float(row["tis_high"])
    worst, best = response_category([low, high]).tolist()
    category = _CATEGORIES[worst] if worst == best else _UNDETERMINED
    most = CORE_SET[column].points[-1]
    before = float(patient.visits[column].iloc[0])
    length = HAQ_MAX if column == "haq" else _VAS
    percent = 100 * before / length
    given = tuple(
        f"{_name(name)}: {_shown(patient.visits[name].iloc[0])} → "
        f"{'missing' if name == column else _shown(patient.visits[name].iloc[1])}"
        for name in COLUMNS
    )
    return Case(
        "missing",
        "A measure is missing",
        8,
        "A measure of a fictitious adult was not recorded at follow-up. "
        f"{patient.scales} Between which two scores does the score lie, and is the category known?",
        given,
        (
            _points_answer(
                "Lowest possible score, points", low, "At worst, the missing measure earns nothing."
            ),
            _points_answer(
                "Highest possible score, points",
                high,
                "At best, the missing measure improves as far as its baseline allows.",
                all_of_it=(
                    low + most,
                    "Check whether the baseline leaves room for the highest band of the measure.",
                ),
            ),
            Answer(
                "Category of improvement",
                category,
                f"It is known only if both ends have the same category. {_cuts('adult')}",
                choices=(*_CATEGORIES.values(), _UNDETERMINED),
            ),
        ),
        (
            f"The recorded measures earn {_shown(low)} points.",
            f"From {_shown(before)}, the missing measure improves by {format_rounded(percent, 1)}% "
            f"of its range at most: {_shown(high - low)} points.",
            f"The score lies between {_shown(low)} and {_shown(high)}; the category: {category}.",
        ),
    )


def category_case(draw: _Draw) -> Case:
    """Classify one score in an adult and in a child."""
    score = draw.whole(6, 32) * 2.5
    adult = str(response_category(score))
    child = str(response_category(score, "juvenile"))
    return Case(
        "category",
        "One score, two populations",
        2,
        f"A fictitious patient has a score of {_shown(score)} points. Which category is that in an "
        "adult, and which in a juvenile patient?",
        (),
        (
            _category_answer("In an adult", adult, _cuts("adult")),
            _category_answer("In a juvenile patient", child, _cuts("juvenile")),
        ),
        (_cuts("adult"), _cuts("juvenile")),
    )


def ceiling_case(draw: _Draw) -> Case:
    """Compute the highest score that a baseline allows."""
    patient = _Patient.draw(draw)
    baseline = {name: float(patient.visits[name].iloc[0]) for name in COLUMNS}
    baseline["mmt"] = patient.mmt_max - draw.whole(0, patient.mmt_max // 8)
    baseline["extramuscular"] = draw.whole(0, 25) / _TENTHS
    most = attainable_score(baseline, mmt_max=patient.mmt_max, uln={"ck": patient.uln})
    steps = tuple(
        f"{_name(column)}: {format_rounded(most.percent_improvements[name], 2)}% of the range at "
        f"most, {_shown(most.points[name])} points."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    return Case(
        "ceiling",
        "The highest attainable score",
        8,
        "A fictitious adult has these values at baseline. "
        f"{patient.scales} Which score would the patient have with the best value on every scale?",
        tuple(f"{_name(name)}: {_shown(value)}" for name, value in baseline.items()),
        (
            _points_answer(
                "Highest attainable score, points",
                most.score,
                "No measure can improve by more than separates its baseline from the best value.",
                all_of_it=(
                    sum(rule.points[-1] for rule in CORE_SET.values()),
                    "That is the highest score there is, not that of this baseline.",
                ),
            ),
        ),
        (*steps, f"The sum is {_shown(most.score)} points."),
    )


def interval_case(draw: _Draw) -> Case:
    """Compute the interval of a proportion."""
    of = draw.whole(12, 40)
    count = draw.whole(3, of - 3)
    found = proportion_interval(count, of, _LEVEL)
    wilson = proportion_interval(count, of, _LEVEL, method="wilson")
    share, tail = count / of, f"{50 * (1 - _LEVEL):g}%"
    width = NormalDist().inv_cdf((1 + _LEVEL) / 2) * sqrt(share * (1 - share) / of)
    simple = (
        "That is the simple normal approximation, whose coverage is too low in a small trial: use "
        "the exact interval."
    )
    other = "That is the Wilson interval, a good one; the exact one of Clopper and Pearson is asked"

    def limit(label: str, exact: float, score: float, wald: float) -> Answer:
        text = format_rounded(100 * exact, 1)
        wrong = {
            format_rounded(100 * value, 1): reason
            for value, reason in ((score, f"{other}."), (wald, simple))
        }
        wrong.pop(text, None)
        why = f"At this proportion, a result as far out has a probability of {tail}."
        return Answer(label, text, why, decimals=1, mistakes=wrong)

    low, high = (format_rounded(100 * each, 1) for each in (found.low, found.high))
    return Case(
        "interval",
        "The interval of a proportion",
        5,
        f"In a fictitious trial, {count} of {of} patients respond. What is the exact "
        f"{100 * _LEVEL:g}% confidence interval (Clopper–Pearson) of the proportion, in per cent "
        "with one decimal?",
        (),
        (
            limit("Lower limit, %", found.low, float(wilson.low), share - width),
            limit("Upper limit, %", found.high, float(wilson.high), share + width),
        ),
        (
            f"The observed proportion is {format_rounded(100 * share, 1)}%.",
            f"At {low}%, {count} or more of {of} have a probability of {tail}.",
            f"At {high}%, {count} or fewer of {of} have a probability of {tail}.",
        ),
    )


def improvement_case(draw: _Draw) -> Case:
    """Apply the IMACS definition of improvement."""
    patient, rule = _Patient.draw(draw, rising=3), IMPROVEMENT_RULES["imacs"]
    row, scored = classify_visits(patient.visits, enzyme="ck").iloc[0], patient.score()
    improved, worse = int(row["improved_count"]), int(row["worse_count"])
    by_range = sum(
        float(scored[f"{name}_percent"]) >= cutoff_of(rule.improved_by, name) for name in CORE_SET
    )
    steps = tuple(
        f"{_name(column)}: {_signed(row[f'{name}_relative'])}% of the baseline value."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    return Case(
        "imacs-improvement",
        "The IMACS definition of improvement",
        8,
        "Does this fictitious adult meet the definition of improvement of the International "
        "Myositis Assessment and Clinical Studies group (IMACS)? It requires that at least "
        f"{rule.improved_count} of {len(rule.measures)} measures improve by at least "
        f"{rule.improved_by}% of the patient's own baseline value and that at most "
        f"{rule.max_worse}, which must not include manual muscle testing, worsen by at least "
        f"{rule.worse_by}%. {patient.scales}",
        patient.given,
        (
            Answer(
                "Number of measures improved",
                str(improved),
                "Changes are percentages of the patient's own baseline.",
                decimals=0,
                mistakes=_mistakes(
                    str(improved),
                    by_range=(
                        by_range,
                        "Those are the measures improved by that share of the range: here the "
                        "baseline value is the base.",
                    ),
                ),
            ),
            Answer(
                "Number of measures worse",
                str(worse),
                "A measure is worse if it has changed for the worse by as much as is stated.",
                decimals=0,
            ),
            Answer(
                "Is the definition met?",
                _YES_NO[bool(row["improved"])],
                "Both counts must allow it, and muscle strength must not be among those worse.",
                choices=tuple(_YES_NO.values()),
            ),
        ),
        (
            *steps,
            f"Improved enough: {improved}; worse: {worse}. The definition is "
            f"{'met' if row['improved'] else 'not met'}.",
        ),
    )


#: How each kind of case is drawn, in the order of a set.
KINDS: dict[str, Callable[[_Draw], Case]] = {
    "category": category_case,
    "boundary": boundary_case,
    "score": score_case,
    "missing": missing_case,
    "ceiling": ceiling_case,
    "interval": interval_case,
    "imacs-improvement": improvement_case,
}


def fresh_cases(seed: int) -> list[Case]:
    """Draw one case of each kind.

    Parameters
    ----------
    seed : int
        At least 0; the same seed draws the same cases.

    Returns
    -------
    list of Case
        In the order of `KINDS`. Patients and trials are fictitious.

    Raises
    ------
    ValueError
        If the seed is not an integer of at least 0.

    Examples
    --------
    >>> [case.key for case in fresh_cases(1)][:3]
    ['category', 'boundary', 'score']
    >>> fresh_cases(1) == fresh_cases(1)
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
    return [kind(_Draw(f"{seed} {key}")) for key, kind in KINDS.items()]
