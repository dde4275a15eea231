"""Deaths on the pages of a report: no response after one, an event that competes, and a harm."""

import pytest

from tests.chapters.test_trial_report_early_ends import BAD, GOOD, C, study
from tisstats.chapters.trial_report.listings import Listings
from tisstats.chapters.trial_report.patients import Patients
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.scores import Scores
from tisstats.chapters.trial_report.sensitivity import Sensitivity
from tisstats.chapters.trial_report.summary import Summary
from tisstats.errors import DataError
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData

pytestmark = pytest.mark.usefixtures("read_once", "not_drawn")

#: A responds in week 4; B and D die in weeks 5 and 6 without a response.
VISITS = [("A", 0, BAD), ("A", 4, GOOD), ("A", 8, GOOD), *C]
VISITS += [(name, week, BAD) for name in "BD" for week in (0, 4)]
DEATHS = {"B": "5,death", "D": "6,death"}
#: Which deaths count as a failure of treatment by treatment policy.
UNLESS_OPEN = (
    "a death before the assessment, where visits before it do not leave open whether the endpoint "
    "was met"
)


def died(folder, **choices):
    return study(folder / "rows", VISITS, DEATHS, **choices)


@pytest.mark.parametrize("missing", ["bounds", "best case", "unknown", "non-responder"])
def test_no_rule_for_missing_scores_makes_a_responder_of_who_died(tmp_path, missing):
    at_week = [('kind = "best"', 'kind = "at week"')]
    page = PrimaryEndpoint(died(tmp_path, missing=missing, edits=at_week))
    counts = page.counts().frame.set_index("Decided by").iloc[:, 1]
    assert counts["death before the assessment"] == 2
    assert page.result.responders_low == page.result.responders_high == 1
    assert page.result.denominator == 4


def test_a_death_competes_with_a_response_by_treatment_policy(tmp_path):
    folder = died(tmp_path)
    page = Scores(folder)
    last = page.incidence().frame.iloc[-1]
    assert (last["Response"], last["Death"]) == ("1", "2")
    assert last["Incidence, %"] == "25.0"
    assert "Competing events: death." in page.rules
    ended = page.ends().frame.set_index("Ended by").iloc[:, 0]
    assert ended["death"] == "2 (50)"
    tables = study_datasets(StudyData.read(folder)).tables
    times = tables["ADTTE"].set_index("SUBJID")
    assert times.loc[["B", "D"], "CNSR"].tolist() == [4, 4]
    assert times.loc["B", "AVAL"] == pytest.approx(5)
    assert times.loc["B", "EVNTDESC"] == "No response before the death"
    flags = tables["ADSL"].set_index("SUBJID")["DTHFL"]
    assert flags.to_dict() == {"A": "", "B": "Y", "C": "", "D": "Y"}


def test_without_a_death_no_page_has_a_row_or_a_column_for_it(tmp_path):
    page = Scores(study(tmp_path / "rows", VISITS, {"B": "5,withdrawal", "D": "6,withdrawal"}))
    assert "Death" not in page.incidence().frame
    assert "death" not in page.ends().frame["Ended by"].tolist()
    assert "No event competes by this strategy." in page.rules


@pytest.mark.parametrize("strategy", ["composite", "hypothetical", "while on treatment"])
def test_what_a_death_is_by_other_strategies_is_said(tmp_path, strategy):
    page = Scores(died(tmp_path, intercurrent=strategy))
    assert ("Competing events: rescue medication, stopped early and death." in page.rules) == (
        strategy == "while on treatment"
    )
    assert ("of patients who died too" in page.censoring) == (strategy == "hypothetical")


def test_deaths_are_counted_among_harms_and_not_as_stops_for_an_event(tmp_path):
    page = Safety(died(tmp_path))
    rows = page.outcomes().frame.set_index("Outcome").iloc[:, 0]
    assert rows.index[0] == "Death"
    assert rows["Death"].startswith("2 (50)")
    apart = "Stopped early because of an adverse event, not counting deaths"
    assert rows[apart].startswith("0 (0)")
    assert ", nor does a death." in page.outcomes().caption
    assert page.numbers()["events_note"].endswith(" 2 patients died.")


def test_an_early_stop_is_ignored_by_one_level_and_a_death_by_none(tmp_path):
    levels = Sensitivity(died(tmp_path)).choices().frame
    handled = levels.loc[levels["Choice"] == "Handling of rescue and early stops", "Level"]
    assert "ignored, except deaths" in handled.tolist()


def test_an_event_after_the_last_visit_of_who_died_asks_for_the_week_of_the_death(tmp_path):
    folder = died(tmp_path)
    patients = tmp_path / "rows" / "synthetic_patients.csv"
    text = patients.read_text(encoding="utf-8").replace("B,a,5,death", "B,a,,death")
    patients.write_text(text, encoding="utf-8")
    events = tmp_path / "rows" / "synthetic_adverse_events.csv"
    events.write_text("patient_id,week,event,serious\nB,7,sepsis,true\n", encoding="utf-8")
    description = tmp_path / "rows" / "study.toml"
    named = '[files]\nadverse_events = "synthetic_adverse_events.csv"'
    text = description.read_text(encoding="utf-8")
    description.write_text(
        text if "adverse_events =" in text else text.replace("[files]", named), encoding="utf-8"
    )
    with pytest.raises(DataError, match="enter the week of the death as stop_week"):
        StudyData.read(folder)


def test_a_death_in_the_last_week_counts_where_nobody_saw_the_patient_then(tmp_path):
    ends = {"B": "8,death", "D": "6,death"}
    folder = study(tmp_path / "rows", VISITS, ends, edits=[('kind = "best"', 'kind = "at week"')])
    counts = PrimaryEndpoint(folder).counts().frame.set_index("Decided by").iloc[:, 1]
    assert counts["death before the assessment"] == 2
    assert Scores(folder).incidence().frame.iloc[-1]["Death"] == "2"


def test_a_worsening_that_a_death_is_counted_as_is_said_by_arm_and_in_times(tmp_path):
    worsening = [("threshold = 40", 'criterion = "imacs worsening"')]
    folder = died(tmp_path, edits=worsening)
    page = PrimaryEndpoint(folder)
    assert "2 of 4 patients were counted as worsened" in page.numbers()["results"]
    counts = page.counts().frame.set_index("Decided by").iloc[:, 1]
    assert counts["death before the assessment"] == 2
    times = Scores(folder)
    assert times.incidence().frame.iloc[-1]["Worsening"] == "2"
    assert "a death without a worsening before it counts as a worsening" in times.rules
    assert "A death that comes first counts as a worsening" in times.numbers()["time_note"]
    ended = times.ends().frame["Ended by"].tolist()
    assert "death, counted as worsening" in ended
    assert ended.count("worsening") == 1


def test_rescue_medication_after_a_death_is_refused(tmp_path):
    folder = died(tmp_path)
    given = tmp_path / "rows" / "synthetic_treatments.csv"
    given.write_text("patient_id,week,treatment\nB,7,rescue\n", encoding="utf-8")
    description = tmp_path / "rows" / "study.toml"
    text = description.read_text(encoding="utf-8")
    named = '[files]\ntreatments = "synthetic_treatments.csv"'
    description.write_text(text.replace("[files]", named), encoding="utf-8")
    with pytest.raises(DataError, match=r"row 2.*lies after the patient's death, in stop_week"):
        StudyData.read(folder)


def test_patients_whose_names_look_alike_are_remarked_on(tmp_path):
    visits = [*VISITS, ("a", 0, BAD)]
    data = StudyData.read(study(tmp_path / "rows", visits, DEATHS))
    assert any("patient_id 'a' differs only in" in remark for remark in data.remarks)


@pytest.mark.parametrize(
    ("strategy", "missing", "failed"),
    [
        (
            "treatment policy",
            "unknown",
            f"{UNLESS_OPEN}, counts",
        ),
        (
            "treatment policy",
            "worst case",
            f"{UNLESS_OPEN}, or a missing status counts",
        ),
        ("while on treatment", "unknown", "a death that leaves too few visits to assess counts"),
        ("composite", "non-responder", "an intercurrent event or a missing status counts"),
        ("hypothetical", "unknown", None),
    ],
)
def test_what_counts_as_worsened_is_said_by_strategy_and_rule(tmp_path, strategy, missing, failed):
    worsening = [("threshold = 40", 'criterion = "imacs worsening"')]
    folder = died(tmp_path, missing=missing, intercurrent=strategy, edits=worsening)
    said = PrimaryEndpoint(folder).numbers()["direction"]
    assert ("As a failure of treatment" in said) == (failed is not None)
    assert f"As a failure of treatment, {failed}" in said or failed is None


def test_without_a_death_none_is_said_to_count_as_worsened(tmp_path):
    worsening = [("threshold = 40", 'criterion = "imacs worsening"')]
    folder = study(tmp_path / "rows", VISITS, {"B": "5,withdrawal"}, "unknown", edits=worsening)
    said = PrimaryEndpoint(folder).numbers()["direction"]
    assert said.endswith("is better.")


@pytest.mark.parametrize("events", [None, "", "C,4,rash,false\n"])
@pytest.mark.parametrize(
    ("outside", "said"),
    [
        ("", " 2 patients died."),
        ("B", " 1 patient died, and 1 outside the analysis."),
        ("BD", " 2 patients outside the analysis died."),
    ],
)
def test_deaths_in_and_outside_the_analysis_are_told_apart(tmp_path, events, outside, said):
    folder = died(tmp_path)
    rows = tmp_path / "rows"
    patients = rows / "synthetic_patients.csv"
    head, *lines = patients.read_text(encoding="utf-8").splitlines()
    flagged = [f"{line},{str(line[0] not in outside).lower()}" for line in lines]
    patients.write_text("\n".join([f"{head},analysed", *flagged]), encoding="utf-8")
    if events is not None:
        table = rows / "synthetic_adverse_events.csv"
        table.write_text("patient_id,week,event,serious\n" + events, encoding="utf-8")
        text = (rows / "study.toml").read_text(encoding="utf-8")
        named = '[files]\nadverse_events = "synthetic_adverse_events.csv"'
        (rows / "study.toml").write_text(text.replace("[files]", named), encoding="utf-8")
    note = Safety(folder).numbers()["events_note"]
    first, _, rest = note.partition(".")
    assert rest == said
    assert first.startswith(
        "The study has no table" if events is None else "1 patient had" if events else "The table"
    )


def test_a_remark_on_a_death_without_an_event_needs_a_table_of_events(tmp_path):
    folder = died(tmp_path)
    without = [each for each in StudyData.read(folder).remarks if "serious adverse" in each]
    assert without == []
    rows = tmp_path / "rows"
    text = (rows / "study.toml").read_text(encoding="utf-8")
    named = '[files]\nadverse_events = "synthetic_adverse_events.csv"'
    (rows / "study.toml").write_text(text.replace("[files]", named), encoding="utf-8")
    table = rows / "synthetic_adverse_events.csv"
    table.write_text("patient_id,week,event,serious\nB,5,sepsis,true\n", encoding="utf-8")
    found = [each for each in StudyData.read(folder).remarks if "serious adverse" in each]
    assert len(found) == 1
    assert "1 patient who died has no serious adverse event: D" in found[0]


@pytest.mark.parametrize(
    ("unscheduled", "said"), [("keep", ", unscheduled ones"), ("drop", " that count")]
)
def test_which_visits_are_drawn_is_said(tmp_path, unscheduled, said):
    text = 'baseline = "week 0"'
    folder = died(tmp_path, edits=[(text, f'{text}\nunscheduled = "{unscheduled}"')])
    assert f"at all visits{said} and those after" in Scores(folder).numbers()["shown"]


@pytest.mark.parametrize(
    ("strategy", "reason", "counted"),
    [
        ("treatment policy", "withdrawal", False),
        ("composite", "withdrawal", True),
        ("while on treatment", "withdrawal", False),
    ],
)
def test_worsened_are_counted_as_such_only_where_a_rule_did(tmp_path, strategy, reason, counted):
    courses = {"A": (BAD, GOOD, GOOD), "B": (GOOD, BAD, BAD)}
    visits = [(name, 4 * at, each) for name in "AB" for at, each in enumerate(courses[name])]
    edits = [("threshold = 40", 'criterion = "imacs worsening"'), ('"best"', '"at week"')]
    ends = dict.fromkeys("AB", f"5,{reason}")
    folder = study(tmp_path / "rows", visits, ends, intercurrent=strategy, edits=edits)
    results = PrimaryEndpoint(folder).numbers()["results"]
    assert ("counted as worsened" in results) == counted


def test_patients_whose_names_look_alike_are_not_named_where_no_listings_are_wished(tmp_path):
    title = 'title = "Early ends"'
    visits = [*VISITS, ("a", 0, BAD)]
    folder = study(tmp_path / "rows", visits, DEATHS, edits=[(title, f"{title}\nlistings = false")])
    said = StudyData.read(folder).published_remarks
    assert "identifiers of patients look alike, and count as different patients" in said


@pytest.mark.parametrize("ends", ["5,death", ",death", "5,withdrawal", ",completed"])
def test_where_a_death_without_a_week_is_placed_is_said(tmp_path, ends):
    folder = study(tmp_path / "rows", VISITS, DEATHS | {"B": ends})
    said = PrimaryEndpoint(folder).numbers()["endpoint"]
    taken = "A death without a recorded week is taken to be in that of the last visit."
    assert (taken in said) == (ends == ",death")


@pytest.mark.parametrize("interval", ["wald", "wilson"])
def test_an_interval_of_a_harm_without_width_is_explained(tmp_path, interval):
    plan = "[analysis]\n"
    folder = died(tmp_path, edits=[(plan, f'{plan}interval = "{interval}"\n')])
    page = Safety(folder)
    cells = page.outcomes().frame.set_index("Outcome").iloc[:, 0]
    stopped = cells["Stopped early because of an adverse event, not counting deaths"]
    assert stopped.endswith("; 0.0 to 0.0") == (interval == "wald")
    note = page.numbers()["zero_note"]
    assert ("An interval without width comes from its method" in note) == (interval == "wald")


@pytest.mark.parametrize("difference", ["wald", "newcombe"])
def test_a_difference_of_harms_without_width_is_explained(tmp_path, difference):
    arms = [('a = "Active"', 'a = "Active"\nb = "Placebo"'),
            ("[study]", 'reference_arm = "b"\n[study]'),
            ("[analysis]\n", f'[analysis]\ndifference = "{difference}"\n')]  # fmt: skip
    folder = died(tmp_path, edits=arms)
    patients = tmp_path / "rows" / "synthetic_patients.csv"
    text = patients.read_text(encoding="utf-8").replace("B,a", "B,b").replace("C,a", "C,b")
    patients.write_text(text, encoding="utf-8")
    page = Safety(folder)
    cells = page.differences().frame.set_index("Outcome").iloc[:, 0]
    without = cells.str.contains(r"\(0\.0 to 0\.0\)").any()
    assert without == (difference == "wald")
    note = page.numbers()["zero_note"]
    assert ("An interval without width comes from its method" in note) == without


def died_later(folder, **choices):
    """B stops in week 4 for an adverse event and dies in week 6; D completed and dies in week 9."""
    written = died(folder, **choices)
    rows = folder / "rows" / "synthetic_patients.csv"
    ends = {"A": ",completed,", "B": "4,adverse_event,6", "C": ",completed,", "D": ",completed,9"}
    lines = [f"{name},a,{end}" for name, end in ends.items()]
    head = "patient_id,arm,stop_week,end_reason,death_week"
    rows.write_text("\n".join([head, *lines]), encoding="utf-8")
    return written


def test_a_stop_and_a_later_death_stand_on_the_pages_of_participants_and_harms(tmp_path):
    folder = died_later(tmp_path)
    flow = Patients(folder).disposition().frame.set_index("Stage").iloc[:, 0]
    assert flow["Completed the study"] == "3 (75)"
    assert flow["Did not complete: adverse event"] == "1 (25)"
    assert "Did not complete: death" not in flow
    page = Safety(folder)
    rows = page.outcomes().frame.set_index("Outcome").iloc[:, 0]
    assert rows["Death"].startswith("2 (50)")
    assert rows["Stopped early"].startswith("1 (25)")
    apart = "Stopped early because of an adverse event, not counting deaths"
    assert rows[apart].startswith("1 (25)")
    caption = page.outcomes().caption
    assert "; a patient who stopped early for another reason and died has both outcomes." in caption
    assert "up to the latest of each patient's last visit, early stop and death" in caption
    assert page.numbers()["events_note"].endswith(" 2 patients died.")
    rows = tmp_path / "rows" / "synthetic_patients.csv"
    text = rows.read_text(encoding="utf-8")
    rows.write_text(text.replace("completed,9", "completed,9.5"), encoding="utf-8")
    said = Safety(folder).numbers()["events_note"]
    assert said.endswith(" 2 patients died; 1 of these after the planned follow-up.")
    later = (
        " 2 analysed patients whose study had ended for another reason or was completed also died: "
        "see the page on safety for all deaths."
    )
    assert later in Summary(folder).numbers()["bottom_line"]
    assert Patients(folder).numbers()["ends"].endswith(later)


def test_events_of_a_death_with_a_week_of_its_own_count_up_to_it(tmp_path):
    folder = died_later(tmp_path)
    rows = tmp_path / "rows" / "synthetic_patients.csv"
    text = rows.read_text(encoding="utf-8")
    for cells, own in ((",death,6", True), ("6,death,", False)):
        changed = text.replace("4,adverse_event,6", cells).replace("completed,9", "completed,")
        rows.write_text(changed, encoding="utf-8")
        assert (", early stop and death" in Safety(folder).follow_up) is own


def test_where_the_deaths_ended_the_study_the_disposition_has_them_all(tmp_path):
    folder = died(tmp_path)
    assert "died whose" not in Summary(folder).numbers()["bottom_line"]
    assert "died whose" not in Patients(folder).numbers()["ends"]
    assert Safety(folder).numbers()["events_note"].endswith(" 2 patients died.")


def test_no_page_says_of_deaths_that_ended_the_study_what_is_of_later_ones(tmp_path):
    page = Safety(died(tmp_path))
    caption = page.outcomes().caption
    assert "both outcomes" not in caption
    assert "up to each patient's last visit, or early stop if that is later" in caption


def test_a_later_death_is_listed_with_the_end(tmp_path):
    folder = died_later(tmp_path)
    page = Listings(folder)
    ends = page._patients().frame.set_index("Patient")["End"]
    assert ends.to_dict() == {
        "A": "completed",
        "B": "did not complete: adverse event, treatment stopped in week 4, died in week 6",
        "C": "completed",
        "D": "completed, died in week 9",
    }
    rows = tmp_path / "rows" / "synthetic_patients.csv"
    text = rows.read_text(encoding="utf-8")
    for cells in (",death,6", "6,death,6", "6,death,"):
        rows.write_text(text.replace("4,adverse_event,6", cells), encoding="utf-8")
        ends = Listings(folder)._patients().frame.set_index("Patient")["End"]
        assert ends["B"] == "did not complete: death in week 6"


def test_a_later_death_is_in_the_figure_and_the_table_of_time_on_study(tmp_path):
    page = Patients(died_later(tmp_path))
    (shown,), (figure,) = page.time_on_study(), page.swimmer()
    frame = shown.frame.set_index("Patient")
    assert frame["Died"].to_dict() == {"A": "–", "B": "6", "C": "–", "D": "9"}
    assert frame["Stopped early"].to_dict() == {"A": "–", "B": "4", "C": "–", "D": "–"}
    assert "; died: 2" in figure.alt


def test_a_death_that_ended_the_study_is_also_an_early_stop_in_the_time_on_study(tmp_path):
    page = Patients(died(tmp_path))
    (shown,), (figure,) = page.time_on_study(), page.swimmer()
    frame = shown.frame.set_index("Patient")
    assert frame["Died"].to_dict() == {"A": "–", "B": "5", "C": "–", "D": "6"}
    assert frame["Stopped early"].to_dict() == frame["Died"].to_dict()
    assert "; stopped early: 2; died: 2" in figure.alt


def test_a_later_death_competes_by_treatment_policy_and_not_after_a_stop_that_counts(tmp_path):
    ended = {
        strategy: Scores(died_later(tmp_path / strategy, intercurrent=strategy))
        .ends()
        .frame.set_index("Ended by")
        .iloc[:, 0]
        for strategy in ("treatment policy", "while on treatment")
        if (tmp_path / strategy).mkdir() is None
    }
    # D died after week 8.
    assert ended["treatment policy"]["death"] == "1 (25)"
    assert ended["while on treatment"]["death"] == "0 (0)"
    assert ended["while on treatment"]["stopped early"] == "1 (25)"
    page = Scores(str(tmp_path / "treatment policy" / "rows"))
    last = page.incidence().frame.iloc[-1]
    assert (last["Response"], last["Death"]) == ("1", "1")


def test_where_a_time_is_censored_before_a_stop_that_a_death_followed(tmp_path):
    said = {}
    for name, write in (("ended", died), ("later", died_later)):
        (tmp_path / name).mkdir()
        said[name] = Scores(write(tmp_path / name, intercurrent="hypothetical")).censoring
    assert set(said.values()) == {said["ended"]}
    assert said["ended"].endswith(
        "of patients who died too, at their last visit before any rescue medication or early stop."
    )


def test_that_deaths_of_those_who_left_may_not_all_be_known_is_said(tmp_path):
    known = "Those who left and are known to have died count as at risk until their death"
    for name, write in (("ended", died), ("later", died_later)):
        for strategy in ("treatment policy", "while on treatment"):
            (tmp_path / name / strategy).mkdir(parents=True)
            said = Scores(write(tmp_path / name / strategy, intercurrent=strategy)).censoring
            assert (known in said) == (name == "later" and strategy == "treatment policy")


def test_a_later_death_decides_the_endpoint_by_treatment_policy(tmp_path):
    at_week = [('kind = "best"', 'kind = "at week"')]
    page = PrimaryEndpoint(died_later(tmp_path, missing="best case", edits=at_week))
    counts = page.counts().frame.set_index("Decided by").iloc[:, 1]
    assert counts["death before the assessment"] == 1
    levels = Sensitivity(str(tmp_path / "rows")).choices().frame
    handled = levels.loc[levels["Choice"] == "Handling of rescue and early stops", "Level"]
    assert "ignored, except deaths" in handled.tolist()


def test_later_deaths_are_in_the_data_sets(tmp_path):
    tables = study_datasets(StudyData.read(died_later(tmp_path))).tables
    adsl = tables["ADSL"].set_index("SUBJID")
    assert adsl["DTHFL"].to_dict() == {"A": "", "B": "Y", "C": "", "D": "Y"}
    assert adsl["DTHWK"].fillna(-1).to_dict() == {"A": -1, "B": 6, "C": -1, "D": 9}
    assert adsl["DCSREAS"].to_dict() == {"A": "", "B": "adverse_event", "C": "", "D": ""}
    times = tables["ADTTE"].set_index("SUBJID")
    assert times.loc["B", ["CNSR", "AVAL", "EVNTDESC"]].tolist() == [
        4, 6, "No response before the death"
    ]  # fmt: skip
    assert times.loc["D", "CNSR"] == 1
