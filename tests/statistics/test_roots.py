"""Brent's method finds the roots that SciPy's finds, to the last digit."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import betainc, expit

from tisstats.statistics._roots import RELATIVE, find_root

NUMBERS = st.floats(-3, 3)
FUNCTIONS = [
    lambda x, a, b: math.exp(a * x) - 1 - b,
    lambda x, a, b: x**3 + a * x + b,
    lambda x, a, b: math.atan(50 * (x - a)) + b / 10,
    lambda x, a, b: math.copysign(abs(x - a) ** 0.3, x - a) + b / 9,
    lambda x, a, b: float(betainc(3, 4, expit(x))) - abs(a * b) / 9,
    lambda x, a, b: math.copysign(1, x - a) + b / 9,
    lambda x, a, b: 1e-200 * ((x - a) ** 3 + b),
]


def found(search, *arguments, **options):
    try:
        return search(*arguments, **options).hex()
    except (ValueError, RuntimeError) as error:
        return type(error)


@given(
    *(st.sampled_from(FUNCTIONS), NUMBERS, NUMBERS, st.floats(-10, 0), st.floats(0, 10)),
    st.sampled_from([1e-15, 1e-14, 1e-3, 1e-300]),
)
def test_roots_are_those_of_scipy(function, a, b, low, high, precision):
    def at(x):
        return function(x, a, b)

    ours = found(find_root, at, low, high, precision=precision)
    assert ours == found(brentq, at, low, high, xtol=precision, rtol=RELATIVE)


def test_a_function_without_a_change_of_sign_is_refused():
    with pytest.raises(ValueError, match="different signs at the two ends"):
        find_root(lambda x: x * x + 1, -1, 1, precision=1e-15)


def test_what_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="not a number at 0"):
        find_root(lambda x: math.nan if abs(x) < 0.6 else x, -1, 1, precision=1e-15)


def test_a_search_without_end_is_refused():
    with pytest.raises(RuntimeError, match="no root was found in 100 steps"):
        find_root(lambda x: math.copysign(1, x), -1e300, 2e300, precision=1e-300)


def test_intervals_do_without_a_long_import():
    code = (
        "import sys; from tisstats.statistics import *\n"
        "for method in INTERVAL_METHODS: proportion_interval(8, 19, 0.95, method)\n"
        "print(sorted({'scipy.optimize', 'scipy.fft', 'scipy.stats'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
