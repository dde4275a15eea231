"""The calculator in a real browser: agrees with Python, says what is wrong, works by keyboard."""

import itertools
import json
import random
import re
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.calculator_cases import (
    VAS_MAX,
    cases,
    ceiling,
    disability,
    expected,
)
from tests.browser.checks import (
    EVERY_RULE,
    OF_COLOURS,
    OF_WIDTHS,
    OVERFLOW,
    run_axe,
    wait_until,
)
from tests.browser.pages import PAGES
from tisstats.book.pages.calculator import SCRIPTS
from tisstats.book.pages.calculator_rules import (
    MOST_FOLLOWUPS,
    course,
    disability_criteria,
    example,
    visit_names,
)
from tisstats.measures.core_set import (
    CORE_SETS,
    ENZYMES,
    MMT_MAXIMA,
    PRINTO_CORE_SET,
    RESPONSE_CUTOFFS,
)
from tisstats.measures.enzymes import ENZYME_SELECTIONS, ENZYME_UNITS, uln_fault
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS

pytestmark = pytest.mark.browser

CASES = cases(5000, seed=2016)

DESKTOP = {"width": 1280, "height": 900}

SELECTS = ("mmt_max", "cmas_max", "enzyme_unit", "uln_unit", "enzyme_panel")
RADIOS = ("population", "core_set", "vas_unit")
PERHAPS_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}$")

#: What the calculator makes of cases, as text: quicker to hand over than objects.
SCORE = """text => JSON.stringify(JSON.parse(text).map(inputs => {
  const answer = tisCalculator.score(tisCalculator.rules, inputs);
  const of = (measures, get) => Object.fromEntries(
    Object.entries(measures).map(([key, measure]) => [key, measure && get(measure)]));
  const worse = found => found && [found.met, found.certain, found.atVisit, found.worse];
  return {
    errors: answer.errors, needed: answer.shown.needed,
    used: answer.enzyme.used, selection: answer.enzyme.selection,
    attainable: answer.attainable && {
      points: answer.attainable.points, assumed: answer.attainable.assumed.length},
    best: of(answer.best, best => best.points),
    disability: answer.disability && of(answer.disability, found => (
      {met: found.met, abnormal: found.abnormal, unknown: found.unknown})),
    visits: answer.visits.map(visit => ({
      name: visit.name, total: visit.total, low: visit.low, high: visit.high,
      category: visit.category,
      percents: of(visit.measures, each => each.result && each.result.exact),
      points: of(visit.measures, each => each.result && each.result.points),
      definitions: visit.improvement ? {
        improvement: [visit.improvement.met, visit.improvement.certain,
          visit.improvement.improved, visit.improvement.worse],
        imacs: worse(visit.worsening.imacs), confirmed: worse(visit.worsening.confirmed),
      } : {},
    })),
  };
}))"""


@pytest.fixture(scope="module")
def address(built_book):
    return (built_book / "book" / "teaching" / "calculator.html").as_uri()


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    yield context
    context.close()


@contextmanager
def opened(context, address):
    """Open the calculator in a tab of its own; yield it with the faults of its scripts."""
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    yield page, faults
    page.close()


@pytest.fixture
def page(context, address):
    """A page for one test, as it is when it has just been opened."""
    with opened(context, address) as (page, faults):
        yield page
        assert faults == []


@pytest.fixture(scope="module")
def shared_page(context, address):
    with opened(context, address) as found:
        yield found


@pytest.fixture
def form(shared_page):
    """The form, emptied as a reader does it: opening a page takes far longer."""
    page, faults = shared_page
    page.set_viewport_size(DESKTOP)
    press(page, "Clear")
    assert parse_qs(page.url.partition("#")[2]) == {}
    yield page
    found = faults[:]
    faults.clear()
    assert found == []


@pytest.fixture(scope="module")
def answers(context, address):
    page = context.new_page()
    page.goto(address)
    found = scored(page, [case.inputs for case in CASES])
    page.close()
    return found


def scored(page, inputs):
    """Return what the scripts make of cases, without the form."""
    return json.loads(page.evaluate(SCORE, json.dumps(inputs)))


def field(page, name):
    return page.locator(f"[name='{name}']")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def to_fill(page, inputs):
    """Add the visits of a case, and return the fields that it fills, in their order."""
    for _ in range(1, int(inputs.get("visits", "1"))):
        press(page, "Add a visit")
    return {
        name: value for name, value in inputs.items() if value and name not in ("visits", "shown")
    }


def type_in(page, inputs):
    """Fill the form as a reader would, field by field."""
    for name, value in to_fill(page, inputs).items():
        if name in RADIOS:
            page.locator(f"[name='{name}'][value='{value}']").check()
        elif name in SELECTS:
            field(page, name).select_option(value)
        else:
            field(page, name).fill(value)


#: The same in one go: after each field the scripts answer, but the page is drawn only at the end,
#: which takes far longer than they do. What a reader could not change is refused here as well.
FILL = """fields => {
  for (const [name, value] of Object.entries(fields)) {
    const all = [...document.querySelectorAll(`[name='${name}']`)];
    const field = all.find(each => each.type !== "radio" || each.value === value);
    if (!field.checkVisibility({visibilityProperty: true}) || field.disabled || field.readOnly)
      throw new Error(`${name} cannot be changed`);
    if (field.type === "radio") { field.click(); continue; }
    field.value = value;
    if (field.value !== value) throw new Error(`${name} cannot be ${value}`);
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
  }
}"""


def fill_in(page, inputs):
    """Fill the form with the events of `type_in`."""
    page.evaluate(FILL, to_fill(page, inputs))


def form_state(page):
    """What stands in the form, empty fields and untouched choices left out."""
    state = page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('#tis-calculator form')))"
    )
    untouched = {"visits": "1", "core_set": "imacs", "enzyme_panel": "complete", "cmas_max": "52"}
    return {
        name: value
        for name, value in state.items()
        if value and untouched.get(name) != value and name != "shown"
    }


def total(page):
    """The total as it is shown, in one line."""
    return " ".join(page.locator("#tis-total").inner_text().split())


#: All that is shown. What is read out is not: it follows when nobody has typed for a while.
SHOWN = """() => {
  document.getElementById("tis-announced").textContent = "";
  return document.getElementById("tis-calculator").innerText;
}"""


def wording(visit, needed):
    """How the total of a visit is worded."""
    if needed:
        return "No total yet."
    if visit["total"] is not None:
        category = visit["category"]
        name = "less than minimal" if category == "none" else category
        return f"{visit['total']:g}: {name} improvement"
    return f"at least {visit['low']:g}, at most {visit['high']:g}:"


# ---- The arithmetic ----


def test_the_cases_meet_every_cut_of_every_measure_and_every_choice_of_an_enzyme(answers):
    hit = set(itertools.chain.from_iterable(case.hit for case in CASES))
    settings = {"mmt": map(str, MMT_MAXIMA), "enzyme": ENZYMES}
    wanted = {
        (measure, setting, str(cut), side)
        for measures in CORE_SETS.values()
        for measure, rule in measures.items()
        for setting in settings.get(measure, VAS_MAX)
        for cut in rule.cutoffs
        for side in ("below", "at", "above")
    }
    assert wanted <= hit
    assert {answer["selection"] for answer in answers} == {*ENZYME_SELECTIONS, None}
    assert {len(answer["visits"]) for answer in answers} >= {1, 2, 3, 5}
    for name in ("improvement", "imacs", "confirmed"):
        found = {
            tuple(visit["definitions"][name][:2])
            for answer in answers
            for visit in answer["visits"]
            if visit["definitions"].get(name)
        }
        assert found >= {(True, True), (False, True), (False, False)}


def test_the_calculator_agrees_with_the_package_on_every_case(answers):
    for case, answer, wanted in zip(CASES, answers, expected(CASES), strict=True):
        assert answer["errors"] == {}, case.inputs
        for part in ("used", "selection", "best"):
            assert answer[part] == wanted[part], case.inputs
        if answer["attainable"] and not answer["attainable"]["assumed"]:
            assert answer["attainable"]["points"] == wanted["attainable"], case.inputs
        else:
            assert wanted["attainable"] is None
        for visit in answer["visits"]:
            of_package = wanted["visits"][case.week(visit["name"])]
            for part in ("points", "total", "low", "high", "category", "definitions"):
                assert visit[part] == of_package[part], (part, case.inputs)
            for measure, percent in of_package["percents"].items():
                if percent is None:
                    assert visit["percents"][measure] is None
                else:
                    assert float(visit["percents"][measure]) == pytest.approx(
                        percent, abs=2 * 10.0**-PERCENT_DECIMALS
                    )


def test_minimal_disability_and_the_ceiling_agree_one_by_one(answers):
    imacs = [(c, a) for c, a in zip(CASES, answers, strict=True) if c.settings.core_set == "imacs"]
    for name, (_, criterion) in disability_criteria().items():
        for case, answer in imacs[:60]:
            found = disability(case, criterion)
            assert answer["disability"][name] == found, case.inputs
    found = {str(answer["disability"]["article"]["met"]) for _, answer in imacs}
    assert found == {"True", "False", "None"}
    for case, answer in imacs[60:80]:
        assert ceiling(case) == (
            answer["attainable"]["points"]
            if answer["attainable"] and not answer["attainable"]["assumed"]
            else None
        )


#: The points of each measure, as they are shown.
POINTS = """() => Object.fromEntries([...document.querySelectorAll("tr[data-measure]")]
  .map(row => [row.dataset.measure, row.querySelectorAll("td")[2].innerText]))"""
#: Cases that are typed field by field: of one visit, and of two with a maximum of its own.
TYPED = (0, 4)


def test_typing_into_the_form_gives_the_same(form, answers):
    draw = random.Random(7)
    for number, (case, answer) in enumerate(list(zip(CASES, answers, strict=True))[:5]):
        # A comma before three digits could stand between thousands.
        commas = {
            name: value
            if draw.random() < 0.5 or PERHAPS_THOUSANDS.match(value)
            else value.replace(".", ",")
            for name, value in case.inputs.items()
        }
        if number in TYPED:
            press(form, "Clear")
            type_in(form, commas)
            shown = form.evaluate(SHOWN)
        press(form, "Clear")
        fill_in(form, commas)
        if number in TYPED:
            assert form.evaluate(SHOWN) == shown
        for visit in answer["visits"]:
            if len(answer["visits"]) > 1:
                form.locator(f"[name='shown'][value='{visit['name']}']").check()
            needed = visit["low"] is None
            assert wording(visit, needed) in total(form)
            cells = form.evaluate(POINTS)
            for measure, points in visit["points"].items():
                most = CORE_SETS[case.settings.core_set][measure].points[-1]
                assert cells[measure] == ("–" if points is None else f"{points:g} of {most:g}")
        if answer["attainable"] is not None:
            said = form.locator("#tis-attainable strong").first.inner_text()
            assert said == f"{answer['attainable']['points']:g}"


# ---- What it says ----


def test_nothing_is_added_up_before_the_maximum_is_chosen(form):
    fill_in(form, {**example(), "mmt_max": ""})
    assert "No total yet. Still needed: manual muscle testing (maximum)" in total(form)
    assert "no maximum is assumed" in form.locator("#tis-basis").inner_text()
    assert form.locator("#tis-attainable").inner_text() == ""
    assert field(form, "mmt_max").get_attribute("aria-invalid") == "true"
    assert form.locator("tr[data-measure='mmt'] td").all_inner_texts()[:4] == ["–"] * 4
    field(form, "mmt_max").select_option("260")
    assert total(form) == "Total Improvement Score 40: moderate improvement"


def test_another_maximum_can_be_typed(form):
    fill_in(form, {**example(), "mmt_max": "other"})
    assert "other maximum" in total(form)
    field(form, "mmt_max_other").fill("260")
    assert "40: moderate" in total(form)


def test_an_enzyme_without_its_limit_is_missing(form):
    fill_in(form, {**example(), "uln_ck": ""})
    assert "at least 32.5, at most 40" in total(form)
    basis = form.locator("#tis-basis").inner_text()
    assert "most abnormal muscle enzyme (" in basis
    needed = form.locator("#tis-uln_ck-message").inner_text()
    assert needed.startswith("required: this enzyme cannot be used without it")
    assert "contributes between 0 points and the maximum that its recorded value" in basis


def test_a_missing_measure_counts_what_its_baseline_allows(form):
    # From 2.2 cm activity can fall by 22% of the scale: 12.5 points, not 20.
    fill_in(form, {**example(), "extramuscular_followup": ""})
    assert "at least 32.5, at most 45: category undetermined" in total(form)
    basis = form.locator("#tis-basis").inner_text()
    assert "extramuscular activity (follow-up), at most 12.5 points." in basis
    field(form, "extramuscular_baseline").fill("")
    assert "at least 32.5, at most 52.5" in total(form)
    field(form, "extramuscular_followup").fill("9.5")  # from 10 cm at the worst: 5%
    assert "at least 32.5, at most 32.5: minimal improvement in either case" in total(form)


def test_the_total_lies_on_the_fields_only_when_there_is_something_to_add_up(page):
    place = "element => getComputedStyle(element).position"
    assert page.locator(".calculator-total").evaluate(place) == "static"
    field(page, "haq_baseline").fill("1")
    assert page.locator(".calculator-total").evaluate(place) == "sticky"
    press(page, "Clear")
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
        ("ck_baseline", "0", "must be above 0"),
        ("ck_baseline", "-3", "must be above 0"),
        ("week_followup", "-4", "must be above 0"),
        ("uln_ck", "0", "must be above 0"),
        ("uln_ck", "normal", "not a number"),
        ("uln_ck", ".", "not a number"),
    ],
)
def test_a_wrong_entry_gets_a_message_beside_it(form, name, typed, message):
    press(form, "Example")
    control = field(form, name)
    before = total(form)
    good = control.input_value()
    control.fill(typed)
    assert control.get_attribute("aria-invalid") == "true"
    beside = form.locator(f"#tis-{name}-message")
    assert f"tis-{name}-message" in control.get_attribute("aria-describedby")
    assert message in beside.inner_text()
    assert "Total not calculated. Please correct: " in total(form)
    control.fill(good)
    assert control.get_attribute("aria-invalid") is None
    assert total(form) == before


#: What the calculator shows when each of some changes has been made to its example.
AFTER_CHANGES = """(button, changes) => changes.map(fields => {
  button.click();
  for (const [name, typed] of Object.entries(fields)) {
    const field = document.querySelector(`[name='${name}']`);
    field.value = typed;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
  }
  return document.querySelector("#tis-calculator").innerText;
})"""


def test_no_entry_brings_forth_nonsense(form):
    draw = random.Random(3)
    typed = ["", " ", "NaN", "Infinity", "1e3", "0x10", "٣", "--1", "1.", ".5", ",", "9" * 40, "½"]
    names = [name for name in example() if name.endswith(("baseline", "followup", "uln_ck"))]
    changes = [{name: draw.choice(typed) for name in draw.sample(names, 3)} for _ in range(25)]
    texts = form.locator("#tis-example").evaluate(AFTER_CHANGES, changes)
    assert len(set(texts)) > 20  # each of its own
    for text in texts:
        assert not [word for word in ("NaN", "undefined", "null", "∞", "[object") if word in text]


@pytest.mark.parametrize("name", ["ck_baseline", "ck_followup", "uln_ck"])
def test_a_comma_that_may_stand_between_thousands_is_refused(form, name):
    press(form, "Example")
    field(form, name).fill("1,199")
    said = form.locator(f"#tis-{name}-message").inner_text()
    assert said.startswith("ambiguous (1.199 or 1199?): use a decimal point")
    assert "Total not calculated. Please correct: " in total(form)
    field(form, name).fill("120,5")
    assert "not calculated" not in total(form)


def test_a_comma_on_a_scale_can_only_be_decimal(form):
    press(form, "Example")
    field(form, "haq_baseline").fill("2,125")
    said = form.locator("#tis-haq_baseline-message").inner_text()
    assert said == "read as 2.125 (decimal comma)"
    assert "Total Improvement Score" in total(form)


@pytest.mark.parametrize(
    ("changed", "name", "said"),
    [
        (
            {"uln_ck": "2.9"},
            "uln_ck",
            "implausible upper limit of normal for this enzyme in U/L: is it in µkat/L?",
        ),
        (
            {"uln_ck": "170", "uln_unit": "microkat/L"},
            "uln_ck",
            "implausible upper limit of normal for this enzyme in µkat/L: is it in U/L?",
        ),
        ({"enzyme_unit": "microkat/L"}, "uln_ck", "in µkat/L: is it in U/L?"),
        (
            {"ck_baseline": "3.2", "uln_ck": "2.9"},
            "uln_ck",
            "implausible upper limit of normal for this enzyme in U/L: is it in µkat/L?",
        ),
        ({"ck_baseline": "1.199"}, "ck_baseline", "less than 0.1 × ULN: is it in µkat/L?"),
        (
            {"enzyme_unit": "microkat/L", "uln_ck": "2.9"},
            "ck_baseline",
            "413.4 × ULN: is it in U/L?",
        ),
    ],
)  # fmt: skip
def test_values_and_limits_in_different_units_are_refused_or_asked_about(form, changed, name, said):
    fill_in(form, {**example(), **changed})
    assert said in form.locator(f"#tis-{name}-message").inner_text()
    assert ("Total not calculated. Please correct: " in total(form)) == (name == "uln_ck")


def test_a_limit_is_refused_where_the_package_refuses_it(form):
    numbers = ["0.1", "0.13", "0.5", "0.75", "2.83", "3.3", "4.2", "7.6", "19.9", "20", "40", "170"]
    numbers += ["1200"]
    tried = list(itertools.product(ENZYMES, ENZYME_UNITS, numbers))
    found = scored(
        form,
        [
            {**example(), "enzyme_unit": unit, f"uln_{enzyme}": number, f"{enzyme}_baseline": "50"}
            | ({} if enzyme == "ck" else {"uln_ck": "", "ck_baseline": "", "ck_followup": ""})
            for enzyme, unit, number in tried
        ],
    )
    refused = [
        each
        for each, answer in zip(tried, found, strict=True)
        if f"uln_{each[0]}" in answer["errors"]
    ]
    assert refused == [
        (enzyme, unit, number)
        for enzyme, unit, number in tried
        if uln_fault(enzyme, float(number), unit) is not None
    ]


def test_scales_that_never_exceed_the_shorter_length_are_asked_about(form):
    fill_in(form, {**example(), "vas_unit": "mm"})
    said = form.locator("#tis-vas_unit-message")
    assert said.inner_text() == (
        "no value on a visual analogue scale is above 10: were they recorded in cm?"
    )
    field(form, "patient_global_baseline").fill("61")
    assert said.inner_text() == ""


def test_a_value_of_the_shorter_length_itself_may_be_in_the_shorter_unit(form):
    fill_in(form, {**example(), "vas_unit": "mm", "patient_global_baseline": "10"})
    said = form.locator("#tis-vas_unit-message")
    assert said.inner_text().startswith("no value on a visual analogue scale is above 10")
    field(form, "patient_global_baseline").fill("10.1")
    assert said.inner_text() == ""


def test_a_copied_result_is_without_the_labels_of_its_picture(form):
    press(form, "Example")
    copied = form.evaluate(
        """() => {
          getSelection().selectAllChildren(document.querySelector("#tis-calculator"));
          return getSelection().toString();
        }"""
    )
    assert "Total Improvement Score" in copied
    assert "20moderate" not in copied.replace(" ", "")


def test_a_percentage_beside_a_cut_does_not_look_like_the_cut(form):
    fill_in(form, {**example(), "physician_global_followup": "2.2999"})
    cells = form.locator("tr[data-measure='physician_global'] td").all_inner_texts()
    assert cells[:2] == ["15.001", "above 15% to 25%"]
    field(form, "physician_global_followup").fill("2.3")
    cells = form.locator("tr[data-measure='physician_global'] td").all_inner_texts()
    assert cells[:2] == ["15.0", "above 5% to 15%; on the band boundary"]


def test_nearly_full_strength_puts_a_response_out_of_reach(form):
    mild = {name: "1" for name in example() if name.endswith(("baseline", "followup"))}
    fill_in(form, {**example(), **mild, "mmt_baseline": "256", "mmt_followup": "260"})
    said = form.locator("#tis-attainable").inner_text()
    assert (
        "Not attainable, however well the treatment works: moderate improvement (from 40)" in said
    )
    assert "manual muscle testing 32.5 (it can improve by at most 1.5% of its range)" in said


def test_juvenile_patients_have_their_own_cut_offs(form):
    press(form, "Example")
    assert not form.get_by_role("group", name="Core set").is_visible()
    form.get_by_role("radio", name="Juvenile").check()
    assert total(form) == "Total Improvement Score 40: minimal improvement"
    cuts = RESPONSE_CUTOFFS["juvenile"]
    shown = form.locator(".calculator-cut").all_inner_texts()
    assert shown == [f"{name} {cut}" for name, cut in cuts.items()]


def test_the_core_set_chooses_the_measures(form):
    form.get_by_role("radio", name="Juvenile").check()
    form.get_by_role("radio", name="PRINTO core set").check()
    cards = form.locator(".calculator-card:visible")
    legends = {card.locator("legend").inner_text() for card in cards.all()}
    assert legends == {rule.name for rule in PRINTO_CORE_SET.values()}
    for name in PRINTO_CORE_SET:
        field(form, f"{name}_baseline").fill("2")
        field(form, f"{name}_followup").fill("3")
    # The range of CHQ-PhS is asked for, and never assumed.
    assert "at least 0, at most 7.5" in total(form)
    assert field(form, "chq_phs_low").get_attribute("aria-invalid") == "true"
    field(form, "chq_phs_low").fill("-10")
    field(form, "chq_phs_high").fill("70")
    assert total(form) == "Total Improvement Score 0: less than minimal improvement"
    assert not form.locator("#tis-other").is_visible()
    form.get_by_role("radio", name="Adult").check()
    assert field(form, "mmt_baseline").is_visible()
    assert form_state(form).get("core_set") is None


# ---- Enzymes ----


def test_the_most_abnormal_enzyme_is_followed_and_named(form):
    fill_in(form, {**example(), "uln_ldh": "250", "ldh_baseline": "2000", "ldh_followup": "1900"})
    said = form.locator("#tis-enzyme")
    assert said.inner_text().startswith(
        "Enzyme followed: lactate dehydrogenase, 8.0 times its upper limit of normal at baseline"
    )
    assert "used for the score" in form.locator("#tis-ldh-hint").inner_text()
    field(form, "ldh_baseline").fill("1763.235294117647")  # 1199 / 170 x 250, to 9 decimals
    assert "by convention, the first in the list is used" in said.inner_text()
    field(form, "ldh_baseline").fill("")
    assert "may have been the most abnormal one; none is used" in said.inner_text()
    assert "not all measured at baseline: lactate dehydrogenase" in (
        form.locator("#tis-basis").inner_text()
    )
    field(form, "enzyme_panel").select_option("measured")
    assert said.inner_text().startswith("Enzyme followed: creatine kinase, 7.1 times")
    assert total(form) == "Total Improvement Score 40: moderate improvement"


# ---- Several visits ----


def test_visits_are_added_shown_and_removed(form):
    press(form, "Example with several visits")
    assert form.get_by_text("Fictitious: an invented course, not a real patient.").is_visible()
    pills = form.get_by_role("group", name="Score at").get_by_role("radio")
    weeks = [f"Week {course()[f'week_{visit}']}" for visit in visit_names(3)[1:]]
    assert [pills.nth(i).evaluate("each => each.labels[0].innerText") for i in range(3)] == weeks
    by_week = {}
    for week in weeks:
        form.get_by_role("radio", name=week, exact=True).check()
        assert f"at {week.lower()}" in total(form)
        by_week[week] = form.locator("#tis-total strong").inner_text()
    rows = form.locator("#tis-plot tbody tr")
    assert rows.locator("td:nth-child(2)").all_inner_texts() == list(by_week.values())
    press(form, "Add a visit")
    assert form.evaluate("document.activeElement.name") == "week_followup4"
    assert "required: the weeks" in form.locator("#tis-week_followup4-message").inner_text()
    assert rows.last.locator("td").all_inner_texts()[-1] == "–"  # confirmed: no order, no answer
    field(form, "week_followup4").fill("12")
    assert form.locator("#tis-week_followup4-message").inner_text() == "another visit has this week"
    assert "Please correct: week of follow-up 4" in total(form)
    form.get_by_role("button", name="Remove week 12").last.click()
    press(form, "Remove week 12")
    assert [row.locator("th").inner_text() for row in rows.all()] == [weeks[0], weeks[2]]
    assert field(form, "haq_followup2").input_value() == course()["haq_followup3"]
    assert rows.locator("td:nth-child(2)").all_inner_texts() == [
        by_week[weeks[0]],
        by_week[weeks[2]],
    ]


def test_visits_are_in_the_order_of_their_weeks_however_they_were_entered(form):
    fill_in(form, {**course(), "week_followup": "30"})
    rows = form.locator("#tis-plot tbody th").all_inner_texts()
    assert rows == ["Week 12", "Week 24", "Week 30"]


def test_the_course_is_drawn_and_told(form):
    press(form, "Example with several visits")
    picture = form.get_by_role("img", name="Total Improvement Score by visit: week 4, 47.5 points")
    assert picture.is_visible()
    assert picture.locator(".calculator-point").count() == 4  # with the baseline
    field(form, "haq_followup2").fill("")
    assert picture.locator(".calculator-point").count() == 3
    assert picture.locator(".calculator-range").count() == 1
    assert picture.locator(".calculator-course").count() == 1


def test_no_more_visits_than_the_sheet_has_room_for(form):
    for _ in range(MOST_FOLLOWUPS - 1):
        press(form, "Add a visit")
    assert form.get_by_role("button", name="Add a visit").is_disabled()


def test_the_other_definitions_are_told_with_their_counts(form):
    press(form, "Example")
    told = form.locator("#tis-definitions > div").all_inner_texts()
    assert told[0].startswith("IMACS improvement: met")
    assert "5 of 6 improved by at least 20%, 0 worse by at least 25%." in told[0]
    assert told[1].startswith("IMACS worsening: not met")
    assert told[3].startswith("Minimal disability at baseline, as in the article's study: met")
    field(form, "physician_global_followup").fill("")
    field(form, "patient_global_followup").fill("")
    field(form, "haq_followup").fill("")
    first = form.locator("#tis-definitions > div").first.inner_text()
    assert first.startswith("IMACS improvement: not met by the values entered, but not certain")


# ---- On paper ----


@pytest.mark.parametrize("followups", [1, 3, MOST_FOLLOWUPS])
def test_a_result_prints_on_one_page(form, followups):
    press(form, "Example" if followups == 1 else "Example with several visits")
    for week in range(4, followups + 1):
        press(form, "Add a visit")
        form.keyboard.type(str(30 + week))
    if followups > 3:
        form.evaluate(
            "for (const field of document.querySelectorAll('#tis-form input[type=text]'))"
            " if (!field.value && field.checkVisibility()) field.value = '48'"
        )
    form.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
    press(form, "Print this result")
    (sheet,) = PdfReader(BytesIO(form.pdf(prefer_css_page_size=True))).pages
    text = " ".join(sheet.extract_text().split())
    assert "For teaching and research, not for clinical decisions." in text
    assert re.search(r"Printed on \d{1,2} [A-Z][a-z]+ \d{4}", text)
    label = "Illustration only: these are medians" if followups == 1 else "Fictitious: an invented"
    assert label in text
    for word in ("Physician global activity", "Creatine kinase, U/L (upper limit", "Category"):
        assert word in text
    assert "How it scores" not in text
    assert "file:" not in text
    form.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not form.evaluate("document.documentElement.classList.contains('calculator-printing')")
    assert form.locator("#tis-sheet").inner_html() == ""


def test_a_limit_is_printed_in_its_own_unit(form):
    press(form, "Example")
    field(form, "uln_unit").select_option("microkat/L")
    field(form, "uln_ck").fill("2.8")
    form.evaluate("window.print = () => dispatchEvent(new Event('beforeprint'))")
    press(form, "Print this result")
    printed = " ".join(form.locator("#tis-sheet").text_content().split())
    form.evaluate("dispatchEvent(new Event('afterprint'))")
    assert "Creatine kinase, U/L (upper limit 2.8 µkat/L), used" in printed


# ---- Links ----


def test_a_link_brings_back_a_case_exactly(form, context):
    for case in CASES[30:34]:
        untouched = {"visits": "1", "enzyme_panel": "complete", "cmas_max": "52"}
        typed = {k: v for k, v in case.inputs.items() if v and untouched.get(k) != v}
        typed.setdefault("enzyme_unit", "U/L")
        press(form, "Clear")
        fill_in(form, case.inputs)
        shown = form.evaluate(SHOWN)
        assert form_state(form) == typed
        other = context.new_page()
        other.goto(form.url)
        assert form_state(other) == typed
        assert other.evaluate(SHOWN) == shown
        assert other.url == form.url
        other.close()


def test_links_of_the_earlier_calculator_still_work(page, address):
    fields = {"enzyme": "ck", "uln": "170", "enzyme_baseline": "1199", "enzyme_followup": "196"}
    rest = {k: v for k, v in example().items() if "ck" not in k}
    page.goto("about:blank")
    page.goto(f"{address}#{urlencode(rest | fields)}")
    assert total(page) == "Total Improvement Score 40: moderate improvement"
    assert form_state(page) == example()
    del fields["enzyme"]
    page.goto("about:blank")
    page.goto(f"{address}#{urlencode(rest | fields)}")
    assert page.get_by_text("The link does not name the enzyme of its values").is_visible()
    assert "at least 32.5, at most 40" in total(page)


def test_a_case_is_restored_as_it_was_typed_even_if_wrong(form, context):
    fill_in(form, {**example(), "haq_baseline": "2,5 & <b>more</b> = #1"})
    other = context.new_page()
    other.goto(form.url)
    assert field(other, "haq_baseline").input_value() == field(form, "haq_baseline").input_value()
    assert "correct: Health Assessment Questionnaire: baseline" in total(other)
    other.close()


def test_the_page_follows_a_changed_address(form):
    press(form, "Example")
    form.evaluate("location.hash = '#population=juvenile&vas_unit=mm&haq_baseline=1%2C5'")
    wait_until(form, "document.querySelector('[name=haq_baseline]').value === '1,5'")
    expected = {"population": "juvenile", "vas_unit": "mm", "haq_baseline": "1,5"}
    assert form_state(form) == expected | {"enzyme_unit": "U/L"}


@pytest.mark.parametrize(
    "hash_",
    ["#population=cat&mmt_max=1&enzyme=gold&x=1", "#visits=-3&shown=x&visits=99999", "#=", "#%&=%"],
)
def test_a_broken_link_does_no_harm(context, address, hash_):
    with opened(context, address + hash_) as (page, faults):
        state = form_state(page)
        assert int(state.pop("visits", "1")) <= MOST_FOLLOWUPS
        assert state == {"population": "adult", "vas_unit": "cm", "enzyme_unit": "U/L"}
        assert "No total yet." in total(page)
        assert faults == []


def test_links_to_headings_leave_the_case_alone(form):
    press(form, "Example")
    form.evaluate("location.hash = '#bands-and-points'")
    assert total(form) == "Total Improvement Score 40: moderate improvement"


def test_clear_empties_form_and_address(form, address):
    press(form, "Example")
    assert parse_qs(form.url.partition("#")[2])["mmt_max"] == ["260"]
    press(form, "Clear")
    assert form.url == address
    assert "No total yet." in total(form)


def test_the_link_is_copied(context, address):
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', "
        "{value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})"
    )
    page.goto(address)
    press(page, "Example")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied.").wait_for()
    assert page.evaluate("window.copied") == page.url
    page.close()


def test_without_a_clipboard_the_link_can_be_taken_by_hand(context, address):
    page = context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(address)
    press(page, "Example")
    page.get_by_role("button", name="Copy link").click()
    assert page.get_by_label("Link to this case").input_value() == page.url
    page.close()


def test_the_example_says_that_it_is_no_person(form):
    note = form.get_by_text("Illustration only: these are medians, not a real patient.")
    assert not note.is_visible()
    press(form, "Example")
    assert note.is_visible()
    assert total(form) == "Total Improvement Score 40: moderate improvement"
    field(form, "haq_followup").fill("1.5")
    assert note.is_visible()  # the other values are still those of the example
    press(form, "Clear")
    assert not note.is_visible()


def test_an_invented_course_says_so_as_long_as_a_value_of_it_is_shown(form):
    note = form.get_by_text("Fictitious: an invented course, not a real patient.")
    press(form, "Example with several visits")
    form.get_by_label("Juvenile").check()
    form.get_by_label("PRINTO").check()
    assert note.is_visible()
    form.reload()
    assert note.is_visible()
    for visit in visit_names(3):
        assert note.is_visible()
        field(form, f"physician_global_{visit}").fill("0.7")
    assert not note.is_visible()  # the others are of measures that are not shown


def test_cards_on_a_phone_name_what_they_hold(form):
    form.set_viewport_size({"width": 375, "height": 900})
    press(form, "Example with several visits")
    for table in form.locator("table.calculator-points").all():
        assert "cards" in table.get_attribute("class").split()
        assert table.locator("tbody td:not([data-label])").count() == 0
        assert table.evaluate("each => each.parentNode.scrollWidth <= each.parentNode.clientWidth")


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
    for _ in range(60):
        name = page.evaluate("document.activeElement.name || document.activeElement.id")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", name
        assert not page.evaluate(COVERED), name
        seen.append(name)
        if name == "tis-print":
            break
        if name == "mmt_max":
            type_keys(inputs["mmt_max"])
        elif name in inputs and name not in ("population", "vas_unit", "enzyme_unit"):
            type_keys(inputs[name])
        page.keyboard.press("Tab")
    assert seen[-1] == "tis-print"
    assert total(page) == "Total Improvement Score 40: moderate improvement"
    # The buttons stand before the first field: examples, and the last one clears.
    field(page, "population").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert "No total yet." in total(page)
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert total(page) == "Total Improvement Score 40: moderate improvement"


#: Whether the form has what it should: each field, or the choice of a group.
FILLED = """wanted => {
  const found = new FormData(document.querySelector("#tis-calculator form"));
  return Object.entries(wanted).every(([name, value]) => found.get(name) === value);
}"""


#: No entry changes the rest of the page, which is judged with its layout. Axe looks at all that
#: there is, whatever part it is asked for. What stays keeps its width and its headings.
ONLY_THE_CALCULATOR = """() => {
  const root = document.getElementById("tis-calculator");
  for (let part = root; part.localName !== "article"; part = part.parentNode)
    for (const other of [...part.parentNode.children])
      if (other !== part && !other.matches("h1")) other.remove();
  document.querySelectorAll(".bd-sidebar").forEach(bar => bar.replaceChildren());
}"""


#: What is shown on a phone in dark can break by its width or by its colours.
OF_DARK_PHONES = OF_WIDTHS | {"runOnly": [*OF_WIDTHS["runOnly"], *OF_COLOURS["runOnly"]]}


@pytest.mark.parametrize(
    # Widths and colours do not act together; nor does it matter how a case got into the form.
    ("width", "scheme", "typed", "rules"),
    [(1280, "light", True, EVERY_RULE), (375, "dark", False, OF_DARK_PHONES)],
)
def test_every_state_fits_and_is_accessible(browser, address, width, scheme, typed, rules):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    page.evaluate(ONLY_THE_CALCULATOR)
    states = {
        "blank": {},
        "example": example(),
        "bounds, much out of reach": {
            **example(),
            "mmt_baseline": "259",
            "mmt_followup": "259",
            "haq_followup": "",
        },
        "wrong": {**example(), "haq_baseline": "much", "mmt_max": "other", "uln_ck": "-1"},
        "several visits": {**course(), "mmt_followup2": ""},
        "core set of PRINTO": {"population": "juvenile", "core_set": "printo"},
    }
    for inputs in states.values():
        press(page, "Clear")
        if typed:
            fill_in(page, inputs)
        elif inputs:
            page.evaluate("fragment => { location.hash = fragment; }", urlencode(inputs))
            wait_until(page, FILLED, {name: value for name, value in inputs.items() if value})
        assert page.evaluate(OVERFLOW) == []
        page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
        assert page.evaluate(OVERFLOW) == []
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        found = run_axe(page, rules, context="article")
        assert found.violations_count == 0, found.generate_report()
    assert faults == []
    context.close()


@pytest.mark.parametrize("width", [320, 360, 375, 430])
def test_no_choice_of_a_unit_is_cut_off(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    cut_off = page.eval_on_selector_all(
        ".calculator-settings select",
        """all => all.filter(each => {
          const room = each.offsetWidth;
          each.style.width = "max-content";
          return each.offsetWidth > room;
        }).map(each => each.name)""",
    )
    assert cut_off == []


def test_every_entry_has_a_name_of_its_own_for_screen_readers(form):
    press(form, "Example with several visits")
    names = form.locator("#tis-form").aria_snapshot()
    for name in ("Creatine kinase: ULN", "Lactate dehydrogenase: Week 12", "Week of follow-up 2"):
        assert f'textbox "{name}"' in names
    for visit in ("Baseline", "Week 4", "Week 24"):
        assert names.count(f'textbox "{visit}"') == 5  # the measures, each in its group
    assert 'group "Physician global activity"' in names


def test_only_final_totals_are_announced_once_typing_pauses(page):
    live = page.locator("#tis-calculator [aria-live], #tis-calculator [role=status]")
    ids = [element.get_attribute("id") for element in live.all()]
    assert ids == ["tis-announced", "tis-copied"]
    page.clock.install()
    page.reload()
    page.evaluate(
        "window.said = []; new MutationObserver(() => { window.said.push("
        "document.getElementById('tis-announced').textContent); })"
        ".observe(document.getElementById('tis-announced'), {childList: true, subtree: true})"
    )
    press(page, "Example")
    page.clock.run_for(500)
    field(page, "haq_followup").fill("1.59")  # the same band: nothing new to say
    page.clock.run_for(3000)
    first = "Total Improvement Score 40: moderate improvement"
    assert page.evaluate("window.said") == [first]
    field(page, "haq_followup").fill("")  # not final: silence
    page.clock.run_for(3000)
    field(page, "haq_followup").fill("2")
    page.clock.run_for(3000)
    assert [said for said in page.evaluate("window.said") if said] == [
        first,
        "Total Improvement Score 35: minimal improvement",
    ]


def test_without_scripts_the_page_says_so_and_holds_the_tables(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_text("The calculator needs JavaScript").is_visible()
    assert not page.locator("#tis-calculator form").is_visible()
    assert not page.locator("#tis-total").is_visible()
    assert page.get_by_role("table").filter(has_text="above 25% to 40%").is_visible()
    context.close()


def test_where_the_script_does_not_arrive_the_note_says_so_in_sight(browser, address):
    page = browser.new_page()
    page.route("**/_static/calculator.js*", lambda route: route.abort())
    page.goto(address)
    # The script is waited for during a while, which is ended here.
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
    expect(page.get_by_text("The calculator needs JavaScript")).to_be_visible()
    assert page.locator("#tis-calculator").bounding_box()["height"] < 200
    page.close()


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_nothing_in_sight_moves_when_the_form_appears(browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(
        "window.moved = []; new PerformanceObserver(list => { window.moved.push("
        "...list.getEntries().map(entry => entry.value)); })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(address)
    page.locator("#tis-example").wait_for()
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 200)))")
    assert sum(page.evaluate("window.moved")) < 0.01
    page.close()


def test_scripts_load_on_this_page_only(built_book):
    holding = [
        name
        for name in PAGES
        if any(
            f"/{script}" in (built_book / f"{name}.html").read_text("utf-8") for script in SCRIPTS
        )
    ]
    assert holding == ["book/teaching/calculator"]


def test_nothing_typed_leaves_the_page(context, address, built_book):
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("load")
    loaded = len(asked)
    press(page, "Example")
    field(page, "haq_followup").fill("1.5")
    page.wait_for_timeout(200)
    # The browser itself asks for the book's icon again whenever the address changes.
    assert [url for url in asked[loaded:] if not url.endswith("/_static/favicon.svg")] == []
    assert [url for url in asked if not url.startswith((built_book.as_uri(), "data:"))] == []
    page.close()
