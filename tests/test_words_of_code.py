"""The English of the code itself: how docstrings open, and names that sound translated."""

import ast
import functools
import re
from collections import Counter
from pathlib import Path

import pytest

import tisstats

PACKAGE = Path(tisstats.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

#: Verbs that open a docstring in speech, and what the field writes.
OPENINGS = {"Give", "Gives", "Tell", "Tells", "Say", "Says", "Lay", "Hand", "Ask", "Know", "Word"}

#: Parts of names and words of docstrings that nobody in the field would say.
FOREIGN = {
    r"\btold\b|_told\b|\btold_": "described, formatted",
    r"laid_out|\blaid\b": "formatted, tabulated",
    r"said_of": "statements",
    r"hand_over|\bhand on\b": "glue, pass",
    r"\bwishes\b": "goals",
    r"\bbeside\b(?=\()|def \w*beside": "compare_with_print",
    r"\banew\b": "again",
    r"\bnought\b": "zero",
    r"\bis no (?:whole )?(?:printed )?number\b": "is not a number",
    r"\bpeople\b": "patients, profiles",
    r"\bstair": "point_steps",
    r"\bpatient rows?\b": "patient-level data",
    r"\bwithout\b(?= not in| in )": "relaxed",
    r"pinned_down": "identifiability",
    r"\bcome out as printed\b": "match",
    r"\bmend\b": "correct",
}


def named(path):
    return str(path.relative_to(PACKAGE))


@functools.cache
def functions(path):
    """Return each function of a module with its docstring."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node, ast.get_docstring(node) or "") for node in found]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_docstrings_open_as_the_field_writes_them(path):
    wrong = []
    for node, docstring in functions(path):
        words = docstring.split()
        if words and words[0] in OPENINGS:
            wrong.append(f"{node.name}: {' '.join(words[:6])}")
    assert wrong == []


def test_no_docstring_describes_a_parameter_that_is_not_there():
    found = [
        (named(path), node.name, name)
        for path in FILES
        for node, docstring in functions(path)
        for name in described_parameters(docstring)
        if name not in {argument.arg for argument in parameters(node.args)}
    ]
    assert found == []


def described_parameters(docstring):
    """Return the names that stand below "Parameters"."""
    section = docstring.partition("Parameters\n----------\n")[2].split("\n\n")[0]
    lines = [line for line in section.splitlines() if not line.startswith(" ")]
    heads = [line.split(" :")[0] for line in lines]
    return [name.strip(" *") for head in heads for name in head.split(",")]


def parameters(arguments):
    """Return all arguments of a signature."""
    several = [each for each in (arguments.vararg, arguments.kwarg) if each]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_names_and_comments_are_english_of_the_field(path):
    text = path.read_text(encoding="utf-8")
    found = Counter(
        f"{match.group()!r}, write {instead!r}"
        for pattern, instead in FOREIGN.items()
        for match in re.finditer(pattern, text)
    )
    assert dict(found) == {}
