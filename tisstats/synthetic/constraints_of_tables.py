"""Constraints of Table 1 and Table 2: counts, quartiles and P values as printed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import TIMES, z_sizes
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.lim2021.scales import SCALES
from tisstats.printed import prints_as
from tisstats.synthetic.cohort import encode
from tisstats.synthetic.constraint import Constraint, View
from tisstats.synthetic.profiles import (
    draw_counted,
    draw_profiles,
    draw_quartered,
    place_antibodies,
    place_disorders,
)
from tisstats.synthetic.scoring import Bools
from tisstats.synthetic.table2_rows import RowDrawer
from tisstats.synthetic.targets import MEASURES, SUBTYPES

_GROUPS = ("all", *SUBTYPES)

#: Antibodies of Table 1, each in the subtypes for which a count is printed.
_ANTIBODIES = {
    "anti_hmgcr": ("all", "imnm"),
    "anti_nxp2": ("all", "dm"),
    "anti_jo1": ("all", "ass"),
    "anti_mda5": ("all", "dm"),
    "anti_srp": ("all", "imnm"),
    "anti_tif1_gamma": ("all", "dm"),
}


def _group(view: View, group: str) -> Bools:
    return view.column("analysed") == 1 if group == "all" else view.where("subtype", group)


def _counted(view: View, name: str, has: Bools) -> bool:
    """Return whether as many patients of every subtype, and of all, have it as printed."""
    return all(
        view.agree(has & _group(view, group), f"table1.{name}.{group}.count") for group in _GROUPS
    )


def _has(view: View, *, row: str, column: str, value: int = 1) -> bool:
    return _counted(view, row, view.column(column) == value)


def _subtypes(view: View) -> bool:
    return all(view.agree(_group(view, group), f"table1.patients.{group}.n") for group in _GROUPS)


def _disorder(view: View) -> bool:
    column = view.column("connective_tissue_disorder")
    kinds = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}
    for kind, subtype in kinds.items():
        has = column == encode("connective_tissue_disorder", kind)
        within = view.agree(has & _group(view, subtype), f"flow.ctd_{kind}")
        if not (within and view.agree(has, f"flow.ctd_{kind}")):
            return False
    return _counted(view, "connective_tissue_disorder", column > 0)


def _antibody(view: View) -> bool:
    msa, maa = view.column("msa"), view.column("maa") == 1
    found: dict[str, Bools] = {name: msa == encode("msa", name) for name in _ANTIBODIES}
    found |= {"maa_only": (msa == 0) & maa, "seronegative": (msa == 0) & ~maa, "msa": msa > 0}
    found["no_antibodies"] = found["seronegative"]
    counts = view.targets.counts
    printed = [address.split(".") for address in counts if address.startswith("table1.")]
    totals = {"msa": "msa_positive", "maa_only": "maa_only", "no_antibodies": "no_antibodies"}
    return all(
        view.agree(found[name] & _group(view, group), f"table1.{name}.{group}.{statistic}")
        for _, name, group, statistic in printed
        if name in found
    ) and all(view.agree(found[name], f"flow.{total}") for name, total in totals.items())


def _quartile_groups(view: View, *, column: str) -> bool:
    groups: Mapping[str, PrintedQuartiles] = (
        view.targets.ages if column == "age_at_onset" else view.targets.durations
    )
    values = view.column(column)
    single = values[_group(view, SUBTYPES[-1])]
    return bool((single == view.targets.single[column]).all()) and all(
        view.agree(_group(view, group), f"table1.patients.{group}.n")
        and quartiles.match(values[_group(view, group)].tolist())
        for group, quartiles in groups.items()
    )


def _row(view: View, measure: str) -> tuple[Ints, Ints]:
    """Return baseline and end of those patients who have the measure at both."""
    at = MEASURES.index(measure)
    before, after = view.cohort.baseline[:, at], view.cohort.end[:, at]
    both = (before >= 0) & (after >= 0)
    return before[both], after[both]


def _table2_quartiles(view: View, *, measure: str, time: str) -> bool:
    before, after = _row(view, measure)
    row = view.targets.rows[measure]
    values = {"baseline": before, "end": after, "change": after - before}[time]
    return row.quartiles[time].match(values.tolist())


def _table2_p(view: View, *, measure: str) -> bool:
    before, after = _row(view, measure)
    z = float(z_sizes((after - before)[None, :])[0])
    # The two-sided P value of the normal approximation.
    return prints_as(math.erfc(z / math.sqrt(2)), view.targets.rows[measure].p.printed)


def _counts_of(name: str, groups: Sequence[str] = _GROUPS) -> tuple[str, ...]:
    return tuple(f"table1.{name}.{group}.count" for group in groups)


def _quartiles_of(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{name}" for name in QUARTILES)


#: Rows of Table 1 that count patients: title, and what a patient has who is counted.
_COUNTED_ROWS = {
    "european_ancestry": ("European/Caucasian ancestry", "of European ancestry"),
    "dysphagia": ("Dysphagia", "with dysphagia"),
    "skin": ("Skin", "with skin involvement"),
    "arthritis": ("Arthritis", "with arthritis"),
    "raynaud": ("Raynaud", "with Raynaud's phenomenon"),
    "cardiac": ("Cardiac", "with heart involvement"),
    "pulmonary": ("Pulmonary", "with interstitial lung disease"),
    "other_extramuscular": ("Other", "with other extramuscular signs"),
}

#: Table 1, row by row; the antibodies together, since their counts share the patients.
TABLE_1: tuple[Constraint, ...] = (
    Constraint(
        "table1_patients",
        "As many patients of every subtype as printed",
        "Table 1, header",
        tuple(f"table1.patients.{group}.n" for group in _GROUPS),
        _subtypes,
        draw_profiles,
        implied_by=("table1_antibodies",),
    ),
    *(
        Constraint(
            f"table1_{column}",
            f"Quartiles of {words} as printed, of all patients and of every subtype",
            f"Table 1, {row}",
            (
                *(a for g in _GROUPS[:-1] for a in _quartiles_of(f"table1.{column}.{g}")),
                f"table1.{column}.ass.value",
            ),
            partial(_quartile_groups, column=column),
            draw_quartered,
        )
        for column, row, words in (
            ("age_at_onset", "Age at onset", "age at onset"),
            ("disease_duration", "Disease duration", "disease duration"),
        )
    ),
    Constraint(
        "table1_females",
        "As many women in every subtype as printed",
        "Table 1, Females",
        _counts_of("females"),
        partial(_has, row="females", column="sex", value=encode("sex", "female")),
        draw_counted,
    ),
    *(
        Constraint(
            f"table1_{column}",
            f"As many patients {words} in every subtype as printed",
            f"Table 1, {row}",
            _counts_of(column),
            partial(_has, row=column, column=column),
            draw_counted,
        )
        for column, (row, words) in _COUNTED_ROWS.items()
    ),
    Constraint(
        "table1_connective_tissue_disorder",
        "One patient each with mixed disease and Sjögren's syndrome in NM/OM, one with systemic "
        "sclerosis in IMNM",
        "Table 1, Connective tissue disorder; Results, Patient characteristics",
        (
            *_counts_of("connective_tissue_disorder"),
            *(f"flow.ctd_{kind}" for kind in ("mixed", "sjogren", "systemic_sclerosis")),
        ),
        _disorder,
        place_disorders,
    ),
    Constraint(
        "table1_cancer",
        "Nobody with cancer at diagnosis",
        "Table 1, Cancer",
        _counts_of("cancer"),
        partial(_has, row="cancer", column="cancer_at_diagnosis"),
        draw_profiles,
    ),
    Constraint(
        "table1_antibodies",
        "As many patients with each myositis-specific antibody, with associated ones only and "
        "with none as printed, in every subtype; nobody with several specific ones",
        "Table 1, Myositis-specific antibodies; Results, Patient characteristics",
        (
            *(a for name, groups in _ANTIBODIES.items() for a in _counts_of(name, groups)),
            *_counts_of("seronegative", SUBTYPES[:-1]),
            *_counts_of("maa_only", ("all", "imnm", "nm_om")),
            *_counts_of("msa", ("nm_om",)),
            *_counts_of("no_antibodies", ("all",)),
            *(f"flow.{n}" for n in ("msa_positive", "maa_only", "no_antibodies", "msa_multiple")),
        ),
        _antibody,
        place_antibodies,
    ),
)

#: Table 2: of every row the quartiles of baseline, end and change, and the P value.
TABLE_2: tuple[Constraint, ...] = tuple(
    made
    for measure in MEASURES
    for made in (
        *(
            Constraint(
                f"table2_{measure}_{time}",
                f"{SCALES[measure].name}: median and quartiles of {words} as printed",
                f"Table 2, {SCALES[measure].abbreviation}, {time}",
                _quartiles_of(f"table2.{measure}.{time}"),
                partial(_table2_quartiles, measure=measure, time=time),
                RowDrawer.draw_changes if time == "change" else RowDrawer.draw_baselines,
            )
            for time, words in zip(TIMES, ("the baseline", "the end", "the change"), strict=True)
        ),
        Constraint(
            f"table2_{measure}_p",
            f"{SCALES[measure].name}: P value of the signed-rank test as printed",
            f"Table 2, {SCALES[measure].abbreviation}, P value",
            (f"table2.{measure}.change.p", f"significance.{measure}"),
            partial(_table2_p, measure=measure),
            RowDrawer.draw_changes,
        ),
    )
)
