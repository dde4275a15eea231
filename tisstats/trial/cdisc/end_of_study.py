"""How the study ended for each patient of an ADSL, of ours or of another study."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.trial.columns import Mask
from tisstats.trial.end_reasons import COMPLETED, ONGOING
from tisstats.trial.schema import CellFaults

_STATUS, _REASON = "EOSSTT", "DCSREAS"

#: Of a patient who left the study early.
_DISCONTINUED = "DISCONTINUED"

#: Our reason of the end by the status at the end of the study or at a cutoff of the data: the
#: statuses that the ADaM Implementation Guide names, of the codelist SBJTSTAT (notes on EOSSTT in
#: its table of trial experience variables, https://wiki-test.cdisc.org, page 179324054).
_STATUSES = {"COMPLETED": COMPLETED, _DISCONTINUED: "", "ONGOING": ONGOING}


def end_reasons(adsl: pd.DataFrame) -> pd.Series:
    """Return the reason of each patient's end: by ``EOSSTT``, or else ``DCSREAS`` as it stands.

    Examples
    --------
    >>> statuses = ["Completed", "ONGOING", "DISCONTINUED", ""]
    >>> end_reasons(pd.DataFrame({"EOSSTT": statuses, "DCSREAS": ["", "", "DEATH", ""]})).tolist()
    ['completed', 'ongoing', 'DEATH', '']
    """
    by_status = _texts(adsl, _STATUS).map(_key).map(_STATUSES).fillna("")
    return by_status.where(by_status != "", _texts(adsl, _REASON))


def end_cells(adsl: pd.DataFrame) -> tuple[NDArray[np.object_], pd.Series]:
    """Return the variable that states each patient's end, and its cells as text.

    Each has the shape (patients,): ``DCSREAS``, or ``EOSSTT`` where that is empty.

    Examples
    --------
    >>> adsl = pd.DataFrame({"EOSSTT": ["ONGOING", "", ""], "DCSREAS": ["", "DEATH", ""]})
    >>> names, cells = end_cells(adsl)
    >>> names.tolist(), cells.tolist()
    (['EOSSTT', 'DCSREAS', 'DCSREAS'], ['ONGOING', 'DEATH', ''])
    """
    status, reason = _texts(adsl, _STATUS), _texts(adsl, _REASON)
    by_status = (reason.map(_key) == "") & (status.map(_key) != "")
    if _REASON not in adsl:
        by_status[:] = True
    names = np.where(by_status, _STATUS, _REASON).astype(object)
    return names, reason.mask(by_status, status)


def discontinued(adsl: pd.DataFrame) -> Mask:
    """Return which patients left the study early by ``EOSSTT``, shape (patients,)."""
    found: Mask = (_texts(adsl, _STATUS).map(_key) == _DISCONTINUED).to_numpy(dtype=bool)
    return found


def end_faults(adsl: pd.DataFrame, analysed: Mask) -> list[Fault]:
    """Return what is wrong with the ends of patients in the analysis.

    Parameters
    ----------
    adsl
        ADSL.
    analysed
        Who is in the analysis, shape (patients,).

    Returns
    -------
    list of Fault
        For each ``EOSSTT`` that is none of CDISC's, and ``DCSREAS`` that contradicts it.
    """
    found = CellFaults(adsl, "ADSL")
    if _STATUS not in adsl:
        return []
    status, reason = (_texts(adsl, name).map(_key) for name in (_STATUS, _REASON))
    unknown = ~status.isin([*_STATUSES, ""]).to_numpy(dtype=bool)
    found.add(unknown & analysed, _STATUS, f"must be one of {', '.join(_STATUSES)}, or empty")
    for each, named in _STATUSES.items():
        # A reason belongs to patients who left the study, and to no others.
        allowed = reason.isin(["", each]) if named else ~reason.isin(set(_STATUSES) - {each})
        other = ((status == each) & ~allowed).to_numpy(dtype=bool)
        message = f"is not of a patient with {_STATUS} of {each}: which of the two is right?"
        found.add(other & analysed, _REASON, message)
    return found.faults


def _key(text: str) -> str:
    return text.strip().upper()


def _texts(adsl: pd.DataFrame, name: str) -> pd.Series:
    """Return a variable as text, empty where there is none."""
    if name not in adsl:
        return pd.Series([""] * len(adsl), dtype=object)
    given = adsl[name].reset_index(drop=True).astype(object)
    return given.where(given.notna(), "").map(str).astype(object)
