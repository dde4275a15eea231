"""What `tisstats` itself offers."""

import pytest

import tisstats


def test_every_public_name_is_there_and_documented():
    for name in tisstats.__all__:
        offered = getattr(tisstats, name)
        assert offered is not None
        if name != "__version__":
            assert offered.__doc__


def test_there_is_nothing_else():
    assert dir(tisstats) == sorted(tisstats.__all__)
    with pytest.raises(AttributeError, match="no attribute 'score'"):
        tisstats.score  # noqa: B018 - the attempt is the test
