"""The rooms of any study hold no fact of this paper: in code, strings, docstrings or comments."""

import ast
import re
from pathlib import Path

import pytest

import tisstats

PACKAGE = Path(tisstats.__file__).parent

#: Rooms that know no paper.
GENERAL = ("tables", "statistics", "measures", "forensics", "trial", "ledger")

#: What only this paper has: a name for the pattern, and the pattern.
FACTS = {
    "the room of this paper": r"\blim2021\b",
    "its authors": r"\bLim(?: and colleagues| et al\b| 20\d\d)",
    "its identifier": r"keaa459",
    "the study": r"\b[Tt]he pilot\b|\bpilot study\b",
    "its treatment": r"\bivig\b|immunoglobulin|\bg/kg\b|g_per_kg",
    "its regimens": r"\bamended\b|\bloading dose\b|\bmaintenance dose\b",
    "single patients": r"\bS-\d\d\b|ovarian|embolism",
    "earlier drugs": r"prednisolone|methotrexate|azathioprine",
    "its numbers of patients": r"\b(?:19|20|nineteen|twenty) patients\b",
    "its subtypes": r"\bnm_om\b|\bimnm\b|\bNM/OM\b",
    "its dynamometry": r"\b(?:deltoid|biceps|psoas)\b",
    "its way of taking quartiles": r"HAVERAGE[^.]*\barticle|\barticle[^.]*HAVERAGE",
}

#: Rooms where "the article" would be this one; to a ledger it is any that it is kept of.
OF_NO_ARTICLE = ("tables", "statistics", "measures", "forensics", "trial")
THE_ARTICLE = r"\b[Tt]h(?:e|is) (?:article|paper)\b"

#: Choices of this paper that may not be the default of an argument or a field.
CHOICES = ("spss", "completers", "standard")

#: Numbers of patients, which code must not hold: 20 is also a cut-off of the score.
PATIENTS = 19


def files(rooms=GENERAL):
    return [
        path
        for room in rooms
        for kind in ("*.py", "*.json")
        for path in sorted((PACKAGE / room).rglob(kind))
    ]


def lines_with(pattern, paths):
    return [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


def defaults(tree):
    """The values that arguments and fields take when nothing is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from (default for default in (*node.args.defaults, *node.args.kw_defaults))
        elif isinstance(node, ast.ClassDef):
            yield from (item.value for item in node.body if isinstance(item, ast.AnnAssign))


@pytest.mark.parametrize("fact", FACTS)
def test_no_fact_of_the_paper(fact):
    assert lines_with(FACTS[fact], files()) == []


def test_no_room_of_any_trial_speaks_of_the_article():
    assert lines_with(THE_ARTICLE, files(OF_NO_ARTICLE)) == []


def test_no_choice_of_the_paper_is_a_silent_default():
    found = [
        f"{path.relative_to(PACKAGE)}:{default.lineno}: {default.value!r}"
        for path in files()
        if path.suffix == ".py"
        for default in defaults(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(default, ast.Constant) and default.value in CHOICES
    ]
    assert found == []


def test_code_counts_no_patients_of_the_paper():
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in files()
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value == PATIENTS
    ]
    assert found == []


def test_the_patterns_find_what_they_look_for():
    """Else a room would pass since a pattern has a slip."""
    known = "\n".join(path.read_text(encoding="utf-8") for path in files(("lim2021", "synthetic")))
    without = [name for name, pattern in FACTS.items() if not re.search(pattern, known)]
    assert set(without) <= {"its authors", "its identifier", "its way of taking quartiles"}
    assert re.search(THE_ARTICLE, known)
    examples = {
        "its authors": "as Lim and colleagues print",
        "its identifier": "doi:10.1093/rheumatology/keaa459",
        "its way of taking quartiles": "HAVERAGE as in the article",
    }
    assert all(re.search(FACTS[name], text) for name, text in examples.items())
