"""The ledger as text: one block a claim, as wide as the terminal, then the totals."""

import csv
import io
import json
import os

import pytest

from tests.ledger.facts import claim, folder
from tisstats.errors import DataError
from tisstats.ledger import Summary, evaluate
from tisstats.ledger.claim import Evaluation, Finding
from tisstats.ledger.output import FORMATS, as_csv, as_json, as_table


@pytest.fixture
def ledger():
    facts = {"some": "4", "others": "7", "all": "11"}
    printed = [claim(text, f"fact=facts.{name}", name=f"text.{name}", method="fact")
               for name, text in facts.items()]  # fmt: skip
    again = claim("11", "fact=facts.all", name="abstract.all", method="fact")
    share = claim("36.9", "count=facts.some of=facts.all", unit="%", name="text.share",
                  method="percentage")  # fmt: skip
    alone = claim("3", name="text.alone", method="fact")
    sums = [("by_outcome", "facts.all", "facts.some facts.others", "all mice, by outcome")]
    return evaluate(folder(facts, [*printed, again, share, alone], sums))


def resize(monkeypatch, columns):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((columns, 24)))


def test_a_block_has_verdict_claim_note_and_links(ledger, monkeypatch):
    resize(monkeypatch, 200)
    assert as_table([ledger["abstract.all"]]) == (
        "REPRODUCED  abstract.all\n"
        "    Results: A number: 11 mice, computed 11\n"
        "    11 = 4 + 7 (all mice, by outcome). Checked: repeated in the same section, Results.\n"
        "    Repeats text.all. Checked by by_outcome.\n"
    )
    assert as_table([ledger["text.alone"]]) == (
        "STATED  text.alone\n"
        "    Results: A number: 3 mice\n"
        "    Not checked against any other number.\n"
    )


def test_several_checks_are_separated_by_commas(ledger, monkeypatch):
    resize(monkeypatch, 200)
    last = as_table([ledger["text.some"]]).splitlines()[-1]
    assert last == "    Checked by by_outcome."
    facts = {"some": "4", "all": "11"}
    shares = [
        claim(
            text,
            "count=facts.some of=facts.all",
            unit="%",
            name=f"text.{name}",
            method="percentage",
        )
        for name, text in (("one", "36"), ("two", "36.4"))
    ]
    printed = [claim(text, f"fact=facts.{name}", name=f"text.{name}", method="fact")
               for name, text in facts.items()]  # fmt: skip
    found = evaluate(folder(facts, [*printed, *shares]))
    last = as_table([found["text.some"]]).splitlines()[-1]
    assert last == "    Checked by percentage:text.one, percentage:text.two."


@pytest.mark.parametrize(("columns", "width"), [(40, 60), (60, 60), (61, 61), (120, 120)])
def test_lines_are_as_wide_as_the_terminal_and_never_very_narrow(monkeypatch, columns, width):
    resize(monkeypatch, columns)
    letters = Evaluation(claim("3"), Finding(remarks=(" ".join("x" * 400),)))
    lines = as_table([letters]).splitlines()
    assert width - 1 <= max(map(len, lines)) <= width
    assert all(line.startswith("    ") for line in lines[1:])


def test_the_totals_come_last_and_only_if_asked_for(ledger, monkeypatch):
    resize(monkeypatch, 1000)
    summary = Summary.of(ledger)
    assert as_table(ledger.values(), summary).splitlines()[-1] == str(summary)
    assert str(summary) not in as_table(ledger.values())
    assert str(summary) == (
        "5 distinct numbers: 3 reproduced, 0 rounding, 1 not reproduced, 0 attainable, 0 not "
        "attainable, 1 stated. 2 independent checks. 6 claims including repeats: 4 reproduced, "
        "0 rounding, 1 not reproduced, 0 attainable, 0 not attainable, 1 stated."
    )


def test_tables_and_objects_hold_the_same_texts(ledger):
    rows = list(csv.DictReader(io.StringIO(as_csv(ledger.values()))))
    assert json.loads(as_json(ledger.values())) == rows
    assert [row["id"] for row in rows] == list(ledger)
    assert rows[3] | {"note": ""} == {
        "id": "abstract.all", "place": "Results", "quantity": "A number", "printed": "11",
        "unit": "mice", "printed_with_unit": "11 mice", "computed": "11", "verdict": "reproduced",
        "repeats": "text.all", "check": "by_outcome", "note": "",
    }  # fmt: skip
    assert as_json(ledger.values()).startswith('[\n  {\n    "id": "text.some",\n')
    assert "−" in as_json([ledger["text.some"]])  # as it is, not escaped
    assert [name for name, each in FORMATS.items() if each(ledger.values(), None)] == [
        "table", "csv", "json",
    ]  # fmt: skip


def test_a_formula_is_refused_as_csv_alone():
    asked = claim("3", name="=text", method="fact")
    found = evaluate(folder({}, [asked])).values()
    with pytest.raises(DataError, match=r"claims as CSV.*or write JSON"):
        as_csv(found)
    assert json.loads(as_json(found))[0]["id"] == "=text"
