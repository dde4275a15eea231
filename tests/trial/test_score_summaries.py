"""Scores by week and arm, against plain loops over the files."""

from fractions import Fraction
from statistics import median

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, scores_of, slow_quartiles
from tisstats.trial.score_summaries import summarise_scores
from tisstats.trial.study_data import StudyData


@pytest.mark.parametrize("name", DESIGNS)
def test_scores_of_every_arm_and_week(tmp_path, name):
    folder, design = STUDIES[name](tmp_path / "study"), DESIGNS[name]
    data, scores = StudyData.read(folder), scores_of(folder, design)
    left_open = 0
    for arm in design.arms:
        members = [row["patient_id"] for row in analysed(folder, arm)]
        for found in summarise_scores(data.arm(arm), design.weeks[1:], 7):
            week = Fraction(found.week)
            bounds = [scores[who][week] for who in members if week in scores[who]]
            known = [low for low, high in bounds if low == high]
            left_open += len(bounds) - len(known)
            assert (found.patients, found.seen, found.known) == (
                len(members),
                len(bounds),
                len(known),
            )
            assert len(known) >= 2
            assert (found.q1, found.median, found.q3) == slow_quartiles(known)
            assert found.median_low == median(low for low, _ in bounds)
            assert found.median_high == median(high for _, high in bounds)
    assert left_open > 0


def test_a_week_without_any_visit_has_no_median(tmp_path):
    data = StudyData.read(STUDIES["bare"](tmp_path / "study"))
    (found,) = summarise_scores(data.arm("four"), [12], 7)
    assert (found.patients, found.seen, found.known) == (0, 0, 0)
    assert found.median is found.q1 is found.median_low is found.median_high is None
