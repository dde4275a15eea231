"""The self-test of the exercises in a real browser: right, wrong and why; without a mouse."""

import re
from itertools import zip_longest

import pytest

from tests.browser.checks import EVERY_RULE, OF_COLOURS, OVERFLOW, run_axe
from tisstats.teaching.cases import Answer
from tisstats.teaching.exercises import exercises
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.verdicts import verdict

pytestmark = pytest.mark.browser

CASES = {case.key: case for case in fresh_cases(2026)}

#: Puts another answer into the first field of a form.
ANSWER = """([key, answer, decimals]) => {
  const item = document.getElementById(key + "-1").closest(".self-test-item");
  Object.assign(item.dataset, { answer: answer, decimals: decimals, why: "Why.", mistakes: "{}" });
}"""


#: The rest of the page is judged with its layout, and Axe goes through all that there is. The
#: theme's button to the top may be under the pointer, in the theme's colours.
ONE_FORM = """() => {
  const part = document.getElementById("fresh-interval");
  const others = ".self-test-item, .bd-article section, .bd-sidebar > *, #pst-back-to-top";
  for (const other of document.querySelectorAll(others))
    if (!part.contains(other) && !other.contains(part)) other.remove();
}"""


@pytest.fixture(scope="module")
def everything(published):
    """Exercises and fresh cases by the name of their section."""
    numbered = {f"exercise-{each.key}": each for each in exercises(published)}
    return numbered | {f"fresh-{key}": case for key, case in CASES.items()}


@pytest.fixture(scope="module")
def address(built_book):
    return (built_book / "book" / "teaching" / "exercises.html").as_uri()


@pytest.fixture(scope="module")
def tab(browser):
    """A tab for one test after another, and the faults of its scripts."""
    context = browser.new_context(viewport={"width": 375, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page, faults
    context.close()


@pytest.fixture
def page(tab, address):
    """The page as it is when it has just been opened."""
    page, faults = tab
    page.goto("about:blank")
    page.goto(address)
    yield page
    assert faults == []


@pytest.fixture(scope="module")
def form(browser, address):
    """The page for answers one after another: each replaces what was said of the one before."""
    page = browser.new_page(viewport={"width": 375, "height": 800}, reduced_motion="reduce")
    page.goto(address)
    yield page
    page.close()


#: Fills forms, checks each, and reads its verdicts. What a reader could not choose is refused.
CHECK = """forms => forms.map(([key, texts]) => {
  texts.forEach((text, at) => {
    const field = document.getElementById(`${key}-${at + 1}`);
    if (field.disabled || field.readOnly) throw new Error(`${field.id} cannot be changed`);
    const option = field.options && [...field.options].find(
      each => each.value === text || each.label === text);
    field.value = option ? option.value : text;
    if (field.value !== (option ? option.value : text)) throw new Error(`${field.id}: ${text}`);
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true}));
  });
  const form = document.querySelector(`#${key} form`);
  form.querySelector("button").click();
  return [...form.querySelectorAll("[role=status]")].map(said => said.innerText);
})"""


def section(key):
    """The name of the section of a case."""
    return key if "-" in key and key.split("-")[0] in ("fresh", "exercise") else f"fresh-{key}"


def check_all(page, forms):
    """Fill forms, each given as its key and its texts, and return the verdicts of each."""
    return page.evaluate(CHECK, [[section(key), list(texts)] for key, texts in forms])


def check(page, key, texts):
    """Fill a form by keyboard and return its verdicts."""
    key = section(key)
    form = page.locator(f"#{key} form")
    for number, text in enumerate(texts, start=1):
        field = page.locator(f"#{key}-{number}")
        field.focus()
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    form.locator("button").focus()
    page.keyboard.press("Enter")
    return form.get_by_role("status").all_inner_texts()


def test_correct_answers_are_right_and_say_why(page, everything):
    forms = {name: [answer.text for answer in case.answers] for name, case in everything.items()}
    for (name, case), found in zip(everything.items(), check_all(page, forms.items()), strict=True):
        assert found == [f"Right. {answer.why}" for answer in case.answers], name


def test_a_form_is_filled_and_checked_by_keyboard(page, everything):
    with_choice = page.locator("form.self-test:has(select)").first.locator("xpath=ancestor::*[@id]")
    for name in ("fresh-interval", with_choice.last.get_attribute("id")):
        case = everything[name]
        found = check(page, name, [answer.text for answer in case.answers])
        assert found == [f"Right. {answer.why}" for answer in case.answers]


def test_a_known_mistake_gets_its_reason(page, everything):
    # The mistakes of all answers side by side: the first of each, then the second.
    tried = [
        (name, case.answers, typed)
        for name, case in everything.items()
        for typed in zip_longest(*(answer.mistakes for answer in case.answers), fillvalue="")
    ]
    answered = check_all(page, [(name, typed) for name, _, typed in tried])
    for (name, answers, typed), found in zip(tried, answered, strict=True):
        expected = [
            verdict(answer, mistake).text for answer, mistake in zip(answers, typed, strict=True)
        ]
        assert found == expected, (name, typed)
        for answer, mistake, said in zip(answers, typed, expected, strict=True):
            assert not mistake or said == f"Not right. {answer.mistakes[mistake]}"


def test_the_page_says_what_a_notebook_says(form):
    typed = ["", "x", "1,199", "1.5.2", "-3", "−3", ".5", "+0.5 %", "7,45", "7.45", "1e3", "٧"]
    low, high = CASES["interval"].answers
    near = [f"{float(low.text) + step:.2f}" for step in (-0.1, -0.06, -0.05, 0.04, 0.05, 0.1)]
    texts = [*typed, *near]
    answered = check_all(form, [("interval", [text, text]) for text in texts])
    for text, found in zip(texts, answered, strict=True):
        assert found == [verdict(low, text).text, verdict(high, text).text], text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", r"Type an answer\."),
        ("abc", r"Type one number\."),
        ("1,199", r"This comma could separate thousands"),
        ("1.5.2", r"Type one number\."),
        ("-3", r"Not right\. "),
    ],
)
def test_what_is_no_answer_is_refused(form, typed, said):
    assert re.match(said, check(form, "interval", [typed, ""])[0])


def test_rounding_is_as_asked(form):
    low, high = (answer.text for answer in CASES["interval"].answers)
    found = check(form, "interval", [low.replace(".", ","), f"{high}4 %"])
    assert all(text.startswith("Right.") for text in found)
    near = f"{float(low) + 0.1:.1f}"
    if near not in CASES["interval"].answers[0].mistakes:
        assert "rounding" in check(form, "interval", [near, high])[0]


@pytest.mark.parametrize(
    ("answer", "decimals", "typed"),
    [
        ("−7.5", 1, ["-7.55", "-7.54", "-7.5", "−7.46", "-7.45", "-7.44"]),
        ("8", 0, ["7", "7.5", "8.4", "8.5", "9"]),
    ],
)
def test_numbers_are_rounded_as_a_notebook_rounds_them(page, answer, decimals, typed):
    page.evaluate(ANSWER, ["fresh-interval", answer, str(decimals)])
    asked = Answer("Number", answer, "Why.", decimals=decimals)
    found = [said for said, _ in check_all(page, [("interval", [text, ""]) for text in typed])]
    assert found == [verdict(asked, text).text for text in typed]


def test_the_form_is_readable_by_a_screen_reader_and_on_a_phone(page):
    check(page, "interval", ["1", ""])
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(ONE_FORM)
    for scheme, rules in (("light", EVERY_RULE), ("dark", OF_COLOURS)):
        page.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)
        found = run_axe(page, rules)
        assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"


def test_without_scripts_the_solutions_remain(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("form.self-test:visible").count() == 0
    box = page.locator("#fresh-score details")
    box.locator("summary").click()
    assert box.locator("li").first.is_visible()
    context.close()
