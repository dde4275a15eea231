"""A study as CDISC data sets and back: the same scores, in every format."""

import numpy as np
import pytest

from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.trial.cdisc import FILE_FORMATS, write_analysis_datasets
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData


@pytest.fixture
def made():
    return make_study(15, seed=8)


def test_early_stops_and_limits_of_patients_survive_too(made, tmp_path):
    made.description = made.description.replace("ck = 200", 'ck = "ck_limit"')
    for number, row in enumerate(made.patients):
        row["ck_limit"] = 170 + number
    made.patients[0] |= {"stop_week": 9, "end_reason": "withdrawal"}
    given = StudyData.read(made.write(tmp_path / "tables"))
    again = tmp_path / "again"
    again.mkdir()
    write_analysis_datasets(study_datasets(given), again / "adam", "xpt")
    text = made.description.replace("[files]", '[files]\nadam = "adam"')
    (again / "study.toml").write_text(text, encoding="utf-8")
    found = StudyData.read(again)
    for column in ("ck_uln", "stop_week"):
        expected = given.trial.patients[column].astype(float)
        np.testing.assert_array_equal(found.trial.patients[column].astype(float), expected)
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_a_study_survives_the_way_to_data_sets_and_back(made, tmp_path, file_format):
    folder = made.write(tmp_path / "tables")
    given = StudyData.read(folder)
    again = tmp_path / "again"
    again.mkdir()
    write_analysis_datasets(study_datasets(given), again / "adam", file_format)
    text = made.description.replace("[files]", '[files]\nadam = "adam"')
    (again / "study.toml").write_text(text, encoding="utf-8")
    found = StudyData.read(again)
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)
    np.testing.assert_array_equal(found.analysis.weeks, given.analysis.weeks)
    for column in ("arm", "age", "sex", "dysphagia", "end_reason"):
        assert found.trial.patients[column].equals(given.trial.patients[column])
    assert found.trial.treatments["treatment"].tolist() == (
        given.trial.treatments["treatment"].tolist()
    )
    assert len(found.trial.adverse_events) == len(given.trial.adverse_events)
    assert all(path.name.startswith("synthetic_") for path in (again / "adam").iterdir())


def test_the_score_is_a_parameter_with_its_criterion(made, tmp_path):
    given = StudyData.read(made.write(tmp_path / "tables"))
    adtis = study_datasets(given).tables["ADTIS"]
    scores = adtis[(adtis["PARAMCD"] == "TIS") & (adtis["AVISITN"] > 0)]
    known = given.analysis.visits
    later = known[(known["week"] > 0) & known["tis"].notna()]
    assert scores["AVAL"].dropna().tolist() == pytest.approx(later["tis"].tolist())
    met = scores.loc[scores["AVAL"].notna(), "CRIT1FL"].eq("Y").tolist()
    assert met == (later["tis"] >= 40).tolist()


def test_data_sets_are_not_written_over_a_file(made, tmp_path):
    given = StudyData.read(made.write(tmp_path / "tables"))
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="file: is a file; name a folder"):
        write_analysis_datasets(study_datasets(given), tmp_path / "file", "csv")
    assert (tmp_path / "file").read_text("utf-8") == "mine"
