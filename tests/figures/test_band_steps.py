from dataclasses import replace

import pytest

from tisstats.figures.band_steps import PointSteps, describe, draw
from tisstats.measures.core_set import CORE_SET

PATIENT = {"physician_global": (15, 7.5), "mmt": (16 / 260 * 100, 10), "enzyme": (134.04, 7.5)}
STEPS = [
    PointSteps(rule.name, rule.cutoffs, rule.points, *PATIENT.get(name, (-3.0, 0)))
    for name, rule in CORE_SET.items()
]
WITHOUT = [replace(steps, improvement=None, earned=None) for steps in STEPS]


@pytest.mark.parametrize("measures", [STEPS, WITHOUT[:1]])
def test_steps_are_legible(tidy, measures):
    tidy(draw, measures)


def test_a_step_is_as_high_as_its_points_from_its_cut_off_on():
    strength = draw(STEPS).axes[3]
    (steps,) = (line for line in strength.lines if line.get_drawstyle() == "steps-post")
    assert list(steps.get_xdata()) == [0, 2, 10, 20, 30, 50]
    assert list(steps.get_ydata()) == [0, 10, 20, 27.5, 32.5, 32.5]


def test_the_patient_is_on_each_measure_and_stays_on_the_axis(texts):
    figure = draw(STEPS)
    circles = [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for axes in figure.axes[1:]
        for line in axes.lines
        if line.get_marker() == "o"
    ]
    expected = [(15, 7.5), (0, 0), (16 / 2.6, 10), (0, 0), (50, 7.5), (0, 0)]
    assert circles == [pytest.approx(each) for each in expected]
    assert {"Patient: 134%, 7.5 points", "Patient: −3%, 0 points"} <= set(texts(figure))


def test_the_message_names_the_measure_that_weighs_most():
    assert describe(STEPS).startswith(
        "Manual muscle testing weighs most, up to 32.5 of 100 points; this patient earns 25 in all."
    )
    assert describe(WITHOUT).startswith(
        "Manual muscle testing weighs most, up to 32.5 of 100 points. Points by improvement"
    )
    assert "Circle" not in describe(WITHOUT)


def test_description_tells_every_step():
    told = describe(STEPS)
    assert (
        "Extramuscular activity: 0 points up to 5%, 7.5 above 5%, 12.5 above 15%, 15 above 25%, "
        "20 above 40%. Patient: −3%, 0 points." in told
    )


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="at least one measure"):
        describe([])
    with pytest.raises(ValueError, match=r"points of A must be one more than its 2 cut-offs"):
        PointSteps("A", (1, 2), (0, 1))
