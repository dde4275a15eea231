"""Check a typed answer, with the reason: in notebooks as ``exercises.js`` does it in pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import ClassVar, Literal

from tisstats.ledger.published import PublishedFacts
from tisstats.teaching.cases import Answer, Case
from tisstats.teaching.exercises import Exercise, exercises
from tisstats.teaching.fresh_cases import fresh_cases

_NUMBER = re.compile(r"([+\-−–]?)(\d+(?:[.,]\d*)?|[.,]\d+)\s*%?", re.ASCII)
_PERHAPS_THOUSANDS = re.compile(r"[+\-−–]?[1-9]\d{0,2},\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Feedback on a typed answer."""

    kind: Literal["right", "wrong", "unread"]  #: unread: not an answer to this question
    text: str  #: the verdict with its reason


def verdict(answer: Answer, typed: str) -> Verdict:
    """Check a typed answer.

    Parameters
    ----------
    answer
        What is asked, with the correct answer.
    typed
        What was typed or chosen.

    Examples
    --------
    >>> asked = Answer("Points", "7.5", "The band is the second.", decimals=1,
    ...     mistakes={"15": "A boundary belongs to the band below."})
    >>> verdict(asked, "7,5").text
    'Right. The band is the second.'
    >>> verdict(asked, "15").text
    'Not right. A boundary belongs to the band below.'
    """
    text = typed.strip()
    return _of_choice(answer, text) if answer.choices else _of_number(answer, text)


def _right(why: str) -> Verdict:
    return Verdict("right", f"Right. {why}")


def _wrong(why: str) -> Verdict:
    return Verdict("wrong", f"Not right. {why}")


def _of_choice(answer: Answer, text: str) -> Verdict:
    if text not in answer.choices:
        return Verdict("unread", "Select an answer.")
    if text == answer.text:
        return _right(answer.why)
    return _wrong(answer.mistakes.get(text, answer.why))


def _of_number(answer: Answer, text: str) -> Verdict:
    if not text:
        return Verdict("unread", "Type an answer.")
    if _PERHAPS_THOUSANDS.fullmatch(text):
        reason = "This comma could separate thousands: use a decimal point."
        return Verdict("unread", reason)
    if not _NUMBER.fullmatch(text):
        return Verdict("unread", "Type one number.")
    decimals = answer.decimals or 0
    value, right = _rounded(text, decimals), _rounded(answer.text, decimals)
    if value == right:
        return _right(answer.why)
    for mistake, reason in answer.mistakes.items():
        if _rounded(mistake, decimals) == value:
            return _wrong(reason)
    if decimals > 0 and abs(value - right) == 1:
        return _wrong("Close: check your rounding.")
    return _wrong(answer.why)


def _rounded(text: str, decimals: int) -> int:
    """Return a number in units of its last decimal; halves are rounded up, as in print."""
    sign, digits = _NUMBER.fullmatch(text).groups()  # type: ignore[union-attr]
    size = Fraction(digits.replace(",", "."))
    exact = size if sign in ("", "+") else -size
    return floor(exact * Fraction(10**decimals) + Fraction(1, 2))


@dataclass(frozen=True)
class Checked:
    """Feedback on the answers to one case or exercise, one line each."""

    lines: tuple[tuple[str, Verdict], ...]  #: label and verdict

    @property
    def all_right(self) -> bool:
        """Whether every answer is right."""
        return all(each.kind == "right" for _, each in self.lines)

    def __repr__(self) -> str:
        """Return the verdicts, one line each."""
        return "\n".join(f"{label}: {each.text}" for label, each in self.lines)


class _Set:
    """Cases or exercises, to check answers to them."""

    _kind: ClassVar[str]  #: what an item is called in a message

    def __init__(self, items: Sequence[Case] | Sequence[Exercise]):
        self._answers = {item.key: item.answers for item in items}

    def check(self, key: str, *typed: object) -> Checked:
        """Check the answers to one case or exercise.

        Parameters
        ----------
        key
            Its short name, as the notebook gives it.
        *typed
            One number or text for each of its questions; None for one not answered yet.

        Raises
        ------
        ValueError
            If the set has none of this name, or the number of answers is not that of its questions.
        """
        if key not in self._answers:
            raise ValueError(f"{self._kind} must be one of {', '.join(self._answers)}, got {key!r}")
        answers = self._answers[key]
        if len(typed) != len(answers):
            raise ValueError(f"{key} has {len(answers)} questions, got {len(typed)} answers")
        pairs = zip(answers, map(_as_text, typed), strict=True)
        return Checked(tuple((answer.label, verdict(answer, text)) for answer, text in pairs))


class CaseSet(_Set):
    """The fresh cases of a seed, to check answers to them in a notebook.

    Parameters
    ----------
    seed : int
        At least 0.

    Raises
    ------
    ValueError
        If the seed is not an integer of at least 0.

    Examples
    --------
    >>> CaseSet(1).check("category", None, None)
    In an adult: Select an answer.
    In a juvenile patient: Select an answer.
    """

    _kind = "case"

    def __init__(self, seed: int):
        super().__init__(fresh_cases(seed))


class NumberedSet(_Set):
    """The numbered exercises of the book, to check answers to them in a notebook.

    Parameters
    ----------
    published : PublishedFacts, optional
        The published facts; by default those that come with the project.

    Raises
    ------
    DataError
        If the published facts or the texts of the exercises have a fault.

    Examples
    --------
    >>> NumberedSet().check("percent", 6.2, 16)
    Improvement, % of the range: Right. The range of the scale is the base.
    Points: Not right. That is the change of the test: the score gives points by bands.
    """

    _kind = "exercise"

    def __init__(self, published: PublishedFacts | None = None):
        super().__init__(exercises(published or PublishedFacts.read()))


def _as_text(typed: object) -> str:
    """Return an answer as it would be typed; large and small numbers without an exponent."""
    if typed is None:
        return ""
    if isinstance(typed, float):
        return f"{typed:.12f}".rstrip("0").rstrip(".")
    return str(typed)
