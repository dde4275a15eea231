"""The ledger holds every printed number: the tables cell by cell, the text numeral by numeral."""

import csv
import re
from pathlib import Path

import pytest

PRINTED = Path(__file__).parent / "printed"  # the tables' cells as printed, typed in separately

NUMBER = r"[–-]?\d+(?:\.\d+)?%?"


def cells(file):
    with (PRINTED / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            name, *columns = row
            for column in columns:
                if row[column]:
                    yield row[name], column, row[column]


def numbers(cell):
    """Split a cell into its numbers; the minus of a range stays a dash, of a number a minus.

    "59 (37–69)" is 59, 37, 69 and "10 (–7.0 to 29)" is 10, –7.0, 29.
    """
    match = re.fullmatch(rf"(< \S+|{NUMBER})(?: \(({NUMBER})(?:(?:–| to )({NUMBER}))?\))?", cell)
    assert match, cell
    return [number for number in match.groups() if number]


def table1_claims():
    for characteristic, group, cell in cells("table1.tsv"):
        found = numbers(cell)
        if characteristic == "patients":
            statistics = ["n"]
        elif len(found) == 3:
            statistics = ["median", "q1", "q3"]
        elif characteristic in ("age_at_onset", "disease_duration"):
            statistics = ["value"]
        else:
            statistics = ["count", "percent"][: len(found)]
        for statistic, number in zip(statistics, found, strict=True):
            yield f"table1.{characteristic}.{group}.{statistic}", number


def table2_claims():
    for measure, column, cell in cells("table2.tsv"):
        if column == "p":
            yield f"table2.{measure}.change.p", cell
        else:
            for statistic, number in zip(["median", "q1", "q3"], numbers(cell), strict=True):
                yield f"table2.{measure}.{column}.{statistic}", number


@pytest.fixture(scope="module")
def claims():
    from tisstats.ledger.published import PublishedFacts

    return PublishedFacts.read().tables["claims"].set_index("id")


@pytest.mark.parametrize(("table", "expected"), [("1", table1_claims), ("2", table2_claims)])
def test_every_cell_of_a_table_is_a_claim_exactly_as_printed(claims, published, table, expected):
    printed = dict(expected())
    mine = claims[claims["place"].str.startswith(f"Table {table}, ")]
    mine = mine[~mine["place"].str.contains("title")]
    assert mine["printed"].to_dict() == printed
    facts = {name: published.text(name) for name in printed}
    assert facts == printed


def test_every_numeral_of_the_text_is_a_claim_or_has_a_reason(claims, published):
    numerals = published.tables["numerals"]
    assert list(numerals["position"].astype(int)) == list(range(1, len(numerals) + 1))
    for row in numerals.to_dict("records"):
        assert bool(row["claim"]) != bool(row["reason"]), row
        if row["claim"]:
            assert claims.loc[row["claim"], "printed"] == row["printed"]
            assert claims.loc[row["claim"], "place"] == row["section"]


def test_every_claim_of_the_text_is_a_numeral_of_the_text(claims, published):
    """Once each: two places that print the same number are two claims."""
    in_text = claims[~claims["place"].str.match(r"Table [12], (?!title)")]
    counted = [
        claim
        for name in ("numerals", "words")
        for claim in published.tables[name]["claim"]
        if claim
    ]
    assert sorted(counted) == sorted(in_text.index)


def test_every_word_of_quantity_is_a_claim_or_has_a_reason(claims, published):
    words = published.tables["words"]
    assert list(words["position"].astype(int)) == list(range(1, len(words) + 1))
    for row in words.to_dict("records"):
        assert bool(row["claim"]) != bool(row["reason"]), row
        if row["claim"]:
            assert claims.loc[row["claim"], "printed"] == row["printed"]
            assert claims.loc[row["claim"], "place"] == row["section"]
    counted = words["printed"].value_counts()
    assert (counted["nearly half"], counted["majority"], counted["mostly"]) == (4, 2, 3)


def facts(published):
    """Yield the address of every number in the files of facts."""
    for name in ("design", "flow", "response", "safety", "table1", "table2"):
        for row in published.tables[name].to_dict("records"):
            yield ".".join([name, *(row[key] for key in published.keys[name])])
    for study in published.tables["comparators"]["id"]:
        yield from (f"comparators.{study}.{column}" for column in ("responders", "patients"))


def test_every_fact_is_printed_by_a_claim_or_listed_as_not_printed(published):
    from tisstats.ledger.evaluation import read_relations

    numbers = read_relations(published).numbers
    unprinted = [address for address in facts(published) if not numbers.is_printed(address)]
    # The patient of an event is a text, and no claim prints texts.
    listed = [at for at in published.tables["unprinted"]["address"] if not at.endswith(".patient")]
    assert sorted(unprinted) == sorted(listed)
    for address in published.tables["unprinted"]["address"]:
        assert published.has(address), address
    assert all(published.value(address) >= 0 for address in unprinted)


def test_reasons_fit_their_numerals(published):
    numerals = published.tables["numerals"]
    for row in numerals[numerals["reason"] == "citation"].to_dict("records"):
        assert 1 <= int(row["printed"]) <= 35, row
    for row in numerals[numerals["reason"] == "no count"].to_dict("records"):
        assert row["printed"].isalpha(), row
