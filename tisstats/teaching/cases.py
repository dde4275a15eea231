"""Cases for practice with answers to type or to choose, and how their values are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tisstats.measures.core_set import HAQ_MAX, RESPONSES
from tisstats.printed import format_rounded
from tisstats.sentences import capitalised
from tisstats.teaching.wording import measure_name_in_sentence

#: Length of the visual analogue scales, cm, and steps of a scale per unit.
VAS, TENTHS, EIGHTHS = 10, 10, 8

#: Confidence level of intervals.
LEVEL = 0.95

#: Upper limits of normal of creatine kinase that are drawn, U/L: plausible, from no laboratory.
ULN = (160, 170, 190, 200, 210)

#: How a category is called where it is chosen.
CATEGORIES = {name: "less than minimal" if name == "none" else name for name in RESPONSES}
UNDETERMINED = "undetermined"
YES_NO = {True: "yes", False: "no"}

Item = TypeVar("Item")


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
    level: str  #: key of its level, see `tisstats.teaching.open_questions`
    title: str  #: what it is about
    minutes: int  #: expected time
    question: str  #: plain text
    given: tuple[str, ...]  #: the values, one line each; empty if they are in the question
    answers: tuple[Answer, ...]  #: one or more
    steps: tuple[str, ...]  #: the solution
    code: str = ""  #: Python that computes the answers with the package; empty if there is none


class Draw(Random):
    """Draws that use `random` alone, which Python keeps the same between its versions."""

    def whole(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def one(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.whole(0, len(items) - 1)]

    def reordered(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a random order."""
        left = list(items)
        return [left.pop(self.whole(0, len(left) - 1)) for _ in items]


def name_at_start(column: str) -> str:
    """Return the name of a column of visits that opens a line.

    >>> name_at_start("ck")
    'Creatine kinase'
    """
    return capitalised(measure_name_in_sentence(column))


def scale_length(column: str) -> int:
    """Return the length of a scale other than that of strength: the HAQ's, or 10 cm.

    >>> scale_length("haq"), scale_length("physician_global")
    (3, 10)
    """
    return HAQ_MAX if column == "haq" else VAS


def shown(value: float) -> str:
    """Format a value or points; nan is a missing value.

    >>> shown(7.5), shown(10.0), shown(float("nan"))
    ('7.5', '10', 'missing')
    """
    return "missing" if value != value else f"{value:g}"


def signed(percent: float, decimals: int = 1) -> str:
    """Format an improvement; worsening has a minus sign.

    >>> signed(-12.34)
    '−12.3'
    """
    return format_rounded(percent, decimals).replace("-", "−")


def distinct_mistakes(answer: str, mistakes: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the reason by wrong answer.

    A wrong way that happens to give the correct answer has no entry, and of two wrong ways with the
    same result the first counts.

    >>> distinct_mistakes("4", [("4", "x"), ("5", "y"), ("5", "z")])
    {'5': 'y'}
    """
    found: dict[str, str] = {}
    for value, reason in mistakes:
        if value != answer:
            found.setdefault(value, reason)
    return found


def number_answer(
    label: str, value: float, why: str, *mistakes: tuple[float, str], decimals: int = 1
) -> Answer:
    """Return an answer to be typed, rounded to `decimals`, with reasons by wrong value."""
    text = format_rounded(value, decimals)
    wrong = [(format_rounded(each, decimals), reason) for each, reason in mistakes]
    return Answer(label, text, why, decimals, mistakes=distinct_mistakes(text, wrong))


def points_answer(label: str, points: float, why: str, *mistakes: tuple[float, str]) -> Answer:
    """Return an answer in points, written without needless decimals."""
    text = shown(points)
    wrong = [(shown(each), reason) for each, reason in mistakes]
    return Answer(label, text, why, decimals=1, mistakes=distinct_mistakes(text, wrong))


def count_answer(label: str, count: int, why: str, *mistakes: tuple[int, str]) -> Answer:
    """Return an answer that is a whole number."""
    text = str(count)
    wrong = [(str(each), reason) for each, reason in mistakes]
    return Answer(label, text, why, decimals=0, mistakes=distinct_mistakes(text, wrong))


def choice_answer(
    label: str, text: str, why: str, choices: Sequence[str], *mistakes: tuple[str, str]
) -> Answer:
    """Return an answer to be chosen."""
    wrong = distinct_mistakes(text, mistakes)
    return Answer(label, text, why, choices=tuple(choices), mistakes=wrong)


def category_answer(label: str, category: str, why: str, *mistakes: tuple[str, str]) -> Answer:
    """Return an answer that is a category of response; mistakes by category."""
    wrong = [(CATEGORIES[each], reason) for each, reason in mistakes]
    return choice_answer(label, CATEGORIES[category], why, tuple(CATEGORIES.values()), *wrong)


def yes_no_answer(label: str, *, yes: bool, why: str) -> Answer:
    """Return an answer that is yes or no."""
    return choice_answer(label, YES_NO[yes], why, tuple(YES_NO.values()))
