"""The tool that puts faults into the package and asks whether a test notices."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest
from coverage import Coverage, CoverageData

from tools.mutants.operators import mutants, mutated
from tools.mutants.reach import Reach, changed, importers
from tools.mutants.results import Results, digest, key_of
from tools.mutants.summary import Part

ROOT = Path(__file__).parents[1]


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
        ("a", set()),
        ("f'{a}cm'", {("constant", "'cm?'")}),
        ("f'{a!r}'", {("format", "f'{a}'")}),
        ("f'{a:+.1f}'", {("format", "f'{a}'"), ("format", "f'{a:+.2f}'")}),
        ("f'{a:{b}}'", {("format", "f'{a}'")}),
        ("f'{a:.1{b}.2}'", {("format", "f'{a}'"), ("format", "f'{a:.2{b}.2}'"),
                            ("format", "f'{a:.1{b}.3}'")}),
        ("f'{a[:b]}'", {("slice", ":")}),
        ("a[b:c:d]", {("slice", ":c:d"), ("slice", "b::d"), ("slice", "b:c")}),
        ("min(a)", {("opposite", "max(a)")}),
        ("a.all()", {("opposite", "a.any()")}),
        ("np.fmax(a, b)", {("opposite", "np.fmin(a, b)")}),
        ("sorted(a, key=b)", {("opposite", "list(a)"), ("without key", "sorted(a)")}),
        ("a.copy()", {("dropped call", "a")}),
        ("a.str.strip()", {("dropped call", "a")}),
        ("abs(a)", {("dropped call", "a")}),
        ("np.abs(a)", set()),
        ("f(a, b.c)", {("exchanged", "f(b.c, a)")}),
        ("isinstance(a, b)", set()),
        ("f(level=self.level)", {("without level", "f()")}),
        ("f(level=other)", set()),
        ("f(axis=a)", {("without axis", "f()")}),
        ("f(**a)", set()),
        ("{**a, **b}", {("merged", "{**b, **a}")}),
        ("a | {**b}", {("arithmetic", "a & {**b}"), ("merged", "{**b} | a"),
                       ("dropped operand", "a"), ("dropped operand", "{**b}")}),
    ],
)  # fmt: skip
def test_the_faults_of_an_expression(expression, expected):
    assert {(kind, after) for kind, _, after in found(f"x = {expression}")} == expected


def test_the_keys_of_a_function_may_be_mixed_up():
    source = "def f(a):\n    a['low'] = g(a['high'])\n    h(a['low'])\n"
    keys = [(before, after) for kind, before, after in found(source) if kind == "key"]
    assert keys == [("a['low']", "a['high']"), ("a['high']", "a['low']"), ("a['low']", "a['high']")]
    kinds = {after for kind, _, after in found("x = {'low': a, 'high': b}") if kind == "key"}
    assert kinds == {"{'high': a, 'low': b}"}
    assert ("key", "{1: a, 2: a}", "{2: a, 1: a}") not in found("x = {1: a, 2: a}")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("a += b", {("dropped statement", "pass"), ("arithmetic", "a -= b")}),
        ("a |= b", {("dropped statement", "pass"), ("arithmetic", "a &= b")}),
        ("a += 'cm'", {("dropped statement", "pass"), ("constant", "'cm?'")}),
        ("a.append(b)", {("dropped statement", "pass")}),
        ("raise a", {("dropped statement", "pass")}),
        ("while True:\n    break", {("constant", "False"), ("loop", "continue")}),
        ("for a in b:\n    continue", {("loop", "break")}),
    ],
)
def test_the_faults_of_a_statement(statement, expected):
    assert {(kind, after) for kind, _, after in found(statement)} == expected


def test_one_exception_of_several_may_be_forgotten():
    source = "try:\n    a\nexcept (B, C) as d:\n    e\n"
    assert [after for _, _, after in found(source)] == [
        "except (C,) as d: e",
        "except (B,) as d: e",
    ]


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


def test_what_changes_no_result_by_its_nature_is_left_alone():
    source = """
        T = TypeVar("T")
        Number = int | float | None
        _Value = Number | str
        LIMITS = LOWER | {"a"}
        pairs = list(zip(one, two, strict=True))
        text = path.read_text(encoding="utf-8", errors="strict")
    """
    assert {after for _, _, after in found(source)} == {
        *("LOWER & {'a'}", "LOWER", "{'a'}", "'a?'"),
        "'strict?'",
    }


def test_every_fault_changes_the_module_in_one_place():
    path = ROOT / "tisstats" / "teaching" / "fictitious_patient.py"
    source = path.read_text(encoding="utf-8")
    original = ast.dump(ast.parse(source))
    faults = [ast.dump(mutated(source, mutant)) for mutant in mutants(source)]
    assert len(set(faults)) == len(faults) > 100
    assert original not in faults


def test_what_acts_at_import_is_told_from_what_a_call_does():
    source = "x = 1\nclass A:\n    y = 2\n    def f(self):\n        return 3\n"
    assert {m.before for m in mutants(source) if m.at_import} == {"1", "2"}


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


def test_tests_of_every_module_reach_what_runs_at_import():
    seconds = {"tests/all.py::each": 1.0, "tests/ledger/a.py::one": 0.5}
    lines = {"tisstats/ledger/a.py": {3: ["tests/ledger/a.py::one"]}}
    reach = Reach(lines, seconds, frozenset(["tests/all.py"]))
    assert reach.tests("tisstats/ledger/a.py", 1, 100) == [*seconds]
    assert reach.tests("tisstats/ledger/a.py", 3, 100) == ["tests/ledger/a.py::one"]
    assert reach.tests("tisstats/ledger/a.py", 3, 100, at_import=True) == [*seconds]
    assert reach.tests("tisstats/ledger/unseen.py", 1, 100) == ["tests/all.py::each"]


def test_a_constant_is_reached_by_the_tests_of_those_who_import_it(tmp_path):
    package = tmp_path / "tisstats" / "trial"
    package.mkdir(parents=True)
    (package / "limits.py").write_text("FIRST_ROW = 2\n")
    (package / "files.py").write_text("from tisstats.trial.limits import FIRST_ROW\n")
    (package / "table.py").write_text("from tisstats.trial import limits\n")
    found = importers(tmp_path)
    both = {"tisstats/trial/files.py", "tisstats/trial/table.py"}
    assert found == {"tisstats/trial/limits.py": both}
    lines = {"tisstats/trial/files.py": {1: ["a.py::a"]}, "tisstats/trial/table.py": {}}
    reach = Reach(lines, {"a.py::a": 1.0, "b.py::b": 1.0}, importers=found)
    assert reach.tests("tisstats/trial/limits.py", 1, 9, at_import=True) == ["a.py::a"]


_MODULE = "def half(a):\n    return a / 2\n"


def recorded(folder, root, reached):
    """Write a record: by test, the lines of the module that it reaches."""
    folder.mkdir(parents=True)
    shutil.copytree(root / "tisstats", folder / "tisstats")
    files = {test.partition("::")[0] for test in reached}
    digests = {file: digest(root / file) for file in files}
    (folder / "tests.json").write_text(json.dumps(digests), encoding="utf-8")
    (folder / "durations-1.json").write_text(json.dumps(dict.fromkeys(reached, 1.0)))
    data = CoverageData(str(folder / "lines"))
    for test, lines in reached.items():
        data.set_context(test)
        data.add_lines({str(root / "tisstats" / "half.py"): lines})
    data.write()


def test_lines_are_found_again_after_an_edit_and_changed_tests_run_again(tmp_path):
    for folder in ("tests", "tisstats"):
        (tmp_path / folder).mkdir()
    module = tmp_path / "tisstats" / "half.py"
    module.write_text(_MODULE, encoding="utf-8")
    one, two = (tmp_path / "tests" / f"test_{name}.py" for name in ("one", "two"))
    for path in (one, two):
        path.write_text("", encoding="utf-8")
    folder = tmp_path / "reach"
    assert changed(folder, tmp_path, ["tests", "tisstats"]) == ["tests/test_one.py",
                                                                "tests/test_two.py"]  # fmt: skip
    recorded(folder / "0000", tmp_path, {"tests/test_one.py::a": [2], "tests/test_two.py::b": [2]})
    assert changed(folder, tmp_path, ["tests", "tisstats"]) == []
    module.write_text("import math\n\n\n" + _MODULE, encoding="utf-8")
    one.write_text("pass", encoding="utf-8")
    digest.cache_clear()  # a file does not change during a run
    assert changed(folder, tmp_path, ["tests/test_two.py", "tests/test_one.py"]) == [
        "tests/test_one.py"
    ]
    recorded(folder / "0001", tmp_path, {"tests/test_one.py::c": [5]})
    reach = Reach.read(folder, tmp_path)
    assert set(reach.seconds) == {"tests/test_one.py::c", "tests/test_two.py::b"}
    assert reach.tests("tisstats/half.py", 5, 9) == ["tests/test_one.py::c", "tests/test_two.py::b"]
    assert 2 not in reach.lines["tisstats/half.py"]


_WITH_FIXTURES = """
import pytest
from tisstats.half import half

@pytest.fixture(scope="module")
def shared():
    return half(4)

@pytest.fixture
def own():
    return half(6)

def test_first(shared): assert shared == 2
def test_second(shared): assert shared == 2
def test_own(own): assert own == 3
def test_none(): pass
"""


def test_what_a_shared_fixture_executes_is_reached_by_all_its_tests(tmp_path):
    for folder in ("tests", "tisstats", "reach/0000"):
        (tmp_path / folder).mkdir(parents=True)
    for path in ("tisstats/half.py", "reach/0000/tisstats/half.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("def half(n):\n    return n / 2\n", encoding="utf-8")
    (tmp_path / "tisstats" / "__init__.py").touch()
    (tmp_path / "tests" / "test_half.py").write_text(_WITH_FIXTURES, encoding="utf-8")
    (tmp_path / "tests" / "test_other.py").write_text(
        "def test_another(shared=None): pass\n", encoding="utf-8"
    )
    record = tmp_path / "reach" / "0000"
    (record / "tests.json").write_text("{}", encoding="utf-8")
    environment = {**os.environ, "TISSTATS_MUTANTS_REACH": str(record)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the others take most of the time
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.mutants.reach", "tests"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    lines = Coverage(data_file=str(record / "lines"), config_file=False)
    lines.combine(strict=True)
    lines.save()
    reach = Reach.read(record.parent, tmp_path)
    assert sorted(reach.lines["tisstats/half.py"][2]) == [
        f"tests/test_half.py::test_{name}" for name in ("first", "own", "second")
    ]
    assert len(reach.seconds) == 5


def test_the_share_killed_is_of_those_that_can_be():
    parts = [Part("a", 90, 7, 10), Part("b", 10, 0, 0)]
    assert [part.share for part in parts] == pytest.approx([90, 100])
    assert Part.total(parts) == Part("all", 100, 7, 10)
    assert Part.total(parts).mutants == 117
    assert Part("c", 0, 3, 0).share == pytest.approx(100)


def test_a_result_that_is_forgotten_is_tried_again(tmp_path):
    for folder in ("tests", "tisstats"):
        (tmp_path / folder).mkdir()
    results = Results(tmp_path / "results.jsonl", tmp_path)
    results.add("a", "timeout")
    assert results["a"] is not None
    results.forget("a")
    assert results["a"] is None
    assert Results(tmp_path / "results.jsonl", tmp_path)["a"] is None


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
from tisstats.book.run.forkserver import disable_slow_formats
from tools.mutants.attempt import Attempt
from tools.mutants.operators import mutants, mutated
disable_slow_formats()
import _pytest.doctest, hypothesis, pandas  # once for all children
file, fault, *tests = sys.argv[1:]
path = Path(file).resolve()
source = path.read_text(encoding="utf-8")
found = [each for each in mutants(source) if each.after == fault]
outcomes = []
for number in range(len(tests) + 1):
    attempt = Attempt.start(file, path, mutated(source, found[0]), tests[:number], 100)
    while (outcome := attempt.outcome()) is None:
        time.sleep(0.05)
    outcomes.append(outcome)
print(json.dumps(outcomes))
"""


def test_a_fault_is_killed_by_a_test_that_reaches_it_and_by_no_other():
    root = Path(__file__).parents[1]
    # With its doctests among the tests, pytest would import the module from its file.
    tests = [
        "tisstats/printed.py::tisstats.printed.ambiguity_reason",
        "tests/test_printed.py::test_each_rule_at_its_halves",
    ]
    command = [
        sys.executable,
        "-c",
        _TRIED,
        "tisstats/printed.py",
        "2 * rest > exact.denominator",
        *tests,
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    nothing, doctest, killer = json.loads(done.stdout)
    assert (nothing, doctest) == ("", "")
    assert killer.startswith(tests[1])


def test_each_fault_that_is_listed_as_changing_nothing_can_still_be_made():
    listed = tomllib.loads((ROOT / "tools/mutants/equivalent.toml").read_text(encoding="utf-8"))
    made = {}
    for each in listed["mutant"]:
        if (file := each["file"]) not in made:
            source = (ROOT / file).read_text(encoding="utf-8")
            made[file] = {one.description.partition(", ")[2] for one in mutants(source)}
    assert [each for each in listed["mutant"] if each["mutant"] not in made[each["file"]]] == []
