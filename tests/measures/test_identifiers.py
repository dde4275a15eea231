"""Identifiers of patients: those that look alike are named, also across batches."""

import numpy as np
import pandas as pd
import pytest

from tests.measures.test_score_batches import scored
from tisstats.errors import DataError
from tisstats.measures import identifiers
from tisstats.measures.identifiers import LookAlikes, unseen_characters
from tisstats.measures.visit_table import number_patients
from tisstats.tables import batches

HEADER = "patient_id,week,physician_global,patient_global,mmt,haq,ck,extramuscular"
WORSE, BETTER = "8,8,150,2,900,6", "2,3,220,1,200,2"
SCORING = {"uln": {"ck": "170"}}


def visits(folder, first, other):
    path = folder / "visits.csv"
    rows = [HEADER, f"{first},0,{WORSE}", f"{other},12,{BETTER}", f"Z,0,{WORSE}"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("A1", "a1", True), ("001", "1", True), ("a b", "a  b", True), ("é", "e\u0301", True),
     ("A1", "\N{FULLWIDTH LATIN CAPITAL LETTER A}1", True), ("A1", "A10", False),
     ("A1", "A1", False), ("A1", " A1 ", False)],
)  # fmt: skip
@pytest.mark.parametrize("characters", [batches.CHARACTERS, 10])
def test_identifiers_that_look_alike_are_named(
    tmp_path, monkeypatch, one, other, alike, characters
):
    monkeypatch.setattr(batches, "CHARACTERS", characters)
    lines = scored(visits(tmp_path, one, other), tmp_path / "out.csv", **SCORING)
    said = [line for line in lines if "count as different patients" in line]
    expected = (
        f"{tmp_path / 'visits.csv'}: patient_id {other!r} differs only in leading zeros, capitals, "
        f"blanks or the encoding of letters from {one!r}: they count as different patients"
    )
    assert said == ([expected] if alike else [])


def test_a_control_character_within_an_identifier_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"row 3, .*has a character that is not seen, U\+0007"):
        scored(visits(tmp_path, "A1", "A\x071"), tmp_path / "out.csv", **SCORING)
    assert not (tmp_path / "out.csv").exists()


def test_of_several_pairs_the_first_is_named_and_the_others_counted():
    found = LookAlikes()
    found.add(pd.Series(["A", "B", "a", "b", "a", 7]), np.array([0, 1, 2, 3, 2, 4]))
    (remark,) = found.remarks()
    assert "'a' differs" in remark
    assert "from 'A', and 1 more: they" in remark


def test_of_very_many_identifiers_the_first_are_compared(monkeypatch):
    monkeypatch.setattr(identifiers, "_MOST_COMPARED", 2)
    found = LookAlikes()
    found.add(pd.Series(["A", "B"]), np.array([0, 1]))
    found.add(pd.Series(["b", "A"]), np.array([0, 1]))
    (pair,) = found.remarks()
    assert "'b' differs" in pair
    found.add(pd.Series(["C", "a"]), np.array([0, 1]))
    found.add(pd.Series(["a"]), np.array([0]))
    said = "identifiers that look alike were looked for among the first 2 patients only"
    assert list(found.remarks()) == [pair, said]


@pytest.mark.parametrize("unseen", "\0\x07\u200b\u2028\u2029\u3164\x7f")
def test_characters_that_nobody_sees_are_found_within_an_identifier(unseen):
    assert identifiers.unseen_character(f"A{unseen}1") == unseen
    found = identifiers.unseen_characters(pd.Series([f"A{unseen}1", "A1"]), np.array([0, 1]))
    assert found == [unseen, "", ""]


@pytest.mark.parametrize("seen", ["A 1", "é", "na\u200cme", "a\xa0b", "A1\t", "\ré"])
def test_characters_with_a_meaning_are_left_alone(seen):
    assert identifiers.unseen_character(seen) == ""


@pytest.mark.parametrize("dtype", [object, "str"])
@pytest.mark.parametrize(
    ("names", "unseen"),
    [(["P1", "P1\u200b"], ["", "\u200b", ""]), (["P1", "P\x7f1"], ["", "\x7f", ""]),
     (["P1", "Ä"], ["", "", ""]), (["P1", None, "P 1"], ["", "", ""]), ([], [""]),
     ([None], [""])],
)  # fmt: skip
def test_characters_that_are_not_seen_are_found_in_text_of_either_kind(names, unseen, dtype):
    given = pd.Series(names, dtype=dtype)
    assert unseen_characters(given, number_patients(given)) == unseen
