import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.figures.layout import Page, require_rows, text_height, text_width, wrap

sentences = st.lists(st.text("abcdefgWWiil", min_size=1, max_size=12), max_size=12).map(" ".join)


@given(sentences, st.floats(0.5, 4.0))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    wrapped = wrap(text, width)
    assert all(text_width(line) <= width for line in wrapped.split("\n"))
    assert "".join(wrapped.split()) == "".join(text.split())


def test_own_line_breaks_are_kept():
    assert wrap("one\ntwo", 4) == "one\ntwo"


def test_word_wider_than_the_room_is_broken_between_letters():
    lines = wrap("immunoglobulins", 0.5).split("\n")
    assert len(lines) > 1
    assert "".join(lines) == "immunoglobulins"


def test_empty_text_has_no_height():
    assert text_height("") == pytest.approx(0)
    assert text_height("a\nb") == pytest.approx(2 * text_height("a"))


def test_bold_and_larger_text_is_wider():
    assert text_width("patients", bold=True) > text_width("patients")
    assert text_width("patients", 12) > text_width("patients", 10)


def test_a_page_counts_inches_from_the_top_left_and_is_cut_below_its_last_text():
    page = Page(top=1)
    page.write_paragraph("at least moderate improvement " * 4)
    figure = page.finish(0.5)
    height = figure.get_figheight()
    assert height == pytest.approx(page.y + 0.5, abs=0.005)
    assert page.y >= 1 + 2 * text_height("0") - 1e-9
    assert page.axes.get_xlim() == pytest.approx((0, figure.get_figwidth()))
    assert page.axes.get_ylim() == pytest.approx((height, 0))


def test_a_panel_stays_where_it_was_put_when_the_page_is_cut():
    page = Page(top=4)
    axes = page.add_panel(0.5, 1, 2, 1.5)
    figure = page.finish(0.0)
    box = axes.get_position()
    assert box.x0 * figure.get_figwidth() == pytest.approx(0.5)
    assert (1 - box.y1) * 4 == pytest.approx(1)
    assert box.height * 4 == pytest.approx(1.5)


def test_a_label_that_would_leave_the_page_is_moved_inwards():
    page = Page()
    width = page.figure.get_figwidth()
    assert page.keep_inside(2, "42.1%") == pytest.approx(2)
    assert text_width("42.1%") / 2 < page.keep_inside(0, "42.1%") < 0.5
    assert width - 0.5 < page.keep_inside(width, "42.1%") < width - text_width("42.1%") / 2


def test_drawn_text_is_no_wider_than_measured():
    page = Page()
    figure = page.finish(1)
    for size in (10, 11, 15):
        text = page.write(0, 0, "The quick brown fox, 42.1% (19.6–64.6)", size)
        drawn = text.get_window_extent().width / figure.dpi
        assert drawn <= text_width(text.get_text(), size)


def test_dollar_signs_stay_as_they_are():
    assert not Page().write(0, 0, "$a$").get_parse_math()


def test_nothing_is_not_drawn():
    with pytest.raises(ValueError, match="rows must contain at least one study"):
        require_rows([], "rows", "study")
