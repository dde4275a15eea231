"""Give profiles to patients: who of those with a course is which row of Table 1."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import MILD_EVENTS, RELATED
from tisstats.synthetic.columns import COLUMNS, MISSING, SIGNS, code
from tisstats.synthetic.course import Course
from tisstats.synthetic.profiles import Profiles
from tisstats.synthetic.targets import METHOTREXATE, PREDNISOLONE, Targets

_TRIES = 200

#: Number of the serious event that was a pulmonary embolism, and of the last, of another patient.
_EMBOLISM, _OTHER = 1, 3

#: Weeks of infusions, in which the mild events are told.
_INFUSION_WEEKS = (0, 3, 6)


def place(
    rng: np.random.Generator,
    profiles: Profiles,
    courses: Mapping[int, Course],
    targets: Targets,
    assumptions: Assumptions,
    without: Collection[str],
) -> Profiles | None:
    """Fill the columns of the analysed patients, in order of inclusion; None if nobody fits.

    The patient with ovarian cancer is a woman with dermatomyositis who had responded by the week
    of her embolism; of the patients with anti-HMGCR antibodies those with recent statins responded
    and the others did not, and there are both.
    """
    n = len(courses)
    by_week = targets.count("safety.pulmonary_embolism_week")
    fast = np.array([(course.responds or 99) <= by_week for course in courses.values()])
    responds = np.array([course.responds is not None for course in courses.values()])
    for _ in range(_TRIES):
        order = rng.permutation(n)
        people = {name: values[order] for name, values in profiles.items()}
        hmgcr = people["msa"] == code("msa", "anti_hmgcr")
        both = 0 < (hmgcr & responds).sum() < hmgcr.sum()
        dm = people["subtype"] == code("subtype", "dm")
        female = people["sex"] == code("sex", "female")
        embolism = np.flatnonzero(
            (dm | ("serious_adverse_events" in without))
            & (female | ("ovarian_cancer" in without))
            & (fast | ("embolism_in_responder" in without))
        )
        if len(embolism) and (both or "statins" in without):
            break
    else:
        return None
    with_cancer = int(embolism[rng.integers(len(embolism))])
    people["cancer_in_follow_up"] = np.zeros(n, dtype=np.int64)
    if "ovarian_cancer" not in without:
        people["cancer_in_follow_up"][with_cancer] = code("cancer_in_follow_up", "ovarian")
    people["embolism"] = np.arange(n) == with_cancer
    people["recent_statin"] = np.full(n, MISSING, dtype=np.int64)
    people["recent_statin"][hmgcr] = responds[hmgcr]
    if "statins" in without:
        # Some had taken them and some had not, whatever came of it.
        some = rng.permutation(np.arange(int(hmgcr.sum())) < rng.integers(1, int(hmgcr.sum())))
        people["recent_statin"][hmgcr] = some
    fill_known(rng, people, courses, targets, assumptions, without)
    able = np.flatnonzero(dm if "psoas_missing" not in without else ~dm)
    people["psoas_missing"] = np.arange(n) == int(able[rng.integers(len(able))])
    return people


def fill_known(
    rng: np.random.Generator,
    people: Profiles,
    courses: Mapping[int, Course],
    targets: Targets,
    assumptions: Assumptions,
    without: Collection[str],
) -> None:
    """Fill the columns that follow from number, sex and course."""
    n = len(courses)
    numbers = np.array(list(courses))
    people["patient_id"] = numbers
    people["analysed"] = np.ones(n, dtype=np.int64)
    female = people["sex"] == code("sex", "female")
    people["ck_uln"] = np.where(female, assumptions.ck_uln_female, assumptions.ck_uln_male)
    people["prior_immunosuppressant"] = np.zeros(n, dtype=np.int64)
    for drug, address in (("prednisolone", PREDNISOLONE), ("methotrexate", METHOTREXATE)):
        who = numbers == targets.count(address)
        if "prior_immunosuppressants" in without:
            who = numbers == rng.choice(numbers)
        people["prior_immunosuppressant"][who] = code("prior_immunosuppressant", drug)
    people["regimen"] = np.array([int(course.amended) for course in courses.values()])
    people["end_week"] = np.array([course.end_week for course in courses.values()])
    rescue = np.array([int(course.rescue) for course in courses.values()])
    people["end_reason"] = rescue * code("end_reason", "rescue_medication")
    if "no_stop_for_adverse_event" in without and rescue.any():
        one = rng.choice(np.flatnonzero(rescue))
        people["end_reason"][one] = code("end_reason", "adverse_event")


def with_left_out(people: Profiles, targets: Targets, without: Collection[str]) -> Profiles:
    """Add the patient who was left out, of whom only the little that is told is kept."""
    number = targets.count("flow.excluded_patient")
    at = number - 1
    told = {
        "patient_id": number,
        "subtype": code("subtype", "dm"),
        "analysed": 0,
        "sex": code("sex", "male"),
        "end_week": targets.count("design.primary_week"),
        "end_reason": code("end_reason", "completed"),
    }
    if "left_out" in without:
        told["sex"] = code("sex", "female")
        told["subtype"] = code("subtype", "imnm")
    return {
        name: np.insert(people[name], at, told.get(name, MISSING)).astype(np.int64)
        for name in COLUMNS
    }


def words(targets: Targets) -> tuple[str, ...]:
    """Give what the events of a cohort are: the mild ones, then the serious ones."""
    serious = [
        targets.texts[f"serious_adverse_events.{event}.what"]
        for event in range(1, targets.count("safety.serious_adverse_events") + 1)
    ]
    return (*MILD_EVENTS, *serious)


def draw_events(
    rng: np.random.Generator, people: Profiles, targets: Targets, without: Collection[str]
) -> Ints:
    """Draw the adverse events: mild ones for everybody, and the serious ones that are told."""
    rows: list[tuple[int, int, int, int, int]] = []
    numbers, ends = people["patient_id"].tolist(), people["end_week"].tolist()
    spared = set()
    if "adverse_events" in without:
        spared = set(rng.choice(numbers, 3, replace=False).tolist())
    for number, end in zip(numbers, ends, strict=True):
        weeks = [week for week in _INFUSION_WEEKS if week < end]
        count = 0 if number in spared else int(rng.integers(1, 4))
        for event in rng.permutation(len(MILD_EVENTS))[:count].tolist():
            rows.append((number, int(rng.choice(weeks)), event, 0, RELATED.index("not stated")))
    first = int(people["patient_id"][people["embolism"] == 1][0])
    dm = people["patient_id"][people["subtype"] == code("subtype", "dm")]
    others = dm[dm != first] if "serious_adverse_events" not in without else people["patient_id"]
    for event in range(1, targets.count("safety.serious_adverse_events") + 1):
        stem = f"serious_adverse_events.{event}"
        week = targets.counts.get(f"{stem}.week", MISSING)
        if event == _EMBOLISM and "embolism_week" in without:
            week = int(rng.choice([2, 6, 9]))
        who = int(others[rng.integers(len(others))]) if event == _OTHER else first
        related = RELATED.index(targets.texts[f"{stem}.treatment_related"])
        rows.append((who, week, len(MILD_EVENTS) + event - 1, 1, related))
    # By patient, those of known week first and in order of time.
    rows.sort(key=lambda row: (row[0], row[1] == MISSING, row[1], row[3], row[2]))
    return np.array(rows, dtype=np.int64)


def signs(people: Profiles) -> Ints:
    """Count the extramuscular signs of each patient."""
    counted: Ints = sum((people[sign] for sign in SIGNS), np.zeros_like(people["sex"]))
    return counted
