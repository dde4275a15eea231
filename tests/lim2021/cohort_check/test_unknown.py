"""What is missing of a patient's course is unknown, and nothing else: never "no response"."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_trials import aggregates, make_trial
from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.trial_description import analysis_options
from tisstats.trial import analyse, analyse_many, summaries
from tisstats.trial.columns import ThreeValued, is_true, to_columns

CORE = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")
RESPONSES = [
    *("response.responders", "response.non_responders", "response.minimal"),
    *("response.minimal_lost", "response.amended_eligible", "response.amended_continued"),
    *("response.moderate_week_3", "response.moderate_week_4", "response.moderate_week_6"),
    "response.responders_after_week_3",
]


def limits(value):
    """The least and the greatest count that an aggregate tells."""
    if isinstance(value, Fraction):
        return int(value), int(value)
    least, _, rest = value.partition(" to ")
    return int(least), int(rest.partition(" (")[0])


def at(tables, patient, week):
    visits = tables["visits"]
    return visits.index[(visits["patient_id"] == patient) & (visits["week"] == week)][0]


def without(tables, cells):
    """The trial with cells of visits emptied."""
    visits = tables["visits"].copy()
    for row, name in cells:
        visits.loc[row, name] = None
    return make_trial(tables | {"visits": visits})


def last_visits(tables):
    visits = tables["visits"]
    return visits.groupby("patient_id")["week"].idxmax().tolist()


# Counts.


def test_a_score_that_is_missing_is_unknown_and_counts_add_up(tables):
    gone = [(row, name) for row in last_visits(tables)[:5] for name in CORE]
    analysis = analyse(without(tables, gone))
    n = len(analysis.patients)
    values = aggregates(analysis)
    table = summaries.response_counts(analysis).set_index("response")
    assert table.index.tolist() == ["none", "minimal", "moderate", "major", "unknown"]
    assert table.sum().tolist() == [n, n]
    assert table.loc["unknown", "end"] == 5
    yes, unknown = analysis.responders().count_yes_unknown()
    no, _ = (~analysis.responders()).count_yes_unknown()
    assert unknown
    assert yes + no + unknown == n
    assert values["response.responders"] == f"{yes} to {yes + unknown} ({unknown} unknown)"
    assert values["response.non_responders"] == f"{no} to {no + unknown} ({unknown} unknown)"
    assert not check(analysis.trial)["response.responders"].matches


def test_nothing_missing_leaves_nothing_unknown(trial_of):
    values = aggregates(trial_of(0))
    assert all(isinstance(values[name], Fraction) for name in RESPONSES)
    assert summaries.response_counts(trial_of(0)).set_index("response").loc["unknown"].tolist() == [
        0,
        0,
    ]


def test_a_gap_that_changes_nothing_leaves_the_response_settled(tables):
    """Without activity elsewhere at baseline, nothing can be gained there."""
    patient = tables["visits"]["patient_id"].iloc[0]
    visits = tables["visits"]
    mine = visits["patient_id"] == patient
    visits.loc[mine, "extramuscular"] = 0
    rows = visits.index[mine & (visits["week"] > 0)]
    before = analyse(make_trial(tables))
    after = analyse(without(tables, [(row, "extramuscular") for row in rows]))
    assert np.isnan(after.tis[0, 1:]).any()
    for asked in ("responders", "minimal_responders", "lost_minimal_response"):
        was, now = getattr(before, asked)(), getattr(after, asked)()
        assert (was.yes[0], was.no[0]) == (now.yes[0], now.no[0])


GRIDS = {
    "patient_global": [0, 2, 5, 8, 10],
    "haq": [0, 0.5, 1.5, 3],
    "extramuscular": [0, 1, 3, 6, 10],
    "ck": [1, 300, 1500, 6000],
}


@examples(5)
@given(
    st.integers(0, 30),
    st.lists(
        st.tuples(st.integers(0, 70), st.sampled_from(sorted(GRIDS))),
        min_size=1,
        max_size=2,
        unique=True,
    ),
)
def test_every_count_with_any_values_in_the_gaps_lies_within_the_limits(tables_of, seed, gaps):
    tables = tables_of(seed)
    rows = tables["visits"].index
    cells = [(rows[place % len(rows)], name) for place, name in gaps]
    told = aggregates(without(tables, cells))
    trials = []
    for filled in product(*(GRIDS[name] for _, name in cells)):
        visits = tables["visits"].copy()
        for (row, name), value in zip(cells, filled, strict=True):
            visits.loc[row, name] = value
        trials.append(make_trial(tables | {"visits": visits}))
    for analysis in analyse_many(trials):
        whole = aggregates(analysis)
        for name in RESPONSES:
            least, most = limits(told[name])
            assert least <= limits(whole[name])[0] <= most, name


def test_categories_settled_by_their_bounds_alone(tables):
    row = last_visits(tables)[0]
    whole = analyse(make_trial(tables))
    gap = analyse(without(tables, [(row, "patient_global")]))
    low, high = gap.tis_low[0, gap.last[0]], gap.tis_high[0, gap.last[0]]
    assert low <= whole.tis[0, whole.last[0]] <= high
    same = len({sum(score >= cut for cut in (20, 40, 60)) for score in (low, high)}) == 1
    assert (gap.response_levels(at_end=True)[0] >= 0) == same


# Follow-up, and the horizon.


def only_baseline_by_week_9(tables):
    """A first patient who is seen at week 0 and again at week 24, with a full recovery."""
    visits, patients = tables["visits"].copy(), tables["patients"].copy()
    patient = visits["patient_id"].iloc[0]
    first = at(tables, patient, 0)
    row = visits.loc[[first]].assign(
        week=24, physician_global=0, patient_global=0, mmt=260, haq=0, ck=1, extramuscular=0
    )
    visits.loc[first, list(CORE)] = [10, 10, 0, 3, 9000, 10]
    others = visits[(visits["patient_id"] != patient) | (visits["week"] == 0)]
    patients.loc[patients["patient_id"] == patient, "end_week"] = 24
    patients.loc[patients["patient_id"] == patient, "end_reason"] = "completed"
    treatments = tables["treatments"]
    return tables | {
        "visits": pd.concat([others, row], ignore_index=True),
        "patients": patients,
        "treatments": treatments[treatments["patient_id"] != patient].reset_index(drop=True),
    }


def test_a_patient_without_follow_up_by_the_horizon_is_unknown(tables):
    analysis = analyse(make_trial(only_baseline_by_week_9(tables)))
    assert not analysis.has_follow_up[0]
    for asked in ("responders", "minimal_responders", "lost_minimal_response"):
        assert getattr(analysis, asked)().unknown[0], asked
    assert analysis.response_levels()[0] == analysis.response_levels(at_end=True)[0] == -1
    assert np.isnan(analysis.end_thousandths("haq")[0])
    assert summaries.table2(analysis)["n"].tolist() == [len(analysis.patients) - 1] * len(SCALES)
    row = summaries.time_to_improvement(analysis).iloc[0]
    assert (row["week"], row["cause"], row["label"]) == (0, 0, "open visit")
    assert summaries.score_courses(analysis)["responder"].isna().iloc[0]
    assert summaries.score_courses(analysis)["week"].max() == 9


def test_a_visit_after_the_horizon_does_not_count_by_week_9(tables):
    tables = only_baseline_by_week_9(tables)
    patient = tables["visits"]["patient_id"].iloc[0]
    still = tables["visits"].loc[[at(tables, patient, 0)]].assign(week=9)
    tables["visits"] = pd.concat([tables["visits"], still], ignore_index=True)
    trial = make_trial(tables)
    by_9, by_24 = analyse(trial), analyse(trial, analysis_options(horizon_week=24))
    assert (by_9.responders().no[0], by_24.responders().yes[0]) == (True, True)
    counts = [aggregates(each)["response.responders"] for each in (by_9, by_24)]
    assert counts[1] == counts[0] + 1
    later = [aggregates(each)["response.responders_after_week_3"] for each in (by_9, by_24)]
    assert later[1] == later[0] + 1
    assert (by_9.end_thousandths("haq")[0], by_24.end_thousandths("haq")[0]) == (3000, 0)
    weeks = [summaries.time_to_improvement(each).iloc[0][["week", "cause"]].tolist()
             for each in (by_9, by_24)]  # fmt: skip
    assert weeks == [[9, 0], [24, 1]]
    table = summaries.response_counts(by_9).set_index("response")
    assert table.sum().tolist() == [len(by_9.patients)] * 2


def test_the_horizon_is_that_of_the_study(published):
    assert analysis_options().horizon_week == published.count("design.primary_week")


# Time to improvement, deterioration, flags.


def test_time_ends_where_missing_measures_leave_improvement_open(tables):
    tables = only_baseline_by_week_9(tables)
    patient = tables["visits"]["patient_id"].iloc[0]
    still = tables["visits"].loc[[at(tables, patient, 0)]]
    gap = still.assign(week=6, **dict.fromkeys(CORE))
    best = tables["visits"][
        (tables["visits"]["patient_id"] == patient) & (tables["visits"]["week"] == 24)
    ].assign(week=9)
    tables["visits"] = pd.concat(
        [tables["visits"], still.assign(week=3), gap, best], ignore_index=True
    )
    row = summaries.time_to_improvement(make_trial(tables)).iloc[0]
    # Between weeks 3 and 9; the response itself is known.
    assert (row["week"], row["cause"], row["label"]) == (3, 0, "open visit")
    analysis = analyse(make_trial(tables))
    assert analysis.responders().yes[0]
    values = aggregates(analysis)
    assert values["response.moderate_week_6"].endswith(" (1 unknown)")
    assert values["response.responders_after_week_3"].denominator == 1


def test_deterioration_that_missing_measures_could_show_is_unknown(tables):
    tables["visits"].loc[:, list(CORE)] = [5.0, 5.0, 200, 1.5, 500, 5.0]
    steady = analyse(make_trial(tables))
    assert steady.ever_worsened().no.all()
    row = last_visits(tables)[0]
    analysis = analyse(without(tables, [(row, "extramuscular")]))
    assert analysis.ever_worsened().count_yes_unknown() == (0, 1)
    assert aggregates(analysis)["safety.deterioration"] == "0 to 1 (1 unknown)"
    shown = (
        summaries.safety_table(analysis)
        .set_index("Outcome")
        .loc["Clinically relevant deterioration"]
    )
    assert shown.tolist() == ["0 to 1 (1 unknown)", "–"]


def test_a_missing_truth_value_is_not_false():
    table = pd.DataFrame({"told": pd.array([True, False, None], dtype="boolean")})
    columns = to_columns(table)
    with pytest.raises(TypeError):
        ~columns["told"]
    found = is_true(columns, "told")
    assert [mask.tolist() for mask in (found.yes, found.no, found.unknown)] == [
        *([True, False, False], [False, True, False], [False, False, True])
    ]
    assert to_columns(table.iloc[:2])["told"].dtype == bool


def test_a_statin_that_is_not_known_settles_nothing(reference):
    tables = {name: table.copy() for name, table in reference.items()}
    patients = tables["patients"]
    mine = patients["msa"].str.contains("anti_hmgcr")
    patients.loc[mine, "recent_statin"] = ""
    item = check(make_trial(tables))["statins"]
    assert not item.matches
    assert "unknown for patient" in item.computed


def test_logic_of_three_values():
    yes, no, unknown = (
        ThreeValued(np.array([a]), np.array([b]))
        for a, b in ((True, False), (False, True), (False, False))
    )

    def value(known):
        return {(True, False): 1, (False, True): 0, (False, False): None}[
            known.yes.item(), known.no.item()
        ]

    for a, b in product((yes, no, unknown), repeat=2):
        values = {value(a), value(b)}
        assert value(a & b) == (0 if 0 in values else None if None in values else 1)
        assert value(a | b) == (1 if 1 in values else None if None in values else 0)
    assert [value(~each) for each in (yes, no, unknown)] == [0, 1, None]


def test_every_measure_may_be_missing_at_a_visit(tables):
    """A visit at which nothing was recorded is no response and no lack of one."""
    row = last_visits(tables)[0]
    trial = without(tables, [(row, name) for name in SCALES])
    analysis = analyse(trial)
    assert analysis.response_levels(at_end=True)[0] == -1
    assert summaries.table2(trial)["n"].tolist() == [len(analysis.patients) - 1] * len(SCALES)


@pytest.mark.parametrize("measure", ["mmt", "haq"])
def test_a_disability_that_was_not_measured_is_not_known(reference, measure):
    tables = {name: table.copy() for name, table in reference.items()}
    visits = tables["visits"]
    row = visits.index[(visits["patient_id"] == visits["patient_id"].iloc[0])][0]
    others = ["physician_global", "patient_global", "extramuscular"] if measure == "haq" else []
    visits.loc[row, [*others, measure]] = ""
    visits.loc[row, "ck"] = "1"
    item = check(make_trial(tables))["minimal_disability_met"]
    assert not item.matches
    assert item.computed.startswith("unknown for patient")
