"""What a package says that it exports is there."""

import importlib
import pkgutil

import pytest

import tisstats

#: Packages, not modules: only they list names; without those that need what is not always there.
PACKAGES = sorted(
    module.name
    for module in pkgutil.walk_packages(tisstats.__path__, "tisstats.", onerror=lambda _: None)
    if module.ispkg
)


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_that_is_exported_exists_and_stands_there_once(name):
    package = importlib.import_module(name)
    names = getattr(package, "__all__", [])
    assert [each for each in names if not hasattr(package, each)] == []
    assert len(names) == len(set(names))
