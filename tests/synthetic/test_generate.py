"""Cohorts: right by their own constraints and by the checker, seeded, and different."""

import os

import numpy as np
import pytest

from tests.cases import ALL_CASES
from tisstats.synthetic import Assumptions, Ensemble, diversity, draw_cohort, unmet_constraints
from tisstats.synthetic.cohort import WEEKS
from tisstats.synthetic.generate import _Draw
from tisstats.synthetic.run import REFERENCE_CANDIDATES
from tisstats.synthetic.targets import Targets


def equal(first, second):
    return (
        np.array_equal(first.visits, second.visits)
        and np.array_equal(first.events, second.events)
        and all(np.array_equal(first.patients[n], v) for n, v in second.patients.items())
    )


def test_fresh_cohorts_pass_both_checks(cohorts, checked):
    for cohort in cohorts:
        assert unmet_constraints(cohort) == []
        assert checked(cohort) == []


def test_seed_and_index_decide_alone(cohorts):
    assert equal(draw_cohort(11, index=3), cohorts[3])
    assert not equal(draw_cohort(11, index=4), cohorts[3])
    assert not equal(draw_cohort(12, index=3), cohorts[3])


def test_cohorts_of_the_kept_ensemble_are_what_its_seed_gives(kept):
    assert len(kept) >= 1000
    # The courses of one need a third set of rows.
    for index in (1, 14, 517, 999):
        assert equal(draw_cohort(kept.seed, index=index), kept.cohort(index))


#: Of 40 cohorts drawn for the first place the 35th was chosen; where the random numbers stood then.
BEFORE_THE_CHOSEN = {
    "bit_generator": "PCG64",
    "state": {
        "state": 100365746033735080942801237515442339934,
        "inc": 77434323723532270543848678630410459007,
    },
    "has_uint32": 1,
    "uinteger": 3052665478,
}


def test_the_first_cohort_kept_is_the_one_that_was_chosen(kept):
    """That the most plausible is chosen is tested with fewer; a thorough run chooses again."""
    assert REFERENCE_CANDIDATES == 40
    if ALL_CASES in os.environ:
        chosen = draw_cohort(kept.seed, index=0, candidates=REFERENCE_CANDIDATES)
    else:
        stream = _Draw(kept.seed, 0, Assumptions(), Targets.of_study())
        stream.rng.bit_generator.state = BEFORE_THE_CHOSEN
        chosen = stream.cohort()
    assert equal(chosen, kept.cohort(0))


def test_all_of_the_kept_ensemble_meets_the_constraints(kept):
    assert {cohort.index: unmet for cohort in kept if (unmet := unmet_constraints(cohort))} == {}


def test_the_kept_ensemble_differs(kept):
    found = diversity(kept)
    assert found.constant_quantities == ()
    assert found.proportion_profiles_different > 0.9
    assert found.proportion_visits_different > 0.9
    assert abs(found.score_rank_correlation) < 0.3
    assert found.mean_sorted_score_distance > 1


def test_equal_cohorts_show_no_diversity():
    cohort = draw_cohort(11)
    twin = Ensemble.of([cohort])
    both = Ensemble(
        twin.seed,
        twin.mmt_max,
        twin.event_labels,
        np.concatenate([twin.patients] * 2),
        np.concatenate([twin.visits] * 2),
        np.concatenate([twin.events] * 2),
        np.array([0, len(twin.events), 2 * len(twin.events)]),
    )
    found = diversity(both)
    assert found.proportion_profiles_different == pytest.approx(0)
    assert found.score_rank_correlation == pytest.approx(1)
    assert len(found.constant_quantities) == len(found.quantities)


def test_diversity_of_one_cohort_is_refused(cohorts):
    with pytest.raises(ValueError, match="at least 2 cohorts, got 1"):
        diversity(Ensemble.of(cohorts[:1]))


def test_non_responders_do_not_crowd_below_the_cut(kept):
    below = np.concatenate([c.end_scores[c.end_scores < 8] for c in kept])
    assert (below == 7).mean() < 0.35


def test_visits_are_those_of_the_regimen(cohorts):
    allowed = {(0, 3, 6, 9), (0, 3, 4, 6, 9), (0, 3), (0, 3, 6)}
    amended = {(0, 3, 4, 8, 9), (0, 3, 4), (0, 3, 4, 8)}
    for cohort in cohorts:
        for seen, regimen in zip(cohort.is_assessed, cohort.column("regimen"), strict=True):
            weeks = tuple(np.array(WEEKS)[seen].tolist())
            assert weeks in (amended if regimen else allowed)


def test_the_patient_left_out_keeps_only_what_is_told(cohorts):
    tables = cohorts[0].tables()
    him = tables["patients"].set_index("patient_id").loc["S-02"]
    told = him[him.notna() & (him != "")]
    assert set(told.index) == {"origin", "subtype", "analysed", "sex", "end_week", "end_reason"}
    for name in ("visits", "treatments", "adverse_events"):
        assert "S-02" not in set(tables[name]["patient_id"])


@pytest.mark.parametrize(
    ("assumed", "value"),
    [
        ({"ck_uln_female": 200, "ck_uln_male": 200}, 200),
        ({"ck_uln_female": 167, "ck_uln_male": 167}, 167),
    ],
)
def test_another_assumption_gives_another_cohort(assumed, value, checked):
    cohort = draw_cohort(11, Assumptions(**assumed))
    assert set(cohort.column("ck_uln").tolist()) == {value}
    assert checked(cohort) == []


def test_early_stops_only_when_allowed(checked):
    cohort = draw_cohort(
        3, Assumptions(discontinuation_weeks=(6,), amended_discontinuation_weeks=(8,))
    )
    assert set(cohort.column("end_week").tolist()) == {6, 8, 9}
    assert checked(cohort) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ck_uln_male": 0}, "ck_uln_male must be a whole number of at least 1, got 0"),
        ({"concordance": 2}, "concordance must be from 0 to 1, got 2"),
        ({"discontinuation_weeks": (5,)}, "discontinuation_weeks must be a subset of 3, 6"),
        ({"mrs_max": 9}, "mrs_max must be a whole number from 5 to 6"),
        ({"mmt_max_decrease": 0}, "mmt_max_decrease must be a whole number from 10 to 260"),
        ({"swallowing_min": 0}, "swallowing_min must be a whole number from 1 to 7"),
    ],
)
def test_impossible_assumptions_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        Assumptions(**wrong)


def test_assumptions_are_listed_with_reasons():
    listed = {each.name: each for each in Assumptions(mmt_max=260).to_list()}
    assert listed["mmt_max"].value == "260"
    assert listed["end"].adjustable is False
    assert all(each.reason and each.value for each in listed.values())


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "1"])
def test_a_seed_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0"):
        draw_cohort(wrong)
