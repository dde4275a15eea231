"""Published facts that need no files: in memory, for tests of one claim or of a few."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd

from tisstats.ledger import PublishedFacts
from tisstats.ledger.claim import Claim, ClaimInputs
from tisstats.printed import parse


class Facts:
    """Published facts from a mapping of address to text."""

    def __init__(self, **texts):
        self.texts = texts

    def has(self, address):
        return address in self.texts

    def text(self, address):
        return self.texts[address]

    def printed(self, address):
        return parse(self.texts[address])

    def value(self, address):
        return Fraction(self.printed(address).value)

    def count(self, address):
        return int(self.value(address))

    def place(self, address):
        return f"place of {address}"


def claim(printed, inputs="", *, unit="mice", kind="count", name="text.mice", method="any"):
    """A claim of which the rest does not matter."""
    return Claim(name, "Results", "A number", printed, unit, kind, inputs, method, "")


def claim_inputs(printed, inputs="", facts=None, **claimed):
    """A claim with the facts that its inputs name."""
    return ClaimInputs(claim(printed, inputs, **claimed), Facts(**(facts or {})))


def folder(facts, claims, sums=(), **others):
    """Published facts as a folder has them: addresses are ``facts.NAME``.

    Claims are made by `claim`, sums are rows of id, total, parts and reason, and `others` are more
    tables such as the one of the facts.
    """
    tables = {
        name: pd.DataFrame({"id": list(values), "value": list(values.values()), "place": "Methods"})
        for name, values in {"facts": facts, **others}.items()
    }
    names = ("id", "place", "quantity", "printed", "unit", "kind", "inputs", "method", "note")
    rows = [{name: getattr(each, name) for name in names} for each in claims]
    tables["claims"] = pd.DataFrame(rows, columns=list(names))
    if sums:
        tables["relations"] = pd.DataFrame(sums, columns=["id", "total", "parts", "reason"])
    return PublishedFacts(Path("mice"), tables, dict.fromkeys(tables, ("id",)), "mice")
