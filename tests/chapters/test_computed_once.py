"""A page evaluates the ledger once, and reads and checks each cohort that it needs once."""

import json
from collections import Counter
from functools import cached_property

import pytest

import tisstats.book.notebook
from tests.conftest import ROOT
from tisstats.chapters import chapter
from tisstats.chapters.secondary_outcomes import SecondaryOutcomes
from tisstats.ledger import evaluation
from tisstats.lim2021.claims import reference_cohort
from tisstats.lim2021.cohort_check import report
from tisstats.synthetic import patient_level_data
from tisstats.trial import Trial

pytestmark = pytest.mark.usefixtures("not_drawn")

#: What each page computes: the ledger and the page share the reference cohort and its check.
ONCE = {"evaluate": 1, "read": 1, "check_many": 1}

PAGES = ("03_primary_outcome", "04_secondary_outcomes")


@pytest.fixture
def calls(monkeypatch):
    reference_cohort.reference_cohort.cache_clear()
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


@pytest.mark.parametrize("notebook", PAGES)
def test_a_page_computes_nothing_twice(notebook, calls):
    run(notebook)
    assert calls == ONCE


def test_the_count_rises_if_a_page_forgets(calls, monkeypatch):
    ledger = SecondaryOutcomes.ledger
    assert isinstance(ledger, cached_property)
    monkeypatch.setattr(SecondaryOutcomes, "ledger", property(ledger.func))
    run("04_secondary_outcomes")
    assert calls == ONCE | {"evaluate": 2}


def test_the_count_rises_if_page_and_ledger_read_and_check_on_their_own(calls, monkeypatch):
    read, check = (
        getattr(reference_cohort, name) for name in ("reference_cohort", "check_reference_cohort")
    )
    monkeypatch.setattr(reference_cohort, "reference_cohort", read.__wrapped__)
    monkeypatch.setattr(patient_level_data, "reference_cohort", read.__wrapped__)
    monkeypatch.setattr(chapter, "check_reference_cohort", check.__wrapped__)
    run("04_secondary_outcomes")
    assert calls == {"evaluate": 1, "read": 3, "check_many": 2}
