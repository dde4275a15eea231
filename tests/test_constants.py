"""The public constants of the parts that compute: labels, rules and numbers, as kept in a file."""

import importlib
import pkgutil
from pathlib import Path

import tisstats
from tests.kept import compare, render
from tests.test_dataclasses import PARTS


def _is_part(module):
    return module.split(".")[1] in PARTS


def constants():
    for module in pkgutil.walk_packages(tisstats.__path__, "tisstats."):
        if _is_part(module.name):
            for name, value in vars(importlib.import_module(module.name)).items():
                if name.isupper() and not name.startswith("_"):
                    yield name, module.name, value


def test_every_name_that_a_module_offers_is_there():
    offering = 0
    for module in pkgutil.walk_packages(tisstats.__path__, "tisstats."):
        loaded = importlib.import_module(module.name) if _is_part(module.name) else None
        names = getattr(loaded, "__all__", ())
        offering += bool(names)
        assert [name for name in names if not hasattr(loaded, name)] == [], module.name
    assert offering > 5


def test_public_constants():
    """One that several modules import is kept once."""
    seen = set()
    texts = []
    for name, module, value in constants():
        text = render(name, value)
        if text not in seen and "<function" not in text and str(Path.cwd()) not in text:
            seen.add(text)
            texts.append(f"{module}\n{text}")
    compare(Path(__file__).parent / "constants.txt", "\n".join(texts))
