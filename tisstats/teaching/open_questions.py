"""The levels of the exercises, and questions without a single answer, from a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: The texts.
FILE = Path(__file__).with_name("open_questions.toml")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the exercises."""

    key: str  #: short name
    title: str  #: heading
    outcome: str  #: what a student can do afterwards


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question with the points that a good answer contains."""

    key: str  #: short name, the anchor of the question on its page
    level: str  #: key of its level
    minutes: int  #: expected time
    title: str  #: what it is about
    question: str  #: plain text
    answer: tuple[str, ...]  #: the points of a model answer


@cache
def levels() -> tuple[Level, ...]:
    """Return the levels, ascending.

    Examples
    --------
    >>> [level.key for level in levels()]
    ['compute', 'judge', 'design']
    """
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["level"]
    return tuple(Level(key, **entry) for key, entry in entries.items())


@cache
def open_questions() -> tuple[OpenQuestion, ...]:
    """Return the questions in the order of their page.

    Examples
    --------
    >>> open_questions()[0].title
    'Criticise this endpoint'
    """
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["question"]
    return tuple(
        OpenQuestion(
            **entry
            | {
                "question": " ".join(entry["question"].split()),
                "answer": tuple(" ".join(point.split()) for point in entry["answer"]),
            }
        )
        for entry in entries
    )
