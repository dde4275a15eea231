"""Patient identifiers: any text in a trial, ``S-01`` to ``S-20`` in synthetic cohorts.

The article singles out a few of its patients by number: patient 2 was excluded from the analysis,
patients 5 and 15 had prior immunosuppressants, patient 4 is added in the discussion, and the first
ten were included before the protocol was amended. No synthetic patient is one of them. What the
article says of its patient 5 is checked on the synthetic patient S-05; this module alone makes
that link. Patients of another trial have no number in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

#: Pattern of the identifiers of synthetic patients.
_SYNTHETIC = re.compile(r"S-(\d{2,})")


def synthetic_id(number: int) -> str:
    """Return the identifier of the synthetic patient in the position of the article's patient.

    Examples
    --------
    >>> synthetic_id(5), synthetic_id(15)
    ('S-05', 'S-15')
    """
    return f"S-{number:02d}"


def article_number(patient_id: str) -> int | None:
    """Return the article's number of the patient whom a synthetic patient represents, or None.

    Examples
    --------
    >>> article_number("S-05"), article_number("5"), article_number("S-5")
    (5, None, None)
    """
    found = _SYNTHETIC.fullmatch(patient_id)
    if found is None or synthetic_id(int(found[1])) != patient_id:
        return None
    return int(found[1])


def article_numbers(patient_ids: Iterable[str]) -> NDArray[np.float64]:
    """Return the article's number of the patient whom each represents, nan for others."""
    numbers = [article_number(patient_id) for patient_id in patient_ids]
    return np.array([np.nan if number is None else number for number in numbers], dtype=float)
