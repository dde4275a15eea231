"""The model answers, each against a calculation by hand or by another road."""

import re
import tomllib
from fractions import Fraction
from math import comb

import pytest

from tisstats.errors import DataError
from tisstats.teaching.exercises import FILE, exercises, solution_as_markdown
from tisstats.teaching.open_questions import levels
from tisstats.teaching.verdicts import verdict

ANSWERS = {
    "percent": "The improvement is 6.2% of the range and earns 10 points.",
    "boundary": "The first fall earns 7.5 points, the second 15 points.",
    "enzyme": "Aspartate aminotransferase; it earns 7.5 points.",
    "total": "The score is 40 points: moderate improvement.",
    "juvenile": "Minimal improvement; 5 more points would make it moderate.",
    "ceiling": "At most 30 points: this patient cannot become a responder.",
    "missing": (
        "The score lies between 32.5 and 45 points; the category is undetermined (minimal or "
        "moderate)."
    ),
    "imacs-improvement": "The definition is met: 5 measures improved enough.",
    "imacs-worsening": "At week 3: yes; confirmed at 2 consecutive visits: no.",
    "interval": "The interval is 20.3 to 66.5%; the planned 60% lies within it.",
    "percent-without-count": (
        "The percentage 42.0% corresponds to no number out of 19 and to no number out of 20 "
        "patients. Nor does 55% correspond to any number out of 19, but it is 11 of 20."
    ),
    "quartile": (
        "The first quartile is 110.75 U/L according to SPSS and 139 U/L according to R, NumPy and "
        "spreadsheets."
    ),
    "dosing": (
        "The number of days is at least 3 for the loading dose and 2 for a maintenance dose, which "
        "exceeds the planned 1 day."
    ),
    "kaplan-meier": (
        "The proportion is 42.1% if all patients are followed, and 44.7% if those who leave are "
        "censored."
    ),
    "placebo": (
        "The difference is 35.0 percentage points (from the unrounded proportions), with an "
        "interval of 15.5 to 51.0. A study of the immunoglobulin arm alone would have shown "
        "78.7%, one of the placebo arm alone 43.8%."
    ),
}


#: What is to be typed or chosen, worked by hand; below, the result of each typical wrong way.
TYPED = {
    "percent": ["6.2", "10"],
    "boundary": ["7.5", "15"],
    "enzyme": ["aspartate aminotransferase", "7.5"],
    "total": ["40", "moderate"],
    "juvenile": ["minimal", "5"],
    "missing": ["32.5", "45", "undetermined"],
    "imacs-improvement": ["5", "yes"],
    "interval": ["20.3", "66.5", "yes"],
    "quartile": ["110.75", "139.00"],
    "dosing": ["3", "2"],
    "kaplan-meier": ["42.1", "44.7"],
    "ceiling": ["30", "no"],
    "imacs-worsening": ["3", "yes", "no"],
    "percent-without-count": ["no", "no", "11"],
    "placebo": ["35.0", "15.5", "51.0", "78.7"],
}
MISTAKES = {
    # 16 of 211; 16 points of the test; the highest band.
    "percent": [{"7.6", "16"}, {"16", "32.5"}],
    "boundary": [{"15"}, {"7.5"}],
    # Lactate dehydrogenase falls by 60 of 3 × 250 U/L, 8%.
    "enzyme": [{"lactate dehydrogenase"}, {"2.5"}],
    # Of the baseline: 39%, 25%, 7.6%, 20%, 84% and 55%. Both globals are on a boundary.
    "total": [{"67.5", "50"}, set()],
    "juvenile": [{"moderate"}, {"45"}],
    # From 2.2 to 0 is 22%, 12.5 points; all of it would be 20 points.
    "missing": [{"45"}, {"52.5"}, {"minimal", "moderate"}],
    "imacs-improvement": [{"1"}, set()],
    # Wilson 1927 and the normal approximation.
    "interval": [{"23.1", "19.9", "20", "19.6"}, {"63.7", "64.3", "67", "64.6"}, set()],
    "quartile": [{"139.00", "83.00"}, {"110.75", "120.00"}],
    "dosing": [{"2"}, {"1"}],
    # 8 of 15 leaves out those who left.
    "kaplan-meier": [{"44.7"}, {"42.1", "53.3"}],
    # With the enzyme at its limit; read off the grid.
    "ceiling": [{"100", "40", "27.5", "35"}, set()],
    "imacs-worsening": [{"5"}, set(), set()],
    "percent-without-count": [set(), set(), {"10"}],
    # 78.7 − 43.8 of rounded percentages.
    "placebo": [{"34.9", "78.7"}, {"16.7"}, {"53.2"}, {"35.0", "43.8"}],
}


def test_there_are_exercises_of_every_kind_by_level(by_key):
    assert list(by_key) == list(TYPED)
    assert set(TYPED) == set(ANSWERS)
    order = [level.key for level in levels()]
    found = [exercise.level for exercise in by_key.values()]
    assert found == sorted(found, key=order.index)


@pytest.mark.parametrize("key", TYPED)
def test_what_is_typed_is_checked_with_its_reason(by_key, key):
    answers = by_key[key].answers
    assert [answer.text for answer in answers] == TYPED[key]
    assert [set(answer.mistakes) for answer in answers] == MISTAKES[key]
    for answer in answers:
        assert verdict(answer, answer.text).text == f"Right. {answer.why}"
        for mistake, reason in answer.mistakes.items():
            assert verdict(answer, mistake).text == f"Not right. {reason}"


def test_the_normal_approximations_by_their_formula():
    z, p = 1.959963984540054, 8 / 19
    root = z * (p * (1 - p) / 19) ** 0.5
    assert [f"{100 * (p - root):.1f}", f"{100 * (p + root):.1f}"] == ["19.9", "64.3"]
    treated, control = 37 / 47, 21 / 48
    root = z * (treated * (1 - treated) / 47 + control * (1 - control) / 48) ** 0.5
    limits = [100 * (treated - control + sign * root) for sign in (-1, 1)]
    assert [f"{each:.1f}" for each in limits] == ["16.7", "53.2"]


@pytest.mark.parametrize("key", ANSWERS)
def test_the_model_answer_is_the_hand_worked_one(by_key, key):
    assert by_key[key].answer == ANSWERS[key]


@pytest.mark.parametrize("key", ANSWERS)
def test_question_and_solution_are_whole(by_key, key):
    exercise = by_key[key]
    assert "?" in exercise.question
    assert len(exercise.steps) >= 2
    asked = [part for each in exercise.answers for part in (each.label, each.text, each.why)]
    for text in (exercise.title, exercise.question, exercise.answer, *exercise.steps, *asked):
        assert not re.search(r"\bnan\b|None|\{|\}|  |`|\*|_|\d\.0{3,}|e-\d", text), text


@pytest.mark.parametrize("key", ANSWERS)
def test_the_markdown_has_answer_and_steps_in_a_closed_box(by_key, key):
    exercise = by_key[key]
    box = solution_as_markdown(exercise)
    assert box.startswith(":::{dropdown} Solution\n")
    assert ":open:" not in box
    assert f"**{exercise.answer}**" in box
    assert re.findall(r"(?m)^\d+\. (.*)$", box) == list(exercise.steps)


def test_percent_by_fractions(by_key):
    assert by_key["percent"].values["percent"] == pytest.approx(
        float(Fraction(227 - 211, 260) * 100)
    )


def test_the_total_adds_up_by_hand(by_key):
    # 15.0%, 15.0%, 6.2%, 13.3%, 39.3%, 12.0%, read off the published table.
    assert sum([7.5, 2.5, 10, 5, 7.5, 7.5]) == pytest.approx(by_key["total"].values["score"])


def test_the_ceiling_by_hand(by_key):
    # 12%, 20%, 5%, 12.5%, 260 / 2550 = 10.2% and 3% are all that can be regained.
    assert sum([7.5, 5, 10, 5, 2.5, 0]) == pytest.approx(by_key["ceiling"].values["highest"])


def test_the_missing_measure_could_add_what_its_baseline_allows(by_key):
    # From 2.2 cm of 10 cm it can improve by 22%: above 15% to 25% earns 12.5 points.
    solution = by_key["missing"]
    assert solution.values["low"] == pytest.approx(40 - 7.5)
    assert solution.values["high"] == pytest.approx(40 - 7.5 + 12.5)
    assert solution.values["most_percent"] == pytest.approx(22)
    assert "2.2 of 10 cm at most, 22.0% of the range, which earns 12.5 points" in solution.steps[1]


def test_imacs_improvement_by_hand(by_key):
    changes = [(3.8, 2.3), (6.1, 4.6), (2.0, 1.6), (1199, 196), (2.2, 1.0)]
    enough = [before - after >= 0.2 * before - 1e-9 for before, after in changes]
    strength = (227 - 211) / 211 >= 0.2
    assert sum(enough) + strength == by_key["imacs-improvement"].values["improved_count"]


def test_imacs_worsening_by_hand(by_key):
    rises = [(4.0, 6.5), (5.0, 7.0), (1.5, 2.0), (900, 800), (1.0, 1.2), (200, 230)]
    count = sum((after - before) / before >= 0.3 for before, after in rises)
    values = by_key["imacs-worsening"].values
    assert count == values["count"] == 3
    assert (values["once"], values["confirmed"]) == (True, False)


def test_the_limits_of_the_interval_have_the_tails_they_promise(by_key):
    found = by_key["interval"].values["found"]

    def at_least(successes, share):
        return sum(comb(19, k) * share**k * (1 - share) ** (19 - k) for k in range(successes, 20))

    assert at_least(8, found.low) == pytest.approx(0.025)
    assert 1 - at_least(9, found.high) == pytest.approx(0.025)


def test_no_count_gives_the_printed_percentages(by_key):
    values = by_key["percent-without-count"].values
    assert values["of_analysed_precise"] == [
        k for k in range(20) if f"{100 * k / 19:.1f}" == "42.0"
    ]
    assert values["of_analysed"] == [k for k in range(20) if round(100 * k / 19) == 55]
    assert values["of_included"] == [k for k in range(21) if 100 * k == 55 * 20]


def test_the_curve_by_hand(by_key):
    values = by_key["kaplan-meier"].values
    stays = Fraction(13, 19) * Fraction(12, 13) * Fraction(7, 8)
    assert values["plain"] == pytest.approx(8 / 19)
    assert values["censored"] == pytest.approx(float(1 - stays))


def test_the_quartiles_by_hand(by_key):
    values = by_key["quartile"].values
    assert values["spss"] == pytest.approx(83 + 0.75 * (120 - 83))
    assert values["usual"] == pytest.approx(120 + 0.25 * (196 - 120))


def test_the_difference_by_newcombes_formula(by_key):
    def wilson(k, n, z=1.959963984540054):
        middle, width = (
            k / n + z * z / (2 * n),
            z * ((k / n * (1 - k / n) + z * z / (4 * n)) / n) ** 0.5,
        )
        return (middle - width) / (1 + z * z / n), (middle + width) / (1 + z * z / n)

    (low1, high1), (low2, high2) = wilson(37, 47), wilson(21, 48)
    p1, p2 = 37 / 47, 21 / 48
    found = by_key["placebo"].values["found"]
    low = p1 - p2 - ((p1 - low1) ** 2 + (high2 - p2) ** 2) ** 0.5
    high = p1 - p2 + ((high1 - p1) ** 2 + (p2 - low2) ** 2) ** 0.5
    assert (found.low, found.high) == pytest.approx((low, high))


def test_doses_by_hand(by_key):
    values = by_key["dosing"].values
    assert [values["loading_days"], values["maintenance_days"]] == [-(-180 // 80), -(-90 // 80)]
    assert [values["loading_fits"], values["maintenance_fits"]] == [True, False]


#: What a formula is made of; every other number comes from a value.
OF_FORMULAS = re.compile(r"\(n [+−] 1\) p( \+ 1)?|\(1 − 1/|100 ×|1/(?=\{)")


def test_no_number_is_typed_into_a_sentence():
    for exercise in tomllib.loads(FILE.read_text(encoding="utf-8"))["exercise"]:
        asked = [
            text
            for each in exercise["ask"]
            for text in (each["label"], each["why"], *each.get("mistakes", {}).values())
        ]
        for text in (exercise["question"], exercise["answer"], *exercise["steps"], *asked):
            plain = re.sub(r"\{[^}]*\}", "", OF_FORMULAS.sub("", text))
            assert not re.search(r"\d", plain), text


@pytest.fixture
def altered(tmp_path, published):
    """The exercises after a change of their file."""

    def read(old, new):
        text = FILE.read_text(encoding="utf-8")
        assert old in text
        file = tmp_path / "exercises.toml"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return {exercise.key: exercise for exercise in exercises(published, file)}

    return read


def test_a_changed_sentence_is_shown(altered):
    question = altered("The score of manual muscle testing (MMT)", "Strength")["percent"].question
    assert question.startswith("Strength rises from 211 to 227 (maximum 260)")


def test_changed_data_change_question_and_answer(altered):
    exercise = altered("weight = 90", "weight = 70")["dosing"]
    assert exercise.question.startswith("A fictitious patient weighs 70 kg.")
    assert exercise.answer.endswith("1 for a maintenance dose, which is within the planned 1 day.")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{percent:1}% of the range a", "{per_cent}% a", "percent.answer: 'per_cent' cannot be"),
        ("{level!p}", "{level.size}", "interval.question: 'float' object has no attribute 'size'"),
        ("{possible:can|cannot}", "{possible}", "ceiling.answer: a true or false value without"),
        (
            'title = "The best that can happen"\n',
            "",
            "ceiling.title: an exercise must have key, level",
        ),
        (
            'title = "The best that can happen"\n',
            'title = "A"\nhint = "B"\n',
            "ceiling.hint: an exercise must have",
        ),
        ('level = "judge"', 'level = "easy"', "ceiling.level, value 'easy': the level must be one"),
        ('choices = "names"', 'choices = "none"', "enzyme.ask, value 'none': choices must be a"),
        ("decimals = 1\n", "", "percent.ask: an answer must have label, answer, why, and either"),
        ("decimals = 1\n", "places = 1\n", "percent.ask: an answer must have label, answer, why"),
        ('"{change}" =', '"{chance}" =', "percent.ask: 'chance' cannot be filled in"),
        ('key = "ceiling"', 'key = "roof"', "key, value 'ceiling, roof': keys of the exercises"),
    ],
)
def test_what_is_wrong_with_the_file_is_named(altered, old, new, message):
    with pytest.raises(DataError, match=rf"^exercises\.toml, column .*{message}"):
        altered(old, new)
