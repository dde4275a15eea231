"""The page of the primary endpoint, for studies of every shape, against plain counts."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_endpoint import confirmed_definition, slow_patients
from tests.trial.studies import make_study, read_csv
from tests.trial.test_endpoints import Slow
from tisstats.book.pages.items import item_html
from tisstats.chapters.trial_report.primary_endpoint import TEST_TITLES, PrimaryEndpoint
from tisstats.chapters.trial_report.scores import Scores
from tisstats.figures.numbers import list_shares
from tisstats.statistics import PROPORTION_TESTS, RATIO_METHODS, proportion_interval
from tisstats.trial import Endpoint, StudyData
from tisstats.trial.study_cdisc import study_datasets

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")

LABEL = "Synthetic patients: not real patients"


def page_of(folder):
    return PrimaryEndpoint(str(folder))


def items(page):
    tables = [page.counts(), page.responders(), *page.comparisons()]
    return tables, page.forest(), page.numbers()


def write(folder, made, *changes):
    for old, new in changes:
        assert old in made.description
        made.description = made.description.replace(old, new)
    return made.write(folder)


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("name", STUDIES)
def test_the_page_can_be_made_and_names_the_origin_of_its_rows(tmp_path, name):
    page = page_of(STUDIES[name](tmp_path / name))
    tables, figures, numbers = items(page)
    for table in tables:
        assert table.caption.endswith(LABEL)
        text = table.frame.to_string() + " ".join(map(str, table.frame.columns))
        assert not re.search(r"\b(nan|None|NaT)\b|_|\binf\b", text)
        assert item_html(table)
        assert "non-responder" in table.caption  # the rule for missing scores
    (figure,) = figures
    assert LABEL in figure.alt
    assert all("{" not in str(value) for value in numbers.values())
    assert len(tables) == (2 if len(page.study.arms) == 1 else 3)


def expected_of(folder, weeks, window_days, **choices):
    """Status and rule of every analysed patient by arm label, by the slow computation."""
    slow = Endpoint(kind="at week", window=Fraction(window_days, 7), week=weeks[-1], **choices)
    patients = slow_patients(folder, weeks, window_days=window_days, worse=confirmed_definition)
    rows = read_csv(folder / "synthetic_patients.csv")
    arms = {row["patient_id"]: row["arm"] for row in rows}
    found = {arm: [] for arm in dict.fromkeys(arms.values())}
    for name, patient in patients.items():
        found[arms[name]].append(Slow(slow, patient).status())
    return found


CASES = {
    "example": ((0, 4, 12, 24), 7, {"active": "Active treatment", "placebo": "Placebo"}),
    "dated": ((0, 2, 8, 16), 4, {"low": "Low", "high": "High", "control": "Control"}),
}


@pytest.mark.parametrize("name", CASES)
def test_counts_add_up_in_every_arm_and_equal_the_slow_ones(tmp_path, name):
    weeks, window_days, labels = CASES[name]
    folder = STUDIES[name](tmp_path / name)
    choices = {"intercurrent": "treatment policy", "missing": "non-responder", "threshold": 40}
    expected = expected_of(folder, weeks, window_days, **choices)
    page = page_of(folder)
    rows = page.counts().frame.to_dict("records")
    *decided, total = rows
    for arm, label in labels.items():
        column = f"{label} (N={len(expected[arm])})"
        assert sum(row[column] for row in decided) == total[column] == len(expected[arm])
        counts = Counter()
        for row in decided:
            rule = row["Decided by"].removesuffix(", counted as non-responder")
            counts[row["Status"], rule] += row[column]
        assert +counts == Counter(expected[arm])
    responders = {row["Arm"]: row for row in page.responders().frame.to_dict("records")}
    for arm, label in labels.items():
        count = sum(status == "responder" for status, _ in expected[arm])
        patients = len(expected[arm])
        low, high = proportion_interval(count, patients)
        cell = f"{100 * count / patients:.1f} ({100 * low:.1f} to {100 * high:.1f})"
        assert responders[label] == {
            "Arm": label,
            "N": patients,
            "Responders of n": f"{count} of {patients}",
            "% (95% CI)": cell,
        }
        assert (
            f"In the arm {label}, {count} of {patients} patients responded"
            in (page.numbers()["results"])
        )


def test_open_counts_are_ranges_in_every_table_and_two_rows_of_the_figure(tmp_path):
    made = make_study(37, ("low", "control"), (0, 2, 8), seed=5, missed=0.2, missing=0.1)
    folder = write(tmp_path, made, ('missing = "non-responder"', 'missing = "bounds"'))
    choices = {"intercurrent": "treatment policy", "missing": "bounds", "threshold": 40}
    expected = expected_of(folder, (0, 2, 8), 4, **choices)
    page = page_of(folder)
    counts = {arm: Counter(status for status, _ in each) for arm, each in expected.items()}
    cells = {
        arm: f"{count['responder']} to {count['responder'] + count['unknown']} of {count.total()}"
        for arm, count in counts.items()
    }
    assert list(page.responders().frame["Responders of n"]) == [cells["low"], cells["control"]]
    (comparison,) = page.comparisons()
    pair = f"Low ({cells['low']} against {cells['control']})"
    assert list(comparison.frame.columns) == ["Against Control", pair]
    assert "Ranges go from no responder to only responders" in comparison.caption
    (figure,) = page.forest()
    assert " responded. Patients, % (95% confidence interval)" in figure.alt
    assert "4 rows" in figure.alt
    assert "Low, if all of them did" in figure.alt


def test_every_choice_of_the_comparison_is_in_its_caption(tmp_path):
    plan = (
        'difference = "miettinen-nurminen"\nratio = "log"\nproportion_test = "boschloo"\n'
        'interval = "wilson"\nconfidence_level = 0.9\np_decimals = 4\n'
    )
    made = make_study(30, ("a", "b", "c"), seed=2)
    page = page_of(write(tmp_path, made, ("[analysis]\n", f"[analysis]\n{plan}")))
    (comparison,) = page.comparisons()
    for words in (
        "Each arm against C",
        "Miettinen-Nurminen interval",
        "(log interval)",
        "conditional maximum likelihood estimate, exact interval",
        "Boschloo's test",
        "Confidence level 90%",
        "not adjusted for multiplicity",
    ):
        assert words in comparison.caption
    assert "Wilson, confidence level 90%" in page.responders().caption
    assert "(90% CI)" in str(page.responders().frame.columns)
    last = comparison.frame.to_dict("records")[-1]
    assert last["Against C"] == "P, two-sided"
    assert re.fullmatch(r"<?\d\.\d{4}", last[comparison.frame.columns[1]])


def test_one_comparison_says_nothing_of_multiplicity():
    (comparison,) = page_of("example").comparisons()
    assert "multiplicity" not in comparison.caption


def test_every_test_and_interval_has_words():
    assert set(TEST_TITLES) == set(PROPORTION_TESTS)
    assert set(RATIO_METHODS) == {"miettinen-nurminen", "log"}


def test_a_study_of_one_arm_has_no_comparison(tmp_path):
    page = page_of(STUDIES["single arm"](tmp_path / "single"))
    assert page.comparisons() == []
    words = page.numbers()["comparison"]
    assert words == "The study has one arm, so that there is no arm to compare it with."
    assert "log-rank" not in Scores(page.cohort).numbers()["time_note"]


def test_a_report_says_what_is_not_adjusted_and_where_the_data_for_a_model_are(tmp_path):
    folder = STUDIES["example"](tmp_path / "example")
    words = page_of(folder).numbers()["comparison"]
    assert "adjusted neither for baseline values nor for strata or sites" in words
    data = StudyData.read(folder)
    datasets = study_datasets(data).tables
    for name, variables in {"ADSL": ("TRT01P", "ENDPFL", "AGE"), "ADTIS": ("BASE",)}.items():
        assert name in words
        assert set(variables) <= set(datasets[name])
    note = Scores(str(folder)).numbers()["time_note"]
    assert note.endswith(" such as a log-rank test or Gray's test.")


def test_single_patients_and_empty_arms_have_sentences(tmp_path):
    numbers = page_of(STUDIES["bare"](tmp_path / "bare")).numbers()
    assert "a single patient (One, Two, Three)" in numbers["results"]
    assert "In the arm Four, no patient was analysed." in numbers["results"]
    assert "No patient of Four is in the denominator" in numbers["comparison"]


def test_an_empty_arm_is_not_compared(tmp_path):
    made = make_study(8, ("a", "b", "c"), seed=2)
    for row in made.patients:
        row["arm"] = "c" if row["arm"] == "a" else row["arm"]
    page = page_of(made.write(tmp_path))
    assert "A is not compared" in page.numbers()["comparison"]
    (comparison,) = page.comparisons()
    column = next(name for name in comparison.frame if str(name).startswith("A "))
    assert set(comparison.frame[column]) == {"not defined"}


def test_nobody_responded(tmp_path):
    made = make_study(12, seed=2)
    changes = ("threshold = 40", "threshold = 100")
    page = page_of(
        write(tmp_path, made, changes, ("[analysis]\n", '[analysis]\ninterval = "wald"\n'))
    )
    numbers = page.numbers()
    assert "Nobody was counted as a responder." in numbers["results"]
    assert "An interval without width comes from the method (Wald)" in numbers["results"]
    assert "ratio (Miettinen-Nurminen) is not defined where neither arm" in numbers["comparison"]
    assert "odds ratio is not defined where nobody responded" in numbers["comparison"]
    (comparison,) = page.comparisons()
    cells = dict(comparison.frame.to_numpy().tolist())
    assert cells["Ratio (95% CI)"] == cells["Odds ratio (95% CI)"] == "not defined"
    assert cells["Difference, percentage points (95% CI)"].startswith("0.0 (−")


def test_an_interval_that_the_figure_alone_shows_without_width_is_said_to_be_in_it(tmp_path):
    """Limits of a range are its outermost: with 0 to 2 of 6 responders they have width."""
    wald = ("[analysis]\n", '[analysis]\ninterval = "wald"\n')
    bounds = ('missing = "non-responder"', 'missing = "bounds"')
    made = make_study(6, ("only",), seed=2)
    last = max(row["week"] for row in made.visits)
    made.visits = [
        row
        for row in made.visits
        if row["week"] != last or row["patient_id"] not in ("P001", "P004")
    ]
    page = page_of(write(tmp_path, made, ("threshold = 40", "threshold = 100"), bounds, wald))
    (row,) = page.responders().frame.to_dict("records")
    assert row["Responders of n"] == "0 to 2 of 6"
    said = page.numbers()["results"]
    assert "(0.0 to 33.3%; 95% confidence interval 0.0 to 71.1%)" in said
    assert " In the figure, an interval without width comes from the method (Wald)" in said
    assert " An interval without width" not in said


def test_everybody_responded(tmp_path):
    made = make_study(6, ("only",), seed=2)
    best = ('missing = "non-responder"', 'missing = "best case"')
    page = page_of(write(tmp_path, made, ("threshold = 40", "threshold = 1"), best))
    assert list(page.responders().frame["Responders of n"]) == ["6 of 6"]
    assert "Every patient in a denominator was counted as a responder." in page.numbers()["results"]


def test_that_all_may_have_responded_is_not_that_all_did(tmp_path):
    made = make_study(6, ("only",), seed=2, missing=0, missed=0)
    made.visits = [  # of one patient it is not known
        row for row in made.visits if row["patient_id"] != "P001" or row["week"] < 24
    ]
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    bounds = ('missing = "non-responder"', 'missing = "bounds"')
    page = page_of(write(tmp_path, made, ("threshold = 40", "threshold = 1"), bounds))
    assert list(page.responders().frame["Responders of n"]) == ["5 to 6 of 6"]
    assert "was counted as a responder" not in page.numbers()["results"]


def test_patients_in_no_denominator_are_counted(tmp_path):
    made = make_study(30, seed=5, missed=0.3)
    changes = ('missing = "non-responder"', 'missing = "unknown"\nintercurrent = "hypothetical"')
    page = page_of(write(tmp_path, made, changes))
    rows = page.counts().frame.to_dict("records")
    left_out = sum(row["All (N=30)"] for row in rows if row["Status"] in ("unknown", "excluded"))
    assert left_out > 1
    assert (
        f"Of the 30 analysed patients, {left_out} are in no denominator."
        in (page.numbers()["counted"])
    )


def test_where_nobody_is_in_a_denominator_there_is_no_figure(tmp_path):
    made = make_study(4, ("only",), seed=2)
    made.visits = [visit for visit in made.visits if visit["week"] == 0]
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    page = page_of(write(tmp_path, made, ('missing = "non-responder"', 'missing = "unknown"')))
    assert page.forest() == []
    assert "no patient is in the denominator" in page.numbers()["results"]
    assert page.responders().frame.iloc[0]["% (95% CI)"] == "not defined"


def test_measures_that_were_not_used_leave_deterioration_open(tmp_path):
    made = make_study(12, seed=2, missing=0)
    for visit in made.visits:
        for measure in ("patient_global", "haq", "extramuscular"):
            del visit[measure]
    used = '"patient_global", "mmt", "haq", "extramuscular"'.replace('"', "'")
    changes = (
        (used, "'mmt'"),
        ('missing = "non-responder"', 'missing = "bounds"\nwithout_confirmed_deterioration = true'),
    )
    page = page_of(write(tmp_path, made, *changes))
    rows = page.counts().frame.to_dict("records")
    assert sum(row["All (N=12)"] for row in rows[:-1]) == 12
    assert "unknown" in {row["Status"] for row in rows}
    improved = ('criterion = "imacs improvement"\nmissing = "bounds"', 'missing = "bounds"')
    page = page_of(write(tmp_path / "improved", made, tuple(reversed(improved))))
    assert "unknown" in set(page.counts().frame["Status"])


def test_a_large_study_counts_everybody(tmp_path):
    made = make_study(300, seed=9, missed=0.1, missing=0.05)
    page = page_of(write(tmp_path, made, ('missing = "non-responder"', 'missing = "bounds"')))
    rows = page.counts().frame.to_dict("records")
    assert sum(row["All (N=300)"] for row in rows[:-1]) == 300
    assert len(page.comparisons()) == 1


def test_four_groups_are_named_one_by_one_and_five_are_not():
    shares = {name: (at / 10, at / 10) for at, name in enumerate("abcde")}
    named = list_shares(dict(list(shares.items())[:4]))
    assert named == "0% (a), 10% (b), 20% (c) and 30% (d)"
    assert list_shares(shares) == "between 0% and 40% (5 groups)"
