"""Courses of scores that are not complete: how many absent visits are listed."""

import numpy as np
import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.trial.score_courses import read_score_courses


@pytest.mark.parametrize("absent", [1, 19, 20, 21, 22])
def test_twenty_absent_visits_are_listed_and_the_others_counted(tmp_path, absent):
    path = tmp_path / "scored.csv"
    rows = [f"P{n},0,0\nP{n},4,20\n" for n in range(absent + 1)]
    path.write_text("patient_id,week,tis\n" + "".join(rows) + f"P{absent},8,20\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read_score_courses(path)
    listed = [fault for fault in caught.value.faults if fault.value]
    counted = [fault.message for fault in caught.value.faults if not fault.value]
    # In the order of the patients of the table.
    assert [fault.value for fault in listed] == [f"P{n}" for n in range(min(absent, 20))]
    assert all("the patient has no visit at week 8" in fault.message for fault in listed)
    more = [f"and {absent - 20} more: a patient has no visit at a week"] if absent > 20 else []
    assert [message.partition(",")[0] for message in counted] == more


@pytest.mark.parametrize("dtype", [np.int64, object])
def test_courses_stand_in_the_order_of_the_patients_of_the_file(tmp_path, dtype):
    path = tmp_path / "scored.parquet"
    scores = {7: 20.0, 3: 45.0, 5: 60.0}
    rows = [(name, week, week and score) for name, score in scores.items() for week in (0, 4)]
    table = pd.DataFrame(rows, columns=["patient_id", "week", "tis"])
    patients = table["patient_id"]
    table["patient_id"] = patients if dtype is np.int64 else patients.astype(str)
    table.to_parquet(path)
    assert read_score_courses(path).tolist() == [[score] for score in scores.values()]
