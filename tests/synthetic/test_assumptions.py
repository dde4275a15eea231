"""What is assumed, and what falls without it: each inference can be switched off, and it shows."""

from dataclasses import replace

import numpy as np
import pytest

from tests.synthetic.perturbations import BY_NAME
from tisstats.synthetic import Assumptions, draw_cohort, unmet_constraints
from tisstats.synthetic.cohort import WEEKS
from tisstats.synthetic.constraint import ConstraintInput
from tisstats.synthetic.profiles import count_signs
from tisstats.synthetic.targets import MEASURES, Targets

MMT, SWALLOWING, MRS, EXTRAMUSCULAR = (
    MEASURES.index(name) for name in ("mmt", "swallowing", "mrs", "extramuscular")
)
RESPONDS, MINIMAL = 16, 8  # units of 2.5 points
DRAWS = 12


def first(cohort):
    reached = cohort.scores >= RESPONDS
    return np.where(reached.any(axis=1), np.array(WEEKS)[reached.argmax(axis=1)], 99)


def response_fell(cohort):
    after = [
        (scores[place:][scores[place:] >= 0] < RESPONDS).any()
        for scores, place in zip(
            cohort.scores, (cohort.scores >= RESPONDS).argmax(axis=1), strict=True
        )
        if (scores >= RESPONDS).any()
    ]
    return any(after)


def lost_seen_again(cohort):
    lost = (cohort.scores[:, 1] >= MINIMAL) & (cohort.end_scores < MINIMAL)
    return bool((cohort.scores[lost][:, 2:] >= MINIMAL).any())


def embolism_without_response(cohort):
    woman = cohort.where("cancer_in_follow_up", "ovarian")
    return bool((first(cohort)[woman] == 99).all())


def added_never_reached(cohort):
    return bool(cohort.scores[cohort.column("patient_id") == 4].max() < MINIMAL)


def lost_late(cohort):
    lost = (cohort.scores[:, 1] >= MINIMAL) & (cohort.end_scores < MINIMAL)
    return bool((cohort.column("patient_id")[lost] > 10).any())


def week_4_early(cohort):
    return bool((cohort.column("patient_id")[first(cohort) == 4] <= 10).any())


def statins_without_response(cohort):
    return bool((first(cohort)[cohort.column("recent_statin") == 1] == 99).any())


def strong_at_baseline(cohort):
    return bool((cohort.baseline[:, MMT] > 234).any())


def others_bedridden(cohort):
    return (cohort.visits[cohort.analysed][:, :, MRS] == 5).any(axis=1).sum() > 1


def dysphagia_swallows_well(cohort):
    return bool((cohort.baseline[cohort.column("dysphagia") == 1, SWALLOWING] == 10).any())


def active_without_signs(cohort):
    none = count_signs(cohort.patients)[cohort.analysed] == 0
    return bool((cohort.baseline[none, EXTRAMUSCULAR] > 6).any())


def strong_and_bedridden(cohort):
    visits = cohort.visits[cohort.analysed]
    return bool(((visits[..., MRS] == 5) & (visits[..., MMT] > 169)).any())


POSSIBLE = {
    "response_maintained": response_fell,
    "lost_improvement_not_regained": lost_seen_again,
    "embolism_in_responder": embolism_without_response,
    "added_patient_lost_improvement": added_never_reached,
    "lost_before_amendment": lost_late,
    "week_4_assessed_only_after_amendment": week_4_early,
    "statin_exposure_determines_response": statins_without_response,
    "minimal_disability_for_all": strong_at_baseline,
    "only_one_bedridden": others_bedridden,
    "swallowing_follows_dysphagia": dysphagia_swallows_well,
    "extramuscular_activity_follows_signs": active_without_signs,
    "plausibility": strong_and_bedridden,
}

#: Drawn without the criteria of plausibility, which by themselves would hide what becomes possible.
BARE = {
    "response_maintained",
    "lost_improvement_not_regained",
    "only_one_bedridden",
    "extramuscular_activity_follows_signs",
}


@pytest.mark.parametrize("name", POSSIBLE)
def test_without_an_assumption_what_the_table_says_becomes_possible(name, kept):
    off = Assumptions(**({name: False} | ({"plausibility": False} if name in BARE else {})))
    shown = 0
    for index in range(DRAWS):
        cohort = draw_cohort(3, off, index=index)
        assert unmet_constraints(cohort, off) == []
        shown += POSSIBLE[name](cohort)
        if shown:
            break
    assert shown
    # With it, in no cohort kept.
    assert not any(POSSIBLE[name](kept.cohort(index)) for index in range(0, len(kept), 10))


def test_every_switch_says_what_falls_without_it():
    listed = {each.name: each for each in Assumptions().to_list()}
    switches = {name for name, each in listed.items() if each.value == "yes"}
    assert switches == set(POSSIBLE)
    assert all(listed[name].if_dropped for name in switches)
    inferred = {
        name
        for name, each in listed.items()
        if each.reason.startswith("inference") and each.adjustable
    }
    assert inferred == set(POSSIBLE) - {"plausibility"}


@pytest.mark.parametrize("age_min", [17, 30])
def test_the_youngest_may_be_drawn_at_17_and_was_18_at_inclusion(age_min):
    """The article asks for 18 years at inclusion, less than nine months after onset."""
    drawn = Assumptions(age_min=age_min)
    cohort = draw_cohort(3, drawn)
    assert unmet_constraints(cohort, drawn) == []
    assert cohort.column("age_at_onset").min() >= age_min
    with pytest.raises(ValueError, match="age_min must be a whole number from 17 to 30"):
        Assumptions(age_min=16)


@pytest.mark.parametrize(
    ("age", "months", "met"), [(17, 1, True), (17, 0, False), (16, 8, False), (18, 0, True)]
)
def test_adults_are_those_who_can_have_been_18_at_inclusion(kept, age, months, met):
    """By hand: a 17-year-old is at most 17 years and 11 months, one month from 18."""
    cohort = kept.cohort(0)
    patients = {name: values.copy() for name, values in cohort.patients.items()}
    at = int(cohort.analysed[0])
    patients["age_at_onset"][at], patients["disease_duration"][at] = age, months
    changed = replace(cohort, patients=patients)
    view = ConstraintInput(changed, Assumptions(), Targets.of_study())
    assert BY_NAME["adults"].holds(view) is met


def test_what_rests_on_an_inference_is_not_asked_without_it(kept):
    """Of those with anti-HMGCR who responded, all but the best are said to have had no statins."""
    for cohort in kept:
        hmgcr = np.flatnonzero(cohort.patients["recent_statin"] >= 0)
        best = cohort.scores.max(axis=1)[np.searchsorted(cohort.analysed, hmgcr)]
        if (best >= RESPONDS).sum() > 1:
            break
    patients = {name: values.copy() for name, values in cohort.patients.items()}
    patients["recent_statin"][hmgcr] = np.arange(len(hmgcr)) == best.argmax()
    changed = replace(cohort, patients=patients)
    assert unmet_constraints(changed, Assumptions(statin_exposure_determines_response=False)) == []
    assert [each.name for each in unmet_constraints(changed)] == ["statins"]


def test_abnormal_is_what_the_registry_says():
    listed = {each.name: each for each in Assumptions().to_list()}
    for name, value in (
        ("vas_abnormal", "2"),
        ("haq_abnormal", "0.25"),
        ("enzyme_abnormal", "1.5"),
    ):
        assert listed[name].value == value
        assert "EUCTR2016-004766-26-NL" in listed[name].reason


def test_all_kept_patients_are_disabled_enough_by_the_registry(kept):
    for cohort in kept:
        before = cohort.baseline
        abnormal = (before[:, [0, 1, 5]] >= 20).sum(axis=1) + (before[:, 3] >= 2)
        abnormal = abnormal + (2 * before[:, 4] > 3 * cohort.column("ck_uln"))
        assert (before[:, MMT] <= 234).all()
        assert (abnormal >= 2).all()
