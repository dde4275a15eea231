from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tisstats.figures.paired_changes import describe, draw
from tisstats.figures.palette import BLUE, MUTED
from tisstats.measures.scales import Scale
from tisstats.trial.paired_values import Middle, PairedValues

STAMP = "Synthetic patients: not real patients"


def pairs(name, before, after, high=10, better="lower", measure="haq"):
    scale = Scale(name, name, 0, high, Fraction(1, 10), "cm", better, "")
    values = [np.array(each, dtype=float) for each in (before, after)]
    middles = [
        Middle(*np.quantile(each, [0.25, 0.5, 0.75])) if len(each) else Middle(*[np.nan] * 3)
        for each in values
    ]
    return PairedValues(measure, scale, 30, *values, *middles)


PAIN = pairs("Pain", [8, 6, 4], [2, 6, 5])
FORCE = pairs("Force of the hand", [20, 31, 140], [30, 32, 150], None, "higher")
ENZYME = pairs("Enzyme", [30, 2400, 71000], [45, 100, 900], None, measure="ck")
NOBODY = pairs("Not measured", [], [])
MEASURES = [PAIN, FORCE, ENZYME, NOBODY]

draws = np.random.default_rng(1)
MANY = [pairs("Pain", draws.uniform(0, 10, 300), draws.uniform(0, 10, 300))] * 2
ONE = [pairs("Pain", [8], [2]), pairs("Enzyme", [200], [100], None, measure="ck")]
NO_MEDIAN = [PairedValues("haq", PAIN.scale, 3, PAIN.before, PAIN.after, *[NOBODY.at_end] * 2)]
CASES = {
    "five measures": {"all": [*MEASURES, PAIN]},
    "one patient": {"all": ONE},
    "300 patients": {"active": MANY, "placebo": MANY},
    "long label": {"A dose that takes more than one line": MEASURES, "Placebo": MEASURES},
    "no room for labels": {f"Immunosuppressant{n}": MEASURES[2:] for n in range(4)},
    "eight": {f"Dose {n}": MEASURES[1:3] for n in range(8)},
    "no median": {"all": NO_MEDIAN},
    "zeros": {"all": [pairs("Enzyme", [0, 1], [0, 2], None, measure="ck")]},
}


@pytest.mark.parametrize("groups", CASES.values(), ids=CASES)
def test_panels_are_legible(tidy, groups):
    tidy(draw, groups, stamp=STAMP)


def test_panels_of_quartiles_are_legible(tidy):
    tidy(draw, CASES["long label"], single=False, stamp=STAMP)


def test_a_panel_has_a_line_for_each_patient_and_the_medians():
    axes = draw({"all": MEASURES}).axes[1]
    thin = [line.get_ydata()[:2] for line in axes.lines if line.get_color() == MUTED]
    assert [tuple(line) for line in thin] == [(8, 2), (6, 6), (4, 5)]
    thick = [list(line.get_ydata()) for line in axes.lines if line.get_color() == BLUE]
    assert thick == [[6, 5], [6], [5]]
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert faces[0] != faces[1], "open at baseline, filled at the end"


def test_a_scale_that_begins_below_zero_has_a_minus_sign():
    score = pairs("Norm-based score", [20, 35], [40, 50], 70, "higher")
    scale, none = replace(score.scale, low=-10), NOBODY.at_end
    below = PairedValues("chq_phs", scale, 2, score.before, score.after, none, none)
    axes = draw({"all": [below]}).axes[1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["−10", "30", "70"]


def test_every_line_of_many_patients_is_drawn_in_few_paths():
    axes = draw({"all": MANY}).axes[1]
    thin = [line for line in axes.lines if line.get_color() == MUTED]
    drawn = [y for line in thin for y in np.asarray(line.get_ydata()).reshape(-1, 3)[:, 0]]
    assert len(thin) <= 30
    assert drawn == list(MANY[0].before)


def test_the_better_end_is_on_top_of_the_whole_range():
    pain, force, enzyme, _ = draw({"all": MEASURES}).axes[1:]
    low, high = pain.get_ylim()
    assert low > 10 > 0 > high
    low, high = force.get_ylim()
    assert low < 0 < 150 < high
    assert enzyme.get_yscale() == "log"
    low, high = enzyme.get_ylim()
    assert low > 100_000 > 10 > high
    zeros = draw(CASES["zeros"]).axes[1]
    assert zeros.get_yscale() == "linear"


def test_single_patients_are_left_out_where_they_are_not_shown(texts):
    figure = draw({"all": MEASURES}, single=False)
    assert not any(line.get_color() == MUTED for axes in figure.axes[1:] for line in axes.lines)
    assert len(figure.axes[1].collections) == 1
    assert any("Band: first to third quartile" in text for text in texts(figure))
    assert "a band between the quartiles" in describe({"all": MEASURES}, single=False)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"all": MEASURES}, "More patients improved than worsened in 2 of 4 measures"),
        ({"all": [NOBODY]}, "More patients improved than worsened in 0 of 1 measure"),
        (
            {"Active": [PAIN, FORCE], "Placebo": [PAIN, NOBODY]},
            "Measures in which more patients improved than worsened: 1 of 2 (Active) and 0 of 2 "
            "(Placebo)",
        ),
        (
            CASES["eight"],
            "Measures in which more patients improved than worsened: 2 of 2 (8 arms)",
        ),
    ],
)
def test_the_message_counts_measures(groups, message):
    assert describe(groups).startswith(f"{message}. Baseline (left) and end (right)")


def test_labels_without_room_are_numbered_and_explained(texts):
    written = texts(draw(CASES["no room for labels"]))
    assert "3 n=3" in written
    assert any("2: Immunosuppressant1; 3: Immunosuppressant2" in text for text in written)


def test_description_tells_every_group():
    told = describe({"Active": [PAIN], "Placebo": [NOBODY]}, stamp=STAMP)
    assert told.startswith(f"{STAMP}. ")
    assert (
        "Pain, cm: Active, n=3, median 6 before and 5 after, 1 improved, 1 unchanged, 1 worsened; "
        "Placebo, nobody measured at both times." in told
    )


@pytest.mark.parametrize("groups", [{}, {"all": []}])
def test_nothing_is_refused(groups):
    with pytest.raises(ValueError, match="groups must contain at least one"):
        draw(groups)
