"""The slider through the cohorts and the choices of the primary outcome, used as a reader would."""

from __future__ import annotations

import json
import random

import pytest
from playwright.sync_api import expect

from tests.browser.checks import check_part
from tests.browser.pages import PAGES
from tisstats import statistics
from tisstats.bounds.spread import cohort_values
from tisstats.chapters.another_cohort import open_quantities, recomputed
from tisstats.figures.numbers import coverage_decimals, format_percent
from tisstats.printed import format_rounded
from tisstats.synthetic import Ensemble

pytestmark = pytest.mark.browser

COHORT, CHOICE = "notebooks/06_identifiability", "notebooks/03_primary_outcome"
ROOTS = {COHORT: "#interactive-cohort", CHOICE: "#interactive-choice"}

#: What the drawings of the cohort show: the heights of its bars, in points.
BARS = """() => {
  const svg = document.querySelector("[data-drawing=waterfall] svg");
  const y = at => Number([...svg.querySelectorAll("line.grid")][at].getAttribute("y1"));
  const [zero, hundred] = [y(0), y(5)];
  return [...svg.querySelectorAll("rect.bar")]
    .map(bar => 100 * bar.getAttribute("height") / (zero - hundred));
}"""
PRINTED = "() => [...document.querySelectorAll('[data-printed]')].map(each => each.textContent)"
OPEN = "() => [...document.querySelectorAll('.interactive-value')].map(each => each.textContent)"


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble.read()


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visit(context, built_book):
    opened = []
    faults = []

    def go(name):
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((built_book / f"{name}.html").as_uri())
        opened.append(page)
        return page

    yield go
    for page in opened:
        page.close()
    assert faults == []


def slider(page):
    return page.get_by_role("slider", name="Cohort")


def set_cohort(page, number):
    slider(page).evaluate(
        "(input, value) => { input.value = value;"
        " input.dispatchEvent(new Event('input', {bubbles: true})); }",
        str(number),
    )


# ---- Another cohort ----


def test_cohorts_change_while_printed_numbers_stand_still(visit, ensemble, published):
    page = visit(COHORT)
    first = page.evaluate(PRINTED)
    assert tuple(first) == recomputed(ensemble.cohort(0), published)
    followed = open_quantities(published.count("flow.analysed"))
    seen, bars = set(), set()
    for number in (0, 999, *random.Random(12).sample(range(1, 999), 20)):
        set_cohort(page, number)
        cohort = ensemble.cohort(number)
        assert page.evaluate(PRINTED) == first
        assert tuple(first) == recomputed(cohort, published)
        values = dict(cohort_values(cohort))
        expected = [
            format_rounded(values[each.quantity, each.measure], each.decimals).replace("-", "−")
            for each in followed
        ]
        assert page.evaluate(OPEN) == expected
        best = sorted((2.5 * cohort.scores.max(axis=1)).tolist(), reverse=True)
        drawn = page.evaluate(BARS)
        assert drawn == pytest.approx([max(score, 0.8) for score in best], abs=0.1)
        seen.add(tuple(expected))
        bars.add(tuple(best))
    assert len(seen) > 15
    assert len(bars) > 15


def test_courses_are_those_of_the_cohort(visit, ensemble):
    page = visit(COHORT)
    set_cohort(page, 42)
    lines = page.locator("[data-drawing=courses] path.course")
    visits = (ensemble.cohort(42).scores >= 0).sum(axis=1)
    corners = [line.get_attribute("d").count(",") for line in lines.all()]
    assert corners == visits.tolist()
    assert page.locator("path.course.responder").count() == 8
    assert page.locator("rect.bar.responder").count() == 8
    stamps = page.locator("#interactive-cohort svg .stamp").all_text_contents()
    assert stamps == ["Synthetic: not real patients"] * 2


def test_the_slider_obeys_the_keyboard(visit):
    page = visit(COHORT)
    slider(page).focus()
    for key, shown in (("Right", "1"), ("Right", "2"), ("Left", "1"), ("Up", "2")):
        page.keyboard.press(f"Arrow{key}")
        expect(page.locator(".interactive-number")).to_have_text(shown)
        assert slider(page).get_attribute("aria-valuetext") == f"Cohort {shown}"
    page.keyboard.press("End")
    expect(page.locator(".interactive-number")).to_have_text("999")
    page.get_by_role("button", name="Next cohort").click()
    expect(page.locator(".interactive-number")).to_have_text("0")
    page.get_by_role("button", name="Previous cohort").click()
    expect(page.locator(".interactive-number")).to_have_text("999")


def test_space_plays_and_stops(visit):
    page = visit(COHORT)
    page.clock.install()
    first = page.evaluate(PRINTED)
    slider(page).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(5500)
    expect(page.locator(".interactive-number")).to_have_text("3")  # calm, one in 1.8 s
    assert page.evaluate(PRINTED) == first
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.clock.run_for(5000)
    expect(page.locator(".interactive-number")).to_have_text("3")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2000)
    expect(page.locator(".interactive-number")).to_have_text("4")
    page.keyboard.press("Space")  # on the button itself
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_nothing_plays_by_itself(visit):
    page = visit(COHORT)
    page.clock.install()
    page.clock.run_for(20_000)
    expect(page.locator(".interactive-number")).to_have_text("0")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_cohort_is_described_only_at_rest(visit, ensemble):
    page = visit(COHORT)
    page.clock.install()
    status = page.locator("#interactive-cohort [role=status]")
    set_cohort(page, 5)
    page.clock.run_for(1000)
    cohort = ensemble.cohort(5)
    responded = (cohort.scores * 2.5 >= 40).any(axis=1)
    text = status.inner_text()
    assert text.startswith("Cohort 5, synthetic patients: 8 of 19 reached 40 points (")
    subtypes = cohort.column("subtype")
    for code, name in enumerate(("DM", "IMNM", "NM/OM", "ASS")):
        of = subtypes == code
        assert f"{(responded & of).sum()} of {of.sum()} with {name}" in text
    assert text.endswith("All 68 printed numbers recomputed here match.")
    page.evaluate(
        "window.writes = 0; new MutationObserver(() => { window.writes += 1; })"
        ".observe(document.querySelector('#interactive-cohort [role=status]'),"
        " {childList: true, subtree: true, characterData: true})"
    )
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(20_000)
    assert page.evaluate("window.writes") == 1  # that it plays
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(1000)
    assert page.evaluate("window.writes") == 2
    expect(status).to_contain_text("Cohort 16, synthetic patients")


# ---- Another choice ----


def choose(page, responder, patients, level, method):
    form = page.locator("#interactive-choice form")
    form.get_by_label(responder, exact=True).check()
    form.get_by_label(str(patients), exact=True).check()
    form.get_by_label(level, exact=True).check()
    form.get_by_label("Method").select_option(label=statistics.method_title(method))


def shown(page):
    texts = {
        name: page.locator(f"[data-fact={name}]").inner_text()
        for name in ("minimum", "mean", "width")
    }
    return texts | {"answer": page.locator(".interactive-answer").inner_text()}


def expected(x, n, level, method):
    interval = statistics.proportion_interval(x, n, level, method)
    summary = statistics.coverage_summary(n, level, method)
    decimals = coverage_decimals(level)
    percent = f"{100 * level:g}"
    return {
        "minimum": f"{format_percent(summary.minimum_coverage, decimals)}% "
        f"(at a true proportion of {format_percent(summary.minimum_at)}%)",
        "mean": f"{format_percent(summary.mean_coverage, decimals)}%",
        "width": f"{format_percent(summary.mean_expected_width)} percentage points",
        "answer": f"{x} of {n}: {format_percent(x / n)}%, {percent}% interval "
        f"{format_percent(interval.low)} to {format_percent(interval.high)}% "
        f"({statistics.method_title(method)})",
    }


def test_it_starts_from_the_choice_of_the_article(visit):
    page = visit(CHOICE)
    assert shown(page) == expected(8, 19, 0.95, "clopper-pearson")
    verdict = page.locator(".interactive-verdict")
    assert verdict.inner_text() == (
        "Neither limit here rounds to the printed one; this is the choice that the article states."
    )
    page.get_by_role("button", name="The choice that gives the printed limits").click()
    assert shown(page) == expected(8, 19, 0.95, "wald-max-variance")
    assert "of the 585 combinations on offer, only this one does that" in verdict.inner_text()
    page.get_by_role("button", name="The article’s choice").click()
    assert shown(page) == expected(8, 19, 0.95, "clopper-pearson")


def test_every_answer_is_that_of_python(visit):
    page = visit(CHOICE)
    draw = random.Random(3)
    cases = [
        ("at least 40 points by week 9", 8, 20),
        ("at least 20 points by week 9", 9, 19),
        ("at least 20 points by week 9", 10, 20),
        ("more than 20 points", 11, 20),
        ("at least 20 points at any visit", 12, 19),
        ("at least 60 points by week 9 (count not published)", 6, 19),
    ]
    for responder, x, n in cases * 3:
        level = draw.choice(["80", "90", "95", "99", "99.9"])
        method = draw.choice(list(statistics.INTERVAL_METHODS))
        choose(page, responder, n, level, method)
        assert shown(page) == expected(x, n, float(level) / 100, method)
        label = page.locator("[data-drawing=interval] svg").get_attribute("aria-label")
        assert ("synthetic count" in label) == ("60" in responder)


def test_a_denominator_without_a_count_cannot_be_chosen(visit):
    page = visit(CHOICE)
    page.get_by_label("more than 20 points").check()
    assert page.get_by_label("19", exact=True).is_disabled()
    assert page.get_by_label("20", exact=True).is_checked()
    assert "11 of 20" in shown(page)["answer"]
    page.get_by_label("at least 20 points at any visit").check()
    assert page.get_by_label("19", exact=True).is_enabled()
    assert "13 of 20" in shown(page)["answer"]


def test_an_unpublished_count_is_labelled(visit):
    page = visit(CHOICE)
    page.get_by_label("at least 60 points").check()
    source = page.locator(".interactive-source")
    assert source.inner_text().startswith("Synthetic count: not published")
    stamp = page.locator("[data-drawing=interval] svg .stamp")
    assert stamp.text_content() == "Synthetic count: not published"


def test_choices_can_be_made_by_keyboard(visit):
    page = visit(CHOICE)
    page.locator("#interactive-choice input[name=responder]").first.focus()
    page.keyboard.press("ArrowDown")
    assert "9 of 19" in shown(page)["answer"]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert "10 of 20" in shown(page)["answer"]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert "99% interval" in shown(page)["answer"]
    page.keyboard.press("Tab")
    page.keyboard.type("Wilson")
    assert "(Wilson" in shown(page)["answer"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == expected(8, 19, 0.95, "clopper-pearson")


# ---- For everybody ----


@pytest.mark.parametrize("name", ROOTS)
def test_it_fits_and_is_accessible(visit, name):
    page = visit(name)
    if name == CHOICE:
        page.get_by_label("more than 20 points").check()
        page.get_by_label("at least 60 points").check()
    else:
        set_cohort(page, 17)
        expect(page.locator(f"{ROOTS[name]} [role=status]")).to_contain_text("Cohort 17")
    check_part(page, ROOTS[name])


@pytest.mark.parametrize("name", ROOTS)
def test_drawings_follow_the_width_of_the_window(visit, name):
    page = visit(name)
    page.set_viewport_size({"width": 375, "height": 800})
    drawings = page.locator(f"{ROOTS[name]} .interactive-drawing svg")
    for drawing in drawings.all():
        expect(drawing).to_have_attribute("width", "343")


@pytest.mark.parametrize("name", ROOTS)
def test_without_scripts_the_page_says_so(browser, built_book, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_book / f"{name}.html").as_uri())
    assert page.locator(f"{ROOTS[name]} .interactive-off").is_visible()
    assert not page.locator(f"{ROOTS[name]} .interactive-body").is_visible()
    assert page.locator("article figure img").count() > 0
    context.close()


def test_scripts_load_on_their_pages_only(built_book):
    loading = {
        name: sorted(
            file
            for file in ("another_cohort", "another_choice", "moving_patient")
            if f"{file}_data.js" in (built_book / f"{name}.html").read_text(encoding="utf-8")
        )
        for name in PAGES
    }
    assert {name: files for name, files in loading.items() if files} == {
        COHORT: ["another_cohort"],
        CHOICE: ["another_choice"],
        "notebooks/teaching_scoring": ["moving_patient"],
    }


def test_the_data_are_small(built_book):
    sizes = {}
    for name in ("another_cohort", "another_choice"):
        text = (built_book / "_static" / f"{name}_data.js").read_text(encoding="utf-8")
        json.loads(text.split(" = ", 1)[1].partition('"] = ')[2].rstrip(";\n"))
        sizes[name] = len(text.encode())
    assert sizes["another_cohort"] < 200_000
    assert sizes["another_choice"] < 100_000
