"""Cohorts with one thing wrong: for each named constraint a small change that violates it alone.

Each constraint has proposals of changes of the finished tables, in a fixed order. The first that
the constraint's own test notices, and that of no other constraint, is taken.
"""

from dataclasses import replace
from itertools import islice, permutations

import numpy as np

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic import CONSTRAINTS, Assumptions, Targets
from tisstats.synthetic.cohort import COLUMNS, MISSING, SIGNS, WEEKS, encode
from tisstats.synthetic.constraint import ConstraintInput
from tisstats.synthetic.targets import CORE, DISCUSSION_PATIENT, MEASURES

BY_NAME = {each.name: each for each in CONSTRAINTS}

RESPONDS, MINIMAL = 16, 8  # units of 2.5 points
PSOAS, MRS, MMT, EXTRAMUSCULAR = map(MEASURES.index, ("psoas", "mrs", "mmt", "extramuscular"))
WEEK_3, WEEK_4, WEEK_6, WEEK_8, WEEK_9 = range(1, len(WEEKS))
INTERIM = (WEEK_3, WEEK_4, WEEK_6, WEEK_8)
STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
LATE = 10  # patients were included before the amendment up to this one

#: How many changes of one cohort to try.
MOST = 3000

#: The place of the cohort to try first, where in others the change is found late or not at all.
TRIED_FIRST = {
    "table2_mrs_change": 4,
    "table2_swallowing_change": 6,
    "table2_mrc_sum_change": 1,
}


def copied(cohort):
    """The same cohort, whose tables may be changed."""
    patients = {name: values.copy() for name, values in cohort.patients.items()}
    return replace(
        cohort, patients=patients, visits=cohort.visits.copy(), events=cohort.events.copy()
    )


def violated(name, cohorts):
    """The first change of one of the cohorts that violates the named constraint and no other."""
    targets, assumptions = Targets.of_study(), Assumptions()
    first = TRIED_FIRST.get(name, 0)
    for cohort in (*cohorts[first:], *cohorts[:first]):
        for trial in islice(PROPOSALS[name](cohort), MOST):
            view = ConstraintInput(trial, assumptions, targets)
            if BY_NAME[name].holds(view):
                continue
            # Most changes are dropped at the first other constraint that they violate.
            if all(each.holds(view) for each in CONSTRAINTS if each.name != name):
                return trial
    raise AssertionError(f"no change of {len(cohorts)} cohorts violates {name} alone")


def place(cohort, number):
    return int(np.flatnonzero(cohort.patients["patient_id"] == number)[0])


def analysed(cohort):
    """Row, number and last week (its place) of each analysed patient."""
    ends = np.searchsorted(WEEKS, cohort.column("end_week"))
    numbers = cohort.column("patient_id")
    return list(zip(cohort.analysed.tolist(), numbers.tolist(), ends.tolist(), strict=True))


# Changes of the table of patients.


def cells(column, values):
    """One patient has another value."""

    def proposals(cohort):
        for at in cohort.analysed.tolist():
            for value in values:
                trial = copied(cohort)
                trial.patients[column][at] = value
                yield trial

    return proposals


def left_out_is_a_woman(cohort):
    trial = copied(cohort)
    trial.patients["sex"][cohort.patients["analysed"] == 0] = encode("sex", "female")
    yield trial


def another_had_prednisolone(cohort):
    column = "prior_immunosuppressant"
    for at in cohort.analysed[cohort.column(column) == 0].tolist():
        trial = copied(cohort)
        prednisolone = encode(column, "prednisolone")
        trial.patients[column][trial.patients[column] == prednisolone] = 0
        trial.patients[column][at] = prednisolone
        yield trial


def statins_of_the_others(cohort):
    trial = copied(cohort)
    taken = trial.patients["recent_statin"]
    taken[taken != MISSING] = 1 - taken[taken != MISSING]
    yield trial


def exchanged(cohort, number, other):
    """Two patients change places in the order of inclusion."""
    trial = copied(cohort)
    one, two = place(cohort, number), place(cohort, other)
    for name in COLUMNS:
        if name not in ("patient_id", "prior_immunosuppressant"):
            column = trial.patients[name]
            column[[one, two]] = column[[two, one]]
    trial.visits[[one, two]] = trial.visits[[two, one]]
    who = trial.events[:, 0]
    first, second = who == number, who == other
    who[first], who[second] = other, number
    return trial


def added_patient_is_another(cohort):
    added = Targets.of_study().count(DISCUSSION_PATIENT)
    for (_, number, _), score in zip(analysed(cohort), cohort.end_scores, strict=True):
        if number <= LATE and score >= MINIMAL:
            yield exchanged(cohort, added, number)


# Changes of visits that Table 2 shows.


def fits(measure, values):
    scale = SCALES[measure]
    most = 260 if measure == "mmt" else np.inf if scale.high is None else scale.high / scale.step
    return values.min() >= 0 and values.max() <= most


def shifted(measure):
    """All values of one patient are higher or lower, so that no change is another."""
    m = MEASURES.index(measure)

    def proposals(cohort):
        for step in STEPS:
            for at in cohort.analysed.tolist():
                for by in (step, -step):
                    trial = copied(cohort)
                    values = trial.visits[at, :, m]
                    values[values != MISSING] += by
                    if (cohort.visits[at, 0, m] != MISSING) and fits(
                        measure, values[values != MISSING]
                    ):
                        yield trial

    return proposals


def one_visit_moved(measure, patients=1):
    """Baselines or ends of one patient, or of some, are other."""
    m = MEASURES.index(measure)

    def proposals(cohort):
        draw = np.random.default_rng(1)
        able = [each for each in analysed(cohort) if cohort.visits[each[0], 0, m] != MISSING]
        while True:
            trial = copied(cohort)
            for which in draw.permutation(len(able))[:patients].tolist():
                at, _, end = able[which]
                week = 0 if draw.random() < 0.5 else end
                trial.visits[at, week, m] += draw.choice(STEPS[:7]) * draw.choice([-1, 1])
            changed = trial.visits[:, :, m]
            if fits(measure, changed[changed != MISSING]):
                yield trial

    return proposals


def ends_swapped(measure, swaps):
    """Some pairs of patients have each other's end: the same baselines and ends, other changes."""
    m = MEASURES.index(measure)

    def proposals(cohort):
        draw = np.random.default_rng(1)
        able = [each for each in analysed(cohort) if cohort.visits[each[0], 0, m] != MISSING]
        while True:
            trial = copied(cohort)
            chosen = draw.permutation(len(able))[: 2 * swaps].reshape(-1, 2).tolist()
            for (one, _, end), (two, _, other) in ([able[a], able[b]] for a, b in chosen):
                trial.visits[one, end, m] = cohort.visits[two, other, m]
                trial.visits[two, other, m] = cohort.visits[one, end, m]
            yield trial

    return proposals


def rises_grow(measure):
    """The four patients whose values rose most rise further, from lower or to higher values."""
    m = MEASURES.index(measure)

    def proposals(cohort):
        draw = np.random.default_rng(1)
        rose = np.argsort(cohort.end[:, m] - cohort.baseline[:, m])[-4:].tolist()
        most = [analysed(cohort)[which] for which in rose]
        while True:
            trial = copied(cohort)
            for at, _, end in most:
                if draw.random() < 0.5:
                    trial.visits[at, end, m] += int(draw.integers(4000))
                else:
                    trial.visits[at, 0, m] = int(draw.integers(trial.visits[at, 0, m] + 1))
            yield trial

    return proposals


def or_else(*each):
    def proposals(cohort):
        for one in each:
            yield from islice(one(cohort), MOST // len(each))

    return proposals


def pairs_swapped(measures, whole):
    """Two patients have each other's baseline and end, or whole course, of one measure."""

    def proposals(cohort):
        for m in measures:
            for (one, _, end), (two, _, other) in permutations(analysed(cohort), 2):
                trial = copied(cohort)
                seen = cohort.visits[[one, two], :, 0] != MISSING
                if not whole:
                    first, second = [0, end], [0, other]
                elif (seen[0] == seen[1]).all():
                    first = second = list(range(len(WEEKS)))
                else:
                    continue
                trial.visits[one, first, m] = cohort.visits[two, second, m]
                trial.visits[two, second, m] = cohort.visits[one, first, m]
                yield trial

    return proposals


# Changes of visits between baseline and end.


def interim_cells(weeks, measures=range(CORE), who=lambda number: True):  # noqa: ARG005
    """One value of a visit between baseline and end is another."""

    def proposals(cohort):
        for at, number, end in analysed(cohort):
            for week in weeks:
                if week >= end or cohort.visits[at, week, 0] == MISSING or not who(number):
                    continue
                for m in measures:
                    high = {"mmt": 260, "ck": 3000}.get(
                        MEASURES[m], (SCALES[MEASURES[m]].high or 0) / SCALES[MEASURES[m]].step
                    )
                    for value in np.linspace(0, int(high), 27).astype(int).tolist():
                        trial = copied(cohort)
                        trial.visits[at, week, m] = value
                        yield trial

    return proposals


def first_reached_later(week):
    """A responder reaches the score at the end only: as at baseline until then."""

    def proposals(cohort):
        first = (cohort.scores >= RESPONDS).argmax(axis=1)
        for (at, _, end), when in zip(analysed(cohort), first.tolist(), strict=True):
            if when == week:
                trial = copied(cohort)
                seen = trial.visits[at, 1:end, 0] != MISSING
                trial.visits[at, 1:end][seen] = cohort.visits[at, 0]
                trial.visits[at, WEEK_4] = MISSING
                yield trial

    return proposals


def another_lost_it(cohort):
    """One of those who lost an improvement never had it, one included later did."""
    for lost, number, _ in analysed(cohort):
        best = cohort.scores[cohort.column("patient_id") == number].max()
        if (
            number <= LATE
            and number != Targets.of_study().count(DISCUSSION_PATIENT)
            and best >= MINIMAL
        ):
            start = copied(cohort)
            start.visits[lost, WEEK_3] = cohort.visits[lost, 0]
            yield from islice(
                interim_cells((WEEK_3,), (MMT,), lambda other: other > LATE)(start), 200
            )


# Changes of how patients left the study.


def leaves_at_week_6(cohort, at):
    """The last visit of a patient who stayed is that of week 6, with rescue medication."""
    trial = copied(cohort)
    trial.visits[at, WEEK_6], trial.visits[at, WEEK_8:] = cohort.visits[at, WEEK_9], MISSING
    trial.patients["end_week"][at] = 6
    trial.patients["end_reason"][at] = encode("end_reason", "rescue_medication")
    return trial


def one_more_left(cohort):
    for at, number, end in analysed(cohort):
        if number <= LATE and end == WEEK_9:
            yield leaves_at_week_6(cohort, at)


def nobody_eligible_left(cohort):
    """Who was eligible and stopped stays on and improves a little; another stops instead."""
    amended = cohort.patients["regimen"] == encode("regimen", "amended")
    stopped = amended & (cohort.patients["end_week"] < 9)
    (at,) = np.flatnonzero(stopped).tolist()
    end = WEEKS.index(int(cohort.patients["end_week"][at]))
    for start in one_more_left(cohort):
        start.visits[at, WEEK_9] = cohort.visits[at, end]
        start.visits[at, [WEEK_3, WEEK_4, WEEK_8]] = cohort.visits[at, 0]
        start.patients["end_week"][at] = 9
        start.patients["end_reason"][at] = encode("end_reason", "completed")
        number = int(cohort.patients["patient_id"][at])
        yield from interim_cells((WEEK_8,), who=lambda other, n=number: other == n)(start)


# Changes of events.


def spared(cohort):
    for number in cohort.column("patient_id").tolist():
        yield replace(copied(cohort), events=cohort.events[cohort.events[:, 0] != number])


def serious(cohort):
    return np.flatnonzero(cohort.events[:, 3] == 1)


def last_serious_event_of_another(cohort):
    last = serious(cohort)[cohort.events[serious(cohort), 2].argmax()]
    for number in cohort.column("patient_id")[~cohort.where("subtype", "dm")].tolist():
        trial = copied(cohort)
        trial.events[last, 0] = number
        yield trial


def embolism_later(cohort):
    trial = copied(cohort)
    first = serious(cohort)[cohort.events[serious(cohort), 2].argmin()]
    trial.events[first, 1] = 6
    yield trial


def embolism_of_another(cohort):
    """Embolism, cancer and the other event of that woman are another woman's with DM."""
    column = "cancer_in_follow_up"
    women = cohort.where("subtype", "dm") & cohort.where("sex", "female")
    (had,) = cohort.analysed[cohort.where(column, "ovarian")].tolist()
    rows = serious(cohort)
    for at in cohort.analysed[women & (cohort.scores[:, WEEK_3] == 0)].tolist():
        trial = copied(cohort)
        trial.patients[column][[had, at]] = 0, encode(column, "ovarian")
        hers = rows[cohort.events[rows, 0] == cohort.patients["patient_id"][had]]
        trial.events[hers, 0] = cohort.patients["patient_id"][at]
        yield trial


PROPOSALS = {
    "table1_age_at_onset": cells("age_at_onset", range(30, 80, 7)),
    "table1_disease_duration": cells("disease_duration", range(1, 9)),
    "table1_females": cells("sex", (0, 1)),
    **{
        f"table1_{column}": cells(column, (0, 1))
        for column in ("european_ancestry", "dysphagia", *SIGNS)
    },
    "table1_connective_tissue_disorder": cells("connective_tissue_disorder", range(4)),
    "table1_cancer": cells("cancer_at_diagnosis", (1,)),
    "table1_antibodies": cells("msa", range(7)),
    **{
        f"table2_{measure}_{time}": shifted(measure)
        for measure in MEASURES
        for time in ("baseline", "end")
    },
    **{
        f"table2_{measure}_{what}": or_else(
            one_visit_moved(measure, 1), *(ends_swapped(measure, swaps) for swaps in (1, 2, 3))
        )
        for measure in MEASURES
        for what in ("change", "p")
    },
    "table2_ck_p": rises_grow("ck"),
    "adults": cells("age_at_onset", (16, 17)),
    "short_disease": cells("disease_duration", (9, 12)),
    "minimal_disability": shifted("mmt"),
    "left_out": left_out_is_a_woman,
    "prior_immunosuppressants": another_had_prednisolone,
    "psoas_missing": pairs_swapped((PSOAS,), whole=True),
    "responders_by_week_9": pairs_swapped(range(CORE), whole=True),
    "moderate_week_3": first_reached_later(WEEK_3),
    "moderate_week_4": first_reached_later(WEEK_4),
    "moderate_week_6": first_reached_later(WEEK_6),
    "minimal": pairs_swapped(range(CORE), whole=True),
    "minimal_lost": interim_cells((WEEK_3,), who=lambda number: number > LATE),
    "added_patient_lost_improvement": added_patient_is_another,
    "lost_before_amendment": another_lost_it,
    "amended_eligible": cells("regimen", (1,)),
    "amended_stopped": nobody_eligible_left,
    "bedridden": pairs_swapped((MRS,), whole=False),
    "amended_continued": interim_cells((WEEK_8,)),
    "rescue_medication": one_more_left,
    "adverse_events": spared,
    "serious_adverse_events": last_serious_event_of_another,
    "embolism_week": embolism_later,
    "ovarian_cancer": cells("cancer_in_follow_up", (0,)),
    "embolism_in_responder": embolism_of_another,
    "no_stop_for_adverse_event": cells("end_reason", (2,)),
    "no_worsening": interim_cells(INTERIM, (EXTRAMUSCULAR,)),
    "statins": statins_of_the_others,
}
