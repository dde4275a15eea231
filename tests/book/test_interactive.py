"""Parts that scripts draw: complete without a script, and their data in files of their own."""

import json
import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from tests.chapters.test_another_cohort import FEW
from tisstats.book.pages.items import item_html
from tisstats.book.site.interactive import data_script, load_interactive
from tisstats.bounds import ensemble_values, join_spread, read_bounds
from tisstats.bounds.spread import describe_spread
from tisstats.chapters.another_choice import choices
from tisstats.chapters.another_cohort import cohort_series
from tisstats.chapters.moving_patient import moving_patient
from tisstats.chapters.page import Interactive
from tisstats.synthetic import Ensemble
from tisstats.teaching.worked_patient import WorkedPatient


@pytest.fixture(scope="module")
def items(published):
    whole = Ensemble.read()
    few = Ensemble.of([whole.cohort(index) for index in range(FEW)])
    values = ensemble_values(few)
    ranges = join_spread(read_bounds(), describe_spread(values))
    series = cohort_series(few, values, ranges, published) | {"start": 0}
    return {
        "another_cohort": Interactive("another_cohort", series),
        "another_choice": Interactive("another_choice", choices(published)),
        "moving_patient": Interactive(
            "moving_patient", moving_patient(WorkedPatient(published), 40)
        ),
    }


@pytest.fixture
def app(tmp_path):
    loaded = []
    return SimpleNamespace(
        outdir=tmp_path,
        loaded=loaded,
        add_css_file=loaded.append,
        add_js_file=lambda name, priority: loaded.append((priority, name)),
    )


NAMES = ("another_cohort", "another_choice", "moving_patient")
STYLES = {"moving_patient": ["interactive.css", "moving_patient.css"]}


@pytest.mark.parametrize("name", NAMES)
def test_data_go_into_a_script_that_is_loaded_first(name, items, app, tmp_path):
    context = {"body": f"<p>before</p>{item_html(items[name])}<p>after</p>"}
    load_interactive(app, "page", "page.html", context, None)
    assert "application/json" not in context["body"]
    assert context["body"].startswith("<p>before</p>")
    assert context["body"].endswith("<p>after</p>")
    styles = [each for each in app.loaded if isinstance(each, str)]
    scripts = [each for each in app.loaded if not isinstance(each, str)]
    assert styles == STYLES.get(name, ["interactive.css"])
    assert [script for _, script in sorted(scripts)] == [
        f"{name}_data.js",
        "interactive.js",
        f"{name}.js",
    ]
    script = (tmp_path / "_static" / f"{name}_data.js").read_text(encoding="utf-8")
    data = re.fullmatch(r'\(window\.(\w+) = window\.\1 \|\| \{\}\)\["(\w+)"\] = (.*);\n', script)
    assert data[2] == name
    assert json.loads(data[3]) == json.loads(json.dumps(items[name].data))


def test_other_pages_load_nothing(app):
    context = {"body": "<p>nothing to draw</p>"}
    load_interactive(app, "page", "page.html", context, None)
    load_interactive(app, "search", "search.html", {}, None)
    assert app.loaded == []
    assert list(app.outdir.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_note_stands_in_for_the_script(name, items):
    soup = BeautifulSoup(item_html(items[name]), "html.parser")
    assert "not available here" in soup.select_one(".interactive-off").get_text()
    assert soup.select_one(".interactive-body").has_attr("hidden")
    handlers = [tag for tag in soup.find_all(True) for key in tag.attrs if key.startswith("on")]
    assert handlers == []
    assert not soup.find_all(style=True)
    assert [script["type"] for script in soup.find_all("script")] == ["application/json"]


def test_text_in_the_data_cannot_end_the_script(published):
    data = choices(published) | {"alphabet": "</script><b>"}
    html = item_html(Interactive("another_choice", data))
    assert html.count("</script>") == 1
    assert data_script("x", '{"a": 1}') == (
        '(window.tisInteractive = window.tisInteractive || {})["x"] = {"a": 1};\n'
    )


def test_printed_numbers_are_in_the_page(items):
    soup = BeautifulSoup(item_html(items["another_cohort"]), "html.parser")
    data = items["another_cohort"].data
    texts = {int(tag["data-printed"]): tag.get_text() for tag in soup.select("[data-printed]")}
    assert [texts[at] for at in range(len(texts))] == list(data["recomputed"]["rows"][0])
    assert "this synthetic cohort" in soup.select_one("#another-cohort-open").get_text()


def test_every_choice_can_be_made(items):
    soup = BeautifulSoup(item_html(items["another_choice"]), "html.parser")
    data = items["another_choice"].data
    for name, choices_shown in (
        ("responder", data["responders"]),
        ("patients", data["patients"]),
        ("level", data["levels"]),
    ):
        labels = [tag.parent.get_text(strip=True) for tag in soup.select(f"input[name={name}]")]
        assert labels == [str(choice) for choice in choices_shown]
    assert len(soup.select("option")) == len(data["methods"])
    assert len(soup.select("[data-go]")) == 1 + len(data["matching"])


def test_every_measure_has_its_sliders_and_its_switch(items):
    soup = BeautifulSoup(item_html(items["moving_patient"]), "html.parser")
    data = items["moving_patient"].data
    names = {label["for"]: label.get_text() for label in soup.select("label[for]")}
    for measure in data["measures"]:
        for visit, word in (("baseline", "Baseline"), ("followup", "Follow-up")):
            (slider,) = soup.select(f"input[name={measure['key']}-{visit}]")
            assert " ".join(names[slider["id"]].split()) == f"{word} ({measure['in_sentence']})"
            assert int(slider["min"]) <= int(slider["value"]) <= int(slider["max"])
        (switch,) = soup.select(f"input[name={measure['key']}-missing]")
        assert switch.parent.get_text(" ", strip=True).endswith(f"({measure['in_sentence']})")
    assert len(soup.select("[data-preset]")) == len(data["presets"])
    assert "Fictitious patient" in soup.select_one(".moving-label").get_text()
