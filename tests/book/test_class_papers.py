"""Slides and sheets of the class in the built book: whole, with the book's figures and numbers."""

import io
import re
import stat
import zipfile
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tisstats.book.pages.class_bundle import ASSETS, BUNDLE, FOLDER, ROOT, bundle
from tisstats.book.pages.class_papers import PAPERS, PDF_PLACE, Picture, Place, papers
from tisstats.book.paper.press import Printed
from tisstats.book.paper.sheets import with_links
from tisstats.errors import DataError
from tisstats.teaching import class_tables
from tisstats.teaching.class_texts import class_texts

pytestmark = pytest.mark.build


def words(element):
    return " ".join(element.get_text(" ").split())


def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def texts(published):
    return class_texts(published)


@pytest.fixture(scope="module")
def made(built_book):
    """The files of the class, and the teacher's page, parsed."""
    folder = built_book / "_static" / FOLDER
    files = {name: folder / f"{name}.html" for name in PAPERS}
    files["page"] = built_book / "book" / "teaching" / "class.html"
    return {name: (path, parsed(path)) for name, path in files.items()}


@pytest.mark.parametrize("name", PAPERS)
def test_whatever_a_file_names_is_there_and_in_the_book(built_book, made, name):
    path, html = made[name]
    named = [
        element[attribute]
        for attribute in ("href", "src", "srcset")
        for element in html.find_all(attrs={attribute: True})
    ]
    assert named
    for address in named:
        parts = urlsplit(address)
        assert not parts.scheme, address
        assert not parts.netloc, address
        target = (path.parent / unquote(parts.path)).resolve()
        assert target.is_relative_to(built_book.resolve()), address
        assert target.is_file(), address
        if parts.fragment:
            assert parsed(target).find(id=parts.fragment), address


@pytest.mark.parametrize("name", PAPERS)
def test_a_file_holds_no_script_handler_or_style_of_its_own(made, name):
    _, html = made[name]
    assert [script for script in html.find_all("script") if not script.get("src")] == []
    assert html.find_all("style") == []
    for element in html.find_all(True):
        assert not [key for key in element.attrs if key.startswith("on") or key == "style"]


def test_links_of_the_teachers_page_lead_to_slides_that_are_there(made, texts):
    (_, page), (_, slides) = made["page"], made["slides"]
    there = {slide["id"] for slide in slides.select("section.slide")}
    assert there == {f"slide-{number}" for number in range(1, len(texts.slides) + 1)}
    linked = {link["href"].partition("#")[2] for link in page.select('a[href*="slides.html#"]')}
    assert linked <= there
    steps = [step for plan in texts.plans for step in plan.steps if step.slides]
    (answer,) = (at for at, slide in enumerate(texts.slides, start=1) if slide.answers)
    assert linked == {f"slide-{step.slides[0]}" for step in steps} | {f"slide-{answer}"}
    link = page.select_one(f'a[href$="#slide-{answer}"]')
    assert words(link) == f"slide {answer}"
    assert "model answer on" in words(link.parent)


def test_slides_show_what_the_texts_say_and_their_figures(made, texts):
    _, html = made["slides"]
    sections = html.select("section.slide")
    for number, (slide, section) in enumerate(zip(texts.slides, sections, strict=True), start=1):
        assert words(section.h2) == slide.title
        assert words(section.select_one(".slide-notes")).startswith(slide.notes)
        assert words(section.select_one(".slide-foot")).endswith(f"{number} / {len(sections)}")
        shown = words(section)
        for text in (*slide.text, *slide.points, *filter(None, (slide.ask, slide.quote))):
            assert text in shown
        images = section.find_all("img")
        assert len(images) == bool(slide.figure)
        if slide.figure:
            assert images[0]["src"] == f"{slide.figure}.svg"
            assert section.source["srcset"] == f"{slide.figure}-phone.svg"
            assert len(images[0]["alt"]) > 100
            assert words(section.figcaption)


def test_a_synthetic_figure_keeps_its_label(made):
    _, html = made["slides"]
    for image in html.find_all("img"):
        if "ynthetic" in image["alt"]:
            assert "ynthetic" in words(image.find_parent("figure").figcaption)


def rows_of(table):
    return [tuple(words(cell) for cell in row.find_all(["th", "td"])) for row in table.select("tr")]


def test_sheets_hold_the_rules_and_only_their_own_layout(made, texts):
    (_, handout), (_, sheet) = made["handout"], made["sheet"]
    for paper in (handout, sheet):
        tables = {words(table.caption): rows_of(table) for table in paper.find_all("table")}
        for rule in (*map(class_tables.bands, (True, False)), class_tables.categories()):
            assert tables[rule.caption] == [rule.columns, *rule.rows]
    assert len(handout.select("section.a4")) == PAPERS["handout"].sheets
    assert len(sheet.select("section.a4")) == PAPERS["sheet"].sheets
    assert "not an official form" in words(sheet)
    titles = [words(title) for title in handout.select(".questions h2")]
    first = [texts.tasks[key].title for key in ("percent", "total", "enzyme", "missing", "ceiling")]
    last = [texts.tasks[key].title for key in ("placebo", "endpoint")]
    own = ["How precise is that proportion?", *last, "What does the pilot study show?"]
    assert titles == first + own
    for key in ("percent", "total"):
        assert texts.solved[key].question in words(handout)
    # Intervals are read from the slides, and the guess comes before the counts.
    assert not re.search(r"21 of 48|37 of 47|20\.3|15\.5", words(handout))


def test_the_hand_out_gives_no_answer_away(made, texts):
    _, handout = made["handout"]
    for key in ("percent", "total", "missing", "ceiling", "interval", "placebo"):
        assert texts.solved[key].answer not in words(handout)


def test_the_teachers_page_has_both_plans_and_every_answer(made, texts):
    _, page = made["page"]
    shown = words(page.find("article"))
    for plan in texts.plans:
        table = page.select_one(f"#table-plan_{plan.key}, [data-name=plan_{plan.key}]")
        tables = [each for each in page.find_all("table") if plan.title in words(each.caption)]
        assert table or tables
        minutes = [int(row[1]) for row in rows_of(tables[0])[1:]]
        assert sum(minutes) == plan.minutes
        for step in plan.steps:
            for task in step.tasks:
                if not task.is_open:
                    assert task.answer[0] in shown
    assert texts.plan("short").late in shown
    assert texts.sample.text in shown
    for mistake in texts.mistakes:
        assert mistake.said in shown
        assert mistake.answer in shown


@pytest.fixture(scope="module")
def unpacked(built_book, tmp_path_factory):
    """The folder that unpacking the class on a disk makes."""
    folder = tmp_path_factory.mktemp("disk")
    with zipfile.ZipFile(built_book / "_static" / BUNDLE) as archive:
        archive.extractall(folder)
    (made,) = folder.iterdir()
    assert made.name == ROOT
    return made


def test_the_class_in_one_file_has_all_that_its_pages_name_and_nothing_else(made, unpacked):
    _, page = made["page"]
    assert page.select_one(f'a[href$="{BUNDLE}"][download]')
    pages = {path.name for path in unpacked.glob("*.html")}
    assert pages == {*(f"{name}.html" for name in PAPERS), "sets.html", "sets_key.html"}
    used = set()
    for path in unpacked.glob("*.html"):
        html = parsed(path)
        for attribute in ("href", "src", "srcset"):
            for element in html.find_all(attrs={attribute: True}):
                parts = urlsplit(element[attribute])
                assert not parts.scheme, element
                assert not parts.netloc, element
                if parts.path:
                    target = path.parent / unquote(parts.path)
                    assert target.is_file(), element
                    used.add(target.relative_to(unpacked).as_posix())
    there = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*.*")}
    assert there == used | pages
    for style in unpacked.rglob("*.css"):
        assert "url(" not in style.read_text(encoding="utf-8")


def test_the_unpacked_pages_say_what_those_of_the_book_say(made, unpacked):
    for name in PAPERS:
        here, (_, there) = parsed(unpacked / f"{name}.html"), made[name]
        # A link of the book is plain words there.
        assert "".join(words(here.body).split()) == "".join(words(there.body).split())


@pytest.fixture
def static(tmp_path):
    """The static files of a book that the class in one file takes from there."""
    for name in ("slides.css", "slides.js", "class_paper.css", "class_plan.css", "favicon.svg",
                 "exercises/sets.html", "exercises/sets_key.html"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def test_the_same_class_is_the_same_file(static):
    one, two = (bundle(static, {"slides.html": "é"}, {"a.svg": "<svg/>"}) for _ in range(2))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.read(f"{ROOT}/slides.html").decode() == "é"
        assert archive.read(f"{ROOT}/{ASSETS}/a.svg") == b"<svg/>"
    (static / "slides.js").unlink()
    with pytest.raises(FileNotFoundError):
        bundle(static, {}, {})


def test_what_is_unpacked_can_be_read(static):
    content = bundle(static, {"slides.html": ""}, {"a.svg": ""})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        modes = {stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()}
    assert modes == {0o644}


def test_a_figure_that_there_is_not_is_named_in_one_line(texts):
    picture = Picture("<svg/>", "<svg/>", "words", "source", 1, 1)
    known = {slide.figure: picture for slide in texts.slides if slide.figure}
    lost = next(iter(known))
    with pytest.raises(DataError, match=f"its figure '{lost}' is not one of: ") as caught:
        papers(Place(""), texts, {name: known[name] for name in known if name != lost}, "A", "")
    assert len(caught.value.faults) == 1


def test_the_plan_says_what_the_teachers_page_says_and_has_every_model_answer(made, texts):
    _, plan = made["plan"]
    shown = words(plan.main)
    for step in texts.plan("short").steps:
        for text in (step.title, step.teacher, step.students, step.expected):
            assert " ".join(text.split()) in shown
        assert f"{step.start} to {step.end} min" in shown
    for task in texts.tasks.values():
        for answer in task.answer if task.is_open else ():
            assert answer in shown
    for mistake in texts.mistakes:
        assert " ".join(mistake.answer.split()) in shown


def test_a_link_to_a_pdf_takes_the_place_that_is_kept_for_it_once():
    place = PDF_PLACE.format(name="sheet")
    page = f"<p>{place}{PDF_PLACE.format(name='slides')}</p>"
    printed = {"sheet": Printed(b"x" * 40_400, 1, [])}
    filled = with_links(page, printed)
    assert 'href="../../_static/class/sheet.pdf" download>Scoring sheet as PDF</a>' in filled
    assert "(1 page, 40 kB)" in filled
    assert with_links(filled, printed) == filled
    assert PDF_PLACE.format(name="slides") in filled
