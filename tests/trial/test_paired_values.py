"""Values before and after, against a slow count from the files of a study."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, slow_quartiles, visits_by_week
from tisstats.trial import TABLES
from tisstats.trial.paired_values import paired_values
from tisstats.trial.study_data import StudyData


@pytest.mark.parametrize("name", DESIGNS)
def test_pairs_are_those_of_the_files(tmp_path, name):
    folder, design = STUDIES[name](tmp_path / name), DESIGNS[name]
    data, visits = StudyData.read(folder), visits_by_week(folder, design)
    for arm in design.arms:
        rows = analysed(folder, arm)
        for found in paired_values(data.arm(arm)):
            pairs = []
            for row in rows:
                mine = visits[row["patient_id"]]
                after = [week for week in mine if 0 < week <= design.weeks[-1]]
                if not after or found.measure not in mine[Fraction(0)]:
                    continue
                both = mine[Fraction(0)][found.measure], mine[max(after)][found.measure]
                if "" not in both:
                    pairs.append(tuple(map(Fraction, both)))
            assert found.patients == len(rows)
            drawn = np.column_stack([found.before, found.after]).tolist()
            assert np.array(sorted(drawn)) == pytest.approx(
                np.array(sorted((float(before), float(after)) for before, after in pairs))
            )
            sign = 1 if found.scale.better == "higher" else -1
            gains = [sign * (after - before) for before, after in pairs]
            assert (found.better, found.unchanged, found.worse, found.measured) == (
                sum(gain > 0 for gain in gains),
                sum(gain == 0 for gain in gains),
                sum(gain < 0 for gain in gains),
                len(gains),
            )
            if len(pairs) > 1:
                for middle, values in zip(
                    (found.at_baseline, found.at_end), zip(*pairs, strict=True), strict=True
                ):
                    assert (middle.q1, middle.median, middle.q3) == pytest.approx(
                        tuple(map(float, slow_quartiles(list(values))))
                    )


def test_a_group_without_pairs_has_no_median(tmp_path):
    data = StudyData.read(STUDIES["example"](tmp_path / "study"))
    nobody = paired_values(data.arm("active").subset([]))[0]
    assert (nobody.patients, nobody.measured, nobody.better) == (0, 0, 0)
    assert np.isnan(nobody.at_baseline.median)


def test_the_tables_of_some_patients_have_their_rows_and_the_columns_of_all(tmp_path):
    trial = StudyData.read(STUDIES["example"](tmp_path / "study")).trial
    chosen = trial.patients["patient_id"].tolist()[1::2]
    some = trial.subset(chosen)
    for name in TABLES:
        whole, part = getattr(trial, name), getattr(some, name)
        assert part.columns.tolist() == whole.columns.tolist()
        assert part.index.tolist() == list(range(len(part)))
        rows = whole["patient_id"].isin(chosen).to_numpy()
        pd.testing.assert_frame_equal(part, whole[rows].set_axis(part.index))
    assert some.patients["patient_id"].tolist() == chosen
