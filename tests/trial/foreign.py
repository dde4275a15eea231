"""Studies read from data sets as of another sponsor."""

from tests.trial.studies import make_study
from tests.trial.test_study_adam import in_adam
from tisstats.trial.cdisc import AnalysisDatasets
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData


def foreign(tmp_path, change, *, dated=False):
    """Write a study with changed data sets without a table of variables, and return its folder."""
    made = make_study(4, seed=4, missing=0, missed=0, with_dates=dated)
    for row in made.patients:
        row["end_reason"] = "completed"
        del row["stop_week"]
    time = "date" if dated else "week"
    event = {"event": "headache", "serious": "false", "treatment_related": "no"}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    made.adverse_events = [
        {"patient_id": row["patient_id"], time: row[time], **event, "origin": "synthetic"}
        for row in made.treatments
    ]
    before, _, after = made.description.partition("[characteristics]")
    made.description = f"{before}[files]{after.partition('[files]')[2]}"
    tables = study_datasets(StudyData.read(made.write(tmp_path / "tables"))).tables
    change(tables)
    folder = in_adam(made, tmp_path / "again", AnalysisDatasets({}, ()))
    (folder / "adam" / "define.csv").unlink()
    for name in tables:
        tables[name].to_csv(folder / "adam" / f"synthetic_{name.lower()}.csv", index=False)
    return folder
