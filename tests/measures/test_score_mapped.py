"""A text with a mapping, scored batch by batch, has the output and faults of the whole."""

import itertools
import random

import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.measures import file_scoring as module
from tisstats.measures import files
from tisstats.measures.score_file import score_file
from tisstats.tables import batches

SCORING = {"mmt_max": 260, "uln": {"ck": "170"}}
MEASURES = ("pga", "patient_global", "MMT8", "haq", "extramuscular", "ck")
NAMED = """\
[visits.columns]
patient_id = "ID"
physician_global = "pga"
mmt = "MMT8"
[visits.values.site]
A = "Aachen"
K = "Cologne"
[visits.units]
physician_global = "mm"
"""
WIDE = """\
[visits.columns]
patient_id = "ID"
[visits.values.site]
A = "Aachen"
K = "Cologne"
[visits.wide]
weeks = [0, 4, 12]
[visits.wide.columns]
physician_global = "pga_{week}"
patient_global = "patient_global_{week}"
mmt = "MMT8_{week}"
haq = "haq_{week}"
extramuscular = "extramuscular_{week}"
ck = "ck_{week}"
"""


def measures(rng):
    """The cells of a fictitious visit, in the order of MEASURES."""
    tenths = [rng.randrange(0, 101) / 10 for _ in range(2)]
    return [*tenths, rng.randrange(0, 261), rng.randrange(0, 25) / 8, 1.5, rng.randrange(20, 900)]


def named_rows(rng, patients=120):
    rows = [["ID", "site", "week", *MEASURES]]
    for patient in range(patients):
        rows += [[f"{patient:03}", "AK"[patient % 2], week, *measures(rng)] for week in (0, 4)]
    body = rows[1:]
    rng.shuffle(body)
    return [rows[0], *body]


def wide_rows(rng, patients=120):
    weeks = (0, 4, 12)
    rows = [["ID", "site", *(f"{name}_{week}" for week in weeks for name in MEASURES)]]
    for patient in range(patients):
        cells = [measures(rng) if week != 4 or patient % 3 else [""] * 6 for week in weeks]
        rows.append([f"{patient:03}", "AK"[patient % 2], *itertools.chain(*cells)])
    return rows


def as_text(rows, separator=",", mark="."):
    lines = [separator.join(str(cell).replace(".", mark) for cell in row) for row in rows]
    return "\n".join(lines)


def with_cells(rows, column, cells):
    """Return rows with other cells in a column, by row below the header."""
    place = rows[0].index(column)
    changed = [list(row) for row in rows]
    for row, cell in cells.items():
        changed[row][place] = cell
    return changed


def result(source, output, mapping):
    """Return what scoring a file comes to: the lines of its report, and its bytes or faults."""
    said = []
    try:
        score_file(source, output, report=said.append, mapping=mapping, **SCORING)
    except DataError as error:
        assert not output.exists()
        return said, str(error)
    return said, output.read_bytes()


@pytest.fixture
def both(tmp_path, monkeypatch):
    """Score a text in many batches, and as a whole; return both results."""

    def score(text, mapping, ending=".csv"):
        source, path = tmp_path / "visits.csv", tmp_path / "mine.toml"
        source.write_text(text, encoding="utf-8")
        path.write_text(mapping, encoding="utf-8")
        with monkeypatch.context() as changed:
            changed.setattr(files, "is_row_by_row", lambda *_: False)
            whole = result(source, tmp_path / f"whole{ending}", path)
        with monkeypatch.context() as changed:
            changed.setattr(batches, "CHARACTERS", 1_000)
            changed.setattr(module, "PART", 50)
            changed.setattr(files, "read_table", None)  # which would read the whole
            often = result(source, tmp_path / f"often{ending}", path)
        return often, whole

    return score


@pytest.mark.parametrize(
    ("rows", "mapping"), [(named_rows, NAMED), (wide_rows, WIDE)], ids=["named", "wide"]
)
@pytest.mark.parametrize(("separator", "mark"), [(",", "."), (";", ",")])
def test_scores_are_those_of_the_whole(both, rows, mapping, separator, mark):
    text = as_text(rows(random.Random(5)), separator, mark)
    (said, content), whole = both(text, mapping)
    assert (said, content) == whole
    assert b"Aachen" in content
    weeks = "visits.csv: 40 weeks without any measure left out"
    assert any(line.endswith(weeks) for line in said) == (mapping is WIDE)


def test_columns_of_a_forgotten_week_are_told_once_by_batches_and_by_the_whole(both):
    text = as_text(wide_rows(random.Random(5)))
    (said, content), whole = both(text, WIDE.replace("[0, 4, 12]", "[0, 4]"))
    assert (said, content) == whole
    (line,) = (line for line in said if "does not list" in line)
    assert line.endswith(
        "visits.csv: columns of weeks that the mapping does not list, which are not used: "
        "pga_12, patient_global_12, MMT8_12, haq_12, extramuscular_12 and 1 more"
    )


def test_scores_as_parquet_are_those_of_the_whole(both, tmp_path):
    both(as_text(wide_rows(random.Random(6))), WIDE, ".parquet")
    often, whole = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("often", "whole"))
    pd.testing.assert_frame_equal(often, whole, check_exact=True)


MANY = dict.fromkeys(range(3, 110, 3), "X")


@pytest.mark.parametrize(
    ("column", "cells", "mapping", "part"),
    [
        ("site", MANY, NAMED, "row 4, column site, value 'X': must be one of A, K"),
        ("site", MANY, NAMED, "and 16 more: must be one of A, K"),
        ("pga", {90: "999"}, NAMED, "row 91, column pga, value '999': must be a number"),
        ("pga", {3: "20 mm", 90: "2 cm"}, NAMED, "row 91, column pga, value '2 cm': has another"),
        ("site", {90: "X"}, NAMED + 'haq = "m"\n', "row 91, column site, value 'X'"),
        ("pga", {90: "1"}, NAMED + 'haq = "m"\n', "value 'm': visits.units.haq: "),
        ("pga", {90: "1"}, NAMED.replace("MMT8", "MMT9"), "column MMT9: there is no such column"),
        ("ID", {90: ""}, NAMED, "row 91, column ID, value '': must not be empty"),
    ],
)
def test_faults_are_those_of_the_whole(both, column, cells, mapping, part):
    often, whole = both(as_text(with_cells(named_rows(random.Random(7)), column, cells)), mapping)
    assert often == whole
    assert part in often[1]


def test_what_a_mapping_does_not_know_is_reported_before_other_faults(both):
    """Also before a missing column, and numbers that may be read in two ways."""
    rows = with_cells(named_rows(random.Random(8)), "site", {90: "X"})
    wrong = with_cells(with_cells(rows, "pga", {2: "999"}), "ck", {0: "CK2"})
    often, whole = both(as_text(wrong), NAMED)
    assert often == whole
    assert often[1].count("\n") == 0
    assert "row 91, column site, value 'X'" in often[1]
    ambiguous = with_cells(rows, "ck", {5: "1,199", 6: "1.5"})
    often, whole = both(as_text(ambiguous, ";", "."), NAMED)
    assert often == whole
    assert "row 91, column site, value 'X'" in often[1]


@pytest.mark.parametrize("column", ["pga_0", "ck_12"])
def test_faults_of_a_wide_text_have_its_columns_and_rows(both, column):
    text = as_text(with_cells(wide_rows(random.Random(9)), column, {101: "abc"}))
    often, whole = both(text, WIDE)
    assert often == whole
    assert f"row 102, column {column}, value 'abc': must be a number" in often[1]


def test_a_number_that_a_mapping_makes_text_is_text_in_parquet(tmp_path):
    rows = named_rows(random.Random(10))
    table = pd.DataFrame(rows[1:], columns=rows[0])
    table["site"] = table["site"].map({"A": 1, "K": 2})
    source, output, path = (tmp_path / name for name in ("in.parquet", "out.parquet", "mine.toml"))
    table.to_parquet(source)
    path.write_text(NAMED.replace("A =", "1 =").replace("K =", "2 ="), encoding="utf-8")
    score_file(source, output, report=lambda _: None, mapping=path, **SCORING)
    found = pd.read_parquet(output)["site"]
    assert found.tolist() == table["site"].map({1: "Aachen", 2: "Cologne"}).tolist()
