"""A page evaluates the ledger once; patients are read and checked once by each that needs them."""

import json
from collections import Counter
from functools import cached_property

import pytest

import tisstats.book.notebook
from tests.conftest import ROOT
from tisstats.chapters.secondary_outcomes import SecondaryOutcomes
from tisstats.ledger import evaluation
from tisstats.lim2021.cohort_check import report
from tisstats.trial import Trial

#: What each page computes. The ledger reads and checks the reference cohort; a page reads the
#: patients that its reader chose, and checks them where it compares them with the article.
COMPUTED = {
    "03_primary_outcome": {"evaluate": 1, "read": 2, "check_many": 1},
    "04_secondary_outcomes": {"evaluate": 1, "read": 2, "check_many": 2},
}


@pytest.fixture
def calls(monkeypatch):
    found = Counter()

    def count(owner, name):
        function = getattr(owner, name)

        def counted(*arguments, **named):
            found[name] += 1
            return function(*arguments, **named)

        monkeypatch.setattr(owner, name, counted)

    for owner, name in ((evaluation, "evaluate"), (Trial, "read"), (report, "check_many")):
        count(owner, name)
    for name in ("show", "glue_values"):
        monkeypatch.setattr(tisstats.book.notebook, name, lambda *_, **__: None)
    return found


def run(notebook):
    """Run the cells of a notebook, with what shows their results left out."""
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    names = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)


@pytest.mark.parametrize("notebook", COMPUTED)
def test_a_page_computes_nothing_twice(notebook, calls):
    run(notebook)
    assert calls == COMPUTED[notebook]


def test_the_count_rises_if_a_page_forgets(calls, monkeypatch):
    ledger = SecondaryOutcomes.ledger
    assert isinstance(ledger, cached_property)
    monkeypatch.setattr(SecondaryOutcomes, "ledger", property(ledger.func))
    run("04_secondary_outcomes")
    assert calls == {"evaluate": 2, "read": 3, "check_many": 3}
