import pytest

from tisstats.teaching.exercises import exercises


@pytest.fixture(scope="session")
def by_key(published):
    """The exercises by their short name."""
    return {exercise.key: exercise for exercise in exercises(published)}
