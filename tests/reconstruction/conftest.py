"""A few cohorts, drawn once."""

import pytest

from tisstats.reconstruction import Ensemble, Targets, generate
from tisstats.reconstruction.tables import TABLES, frames
from tisstats.study.trial import Trial, check


@pytest.fixture(scope="session")
def targets():
    return Targets.study()


@pytest.fixture(scope="session")
def cohorts():
    return [generate(11, index=index) for index in range(6)]


@pytest.fixture(scope="session")
def kept():
    """The ensemble that comes with the project."""
    return Ensemble.read()


@pytest.fixture(scope="session")
def checked():
    """Gives what the independent checker finds wrong with a cohort."""

    def failed(cohort):
        tables = frames(cohort)
        trial = Trial(*(tables[name] for name in TABLES), mmt_max=cohort.mmt_max)
        return [finding.name for finding in check(trial).failed]

    return failed
