import pytest

from tisstats.study import Published
from tisstats.teaching.exercises import exercises


@pytest.fixture(scope="session")
def published():
    """The published facts."""
    return Published.read()


@pytest.fixture(scope="session")
def by_key(published):
    """The exercises by their short name."""
    return {exercise.key: exercise for exercise in exercises(published)}
