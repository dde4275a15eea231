"""What the calculator's page is written from: the rules, the example, the tables, the form."""

import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import pytest

from tisstats.book.pages.calculator import (
    SCRIPTS,
    STYLES,
    bands_html,
    calculator_html,
    highest_uln_with_same_points,
)
from tisstats.book.pages.calculator_rules import (
    MOST_FOLLOWUPS,
    band_names,
    course,
    disability_criteria,
    example,
    rules,
    settings,
    visit_names,
)
from tisstats.ledger.published import PublishedFacts
from tisstats.measures import band_points, total_improvement_score
from tisstats.measures.core_set import (
    CORE_SET,
    CORE_SETS,
    CORE_SETS_OF,
    ENZYMES,
    HAQ_MAX,
    INDISPENSABLE,
    MMT_MAXIMA,
    RESPONSE_CUTOFFS,
)
from tisstats.measures.enzymes import ENZYME_SELECTIONS
from tisstats.measures.imacs import IMPROVEMENT_RULES, WORSENING_RULES

ASSETS = Path(__file__).parents[2] / "book" / "assets"


class Elements(HTMLParser):
    """The elements of a piece of HTML, as tag and attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.text = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def of(self, *tags):
        return [attributes for tag, attributes in self.found if tag in tags]


@pytest.fixture(scope="module")
def form():
    return Elements(calculator_html())


def example_percents(inputs):
    ranges = {
        "mmt": Fraction(inputs["mmt_max"]),
        "haq": Fraction(HAQ_MAX),
        "enzyme": ENZYMES["ck"].range_in_uln * Fraction(inputs["uln_ck"]),
    }
    percents = []
    for measure, rule in CORE_SET.items():
        typed = "ck" if measure == "enzyme" else measure
        fall = Fraction(inputs[f"{typed}_baseline"]) - Fraction(inputs[f"{typed}_followup"])
        gain = fall if rule.better == "lower" else -fall
        percents.append(float(100 * gain / ranges.get(measure, 10)))
    return percents


def test_the_rules_are_those_of_the_package():
    written = json.loads(json.dumps(rules()))
    assert list(written["core_sets"]) == list(CORE_SETS)
    for name, measures in CORE_SETS.items():
        shown = written["core_sets"][name]
        assert list(shown["measures"]) == list(measures)
        assert shown["required"] == list(INDISPENSABLE[name])
        assert shown["populations"] == [each for each in CORE_SETS_OF if name in CORE_SETS_OF[each]]
        for key, rule in measures.items():
            assert shown["measures"][key]["cuts"] == list(rule.cutoffs)
            assert shown["measures"][key]["points"] == list(rule.points)
            assert len(shown["measures"][key]["bands"]) == len(rule.points)
    assert written["categories"] == RESPONSE_CUTOFFS
    assert written["mmt_maxima"] == list(MMT_MAXIMA)
    assert list(written["selection_words"]) == list(ENZYME_SELECTIONS)


def test_the_definitions_are_those_of_the_package():
    written = json.loads(json.dumps(rules()))
    better = IMPROVEMENT_RULES["imacs"]
    assert float(written["improvement"]["improved_by"]) == pytest.approx(better.improved_by)
    assert written["improvement"]["max_worse"] == better.max_worse
    assert set(written["worsening"]) == set(WORSENING_RULES)
    for name, rule in WORSENING_RULES.items():
        shown = written["worsening"][name]
        assert shown["measures"] == list(rule.measures)
        assert shown["consecutive_visits"] == rule.consecutive_visits
        assert len(shown["clauses"]) == len(rule.clauses)
    for name, (_, criterion) in disability_criteria().items():
        shown = written["disability"][name]
        assert float(shown["min_mmt_loss_percent"]) == pytest.approx(criterion.min_mmt_loss_percent)


def test_the_course_is_invented_and_fits_the_form():
    inputs = course()
    assert int(inputs["visits"]) <= MOST_FOLLOWUPS
    assert "Fictitious: an invented course" in " ".join(Elements(calculator_html()).text)
    visits = visit_names(int(inputs["visits"]))
    typed = {name for name in inputs if name.partition("_")[0] in ("haq", "ck")}
    assert typed == {f"{key}_{visit}" for key in ("haq", "ck") for visit in visits}


def test_the_page_carries_the_rules():
    (data,) = re.findall(
        r'<script type="application/json" id="tis-rules">(.*?)</script>', calculator_html(), re.S
    )
    assert json.loads(data) == json.loads(json.dumps(rules()))


def test_bands_are_named_by_their_cuts():
    assert band_names(CORE_SET["mmt"]) == [
        "up to 2%, or worsening",
        "above 2% to 10%",
        "above 10% to 20%",
        "above 20% to 30%",
        "above 30%",
    ]


def test_the_example_is_the_printed_medians():
    inputs = example()
    published = PublishedFacts.read()
    assert inputs["mmt_baseline"] == published.text("table2.mmt.baseline.median")
    assert inputs["ck_followup"] == published.text("table2.ck.end.median")
    assert total_improvement_score(example_percents(inputs)).tolist() == 40.0


def test_the_assumed_limit_of_the_example_decides_nothing():
    inputs = example()
    highest = highest_uln_with_same_points(inputs)
    column = list(CORE_SET).index("enzyme")

    def points(uln):
        percent = example_percents(inputs | {"uln_ck": str(uln)})[column]
        return band_points(percent, "enzyme").tolist()

    assert {points(uln) for uln in range(1, highest + 1)} == {points(int(inputs["uln_ck"]))}
    assert points(highest + 1) < points(highest)
    assert str(highest) in calculator_html()


def test_every_field_has_a_label_and_a_place_for_messages(form):
    labelled = {attributes["for"] for attributes in form.of("label") if "for" in attributes}
    identifiers = [attributes["id"] for _, attributes in form.found if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for control in form.of("input", "select"):
        if control.get("type") in ("radio", "hidden") or "readonly" in control:
            continue
        assert control["id"] in labelled
        assert set(control["aria-describedby"].split()) <= set(identifiers)
        assert f"{control['id']}-message" in control["aria-describedby"]


def test_messages_can_name_every_setting_that_is_typed(form):
    typed = {control["name"] for control in form.of("input") if control.get("type") == "text"
             if "name" in control}  # fmt: skip
    visits = tuple(f"_{visit}" for visit in visit_names(1))
    ends = {"chq_phs_low", "chq_phs_high"}  # named by the script, as the values of visits
    assert {name for name in typed if not name.endswith(visits)} - ends <= set(settings())


def test_neither_maximum_nor_limit_is_chosen_for_the_reader(form):
    assert not [option for option in form.of("option") if "selected" in option]
    html = calculator_html()
    (select,) = re.findall(r'<select id="tis-mmt_max".*?</select>', html)
    assert re.search(r'<option value="">Select', select).start() < select.index("<option", 90)
    assert not [control for control in form.of("input") if control.get("type") == "text"
                if "value" in control]  # fmt: skip


def test_the_tables_hold_every_number_of_the_score():
    text = " ".join(Elements(bands_html()).text)
    for rule in CORE_SET.values():
        assert rule.name in text
        for name in band_names(rule):
            assert name in text
    for maximum in MMT_MAXIMA:
        assert str(maximum) in text
    assert text.count("an assumption") == sum(enzyme.assumed for enzyme in ENZYMES.values())


@pytest.mark.parametrize("part", ["numbers", "case", "score", "definitions", "words", "form"])
def test_the_scripts_hold_no_number_of_the_score(part):
    script = (ASSETS / f"calculator_{part}.js").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"", "", script, flags=re.DOTALL)
    code = re.sub(r"/(?:[^/\n\\]|\\.)+/", "", code)
    numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", code))
    # Indices, halves, decimals shown, one hundred per cent.
    assert numbers <= {"0", "1", "2", "3", "4", "6", "10", "100"}


def test_every_script_and_style_is_among_the_assets():
    assert all((ASSETS / name).is_file() for name in (*SCRIPTS, *STYLES))


@pytest.mark.build
def test_scripts_and_styles_load_on_the_calculators_page_only(new_book):
    copytree(ASSETS, new_book.root / "book" / "assets")
    config = new_book.root / "_config.yml"
    config.write_text(
        config.read_text()
        .replace("theme]", "theme, tisstats.book.pages.directives]")
        .replace("  config:\n", "  config:\n    html_static_path: [book/assets]\n")
    )
    toc = new_book.root / "_toc.yml"
    toc.write_text(toc.read_text() + "      - file: book/score\n      - file: book/bands\n")
    book = new_book.root / "book"
    (book / "score.md").write_text("# Score\n\n```{tis-calculator}\n```\n")
    (book / "bands.md").write_text("# Bands\n\n```{tis-bands}\n```\n")

    new_book.build()

    loaded = {
        name: (
            all(f"{each}?" in page for each in SCRIPTS),
            all(f"{each}?" in page for each in STYLES),
        )
        for name, page in new_book.pages().items()
    }
    assert loaded.pop("book/score") == (True, True)
    assert loaded.pop("book/bands") == (False, True)
    assert set(loaded.values()) == {(False, False)}
    at = [new_book.pages()["book/score"].index(f"{each}?") for each in SCRIPTS]
    assert at == sorted(at)
