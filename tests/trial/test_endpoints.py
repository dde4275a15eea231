"""Endpoints: every patient's status and rule, against a slow computation and by hand."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_courses import PATIENTS, courses_of, patient
from tisstats.statistics import proportion_interval
from tisstats.trial import Courses, Endpoint, evaluate
from tisstats.trial.columns import ThreeValued
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.endpoint_definition import MISSING_RULES, STRATEGIES, missing_words
from tisstats.trial.endpoints import RULES, STATUSES, RuleCount
from tisstats.trial.outcome_words import MINIMAL_DISABILITY, RESPONSE, WORSENING

OBSERVED = "observed"
ON_TREATMENT = "observed at the last visit on treatment"
RESCUED = "rescue medication before the assessment"
STOPPED = "stopped early, before the assessment"
DIED = "death before the assessment"
DETERIORATED = "confirmed deterioration"
NO_VISIT = "no visit in the window"
TOO_FEW = "fewer than two visits"
EARLY = "visits end before the week"
SCORE_OPEN = "missing measures leave the score open"
WORSE_OPEN = "missing measures leave deterioration open"
#: What a death is, where the strategy alone does not say so.
DEATH = "; a death before the assessment is {}, unless the endpoint was or may have been met before"
ALIVE = "; a death that leaves too few visits to assess is {}"

# A slow computation: each patient alone, in every world that the missing measures allow.


class Slow:
    """One patient under one endpoint; scores and deterioration are known in each world."""

    def __init__(self, endpoint, one):
        self.e, self.one = endpoint, one
        self.follow_up = [visit for visit in one.visits if visit.week > 0]
        self.within = [v for v in self.follow_up if v.week <= endpoint.week + endpoint.window]
        self.one_week = endpoint.kind in ("at week", "sustained")
        visit = self.visit_of(endpoint.week, self.within)
        if self.one_week:
            self.at = visit.week if visit else endpoint.week
        else:
            self.at = max([endpoint.week, *(v.week for v in self.within)])
        self.rescued, self.stopped = self.rescued_by(self.at), self.stopped_by(self.at)
        self.died = self.dies_first(visit)
        self.allowed = self.within
        self.assessed = visit
        self.cut = False
        if endpoint.intercurrent in ("while on treatment", "hypothetical"):
            heeded = not endpoint.without_rescue
            self.allowed = [
                v
                for v in self.within
                if not self.stopped_by(v.week) and not (heeded and self.rescued_by(v.week))
            ]
            event = self.stopped or self.died or (heeded and self.rescued)
            self.assessed = visit if visit in self.allowed else None
            if event and endpoint.intercurrent == "while on treatment":
                self.cut = True
                self.assessed = self.allowed[-1] if self.allowed else None
        others = [v for v in self.allowed if v is not self.assessed]
        found = [self.visit_of(week, others) for week in endpoint.also_at]
        self.also = [v for v in found if v is not None]
        self.all_seen = len(self.also) == len(found)

    def visit_of(self, week, visits):
        best = None
        for visit in visits:
            apart = abs(visit.week - week)
            if apart <= self.e.window and (best is None or apart <= abs(best.week - week)):
                best = visit
        return best

    def rescued_by(self, week):
        if self.one.rescue is None:
            return False
        if self.e.rescue_in_week_of_visit == "before the visit":
            return self.one.rescue <= week
        return self.one.rescue < week

    def stopped_by(self, week):
        return any(each is not None and each < week for each in (self.one.stop, self.one.death))

    @property
    def stop(self):
        """The rule of an early stop before the assessment: its name is that of the earlier."""
        one = self.one
        if not self.died:
            return STOPPED
        stop_first = one.stop is not None and one.stop < min(self.at, one.death)
        return STOPPED if stop_first else DIED

    def dies_first(self, visit):
        """Whether the patient died before the assessment, or before it was due without one."""
        death = self.one.death
        if death is None:
            return False
        if death < self.at:
            return True
        if self.one_week and visit:
            return False
        later = [v for v in self.within if v.week >= death]
        return death <= self.e.week + self.e.window and not later

    def worlds(self):
        options = [
            [
                (v.week, score, worse)
                for score in {v.low, v.high}
                for worse in ([True, False] if v.worse is None else [v.worse])
            ]
            for v in self.follow_up
        ]
        for world in product(*options):
            yield {week: (score, worse) for week, score, worse in world}

    def hits(self, world, visits):
        return [world[visit.week][0] >= self.e.threshold for visit in visits]

    def scored(self, world):
        """Whether the scores are a response: True, False or None where visits lack."""
        if self.e.kind == "at week":
            return self.hits(world, [self.assessed])[0] if self.assessed else None
        if self.e.kind == "sustained":
            return self.sustained(world)
        hit = self.hits(world, self.allowed)
        if self.e.kind == "best":
            found, needed = any(hit), 1
        else:
            twice = any(a and b for a, b in pairwise(hit)) if self.in_a_row else sum(hit) > 1
            found, needed = twice, 2
        if found:
            return True
        return None if len(hit) < needed or self.ends_early() else False

    def sustained(self, world):
        also = self.hits(world, self.also)
        here = self.hits(world, [self.assessed])[0] if self.assessed else None
        if here is False or (self.all_seen and not any(also)):
            return False
        return True if here and any(also) else None

    def ends_early(self):
        if self.e.early_end == "as observed" or self.cut:
            return False
        return max(v.week for v in self.allowed) < self.e.week - self.e.window

    @property
    def in_a_row(self):
        return self.e.confirmed_at == "consecutive visits"

    def deteriorated(self, world):
        if not self.e.without_confirmed_deterioration:
            return False
        limit = max(self.e.week, self.at)
        worse = [world[v.week][1] for v in self.allowed if v.week <= limit]
        return any(worse[i] and worse[i + 1] for i in range(len(worse) - 1))

    def events(self):
        e = self.e
        if self.rescued and (e.without_rescue or e.intercurrent == "composite"):
            return "non-responder", RESCUED
        if (self.stopped or self.died) and e.intercurrent == "composite":
            return "non-responder", self.stop
        return None

    def left_out(self):
        """By which rule the hypothetical strategy leaves a patient out, None if it does not."""
        if self.e.intercurrent != "hypothetical":
            return None
        rescued = self.rescued and not self.e.without_rescue
        ended = self.stopped or self.died
        if rescued and ended:
            ends = [each for each in (self.one.stop, self.one.death) if each is not None]
            return self.stop if min(ends) < self.one.rescue else RESCUED
        return RESCUED if rescued else self.stop if ended else None

    def in_world(self, world):
        worse, met = self.deteriorated(world), self.scored(world)
        if worse:
            return "non-responder", DETERIORATED
        if out := self.left_out():
            lasting = not self.one_week and not self.e.without_confirmed_deterioration
            if not (lasting and met):
                return "excluded", out
        seen = ON_TREATMENT if self.cut and self.one_week else OBSERVED
        return {
            True: ("responder", seen),
            False: ("non-responder", seen),
            None: ("open", ""),
        }[met]

    def status(self):
        if found := self.events():
            return found
        found = [self.in_world(world) for world in self.worlds()]
        statuses = {status for status, _ in found}
        if "excluded" in statuses:
            return next(each for each in found if each[0] == "excluded")
        if statuses == {"responder"}:
            return found[0]
        never = {self.scored(world) for world in self.worlds()} == {False}
        policy = self.e.intercurrent == "treatment policy"
        if statuses == {"non-responder"} and self.died and never and policy:
            by_score = {rule for _, rule in found} != {DETERIORATED}
            return "non-responder", DIED if by_score else DETERIORATED
        if statuses == {"non-responder"}:
            every = {rule for _, rule in found}
            # Some worlds deteriorate, the others do not respond: known by the score.
            return "non-responder", next(iter(every - {DETERIORATED}), DETERIORATED)
        if self.died and self.reason() in (NO_VISIT, TOO_FEW, EARLY) and not self.missed():
            return "non-responder", DIED
        counted = {"best case": "responder", "worst case": "non-responder"}
        counted["non-responder"] = "non-responder"
        return counted.get(self.e.missing, "unknown"), self.reason()

    def missed(self):
        """Whether all visits that were to sustain the score were missed before the death."""
        if self.e.kind != "sustained" or self.assessed is None:
            return False
        seen = [
            v
            for v in self.follow_up
            for week in self.e.also_at
            if abs(v.week - week) <= self.e.window
        ]
        return not seen and max(self.e.also_at) + self.e.window < self.one.death

    def reason(self):
        scores = {self.scored(world) for world in self.worlds()}
        if scores == {True}:
            return WORSE_OPEN
        if self.e.kind == "at week":
            return NO_VISIT if self.assessed is None else SCORE_OPEN
        if self.e.kind == "sustained":
            if self.assessed is None:
                return NO_VISIT
            opened = [v for v in [self.assessed, *self.also] if self.opens(v)]
            return SCORE_OPEN if opened else NO_VISIT
        if not self.allowed:
            return NO_VISIT
        if self.e.kind == "confirmed" and len(self.allowed) < 2:
            return TOO_FEW
        return EARLY if True not in scores else SCORE_OPEN

    def opens(self, visit):
        return visit.low < self.e.threshold <= visit.high


WEEKS = st.sampled_from([4.0, 8.0, 12.0])


@st.composite
def endpoints(draw):
    kind = draw(st.sampled_from(["at week", "best", "sustained", "confirmed"]))
    week = draw(WEEKS)
    also = draw(st.lists(st.integers(1, int(week) - 1), min_size=1, max_size=2, unique=True))
    return Endpoint(
        kind=kind,
        threshold=draw(st.sampled_from([20, 40])),
        week=week,
        also_at=tuple(also) if kind == "sustained" else (),
        window=draw(st.sampled_from([0, 1, 2])),
        confirmed_at=draw(st.sampled_from(["consecutive visits", "any two visits"])),
        without_rescue=draw(st.booleans()),
        without_confirmed_deterioration=draw(st.booleans()),
        intercurrent=draw(
            st.sampled_from(["treatment policy", "composite", "while on treatment", "hypothetical"])
        ),
        missing=draw(
            st.sampled_from(["unknown", "non-responder", "bounds", "best case", "worst case"])
        ),
        rescue_in_week_of_visit=draw(st.sampled_from(["after the visit", "before the visit"])),
        early_end=draw(st.sampled_from(["as observed", "missing"])),
    )


@examples(150)
@given(endpoints(), PATIENTS)
def test_every_patient_as_in_the_slow_computation(endpoint, patients):
    result = evaluate(endpoint, courses_of(patients))
    found = list(zip(result.status, result.rule, strict=True))
    assert found == [Slow(endpoint, one).status() for one in patients]


@examples(50)
@given(endpoints(), PATIENTS)
def test_counts_add_up_to_everybody(endpoint, patients):
    result = evaluate(endpoint, courses_of(patients))
    counted = Counter(zip(result.status, result.rule, strict=True))
    assert {(c.status, c.rule): c.patients for c in result.counts} == counted
    assert sum(c.patients for c in result.counts) == result.patients == len(patients)
    assert sum(result.count_table()["n"]) == len(patients)
    assert sum(map(result.count, STATUSES)) == len(patients)
    out = result.count("excluded") + (endpoint.missing == "unknown") * result.count("unknown")
    assert result.denominator == len(patients) - out
    assert 0 <= result.responders_low <= result.responders_high <= result.denominator
    if endpoint.missing != "bounds":
        assert result.responders_low == result.responders_high == result.count("responder")


@examples(50)
@given(endpoints(), PATIENTS)
def test_bounds_hold_the_best_and_the_worst_case(endpoint, patients):
    courses = courses_of(patients)
    by = {
        missing: evaluate(replace(endpoint, missing=missing), courses)
        for missing in ("bounds", "best case", "worst case", "non-responder", "unknown")
    }
    assert by["bounds"].responders_low == by["worst case"].responders_low
    assert by["bounds"].responders_high == by["best case"].responders_low
    assert by["worst case"].status.tolist() == by["non-responder"].status.tolist()
    assert by["unknown"].status.tolist() == by["bounds"].status.tolist()
    assert by["best case"].denominator == by["bounds"].denominator
    rules = [each.rule.tolist() for each in by.values()]
    assert all(rule == rules[0] for rule in rules)


@examples(38)
@given(endpoints(), PATIENTS)
def test_a_higher_threshold_has_no_more_responders(endpoint, patients):
    courses = courses_of(patients)
    by_20, by_40 = (evaluate(replace(endpoint, threshold=least), courses) for least in (20, 40))
    assert by_20.responders_low >= by_40.responders_low
    assert by_20.responders_high >= by_40.responders_high or endpoint.intercurrent == "hypothetical"


@examples(25)
@given(endpoints(), PATIENTS)
def test_arms_add_up_to_all(endpoint, patients):
    result = evaluate(endpoint, courses_of(patients))
    first = np.arange(len(patients)) % 2 == 0
    arms = [result.select(first), result.select(~first)]
    assert sum(arm.patients for arm in arms) == result.patients
    assert sum(arm.denominator for arm in arms) == result.denominator
    assert sum(arm.responders_high for arm in arms) == result.responders_high


@examples(50)
@given(endpoints(), PATIENTS, st.integers(0, 999))
def test_weeks_moved_by_rounding_change_nothing(endpoint, patients, seed):
    courses, draw = courses_of(patients), np.random.default_rng(seed)

    def moved(weeks):
        return np.abs(weeks + draw.choice([-1, 0, 1], weeks.shape) * SAME_WEEK / 4)

    other = replace(
        courses,
        weeks=moved(courses.weeks),
        rescue_week=moved(courses.rescue_week),
        stop_week=moved(courses.stop_week),
        death_week=moved(courses.death_week),
    )
    before, after = evaluate(endpoint, courses), evaluate(endpoint, other)
    assert after.status.tolist() == before.status.tolist()
    assert after.rule.tolist() == before.rule.tolist()


# By hand: one patient, one rule.

USUAL = {"threshold": 20, "week": 16, "intercurrent": "treatment policy", "missing": "unknown"}


def decide(one, **changed):
    result = evaluate(Endpoint(**({"kind": "at week"} | USUAL | changed)), courses_of([one]))
    return result.status[0], result.rule[0]


@pytest.mark.parametrize(
    ("scores", "changed", "decided"),
    [
        # At a week: the threshold itself counts; just below does not.
        ({16: 20}, {}, ("responder", OBSERVED)),
        ({16: 17.5}, {}, ("non-responder", OBSERVED)),
        ({8: 60, 16: 0}, {}, ("non-responder", OBSERVED)),
        ({8: 60}, {}, ("unknown", NO_VISIT)),
        ({0: 0}, {}, ("unknown", NO_VISIT)),
        ({}, {}, ("unknown", NO_VISIT)),
        # Bounds on both sides of the threshold, or on one.
        ({16: (20, 60)}, {}, ("responder", OBSERVED)),
        ({16: (0, 17.5)}, {}, ("non-responder", OBSERVED)),
        ({16: (17.5, 20)}, {}, ("unknown", SCORE_OPEN)),
        # The window, its ends included.
        ({14: 40}, {"window": 2}, ("responder", OBSERVED)),
        ({18: 40}, {"window": 2}, ("responder", OBSERVED)),
        ({13: 40}, {"window": 2}, ("unknown", NO_VISIT)),
        ({19: 40}, {"window": 2}, ("unknown", NO_VISIT)),
        ({15: 0, 16: 40}, {"window": 2}, ("responder", OBSERVED)),
        # Equally near: the later.
        ({15: 0, 17: 40}, {"window": 2}, ("responder", OBSERVED)),
        ({15: 40, 17: 0}, {"window": 2}, ("non-responder", OBSERVED)),
        # Best: any visit up to the week; a baseline is none.
        ({4: 20, 16: 0}, {"kind": "best"}, ("responder", OBSERVED)),
        ({4: 0, 16: 20}, {"kind": "best"}, ("responder", OBSERVED)),
        ({4: 0, 17: 60}, {"kind": "best"}, ("non-responder", OBSERVED)),
        ({4: 0, 17: 60}, {"kind": "best", "window": 1}, ("responder", OBSERVED)),
        ({4: (0, 40), 16: 0}, {"kind": "best"}, ("unknown", SCORE_OPEN)),
        ({4: (0, 40), 16: 40}, {"kind": "best"}, ("responder", OBSERVED)),
        ({-2: 60, 0: 60}, {"kind": "best"}, ("unknown", NO_VISIT)),
        # Best: visits that end before the week.
        ({4: 0}, {"kind": "best"}, ("non-responder", OBSERVED)),
        ({4: 0}, {"kind": "best", "early_end": "missing"}, ("unknown", EARLY)),
        ({4: 20}, {"kind": "best", "early_end": "missing"}, ("responder", OBSERVED)),
        ({16: 0}, {"kind": "best", "early_end": "missing"}, ("non-responder", OBSERVED)),
        (
            {15: 0},
            {"kind": "best", "early_end": "missing", "window": 1},
            ("non-responder", OBSERVED),
        ),
        # Confirmed: at the next visit, or at any other.
        ({4: 20, 8: 20, 16: 0}, {"kind": "confirmed"}, ("responder", OBSERVED)),
        ({4: 20, 8: 0, 16: 20}, {"kind": "confirmed"}, ("non-responder", OBSERVED)),
        (
            {4: 20, 8: 0, 16: 20},
            {"kind": "confirmed", "confirmed_at": "any two visits"},
            ("responder", OBSERVED),
        ),
        ({4: 20, 8: (0, 40), 16: 20}, {"kind": "confirmed"}, ("unknown", SCORE_OPEN)),
        ({16: 60}, {"kind": "confirmed"}, ("unknown", TOO_FEW)),
        ({16: 60, 24: 60}, {"kind": "confirmed"}, ("unknown", TOO_FEW)),
        ({0: 60, 16: 60}, {"kind": "confirmed"}, ("unknown", TOO_FEW)),
        ({}, {"kind": "confirmed"}, ("unknown", NO_VISIT)),
    ],
)
def test_scores(scores, changed, decided):
    assert decide(patient(scores), **changed) == decided


SUSTAINED = {"kind": "sustained", "week": 25, "also_at": (17, 21)}


@pytest.mark.parametrize(
    ("scores", "changed", "decided"),
    [
        ({17: 20, 21: 0, 25: 20}, {}, ("responder", OBSERVED)),
        ({17: 0, 21: 20, 25: 20}, {}, ("responder", OBSERVED)),
        ({17: 0, 21: 0, 25: 20}, {}, ("non-responder", OBSERVED)),
        ({17: 60, 21: 60, 25: 17.5}, {}, ("non-responder", OBSERVED)),
        ({25: 0}, {}, ("non-responder", OBSERVED)),
        ({13: 60, 25: 60}, {}, ("unknown", NO_VISIT)),
        ({17: 60, 21: 60}, {}, ("unknown", NO_VISIT)),
        # One of two is missing: what was seen decides only if it is a response.
        ({17: 0, 25: 20}, {}, ("unknown", NO_VISIT)),
        ({17: 0, 25: 0}, {}, ("non-responder", OBSERVED)),
        ({17: 20, 25: 20}, {}, ("responder", OBSERVED)),
        ({17: 0, 21: (0, 40), 25: 20}, {}, ("unknown", SCORE_OPEN)),
        ({17: 20, 21: (0, 40), 25: 20}, {}, ("responder", OBSERVED)),
        ({17: 20, 25: (0, 40)}, {}, ("unknown", SCORE_OPEN)),
        # One visit does not sustain itself.
        ({23: 60}, {"window": 2}, ("unknown", NO_VISIT)),
        ({21: 0, 23: 60, 25: 60}, {"window": 2, "also_at": (23,)}, ("responder", OBSERVED)),
    ],
)
def test_sustained(scores, changed, decided):
    assert decide(patient(scores), **(SUSTAINED | changed)) == decided


GOOD = {4: 0, 8: 40, 16: 40}


@pytest.mark.parametrize(
    ("events", "strategy", "decided"),
    [
        # Rescue medication in week 10, response in weeks 8 and 16.
        ({"rescue": 10}, "treatment policy", ("responder", OBSERVED)),
        ({"rescue": 10}, "composite", ("non-responder", RESCUED)),
        ({"rescue": 10}, "while on treatment", ("responder", ON_TREATMENT)),
        ({"rescue": 10}, "hypothetical", ("excluded", RESCUED)),
        # Before the response; the last visit on treatment is that of week 4.
        ({"rescue": 6}, "while on treatment", ("non-responder", ON_TREATMENT)),
        ({"rescue": 2}, "while on treatment", ("unknown", NO_VISIT)),
        # Early stop: the last week on treatment.
        ({"stop": 10}, "treatment policy", ("responder", OBSERVED)),
        ({"stop": 10}, "composite", ("non-responder", STOPPED)),
        ({"stop": 8}, "while on treatment", ("responder", ON_TREATMENT)),
        ({"stop": 7}, "while on treatment", ("non-responder", ON_TREATMENT)),
        ({"stop": 10}, "hypothetical", ("excluded", STOPPED)),
        # In the week of the assessment, neither is before it.
        ({"rescue": 16}, "composite", ("responder", OBSERVED)),
        ({"stop": 16}, "composite", ("responder", OBSERVED)),
        ({"rescue": 16}, "hypothetical", ("responder", OBSERVED)),
        ({"rescue": 16}, "while on treatment", ("responder", OBSERVED)),
        ({"rescue": 20, "stop": 24}, "composite", ("responder", OBSERVED)),
        # Both: for non-response the rescue medication is named, for exclusion what came first.
        ({"rescue": 10, "stop": 6}, "composite", ("non-responder", RESCUED)),
        ({"rescue": 10, "stop": 6}, "hypothetical", ("excluded", STOPPED)),
        ({"rescue": 6, "stop": 10}, "hypothetical", ("excluded", RESCUED)),
        ({"rescue": 6, "stop": 6}, "hypothetical", ("excluded", RESCUED)),
    ],
)
def test_strategies(events, strategy, decided):
    assert decide(patient(GOOD, **events), intercurrent=strategy) == decided


@pytest.mark.parametrize(
    ("events", "changed", "decided"),
    [
        # A best response that came before the event.
        ({"rescue": 10}, {"intercurrent": "composite"}, ("non-responder", RESCUED)),
        ({"rescue": 10}, {"intercurrent": "while on treatment"}, ("responder", OBSERVED)),
        ({"rescue": 10}, {"intercurrent": "hypothetical"}, ("responder", OBSERVED)),
        ({"rescue": 6}, {"intercurrent": "while on treatment"}, ("non-responder", OBSERVED)),
        ({"rescue": 6}, {"intercurrent": "hypothetical"}, ("excluded", RESCUED)),
        # Without rescue medication, whatever the strategy; it does not concern early stops.
        ({"rescue": 10}, {"without_rescue": True}, ("non-responder", RESCUED)),
        ({"stop": 10}, {"without_rescue": True}, ("responder", OBSERVED)),
        ({"rescue": 16}, {"without_rescue": True}, ("responder", OBSERVED)),
        (
            {"rescue": 16},
            {"without_rescue": True, "rescue_in_week_of_visit": "before the visit"},
            ("non-responder", RESCUED),
        ),
        (
            {"rescue": 10, "stop": 6},
            {"without_rescue": True, "intercurrent": "hypothetical"},
            ("non-responder", RESCUED),
        ),
        # Whoever stopped was followed for as long as on treatment.
        (
            {"stop": 6},
            {"intercurrent": "while on treatment", "early_end": "missing"},
            ("non-responder", OBSERVED),
        ),
    ],
)
def test_events_and_a_best_response(events, changed, decided):
    assert decide(patient(GOOD, **events), kind="best", **changed) == decided


def test_rescue_medication_in_the_week_of_a_visit():
    one = patient({8: 0, 16: 40}, rescue=8)
    usual = {"kind": "at week", "week": 8, "intercurrent": "composite"}
    assert decide(one, **usual) == ("non-responder", OBSERVED)
    before = {"rescue_in_week_of_visit": "before the visit"}
    assert decide(one, **usual, **before) == ("non-responder", RESCUED)
    on_treatment = usual | {"intercurrent": "while on treatment"}
    assert decide(one, **on_treatment) == ("non-responder", OBSERVED)
    assert decide(one, **on_treatment, **before) == ("unknown", NO_VISIT)


def test_events_are_before_the_visit_that_was_assessed_not_the_planned_week():
    one = patient({14: 40}, rescue=15)
    assert decide(one, window=2, intercurrent="composite") == ("responder", OBSERVED)
    later = patient({18: 40}, rescue=17)
    assert decide(later, window=2, intercurrent="composite") == ("non-responder", RESCUED)
    unseen = patient({8: 40}, rescue=15)
    assert decide(unseen, window=2, intercurrent="composite") == ("non-responder", RESCUED)


RULE = {"without_confirmed_deterioration": True}


@pytest.mark.parametrize(
    ("worse", "changed", "decided"),
    [
        ({4: True, 8: True}, {}, ("non-responder", DETERIORATED)),
        ({4: True, 16: True}, {}, ("responder", OBSERVED)),
        ({16: True}, {}, ("responder", OBSERVED)),
        ({8: True, 16: True}, {}, ("non-responder", DETERIORATED)),
        # Confirmed after the week: not up to it.
        ({16: True, 20: True}, {}, ("responder", OBSERVED)),
        ({16: True, 20: True}, {"kind": "best", "window": 4}, ("non-responder", DETERIORATED)),
        # A visit of which it is not known.
        ({4: None, 8: True}, {}, ("unknown", WORSE_OPEN)),
        ({4: None, 8: None}, {"missing": "best case"}, ("responder", WORSE_OPEN)),
        ({4: None, 8: None}, {"missing": "worst case"}, ("non-responder", WORSE_OPEN)),
        ({4: None, 16: None}, {}, ("responder", OBSERVED)),
        # The score settles it.
        ({4: None, 8: None}, {"threshold": 60}, ("non-responder", OBSERVED)),
        ({4: True, 8: True}, {"threshold": 60}, ("non-responder", DETERIORATED)),
    ],
)
def test_without_confirmed_deterioration(worse, changed, decided):
    scores = {4: 0, 8: 40, 16: 40, 20: 40}
    assert decide(patient(scores, worse=worse), **(RULE | changed)) == decided


@pytest.mark.parametrize(
    ("strategy", "decided"),
    [
        # Deterioration in weeks 8 and 16, rescue medication between them.
        ("treatment policy", ("non-responder", DETERIORATED)),
        ("composite", ("non-responder", RESCUED)),
        ("while on treatment", ("responder", ON_TREATMENT)),
        ("hypothetical", ("excluded", RESCUED)),
    ],
)
def test_deterioration_after_an_event(strategy, decided):
    one = patient(GOOD, worse={8: True, 16: True}, rescue=10)
    assert decide(one, **RULE, intercurrent=strategy) == decided


def test_a_death_decides_nothing_where_the_score_is_met_and_a_deterioration_is_open():
    """Of week 8 it is not known whether the patient was worse; two visits in a row would be."""
    one = patient({8: 40, 12: 40}, worse={8: None, 12: True}, stop=14, death=15)
    planned = {"kind": "sustained", "also_at": (8,), "intercurrent": "while on treatment"}
    for missing, status in (("unknown", "unknown"), ("best case", "responder")):
        found = decide(one, **RULE, **planned, missing=missing)
        assert found == (status, WORSE_OPEN)


def test_deterioration_before_an_event_settles_the_status():
    one = patient(GOOD, worse={4: True, 8: True}, rescue=10)
    assert decide(one, **RULE, intercurrent="hypothetical") == ("non-responder", DETERIORATED)


@pytest.mark.parametrize(
    ("missing", "status"),
    [
        ("unknown", "unknown"),
        ("non-responder", "non-responder"),
        ("bounds", "unknown"),
        ("best case", "responder"),
        ("worst case", "non-responder"),
    ],
)
@pytest.mark.parametrize(
    ("scores", "rule"), [({16: (0, 40)}, SCORE_OPEN), ({8: 40}, NO_VISIT), ({}, NO_VISIT)]
)
def test_rules_for_missing_scores(missing, status, scores, rule):
    assert decide(patient(scores), missing=missing) == (status, rule)


@pytest.mark.parametrize(
    ("missing", "status"),
    [
        ("unknown", "unknown"),
        ("non-responder", "responder"),
        ("bounds", "unknown"),
        ("best case", "non-responder"),
        ("worst case", "responder"),
    ],
)
def test_rules_for_an_open_status_of_what_is_unfavourable(missing, status):
    events = {"intercurrent": "composite", "missing": missing, "words": WORSENING}
    assert decide(patient({16: 0}, rescue=8), **events) == ("responder", RESCUED)
    assert decide(patient({16: 0}, stop=8), **events) == ("responder", STOPPED)
    assert decide(patient({16: 0}), **events) == ("non-responder", OBSERVED)
    assert decide(patient({8: 40}), missing=missing, words=WORSENING) == (status, NO_VISIT)


@pytest.mark.parametrize("missing", ["non-responder", "worst case"])
def test_what_bounds_settle_is_not_missing(missing):
    assert decide(patient({16: (20, 40)}), missing=missing) == ("responder", OBSERVED)


# The result.

FIVE = [
    patient({16: 40}),
    patient({16: 0}),
    patient({16: (0, 40)}),
    patient({8: 0}),
    patient({16: 40}, stop=8),
]


def test_denominators_and_intervals():
    found = {
        missing: evaluate(
            Endpoint(kind="at week", **(USUAL | {"missing": missing, "intercurrent": strategy})),
            courses_of(FIVE),
        )
        for missing, strategy in [
            ("unknown", "hypothetical"),
            ("bounds", "hypothetical"),
            ("non-responder", "composite"),
            ("best case", "treatment policy"),
        ]
    }
    assert {
        missing: (each.responders_low, each.responders_high, each.denominator)
        for missing, each in found.items()
    } == {
        "unknown": (1, 1, 2),
        "bounds": (1, 3, 4),
        "non-responder": (1, 1, 5),
        "best case": (4, 4, 5),
    }
    interval = found["bounds"].confidence_interval(0.9, "wilson")
    assert interval.fewest == proportion_interval(1, 4, 0.9, "wilson")
    assert interval.most == proportion_interval(3, 4, 0.9, "wilson")
    known = found["unknown"].confidence_interval()
    assert known.fewest == known.most == proportion_interval(1, 2)


def test_the_table_of_counts():
    endpoint = Endpoint(kind="at week", **(USUAL | {"missing": "non-responder"}))
    table = evaluate(endpoint, courses_of(FIVE)).count_table()
    assert table.to_dict("records") == [
        {"Status": "responder", "Decided by": "observed", "n": 2},
        {"Status": "non-responder", "Decided by": "observed", "n": 1},
        {
            "Status": "non-responder",
            "Decided by": f"{NO_VISIT}, counted as non-responder",
            "n": 1,
        },
        {
            "Status": "non-responder",
            "Decided by": f"{SCORE_OPEN}, counted as non-responder",
            "n": 1,
        },
    ]


def test_without_a_denominator_there_is_no_interval():
    result = evaluate(Endpoint(kind="at week", **USUAL), courses_of([patient({8: 0})]))
    assert (result.denominator, result.count("unknown")) == (0, 1)
    with pytest.raises(ValueError, match="none of the 1 patients is in the denominator"):
        result.confidence_interval()


def test_no_patients():
    courses = Courses.from_scores(np.zeros((0, 2)), np.zeros((0, 2)))
    result = evaluate(Endpoint(kind="best", **USUAL), courses)
    assert (result.patients, result.counts, result.denominator) == (0, (), 0)


def test_weeks_from_dates():
    # Week 16 and the week of the stop, with an error of rounding.
    late = 16 + 2e-15
    assert late > 16
    one = patient({8: 0, late: 40}, stop=16)
    assert decide(one, intercurrent="composite") == ("responder", OBSERVED)
    # Equally near to week 0.3 but for rounding: the later.
    assert abs(0.1 - 0.3) < abs(0.5 - 0.3)
    near = patient({0.1: 0, 0.5: 40})
    assert decide(near, week=0.3, window=0.2) == ("responder", OBSERVED)


def test_weeks_as_far_apart_as_the_tolerance_are_the_same_and_farther_ones_are_not():
    late, later = 16 + SAME_WEEK, 16 + 3 * SAME_WEEK
    for kind in ("best", "confirmed"):
        assert decide(patient({8: 20, late: 20}), kind=kind) == ("responder", OBSERVED)
    assert decide(patient({8: 0, later: 20}), kind="best") == ("non-responder", OBSERVED)
    assert decide(patient({later: 20})) == ("unknown", NO_VISIT)
    # Where the visits end, and with a window.
    open_end = {"kind": "best", "early_end": "missing"}
    early = 16 - SAME_WEEK
    assert decide(patient({early: 0}), **open_end) == ("non-responder", OBSERVED)
    assert decide(patient({16 - 3 * SAME_WEEK: 0}), **open_end) == ("unknown", EARLY)
    assert decide(patient({14 - SAME_WEEK: 0}), window=2, **open_end) == ("non-responder", OBSERVED)
    assert decide(patient({14 - 3 * SAME_WEEK: 0}), window=2, **open_end) == ("unknown", EARLY)
    # A stop before rescue medication, or in its week.
    events = {"intercurrent": "hypothetical"}
    same = patient(GOOD, rescue=8, stop=8 - SAME_WEEK)
    assert decide(same, **events) == ("excluded", RESCUED)
    before = patient(GOOD, rescue=8, stop=8 - 3 * SAME_WEEK)
    assert decide(before, **events) == ("excluded", STOPPED)


def test_every_rule_occurs_in_these_tests():
    named = {OBSERVED, ON_TREATMENT, RESCUED, STOPPED, DIED, DETERIORATED, NO_VISIT, TOO_FEW}
    assert named | {EARLY, SCORE_OPEN, WORSE_OPEN} == set(RULES)


# The description and its faults.


def test_an_endpoint_describes_every_choice():
    assert Endpoint(kind="sustained", **(USUAL | {"week": 25}), also_at=[17, 21], window=1.5,
                    without_rescue=True, without_confirmed_deterioration=True).describe() == (
        "Total Improvement Score of at least 20 at week 25 and at week 17 or 21 (± 1.5 weeks), "
        "without rescue medication or confirmed deterioration. Intercurrent events: treatment "
        "policy (visits count regardless of early stops; a death before the assessment is "
        "non-response, unless the endpoint was or may have been met before; rescue medication "
        "before the assessment is non-response). Where missing "
        "data leave the status open: the status is unknown, and the patient is not in the "
        "denominator. Rescue medication in the week of a visit is taken as given after the visit."
    )  # fmt: skip
    best = Endpoint(kind="best", **USUAL, early_end="missing").describe()
    assert "at any visit up to week 16." in best
    assert best.endswith(
        "Where visits end before week 16 without a response, and no death decides, the status is "
        "open."
    )
    assert "Rescue medication in the week" not in best
    twice = Endpoint(kind="confirmed", **USUAL)
    assert twice.describe().endswith(
        "without a response, patients with at least two visits after baseline are non-responders."
    )
    assert "at two consecutive visits up to week 16" in twice.describe()
    any_two = replace(twice, confirmed_at="any two visits")
    assert "at any two visits up to week 16" in any_two.describe()


@pytest.mark.parametrize("missing", MISSING_RULES)
def test_the_words_of_an_outcome_that_is_a_response_are_those_of_the_rules(missing):
    assert missing_words(missing) == missing_words(missing, RESPONSE)
    assert missing_words(missing) == MISSING_RULES[missing]


def test_the_words_of_the_rules_for_a_worsening_by_hand():
    assert {rule: missing_words(rule, WORSENING) for rule in MISSING_RULES} == {
        "unknown": "the status is unknown, and the patient is not in the denominator",
        "non-responder": "counted as worsened",
        "bounds": "the status is unknown; patients who worsened are counted from none to all of "
        "them",
        "best case": "counted as not worsened",
        "worst case": "counted as worsened",
    }


def test_the_words_of_the_best_and_the_worst_case_of_minimal_disability_by_hand():
    best, worst = (missing_words(f"{case} case", MINIMAL_DISABILITY) for case in ("best", "worst"))
    assert best == "counted as not having minimal disability"
    assert worst == "counted as having minimal disability"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_words_of_a_strategy_are_those_of_a_response(strategy):
    usual = {**USUAL, "intercurrent": strategy}
    plain = Endpoint(kind="at week", **usual)
    said = {"treatment policy": DEATH, "while on treatment": ALIVE}.get(strategy, "")
    death = said.format("non-response")
    assert plain.describe_strategy() == STRATEGIES[strategy] + death
    assert STRATEGIES[strategy] in plain.describe()
    worsening = Endpoint(kind="at week", criterion="worse", words=WORSENING, **usual)
    if strategy == "composite":
        assert worsening.describe_strategy() != STRATEGIES[strategy]
    else:
        death = said.format("worsening")
        assert worsening.describe_strategy() == STRATEGIES[strategy] + death


#: A patient who died in week 10, and what that is by each kind, strategy and rule.
DEATHS = [
    ({}, {}, ("non-responder", DIED)),
    ({8: 40}, {}, ("non-responder", DIED)),
    *(
        ({8: 40}, {"missing": missing}, ("non-responder", DIED))
        for missing in ("non-responder", "bounds", "best case", "worst case")
    ),
    ({8: 40}, {"kind": "best"}, ("responder", OBSERVED)),
    ({8: 0}, {"kind": "best"}, ("non-responder", DIED)),
    ({8: 0}, {"kind": "best", "intercurrent": "while on treatment"}, ("non-responder", OBSERVED)),
    (
        {8: 0},
        {"kind": "best", "criterion": "worse", "words": WORSENING},
        ("responder", DIED),
    ),
    (
        {8: 0, 9: 0},  # died after it
        {"kind": "best", "criterion": "worse", "words": WORSENING, "week": 9},
        ("non-responder", OBSERVED),
    ),
    ({8: 0}, {"kind": "best", "early_end": "missing"}, ("non-responder", DIED)),
    ({8: (0, 40)}, {"kind": "best"}, ("unknown", SCORE_OPEN)),
    ({8: (0, 40)}, {"kind": "best", "missing": "best case"}, ("responder", SCORE_OPEN)),
    ({8: 40}, {"kind": "confirmed"}, ("non-responder", DIED)),
    ({4: 40, 8: 40}, {"kind": "confirmed"}, ("responder", OBSERVED)),
    ({8: 40}, {"kind": "sustained", "also_at": (8,)}, ("non-responder", DIED)),
    ({8: 40}, {"intercurrent": "composite"}, ("non-responder", DIED)),
    ({8: 40}, {"intercurrent": "hypothetical"}, ("excluded", DIED)),
    ({8: 40}, {"intercurrent": "while on treatment"}, ("responder", ON_TREATMENT)),
    ({}, {"intercurrent": "while on treatment"}, ("non-responder", DIED)),
    *(
        (
            {8: 40},
            {"kind": "sustained", "also_at": weeks, "window": window, "missing": "best case"}
            | {"intercurrent": "while on treatment"},
            decided,
        )
        for weeks, window, decided in (
            ((4,), 1, ("responder", NO_VISIT)),  # missed before the death
            ((4, 9), 0, ("responder", NO_VISIT)),
            ((4, 9), 1, ("non-responder", DIED)),  # the window was open when the patient died
            ((12,), 1, ("non-responder", DIED)),
            ((8,), 1, ("non-responder", DIED)),  # attended, and the last on treatment
            ((4, 8), 0, ("non-responder", DIED)),
            ((7,), 1, ("non-responder", DIED)),
            ((6,), 1, ("responder", NO_VISIT)),
            ((4, 9.5), 1, ("non-responder", DIED)),  # due until after the death
            ((4, 9.5), 0.5, ("non-responder", DIED)),  # due until the week of the death
            ((4, 9.25), 0.5, ("responder", NO_VISIT)),
        )
    ),
    ({8: 40}, {"week": 10}, ("non-responder", DIED)),
    ({8: 40}, {"week": 9.5}, ("unknown", NO_VISIT)),
    ({8: 40}, {"week": 9.5, "window": 0.5}, ("non-responder", DIED)),
    ({8: 40, 10: 40}, {"week": 10}, ("responder", OBSERVED)),
    ({8: 40}, {"week": 10, "intercurrent": "composite"}, ("non-responder", DIED)),
    ({8: 40}, {"week": 10, "intercurrent": "while on treatment"}, ("responder", ON_TREATMENT)),
    ({8: 40}, {"week": 8}, ("responder", OBSERVED)),
    ({8: 40}, {"criterion": "worse", "words": WORSENING}, ("responder", DIED)),
    (
        {8: 40},
        {"criterion": "worse", "words": WORSENING, "missing": "best case"},
        ("responder", DIED),
    ),
]


@pytest.mark.parametrize(("scores", "changed", "decided"), DEATHS)
def test_after_a_death_no_response_is_assumed(scores, changed, decided):
    endpoint = Endpoint(**({"kind": "at week"} | USUAL | changed))
    result = evaluate(endpoint, courses_of([patient(scores, death=10)]))
    assert (result.status[0], result.rule[0]) == decided


@pytest.mark.parametrize(("stop", "rule"), [(3, STOPPED), (4, DIED), (5, DIED), (None, DIED)])
@pytest.mark.parametrize(
    ("strategy", "status"), [("composite", "non-responder"), ("hypothetical", "excluded")]
)
def test_a_stop_in_the_week_of_the_assessment_is_not_before_it(stop, rule, strategy, status):
    """The window is open until week 5, in which the patient dies without a visit."""
    one = patient({}, death=5, stop=stop)
    assert decide(one, week=4, window=1, intercurrent=strategy) == (status, rule)


def test_a_death_decides_a_sustained_response_whose_last_visit_was_not_due():
    """Week 8 was missed before the death; so is nothing that was due at week 16."""
    planned = {"kind": "sustained", "also_at": (8,), "window": 1}
    assert decide(patient({4: 40}, death=14), **planned) == ("non-responder", DIED)


def test_a_stop_before_the_death_has_its_own_name():
    endpoint = Endpoint(kind="at week", **{**USUAL, "intercurrent": "composite"})
    deaths = [patient({4: 40}, death=10, stop=stop) for stop in (6, 10, 12)]
    assert evaluate(endpoint, courses_of(deaths)).rule.tolist() == [STOPPED, DIED, DIED]
    assert courses_of(deaths).stop_week.tolist() == [6, 10, 10]


@pytest.mark.parametrize(
    ("changed", "kept", "tilt"),
    [
        ({"kind": "best"}, "a response", "too high"),
        ({"kind": "confirmed"}, "a response", "too high"),
        ({"kind": "best", "criterion": "worse", "words": WORSENING}, "a worsening", "too high"),
        (
            {"kind": "best", "without_confirmed_deterioration": True},
            "a confirmed deterioration",
            "too low",
        ),
        (
            {"kind": "at week", "without_confirmed_deterioration": True},
            "a confirmed deterioration",
            "too low",
        ),
    ],
)
def test_who_is_kept_by_the_hypothetical_strategy_is_said_and_is_kept(changed, kept, tilt):
    endpoint = Endpoint(**{**USUAL, "intercurrent": "hypothetical", **changed})
    assert endpoint.describe_strategy() == (
        "patients with rescue medication or an early stop, such as a death, before the assessment "
        f"are left out, except those with {kept} before it; what the outcome of the others would "
        f"have been is not estimated, and the proportion is {tilt} if such events are unrelated to "
        "the outcome"
    )
    worse = np.zeros((3, 4), dtype=bool)
    worse[1, 1:3] = True
    # Two visits with a response, two with a deterioration, two with neither; then the stop.
    courses = Courses.from_scores(
        [[0, 4, 8, 16]] * 3,
        [[0, 40, 40, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
        stop_week=[9] * 3,
        worse=ThreeValued.from_mask(worse),
    )
    status = evaluate(endpoint, courses).status.tolist()
    responded = "excluded" if "deterioration" in kept else "responder"
    deteriorated = "non-responder" if "deterioration" in kept else "excluded"
    assert status == [responded, deteriorated, "excluded"]


def test_when_rescue_medication_was_given_is_described_where_it_matters():
    placed = "Rescue medication in the week of a visit is taken as given after the visit."
    usual = Endpoint(kind="at week", **USUAL)
    assert placed not in usual.describe()
    assert placed in replace(usual, without_rescue=True).describe()
    for strategy in set(STRATEGIES) - {"treatment policy"}:
        assert placed in replace(usual, intercurrent=strategy).describe()


def test_labels_of_open_statuses_say_how_they_were_counted():
    opened = RULES[RULES.index(NO_VISIT) :]
    for rule in RULES:
        counted = f"{rule}, counted as responder" if rule in opened else rule
        assert RuleCount("responder", rule, 1).label == counted
        assert RuleCount("unknown", rule, 1).label == rule
    worsening = RuleCount("responder", SCORE_OPEN, 1).label_in(WORSENING)
    assert worsening == "missing measures leave the status open, counted as worsened"


def test_the_limits_of_what_an_endpoint_may_be_are_permitted():
    end = Endpoint(kind="at week", **(USUAL | {"threshold": 100, "week": 0.5}), window=0)
    assert (end.threshold, end.week, end.window) == (100, 0.5, 0)


def test_conditions_of_a_success_are_refused_with_an_unfavourable_outcome():
    for name in ("without_rescue", "without_confirmed_deterioration"):
        with pytest.raises(ValueError, match=f"^{name} must be False for worsening: it is a "):
            Endpoint(kind="best", **USUAL, words=WORSENING, **{name: True})
        assert getattr(Endpoint(kind="best", **USUAL, words=RESPONSE, **{name: True}), name)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "at end"}, "kind must be one of at week, best, .*, got 'at end'"),
        ({"intercurrent": "ITT"}, "intercurrent must be one of treatment policy, .*, got 'ITT'"),
        ({"missing": "locf"}, "missing must be one of unknown, non-responder, .*, got 'locf'"),
        ({"confirmed_at": "two"}, "confirmed_at must be one of .*, got 'two'"),
        ({"early_end": "no"}, "early_end must be one of .*, got 'no'"),
        ({"rescue_in_week_of_visit": "no"}, "rescue_in_week_of_visit must be .*, got 'no'"),
        ({"threshold": 0}, "threshold must be above 0 and at most 100, got 0"),
        ({"threshold": 101}, "threshold must be above 0 and at most 100, got 101"),
        ({"week": 0}, "week must be a number above 0, got 0"),
        ({"week": np.inf}, "week must be a number above 0, got inf"),
        ({"window": np.inf}, "window must be a number of at least 0, got inf"),
        ({"window": -1}, "window must be a number of at least 0, got -1"),
        ({"kind": "sustained"}, r"also_at must be given for a sustained response, .*got \(\)"),
        ({"also_at": (8,)}, r"also_at must be given for a sustained .*got \(8,\) for 'at week'"),
        (
            {"kind": "sustained", "also_at": (8, 16)},
            "also_at must lie after week 0 and before week 16, got 16",
        ),
        ({"kind": "sustained", "also_at": (0,)}, "also_at must lie after week 0 .*, got 0"),
    ],
)
def test_wrong_endpoints(changed, message):
    with pytest.raises(ValueError, match=message):
        Endpoint(**({"kind": "at week"} | USUAL | changed))


def test_messages_about_endpoints_in_full():
    one = Endpoint(kind="at week", **USUAL)
    for changed, message in (
        (
            {"kind": "sustained"},
            "also_at must be given for a sustained response, and for no other, got () for "
            "'sustained'",
        ),
        (
            {"kind": "sustained", "also_at": (8, 16)},
            "also_at must lie after week 0 and before week 16, got 16",
        ),
        (
            {"words": WORSENING, "without_rescue": True},
            "without_rescue must be False for worsening: it is a condition of a success",
        ),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            replace(one, **changed)
    nobody = evaluate(one, courses_of([patient({8: 0})]))
    message = "no interval: none of the 1 patients is in the denominator"
    with pytest.raises(ValueError, match=f"^{message}$"):
        nobody.confidence_interval()
    with pytest.raises(ValueError, match=r"^status must be one of responder, non-responder, unkn"):
        nobody.count("responders")
    assert list(nobody.count_table()) == ["Status", "Decided by", "n"]


@pytest.mark.parametrize(
    ("early_end", "words", "ending"),
    [
        ("as observed", RESPONSE, "Where visits end before week 16 without a response, patients "
         "with {} after baseline are non-responders."),
        ("missing", RESPONSE, "Where visits end before week 16 without a response, and no death "
         "decides, the status is open."),
        ("as observed", WORSENING, "Where visits end before week 16 without a worsening, and no "
         "death decides, patients with {} after baseline count as not worsened."),
    ],
)  # fmt: skip
def test_where_visits_end_early_is_described(early_end, words, ending):
    for kind, seen in (("best", "a visit"), ("confirmed", "at least two visits")):
        described = Endpoint(kind=kind, **USUAL, early_end=early_end, words=words).describe()
        assert described.endswith(f". {ending.format(seen)}")
        assert described.count(". ") == 3
    assert "visits end before" not in Endpoint(kind="at week", **USUAL).describe()


@pytest.mark.parametrize(
    ("changed", "unless"),
    [
        ({}, ", and no death decides"),
        ({"intercurrent": "hypothetical"}, ", and no event decides"),
        ({"without_rescue": True}, ", and no rescue medication or death decides"),
        ({"without_confirmed_deterioration": True}, ", and no death or deterioration decides"),
        (
            {"intercurrent": "composite", "without_confirmed_deterioration": True},
            ", and no event or deterioration decides",
        ),
    ],
)
def test_what_decides_before_an_early_end_of_visits_is_said_and_does(changed, unless):
    endpoint = Endpoint(kind="best", **{**USUAL, "early_end": "missing", **changed})
    assert (
        f"end before week 16 without a response{unless}, the status is open." in endpoint.describe()
    )
    stopped = patient({4: 0, 8: 0}, rescue=6)
    (status,) = evaluate(endpoint, courses_of([stopped])).status
    assert (status == "unknown") == ("event" not in unless and "rescue" not in unless)
    died = patient({4: 0, 8: 0}, death=10)
    assert evaluate(endpoint, courses_of([died])).status[0] in ("non-responder", "excluded")


@pytest.mark.parametrize(
    ("kind", "deteriorates", "estimated"),
    [("at week", False, 1 / 2), ("best", False, 2 / 3), ("confirmed", False, 2 / 3),
     ("at week", True, 1 / 3)],
)  # fmt: skip
def test_what_is_kept_tilts_a_proportion_though_rescue_has_nothing_to_do_with_response(
    kind, deteriorates, estimated
):
    # Every combination of a course with rescue or none: without rescue, half would respond.
    worse = {4: True, 8: True} if deteriorates else {}
    ones = [patient({4: 40, 8: 40, 16: 40}), patient({4: 0, 8: 0, 16: 0}, worse=worse)]
    ones += [replace(one, rescue=10) for one in ones]
    endpoint = Endpoint(kind=kind, without_confirmed_deterioration=deteriorates,
                        **{**USUAL, "intercurrent": "hypothetical"})  # fmt: skip
    result = evaluate(endpoint, courses_of(ones))
    fewest = result.confidence_interval().fewest.estimate
    assert fewest == pytest.approx(estimated)
    if estimated == 1 / 2:
        assert "which assumes" in endpoint.describe_strategy()
    else:
        tilt = "too low" if deteriorates else "too high"
        assert f"the proportion is {tilt} if such events" in endpoint.describe_strategy()


@pytest.mark.parametrize(
    ("strategy", "described"),
    [
        ("treatment policy", "visits count regardless of early stops"
         + DEATH.format("non-response")
         + "; rescue medication before the assessment is non-response"),
        ("composite", "rescue medication or an early stop, such as a death, before the assessment "
         "is non-response"),
        ("while on treatment", "visits count up to an early stop" + ALIVE.format("non-response")
         + "; rescue medication before the assessment is non-response"),
        ("hypothetical", "patients with an early stop, such as a death, before the assessment are "
         "left out, which assumes that they would have responded as often as the others; rescue "
         "medication before the assessment is non-response"),
    ],
)  # fmt: skip
def test_an_endpoint_without_rescue_says_that_it_decides_first(strategy, described):
    usual = {**USUAL, "intercurrent": strategy}
    endpoint = Endpoint(kind="at week", without_rescue=True, **usual)
    assert endpoint.describe_strategy() == described
    rescued = evaluate(endpoint, courses_of([patient({16: 60}, rescue=10)]))
    assert list(rescued.status) == ["non-responder"]
