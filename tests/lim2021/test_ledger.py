"""Each verdict comes from code: change an input and the verdict changes."""

import csv
import json
import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from tisstats.chapters.ledger import LedgerPage
from tisstats.errors import DataError, Fault
from tisstats.forensics import quartile_consistency
from tisstats.ledger import (
    CLAIM_METHODS,
    PublishedFacts,
    Summary,
    Verdict,
    ledger_table,
    verdict_counts,
)
from tisstats.ledger.claim import number_with_unit
from tisstats.ledger.claim_text import claim_text
from tisstats.ledger.evaluation import read_claims, read_relations
from tisstats.ledger.output import FORMATS
from tisstats.ledger.summary import claims_by_check
from tisstats.lim2021.claims import evaluate_ledger, miscitations
from tisstats.lim2021.claims import ledger as claims_ledger
from tisstats.printed import format_rounded, parse


@pytest.fixture(scope="module")
def page():
    return LedgerPage("all", "spss")


@pytest.fixture(scope="module")
def ledger(page):
    return page.ledger


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
            assert item.checked_by


# Verdicts and arithmetic written by hand with the article open: a random sample, and the rows that
# have been judged wrongly before.
BY_HAND = Path(__file__).parent / "printed" / "verdicts.tsv"


def by_hand():
    with BY_HAND.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def arithmetic(text):
    """Work out "19 - 8" or "100 * 3 / 11", from left to right, in fractions."""
    first, *rest = text.split()
    value = Fraction(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        other = Fraction(number)
        match sign:
            case "+":
                value += other
            case "-":
                value -= other
            case "*":
                value *= other
            case "/":
                value /= other
    return value


@pytest.mark.parametrize("row", by_hand(), ids=lambda row: row["id"])
def test_a_verdict_is_the_one_found_by_hand(ledger, row):
    item = ledger[row["id"]]
    assert item.verdict == row["verdict"]
    if row["arithmetic"]:
        printed = item.claim.number
        mine = format_rounded(arithmetic(row["arithmetic"]), printed.decimals)
        assert item.computed == mine
        assert (parse(mine).value == printed.value) == (row["verdict"] == "reproduced")


# One rule for all rows


def test_every_operand_is_a_printed_number_and_not_the_claims_own(published):
    relations = read_relations(published)
    numbers = relations.numbers
    unprinted = set(published.tables["unprinted"]["address"])
    for relation in relations.sums:
        assert len(relation.addresses) > 2
        members = [numbers.number_at(address) for address in relation.addresses]
        assert len(set(members)) == len(members)
        assert all(map(numbers.is_printed, relation.addresses))
        assert not unprinted.intersection(relation.addresses)
    recomputed = 0
    for claim in read_claims(published):
        operands = (
            CLAIM_METHODS[claim.method].operand_roles if claim.method in CLAIM_METHODS else ()
        )
        recomputed += bool(operands)
        for role, address in claim.input_roles:
            if role in operands:
                assert numbers.is_printed(address), claim.id
                assert numbers.number_at(address) != numbers.number_of_claim(claim), claim.id
    assert recomputed > 70


def test_every_sum_holds_and_reproduces_each_number_in_it(ledger, published):
    """Worked out again from the cells, without the code that solves the sums."""
    relations = published.tables["relations"].to_dict("records")
    assert len(relations) > 20
    for row in relations:
        parts = row["parts"].split()
        terms = [
            -published.value(part[1:]) if part.startswith("-") else published.value(part)
            for part in parts
        ]
        assert published.value(row["total"]) == sum(terms)
        certified = {item.claim.id for item in ledger.values() if row["id"] in item.checked_by}
        assert len(certified) > len(parts)
        for name in certified:
            assert ledger[name].verdict is Verdict.REPRODUCED


def test_no_number_follows_that_the_ledger_calls_attainable_or_stated(ledger, published):
    """Nothing that a sum or percentage of printed numbers gives is left unused."""
    relations = read_relations(published)
    for item in ledger.values():
        if item.verdict in (Verdict.ATTAINABLE, Verdict.STATED):
            assert relations.derivations(item.claim) == []


def test_all_counts_of_table_1_are_reproduced(ledger):
    """Each is its row's total less the others, or its column's; no blank cell is taken as 0."""
    counts = [i for name, i in ledger.items() if re.fullmatch(r"table1\..*\.(count|n)", name)]
    assert len(counts) == 80
    assert {item.verdict for item in counts} == {Verdict.REPRODUCED}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "response.moderate_week_3 response.responders_after_week_3",
            "response.moderate_week_3 response.moderate_week_4 response.moderate_week_6",
            "no claim prints response.moderate_week_4",
        ),
        (
            "flow.analysed flow.excluded_from_analysis",
            "flow.analysed",
            "a sum needs at least 2 parts, found 1",
        ),
        (
            "flow.analysed flow.excluded_from_analysis",
            "flow.analysed table1.patients.all.n",
            "occurs twice",
        ),
        (
            "flow.analysed flow.excluded_from_analysis",
            "flow.analysed flow.left_out",
            "has no value at address flow.left_out",
        ),
    ],
)
def test_a_sum_that_certifies_nothing_is_a_fault_with_its_row(edit, old, new, said):
    with pytest.raises(DataError) as error:
        evaluate_ledger(PublishedFacts.read(edit("relations.csv", old, new)))
    assert {fault.row for fault in error.value.faults} <= {3, 6}
    assert all(fault.file.endswith("relations.csv") for fault in error.value.faults)
    assert said in error.value.faults[0].message


def test_an_operand_that_is_not_printed_is_refused(edit):
    folder = edit(
        "claims.csv",
        "count=comparators.cherin_1994.responders of=comparators.cherin_1994.patients,percentage",
        "count=comparators.proderm_ivig.responders of=comparators.cherin_1994.patients,percentage",
    )
    with pytest.raises(DataError, match="is not printed by any claim"):
        evaluate_ledger(PublishedFacts.read(folder))


# Repeats, distinct numbers, independent checks


def test_rows_that_repeat_a_number_are_linked_to_its_first_row(ledger):
    for item in ledger.values():
        if item.repeats:
            first = ledger[item.repeats]
            assert first.repeats == ""
            assert list(ledger).index(first.claim.id) < list(ledger).index(item.claim.id)
            assert (first.verdict, first.computed) == (item.verdict, item.computed)
    assert ledger["results.interval_low"].repeats == "abstract.interval_low"
    assert ledger["table1.patients.all.n"].repeats == "abstract.analysed_fraction"
    # Printed to other places, so another claim: the one is right and the other is not.
    assert ledger["discussion.responders_percent"].repeats == ""


def test_not_reproduced_are_two_limits_printed_twice(ledger):
    summary = Summary.of(ledger)
    assert summary.claims[Verdict.NOT_REPRODUCED] == 4
    assert summary.numbers[Verdict.NOT_REPRODUCED] == 2


def test_one_sum_certifies_many_rows(ledger):
    mine = [name for name, item in ledger.items() if "responders_by_week" in item.checked_by]
    assert len(mine) == claims_by_check(ledger)["responders_by_week"] == 11


def test_the_independent_checks_are_counted_as_by_dense_elimination(ledger, published):
    """The sums as rows of a dense matrix in fractions, reduced by the schoolbook."""
    numbers = ledger.numbers
    names, rows = [], []
    for row in published.tables["relations"].to_dict("records"):
        coefficients = {numbers.number_at(row["total"]): 1}
        for part in row["parts"].split():
            coefficients[numbers.number_at(part.removeprefix("-"))] = (
                1 if part.startswith("-") else -1
            )
        rows.append(coefficients)
        names += coefficients
    columns = sorted(set(names))
    matrix = [[Fraction(row.get(name, 0)) for name in columns] for row in rows]
    rank = 0
    for column in range(len(columns)):
        pivot = next((r for r in range(rank, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        for r in range(rank + 1, len(matrix)):
            factor = matrix[r][column] / matrix[rank][column]
            matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[rank], strict=True)]
        rank += 1
    single = {check for item in ledger.values() for check in item.checked_by if ":" in check}
    # The width of the planned interval is the difference of its computed limits.
    assert Summary.of(ledger).checks == rank + len(single) - 1
    assert rank == len(matrix)  # none of the sums is implied by the others


# Totals


@pytest.mark.parametrize("rule", ["spss", "7"])
def test_all_six_verdicts_are_listed_and_add_up(rule):
    page = LedgerPage("all", rule)
    summary = page.summary
    assert list(summary.claims) == list(summary.numbers) == list(Verdict)
    assert summary.total == len(page.ledger) == sum(summary.claims.values())
    distinct = [item for item in page.ledger.values() if not item.repeats]
    assert summary.distinct == len(distinct) == sum(summary.numbers.values())
    glued = page.numbers()
    for stem, total in (("claims", "claims_total"), ("distinct", "numbers_distinct")):
        assert sum(glued[f"{stem}_{name.name.lower()}"] for name in Verdict) == glued[total]
    *by_verdict, last = page.by_verdict().frame.to_dict("records")
    assert last["Rows"] == sum(row["Rows"] for row in by_verdict)
    assert last["Distinct numbers"] == sum(row["Distinct numbers"] for row in by_verdict)


def test_the_counts_of_printed_numbers_are_reconciled(page, ledger, published):
    glued = page.numbers()
    parts = [glued[f"claims_{part}"] for part in ("table1", "table2", "text")]
    assert parts[0] == len(published.tables["table1"]) == 163
    assert parts[1] == len(published.tables["table2"]) == 130
    in_text = pd.concat([published.tables[name] for name in ("numerals", "words")])
    assert parts[2] == int((in_text["claim"] != "").sum())
    assert sum(parts) == len(ledger)
    assert glued["checker_printed"] + glued["checker_other"] == glued["checker_numbers"]
    *rows, last = page.by_part().frame.drop(columns="Part").to_dict("records")
    for column, total in last.items():
        assert total == sum(row[column] for row in rows)
    for row in (*rows, last):
        assert row["Total"] == sum(row[str(verdict)] for verdict in Verdict)


# Units


def test_units_read_as_one_says_them(ledger):
    """One is followed by the singular, anything else is not; a count of nobody is "of the"."""
    plurals = {"patients", "weeks", "days", "months", "doses", "events", "measures", "points"}
    singulars = {unit.removesuffix("s") for unit in plurals}
    for item in ledger.values():
        claim = item.claim
        last = claim.printed_with_unit.split()[-1]
        if claim.printed.lower() in ("1", "one"):
            assert last not in plurals, claim.printed_with_unit
        elif claim.unit in plurals:
            assert last not in singulars, claim.printed_with_unit
        if claim.unit == "patients":
            assert not re.search(r"(?i)^(none|all|any) (?!of the)", claim.printed_with_unit), (
                claim.printed_with_unit
            )
    assert ledger["methods.maintenance_days"].claim.printed_with_unit == "1 day"
    assert ledger["results.deterioration"].claim.printed_with_unit == "None of the patients"
    assert ledger["abstract.primary_week"].claim.printed_with_unit == "9 weeks"
    assert ledger["results.prednisolone_patient"].claim.printed_with_unit == "patient 5"
    assert ledger["methods.software_version"].claim.printed_with_unit == "version 24.0"
    assert number_with_unit("third", "event") == "third event"


def test_notes_say_one_of_one_thing(ledger):
    for item in ledger.values():
        assert not re.search(r"(?<![\d.,])1 (?:points|grades|weeks|days|patients\b)", item.note)
        assert "patient 1" not in item.note
        assert "cannot be recomputed" not in item.note
        assert ("proven" in item.note) == ("(proven under these conditions: " in item.note)


def test_weeks_of_response_are_compared_with_weeks_of_response_only(ledger):
    for name in ("abstract", "key_messages", "results", "discussion"):
        assert "interval" not in ledger[f"{name}.first_week"].claim.inputs
        assert "design." not in ledger[f"{name}.first_week"].claim.inputs
    for week in ("moderate_week_4", "moderate_week_6"):
        assert "design." not in ledger[f"results.{week}"].claim.inputs
    for name in ("methods.change_week", "results.significant_week", "abstract.treatment_weeks"):
        assert "stopped early" in ledger[name].note


# Words of quantity


@pytest.mark.parametrize(
    ("responders", "verdict"),
    [(8, Verdict.STATED), (7, Verdict.NOT_REPRODUCED), (10, Verdict.NOT_REPRODUCED)],
)
def test_nearly_half_is_below_a_half_and_nearer_to_it_than_to_a_third(edit, responders, verdict):
    """Of 19: 7 is 36.8%, 8 is 42.1%, 10 is 52.6%; half way from a third to a half is 41.7%."""
    folder = edit("response.csv", "by week 9,8,patients", f"by week 9,{responders},patients")
    changed = evaluate_ledger(PublishedFacts.read(folder))
    assert changed["abstract.nearly_half"].verdict is verdict
    assert "our criterion" in changed["abstract.nearly_half"].note


@pytest.mark.parametrize(("count", "verdict"), [(5, "reproduced"), (4, "not reproduced")])
def test_a_majority_is_more_than_half(edit, count, verdict):
    folder = edit("response.csv", "improvement by week 3,6,", f"improvement by week 3,{count},")
    changed = evaluate_ledger(PublishedFacts.read(folder))
    assert changed["abstract.majority"].verdict == verdict
    assert changed["key_messages.mostly"].computed == f"{count} of 8"


def test_no_significant_change_is_asked_of_the_printed_p_values(edit):
    changed = evaluate_ledger(
        PublishedFacts.read(edit("table2.csv", "mmt,change,p,0.12", "mmt,change,p,0.04"))
    )
    item = changed["results.no_significant_changes"]
    assert (item.verdict, item.computed) == (Verdict.NOT_REPRODUCED, "1 of 7")


def test_the_primary_interval_is_not_reproduced_and_its_note_says_what_gives_it(ledger):
    for section in ("abstract", "results"):
        low, high = ledger[f"{section}.interval_low"], ledger[f"{section}.interval_high"]
        assert (low.verdict, high.verdict) == (Verdict.NOT_REPRODUCED, Verdict.NOT_REPRODUCED)
        assert (low.computed, high.computed) == ("20.3", "66.5")
        assert "only Wald with p = 1/2 matches 19.6" in low.note
        # Others share the upper limit, but none of them the lower one as well.
        assert "mid-P, arcsine and Wald with p = 1/2 match 64.6" in high.note


def test_the_primary_percentage_is_a_rounding_slip_with_a_name(ledger):
    for section in ("abstract", "results"):
        item = ledger[f"{section}.responders_percent"]
        assert (item.verdict, item.computed) == (Verdict.ROUNDING, "42.1")
        assert "As if rounded to 0 decimals first, then printed with 1 decimal" in item.note
        assert "No count in a group of fewer than 50" in item.note
    assert ledger["discussion.responders_percent"].verdict is Verdict.REPRODUCED


def test_the_share_in_the_discussion_is_certified_by_no_operand_chosen_to_fit(ledger):
    """Its numerator is not printed: 11 of 20 needs two patients added to the nine."""
    item = ledger["discussion.minimal_percent"]
    assert item.verdict is Verdict.STATED
    assert "has no scores in the synthetic cohorts" in item.note
    assert item.checked_by == ()
    for said in (
        "Of 20 patients, 11 rounds to this percentage; of 19, no count",
        "9 of 20 is 45.0%",
    ):
        assert said in item.note
    for said in ("10 of 20 is 50.0%", "12 of 19 is 63.2%", "13 of 20 is 65.0%"):
        assert said in item.note


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
        "Responders who improved after week 3,2",
        "Responders who improved after week 3,3",
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
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "females,dm,count,5",
        "females,dm,count,9",
        "table1.females.dm.count",
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "anti_jo1,ass,count,1",
        "anti_jo1,ass,count,0",
        "results.msa",
        "reproduced",
        "not reproduced",
    ),
    (
        "table1.csv",
        "patients,dm,n,8",
        "patients,dm,n,9",
        "results.analysed",
        "reproduced",
        "not reproduced",
    ),
    (
        "flow.csv",
        "Patients screened,59",
        "Patients screened,60",
        "results.screened",
        "stated",
        "not reproduced",
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
        "safety.csv",
        "serious_adverse_events,Serious adverse events,3",
        "serious_adverse_events,Serious adverse events,4",
        "abstract.serious_adverse_events",
        "stated",
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
        "minimum_age,Minimum age at inclusion,18",
        "minimum_age,Minimum age at inclusion,21",
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
        "stated",
        "not attainable",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "claim", "before", "after"), FLIPS)
def test_a_changed_input_changes_the_verdict(ledger, edit, file, old, new, claim, before, after):
    changed = evaluate_ledger(PublishedFacts.read(edit(file, old, new)))[claim]
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
    ("discussion.minimal_percent,", ",55%,", ",53%,", "not attainable"),
    ("abstract.imnm,", ",6,", ",5,", "not reproduced"),
    ("results.ctd_mixed,", ",one,", ",two,", "not reproduced"),
    ("discussion.cherin_patients,", ",11,", ",12,", "not reproduced"),
    ("table2.biceps.change.median,", ",4.5,", ",4.3,", "not attainable"),
    ("table2.haq.end.median,", ",1.6,", ",1.7,", "not attainable"),
    ("table2.mmt.end.q3,", ",241,", ",271,", "not attainable"),
    ("table2.swallowing.baseline.q1,", ",8.0,", ",8.5,", "not attainable"),
    ("table2.eq_vas.end.median,", ",60,", ",61,", "not attainable"),
    ("table2.mrs.change.p,", ",0.06,", ",1.06,", "not attainable"),
]


# The third is another print of a number that the second has changed. No claim among the others is
# computed from another of them, so that their verdicts can be had from one evaluation.
@pytest.mark.parametrize("prints", [PRINTS[:2] + PRINTS[3:], PRINTS[2:3]])
def test_another_print_gets_another_verdict(copied, prints):
    path = copied / "claims.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, old, new, _ in prints:
        (place,) = (n for n, text in enumerate(lines) if text.startswith(line))
        assert lines[place].count(old) == 1
        lines[place] = lines[place].replace(old, new)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    changed = evaluate_ledger(PublishedFacts.read(copied))
    assert {line: changed[line.rstrip(",")].verdict for line, *_ in prints} == {
        line: verdict for line, _, _, verdict in prints
    }


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
    by_numpy = evaluate_ledger(PublishedFacts.read(), quantile_definition=7)
    for part in parts:
        claim = f"table1.age_at_onset.nm_om.{part}"
        assert ledger[claim].verdict is Verdict.ATTAINABLE
        assert (
            "jointly attainable, such as by the made-up values 30, 50, 70, 79" in ledger[claim].note
        )
        assert by_numpy[claim].verdict is Verdict.NOT_ATTAINABLE
        assert "A value would have to be 15 or lower, below the minimum 17" in by_numpy[
            claim
        ].note.replace("Fails: a", "A")


def test_all_quartiles_of_table_1_can_be_by_the_rule_of_spss(ledger):
    quartiles = [i for i in ledger.values() if i.claim.kind in ("median", "quartile")]
    table1 = [i for i in quartiles if i.claim.id.startswith("table1.")]
    assert len(table1) == 24
    assert {item.verdict for item in table1} == {Verdict.ATTAINABLE}
    assert all("all three quartiles jointly attainable" in item.note for item in table1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "fact=safety.pulmonary_embolism,fact,\n",
            "safety.pulmonary_embolism,fact,\n",
            "role=address",
        ),
        ("fact=design.minimum_age,fact", "fact=design.maximum_age,fact", "design.maximum_age"),
        (
            "fact=design.minimum_age,fact",
            "fact=design.minimum_age,guessed",
            "method must be one of fact",
        ),
        ("18,years,threshold", "many,years,threshold", "'many' is not a printed number"),
    ],
)
def test_a_claim_that_cannot_be_evaluated_is_a_fault_with_its_row(edit, old, new, said):
    folder = edit("claims.csv", old, new)
    with pytest.raises(DataError) as error:
        evaluate_ledger(PublishedFacts.read(folder))
    (fault,) = error.value.faults
    assert fault.row is not None
    assert fault.file.endswith("claims.csv")
    assert said in fault.message


def test_filter_by_verdict(ledger):
    items = list(ledger.values())
    counts = verdict_counts(items)
    assert sum(counts.values()) == len(items) > 300
    assert len(ledger.with_verdict("not reproduced")) == counts[Verdict.NOT_REPRODUCED] == 4
    assert ledger.with_verdict("all") == items
    with pytest.raises(ValueError, match="verdict must be one of all, reproduced"):
        ledger.with_verdict("true")


def test_formats_hold_the_same_rows(ledger):
    items = list(ledger.values())
    table = ledger_table(items)
    records = json.loads(FORMATS["json"](items, None))
    assert pd.DataFrame(records).equals(table)
    assert {"id", "place", "quantity", "printed", "computed", "verdict", "note"} <= set(records[0])
    assert {"printed_with_unit", "repeats", "check"} <= set(records[0])
    assert FORMATS["csv"](items, None).count("\n") >= len(items) + 1
    text = FORMATS["table"](items, Summary.of(ledger))
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
    assert len(attainable) > 150
    for item in attainable:
        assert item.finding.value is None
        assert item.checked_by == ()
        assert "is not evidence" in item.note
    assert {i.verdict for i in ledger.values() if i.claim.id.startswith("table2.mmt.")} == {
        Verdict.ATTAINABLE
    }


def test_a_cohort_that_misses_one_number_shows_nothing_for_any(ledger, edit):
    changed = evaluate_ledger(
        PublishedFacts.read(edit("table2.csv", "mmt,change,q3,29", "mmt,change,q3,28"))
    )
    met = {name for name, item in changed.items() if "reference cohort" in item.note}
    assert met == set()
    assert ledger["results.rescue"].verdict is Verdict.ATTAINABLE
    assert changed["results.rescue"].verdict is Verdict.STATED


def test_numbers_of_the_design_and_of_screening_stay_stated(ledger):
    for name in ("methods.loading_dose", "results.screened", "methods.software_version"):
        assert ledger[name].verdict is Verdict.STATED


def test_a_number_is_no_check_of_itself(ledger):
    """Each "also printed in" names the place of another claim that prints the number."""
    rows = {}
    for item in ledger.values():
        rows.setdefault(item.repeats or item.claim.id, []).append(item)
    for alike in rows.values():
        for item in alike:
            for check in item.finding.checks:
                if check.description.startswith(("also printed in", "repeated in")):
                    # A number printed to other decimals elsewhere is another row, with the value.
                    others = [
                        other.claim.place
                        for other in ledger.values()
                        if other.claim.id != item.claim.id
                        and other.claim.precision[0] == item.claim.precision[0]
                    ]
                    assert any(check.description.endswith(place) for place in others), item.claim.id
    for name in ("table2.change_percentile", "table2.dynamometry_measurements"):
        assert "also printed" not in ledger[name].note
    assert "repeated in the same section" in ledger["discussion.mammen_patients"].note
    assert "Discussion, paragraph 2, reference" not in ledger["discussion.cherin_responders"].note


def test_every_stated_row_says_what_was_looked_at(ledger):
    for item in ledger.values():
        if item.verdict is Verdict.STATED:
            assert item.note, item.claim.id
        if item.claim.unit == "patient number":
            assert item.verdict is Verdict.STATED, item.claim.id


def test_an_assumed_scale_or_step_is_called_so(ledger):
    assert "within the assumed scale, from 0 to 36" in ledger["table2.mrc_sum.end.q1"].note
    assert "steps of 0.5 N (assumed)" in ledger["table2.biceps.end.q1"].note
    assert "steps of 1/8 point (assumed)" in ledger["table2.haq.change.p"].note
    assert "(assumed)" not in ledger["table2.mrs.end.q1"].note


def test_one_sum_is_cited_in_more_rows_than_rest_on_it_alone(page):
    glued = page.numbers()
    assert 0 < glued["responder_sum_alone"] < glued["responder_sum_rows"]


def test_the_reference_cohort_is_read_and_checked_once_for_a_ledger(monkeypatch):
    from tisstats.lim2021.claims import reference_cohort as module

    calls = []

    def counted(name, function):
        def call(*arguments, **named):
            calls.append(name)
            return function(*arguments, **named)

        return call

    module.reference_cohort.cache_clear()
    monkeypatch.setattr(module, "check", counted("check", module.check))
    monkeypatch.setattr(module.Trial, "read", counted("read", module.Trial.read))
    page = LedgerPage("all", "spss")
    page.numbers()
    for table in (page.by_verdict(), page.by_part()):
        assert len(table.frame) > 0
    assert page.claims().parts
    assert page.article().parts
    assert page.ledger["results.responders"].verdict is Verdict.REPRODUCED
    assert calls == ["read", "check"]


def test_a_reference_cohort_that_cannot_be_read_is_evidence_for_nothing(published, monkeypatch):
    def broken(*_):
        raise DataError([Fault("synthetic_visits.csv", "is damaged")])

    monkeypatch.setattr(claims_ledger, "check_reference_cohort", broken)
    found = claims_ledger.attained_by_reference_cohort(published, "spss")
    assert found == claims_ledger.AttainedNumbers()


def test_a_claim_in_digits_keeps_its_percent_sign():
    published = PublishedFacts.read()
    assert claim_text(published, "abstract.responders_percent", "#") == "42.0%"
