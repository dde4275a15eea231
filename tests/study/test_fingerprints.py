"""Each fingerprint, held against a slow count of its own."""

from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest

from tisstats.rounding import parse, prints_as
from tisstats.study import fingerprint_tables, fingerprints


@pytest.fixture(scope="module")
def example(published):
    return fingerprints.ages_example(published)


def test_all_quartiles_of_both_tables_are_listed(published):
    listed = fingerprints.printed_quartiles(published)
    assert len(listed) == 2 * 4 + 13 * 3
    assert len({each.name for each in listed}) == len(listed)


def test_haverage_allows_every_set_and_the_rule_of_numpy_does_not(published):
    rules = fingerprints.quantile_rules(published).set_index("definition")
    assert rules.loc["spss", "possible"] == rules.loc["spss", "sets"]
    assert rules.loc["spss", "conflicts"] == ""
    assert rules.loc["7", "possible"] == rules.loc["7", "sets"] - 1
    assert "NM/OM: a value of at most 15 is needed, below 17" in rules.loc["7", "conflicts"]


def test_no_four_ages_have_the_printed_quartiles_by_numpy(published):
    stem = "table1.age_at_onset.nm_om"
    wanted = [parse(published.text(f"{stem}.{name}")) for name in ("q1", "median", "q3")]

    def print_as(ages, method):
        quartiles = np.quantile(ages, [0.25, 0.5, 0.75], axis=1, method=method).T
        low = np.array([float(each.value) - 0.5 for each in wanted])
        return ages[((quartiles >= low) & (quartiles < low + 1)).all(axis=1)]

    ages = np.array(list(combinations_with_replacement(range(10, 91), 4)), dtype=float)
    by_numpy = print_as(ages, "linear")
    assert by_numpy[:, 0].max() == pytest.approx(15)
    assert (print_as(ages, "weibull")[:, 0] >= 17).any()


def test_the_ages_solved_by_hand_have_the_printed_quartiles(published, example):
    a, b, c, d = (Fraction(example[name]) for name in "abcd")
    assert 17 <= a <= b <= c <= d
    quartiles = {"q1": a + (b - a) / 4, "median": (b + c) / 2, "q3": c + 3 * (d - c) / 4}
    for name, value in quartiles.items():
        assert prints_as(value, published.printed(f"table1.age_at_onset.nm_om.{name}"))


def test_the_steps_by_hand_end_below_the_youngest_age_allowed(example):
    assert example["numpy_c"] == 77
    assert example["numpy_b"] == 119 - 77
    assert example["numpy_a"] == 15 < example["allowed"] == 17


def test_completers_alone_cannot_give_the_p_of_swallowing(published):
    found = fingerprints.analysis_sets(published)
    numbers = fingerprint_tables.analysis_numbers(published, found)
    assert numbers["conflict_measures"] == "ALS severity scale, swallowing (0.40)"
    laid = fingerprint_tables.analysis_table(found).set_index("Outcome measure")
    assert list(laid["Attainable, completers"]).count("no") == 1
    sets = found.set_index("measure")
    assert sets["analysed_attainable"].all()
    assert set(sets["completers_n"]) == {12}
    assert "psoas" not in sets.index
    assert list(sets.index[~sets["completers_attainable"]]) == ["swallowing"]
    assert sets.loc["swallowing", "completers_low"] > 0.405


def test_a_median_change_of_a_half_newton_needs_half_newtons(published):
    found = fingerprints.dynamometer(published).set_index("step")["possible"]
    assert not found["1"]
    assert not found["1/3"]
    assert found["0.5"]
    assert fingerprints.dynamometer(published, "deltoid")["possible"].all()


def test_tables_of_the_page_tell_the_findings(published):
    rules = fingerprint_tables.rule_table(fingerprints.quantile_rules(published))
    told = rules.set_index("Rule")
    assert told.loc["HAVERAGE (SPSS)", "Sets it allows"] == "47 of 47"
    assert "NM/OM" in told.loc["type 7 (numpy, pandas, R by default)", "What it cannot give"]
    dynamometer = fingerprint_tables.dynamometer_table(published)
    assert list(dynamometer["Can it be?"]) == ["no", "no", "yes", "yes"]


def test_the_added_patient_is_none_of_those_with_minimal_improvement(published):
    numbers = fingerprint_tables.added_patient(published)
    assert numbers["discussion_count"] == numbers["minimal"] + 2 == 11
    assert (numbers["added_patient"], numbers["discussion_percent"]) == ("4", "55")
    assert (numbers["imnm_raynaud"], numbers["ass_pulmonary"]) == ("0", "0")
