"""Exact summary statistics, against medians and quartiles by hand."""

from dataclasses import replace
from fractions import Fraction
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.random_trials import make_trial, random_tables
from tests.trial.test_other_trial import OTHER
from tisstats.trial import analyse
from tisstats.trial.description import AnalysisOptions
from tisstats.trial.samples import (
    baseline_statistics,
    groups,
    measure_sample,
    quantile,
    quartiles,
    signed_rank_pvalue,
)

#: Weight in kg, in three groups: two patients, one, and nobody.
DESCRIPTION = replace(OTHER, groups={"pm": "PM", "ibm": "IBM", "dm": "DM"})
PATIENTS = {
    "patient_id": np.array(["a", "b", "c"], dtype=object),
    "subtype": np.array(["pm", "ibm", "pm"], dtype=object),
    "age": np.array([30.0, np.nan, 41.0]),
    "weight": np.array([61.5, 80.25, np.nan]),
    "smoker": np.array([1.0, 0.0, np.nan]),
    "antibodies": np.array(["anti_sae;anti_ku", "none", "none"], dtype=object),
}


def test_groups_are_all_and_those_of_the_description():
    found = {name: members.tolist() for name, members in groups(PATIENTS, DESCRIPTION).items()}
    assert found == {
        None: [True, True, True],
        "pm": [True, False, True],
        "ibm": [False, True, False],
        "dm": [False, False, False],
    }


def test_baseline_of_small_groups_by_hand():
    found = baseline_statistics(PATIENTS, DESCRIPTION, 7)
    assert found["age", None] == {
        "q1": Fraction("32.75"),
        "median": Fraction("35.5"),
        "q3": Fraction("38.25"),
        "value": None,
    }
    # One patient with a known weight: the value, also where another's is not known.
    weight = Fraction("61.5")
    assert found["weight", "pm"] == {"q1": weight, "median": weight, "q3": weight, "value": weight}
    assert found["weight", "ibm"]["value"] == Fraction("80.25")
    nothing = dict.fromkeys(("q1", "median", "q3", "value"))
    assert found["age", "ibm"] == found["weight", "dm"] == nothing
    assert found["anti_sae", None] == {"count": Fraction(1), "percent": Fraction(100, 3)}
    assert found["anti_sae", "pm"] == {"count": Fraction(1), "percent": Fraction(50)}
    assert found["smoker", "ibm"] == {"count": Fraction(0), "percent": Fraction(0)}
    assert found["smoker", "dm"] == {"count": Fraction(0), "percent": None}
    open_count = "1 to 2 (1 unknown)"
    assert found["smoker", "pm"] == {"count": open_count, "percent": open_count}


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=9))
def test_the_median_is_the_middle_of_the_sorted_values(values):
    found = quartiles(np.array(values, dtype=float), 7)
    assert found["median"] == Fraction(median(map(Fraction, values))) / 1000
    assert found["q1"] <= found["median"] <= found["q3"]
    ordered = sorted(values)
    # Definition 7: the place is 1 + (n - 1) / 4.
    place, rest = divmod(Fraction(len(values) - 1, 4), 1)
    above = ordered[min(place + 1, len(values) - 1)]
    wanted = (ordered[place] * (1 - rest) + above * rest) / 1000
    assert found["q1"] == wanted


def test_a_quantile_that_is_not_there_is_none():
    assert quantile(np.array([]), "median", 7) is None
    # SPSS's third quartile of four values lies at place 3.75; of three it would be the last one.
    four = np.array([100.0, 300.0, 700.0, 800.0])
    found = quartiles(four[::-1], "spss")
    assert list(found.values()) == [Fraction("0.15"), Fraction("0.5"), Fraction("0.775")]
    assert quartiles(four[:3], "spss")["q3"] is None


def test_a_change_is_that_of_patients_with_both_values():
    tables = random_tables(3)
    visits = tables["visits"]
    first, second = visits["patient_id"].unique()[:2]
    visits.loc[(visits["patient_id"] == first) & (visits["week"] == 0), "mmt"] = None
    visits.loc[(visits["patient_id"] == second) & (visits["week"] > 0), "mmt"] = None
    analysis = analyse(make_trial(tables))
    seen = {}
    for name, mine in visits.groupby("patient_id"):
        seen[name] = mine.sort_values("week")["mmt"].tolist()
    before = [1000 * values[0] for values in seen.values() if values[0] is not None]
    after = [1000 * values[-1] for values in seen.values() if values[-1] is not None]
    change = [
        1000 * (values[-1] - values[0])
        for values in seen.values()
        if None not in (values[0], values[-1])
    ]
    assert len(change) == len(seen) - 2
    for time, wanted in (("baseline", before), ("end", after), ("change", change)):
        assert measure_sample(analysis, "mmt", time).tolist() == pytest.approx(wanted)


def test_the_signed_rank_test_is_by_the_options():
    exact = AnalysisOptions(horizon_week=24, quantile_definition=7)
    assert signed_rank_pvalue(np.array([]), exact) is None
    # All of four changes in one direction: two of the sixteen ways.
    four = np.array([1.0, 2.0, 3.0, 4.0])
    assert signed_rank_pvalue(four, exact) == pytest.approx(2 / 16)
    # Without change: left out, or the least rank.
    zero = np.array([0.0, 1.0, 2.0, -3.0])
    assert signed_rank_pvalue(zero, exact) == pytest.approx(1)
    pratt = replace(exact, zero_method="pratt")
    # Ranks 2, 3 and 4, of which 4 is negative: 5 of 9, or as far from the middle.
    assert signed_rank_pvalue(zero, pratt) == pytest.approx(1)
    rises = np.array([0.0, 1.0, 2.0, 3.0])
    assert signed_rank_pvalue(rises, exact) == pytest.approx(2 / 8)
