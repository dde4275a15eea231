"""Studies read from data sets of others, or from ours: what is missing, refused and translated."""

import datetime as dt
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from tests.trial.studies import STUDY_FORMATS, make_study
from tisstats.cli import main
from tisstats.errors import DataError
from tisstats.trial.cdisc import write_analysis_datasets
from tisstats.trial.end_reasons import END_REASONS
from tisstats.trial.study import Study
from tisstats.trial.study_adam import origin, our_reason, read_study_datasets
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import evaluate_study


def in_adam(made, folder, datasets, file_format="csv", changes=""):
    """Write data sets into the folder of a study that is read from them."""
    write_analysis_datasets(datasets, folder / "adam", file_format)
    before, _, _ = made.description.partition("[files]")
    text = f'{before}[files]\nadam = "adam"\n{changes}'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def exported(made, folder, file_format="csv", changes=""):
    """Write the data sets of a study into a folder of its own, from which it is read."""
    datasets = study_datasets(StudyData.read(made.write(folder / "tables")))
    return in_adam(made, folder / "again", datasets, file_format, changes)


def the_line(folder, capsys, *options):
    """The one line in which the command refuses a study."""
    assert main(["check", str(folder), *options]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
def test_no_events_and_no_treatments_are_not_the_same_as_no_record_of_them(tmp_path, file_format):
    made = make_study(6, seed=2)
    tables = made.write(tmp_path / "tables")
    for name in ("treatments", "adverse_events"):
        file = tables / f"synthetic_{name}.csv"
        header = file.read_text("utf-8").splitlines()[0]
        file.write_text(f"{header}\n", encoding="utf-8")
    given = StudyData.read(tables)
    assert {"treatments", "adverse_events"} < given.has
    found = StudyData.read(in_adam(made, tmp_path / "again", study_datasets(given), file_format))
    assert found.has == given.has
    assert found.trial.adverse_events.empty
    without = study_datasets(given)
    for name in ("ADAE", "ADEX"):
        del without.tables[name]
    assert StudyData.read(in_adam(made, tmp_path / "none", without)).has == {"patients", "visits"}


def test_without_a_data_set_of_visits_there_is_one_line(tmp_path, capsys):
    folder = exported(make_study(6, seed=2), tmp_path)
    (folder / "adam" / "synthetic_adtis.csv").unlink()
    line = the_line(folder, capsys)
    assert line.startswith(f"{folder / 'adam'}: holds no data set of visits, such as ADTIS: ")
    assert "PARAMCD, AVAL and AVISITN; it holds synthetic_adsl.csv, synthetic_adtte.csv" in line


def test_codes_of_others_are_named_with_those_that_are_known(tmp_path, capsys):
    folder = exported(make_study(6, seed=2), tmp_path)
    (folder / "adam" / "synthetic_define.csv").unlink()
    adtis = folder / "adam" / "synthetic_adtis.csv"
    adqs = adtis.rename(adtis.with_name("synthetic_adqs.csv"))
    line = the_line(folder, capsys)
    assert line.startswith(f"{adqs}, column PARAMCD: no record is of a known parameter")
    assert "it has PHGA, PTGA, MMT, " in line
    assert "known are, in the data set ADTIS alone, PHGA, PTGA, MMT, " in line
    assert 'preset = "adam"' in line
    table = pd.read_csv(adqs, dtype=str, keep_default_na=False)
    adqs.unlink()
    table.assign(AVISITN="").to_csv(adtis, index=False)
    assert the_line(folder, capsys) == (
        f"{adtis}, column AVISITN: no record of a known parameter has a week, so that there are no "
        "visits"
    )


def test_faults_of_several_data_sets_of_visits_name_them_all(tmp_path, capsys):
    folder = exported(make_study(6, seed=2), tmp_path)
    adtis, adqs, define = (
        folder / "adam" / f"synthetic_{name}.csv" for name in ("adtis", "adqs", "define")
    )
    text, described = (file.read_text("utf-8") for file in (adtis, define))
    of_adqs = [line for line in described.splitlines(keepends=True) if line.startswith("ADTIS,")]
    define.write_text(described + "".join(of_adqs).replace("ADTIS", "ADQS"), encoding="utf-8")
    table = pd.read_csv(adtis, dtype=str, keep_default_na=False)
    for file, chosen in ((adqs, table["PARAMCD"] == "MMT"), (adtis, table["PARAMCD"] != "MMT")):
        table[chosen].to_csv(file, index=False)
    raw = read_study_datasets(Study.read(folder), folder / "adam")
    assert raw["visits"].source.shown == f"{adtis}, {adqs}"
    for file in (adtis, adqs):
        file.write_text(text, encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert f"{adtis}, {adqs}, column mmt: is given by more than one data set" in lines
    shared = [line for line in lines if line.endswith("is given by more than one data set")]
    assert len(shared) > 3
    assert shared == sorted(shared)
    # No code is known, in either of them.
    define.unlink()
    for file in (adtis, adqs):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        table.assign(PARAMCD="X" + table["PARAMCD"]).to_csv(file, index=False)
    line = the_line(folder, capsys)
    assert line.startswith(f"{adtis}, {adqs}, column PARAMCD: no record is of a known parameter")
    assert "it has XPHGA, " in line


def test_a_week_that_is_not_that_of_its_visit_is_left_to_a_mapping(tmp_path, capsys):
    folder = exported(make_study(6, seed=2), tmp_path)
    adtis, define = (folder / "adam" / f"synthetic_{name}.csv" for name in ("adtis", "define"))
    # A number of the visit, of which nobody says that it is its week.
    text = define.read_text("utf-8").replace("visits.week", "")
    define.write_text(text, encoding="utf-8")
    table = pd.read_csv(adtis, dtype=str, keep_default_na=False)
    table.loc[table.index[table["AVISIT"] == "Week 4"][0], "AVISITN"] = "5"
    table.to_csv(adtis, index=False)
    line = the_line(folder, capsys)
    assert line.startswith(f"{adtis}, row 3, column AVISITN, value ")
    assert ": is not the week that AVISIT names; read them by a mapping file " in line
    way_out = "without adam in [files], and give the weeks in [visits.values.week]"
    assert line.endswith(f"that names CSV or Parquet files, {way_out}")


def test_a_mapping_is_not_left_out_without_a_word(tmp_path, capsys):
    folder = exported(make_study(6, seed=2), tmp_path)
    assert main(["check", str(folder)]) == 0
    capsys.readouterr()
    mapping = tmp_path / "map.toml"
    text = 'preset = "adam"\n[visits]\nfile = "adqs.csv"\n[visits.long.parameters]\nMMT8 = "mmt"\n'
    mapping.write_text(text, encoding="utf-8")
    line = the_line(folder, capsys, "--map", str(mapping))
    assert line.startswith(f"{folder / 'study.toml'}, key files.adam, value 'adam': ")
    assert "is read without a mapping file: leave adam out" in line


@pytest.mark.parametrize(
    ("declared", "shown", "theirs"),
    [
        ('date_format = "DDMMMYYYY"', "date_format, value 'DDMMMYYYY'", "dates are YYYY-MM-DD"),
        ('decimal = ","', "decimal, value ','", "the decimal mark is a point"),
        (
            'missing_codes = ["NA"]',
            "missing_codes, value '[\"NA\"]'",
            "a missing value is an empty cell",
        ),
        ('encoding = "latin-1"', "encoding, value 'latin-1'", "text files are in UTF-8"),
    ],
)
def test_how_other_files_are_read_is_not_declared_of_data_sets(
    tmp_path, capsys, declared, shown, theirs
):
    line = the_line(exported(make_study(6, seed=2), tmp_path, changes=declared), capsys)
    assert f", key files.{shown}: is not applied to data sets (files.adam): {theirs}" in line


def test_declarations_that_hold_of_data_sets_are_taken(tmp_path):
    usual = 'date_format = "YYYY-MM-DD"\ndecimal = "."\nencoding = "UTF-8"\nmissing_codes = []'
    assert StudyData.read(exported(make_study(6, seed=2), tmp_path, changes=usual)).has


REASONS = {
    "ADVERSE EVENT": "adverse_event",
    "Death": "death",
    "Lack of Efficacy": "lack_of_efficacy",
    "LOST TO FOLLOW-UP": "lost_to_follow_up",
    "WITHDRAWAL BY SUBJECT": "withdrawal",
    "PHYSICIAN DECISION": "other",
    "Protocol deviation": "other",
    "Protocol violation": "other",
    "Rescue Medication": "rescue_medication",
    "WITHDRAWAL BY PARENT/GUARDIAN": "withdrawal",
    "Non-Compliance with Study Drug": "other",
    "Other": "other",
    "PREGNANCY": "other",
    "Site terminated by sponsor": "other",
    "Study terminated by sponsor": "other",
    "Technical problems": "other",
    "lack_of_efficacy": "lack_of_efficacy",
    "": "other",
}


def with_reasons(folder, reasons, status="DISCONTINUED"):
    """A study whose patients stopped for reasons as another sponsor words them."""
    made = make_study(len(reasons), seed=4, missed=0)
    made.description = made.description.split("treatments = ")[0]
    datasets = study_datasets(StudyData.read(made.write(folder / "tables")))
    adsl = datasets.tables["ADSL"]
    adsl["EOSSTT"], adsl["DCSREAS"] = status, list(reasons)
    return in_adam(made, folder / "again", datasets)


@pytest.mark.parametrize("status", ["DISCONTINUED", "Discontinued", "discontinued "])
def test_who_discontinued_without_a_reason_did_not_complete_in_any_letter_case(tmp_path, status):
    data = StudyData.read(with_reasons(tmp_path, ["", ""], status))
    assert data.trial.patients["end_reason"].tolist() == ["other"] * 2
    assert "none, of a patient with EOSSTT of DISCONTINUED, as other" in " ".join(data.remarks)


def test_who_is_still_in_the_study_has_not_ended_early(tmp_path):
    data = StudyData.read(with_reasons(tmp_path, ["", ""], "ONGOING"))
    assert not any("EOSSTT" in remark for remark in data.remarks)
    assert data.trial.patients["end_reason"].tolist() == ["ongoing"] * 2


def test_reasons_of_the_codelist_are_ours(tmp_path):
    data = StudyData.read(with_reasons(tmp_path, REASONS))
    assert data.trial.patients["end_reason"].tolist() == list(REASONS.values())
    undated, remark = sorted(each for each in data.remarks if "DCSREAS" in each)
    assert "with DCSREAS or EOSSTT and without STOP_WEE are taken to have stopped" in undated
    assert remark.startswith("synthetic_adsl.csv: reasons of the end (DCSREAS) are read so: ")
    assert "ADVERSE EVENT as adverse_event, Death as death, " in remark
    assert "PHYSICIAN DECISION as other" in remark
    assert "lack_of_efficacy as" not in remark
    assert remark.endswith("none, of a patient with EOSSTT of DISCONTINUED, as other")


#: Terms of NCOMPLT, CDISC's codelist of reasons, that are one of ours.
OF_THE_CODELIST = {
    "adverse_event": ["ADVERSE EVENT", "SERIOUS ADVERSE EVENT"],
    "death": ["DEATH"],
    "lack_of_efficacy": ["LACK OF EFFICACY"],
    "lost_to_follow_up": ["LOST TO FOLLOW-UP"],
    "withdrawal": [
        "WITHDRAWAL BY SUBJECT",
        "WITHDRAWAL BY PARENT/GUARDIAN",
        "WITHDRAWAL OF ASSENT",
        "WITHDRAWAL OF CONSENT",
    ],
    "other": [
        "APPROVED DRUG AVAILABLE FOR INDICATION",
        "FAILURE TO MEET RANDOMIZATION CRITERIA",
        "INVESTIGATOR DECISION",
        "LOGISTICAL PROBLEM",
        "MET ELIGIBILITY CRITERIA BUT NOT NEEDED",
        "NEVER DOSED",
        "NON-COMPLIANCE",
        "NON-COMPLIANCE WITH NON-STUDY DEVICE",
        "NON-COMPLIANCE WITH STUDY DEVICE",
        "NON-COMPLIANCE WITH STUDY DRUG",
        "NON-COMPLIANCE WITH STUDY SCHEDULE",
        "OTHER",
        "PARTNER PREGNANCY",
        "PHYSICIAN DECISION",
        "PREGNANCY",
        "PROTOCOL DEVIATION",
        "PROTOCOL VIOLATION",
        "RANDOMIZED BY MISTAKE",
        "RANDOMIZED BY MISTAKE WITH STUDY TREATMENT",
        "RANDOMIZED BY MISTAKE WITHOUT STUDY TREATMENT",
        "SCREEN FAILURE",
        "SCREENING NOT COMPLETED",
        "SITE TERMINATED BY SPONSOR",
        "SPONSOR REQUEST",
        "STUDY TERMINATED BY SPONSOR",
        "TECHNICAL PROBLEMS",
    ],
}


@pytest.mark.parametrize(
    ("term", "ours"),
    [(term, ours) for ours, terms in OF_THE_CODELIST.items() for term in terms],
)
def test_a_term_of_the_codelist_is_ours_in_any_letter_case(term, ours):
    spellings = (term, term.lower(), f" {term.title()} ", term.replace(" ", "_"))
    assert {our_reason(each) for each in spellings} == {ours}


def test_reasons_in_our_words_stay_what_they_are():
    assert [our_reason(name) for name in END_REASONS] == list(END_REASONS)


def test_a_reason_that_may_be_two_of_ours_is_refused_where_it_stands(tmp_path, capsys):
    folder = with_reasons(tmp_path, ["DEATH", "PROGRESSIVE DISEASE", "OTHER", "OTHER"])
    line = the_line(folder, capsys)
    file = folder / "adam" / "synthetic_adsl.csv"
    assert line.startswith(f"{file}, row 3, column DCSREAS, value 'PROGRESSIVE DISEASE': must be ")
    assert line.endswith(
        "; what it stands for can be said in [patients.values.end_reason] of a mapping file "
        '(preset = "adam") that names CSV or Parquet files, without adam in [files]'
    )


def test_what_is_wrong_with_ends_in_data_sets_is_listed_with_the_way_out(tmp_path):
    folder = with_reasons(tmp_path, ["DEATH", "RECOVERY"])
    file = folder / "adam" / "synthetic_adsl.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    table.assign(EOSSTT=["COMPLETED", "DISCONTINUED"]).to_csv(file, index=False)
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    twice, unknown = map(str, caught.value.faults)
    assert "row 2, column DCSREAS, value 'DEATH': is not of a patient with EOSSTT of" in twice
    assert "which of the two is right? What it stands for can be said in [patients." in twice
    assert "row 3, column DCSREAS, value 'RECOVERY': must be one of completed" in unknown


def test_faults_of_data_sets_name_the_file_and_the_description(tmp_path, capsys):
    folder = exported(make_study(4, seed=2), tmp_path)
    file = folder / "adam" / "synthetic_adsl.csv"
    text = file.read_text("utf-8")
    assert text.count(",Y,") >= 4
    file.write_text(text.replace(",Y,", ",yes,", 1), encoding="utf-8")
    assert the_line(folder, capsys) == f"{file}, row 2, column FASFL, value 'yes': must be Y or N"
    file.write_text(text, encoding="utf-8")
    away = file.rename(tmp_path / "away.csv")
    line = the_line(folder, capsys)
    assert line.startswith(
        f"{folder / 'adam' / 'ADSL'}: there is no such data set; there are ADTIS"
    )
    away.rename(file)
    study = folder / "study.toml"
    changed = study.read_text("utf-8").replace('data = "synthetic"', 'data = "observed"')
    study.write_text(changed, encoding="utf-8")
    line = the_line(folder, capsys)
    assert line.endswith(f"must be observed, as {study} declares")
    assert line.startswith(f"{file}, column ORIGIN")


def test_columns_of_ours_lead_to_variables_and_records(tmp_path):
    made = make_study(4, seed=5, with_dates=True, missed=0)
    folder = exported(made, tmp_path)
    raw = read_study_datasets(Study.read(folder), folder / "adam")
    expected = {
        ("patients", "first_dose_date"): "TRTSDT",
        ("treatments", "week"): "ASTWK",
        ("adverse_events", "week"): "ASTWK",
        ("adverse_events", "treatment_related"): "AEREL",
        ("visits", "week"): "ARELTM",
        ("visits", "mmt"): "AVAL (PARAMCD MMT)",
    }
    for (table, column), variable in expected.items():
        assert raw[table].source.column_name(column) == variable
        assert column in raw[table].cells
    held = {name for table in raw.values() for name in table.cells}
    assert not {"index", "tis", "response", "baseline", "visit_week"} & held
    # Each measure of a visit stands in a record of its own, of which the visit has the first.
    records = pd.read_csv(folder / "adam" / "synthetic_adtis.csv", converters={"ARELTM": float})
    mmt = np.flatnonzero(records["PARAMCD"] == "MMT") + 2
    visits = raw["visits"]
    assert visits.source.origins["mmt"].lines.tolist() == mmt.tolist()
    first = records.groupby(["SUBJID", "AVISITN"], sort=False).head(1).index + 2
    assert visits.source.lines.tolist() == first.tolist()
    # The schedule is applied to when a visit took place.
    assert visits.cells["week"].tolist() == records.loc[first - 2, "ARELTM"].tolist()
    # Where weeks are asked for, dates are left out.
    text = (folder / "study.toml").read_text("utf-8").replace('time = "date"', 'time = "week"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    raw = read_study_datasets(Study.read(folder), folder / "adam")
    assert not {"date", "first_dose_date"} & {name for each in raw.values() for name in each.cells}


BASELINES = ["week 0", "last before first dose", "mean before first dose"]


@cache
def with_visits_outside_windows(baseline):
    """A study with dates, read from its tables, and its data sets: once for all formats."""
    made = make_study(12, seed=5, with_dates=True)
    made.description = made.description.replace(
        "[endpoint]", 'unscheduled = "drop"\n\n[endpoint]', 1
    )
    if "baseline = " not in made.description:
        made.description = made.description.replace(
            'time = "date"', f'time = "date"\nbaseline = "{baseline}"'
        )
    # Outside of all windows, which the schedule drops, and a visit before the first dose.
    first = made.visits[0]
    day = dt.date.fromisoformat(made.patients[0]["first_dose_date"])
    more = [day + dt.timedelta(days=days) for days in (-2, 60)]
    made.visits += [{**first, "date": each.isoformat()} for each in more]
    with TemporaryDirectory() as folder:
        given = StudyData.read(made.write(Path(folder)))
    return made, given, study_datasets(given)


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
@pytest.mark.parametrize("baseline", BASELINES)
def test_dates_survive_the_way_to_data_sets_and_back(tmp_path, file_format, baseline):
    made, given, datasets = with_visits_outside_windows(baseline)
    assert len(given.dropped_visits)
    tables = datasets.tables
    starts = [row["first_dose_date"] for row in made.patients]
    assert tables["ADSL"]["TRTSDT"].astype(str).tolist() == starts
    assert tables["ADTTE"]["STARTDT"].notna().all()
    assert tables["ADTIS"]["ADT"].notna().all()
    assert set(tables["ADAE"]["ASTDT"].astype(str)) == {row["date"] for row in made.adverse_events}
    assert set(tables["ADEX"]["ASTDT"].astype(str)) == {row["date"] for row in made.treatments}
    folder = in_adam(made, tmp_path / "again", datasets, file_format)
    found = StudyData.read(folder)
    for name, column in (
        ("patients", "first_dose_date"),
        ("visits", "date"),
        ("treatments", "date"),
        ("adverse_events", "date"),
    ):
        before, after = (getattr(data.trial, name)[column].tolist() for data in (given, found))
        assert after == before
        assert all(before)
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)
    assert evaluate_study(found).rule.tolist() == evaluate_study(given).rule.tolist()
    for name, table in study_datasets(found).tables.items():
        pd.testing.assert_frame_equal(table, tables[name])
    # Their weeks suffice where the description asks for weeks.
    study = folder / "study.toml"
    text = study.read_text("utf-8").replace('time = "date"', 'time = "week"')
    study.write_text(text, encoding="utf-8")
    by_week = StudyData.read(folder)
    np.testing.assert_array_equal(by_week.analysis.tis, given.analysis.tis)
    assert "first_dose_date" not in by_week.trial.patients


def test_a_study_without_dates_has_none_in_its_data_sets(tmp_path):
    datasets = study_datasets(StudyData.read(make_study(4, seed=2).write(tmp_path)))
    dates = {"TRTSDT", "STARTDT", "ADT", "ASTDT"}
    assert not any(dates & set(table.columns) for table in datasets.tables.values())


def test_cells_of_one_variable_have_one_name_also_of_one_patient():
    assert origin(np.array(["DTHDT"], dtype=object)).names == "DTHDT"
    assert origin(np.array(["DTHDT"] * 2, dtype=object)).names == "DTHDT"
    assert origin(np.array(["DTHWK", "DTHDT"], dtype=object)).names.tolist() == ["DTHWK", "DTHDT"]
