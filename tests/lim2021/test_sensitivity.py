"""The choices of the study's analysis: from print, and among synthetic patients."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import sensitivity
from tisstats.lim2021.claims.reference_cohort import reference_cohort
from tisstats.lim2021.design import assessment_weeks
from tisstats.lim2021.response import denominator_choices
from tisstats.lim2021.sensitivity import EnzymeLimits
from tisstats.statistics import INTERVAL_METHODS, METHOD_TITLES, proportion_interval
from tisstats.trial.samples import measure_sample
from tisstats.trial.scoring import analyse

PUBLISHED = PublishedFacts.read()
METHODS = {METHOD_TITLES[name]: name for name in INTERVAL_METHODS}
OTHER = EnzymeLimits("others", "for a test", 207.0, 340.0)

#: Responders and patients by definition and denominator, typed from the article a second time.
COUNTS = {
    ("40 points by week 9", "analysed"): (8, 19),
    ("40 points by week 4", "analysed"): (7, 19),
    ("20 points by week 9", "analysed"): (9, 19),
    ("20 points at any visit", "analysed"): (12, 19),
    ("40 points by week 9", "all included"): (8, 20),
    ("40 points by week 4", "all included"): (7, 20),
    ("20 points by week 9", "all included"): (10, 20),
    ("20 points at any visit", "all included"): (13, 20),
}


@pytest.fixture(scope="module")
def printed():
    return sensitivity.printed_curve(PUBLISHED)


def test_every_combination_of_print_is_that_of_counts_typed_again(printed):
    table = printed.table().to_dict("records")
    assert len(table) == len(COUNTS) * 5 * 3
    for row in table:
        responders, patients = COUNTS[row["Definition of a responder"], row["Denominator"]]
        assert (row["responders"], row["patients"]) == (responders, patients)
        assert row["estimate"] == pytest.approx(float(Fraction(responders, patients)))
        level = float(row["Confidence level"].removesuffix("%")) / 100
        method = METHODS[row["Interval"]]
        limits = proportion_interval(responders, patients, level, method)
        assert (row["low"], row["high"]) == pytest.approx(tuple(limits))


def test_the_counts_are_among_those_that_the_article_allows(printed):
    allowed = denominator_choices(PUBLISHED)
    pairs = set(zip(allowed["responders"], allowed["patients"], strict=True))
    by_the_last_week = printed.table()
    by_the_last_week = by_the_last_week[
        by_the_last_week["Definition of a responder"] != "40 points by week 4"
    ]
    found = set(zip(by_the_last_week["responders"], by_the_last_week["patients"], strict=True))
    assert found <= pairs


def test_the_conclusions_by_print_are_those_of_fractions(printed):
    """One half is 10 of 20: on the boundary, so not fewer than half."""
    fewer, half, planned, below = map(printed.judge, sensitivity.conclusions(PUBLISHED))
    small = [key for key, (count, of) in COUNTS.items() if Fraction(count, of) < Fraction(1, 2)]
    assert fewer.holds == len(small) * 15
    assert fewer.deciding == ("Definition of a responder", "Denominator")
    table = printed.table()
    assert half.holds == sum((table["low"] <= 0.5) & (table["high"] >= 0.5))
    assert planned.holds == sum((table["low"] <= 0.6) & (table["high"] >= 0.6))
    assert below.holds == sum(table["high"] < 0.6)
    assert planned.holds + below.holds + sum(table["low"] > 0.6) == len(table)


def test_every_level_says_why_it_is_defensible(printed):
    choices = (*printed.choices, *sensitivity.row_choices(PUBLISHED, OTHER))
    assert all(level.reason for choice in choices for level in choice.levels)


@pytest.fixture(scope="module")
def rows():
    return sensitivity.row_curve(PUBLISHED, reference_cohort(), OTHER)


def test_synthetic_patients_have_the_printed_counts_where_these_determine_them(rows):
    table = rows.table()
    as_printed = table[
        (table["Threshold"] == "40 points")
        & (table["Handling of rescue and early stops"] == "no rule")
        & (table["Handling of an unknown status"] == "left out")
        & (table["Upper limits of CK"] == "those of the data")
    ]
    for week in ("week 9", "week 4"):
        mine = as_printed[as_printed["Visits that count"] == f"at any visit by {week}"]
        expected = {COUNTS[f"40 points by {week}", of] for of in ("analysed", "all included")}
        assert set(zip(mine["responders"], mine["patients"], strict=True)) == expected


@pytest.mark.parametrize("threshold", [20, 40])
@pytest.mark.parametrize("week", [4, 9])
def test_the_handling_of_stops_at_any_visit_is_what_its_words_say(rows, threshold, week):
    analysis = analyse(reference_cohort())
    in_time = (analysis.weeks > 0) & (analysis.weeks <= week)
    counted = np.where(in_time, np.nan_to_num(analysis.tis, nan=-1), -1)
    responded = (counted >= threshold).any(axis=1)
    patients = analysis.patients
    early = ((patients["end_reason"] != "completed") & (patients["end_week"] < week)).to_numpy()
    table = rows.table()
    mine = table[
        (table["Threshold"] == f"{threshold} points")
        & (table["Visits that count"] == f"at any visit by week {week}")
        & (table["Denominator"] == "analysed")
        & (table["Upper limits of CK"] == "those of the data")
    ]
    by_rule = mine.groupby("Handling of rescue and early stops")[["responders", "patients"]]
    found = {rule: set(zip(of["responders"], of["patients"], strict=True)) for rule, of in by_rule}
    every = (int(responded.sum()), len(responded))
    assert found["no rule"] == found["visits until then"] == {every}
    assert found["non-response"] == {(int((responded & ~early).sum()), len(responded))}
    assert found["left out"] == {(every[0], int((responded | ~early).sum()))}


def test_a_response_at_one_week_is_sought_where_both_regimens_have_visits():
    choices = sensitivity.row_choices(PUBLISHED, None)
    (seen,) = (choice for choice in choices if choice.label == "Visits that count")
    weeks = assessment_weeks(PUBLISHED).values()
    for level in seen.levels:
        if level.settings["kind"] == "at week":
            assert all(level.settings["week"] in each for each in weeks)


def test_the_number_of_combinations_is_the_product_of_the_levels(rows):
    assert len(rows) == np.prod([len(choice.levels) for choice in rows.choices])
    assert len(list(product(*(choice.levels for choice in rows.choices)))) == len(rows)


def test_other_enzyme_limits_are_those_of_the_sex_and_leave_the_patients_alone():
    trial = reference_cohort()
    before = trial.patients["ck_uln"].copy()
    changed = sensitivity._with_limits(trial, OTHER).patients
    known = changed[before.notna()]
    assert set(known.loc[known["sex"] == "female", "ck_uln"]) == {207}
    assert set(known.loc[known["sex"] == "male", "ck_uln"]) == {340}
    assert trial.patients["ck_uln"].equals(before)


def test_without_other_limits_they_are_no_choice():
    curve = sensitivity.row_curve(PUBLISHED, reference_cohort(), None)
    assert "Upper limits of CK" not in {choice.label for choice in curve.choices}


def test_the_first_levels_of_the_changes_are_those_of_the_analysis():
    analysis = analyse(reference_cohort())
    choices = sensitivity.change_choices(analysis)
    for choice in choices:
        for name, value in choice.levels[0].settings.items():
            assert getattr(analysis.options, name) == value
    assert len(measure_sample(analysis, "mmt", "change")) == 19
