"""The quantities of many cohorts at once, against each cohort by itself."""

import dataclasses
import math

import numpy as np
import pytest

from tisstats.bounds import cohort_arrays, ensemble_values
from tisstats.bounds.spread import cohort_values
from tisstats.synthetic import Ensemble
from tisstats.synthetic.cohort import COLUMNS, MISSING, WEEKS

ANALYSED = COLUMNS.index("analysed")
END = COLUMNS.index("end_week")


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble.read()


@pytest.fixture
def altered(ensemble):
    """Cohorts as no study had them: fewer patients analysed, earlier ends, missing values."""
    patients, visits = ensemble.patients.copy(), ensemble.visits.copy()
    rng = np.random.default_rng(8)
    for cohort in range(6):
        analysed = np.flatnonzero(patients[cohort, :, ANALYSED] == 1)
        patients[cohort, analysed[: 3 * cohort], ANALYSED] = 0
        for patient in analysed[3 * cohort :]:
            seen = np.flatnonzero(visits[cohort, patient, 1:, 0] != MISSING) + 1
            patients[cohort, patient, END] = WEEKS[rng.choice(seen)]
            # No core set measure: a missing one has no score.
            visits[cohort, patient, 0, rng.integers(6, visits.shape[-1])] = MISSING
    return dataclasses.replace(ensemble, patients=patients, visits=visits)


def assert_equal_by_cohort(ensemble, cohorts):
    found = ensemble_values(ensemble, n_cohorts=cohorts)
    assert len(found) == cohorts
    for cohort in range(cohorts):
        expected = dict(cohort_values(ensemble.cohort(cohort)))
        assert list(found.columns) == list(expected)
        for key, value in expected.items():
            if key[0] == "spearman":  # SciPy's, which differs in the last digit
                assert found.loc[cohort, key] == pytest.approx(value, abs=1e-14), key
            else:
                assert repr(float(found.loc[cohort, key])) == repr(value), key


def test_all_at_once_are_the_values_of_each_cohort(ensemble, monkeypatch):
    monkeypatch.setattr(cohort_arrays, "_BLOCK", 4)
    assert_equal_by_cohort(ensemble, 10)


def test_cohorts_of_any_size_with_missing_values(altered):
    assert_equal_by_cohort(altered, 6)


def test_nobody_responds_and_no_change_differs(ensemble):
    visits = ensemble.visits.copy()
    visits[0] = np.where(visits[0] == MISSING, MISSING, visits[0, :, :1])
    found = ensemble_values(dataclasses.replace(ensemble, visits=visits), n_cohorts=2)
    still = found.loc[0]
    assert set(still["exact_p"]) == {1.0}
    assert set(still["hodges_lehmann"]) == set(still["mean_change"]) == {0.0}
    for name in ("tis_max", "tis_min", "tis_min_responder", "tis_mean", "tis_major"):
        assert set(still[name]) == {0.0}
    assert still["spearman"].isna().all()
    assert not found.loc[1].isna().any()
    assert math.isclose(
        found.loc[1, "exact_p"]["haq"], dict(cohort_values(ensemble.cohort(1)))["exact_p", "haq"]
    )
