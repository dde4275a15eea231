"""The calculator in a real browser: agrees with Python, says what is wrong, works by keyboard."""

import itertools
import random
import re
from fractions import Fraction
from urllib.parse import parse_qs

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.calculator_cases import VAS_MAX, cases
from tests.browser.checks import EVERY_RULE, OVERFLOW
from tests.browser.pages import PAGES
from tisstats.book.pages.calculator import example
from tisstats.measures import attainable_score, score_visits
from tisstats.measures.core_set import CORE_SET, ENZYMES, MMT_MAXIMA, RESPONSE_CUTOFFS
from tisstats.measures.enzymes import ENZYME_UNITS, uln_fault

pytestmark = pytest.mark.browser

CASES = cases(2400, seed=2016)

OPEN_FIELDS = ("enzyme_baseline", "enzyme_followup", "uln", "mmt_max_other")
PERHAPS_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}$")


@pytest.fixture(scope="module")
def address(built_book):
    return (built_book / "book" / "teaching" / "calculator.html").as_uri()


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context, address):
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    yield page
    assert faults == []
    page.close()


def field(page, name):
    return page.locator(f"[name='{name}']")


def type_in(page, inputs):
    """Fill the form as a reader would, field by field."""
    for name, value in inputs.items():
        if name in ("population", "vas_unit"):
            page.locator(f"[name='{name}'][value='{value}']").check()
        elif name in ("mmt_max", "enzyme", "enzyme_unit", "uln_unit"):
            field(page, name).select_option(value)
        elif value:
            field(page, name).fill(value)


def form_state(page):
    """What stands in the form, empty fields left out."""
    state = page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('#tis-calculator form')))"
    )
    return {name: value for name, value in state.items() if value}


def total(page):
    """The announced total, in one line."""
    return " ".join(page.locator("#tis-total").inner_text().split())


def wording(expected):
    """How the total of a case is announced."""
    if expected["needed"]:
        return "No total yet."
    if expected["total"] is not None:
        category = expected["category"]
        name = "less than minimal" if category == "none" else category
        return f"Total Improvement Score {expected['total']:g}: {name} improvement"
    return f"at least {expected['low']:g}, at most {expected['high']:g}:"


# ---- The arithmetic ----


def test_the_cases_meet_every_cut_of_every_measure():
    hit = set(itertools.chain.from_iterable(case.hit for case in CASES))
    settings = {"mmt": map(str, MMT_MAXIMA), "enzyme": ENZYMES}
    wanted = {
        (measure, setting, str(cut), side)
        for measure, rule in CORE_SET.items()
        for setting in settings.get(measure, VAS_MAX)
        for cut in rule.cutoffs
        for side in ("below", "at", "above")
    }
    assert wanted <= hit
    assert len(CASES) >= 2000


def test_the_calculator_agrees_with_python_on_every_case(page):
    answers = page.evaluate(
        "cases => cases.map(window.tisCalculator.score)", [case.inputs for case in CASES]
    )
    for case, answer in zip(CASES, answers, strict=True):
        expected = case.expected()
        got = {
            "percents": {
                name: measure["result"] and Fraction(measure["result"]["exact"])
                for name, measure in answer["measures"].items()
            },
            "points": {
                name: measure["result"] and measure["result"]["points"]
                for name, measure in answer["measures"].items()
            },
            "best": {
                name: measure["best"] and measure["best"]["points"]
                for name, measure in answer["measures"].items()
            },
            "attainable": answer["attainable"] and answer["attainable"]["points"],
        } | {name: answer[name] for name in ("needed", "low", "high", "total", "category")}
        assert answer["errors"] == {}
        assert got == expected, case.inputs


def test_the_calculator_agrees_with_the_tables_of_visits(page):
    whole = [case for case in CASES if case.expected()["total"] is not None][:150]
    answers = page.evaluate(
        "cases => cases.map(window.tisCalculator.score)", [case.inputs for case in whole]
    )
    for case, answer in zip(whole, answers, strict=True):
        typed = case.inputs
        enzyme = typed["enzyme"]
        visits = pd.DataFrame(
            {
                (enzyme if measure == "enzyme" else measure): [
                    float(typed[f"{measure}_baseline"]),
                    float(typed[f"{measure}_followup"]),
                ]
                for measure in CORE_SET
            }
        ).assign(patient_id="A", week=[0, 9])
        rules = {
            "mmt_max": float(case.ranges["mmt"]),
            "uln": {enzyme: f"{typed['uln']} {typed['uln_unit'] or typed['enzyme_unit']}"},
            "vas_max": VAS_MAX[typed["vas_unit"]],
            "population": typed["population"],
            "enzyme_unit": typed["enzyme_unit"],
        }
        scored = score_visits(visits, **rules).iloc[1]
        best = attainable_score(visits.iloc[0], **rules)
        assert answer["total"] == scored["tis"].item(), typed
        assert answer["category"] == scored["response"]
        assert answer["attainable"]["points"] == best.score
        assert answer["attainable"]["category"] == best.response


def test_typing_into_the_form_gives_the_same(page):
    draw = random.Random(7)
    for case in CASES[:30]:
        page.get_by_role("button", name="Clear").click()
        # A comma before three digits of an enzyme could stand between thousands.
        commas = {
            name: value
            if draw.random() < 0.5 or (name in OPEN_FIELDS and PERHAPS_THOUSANDS.match(value))
            else value.replace(".", ",")
            for name, value in case.inputs.items()
        }
        type_in(page, commas)
        expected = case.expected()
        assert wording(expected) in total(page)
        for measure, points in expected["points"].items():
            cells = page.locator(f"tr[data-measure='{measure}'] td").all_inner_texts()
            shown = "–" if points is None else f"{points:g} of {CORE_SET[measure].points[-1]:g}"
            assert cells[2] == shown
        if expected["attainable"] is not None:
            said = page.locator("#tis-attainable strong").first.inner_text()
            assert said == f"{expected['attainable']:g}"


# ---- What it says ----


def test_nothing_is_added_up_before_the_maximum_is_chosen(page):
    type_in(page, {**example(), "mmt_max": ""})
    assert "No total yet. Still needed: manual muscle testing (maximum)" in total(page)
    assert "no maximum is assumed" in page.locator("#tis-basis").inner_text()
    assert page.locator("#tis-attainable").inner_text() == ""
    assert field(page, "mmt_max").get_attribute("aria-invalid") == "true"
    assert page.locator("tr[data-measure='mmt'] td").all_inner_texts() == ["–"] * 4
    field(page, "mmt_max").select_option("260")
    assert total(page) == "Total Improvement Score 40: moderate improvement"


def test_another_maximum_can_be_typed(page):
    type_in(page, {**example(), "mmt_max": "other"})
    assert "other maximum" in total(page)
    field(page, "mmt_max_other").fill("260")
    assert "40: moderate" in total(page)


def test_an_enzyme_without_its_limit_is_missing(page):
    type_in(page, {**example(), "uln": ""})
    assert "at least 32.5, at most 40" in total(page)
    basis = page.locator("#tis-basis").inner_text()
    assert "most abnormal muscle enzyme (upper limit of normal)" in basis
    assert "contributes between 0 points and the maximum that its recorded value" in basis


def test_a_missing_measure_counts_what_its_baseline_allows(page):
    # From 2.2 cm activity can fall by 22% of the scale: 12.5 points, not 20.
    type_in(page, {**example(), "extramuscular_followup": ""})
    assert "at least 32.5, at most 45: category undetermined" in total(page)
    basis = page.locator("#tis-basis").inner_text()
    assert "extramuscular activity (follow-up), at most 12.5 points." in basis
    field(page, "extramuscular_baseline").fill("")
    assert "at least 32.5, at most 52.5" in total(page)
    field(page, "extramuscular_followup").fill("9.5")  # from 10 cm at the worst: 5%
    assert "at least 32.5, at most 32.5: minimal improvement in either case" in total(page)


def test_the_total_lies_on_the_fields_only_when_there_is_something_to_add_up(page):
    place = "element => getComputedStyle(element).position"
    assert page.locator(".calculator-total").evaluate(place) == "static"
    field(page, "haq_baseline").fill("1")
    assert page.locator(".calculator-total").evaluate(place) == "sticky"
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".calculator-total").evaluate(place) == "static"


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("physician_global_baseline", "3.8 cm", "not a number"),
        ("physician_global_baseline", "1,199.5", "at most one decimal point or comma"),
        ("physician_global_baseline", "10.1", "outside the scale: 0 to 10 cm"),
        ("haq_followup", "3,125", "outside the scale: 0 to 3"),
        ("haq_followup", "-0.5", "outside the scale: 0 to 3"),
        ("mmt_followup", "261", "outside the scale: 0 to 260"),
        ("enzyme_baseline", "0", "must be above 0"),
        ("uln", "0", "must be above 0"),
        ("uln", "normal", "not a number"),
        ("uln", ".", "not a number"),
    ],
)
def test_a_wrong_entry_gets_a_message_beside_it(page, name, typed, message):
    page.get_by_role("button", name="Example").click()
    control = field(page, name)
    before = total(page)
    good = control.input_value()
    control.fill(typed)
    assert control.get_attribute("aria-invalid") == "true"
    beside = page.locator(f"#tis-{name}-message")
    assert f"tis-{name}-message" in control.get_attribute("aria-describedby")
    assert message in beside.inner_text()
    assert "Total not calculated. Please correct: " in total(page)
    control.fill(good)
    assert control.get_attribute("aria-invalid") is None
    assert total(page) == before


def test_no_entry_brings_forth_nonsense(page):
    draw = random.Random(3)
    typed = ["", " ", "NaN", "Infinity", "1e3", "0x10", "٣", "--1", "1.", ".5", ",", "9" * 40, "½"]
    names = [name for name in example() if name.endswith(("baseline", "followup", "uln"))]
    for _ in range(25):
        page.get_by_role("button", name="Example").click()
        for name in draw.sample(names, 3):
            field(page, name).fill(draw.choice(typed))
        text = page.locator("#tis-calculator").inner_text()
        assert not [word for word in ("NaN", "undefined", "null", "∞", "[object") if word in text]


@pytest.mark.parametrize("name", ["enzyme_baseline", "enzyme_followup", "uln"])
def test_a_comma_that_may_stand_between_thousands_is_refused(page, name):
    page.get_by_role("button", name="Example").click()
    field(page, name).fill("1,199")
    said = page.locator(f"#tis-{name}-message").inner_text()
    assert said.startswith("ambiguous (1.199 or 1199?): use a decimal point")
    assert "Total not calculated. Please correct: " in total(page)
    field(page, name).fill("120,5")
    assert "not calculated" not in total(page)


def test_a_comma_on_a_scale_can_only_be_decimal(page):
    page.get_by_role("button", name="Example").click()
    field(page, "haq_baseline").fill("2,125")
    said = page.locator("#tis-haq_baseline-message").inner_text()
    assert said == "read as 2.125 (decimal comma)"
    assert "Total Improvement Score" in total(page)


@pytest.mark.parametrize(
    ("changed", "name", "said"),
    [
        (
            {"uln": "2.9"},
            "uln",
            "implausible upper limit of normal for this enzyme in U/L: is it in µkat/L?",
        ),
        (
            {"uln": "170", "uln_unit": "microkat/L"},
            "uln",
            "implausible upper limit of normal for this enzyme in µkat/L: is it in U/L?",
        ),
        ({"enzyme_unit": "microkat/L"}, "uln", "in µkat/L: is it in U/L?"),
        (
            {"enzyme_baseline": "3.2", "uln": "2.9"},
            "uln",
            "implausible upper limit of normal for this enzyme in U/L: is it in µkat/L?",
        ),
        ({"enzyme_baseline": "1.199"}, "enzyme_baseline", "less than 0.1 times the upper limit of "
         "normal: is it in µkat/L?"),
        (
            {"enzyme_unit": "microkat/L", "uln": "2.9"},
            "enzyme_baseline",
            "413.4 times the upper limit of normal: is it in U/L?",
        ),
    ],
)  # fmt: skip
def test_values_and_limits_in_different_units_are_refused_or_asked_about(page, changed, name, said):
    type_in(page, {**example(), **changed})
    assert said in page.locator(f"#tis-{name}-message").inner_text()
    assert ("Total not calculated. Please correct: " in total(page)) == (name == "uln")


@pytest.mark.parametrize("enzyme", ENZYMES)
@pytest.mark.parametrize("unit", ENZYME_UNITS)
def test_a_limit_is_refused_where_the_package_refuses_it(page, enzyme, unit):
    numbers = ["0.1", "0.13", "0.5", "0.75", "2.9", "4.2", "7.6", "19.9", "20", "40", "170", "1200"]
    inputs = [
        {**example(), "enzyme": enzyme, "enzyme_unit": unit, "uln": number} for number in numbers
    ]
    answers = page.evaluate("inputs => inputs.map(window.tisCalculator.score)", inputs)
    refused = [number for number, answer in zip(numbers, answers, strict=True)
               if "uln" in answer["errors"]]  # fmt: skip
    assert refused == [n for n in numbers if uln_fault(enzyme, float(n), unit) is not None]


def test_a_percentage_beside_a_cut_does_not_look_like_the_cut(page):
    type_in(page, {**example(), "physician_global_followup": "2.2999"})
    cells = page.locator("tr[data-measure='physician_global'] td").all_inner_texts()
    assert cells[:2] == ["15.001", "above 15% to 25%"]
    field(page, "physician_global_followup").fill("2.3")
    cells = page.locator("tr[data-measure='physician_global'] td").all_inner_texts()
    assert cells[:2] == ["15.0", "above 5% to 15%; on the band boundary"]


def test_nearly_full_strength_puts_a_response_out_of_reach(page):
    mild = {name: "1" for name in example() if name.endswith(("baseline", "followup"))}
    type_in(page, {**example(), **mild, "mmt_baseline": "256", "mmt_followup": "260"})
    said = page.locator("#tis-attainable").inner_text()
    assert (
        "Not attainable, however well the treatment works: moderate improvement (from 40)" in said
    )
    assert "manual muscle testing 32.5 (it can improve by at most 1.5% of its range)" in said


def test_juvenile_patients_have_their_own_cut_offs(page):
    page.get_by_role("button", name="Example").click()
    page.get_by_label("Juvenile").check()
    assert total(page) == "Total Improvement Score 40: minimal improvement"
    cuts = RESPONSE_CUTOFFS["juvenile"]
    shown = page.locator(".calculator-cut").all_inner_texts()
    assert shown == [f"{name} {cut}" for name, cut in cuts.items()]


# ---- Links ----


def test_a_link_brings_back_a_case_exactly(page, context):
    for case in CASES[30:40]:
        typed = {name: value for name, value in case.inputs.items() if value}
        page.get_by_role("button", name="Clear").click()
        type_in(page, typed)
        shown = page.locator("#tis-calculator").inner_text()
        assert form_state(page) == typed
        other = context.new_page()
        other.goto(page.url)
        assert form_state(other) == typed
        assert other.locator("#tis-calculator").inner_text() == shown
        assert other.url == page.url
        other.close()


def test_a_case_is_restored_as_it_was_typed_even_if_wrong(page, context):
    type_in(page, {**example(), "haq_baseline": "2,5 & <b>more</b> = #1"})
    other = context.new_page()
    other.goto(page.url)
    assert field(other, "haq_baseline").input_value() == field(page, "haq_baseline").input_value()
    assert "correct: Health Assessment Questionnaire: baseline" in total(other)
    other.close()


def test_the_page_follows_a_changed_address(page):
    page.get_by_role("button", name="Example").click()
    page.evaluate("location.hash = '#population=juvenile&vas_unit=mm&haq_baseline=1%2C5'")
    page.wait_for_function("document.querySelector('[name=haq_baseline]').value === '1,5'")
    expected = {"population": "juvenile", "vas_unit": "mm", "haq_baseline": "1,5"}
    assert form_state(page) == expected | {"enzyme_unit": "U/L"}


@pytest.mark.parametrize("hash_", ["#population=cat&mmt_max=1&enzyme=gold&x=1", "#=", "#%&=%"])
def test_a_broken_link_does_no_harm(page, address, hash_):
    page.goto("about:blank")
    page.goto(address + hash_)
    assert form_state(page) == {"population": "adult", "vas_unit": "cm", "enzyme_unit": "U/L"}
    assert "No total yet." in total(page)


def test_links_to_headings_leave_the_case_alone(page):
    page.get_by_role("button", name="Example").click()
    page.evaluate("location.hash = '#bands-and-points'")
    assert total(page) == "Total Improvement Score 40: moderate improvement"


def test_clear_empties_form_and_address(page, address):
    page.get_by_role("button", name="Example").click()
    assert parse_qs(page.url.partition("#")[2])["mmt_max"] == ["260"]
    page.get_by_role("button", name="Clear").click()
    assert page.url == address
    assert "No total yet." in total(page)


def test_the_link_is_copied(context, address):
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', "
        "{value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})"
    )
    page.goto(address)
    page.get_by_role("button", name="Example").click()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied.").wait_for()
    assert page.evaluate("window.copied") == page.url
    page.close()


def test_without_a_clipboard_the_link_can_be_taken_by_hand(context, address):
    page = context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(address)
    page.get_by_role("button", name="Example").click()
    page.get_by_role("button", name="Copy link").click()
    assert page.get_by_label("Link to this case").input_value() == page.url
    page.close()


def test_the_example_says_that_it_is_no_person(page):
    note = page.get_by_text("Illustration only: these are medians, not a real patient.")
    assert not note.is_visible()
    page.get_by_role("button", name="Example").click()
    assert note.is_visible()
    assert total(page) == "Total Improvement Score 40: moderate improvement"
    field(page, "haq_followup").fill("1.5")
    assert not note.is_visible()


# ---- For everybody ----


COVERED = """() => {
  const focused = document.activeElement.getBoundingClientRect();
  const total = document.querySelector('.calculator-total').getBoundingClientRect();
  return focused.bottom > total.top && focused.top < total.bottom;
}"""


@pytest.mark.parametrize("width", [1280, 375])
def test_a_case_can_be_entered_by_keyboard_alone(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    type_keys = page.keyboard.type
    field(page, "population").first.focus()
    inputs = example()
    seen = []
    for _ in range(40):
        name = page.evaluate("document.activeElement.name || document.activeElement.id")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", name
        assert not page.evaluate(COVERED), name
        seen.append(name)
        if name == "tis-copy":
            break
        if name == "mmt_max":
            type_keys(inputs["mmt_max"])
        elif name == "enzyme":
            type_keys("Creatine")
        elif name in inputs and name not in ("population", "vas_unit", "enzyme_unit"):
            type_keys(inputs[name])
        page.keyboard.press("Tab")
    assert seen[-1] == "tis-copy"
    assert total(page) == "Total Improvement Score 40: moderate improvement"
    # Both buttons stand before the first field, the example first.
    field(page, "population").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert "No total yet." in total(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert total(page) == "Total Improvement Score 40: moderate improvement"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_every_state_fits_and_is_accessible(browser, address, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    states = {
        "blank": {},
        "example": example(),
        "bounds, much out of reach": {
            **example(),
            "mmt_baseline": "259",
            "mmt_followup": "259",
            "haq_followup": "",
        },
        "wrong": {**example(), "haq_baseline": "much", "mmt_max": "other", "uln": "-1"},
    }
    for inputs in states.values():
        page.get_by_role("button", name="Clear").click()
        type_in(page, inputs)
        assert page.evaluate(OVERFLOW) == []
        found = Axe().run(page, context="article", options=EVERY_RULE)
        assert found.violations_count == 0, found.generate_report()
    context.close()


def test_only_the_total_is_announced(page):
    live = page.locator("#tis-calculator [aria-live], #tis-calculator [role=status]")
    assert [element.get_attribute("id") for element in live.all()] == ["tis-copied", "tis-total"]
    page.evaluate(
        "window.writes = 0; new MutationObserver(() => { window.writes += 1; })"
        ".observe(document.getElementById('tis-total'), {childList: true, subtree: true})"
    )
    page.get_by_role("button", name="Example").click()
    field(page, "haq_followup").fill("1.59")  # the same band: nothing new to say
    page.wait_for_function("document.querySelector('[name=haq_followup]').value === '1.59'")
    assert page.evaluate("window.writes") == 1


def test_without_scripts_the_page_says_so_and_holds_the_tables(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_text("The calculator needs JavaScript").is_visible()
    assert not page.locator("#tis-calculator form").is_visible()
    assert not page.locator("#tis-total").is_visible()
    assert page.get_by_role("table").filter(has_text="above 25% to 40%").is_visible()
    context.close()


def test_script_and_style_load_on_this_page_only(built_book):
    holding = [
        name
        for name in PAGES
        if "calculator.js" in (built_book / f"{name}.html").read_text(encoding="utf-8")
    ]
    assert holding == ["book/teaching/calculator"]


def test_nothing_typed_leaves_the_page(context, address, built_book):
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("load")
    loaded = len(asked)
    page.get_by_role("button", name="Example").click()
    field(page, "haq_followup").fill("1.5")
    page.wait_for_timeout(200)
    # The browser itself asks for the book's icon again whenever the address changes.
    assert [url for url in asked[loaded:] if not url.endswith("/_static/favicon.svg")] == []
    assert [url for url in asked if not url.startswith((built_book.as_uri(), "data:"))] == []
    page.close()
