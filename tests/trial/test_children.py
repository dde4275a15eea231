"""A whole trial with PRINTO's core set, from its files to data sets, in plain loops beside it."""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.measures.test_printo import TABLE as BANDS
from tests.measures.test_printo import THRESHOLDS, reference_points
from tests.trial.studies import STUDY_FORMATS, read_csv, write_csv
from tisstats.errors import DataError
from tisstats.measures.core_set import CORE_SETS, CORE_SETS_OF
from tisstats.measures.ranges import ARGUMENTS_OF
from tisstats.trial import analyse_many
from tisstats.trial.cdisc import write_analysis_datasets
from tisstats.trial.courses import Courses
from tisstats.trial.harms import harm_outcomes
from tisstats.trial.imacs_counts import imacs_outcomes
from tisstats.trial.study import Study
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_core_set import core_set_faults, used_columns
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_specifications import StudySpecifications
from tisstats.trial.study_wording import describe_core_set, scale_notes
from tisstats.trial.summaries import safety_table
from tisstats.trial.template import example_folder, write_new_study

EXAMPLE = example_folder("printo")
TEXT = (EXAMPLE / "study.toml").read_text("utf-8")
PLAIN = tomllib.loads(TEXT)

#: The ends of each scale in the example, worst first.
ENDS = {"physician_global": (10, 0), "parent_global": (10, 0), "cmas": (0, 52)}
ENDS |= {"chaq": (3, 0), "chq_phs": (-10, 70), "das": (20, 0)}


def written(folder, text=TEXT, visits=None):
    """Write the example with a changed description or changed visits, and return its folder."""
    folder.mkdir()
    for path in EXAMPLE.glob("*.csv"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "study.toml").write_text(text, "utf-8")
    if visits is not None:
        write_csv(folder / "synthetic_visits.csv", visits)
    return folder


def gained(measure, before, after):
    """The points of one measure, lowest and highest; a missing cell may be anything."""
    worst, best = map(Fraction, ENDS[measure])

    def points(start, end):
        return reference_points(measure, 100 * (end - start) / (best - worst))

    if before and after:
        exact = points(Fraction(before), Fraction(after))
        return exact, exact
    if measure in ("physician_global", "cmas"):
        return None
    if not before and not after:
        return Fraction(0), Fraction(BANDS[measure][-1][1])
    known = (Fraction(before), best) if before else (worst, Fraction(after))
    return Fraction(0), points(*known)


def slow_bounds(rows):
    """The bounds of each score after baseline, by patient and week."""
    first = {row["patient_id"]: row for row in rows if row["week"] == "0"}
    found = {}
    for row in rows:
        if row["week"] != "0":
            before = first[row["patient_id"]]
            parts = [gained(name, before[name], row[name]) for name in ENDS]
            known = None not in parts
            sums = [sum(part[side] for part in parts) for side in (0, 1)] if known else [0, 100]
            found[row["patient_id"], Fraction(row["week"])] = tuple(map(Fraction, sums))
    return found


@pytest.fixture(scope="module")
def example():
    return StudyData.read(EXAMPLE)


def bounds_of(data):
    analysis = data.analysis
    names = analysis.patients["patient_id"].to_numpy()
    rows, columns = np.nonzero(analysis.weeks > 0)
    return {
        (names[row], Fraction(analysis.weeks[row, place])): (
            Fraction(analysis.tis_low[row, place]),
            Fraction(analysis.tis_high[row, place]),
        )
        for row, place in zip(rows, columns, strict=True)
    }


def test_every_score_of_the_example(example):
    expected = slow_bounds(read_csv(EXAMPLE / "synthetic_visits.csv"))
    assert bounds_of(example) == expected
    # Cells are missing on purpose, so that some are open, and one has no bounds.
    opened = [low < high for low, high in expected.values()]
    assert (0, 100) in expected.values()
    assert 2 <= sum(opened) < len(opened) / 2
    known = example.analysis.visits
    known = known[(known["week"] > 0) & known["tis"].notna()]
    for score, response in zip(known["tis"], known["response"], strict=True):
        assert response == next((name for least, name in THRESHOLDS if score >= least), "none")


def test_any_cells_may_be_missing(tmp_path):
    rows = read_csv(EXAMPLE / "synthetic_visits.csv")
    rng = np.random.default_rng(3)
    for row, name in product(rows, ENDS):
        if rng.random() < 0.2:
            row[name] = ""
    found = StudyData.read(written(tmp_path / "trial", visits=rows))
    assert bounds_of(found) == slow_bounds(rows)


def test_a_measure_that_is_not_used_leaves_the_score_to_bounds(tmp_path):
    text = TEXT.replace('"chq_phs", ', "")
    rows = [
        {name: value for name, value in row.items() if name != "chq_phs"}
        for row in read_csv(EXAMPLE / "synthetic_visits.csv")
    ]
    found = StudyData.read(written(tmp_path / "trial", text, rows))
    assert bounds_of(found) == slow_bounds([{**row, "chq_phs": ""} for row in rows])
    assert describe_core_set(found.study).endswith(
        "bounds: Child Health Questionnaire, physical summary"
    )


def test_centimetres_and_millimetres_score_alike(tmp_path):
    rows = read_csv(EXAMPLE / "synthetic_visits.csv")
    for row, name in product(rows, ("physician_global", "parent_global")):
        row[name] = row[name] and f"{10 * Fraction(row[name])}"
    text = TEXT.replace("vas_max = 10 ", "vas_max = 100 ")
    found = StudyData.read(written(tmp_path / "trial", text, rows))
    assert bounds_of(found) == slow_bounds(read_csv(EXAMPLE / "synthetic_visits.csv"))
    assert scale_notes(found.study)["vas"] == "visual analogue scales from 0 to 100 mm"


def test_names_units_and_decimal_commas_of_an_export_are_mapped(tmp_path):
    folder = written(tmp_path / "trial")
    path = folder / "synthetic_visits.csv"
    table = pd.read_csv(path)
    table["parent_global"] = (10 * table["parent_global"]).round()
    table = table.rename(columns={"parent_global": "Parent VAS"})
    table.to_csv(path, sep=";", decimal=",", index=False)
    mapping = tmp_path / "mine.toml"
    text = '[visits.columns]\nparent_global = "Parent VAS"\n[visits.units]\nparent_global = "mm"\n'
    mapping.write_text(text, encoding="utf-8")
    found = StudyData.read(folder, mapping)
    assert bounds_of(found) == slow_bounds(read_csv(EXAMPLE / "synthetic_visits.csv"))
    mapping.write_text(text.replace('parent_global = "mm"', 'cmas = "mm"'), encoding="utf-8")
    with pytest.raises(DataError, match="only physician_global, parent_global have a unit"):
        StudyData.read(folder, mapping)


def test_what_is_measured_beside_the_set_is_no_part_of_it(example):
    # Creatine kinase is tabulated; it is neither an enzyme of the score nor needs a limit.
    description = example.trial.description
    assert "ck" in description.measures
    assert description.enzymes == ()
    assert "ck_uln" not in example.trial.patients
    assert list(scale_notes(example.study)) == ["vas", "cmas", "chaq", "chq_phs", "das"]
    assert scale_notes(example.study)["chq_phs"] == "CHQ-PhS from −10 to 70"


def test_trials_are_scored_together_if_their_scales_agree(example):
    trial = example.trial
    together = analyse_many([trial, trial])
    for each in together:
        np.testing.assert_array_equal(each.tis_low, example.analysis.tis_low)
        np.testing.assert_array_equal(each.tis_high, example.analysis.tis_high)
    for changes in ({"chq_phs_range": (-10, 80)}, {"cmas_max": 51}):
        other = replace(trial, description=replace(trial.description, **changes))
        with pytest.raises(ValueError, match="different scales must be analysed one by one"):
            analyse_many([trial, other])


@pytest.mark.parametrize("chosen", [None, (70, -10), (0, float("inf"))])
def test_no_trial_is_described_without_the_range(example, chosen):
    with pytest.raises(ValueError, match="chq_phs_range must be the worst and the best"):
        replace(example.trial.description, chq_phs_range=chosen)


def test_definitions_of_the_other_set_are_not_known_rather_than_no(example):
    analysis = example.analysis
    visit = np.isfinite(analysis.weeks)
    for worse in (analysis.worsened, Courses.of(analysis).worse):
        assert not np.any(worse.yes)
        assert np.array_equal(worse.no, ~visit)
    with pytest.raises(ValueError, match="in measures of the core set imacs, got printo"):
        imacs_outcomes(analysis)
    for labels in (
        [outcome.label for outcome in harm_outcomes(example)],
        safety_table(analysis)["Outcome"].tolist(),
    ):
        assert "Any adverse event" in labels
        assert "Clinically relevant deterioration" not in labels


def test_the_first_combination_of_the_choices_is_the_analysis_as_described(example):
    found = StudySpecifications(example)
    (comparison,) = found.comparisons
    rows = slow_bounds(read_csv(EXAMPLE / "synthetic_visits.csv"))
    arms = {row["patient_id"]: row["arm"] for row in read_csv(EXAMPLE / "synthetic_patients.csv")}
    responders = {
        arm: sum(
            low >= 45 for (who, week), (low, _) in rows.items() if week == 24 and arms[who] == arm
        )
        for arm in ("active", "placebo")
    }
    first = found.response(comparison).results.iloc[0]
    assert int(first["responders"]) == responders["active"]
    assert int(first["responders_reference"]) == responders["placebo"]
    assert [level.label for level in found.choices[0].levels] == [
        "45 points", "30 points", "70 points",
    ]  # fmt: skip
    assert not any("nzyme" in each.choice for each in found.not_varied)
    assert set(found.changes("active")) == {*ENDS, "ck"}


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
def test_nothing_is_lost_on_the_way_to_data_sets_and_back(example, tmp_path, file_format):
    datasets = study_datasets(example)
    write_analysis_datasets(datasets, tmp_path / "adam", file_format)
    (tmp_path / "study.toml").write_text(
        TEXT.replace("[files]", '[files]\nadam = "adam"'), encoding="utf-8"
    )
    found = StudyData.read(tmp_path)
    assert bounds_of(found) == bounds_of(example)
    for name in (*ENDS, "ck"):
        np.testing.assert_array_equal(found.trial.visits[name], example.trial.visits[name])
    codes = datasets.tables["ADTIS"]["PARAMCD"].unique().tolist()
    assert codes == ["PHGA", "PARGA", "CMAS", "CHAQ", "CHQPHS", "DAS", "CK", "TIS"]
    described = {each.where: each for each in datasets.variables}
    # No code of ours is taken for one of a standard, and the score says what it is of.
    assert {described[f"PARAMCD EQ {code}"].standard for code in codes} == {"ours"}
    score = described["PARAMCD EQ TIS"].derivation
    assert score.startswith("Core set PRINTO, response categories of juvenile patients; ")
    assert "CHQ-PhS from −10 to 70" in score


# --- descriptions


def changed(key, value):
    description = copy.deepcopy(PLAIN)
    *sections, last = key.split(".")
    part = description
    for section in sections:
        part = part.setdefault(section, {})
    if value is None:
        del part[last]
    else:
        part[last] = value
    return description


def faults(description):
    with pytest.raises(DataError) as caught:
        Study.from_mapping(description)
    return [str(fault) for fault in caught.value.faults]


OF_IMACS = "is of the core set imacs"
OF_PRINTO = (
    "study.core_set is printo, of which there are physician_global, parent_global, cmas, chaq, "
    "chq_phs, das;"
)
LEAVE_OUT = "and study.core_set is printo: leave it out"
RANGE = "must be the worst and the best possible score of CHQ-PhS, ascending"
FAULTS = [
    ("measures.used", ["cmas", "mmt"], [f"value 'mmt': {OF_IMACS}; {OF_PRINTO}"]),
    ("measures.used", ["ck", "das", "haq"], ["value 'ck': is of", f"value 'haq': {OF_IMACS}"]),
    ("measures.chq_phs_range", None, ["is missing: the worst and the best possible"]),
    ("measures.chq_phs_range", [10], [f"value '[10]': {RANGE}"]),
    ("measures.chq_phs_range", [], [f"value '[]': {RANGE}"]),
    ("measures.chq_phs_range", [10, 10], [f"value '[10, 10]': {RANGE}"]),
    ("measures.chq_phs_range", [70, -10], [f"value '[70, -10]': {RANGE}"]),
    ("measures.chq_phs_range", [0, 50, 100], [f"value '[0, 50, 100]': {RANGE}"]),
    ("measures.chq_phs_range", [0, float("inf")], ["value 'inf': must be a finite number"]),
    ("measures.chq_phs_range", [float("nan"), 1], ["value 'nan': must be a finite number"]),
    ("measures.chq_phs_range", 70, ["value '70': must be a list"]),
    ("measures.chq_phs_range", [0, "70"], ["value '70': must be a number, without"]),
    ("measures.chq_phs_range", [0, True], ["value 'true': must be a number"]),
    ("measures.cmas_max", 50, ["value '50': must be one of 52, 51"]),
    ("measures.cmas_max", 51.5, ["value '51.5': must be a whole number"]),
    ("measures.mmt_max", 150, [f"value '150': {OF_IMACS}, {LEAVE_OUT}"]),
    ("measures.uln", {"ck": 200}, ["""value '{"ck": 200}': is of the core set imacs"""]),
    ("measures.enzyme_unit", "U/L", [f"value 'U/L': {OF_IMACS}, {LEAVE_OUT}"]),
    ("measures.enzyme_panel", "measured", [f"value 'measured': {OF_IMACS}"]),
    ("study.population", "adult", ["core_set, value 'printo': is for juvenile patients;"]),
    ("study.core_set", "both", ["value 'both': must be one of imacs, printo"]),
    ("endpoint.criterion", "minimal disability", ["value 'minimal disability': must be score"]),
    ("endpoint.without_confirmed_deterioration", True, ["value 'true': must be left out with"]),
    ("endpoint.deterioration", "confirmed", ["value 'confirmed': must be left out with"]),
    ("analysis.worsening", "imacs", ["value 'imacs': must be left out with"]),
    ("definitions.improvement.improved_count", 2, ["key definitions: must be left out with"]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "messages"), FAULTS)
def test_each_fault_of_a_description_is_one_line(key, value, messages):
    found = faults(changed(key, value))
    assert len(found) == len(messages)
    for line, message in zip(found, messages, strict=True):
        assert line.startswith("study.toml, key ")
        assert message in line


def test_the_same_study_declared_as_the_other_set():
    found = faults(changed("study.core_set", "imacs"))
    of_columns = [line for line in found if "key measures.used" in line]
    assert len(of_columns) == 5
    assert "value 'cmas': is of the core set printo; study.core_set is imacs" in of_columns[1]
    (of_range,) = (line for line in found if "measures.chq_phs_range" in line)
    assert "is of the core set printo, and study.core_set is imacs: leave it out" in of_range
    missing = [line for line in found if "is missing" in line]
    assert [line.partition(":")[0] for line in missing] == [
        "study.toml, key measures.mmt_max",
        "study.toml, key measures.uln",
    ]


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.lists(st.one_of(st.integers(), st.sampled_from(["cmas", "mmt"])), max_size=3),
    st.dictionaries(st.sampled_from([*ARGUMENTS_OF["imacs"], "cmas_max"]), st.integers()),
)  # fmt: skip


@examples(50)
@given(
    st.dictionaries(
        st.sampled_from(["core_set", "population", "used"]),
        st.one_of(ANY, st.sampled_from([*CORE_SETS, *CORE_SETS_OF])),
    ),
    ANY,
    ANY,
)
def test_no_description_whatever_its_types_breaks_the_check(general, measures, endpoint):
    given_ = {"study": general, "measures": measures, "endpoint": endpoint}
    for fault in core_set_faults(given_, "study.toml", {}):
        assert "\n" not in str(fault)


def test_the_keys_of_the_other_set_are_no_choices():
    choices = Study.from_mapping(PLAIN).choices()
    assert choices["measures.chq_phs_range"] == "−10, 70"
    assert choices["measures.cmas_max"] == "52"
    of_imacs = {f"measures.{key}" for key in ARGUMENTS_OF["imacs"]}
    of_imacs |= {"endpoint.deterioration", "analysis.worsening"}
    assert not of_imacs & set(choices)
    assert not any(key.startswith("definitions.") for key in choices)


CELLS = [
    ("cmas", "53", "must be a number from 0 to 52 (cmas_max)"),
    ("cmas", "-1", "must be a number from 0 to 52 (cmas_max)"),
    ("das", "20.5", "must be a number from 0 to 20"),
    ("chaq", "3.125", "must be a number from 0 to 3"),
    ("chq_phs", "70.1", "must be a number from -10 to 70 (chq_phs_range)"),
    ("chq_phs", "-10.1", "must be a number from -10 to 70 (chq_phs_range)"),
    ("parent_global", "11", "must be a number from 0 to 10 (cm, as vas_max is 10; 100 is for mm)"),
]


@pytest.mark.parametrize(("column", "value", "message"), CELLS)
def test_a_value_outside_its_scale_is_one_line(tmp_path, column, value, message):
    rows = read_csv(EXAMPLE / "synthetic_visits.csv")
    rows[3][column] = value
    with pytest.raises(DataError) as caught:
        StudyData.read(written(tmp_path / "trial", visits=rows))
    (only,) = caught.value.faults
    assert re.search(rf"row 5, column {column}, value '{value}': ", str(only))
    assert message in str(only)


def test_the_ends_of_the_scales_are_allowed(tmp_path):
    rows = read_csv(EXAMPLE / "synthetic_visits.csv")
    for place, ends in enumerate(zip(*ENDS.values(), strict=True)):
        rows[place] |= dict(zip(ENDS, map(str, ends), strict=True))
    found = StudyData.read(written(tmp_path / "trial", visits=rows))
    # From the worst to the best of all scales.
    assert bounds_of(found)["C-01", Fraction(4)] == (100, 100)


# --- a new study


def test_every_row_and_file_of_the_example_is_synthetic():
    files = sorted(EXAMPLE.glob("*.csv"))
    assert len(files) == 4
    for path in files:
        assert path.name.startswith("synthetic_")
        assert {row["origin"] for row in read_csv(path)} == {"synthetic"}


def test_a_new_study_has_the_columns_of_the_set_and_asks_for_its_range(tmp_path):
    write_new_study(tmp_path / "mine", "printo")
    header = (tmp_path / "mine" / "visits.csv").read_text("utf-8").strip().split(",")
    assert tuple(header[2:]) == used_columns("printo")
    length, of_chq = faults(tomllib.loads((tmp_path / "mine" / "study.toml").read_text("utf-8")))
    assert "key measures.vas_max: is missing" in length
    assert "key measures.chq_phs_range: is missing" in of_chq


def test_both_templates_say_the_same_of_what_they_share():
    of_imacs, of_printo = (
        (example_folder(core_set).parent / "study.toml").read_text("utf-8").splitlines()
        for core_set in CORE_SETS
    )
    # What the second one says alone concerns the set, its ranges, its cut-off and its population.
    own = r"printo|PRINTO|CHQ|no public source|chq_phs|cmas|juvenile|threshold = 45"
    assert all(re.search(own, line) for line in set(of_printo) - set(of_imacs))
    # What it leaves out in the sections on the analysis, rows and files is the definition alone.
    after = of_imacs[of_imacs.index("[visits]") : of_imacs.index("[endpoint]")]
    after += of_imacs[next(n for n, line in enumerate(of_imacs) if line == "[analysis]") :]
    lost = [line for line in after if line not in of_printo]
    assert lost == ['# worsening = "imacs"']
