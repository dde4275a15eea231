"""The ledger of a folder with nothing of the myositis trial in it: made up, of eleven mice."""

import csv
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import tisstats.ledger
from tisstats.errors import DataError, Fault
from tisstats.ledger import (
    CLAIM_METHODS,
    AttainedNumbers,
    Method,
    PublishedFacts,
    Summary,
    ValueGrid,
    Verdict,
    evaluate,
    ledger_table,
)
from tisstats.ledger import published as published_module
from tisstats.ledger.claim import Check, Finding
from tisstats.ledger.evaluation import _reason
from tisstats.ledger.published import data_directory

FACTS = {
    "mice": "11",
    "cured": "4",
    "dead": "7",
    "level": "95",
    "alpha": "0.05",
    "weight_low": "10",
    "weight_high": "40",
    "weight_step": "0.5",
    "weight_q1": "17.5",
    "weight_median": "20",
    "weight_q3": "25.5",
}

CLAIM = {
    "place": "Results, paragraph 1",
    "quantity": "A number",
    "unit": "mice",
    "kind": "count",
    "inputs": "",
    "method": "fact",
    "note": "",
}

WEIGHT = "q1=facts.weight_q1 median=facts.weight_median q3=facts.weight_q3 n=facts.mice"
STATED = "low=facts.weight_low high=facts.weight_high step=facts.weight_step definition=7"

CLAIMS = {
    "text.mice": {"printed": "11", "inputs": "fact=facts.mice"},
    "abstract.mice": {"printed": "11", "inputs": "fact=facts.mice", "place": "Abstract"},
    "text.cured": {"printed": "4", "inputs": "fact=facts.cured"},
    "text.dead": {"printed": "7", "inputs": "fact=facts.dead"},
    "text.share": {
        "printed": "36.9",
        "unit": "%",
        "method": "percentage",
        "inputs": "count=facts.cured of=facts.mice",
    },
    "text.level": {"printed": "95", "unit": "%", "inputs": "fact=facts.level"},
    "text.low": {
        "printed": "10.9",
        "unit": "%",
        "method": "interval-low",
        "inputs": "successes=facts.cured trials=facts.mice level=facts.level by=clopper-pearson",
    },
    "text.weight.median": {
        "printed": "20",
        "unit": "g",
        "method": "quartile",
        "inputs": f"{WEIGHT} {STATED}",
    },
    "text.most": {
        "printed": "majority",
        "method": "majority",
        "inputs": "count=facts.dead of=facts.mice",
    },
    "text.days": {"printed": "12", "method": "at-most", "inputs": "limit=facts.mice"},
}

SUMS = [("mice_by_outcome", "facts.mice", "facts.cured facts.dead", "all mice, by outcome")]


def resource(name, columns):
    fields = [{"name": column, "type": "string", "description": column} for column in columns]
    return {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "name": name,
        "path": f"{name}.csv",
        "title": name,
        "description": name,
        "schema": {"fields": fields, "primaryKey": ["id"]},
    }


def write(folder, claims=CLAIMS, sums=SUMS):
    """Write a data package of facts and claims; without sums it has no file of them."""
    rows = [{"id": name, **CLAIM, **cells} for name, cells in claims.items()]
    facts = [
        {"id": name, "value": value, "place": "Methods", "unit": "mice"}
        for name, value in FACTS.items()
    ]
    tables = {"facts": facts, "claims": rows}
    if sums:
        columns = ("id", "total", "parts", "reason")
        tables["relations"] = [dict(zip(columns, row, strict=True)) for row in sums]
    order = ["id", "place", "quantity", "printed", "unit", "kind", "inputs", "method", "note"]
    for name, table in tables.items():
        columns = order if name == "claims" else list(table[0])
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(table)
        tables[name] = columns
    resources = [resource(name, columns) for name, columns in tables.items()]
    description = json.dumps({"name": "mice", "resources": resources})
    (folder / "datapackage.json").write_text(description, encoding="utf-8")
    return folder


def with_claim(folder, name, **cells):
    return PublishedFacts.read(write(folder, {**CLAIMS, name: {**CLAIMS.get(name, {}), **cells}}))


@pytest.fixture
def mice(tmp_path):
    return PublishedFacts.read(write(tmp_path))


def test_the_general_methods_evaluate_any_folder(mice):
    ledger = evaluate(mice)
    assert {name: str(item.verdict) for name, item in ledger.items()} == {
        "text.mice": "reproduced",
        "abstract.mice": "reproduced",
        "text.cured": "reproduced",
        "text.dead": "reproduced",
        # 4 of 11 is 36.36%.
        "text.share": "not reproduced",
        "text.level": "stated",
        # R: binom.test(4, 11)$conf.int[1] is 0.1092634
        "text.low": "reproduced",
        "text.weight.median": "stated",
        "text.most": "reproduced",
        "text.days": "not attainable",
    }
    assert ledger["text.dead"].note.startswith("7 = 11 − 4 (all mice, by outcome)")
    assert ledger["abstract.mice"].repeats == "text.mice"
    assert "attainable by 11 values in steps of 0.5" in ledger["text.weight.median"].note
    assert len(ledger) == len(CLAIMS) == len(ledger_table(ledger.values()))
    summary = Summary.of(ledger)
    assert (summary.total, summary.distinct) == (len(CLAIMS), len(CLAIMS) - 1)
    # The sum, the percentage, the limit and the majority.
    assert summary.checks == 4


def test_a_folder_needs_no_sums(tmp_path):
    ledger = evaluate(PublishedFacts.read(write(tmp_path, sums=[])))
    assert ledger["text.dead"].verdict is Verdict.STATED
    assert ledger.relations.sums == ()


def test_a_folder_brings_its_own_methods_and_numbers_attained(tmp_path):
    published = with_claim(tmp_path, "text.level", method="even")

    def even(inputs):
        return Finding(checks=(Check("an even number", inputs.claim.number.value % 2 == 0),))

    assert "even" not in CLAIM_METHODS
    ledger = evaluate(published, methods={"even": Method(even)})
    assert ledger["text.level"].verdict is Verdict.NOT_ATTAINABLE
    assert ledger["text.level"].note == "Fails: an even number."
    attained = AttainedNumbers(frozenset({"facts.level"}), "these mice give it")
    ledger = evaluate(PublishedFacts.read(write(tmp_path)), attained=attained)
    assert ledger["text.level"].verdict is Verdict.ATTAINABLE
    assert ledger["text.level"].note == "These mice give it."
    # What follows from printed numbers is reproduced, whatever mice there are.
    assert ledger["text.mice"].verdict is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("20", "stated"), ("20.25", "not attainable"), ("41", "not attainable")],
)
def test_a_measure_is_recorded_as_the_caller_says(tmp_path, printed, verdict):
    inputs = f"{WEIGHT} instrument=weight"
    published = with_claim(tmp_path, "text.weight.median", printed=printed, inputs=inputs)
    grams = ValueGrid(10, 40, Fraction(1, 2), "in steps of 0.5 g", "the scale")
    ledger = evaluate(published, measures={"weight": grams}, quantile_definition="7")
    assert ledger["text.weight.median"].verdict == verdict
    assert "ithin the scale, from 10 to 40" in ledger["text.weight.median"].note


def test_a_change_may_be_negative(tmp_path):
    cells = {"method": "change-quartile", "printed": "–20", "inputs": f"n=facts.mice {STATED}"}
    ledger = evaluate(with_claim(tmp_path, "text.weight.median", **cells))
    assert "within the scale, from −30 to 30" in ledger["text.weight.median"].note
    assert ledger["text.weight.median"].verdict is Verdict.STATED


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"method": "row-quartile"}, "method must be one of fact, at-most"),
        (
            {"inputs": f"{WEIGHT} instrument=weight definition=7"},
            "instrument must be one of none, got 'weight'",
        ),
        (
            {"inputs": f"{WEIGHT} {STATED}".replace("definition=7", "")},
            "needs exactly one input definition=..., found 0",
        ),
        (
            {"inputs": f"{WEIGHT} {STATED}".replace("definition=7", "definition=12")},
            "definition must be one of spss, 1, 2",
        ),
        ({"inputs": "facts.mice"}, "input 'facts.mice' is not of the form role=address"),
        ({"printed": "several"}, "'several' is not a printed number"),
    ],
)
def test_a_claim_at_fault_is_one_line_with_its_row(tmp_path, cells, said):
    published = with_claim(tmp_path, "text.weight.median", **cells)
    with pytest.raises(DataError) as error:
        evaluate(published)
    (fault,) = error.value.faults
    assert (Path(fault.file).name, fault.row) == ("claims.csv", 9)
    assert fault.message.startswith("claim text.weight.median: ")
    assert said in fault.message


def test_a_definition_that_there_is_none_of_is_refused(mice):
    with pytest.raises(ValueError, match="quantile_definition must be one of spss, 1"):
        evaluate(mice, quantile_definition="excel")


def test_the_command_evaluates_any_folder(tmp_path):
    write(tmp_path)
    command = [sys.executable, "-m", "tisstats.cli", "claims", "--data", str(tmp_path)]
    done = subprocess.run(
        [*command, "--verdict", "not reproduced"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("NOT REPRODUCED  text.share\n")
    assert "9 distinct numbers: 5 reproduced" in done.stdout


def test_a_folder_without_claims_is_one_clear_line(tmp_path):
    from tisstats.ledger.published import data_directory

    with pytest.raises(DataError, match=r"claims\.csv: missing; the ledger needs a claims file"):
        evaluate(PublishedFacts.read(data_directory("registry")))
    write(tmp_path)
    (tmp_path / "claims.csv").write_text("id,place\n1,Results\n", encoding="utf-8")
    description = tmp_path / "datapackage.json"
    resources = json.loads(description.read_text(encoding="utf-8"))["resources"]
    resources[1] = resource("claims", ["id", "place"])
    description.write_text(json.dumps({"name": "mice", "resources": resources}), encoding="utf-8")
    with pytest.raises(DataError, match="lacks the columns quantity, printed, unit, kind"):
        evaluate(PublishedFacts.read(tmp_path))


@pytest.mark.parametrize("key", ["id", ["id"], None])
def test_a_row_is_addressed_by_its_primary_key(tmp_path, key):
    write(tmp_path)
    description = tmp_path / "datapackage.json"
    resources = json.loads(description.read_text(encoding="utf-8"))["resources"]
    resources[0]["schema"]["primaryKey"] = key
    if key is None:
        del resources[0]["schema"]["primaryKey"]
    description.write_text(json.dumps({"name": "mice", "resources": resources}), encoding="utf-8")
    if key is None:
        with pytest.raises(DataError) as raised:
            PublishedFacts.read(tmp_path)
        assert str(raised.value) == (
            f"{description}: resource facts: has no primary key to address its rows by"
        )
    else:
        assert PublishedFacts.read(tmp_path).count("facts.mice") == 11


def test_the_ledger_knows_no_paper():
    """Neither the project's other rooms, nor tables and measures of the article it began with."""
    for file in Path(tisstats.ledger.__file__).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8").lower()
        for name in ("lim2021", "tisstats.trial", "table1", "table2", "ivig", "haq", "psoas"):
            assert name not in text, (file.name, name)


def test_data_inside_an_installed_package_are_found_first(tmp_path, monkeypatch):
    for folder in (tmp_path / "tisstats" / "data", tmp_path / "data"):
        (folder / "published").mkdir(parents=True)
    monkeypatch.setattr(published_module, "files", tmp_path.joinpath)
    assert data_directory("published") == tmp_path / "tisstats" / "data" / "published"
    (tmp_path / "tisstats" / "data" / "published").rmdir()
    assert data_directory("published") == tmp_path / "data" / "published"


def test_a_reason_of_several_faults_or_lines_is_one_line():
    faults = [Fault("data/table1.csv", "is empty"), Fault("claims.csv", "has no header")]
    assert _reason(DataError(faults)) == "table1.csv is empty; claims.csv has no header"
    assert _reason(ValueError("one\ntwo")) == "one; two"
