"""The witnesses under altered assumptions: each is checked under its own, and refused under others.

The oracle is `tisstats.bounds.witness.violations`, which shares no code with the script.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bounds.witness_checker import (
    ALTERED,
    ALTERED_FAULTS,
    ASSUMED,
    ASSUMPTIONS,
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
from tisstats.bounds import BoundAssumptions, Grid, read_sensitivity
from tisstats.bounds.attain import attain_table
from tisstats.bounds.witness import end_scores, violations
from tisstats.ledger.published import PublishedFacts
from tisstats.synthetic.assumptions import Assumptions

ALTERED_VALUES = {key: value for key, value in VALUES.items() if key.alternative}
FILE = checker.SENSITIVITY.witnesses
FACTS = PublishedFacts.read()


def verdicts(witness, alternative: str) -> tuple[list[str], list[str]]:
    """Return what the script and the package say of a witness under an assumption."""
    return (
        checker.violations(witness, PUBLISHED, ASSUMED[alternative]),
        violations(as_cohort(witness), FACTS, ASSUMPTIONS[alternative]),
    )


def one_of(alternative: str, *, core: bool = True):
    """Return the first witness under an assumption, of whole cohorts or of single rows."""
    among = ALTERED if alternative else WITNESSES
    return next(
        witness
        for key, witness in among.items()
        if key.alternative == alternative and bool(witness.female) == core
    )


# The assumptions.


@pytest.mark.parametrize("name", ASSUMED)
def test_what_the_script_assumes_is_what_the_bounds_assume(name):
    """Everything else that `BoundAssumptions` has is the same in all alternatives."""
    assumed = ASSUMED[name]
    male, female = assumed.ck_limits
    shared = Assumptions(
        ck_uln_male=male,
        ck_uln_female=female,
        response_maintained=assumed.response_maintained,
        swallowing_follows_dysphagia=assumed.swallowing_follows_dysphagia,
    )
    assert ASSUMPTIONS[name] == BoundAssumptions(
        shared,
        {measure: Grid(steps) for measure, steps in assumed.steps.items()},
        minimal_disability=assumed.minimal_disability,
        no_imacs_worsening=assumed.no_imacs_worsening,
        bedridden_has_mrs_5=assumed.bedridden_has_mrs_5,
        improvement_maintained=assumed.improvement_maintained,
    )
    for measure in checker.SCALES:
        assert assumed.unit(measure) == ASSUMPTIONS[name].grid(measure).step


def test_each_bound_states_the_steps_with_which_its_witness_is_checked():
    for row in read_sensitivity().itertuples():
        rows = [row.measure] if row.measure in checker.SCALES else checker.CORE_SET
        steps = [ASSUMED[row.alternative].steps_of(each) for each in rows]
        assert row.step == " and ".join(" or ".join(map(str, each)) for each in steps)


def test_all_alternatives_are_in_the_script_and_in_the_files():
    assert list(ASSUMED) == list(ASSUMPTIONS)
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if resource["path"] in (checker.SENSITIVITY.bounds, FILE):
            column = resource["schema"]["fields"][0]
            assert (column["name"], column["constraints"]["enum"]) == (
                "alternative",
                list(checker.ALTERNATIVES),
            )


# The witnesses.


def test_each_sharp_bound_has_a_witness_under_its_own_assumption():
    done = run(FOLDER, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert ALTERED_FAULTS == []
    sharp = read_sensitivity().query("proven == 'sharp'")
    keys = sharp[["alternative", "quantity", "measure", "side"]]
    assert list(ALTERED) == list(map(Key._make, keys.itertuples(index=False)))
    infinite = sum(ALTERED_VALUES[key] == checker.UNBOUNDED for key in ALTERED)
    assert (
        f"Of {len(ALTERED_VALUES)} bounds of sensitivity.csv {len(ALTERED) - infinite} are attained"
        in done.stdout
    )
    assert f"each under its altered assumption; {infinite} are infinite: " in done.stdout
    listed = done.stdout.splitlines()[-2 - len(ALTERED_VALUES) : -2]
    assert [line.partition(": ")[0] for line in listed] == [str(key) for key in ALTERED_VALUES]
    for line, (key, value) in zip(listed, ALTERED_VALUES.items(), strict=True):
        shown = "moved outward without limit" if value == checker.UNBOUNDED else "attained"
        assert f" under {key.alternative}: {shown}; " in line


def test_package_and_script_agree_on_them():
    for key, witness in list(ALTERED.items())[::3]:
        assert verdicts(witness, key.alternative) == ([], []), key
        assert faults_of(witness, key) == []
        if witness.female:
            shared = ASSUMPTIONS[key.alternative].shared
            found = checker.scores(witness, ASSUMED[key.alternative])
            assert found == end_scores(as_cohort(witness), shared)


def test_witnesses_of_each_alternative_need_it():
    """What is valid only under its alternative is refused in the main analysis, by both."""
    refused = Counter()
    for key, witness in ALTERED.items():
        lines = checker.violations(witness, PUBLISHED, checker.MAIN)
        refused[key.alternative] += bool(lines)
        if lines and refused[key.alternative] <= 3:
            assert violations(as_cohort(witness), FACTS, BoundAssumptions()), key
    assert all(refused[name] for name in checker.ALTERNATIVES), refused
    # The README says so of the others.
    witnesses = Counter(key.alternative for key in ALTERED)
    assert {name for name, count in witnesses.items() if count > refused[name]} == {
        *("no_imacs_worsening", "swallowing_follows_dysphagia", "bedridden_has_mrs_5"),
        *("ck_limits", "response_maintained", "improvement_maintained"),
    }


@examples(40)
@given(data=st.data())
def test_a_single_changed_cell_gets_the_same_verdict(data):
    key = data.draw(st.sampled_from(list(ALTERED)))
    witness = ALTERED[key]
    measure = data.draw(st.sampled_from(sorted(witness.rows)))
    time = data.draw(st.integers(0, 1))
    patient = data.draw(st.integers(0, len(witness.rows[measure][0]) - 1))
    # Under the alternative, under the main analysis, or under another alternative.
    alternative = data.draw(st.sampled_from([key.alternative] * 4 + ["", *checker.ALTERNATIVES]))
    unit = ASSUMED[key.alternative].unit(measure)
    _, low, high, _ = checker.SCALES[measure]
    near = witness.rows[measure][time][patient]
    to = data.draw(
        st.one_of(
            st.integers(int(low / unit), int((high or 2000) / unit)).map(lambda n: n * unit),
            st.sampled_from([near, near - unit, near + unit]),
        )
    )
    # The package does not score what lies off the scale.
    to = min(max(to, Fraction(low)), Fraction(high or to))
    # The package does not score what lies off the scale.
    to = min(max(to, Fraction(low)), Fraction(high or to))
    changed = moved(witness, measure, time, patient, to)
    ours, theirs = verdicts(changed, alternative)
    assert bool(ours) == bool(theirs), (ours, theirs)


def test_another_value_is_refused():
    for key, witness in ALTERED.items():
        if ALTERED_VALUES[key] != checker.UNBOUNDED:
            other = str(Fraction(ALTERED_VALUES[key]) + Fraction(1, 7))
            assumed = ASSUMED[key.alternative]
            assert checker.value_fault(witness, key, other, PUBLISHED, assumed)


# The exact limits of each altered rule.


@pytest.mark.parametrize(
    ("alternative", "measure", "allowed", "refused"),
    [
        ("", "eq_vas", "5 10", "1 4 15/2"),
        ("eq_vas_step_1", "eq_vas", "1 4 5", "1/2 15/2"),
        ("", "deltoid", "1/2 1", "1/6 1/10 1/3"),
        ("force_step_1_6", "biceps", "1/6 1/3 1/2", "1/10 1/12 1/4"),
        ("force_step_1_10", "psoas", "1/10 1/5 1/2", "1/6 1/20 1/4"),
        ("", "patient_global", "1/10", "1/20"),
        ("vas_step_0_05cm", "patient_global", "1/20 1/10", "1/40 1/15"),
        ("vas_step_0_05cm", "haq", "1/8", "1/20 1/7"),
        ("", "haq", "1/8 1/4", "1/7 1/56"),
        # Eighths and sevenths, and nothing between: 1/8 + 1/7 is 15/56.
        ("haq_incomplete", "haq", "1/8 1/7 6/7 3", "15/56 1/56 1/14 1/16"),
        ("haq_incomplete", "mmt", "1", "1/7 1/8"),
    ],
)
def test_the_steps_of_an_alternative_are_the_values_that_there_are(
    alternative, measure, allowed, refused
):
    core = measure in checker.CORE_SET
    witness = next(
        each
        for key, each in (ALTERED if alternative else WITNESSES).items()
        if key.alternative == alternative and bool(each.female) == core and measure in each.rows
    )
    for values, expected in ((allowed, False), (refused, True)):
        for value, time in product(map(Fraction, values.split()), (0, 1)):
            changed = moved(witness, measure, time, 0, value)
            message = f"{measure}: {value} is not on the scale"
            for lines in verdicts(changed, alternative):
                assert (message in lines) == expected, (value, lines)


def test_a_form_may_be_complete_at_one_visit_and_not_at_the_other():
    """A baseline in eighths and an end in sevenths, of which no step is a whole multiple."""
    pairs = [
        pair
        for key, witness in ALTERED.items()
        if key.alternative == "haq_incomplete"
        for pair in zip(*witness.rows["haq"], strict=True)
    ]
    assert any(
        (8 * before).denominator == 1 == (7 * after).denominator
        and before.denominator > 1 < after.denominator
        for before, after in pairs
    )


@cache
def disability_lines(alternative: str, measure: str, value: Fraction, *, female: bool):
    """Return, by checker, whether a patient misses the criterion with one baseline replaced.

    Of the other measures just one is abnormal, so that this one decides.
    """
    witness = one_of("ck_limits")
    patient = witness.female.index(female)
    for other, to in (
        *(("physician_global", 3), ("patient_global", 3 * (measure == "mmt"))),
        *(("mmt", 0), ("haq", 0), ("ck", 1), ("extramuscular", 0), (measure, value)),
    ):
        witness = moved(witness, other, 0, patient, to)
    line = f"patient {patient + 1} does not meet the minimal-disability criterion"
    return tuple(line in lines for lines in verdicts(witness, alternative))


@pytest.mark.parametrize("alternative", ["", "minimal_disability", "ck_limits"])
def test_a_tenth_of_muscle_strength_is_the_limit_where_minimal_disability_is_required(alternative):
    required = alternative != "minimal_disability"
    assert disability_lines(alternative, "mmt", Fraction(234), female=True) == (False, False)
    assert disability_lines(alternative, "mmt", Fraction(235), female=True) == (required,) * 2


@pytest.mark.parametrize(
    ("alternative", "female", "normal", "abnormal"),
    [
        # 1.5 times 145 and 171, and 207 and 340, U/L.
        ("", True, 217, 218),
        ("", False, 256, 257),
        ("ck_limits", True, 310, 311),
        ("ck_limits", False, 510, 511),
    ],
)
def test_what_is_abnormal_depends_on_the_limit_of_ck(alternative, female, normal, abnormal):
    for value, missed in ((normal, True), (abnormal, False)):
        found = disability_lines(alternative, "ck", Fraction(value), female=female)
        assert found == (missed, missed)


@pytest.mark.parametrize(
    ("alternative", "female", "fall"),
    [
        # More than 5 % of 15 times the limit: 108.75, 128.25, 155.25 and 255 U/L.
        ("", True, 109),
        ("", False, 129),
        ("ck_limits", True, 156),
        ("ck_limits", False, 256),
    ],
)
def test_bands_of_ck_begin_where_its_limit_puts_them(alternative, female, fall):
    for by, points in ((fall - 1, 0), (fall, Fraction(5, 2))):
        rows = {measure: ((Fraction(1),), (Fraction(1),)) for measure in checker.CORE_SET}
        rows["ck"] = (Fraction(1000),), (Fraction(1000 - by),)
        alone = checker.Witness((female,), rows)
        assert checker.scores(alone, ASSUMED[alternative]) == [points]
        assert end_scores(as_cohort(alone), ASSUMPTIONS[alternative].shared) == [points]


@pytest.mark.parametrize(
    ("alternative", "held", "worse"),
    [
        ("", "19/10", "2"),
        ("vas_step_0_05cm", "39/20", "2"),
        ("no_imacs_worsening", "2", None),
    ],
)
def test_two_cm_of_extramuscular_activity_are_worse_where_that_is_defined(alternative, held, worse):
    witness = one_of(alternative)
    for measure in checker.CORE_SET:  # nothing else changes in the first patient
        witness = moved(witness, measure, 1, 0, witness.rows[measure][0][0])
    witness = moved(witness, "extramuscular", 0, 0, 3)
    for by, expected in ((held, False), (worse or "7", worse is not None)):
        ours, theirs = verdicts(
            moved(witness, "extramuscular", 1, 0, 3 + Fraction(by)), alternative
        )
        assert ("patient 1 meets the definition of worsening" in ours) == expected
        assert ("a patient met the definition of worsening" in theirs) == expected


def with_scores(witness, high: int, low: int):
    """Return a cohort of which so many end with 40 points or more, and so many with 20 to 39.5."""
    baselines = {"physician_global": 10, "patient_global": 10, "mmt": 100, "haq": 3, "ck": 9000}
    best = {"physician_global": 0, "patient_global": 0, "mmt": 260, "haq": 0, "ck": 1}
    for patient in range(len(witness.female)):
        for measure in checker.CORE_SET:
            before = Fraction(baselines.get(measure, 10))
            after = Fraction(best.get(measure, 0)) if patient < high else before
            if high <= patient < high + low and measure == "physician_global":
                after = Fraction(0)  # 20 points
            witness = moved(witness, measure, 0, patient, before)
            witness = moved(witness, measure, 1, patient, after)
    return witness


@pytest.mark.parametrize(
    ("high", "low", "valid"),
    [
        (8, 1, ("", "response_maintained", "improvement_maintained")),
        (7, 2, ("response_maintained", "improvement_maintained")),
        (0, 9, ("response_maintained", "improvement_maintained")),
        (8, 0, ("improvement_maintained",)),
        (0, 0, ("improvement_maintained",)),
        (9, 0, ()),
        (8, 2, ()),
        (0, 10, ()),
    ],
)
def test_who_may_end_with_20_and_40_points_depends_on_what_is_maintained(high, low, valid):
    witness = with_scores(one_of(""), high, low)
    for alternative in ("", "response_maintained", "improvement_maintained"):
        ours, theirs = verdicts(witness, alternative)
        for lines in (ours, theirs):
            assert any("patients end with" in line for line in lines) == (alternative not in valid)


@pytest.mark.parametrize(
    ("alternative", "measure", "time", "value", "fewest", "line"),
    [
        ("swallowing_follows_dysphagia", "swallowing", 0, 10, 5, "patients without dysphagia"),
        ("bedridden_has_mrs_5", "mrs", 1, 5, 1, "no patient with grade 5"),
    ],
)
def test_a_score_that_was_inferred_is_required_in_the_main_analysis_only(
    alternative, measure, time, value, fewest, line
):
    witness = one_of(alternative, core=False)
    size = len(witness.rows[measure][time])
    for has in range(size + 1):
        for patient in range(size):
            witness = moved(witness, measure, time, patient, value - (patient >= has))
        required = has != fewest if measure == "swallowing" else has < fewest
        for lines in verdicts(witness, ""):
            assert any(line in each for each in lines) == required
        for lines in verdicts(witness, alternative):
            assert not any(line in each for each in lines)


# Arguments that nothing lies beyond.


def test_no_argument_claims_more_than_the_proofs():
    # An argument for a bound that is moved inward by a little must not be given.
    for key, value in VALUES.items():
        assumed = ASSUMED[key.alternative]
        if checker.nothing_beyond(key, value, PUBLISHED, assumed) is None:
            continue
        if value == checker.UNBOUNDED:
            continue
        inward = Fraction(value) + (1 if key.side == "minimum" else -1) * Fraction(1, 10)
        assert checker.nothing_beyond(key, str(inward), PUBLISHED, assumed) is None


def test_no_witness_lies_beyond_what_an_argument_allows():
    """Under each assumption all witnesses lie within what is counted from quartiles and scores."""
    for key, witness in (WITNESSES | ALTERED).items():
        assumed = ASSUMED[key.alternative]
        for measure, quantity in product(witness.rows, ("improved", "unchanged", "worsened")):
            low, high = checker._count_range(quantity, measure, PUBLISHED, assumed)
            assert low <= checker.row_value(quantity, measure, witness) <= high, (key, measure)
        if not witness.female:
            continue
        found = checker.scores(witness, assumed)
        for quantity in ("tis_mean", "tis_median", "tis_min", "tis_min_responder", "tis_zero"):
            low, high = (
                checker.score_value(
                    quantity,
                    checker._extreme_scores(PUBLISHED, assumed, minimum, quantity),
                    PUBLISHED,
                )
                for minimum in (True, False)
            )
            assert low <= checker.score_value(quantity, found, PUBLISHED) <= high, (key, quantity)


@pytest.mark.parametrize(
    ("alternative", "responders", "improved"),
    [
        ("", 40, 20),
        ("minimal_disability", 40, 20),
        ("response_maintained", 20, 20),
        ("improvement_maintained", 0, 0),
    ],
)
def test_only_what_is_maintained_bounds_a_score_from_below(alternative, responders, improved):
    lowest, highest = (
        checker._extreme_scores(PUBLISHED, ASSUMED[alternative], minimum, "tis_mean")
        for minimum in (True, False)
    )
    assert lowest == [responders] * 8 + [improved] + [0] * 10
    assert highest == [100] * 8 + [Fraction(75, 2)] + [Fraction(35, 2)] * 10


def test_an_argument_of_the_main_analysis_is_not_carried_over():
    """On finer steps a small change can be none in print; a response that ends has fewer points."""
    for key, stated in (
        (Key("", "worsened", "haq", "maximum"), None),
        (Key("", "tis_min_responder", "total_improvement_score", "minimum"), None),
        (Key("", "tis_zero", "total_improvement_score", "minimum"), "0"),
    ):
        value = VALUES[key] if stated is None else stated
        assert checker.nothing_beyond(key, value, PUBLISHED, checker.MAIN), key
    haq, responder = (
        VALUES[Key("", "worsened", "haq", "maximum")],
        VALUES[Key("", "tis_min_responder", "total_improvement_score", "minimum")],
    )
    for name, quantity, measure, side, value in (
        ("haq_incomplete", "worsened", "haq", "maximum", haq),
        (
            "response_maintained",
            "tis_min_responder",
            "total_improvement_score",
            "minimum",
            responder,
        ),
        (
            "improvement_maintained",
            "tis_min_responder",
            "total_improvement_score",
            "minimum",
            responder,
        ),
    ):
        key = Key(name, quantity, measure, side)
        assert checker.nothing_beyond(key, value, PUBLISHED, ASSUMED[name]) is None, key


# Faults in the files.

ROW_KEY = Key("bedridden_has_mrs_5", "improved", "mrs", "minimum")
CORE_KEY = Key("haq_incomplete", "improved", "haq", "minimum")
MAIN_KEY = Key("", "improved", "mrs", "minimum")
KEYS = ROW_KEY, CORE_KEY, MAIN_KEY
TEXT = ",".join(ROW_KEY)
MAIN = checker.MAIN_TABLE


def damage(file, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def faults_in(folder) -> list[str]:
    done = run(folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()


def test_what_is_damaged_below_is_valid(tmp_path):
    copy_files(tmp_path, KEYS)
    done = run(tmp_path, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    named = [line.partition(": ")[0] for line in done.stdout.splitlines() if ": " in line]
    assert [name for name in named if not name.startswith("Of ")] == list(
        map(str, (MAIN_KEY, CORE_KEY, ROW_KEY))
    )


def test_a_sharp_bound_without_a_witness_is_a_fault(tmp_path):
    remove_lines(copy_files(tmp_path, KEYS)[FILE], f"{TEXT},")
    assert faults_in(tmp_path) == [f"{FILE}: {ROW_KEY}: called sharp, but without a witness"]


def test_an_outer_bound_needs_no_witness(tmp_path):
    files = copy_files(tmp_path, KEYS)
    remove_lines(files[FILE], f"{TEXT},")
    damage(files["sensitivity.csv"], f"{TEXT},1,grade,5,sharp", f"{TEXT},1,grade,5,outer")
    done = run(tmp_path, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{ROW_KEY}: no witness in the file; counted from" in done.stdout


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("sensitivity.csv", "alternative"),
        ("sensitivity.csv", "proven"),
        (FILE, "alternative"),
        (FILE, "step"),
        (MAIN.bounds, "quantity"),
        (MAIN.witnesses, "end"),
    ],
)
def test_a_file_without_a_column_has_one_line(tmp_path, name, column):
    file = copy_files(tmp_path, KEYS)[name]
    header, _, rest = file.read_text(encoding="utf-8").partition("\n")
    assert column in header.split(",")
    file.write_text(header.replace(column, "other") + "\n" + rest, encoding="utf-8")
    assert faults_in(tmp_path) == [f"{name}: without the column {column}"]


@pytest.mark.parametrize("name", ["sensitivity.csv", FILE])
def test_a_missing_file_has_one_line(tmp_path, name):
    copy_files(tmp_path, KEYS)[name].unlink()
    (line,) = faults_in(tmp_path)
    assert line.endswith(": cannot be read: No such file or directory")
    assert line.startswith(str(tmp_path))


def test_a_file_that_is_not_utf_8_has_one_short_line(tmp_path):
    file = copy_files(tmp_path, KEYS)["sensitivity.csv"]
    file.write_bytes(file.read_bytes() + b"\xff" * 1000)
    (line,) = faults_in(tmp_path)
    assert "cannot be checked: UnicodeDecodeError" in line
    assert len(line) < 300


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (
            FILE,
            "bedridden_has_mrs_5,",
            "bedridden,",
            [
                "{file}, row 8: alternative must be one of {known}, got 'bedridden'",
                "{file}: {row}: called sharp, but without a witness",
            ],
        ),
        (
            FILE,
            "bedridden_has_mrs_5,",
            ",",
            [
                "{file}, row 8: alternative must be one of {known}, got ''",
                "{file}: {row}: called sharp, but without a witness",
            ],
        ),
        (
            "sensitivity.csv",
            "bedridden_has_mrs_5,",
            "bedridden,",
            [
                "sensitivity.csv, row 3: alternative must be one of {known}, got 'bedridden'",
                "{file}: {row}: no such bound",
            ],
        ),
        # An alternative that there is, of which this is no bound.
        (
            FILE,
            "bedridden_has_mrs_5,",
            "ck_limits,",
            [
                "{file}: {row}: called sharp, but without a witness",
                "{file}: improved mrs minimum under ck_limits: no such bound",
            ],
        ),
        (
            "sensitivity.csv",
            f"{TEXT},1,grade,5,",
            f"{TEXT},1,grade,6,",
            ["{file}: {row}: the value is 5, stated 6"],
        ),
        (
            "sensitivity.csv",
            f"{TEXT},1,grade,5,",
            f"{TEXT},1,grade,five,",
            [
                "sensitivity.csv: {row}: not a bound: "
                "ValueError(\"Invalid literal for Fraction: 'five'\")"
            ],
        ),
        (
            "sensitivity.csv",
            f"{TEXT},1,grade,5,",
            f"{TEXT},1,grade,5/0,",
            ["sensitivity.csv: {row}: not a bound: ZeroDivisionError('Fraction(5, 0)')"],
        ),
        (
            "sensitivity.csv",
            f"{TEXT},1,grade,5,sharp,",
            f"{TEXT},1,grade,5,sharp,1,2,3,",
            [
                "sensitivity.csv, row 3: must have one cell for each column",
                "{file}: {row}: no such bound",
            ],
        ),
        (
            FILE,
            "row,mrs,1,,",
            "row,mrs,1/2,,",
            [
                "{file}, row 8: step of mrs must be 1, got 1/2",
                "{file}: {row}: called sharp, but without a witness",
            ],
        ),
        (
            FILE,
            "row,mrs,1,,",
            "row,rankin,1,,",
            [
                "{file}, row 8: row must be one of {rows}, got 'rankin'",
                "{file}: {row}: called sharp, but without a witness",
            ],
        ),
        # A cohort whose HAQ is on the steps of the main analysis.
        (
            FILE,
            "core_set,haq,1/56,",
            "core_set,haq,1/8,",
            [
                "{file}, row 2: step of haq must be 1/56, got 1/8",
                "{file}: {core}: a row of the core set without the others: "
                "no whole cohort is shown to have it",
            ],
        ),
    ],
)
def test_each_fault_has_one_line(tmp_path, name, old, new, expected):
    damage(copy_files(tmp_path, KEYS)[name], old, new)
    said = {
        "file": FILE,
        "known": " ".join(checker.ALTERNATIVES),
        "rows": " ".join(checker.SCALES),
        "row": ROW_KEY,
        "core": CORE_KEY,
    }
    assert faults_in(tmp_path) == [line.format(**said) for line in expected]


def test_a_column_of_alternatives_has_no_place_in_the_main_analysis(tmp_path):
    files = copy_files(tmp_path, KEYS)
    for name in (MAIN.bounds, MAIN.witnesses):
        header, *lines = files[name].read_text(encoding="utf-8").splitlines()
        rows = [f"alternative,{header}", *(f"bedridden_has_mrs_5,{line}" for line in lines)]
        files[name].write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert faults_in(tmp_path) == [
        f"{name}, row 2: alternative must be empty, got 'bedridden_has_mrs_5'"
        for name in (MAIN.bounds, MAIN.witnesses)
    ]


@pytest.mark.parametrize(
    "key",
    [
        Key("eq_vas_step_1", "hodges_lehmann", "eq_vas", "minimum"),  # not attained otherwise
        # Of whole cohorts: as one of the main analysis, and one proved again by test_bounds.py.
        *some([Key("no_imacs_worsening", "improved", "extramuscular", "maximum")], 0),
    ],
)
def test_a_witness_that_is_missing_is_found_again_under_its_assumption(tmp_path, key):
    file = copy_files(tmp_path)[FILE]
    remove_lines(file, f"{','.join(key)},")
    others = file.read_text(encoding="utf-8").splitlines()
    said = []
    attain_table(read_sensitivity(), file, said.append)
    assert said == [f"{key.alternative} {key.side} {key.quantity} of {key.measure}: attained"]
    found = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in found if not line.startswith(f"{','.join(key)},")] == others
    complete = (FOLDER / FILE).read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:6] for line in found] == [line.split(",")[:6] for line in complete]
    witness = checker.read_witnesses(file, checker.SENSITIVITY)[0][key]
    assert faults_of(witness, key) == []
    attain_table(read_sensitivity(), file, said.append)
    assert len(said) == 1
