"""The page as built shows exactly the questions and answers of the package, closed."""

import json

import pytest
from bs4 import BeautifulSoup

from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.open_questions import levels, open_questions

pytestmark = pytest.mark.build


def words(element):
    return " ".join(element.get_text().split())


@pytest.fixture(scope="module")
def page(built_book):
    html = (built_book / "book" / "teaching" / "exercises.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser").find("article")


def test_the_page_shows_exactly_the_computed_answers(page, by_key):
    assert len(page.select("section[id^=exercise-]")) == len(by_key)
    for number, exercise in enumerate(by_key.values(), start=1):
        section = page.select_one(f"section#{exercise.level} section#exercise-{exercise.key}")
        assert words(section.find("h3")).startswith(f"{number}. {exercise.title}")
        minutes, question = section.find_all("p", recursive=False)
        assert words(minutes) == f"About {exercise.minutes} minutes."
        assert words(question) == exercise.question
        (box,) = section.find_all("details")
        assert words(box.find("strong")) == exercise.answer
        assert [words(step) for step in box.find_all("li")] == list(exercise.steps)


def test_solutions_are_closed_until_asked_for(page):
    assert not any(box.has_attr("open") for box in page.find_all("details"))


def test_open_questions_stand_in_their_level_with_a_folded_model_answer(page):
    assert [level.key for level in levels()] == [
        section["id"] for section in page.select("section > section") if section.find("h2")
    ]
    for question in open_questions():
        section = page.select_one(f"section#{question.level} section#question-{question.key}")
        assert words(section.find_all("p", recursive=False)[1]) == question.question
        assert [words(point) for point in section.select("details li")] == list(question.answer)


def test_fresh_cases_hold_their_answers_for_the_script(page):
    cases = fresh_cases(2026)
    forms = page.select("form.self-test")
    assert len(forms) == len(cases)
    for form, case in zip(forms, cases, strict=True):
        assert form.has_attr("hidden")
        # Sphinx sets typographic apostrophes.
        assert case.question in words(form.parent).replace("’", "'")
        items = form.select(".self-test-item")
        for item, answer in zip(items, case.answers, strict=True):
            assert item["data-answer"] == answer.text
            assert json.loads(item["data-mistakes"]) == answer.mistakes
        assert [words(step) for step in form.parent.select("details li")] == list(case.steps)
