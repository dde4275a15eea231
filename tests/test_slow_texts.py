"""Texts that would take quadratic time: a cell of some kilobytes then takes minutes."""

import ast
import itertools
import re
import time
import unicodedata
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tisstats
from tests.command import called
from tisstats.normal_forms import normal_form
from tisstats.printed import ambiguity_reason
from tisstats.tables import visit_names
from tisstats.tables.raw import name_on_one_line
from tisstats.trial.columns import natural_key

ROOT = Path(tisstats.__file__).parent
#: What reads the cells and names that others wrote, and what they type.
READERS = sorted(
    path
    for place in ("tables", "trial", "measures", "datapackage", "printed.py", "errors.py", "cli")
    for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
)
CALLS = {"match": "match", "fullmatch": "fullmatch", "search": "search", "findall": "findall"}
CALLS |= {"sub": "sub", "split": "split", "finditer": "findall"}

OWN = re.compile("_[A-Z_]+")

REPEATED = [" ", "\n", "1", "a", ".", ",", "-", "(", '"', "1 ", "a ", "[", "_"]
BEFORE = ["", ">", "+1", "x ", "W1", "W1D", "P", "1,"]
AFTER = ["", "!", "\n!"]
#: Repetitions. In linear time they take some milliseconds, in quadratic time 0.3 seconds or more.
MANY = 20_000
SECONDS = 0.2


def uses(path):
    """The patterns of a module that have a name, and how the module uses each."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and node.func.attr in CALLS and OWN.fullmatch(owner.id):
                found.add((owner.id, CALLS[node.func.attr]))
    return found


def patterns():
    for path in READERS:
        parts = ("tisstats", *path.relative_to(ROOT).with_suffix("").parts)
        for name, how in sorted(uses(path)):
            module = ".".join(parts)
            # Patterns of bytes read the parts of a workbook, whose size is limited.
            if isinstance(getattr(import_module(module), name).pattern, str):
                yield module, name, how
        yield from in_containers(".".join(parts), path)


def in_containers(module, path):
    """Patterns that a module keeps in tuples and the like, and how it uses those without a name."""
    calls = re.findall(rf"\b[a-z]\w*\.({'|'.join(CALLS)})\(", path.read_text(encoding="utf-8"))
    for name, value in vars(import_module(module)).items():
        if OWN.fullmatch(name) and isinstance(value, dict | tuple | list):
            for how in sorted({CALLS[call] for call in calls}) if holds_patterns(value) else ():
                yield module, name, how


def holds_patterns(value):
    return bool(list(found_in(value)))


def found_in(value):
    """The patterns of text that a value is or holds."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain(*map(found_in, [*value, *value.values()]))
    elif isinstance(value, tuple | list):
        yield from itertools.chain(*map(found_in, value))


def seconds(call, *arguments):
    begun = time.process_time()
    call(*arguments)
    return time.process_time() - begun


@pytest.mark.parametrize(("module", "name", "how"), list(patterns()))
def test_a_pattern_takes_time_that_grows_as_the_text_does(module, name, how):
    given = ("",) if how == "sub" else ()
    for found in found_in(getattr(import_module(module), name)):
        call = getattr(found, how)
        for before, unit, after in itertools.product(BEFORE, REPEATED, AFTER):
            text = before + unit * MANY + after
            taken = seconds(call, *given, text)
            tried = f"{before!r} + {unit!r} * {MANY} + {after!r}"
            assert taken <= SECONDS, f"{found.pattern} takes {taken:.2f} seconds for {tried}"


#: Marks of several classes; some are of none, and only what they decompose to is a mark.
MARKS = "\u0301\u0323\u0345\u0f73\u0f75\u0f81\uff9e\uff9f\u034f"


@pytest.mark.parametrize("other", MARKS[1:])
def test_texts_with_marks_in_any_number_are_normalised_soon(other):
    for form in ("NFKC", "NFKD"):
        assert seconds(normal_form, form, "a" + f"{MARKS[0]}{other}" * 30_000) < 2


#: Letters, among them parts of syllables, and what decomposes to letters, or a blank and a mark.
LETTERS = "ae\u00e9\u1ea1\uff42\u1100\u1161\u11a8\uac00\uac01\u00a8\ufb01\u00bd\uff8a"


@given(st.text(st.sampled_from(MARKS + LETTERS), min_size=25, max_size=200))
def test_the_normal_form_is_that_of_unicode(text):
    for form in ("NFKC", "NFKD"):
        for many in (text, f"é{MARKS * 9}{text}"):
            assert normal_form(form, many) == unicodedata.normalize(form, many)


VISITS = """\
patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck,note
007,0,3.8,6.1,211,2.0,2.2,1199,a
007,9,2.0,3.0,240,1.0,1.0,300,b
"""
LONG = 100_000


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("007", "a" + "\u0301\u0323" * LONG, 0),
        ("note", "a" + "\u0301\u0323" * 30_000, 0),
        ("note", "x" + " " * LONG + "y", 0),
        (",a\n", f",+1{' ' * LONG}x\n", 0),
        ("3.8", "1" * LONG + "x", 1),
    ],
)
def test_a_long_cell_is_read_soon(tmp_path, old, new, code):
    visits = tmp_path / "visits.csv"
    visits.write_text(VISITS.replace(old, new), encoding="utf-8")
    words = ["score", visits, "--mmt-max", 260, "--uln", "ck=170", "-o", tmp_path / "scored.csv"]
    begun = time.process_time()
    assert called(*words).returncode == code
    assert time.process_time() - begun < 15


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n b", "a b"),
        (" a \r\n \n\tb c  d", "a b c  d"),
        ("a \x0b\n b\n", "a b"),
        ("a  b", "a  b"),
    ],
)
def test_line_breaks_of_names_become_blanks(text, shown):
    assert name_on_one_line(text) == shown == re.sub(r"\s*[\r\n]\s*", " ", text.strip())


@pytest.mark.parametrize(
    "text", ["1,1" + "1" * LONG + "\nx", "P" + " " * LONG + "x", "10" + " " * LONG + "x"]
)
def test_why_a_long_text_is_ambiguous_is_found_soon(text):
    assert seconds(ambiguity_reason, text) < 5


def test_names_may_have_numbers_of_thousands_of_digits():
    digits = "9" * 5_000
    assert natural_key(f"P-{digits}") > natural_key("P-10") > natural_key("P-9")
    for name in (f"Week {digits} Day 1", f"Week 1 Day {digits}"):
        assert visit_names.ambiguity(name, 0) == ""
        assert isinstance(visit_names.contradicts(name, 0), bool)
