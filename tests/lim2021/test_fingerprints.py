"""Each fingerprint, held against a slow count of its own."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy.stats import wilcoxon

from tisstats.chapters.identifiability import Identifiability
from tisstats.chapters.identifiability.fingerprints import Fingerprints
from tisstats.forensics import quartile_consistency
from tisstats.lim2021 import fingerprints, response
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_bounds import compute
from tisstats.lim2021.table2_row import Table2Row
from tisstats.printed import matches_print, parse
from tisstats.statistics import signed_rank_test


@pytest.fixture(scope="module")
def page(published):
    return Fingerprints(published)


@pytest.fixture(scope="module")
def example(page):
    return page.example_numbers()


@pytest.fixture(scope="module")
def sets(published):
    return fingerprints.analysis_sets(published)


def test_all_quartiles_of_both_tables_are_listed(published):
    listed = fingerprints.recorded_quartiles(published)
    assert len(listed) == 2 * 4 + 13 * 3
    assert len({each.name for each in listed}) == len(listed)


def test_haverage_allows_every_set_and_the_rule_of_numpy_does_not(published):
    rules = fingerprints.quantile_definitions(published).set_index("definition")
    assert rules.loc["spss", "possible"] == rules.loc["spss", "sets"]
    assert rules.loc["spss", "conflicts"] == ""
    assert rules.loc["7", "possible"] == rules.loc["7", "sets"] - 1
    assert (
        "NM/OM: a value would have to be 15 or lower, below the minimum 17"
        in rules.loc["7", "conflicts"]
    )


def test_no_four_ages_have_the_printed_quartiles_by_numpy(published):
    stem = "table1.age_at_onset.nm_om"
    wanted = [parse(published.text(f"{stem}.{name}")) for name in ("q1", "median", "q3")]

    def print_as(ages, method):
        quartiles = np.quantile(ages, [0.25, 0.5, 0.75], axis=1, method=method).T
        low = np.array([float(each.value) - 0.5 for each in wanted])
        return ages[((quartiles >= low) & (quartiles < low + 1)).all(axis=1)]

    # By either rule the median is the mean of the second and the third, and prints as 60.
    middle = [pair for pair in combinations_with_replacement(range(10, 91), 2)
              if 119 <= sum(pair) <= 121]  # fmt: skip
    ages = np.array(
        [(a, b, c, d) for b, c in middle for a in range(10, b + 1) for d in range(c, 91)],
        dtype=float,
    )
    by_numpy = print_as(ages, "linear")
    assert by_numpy[:, 0].max() == pytest.approx(15)
    assert (print_as(ages, "weibull")[:, 0] >= 17).any()


def test_the_ages_solved_by_hand_have_the_printed_quartiles(published, example):
    a, b, c, d = (Fraction(example[name]) for name in "abcd")
    assert 17 <= a <= b <= c <= d
    quartiles = {"q1": a + (b - a) / 4, "median": (b + c) / 2, "q3": c + 3 * (d - c) / 4}
    for name, value in quartiles.items():
        assert matches_print(value, published.printed(f"table1.age_at_onset.nm_om.{name}"))


def test_the_steps_by_hand_end_below_the_youngest_age_allowed(example):
    assert example["numpy_c"] == 77
    assert example["numpy_b"] == 119 - 77
    assert example["numpy_a"] == 15 < int(str(example["allowed"])) == 17


def test_the_ages_rule_numpy_out_in_completed_years_and_months_only(published, example, page):
    """To the day, the youngest may be 17.49 by that rule, and was at least 17.25."""
    found = fingerprints.age_resolutions(published).set_index("resolution")
    assert found["possible"].tolist() == [False, False, True]
    assert found["needed"].tolist()[:2] == [15, Fraction(206, 12)]
    assert found["allowed"].tolist()[:2] == [17, Fraction(207, 12)]
    assert found["allowed"].iloc[2] < found["needed"].iloc[2] < Fraction(35, 2)
    ages = np.array([17.3, 41.56, 77.45, 77.5])
    assert np.quantile(ages, [0.25, 0.5, 0.75]).round().tolist() == [35, 60, 77]
    assert example["numpy_given"].startswith("ages in completed years; ")
    assert example["numpy_rule"] == "the printed ages were not computed with that definition"
    table = page.ages().frame
    assert list(table["Is numpy's definition possible?"]) == ["no", "no", "yes"]


@pytest.mark.parametrize("step", [Fraction(1), Fraction(1, 2), Fraction(1, 12), Fraction(1, 365)])
def test_the_youngest_by_numpy_is_the_greatest_that_any_ages_have(published, step):
    """Against a search over all four ages: possible from this age on, not from the next."""
    youngest = fingerprints.ages_under_type_7(published, step).a
    for low, possible in ((youngest, True), (youngest + step, False)):
        found = quartile_consistency("35", "60", "77", 4, step, low=low, definition=7)
        assert found.possible is possible


def test_on_finer_steps_every_rule_allows_every_set(published, page):
    finer = fingerprints.quantile_definitions(published, finer=True)
    assert set(finer["possible"]) == {47}
    steps = {
        each.name: each.step for each in fingerprints.recorded_quartiles(published, finer=True)
    }
    coarse = {each.name: each.step for each in fingerprints.recorded_quartiles(published)}
    assert all((coarse[name] / step).denominator == 1 for name, step in steps.items())
    numbers = page.rule_numbers()
    assert (numbers["sets_spss"], numbers["sets_numpy"], numbers["sets_finer"]) == (
        "all 47",
        "46 of the 47",
        "all 47",
    )
    assert "ages in completed years" in numbers["steps_assumed"]


def test_completers_alone_cannot_give_the_p_of_swallowing(sets, page):
    numbers = page.analysis_numbers()
    assert numbers["conflicts"] == (
        "completers alone cannot yield the printed P for ALS severity scale, swallowing (0.40)"
    )
    assert numbers["conflicts_given"].startswith(
        "all 12 with both values; ALSSS-SW in steps of 1 point; quartiles by HAVERAGE; "
    )
    laid = page.analysis_table().frame.set_index("Outcome measure")
    assert list(laid["Attainable, completers"]).count("no") == 1
    found = sets.set_index("measure")
    assert found["analysed_attainable"].all()
    assert set(found["completers_n"]) == {12}
    assert set(SCALES) - set(found.index) == {"psoas"}  # as the page says
    assert list(found.index[~found["completers_attainable"]]) == ["swallowing"]
    assert found.loc["swallowing", "completers_low"] > 0.405


def test_fewer_completers_are_one_fewer(published):
    found = fingerprints.completers_under_changed_conditions(published, "swallowing").set_index(
        "condition"
    )
    row = Table2Row.read(published, "swallowing", "spss")
    for pairs, condition in ((12, "as assumed"), (11, "only 11 of them with both values")):
        alone = compute(replace(row, pairs=pairs), "asymptotic")
        assert found.loc[condition, ["low", "high"]].tolist() == [alone.low, alone.high]
    assert found.loc["as assumed", "low"] > found.loc[condition, "low"]


def test_the_conclusion_on_completers_falls_with_other_conditions(published, page):
    found = fingerprints.completers_under_changed_conditions(published, "swallowing").set_index(
        "condition"
    )
    rules = ("1", "2", "3", "4", "5", "7 (numpy, pandas, R by default)", "8", "9")
    assert found.index.tolist() == [
        *("as assumed", "exact instead of asymptotic P", "only 11 of them with both values"),
        *("steps of 0.5 points", "steps of 0.5 points, and only 11 of them with both values"),
        *(f"quartiles by type {rule}" for rule in rules),
        "quartiles by Tukey's hinges",
    ]
    assert not found.loc["as assumed", "attainable"]
    assert sorted(found.index[found["attainable"]]) == [
        "quartiles by type 1",
        "quartiles by type 3",
        "quartiles by type 4",
        "steps of 0.5 points, and only 11 of them with both values",
    ]
    numbers = page.analysis_numbers()
    excluded = numbers["still_excluded"].split("; ")
    fallen = numbers["no_longer_excluded"].split("; ")
    assert len(excluded) + len(fallen) == len(found) - 1
    assert set(fallen) == set(found.index[found["attainable"]])
    table = page.completers_table().frame
    assert list(table["Printed P attainable"]).count("yes") == len(fallen)


def changes_of_completers():
    """All sorted changes of 12 patients, in whole points, with quartiles -1.0, 0.0 and 1.0."""
    for inner in combinations_with_replacement(range(-3, 4), 8):
        q1 = inner[0] + (inner[1] - inner[0]) / 4
        q3 = inner[6] + 3 * (inner[7] - inner[6]) / 4
        if abs(q1 + 1) < 0.05 and inner[3] + inner[4] == 0 and abs(q3 - 1) < 0.05:
            for low in combinations_with_replacement(range(-9, inner[0] + 1), 2):
                for high in combinations_with_replacement(range(inner[-1], 10), 2):
                    yield (*low, *inner, *high)


def test_no_sample_of_completers_has_that_p_by_other_tests_either():
    """Zeros dropped or ranked (Pratt), asymptotic or exact, corrected for continuity or not."""
    patterns = set()
    for changes in changes_of_completers():
        sizes = sorted({abs(change) for change in changes} - {0})
        patterns.add(
            tuple(0 if not x else (sizes.index(abs(x)) + 1) * (1 if x > 0 else -1) for x in changes)
        )
    assert len(patterns) == 260
    printed = parse("0.40")
    for pattern in patterns:
        for zeros in ("wilcox", "pratt"):
            for method in ("asymptotic", "exact"):
                found = signed_rank_test(pattern, zero_method=zeros, method=method)
                assert not matches_print(found.pvalue, printed)
            corrected = wilcoxon(pattern, zero_method=zeros, correction=True, method="asymptotic")
            assert not matches_print(float(corrected.pvalue), printed)


def test_the_dynamometer_is_excluded_in_whole_newtons_and_thirds_only(published, page):
    found = fingerprints.dynamometer(published).set_index("step")
    assert found["possible"].to_dict() == {
        Fraction(1): False,
        Fraction(1, 3): False,
        Fraction(1, 6): True,
        Fraction(1, 2): True,
        Fraction(1, 10): True,
    }
    # By one other rule of eleven even whole newtons give it.
    assert found.loc[Fraction(1), "definitions"] == (4,)
    assert fingerprints.dynamometer(published, "deltoid")["possible"].all()
    # In sixths by hand: 27 sixths are 4.5.
    assert Fraction(27, 6) == Fraction(9, 2)
    numbers = page.dynamometer_numbers()
    assert numbers["dynamometer_given"].startswith("all 19 patients measured; quartiles by")
    assert "averaged over both sides" in numbers["dynamometer_possible"]


def test_tables_of_the_page_tell_the_findings(page):
    told = page.rule_table().frame.set_index("Definition")
    by_numpy = told.loc["type 7 (numpy, pandas, R by default)"]
    assert told.loc["HAVERAGE (SPSS)", "Compatible sets (assumed steps)"] == "47 of 47"
    assert "NM/OM" in by_numpy["Incompatible sets"]
    assert by_numpy["Compatible sets (finer steps)"] == "47 of 47"
    dynamometer = page.dynamometer_table().frame
    assert list(dynamometer["Possible with HAVERAGE"]) == ["no", "no", "yes", "yes", "yes"]
    assert list(dynamometer["Definitions that allow it"]) == ["type 4"] * 2 + ["all 11"] * 3
    laid = page.analysis_table().frame
    assert "0.1 cm" in set(laid["Assumed steps"])
    assert laid["P of all (n=19)"].iloc[0] == "< 0.0001 to 0.3144"


def test_the_counts_of_the_text_give_the_printed_share_in_one_way(published):
    counts = response.minimal_improvement_counts(published)
    ways = list(zip(counts["patients"], counts["of"], strict=True))
    assert ways == [(9, 19), (9, 20), (10, 20), (10, 19), (11, 20), (12, 19), (13, 20)]
    assert counts.loc[counts["as_printed"], "counted"].tolist() == [
        "at least minimal improvement by week 9, patient 2, and 1 of the 3 who later lost it"
    ]
    # Among all shares of 19 and 20, only 11 of 20 is 55%, by whole per cents.
    assert [k for k in range(20) if 54.5 <= 100 * k / 19 < 55.5] == []
    assert [k for k in range(21) if 54.5 <= 100 * k / 20 < 55.5] == [11]
    numbers = Identifiability(cohort="reference").closing_numbers()
    assert (numbers["of_analysed"], numbers["of_included"]) == ("none", "11")
    assert (numbers["added_patient"], numbers["with_excluded"]) == ("4", 10)
    assert (numbers["imnm_raynaud"], numbers["ass_pulmonary"]) == ("none has", "none has")


def test_the_courses_add_up_and_promise_no_more_than_the_text(published):
    groups = response.courses(published)
    assert sum(groups.values()) == 19
    assert groups["no minimal improvement reported"] == 7


def test_ranges_of_p_are_rounded_outward(published, sets, page):
    """The exact ranges lie inside the shown ones, and the ages of numpy's rule as well."""
    laid = page.analysis_table().frame
    for name, said in (("analysed", "all"), ("completers", "completers")):
        column = next(each for each in laid.columns if each.startswith(f"P of {said} "))
        for shown, low, high in zip(
            laid[column], sets[f"{name}_low"], sets[f"{name}_high"], strict=True
        ):
            least, greatest = shown.split(" to ")
            assert low < 0.0001 if least == "< 0.0001" else float(least) <= low
            assert float(greatest) >= high
    ages, exact = page.ages().frame, fingerprints.age_resolutions(published)
    needed = ages["Maximum age of the youngest under numpy's definition"]
    assert all(Fraction(text) >= age for text, age in zip(needed, exact["needed"], strict=True))
    allowed = ages["Minimum age at onset by the eligibility criteria"]
    assert all(Fraction(text) <= age for text, age in zip(allowed, exact["allowed"], strict=True))


def test_the_solved_ages_print_as_the_page_says(example):
    assert example["by_haverage"] == "35, 60 and 76.75, which rounds to 77"
    assert "no misprint in the three numbers" in example["numpy_given"]
    assert "from exactly these 4 patients" in example["numpy_given"]
