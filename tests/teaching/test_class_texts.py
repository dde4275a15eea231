"""The class: minutes add up, numbers are those of the rules, and faults in its files are named."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from tisstats.errors import DataError
from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTOFFS
from tisstats.measures.total_improvement_score import band_points
from tisstats.teaching import class_tables
from tisstats.teaching.cases import Draw
from tisstats.teaching.class_numbers import class_numbers
from tisstats.teaching.class_texts import CLASS_FILE, HANDOUT, SLIDES_FILE, class_texts
from tisstats.teaching.exercises import exercises
from tisstats.teaching.fresh_cases import KINDS
from tisstats.teaching.open_questions import open_questions
from tisstats.teaching.worked_patient import WorkedPatient

ROOT = Path(__file__).resolve().parents[2]
FILES = {file.name: tomllib.loads(file.read_text("utf-8")) for file in (CLASS_FILE, SLIDES_FILE)}


@pytest.fixture(scope="module")
def texts(published):
    return class_texts(published)


def strings(value):
    """Every text in what a file holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.mark.parametrize(("key", "minutes"), [("short", 90), ("long", 240)])
def test_the_minutes_of_a_plan_add_up(texts, key, minutes):
    (written,) = (plan for plan in FILES["class.toml"]["plan"] if plan["key"] == key)
    plan = texts.plan(key)
    assert sum(step["minutes"] for step in written["step"]) == plan.minutes == minutes
    at = 0
    for step in plan.steps:
        assert step.start == at
        at += step.minutes
        assert step.end == at
    assert plan.breaks == sum(step["minutes"] for step in written["step"] if step.get("pause"))


def test_the_exercises_of_a_step_fit_into_it(texts, by_key):
    open_minutes = {question.key: question.minutes for question in open_questions()}
    for plan in texts.plans:
        for step in plan.steps:
            each = [
                open_minutes[task.key] if task.is_open else by_key[task.key].minutes
                for task in step.tasks
                if task.key not in step.read
            ]
            needed = max(each, default=0) if step.parallel else sum(each)
            assert needed <= step.minutes, step.key


def test_each_step_says_what_both_sides_do_and_what_to_expect(texts):
    for plan in texts.plans:
        for step in plan.steps:
            if step.pause:
                assert step.teacher == step.students == ""
                assert not step.tasks
                assert not step.slides
                continue
            assert step.teacher
            assert step.students
            assert step.expected or step.tasks or step.key in {"long-open", "long-close"}, step.key
            assert step.pages or step.slides, step.key


def test_the_slides_of_the_short_plan_follow_each_other_without_a_gap(texts):
    shown = [number for step in texts.plan("short").steps for number in step.slides]
    assert shown == list(range(1, len(texts.slides) + 1))
    assert 16 <= len(shown) <= 24
    assert len({slide.key for slide in texts.slides}) == len(texts.slides)


def test_each_outcome_is_exercised_in_both_plans(texts):
    tested = {task.key for outcome in texts.outcomes for task in outcome.tasks}
    for plan in texts.plans:
        done = {task.key for step in plan.steps for task in step.tasks}
        assert tested <= done
    verbs = [outcome.verb for outcome in texts.outcomes]
    assert len(set(verbs)) == len(verbs)


def test_expected_answers_are_those_of_the_exercises(texts, by_key):
    for key, exercise in by_key.items():
        assert texts.tasks[key].answer == (exercise.answer,)


#: The worked patient by hand: baseline, follow-up, range, and whether a rise is better.
WORKED = {
    "physician_global": (38, 23, 100, False),
    "patient_global": (61, 46, 100, False),
    "mmt": (211, 227, 260, True),
    "haq": (20, 16, 30, False),
    "enzyme": (1199, 196, 15 * 170, False),
    "extramuscular": (22, 10, 100, False),
}


def points(measure, before, after, width, up, *, above=False):
    """Points in whole numbers; `above` puts a change on a boundary into the band above."""
    rule = CORE_SET[measure]
    change = 100 * (after - before if up else before - after)
    passed = [change >= cut * width if above else change > cut * width for cut in rule.cutoffs]
    return rule.points[sum(passed)]


def test_the_numbers_of_the_slides_are_those_of_a_hand_calculation(texts):
    slides = {slide.key: slide for slide in texts.slides}
    score = sum(points(name, *values) for name, values in WORKED.items())
    above = sum(points(name, *values, above=True) for name, values in WORKED.items())
    assert (score, above) == (40, 50)
    assert slides["scored"].title == f"The total is {score:g}: moderate improvement"
    assert f"{score:g} in all, and not {above:g}" in slides["boundary"].text[0]
    assert slides["bounds"].title == "Between 32.5 and 45 points"
    assert points("extramuscular", 22, 0, 100, False) == 45 - (40 - 7.5)
    assert slides["guess"].title == "8 of 19: how sure is that?"
    assert slides["arms"].title == "On placebo, 44% responded at 20 points, 23% at 40"
    assert round(100 * 21 / 48) == 44
    assert round(100 * 11 / 48) == 23
    assert slides["interval"].title == "8 of 19: 95% interval 20.3 to 66.5%"
    # The first limit of creatine kinase at which 1003 U/L are no more than a quarter of the range.
    (limit,) = (step for step in texts.plan("long").steps if step.key == "long-score")
    assert 15 * 267 < 4 * (1199 - 196) < 15 * 268
    assert "The points change above 267 U/L; the total then falls to 37.5" in limit.expected
    assert "7 to 5 of 10 cm. That is 20% of the range" in slides["steps"].notes
    assert points("patient_global", 70, 50, 100, False) == 5
    assert "5 points. Then let pairs do the question." in slides["steps"].notes
    assert slides["steps"].notes.endswith("Answer: 6.2%, 10 points.")
    other = points("enzyme", 1199, 196, 15 * 300, False)
    (uln,) = (mistake for mistake in texts.mistakes if mistake.key == "uln")
    assert f"earns 7.5 points with a limit of 170 U/L and {other:g} with 300 U/L" in uln.answer


@pytest.mark.parametrize("name", FILES)
def test_no_number_is_typed_into_a_text(name):
    for text in strings(FILES[name]):
        bare = re.sub(r"\{[^}]*\}", "", text)
        assert not re.search(r"(?<![/#_\w])\d", bare), text


@pytest.mark.parametrize("strength", [True, False])
def test_bands_are_those_that_the_score_uses(strength):
    table = class_tables.bands(strength)
    rules = {rule.name: name for name, rule in CORE_SET.items()}
    for name, *cells in table.rows:
        measure = rules[name]
        cuts = [*CORE_SET[measure].cutoffs, 100]
        assert [float(cell) for cell in cells] == band_points(cuts, measure).tolist()
    assert ("Manual muscle testing" in {row[0] for row in table.rows}) == strength


def test_tables_are_rectangular_and_mark_the_right_row(texts):
    for table in texts.tables.values():
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.caption
    marked = texts.tables["multiples"]
    assert marked.rows[marked.highlighted][0] == "Aspartate aminotransferase"
    assert max(marked.rows, key=lambda row: float(row[2])) == marked.rows[marked.highlighted]
    missing = texts.tables["missing"]
    assert missing.rows[missing.highlighted] == ("Extramuscular activity", "0 to 10 cm", "2.2",
                                                 "not recorded")  # fmt: skip
    cuts = [[int(cell) for cell in row[1:]] for row in texts.tables["categories"].rows]
    assert cuts == [list(each.values()) for each in RESPONSE_CUTOFFS.values()]


def test_letters_of_the_hand_out_are_those_that_slides_name(texts):
    letters = dict(zip(HANDOUT, "ABCDEFGH", strict=True))
    named = {slide.key: slide.ask for slide in texts.slides if "question " in slide.ask.lower()}
    found = {re.search(r"(?i)question ([A-Z])\b", ask)[1] for ask in named.values()}
    assert found == {*letters.values(), "I"}
    for key, slide in {"percent": "steps", "total": "score", "missing": "missing"}.items():
        assert re.search(rf"(?i)question {letters[key]}\b", named[slide])


@pytest.fixture(scope="module")
def computed(published):
    """What the texts take from exercises and facts, whatever they say: it takes a second."""
    solved = exercises(published)
    return {"exercises": solved, "class_numbers": class_numbers(published, solved)}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("class.toml", "{study[responders]}", "{study[lost]}", "'lost' cannot be filled in"),
        ("class.toml", 'exercises = ["ceiling"]', 'exercises = ["lost"]', "'lost' is none of"),
        ("class.toml", "minutes = 18", "minutes = 10", "take 11 minutes, the step has 10"),
        ("class.toml", 'check = "exercise:total"', 'check = "exercise:lost"', "'lost' is none of"),
        ("slides.toml", 'table = "measures"', 'table = "lost"', "'lost' is none of"),
        ("slides.toml", 'question = "endpoint"', 'question = "lost"', "'lost' is none of"),
        ("class.toml", 'questions = ["measure"]', 'questions = ["lost"]', "'lost' is none of"),
        ("class.toml", 'criterion = "Who is', 'criterion = "Whoever', "its marks must be for"),
        ("slides.toml", 'step = "close"', 'step = "lost"', "its step is none of"),
    ],
)
def test_a_fault_in_the_texts_is_named_in_one_line(
    published, computed, monkeypatch, tmp_path, file, old, new, said
):
    for name, known in computed.items():
        monkeypatch.setattr(
            sys.modules[class_texts.__module__], name, lambda *_, found=known: found
        )
    for path in (CLASS_FILE, SLIDES_FILE):
        text = path.read_text(encoding="utf-8")
        if path.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        class_texts(published, tmp_path / "class.toml", tmp_path / "slides.toml")
    (line,) = str(caught.value).splitlines()
    assert line.startswith(file)
    assert said in line


#: The patient of the ceiling by hand: baseline, range, and whether a rise is better.
MILD = {
    "physician_global": (1200, 10_000, False),
    "patient_global": (2000, 10_000, False),
    "mmt": (247, 260, True),
    "haq": (375, 3000, False),
    "enzyme": (260, 15 * 170, False),
    "extramuscular": (300, 10_000, False),
}
#: One step worse on each scale, and its worst end.
WORSE = {
    "physician_global": (100, 10_000),
    "patient_global": (100, 10_000),
    "mmt": (-1, 0),
    "haq": (125, 3000),
    "enzyme": (1, 15 * 170),
    "extramuscular": (100, 10_000),
}


def best(baseline):
    """The highest score of a baseline."""
    return sum(
        points(name, at, MILD[name][1] if MILD[name][2] else 0, *MILD[name][1:])
        for name, at in baseline.items()
    )


def test_what_makes_a_response_possible_is_that_of_a_search_by_hand(texts):
    at_start = {name: each[0] for name, each in MILD.items()}
    assert best(at_start) == texts.solved["ceiling"].values["highest"] == 30
    # Creatine kinase at its limit of normal falls by 90 of 2550 U/L.
    with_limit = best(at_start) - points("enzyme", 260, 0, *MILD["enzyme"][1:])
    with_limit += points("enzyme", 260, 170, *MILD["enzyme"][1:])
    assert with_limit == texts.solved["ceiling"].values["enzyme_to_limit"] == 27.5
    first, most = {}, 0
    for name, (step, worst) in WORSE.items():
        ways = range(at_start[name], worst + (1 if step > 0 else -1), step)
        scores = {at: best(at_start | {name: at}) for at in ways}
        reached = [at for at in ways if scores[at] >= 40]
        if reached:
            first[name] = (reached[0], scores[reached[0]])
        else:
            most = max(most, *scores.values())
    assert first == {
        "physician_global": (2600, 40), "mmt": (233, 40), "extramuscular": (1600, 42.5)
    }  # fmt: skip
    (step,) = (step for step in texts.plan("long").steps if step.key == "long-ceiling")
    for words in ("at 2.6 cm (40 points)", "at 233 (40 points)", "at 1.6 cm (42.5 points)"):
        assert words in step.expected
    assert most == 35
    assert "allows more than 35 points" in step.expected


def test_no_answer_is_on_a_slide_before_its_question(texts):
    shown = [slide.key for slide in texts.slides]
    before = texts.slides[: shown.index("scored")]
    for slide in before:
        cells = [cell for row in slide.table.rows for cell in row] if slide.table else []
        words = " ".join([slide.title, *slide.text, *slide.points, slide.ask, *cells])
        assert not re.search(r"6\.2|39\.3|2550", words), slide.key
        # The courses are those of synthetic patients, and not of the one that is scored.
        assert slide.figure == "" or slide.key == "courses"
    for slide in texts.slides[: shown.index("mild-scored")]:
        assert "7.5 + 5 + 10" not in " ".join([slide.title, *slide.text, slide.ask]), slide.key
    (interval,) = (slide for slide in texts.slides if slide.key == "interval")
    assert "control group" not in " ".join([*interval.text, interval.ask])
    by_key = {slide.key: slide for slide in texts.slides}
    # Why a patient was left out is for the ceiling, and that the answer is two bounds for later.
    assert ("Not analysed", "1") in by_key["vote"].table.rows
    assert "bound" not in by_key["missing"].ask
    for slide in texts.slides[: shown.index("mild-scored")]:
        assert "too mild" not in slide.notes, slide.key
        assert "left out" not in slide.notes, slide.key
    for key in ("panel", "missing"):
        assert by_key[key].ask.startswith("Papers away: ")
        assert by_key[key].notes.startswith("Before this slide, have all papers put away")
    guess = texts.slides[: shown.index("arms")]
    for slide in guess:
        assert not re.search(r"21 of 48|44%", " ".join([slide.title, *slide.text])), slide.key


def test_wrong_totals_are_explained_and_the_example_of_a_mistake_shows_it(texts):
    score = sum(points(name, *values) for name, values in WORKED.items())
    (step,) = (step for step in texts.plan("short").steps if step.key == "score")
    alike = [name for name in WORKED if points(name, *WORKED[name]) == 7.5]
    assert alike == ["physician_global", "enzyme", "extramuscular"]
    assert score - 7.5 == 32.5
    left_out = "physician global activity or most abnormal muscle enzyme or extramuscular activity"
    gains = [
        points(name, *WORKED[name], above=True) - points(name, *WORKED[name]) for name in WORKED
    ]
    one = " or ".join(f"{score + gain:g}" for gain in sorted(gain for gain in gains if gain))
    for words in (f"{one}, one of them", "67.5, divided by", "32.5, one measure of 7.5 points"):
        assert words in step.expected
    assert f"left out ({left_out})" in step.expected
    (mistake,) = (each for each in texts.mistakes if each.key == "own-baseline")
    assert "7.5 points, and not 20" in mistake.answer
    assert points("extramuscular", 22, 10, 22, False) == 20


def test_the_cells_that_rule_out_a_response_are_those_of_a_count_by_hand(texts):
    others = [name for name in CORE_SET if name != "mmt"]
    rows = [[sum(CORE_SET[name].points[row] for name in others) + strength
             for strength in CORE_SET["mmt"].points] for row in range(5)]  # fmt: skip
    assert [sum(cell < 40 for cell in row) for row in rows] == [5, 2, 0, 0, 0]
    (step,) = (step for step in texts.plan("short").steps if step.key == "ceiling")
    assert (
        "7 of the 25 cells rule out a response: other measures up to 5%, with any loss of "
        "strength; other measures above 5% to 15%, with a loss of strength up to 10%."
    ) in step.expected


def test_the_half_day_names_a_section_and_a_fresh_case_that_there_are(texts):
    (step,) = (step for step in texts.plan("long").steps if step.key == "long-placebo")
    section, title, key = re.search(
        r"“([^”]+)” of the lesson, and the fresh case “([^”]+)” \(([a-z-]+)\)", step.teacher
    ).groups()
    assert KINDS[key](Draw(1)).title == title
    lesson = (ROOT / "notebooks" / "teaching_placebo.ipynb").read_text(encoding="utf-8")
    assert f'"## {section}\\n"' in lesson


def test_the_rubric_marks_every_open_question_and_one_sample(texts):
    counted = {task.key for each in texts.criteria for task in each.questions}
    assert counted == {question.key for question in open_questions()}
    assert [mark.points for mark in texts.sample.marks] == [1, 0]
    assert {mark.points for mark in texts.sample.marks} <= {0, 1, 2}


def test_the_steps_of_the_ceiling_are_those_of_a_calculation_by_hand(texts):
    table = texts.tables["ceiling_steps"]
    *rows, total = table.rows
    for (name, (before, width, up)), row in zip(MILD.items(), rows, strict=True):
        end = width if up else 0
        assert float(row[-1]) == points(name, before, end, width, up)
        assert abs(float(row[2]) - 100 * abs(end - before) / width) <= 0.05
    assert total[-1] == f"{best({name: each[0] for name, each in MILD.items()}):g}" == "30"
    (slide,) = (slide for slide in texts.slides if slide.key == "mild-scored")
    assert slide.title == "At most 30 points: this patient cannot respond"
    assert slide.text == ("7.5 + 5 + 10 + 5 + 2.5 + 0 = 30; a response needs 40 points.",)


def test_expected_answers_of_the_short_class_are_those_of_a_calculation_by_hand(texts):
    steps = {step.key: step.expected for step in texts.plan("short").steps}
    # Aspartate aminotransferase falls from 140 to 84, and 3 times 35 is 105.
    cut, whole = (points("enzyme", before, 84, 105, False) for before in (105, 140))
    assert (cut, whole, 100 * (140 - 84) / 140) == (5, 7.5, 40)
    for words in ("5 instead of 7.5, the baseline was cut to the end of the range, 105 U/L, or "
                  "alanine aminotransferase was followed;", "40% instead of 53.3%"):  # fmt: skip
        assert words in steps["traps"]
    assert points("enzyme", 90, 60, 3 * 45, False) == cut
    (missing,) = (slide for slide in texts.slides if slide.key == "missing")
    assert missing.text == (
        "The other 5 measures earned 7.5 + 2.5 + 10 + 5 + 7.5 = 32.5 of 80 points.",
    )
    # The mean of the other five points; 32.5 of their 80 points, scaled up; all 20 points added.
    assert pytest.approx(39) == 32.5 + 32.5 / 5
    assert round(100 * 32.5 / 80, 1) == pytest.approx(40.6)
    for words in ("32.5, the missing", "39, the mean of the other points", "40.6, the 32.5 of 80",
                  "52.5, all 20 points", "allows 12.5"):  # fmt: skip
        assert words in steps["traps"]
    assert round(100 * 32.5 / 80, 1) == 40.6
    # Half of the variance's largest width: 1.96 times the root of a quarter of a nineteenth.
    assert "42.1 ± 22.5" in steps["sure"]
    assert round(100 * 1.96 * (0.25 / 19) ** 0.5, 1) == 22.5
    arms = {20: (37, 21), 40: (32, 11), 60: (15, 4)}
    gaps = {at: 100 * (treated / 47 - placebo / 48) for at, (treated, placebo) in arms.items()}
    named = ", ".join(f"{gap:.0f} at {at}" for at, gap in gaps.items())
    assert (
        f"largest at {max(gaps, key=gaps.get)} points; in percentage points: {named}."
        in steps["placebo"]
    )
    for words in ("78.7% (immunoglobulin), 43.8% (placebo)", "23% (ProDERM) and 48% (ALKIVIA"):
        assert words in steps["placebo"]
    (endpoint,) = (step for step in texts.plan("short").steps if step.key == "endpoint")
    assert endpoint.teacher.endswith(f"on slide {endpoint.slides[-1]}.")
    assert texts.slides[endpoint.slides[-1] - 1].points == texts.tasks["endpoint"].answer


def test_steps_that_a_plan_names_are_its_own(texts):
    for plan in texts.plans:
        named = [" ".join(each.split()) for each in re.findall("“([^”]+)”", plan.late)]
        assert set(named) <= {step.title for step in plan.steps}
    assert any("“" in plan.late for plan in texts.plans)


def test_the_upper_limit_that_lowers_the_points_is_the_first(published):
    """Found by bisection; here among all limits from that of the patient on."""
    worked = class_numbers(published, exercises(published))["worked"]
    first = int(WorkedPatient(published).ck_uln)
    scored = [
        WorkedPatient(published, ck_uln=limit).scored
        for limit in range(first, int(worked["limit"]) + 2)
    ]
    *same, last = (float(each["enzyme_points"]) for each in scored)
    assert set(same) == {same[0]}
    assert last < same[0]
    assert worked["limit_score"] == pytest.approx(float(scored[-1]["tis"]))
