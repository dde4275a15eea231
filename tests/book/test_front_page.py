"""The front page: the counts that it lists add up to the total that it names."""

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.build


def test_the_verdicts_on_the_front_page_add_up_to_its_distinct_numbers(built_book):
    page = BeautifulSoup((built_book / "book" / "intro.html").read_text("utf-8"), "html.parser")
    items = page.find_all("li")
    (item,) = (each for each in items if each.get_text().startswith("What can be reproduced."))
    texts = [value.get_text() for value in item.select(".pasted-text")]
    total, places, *rest = (int(text) for text in texts if text.isdecimal())
    reproduced, rounding, not_reproduced, checks, attainable, not_attainable, stated = rest
    verdicts = (reproduced, rounding, not_reproduced, attainable, not_attainable, stated)
    assert sum(verdicts) == total < places
    assert 0 < checks <= reproduced + rounding + not_reproduced
