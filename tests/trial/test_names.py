"""The names of the package are found, and their modules imported when they are asked for."""

import subprocess
import sys

import pytest

from tisstats import trial


@pytest.mark.parametrize("name", trial.__all__)
def test_each_name_is_found(name):
    found = getattr(trial, name)
    assert getattr(found, "__name__", name).removeprefix("tisstats.trial.") == name


def test_each_name_has_its_module():
    assert {*trial.__all__} == {*trial._HOMES, "summaries"}


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="has no attribute 'analyze'"):
        trial.analyze  # noqa: B018 - raises


def test_the_ledger_imports_nothing_of_studies():
    code = (
        "import sys, tisstats.lim2021.claims\n"
        "print([each for each in sys.modules if each.startswith('tisstats.trial.study')"
        " or each.startswith('tisstats.trial.cdisc')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
