"""Studies of other shapes, read from their files, against a slow computation."""

import gzip
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.trial.slow_study import slow_scores
from tests.trial.studies import make_study, write_csv
from tisstats.errors import DataError
from tisstats.measures.identifiers import plain_identifier
from tisstats.trial import courses, study_data, summaries
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.measure_improvements import measure_improvements
from tisstats.trial.study import Study
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study, study_courses
from tisstats.trial.study_tables import _limit, read_study_tables
from tisstats.trial.template import example_folder, write_new_study

SHAPES = {
    "three patients": {"patients": 3, "arms": ("active",), "seed": 5},
    "twelve patients, MMT-8": {"patients": 12, "weeks": (0, 4, 12, 24)},
    "three hundred in two arms": {"patients": 300, "missed": 0.1, "missing": 0.05},
    "four arms, other weeks": {
        "patients": 40,
        "arms": ("a", "b", "c", "d"),
        "weeks": (0, 2, 6, 16),
    },
    "children": {"patients": 20, "population": "juvenile", "mmt_max": 80},
    "dates": {"patients": 30, "with_dates": True, "weeks": (0, 6, 18)},
}


@pytest.fixture(scope="module", params=SHAPES, ids=list(SHAPES))
def study(request, tmp_path_factory):
    shape = dict(SHAPES[request.param])
    folder = make_study(**shape).write(tmp_path_factory.mktemp("study"))
    weeks = shape.get("weeks", (0, 4, 12, 24))
    slow = slow_scores(folder, shape.get("mmt_max", 150), weeks)
    return StudyData.read(folder), slow


def test_every_score_equals_the_slow_one(study):
    data, slow = study
    analysis = data.analysis
    compared = 0
    for row, name in enumerate(analysis.patients["patient_id"]):
        weeks = analysis.weeks[row]
        found = {
            float(weeks[at]): (analysis.tis_low[row, at], analysis.tis_high[row, at])
            for at in range(1, len(weeks))
            if np.isfinite(weeks[at])
        }
        expected = {
            float(week): (0, 100) if bounds is None else tuple(map(float, bounds))
            for week, bounds in slow[name].items()
        }
        assert list(found) == pytest.approx(list(expected))
        for (low, high), (slow_low, slow_high) in zip(
            found.values(), expected.values(), strict=True
        ):
            assert (low, high) == pytest.approx((slow_low, slow_high))
            compared += 1
    assert compared > 0


def test_arms_add_up(study):
    data, _ = study
    sizes = [len(data.arm(name).patients) for name in data.study.arms]
    assert sum(sizes) == len(data.analysis.patients)
    for name in data.study.arms:
        members = set(data.arm(name).patients["patient_id"])
        assert set(data.arm(name).visits["patient_id"]) <= members
        assert set(data.arm(name).adverse_events["patient_id"]) <= members
    counts = [summaries.response_counts(data.arm(name)) for name in data.study.arms]
    whole = summaries.response_counts(data.analysis)
    for column in ("best", "end"):
        assert sum(count[column] for count in counts).tolist() == whole[column].tolist()


@pytest.mark.parametrize("name", ["all", "analysis", "courses"])
def test_an_arm_of_any_name_has_its_own_patients(tmp_path, name):
    data = StudyData.read(make_study(7, arms=(name, "placebo")).write(tmp_path / "study"))
    study_courses(data)
    assert len(data.analysis.patients) == 7
    assert [len(data.arm(each).patients) for each in (name, "placebo")] == [4, 3]


def test_visits_are_classified_once_and_remarks_without_names_only_where_they_are_shown(
    tmp_path, monkeypatch
):
    made = make_study(7, changes='criterion = "imacs worsening"')
    made.description = made.description.replace("[arms]", "listings = false\n[arms]")
    made.visits[1]["mmt"] = ""
    data = StudyData.read(made.write(tmp_path / "study"))
    calls = []
    for module, name in ((courses, "worsening_by_visit"), (study_data, "incomplete_visits")):
        original = getattr(module, name)

        def counted(*arguments, _name=name, _original=original, **options):
            calls.append(_name)
            return _original(*arguments, **options)

        monkeypatch.setattr(module, name, counted)
    for _ in range(2):
        evaluate_study(data)
        study_datasets(data)
    # Of the criterion, and of the courses by it and by the score.
    assert calls == ["worsening_by_visit"] * 3
    assert data.published_remarks == data.published_remarks != ()
    assert calls[3:] == ["incomplete_visits"]
    by_score = replace(data.study, endpoint=replace(data.study.endpoint, criterion="score"))
    scored = study_courses(replace(data, study=by_score))
    assert scored.score_low.tolist() != study_courses(data).score_low.tolist()


def test_courses_are_kept_apart_by_all_that_they_depend_on(tmp_path):
    made = make_study(30, changes='criterion = "imacs worsening"\ndeterioration = "imacs"')
    data = StudyData.read(made.write(tmp_path / "study"))
    definitions = data.study.definitions
    worsening = replace(definitions.worsening, worse_by=1, worse_count=1)
    own = {"criterion": "score", "definitions": replace(definitions, worsening=worsening)}
    seen = set()
    for changed in (
        {},
        {"criterion": "score"},
        {"criterion": "minimal disability"},
        own,
        own | {"deterioration": "confirmed"},  # which takes no notice of own cut-offs
    ):
        study = replace(data.study, endpoint=replace(data.study.endpoint, **changed))
        found = study_courses(replace(data, study=study))
        alone = study_courses(replace(data, study=study, _cache={}))
        np.testing.assert_array_equal(found.score_low, alone.score_low)
        np.testing.assert_array_equal(found.worse.yes, alone.worse.yes)
        seen.add((found.score_low.tobytes(), found.worse.yes.tobytes()))
    assert len(seen) == 4, "some changes make no difference here"


def test_the_population_decides_the_categories(tmp_path):
    made = make_study(30, population="adult", missing=0)
    adult = StudyData.read(made.write(tmp_path / "adult"))
    made.description = made.description.replace('"adult"', '"juvenile"')
    juvenile = StudyData.read(made.write(tmp_path / "juvenile"))
    np.testing.assert_array_equal(adult.analysis.tis, juvenile.analysis.tis)
    responses = [data.analysis.visits["response"].astype(str) for data in (adult, juvenile)]
    scores = adult.analysis.visits["tis"]
    assert set(responses[0][(scores >= 40) & (scores < 45)]) == {"moderate"}
    assert set(responses[1][(scores >= 40) & (scores < 45)]) == {"minimal"}


def same(one, other):
    np.testing.assert_array_equal(one.analysis.tis, other.analysis.tis)
    np.testing.assert_array_equal(one.analysis.weeks, other.analysis.weeks)


def test_order_case_and_further_columns_do_not_matter(tmp_path):
    made = make_study(10)
    plain = StudyData.read(made.write(tmp_path / "plain"))
    made.visits = [
        dict(reversed([(key.upper().replace("_", " "), value) for key, value in row.items()]))
        | {"site": "Köln"}
        for row in made.visits
    ]
    same(plain, StudyData.read(made.write(tmp_path / "other")))


def test_columns_of_patients_that_nobody_described_are_kept(tmp_path):
    made = make_study(6)
    made.patients = [{**row, "site": f"0{n % 2}"} for n, row in enumerate(made.patients)]
    found = StudyData.read(made.write(tmp_path / "study"))
    assert found.trial.patients["site"].tolist() == ["00", "01"] * 3


@pytest.mark.parametrize("ending", [".csv.gz", ".tsv", ".xlsx", ".parquet"])
def test_other_formats_give_the_same(tmp_path, ending):
    made = make_study(8)
    folder = made.write(tmp_path / "plain")
    plain = StudyData.read(folder)
    table = pd.DataFrame(made.visits).replace("", None)
    numbers = [name for name in table if name not in ("patient_id", "origin")]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    path = folder / f"synthetic_visits{ending}"
    if ending == ".csv.gz":
        path.write_bytes(gzip.compress((folder / "synthetic_visits.csv").read_bytes()))
    elif ending == ".tsv":
        table.to_csv(path, sep="\t", index=False)
    elif ending == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_parquet(path, index=False)
    (folder / "synthetic_visits.csv").unlink()
    text = (folder / "study.toml").read_text("utf-8")
    (folder / "study.toml").write_text(
        text.replace("synthetic_visits.csv", path.name), encoding="utf-8"
    )
    same(plain, StudyData.read(folder))


def test_truth_values_whole_numbers_and_missing_codes_as_people_write_them(tmp_path):
    made = make_study(8)
    plain = StudyData.read(made.write(tmp_path / "plain"))
    made.patients = [
        {**row, "dysphagia": {"true": "TRUE", "false": "0", "": "NA"}[str(row["dysphagia"])]}
        for row in made.patients
    ]
    made.visits = [
        {**row, "ck": "NA" if row["ck"] == "" else f"{float(str(row['ck'])):.1f}"}
        for row in made.visits
    ]
    made.description = made.description.replace("[files]", '[files]\nmissing_codes = ["NA"]')
    other = StudyData.read(made.write(tmp_path / "other"))
    same(plain, other)
    assert summaries.table1(plain.analysis).to_dict() == summaries.table1(other.analysis).to_dict()


def test_latin_1_and_decimal_commas_when_declared(tmp_path):
    made = make_study(8)
    made.patients = [{**row, "patient_id": f"Ü{row['patient_id']}"} for row in made.patients]
    for name in ("visits", "treatments", "adverse_events"):
        rows = getattr(made, name)
        setattr(made, name, [{**row, "patient_id": f"Ü{row['patient_id']}"} for row in rows])
    plain = StudyData.read(made.write(tmp_path / "plain"))
    folder = made.write(tmp_path / "other")
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8").replace(",", ";").replace(".", ",")
        path.write_bytes(text.encode("latin-1"))
    text = (folder / "study.toml").read_text("utf-8")
    declared = text.replace("[files]", '[files]\nencoding = "latin-1"\ndecimal = ","')
    (folder / "study.toml").write_text(declared, encoding="utf-8")
    same(plain, StudyData.read(folder))
    assert any("semicolon" in remark for remark in StudyData.read(folder).remarks)


def test_numbers_as_ids_stay_text(tmp_path):
    made = make_study(3, ("active",))
    for name in ("patients", "visits", "treatments", "adverse_events"):
        rows = getattr(made, name)
        setattr(made, name, [{**row, "patient_id": f"00{row['patient_id'][-1]}"} for row in rows])
    found = StudyData.read(made.write(tmp_path / "study"))
    assert found.analysis.patients["patient_id"].tolist() == ["001", "002", "003"]


def test_without_treatments_and_events(tmp_path):
    made = make_study(6)
    made.treatments, made.adverse_events = [], []
    lines = made.description.splitlines()
    made.description = "\n".join(
        line for line in lines if not line.startswith(("treatments", "adverse_events"))
    )
    found = StudyData.read(made.write(tmp_path / "study"))
    assert found.has == {"patients", "visits"}
    assert len(found.trial.treatments) == len(found.trial.adverse_events) == 0


def test_a_study_can_have_recorded_events_and_had_none(tmp_path):
    made = make_study(6)
    columns = ",".join(made.adverse_events[0])
    folder = made.write(tmp_path / "study")
    (folder / "synthetic_adverse_events.csv").write_text(f"{columns}\n", encoding="utf-8")
    found = StudyData.read(folder)
    assert "adverse_events" in found.has
    assert len(found.trial.adverse_events) == 0
    assert summaries.safety_table(found.analysis)["Outcome"].iloc[0] == "Any adverse event"


def test_a_measure_that_was_not_used_leaves_bounds(tmp_path):
    made = make_study(6, missing=0)
    made.description = made.description.replace("'patient_global', ", "")
    made.visits = [
        {name: value for name, value in row.items() if name != "patient_global"}
        for row in made.visits
    ]
    found = StudyData.read(made.write(tmp_path / "study")).analysis
    later = np.isfinite(found.weeks[:, 1:])
    assert np.all((found.tis_high - found.tis_low)[:, 1:][later] > 0)


def test_upper_limits_of_normal_can_be_a_column(tmp_path):
    made = make_study(6)
    plain = StudyData.read(made.write(tmp_path / "plain"))
    made.patients = [{**row, "ck_limit": 200} for row in made.patients]
    made.description = made.description.replace("ck = 200", 'ck = "ck_limit"')
    same(plain, StudyData.read(made.write(tmp_path / "column")))


def test_millimetres_give_the_scores_of_centimetres(tmp_path):
    made = make_study(6)
    plain = StudyData.read(made.write(tmp_path / "cm"))
    scales = ("physician_global", "patient_global", "extramuscular")
    made.visits = [
        {
            **row,
            **{n: "" if row[n] == "" else round(10 * float(str(row[n])), 1) for n in scales},
        }
        for row in made.visits
    ]
    made.description = made.description.replace("vas_max = 10", "vas_max = 100")
    same(plain, StudyData.read(made.write(tmp_path / "mm")))


def test_an_unscheduled_visit_counts_for_the_best_response_unless_dropped(tmp_path):
    made = make_study(2, missing=0, missed=0)
    visit = dict(made.visits[3])
    made.visits.insert(3, {**visit, "week": 18.5})
    kept = StudyData.read(made.write(tmp_path / "kept"))
    assert 18.5 in kept.analysis.weeks[0]
    made.description = made.description.replace(
        "window_days = 4", 'window_days = 4\nunscheduled = "drop"'
    )
    dropped = StudyData.read(made.write(tmp_path / "dropped"))
    assert 18.5 not in dropped.analysis.weeks[0]
    assert dropped.not_used == {"outside of all windows": 1}


@pytest.mark.parametrize("rule", ["week 0", "last before first dose"])
def test_a_row_of_enzymes_on_day_0_does_not_displace_the_screening_visit(tmp_path, rule):
    made = make_study(4, missing=0, missed=0, seed=5)
    made.description = made.description.replace(
        "window_days = 4", f'window_days = 7\nbaseline = "{rule}"'
    )
    first = made.visits[0]
    first["week"] = -1
    plain = StudyData.read(made.write(tmp_path / "plain"))
    kept = {name: first[name] for name in ("patient_id", "ck", "origin")}
    made.visits.append({**dict.fromkeys(first, ""), **kept, "week": 0})
    found = StudyData.read(made.write(tmp_path / "more"))
    np.testing.assert_array_equal(found.analysis.tis, plain.analysis.tis)
    named = f"{first['patient_id']} ("
    assert any(named in text for text in (*found.remarks, *found.left_out))
    assert not any(named in text for text in (*plain.remarks, *plain.left_out))


def test_a_new_study_is_written_once_and_its_example_is_valid(tmp_path):
    written = write_new_study(tmp_path / "mine")
    assert {path.name for path in written} >= {"study.toml", "patients.csv", "visits.csv"}
    assert StudyData.read(tmp_path / "mine" / "example").trial.origin == "synthetic"
    with pytest.raises(DataError, match="is not overwritten"):
        write_new_study(tmp_path / "mine")
    # What has no default lacks until it is filled in; then only rows are missing.
    with pytest.raises(DataError) as caught:
        StudyData.read(tmp_path / "mine")
    lacking = [fault.message for fault in caught.value.faults]
    assert len(lacking) == 2
    assert all("There is no default" in message for message in lacking)
    description = tmp_path / "mine" / "study.toml"
    text = description.read_text("utf-8")
    for lines in (("mmt_max = MAXIMUM", "vas_max = LENGTH"), ("ck = LIMIT",)):
        for line in lines:
            assert text.count(f"# {line}") == 1
            text = text.replace(f"# {line}", f"{line.split()[0]} = 100")
        description.write_text(text, "utf-8")
        wanted = r"patients\.csv: must have at least one row" if "ck" in lines[0] else "limit of ck"
        with pytest.raises(DataError, match=wanted):
            StudyData.read(tmp_path / "mine")


def test_the_example_says_that_it_is_synthetic_in_every_row_and_file():
    files = sorted(example_folder().glob("*.csv"))
    assert len(files) == 4
    for file in files:
        assert file.name.startswith("synthetic_")
        assert set(pd.read_csv(file)["origin"]) == {"synthetic"}


@pytest.mark.parametrize(
    ("population", "threshold", "cut_offs"),
    [
        ("adult", "threshold = 35", (35, 20)),
        ("juvenile", "threshold = 35", (35, 30)),
        ("adult", 'criterion = "imacs improvement"', (40, 20)),
        ("juvenile", 'criterion = "imacs improvement"', (45, 30)),
    ],
)
def test_options_are_those_of_the_description(tmp_path, population, threshold, cut_offs):
    made = make_study(4, population=population)
    for old, new in (
        ("threshold = 40", threshold),
        ("week = 24", "week = 12"),
        (
            "quantile_definition = 7",
            'quantile_definition = 6\nend = "completers"\nzero_method = "pratt"\n'
            'signed_rank = "asymptotic"\nworsening = "confirmed"\ndecimals = 3\np_decimals = 4',
        ),
    ):
        assert old in made.description
        made.description = made.description.replace(old, new)
    found = StudyData.read(made.write(tmp_path)).trial.description
    assert found.options == AnalysisOptions(
        horizon_week=12,
        quantile_definition=6,
        end="completers",
        zero_method="pratt",
        pvalue_method="asymptotic",
        worsening="confirmed",
        responder_threshold=cut_offs[0],
        minimal_threshold=cut_offs[1],
        population=population,
    )
    assert (found.decimals, found.p_decimals) == (3, 4)
    assert (found.group_column, found.group_label) == ("arm", "Arm")
    assert dict(found.groups) == {"active": "Active", "control": "Control"}
    assert not found.follow_up_required


def test_scales_are_those_of_the_description(tmp_path):
    made = make_study(4)
    made.visits = [{**row, "grip": 20} for row in made.visits]
    grip = '[measures.others.grip]\nlabel = "Grip strength"\nunit = "kg"\nminimum = 2\n'
    grip += 'maximum = 90\nbetter = "higher"\n[visits]'
    made.description = made.description.replace("[visits]", grip)
    found = StudyData.read(made.write(tmp_path)).trial.description.measures
    assert {
        name: (each.low, each.high, each.unit, each.better) for name, each in found.items()
    } == {
        "physician_global": (0, 10, "cm", "lower"),
        "patient_global": (0, 10, "cm", "lower"),
        "mmt": (0, 150, "points", "higher"),
        "haq": (0, 3, "points", "lower"),
        "extramuscular": (0, 10, "cm", "lower"),
        "ck": (0, None, "U/L", "lower"),
        "grip": (2, 90, "kg", "higher"),
    }
    assert (found["ck"].name, found["grip"].name) == ("Creatine kinase", "Grip strength")
    assert {each.source for each in found.values()} == {"declared in study.toml"}
    assert {each.step for each in found.values()} == {0}


def test_reasons_and_weeks_of_the_end(tmp_path):
    made = make_study(5, ("open",), missing=0, missed=0)
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    made.adverse_events, text = [], made.description
    made.description = "\n".join(
        line for line in text.splitlines() if not line.startswith("adverse_events")
    )
    given = [("", ""), (12, ""), (12, "withdrawal"), ("", "death"), ("", "completed")]
    for row, (week, reason) in zip(made.patients, given, strict=True):
        row |= {"stop_week": week, "end_reason": reason}
    made.visits = [row for row in made.visits if row["patient_id"] != "P003" or row["week"] < 12]
    patients = StudyData.read(made.write(tmp_path)).trial.patients
    assert patients["end_reason"].tolist() == [
        *("completed", "other", "withdrawal", "death", "completed")
    ]
    # Of the last visit, whatever the week of the stop.
    last = {}
    for row in made.visits:
        last[row["patient_id"]] = row["week"]
    assert patients["end_week"].tolist() == list(last.values())
    assert last["P003"] == 4


def test_who_is_of_a_category_is_unknown_where_the_cell_is_empty(tmp_path):
    made = make_study(4, ("open",))
    for row, sex in zip(made.patients, ("female", "", "male", "female"), strict=True):
        row["sex"] = sex
    data = StudyData.read(made.write(tmp_path))
    table = summaries.table1(data.analysis).set_index("Characteristic")["All (N=4)"]
    assert table["Sex: female"] == "2 to 3 (1 unknown)"
    assert table["Sex: male"] == "1 to 2 (1 unknown)"
    assert [name for name in table.index if name.startswith("Sex")] == ["Sex: female", "Sex: male"]


def test_events_are_numbered_by_patient(tmp_path):
    made = make_study(3, ("open",))
    row = {"week": 0, "event": "rash", "serious": "false", "treatment_related": "no"}
    made.adverse_events = [
        {"patient_id": name, **row, "origin": "synthetic"} for name in ("P002", "P001", "P002")
    ]
    events = StudyData.read(made.write(tmp_path)).trial.adverse_events
    assert events["number"].tolist() == [1, 1, 2]


def test_an_arm_has_its_patients_and_the_analysis_is_done_once(tmp_path):
    data = StudyData.read(make_study(7).write(tmp_path))
    assert data.analysis is data.analysis
    assert data.arm("control") is data.arm("control")
    arms = {row["patient_id"]: row["arm"] for row in make_study(7).patients}
    for arm in data.study.arms:
        assert data.arm(arm).patients["patient_id"].tolist() == [
            name for name, its in arms.items() if its == arm
        ]
    assert data.ends_recorded


@pytest.mark.parametrize(
    ("dropped", "recorded"),
    [((), True), (("stop_week",), True), (("end_reason",), True),
     (("stop_week", "end_reason"), False)],
)  # fmt: skip
def test_ends_are_recorded_by_a_week_or_a_reason(tmp_path, dropped, recorded):
    made = make_study(4)
    for row in made.patients:
        for name in dropped:
            del row[name]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    made.patients = [
        {**row, "end_reason": "completed"} if "end_reason" in row else row for row in made.patients
    ]
    made.adverse_events = [row for row in made.adverse_events if row["week"] == 0]
    assert StudyData.read(made.write(tmp_path)).ends_recorded == recorded


def test_written_rows_are_read_again(tmp_path):
    rows = [{"a": 1, "b": "x,y"}]
    write_csv(tmp_path / "rows.csv", rows)
    assert (tmp_path / "rows.csv").read_text("utf-8") == 'a,b\n1,"x,y"\n'


def test_a_patient_without_values_of_an_enzyme_needs_no_limit_of_it(tmp_path):
    made = make_study(6, missing=0, missed=0, seed=3)
    made.description = made.description.replace("{ ck = 200 }", '{ ck = "ck_limit" }')
    for place, row in enumerate(made.patients):
        row["ck_limit"] = "" if place == 2 else 200
    without = made.patients[2]["patient_id"]
    for row in made.visits:
        if row["patient_id"] == without:
            row["ck"] = ""
    patients = StudyData.read(made.write(tmp_path / "study")).trial.patients
    limits = patients.set_index("patient_id")["ck_uln"]
    assert limits[limits.isna()].index.tolist() == [without]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("A-01", "a1", False),
        ("A-01", "a-1", True),
        ("A-0", "A-00", True),
        ("A-0", "A-", False),
        ("A10", "A1", False),
        ("A100", "A10", False),
        ("00", "0", True),
    ],
)
def test_identifiers_are_alike_but_for_leading_zeros(one, other, alike):
    assert (plain_identifier(one) == plain_identifier(other)) is alike


@pytest.mark.parametrize(("week", "accepted"), [(2, True), (2.5, True), (2.6, False)])
def test_a_fatal_event_after_the_last_visit_lies_within_the_study(tmp_path, week, accepted):
    made = make_study(6, missed=0, missing=0)
    name = made.patients[0]["patient_id"]
    made.patients[0] |= {"stop_week": 2, "end_reason": "death"}
    made.visits = [row for row in made.visits if row["patient_id"] != name or row["week"] == 0]
    made.treatments = [row for row in made.treatments if row["patient_id"] != name]
    made.adverse_events = [
        {**made.adverse_events[0], "patient_id": name, "week": week, "event": "death"}
    ]
    folder = made.write(tmp_path)
    if accepted:
        assert StudyData.read(folder).trial.adverse_events["week"].tolist() == [week]
    else:
        with pytest.raises(DataError, match="lies after the patient's death, in stop_week in"):
            StudyData.read(folder)


@pytest.mark.parametrize(("limit", "plausible"), [(0.75, True), (1, True), (0, False), (-1, False)])
def test_an_upper_limit_in_microkatal_can_be_below_one(limit, plausible):
    given = pd.Series([limit, np.nan])
    assert _limit("alt", "microkat/L").check(given).tolist() == [plausible, True]


def test_a_measure_that_a_trial_did_not_use_has_no_improvement(tmp_path):
    made = make_study(6, missing=0)
    made.description = made.description.replace("'haq', ", "").replace('"haq", ', "")
    assert "haq" not in made.description
    made.visits = [
        {name: value for name, value in row.items() if name != "haq"} for row in made.visits
    ]
    found = measure_improvements(StudyData.read(made.write(tmp_path / "study")).analysis)
    assert found
    assert all("haq" not in each.percents and "enzyme" in each.percents for each in found)


@pytest.mark.parametrize("listings", [True, False])
def test_one_limit_of_the_study_counts_and_other_limits_are_noted(tmp_path, listings):
    made = make_study(3, seed=2)
    limit = "200"
    assert f"{{ ck = {limit} }}" in made.description
    for row, own in zip(made.patients, (limit, "", 999), strict=True):
        row["CK ULN"] = own
    for row in made.visits:
        row["ck_uln"] = f"{limit}.0"
    if not listings:
        made.description = made.description.replace("[study]", "[study]\nlistings = false", 1)
    found = StudyData.read(made.write(tmp_path))
    assert set(found.trial.patients["ck_uln"]) == {float(limit)}
    said = [each for each in found.remarks if "upper limit" in each]
    assert said == [
        "synthetic_patients.csv: row 4, column CK ULN: is '999' and not used: the upper limit "
        f"given for ck is {limit} U/L"
    ]
    published = [each for each in found.published_remarks if "upper limit" in each]
    if listings:
        assert published == said
    else:
        assert published == [
            "synthetic_patients.csv: a column of other upper limits of ck is not used: that of the "
            f"study is {limit} U/L"
        ]


def test_without_a_limit_the_way_to_one_for_all_is_named(tmp_path):
    made = make_study(3, seed=2)
    made.description = made.description.replace("{ ck = 200 }", '{ ck = "LIMIT" }')
    with pytest.raises(DataError, match=r"column LIMIT: there is no such column \(one limit for "):
        StudyData.read(made.write(tmp_path / "absent"))
    for row in made.patients:
        row["LIMIT"] = ""
    with pytest.raises(DataError, match=r"one limit for the whole study is a number in"):
        StudyData.read(made.write(tmp_path / "empty"))


def test_doubts_are_looked_for_when_remarks_are_asked_for(monkeypatch):
    looked = []

    def doubts(*_, names):
        looked.append(names)
        yield f"doubtful, {names}"

    monkeypatch.setattr(study_data, "_doubts", doubts)
    data = StudyData.read(example_folder())
    assert looked == []
    assert "doubtful, True" in data.remarks
    assert "doubtful, True" in data.remarks
    assert looked == [True], "looked for more than once"


@pytest.mark.parametrize("index", ["reversed", "shifted", "repeated"])
def test_rows_from_memory_are_read_in_their_order_whatever_their_index(index):
    study = Study.read(example_folder())
    raw = read_study_tables(study, example_folder(), None)
    blank = raw["patients"].cells.copy()
    blank.loc[1, "analysed"] = ""  # yes by default
    blank.loc[2, "analysed"] = "false"
    raw["patients"] = replace(raw["patients"], cells=blank)

    def moved(table):
        rows = np.arange(len(table))
        places = {"reversed": rows[::-1], "shifted": rows + 1, "repeated": rows * 0}[index]
        return replace(table, cells=table.cells.set_index(places))

    found = StudyData.from_tables(study, {name: moved(table) for name, table in raw.items()})
    expected = StudyData.from_tables(study, raw)
    pd.testing.assert_frame_equal(found.trial.patients, expected.trial.patients)
    pd.testing.assert_frame_equal(found.trial.visits, expected.trial.visits)
