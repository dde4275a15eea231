"""Constraints of Table 1 and Table 2: counts, quartiles and P values as printed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import TIMES, z_sizes
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.measures.scales import SCALES
from tisstats.printed import prints_as
from tisstats.synthetic.columns import SIGNS, code
from tisstats.synthetic.constraint import Constraint, View
from tisstats.synthetic.profiles import (
    draw_counted,
    draw_profiles,
    draw_quartered,
    place_antibodies,
    place_disorders,
)
from tisstats.synthetic.scoring import Truth
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


def _group(view: View, group: str) -> Truth:
    if group == "all":
        return np.ones(len(view.cohort.analysed), dtype=bool)
    return view.cohort.having("subtype", group)


def _counted(view: View, name: str, has: Truth) -> bool:
    """Whether as many patients of every subtype, and of all, have it as printed."""
    return all(
        int((has & _group(view, group)).sum()) == view.targets.count(f"table1.{name}.{group}.count")
        for group in _GROUPS
    )


def _has(view: View, *, column: str) -> bool:
    return _counted(view, column, view.cohort.column(column) == 1)


def _subtypes(view: View) -> bool:
    return all(
        int(_group(view, group).sum()) == view.targets.count(f"table1.patients.{group}.n")
        for group in _GROUPS
    )


def _females(view: View) -> bool:
    return _counted(view, "females", view.cohort.having("sex", "female"))


def _cancer(view: View) -> bool:
    return _counted(view, "cancer", view.cohort.column("cancer_at_diagnosis") == 1)


def _disorder(view: View) -> bool:
    column = view.cohort.column("connective_tissue_disorder")
    kinds = {"mixed": "nm_om", "sjogren": "nm_om", "systemic_sclerosis": "imnm"}
    named = all(
        int((column == code("connective_tissue_disorder", kind)).sum())
        == int((_group(view, of) & (column == code("connective_tissue_disorder", kind))).sum())
        == view.targets.count(f"flow.ctd_{kind}")
        for kind, of in kinds.items()
    )
    return named and _counted(view, "connective_tissue_disorder", column > 0)


def _antibody(view: View) -> bool:
    msa, maa = view.cohort.column("msa"), view.cohort.column("maa") == 1
    count = view.targets.counts
    found: dict[str, Truth] = {name: msa == code("msa", name) for name in _ANTIBODIES}
    found |= {"maa_only": (msa == 0) & maa, "seronegative": (msa == 0) & ~maa, "msa": msa > 0}
    found["no_antibodies"] = found["seronegative"]
    printed = {
        address: value
        for address, value in count.items()
        if address.startswith("table1.") and address.split(".")[1] in found
    }
    return all(
        int((found[name] & _group(view, group)).sum()) == value
        for (_, name, group, _), value in (
            (address.split("."), value) for address, value in printed.items()
        )
    ) and all(
        int(found[name].sum()) == count[f"flow.{address}"]
        for name, address in (
            ("msa", "msa_positive"),
            ("maa_only", "maa_only"),
            ("no_antibodies", "no_antibodies"),
        )
    )


def _quartile_groups(view: View, *, column: str) -> bool:
    groups: Mapping[str, PrintedQuartiles] = (
        view.targets.ages if column == "age_at_onset" else view.targets.durations
    )
    values = view.cohort.column(column)
    single = values[_group(view, SUBTYPES[-1])]
    return bool((single == view.targets.single[column]).all()) and all(
        quartiles.match(values[_group(view, group)].tolist()) for group, quartiles in groups.items()
    )


def _row(view: View, measure: str) -> tuple[Ints, Ints]:
    """Baseline and end of those patients who have the measure at both."""
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


_COUNTED_ROWS = {
    "european_ancestry": "European/Caucasian ancestry",
    "dysphagia": "Dysphagia",
    **{sign: sign.capitalize() for sign in SIGNS},
    "other_extramuscular": "Other",
}

#: What a patient has who is counted in a row, where the row's own title does not say it.
_SIGN_WORDS = {
    "european_ancestry": "of European ancestry",
    "skin": "with skin involvement",
    "raynaud": "with Raynaud's phenomenon",
    "cardiac": "with heart involvement",
    "pulmonary": "with interstitial lung disease",
    "other_extramuscular": "with other extramuscular signs",
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
        _females,
        draw_counted,
    ),
    *(
        Constraint(
            f"table1_{column}",
            f"As many patients {_SIGN_WORDS.get(column, f'with {row.lower()}')} in every subtype "
            "as printed",
            f"Table 1, {row}",
            _counts_of(column),
            partial(_has, column=column),
            draw_counted,
        )
        for column, row in _COUNTED_ROWS.items()
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
        _cancer,
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
