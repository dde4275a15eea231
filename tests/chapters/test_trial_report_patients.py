"""First page, patients and listings of a trial's report, against plain loops over the files."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_study import slow_category, slow_scores
from tests.trial.studies import make_study, read_csv
from tisstats.book.pages.items import item_html
from tisstats.chapters.trial_report.disposition import NOT_RECORDED
from tisstats.chapters.trial_report.listings import LONGEST_OPEN, Listings
from tisstats.chapters.trial_report.patients import Patients, baseline_cell
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.sensitivity import Sensitivity
from tisstats.chapters.trial_report.summary import Summary
from tisstats.trial.baseline_table import CountSummary, QuartileSummary

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")


@pytest.fixture
def study(tmp_path):
    """Write a study by its name, and return its folder."""
    return lambda name: STUDIES[name](tmp_path / name)


def by_first(table):
    """The rows of a table by their first cell."""
    first, *_ = table.frame.columns
    return {row[first]: row for row in table.frame.to_dict("records")}


def rounded(value, decimals=0):
    """Round half up, as a text."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def percent(count, of):
    return f"{count} ({rounded(Fraction(100 * count, of))})"


def items(folder):
    """Everything that the three pages show."""
    chapter, listings = Patients(str(folder)), Listings(str(folder))
    first = Summary(str(folder))
    tables = [chapter.disposition(), *chapter.baseline_tables(), *listings.tables()]
    return [*tables, first.design(), first.disposition(), first.notice(), chapter.diagram()]


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize("name", STUDIES)
def test_every_page_can_be_made_and_every_table_names_the_origin_of_its_rows(study, name):
    *tables, notice, figure = items(study(name))
    for table in tables:
        assert "Synthetic patients: not real patients" in table.caption
        assert not re.search(r"\b(nan|None|NaT)\b|_", table.frame.to_string()), table.caption
        assert item_html(table)
    assert notice.title == "Synthetic patients: not real patients"
    assert " participants were analysed; " in figure.alt.partition(". ")[0]


def test_observed_patients_are_called_so(tmp_path):
    made = make_study(5, seed=2)
    made.description = made.description.replace('"synthetic"', '"observed"').replace(
        "synthetic_", "own_"
    )
    folder = tmp_path / "mine"
    made.write(folder)
    for path in folder.glob("synthetic_*.csv"):
        text = path.read_text(encoding="utf-8").replace("synthetic", "observed")
        (folder / path.name.replace("synthetic", "own")).write_text(text, encoding="utf-8")
        path.unlink()
    for item in items(folder):
        words = str(getattr(item, "caption", getattr(item, "title", "")))
        assert "ynthetic" not in words
        assert "Observed patients" in words or not words


def test_disposition_of_the_dated_study_by_a_plain_loop(study):
    folder = study("dated")
    rows = by_first(Patients(str(folder)).disposition())
    patients = read_csv(folder / "synthetic_patients.csv")
    for arm in ("low", "high", "control"):
        mine = [row for row in patients if row["arm"] == arm]
        kept = [row for row in mine if row["analysed"] == "true"]
        column = f"{arm.capitalize()} (N={len(kept)})"
        completed = sum(row["end_reason"] == "completed" for row in kept)
        withdrawn = sum(row["end_reason"] == "withdrawal" for row in kept)
        assert rows["In the table of patients"][column] == str(len(mine))
        assert rows["Not analysed"][column] == str(len(mine) - len(kept))
        assert rows["Analysed"][column] == f"{len(kept)} (100)"
        assert rows["Completed the study"][column] == percent(completed, len(kept))
        assert rows["Did not complete the study"][column] == percent(
            len(kept) - completed, len(kept)
        )
        assert rows["Did not complete: withdrawal"][column] == percent(withdrawn, len(kept))
    everybody = sum(row["analysed"] == "true" for row in patients)
    assert rows["Analysed"][f"All (N={everybody})"] == f"{everybody} (100)"


def test_an_arm_called_all_is_not_taken_for_all_arms(tmp_path):
    """Not even where all analysed patients are in it, so that both have the same N."""
    made = make_study(8, ("all", "placebo"), seed=3)
    for row in made.patients:
        row["analysed"] = "true" if row["arm"] == "all" else "false"
    folder = str(made.write(tmp_path / "whole"))
    chapter = Patients(folder)
    for table in (chapter.disposition(), Summary(folder).disposition()):
        row = by_first(table)["In the table of patients"]
        assert list(row.values())[1:] == ["4", "4", "8"]
    for table in (*chapter.baseline_tables(), PrimaryEndpoint(folder).counts()):
        assert list(table.frame)[2:] == ["All (N=4)", "Placebo (N=0)", "All arms (N=4)"]
    for row in made.patients:
        row["analysed"] = "true"
    rows = by_first(Patients(str(made.write(tmp_path / "parts"))).table1())
    assert list(rows["Sex: male"])[2:] == ["All (N=4)", "Placebo (N=4)", "All arms (N=8)"]
    for arm, column in (("all", "All (N=4)"), ("placebo", "Placebo (N=4)")):
        men = sum(row["arm"] == arm and row["sex"] == "male" for row in made.patients)
        assert rows["Sex: male"][column] == percent(men, 4)


def test_what_the_tables_do_not_have_is_not_recorded(study):
    rows = by_first(Patients(str(study("bare"))).disposition())
    for stage in (
        "Treated",
        "Completed the study",
        "Did not complete the study",
        "Received rescue medication",
    ):
        assert set(rows[stage].values()) - {stage} == {NOT_RECORDED}
    numbers = Patients(str(study("example"))).numbers()
    assert "no table of treatments" not in numbers["treatments"]


def test_prose_says_what_is_not_recorded(study):
    folder = str(study("bare"))
    numbers = Patients(folder).numbers()
    assert "completion is not recorded" in numbers["ends"]
    assert "no table of treatments" in numbers["treatments"]
    assert "names no baseline characteristics" in numbers["characteristics"]
    assert "is not recorded" in Summary(folder).numbers()["bottom_line"]
    absent = Listings(folder).numbers()["missing_tables"]
    assert absent == "The study has no table of treatments and none of adverse events."


@pytest.mark.parametrize("name", ["example", "dated", "single arm"])
def test_table1_by_a_plain_loop(study, name):
    folder = study(name)
    page = Patients(str(folder))
    rows = by_first(page.table1())
    patients = [
        row
        for row in read_csv(folder / "synthetic_patients.csv")
        if row.get("analysed", "true") == "true"
    ]
    groups = {
        label: [row for row in patients if row["arm"] == arm]
        for arm, label in page.study.arms.items()
    }
    if len(groups) > 1:
        groups["All"] = patients
    assert len(page.table1().frame.columns) == 2 + len(groups)
    for label, mine in groups.items():
        column = f"{label} (N={len(mine)})"
        q1, median, q3 = statistics.quantiles(
            [Fraction(row["age"]) for row in mine], n=4, method="inclusive"
        )
        assert rows["Age, years"][column] == f"{rounded(median)} ({rounded(q1)}–{rounded(q3)})"
        female = sum(row["sex"] == "female" for row in mine)
        assert rows["Sex: female"][column] == percent(female, len(mine))
        if name != "example":
            cells = [row["dysphagia"] for row in mine]
            yes, unknown = cells.count("true"), cells.count("")
            known = len(cells) - unknown
            share = rounded(Fraction(100 * yes, known))
            expected = f"{yes} of {known} ({share}), {unknown} unknown"
            assert rows["Dysphagia"][column] == (expected if unknown else percent(yes, known))
    assert rows["Age, years"]["n"] == str(len(patients))
    if name != "example":
        assert rows["Dysphagia"]["n"] == str(sum(row["dysphagia"] != "" for row in patients))


def test_captions_state_the_choices(study):
    page = Patients(str(study("dated")))
    caption = page.table1().caption
    assert "median (first to third quartile) or n (%)" in caption
    assert "definition 7, interpolated at position" in caption
    assert "at most 4 days away" in page.measures().caption


CELLS = [
    (CountSummary(0, 0, 0), "–"),
    (CountSummary(3, 0, 0), "unknown"),
    (CountSummary(8, 8, 5), "5 (63)"),
    (CountSummary(8, 7, 0), "0 of 7 (0), 1 unknown"),
    (QuartileSummary(0, 0, None, None, None), "–"),
    (QuartileSummary(2, 0, None, None, None), "unknown"),
    (QuartileSummary(2, 1, Fraction(81, 2), None, None), "40.5, 1 unknown"),
    (QuartileSummary(4, 4, Fraction(5, 4), Fraction(1), Fraction(3, 2)), "1.3 (1.0–1.5)"),
    (QuartileSummary(4, 4, Fraction(5, 4), Fraction(1), None), "1.3 (1.0–NA)"),
]


@pytest.mark.parametrize(("summary", "shown"), CELLS)
def test_cells_of_table1(summary, shown):
    assert baseline_cell(summary, 1) == shown


def test_the_design_says_every_choice_of_the_endpoint(tmp_path):
    made = make_study(8, ("a", "b", "c"), (0, 4, 12.5, 24), seed=1, changes="without_rescue = true")
    made.description = (
        made.description.replace('kind = "at week"', 'kind = "confirmed"')
        .replace("window_days = 4", 'window_days = 1\nunscheduled = "drop"')
        .replace('missing = "non-responder"', 'missing = "bounds"\nintercurrent = "composite"')
    )
    rows = by_first(Summary(str(made.write(tmp_path / "study"))).design())
    shown = {item: row["Description"] for item, row in rows.items()}
    assert shown["Question"].endswith("how do the arms differ from C?")
    assert shown["Arms"] == "A (n=3); B (n=3); C (n=2, reference)"
    assert shown["Scheduled weeks"] == "0 (baseline), 4, 12.5, 24"
    assert shown["Visit of a scheduled week"].endswith(
        "at most 1 day away, of those with most of what a score needs; other visits are left out"
    )
    assert shown["Primary endpoint"] == (
        "Total Improvement Score of at least 40 at two consecutive visits up to week 24, without "
        "rescue medication"
    )
    assert shown["Rescue medication and early stops"].startswith("composite: ")
    assert shown["Response left open by missing data"].startswith("bounds: ")


def test_a_single_arm_has_no_reference_and_children_have_their_categories(study):
    rows = by_first(Summary(str(study("single arm"))).design())
    assert rows["Question"]["Description"] == "How many patients respond?"
    assert rows["Arms"]["Description"] == "Open (n=12)"
    assert "at least 30 is minimal, 45 moderate, 70 major" in rows["Population"]["Description"]


def test_the_bottom_line_of_the_example(study):
    line = Summary(str(study("example"))).numbers()["bottom_line"]
    assert line == (
        "12 of the 12 patients in the table were analysed: 6 in the arm Active treatment and 6 in "
        "the arm Placebo. Of those analysed, 10 completed the study, and 2 did not. 10 "
        "patients had a visit at week 24, and 9 of these a known score."
    )


@pytest.mark.parametrize(("name", "window"), [("example", 7), ("dated", 4)])
def test_the_primary_result_has_the_responders_of_a_slow_computation(study, name, window):
    """The endpoint of both is the score at a week; open scores are taken as no response."""
    folder = study(name)
    page = Summary(str(folder))
    plan = page.study.endpoint
    assert (plan.kind, plan.missing, plan.intercurrent) == (
        "at week",
        "non-responder",
        "treatment policy",
    )
    scores = slow_scores(folder, 150, [int(week) for week in page.study.visits.weeks], window)
    sentences = page.numbers()["results"]
    for arm, label in page.study.arms.items():
        mine = [
            row["patient_id"]
            for row in read_csv(folder / "synthetic_patients.csv")
            if row["arm"] == arm and row.get("analysed", "true") == "true"
        ]
        responders = sum(
            (scores[patient].get(plan.week) or (0, 0))[0] >= plan.threshold for patient in mine
        )
        expected = f"In the arm {label}, {responders} of {len(mine)} patients responded"
        assert expected in sentences


@pytest.mark.parametrize(("name", "mmt_max", "window"), [("dated", 150, 4), ("single arm", 80, 4)])
def test_listed_scores_are_those_of_a_slow_computation(study, name, mmt_max, window):
    folder = study(name)
    page = Listings(str(folder))
    population = page.study.study.population
    weeks = page.study.visits.weeks
    _, visits, *_ = page.tables()
    scores = slow_scores(folder, mmt_max, [int(week) for week in weeks], window)
    kept = [
        row["patient_id"]
        for row in read_csv(folder / "synthetic_patients.csv")
        if row.get("analysed", "true") == "true"
    ]
    assert list(visits.frame["Patient"]) == kept
    for patient, row in by_first(visits).items():
        for week in weeks[1:]:
            if week not in scores[patient]:
                expected = "no visit"
            elif scores[patient][week] is None:
                expected = "no score, response unknown"
            else:
                low, high = scores[patient][week]
                same = {slow_category(each, population) for each in (low, high)}
                category = same.pop() if len(same) == 1 else "response unknown"
                shown = f"{float(low):g}" if low == high else f"{float(low):g} to {float(high):g}"
                expected = f"{shown}, {category}"
            assert row[f"Week {week:g}"] == expected, (patient, week)


def test_visits_between_scheduled_weeks_are_listed_with_their_week(tmp_path):
    made = make_study(2, seed=1, missing=0, missed=0)
    first = made.patients[0]["patient_id"]
    template = next(row for row in made.visits if row["week"] == 4)
    made.visits.append({**template, "patient_id": first, "week": 9.5})
    _, visits, *_ = Listings(str(made.write(tmp_path / "study"))).tables()
    others = dict(zip(visits.frame["Patient"], visits.frame["Other visits"], strict=True))
    assert re.fullmatch(r"week 9\.5: \d+(\.5)?( to \d+(\.5)?)?, [\w ]+", others.pop(first))
    assert set(others.values()) == {"none"}


def test_listed_patients_treatments_and_events(study):
    patients, _, treatments, events = Listings(str(study("example"))).tables()
    rows = by_first(patients)
    ended = "did not complete: rescue medication, treatment stopped in week 12"
    assert rows["E-04"]["End"] == ended
    assert rows["E-04"]["First rescue medication, week"] == "12"
    assert (rows["E-01"]["End"], rows["E-01"]["Last visit, week"]) == ("completed", "24")
    given = {(r["Patient"], r["Treatment"]): r for r in treatments.frame.to_dict("records")}
    assert given["E-07", "study treatment"]["Weeks (dose)"] == "0 (2), 4 (2)"
    assert given["E-04", "rescue"]["Weeks (dose)"] == "12"
    assert len(given) == 13
    assert events.frame["Event"].tolist().count("headache") == 3
    assert events.frame["Serious"].tolist().count("yes") == 2


def test_dates_of_the_files_are_listed_with_their_weeks(tmp_path):
    made = make_study(4, seed=4, missing=0, missed=0, with_dates=True)
    starts = [dt.date.fromisoformat(row["first_dose_date"]) for row in made.patients]

    def on(number, days):
        return starts[number] + dt.timedelta(days=days)

    ends = [("completed", 168, ""), ("withdrawal", 60, 80), ("death", "", 90), ("ongoing", "", "")]
    for number, (reason, stop, death) in enumerate(ends):
        dates = {"stop_date": stop, "death_date": death}
        dates = {name: on(number, days) if days else "" for name, days in dates.items()}
        made.patients[number] |= {"end_reason": reason, "stop_week": "", **dates}
        name = made.patients[number]["patient_id"]
        visits = [row for row in made.visits if row["patient_id"] == name]
        if number in (1, 2):
            made.visits = [row for row in made.visits if row not in visits[2:]]
    made.treatments[1:] = [
        {**made.treatments[0], "date": on(0, 14), "dose": 3},
        {**made.treatments[1], "date": on(1, 50), "treatment": "rescue", "dose": ""},
        {**made.treatments[1], "date": on(1, 45), "treatment": "rescue", "dose": ""},
    ]
    event = {"event": "rash", "serious": "false", "treatment_related": "no", "origin": "synthetic"}
    made.adverse_events = [
        {"patient_id": "P001", "date": each, **event} for each in (on(0, 10), "")
    ]
    patients, _, treatments, events = Listings(str(made.write(tmp_path / "study"))).tables()
    rows = by_first(patients)
    assert [rows[f"P00{number}"]["End"] for number in (1, 2, 3, 4)] == [
        "completed",
        f"did not complete: withdrawal, treatment stopped in week 8.6 on {on(1, 60)}, died in week "
        f"11.4 on {on(1, 80)}",
        f"did not complete: death in week 12.9 on {on(2, 90)}",
        "ongoing",
    ]
    last = next(row["date"] for row in reversed(made.visits) if row["patient_id"] == "P001")
    assert rows["P001"]["Last visit, week"] == f"24 on {last}"
    assert rows["P002"]["First rescue medication, week"] == f"6.4 on {on(1, 45)}"
    given = treatments.frame.set_index(["Patient", "Treatment"])["Weeks (dose)"]
    assert given["P001", "study treatment"] == f"0 on {on(0, 0)} (2), 2 on {on(0, 14)} (3)"
    assert given["P002", "rescue"] == f"6.4 on {on(1, 45)}, 7.1 on {on(1, 50)}"
    assert "weeks in which each was given, each week with its date, with" in treatments.caption
    assert events.frame["Week"].tolist() == [f"1.4 on {on(0, 10)}", NOT_RECORDED]


def test_a_week_of_a_stop_beside_dates_of_others_has_none(tmp_path):
    made = make_study(2, seed=4, missing=0, missed=0, with_dates=True)
    start = dt.date.fromisoformat(made.patients[1]["first_dose_date"])
    days = start + dt.timedelta(days=60)
    for row, week, date in zip(made.patients, (5, ""), ("", days), strict=True):
        row |= {"end_reason": "withdrawal", "stop_week": week, "stop_date": date}
    made.treatments, made.adverse_events = made.treatments[:1], []
    made.description = re.sub("adverse_events = .*", "", made.description)
    ends = Listings(str(made.write(tmp_path)))._patients().frame["End"].tolist()
    said = "did not complete: withdrawal, treatment stopped in week "
    assert ends == [f"{said}5", f"{said}8.6 on {days}"]


def test_treatments_without_doses_are_listed_by_week(tmp_path):
    made = make_study(2, seed=1)
    made.treatments = [{k: v for k, v in row.items() if k != "dose"} for row in made.treatments]
    tables = Listings(str(made.write(tmp_path / "study"))).tables()
    assert set(tables[2].frame["Weeks (dose)"]) == {"0"}


def test_a_patient_without_visits_is_listed_and_counted_but_not_analysed(tmp_path):
    made = make_study(4, seed=1)
    gone = made.patients[1]["patient_id"]
    for row in made.patients:
        row["analysed"] = "false" if row["patient_id"] == gone else "true"
    for name in ("visits", "treatments", "adverse_events"):
        setattr(made, name, [r for r in getattr(made, name) if r["patient_id"] != gone])
    folder = str(made.write(tmp_path / "study"))
    patients, visits, *_ = Listings(folder).tables()
    row = by_first(patients)[gone]
    assert (row["Analysed"], row["Last visit, week"]) == ("no", "no visit")
    assert gone not in set(visits.frame["Patient"])
    rows = by_first(Patients(folder).disposition())
    assert rows["With a baseline visit"]["Control (N=1)"] == "1"
    assert rows["Not analysed"]["Control (N=1)"] == "1"
    assert "1 was not; why not is not recorded" in Patients(folder).numbers()["analysed"]


def test_what_a_study_does_not_record_is_not_listed(study):
    tables = Listings(str(study("bare"))).tables()
    assert len(tables) == 2
    assert set(tables[0].frame["End"]) == {NOT_RECORDED}
    assert set(tables[0].frame["First rescue medication, week"]) == {NOT_RECORDED}


def test_long_listings_are_folded(tmp_path):
    short = Listings(str(make_study(LONGEST_OPEN, seed=1).write(tmp_path / "short"))).tables()
    long = Listings(str(make_study(LONGEST_OPEN + 1, seed=1).write(tmp_path / "long"))).tables()
    assert [each.collapsed for each in short[:2]] == [False, False]
    assert [each.collapsed for each in long[:2]] == [True, True]


def test_patients_are_listed_in_the_natural_order_of_their_names(tmp_path):
    made = make_study(11, seed=1)
    for table in (made.patients, made.visits, made.treatments, made.adverse_events):
        for row in table:
            row["patient_id"] = f"P{int(str(row['patient_id'])[1:])}"
    made.patients.reverse()
    page = Listings(str(made.write(tmp_path / "study")))
    assert list(page.arms) == [f"P{number}" for number in range(1, 12)]


def test_one_patient_is_spoken_of_as_one(tmp_path):
    """And of one arm, without what would be said of differences between arms."""
    made = make_study(1, ("active",), missing=0, missed=0, seed=4)
    event = {**made.visits[0], "week": 1, "event": "rash", "serious": "false"}
    made.adverse_events = [
        {name: event[name] for name in ("patient_id", "week", "event", "serious", "origin")}
    ]
    folder = made.write(tmp_path)
    found = Patients(str(folder)).numbers()
    assert found["analysed"] == "The table of patients has 1, who was analysed without exclusion."
    assert found["baseline_tests"] == ""
    events = Safety(str(folder)).numbers()["events_note"]
    assert events == "1 patient had 1 event, which was not serious."


def test_an_arm_without_patients_has_no_result(tmp_path):
    made = make_study(6, missing=0, missed=0, seed=4)
    made.description = made.description.replace("[arms]", '[arms]\nthird = "Third *"')
    page = Sensitivity(str(made.write(tmp_path)))
    assert "**Third \\* minus Control.** No combination has an estimate" in page.answers().text
    rows = page.conclusions_table().frame
    third = rows[rows["Comparison"] == "Third * minus Control"]
    assert set(third["Main analysis"]) == {"no result"}
    assert set(third["Depends on"]) == {"–"}
