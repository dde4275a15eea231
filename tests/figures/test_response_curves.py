import numpy as np
import pytest

from tisstats.figures.response_curves import ResponseCurve, describe, draw

STAMP = "Synthetic patients: not real patients"
GIVEN = {
    "response": "Total Improvement Score of at least 40",
    "horizon": 24,
    "confidence_level": 0.95,
}
AT_RISK = {0: 60, 4: 60, 12: 35, 24: 11}
WEEKS, SHARES = np.array([4.0, 12, 24]), np.array([0.3, 0.3, 0.8])


def curve(label="Active treatment", shares=SHARES, **limits):
    return ResponseCurve(label, 60, WEEKS[: len(shares)], shares, AT_RISK, **limits)


LIMITS = {"low": np.array([0.1, np.nan, 0.5]), "high": np.array([0.5, np.nan, 0.95])}
EMPTY = ResponseCurve("Empty", 0, np.array([]), np.array([]), {0: 0, 24: 0})
CASES = {
    "one": [curve()],
    "one with limits": [curve(**LIMITS)],
    "two": [curve(**LIMITS), curve("Placebo", SHARES / 4)],
    "eight": [curve(f"Dose {number}", SHARES / (1 + number)) for number in range(8)],
    "long label": [curve("A dose of the treatment that takes more than one line " * 2)],
    "censored early": [curve(shares=SHARES[:2])],
    "with open visits": [
        curve(if_open=(0.95, 0.314)),
        curve("Placebo", SHARES / 4, if_open=(0.2, 0.2)),
    ],
    "nobody": [EMPTY],
    "nobody responded": [curve(shares=0 * SHARES)],
    "many": [
        ResponseCurve(
            "Weekly",
            1000,
            np.arange(1.0, 25),
            np.arange(1, 25) / 25,
            {week: 1000 - week for week in range(25)},
        )
    ],
}


@pytest.mark.parametrize("curves", CASES.values(), ids=CASES)
def test_curves_are_legible(tidy, curves):
    tidy(draw, curves, stamp=STAMP, **GIVEN)


def test_curves_are_steps_from_zero_with_the_numbers_at_risk_below(texts):
    figure = draw(CASES["two"], **GIVEN)
    steps = [line for line in figure.axes[1].lines if line.get_drawstyle() == "steps-post"]
    assert list(steps[0].get_xdata())[:4] == [0, 4, 12, 24]
    assert list(steps[0].get_ydata())[:4] == pytest.approx([0, 30, 30, 80])
    assert len(figure.axes[1].collections) == 0
    found = texts(figure)
    assert "Active treatment (n=60): 80% by week 24" in found
    for count in AT_RISK.values():
        assert found.count(str(count)) >= 2


def test_of_bounds_the_title_has_both_readings_of_open_visits_and_not_the_curve():
    said = describe(CASES["with open visits"], **GIVEN)
    assert said.startswith(
        "By week 24, the cumulative incidence was 95% or 31% (Active treatment) and 20% (Placebo), "
        "depending on whether all open visits are taken as no response or all as one; the curves "
        "censor patients there. "
    )


def test_an_incidence_that_is_not_known_at_the_horizon_is_not_said_to_be():
    short = curve(shares=SHARES[:2], known_until=12)
    said = describe([short, curve("Placebo", SHARES / 4)], **GIVEN)
    assert said.startswith(
        "By week 24, the cumulative incidence was 20% (Placebo); it is not known for Active "
        "treatment after week 12 (30% by then). "
    )
    assert describe([short], **GIVEN).startswith(
        "The cumulative incidence is not known for Active treatment after week 12 (30% by then). "
    )
    nan = curve(shares=SHARES[:2], known_until=12, if_open=(0.3, np.nan))
    assert describe([nan], **GIVEN) == describe([short], **GIVEN)


def test_a_curve_ends_at_the_last_observed_week():
    (axes,) = draw(CASES["censored early"], **GIVEN).axes[1:]
    (line,) = (line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert max(line.get_xdata()) == 12


def test_limits_are_drawn_of_a_single_arm_only(texts):
    one, two = (draw(CASES[name], **GIVEN) for name in ("one with limits", "two"))
    assert len(one.axes[1].collections) == 1
    assert any("Shaded: 95% pointwise" in text for text in texts(one))
    assert not any("Shaded" in text for text in texts(two))


def test_description_has_each_step_and_the_numbers_at_risk():
    said = describe([*CASES["one with limits"]], stamp=STAMP, **GIVEN)
    assert said.startswith(
        f"{STAMP}. By week 24, the cumulative incidence was 80% (Active treatment). Step curves"
    )
    assert (
        "Active treatment (n=60): 30.0% by week 4, 80.0% by week 24; at risk 60 at week 0" in said
    )
    assert "Shaded: 95%" in said
    nobody = describe([EMPTY], **GIVEN)
    assert nobody.startswith("There are no patients up to week 24. ")
    assert "Empty (n=0): no response" in nobody
    assert "Empty" not in describe([*CASES["two"], EMPTY], **GIVEN).partition(". ")[0]


def test_no_arm_is_refused():
    for function in (draw, describe):
        with pytest.raises(ValueError, match="at least one arm"):
            function([], **GIVEN)
