"""One page a measure, all on one template, with numbers from the package only."""

import re
from pathlib import Path

import pytest

from tisstats.chapters.measure_pages import PAGES, tables
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTOFFS
from tisstats.teaching.wording import band_labels

FOLDER = Path(__file__).parents[2] / "book" / "teaching" / "measures"
NAMES = [*PAGES, "tis"]
SECTIONS = [
    "What it measures",
    "Range and direction",
    "Interpretation",
    "What a change means",
    "Evidence",
    "Limitations",
    "Sources",
]


def read(name):
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def parts(name):
    """Title and lead, and the text under each heading."""
    head, *rest = re.split(r"(?m)^## ", read(name))
    return head, dict(part.split("\n", 1) for part in rest)


def test_every_measure_of_table_2_has_its_page():
    assert [scale for scales in PAGES.values() for scale in scales] == list(SCALES)
    assert [page for page in PAGES if page in CORE_SET] == list(CORE_SET)
    assert {path.stem for path in FOLDER.glob("*.md")} == {*NAMES, "overview", "juvenile"}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_section_in_order_and_none_is_empty(name):
    head, sections = parts(name)
    assert re.match(r"# \S[^\n]*\n\n\S", head), "a title, then a lead"
    assert list(sections) == SECTIONS
    assert all(len(text.split()) > 2 for text in sections.values())
    assert f"{{measure-facts}} {name}\n" in sections["Range and direction"]
    assert "{cite}`" in sections["Sources"]
    assert sections["Limitations"].count("\n- ") >= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_short(name):
    assert len(read(name).split()) < 450


@pytest.mark.parametrize("name", [*NAMES, "juvenile"])
def test_the_overview_leads_to_the_page(name):
    assert f"]({name}.md)" in read("overview")


@pytest.mark.parametrize("name", [*NAMES, "juvenile"])
def test_sources_are_in_the_list_of_references(name):
    references = (FOLDER.parents[1] / "references.bib").read_text(encoding="utf-8")
    keys = {
        key for cited in re.findall(r"\{cite\}`([^`]+)`", read(name)) for key in cited.split(",")
    }
    assert keys <= set(re.findall(r"(?m)^@\w+\{(\w+),", references))


@pytest.mark.parametrize("name", PAGES)
def test_what_is_assumed_is_called_an_assumption(name, published):
    assumed = any(SCALES[scale].assumed for scale in PAGES[name])
    steps = any(SCALES[scale].step_is_assumed for scale in PAGES[name])
    sure = tables(name, published)[0].frame.set_index("Property").loc["Certainty of the source"]
    assert any("assumption" in text for text in sure) == steps
    for scale, text in zip((SCALES[scale] for scale in PAGES[name]), sure, strict=False):
        assert "assumption" in text or not scale.step_is_assumed
    if assumed:
        text = read(name)
        assert "assumption" in text or "inference" in text


def test_tables_of_a_page_hold_the_printed_numbers(published):
    printed = tables("physician_global", published)[1].frame
    assert printed.iloc[:, 1].tolist() == [
        "3.8 (3.2 to 4.0)",
        "2.3 (1.0 to 4.0)",
        "−1.3 (−2.0 to −0.1)",
        "< 0.01",
    ]


def test_dynamometry_has_one_scale_for_three_muscles(published):
    scale, printed, relative = (table.frame for table in tables("dynamometry", published))
    assert list(scale.columns) == ["Property", "Deltoid, Biceps, Psoas"]
    assert scale.iloc[0, 1] == "Deltoid, Biceps, Psoas"
    assert len(printed.columns) == 4
    # As the page says of them.
    assert all(float(share) < 50 for share in relative.iloc[:, 1])


def test_points_of_the_score_are_those_it_is_scored_with(published):
    points, cuts = (table.frame for table in tables("tis", published))
    for row, rule in zip(points.iloc[:-1].to_numpy().tolist(), CORE_SET.values(), strict=True):
        assert row == [rule.name, *(f"{value:g}" for value in rule.points)]
    assert points.iloc[-1, -1] == "100"
    assert points.columns[1] == "to 5% (MMT 2%)"
    assert cuts["Patients"].tolist() == list(RESPONSE_CUTOFFS)
    assert cuts["Moderate"].tolist() == ["40 points", "45 points"]


def test_the_range_of_aldolase_is_called_an_assumption(published):
    ranges = tables("enzyme", published)[-1].frame
    sure = dict(zip(ranges["Enzyme"], ranges["Certainty of the source"], strict=True))
    assert sure.pop(ENZYMES["aldolase"].name) == "assumption"
    assert set(sure.values()) == {"secondary sources"}


def test_a_cut_belongs_to_the_band_below():
    assert band_labels((5, 15)) == ["up to 5%", "above 5% to 15%", "above 15%"]


def test_unknown_page_is_refused(published):
    with pytest.raises(ValueError, match=r"page must be one of physician_global, .*got 'x'"):
        tables("x", published)
