"""Sets of fresh cases as Jupyter notebooks: with cells to answer and check, or with solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tisstats.teaching.cases import Answer, Case
from tisstats.teaching.exercise_sets import LABEL, heading
from tisstats.teaching.open_questions import OpenQuestion, levels

#: Notes at the top, for students and for teachers.
_FOR_STUDENTS = (
    "Replace each `None` by your answer, a number or one of the choices in quotation marks, and "
    "run the cell: it says whether the answer is right, and why. This needs the package `tisstats` "
    "that the book belongs to. The package computes the answers from the number of the set, so "
    "whoever looks for them there finds them: this is for practice, not for examinations."
)
_FOR_TEACHERS = (
    "The key, with solutions. Cells below each solution compute the answers with the package where "
    "one call does that, and check the answers as in the notebook for students."
)


def as_notebook(
    cases: Sequence[Case],
    seed: int,
    *,
    key: bool = False,
    questions: Sequence[OpenQuestion] = (),
) -> NotebookNode:
    """Return a set as a notebook that has not been run.

    Parameters
    ----------
    cases
        The cases that `fresh_cases` returns for the seed.
    seed
        The seed, for the heading and for checking.
    key
        Whether answers and solutions are included.
    questions
        Open questions to stand at the end of their level.

    Examples
    --------
    >>> from tisstats.teaching.fresh_cases import fresh_cases
    >>> as_notebook(fresh_cases(1), 1).cells[0].source.splitlines()[0]
    '# Outcome measures in myositis: exercises, set 1'
    """
    notebook: NotebookNode = new_notebook(  # type: ignore[no-untyped-call]
        cells=list(_cells(cases, seed, key, questions))
    )
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file."""
    text: str = nbformat.writes(notebook, sort_keys=True)  # type: ignore[no-untyped-call]
    return f"{text}\n"


def _markdown(name: str, text: str) -> NotebookNode:
    cell: NotebookNode = new_markdown_cell(text, id=name)  # type: ignore[no-untyped-call]
    return cell


def _code(name: str, text: str) -> NotebookNode:
    cell: NotebookNode = new_code_cell(text, id=name)  # type: ignore[no-untyped-call]
    return cell


def _cells(
    cases: Sequence[Case], seed: int, key: bool, questions: Sequence[OpenQuestion]
) -> Iterator[NotebookNode]:
    about = _FOR_TEACHERS if key else _FOR_STUDENTS
    yield _markdown("title", f"# {heading(seed, key)}\n\n{LABEL}\n\n{about}")
    yield _code(
        "set", f"from tisstats.teaching.verdicts import CaseSet\n\nexercises = CaseSet(seed={seed})"
    )
    numbers = {case.key: number for number, case in enumerate(cases, start=1)}
    for level in levels():
        yield _markdown(level.key, f"## {level.title}\n\nAfterwards you can {level.outcome}.")
        for case in cases:
            if case.level == level.key:
                yield from _case_cells(case, numbers[case.key], key)
        for question in questions:
            if question.level == level.key:
                yield from _question_cells(question, key)


def _case_cells(case: Case, number: int, key: bool) -> Iterator[NotebookNode]:
    given = "".join(f"\n- {line}" for line in case.given)
    yield _markdown(
        case.key,
        f"### {number}. {case.title}\n\n*About {case.minutes} minutes.*\n\n{case.question}"
        + (f"\n{given}" if given else ""),
    )
    if key:
        answers = "; ".join(f"{answer.label}: {answer.text}" for answer in case.answers)
        steps = "\n".join(f"{at}. {step}" for at, step in enumerate(case.steps, start=1))
        yield _markdown(f"{case.key}-solution", f"**{answers}.**\n\n{steps}")
        if case.code:
            yield _code(f"{case.key}-package", case.code)
    else:
        yield _code(f"{case.key}-work", "# Your calculation\n")
    lines = "".join(f"    {_argument(answer, key)}\n" for answer in case.answers)
    yield _code(f"{case.key}-check", f'exercises.check(\n    "{case.key}",\n{lines})')


def _argument(answer: Answer, key: bool) -> str:
    """Return one argument of the check, with what is asked as a comment."""
    asked = answer.label + (f": {', '.join(answer.choices)}" if answer.choices else "")
    typed = f'"{answer.text}"' if answer.choices else answer.text
    return f"{typed if key else None},  # {asked}"


def _question_cells(question: OpenQuestion, key: bool) -> Iterator[NotebookNode]:
    yield _markdown(
        f"question-{question.key}",
        f"### {question.title}\n\n*About {question.minutes} minutes.*\n\n{question.question}",
    )
    points = "\n".join(f"- {point}" for point in question.answer)
    text = f"A good answer contains:\n\n{points}" if key else "*Your answer*"
    yield _markdown(f"question-{question.key}-answer", text)
