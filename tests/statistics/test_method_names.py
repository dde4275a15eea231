"""Names of methods: each method has one, and none stands for two."""

import pytest

from tisstats.statistics import (
    DIFFERENCE_METHODS,
    METHOD_NAMES,
    METHODS,
    method_name,
)
from tisstats.statistics._arguments import OPTIONS, described


def test_every_method_has_a_name_of_its_own():
    assert {*METHODS, *DIFFERENCE_METHODS} <= set(METHOD_NAMES)
    assert len(set(METHOD_NAMES.values())) == len(METHOD_NAMES)
    assert method_name("wald-max-variance") == "Wald with p = 1/2"


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match=r"method must be one of clopper-pearson, .* got 'exact'"):
        method_name("exact")


def test_every_option_stands_once_with_its_description():
    rows = [(row["kind"], row["name"]) for row in OPTIONS]
    assert len(set(rows)) == len(rows) > 40
    assert all(row["description"] and row["kind"] for row in OPTIONS)
    assert {row["kind"] for row in OPTIONS if row["title"]} == {
        *("interval", "difference", "ratio")
    }
    assert described("no such kind") == {}
