"""IMACS improvement, worsening and minimal disability, against plain loops over the files."""

from fractions import Fraction

import numpy as np
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, Design, analysed, visits_by_week
from tests.trial.studies import MEASURES, make_study
from tisstats.trial.imacs_counts import imacs_outcomes
from tisstats.trial.study_data import StudyData

VAS = ("physician_global", "patient_global", "extramuscular")


def gains(before, after):
    """Improvement of each measure, % of the baseline; None at a baseline of 0."""
    found = {}
    for name in MEASURES:
        first, second = Fraction(before[name]), Fraction(after[name])
        better = second - first if name == "mmt" else first - second
        found[name] = 100 * better / first if first else None
    return {name: gain for name, gain in found.items() if gain is not None}


def slow_improved(before, after):
    gain = gains(before, after)
    worse = [name for name, value in gain.items() if value <= -25]
    better = sum(value >= 20 for value in gain.values())
    return better >= 3 and len(worse) <= 2 and "mmt" not in worse


def slow_worsened(before, after):
    gain = gains(before, after)
    cm = {name: Fraction(after[name]) - Fraction(before[name]) for name in VAS}
    return (
        (cm["physician_global"] >= 2 and gain.get("mmt", 0) <= -20)
        or cm["extramuscular"] >= 2
        or sum(value <= -30 for value in gain.values()) >= 3
    )


def slow_disabled(visit, mmt_max):
    abnormal = sum(Fraction(visit[name]) >= 2 for name in VAS)
    abnormal += Fraction(visit["haq"]) >= Fraction(1, 4)
    abnormal += Fraction(visit["ck"]) > 300
    loss = 100 * (mmt_max - Fraction(visit["mmt"])) / mmt_max
    return loss >= 6 and abnormal >= 2


def complete(*visits):
    return all(visit[name] for visit in visits for name in MEASURES)


def answers(found):
    """True, False or None for each patient."""
    return [
        True if yes else False if no else None for yes, no in zip(found.yes, found.no, strict=True)
    ]


def check(folder, design):
    """Compare patients without missing measures; return how many answers were compared."""
    data, visits = StudyData.read(folder), visits_by_week(folder, design)
    compared = 0
    for arm in design.arms:
        found = imacs_outcomes(data.arm(arm))
        for place, row in enumerate(analysed(folder, arm)):
            mine = visits[row["patient_id"]]
            before = mine[Fraction(0)]
            later = [mine[week] for week in sorted(mine) if 0 < week <= design.weeks[-1]]
            said = {name: answers(getattr(found, name))[place] for name in found.__slots__}
            if not later:
                assert {said[name] for name in said if name != "disabled_at_baseline"} == {None}
                continue
            if complete(before):
                assert said["disabled_at_baseline"] == slow_disabled(before, design.mmt_max)
            if complete(before, later[-1]):
                assert said["improved_at_end"] == slow_improved(before, later[-1])
                assert said["worsened_at_end"] == slow_worsened(before, later[-1])
                assert said["disabled_at_end"] == slow_disabled(later[-1], design.mmt_max)
                compared += 1
            if complete(before, *later):
                assert said["improved_ever"] == any(slow_improved(before, v) for v in later)
                assert said["worsened_ever"] == any(slow_worsened(before, v) for v in later)
    return compared


@pytest.mark.parametrize("name", DESIGNS)
def test_patients_without_missing_measures(tmp_path, name):
    assert check(STUDIES[name](tmp_path / "study"), DESIGNS[name]) > 8


def test_patients_who_get_worse(tmp_path):
    made = make_study(12, ("a", "b"), seed=6, missing=0, missed=0)
    for row in made.visits:
        if row["patient_id"] in ("P002", "P004") and row["week"]:
            row |= {"extramuscular": 9.9, "physician_global": 9.5, "patient_global": 9.5, "haq": 3}
    folder = made.write(tmp_path / "study")
    assert check(folder, Design(("a", "b"), (0, 4, 12, 24))) == 12
    assert np.sum(imacs_outcomes(StudyData.read(folder).arm("b")).worsened_ever.yes) >= 1


def test_a_missing_measure_leaves_the_answer_open_only_if_it_matters(tmp_path):
    made = make_study(2, ("a",), seed=6, missing=0, missed=0)
    made.patients = [row | {"stop_week": "", "end_reason": "completed"} for row in made.patients]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    best = {"physician_global": 0, "patient_global": 0, "mmt": 150, "haq": 0, "ck": 100}
    for row in made.visits:
        if row["week"] == 24:
            row |= best | {"extramuscular": ""}
            if row["patient_id"] == "P002":
                row |= {"patient_global": "", "haq": "", "ck": ""}
    found = imacs_outcomes(StudyData.read(made.write(tmp_path / "study")).arm("a"))
    assert answers(found.improved_at_end) == [True, None]
    # With full strength, nobody meets the criterion, whatever is missing.
    assert answers(found.disabled_at_end) == [False, False]
