"""Patterns that are read in time proportional to a text, and those of which this is not known."""

import re
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tisstats import unambiguous_patterns
from tisstats.datapackage import find_faults
from tisstats.matching import matches
from tisstats.unambiguous_patterns import is_unambiguous

TEXTS = ["aaab", "cb;d 1.5", "–"]


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a*", "ab?c", "(a|b)*c", "(ab)+", "(?:a;)*b", r"[a-z0-9_]+(\.[a-z0-9_]+)+"),
        *(
            r"^(<\s*)?[–-]?\d+(\.\d+)?%?$",
            "^(none|(ab|ac)(;(ab|ac))*)$",
            "a|",
            "(a|)b",
            r"[^a]*a\+",
        ),
    ],
)
def test_patterns_with_one_way_to_read_a_text(pattern):
    assert is_unambiguous(pattern, TEXTS)


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+", "(a*)*", "(a?)*", "(a?b?)+", "(a|a)*", "(a|aa)*", "(ab|a)*", "a?a", "a*b?a"),
        *("[ab]*b", ".*;", r"\w*\d", "(a*|b*)c", "(a*b)*a?", "()*", "(ab?)*b", "(a(b|)c?)*ca?a"),
    ],
)
def test_patterns_with_more_ways(pattern):
    assert not is_unambiguous(pattern, TEXTS)


@pytest.mark.parametrize(
    "pattern",
    [
        *("a{2}", "a*?", "a*+", "a++", "(?=a)b", "(?i)a", "(?P<n>a)", r"a\b", r"(a)\1", "[]a]"),
        *("[b-a]", "(", ")", "a)", "(a", "*", "[", "[a--b]", "[a||b]", "[[a]", "\\", "a^b", "a$b"),
    ],
)
def test_what_is_not_known_is_not_called_unambiguous(pattern):
    assert not is_unambiguous(pattern, TEXTS)


def test_only_letters_of_the_texts_count():
    assert is_unambiguous("[a-z]*[a-m]", ["xyz1"])
    assert not is_unambiguous("[a-z]*[a-m]", ["xyz", "a"])


@pytest.mark.parametrize(("name", "most"), [("_LONGEST", 4), ("_MOST_LETTERS", 5)])
def test_only_so_much_is_looked_at(monkeypatch, name, most):
    assert is_unambiguous("(ab)", ["abcde"])
    monkeypatch.setattr(unambiguous_patterns, name, most)
    assert is_unambiguous("(ab)", ["abcde"])
    monkeypatch.setattr(unambiguous_patterns, name, most - 1)
    assert not is_unambiguous("(ab)", ["abcde"])


PIECES = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "c", "ab", "(ab|ba)", "(a|bc|c)", "."]),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("({})*".format, inner),
        st.builds("({})+".format, inner),
        st.builds("({})?".format, inner),
    ),
    max_leaves=8,
)


@given(PIECES, st.text(alphabet="abc", min_size=1, max_size=6))
def test_an_unambiguous_pattern_takes_no_long_time(pattern, unit):
    text = unit * (30_000 // len(unit)) + "!"
    if is_unambiguous(pattern, [text]):
        began = time.process_time()
        assert matches(pattern, [text]) == [re.fullmatch(pattern, text) is not None]
        assert time.process_time() - began < 1


def test_patterns_of_the_projects_data_need_no_process(monkeypatch):
    def no_process(*_, **__):
        pytest.fail("a process was started")

    monkeypatch.setattr(subprocess, "run", no_process)
    for package in sorted(ROOT.glob("data/*/datapackage.json")):
        assert find_faults(package.parent) == [], f"faults in {package.parent}"
