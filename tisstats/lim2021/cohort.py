"""The flow of this study's patients, from the published counts."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.flow import Flow
from tisstats.lim2021.table1 import GROUPS

#: Reasons for not including a patient: name in the data, and its label.
REASONS = {
    "reason_immunosuppressants": "earlier immunosuppressants above the allowed dose",
    "reason_minimal_disability": "minimal disability not met",
    "reason_duration": "disease lasting too long",
}


def study_flow(published: Published, *, reasons_may_overlap: bool = True) -> Flow:
    """Assemble the flow of patients as far as the text counts it.

    Parameters
    ----------
    published
        The published facts.
    reasons_may_overlap
        Whether one patient may have several reasons, as the caption of the figure says.

    Raises
    ------
    ValueError
        If the counts do not add up; one line a fault.
    """
    return Flow(
        screened=published.count("flow.screened"),
        included=published.count("flow.included"),
        reasons={label: published.count(f"flow.{name}") for name, label in REASONS.items()},
        reasons_may_overlap=reasons_may_overlap,
        excluded_from_analysis=published.count("flow.excluded_from_analysis"),
        excluded_because="ceiling effect",
        analysed=published.count("flow.analysed"),
        ended_early=published.count("flow.ended_early"),
        ended_early_because="rescue medication",
    )


def subtypes(published: Published) -> pd.DataFrame:
    """Tabulate the patients by subtype, included (abstract) and analysed (Table 1)."""
    rows = []
    for group, label in GROUPS.items():
        if group == "all":
            continue
        included = published.count(f"flow.included_{group}")
        analysed = published.count(f"table1.patients.{group}.n")
        rows.append(
            {
                "Subtype": label,
                "Included": included,
                "Analysed": analysed,
                "Left out": included - analysed,
            }
        )
    return pd.DataFrame(rows)


def cancer_facts(published: Published) -> dict[str, str]:
    """Read when the article counts a cancer, and how many it counts, under the prose's names."""
    return {
        "cancer_years": published.text("design.cancer_window_years"),
        "cancer_printed": published.text("table1.cancer.all.count"),
        "cancer_found": published.text("safety.ovarian_cancer"),
    }


def antibody_counts(published: Published) -> dict[str, int]:
    """Count the patients by kind of antibodies, and their sum."""
    counts = {
        "msa": published.count("flow.msa_positive"),
        "maa": published.count("flow.maa_only"),
        "none": published.count("flow.no_antibodies"),
    }
    return {**counts, "antibodies_total": sum(counts.values())}
