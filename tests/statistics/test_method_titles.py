"""Names of methods: each method has one, and none stands for two."""

import pytest

from tisstats.statistics import (
    DIFFERENCE_METHODS,
    INTERVAL_METHODS,
    METHOD_TITLES,
    method_title,
)
from tisstats.statistics._arguments import OPTIONS, load_options


def test_every_method_has_a_name_of_its_own():
    assert {*INTERVAL_METHODS, *DIFFERENCE_METHODS} <= set(METHOD_TITLES)
    assert len(set(METHOD_TITLES.values())) == len(METHOD_TITLES)
    assert method_title("wald-max-variance") == "Wald with p = 1/2"


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match=r"method must be one of clopper-pearson, .* got 'exact'"):
        method_title("exact")


def test_every_option_stands_once_with_its_description():
    rows = [(row["kind"], row["name"]) for row in OPTIONS]
    assert len(set(rows)) == len(rows) > 40
    assert all(row["description"] and row["kind"] for row in OPTIONS)
    assert {row["kind"] for row in OPTIONS if row["title"]} == {
        *("interval", "difference", "ratio")
    }
    assert load_options("no such kind") == {}
