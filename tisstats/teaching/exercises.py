"""The exercises of the book: texts from a file, numbers computed by the package.

The texts are in ``exercises.toml``, where a teacher can change them. Question and model answer
are filled with the same numbers, see `tisstats.teaching.exercise_numbers`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.ledger.published import PublishedFacts
from tisstats.printed import format_rounded
from tisstats.teaching.cases import Answer, distinct_mistakes
from tisstats.teaching.exercise_numbers import NUMBERS, Values
from tisstats.teaching.open_questions import levels

#: The texts, with an explanation of their placeholders.
FILE = Path(__file__).with_name("exercises.toml")
_SENTENCES = ("title", "question", "answer")
_PARTS = ("key", "level", "minutes")
_LISTS = ("steps", "ask")
_OF_AN_ANSWER = ({"label", "answer", "why"}, {"decimals", "choices", "mistakes"})


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: question and model answer come from the same numbers."""

    key: str  #: short name, the anchor of the exercise on its page
    level: str  #: key of its level, see `tisstats.teaching.open_questions`
    minutes: int  #: expected time
    title: str  #: what it is about
    question: str  #: the question, plain text with its numbers in it
    answer: str  #: the model answer in one plain sentence or two
    steps: tuple[str, ...]  #: the solution, one or more plain sentences per step
    values: Values  #: values of the placeholders, unrounded
    answers: tuple[Answer, ...]  #: what is to be typed or chosen


class _Filler(Formatter):
    """Fills texts with numbers; the placeholders are explained in the file."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Convert a proportion to a percentage if requested."""
        return 100 * value if conversion == "p" else super().convert_field(value, conversion)

    def format_field(self, value: Any, spec: str) -> str:
        """Format one value, or each of several."""
        if isinstance(value, bool):
            if "|" not in spec:
                raise ValueError("a true or false value without both words, as in {name:yes|no},")
            return spec.split("|")[0 if value else 1]
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            named = (f"{name} {self.format_field(each, spec)}" for name, each in value.items())
            return ", ".join(named)
        if isinstance(value, Sequence):
            return ", ".join(self.format_field(each, spec) for each in value)
        decimals, unit = re.fullmatch(r"(\d?)(.*)", spec).groups()  # type: ignore[union-attr]
        number = format_rounded(value, int(decimals)) if decimals else f"{float(value):g}"
        return f"{number}{unit}"


def fill_sentence(sentence: str, values: Mapping[str, Any]) -> str:
    """Fill the placeholders of a sentence, which ``exercises.toml`` explains.

    Parameters
    ----------
    sentence
        A text; line breaks in it become blanks.
    values
        Values of its placeholders, by name.

    Examples
    --------
    >>> fill_sentence("{share!p:1}% of {n}", {"share": 0.4211, "n": 19})
    '42.1% of 19'
    """
    return _Filler().vformat(" ".join(sentence.split()), (), values)


def exercises(published: PublishedFacts, sentences: Path = FILE) -> list[Exercise]:
    """Return all exercises, by level as on their page, with the numbers of the published facts.

    Parameters
    ----------
    published
        The published facts.
    sentences
        File of the texts and of made-up data.

    Raises
    ------
    DataError
        If an exercise has no numbers or numbers have no exercise, a part is missing or unknown, or
        a placeholder has no value.
    """
    with sentences.open("rb") as file:
        entries = tomllib.load(file)["exercise"]
    keys = [str(entry.get("key")) for entry in entries]
    if sorted(keys) != sorted(NUMBERS):
        wrong = ", ".join(sorted(set(keys) ^ set(NUMBERS))) or "a key twice"
        message = "keys of the exercises and of exercise_numbers.NUMBERS must match"
        raise DataError([Fault(sentences.name, message, column="key", value=wrong)])
    found = [_filled(entry, published, sentences.name) for entry in entries]
    order = _levels()
    return sorted(found, key=lambda exercise: order.index(exercise.level))


def _filled(entry: dict[str, Any], published: PublishedFacts, file: str) -> Exercise:
    """Fill in the texts of one exercise."""
    key, given = entry["key"], entry.get("given", {})
    if wrong := (set(entry) - {"given"}) ^ {*_PARTS, *_SENTENCES, *_LISTS}:
        names = ", ".join((*_PARTS, *_SENTENCES, *_LISTS))
        message = f"an exercise must have {names} and optionally given"
        raise DataError([Fault(file, message, column=f"{key}.{min(wrong)}")])
    if entry["level"] not in _levels():
        message = f"the level must be one of {', '.join(_levels())}"
        raise DataError([Fault(file, message, column=f"{key}.level", value=str(entry["level"]))])
    values = given | NUMBERS[key](published, given)

    def fill(part: str, sentence: str) -> str:
        try:
            return fill_sentence(sentence, values)
        except (AttributeError, LookupError, ValueError) as error:
            message = f"{error} cannot be filled in; known: {', '.join(values)}"
            raise DataError([Fault(file, message, column=f"{key}.{part}")]) from error

    title, question, answer = (fill(part, entry[part]) for part in _SENTENCES)
    steps = tuple(fill("steps", step) for step in entry["steps"])
    answers = tuple(_answer(asked, fill, values, f"{key}.ask", file) for asked in entry["ask"])
    return Exercise(
        key, entry["level"], entry["minutes"], title, question, answer, steps, values, answers
    )


def _levels() -> list[str]:
    """Return the keys of the levels, ascending."""
    return [level.key for level in levels()]


def _answer(
    asked: dict[str, Any], fill: Callable[[str, str], str], values: Values, place: str, file: str
) -> Answer:
    """Fill in what is to be typed or chosen."""
    required, optional = _OF_AN_ANSWER
    if not required <= set(asked) <= required | optional or ("decimals" in asked) == (
        "choices" in asked
    ):
        message = "an answer must have label, answer, why, and either decimals or choices"
        raise DataError([Fault(file, message, column=place)])
    label, text, why = (fill("ask", asked[part]) for part in ("label", "answer", "why"))
    choices = asked.get("choices", ())
    if isinstance(choices, str):
        if choices not in values:
            message = f"choices must be a list or name one; known: {', '.join(values)}"
            raise DataError([Fault(file, message, column=place, value=choices)])
        choices = values[choices]
    mistakes = [
        (fill("ask", wrong), fill("ask", reason))
        for wrong, reason in asked.get("mistakes", {}).items()
    ]
    return Answer(
        label,
        text,
        why,
        decimals=asked.get("decimals"),
        choices=tuple(choices),
        mistakes=distinct_mistakes(text, mistakes),
    )


def solution_as_markdown(exercise: Exercise) -> str:
    """Format the collapsed solution of an exercise as MyST Markdown."""
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(exercise.steps, start=1))
    return (
        f":::{{dropdown}} Solution\n"
        f":name: solution-{exercise.key}\n\n"
        f"**{exercise.answer}**\n\n{steps}\n:::\n"
    )
