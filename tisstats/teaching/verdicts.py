"""Check a typed answer, with the reason: in notebooks as ``exercises.js`` does it in pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

from tisstats.teaching.cases import Answer
from tisstats.teaching.fresh_cases import KINDS, fresh_cases

_NUMBER = re.compile(r"([+\-−–]?)(\d+(?:[.,]\d*)?|[.,]\d+)\s*%?", re.ASCII)
_PERHAPS_THOUSANDS = re.compile(r"[+\-−–]?[1-9]\d{0,2},\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a typed answer."""

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
        reason = "This comma could separate thousands: write a point before decimals."
        return Verdict("unread", reason)
    if not _NUMBER.fullmatch(text):
        return Verdict("unread", "Write one number.")
    decimals = answer.decimals or 0
    value, right = _rounded(text, decimals), _rounded(answer.text, decimals)
    if value == right:
        return _right(answer.why)
    for mistake, reason in answer.mistakes.items():
        if _rounded(mistake, decimals) == value:
            return _wrong(reason)
    if decimals > 0 and abs(value - right) == 1:
        return _wrong("You are close: check how you rounded.")
    return _wrong(answer.why)


def _rounded(text: str, decimals: int) -> int:
    """Return a number in units of its last decimal; halves are rounded up, as in print."""
    sign, digits = _NUMBER.fullmatch(text).groups()  # type: ignore[union-attr]
    size = Fraction(digits.replace(",", "."))
    exact = size if sign in ("", "+") else -size
    return floor(exact * Fraction(10**decimals) + Fraction(1, 2))


@dataclass(frozen=True)
class Checked:
    """What is said of the answers to one case, one line each."""

    lines: tuple[tuple[str, Verdict], ...]  #: label and verdict

    @property
    def all_right(self) -> bool:
        """Whether every answer is right."""
        return all(each.kind == "right" for _, each in self.lines)

    def __repr__(self) -> str:
        """Return the verdicts, one line each."""
        return "\n".join(f"{label}: {each.text}" for label, each in self.lines)


class CaseSet:
    """The fresh cases of a seed, to check answers to them in a notebook.

    Parameters
    ----------
    seed : int
        At least 0.

    Examples
    --------
    >>> CaseSet(1).check("category", None, None)
    In an adult: Select an answer.
    In a juvenile patient: Select an answer.
    """

    def __init__(self, seed: int):
        self._cases = {case.key: case for case in fresh_cases(seed)}

    def check(self, key: str, *typed: object) -> Checked:
        """Check the answers to a case.

        Parameters
        ----------
        key
            Short name of the case, as the notebook gives it.
        *typed
            One number or text for each question of the case; None for one not answered yet.

        Raises
        ------
        ValueError
            If there is no such case, or the number of answers is not that of its questions.
        """
        if key not in self._cases:
            raise ValueError(f"case must be one of {', '.join(KINDS)}, got {key!r}")
        answers = self._cases[key].answers
        if len(typed) != len(answers):
            raise ValueError(f"{key} has {len(answers)} questions, got {len(typed)} answers")
        pairs = zip(answers, map(_as_text, typed), strict=True)
        return Checked(tuple((answer.label, verdict(answer, text)) for answer, text in pairs))


def _as_text(typed: object) -> str:
    """Return an answer as it would be typed; large and small numbers without an exponent."""
    if typed is None:
        return ""
    if isinstance(typed, float):
        return f"{typed:.12f}".rstrip("0").rstrip(".")
    return str(typed)
