"""What each module of the package says that it offers."""

import importlib
import pkgutil

import pytest

import tisstats
from tests.test_dataclasses import PARTS

MODULES = [
    module.name
    for module in pkgutil.walk_packages(tisstats.__path__, "tisstats.")
    if module.name.split(".")[1] in PARTS
]


@pytest.mark.parametrize("name", MODULES)
def test_every_name_that_a_module_offers_is_there_once(name):
    module = importlib.import_module(name)
    offered = getattr(module, "__all__", [])
    assert [each for each in offered if not hasattr(module, each)] == []
    assert len(set(offered)) == len(offered)
