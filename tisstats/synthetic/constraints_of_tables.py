"""Constraints of Table 1 and Table 2: counts, quartiles and P values as printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tisstats.forensics.paired_rows import TIMES, abs_z
from tisstats.forensics.printed_quartiles import QUARTILES
from tisstats.lim2021.scales import SCALES
from tisstats.printed import matches_print
from tisstats.synthetic import profiles
from tisstats.synthetic.cohort import encode
from tisstats.synthetic.constraint import Constraint, ConstraintInput
from tisstats.synthetic.scoring import Bools
from tisstats.synthetic.table2_rows import RowSampler
from tisstats.synthetic.targets import MEASURES, SUBTYPES

_GROUPS = ("all", *SUBTYPES)

#: Rows of Table 1 on antibodies, each with the groups for which a count is printed.
_ANTIBODY_GROUPS: dict[str, Sequence[str]] = {
    "anti_hmgcr": ("all", "imnm"),
    "anti_nxp2": ("all", "dm"),
    "anti_jo1": ("all", "ass"),
    "anti_mda5": ("all", "dm"),
    "anti_srp": ("all", "imnm"),
    "anti_tif1_gamma": ("all", "dm"),
    "seronegative": SUBTYPES[:-1],
    "maa_only": ("all", "imnm", "nm_om"),
    "msa": ("nm_om",),
    "no_antibodies": ("all",),
}

#: Connective tissue disorders, and the subtype of the one patient with each.
_DISORDERS = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}

#: Rows of Table 1 with counts of patients: title, and the characteristic counted.
_COUNTED_ROWS = {
    "european_ancestry": ("European/Caucasian ancestry", "patients of European ancestry"),
    "dysphagia": ("Dysphagia", "patients with dysphagia"),
    "skin": ("Skin", "patients with skin involvement"),
    "arthritis": ("Arthritis", "patients with arthritis"),
    "raynaud": ("Raynaud", "patients with Raynaud's phenomenon"),
    "cardiac": ("Cardiac", "patients with heart involvement"),
    "pulmonary": ("Pulmonary", "patients with interstitial lung disease"),
    "other_extramuscular": ("Other", "patients with other extramuscular signs"),
}


def _group(view: ConstraintInput, group: str) -> Bools:
    return view.column("analysed") == 1 if group == "all" else view.where("subtype", group)


def _counts_match(
    view: ConstraintInput, row: str, has: Bools, groups: Sequence[str] = _GROUPS
) -> bool:
    return all(
        view.matches(has & _group(view, group), f"table1.{row}.{group}.count") for group in groups
    )


def _counts_of(row: str, groups: Sequence[str] = _GROUPS) -> tuple[str, ...]:
    return tuple(f"table1.{row}.{group}.count" for group in groups)


def _quartiles_of(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{name}" for name in QUARTILES)


def _subtype_sizes_match(view: ConstraintInput) -> bool:
    return all(view.matches(_group(view, group), f"table1.patients.{group}.n") for group in _GROUPS)


def _disorders_match(view: ConstraintInput) -> bool:
    for kind, subtype in _DISORDERS.items():
        has = view.where("connective_tissue_disorder", kind)
        within = view.matches(has & _group(view, subtype), f"flow.ctd_{kind}")
        if not (within and view.matches(has, f"flow.ctd_{kind}")):
            return False
    any_disorder = view.column("connective_tissue_disorder") > 0
    return _counts_match(view, "connective_tissue_disorder", any_disorder)


def _antibodies_match(view: ConstraintInput) -> bool:
    msa, maa = view.column("msa"), view.column("maa") == 1
    none = (msa == 0) & ~maa
    found = {"maa_only": (msa == 0) & maa, "seronegative": none, "no_antibodies": none}
    found["msa"] = msa > 0
    totals = {"msa": "msa_positive", "maa_only": "maa_only", "no_antibodies": "no_antibodies"}
    return all(
        _counts_match(view, row, found[row] if row in found else view.where("msa", row), groups)
        for row, groups in _ANTIBODY_GROUPS.items()
    ) and all(view.matches(found[row], f"flow.{total}") for row, total in totals.items())


def _counted(
    row: str,
    title: str,
    counted: str,
    column: str,
    value: int = 1,
    enforced_by: Callable[..., object] = profiles.draw_counted,
) -> Constraint:
    """Make the constraint of a row of Table 1 that counts patients with a value in a column."""

    def holds(view: ConstraintInput) -> bool:
        return _counts_match(view, row, view.column(column) == value)

    requirement = f"Number of {counted} in each subtype as printed"
    place = f"Table 1, {title}"
    return Constraint(f"table1_{row}", requirement, place, _counts_of(row), holds, enforced_by)


def _with_quartiles(column: str, title: str) -> Constraint:
    """Make the constraint of a row of Table 1 with quartiles."""

    def holds(view: ConstraintInput) -> bool:
        values, targets = view.column(column), view.targets
        single = values[_group(view, SUBTYPES[-1])]
        return bool((single == targets.single[column]).all()) and all(
            view.matches(_group(view, group), f"table1.patients.{group}.n")
            and quartiles.matches(values[_group(view, group)].tolist())
            for group, quartiles in targets.quartiles[column].items()
        )

    addresses = (
        *(each for group in _GROUPS[:-1] for each in _quartiles_of(f"table1.{column}.{group}")),
        f"table1.{column}.ass.value",
    )
    requirement = f"Quartiles of {title.lower()} as printed, in all patients and in each subtype"
    place = f"Table 1, {title}"
    return Constraint(
        f"table1_{column}", requirement, place, addresses, holds, profiles.draw_with_quartiles
    )


def _table2_row(measure: str) -> list[Constraint]:
    """Make the constraints of a row of Table 2: quartiles of each time, and the P value."""
    at, scale = MEASURES.index(measure), SCALES[measure]

    def values(view: ConstraintInput, time: str) -> list[int]:
        before, after = view.cohort.baseline[:, at], view.cohort.end[:, at]
        shown = {"baseline": before, "end": after, "change": after - before}[time]
        return [int(value) for value in shown[(before >= 0) & (after >= 0)]]

    def quartiles_at(time: str) -> Constraint:
        def holds(view: ConstraintInput) -> bool:
            return view.targets.rows[measure].quartiles[time].matches(values(view, time))

        words = "change" if time == "change" else f"{time} values"
        return Constraint(
            f"table2_{measure}_{time}",
            f"{scale.name}: median and quartiles of the {words} as printed",
            f"Table 2, {scale.abbreviation}, {time}",
            _quartiles_of(f"table2.{measure}.{time}"),
            holds,
            RowSampler.draw_changes if time == "change" else RowSampler.draw_baselines,
        )

    def p_matches(view: ConstraintInput) -> bool:
        z = float(abs_z(np.array([values(view, "change")]))[0])
        # The two-sided P value of the normal approximation.
        return matches_print(math.erfc(z / math.sqrt(2)), view.targets.rows[measure].p.printed)

    p_value = Constraint(
        f"table2_{measure}_p",
        f"{scale.name}: P value of the signed-rank test as printed",
        f"Table 2, {scale.abbreviation}, P value",
        (f"table2.{measure}.change.p", f"significance.{measure}"),
        p_matches,
        RowSampler.draw_changes,
    )
    return [*(quartiles_at(time) for time in TIMES), p_value]


#: Table 1, row by row; the antibodies together, since their counts share the patients.
TABLE_1: tuple[Constraint, ...] = (
    Constraint(
        "table1_patients",
        "Number of patients in each subtype as printed",
        "Table 1, header",
        tuple(f"table1.patients.{group}.n" for group in _GROUPS),
        _subtype_sizes_match,
        profiles.draw_profiles,
        implied_by=("table1_antibodies",),
    ),
    _with_quartiles("age_at_onset", "Age at onset"),
    _with_quartiles("disease_duration", "Disease duration"),
    _counted("females", "Females", "women", "sex", encode("sex", "female")),
    *(_counted(row, *described, row) for row, described in _COUNTED_ROWS.items()),
    Constraint(
        "table1_connective_tissue_disorder",
        "One patient each with mixed connective tissue disease and Sjögren's syndrome in NM/OM, "
        "one with systemic sclerosis in IMNM",
        "Table 1, Connective tissue disorder; Results, Patient characteristics",
        (
            *_counts_of("connective_tissue_disorder"),
            *(f"flow.ctd_{kind}" for kind in _DISORDERS),
        ),
        _disorders_match,
        profiles.assign_disorders,
    ),
    _counted(
        *("cancer", "Cancer", "patients with cancer at diagnosis", "cancer_at_diagnosis"),
        enforced_by=profiles.draw_profiles,
    ),
    Constraint(
        "table1_antibodies",
        "Number of patients with each myositis-specific antibody, with associated ones only and "
        "with none as printed, in each subtype; nobody with several specific ones",
        "Table 1, Myositis-specific antibodies; Results, Patient characteristics",
        (
            *(each for row in _ANTIBODY_GROUPS.items() for each in _counts_of(*row)),
            *(f"flow.{n}" for n in ("msa_positive", "maa_only", "no_antibodies", "msa_multiple")),
        ),
        _antibodies_match,
        profiles.assign_antibodies,
    ),
)

#: Table 2, row by row.
TABLE_2 = tuple(each for measure in MEASURES for each in _table2_row(measure))
