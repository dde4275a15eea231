"""Notebooks of the exercises: whole, without the key for students, the same bytes each time."""

import ast
import json
import re

import nbformat
import pytest

from tisstats.teaching.exercise_notebooks import as_notebook, as_text
from tisstats.teaching.exercise_sets import LABEL
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.open_questions import levels, open_questions

CASES = fresh_cases(11)

#: Answers of a case, by position, that its code shows as numbers.
OF_CODE = {
    "boundary": (0, 1),
    "score": (0,),
    "missing": (0, 1),
    "ceiling": (0,),
    "interval": (0, 1),
    "imacs-improvement": (0, 1),
    "printed-p-value": (0,),
    "endpoint-in-reach": (1,),
    "important-change": (0, 3),
    "enzyme-change": (2,),
}


@pytest.fixture(scope="module")
def numbered(by_key):
    return list(by_key.values())


@pytest.fixture(scope="module")
def students(numbered):
    return as_notebook(CASES, 11, questions=open_questions(), numbered=numbered)


@pytest.fixture(scope="module")
def solved(numbered):
    return as_notebook(CASES, 11, key=True, questions=open_questions(), numbered=numbered)


def sources(notebook, kind):
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def checks_of(notebook):
    return [source for source in sources(notebook, "code") if ".check(" in source]


def test_both_are_valid_notebooks_and_the_same_bytes_each_time(students, solved, numbered):
    for key, notebook in ((False, students), (True, solved)):
        nbformat.validate(nbformat.reads(as_text(notebook), as_version=4))
        names = [cell.id for cell in notebook.cells]
        assert len(set(names)) == len(names)
        again = as_notebook(
            fresh_cases(11), 11, key=key, questions=open_questions(), numbered=numbered
        )
        assert as_text(again) == as_text(notebook)
        for source in sources(notebook, "code"):
            ast.parse(source)


def test_levels_have_fresh_cases_then_numbered_exercises_then_open_questions(students, numbered):
    parts = "\n".join(sources(students, "markdown"))
    headings = [line.split(" ", 1)[1] for line in parts.split("\n") if line.startswith("##")]
    expected = []
    for level in levels():
        cases, exercises, questions = (
            [each.title for each in every if each.level == level.key]
            for every in (CASES, numbered, open_questions())
        )
        first = 1 + sum(re.match(r"\d", each) is not None for each in expected)
        expected.append(level.title)
        expected += [f"Fresh case: {title}" for title in cases]
        expected += [f"{at}. {title}" for at, title in enumerate(exercises, start=first)]
        expected += questions
    assert headings == expected


def test_a_set_has_fresh_cases_alone_and_numbers_them():
    for key in (False, True):
        (first, *code), text = (
            sources(as_notebook(CASES, 11, key=key), kind) for kind in ("code", "markdown")
        )
        assert first == (
            "from tisstats.teaching.verdicts import CaseSet\n\nexercises = CaseSet(seed=11)"
        )
        assert not any("numbered" in source for source in code)
        numbers = [int(found) for found in re.findall(r"^### (\d+)\.", "\n".join(text), re.M)]
        assert numbers == list(range(1, len(CASES) + 1))
        assert LABEL in text[0]


def test_the_label_of_fictitious_data_is_that_of_the_fresh_cases_alone(students, solved):
    for notebook in (students, solved):
        top = notebook.cells[0].source
        assert "of the fresh cases are fictitious" in top
        assert LABEL not in top


def test_students_get_the_questions_and_neither_answer_nor_solution(students, numbered):
    text = "\n".join(cell.source for cell in students.cells)
    for case in (*CASES, *numbered):
        assert case.question in text
        assert not any(step in text for step in case.steps)
    assert not any(exercise.answer in text for exercise in numbered)
    for question in open_questions():
        assert question.question in text
        assert not any(point in text for point in question.answer)
    checks = checks_of(students)
    assert len(checks) == len(CASES) + len(numbered)
    for source in checks:
        (call,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        assert {argument.value for argument in call.args[1:]} == {None}


def test_the_cells_of_students_run_as_they_are_and_say_what_is_open(students):
    names = {}
    for source in sources(students, "code"):
        if ".check(" in source:
            assert not eval(source, names).all_right
        else:
            exec(source, names)


def test_the_key_has_every_answer_and_is_right(solved, numbered):
    text = "\n".join(sources(solved, "markdown"))
    names = {}
    exec(sources(solved, "code")[0], names)
    for case in (*CASES, *numbered):
        assert all(step in text for step in case.steps)
    for case in CASES:
        assert all(f"{answer.label}: {answer.text}" in text for answer in case.answers)
    assert all(f"**{exercise.answer}**" in text for exercise in numbered)
    checks = checks_of(solved)
    assert len(checks) == len(CASES) + len(numbered)
    assert all(eval(source, names).all_right for source in checks)


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: case.key)
def test_the_code_of_a_solution_runs_and_agrees_with_the_key(case, capsys):
    *lines, last = ast.parse(case.code).body
    names = {}
    exec(compile(ast.Module(lines, []), case.key, "exec"), names)
    value = (
        eval(compile(ast.Expression(last.value), case.key, "eval"), names)
        if isinstance(last, ast.Expr)
        else exec(compile(ast.Module([last], []), case.key, "exec"), names)
    )
    shown = f"{capsys.readouterr().out} {value}"
    found = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", shown)]
    for at in OF_CODE.get(case.key, ()):
        answer = case.answers[at]
        unit = 100 if "%" in answer.label and case.key == "interval" else 1
        near = [
            abs(unit * each - float(answer.text)) < 0.5 / 10**answer.decimals + 1e-9
            for each in found
        ]
        assert any(near)


@pytest.mark.build
def test_the_book_has_both_and_every_answer_of_the_key_was_right_when_it_ran(built_book, by_key):
    folder = built_book / "_static" / "exercises"
    blank, solved = (
        nbformat.reads((folder / name).read_text(encoding="utf-8"), as_version=4)
        for name in ("exercises.ipynb", "exercises_with_solutions.ipynb")
    )
    assert not any(cell.get("outputs") for cell in blank.cells)
    outputs = [
        output for cell in solved.cells if cell.cell_type == "code" for output in cell.outputs
    ]
    assert {output.output_type for output in outputs} <= {"execute_result", "stream"}
    checks = [
        output["data"]["text/plain"]
        for cell in solved.cells
        if ".check(" in cell.source
        for output in cell.outputs
    ]
    cases = [
        case
        for level in levels()
        for case in (*fresh_cases(2026), *by_key.values())
        if case.level == level.key
    ]
    assert len(checks) == len(cases)
    for text, case in zip(checks, cases, strict=True):
        labels = [line.split(": Right. ")[0] for line in text.splitlines()]
        assert labels == [answer.label for answer in case.answers]
        assert text.count(": Right. ") == len(case.answers)
    assert "Traceback" not in json.dumps(solved)
