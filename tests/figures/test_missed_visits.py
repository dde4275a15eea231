import pytest
from matplotlib.colors import to_rgba

from tisstats.figures.missed_visits import RuleCurve, describe, draw
from tisstats.figures.palette import VERMILION

CURVES = [
    RuleCurve("non-response", [0.81, 0.67, 0.54], [0.03, 0.04, 0.079]),
    RuleCurve("left out", [0.81, 0.78, 0.72], [0.03, 0.04, 0.037]),
    RuleCurve("bounds", [0.81, 0.36, 0.004], [0.03, 0.01, 0.0]),
]
SETTINGS = {
    "shares": (0.0, 0.1, 0.2),
    "stated_share": 0.2,
    "patients": 34,
    "alpha": 0.05,
    "power_pattern": "in both arms alike",
    "error_pattern": "in the placebo arm only",
}


@pytest.mark.parametrize(
    "curves",
    [
        CURVES,
        CURVES[:1],
        [RuleCurve(label, [0.5] * 3, [0.05] * 3) for label in ("one", "another", "a third")],
        [RuleCurve(label, [1, 0, 0], [0, 0.4, 1]) for label in ("one", "another", "a third")],
    ],
)
def test_panels_are_legible_also_where_lines_end_together(tidy, curves):
    tidy(draw, curves, **SETTINGS)


def test_lines_are_at_their_values_and_the_nominal_error_is_dotted():
    power, error = draw(CURVES, **SETTINGS).axes[1:]
    for axes, name in ((power, "power"), (error, "type_one_error")):
        drawn = [line for line in axes.lines if line.get_marker() in ("o", "s", "D")]
        assert len(drawn) == len(CURVES)
        for line, curve in zip(drawn, CURVES, strict=True):
            assert line.get_xdata() == pytest.approx([0, 10, 20])
            assert line.get_ydata() == pytest.approx([100 * p for p in getattr(curve, name)])
    dotted = [line for line in error.lines if line.get_color() == VERMILION]
    assert [line.get_ydata()[0] for line in dotted] == pytest.approx([5])
    assert not [line for line in power.lines if line.get_color() == VERMILION]
    assert power.get_ylim() == pytest.approx((0, 100))
    assert error.get_ylim() == pytest.approx((0, 12))
    colours = {to_rgba(line.get_color()) for line in drawn}
    assert len(colours) == len(CURVES)


def test_the_title_has_the_range_of_power_and_the_largest_error():
    told = describe(CURVES, **SETTINGS)
    assert told.startswith(
        "With 20% of visits missed in both arms alike, power is <1% to 72% instead of 81%; missed "
        "in the placebo arm only, the type I error reaches 8%."
    )
    assert "left out: power 81.0, 78.0, 72.0% if missed in both arms alike" in told
    assert describe(CURVES[:1], **SETTINGS).startswith("With 20% of visits missed in both")
    assert describe(CURVES, **SETTINGS | {"stated_share": 0.1}).startswith(
        "With 10% of visits missed in both arms alike, power is 36% to 78% instead of 81%; missed "
        "in the placebo arm only, the type I error reaches 4%."
    )


def test_no_rule_is_refused():
    for function in (draw, describe):
        with pytest.raises(ValueError, match="curves must contain at least one rule"):
            function([], **SETTINGS)
