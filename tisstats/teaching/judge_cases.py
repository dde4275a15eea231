"""Fresh cases in which a printed result is judged: whether it can be, and what it supports."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import sqrt
from statistics import NormalDist

from tisstats.forensics.percentages import counts_matching
from tisstats.measures.baseline import attainable_score
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTOFFS
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded, parse, round_to
from tisstats.statistics import proportion_interval
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.statistics.proportions import method_title
from tisstats.teaching.cases import (
    EIGHTHS,
    LEVEL,
    TENTHS,
    ULN,
    YES_NO,
    Case,
    Draw,
    choice_answer,
    count_answer,
    name_at_start,
    number_answer,
    points_answer,
    scale_length,
    shown,
    yes_no_answer,
)
from tisstats.teaching.evidence import EvidenceBase
from tisstats.teaching.fictitious_patient import Patient
from tisstats.teaching.wording import measure_name_in_sentence
from tisstats.teaching.worked_patient import COLUMNS

#: Methods among which an interval's is to be found.
METHODS = ("clopper-pearson", "wilson", "jeffreys", "wald")

#: Measures with a minimal important change in a unit of their scale, and the steps of the scale.
_STEPS = {
    "physician_global": TENTHS,
    "patient_global": TENTHS,
    "haq": EIGHTHS,
    "extramuscular": TENTHS,
}

#: Quantile of the standard normal distribution, rounded as it is printed in questions.
_QUANTILE = round(NormalDist().inv_cdf((1 + LEVEL) / 2), 2)

#: Smallest detectable change of one patient in standard errors of measurement.
DETECTABLE = _QUANTILE * sqrt(2)

#: The same in a sentence.
DETECTABLE_RULE = (
    f"Take the smallest detectable change of one patient as {_QUANTILE:g} × √2 × the standard "
    "error of measurement."
)

_evidence = cache(EvidenceBase.read)


def _without_halves(patients: int) -> bool:
    """Return whether no count is a percentage halfway between two of one decimal."""
    return all(
        (2000 * count) % patients or (2000 * count // patients) % 2 == 0
        for count in range(patients + 1)
    )


#: Numbers of patients of which each printed percentage is the same by every rule of rounding.
_PATIENTS = tuple(filter(_without_halves, range(11, 61)))


def percentage_case(draw: Draw) -> Case:
    """Test whether a printed percentage can be a share of the patients."""
    patients = draw.one(_PATIENTS)
    nearest = draw.whole(2, patients - 2)
    share = Fraction(100 * nearest, patients)
    printed = format_rounded(share, 1)
    if draw.whole(0, 1):
        # Farther than any rounding, and nearer than halfway to the next count.
        away = draw.whole(2, max(2, 400 // patients)) * draw.one((-1, 1))
        printed = format_rounded(share + Fraction(away, 10), 1)
    counts = counts_matching(parse(printed), patients)
    one = format_rounded(100 / patients, 2)
    around = "; ".join(
        f"{count} of {patients} is {format_rounded(100 * count / patients, 1)}%"
        for count in (nearest - 1, nearest, nearest + 1)
    )
    verdict = "gives" if counts else "does not give"
    return Case(
        "printed-percentage",
        "judge",
        "Is this percentage possible?",
        4,
        f"A fictitious paper states that {printed}% of {patients} patients improved. Which number "
        "of patients comes nearest to that, and does it give the printed percentage?",
        (),
        (
            count_answer(
                "Nearest number of patients",
                nearest,
                f"Multiply the percentage by {patients}, and round to a whole patient.",
                (
                    round(float(printed)),
                    "That is the percentage itself: how many patients is it?",
                ),
            ),
            yes_no_answer(
                "Can the printed percentage be correct?",
                yes=bool(counts),
                why="Divide the nearest number by the number of patients, round to one decimal and "
                "compare.",
            ),
        ),
        (
            f"One patient is {one}%, so most percentages with one decimal do not occur.",
            f"{around}.",
            f"So {nearest} of {patients} {verdict} {printed}%.",
        ),
        "from tisstats import percentage_consistency\n\n"
        f'percentage_consistency("{printed}", None, {patients}).counts',
    )


def attainable_pvalues(pairs: int) -> list[float]:
    """Return the two-sided exact P values of the signed-rank test below 1, ascending.

    Parameters
    ----------
    pairs
        Number of differences, none of them zero and no two with the same absolute value.

    Examples
    --------
    >>> attainable_pvalues(4)
    [0.125, 0.25, 0.375, 0.625, 0.875]
    """
    ranks = list(range(1, pairs + 1))
    values = (2 * lower_tail(ranks, last)[0] for last in range(sum(ranks) // 2 + 1))
    return [value for value in values if value < 1]


def p_value_case(draw: Draw) -> Case:
    """Test whether a printed P value of few pairs is attainable."""
    pairs = draw.whole(5, 9)
    values = attainable_pvalues(pairs)
    printable = {format_rounded(value, 3) for value in values}
    # A value halfway between two would be printed either way.
    printable |= {f"{value:.3f}" for value in values}
    attained = [format_rounded(value, 3) for value in values if value < 0.3]
    others = [
        text for text in (f"{each / 1000:.3f}" for each in range(2, 100)) if text not in printable
    ]
    printed = draw.one(attained if draw.whole(0, 1) else others)
    possible = printed in printable
    smallest = 2 / 2**pairs
    below = [value for value in values if value <= float(printed)]
    around = [*below[-1:], *values[len(below) : len(below) + 1]]
    listed = " and ".join(format_rounded(value, 4) for value in around)
    return Case(
        "printed-p-value",
        "judge",
        "Is this P value possible?",
        6,
        f"In a fictitious study, {pairs} patients are measured twice; no difference is zero, and "
        f"no two have the same absolute value. The authors print P = {printed} by the exact "
        "two-sided Wilcoxon signed-rank test. What is the smallest P value that this test can give "
        "here, and can the printed one be correct?",
        (),
        (
            number_answer(
                "Smallest P value, four decimals",
                smallest,
                "It is that of differences with one sign: one pattern of signs in each direction.",
                (smallest / 2, "That is one-sided: the other direction counts as well."),
                (0.05, "That is a significance level: count the patterns of signs."),
                decimals=4,
            ),
            yes_no_answer(
                "Can the printed P value be correct?",
                yes=possible,
                why="The test has few possible P values with so few patients: list those nearest "
                "to the printed one.",
            ),
        ),
        (
            f"Under the null hypothesis, {2**pairs} patterns of signs are equally likely: the "
            f"smallest P value is 2/{2**pairs} = {format_rounded(smallest, 4)}.",
            f"Nearest to the printed value, the test can give {listed}.",
            f"So {printed} is {'attainable' if possible else 'not attainable'} with {pairs} "
            "differences as described.",
        ),
        f"from tisstats import signed_rank_test\n\nsigned_rank_test(range(1, {pairs + 1})).pvalue",
    )


def interval_method_case(draw: Draw) -> Case:
    """Find the method of a printed interval."""
    while True:
        of = draw.whole(12, 40)
        count = draw.whole(3, of - 3)
        limits = {name: _printed_interval(count, of, name) for name in METHODS}
        # Not where one is cut off at the end of the scale: a calculation by hand would differ.
        cut_off = limits["wald"][0] == "0.0" or limits["wald"][1] == "100.0"
        if len(set(limits.values())) == len(METHODS) and not cut_off:
            break
    method = draw.one(METHODS)
    titles = {name: method_title(name) for name in METHODS}
    said = {name: f"{titles[name]} gives {low} to {high}%." for name, (low, high) in limits.items()}
    low, high = limits[method]
    return Case(
        "interval-method",
        "judge",
        "Which method gave this interval?",
        8,
        f"A fictitious paper prints that {count} of {of} patients responded, with a "
        f"{100 * LEVEL:g}% confidence interval of {low} to {high}%, and does not name the method. "
        "Which of these methods gives it?",
        (),
        (
            choice_answer(
                "Method of the interval",
                titles[method],
                "Both limits agree; each other method listed differs in at least one of them.",
                tuple(titles.values()),
                *((titles[name], said[name]) for name in METHODS if name != method),
            ),
        ),
        tuple(said.values()),
        "from tisstats import proportion_interval\n\n"
        f"for method in {METHODS!r}:\n"
        f"    print(proportion_interval({count}, {of}, {LEVEL}, method=method))",
    )


def _printed_interval(count: int, of: int, method: str) -> tuple[str, str]:
    found = proportion_interval(count, of, LEVEL, method=method)
    return format_rounded(100 * found.low, 1), format_rounded(100 * found.high, 1)


def endpoint_case(draw: Draw) -> Case:
    """Judge whether a threshold is within reach of a baseline."""
    patient = Patient.draw(draw)
    threshold = draw.one(tuple(RESPONSE_CUTOFFS["adult"].values()))
    baseline = {
        "physician_global": draw.whole(5, 50) / TENTHS,
        "patient_global": draw.whole(5, 60) / TENTHS,
        "mmt": patient.mmt_max - draw.whole(0, patient.mmt_max // 5),
        "haq": draw.whole(0, 12) / EIGHTHS,
        "ck": draw.whole(patient.uln, 6 * patient.uln),
        "extramuscular": draw.whole(0, 35) / TENTHS,
    }
    most = attainable_score(baseline, mmt_max=patient.mmt_max, uln={"ck": patient.uln})
    reached = most.score >= threshold
    steps = tuple(
        f"{name_at_start(column)}: {format_rounded(most.percent_improvements[name], 2)}% of the "
        f"range at most, {shown(most.points[name])} points."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    full = CORE_SET["mmt"].points[-1]
    return Case(
        "endpoint-in-reach",
        "judge",
        "Is the endpoint within reach?",
        8,
        f"A fictitious trial counts a Total Improvement Score of at least {threshold} as a "
        f"response. A fictitious adult enters it with these values. {patient.scales} What can "
        "muscle strength earn at most, what is the highest score if every measure reaches the best "
        "value of its scale, zero for creatine kinase, and is a response within reach?",
        tuple(f"{name_at_start(name)}: {shown(value)}" for name, value in baseline.items()),
        (
            points_answer(
                "Most points for manual muscle testing",
                most.points["mmt"],
                "Strength can improve by what its baseline lacks of the maximum.",
                (full, "The baseline must leave room for the highest band."),
            ),
            points_answer(
                "Highest attainable score, points",
                most.score,
                "Each measure can improve by its distance from the best value.",
                (
                    most.score - most.points["mmt"] + full,
                    "That gives muscle strength its full points, for which the baseline leaves no "
                    "room.",
                ),
                (threshold, "That is the threshold: what can this patient reach?"),
            ),
            yes_no_answer(
                f"Is a score of {threshold} within reach?",
                yes=reached,
                why="A response is within reach if the highest attainable score is not below the "
                "threshold.",
            ),
        ),
        (
            *steps,
            f"The sum is {shown(most.score)} points, {'at least' if reached else 'less than'} "
            f"{threshold}: a response is {'within' if reached else 'out of'} reach.",
        ),
        "from tisstats import attainable_score\n\nbaseline = {\n"
        + "".join(f'    "{name}": {value:g},\n' for name, value in baseline.items())
        + f"}}\nattainable_score(baseline, {patient.arguments}).score",
    )


def important_change_case(draw: Draw) -> Case:
    """Compare a change with what can be detected, with what matters, and with its points."""
    measure = draw.one(tuple(_STEPS))
    (row,) = _evidence().of(measure, "important_change")
    steps, length = _STEPS[measure], scale_length(measure)
    important = Fraction(row.value)
    fall = draw.whole(2, steps * length * 2 // 5)
    before = Fraction(fall + draw.whole(0, steps * length - fall), steps)
    change = Fraction(fall, steps)
    error = draw.whole(6, 20) / 20 * float(important)
    error = float(format_rounded(error, 2))
    detectable = DETECTABLE * error
    percent = 100 * change / length
    points, of_baseline = band_points(
        [float(percent), float(100 * change / before)], measure
    ).tolist()
    unit = "" if measure == "haq" else " cm"
    article = "the " if measure == "haq" else ""
    assumed = " (read as cm; the abstract prints no unit)" if "assumed" in row.unit else ""
    source = _evidence().sources[row.source].label
    start, end, size = (shown(float(each)) for each in (before, before - change, change))
    beyond, matters = float(change) > detectable, change >= important
    if format_rounded(detectable, 2) == format_rounded(change, 2):  # as printed, they are equal
        return important_change_case(draw)
    return Case(
        "important-change",
        "judge",
        "Detectable, important, and its points",
        8,
        f"In a fictitious adult, {article}{measure_name_in_sentence(measure)} falls from {start} "
        f"to {end} on a scale from 0 to {length}{unit}. In a fictitious reliability study its "
        f"standard error of measurement is {error:g}{unit}. {DETECTABLE_RULE} Take the minimal "
        f"important change as {row.value}{assumed}, from {source}. Is the change detectable, is it "
        "important, and how many points does it earn?",
        (),
        (
            number_answer(
                "Smallest detectable change, two decimals",
                detectable,
                "A change is the difference of two measurements, each with its error.",
                (
                    DETECTABLE / sqrt(2) * error,
                    "That is the error of one measurement: a change has that of two, hence √2.",
                ),
                (sqrt(2) * error, "The factor for the confidence level is missing."),
                decimals=2,
            ),
            yes_no_answer(
                "Is the change larger than the smallest detectable one?",
                yes=beyond,
                why="Compare the change with the error of a difference.",
            ),
            yes_no_answer(
                "Is it at least the minimal important change?",
                yes=matters,
                why="That is a question of what matters to patients, and not of measurement error.",
            ),
            points_answer(
                "Points in the score",
                points,
                "Points follow from the change as a percentage of the range.",
                (of_baseline, "That takes the change as a percentage of the patient’s baseline."),
            ),
        ),
        (
            f"The smallest detectable change is {format_rounded(detectable, 2)}{unit}; the change "
            f"of {size} is {'larger' if beyond else 'not larger'}.",
            f"The minimal important change is {row.value}; the change is "
            f"{'at least as large' if matters else 'smaller'}.",
            f"It is {format_rounded(percent, 1)}% of the range: {shown(points)} points.",
            "The three answers need not agree: they rest on error, on meaning and on a rule.",
        ),
        "from tisstats.measures import band_points\n\n"
        f"print({_QUANTILE:g} * 2**0.5 * {error:g})\n"
        f'band_points(100 * ({start} - {end}) / {length}, "{measure}")',
    )


def enzyme_change_case(draw: Draw) -> Case:
    """Compare a fall of creatine kinase with its variation in healthy volunteers."""
    (row,) = _evidence().of("enzyme", "detectable_change")
    detectable = int(row.value)
    uln = draw.one(ULN)
    before = draw.whole(3 * uln // 2, 8 * uln)
    after = before - before * draw.whole(20, 85) // 100
    fall = Fraction(100 * (before - after), before)
    range_in_uln = ENZYMES["ck"].range_in_uln
    of_range = Fraction(100 * (before - after), range_in_uln * uln)
    points, of_baseline = band_points([float(of_range), float(fall)], "enzyme").tolist()
    beyond = fall > detectable
    if round_to(fall, 1) == detectable != fall:  # as printed, they are equal
        return enzyme_change_case(draw)
    source = _evidence().sources[row.source].label
    return Case(
        "enzyme-change",
        "judge",
        "Is the fall of creatine kinase detectable?",
        5,
        f"In a fictitious adult, creatine kinase falls from {before} to {after} U/L (upper limit "
        f"of normal {uln} U/L, range {range_in_uln} times that). Take {detectable}% of the "
        f"baseline value as the smallest detectable change: inferred from the variation in "
        f"{row.population} ({source}), since this book found none for patients. Is the fall "
        "detectable, and how many points does it earn?",
        (),
        (
            number_answer(
                "Fall, % of the baseline value, one decimal",
                float(fall),
                "Divide the fall by the baseline value.",
                (float(of_range), "That is the percentage of the range, which the points need."),
                (float(100 - fall), "That is what is left of the baseline value."),
            ),
            choice_answer(
                "Is it larger than the smallest detectable change?",
                YES_NO[beyond],
                "Compare percentages of the baseline value with each other.",
                tuple(YES_NO.values()),
            ),
            points_answer(
                "Points in the score",
                points,
                f"The range of the enzyme is {range_in_uln} times its upper limit of normal.",
                (of_baseline, "That takes the fall as a percentage of the baseline value."),
            ),
        ),
        (
            f"The fall is {format_rounded(fall, 1)}% of the baseline value, "
            f"{'more' if beyond else 'not more'} than {detectable}%.",
            f"The range is {range_in_uln} × {uln} = {range_in_uln * uln} U/L, of which the fall is "
            f"{format_rounded(of_range, 1)}%: {shown(points)} points.",
            "Error and points have different bases: a fall can exceed its error and earn little.",
        ),
        "from tisstats.measures import band_points\n\n"
        f'band_points(100 * ({before} - {after}) / ({range_in_uln} * {uln}), "enzyme")',
    )
