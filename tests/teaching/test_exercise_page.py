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
        assert_form_holds(section, exercise)
        (box,) = section.find_all("details")
        assert words(box.find("strong")) == exercise.answer
        assert [words(step) for step in box.find_all("li")] == list(exercise.steps)


def assert_form_holds(section, exercise):
    """Whether the form of an exercise or case has its answers, for the script."""
    (form,) = section.select("form.self-test")
    assert form.has_attr("hidden")
    assert form["aria-label"].endswith(f": {words(section.find('h3')).rstrip('#')}")
    for item, answer in zip(form.select(".self-test-item"), exercise.answers, strict=True):
        assert words(item.find("label")) == " ".join(answer.label.split())
        assert item["data-answer"] == answer.text
        assert json.loads(item["data-mistakes"]) == answer.mistakes
        assert [words(each) for each in item.select("option")][1:] == list(answer.choices)


def test_every_field_has_a_name_of_its_own_and_exercises_are_numbered_in_order(page):
    names = [field["id"] for field in page.select(".self-test input, .self-test select")]
    assert len(names) == len(set(names))
    titles = [words(each.find("h3")) for each in page.select("section[id^=exercise-]")]
    assert [int(title.split(".")[0]) for title in titles] == list(range(1, len(titles) + 1))


def test_notebooks_are_linked(page):
    links = [link["href"] for link in page.select('a[href*="_static/exercises/"]')]
    assert [link.rsplit("/", 1)[1] for link in links] == [
        "exercises.ipynb",
        "exercises_with_solutions.ipynb",
    ]


def test_notebooks_have_the_exercises_of_the_page_in_its_order(page, built_book):
    titles = [words(title).rstrip("#") for title in page.select("section[id] > h3")]
    for name in ("exercises.ipynb", "exercises_with_solutions.ipynb"):
        text = (built_book / "_static" / "exercises" / name).read_text(encoding="utf-8")
        sources = ("".join(cell["source"]) for cell in json.loads(text)["cells"])
        firsts = (source.split("\n", 1)[0] for source in sources)
        assert [first[4:] for first in firsts if first.startswith("### ")] == titles


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
    sections = page.select("section[id^=fresh-]")
    assert [section["id"] for section in sections] == [f"fresh-{case.key}" for case in cases]
    for section, case in zip(sections, cases, strict=True):
        assert section.find_parent("section")["id"] == case.level
        assert case.question in words(section)
        assert_form_holds(section, case)
        steps = [words(step) for step in section.select("details li")]
        assert steps == list(case.steps)
