"""Definitions with a study's own cut-offs, against plain loops, by hand and at their limits."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.trial.slow_endpoint import gain, slow_patients
from tests.trial.studies import MEASURES, make_study
from tests.trial.test_endpoints import Slow
from tests.trial.test_study_endpoint import eventful, slow_endpoint
from tisstats.chapters.trial_report.measures import Measures
from tisstats.chapters.trial_report.primary_endpoint import PrimaryEndpoint
from tisstats.chapters.trial_report.safety import Safety
from tisstats.chapters.trial_report.scores import Scores
from tisstats.trial.definitions import (
    PRODERM_DISABILITY,
    PUBLISHED,
    describe_disability,
    describe_worsening,
)
from tisstats.trial.imacs_counts import disabled_by_visit, imacs_outcomes
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import describe_study_endpoint, evaluate_study
from tisstats.trial.template import example_folder

WEEKS = (0, 4, 12, 24)

OWN = """
[definitions.improvement]
improved_by = { mmt = 15, enzyme = 40, physician_global = 30 }
improved_count = 4
worse_by = { haq = 50 }
max_worse = 1
must_not_worsen = ["haq", "mmt"]
[definitions.worsening]
worse_by = { mmt = 10, enzyme = 60 }
worse_count = 2
clauses = [{ patient_global_cm = 1.5, haq_percent = 25 }]
[definitions.minimal_disability]
mmt_loss_percent = 20
others_abnormal = 4
physician_global_cm = 3
patient_global_cm = 4
extramuscular_cm = 2.5
haq_points = 1
enzyme_uln = 2
"""


def improved(before, after):
    """The improvement of `OWN`, typed a second time."""
    least = {"mmt": 15, "ck": 40, "physician_global": 30}
    gains = {name: gain(before, after, name) for name in MEASURES}
    better = sum(gains[name] >= least.get(name, 20) for name in MEASURES)
    worse = {name for name in MEASURES if gains[name] <= -(50 if name == "haq" else 25)}
    return better >= 4 and len(worse) <= 1 and not worse & {"haq", "mmt"}


def worsened(before, after):
    """The worsening of `OWN`, typed a second time."""
    least = {"mmt": 10, "ck": 60}
    gains = {name: gain(before, after, name) for name in MEASURES}
    rise = after["patient_global"] - before["patient_global"]
    return (rise >= Fraction(3, 2) and gains["haq"] <= -25) or sum(
        gains[name] <= -least.get(name, 30) for name in MEASURES
    ) >= 2


def disabled(before, after):  # noqa: ARG001 - as the others
    """The minimal disability of `OWN`, typed a second time: MMT-8 of at most 120 of 150."""
    abnormal = (
        (after["physician_global"] >= 3)
        + (after["patient_global"] >= 4)
        + (after["extramuscular"] >= Fraction(5, 2))
        + (after["haq"] >= 1)
        + (after["ck"] > 400)
    )
    return after["mmt"] <= 120 and abnormal >= 4


CRITERIA = {
    "imacs improvement": improved,
    "imacs worsening": worsened,
    "minimal disability": disabled,
}


@pytest.fixture(scope="module")
def made():
    """A study in which some get worse at every visit, a little short of the published cut-offs."""
    study = eventful(30, ("active", "control"), WEEKS, 11)
    for row in study.visits:
        if row["patient_id"] in ("P002", "P003", "P008"):
            row |= {"physician_global": 5, "extramuscular": 5, "ck": 900, "mmt": 100}
            later = row["week"] > 0
            row |= {"haq": 1.25 if later else 1, "patient_global": 7.5 if later else 6}
    return study


@pytest.fixture(scope="module", params=CRITERIA)
def study(request, made, tmp_path_factory):
    """A study with a criterion in its own cut-offs and no threshold: criterion, folder, rows."""
    folder = tmp_path_factory.mktemp("study")
    made.write(folder)
    start, _, rest = made.description.partition("[endpoint]\n")
    endpoint = (
        f'[endpoint]\nkind = "best"\nweek = 24\nmissing = "unknown"\ncriterion = "{request.param}"'
    )
    text = f"{start}{endpoint}\n{OWN}{rest[rest.index('[analysis]') :]}"
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return request.param, folder, StudyData.read(folder)


def test_every_patient_by_a_studys_own_cut_offs(study):
    criterion, folder, data = study
    result = evaluate_study(data)
    patients = slow_patients(folder, WEEKS, criterion=CRITERIA[criterion])
    endpoint = slow_endpoint(WEEKS, kind="best")
    expected = [
        Slow(endpoint, patients[name]).status() for name in data.analysis.patients["patient_id"]
    ]
    assert list(zip(result.status, result.rule, strict=True)) == expected
    assert {"responder", "non-responder"} <= set(result.status)


def test_captions_state_the_cut_offs_in_use(study):
    criterion, folder, _ = study
    outcome = {"imacs improvement": "Improvement", "imacs worsening": "Worsening"}.get(
        criterion, "Minimal disability"
    )
    primary = PrimaryEndpoint(str(folder))
    caption = primary.responders().caption
    assert f"{outcome} by the cut-offs of this study" in caption
    assert "IMACS definition" not in caption
    assert {
        "imacs improvement": "at least 4 of 6 core set measures better by at least 20% of baseline "
        "(physician global activity by 30%, muscle testing by 15%, enzyme by 40%), and at most 1, "
        "not HAQ or muscle testing, worse by at least 25% (HAQ by 50%)",
        "imacs worsening": "patient global activity worse by at least 1.5 cm and HAQ worse by at "
        "least 25%, or at least 2 of 6 core set measures worse by at least 30% of baseline (muscle "
        "testing by 10%, enzyme by 60%)",
        "minimal disability": "a loss of at least 20% of the maximum of the muscle test, with at "
        "least 4 of the other core set measures abnormal: physician global activity from 3 cm, "
        "patient global activity from 4 cm, extramuscular activity from 2.5 cm, HAQ from 1 points, "
        "enzyme above 2 times its upper limit of normal",
    }[criterion] in caption
    assert "Source: cut-offs of this study; the published ones are those of" in caption
    sources = Measures(str(folder)).definitions().frame["Source"]
    assert all(each.startswith("Cut-offs of this study") for each in sources)
    counted = Measures(str(folder)).imacs_counts().caption
    assert "Improvement, worsening (rule of this study) and minimal disability" in counted
    captions = " ".join(each.caption for each in Safety(str(folder)).outcome_tables())
    assert "the rule of this study (cut-offs of this study; the published ones" in captions
    scores = Scores(str(folder))
    assert scores.responder_score is None
    for text in (scores.incidence().caption, scores.response, str(scores.numbers())):
        assert "Score of at least" not in text
        assert "None" not in text


def test_tables_count_by_the_same_cut_offs(study):
    _, _, data = study
    found = imacs_outcomes(data.analysis, data.study.definitions)
    visits = data.analysis.visits
    compared = 0
    for place, name in enumerate(data.analysis.patients["patient_id"]):
        rows = visits.loc[visits["patient_id"] == name, ["week", *MEASURES]]
        rows = rows[rows["week"] <= 24]
        if len(rows) < 2 or rows.isna().any(axis=None):
            continue
        exact = [
            {each: Fraction(str(row[each])) for each in MEASURES} for row in rows.to_dict("records")
        ]
        before, last = exact[0], exact[-1]
        assert found.improved_at_end.yes[place] == improved(before, last)
        assert found.worsened_at_end.yes[place] == worsened(before, last)
        assert found.disabled_at_baseline.yes[place] == disabled(before, before)
        assert found.disabled_at_end.yes[place] == disabled(before, last)
        compared += 1
    assert compared >= 8


#: Measures at a visit, and whether minimal disability of `OWN` is met, by hand.
AT_THE_CUT_OFFS = [
    ({}, True),
    ({"mmt": 121}, False),  # 29 of 150 lost are less than 20%
    ({"physician_global": 2.9}, False),
    ({"patient_global": 3.9}, False),
    ({"extramuscular": 2.4}, False),
    ({"haq": 0.875}, False),
    ({"haq": 0.875, "ck": 401}, True),  # the enzyme above twice its limit of 200
    ({"haq": 0.875, "ck": 400}, False),
    ({"mmt": "", "haq": 0.875, "ck": ""}, None),
    ({"mmt": 121, "ck": ""}, False),
]


def test_cut_offs_of_minimal_disability_by_hand(tmp_path):
    study = make_study(len(AT_THE_CUT_OFFS), weeks=(0, 4), missing=0, missed=0)
    at = {"physician_global": 3, "patient_global": 4, "mmt": 120, "haq": 1, "ck": 200}
    at["extramuscular"] = 2.5
    changes = {f"P{place:03d}": each for place, (each, _) in enumerate(AT_THE_CUT_OFFS, start=1)}
    for row in study.visits:
        if row["week"] == 4:
            row |= at | changes[row["patient_id"]]
    for row in study.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    study.treatments = [row for row in study.treatments if row["treatment"] != "rescue"]
    study.description = study.description.replace("[analysis]", f"{OWN}[analysis]")
    data = StudyData.read(study.write(tmp_path))
    found = disabled_by_visit(data.analysis, data.study.definitions.disability)
    said = [
        True if yes else False if no else None
        for yes, no in zip(found.yes[:, 1], found.no[:, 1], strict=True)
    ]
    assert said == [met for _, met in AT_THE_CUT_OFFS]


def test_cut_offs_written_as_published_change_nothing():
    text = (example_folder().parent / "study.toml").read_text("utf-8")
    start = text.index("# [definitions.improvement]")
    end = text.index("[analysis]")
    lines = [line[2:] for line in text[start:end].splitlines() if line.startswith("# ")]
    given = text[:start] + "\n".join(lines) + "\n" + text[end:]
    mapping = tomllib.loads(given)
    mapping["measures"] |= {"mmt_max": 150, "vas_max": 10, "uln": {"ck": 200}}  # to be filled in
    assert {"improvement", "worsening", "minimal_disability"} == set(mapping["definitions"])
    assert Study.from_mapping(mapping).definitions == PUBLISHED


def test_the_published_definitions_keep_their_names(tmp_path):
    made = make_study(6, changes='criterion = "minimal disability"')
    text = describe_study_endpoint(StudyData.read(made.write(tmp_path)))
    assert text.startswith("Minimal disability by the criterion of ProDERM at week 24")
    assert "Source: ProDERM, ClinicalTrials.gov NCT02728752. Assumptions: the trial asks" in text


def test_deterioration_by_a_studys_own_worsening(made, tmp_path):
    changes = f'without_confirmed_deterioration = true\ndeterioration = "imacs"\n{OWN}'
    folder = made.write(tmp_path)
    text = make_study(4, changes=changes).description
    (folder / "study.toml").write_text(text, encoding="utf-8")
    data = StudyData.read(folder)
    result = evaluate_study(data)
    patients = slow_patients(folder, WEEKS, worse=worsened)
    endpoint = replace(
        slow_endpoint(WEEKS, without_confirmed_deterioration=True),
        threshold=40,
        missing="non-responder",
    )
    expected = [
        Slow(endpoint, patients[name]).status()[0] for name in data.analysis.patients["patient_id"]
    ]
    assert list(result.status) == expected
    assert np.any(result.rule == "confirmed deterioration")


@pytest.mark.parametrize("visits", [1, 2, 3])
def test_the_number_of_visits_of_a_worsening_is_said_from_two_on(visits):
    said = describe_worsening(replace(PUBLISHED.worsening, consecutive_visits=visits))
    end = f"30% of baseline, each at {visits} consecutive visits"
    assert said.endswith("30% of baseline" if visits == 1 else end)


@pytest.mark.parametrize("cut_off", [3.0, 0.5])
def test_cut_offs_are_described_without_decimals_that_say_nothing(cut_off):
    worsening = PUBLISHED.worsening
    clause = tuple(replace(each, by=cut_off) for each in worsening.clauses[0])
    disability = replace(
        PRODERM_DISABILITY,
        min_mmt_loss_percent=cut_off,
        vas_abnormal_cm=cut_off,
        haq_abnormal=cut_off,
        enzyme_abnormal_uln=cut_off,
    )
    of_each = replace(disability, vas_abnormal_cm={"extramuscular": cut_off})
    texts = [
        describe_worsening(replace(worsening, clauses=(clause,))).partition(", or")[0],
        describe_disability(disability),
        describe_disability(of_each),
    ]
    shown = f"{cut_off:g}"
    cut_offs = r"(?<=from |bove )[0-9.]+[0-9]|(?<=from |bove )[0-9]|[0-9.]+(?=%| cm)"
    assert [re.findall(cut_offs, text) for text in texts] == [[shown] * 2, [shown] * 4, [shown] * 4]


def test_a_criterion_with_a_limit_for_each_scale_can_be_told_from_others():
    one = PRODERM_DISABILITY
    own = replace(one, vas_abnormal_cm={"physician_global": 2, "extramuscular": 1})
    assert len({one, own, replace(own), replace(one)}) == 2


def test_a_criterion_with_a_cut_off_for_each_scale_has_a_hash():
    each = replace(PRODERM_DISABILITY, vas_abnormal_cm={"physician_global": 2.0})
    assert hash(each) == hash(replace(PRODERM_DISABILITY, vas_abnormal_cm=2))
    assert each != PRODERM_DISABILITY
