"""Exercises by level and fresh cases, both with a self-test, and open questions: parts of a page.

The answers of the self-test are in the page, made while the book is built; ``exercises.js``
compares. Without it, the form stays hidden and the folded solutions remain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx

from tisstats.book.pages.directive_base import BookDirective, published_facts
from tisstats.sentences import capitalised
from tisstats.teaching.cases import Answer, Case
from tisstats.teaching.exercises import Exercise, exercises, solution_as_markdown
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.open_questions import OpenQuestion, levels, open_questions

STYLE, SCRIPT = "exercises.css", "exercises.js"


class Exercises(BookDirective):
    """The exercises of a level, each a section with a closed solution."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return one section per exercise, with question, self-test and answer."""
        facts = published_facts(self.facts_folder())
        return [
            self._exercise(number, exercise)
            for number, exercise in enumerate(exercises(facts), start=1)
            if exercise.level == self.arguments[0]
        ]

    def _exercise(self, number: int, exercise: Exercise) -> nodes.section:
        name = f"exercise-{exercise.key}"
        title = f"{number}. {exercise.title}"
        section = self.section(name, title, f"{_minutes(exercise.minutes)}\n\n{exercise.question}")
        section += self_test(title, exercise.answers, name)
        self.parse(solution_as_markdown(exercise), section)
        return section


class OpenQuestions(BookDirective):
    """The open questions of a level, each a section with a closed model answer."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return one section per question."""
        return [
            self.section(
                f"question-{question.key}",
                question.title,
                f"{_minutes(question.minutes)}\n\n{question.question}\n\n"
                f":::{{dropdown}} Model answer\n:name: answer-{question.key}\n\n"
                + "\n".join(f"- {point}" for point in question.answer)
                + "\n:::\n",
            )
            for question in open_questions()
            if question.level == self.arguments[0]
        ]


class ExerciseLevels(BookDirective):
    """A list of the levels: outcome, number of exercises, minutes."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the list; the argument is the seed of the fresh cases of the page."""
        every: list[Exercise | OpenQuestion | Case] = [
            *exercises(published_facts(self.facts_folder())),
            *open_questions(),
            *fresh_cases(int(self.arguments[0])),
        ]
        minutes = {
            level.key: [each.minutes for each in every if each.level == level.key]
            for level in levels()
        }
        box = nodes.container()
        self.parse(
            "\n".join(
                f"- **{level.title}** ({len(minutes[level.key])} exercises, "
                f"{sum(minutes[level.key])} minutes): {level.outcome}."
                for level in levels()
            ),
            box,
        )
        return list(box.children)


class FreshCases(BookDirective):
    """The fresh cases of a level and a seed, each with a self-test and a closed solution."""

    required_arguments: ClassVar[int] = 2

    def run(self) -> list[nodes.Node]:
        """Return one section per case."""
        level, seed = self.arguments
        return [self._case(case) for case in fresh_cases(int(seed)) if case.level == level]

    def _case(self, case: Case) -> nodes.section:
        name = f"fresh-{case.key}"
        given = "\n".join(f"- {line}" for line in case.given)
        title = f"Fresh case: {case.title}"
        section = self.section(
            name,
            title,
            f"{_minutes(case.minutes)}\n\n{case.question}\n\n{given}",
        )
        section += self_test(title, case.answers, name)
        answers = ". ".join(map(_in_words, case.answers))
        steps = "\n".join(f"{at}. {step}" for at, step in enumerate(case.steps, start=1))
        self.parse(
            f":::{{dropdown}} Solution\n:name: solution-{name}\n\n**{answers}.**\n\n{steps}\n:::\n",
            section,
        )
        return section


def _in_words(answer: Answer) -> str:
    """Format an answer after its label: a question keeps its mark, and needs no colon."""
    if answer.label.endswith("?"):
        return f"{answer.label} {capitalised(answer.text)}"
    return f"{answer.label}: {answer.text}"


def _minutes(minutes: int) -> str:
    return f"*About {minutes} minutes.*"


def self_test(title: str, answers: Sequence[Answer], name: str) -> nodes.raw:
    """Return the form of an exercise, hidden until the script shows it.

    Parameters
    ----------
    title
        Heading of the exercise, which no other on the page has.
    answers
        What is to be typed or chosen.
    name
        Beginning of the ids of the form's fields.
    """
    items = "".join(
        _item(answer, f"{name}-{number}") for number, answer in enumerate(answers, start=1)
    )
    html = (
        f'<form class="self-test" aria-label="Check your answers: {escape(title)}" '
        f'autocomplete="off" novalidate hidden>{items}'
        '<button type="submit" class="self-test-check">Check</button></form>'
    )
    return nodes.raw("", html, format="html", self_test=name)


def _item(answer: Answer, name: str) -> str:
    data = {
        "answer": answer.text,
        "decimals": "" if answer.decimals is None else str(answer.decimals),
        "why": answer.why,
        "mistakes": json.dumps(dict(answer.mistakes), ensure_ascii=False),
    }
    attributes = " ".join(f'data-{key}="{escape(value)}"' for key, value in data.items())
    return (
        f'<div class="self-test-item" {attributes}>'
        f'<label for="{name}">{escape(answer.label)}</label>'
        + "".join(_field(answer, name))
        + f'<p class="self-test-verdict" id="{name}-verdict" role="status" aria-live="polite"></p>'
        "</div>"
    )


def _field(answer: Answer, name: str) -> Iterator[str]:
    common = f'id="{name}" aria-describedby="{name}-verdict"'
    if not answer.choices:
        yield f'<input type="text" inputmode="decimal" {common}>'
        return
    yield f'<select {common}><option value="">Select …</option>'
    yield from (f"<option>{escape(choice)}</option>" for choice in answer.choices)
    yield "</select>"


def load_files(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load script and style on pages with a self-test."""
    if doctree and any(node.get("self_test") for node in doctree.findall(nodes.raw)):
        app.add_css_file(STYLE)
        app.add_js_file(SCRIPT)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("exercises", Exercises)
    app.add_directive("open-questions", OpenQuestions)
    app.add_directive("exercise-levels", ExerciseLevels)
    app.add_directive("fresh-cases", FreshCases)
    app.connect("html-page-context", load_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
