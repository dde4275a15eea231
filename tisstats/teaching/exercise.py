"""What an exercise is: a question with its numbers filled in, and the code that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Solution:
    """A model answer, as computed."""

    answer: str  #: the answer in one plain sentence or two
    steps: tuple[str, ...]  #: the way there, one plain sentence a step
    values: Mapping[str, object] = field(default_factory=dict)  #: numbers of the answer, unrounded


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: question and solution come from the same numbers."""

    key: str  #: short name, for the address of the exercise on its page
    title: str  #: what it is about
    question: str  #: the question, plain text with its numbers in it
    solve: Callable[[], Solution]  #: computes the model answer with the package


def in_words(name: str) -> str:
    """Write a name as it stands inside a sentence; proper names keep their capitals.

    >>> in_words("Manual muscle testing"), in_words("Health Assessment Questionnaire")
    ('manual muscle testing', 'Health Assessment Questionnaire')
    """
    return name if name.istitle() else name.lower()
