"""The page as built shows exactly the questions and answers of the package, closed."""

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.build


def words(element):
    return " ".join(element.get_text().split())


@pytest.fixture(scope="module")
def page(built_book):
    html = (built_book / "book" / "teaching" / "exercises.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser").find("article")


def test_the_page_shows_exactly_the_computed_answers(page, by_key):
    sections = page.select("section section")
    assert len(sections) == len(by_key)
    for number, (section, exercise) in enumerate(
        zip(sections, by_key.values(), strict=True), start=1
    ):
        assert section["id"] == f"exercise-{exercise.key}"
        assert words(section.find("h2")).startswith(f"{number}. {exercise.title}")
        assert words(section.find("p")) == exercise.question
        (box,) = section.find_all("details")
        assert words(box.find("strong")) == exercise.answer
        assert [words(step) for step in box.find_all("li")] == list(exercise.steps)


def test_solutions_are_closed_until_asked_for(page):
    assert not any(box.has_attr("open") for box in page.find_all("details"))
