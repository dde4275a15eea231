"""What is said of a scored file, line by line, against counts by hand."""

import itertools
import os
from collections import Counter
from dataclasses import fields
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.measures import file_scoring as module
from tisstats.measures import score_summary
from tisstats.measures.enzymes import ENZYME_SELECTIONS
from tisstats.measures.patient_keys import patient_keys
from tisstats.measures.score_file import score_file
from tisstats.measures.score_parts import PartResult
from tisstats.measures.score_summary import ScoreCounts
from tisstats.measures.visit_table import Visits
from tisstats.measures.visits import as_categories
from tisstats.tables import FormatError, batches

ORDER = ["ck", "aldolase", "ldh", "ast", "alt"]
LIMITS = {"ck": "200", "aldolase": "6", "ldh": "200", "ast": "20", "alt": "20"}


def visits(*rows):
    """A table: patient, week and multiples of the limits by enzyme; a scale, if it is given."""
    table = []
    for patient, week, multiples, *scale in rows:
        cells = {"patient_id": patient, "week": week, "physician_global": 5.0,
                 "patient_global": 5.0, "mmt": 200, "haq": 1.0, "extramuscular": 5.0}  # fmt: skip
        cells |= dict(zip(("physician_global",), scale, strict=False))
        table.append(cells | {name: at and at * float(LIMITS[name])
                              for name, at in multiples.items()})  # fmt: skip
    return pd.DataFrame(table)


def said(folder, table, **options):
    """The lines of the report, apart from those of the counts."""
    source, output = folder / "visits.csv", folder / "scored.csv"
    table.to_csv(source, index=False)
    limits = {name: LIMITS[name] for name in ORDER if name in table}
    lines = []
    scoring = {"mmt_max": 260, "uln": limits} | options
    score_file(source, output, report=lines.append, **scoring)
    return lines


NO_RESPONSE = "response at each patient's last visit: {} none, 0 minimal, 0 moderate, 0 major"
REASONS = {
    "tie": "enzymes are equally abnormal at baseline; the first of ck, aldolase, ldh, ast, alt is "
    "used",
    "normal": "no enzyme is abnormal at baseline; the one closest to its ULN is used",
    "incomplete": "an enzyme of the table was not measured at baseline and may have been the most "
    "abnormal one; none is used (--enzyme-panel measured uses the most abnormal of those "
    "measured)",
    "none": "no enzyme was measured at baseline",
}
BASELINES = {
    "most": {"ck": 3, "ldh": 2},
    "tie": {"ck": 2, "ldh": 2},
    "normal": {"ck": 1, "ldh": 0.5},
    "incomplete": {"ck": 3, "ldh": None},
    "none": {"ck": None, "ldh": None},
}


@pytest.mark.parametrize(
    "kinds",
    [*itertools.combinations(BASELINES, 1), *itertools.combinations(BASELINES, 2),
     ("tie", "tie", "none"), tuple(BASELINES)],
)  # fmt: skip
def test_how_enzymes_were_selected_is_counted_by_patient(tmp_path, kinds):
    rows = [
        (f"P{at}", week, BASELINES[kind]) for at, kind in enumerate(kinds) for week in (0, 4, 8)
    ]
    lines = said(tmp_path, visits(*rows))
    count, known = len(kinds), sum(kind in ("most", "tie", "normal") for kind in kinds)
    patients = "patient" if count == 1 else "patients"
    unknown = f", {count - known} unknown" if known < count else ""
    expected = [f"{count} {patients}, {3 * count} visits", NO_RESPONSE.format(known) + unknown]
    for kind, reason in REASONS.items():
        if number := kinds.count(kind):
            expected.append(f"{number} patient{'s' if number > 1 else ''}: {reason}")
    assert lines == expected


def test_each_response_is_counted_at_the_last_visit(tmp_path):
    table = visits(*((f"P{at}", week, {"ck": 2}) for at in range(5) for week in (0, 4, 8)))
    # In the middle all improve, which does not count.
    table.loc[table["week"] == 4, ["physician_global", "mmt"]] = [0.0, 260]
    last = table["week"] == 8
    # Strength improves by 60 of 260 points, a fifth to three tenths: 27.5 points. Half of a scale
    # is 20 for the physician and 10 for the patient, a third of HAQ 7.5: 27.5, 47.5 and 65.
    for patient, changes in {
        "P1": {"mmt": 260},
        "P2": {"mmt": 260, "physician_global": 0.0},
        "P3": {"mmt": 260, "physician_global": 0.0, "patient_global": 0.0, "haq": 0.0},
    }.items():
        for name, value in changes.items():
            table.loc[last & (table["patient_id"] == patient), name] = value
    table = table[(table["patient_id"] != "P4") | (table["week"] == 0)]
    assert said(tmp_path, table) == [
        "5 patients, 13 visits",
        "response at each patient's last visit: 1 none, 1 minimal, 1 moderate, 1 major, "
        "1 without follow-up",
    ]


def test_one_visit_is_in_the_singular(tmp_path):
    assert said(tmp_path, visits(("A", 0, {"ck": 2}))) == [
        "1 patient, 1 visit",
        NO_RESPONSE.format(0) + ", 1 without follow-up",
    ]


LATE = "the baseline, the visit of the lowest week, is not week 0"


@pytest.mark.parametrize(("week", "late"), [(0, 0), (-2, 1), (2, 1), (1, 1), (-0.5, 1)])
def test_a_baseline_that_is_not_week_zero_is_noted_with_the_patient(tmp_path, week, late):
    lines = said(tmp_path, visits(("A", week, {"ck": 2}), ("A", 4, {"ck": 2})))
    assert lines[2:] == [f"1 patient: {LATE}: A (week {week})"] * late
    two = visits(*((name, at, {"ck": 2}) for name in "AB" for at in (week, 4)))
    named = f"A (week {week}), B (week {week})"
    assert said(tmp_path, two)[2:] == [f"2 patients: {LATE}: {named}"] * late


@pytest.mark.parametrize("whole_numbers", [True, False])
def test_the_first_patients_of_the_file_without_week_zero_are_named(
    tmp_path, whole_numbers, monkeypatch
):
    monkeypatch.setattr(module, "PART", 2)  # patients are of several parts
    ids = [103, 7, 55, 21, 8, 64]
    rows = [(str(i), week, {"ck": 2}) for i in ids for week in (24, 4 if i != 7 else 0)]
    lines = said(tmp_path, table := visits(*rows))
    if whole_numbers:
        source, lines = tmp_path / "v.parquet", []
        table.assign(patient_id=table["patient_id"].astype(int)).to_parquet(source)
        score_file(source, tmp_path / "o.csv", report=lines.append, mmt_max=260, uln={"ck": "200"})
    assert lines[2:] == [f"5 patients: {LATE}: 103 (week 4), 55 (week 4), 21 (week 4) and 2 more"]


def test_patients_are_named_in_the_order_of_their_baselines_in_the_file(tmp_path):
    rows = [("A", 24), ("B", 4), ("C", 8), ("B", 24), ("D", 2), ("A", 4), ("C", 4), ("D", 8)]
    lines = said(tmp_path, visits(*((name, week, {"ck": 2}) for name, week in rows)))
    assert lines[2:] == [f"4 patients: {LATE}: B (week 4), D (week 2), A (week 4) and 1 more"]


@pytest.mark.parametrize(("scale", "length", "told"), [(10, 100, True), (10.5, 100, False),
                                                       (10, 10, False)])  # fmt: skip
def test_scales_that_may_be_in_centimetres_are_told(tmp_path, scale, length, told):
    lines = said(tmp_path, visits(("A", 0, {"ck": 2}, scale), ("A", 4, {"ck": 2})), vas_max=length)
    message = "no visual analogue scale exceeds 10; if they are in cm, use --vas-max 10"
    assert lines[2:] == [message] * told


@pytest.mark.parametrize("enzyme", ORDER)
@pytest.mark.parametrize(
    ("unit", "bound", "side", "side_words", "other"),
    [
        ("U/L", 0.05, -1, "below a twentieth of", "microkat/L"),
        ("microkat/L", 100, 1, "above 100 times", "U/L"),
    ],
)
def test_values_in_another_unit_than_their_limit_are_told(
    tmp_path, enzyme, unit, bound, side, side_words, other
):
    limits = {enzyme: f"{LIMITS[enzyme]} U/L"}
    scale = 1 if unit == "U/L" else 60
    end = f"{side_words} the upper limit of normal; if they are in {other}, use --enzyme-unit"
    end = f"{end} {other}"
    at_bound, beyond = bound * (1 - side * 1e-9), bound * (1 + side * 0.01)
    for values, expected in (
        ([2, at_bound], []),
        ([2, beyond], [f"1 value of {enzyme} is {end}"]),
        ([2, beyond, beyond], [f"2 values of {enzyme} are {end}"]),
        ([2, 1 / beyond], []),
    ):
        rows = [("A", 4 * at, {enzyme: value / scale}) for at, value in enumerate(values)]
        assert said(tmp_path, visits(*rows), uln=limits, enzyme_unit=unit)[2:] == expected


MAPPED = """
[visits.columns]
patient_id = "patient_id"
week = "week"
physician_global = "physician_global"
patient_global = "patient_global"
mmt = "mmt"
haq = "haq"
extramuscular = "extramuscular"
ck = "ck"
[visits.units]
"""


def mapping(folder, **units):
    path = folder / "mine.toml"
    path.write_text(MAPPED + "".join(f'{name} = "{unit}"\n' for name, unit in units.items()))
    return path


def many(count=10, ck=2.0, **cells):
    """So many visits of one patient, all alike."""
    return visits(*(("A", 4 * at, {"ck": ck}) for at in range(count))).assign(**cells)


IN_MM = {"patient_global": 70, "extramuscular": 70, "count": 20}


@pytest.mark.parametrize(
    ("cells", "options", "told"),
    [
        ({"mmt": 150}, {}, "no muscle test is above 150; is 260 the maximum"),
        ({"mmt": 169}, {}, "no muscle test is above 240; is 260 the maximum"),
        ({"mmt": 170}, {}, ""),
        ({"mmt": 80}, {"mmt_max": 150}, "no muscle test is above 80; is 150 the maximum"),
        ({"mmt": 80}, {"mmt_max": 150.0}, "no muscle test is above 80; is 150 the maximum"),
        ({"mmt": 151}, {"mmt_max": 151.0}, "--mmt-max 151 is none of the known"),
        ({"mmt": 10}, {"mmt_max": 80}, ""),
        ({"mmt": 150, "count": 9}, {}, ""),
        ({"mmt": [np.nan] + [150] * 10, "count": 11}, {}, "no muscle test is above 150"),
        (
            {"patient_global": [0.5] * 9 + [1.0]},
            {},
            "no patient_global exceeds 1; is it in cm, as --vas-max 10 says?",
        ),
        ({"patient_global": [0.5] * 9 + [1.1]}, {}, ""),
        (
            {"patient_global": [4.0] + [0.0] * 9},
            {},
            "every patient_global is a whole number from 0 to 4; is it on five grades, which would "
            "earn wrong points as a visual analogue scale?",
        ),
        ({"patient_global": [4.0] * 9 + [3.5]}, {}, ""),
        ({"patient_global": [4.0] * 9 + [5.0]}, {}, ""),
        ({"patient_global": 4.0, "count": 9}, {}, ""),
        ({"extramuscular": 3.0}, {}, ""),
        ({"patient_global": 0.0}, {}, ""),
        ({"patient_global": 1.0, "count": 9}, {}, ""),
        ({"extramuscular": 1.0}, {}, ""),
        (
            {"patient_global": 8.0, "physician_global": 80, "extramuscular": 70},
            {"vas_max": 100},
            "no patient_global exceeds 10; is it in mm, as --vas-max 100 says?",
        ),
        (
            {"extramuscular": 0.9, "count": 20},
            {},
            "no extramuscular exceeds 1; is it in cm, as --vas-max 10 says?",
        ),
        ({"extramuscular": 0.9, "count": 19}, {}, ""),
        (
            {"extramuscular": 9.0, "physician_global": 80, "patient_global": 70, "count": 20},
            {"vas_max": 100},
            "no extramuscular exceeds 10; is it in mm, as --vas-max 100 says?",
        ),
        (
            {**IN_MM, "physician_global": [80.0] * 10 + [7.5] * 10},
            {"vas_max": 100},
            "10 values of physician_global are below 10 and have decimals, while all above 10 are "
            "whole numbers; are they in cm, in spite of --vas-max 100?",
        ),
        ({**IN_MM, "physician_global": [80.0] * 10 + [7.5] * 9 + [7]}, {"vas_max": 100}, ""),
        ({**IN_MM, "physician_global": [80.0] * 9 + [7.5] * 10 + [7]}, {"vas_max": 100}, ""),
        ({**IN_MM, "physician_global": [80.0] * 10 + [7.5] * 9 + [80.5]}, {"vas_max": 100}, ""),
        ({"ck": 60.1}, {}, "half of the values of ck are above 60 times the upper limit of normal"),
        ({"ck": 60.0}, {}, ""),
        ({"ck": 60.1, "count": 9}, {}, ""),
        ({"ck": 0.06}, {}, "1 patient: no enzyme is abnormal at baseline"),
    ],
)
def test_what_most_values_make_doubtful_is_told(tmp_path, cells, options, told):
    lines = said(tmp_path, many(**cells), **options)[2:]
    assert len(lines) == bool(told), lines
    whole = told.endswith("?")
    assert all(line == told if whole else line.startswith(told) for line in lines)


def test_half_of_the_values_of_an_enzyme_are_more_than_half(tmp_path):
    for high, told in ((5, False), (6, True)):
        rows = [("A", 4 * at, {"ck": 61 if at < high else 2}) for at in range(10)]
        assert len(said(tmp_path, visits(*rows))) == 2 + told


def test_every_value_in_microkatals_may_be_too_low(tmp_path):
    limits = {"ck": "200 U/L"}
    for lowest, told in ((0.099, True), (0.1, False)):
        rows = [("A", 4 * at, {"ck": (lowest if at < 1 else 0.099) / 60}) for at in range(10)]
        lines = said(tmp_path, visits(*rows), uln=limits, enzyme_unit="microkat/L")
        assert [line for line in lines if "below a tenth" in line] == [
            "every value of ck is below a tenth of the upper limit of normal; are they in "
            "microkat/L?"
        ] * told


def test_a_unit_of_a_mapping_is_doubted_by_its_name(tmp_path):
    scales = ("physician_global", "patient_global", "extramuscular")
    in_mm = mapping(tmp_path, **dict.fromkeys(scales, "mm"))
    globals_ = ("physician_global", "patient_global")
    assert said(tmp_path, many(), mapping=in_mm)[2:] == [
        f"no {name} exceeds 1; is it in mm, as the mapping says?" for name in globals_
    ]
    assert said(tmp_path, many(), mapping=in_mm, vas_max=100)[2:] == [
        f"no {name} exceeds 10; is it in mm, as the mapping says?" for name in globals_
    ]
    assert said(tmp_path, many(**dict.fromkeys(scales, 50.0)), mapping=in_mm)[2:] == []
    katals = mapping(tmp_path, ck="microkat/L")
    assert said(tmp_path, many(ck=2), mapping=katals)[2:] == [
        "half of the values of ck are above 60 times the upper limit of normal; are they in "
        "microkat/L, as the mapping says?"
    ]
    assert said(tmp_path, many(ck=2 / 60), mapping=katals)[2:] == []


# What is added up over parts.


def counts(start):
    """Counts that all differ."""
    numbers = itertools.count(start)

    def some(kind):
        if kind == "int":
            return next(numbers)
        if kind == "dict":
            return {"both": 150.0 - start, f"of {start}": 1.0}
        if kind == "list":
            return [[start + row, "A", 4.0] for row in range(0, 100, 50)]
        return Counter({"a": next(numbers), "b": next(numbers)})

    return ScoreCounts(**{each.name: some(each.type.split("[")[0]) for each in fields(ScoreCounts)})


def test_counts_of_parts_add_up_field_by_field():
    one, two = counts(3), counts(100)
    for left, right in ((one, two), (two, one)):
        total = left + right
        for each in fields(ScoreCounts):
            a, b, both = (getattr(of, each.name) for of in (left, right, total))
            if each.name == "highest":
                assert both == {"both": 147.0, "of 3": 1.0, "of 100": 1.0}
            elif each.name == "late_first":
                assert both == [[3, "A", 4.0], [53, "A", 4.0], [100, "A", 4.0]]
            else:
                assert both == a + b, each.name
    assert (one + ScoreCounts()) == (ScoreCounts() + one) == one


def test_the_result_of_a_part_is_read_as_it_was_written(tmp_path):
    result = PartResult(7, counts(100), [1, 5], 2, [3], 30)
    path = tmp_path / "7.json"
    result.write(path)
    assert PartResult.read(path) == result
    assert [each.name for each in tmp_path.iterdir()] == ["7.json"]


#: Identifiers that are one patient, and those that are another.
ALIKE = [["7", " 7", "7 "], [7, 7.0, np.int64(7), np.float32(7)], ["n7.0"], ["", " ", None],
         [7.5], [2**53 + 1], [2**53], [("a",)], ["t7"], ["('a',)"]]  # fmt: skip


def test_identifiers_are_one_patient_where_they_are_equal():
    given = [each for group in ALIKE for each in group]
    expected = [at for at, group in enumerate(ALIKE) for _ in group]
    codes, keys = patient_keys(pd.Series(given, dtype=object))
    found = [None if code < 0 else keys[code] for code in codes]
    for (a, one), (b, other) in itertools.combinations(zip(expected, found, strict=True), 2):
        assert (one == other) is (a == b)
    # A blank one is no patient.
    assert [text is None for text in found] == [group == 3 for group in expected]
    # Alone in its batch, each has the same text as well.
    for each, text in zip(given, found, strict=True):
        assert patient_keys(pd.Series([each], dtype=object))[1] == ([] if text is None else [text])
    # In another batch, each has the same text.
    codes, again = patient_keys(pd.Series(given[::-1], dtype=object))
    assert [None if code < 0 else again[code] for code in codes][::-1] == found


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64"])
def test_whole_numbers_are_their_own_keys(dtype):
    codes, keys = patient_keys(pd.Series([7, 3, 7], dtype=dtype))
    assert (codes.tolist(), codes.dtype, keys) == ([7, 3, 7], np.int64, None)
    # With a hole they are no whole numbers of NumPy.
    codes, keys = patient_keys(pd.Series([7, None, 7], dtype="Int64"))
    assert codes.tolist() == [0, -1, 0]
    assert keys == ["n7.0"]


# What is refused, and the progress.


def test_a_file_is_not_scored_into_itself(tmp_path):
    table = visits(("A", 0, {"ck": 2}))
    source = tmp_path / "visits.csv"
    table.to_csv(source, index=False)
    before = source.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(source)
    for target in (source, link):
        with pytest.raises(FormatError) as raised:
            score_file(source, target, report=print, mmt_max=260, uln={"ck": "170"})
        assert str(raised.value) == f"{target}: is the input file, which is not overwritten"
    assert source.read_bytes() == before


@pytest.mark.parametrize("dated_back", [False, True])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, dated_back):
    source, output = tmp_path / "visits.csv", tmp_path / "scored.csv"
    visits(("A", 0, {"ck": 2})).to_csv(source, index=False)
    before = source.stat()

    def change(_line):
        text = source.read_text(encoding="utf-8")
        if not dated_back:
            source.write_text(text + "\n", encoding="utf-8")
            return
        source.write_text(text.replace("2", "3"), encoding="utf-8")
        os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(DataError) as raised:
        score_file(source, output, report=change, mmt_max=260, uln={"ck": "170"})
    assert str(raised.value) == f"{source}: was changed while it was read; nothing was written"
    assert not output.exists()


def test_names_and_cells_that_are_formulas_are_refused_with_their_rows(tmp_path):
    table = visits(*(("A", week, {"ck": 2}) for week in (0, 4, 8)))
    table["note"] = ["a", "=1+1", "b"]
    table["=sum"] = "c"
    with pytest.raises(DataError) as raised:
        said(tmp_path, table)
    cell, name = str(raised.value).split("\n")
    place = tmp_path / "visits.csv"
    assert cell.startswith(f"{place}, row 3, column note, value '=1+1': would be run as a formula")
    assert name.startswith(f"{place}, row 1, column =sum, value '=sum': as a name, would be run")
    # In Parquet, text stays text.
    source = tmp_path / "visits.csv"
    score_file(source, tmp_path / "s.parquet", report=print, mmt_max=260, uln={"ck": "170"})
    assert pd.read_parquet(tmp_path / "s.parquet")["note"].tolist() == ["a", "=1+1", "b"]


def test_units_that_differ_within_a_column_are_told_with_the_first(tmp_path):
    table = visits(*(("A", week, {"ck": 2}) for week in (0, 4, 8))).astype(object)
    table["ck"] = ["", "170 U/L", "3 µkat/L"]
    table["haq"] = ["1", "1 points", "2 points"]
    with pytest.raises(DataError) as raised:
        said(tmp_path, table)
    assert str(raised.value) == (
        f"{tmp_path / 'visits.csv'}, row 4, column ck, value '3 µkat/L': has another unit (row 3 "
        "has U/L); write numbers only, all in one unit"
    )


def test_the_progress_grows_to_all_of_the_work(tmp_path, monkeypatch):
    shown = []

    class Printer:
        def __init__(self, stream, unit):
            assert unit == "%"
            self.stream = stream

        def __call__(self, done, of):
            shown.append((done, of))

        def close(self):
            shown.append("closed")

    monkeypatch.setattr(module, "ProgressPrinter", Printer)
    monkeypatch.setattr(batches, "ROWS", 10)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    monkeypatch.setattr(batches, "CHARACTERS", 500)
    monkeypatch.setattr(module, "PART", 10)
    table = visits(*((f"P{at}", week, {"ck": 2}) for at in range(25) for week in (0, 4)))
    said(tmp_path, table)
    assert shown == []
    said(tmp_path, table, progress=StringIO())
    assert shown.pop() == "closed"
    done = [percent for percent, of in shown if of == 100]
    assert len(done) == len(shown) > 5
    # Ascending without repeats, through the end of reading and of scoring, to the end.
    assert done == sorted(set(done))
    assert {40, 60, 100} <= set(done)
    assert done[0] > 0
    # A failure closes it too.
    shown.clear()
    with pytest.raises(DataError):
        said(tmp_path, table.assign(haq=9), progress=StringIO())
    assert shown[-1] == "closed"


def test_the_last_visit_is_that_of_the_highest_week_in_any_order(tmp_path):
    scales = {8: 0.0, 0: 10.0, 4: 10.0}
    rows = [("P", week, {"ck": 1}, scale) for week, scale in scales.items()]
    assert NO_RESPONSE.format(0).replace("0 minimal", "1 minimal") in said(tmp_path, visits(*rows))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_counts_do_not_depend_on_blocks_of_rows(monkeypatch, size):
    monkeypatch.setattr(score_summary, "_BLOCK", size)
    rng, number = np.random.default_rng(4), 60
    scale = rng.choice([np.nan, 0.0, 3.0, 4.0, 7.3, 10.0, 10.2, 12.0], number)
    enzyme = rng.choice([np.nan, 0.04, 0.06, 0.1, 3.0, 60.0, 61.0, 101.0], number)
    patients = np.arange(number) // 2
    selections = rng.integers(-1, len(ENZYME_SELECTIONS), number // 2)[patients]
    columns = {
        "response": as_categories(rng.integers(-1, 4, number).astype(np.int8)),
        "enzyme_selection": pd.Categorical.from_codes(selections, list(ENZYME_SELECTIONS)),
    }
    placed = Visits(patients, np.arange(number) % 2 * 4.0, np.arange(0, number, 2))
    found = ScoreCounts.of({"mmt": scale}, {"ck": enzyme}, placed, columns)
    uneven = (scale > 7.2) & (scale < 7.4) | (scale > 10.1) & (scale < 10.3)
    assert found.highest == {"mmt": 12.0}
    assert found.measured == {"mmt": np.isfinite(scale).sum(), "ck": np.isfinite(enzyme).sum()}
    assert found.graded == {"mmt": (scale <= 4).sum()}
    assert found.above == {"mmt": (scale > 10).sum()}
    assert found.above_uneven == {"mmt": (uneven & (scale > 10)).sum()}
    assert found.below_uneven == {"mmt": (uneven & (scale < 10)).sum()}
    assert found.abnormal == {"ck": (enzyme > 0.09).sum()}
    assert found.extreme == {"ck": (enzyme > 60.5).sum()}
    assert found.low == {"ck": (enzyme < 0.05).sum()}
    assert found.high == {"ck": (enzyme > 100).sum()}
    names = [*ENZYME_SELECTIONS, ""]  # the last by -1: none was measured
    assert found.selections == Counter(names[code] for code in selections[::2].tolist())


def test_no_counts_of_a_measure_that_is_missing_throughout():
    rows = np.arange(2)
    columns = {"response": as_categories(np.array([-1, -1], dtype=np.int8))}
    found = ScoreCounts.of({"mmt": np.full(2, np.nan)}, {}, Visits(rows, rows * 0.0, rows), columns)
    assert (found.highest, found.measured) == ({}, {"mmt": 0})
