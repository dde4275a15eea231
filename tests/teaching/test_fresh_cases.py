"""Fresh cases: every key against a slow computation from the question's own words."""

import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cache
from html import unescape
from itertools import accumulate, product
from math import comb, pi, sin, sqrt
from statistics import NormalDist

import pytest

from tests.cases import some
from tests.command import called
from tisstats.cli import main
from tisstats.cli.commands import class_exercises
from tisstats.teaching.design_cases import patients_per_arm
from tisstats.teaching.exercise_files import write_sets
from tisstats.teaching.exercise_sets import as_html, as_html_sets, as_markdown
from tisstats.teaching.fresh_cases import KINDS, fresh_cases
from tisstats.teaching.open_questions import levels

SEEDS = some(range(40), 12)

#: Sets that are checked for what holds for each, without a slow computation.
MANY = [*SEEDS, *some(range(40, 200), 20)]


@cache
def set_of(seed):
    """The cases of a set by their short name, computed when a test first asks for it."""
    return {case.key: case for case in fresh_cases(seed)}


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


def numbers(text):
    """The numbers in a text, exactly."""
    return [Fraction(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]


def rounded(value, decimals):
    """A number of at least zero as it is printed, halves rounded up."""
    units = int(value * 10**decimals + Fraction(1, 2))
    return f"{units / 10**decimals:.{decimals}f}"


def fall(measure, before, after):
    return after - before if measure == "manual" else before - after


def texts(case):
    return [answer.text for answer in case.answers]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_score_by_fractions(seed):
    case = set_of(seed)["score"]
    scales = ranges(case.question)
    total = sum(
        points(name, 100 * fall(name, *pair) / scales[name]) for name, pair in values(case).items()
    )
    assert texts(case) == [f"{float(total):g}", category(total)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_boundary_belongs_to_the_band_below(seed):
    case = set_of(seed)["boundary"]
    measure = re.search(r"patient, (\w+)", case.question)[1]
    start, first, length, second = map(Fraction, re.findall(r"\d+(?:\.\d+)?", case.question))
    assert 100 * (start - first) / length in BANDS[measure][0]
    expected = [points(measure, 100 * (start - end) / length) for end in (first, second)]
    assert texts(case) == [f"{float(each):g}" for each in expected]


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_by_trying_every_step_of_the_missing_measure(seed):
    case = set_of(seed)["missing"]
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
    case = set_of(seed)["category"]
    score = Fraction(re.search(r"score of (\S+)", case.question)[1])
    assert texts(case) == [category(score), category(score, "juvenile")]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ceiling_by_fractions(seed):
    case = set_of(seed)["ceiling"]
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
    case = set_of(seed)["interval"]
    k, n = map(int, re.search(r"(\d+) of (\d+) patients", case.question).groups())
    for text, side in zip(texts(case), ("upper", "lower"), strict=True):
        around = [Fraction(text) / 100 + Fraction(each, 2000) for each in (-1, 1)]
        probabilities = sorted(tail(k, n, share, side) for share in around)
        assert probabilities[0] <= Fraction(1, 40) <= probabilities[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_definition_of_improvement_by_fractions(seed):
    case = set_of(seed)["imacs-improvement"]
    shares = {
        name: fall(name, before, after) / before for name, (before, after) in values(case).items()
    }
    improved = sum(share >= Fraction(1, 5) for share in shares.values())
    worse = [name for name, share in shares.items() if share <= Fraction(-1, 4)]
    met = improved >= 3 and len(worse) <= 2 and "manual" not in worse
    assert texts(case) == [str(improved), str(len(worse)), "yes" if met else "no"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_percentage_by_trying_every_count(seed):
    case = set_of(seed)["printed-percentage"]
    printed, patients = re.search(r"states that ([\d.]+)% of (\d+) ", case.question).groups()
    shares = [Fraction(100 * count, int(patients)) for count in range(int(patients) + 1)]
    distances = [abs(share - Fraction(printed)) for share in shares]
    nearest = distances.index(min(distances))
    assert sorted(distances)[0] < sorted(distances)[1]
    possible = printed in [rounded(share, 1) for share in shares]
    assert texts(case) == [str(nearest), "yes" if possible else "no"]


@cache
def enumerated_pvalues(pairs):
    """Two-sided P values of every pattern of signs, by going through all of them."""
    sums = sorted(
        sum(rank for rank, plus in enumerate(signs, start=1) if plus)
        for signs in product((False, True), repeat=pairs)
    )
    half = pairs * (pairs + 1) // 4
    return {
        Fraction(2 * sum(each <= least for each in sums), 2**pairs) for least in range(half + 1)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_p_value_by_going_through_all_patterns_of_signs(seed):
    case = set_of(seed)["printed-p-value"]
    pairs, printed = re.search(r"study, (\d) patients .* P = (0\.\d{3}) by", case.question).groups()
    values = enumerated_pvalues(int(pairs))
    # What rounds to the printed value, by any rule for halves.
    possible = any(abs(value - Fraction(printed)) <= Fraction(1, 2000) for value in values)
    assert texts(case) == [rounded(min(values), 4), "yes" if possible else "no"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_method_by_what_defines_each_interval(seed):
    case = set_of(seed)["interval-method"]
    count, of, _, low, high = numbers(case.question)
    z, share = 1.959963984540054, float(count / of)

    def about(value, limit):
        return abs(100 * value - float(limit)) <= 0.0501

    root = z * sqrt(share * (1 - share) / of)
    middle, half = (
        share + z * z / (2 * of),
        z * sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2),
    )
    found = {
        "Wald": about(share - root, low) and about(share + root, high),
        "Wilson": about((middle - half) / (1 + z * z / of), low)
        and about((middle + half) / (1 + z * z / of), high),
        "Clopper-Pearson": all(
            tail(int(count), int(of), limit / 100 - Fraction(1, 2000), side) * sign
            <= Fraction(sign, 40)
            <= tail(int(count), int(of), limit / 100 + Fraction(1, 2000), side) * sign
            for limit, side, sign in ((low, "upper", 1), (high, "lower", -1))
        ),
    }
    # The interval of Jeffreys is that which is none of the others.
    expected = next((name for name, fits in found.items() if fits), "Jeffreys")
    assert sum(found.values()) == (expected != "Jeffreys")
    assert texts(case) == [expected]


def test_jeffreys_limits_are_quantiles_of_its_posterior_distribution():
    case = next(
        each["interval-method"]
        for each in map(set_of, SEEDS)
        if texts(each["interval-method"]) == ["Jeffreys"]
    )
    count, of, _, low, high = map(float, numbers(case.question))
    # Midpoint rule on the angle, in which the density has no poles.
    angles = [(each + 0.5) * (pi / 2) / 20000 for each in range(20000)]
    sines = [sin(each) ** 2 for each in angles]
    density = [share**count * (1 - share) ** (of - count) for share in sines]
    below = list(accumulate(density))
    for limit, target in ((low, 0.025), (high, 0.975)):
        shares = [
            total / below[-1]
            for total, at in zip(below, sines, strict=True)
            if abs(at - limit / 100) <= 0.00055
        ]
        assert shares[0] <= target <= shares[-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_within_reach_by_fractions(seed):
    case = set_of(seed)["endpoint-in-reach"]
    scales = ranges(case.question)
    threshold = int(re.search(r"at least (\d+) as", case.question)[1])
    earned = {
        name: points(
            name, 100 * (scales[name] - value if name == "manual" else value) / scales[name]
        )
        for name, (value,) in values(case).items()
    }
    most = sum(earned.values())
    expected = [f"{float(earned['manual']):g}", f"{float(most):g}"]
    assert texts(case) == [*expected, "yes" if most >= threshold else "no"]


#: Almackenzie et al. 2026, as data/evidence has them; the HAQ is read in its own points.
IMPORTANT = {"physician": "1.1", "patient": "1.84", "health": "0.65", "extramuscular": "0.85"}


@pytest.mark.parametrize("seed", SEEDS)
def test_error_importance_and_points_by_fractions(seed):
    case = set_of(seed)["important-change"]
    article, measure = re.search(r"adult, (the )?(\w+)", case.question).groups()
    assert bool(article) == (measure == "Health")  # of the Health Assessment Questionnaire
    measure = measure.lower()
    before, after, _, length, error, _, _, important, *_ = numbers(case.question)
    assert important == Fraction(IMPORTANT[measure])
    detectable = Fraction("1.96") * Fraction("1.4142135623730951") * error
    change = before - after
    assert texts(case) == [
        rounded(detectable, 2),
        "yes" if change > detectable else "no",
        "yes" if change >= important else "no",
        f"{float(points(measure, 100 * change / length)):g}",
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fall_of_the_enzyme_by_fractions(seed):
    case = set_of(seed)["enzyme-change"]
    before, after, limit, times, detectable, *_ = numbers(case.question)
    assert (times, detectable) == (15, 53)
    fall = 100 * (before - after) / before
    earned = points("creatine", 100 * (before - after) / (15 * limit))
    assert texts(case) == [rounded(fall, 1), "yes" if fall > 53 else "no", f"{float(earned):g}"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_size_is_the_first_that_attains_the_power_by_the_approximation(seed):
    case = set_of(seed)["sample-size"]
    threshold, placebo, treated, level, power, left = map(float, numbers(case.question))
    assert (threshold, level) == (40, 5)
    quantile = {80: 0.8416212335729143, 90: 1.2815515655446004}[power]
    p, q = treated / 100, placebo / 100
    mean = (p + q) / 2

    def attains(size):
        # Power by the normal approximation: the distance of both hypotheses in standard errors.
        null = 1.959963984540054 * sqrt(2 * mean * (1 - mean) / size)
        return (p - q - null) / sqrt((p * (1 - p) + q * (1 - q)) / size) >= quantile

    size = next(each for each in range(2, 1000) if attains(each))
    stay = next(each for each in range(size, 2000) if each * (100 - left) >= 100 * size)
    assert texts(case) == [str(size), str(2 * stay)]
    # The number in the solution is that of the two numbers in the hint.
    z_alpha, z_power = map(float, re.findall(r"z[₁₂] = ([0-9.]+)", case.given[1]))
    pooled = z_alpha * sqrt(2 * mean * (1 - mean))
    by_hand = ((pooled + z_power * sqrt(p * (1 - p) + q * (1 - q))) / (p - q)) ** 2
    assert case.steps[0].startswith(f"The formula gives {rounded(by_hand, 1)}: {size} patients")


def read_in_tenths(value, half):
    """A value as it is read on a scale of tenths."""
    with localcontext(prec=30):
        decimal = Decimal(value.numerator) / value.denominator
        return Fraction(decimal.quantize(Decimal("0.1"), half))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_baseline_needed_by_trying_every_step_of_the_scale(seed):
    case = set_of(seed)["entry-criterion"]
    wanted, *scale, part, nearest = numbers(case.question)
    assert scale == [0, 10, nearest] == [0, 10, Fraction(1, 10)]
    name = re.search("points for (\\w+)", case.question)[1].lower()
    starts = [Fraction(tenths, 10) for tenths in range(1, 101)]
    for half in (ROUND_HALF_UP, ROUND_HALF_DOWN):
        falls = {at: at - read_in_tenths(at * (100 - part) / 100, half) for at in starts}
        best = next(at for at in starts if points(name, 10 * at) >= wanted)
        needed = next(at for at in starts if points(name, 10 * falls[at]) >= wanted)
        assert [Fraction(text) for text in texts(case)] == [best, needed]


@pytest.mark.parametrize("seed", SEEDS)
def test_missed_visits_by_counting_a_million_patients(seed):
    case = set_of(seed)["missed-visits"]
    patients, threshold, rescued, response, missed, null, level, needed, _ = numbers(case.question)
    assert level == 5
    assert threshold == 40
    # A cohort in which each of the groups is a whole number.
    others = 10**6 * (100 - rescued) / 100
    seen = others * response / 100 * (100 - missed) / 100
    unknown = others * missed / 100
    enough = "yes" if patients * seen / 10**6 >= needed else "no"
    shares = [seen / 10**6, seen / (10**6 - unknown)]
    assert texts(case) == [*(rounded(100 * share, 1) for share in shares), enough]
    # The number needed is the smallest above the null proportion that rejects.
    n, p = int(patients), float(null / 100)
    chances = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    p_values = [sum(c for c in chances if c <= own * (1 + 1e-7)) for own in chances]
    assert needed == min(k for k in range(n + 1) if k > n * p and p_values[k] <= 0.05)
    # Too few responses are rejected by the test, too, but do not show what is to be shown.
    powers = [
        sum(comb(n, k) * of_one**k * (1 - of_one) ** (n - k) for k in range(int(needed), n + 1))
        for of_one in (float(seen / 10**6), float(others * response / 100 / 10**6))
    ]
    assert f"probability of {100 * powers[0]:.1f}% (the power)" in case.steps[-1]
    assert f"{100 * powers[1]:.1f}% if no visit is missed" in case.steps[-1]


@pytest.mark.parametrize("seed", [*MANY, 214])
def test_what_is_compared_differs_as_printed(seed):
    cases = set_of(seed)
    expected, needed = re.search(
        r"= ([\d.]+) responses, (\d+) are needed", cases["missed-visits"].steps[-1]
    ).groups()
    assert (float(expected) >= int(needed)) == (texts(cases["missed-visits"])[-1] == "yes")
    smallest, change, is_larger = re.search(
        r"is ([\d.]+)(?: cm)?; the change of ([\d.]+) is (larger|not larger)",
        cases["important-change"].steps[0],
    ).groups()
    assert (float(change) > float(smallest)) == (is_larger == "larger")
    fall, more, detectable = re.search(
        r"is ([\d.]+)% of the baseline value, (more|not more) than (\d+)%",
        cases["enzyme-change"].steps[0],
    ).groups()
    assert (float(fall) > int(detectable)) == (more == "more")


@pytest.mark.parametrize(
    ("treated", "placebo", "power", "size"),
    [
        # ceiling(power.prop.test(p1 = .5, p2 = .3, power = .9, tol = 1e-10)$n)
        (0.5, 0.3, 0.9, 124),
        # ceiling(power.prop.test(p1 = .6, p2 = .3, power = .8, tol = 1e-10)$n)
        (0.6, 0.3, 0.8, 42),
        # ceiling(power.prop.test(p1 = .65, p2 = .2, power = .8, tol = 1e-10)$n)
        (0.65, 0.2, 0.8, 18),
    ],
)
def test_the_formula_agrees_with_r(treated, placebo, power, size):

    found = patients_per_arm(treated, placebo, 1.959963984540054, NormalDist().inv_cdf(power))
    assert size - 1 < found <= size


@pytest.mark.parametrize("seed", SEEDS)
def test_one_measure_is_beyond_its_error_and_matters(seed):
    case = set_of(seed)["measure-choice"]
    sizes, fitting = [], []
    for line in case.given:
        name, rest = line.split(": ")
        error, expected, important = numbers(rest)
        detectable = Fraction("1.96") * Fraction("1.4142135623730951") * error
        sizes.append(rounded(detectable, 1))
        if expected > detectable and expected >= important:
            fitting.append(name)
    assert texts(case) == [*sizes, *fitting]


def test_the_cases_vary():
    for key in KINDS:
        asked = {case[key].question + str(case[key].given) for case in map(set_of, SEEDS)}
        assert len(asked) > len(SEEDS) / 2
    found = {text for case in map(set_of, SEEDS) for text in texts(case["imacs-improvement"])}
    assert {"yes", "no", "0", "1"} <= found
    assert {texts(case["missing"])[2] for case in map(set_of, SEEDS)} >= {"undetermined", "minimal"}


@pytest.mark.parametrize("seed", MANY)
def test_reasons_are_for_wrong_answers_and_values_are_on_their_scales(seed):
    cases = set_of(seed).values()
    for case in cases:
        assert "fictitious" in case.question
        for answer in case.answers:
            assert answer.text not in answer.mistakes
            assert (answer.decimals is None) == bool(answer.choices)
            assert not answer.choices or {answer.text, *answer.mistakes} <= {*answer.choices}
            if not answer.choices:
                # Not two reasons for what is the same number, nor one for the correct one.
                wrong = [float(each) for each in answer.mistakes]
                assert len({*wrong, float(answer.text)}) == len(wrong) + 1
        labels = [answer.label for answer in case.answers]
        assert len(labels) == len(set(labels))
        for text in (case.question, *case.given, *case.steps):
            assert not re.search(r"\bnan\b|None|\d\.0{3,}|e-\d|-\d", text), text


def test_cases_stand_in_the_order_of_their_levels():
    order = [level.key for level in levels()]
    found = [case.level for case in set_of(0).values()]
    assert found == sorted(found, key=order.index)
    assert set(found) == set(order)
    assert list(set_of(0)) == list(KINDS)


def test_the_files_of_a_set_are_the_same_bytes_each_time(tmp_path, capsys):
    for folder in ("one", "two"):
        assert main(["exercises", "--seed", "5", "--key", "-o", str(tmp_path / folder)]) == 0
    assert capsys.readouterr().out.count("exercises_5") == 8
    names = ["exercises_5.html", "exercises_5.md", "exercises_5_key.html", "exercises_5_key.md"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_file_with_answers_is_not_replaced(tmp_path):
    def draw(*more):
        return called("exercises", "--seed", "1", "--format", "ipynb", "-o", tmp_path, *more)

    assert draw().returncode == 0
    notebook = tmp_path / "exercises_1.ipynb"
    blank = notebook.read_bytes()
    before = notebook.stat().st_mtime_ns
    done = draw("--key")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert notebook.stat().st_mtime_ns == before
    (tmp_path / "exercises_1_key.ipynb").unlink()
    answered = blank.replace(b"fictitious", b"answered", 1)
    notebook.write_bytes(answered)
    # Neither its key is written nor the set of another student.
    done = draw("--key", "--students", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{notebook}: has other contents, perhaps answers, and is not replaced: name another folder"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["exercises_1.ipynb"]
    assert notebook.read_bytes() == answered


def test_students_get_no_answers(tmp_path):
    assert [path.suffix for path in write_sets([5], tmp_path)] == [".md", ".html"]
    for path in tmp_path.iterdir():
        text = unescape(path.read_text(encoding="utf-8"))
        assert "fictitious" in text
        for case in set_of(5).values():
            assert case.question in text
            assert not any(step in text for step in case.steps)


def test_the_key_has_every_answer_and_step():
    cases = list(set_of(5).values())
    for text in (as_markdown(cases, 5, key=True), unescape(as_html(cases, 5, key=True))):
        for case in cases:
            assert all(step in text for step in case.steps)
            assert all(f"{answer.text}" in text for answer in case.answers)


def test_the_set_goes_to_standard_output_if_no_folder_is_named(capsys):
    assert main(["exercises", "--seed", "5"]) == 0
    assert capsys.readouterr().out == as_markdown(list(set_of(5).values()), 5)


@pytest.mark.parametrize("form", ["md", "html", "ipynb"])
def test_a_format_is_one_file_or_standard_output(tmp_path, form):
    done = called("exercises", "--seed", "5", "--format", form, "-o", tmp_path)
    (file,) = tmp_path.iterdir()
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert file.name == f"exercises_5.{form}"
    assert called("exercises", "--seed", "5", "--format", form).stdout == file.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "--seed"),
        (("--seed", "x"), 2, "must be an integer of at least 0, got 'x'"),
        (("--seed", "-1"), 2, "must be an integer of at least 0, got '-1'"),
        (("--seed", "1.5"), 2, "must be an integer of at least 0, got '1.5'"),
        (("--seed", "1", "--format", "pdf"), 2, "invalid choice: 'pdf'"),
        (("--seed", "1", "-o", __file__), 1, "File exists"),
        (("--seed", "1", "--cases", "scores"), 2, "must be among category, boundary, score, "),
        (("--seed", "1", "--students", "2"), 2, "several sets need a folder: add --output DIR"),
        (("--seed", "1", "--students", "0", "-o", "x"), 2, "must be an integer from 1 to 10000"),
        (("--seed", "1", "--students", "10001", "-o", "x"), 2, "from 1 to 10000, got '10001'"),
    ],
)
def test_wrong_use_is_one_line(arguments, code, said):
    done = called("exercises", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["md", "html", "ipynb"])
def test_a_worksheet_has_the_kinds_of_cases_that_are_named_as_they_are_in_the_whole_set(
    tmp_path, form
):
    done = called(
        *("exercises", "--seed", "5", "--cases", "ceiling", "score", "sample-size"),
        *("--format", form, "-o", tmp_path),
    )
    assert done.returncode == 0
    written = unescape((tmp_path / f"exercises_5.{form}").read_text("utf-8"))
    named = {"score", "ceiling", "sample-size"}
    questions = {key: case.question for key, case in set_of(5).items()}
    assert {key for key, question in questions.items() if question in written} == named
    # A level without cases has no heading.
    assert "## Judge" not in written
    assert ("## Design" in written) == (form == "ipynb")


def test_a_kind_of_case_that_is_unknown_is_named():
    with pytest.raises(ValueError, match=r"must be one of category, .*, got 'scores'"):
        fresh_cases(1, ["scores"])


def test_each_student_gets_the_set_of_a_seed_of_its_own(tmp_path):
    arguments = ["--seed", "5", "--students", "2", "--format", "md", "-o", str(tmp_path)]
    assert main(["exercises", *arguments]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"exercises_5.md", "exercises_6.md"}
    written = (tmp_path / "exercises_6.md").read_text("utf-8")
    assert written == as_markdown(fresh_cases(6), 6)


def test_several_sets_on_one_page_are_those_of_their_pages():
    sets = {seed: fresh_cases(seed) for seed in (5, 6)}
    for key in (False, True):
        page = as_html_sets(sets, key=key).replace("<h3>", "<h2>").replace("</h3>", "</h2>")
        for seed, cases in sets.items():
            alone = as_html(cases, seed, key=key)
            assert alone[alone.index("<section>") : alone.rindex("</section>")] in page
            assert f"<h2>Set {seed}{', key' * key}</h2>" in page


@pytest.mark.parametrize("seed", [-1, True, 1.5, "1"])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(ValueError, match="seed must be an integer of at least 0"):
        fresh_cases(seed)


@pytest.mark.parametrize("many", [2, 3])
def test_many_sets_show_their_progress(tmp_path, monkeypatch, capsys, many):
    monkeypatch.setattr(class_exercises, "_MANY_SETS", many)
    assert main(["exercises", "--seed", "5", "--students", "2", "-o", str(tmp_path / "sets")]) == 0
    printed = capsys.readouterr()
    assert printed.err == ("1 of 2 sets of exercises\n2 of 2 sets of exercises\n" * (many == 2))
    assert len(printed.out.splitlines()) == 4
