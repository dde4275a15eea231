"""What a step or a limit may be, and what is said of what it is not."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from tisstats.forensics._printed import exact_number


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1), (0.1, Fraction(1, 10)), ("1/8", Fraction(1, 8)), (np.int64(3), 3)],
)
def test_a_number_is_its_decimal_fraction(value, expected):
    assert exact_number("step", value, positive=True) == expected


@pytest.mark.parametrize(
    "value",
    [True, np.True_, np.array(0.1), np.inf, Decimal("inf"), "", "x", "1/0", None, [1]],
    ids=repr,
)
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError, match="step") as raised:
        exact_number("step", value)
    assert str(raised.value) == (
        f'step must be a finite number, such as 1, "0.1" or "1/8", got {value!r}'
    )


def test_a_number_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"^step must be positive, got 0$"):
        exact_number("step", 0, positive=True)
    with pytest.raises(ValueError, match=r"^low must be 0, or in size from 1e-100 to 1e100, got"):
        exact_number("low", "1e101")
    with pytest.raises(ValueError, match=r"^step must be from 1e-100 to 1e100, got"):
        exact_number("step", "1e-101", positive=True)
    assert exact_number("low", -(10**100)) == -(10**100)
