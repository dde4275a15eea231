"""The tool that puts faults into the package and asks whether a test notices."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tools.mutants.operators import mutants, mutated
from tools.mutants.reach import Reach
from tools.mutants.results import Results, key_of


def found(source: str) -> list[tuple[str, str, str]]:
    return [(mutant.kind, mutant.before, mutant.after) for mutant in mutants(dedent(source))]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a < b", {("comparison", "a <= b")}),
        ("a >= b", {("comparison", "a > b")}),
        ("a == b", {("comparison", "a != b")}),
        ("a in b", {("comparison", "a not in b")}),
        ("a is b", {("comparison", "a is not b")}),
        ("a < b <= c", {("comparison", "a <= b <= c"), ("comparison", "a < b < c")}),
        ("not a", {("boolean", "a")}),
        ("-a", {("arithmetic", "a")}),
        ("a and b", {("boolean", "a or b"), ("dropped operand", "a"), ("dropped operand", "b")}),
        (
            "a or b or c",
            {
                ("boolean", "a and b and c"),
                ("dropped operand", "b or c"),
                ("dropped operand", "a or c"),
                ("dropped operand", "a or b"),
            },
        ),
        ("a - b", {("arithmetic", "a + b"), ("dropped operand", "a"), ("dropped operand", "b")}),
        ("a // b", {("arithmetic", "a / b"), ("dropped operand", "a"), ("dropped operand", "b")}),
        ("b if a else c", {("boolean", "b if not a else c")}),
        ("True", {("constant", "False")}),
        ("0", {("constant", "1")}),
        ("'cm'", {("constant", "'cm?'")}),
        ("''", set()),
        ("f'{a + b}'", set()),
        ("a", set()),
    ],
)
def test_the_faults_of_an_expression(expression, expected):
    assert {(kind, after) for kind, _, after in found(f"x = {expression}")} == expected


def test_a_return_may_be_forgotten():
    assert found("def f(a):\n    return a") == [("return", "return a", "None")]
    assert found("def f(a):\n    return\n") == []
    assert found("def f(a):\n    return None\n") == []


def test_annotations_docstrings_and_literals_of_types_are_left_alone():
    source = '''
        """Docstring."""
        from typing import TYPE_CHECKING, Literal
        Kind = Literal["a", "b"]
        if TYPE_CHECKING:
            x = 1
        def f(a: Literal[1] = 2) -> "int":
            """Docstring."""
    '''
    assert found(source) == [("constant", "2", "3")]


def test_every_fault_changes_the_module_in_one_place():
    path = Path(__file__).parents[1] / "tisstats" / "printed.py"
    source = path.read_text(encoding="utf-8")
    original = ast.dump(ast.parse(source))
    faults = [ast.dump(mutated(source, mutant)) for mutant in mutants(source)]
    assert len(set(faults)) == len(faults) > 100
    assert original not in faults


def test_functions_are_named_with_those_around_them():
    source = "class A:\n    def f(self):\n        return 1 + 2\n"
    assert {mutant.function for mutant in mutants(source)} == {"A.f"}
    assert {mutant.line for mutant in mutants(source)} == {3}


def test_tests_of_the_same_part_come_first_and_quick_ones_before_slow_ones():
    lines = {"tisstats/ledger/a.py": {3: ["tests/book/b.py::slow", "tests/ledger/a.py::slow",
                                          "tests/ledger/a.py::quick", "tests/book/b.py::failed"],
                                      4: ["tests/book/b.py::slow"]}}  # fmt: skip
    seconds = {"tests/book/b.py::slow": 9.0, "tests/ledger/a.py::slow": 5.0,
               "tests/ledger/a.py::quick": 0.1}  # fmt: skip
    reach = Reach(lines, seconds)
    near = ["tests/ledger/a.py::quick", "tests/ledger/a.py::slow"]
    assert reach.tests("tisstats/ledger/a.py", 3, 100) == [*near, "tests/book/b.py::slow"]
    assert reach.tests("tisstats/ledger/a.py", 3, 6) == near
    assert reach.tests("tisstats/ledger/a.py", 4, 1) == ["tests/book/b.py::slow"]
    # A line that runs at import is reached by whatever executes the file.
    assert len(reach.tests("tisstats/ledger/a.py", 1, 100)) == 3
    assert reach.tests("tisstats/ledger/other.py", 1, 100) == []


def test_results_hold_while_their_tests_are_the_same(tmp_path):
    for folder in ("tests", "tisstats"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b"):
        (tmp_path / "tests" / f"{name}.py").write_text(name, encoding="utf-8")
    path = tmp_path / "results.jsonl"
    results = Results(path, tmp_path)
    results.add(key_of("f.py", "source", 1), "tests/a.py::test")
    results.add(key_of("f.py", "source", 2), "")
    (tmp_path / "tests" / "c.py").write_text("new", encoding="utf-8")
    again = Results(path, tmp_path)
    assert again[key_of("f.py", "source", 1)] is not None
    assert again[key_of("f.py", "source", 2)] is None  # a new test may kill it
    assert again[key_of("f.py", "changed", 1)] is None


#: Tries two mutants of a function in a process of its own, since the children are forks.
_TRIED = """
import json, sys, time
from pathlib import Path
from tools.mutants.attempt import Attempt
from tools.mutants.operators import mutants, mutated
file, fault, test = sys.argv[1:]
path = Path(file).resolve()
source = path.read_text(encoding="utf-8")
found = [each for each in mutants(source) if each.after == fault]
outcomes = {}
for tests in ([test], []):
    attempt = Attempt.start(file, path, mutated(source, found[0]), tests, 100)
    while (outcome := attempt.outcome()) is None:
        time.sleep(0.05)
    outcomes[len(tests)] = outcome
print(json.dumps(outcomes))
"""


def test_a_fault_is_killed_by_a_test_that_reaches_it_and_by_no_other():
    root = Path(__file__).parents[1]
    test = "tests/test_printed.py::test_each_rule_at_its_halves"
    command = [sys.executable, "-c", _TRIED, "tisstats/printed.py", "decimals <= 0", test]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    killers = json.loads(done.stdout)
    assert killers["1"].startswith(test)
    assert killers["0"] == ""
