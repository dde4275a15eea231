"""What is said of a typed answer, and the same of a set in a notebook."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tisstats.teaching.cases import Answer
from tisstats.teaching.fresh_cases import fresh_cases
from tisstats.teaching.verdicts import CaseSet, NumberedSet, _as_text, verdict

POINTS = Answer(
    "Points", "7.5", "The second band.", decimals=1, mistakes={"15": "That is the band above."}
)
WHOLE = Answer("Patients", "8", "All of them.", decimals=0)
CHOICE = Answer(
    "Category", "minimal", "By its cut-off.", choices=("none", "minimal"), mistakes={"none": "No."}
)
CASES = fresh_cases(7)
SET = CaseSet(7)


@pytest.mark.parametrize(
    ("answer", "typed", "kind", "said"),
    [
        (POINTS, " 7.5 ", "right", "The second band."),
        (POINTS, "7,50 %", "right", "The second band."),
        (POINTS, "+7.45", "right", "The second band."),
        (POINTS, "7.44", "wrong", "check your rounding"),
        (POINTS, "7.55", "wrong", "check your rounding"),
        (POINTS, "7.6", "wrong", "check your rounding"),
        (POINTS, "7.7", "wrong", "The second band."),
        (POINTS, "15.04", "wrong", "That is the band above."),
        (POINTS, "-7.5", "wrong", "The second band."),
        (POINTS, "−7.5", "wrong", "The second band."),
        (POINTS, ".5", "wrong", "The second band."),
        (POINTS, "", "unread", "Type an answer."),
        (POINTS, "7.5.1", "unread", "Type one number."),
        (POINTS, "seven", "unread", "Type one number."),
        (POINTS, "٧", "unread", "Type one number."),
        (POINTS, "1,199", "unread", "This comma could separate thousands"),
        (WHOLE, "7", "wrong", "All of them."),  # nothing was to be rounded
        (WHOLE, "9", "wrong", "All of them."),
        (CHOICE, "minimal", "right", "By its cut-off."),
        (CHOICE, "none", "wrong", "No."),
        (CHOICE, "", "unread", "Select an answer."),
        (CHOICE, "major", "unread", "Select an answer."),
    ],
)
def test_verdicts(answer, typed, kind, said):
    found = verdict(answer, typed)
    assert found.kind == kind
    assert said in found.text


@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(0, 3))
def test_an_answer_is_right_if_it_rounds_to_the_correct_one(units, typed_places, asked):
    typed = f"{units // 10**typed_places}.{units % 10**typed_places:0{typed_places}d}"
    typed = typed.rstrip(".") if not typed_places else typed
    exact = Fraction(units, 10**typed_places)
    # The nearest of all multiples; of two, the larger one.
    right = max(
        (int(exact * 10**asked) + more for more in (0, 1)),
        key=lambda unit: (-abs(Fraction(unit, 10**asked) - exact), unit),
    )
    text = f"{right // 10**asked}.{right % 10**asked:0{asked}d}" if asked else str(right)
    answer = Answer("Number", text, "Because.", decimals=asked)
    if asked < 3 or "." in typed:
        assert verdict(answer, typed).kind == "right"


@pytest.mark.parametrize(
    ("number", "text"), [(7.4499999999, "7.4499999999"), (1e-9, "0.000000001"), (0.1 + 0.2, "0.3")]
)
def test_a_number_is_typed_with_all_its_digits(number, text):
    assert _as_text(number) == text


def test_a_number_is_not_rounded_before_it_is_compared():
    below = Answer("Points", "7.4", "The reason.", decimals=1)
    assert verdict(below, _as_text(7.4499999999)).kind == "right"


def test_a_set_checks_numbers_and_texts_and_says_what_is_open():
    for case in CASES:
        texts = [answer.text for answer in case.answers]
        typed = [
            text if answer.choices else float(text)
            for answer, text in zip(case.answers, texts, strict=True)
        ]
        for said in (texts, typed):
            found = SET.check(case.key, *said)
            assert found.all_right
            assert repr(found).count("Right. ") == len(texts)
        still_open = SET.check(case.key, *[None for _ in texts])
        assert {each.kind for _, each in still_open.lines} == {"unread"}
        assert not still_open.all_right


@pytest.mark.parametrize(
    ("key", "typed", "message"),
    [
        ("scoring", (1,), "case must be one of category, boundary, .*, got 'scoring'"),
        ("score", (1,), "score has 2 questions, got 1 answers"),
    ],
)
def test_wrong_calls_are_named(key, typed, message):
    with pytest.raises(ValueError, match=message):
        SET.check(key, *typed)


@pytest.fixture(scope="module")
def numbered(published):
    return NumberedSet(published)


def test_numbered_exercises_are_checked_each_wrong_answer_with_its_reason(numbered, by_key):
    for key, exercise in by_key.items():
        right = [answer.text for answer in exercise.answers]
        assert numbered.check(key, *right).all_right
        for at, answer in enumerate(exercise.answers):
            for mistake, reason in answer.mistakes.items():
                found = numbered.check(key, *right[:at], mistake, *right[at + 1 :])
                assert [said.kind == "wrong" for _, said in found.lines] == [
                    each == at for each in range(len(right))
                ]
                assert found.lines[at][1].text == f"Not right. {reason}"


def test_wrong_calls_of_numbered_exercises_are_named(numbered):
    # A case has this name, and no exercise.
    with pytest.raises(ValueError, match=r"exercise must be one of percent, .*, got 'score'"):
        numbered.check("score", 1)
    with pytest.raises(ValueError, match="percent has 2 questions, got 1 answers"):
        numbered.check("percent", 1)
