"""The figures of the slides: what they say, by hand calculation; legible on a slide and a phone."""

from math import comb

import pytest

from tests.figures.conftest import check_legible
from tisstats.chapters.class_figures import slide_figures
from tisstats.figures.layout import Layout
from tisstats.figures.palette import SMALL_SIZE
from tisstats.teaching.class_texts import class_texts

NAMES = ("courses", "grid", "interval", "arms", "placebo")
#: What a projector of 1280 pixels leaves for a figure at the least, and its smallest letters.
ROOM, LETTERS = (1160, 455), 24


@pytest.fixture(scope="module")
def figures(published):
    return slide_figures(published)


def test_there_are_the_figures_that_the_slides_name_and_no_other(figures, published):
    named = {slide.figure for slide in class_texts(published).slides} - {""}
    assert set(figures) == named == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_legible_on_a_slide_and_on_a_phone(figures, name):
    figure = figures[name]
    for drawn, layout in ((figure.wide, Layout.SLIDE), (figure.phone, Layout.PHONE)):
        assert drawn.get_figwidth() == pytest.approx(layout.width)
        check_legible(drawn)
    wide, high = (96 * inches for inches in figure.wide.get_size_inches())
    smallest = SMALL_SIZE * 96 / 72
    assert smallest * min(ROOM[0] / wide, ROOM[1] / high) > LETTERS - 0.5


#: Points of each band, and where bands end, as Aggarwal et al. 2017 print them.
STRENGTH = {2: 0, 10: 10, 20: 20, 30: 27.5, 100: 32.5}
OTHERS = {
    5: (0, 0, 0, 0, 0),
    15: (7.5, 2.5, 5, 2.5, 7.5),
    25: (15, 5, 7.5, 5, 12.5),
    40: (17.5, 7.5, 7.5, 7.5, 15),
    100: (20, 10, 10, 7.5, 20),
}


def test_the_grid_adds_the_points_of_strength_and_of_the_others(figures):
    alt = figures["grid"].alt
    rows = [row.split(": ", 1)[1] for row in alt.split("Row ")[1:]]
    assert len(rows) == len(OTHERS)
    short = 0
    for row, others in zip(rows, OTHERS.values(), strict=True):
        cells = [float(cell.split(" (")[0]) for cell in row.rstrip(". ").split(", ")]
        assert cells == [points + sum(others) for points in STRENGTH.values()]
        short += sum(cell < 40 for cell in cells)
    assert f"Hatched: {short} of 25 cells, those below 40." in alt


def limits(responders, patients):
    """The exact 95% limits, per cent, by halving: each tail has 2.5%."""

    def tail(at, counts):
        return sum(comb(patients, k) * at**k * (1 - at) ** (patients - k) for k in counts)

    found = []
    for counts, rises in (
        (range(responders, patients + 1), True),
        (range(responders + 1), False),
    ):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            if (tail(middle, counts) < 0.025) == rises:
                low = middle
            else:
                high = middle
        found.append(f"{100 * low:.1f}")
    return "–".join(found)


def test_intervals_are_those_of_the_binomial_distribution(figures):
    interval, placebo = figures["interval"].alt, figures["placebo"].alt
    assert f"Clopper-Pearson, highlighted: 42.1% ({limits(8, 19)})." in interval
    assert "As printed: 42.0% (19.6–64.6)." in interval
    assert "assumed in planning: 60%" in interval
    for trial, threshold, responders, patients in (
        ("ProDERM", 20, 21, 48),
        ("ProDERM", 40, 11, 48),
        ("ALKIVIA", 20, 31, 42),
        ("ALKIVIA", 40, 20, 42),
    ):
        inferred = ", inferred" if (trial, threshold) != ("ProDERM", 20) else ""
        row = f"{trial} ≥ {threshold}{inferred}: "
        share = f"{100 * responders / patients:.1f}% ({limits(responders, patients)})."
        assert row + share in placebo
    assert "ProDERM and ALKIVIA phase 2" in figures["placebo"].caption


def test_arms_are_one_trial_at_each_threshold_with_what_is_inferred(figures):
    arms = figures["arms"]
    for words in ("79% v 44% (37/47 v 21/48)", "68% v 23% (32/47 v 11/48, inferred)",
                  "32% v 8% (15/47 v 4/48, inferred)"):  # fmt: skip
        assert words in arms.alt
    assert "ALKIVIA" not in arms.alt
    assert "ProDERM, week 16" in arms.caption


def test_synthetic_courses_say_so_in_the_drawing_the_words_and_the_caption(figures):
    courses = figures["courses"]
    label = "Synthetic patients (the reference cohort): not real patients"
    for drawn in (courses.wide, courses.phone):
        written = [text.get_text().replace("\n", " ") for text in drawn.axes[0].texts]
        assert label in written
    assert courses.alt.startswith(label + ". 8 of 19 patients reached 40 points by week 9. ")
    assert courses.caption.startswith(label)
