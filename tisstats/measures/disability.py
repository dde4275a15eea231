"""The least disability that a trial requires, so that an improvement can be seen."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass

from tisstats.measures.baseline import Baseline, attainable_score
from tisstats.measures.core_set import CORE_SET, ENZYMES, HAQ_MAX
from tisstats.measures.enzymes import EnzymeUnit, UpperLimit
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS


@dataclass(frozen=True, slots=True)
class MinimalDisability:
    """How disabled a patient is at baseline: the result of `minimal_disability`."""

    met: bool | None  #: whether the rule is met; None where missing measures decide
    mmt_loss_percent: float  #: strength lost, % of the maximum of the muscle test
    abnormal: tuple[str, ...]  #: abnormal measures besides muscle testing, of `CORE_SET`
    unknown: tuple[str, ...]  #: measures that are missing, of `CORE_SET`


def minimal_disability(
    baseline: Baseline,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    mmt_loss_percent: float,
    other_abnormal: int,
    vas_max: float = 10,
    vas_abnormal_cm: float = 2,
    haq_abnormal: float = 0.25,
    enzyme_abnormal_uln: float = 1.5,
    enzyme_unit: EnzymeUnit = "U/L",
) -> MinimalDisability:
    """Return whether a baseline shows the least disability that a trial requires.

    The rule: manual muscle testing has lost at least `mmt_loss_percent` of its maximum, and at
    least `other_abnormal` of the other five core set measures are abnormal.

    Parameters
    ----------
    baseline, mmt_max, uln
        As for `attainable_score`.
    mmt_loss_percent : float
        Least loss of strength, % of `mmt_max`.
    other_abnormal : int
        Least number of other abnormal measures, 0 to 5.
    vas_max
        As for `attainable_score`.
    vas_abnormal_cm : float
        Physician, patient and extramuscular activity are abnormal from here on, cm.
    haq_abnormal : float
        The HAQ is abnormal from here on, points.
    enzyme_abnormal_uln : float
        The most abnormal enzyme is abnormal above this many multiples of its ULN, not at it.
    enzyme_unit
        As for `attainable_score`.

    Returns
    -------
    MinimalDisability
        Whether the rule is met, None where missing measures decide, and by which measures.

    Raises
    ------
    tisstats.errors.DataError
        If a measure is outside its scale, or its column or limit is not given.
    ValueError
        If another argument is not one of those permitted.

    Notes
    -----
    The defaults of the three cut-offs of "abnormal" are those of the trial ProDERM: global and
    extramuscular activity of 2 cm or more, a HAQ of 0.25 or more, enzymes of more than 1.5 times
    the ULN.

    References
    ----------
    ClinicalTrials.gov NCT02728752 (ProDERM).

    Examples
    --------
    >>> baseline = {"physician_global": 3.8, "patient_global": 6.1, "mmt": 234, "haq": 2,
    ...     "ck": 1199, "extramuscular": 2.2}
    >>> rule = {"mmt_loss_percent": 10, "other_abnormal": 2}
    >>> minimal_disability(baseline, mmt_max=260, uln={"ck": 170}, **rule).met
    True
    >>> minimal_disability(baseline | {"mmt": 235}, mmt_max=260, uln={"ck": 170}, **rule).met
    False
    """
    if not 0 <= other_abnormal < len(CORE_SET):
        raise ValueError(f"other_abnormal must be 0 to {len(CORE_SET) - 1}, got {other_abnormal!r}")
    at_best = attainable_score(
        baseline, mmt_max=mmt_max, uln=uln, vas_max=vas_max, enzyme_unit=enzyme_unit
    )
    # With the healthy end of each scale as follow-up, the improvement is what is lost at baseline.
    lost, enzyme = at_best.percents, at_best.enzyme_followed
    range_in_uln = ENZYMES[enzyme].range_in_uln if enzyme else math.nan
    vas_cut = 100 * vas_abnormal_cm / 10
    cuts = {
        "physician_global": vas_cut,
        "patient_global": vas_cut,
        "haq": 100 * haq_abnormal / HAQ_MAX,
        "enzyme": 100 * enzyme_abnormal_uln / range_in_uln,
        "extramuscular": vas_cut,
    }
    unknown = tuple(name for name in CORE_SET if math.isnan(lost[name]))
    # Enzymes are abnormal above their cut-off, the scales from theirs on.
    reaches = {name: operator.gt if name == "enzyme" else operator.ge for name in cuts}
    abnormal = tuple(
        name
        for name, cut in cuts.items()
        if reaches[name](lost[name], round(cut, PERCENT_DECIMALS))
    )
    unclear = len(set(unknown) - {"mmt"})
    weak = None if "mmt" in unknown else lost["mmt"] >= round(mmt_loss_percent, PERCENT_DECIMALS)
    met: bool | None = None
    if weak is False or len(abnormal) + unclear < other_abnormal:
        met = False
    elif weak and len(abnormal) >= other_abnormal:
        met = True
    return MinimalDisability(met, lost["mmt"], abnormal, unknown)
