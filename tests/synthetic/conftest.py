"""A few cohorts, drawn once."""

from functools import cached_property

import pytest

from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.synthetic import Ensemble, Targets, draw_cohort
from tisstats.trial import TABLES, Trial


@pytest.fixture(scope="session")
def targets():
    return Targets.of_study()


@pytest.fixture(scope="session")
def cohorts():
    return [draw_cohort(11, index=index) for index in range(6)]


class KeptEnsemble(Ensemble):
    """An ensemble that makes each cohort once: of a cohort, its scores are computed once."""

    @cached_property
    def made(self):
        return {}

    def cohort(self, index):
        if index not in self.made:
            self.made[index] = super().cohort(index)
        return self.made[index]


@pytest.fixture(scope="session")
def kept():
    """The ensemble that comes with the project."""
    return KeptEnsemble.read()


@pytest.fixture(scope="session")
def checked():
    """A function of what the independent checker finds wrong with a cohort."""

    def failed(cohort):
        tables = cohort.tables()
        parts = [tables[name] for name in TABLES]
        trial = Trial(*parts, description=DESCRIPTION, mmt_max=cohort.mmt_max)
        return [finding.name for finding in check(trial).mismatches]

    return failed
