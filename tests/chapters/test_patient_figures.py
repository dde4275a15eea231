"""Figures with a row per patient, in the book and in a trial's report, against plain loops."""

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.studies import make_study, read_csv
from tisstats.book.pages.items import item_html
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.primary_outcome import PrimaryOutcome
from tisstats.chapters.safety import Safety
from tisstats.chapters.secondary_outcomes import SecondaryOutcomes
from tisstats.chapters.trial_report.measures import Measures
from tisstats.chapters.trial_report.patients import Patients
from tisstats.chapters.trial_report.scores import Scores
from tisstats.measures import score_visits
from tisstats.measures.core_set import CORE_SET
from tisstats.trial.courses import Courses


@pytest.fixture(scope="module")
def analysis():
    return Safety(0.95, "clopper-pearson", "reference").analysis


@pytest.fixture(scope="module")
def by_subtype(analysis):
    return PatientFigures.by_group(analysis, "Synthetic patients")


def visits_of(analysis):
    """The visits of each patient, by patient, up to the horizon."""
    found = {}
    for visit in analysis.visits.to_dict("records"):
        if visit["week"] <= 9:
            found.setdefault(visit["patient_id"], []).append(visit)
    return found


def test_the_table_of_best_scores_is_what_a_loop_finds(analysis, by_subtype):
    table = by_subtype.best_table()
    rows = table.frame.set_index("Patient")
    subtypes = analysis.patients.set_index("patient_id")["subtype"]
    for patient, visits in visits_of(analysis).items():
        best = max(visit["tis"] for visit in visits[1:])
        level = ["none", "minimal", "moderate", "major"][(best >= 20) + (best >= 40) + (best >= 60)]
        assert rows.loc[patient, "Best score"] == f"{best:g}"
        assert rows.loc[patient, "Response"] == level
        assert rows.loc[patient, "Subtype"].lower().replace("/", "_") == subtypes[patient]
    assert len(rows) == 19
    # The groups stand together, in the order of Table 1.
    assert list(dict.fromkeys(rows["Subtype"])) == ["DM", "IMNM", "NM/OM", "ASS"]
    assert table.collapsed
    assert table.origin == "Synthetic patients"


#: The names of the measures where creatine kinase was the only enzyme.
NAMES = {name: rule.name for name, rule in CORE_SET.items()} | {"enzyme": "Creatine kinase"}


def test_the_table_of_improvements_is_that_of_the_score(analysis, by_subtype):
    rows = by_subtype.improvement_table().frame.set_index("Patient")
    limits = analysis.patients.set_index("patient_id")["ck_uln"]
    scored = score_visits(
        analysis.visits.drop(columns=["tis", "response"]).assign(
            limit=lambda visits: visits["patient_id"].map(limits)
        ),
        mmt_max=260,
        uln={"ck": "limit"},
    )
    for patient, visits in scored[scored["week"] <= 9].groupby("patient_id"):
        last = visits.iloc[-1]
        for name in CORE_SET:
            shown = float(rows.loc[patient, NAMES[name]].replace("−", "-"))
            assert shown == pytest.approx(last[f"{name}_percent"], abs=0.0501)
        assert rows.loc[patient, "Score"] == f"{last['tis']:g}"


def test_the_table_of_the_time_on_study_is_what_the_tables_say(analysis):
    page = Safety(0.95, "clopper-pearson", "reference")
    rows = page.time_on_study().frame.set_index("Patient")
    treatments = page.patient_data.trial.treatments.to_dict("records")
    ends = analysis.patients.set_index("patient_id")
    for patient, visits in visits_of(analysis).items():
        mine = [row for row in treatments if row["patient_id"] == patient]
        row = rows.loc[patient]
        given = sorted(each["week"] for each in mine if each["treatment"] == "ivig")
        rescue = [each["week"] for each in mine if each["treatment"] == "rescue"]
        reached = [visit["week"] for visit in visits[1:] if visit["tis"] >= 40]
        assert row["Visits"] == ", ".join(f"{visit['week']:g}" for visit in visits)
        assert row["Treatments"] == ", ".join(f"{week:g}" for week in given)
        assert row["First response"] == (f"{reached[0]:g}" if reached else "–")
        assert row["Rescue medication"] == (f"{min(rescue):g}" if rescue else "–")
        early = ends.loc[patient, "end_reason"] != "completed"
        assert row["Stopped early"] == (f"{ends.loc[patient, 'end_week']:g}" if early else "–")
        assert row["Last week"] == f"{ends.loc[patient, 'end_week']:g}"


def test_the_figures_follow_the_parameters_of_their_chapters():
    def primary(**changed):
        chosen = {"threshold": 40, "horizon_week": 9} | changed
        return PrimaryOutcome(
            **chosen,
            confidence_level=0.95,
            interval_method="wilson",
            include_excluded_patient=False,
            treated_response=0.8,
            control_response=0.4,
            target_power=0.8,
            cohort="reference",
        )

    usual, low = primary(), primary(threshold=20, horizon_week=3)
    assert ". 4 of 8 patients (DM), " in usual.waterfall().alt
    assert "reached 20 points. " in low.waterfall().alt
    assert "up to week 3" in low.best_scores().caption
    assert not low.best_scores().frame.equals(usual.best_scores().frame)
    secondary = SecondaryOutcomes(3, 0.95, "wilson", "spss", "reference")
    assert "the last visit up to week 3" in secondary.heat_map().alt
    assert "up to week 3" in secondary.improvements().caption


def report(folder):
    patients, scores, measures = Patients(folder), Scores(folder), Measures(folder)
    figures = [*patients.swimmer(), *scores.waterfall(), *measures.heat_map()]
    return figures, [*patients.time_on_study(), *scores.best_scores(), *measures.improvements()]


@pytest.mark.parametrize("name", ["dated", "single arm", "bare"])
def test_every_report_has_the_figures_with_their_tables(tmp_path, name):
    folder = str(STUDIES[name](tmp_path / name))
    figures, tables = report(folder)
    assert len(figures) == len(tables) == 3
    analysed = [
        row
        for row in read_csv(tmp_path / name / "synthetic_patients.csv")
        if row.get("analysed", "true") == "true"
    ]
    for figure, table in zip(figures, tables, strict=True):
        assert "Synthetic patients: not real patients" in figure.alt
        assert "Synthetic patients: not real patients" in table.caption
        assert len(table.frame) == len(analysed)
        assert not table.frame.astype(str).apply(lambda cells: cells.eq("nan")).any().any()
        assert item_html(table)


def test_a_report_without_listings_shows_no_single_patient(tmp_path):
    made = make_study(4, seed=1)
    made.description = made.description.replace("[arms]", "listings = false\n[arms]")
    folder = str(made.write(tmp_path / "study"))
    assert report(folder) == ([], [])
    said = "Individual patients are not shown, as the description of the study asks."
    for page in (Patients(folder), Scores(folder), Measures(folder)):
        assert page.numbers()["single_note"] == said


def test_a_subtype_that_is_described_makes_groups_within_the_arms(tmp_path):
    made = make_study(8, seed=1)
    made.description += '\nsubtype = { label = "Subtype", type = "category" }\n'
    head, _, files = made.description.partition("[files]")
    own, _, _ = files.partition("\nsubtype")
    made.description = f'{head}subtype = {{ label = "Subtype", type = "category" }}\n[files]{own}'
    for number, row in enumerate(made.patients):
        row["subtype"] = ("DM", "IMNM", "")[number % 3]
    scores = Scores(str(made.write(tmp_path / "study")))
    (table,) = scores.best_scores()
    labels = list(scores.study.arms.values())
    column = table.frame["Arm, Subtype"]
    assert {group.partition(", ")[2] for group in column} == {"DM", "IMNM", "not known"}
    arms = [group.partition(", ")[0] for group in column]
    assert list(dict.fromkeys(arms)) == labels
    assert "DM (n=" in scores.waterfall()[0].alt
    # One that is only exported is in no figure.
    made.description = made.description.replace(
        '"category" }\n[files]', '"category", table = false }\n[files]'
    )
    (table,) = Scores(str(made.write(tmp_path / "exported"))).best_scores()
    assert set(table.frame["Arm"]) == set(labels)


def test_what_is_missing_is_open_and_never_a_score(tmp_path):
    made = make_study(6, seed=4, missed=0.0)
    first, second, *_ = (row["patient_id"] for row in made.patients)
    made.visits = [
        row for row in made.visits if row["patient_id"] != first or float(row["week"]) == 0
    ]
    for row in made.visits:
        if row["patient_id"] == second and float(row["week"]) > 0:
            row["haq"] = ""
    folder = str(made.write(tmp_path / "study"))
    (scores,) = Scores(folder).best_scores()
    (changes,) = Measures(folder).improvements()
    (time,) = Patients(folder).time_on_study()
    best, change = scores.frame.set_index("Patient"), changes.frame.set_index("Patient")
    assert best.loc[first, "Best score"] == "0 to 100"
    assert best.loc[first, "Response"] == "none to major"
    assert set(change.loc[first, list(NAMES.values())]) == {"not known"}
    assert change.loc[first, "Score"] == change.loc[second, "Score"] == "open"
    assert change.loc[second, "Health Assessment Questionnaire"] == "not known"
    assert change.loc[second, "Manual muscle testing"] != "not known"
    assert time.frame.set_index("Patient").loc[first, "Visits"] == "0"


def test_patients_may_stand_together_without_groups(analysis):
    together = PatientFigures.together(analysis, "Observed patients")
    assert "Subtype" not in together.best_table().frame
    assert together.swimmer(Courses.of(analysis), 40).alt.startswith(
        "Observed patients. 7 of 19 patients stopped early. "
    )
