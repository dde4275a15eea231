import pytest
from matplotlib.patches import Rectangle

from tisstats.figures.preview_card import HEIGHT, WIDTH, Card, CardInterval, describe, draw

CARD = Card(
    title="A study: told again",
    steps=(("30", "screened"), ("12", "treated"), ("5", "responded: 41.7%")),
    responders=5,
    patients=12,
    outcome="5 of 12 patients responded",
    intervals=(
        CardInterval("as printed", "13.4", "70.0", printed=True),
        CardInterval("recomputed", "15.2", "72.3", printed=False),
    ),
)


@pytest.fixture(scope="module")
def axes():
    (axes,) = draw(CARD).axes
    return axes


def test_it_has_the_size_that_previews_expect(axes):
    assert (WIDTH, HEIGHT) == (1200, 630)
    assert axes.figure.get_size_inches() * axes.figure.dpi == pytest.approx([WIDTH, HEIGHT])


def test_every_text_lies_inside(axes):
    axes.figure.canvas.draw()
    for text in axes.texts:
        box = text.get_window_extent()
        assert (box.x0 > 40) & (box.x1 < WIDTH - 40), text.get_text()
        assert (box.y0 > 20) & (box.y1 < HEIGHT - 20), text.get_text()


def test_no_text_overlaps_another(axes):
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    for number, box in enumerate(boxes):
        assert box.count_overlaps(boxes[number + 1 :]) == 0, axes.texts[number].get_text()


def test_as_many_squares_are_filled_as_patients_responded(axes):
    squares = [each for each in axes.patches if each.get_width() == each.get_height()]
    filled = [each for each in squares if each.get_facecolor()[3] > 0]
    assert (len(filled), len(squares)) == (5, 12)


def test_bars_are_to_scale(axes):
    printed, recomputed = (
        each for each in axes.patches if isinstance(each, Rectangle) and each.get_height() == 34
    )
    assert printed.get_linestyle() != recomputed.get_linestyle()
    assert printed.get_width() / recomputed.get_width() == pytest.approx(56.6 / 57.1)
    shift = (recomputed.get_x() - printed.get_x()) / printed.get_width()
    assert shift == pytest.approx(1.8 / 56.6)


def test_it_is_described_with_all_its_numbers():
    told = describe(CARD)
    assert "30 screened, 12 treated, 5 responded: 41.7%" in told
    assert "as printed: 13.4 to 70.0%; recomputed: 15.2 to 72.3%" in told


@pytest.mark.parametrize("responders", [-1, 13])
def test_more_responders_than_patients_are_refused(responders):
    from dataclasses import replace

    with pytest.raises(ValueError, match="responders must be from 0 to the 12 patients"):
        draw(replace(CARD, responders=responders))
