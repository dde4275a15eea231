"""Exercises as Jupyter notebooks: with cells to answer and check, or with solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tisstats.teaching.cases import Answer, Case
from tisstats.teaching.exercise_sets import LABEL, heading
from tisstats.teaching.exercises import Exercise
from tisstats.teaching.open_questions import OpenQuestion, levels

#: What stands at the top where numbered exercises are added: the label of the sets is not theirs.
_LABEL_WITH_NUMBERED = (
    "Patients and trials of the fresh cases are fictitious, with made-up data. The "
    "numbered exercises take their numbers from published articles or from made-up examples; the "
    "study and the article that they mention are those that the book reproduces."
)

#: How a cell names the sets whose answers it checks.
_FRESH, _NUMBERED = "exercises", "numbered"

#: Notes at the top, for students and for teachers.
_FOR_STUDENTS = (
    "Replace each `None` with your answer, a number or one of the choices in quotation marks, and "
    "run the cell: it says whether the answer is right, and why. This needs the package `tisstats` "
    "that the book belongs to. The package computes the answers, so anyone who looks for them "
    "there finds them: this is for practice, not for examinations."
)
_FOR_TEACHERS = (
    "The key, with solutions. Below the solution of a fresh case, a cell computes the answers with "
    "the package where one call does that; the last cell of each case or exercise checks the "
    "answers as in the notebook for students."
)


def as_notebook(
    cases: Sequence[Case],
    seed: int,
    *,
    key: bool = False,
    questions: Sequence[OpenQuestion] = (),
    numbered: Sequence[Exercise] = (),
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
    numbered
        Numbered exercises, in the order of their numbers, to stand after the cases of their level;
        as on the page of exercises, the cases then have no numbers.

    Examples
    --------
    >>> from tisstats.teaching.fresh_cases import fresh_cases
    >>> as_notebook(fresh_cases(1), 1).cells[0].source.splitlines()[0]
    '# Outcome measures in myositis: exercises, set 1'
    """
    notebook: NotebookNode = new_notebook(  # type: ignore[no-untyped-call]
        cells=list(_cells(cases, seed, key, questions, numbered))
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
    cases: Sequence[Case],
    seed: int,
    key: bool,
    questions: Sequence[OpenQuestion],
    numbered: Sequence[Exercise],
) -> Iterator[NotebookNode]:
    label = _LABEL_WITH_NUMBERED if numbered else LABEL
    about = _FOR_TEACHERS if key else _FOR_STUDENTS
    yield _markdown("title", f"# {heading(seed, key)}\n\n{label}\n\n{about}")
    yield _code("set", _sets(seed, bool(numbered)))
    used = {case.level for case in cases} | {exercise.level for exercise in numbered}
    used |= {question.level for question in questions}
    for level in levels():
        if level.key not in used:
            continue
        yield _markdown(level.key, f"## {level.title}\n\nAfterwards you can {level.outcome}.")
        for number, case in enumerate(cases, start=1):
            if case.level == level.key:
                yield from _case_cells(case, "Fresh case:" if numbered else f"{number}.", key)
        for number, exercise in enumerate(numbered, start=1):
            if exercise.level == level.key:
                yield from _exercise_cells(exercise, number, key)
        for question in questions:
            if question.level == level.key:
                yield from _question_cells(question, key)


def _sets(seed: int, with_numbered: bool) -> str:
    """Return the code that makes what the other cells check answers with."""
    if not with_numbered:
        names, made = "CaseSet", ""
    else:
        names, made = "CaseSet, NumberedSet", f"\n{_NUMBERED} = NumberedSet()"
    return (
        f"from tisstats.teaching.verdicts import {names}\n\n{_FRESH} = CaseSet(seed={seed}){made}"
    )


def _case_cells(case: Case, number: str, key: bool) -> Iterator[NotebookNode]:
    given = "".join(f"\n- {line}" for line in case.given)
    yield _markdown(
        case.key,
        f"### {number} {case.title}\n\n*About {case.minutes} minutes.*\n\n{case.question}"
        + (f"\n{given}" if given else ""),
    )
    answers = "; ".join(f"{answer.label}: {answer.text}" for answer in case.answers)
    yield from _work_cells(case.key, f"{answers}.", case.steps, case.code, key)
    yield _check_cell(case.key, f'{_FRESH}.check(\n    "{case.key}"', case.answers, key)


def _exercise_cells(exercise: Exercise, number: int, key: bool) -> Iterator[NotebookNode]:
    # Some of the exercises have the short name of a case, and ids of cells must differ.
    name = f"numbered-{exercise.key}"
    yield _markdown(
        name,
        f"### {number}. {exercise.title}\n\n*About {exercise.minutes} minutes.*\n\n"
        f"{exercise.question}",
    )
    yield from _work_cells(name, exercise.answer, exercise.steps, "", key)
    yield _check_cell(name, f'{_NUMBERED}.check(\n    "{exercise.key}"', exercise.answers, key)


def _work_cells(
    name: str, answer: str, steps: Sequence[str], code: str, key: bool
) -> Iterator[NotebookNode]:
    """Yield the solution, or a cell to calculate in."""
    if not key:
        yield _code(f"{name}-work", "# Your calculation\n")
        return
    listed = "\n".join(f"{at}. {step}" for at, step in enumerate(steps, start=1))
    yield _markdown(f"{name}-solution", f"**{answer}**\n\n{listed}")
    if code:
        yield _code(f"{name}-package", code)


def _check_cell(name: str, call: str, answers: Sequence[Answer], key: bool) -> NotebookNode:
    """Return the cell that checks the answers; its call is open after its first argument."""
    lines = "".join(f"    {_argument(answer, key)}\n" for answer in answers)
    return _code(f"{name}-check", f"{call},\n{lines})")


def _argument(answer: Answer, key: bool) -> str:
    """Return one argument of the check, with what is asked as a comment."""
    # A question keeps its mark, and needs no colon.
    colon = "" if answer.label.endswith("?") else ":"
    asked = answer.label + (f"{colon} {', '.join(answer.choices)}" if answer.choices else "")
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
