"""Lists of counts that pages print add up, and so do the same numbers counted on other pages."""

import pytest

from tisstats.chapters.ledger import LedgerPage
from tisstats.ledger.published import data_directory
from tisstats.lim2021.cohort_check import Addresses, check
from tisstats.lim2021.cohort_check.aggregates import FILES
from tisstats.lim2021.cohort_check.compare_with_print import count_matches
from tisstats.lim2021.flow import study_flow, subtypes
from tisstats.lim2021.response import moderate_by_week
from tisstats.lim2021.trial_description import DESCRIPTION, REFERENCE_FOLDER
from tisstats.trial import Trial


@pytest.fixture(scope="module")
def report():
    return check(Trial.read(data_directory("reconstructed") / REFERENCE_FOLDER, DESCRIPTION))


def test_the_tallies_of_the_chapters_are_parts_of_the_checkers_count(report, published):
    parts = [count_matches(report, f"{file}.") for file in FILES]
    counts = report.counts()
    assert sum(part["checked"] for part in parts) == counts["numbers"]
    assert sum(part["hold"] for part in parts) == counts["numbers_hold"]
    assert counts["numbers"] + counts["uncovered"] == len(Addresses(published).every)
    glued = LedgerPage("all", "spss").numbers()
    assert glued["checker_numbers"] == counts["numbers"]
    assert parts[0]["checked"] == glued["claims_table1"]
    assert parts[1]["checked"] == glued["claims_table2"]


def test_the_flow_adds_up(published):
    flow = study_flow(published)
    assert flow.included + flow.not_included == flow.screened
    assert flow.analysed + flow.excluded_from_analysis == flow.included
    assert flow.ended_early + flow.completed == flow.analysed
    by_subtype = subtypes(published)
    assert by_subtype["included"].sum() == flow.included
    assert by_subtype["analysed"].sum() == flow.analysed
    assert by_subtype["excluded"].sum() == flow.excluded_from_analysis


def test_responders_add_up(published):
    assert sum(moderate_by_week(published).values()) == published.count("response.responders")
