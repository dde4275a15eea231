"""Each verdict comes from code: change an input and the verdict changes."""

import json
import re
from fractions import Fraction

import pandas as pd
import pytest

from tisstats.consistency import quartile_consistency
from tisstats.faults import DataFault
from tisstats.study.claims import (
    Verdict,
    evaluate,
    ledger_table,
    miscitations,
    verdict_counts,
    with_verdict,
)
from tisstats.study.claims.output import FORMATS
from tisstats.study.published import Published


@pytest.fixture(scope="module")
def ledger():
    return {item.claim.id: item for item in evaluate(Published.read())}


def test_every_claim_names_its_place_and_has_one_verdict(ledger):
    for item in ledger.values():
        section = item.claim.place.split(",")[0]
        assert re.fullmatch(
            r"Abstract|Introduction|Key messages|Methods|Results|Discussion|(Table|Fig\.) \d",
            section,
        ), item.claim.place
        assert item.verdict in Verdict
        assert item.claim.quantity
        assert item.claim.unit
        if item.verdict is Verdict.REPRODUCED:
            assert item.computed


def test_the_primary_interval_is_not_reproduced_and_its_note_says_what_gives_it(ledger):
    for section in ("abstract", "results"):
        low, high = ledger[f"{section}.interval_low"], ledger[f"{section}.interval_high"]
        assert (low.verdict, high.verdict) == (Verdict.NOT_REPRODUCED, Verdict.NOT_REPRODUCED)
        assert (low.computed, high.computed) == ("20.3", "66.5")
        assert "19.6 comes from only wald-max-variance" in low.note
        # Others share the upper limit, but none of them the lower one as well.
        assert "64.6 comes from mid-p, arcsine, wald-max-variance" in high.note


def test_the_primary_percentage_is_a_rounding_slip_with_a_name(ledger):
    for section in ("abstract", "results"):
        item = ledger[f"{section}.responders_percent"]
        assert (item.verdict, item.computed) == (Verdict.ROUNDING, "42.1")
        assert "Rounded to 0 decimals first, then printed with 1" in item.note
        assert "No group of fewer than 50" in item.note
    assert ledger["discussion.responders_percent"].verdict is Verdict.REPRODUCED


def test_the_share_in_the_discussion_has_one_reading(ledger):
    item = ledger["discussion.minimal_percent"]
    assert item.verdict is Verdict.REPRODUCED
    assert "55% of 20 patients is only 11 of them" in item.note
    assert "55% of 19 patients is none of them" in item.note


def test_the_planned_interval_is_reproduced(ledger):
    for name, printed in (("low", "0.361"), ("high", "0.809"), ("width", "0.448")):
        item = ledger[f"methods.planned_{name}"]
        assert (item.verdict, item.computed) == (Verdict.REPRODUCED, printed)


def test_every_percentage_of_table_1_is_reproduced(ledger):
    shares = [i for i in ledger.values() if i.claim.id.endswith(".percent")]
    assert len(shares) > 50
    assert {item.verdict for item in shares} == {Verdict.REPRODUCED}


FLIPS = [
    # file, old text, new text, claim, verdict before, verdict after
    (
        "response.csv",
        "moderate_week_6,First at least moderate improvement by week 6,1",
        "moderate_week_6,First at least moderate improvement by week 6,2",
        "results.responders",
        "reproduced",
        "not reproduced",
    ),
    (
        "response.csv",
        "by week 9,8,patients",
        "by week 9,7,patients",
        "abstract.interval_low",
        "not reproduced",
        "not reproduced",
    ),
    (
        "response.csv",
        "by week 9,8,patients",
        "by week 9,12,patients",
        "results.minimal",
        "attainable",
        "not attainable",
    ),
    (
        "design.csv",
        "assumed_proportion,Assumed proportion of responders,0.60",
        "assumed_proportion,Assumed proportion of responders,0.65",
        "methods.planned_low",
        "reproduced",
        "not reproduced",
    ),
    (
        "design.csv",
        "confidence_level,Confidence level of the intervals,95",
        "confidence_level,Confidence level of the intervals,90",
        "methods.planned_width",
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "females,dm,count,5",
        "females,dm,count,4",
        "table1.females.all.count",
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "females,dm,count,5",
        "females,dm,count,4",
        "table1.females.dm.percent",
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "females,dm,count,5",
        "females,dm,count,4",
        "table1.females.imnm.count",
        "attainable",
        "not attainable",
    ),
    (
        "table2.csv",
        "mmt,baseline,q1,185",
        "mmt,baseline,q1,215",
        "table2.mmt.baseline.median",
        "attainable",
        "not attainable",
    ),
    (
        "significance.csv",
        "mrs,false",
        "mrs,true",
        "table2.mrs.change.p",
        "attainable",
        "not attainable",
    ),
    (
        "serious_adverse_events.csv",
        "3,another patient,dm",
        "4,another patient,dm,first,,not stated,here\n3,another patient,dm",
        "abstract.serious_adverse_events",
        "reproduced",
        "not reproduced",
    ),
    (
        "comparators.csv",
        "3,11,",
        "4,11,",
        "discussion.cherin_percent",
        "reproduced",
        "not reproduced",
    ),
    (
        "design.csv",
        "minimum_age,Youngest age at inclusion,18",
        "minimum_age,Youngest age at inclusion,21",
        "methods.minimum_age",
        "stated",
        "not reproduced",
    ),
    (
        "design.csv",
        "allowed before enrolment,2,weeks",
        "allowed before enrolment,0.5,weeks",
        "results.prednisolone_days",
        "stated",
        "not attainable",
    ),
    (
        "safety.csv",
        "with any adverse event,19",
        "with any adverse event,18",
        "results.adverse_events",
        "attainable",
        "not attainable",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "claim", "before", "after"), FLIPS)
def test_a_changed_input_changes_the_verdict(ledger, edit, file, old, new, claim, before, after):
    changed = {i.claim.id: i for i in evaluate(Published.read(edit(file, old, new)))}[claim]
    assert ledger[claim].verdict == before
    assert changed.verdict == after
    assert (changed.verdict, changed.computed, changed.note) != (
        ledger[claim].verdict,
        ledger[claim].computed,
        ledger[claim].note,
    )


PRINTS = [
    ("abstract.interval_low,", ",19.6,", ",20.3,", "reproduced"),
    ("abstract.responders_percent,", ",42.0%,", ",42.1%,", "reproduced"),
    ("abstract.responders_percent,", ",42.0%,", ",41.9%,", "not reproduced"),
    ("discussion.minimal_percent,", ",55%,", ",53%,", "not reproduced"),
    ("table2.biceps.change.median,", ",4.5,", ",4.3,", "not attainable"),
    ("table2.haq.end.median,", ",1.6,", ",1.7,", "not attainable"),
    ("table2.mmt.end.q3,", ",241,", ",271,", "not attainable"),
    ("table2.swallowing.baseline.q1,", ",8.0,", ",8.5,", "not attainable"),
    ("table2.eq_vas.end.median,", ",60,", ",61,", "not attainable"),
    ("table2.mrs.change.p,", ",0.06,", ",1.06,", "not attainable"),
]


@pytest.mark.parametrize(("line", "old", "new", "verdict"), PRINTS)
def test_another_print_gets_another_verdict(copied, line, old, new, verdict):
    path = copied / "claims.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    (place,) = (n for n, text in enumerate(lines) if text.startswith(line))
    assert lines[place].count(old) == 1
    lines[place] = lines[place].replace(old, new)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    changed = {i.claim.id: i for i in evaluate(Published.read(copied))}
    assert changed[line.rstrip(",")].verdict == verdict


def test_a_coarser_scale_makes_a_quartile_impossible(ledger):
    """The printed 4.5 N is no whole newton by SPSS's rule; an average of two may be."""
    printed = ledger["table2.biceps.change.median"].claim.printed

    def possible(step, definition):
        return quartile_consistency(None, printed, None, 19, step, definition=definition).possible

    assert not possible(1, "spss")
    assert possible(1, 4)
    assert possible(Fraction(1, 2), "spss")


def test_the_ages_of_nm_om_rule_out_the_definition_of_numpy(ledger):
    parts = ("q1", "median", "q3")
    by_numpy = {i.claim.id: i for i in evaluate(Published.read(), quantile_definition=7)}
    for part in parts:
        claim = f"table1.age_at_onset.nm_om.{part}"
        assert ledger[claim].verdict is Verdict.ATTAINABLE
        assert "all three quartiles together, such as 30, 50, 70, 79" in ledger[claim].note
        assert by_numpy[claim].verdict is Verdict.NOT_ATTAINABLE
        assert "A value of at most 15 is needed, below 17" in by_numpy[claim].note.replace(
            "Fails: a", "A"
        )


def test_all_quartiles_of_table_1_can_be_by_the_rule_of_spss(ledger):
    quartiles = [i for i in ledger.values() if i.claim.kind in ("median", "quartile")]
    table1 = [i for i in quartiles if i.claim.id.startswith("table1.")]
    assert len(table1) == 24
    assert {item.verdict for item in table1} == {Verdict.ATTAINABLE}
    assert all("all three quartiles together" in item.note for item in table1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "rows=serious_adverse_events,count-rows,\nabstract.pul",
            "rows=nowhere,count-rows,\nabstract.pul",
            "nowhere",
        ),
        (
            "fact=safety.pulmonary_embolism,stated,\nintro",
            "safety.pulmonary_embolism,stated,\nintro",
            "role=address",
        ),
        ("fact=design.minimum_age,stated", "fact=design.maximum_age,stated", "design.maximum_age"),
        (
            "fact=design.minimum_age,stated",
            "fact=design.minimum_age,guessed",
            "unknown method 'guessed'",
        ),
        ("18,years,threshold", "many,years,threshold", "'many' is no printed number"),
    ],
)
def test_a_claim_that_cannot_be_evaluated_is_a_fault_with_its_row(edit, old, new, said):
    folder = edit("claims.csv", old, new)
    with pytest.raises(DataFault) as error:
        evaluate(Published.read(folder))
    (fault,) = error.value.faults
    assert fault.row is not None
    assert fault.file.endswith("claims.csv")
    assert said in fault.message


def test_filter_by_verdict(ledger):
    items = list(ledger.values())
    counts = verdict_counts(items)
    assert sum(counts.values()) == len(items) > 300
    assert len(with_verdict(items, "not reproduced")) == counts[Verdict.NOT_REPRODUCED] == 4
    assert with_verdict(items, "all") == items
    with pytest.raises(ValueError, match="give all, reproduced"):
        with_verdict(items, "true")


def test_formats_hold_the_same_rows(ledger):
    items = list(ledger.values())
    table = ledger_table(items)
    records = json.loads(FORMATS["json"](items))
    assert pd.DataFrame(records).equals(table)
    assert {"id", "place", "quantity", "printed", "computed", "verdict", "note"} <= set(records[0])
    assert FORMATS["csv"](items).count("\n") >= len(items) + 1
    text = FORMATS["table"](items)
    assert all(name in text for name in ledger)
    assert max(map(len, text.splitlines())) <= 100


def test_citations_that_lead_elsewhere(published):
    wrong = miscitations(published)
    assert set(zip(wrong["cited_number"], wrong["fitting_number"], strict=True)) == {
        ("20", "21"),
        ("21", "20"),
        ("14", "11"),
    }
    assert len(wrong) == 4


def test_numbers_that_the_cohort_was_solved_for_are_attainable_and_never_reproduced(ledger):
    attainable = [item for item in ledger.values() if item.verdict is Verdict.ATTAINABLE]
    assert len(attainable) > 200
    for item in attainable:
        assert item.finding.value is None
        assert "no evidence for it" in item.note
    assert {i.verdict for i in ledger.values() if i.claim.id.startswith("table2.mmt.")} == {
        Verdict.ATTAINABLE
    }


def test_a_cohort_that_misses_one_number_shows_nothing_for_any(ledger, edit):
    changed = evaluate(Published.read(edit("table2.csv", "mmt,change,q3,29", "mmt,change,q3,28")))
    met = {i.claim.id for i in changed if "together with every other" in i.note}
    assert met == set()
    assert ledger["results.adverse_events"].verdict is Verdict.ATTAINABLE
    after = {item.claim.id: item for item in changed}
    assert after["results.adverse_events"].verdict is Verdict.STATED


def test_numbers_of_the_design_and_of_screening_stay_stated(ledger):
    for name in ("methods.loading_dose", "results.screened", "methods.software_version"):
        assert ledger[name].verdict is Verdict.STATED
