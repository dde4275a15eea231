import pytest

from tisstats.figures.layout import Layout, Page
from tisstats.figures.small_multiples import Grid, PanelText


def test_panels_stand_in_rows_under_titles_that_end_at_the_panel():
    page = Page(Layout.PHONE)
    grid = Grid(page, 2, left=0.3, height=1.0)
    long = PanelText("A title that needs more than a line of its panel", "cm")
    top = page.y
    one, two, three = grid.add_panels([PanelText("Short", "kg"), long, long], foot=0.4)
    assert one.bottom == pytest.approx(two.bottom)
    assert three.bottom - one.bottom > 1.4
    assert (one.left, three.left) == pytest.approx((page.edge + 0.3,) * 2)
    assert two.left + two.width == pytest.approx(page.width - page.edge)
    assert page.y == pytest.approx(three.bottom + 0.4)
    places = {text.get_text(): text.get_position()[1] for text in page.axes.texts}
    assert places["Short"] > top + 0.2, "next to the last line of the longer title"
