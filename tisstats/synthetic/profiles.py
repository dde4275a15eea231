"""Draw patient characteristics (Table 1) and assign them to courses.

Characteristics are drawn by subtype, with the printed counts and quartiles. What the text says of
individual patients decides who has which course.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.order_statistics import Ints, OrderStatistic, fix_orders
from tisstats.forensics.printed_quartiles import PrintedQuartiles
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import (
    CATEGORIES,
    COLUMNS,
    MILD_EVENTS,
    MISSING,
    RELATED,
    SIGNS,
    encode,
)
from tisstats.synthetic.course import Course
from tisstats.synthetic.scoring import Bools
from tisstats.synthetic.targets import DRUG_PATIENTS, SUBTYPES, Targets

Profiles = dict[str, Ints]

#: Rows of Table 1 that count patients who have something.
COUNTED = ("european_ancestry", "dysphagia", *SIGNS)

_ANTIBODIES = (CATEGORIES["msa"] or ())[1:]

#: Sets of ages or durations of a subtype that are drawn at once, and how often.
_POOL, _STARTS = 48, 20

#: Orders of the rows to try.
_TRIES = 200

#: Number of the serious event that is not of the patient with the embolism.
_OTHER_PATIENTS_EVENT = 3

#: Weeks of infusions, to which the mild events are dated.
_INFUSION_WEEKS = (0, 3, 6)


def draw_profiles(
    rng: np.random.Generator, targets: Targets, assumptions: Assumptions
) -> Profiles | None:
    """Draw one row per patient, by subtype, in no order of inclusion; None if a draw fails."""
    sizes = [targets.count(f"table1.patients.{group}.n") for group in SUBTYPES]
    profiles: Profiles = {"subtype": np.repeat(np.arange(len(SUBTYPES)), sizes)}
    n = len(profiles["subtype"])
    for column in COUNTED:
        profiles[column] = draw_counted(rng, targets, column)
    profiles["sex"] = 1 - draw_counted(rng, targets, "females")
    for column, limits in (
        ("age_at_onset", (assumptions.age_min, assumptions.age_max)),
        ("disease_duration", (1, targets.count("design.maximum_disease_duration") - 1)),
    ):
        drawn = draw_with_quartiles(
            rng, targets.quartiles[column], targets.single[column], sizes, limits
        )
        if drawn is None:
            return None
        profiles[column] = drawn
    assign_disorders(rng, profiles)
    assign_antibodies(rng, profiles, targets, assumptions)
    # Nobody has cancer; numbers are drawn and discarded so that a seed keeps its cohorts.
    rng.random(n)
    profiles["cancer_at_diagnosis"] = np.zeros(n, dtype=np.int64)
    return profiles


def _groups(subtype: Ints) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(subtype == group) for group in range(len(SUBTYPES))]


def draw_counted(rng: np.random.Generator, targets: Targets, column: str) -> Ints:
    """Draw who has a characteristic: in each subtype as many patients as printed."""
    parts = []
    for group in SUBTYPES:
        size = targets.count(f"table1.patients.{group}.n")
        has = targets.count(f"table1.{column}.{group}.count")
        parts.append(rng.permutation(np.arange(size) < has))
    return np.concatenate(parts).astype(np.int64)


def draw_with_quartiles(
    rng: np.random.Generator,
    groups: Mapping[str, PrintedQuartiles],
    single: int,
    sizes: list[int],
    limits: tuple[int, int],
) -> Ints | None:
    """Draw whole numbers with the quartiles of every subtype and of all.

    Several sets are drawn for each subtype; those of all three that give the quartiles of all
    patients together are found by counting how many values lie below and above each of these.
    """
    n = sum(sizes)
    whole = fix_orders(rng, groups["all"], 1)
    for _ in range(_STARTS):
        pools = [
            _pool(rng, groups[group], size, limits)
            for group, size in zip(SUBTYPES[:-1], sizes[:-1], strict=True)
        ]
        if not all(map(len, pools)):
            continue
        first, second, third = (_below_and_above(pool, whole) for pool in pools)
        last = _below_and_above(np.full((1, sizes[-1]), single), whole)
        most = np.array([count for order in whole for count in (order.rank - 1, n - order.rank)])
        # Pairs that are too many already are left out before the third is added.
        sums = first[:, None] + second[None, :] + last
        pairs = np.argwhere((sums <= most).all(axis=2))
        both = sums[pairs[:, 0], pairs[:, 1]]
        fitting = np.argwhere((both[:, None] + third[None, :] <= most).all(axis=2))
        found = np.column_stack([pairs[fitting[:, 0]], fitting[:, 1]])
        if len(found):
            chosen = found[rng.integers(len(found))]
            parts = [pool[at] for pool, at in zip(pools, chosen, strict=True)]
            parts.append(np.full(sizes[-1], single))
            return np.concatenate([rng.permutation(part) for part in parts])
    return None


def _below_and_above(values: Ints, orders: Sequence[OrderStatistic]) -> Ints:
    """Count how many of each set lie below and above each order of all patients."""
    return np.stack(
        [
            count
            for order in orders
            for count in ((values < order.low).sum(axis=1), (values > order.high).sum(axis=1))
        ],
        axis=1,
    )


def _pool(
    rng: np.random.Generator, quartiles: PrintedQuartiles, n: int, limits: tuple[int, int]
) -> Ints:
    """Draw sets of sorted values with the quartiles of a subtype."""
    found = []
    for _ in range(_POOL):
        orders = fix_orders(rng, quartiles, quartiles.spread / n)
        if orders and limits[0] <= orders[0].low and orders[-1].high <= limits[1]:
            low, high = np.full(n, limits[0]), np.full(n, limits[1])
            for order in orders:
                low[order.rank - 1 :] = order.low
            for order in reversed(orders):
                high[: order.rank] = order.high
            found.append(np.sort(rng.integers(low, high + 1)))
    return np.array(found, dtype=np.int64).reshape(-1, n)


def assign_disorders(rng: np.random.Generator, profiles: Profiles) -> None:
    """Assign mixed disease and Sjögren's syndrome in NM/OM, systemic sclerosis in IMNM."""
    found = np.zeros(len(profiles["subtype"]), dtype=np.int64)
    _, imnm, overlap, _ = _groups(profiles["subtype"])
    found[rng.permutation(overlap)[:2]] = 1, 2
    # Raynaud's phenomenon is absent in IMNM by Table 1, this patient included.
    found[rng.permutation(imnm)[0]] = 3
    profiles["connective_tissue_disorder"] = found


def assign_antibodies(
    rng: np.random.Generator, profiles: Profiles, targets: Targets, assumptions: Assumptions
) -> None:
    """Assign the antibodies of every subtype; associated ones may go with specific ones."""
    n = len(profiles["subtype"])
    msa, maa = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for name, members in zip(SUBTYPES, _groups(profiles["subtype"]), strict=True):
        specific: list[int] = []
        for number, antibody in enumerate(_ANTIBODIES, start=1):
            specific += [number] * targets.counts.get(f"table1.{antibody}.{name}.count", 0)
        only = targets.counts.get(f"table1.maa_only.{name}.count", 0)
        order = rng.permutation(members)
        msa[order[: len(specific)]] = specific
        maa[order[: len(specific)]] = rng.random(len(specific)) < assumptions.maa_given_msa
        maa[order[len(specific) : len(specific) + only]] = 1
    profiles["msa"], profiles["maa"] = msa, maa


def assign_profiles(
    rng: np.random.Generator,
    profiles: Profiles,
    courses: Mapping[int, Course],
    targets: Targets,
    assumptions: Assumptions,
) -> Profiles | None:
    """Assign the profiles to the analysed patients by inclusion; None if no order fits.

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
        placed = {name: values[order] for name, values in profiles.items()}
        hmgcr = placed["msa"] == encode("msa", "anti_hmgcr")
        both = 0 < (hmgcr & responds).sum() < hmgcr.sum()
        dm = placed["subtype"] == encode("subtype", "dm")
        able = dm & (placed["sex"] == encode("sex", "female"))
        if assumptions.embolism_in_responder:
            able &= fast
        embolism = np.flatnonzero(able)
        if len(embolism) and (both or not assumptions.statin_exposure_determines_response):
            break
    else:
        return None
    with_cancer = int(embolism[rng.integers(len(embolism))])
    placed["embolism"] = np.arange(n) == with_cancer
    placed["cancer_in_follow_up"] = placed["embolism"] * encode("cancer_in_follow_up", "ovarian")
    taken = responds[hmgcr]
    if not assumptions.statin_exposure_determines_response:
        # Some patients were exposed and some were not, whatever their response.
        count = int(hmgcr.sum())
        taken = rng.permutation(np.arange(count) < rng.integers(1, count))
    placed["recent_statin"] = np.full(n, MISSING, dtype=np.int64)
    placed["recent_statin"][hmgcr] = taken
    fill_derived_columns(placed, courses, targets, assumptions)
    of_dm = np.flatnonzero(dm)
    placed["psoas_missing"] = np.arange(n) == int(of_dm[rng.integers(len(of_dm))])
    return placed


def fill_derived_columns(
    profiles: Profiles, courses: Mapping[int, Course], targets: Targets, assumptions: Assumptions
) -> None:
    """Fill the columns that follow from number, sex and course."""
    numbers = np.array(list(courses))
    female = profiles["sex"] == encode("sex", "female")
    profiles["patient_id"] = numbers
    profiles["analysed"] = np.ones_like(numbers)
    profiles["ck_uln"] = np.where(female, assumptions.ck_uln_female, assumptions.ck_uln_male)
    profiles["prior_immunosuppressant"] = np.zeros_like(numbers)
    for drug, address in DRUG_PATIENTS.items():
        treated = numbers == targets.count(address)
        profiles["prior_immunosuppressant"][treated] = encode("prior_immunosuppressant", drug)
    profiles["regimen"] = np.array([int(course.amended) for course in courses.values()])
    profiles["end_week"] = np.array([course.end_week for course in courses.values()])
    rescue = np.array([int(course.rescue) for course in courses.values()])
    profiles["end_reason"] = rescue * encode("end_reason", "rescue_medication")


def add_excluded_patient(profiles: Profiles, targets: Targets) -> Profiles:
    """Add the patient excluded from the analysis, with only what the article says of him."""
    number = targets.count("flow.excluded_patient")
    stated = {
        "patient_id": number,
        "subtype": encode("subtype", "dm"),
        "analysed": 0,
        "sex": encode("sex", "male"),
        "end_week": targets.count("design.primary_week"),
        "end_reason": encode("end_reason", "completed"),
    }
    return {
        name: np.insert(profiles[name], number - 1, stated.get(name, MISSING)).astype(np.int64)
        for name in COLUMNS
    }


def label_events(targets: Targets) -> tuple[str, ...]:
    """Return what the events of a cohort are: the mild ones, then the serious ones."""
    count = targets.count("safety.serious_adverse_events")
    serious = [targets.texts[f"serious_adverse_events.{at}.what"] for at in range(1, count + 1)]
    return (*MILD_EVENTS, *serious)


def draw_events(rng: np.random.Generator, profiles: Profiles, targets: Targets) -> Ints:
    """Draw the adverse events: mild ones for everybody, and the serious ones that are reported."""
    rows: list[tuple[int, int, int, int, int]] = []
    numbers, ends = profiles["patient_id"].tolist(), profiles["end_week"].tolist()
    for number, end in zip(numbers, ends, strict=True):
        weeks = [week for week in _INFUSION_WEEKS if week < end]
        count = int(rng.integers(1, 4))
        for event in rng.permutation(len(MILD_EVENTS))[:count].tolist():
            rows.append((number, int(rng.choice(weeks)), event, 0, RELATED.index("not stated")))
    first = int(profiles["patient_id"][profiles["embolism"]][0])
    dm = profiles["patient_id"][profiles["subtype"] == encode("subtype", "dm")]
    others = dm[dm != first]
    for event in range(1, targets.count("safety.serious_adverse_events") + 1):
        stem = f"serious_adverse_events.{event}"
        week = targets.counts.get(f"{stem}.week", MISSING)
        who = int(others[rng.integers(len(others))]) if event == _OTHER_PATIENTS_EVENT else first
        related = RELATED.index(targets.texts[f"{stem}.treatment_related"])
        rows.append((who, week, len(MILD_EVENTS) + event - 1, 1, related))
    # By patient, those of known week first and in order of time.
    rows.sort(key=lambda row: (row[0], row[1] == MISSING, row[1], row[3], row[2]))
    return np.array(rows, dtype=np.int64)


def count_signs(profiles: Profiles) -> Ints:
    """Count the extramuscular signs of each patient."""
    counted: Ints = np.sum([profiles[sign] for sign in SIGNS], axis=0)
    return counted


def necrotizing(profiles: Profiles) -> Bools:
    """Return which patients have an antibody of necrotizing myopathy: anti-HMGCR or anti-SRP."""
    return np.isin(profiles["msa"], [encode("msa", name) for name in ("anti_hmgcr", "anti_srp")])


def active_signs(profiles: Profiles) -> Bools:
    """Return which patients have arthritis or Raynaud's phenomenon, which are active disease."""
    return np.asarray((profiles["arthritis"] == 1) | (profiles["raynaud"] == 1))


def rescued(profiles: Profiles) -> Bools:
    """Return which patients stopped early and received rescue medication."""
    return np.asarray(profiles["end_reason"] == encode("end_reason", "rescue_medication"))
