"""Cohorts that a clinician would not laugh at: hard criteria always, soft ones mostly."""

import numpy as np
import pytest

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic import Assumptions, draw_cohort, generate
from tisstats.synthetic.cohort import WEEKS
from tisstats.synthetic.effect import N_COHORTS, read_effect
from tisstats.synthetic.plausibility import (
    CRITERIA,
    correlation,
    count_breaches,
    not_at_sampling_limits,
    steps,
)
from tisstats.synthetic.plausibility_rules import (
    CONTRADICTIONS,
    Contradictions,
    Expectations,
    Ranges,
)
from tisstats.synthetic.run import REFERENCE_CANDIDATES
from tisstats.synthetic.targets import MEASURES

AT = {measure: place for place, measure in enumerate(MEASURES)}
SAMPLE = 250


@pytest.fixture(scope="module")
def sample(kept):
    """Cohorts drawn as they come: the first, which was chosen, left out."""
    return [kept.cohort(index) for index in range(1, SAMPLE + 1)]


def cells(cohort, measure):
    """A measure at all assessments of the analysed, in its own unit, -1 where missing."""
    values = cohort.visits[cohort.analysed][:, :, AT[measure]]
    return np.where(values >= 0, values * float(SCALES[measure].step), -1)


# Hard criteria, written once more by hand: the thresholds are read off the table of the page.


def test_nobody_bedridden_is_strong_or_able(kept):
    for cohort in kept:
        lying = cells(cohort, "mrs") >= 5
        assert lying.any()
        assert cells(cohort, "mmt")[lying].max() <= 0.65 * 260
        assert cells(cohort, "haq")[lying].min() >= 2


def test_only_one_patient_is_bedridden(kept):
    for cohort in kept:
        assert (cells(cohort, "mrs") >= 5).any(axis=1).sum() == 1


def test_grades_and_daily_life_do_not_exclude_each_other(kept):
    for cohort in kept:
        grade, haq = cells(cohort, "mrs"), cells(cohort, "haq")
        assert haq[grade >= 4].min() >= 0.75
        slight = (grade >= 0) & (grade <= 1)
        assert haq[slight].max(initial=0) <= 1.5


def test_ck_is_high_with_anti_hmgcr_and_anti_srp(kept):
    """The printed numbers do not stand against it: so in no cohort."""
    for cohort in kept:
        has = cohort.where("msa", "anti_hmgcr") | cohort.where("msa", "anti_srp")
        assert has.sum() == 4
        assert cohort.baseline[has, AT["ck"]].min() >= 1050


def test_activity_is_not_zero_at_a_high_ck(kept):
    for cohort in kept:
        tenfold = 10 * cohort.column("ck_uln")[:, None]
        calm = (cells(cohort, "physician_global") < 0.95) & cohort.is_assessed
        assert not (calm & (cells(cohort, "ck") > tenfold)).any()


def test_no_force_collapses_while_strength_improves(kept):
    for cohort in kept:
        mmt = cells(cohort, "mmt")
        better = cohort.is_assessed & (mmt - mmt[:, :1] >= 13)
        for muscle in ("deltoid", "biceps", "psoas"):
            force = cells(cohort, muscle)
            known = better & (force >= 0)
            assert (force[known] >= 0.75 * np.broadcast_to(force[:, :1], force.shape)[known]).all()


def test_no_cohort_breaks_a_hard_criterion(sample):
    hard = [each for each in CRITERIA if each.kind == "hard"]
    assert [
        (cohort.index, each.name)
        for cohort in sample
        for each in hard
        if each.breaches(cohort).any()
    ] == []


# Soft criteria: what the median cohort must show, with room.


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        # Of the order of what is published: moderate (Rider 2010).
        ("mmt", "haq", 0.3),
        ("physician_global", "mmt", 0.3),
        ("mmt", "deltoid", 0.3),
        ("mmt", "biceps", 0.3),
        ("mmt", "psoas", 0.3),
        ("mmt", "mrc_sum", 0.3),
        ("haq", "mrs", 0.3),
        ("haq", "patient_global", 0.3),
        ("patient_global", "eq_vas", 0.3),
        ("physician_global", "patient_global", 0.2),
    ],
)
def test_baselines_go_together_and_not_as_one(sample, one, other, least):
    found = [correlation(cohort, "baseline", one, other) for cohort in sample]
    assert least < np.median(found) < 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("mmt", other) for other in ("haq", "deltoid", "biceps", "psoas", "mrc_sum")),
        ("haq", "mrs"),
        ("patient_global", "eq_vas"),
        ("physician_global", "patient_global"),
    ],
)
def test_changes_go_together_and_not_as_one(sample, one, other):
    found = [correlation(cohort, "change", one, other) for cohort in sample]
    assert 0.4 < np.median(found) < 0.92


def test_subtypes_differ_in_ck_and_skin_disease_in_extramuscular_activity(sample):
    ck = {
        subtype: np.median(
            [np.median(c.baseline[c.where("subtype", subtype), AT["ck"]]) for c in sample]
        )
        for subtype in ("dm", "imnm")
    }
    assert ck["imnm"] > 3 * ck["dm"]
    activity = {
        subtype: np.mean(
            [c.baseline[c.where("subtype", subtype), AT["extramuscular"]].mean() for c in sample]
        )
        for subtype in ("dm", "imnm")
    }
    assert activity["dm"] > activity["imnm"]


def test_haq_jumps_are_rare_and_mostly_explained(sample):
    """Jumps of 1.5 between visits: in 86% of cohorts before, and explained by no course."""
    unexplained = 0
    for cohort in sample:
        before, after = steps(cohort)
        jump = np.abs(after - before)[..., AT["haq"]]
        jump[(before[..., AT["haq"]] < 0) | (after[..., AT["haq"]] < 0)] = 0
        net = np.abs(cohort.end - cohort.baseline)[:, AT["haq"], None]
        unexplained += bool(((jump >= 12) & (jump > net)).any())
    assert unexplained / len(sample) < 0.3


def test_nothing_piles_up_at_the_end_of_what_is_drawn(sample):
    """At most one patient in fifty has a CK or a force at the very end: before, one in six."""
    assert np.mean([not_at_sampling_limits(cohort).mean() for cohort in sample]) < 0.02


def test_no_printed_quartile_holds_a_pile(sample):
    """A quartile needs one patient; of 19 hardly more than two share it on a fine scale."""
    for measure in ("ck", "deltoid", "biceps"):
        piles = [
            np.unique(cohort.baseline[:, AT[measure]], return_counts=True)[1].max()
            for cohort in sample
        ]
        assert np.mean(np.array(piles) > 2) < 0.1


def test_drawing_with_the_criteria_shows(sample):
    bare = Assumptions(plausibility=False)
    without = [draw_cohort(2021, bare, index=index) for index in range(8)]
    assert max(map(count_breaches, sample)) < min(map(count_breaches, without))


def test_the_reference_cohort_is_among_the_most_plausible(kept):
    rest = [count_breaches(kept.cohort(index)) for index in range(1, SAMPLE)]
    assert count_breaches(kept.cohort(0)) <= np.quantile(rest, 0.05)
    assert REFERENCE_CANDIDATES >= 20


def test_of_several_candidates_the_most_plausible_is_kept(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        generate, "count_breaches", lambda cohort: drawn.append(cohort) or count_breaches(cohort)
    )
    best = draw_cohort(5, candidates=3)
    counts = [count_breaches(cohort) for cohort in drawn]
    assert len(counts) == 3
    assert min(counts) < counts[0]
    assert best is drawn[counts.index(min(counts))]


# Function, course and signs: written once more by hand, and counted over the ensemble.


def test_ck_is_well_above_normal_in_every_necrotizing_myopathy(sample):
    for cohort in sample:
        imnm = cohort.where("subtype", "imnm")
        assert imnm.sum() == 6
        assert cohort.baseline[imnm, AT["ck"]].min() >= 1000


def test_strength_rises_in_reach(sample):
    for cohort in sample:
        mmt = cells(cohort, "mmt")
        assert (mmt - mmt[:, :1]).max() <= 75


def test_near_normal_strength_shows_on_both_scales(sample):
    """With 258 of 260 points of muscle testing the MRC sum is mostly 33 or more of 36."""
    found = []
    for cohort in sample:
        strong = cells(cohort, "mmt") >= 258
        found += cells(cohort, "mrc_sum")[strong].tolist()
    assert len(found) > 50
    assert np.mean(np.array(found) >= 33) > 0.8


@pytest.mark.parametrize(
    ("name", "least"),
    [
        # Of the cohorts of the kept ensemble before these were aimed at: 10, 54, 73, 61, 58, 61,
        # 74, 49, 35, 43 and 66% met them, in this order.
        ("mmt_and_mrc_sum_near_normal", 0.8),
        ("low_haq_and_low_mrs", 0.95),
        ("mmt_gain_bounded", 1.0),
        ("activity_not_lower_when_weaker", 0.7),
        ("worsened_patients_discontinue", 0.65),
        ("stronger_not_worse_by_report", 0.7),
        ("ck_of_imnm", 1.0),
        ("rescue_only_if_not_improved", 0.9),
        ("rescue_with_impaired_swallowing", 0.85),
        ("extramuscular_activity_with_signs", 0.8),
        ("global_with_extramuscular", 0.85),
        ("excellent_health_and_low_activity", 0.6),
    ],
)
def test_most_cohorts_meet_what_is_aimed_at(sample, kept, name, least):
    (each,) = [c for c in CRITERIA if c.name == name]
    assert each.kind == "soft"
    assert np.mean([not each.breaches(cohort).any() for cohort in sample]) >= least
    assert not each.breaches(kept.cohort(0)).any()


# The parts.


def visit(**values):
    """One assessment without contradictions, but for what is given, in units of the scales."""
    calm = {"physician_global": 3, "patient_global": 4, "mmt": 215, "haq": 1.5, "ck": 300}
    calm |= {"extramuscular": 1, "mrc_sum": 28, "deltoid": 60, "biceps": 80, "psoas": 150}
    calm |= {"swallowing": 9, "mrs": 3, "eq_vas": 50} | values
    return np.array(
        [round(calm[m] / float(SCALES[m].step)) if calm[m] >= 0 else -1 for m in MEASURES]
    )


EDGES = [
    ("bedridden_and_strong", {"mrs": 5, "haq": 2.5, "mmt": 170}, {"mmt": 169}),
    ("bedridden_and_low_haq", {"mrs": 5, "mmt": 150, "haq": 1.875}, {"haq": 2}),
    ("dependent_and_low_haq", {"mrs": 4, "haq": 0.625}, {"haq": 0.75}),
    ("high_haq_and_low_mrs", {"mrs": 1, "haq": 1.625}, {"haq": 1.5}),
    ("severe_haq_and_slight_disability", {"mrs": 2, "haq": 2.5}, {"haq": 2.375}),
    ("dependent_and_excellent_health", {"mrs": 4, "eq_vas": 90}, {"eq_vas": 85}),
    ("poor_health_and_no_disability", {"mrs": 1, "eq_vas": 15}, {"eq_vas": 20}),
    ("weak_and_low_haq", {"mmt": 194, "haq": 0.25, "mrs": 2}, {"mmt": 195}),
    ("strong_and_high_haq", {"mmt": 247, "haq": 2.5}, {"mmt": 246}),
    ("inactive_and_high_ck", {"physician_global": 0.9, "ck": 1451}, {"ck": 1450}),
    ("inactive_and_weak", {"physician_global": 0.4, "mmt": 194}, {"mmt": 195}),
    ("high_activity_and_good_health", {"patient_global": 9, "eq_vas": 80}, {"eq_vas": 75}),
    ("low_activity_and_poor_health", {"patient_global": 1, "eq_vas": 20}, {"eq_vas": 25}),
]


@pytest.mark.parametrize(("name", "wrong", "right"), EDGES)
def test_contradictions_begin_where_they_say(name, wrong, right):
    rules = Contradictions(260)
    hits = {n: Ranges(each, 260).any(visit(**wrong), 145) for n, each in CONTRADICTIONS.items()}
    assert [n for n, hit in hits.items() if hit] == [name]
    assert rules.at(visit(**wrong), np.array(145))
    assert not rules.at(visit(**(wrong | right)), np.array(145))
    for measure in CONTRADICTIONS[name][0]:
        # What is missing breaks nothing.
        assert not rules.at(visit(**(wrong | {measure: -1})), np.array(145))


def test_force_and_strength_move_together():
    rules, start = Contradictions(260), visit()
    assert rules.strength_discordant(start, visit(deltoid=29.5))
    assert not rules.strength_discordant(start, visit(deltoid=30))
    assert rules.strength_discordant(start, visit(mmt=228, deltoid=44.5))
    assert not rules.strength_discordant(start, visit(mmt=228, deltoid=45))
    assert not rules.strength_discordant(start, visit(mmt=202, deltoid=24))
    assert rules.strength_discordant(start, visit(psoas=300.5))
    assert not rules.strength_discordant(start, visit(psoas=300))
    assert not rules.strength_discordant(start, visit(mmt=228, psoas=450))


def test_opposed_changes():
    rules, start = Contradictions(260), visit()
    assert rules.opposed(start, visit(haq=0.75, mmt=202))
    assert not rules.opposed(start, visit(haq=0.75, mmt=203))
    assert rules.opposed(start, visit(patient_global=2, haq=2))
    assert rules.opposed(start, visit(haq=3))
    assert not rules.opposed(start, visit(haq=3, mmt=202))


PROFILES = {
    "arthritis": np.array([0, 1]),
    "raynaud": np.array([0, 0]),
    "dysphagia": np.array([1, 1]),
    "end_reason": np.array([0, 1]),
}


@pytest.mark.parametrize(
    ("who", "odd", "right"),
    [
        (0, {"mmt": 260, "mrc_sum": 34}, {"mrc_sum": 35}),
        (0, {"mmt": 106, "mrc_sum": 22}, {"mrc_sum": 20}),
        (0, {"haq": 0.5, "mrs": 3}, {"mrs": 2}),
        (0, {"haq": 0.125, "mrs": 2}, {"mrs": 1}),
        (0, {"haq": 0.625, "mrs": 4}, {"mrs": 3}),
        (0, {"extramuscular": 4.3}, {"extramuscular": 4.2}),
        (0, {"patient_global": 4, "eq_vas": 85}, {"eq_vas": 80}),
        (1, {"extramuscular": 0.1}, {"extramuscular": 0.2}),
        (1, {"swallowing": 10}, {"swallowing": 9}),
    ],
)
def test_expectations_begin_where_they_say(who, odd, right):
    expected = Expectations(PROFILES, 260)
    at = np.array([who])
    assert expected.cost(visit(**odd)[None], at)[0] > 0
    assert expected.cost(visit(**(odd | right))[None], at)[0] == pytest.approx(0)
    # Nothing is expected of who lacks the sign or did not stop, nor of a missing value.
    if who == 1:
        assert expected.cost(visit(**odd)[None], np.array([0]))[0] == pytest.approx(0)
    for measure in odd:
        missing = visit(**(odd | {measure: -1}))
        assert expected.cost(missing[None], at)[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("odd", "right"),
    [
        ({"mmt": 202, "haq": 1.75, "physician_global": 2.5}, {"physician_global": 2.6}),
        ({"mmt": 202, "haq": 2.25}, {"haq": 2.125}),
        ({"mmt": 202, "patient_global": 7}, {"patient_global": 6.9}),
        ({"mmt": 220, "haq": 2.5}, {"haq": 2.375}),
        ({"mmt": 220, "patient_global": 7.5}, {"patient_global": 7.4}),
    ],
)
def test_changes_at_odds_begin_where_they_say(odd, right):
    one = {name: values[:1] for name, values in PROFILES.items()}
    expected, start = Expectations(one, 260), visit()[None]
    assert expected.count_discordant(start, visit(**odd)[None]) == 1
    assert expected.count_discordant(start, visit(**(odd | right))[None]) == 0


def test_steps_skip_weeks_without_a_visit(sample):
    before, after = steps(sample[0])
    seen = sample[0].is_assessed[:, 1:]
    assert (before[seen][:, 0] >= 0).all()
    assert before.shape == after.shape == (19, len(WEEKS) - 1, len(MEASURES))


def test_criteria_are_named_once_and_sourced():
    assert len({each.name for each in CRITERIA}) == len(CRITERIA)
    for each in CRITERIA:
        assert each.requirement
        assert "ours" in each.source
        assert each.kind in ("hard", "soft")


# What they change.


def test_the_kept_comparison_is_of_the_kept_ensemble(kept):
    table = read_effect()
    criteria = table[table["of"] == "criterion"]
    assert criteria["name"].tolist() == [each.name for each in CRITERIA]
    assert set(table["cohorts"]) == {str(N_COHORTS)}
    cohorts = [kept.cohort(index) for index in range(N_COHORTS)]
    for name in ("correlated_baseline_mmt_haq", "not_at_sampling_limits", "bedridden_and_strong"):
        (each,) = [c for c in CRITERIA if c.name == name]
        met = sum(not each.breaches(cohort).any() for cohort in cohorts)
        (row,) = criteria[criteria["name"] == name].to_dict("records")
        assert float(row["with_median"]) == pytest.approx(100 * met / N_COHORTS)
