"""Fresh cases: every key against a slow computation from the question's own words."""

import re
from fractions import Fraction
from html import unescape
from math import comb

import pytest

from tisstats.cli import main
from tisstats.teaching.exercise_sets import as_html, as_markdown, write_set
from tisstats.teaching.fresh_cases import KINDS, fresh_cases

SEEDS = range(40)
SETS = {seed: {case.key: case for case in fresh_cases(seed)} for seed in SEEDS}

#: Aggarwal et al. 2017, Table 2: points of each band, and upper ends of the bands in per cent.
BANDS = {
    "physician": ((5, 15, 25, 40), ("0", "7.5", "15", "17.5", "20")),
    "patient": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "10")),
    "manual": ((2, 10, 20, 30), ("0", "10", "20", "27.5", "32.5")),
    "health": ((5, 15, 25, 40), ("0", "5", "7.5", "7.5", "10")),
    "creatine": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "7.5")),
    "extramuscular": ((5, 15, 25, 40), ("0", "7.5", "12.5", "15", "20")),
}
CUTS = {"adult": (20, 40, 60), "juvenile": (30, 45, 70)}
NAMES = ("less than minimal", "minimal", "moderate", "major")


def points(measure, percent):
    cuts, earned = BANDS[measure]
    return Fraction(earned[sum(percent > cut for cut in cuts)])


def category(score, population="adult"):
    return NAMES[sum(score >= cut for cut in CUTS[population])]


def ranges(question):
    strength = int(re.search(r"muscle testing to (\d+)", question)[1])
    limit = int(re.search(r"kinase is (\d+) U/L", question)[1])
    scales = dict.fromkeys(("physician", "patient", "extramuscular"), 10)
    return scales | {"manual": strength, "health": 3, "creatine": 15 * limit}


def values(case):
    """The values as a student reads them, by measure; None if missing."""
    found = {}
    for line in case.given:
        name, numbers = line.split(": ")
        found[name.split()[0].lower()] = [
            None if text == "missing" else Fraction(text) for text in numbers.split(" → ")
        ]
    assert list(found) == list(BANDS)
    return found


def fall(measure, before, after):
    return after - before if measure == "manual" else before - after


def texts(case):
    return [answer.text for answer in case.answers]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_score_by_fractions(seed):
    case = SETS[seed]["score"]
    scales = ranges(case.question)
    total = sum(
        points(name, 100 * fall(name, *pair) / scales[name]) for name, pair in values(case).items()
    )
    assert texts(case) == [f"{float(total):g}", category(total)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_boundary_belongs_to_the_band_below(seed):
    case = SETS[seed]["boundary"]
    measure = re.search(r"patient, (\w+)", case.question)[1]
    start, first, length, second = map(Fraction, re.findall(r"\d+(?:\.\d+)?", case.question))
    assert 100 * (start - first) / length in BANDS[measure][0]
    expected = [points(measure, 100 * (start - end) / length) for end in (first, second)]
    assert texts(case) == [f"{float(each):g}" for each in expected]


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_by_trying_every_step_of_the_missing_measure(seed):
    case = SETS[seed]["missing"]
    scales = ranges(case.question)
    totals = [Fraction(0)]
    for name, (before, after) in values(case).items():
        step = Fraction(1, 8) if name == "health" else Fraction(1, 10)
        tried = (
            [n * step for n in range(int(scales[name] / step) + 1)] if after is None else [after]
        )
        earned = {points(name, 100 * fall(name, before, end) / scales[name]) for end in tried}
        totals = [total + each for total in totals for each in earned]
    low, high = min(totals), max(totals)
    known = category(low) if category(low) == category(high) else "undetermined"
    assert texts(case) == [f"{float(low):g}", f"{float(high):g}", known]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_categories(seed):
    case = SETS[seed]["category"]
    score = Fraction(re.search(r"score of (\S+)", case.question)[1])
    assert texts(case) == [category(score), category(score, "juvenile")]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ceiling_by_fractions(seed):
    case = SETS[seed]["ceiling"]
    scales = ranges(case.question)
    most = sum(
        points(name, 100 * (scales[name] - value if name == "manual" else value) / scales[name])
        for name, (value,) in values(case).items()
    )
    assert texts(case) == [f"{float(most):g}"]


def tail(k, n, share, side):
    counts = range(k, n + 1) if side == "upper" else range(k + 1)
    return sum(comb(n, each) * share**each * (1 - share) ** (n - each) for each in counts)


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_enclose_the_proportion_with_the_probability_of_a_tail(seed):
    case = SETS[seed]["interval"]
    k, n = map(int, re.search(r"(\d+) of (\d+) patients", case.question).groups())
    for text, side in zip(texts(case), ("upper", "lower"), strict=True):
        around = [Fraction(text) / 100 + Fraction(each, 2000) for each in (-1, 1)]
        probabilities = sorted(tail(k, n, share, side) for share in around)
        assert probabilities[0] <= Fraction(1, 40) <= probabilities[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_definition_of_improvement_by_fractions(seed):
    case = SETS[seed]["imacs-improvement"]
    shares = {
        name: fall(name, before, after) / before for name, (before, after) in values(case).items()
    }
    improved = sum(share >= Fraction(1, 5) for share in shares.values())
    worse = [name for name, share in shares.items() if share <= Fraction(-1, 4)]
    met = improved >= 3 and len(worse) <= 2 and "manual" not in worse
    assert texts(case) == [str(improved), str(len(worse)), "yes" if met else "no"]


def test_the_cases_vary():
    for key in KINDS:
        assert len({case[key].question + str(case[key].given) for case in SETS.values()}) > 20
    found = {text for case in SETS.values() for text in texts(case["imacs-improvement"])}
    assert {"yes", "no", "0", "1"} <= found
    assert {texts(case["missing"])[2] for case in SETS.values()} >= {"undetermined", "minimal"}


@pytest.mark.parametrize("seed", SEEDS)
def test_reasons_are_for_wrong_answers_and_values_are_on_their_scales(seed):
    for case in SETS[seed].values():
        assert "fictitious" in case.question
        for answer in case.answers:
            assert answer.text not in answer.mistakes
            assert (answer.decimals is None) == bool(answer.choices)
            assert not answer.choices or answer.text in answer.choices
        for text in (case.question, *case.given, *case.steps):
            assert not re.search(r"\bnan\b|None|\d\.0{3,}|e-\d|-\d", text), text


def test_the_files_of_a_set_are_the_same_bytes_each_time(tmp_path, capsys):
    for folder in ("one", "two"):
        assert main(["exercises", "--seed", "5", "--key", "-o", str(tmp_path / folder)]) == 0
    assert capsys.readouterr().out.count("exercises_5") == 8
    names = ["exercises_5.html", "exercises_5.md", "exercises_5_key.html", "exercises_5_key.md"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_students_get_no_answers(tmp_path):
    assert [path.suffix for path in write_set(5, tmp_path)] == [".md", ".html"]
    for path in tmp_path.iterdir():
        text = unescape(path.read_text(encoding="utf-8"))
        assert "fictitious" in text
        for case in SETS[5].values():
            assert case.question in text
            assert not any(step in text for step in case.steps)


def test_the_key_has_every_answer_and_step():
    cases = list(SETS[5].values())
    for text in (as_markdown(cases, 5, key=True), unescape(as_html(cases, 5, key=True))):
        for case in cases:
            assert all(step in text for step in case.steps)
            assert all(f"{answer.text}" in text for answer in case.answers)


def test_the_set_goes_to_standard_output_if_no_folder_is_named(capsys):
    assert main(["exercises", "--seed", "5"]) == 0
    assert capsys.readouterr().out == as_markdown(list(SETS[5].values()), 5)


@pytest.mark.parametrize("seed", [-1, True, 1.5, "1"])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(ValueError, match="seed must be an integer of at least 0"):
        fresh_cases(seed)
