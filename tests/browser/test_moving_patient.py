"""The sliders of the worked patient, used as a reader would: the answers are those of Python."""

from __future__ import annotations

import random
import re
from fractions import Fraction

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.checks import FILLED, check_part, show, wait_until
from tests.browser.pages import WIDTHS
from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTOFFS
from tisstats.measures.visits import score_visits
from tisstats.printed import format_rounded
from tisstats.teaching.worked_patient import COLUMNS

pytestmark = pytest.mark.browser

PAGE, ROOT = "notebooks/teaching_scoring", "#interactive-patient"
MMT_MAX, ULN = 260, 170

#: Value of a step of each slider, and the range of the measure, typed again.
STEPS = {
    "physician_global": ("1/10", "10"),
    "patient_global": ("1/10", "10"),
    "mmt": ("1", "260"),
    "haq": ("1/8", "3"),
    "enzyme": ("1", "2550"),
    "extramuscular": ("1/10", "10"),
}
ENDS = {
    key: (int(key == "enzyme"), int(Fraction(width) / Fraction(step)))
    for key, (step, width) in STEPS.items()
}

#: Sets all sliders and switches of each case, as one input, and reads what is then shown.
ANSWERS = """cases => {
  const root = document.querySelector("#interactive-patient");
  const form = root.querySelector("form");
  const text = selector => root.querySelector(selector).textContent;
  return cases.map(([before, after, missing]) => {
    for (const key of Object.keys(before)) {
      form.elements[key + "-baseline"].value = before[key];
      form.elements[key + "-followup"].value = after[key];
      form.elements[key + "-missing"].checked = missing.includes(key);
    }
    form.dispatchEvent(new Event("input", {bubbles: true}));
    const of = (selector, read) => Object.fromEntries([...root.querySelectorAll("[data-measure]")]
      .map(card => [card.dataset.measure, read(card.querySelector(selector))]));
    return {
      number: text(".moving-number"), words: text(".moving-words"),
      attainable: text(".moving-attainable"),
      earned: of(".moving-reading strong", each => each.textContent),
      reading: of(".moving-reading span", each => each.textContent),
      circles: of("svg", each => each.querySelectorAll("circle.moving-point").length),
    };
  });
}"""


@pytest.fixture(scope="module")
def page(browser, built_book):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((built_book / f"{PAGE}.html").as_uri())
    yield page
    assert faults == []
    context.close()


def drawn_cases():
    """Seeded cases, and for each measure every distance around its boundaries."""
    draw = random.Random(7)
    anything = lambda key: draw.randint(*ENDS[key])  # noqa: E731
    cases = []
    for _ in range(80):
        missing = [key for key in CORE_SET if draw.random() < 1 / 10]
        cases.append(
            (
                {key: anything(key) for key in CORE_SET},
                {key: anything(key) for key in CORE_SET},
                missing,
            )
        )
    for key, rule in CORE_SET.items():
        step, width = map(Fraction, STEPS[key])
        for cut in rule.cutoffs:
            near = int(Fraction(cut, 100) * width / step)
            for steps in (near - 1, near, near + 1):
                before = {each: anything(each) for each in CORE_SET}
                after = dict(before)
                first, last = ENDS[key]
                before[key] = first if rule.better == "higher" else last
                after[key] = before[key] + (steps if rule.better == "higher" else -steps)
                cases.append((before, after, []))
    return cases


def scored(cases):
    rows = []
    for case, (before, after, missing) in enumerate(cases):
        values = [
            {
                column: float(at[key] * Fraction(STEPS[key][0])) if key not in absent else None
                for column, key in zip(COLUMNS, CORE_SET, strict=True)
            }
            for at, absent in ((before, ()), (after, missing))
        ]
        healthy = dict.fromkeys(COLUMNS, 0.0) | {"mmt": float(MMT_MAX), "ck": 1e-9}
        for week, measured in enumerate([*values, healthy]):
            rows.append({"patient_id": case, "week": week} | measured)
    visits = pd.DataFrame(rows).astype(dict.fromkeys(COLUMNS, float))
    found = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": ULN}, missing="bounds")
    return [found[found["week"] == week].to_dict("records") for week in (1, 2)]


def category(score):
    cuts = RESPONSE_CUTOFFS["adult"].items()
    return next((name for name, cut in reversed(list(cuts)) if score >= cut), "none")


def plain(number):
    return f"{number:g}"


def test_every_answer_is_that_of_python(page):
    cases = drawn_cases()
    answers = page.evaluate(ANSWERS, [list(case) for case in cases])
    rows, ceilings = scored(cases)
    kinds = set()
    for (_, _, missing), shown, row, best in zip(cases, answers, rows, ceilings, strict=True):
        ceiling = best["tis"]
        assert shown["attainable"].startswith(
            f"Attainable from this baseline: {plain(ceiling)} point"
        )
        assert ("out of reach" in shown["attainable"]) == (ceiling < 40)
        for key, rule in CORE_SET.items():
            assert shown["circles"][key] == (key not in missing)
            if key in missing:
                open_to = plain(best[f"{key}_points"])
                assert shown["earned"][key].startswith(
                    "0 of " if open_to == "0" else f"0 to {open_to} of "
                )
                continue
            most = plain(rule.points[-1])
            assert shown["earned"][key] == f"{plain(row[f'{key}_points'])} of {most} points"
            check_reading(shown["reading"][key], row[f"{key}_percent"])
        kinds.add(check_total(shown, row))
    assert kinds == {"no total", "bounds", "score"}


def check_reading(text, percent):
    """The improvement is shown to the last digit of as many decimals as the page gives it."""
    if percent == 0:
        assert text.startswith("No change.")
        return
    shown = re.match(r"([\d.]+)% of the range (better|worse)", text)
    decimals = len(shown[1].split(".")[1])
    assert decimals >= 1
    assert shown[1] == format_rounded(abs(percent), decimals)
    assert shown[2] == ("better" if percent > 0 else "worse")


def check_total(shown, row):
    low, high = row["tis_low"], row["tis_high"]
    if pd.isna(low):
        assert shown["number"] == "no total"
        assert shown["words"].startswith("without ")
        return "no total"
    names = [category(low), category(high)]
    words = ["less than minimal" if name == "none" else name for name in names]
    if low == high:
        assert shown["number"] == plain(low)
        assert shown["words"] == f"{words[0]} improvement"
        return "score"
    assert shown["number"] == f"{plain(low)} to {plain(high)}"
    if names[0] == names[1]:
        assert shown["words"] == f"{words[0]} improvement in either case"
    else:
        assert shown["words"] == f"undetermined, {names[0]} to {names[1]}"
    return "bounds"


def button(page, name):
    return page.locator(ROOT).get_by_role("button", name=name)


def follow_up(page, measure):
    return page.locator(ROOT).get_by_role("slider", name=f"Follow-up ({measure})")


def test_one_step_past_the_boundaries_is_worth_ten_points(page):
    number = page.locator(".moving-number")
    button(page, "The patient of this page").click()
    expect(number).to_have_text("40")
    button(page, "One step past the boundaries").click()
    expect(number).to_have_text("50")
    expect(page.locator(".moving-note")).to_contain_text("10 points more")


def test_values_move_by_keyboard_and_are_named(page):
    button(page, "The patient of this page").click()
    slider = follow_up(page, "physician global activity")
    slider.focus()
    assert slider.get_attribute("aria-valuetext") == "2.3 cm"
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "2.2 cm"
    expect(page.locator(".moving-number")).to_have_text("47.5")
    expect(page.locator(".moving-note")).to_have_text("")
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "10.0 cm"
    reading = page.locator("[data-measure=physician_global] .moving-reading")
    expect(reading).to_contain_text("62.0% of the range worse: no points, but none lost")


def test_what_was_not_measured_gives_bounds(page):
    button(page, "The patient of this page").click()
    switches = page.locator(ROOT).get_by_role("checkbox")
    switches.nth(4).focus()
    page.keyboard.press("Space")
    expect(page.locator(".moving-number")).to_have_text("32.5 to 40")
    assert follow_up(page, "most abnormal muscle enzyme").is_disabled()
    switches.nth(2).check()
    expect(page.locator(".moving-number")).to_have_text("no total")
    expect(page.locator(".moving-words")).to_have_text("without manual muscle testing")


def test_a_healthy_baseline_leaves_nothing_to_gain(page):
    button(page, "The patient of this page").click()
    baseline = page.locator(ROOT).get_by_role("slider", name="Baseline (extramuscular activity)")
    baseline.focus()
    page.keyboard.press("Home")
    reading = page.locator("[data-measure=extramuscular] .moving-reading")
    expect(reading).to_contain_text("Best possible value at baseline: nothing to gain.")
    expect(page.locator(".moving-attainable")).to_contain_text("65 points")
    page.locator(ROOT).get_by_role("checkbox").nth(5).check()
    expect(reading).to_contain_text("0 of 20 points")
    expect(reading).not_to_contain_text("0 to 0")


def test_the_result_is_read_out_at_rest(page):
    button(page, "Another mild patient").click()
    status = page.locator(f"{ROOT} [role=status]")
    expect(status).to_have_text(
        "35 points, minimal improvement. Attainable from this baseline: 35 points, so a response "
        "(40) is out of reach."
    )
    page.evaluate(
        "window.writes = 0; new MutationObserver(() => { window.writes += 1; })"
        ".observe(document.querySelector('#interactive-patient [role=status]'),"
        " {childList: true, subtree: true, characterData: true})"
    )
    slider = follow_up(page, "manual muscle testing")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    expect(status).to_contain_text("25 points, minimal improvement")
    assert page.evaluate("window.writes") == 1


#: Whether each slider is below its drawing.
BELOW = """root => [...document.querySelectorAll(`${root} .interactive-drawing svg`)].every(svg => {
  const slider = svg.parentNode.parentNode.querySelector("input[type=range]");
  return slider.getBoundingClientRect().top > svg.getBoundingClientRect().bottom - 1;
})"""


def test_it_fits_and_is_accessible(browser, built_book):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((built_book / f"{PAGE}.html").as_uri())
    button(page, "Enzyme not measured").click()
    for device in WIDTHS:
        show(page, device, "light")
        wait_until(page, FILLED, ROOT)
        assert page.evaluate(BELOW, ROOT), device
    check_part(page, ROOT)
    context.close()


def test_the_total_stays_in_sight(page):
    page.evaluate("document.querySelector('[data-measure=extramuscular]').scrollIntoView()")
    total = page.locator(".moving-total").bounding_box()
    header = page.locator(".bd-header-article").bounding_box()
    assert 0 <= total["y"] < header["y"] + header["height"] + 2


def test_without_scripts_the_figure_stands_in(browser, built_book):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((built_book / f"{PAGE}.html").as_uri())
    assert page.locator(f"{ROOT} .interactive-off").is_visible()
    assert not page.locator(f"{ROOT} .interactive-body").is_visible()
    assert page.locator("#fig-band-steps img").count() > 0
    context.close()
