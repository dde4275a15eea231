"""Which measure has to be worse at baseline so that a patient can respond."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.measures.baseline import attainable_scores
from tisstats.measures.core_set import ENZYMES, HAQ_MAX
from tisstats.teaching.exercise_numbers import PRACTICE_LIMITS
from tisstats.teaching.wording import measure_name_in_sentence

#: Step of each scale, its worst end, and its unit.
_SCALES: dict[str, tuple[Fraction, int, str]] = {
    "physician_global": (Fraction(1, 10), 10, " cm"),
    "patient_global": (Fraction(1, 10), 10, " cm"),
    "mmt": (Fraction(-1), 0, ""),
    "haq": (Fraction(1, 8), HAQ_MAX, ""),
    "ck": (Fraction(1), ENZYMES["ck"].range_in_uln * PRACTICE_LIMITS["ck_uln"], " U/L"),
    "extramuscular": (Fraction(1, 10), 10, " cm"),
}


def ceiling_moves(baseline: Mapping[str, float], needed: int) -> dict[str, str]:
    """Return in words what makes a response possible if one measure at a time is worse.

    Parameters
    ----------
    baseline
        Value of each measure, on the scales and with the limits of `PRACTICE_LIMITS`.
    needed
        Score of a responder, points.

    Returns
    -------
    dict
        ``enough``: the first value of each measure that allows a response, with the score;
        ``short``: the measures that do not allow it at any value; ``most``: the highest score that
        they reach.
    """
    enough, short, most = [], [], 0.0
    for measure, (step, worst, unit) in _SCALES.items():
        # Whole steps, so that a value is the nearest number to it and not a sum of rounded steps.
        first = round(Fraction(baseline[measure]) / step)
        values = [float(at * step) for at in range(first, int(worst / step) + 1)]
        moved = pd.DataFrame({**baseline, measure: values})
        scored = attainable_scores(
            moved, mmt_max=PRACTICE_LIMITS["mmt_max"], uln={"ck": PRACTICE_LIMITS["ck_uln"]}
        )
        scores = scored["attainable_tis"].to_numpy(dtype=float)
        name = measure_name_in_sentence(measure)
        reached = np.flatnonzero(scores >= needed)
        if reached.size:
            at = reached[0]
            enough.append(f"{name} at {values[at]:g}{unit} ({scores[at]:g} points)")
        else:
            short.append(name)
            most = max(most, scores.max())
    return {"enough": "; ".join(enough), "short": ", ".join(short), "most": f"{most:g}"}
