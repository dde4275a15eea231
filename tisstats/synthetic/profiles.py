"""Table 1: draw what the patients are at baseline, subtype by subtype, with its printed counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.order_statistics import Ints, OrderStatistic, fix_orders
from tisstats.forensics.printed_quartiles import PrintedQuartiles
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.columns import CODES, SIGNS
from tisstats.synthetic.targets import SUBTYPES, Targets

Profiles = dict[str, Ints]

#: Rows of Table 1 that count patients who have something.
COUNTED = ("european_ancestry", "dysphagia", *SIGNS)

_ANTIBODIES = (CODES["msa"] or ())[1:]

#: Sets of ages or durations of a subtype that are drawn at once, and how often.
_POOL, _STARTS = 48, 20


def draw_profiles(
    rng: np.random.Generator,
    targets: Targets,
    assumptions: Assumptions,
    without: Collection[str],
) -> Profiles | None:
    """Draw one row a patient, by subtype, in no order of inclusion; None if a draw fails."""
    sizes = [targets.count(f"table1.patients.{group}.n") for group in SUBTYPES]
    profiles: Profiles = {"subtype": np.repeat(np.arange(len(SUBTYPES)), sizes)}
    n = len(profiles["subtype"])
    for column in COUNTED:
        profiles[column] = draw_counted(rng, targets, column, f"table1_{column}" in without)
    females = draw_counted(rng, targets, "females", "table1_females" in without)
    profiles["sex"] = 1 - females
    youngest = assumptions.age_low if "adults" not in without else 0
    longest = targets.count("design.maximum_disease_duration") - 1
    if "short_disease" in without:
        longest *= 2
    for column, groups, limits in (
        ("age_at_onset", targets.ages, (youngest, assumptions.age_high)),
        ("disease_duration", targets.durations, (1, longest)),
    ):
        free = f"table1_{column}" in without
        drawn = draw_quartered(rng, groups, targets.single[column], sizes, limits, free)
        if drawn is None:
            return None
        profiles[column] = drawn
    place_disorders(rng, profiles, "table1_connective_tissue_disorder" in without)
    place_antibodies(rng, profiles, targets, assumptions, "table1_antibodies" in without)
    cancer = rng.random(n) < (0.1 if "table1_cancer" in without else 0)
    profiles["cancer_at_diagnosis"] = cancer.astype(np.int64)
    return profiles


def _groups(subtype: Ints) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(subtype == code) for code in range(len(SUBTYPES))]


def draw_counted(rng: np.random.Generator, targets: Targets, column: str, free: bool) -> Ints:
    """Give each subtype its printed number of patients who have it."""
    parts = []
    for group in SUBTYPES:
        size = targets.count(f"table1.patients.{group}.n")
        has = targets.count(f"table1.{column}.{group}.count")
        if free:
            has = min(size, max(0, has + int(rng.integers(-1, 2))))
        parts.append(rng.permutation(np.arange(size) < has))
    return np.concatenate(parts).astype(np.int64)


def draw_quartered(
    rng: np.random.Generator,
    groups: Mapping[str, PrintedQuartiles],
    single: int,
    sizes: list[int],
    limits: tuple[int, int],
    free: bool,
) -> Ints | None:
    """Draw whole numbers with the quartiles of every subtype and of all.

    Several sets are drawn for each subtype; those of all three that give the quartiles of all
    patients together are found by counting how many values lie below and above each of these.
    """
    n = sum(sizes)
    if free:
        return rng.integers(limits[0], limits[1] + 1, n)
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
    """How many of each set lie below and above each order, as if it belonged to all patients."""
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
    spread = quartiles.spread / n
    found = []
    for _ in range(_POOL):
        orders = fix_orders(rng, quartiles, spread)
        if orders and limits[0] <= orders[0].low and orders[-1].high <= limits[1]:
            low, high = np.full(n, limits[0]), np.full(n, limits[1])
            for order in orders:
                low[order.rank - 1 :] = order.low
            for order in reversed(orders):
                high[: order.rank] = order.high
            found.append(np.sort(rng.integers(low, high + 1)))
    return np.array(found, dtype=np.int64).reshape(-1, n)


def place_disorders(rng: np.random.Generator, profiles: Profiles, free: bool) -> None:
    """Mixed disease and Sjögren's syndrome in overlap myositis, systemic sclerosis in IMNM."""
    n = len(profiles["subtype"])
    found = np.zeros(n, dtype=np.int64)
    _, imnm, overlap, _ = _groups(profiles["subtype"])
    if free:
        found[rng.permutation(n)[:3]] = 1, 2, 3
    else:
        found[rng.permutation(overlap)[:2]] = 1, 2
        # Raynaud's phenomenon is absent in IMNM by Table 1, this patient included.
        found[rng.permutation(imnm)[0]] = 3
    profiles["connective_tissue_disorder"] = found


def place_antibodies(
    rng: np.random.Generator,
    profiles: Profiles,
    targets: Targets,
    assumptions: Assumptions,
    free: bool,
) -> None:
    """Give every subtype its antibodies; associated ones may stand beside specific ones."""
    n = len(profiles["subtype"])
    msa, maa = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for name, members in zip(SUBTYPES, _groups(profiles["subtype"]), strict=True):
        codes = []
        for code, antibody in enumerate(_ANTIBODIES, start=1):
            codes += [code] * targets.counts.get(f"table1.{antibody}.{name}.count", 0)
        only = targets.counts.get(f"table1.maa_only.{name}.count", 0)
        order = rng.permutation(members)
        msa[order[: len(codes)]] = codes
        beside = rng.random(len(codes)) < assumptions.maa_beside_msa
        maa[order[: len(codes)]] = beside
        maa[order[len(codes) : len(codes) + only]] = 1
    if free:
        msa, maa = rng.permutation(msa), rng.permutation(maa)
    profiles["msa"], profiles["maa"] = msa, maa
