from math import comb

import pytest

from tisstats.lim2021.response import response_count
from tisstats.teaching import placebo


@pytest.fixture
def arms(published):
    return [placebo.Arm.read(published, arm) for arm in (placebo.TREATED, placebo.PLACEBO)]


def test_arms_are_the_published_counts(arms):
    assert [(arm.responders, arm.patients) for arm in arms] == [(37, 47), (21, 48)]


@pytest.mark.parametrize("method", placebo.DIFFERENCE_METHODS)
def test_every_interval_holds_the_difference_and_excludes_zero(arms, method):
    found = placebo.arm_difference(*arms, confidence_level=0.95, method=method)
    assert 0 < found.low < found.estimate < found.high < 1
    assert found.estimate == pytest.approx(37 / 47 - 21 / 48)


def test_the_interval_of_miettinen_and_nurminen_is_not_that_of_statsmodels(arms):
    # statsmodels 0.15 takes a count for a group size in its cubic, and gives 0.154 to 0.522.
    found = placebo.arm_difference(*arms, confidence_level=0.95, method="miettinen-nurminen")
    assert (round(found.low, 3), round(found.high, 3)) == pytest.approx((0.156, 0.518))


def test_a_lower_level_gives_a_narrower_interval(arms):
    wide, narrow = (
        placebo.arm_difference(*arms, confidence_level=confidence_level)
        for confidence_level in (0.95, 0.8)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_an_unknown_method_is_refused(arms):
    with pytest.raises(ValueError, match=r"method must be one of newcombe, .*got 'exact'"):
        placebo.arm_difference(*arms, confidence_level=0.95, method="exact")


def test_chance_of_so_many_responders_by_adding_up(published):
    chance = sum(comb(19, k) * 0.3**k * 0.7 ** (19 - k) for k in range(8, 20))
    assert placebo.probability_of_at_least(response_count(published), 0.3) == pytest.approx(chance)
