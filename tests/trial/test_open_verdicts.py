"""Verdicts on a definition that values missing at the own baseline, and no other, leave open."""

import numpy as np
import pandas as pd
import pytest

from tisstats.trial.scoring import improvement_by_visit, worsening_by_visit

BASELINE = {
    "physician_global": 5.0,
    "patient_global": 5.0,
    "mmt": 60.0,
    "haq": 2.0,
    "extramuscular": 5.0,
    "enzyme": 10.0,
}
#: Two measures are better, or worse, and a third may be: its baseline decides.
BETTER = {"physician_global": 1.0, "patient_global": 1.0, "haq": 1.0}
WORSE = {"physician_global": 9.0, "patient_global": 9.0, "haq": 3.0}


def visits(order, later):
    """Visits of A, whose baseline lacks the HAQ, and of B, which lacks nothing."""
    rows = [
        {"patient_id": "A", "week": 0.0, **BASELINE, "haq": np.nan},
        {"patient_id": "A", "week": 4.0, **BASELINE, **later},
        {"patient_id": "B", "week": 0.0, **BASELINE},
        {"patient_id": "B", "week": 4.0, **BASELINE, **later},
    ]
    return pd.DataFrame([rows[row] for row in order], index=[7 + row for row in order])


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 0, 1), (3, 1, 2, 0)])
def test_a_gap_at_the_own_baseline_leaves_a_verdict_open(order):
    improved = improvement_by_visit(visits(order, BETTER), "imacs", vas_max=10)
    worse = worsening_by_visit(visits(order, WORSE), "imacs", vas_max=10)
    assert improved.index.tolist() == worse.index.tolist() == [7 + row for row in order]
    met = [row == 3 for row in order]
    known = [row != 1 for row in order]
    assert improved["improved"].tolist() == worse["worse"].tolist() == met
    assert improved["improved_known"].tolist() == worse["worse_known"].tolist() == known


@pytest.mark.parametrize("name", ["haq", "patient_global"])
def test_a_baseline_of_0_is_no_gap(name):
    table = visits(range(4), WORSE).assign(**{name: [0, WORSE[name]] * 2})
    worse = worsening_by_visit(table, "imacs", vas_max=10)
    improved = improvement_by_visit(table, "imacs", vas_max=10)
    of_b = table["patient_id"] == "B"  # of whom nothing is missing
    assert worse.loc[of_b, "worse"].tolist() == [False, False]
    assert worse.loc[of_b, "worse_known"].tolist() == [True, True]
    assert improved.loc[of_b, "improved_known"].tolist() == [True, True]
