"""The witnesses of the main analysis, and what their checker refuses."""

import csv
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bounds.witness_checker import (
    FAULTS,
    FOLDER,
    PUBLISHED,
    VALUES,
    WITNESSES,
    Key,
    as_cohort,
    checker,
    copy_files,
    faults_of,
    moved,
    remove_lines,
    run,
)
from tests.cases import examples, some
from tisstats.bounds import BoundAssumptions, read_bounds
from tisstats.bounds.attain import attain_table
from tisstats.bounds.witness import end_scores, violations
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES

MAIN_VALUES = {key: value for key, value in VALUES.items() if not key.alternative}
FILE = checker.MAIN_TABLE.witnesses
FACTS = PublishedFacts.read()
CORE_KEY = Key("", "mean_change", "physician_global", "minimum")


def test_witnesses_hold_and_no_library_is_needed():
    done = run(FOLDER, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    listed = done.stdout.splitlines()
    assert len(listed) == len(VALUES) + 2 * len(checker.TABLES)
    infinite = sum(key in WITNESSES and MAIN_VALUES[key] == checker.UNBOUNDED for key in WITNESSES)
    attained = len(WITNESSES) - infinite
    assert f"Of {len(MAIN_VALUES)} bounds of bounds.csv {attained} are attained" in done.stdout
    assert f"; {infinite} are infinite: " in done.stdout
    mine = listed[: len(MAIN_VALUES)]
    unbounded = "moved outward without limit; nothing lies beyond"
    assert sum(unbounded in line for line in mine) == infinite > 0
    # Chapter 6 says so of these.
    for quantity in ("exact_p", "hodges_lehmann", "tis_mean"):
        of_it = [line for line in listed if line.startswith(f"{quantity} ")]
        assert of_it
        assert all(line.endswith("nothing beyond: by the solver alone") for line in of_it)
    assert FAULTS == []
    without = sum("no witness in the file" in line for line in mine)
    assert without == len(MAIN_VALUES) - len(WITNESSES)


def test_package_and_script_agree_on_the_witnesses():
    assumptions = BoundAssumptions()
    for key, witness in list(WITNESSES.items())[::5]:
        cohort = as_cohort(witness)
        assert violations(cohort, FACTS, assumptions) == [], key
        if witness.female:
            assert checker.scores(witness, checker.MAIN) == end_scores(cohort, assumptions.shared)


def test_scales_of_the_script_are_those_of_the_bounds():
    ours = {
        measure: (scale.step, scale.low, scale.high, scale.better == "higher")
        for measure, scale in SCALES.items()
    }
    # Two ends are narrower for cohorts: CK is never 0, and nobody died (grade 6).
    ours["ck"] = (Fraction(1), 1, None, False)
    ours["mrs"] = (Fraction(1), 0, BoundAssumptions().shared.mrs_max, False)
    assert ours == checker.SCALES


def test_a_row_of_the_core_set_alone_is_refused():
    # The row meets its printed numbers; only the patients' other measures are not shown.
    witness = WITNESSES[CORE_KEY]
    assert faults_of(witness, CORE_KEY) == []
    alone = replace(witness, female=(), rows={"physician_global": witness.rows["physician_global"]})
    assert list(checker._row_faults(alone, "physician_global", PUBLISHED, checker.MAIN)) == []
    assert "without the others" in faults_of(alone, CORE_KEY)[0]


def test_a_change_of_10_cm_that_only_a_single_row_permits_is_refused():
    # From 10 cm to 0 in one patient: some rows still have all of their printed numbers then, but
    # the patient's score breaks the numbers of responders.
    refused = 0
    for key, witness in WITNESSES.items():
        if not witness.female or key.quantity == "spearman":
            continue
        for patient in range(len(witness.female)):
            changed = moved(
                moved(witness, "extramuscular", 0, patient, 10), "extramuscular", 1, patient, 0
            )
            if not list(checker._row_faults(changed, "extramuscular", PUBLISHED, checker.MAIN)):
                lines = checker.violations(changed, PUBLISHED, checker.MAIN)
                refused += any("patients end with" in line for line in lines)
    assert refused


TAMPERED = {
    "off the scale": (lambda w: moved(w, "haq", 0, 0, Fraction(25, 8)), "is not on the scale"),
    "between two steps": (lambda w: moved(w, "haq", 0, 0, Fraction(1, 16)), "is not on the scale"),
    "too few patients": (
        lambda w: replace(w, rows={**w.rows, "mmt": tuple(c[1:] for c in w.rows["mmt"])}),
        "expected 19 pairs",
    ),
    "all improved": (
        lambda w: replace(w, rows={**w.rows, "ck": (w.rows["ck"][0], (Fraction(1),) * 19)}),
        "of end is 1.0, printed",
    ),
    "order of the patients": (
        lambda w: replace(w, rows={**w.rows, "mmt": tuple(c[::-1] for c in w.rows["mmt"])}),
        "",
    ),
    "sex": (lambda w: replace(w, female=(True,) * 19), "19 women"),
    "no limit of strength": (lambda w: moved(w, "mmt", 0, 0, 260), "minimal-disability"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_cohort_is_refused(name):
    tamper, expected = TAMPERED[name]
    lines = faults_of(tamper(WITNESSES[CORE_KEY]), CORE_KEY)
    assert lines
    assert any(expected in line for line in lines), lines


@pytest.mark.parametrize(
    ("key", "time", "old", "new", "expected"),
    [
        (Key("", "improved", "mrs", "minimum"), 1, 5, 4, "no patient with grade 5"),
        (Key("", "improved", "swallowing", "minimum"), 0, 10, 9, "without dysphagia"),
    ],
)
def test_a_tampered_row_is_refused(key, time, old, new, expected):
    witness = WITNESSES[key]
    for patient, value in enumerate(witness.rows[key.measure][time]):
        if value == old:
            witness = moved(witness, key.measure, time, patient, new)
    assert any(expected in line for line in faults_of(witness, key))


def test_another_value_is_refused():
    for key, witness in WITNESSES.items():
        if VALUES[key] != checker.UNBOUNDED:
            other = str(Fraction(VALUES[key]) + Fraction(1, 7))
            assert checker.value_fault(witness, key, other, PUBLISHED, checker.MAIN)


def test_a_bounded_mean_is_not_taken_for_unbounded():
    key = Key("", "mean_change", "eq_vas", "maximum")
    assert checker.value_fault(WITNESSES[key], key, checker.UNBOUNDED, PUBLISHED, checker.MAIN)


@examples(40)
@given(data=st.data())
def test_a_single_changed_cell_that_breaks_an_aggregate_is_refused(data):
    key = data.draw(st.sampled_from(sorted(WITNESSES)))
    witness = WITNESSES[key]
    measure = data.draw(st.sampled_from(sorted(witness.rows)))
    time = data.draw(st.integers(0, 1))
    patient = data.draw(st.integers(0, len(witness.rows[measure][0]) - 1))
    step, low, high, _ = checker.SCALES[measure]
    to = data.draw(st.integers(int(low / step), int((high or 2000) / step)))
    changed = moved(witness, measure, time, patient, to * step)
    # The oracle is the package's own check, which shares no code with the script.
    cohort = as_cohort(changed)
    expected = violations(cohort, FACTS, BoundAssumptions())
    lines = checker.violations(changed, PUBLISHED, checker.MAIN)
    assert bool(lines) == bool(expected), expected


def test_a_damaged_file_has_one_line_per_fault(tmp_path):
    file = copy_files(tmp_path)[FILE]
    with file.open(encoding="utf-8", newline="") as open_file:
        rows = list(csv.DictReader(open_file))
    rows[0]["baseline"] = "1 x"
    rows[1]["step"] = "1/7"
    rows[2]["scope"] = "whole"
    last = rows[-1]["quantity"], rows[-1]["measure"], rows[-1]["side"]
    for row in rows:
        if (row["quantity"], row["measure"], row["side"]) == last:
            row["side"] = "middle"
    with file.open("w", encoding="utf-8", newline="") as open_file:
        writer = csv.DictWriter(open_file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    done = run(tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for expected in (
        "row 2: values must be whole numbers of steps",
        "row 3: step of patient_global must be 1/10, got 1/7",
        "row 4: column scope: 'whole'",
        "no such bound",
    ):
        assert Counter(expected in line for line in done.stderr.splitlines())[True] == 1


def copy_without(key, folder: Path) -> Path:
    """Copy the bounds and the witnesses but one; return the file of witnesses."""
    file = copy_files(folder)[FILE]
    remove_lines(file, f"{','.join(key[1:])},")
    return file


ROW_KEY = Key("", "improved", "mrs", "minimum")


def test_a_sharp_bound_without_a_witness_is_a_fault(tmp_path):
    remove_lines(copy_files(tmp_path, [ROW_KEY, CORE_KEY])[FILE], f"{','.join(ROW_KEY[1:])},")
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"{FILE}: {ROW_KEY}: called sharp, but without a witness"]


SCORE_KEY = Key("", "tis_zero", "total_improvement_score", "minimum")


# A row of the core set is proved again, with a witness, by test_bounds.py too.
@pytest.mark.parametrize("key", [ROW_KEY, SCORE_KEY, *some([CORE_KEY], 0)])
def test_a_witness_that_is_missing_is_found_again_and_no_other_is_searched(tmp_path, key):
    file = copy_without(key, tmp_path)
    others = file.read_text(encoding="utf-8").splitlines()
    said = []
    attain_table(read_bounds(), file, said.append)
    assert said == [f"{key.side} {key.quantity} of {key.measure}: attained"]
    found = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in found if not line.startswith(f"{','.join(key[1:])},")] == others
    complete = (FOLDER / FILE).read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:5] for line in found] == [line.split(",")[:5] for line in complete]
    assert run(tmp_path).returncode == 0
    attain_table(read_bounds(), file, said.append)
    assert len(said) == 1


def test_all_are_searched_where_there_is_no_file(tmp_path):
    bounds = read_bounds()
    of_it = (bounds["quantity"] == ROW_KEY.quantity) & (bounds["measure"] == ROW_KEY.measure)
    one = bounds.loc[of_it]
    attain_table(one, tmp_path / "new.csv", [].append)
    rows, faults = checker.read_witnesses(tmp_path / "new.csv", checker.MAIN_TABLE)
    assert (len(rows), faults) == (2, [])
    for key, witness in rows.items():
        assert faults_of(witness, key) == []
