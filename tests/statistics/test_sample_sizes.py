"""The first sufficient sample size, and the first from which all are sufficient."""

import numpy as np
import pytest

from tisstats.statistics._sample_sizes import smallest_and_stable


@pytest.mark.parametrize(
    ("sufficient", "expected"),
    [
        ([True], (0, 0)),
        ([True, True], (0, 0)),
        ([False, True, True], (1, 1)),
        ([True, False, True], (0, 2)),
        ([False, True, False], (1, None)),
    ],
)
def test_the_first_and_the_first_of_all_that_follow(sufficient, expected):
    assert smallest_and_stable(np.array(sufficient), int) == expected
