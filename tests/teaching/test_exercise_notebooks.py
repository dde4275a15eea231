"""Notebooks of the exercises: whole, without the key for students, the same bytes each time."""

import ast
import json
import re

import nbformat
import pytest

from tisstats.teaching.exercise_notebooks import as_notebook, as_text
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.open_questions import open_questions

CASES = fresh_cases(11)
STUDENTS, KEY = (
    as_notebook(CASES, 11, key=key, questions=open_questions()) for key in (False, True)
)


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


def sources(notebook, kind):
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_both_are_valid_notebooks_and_the_same_bytes_each_time():
    for key, notebook in ((False, STUDENTS), (True, KEY)):
        nbformat.validate(nbformat.reads(as_text(notebook), as_version=4))
        again = as_notebook(fresh_cases(11), 11, key=key, questions=open_questions())
        assert as_text(again) == as_text(notebook)
        for source in sources(notebook, "code"):
            ast.parse(source)


def test_students_get_the_questions_and_neither_answer_nor_solution():
    text = "\n".join(cell.source for cell in STUDENTS.cells)
    for case in CASES:
        assert case.question in text
        assert not any(step in text for step in case.steps)
    for question in open_questions():
        assert question.question in text
        assert not any(point in text for point in question.answer)
    checks = [source for source in sources(STUDENTS, "code") if "exercises.check(" in source]
    assert len(checks) == len(CASES)
    for source in checks:
        (call,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        assert {argument.value for argument in call.args[1:]} == {None}


def test_the_cells_of_students_run_as_they_are_and_say_what_is_open():
    names = {}
    for source in sources(STUDENTS, "code"):
        if "exercises.check(" in source:
            assert not eval(source, names).all_right
        else:
            exec(source, names)


def test_the_key_has_every_answer_and_is_right():
    text = "\n".join(sources(KEY, "markdown"))
    names = {}
    exec(sources(KEY, "code")[0], names)
    for case in CASES:
        assert all(step in text for step in case.steps)
        assert all(f"{answer.label}: {answer.text}" in text for answer in case.answers)
    for source in sources(KEY, "code"):
        if "exercises.check(" in source:
            assert eval(source, names).all_right


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
def test_the_book_has_both_and_every_answer_of_the_key_was_right_when_it_ran(built_book):
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
        if "exercises.check(" in cell.source
        for output in cell.outputs
    ]
    cases = fresh_cases(2026)
    assert len(checks) == len(cases)
    for text, case in zip(checks, cases, strict=True):
        assert text.count(": Right. ") == len(case.answers)
    assert "Traceback" not in json.dumps(solved)
