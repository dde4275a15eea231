"""Columns of the patients' table and what the whole numbers in them stand for."""

from __future__ import annotations

from tisstats.synthetic.targets import SUBTYPES

#: Extramuscular signs of Table 1.
SIGNS = ("skin", "arthritis", "raynaud", "cardiac", "pulmonary", "other_extramuscular")

_TRUTH = ("false", "true")

#: What stands for a value that is missing; no column has a negative one.
MISSING = -1

#: Columns in the order of the table; words by code, or None for a number as it is.
CODES: dict[str, tuple[str, ...] | None] = {
    "patient_id": None,
    "subtype": SUBTYPES,
    "analysed": _TRUTH,
    "sex": ("female", "male"),
    "age_at_onset": None,
    "european_ancestry": _TRUTH,
    "disease_duration": None,
    "dysphagia": _TRUTH,
    **dict.fromkeys(SIGNS, _TRUTH),
    "connective_tissue_disorder": ("none", "mixed", "sjogren", "systemic_sclerosis"),
    "cancer_at_diagnosis": _TRUTH,
    "cancer_in_follow_up": ("none", "ovarian"),
    "msa": (
        *("none", "anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_srp"),
        "anti_tif1_gamma",
    ),
    "maa": _TRUTH,
    "recent_statin": _TRUTH,
    "prior_immunosuppressant": ("none", "prednisolone", "methotrexate"),
    "ck_uln": None,
    "regimen": ("standard", "amended"),
    "end_week": None,
    "end_reason": ("completed", "rescue_medication", "adverse_event"),
}

COLUMNS = tuple(CODES)


def code(column: str, word: str) -> int:
    """Give the number that stands for a word.

    >>> code("sex", "male")
    1
    """
    words = CODES[column]
    if words is None or word not in words:
        raise ValueError(f"{column} has no word {word!r}; it has {', '.join(words or ())}")
    return words.index(word)
