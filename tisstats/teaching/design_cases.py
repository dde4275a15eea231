"""Fresh cases in which a trial is planned: its size, its measure, its entry criterion."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil, sqrt
from statistics import NormalDist

from scipy.stats import binom

from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTOFFS
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded, round_to
from tisstats.statistics import single_arm_power, two_arm_power
from tisstats.teaching.cases import (
    LEVEL,
    TENTHS,
    VAS,
    Case,
    Draw,
    choice_answer,
    count_answer,
    number_answer,
    shown,
    yes_no_answer,
)
from tisstats.teaching.judge_cases import DETECTABLE, DETECTABLE_RULE
from tisstats.teaching.wording import measure_name_in_sentence

#: Quantile of the standard normal distribution of a two-sided test.
_SIGNIFICANCE = NormalDist().inv_cdf((1 + LEVEL) / 2)


def patients_per_arm(treated: float, placebo: float, z_alpha: float, z_power: float) -> float:
    """Return the size of each of two equal arms by the normal approximation, not rounded.

    Parameters
    ----------
    treated, placebo
        Proportions of responders, 0 to 1.
    z_alpha, z_power
        Quantiles of the standard normal distribution for the significance level and the power.

    Notes
    -----
    The test of two proportions with the variance pooled under the null hypothesis, as R's
    ``power.prop.test`` approximates it.

    Examples
    --------
    >>> round(patients_per_arm(0.6, 0.3, 1.959964, 0.841621), 2)
    41.97
    """
    mean = (treated + placebo) / 2
    pooled = z_alpha * sqrt(2 * mean * (1 - mean))
    apart = z_power * sqrt(treated * (1 - treated) + placebo * (1 - placebo))
    return ((pooled + apart) / (treated - placebo)) ** 2


def sample_size_case(draw: Draw) -> Case:
    """Compute the size of a trial from the placebo response."""
    threshold = RESPONSE_CUTOFFS["adult"]["moderate"]
    while True:
        placebo = 5 * draw.whole(2, 8)
        treated = placebo + 5 * draw.whole(4, 9)
        power = draw.one((80, 90))
        quantile = NormalDist().inv_cdf(power / 100)
        shares = treated / 100, placebo / 100
        size = patients_per_arm(*shares, _SIGNIFICANCE, quantile)
        by_hand = patients_per_arm(*shares, round(_SIGNIFICANCE, 2), round(quantile, 2))
        if ceil(size) == ceil(by_hand):
            break
    per_arm, left = ceil(size), 5 * draw.whole(1, 4)
    kept = Fraction(100 - left, 100)
    randomised = 2 * ceil(per_arm / kept)
    one_sided = patients_per_arm(*shares, NormalDist().inv_cdf(LEVEL), quantile)
    exact = two_arm_power(per_arm, per_arm, *shares, alpha=1 - LEVEL, test="chi-square").power
    return Case(
        "sample-size",
        "design",
        "How many patients?",
        10,
        f"You plan a fictitious placebo-controlled trial with a Total Improvement Score of at "
        f"least {threshold} as response. You assume that {placebo}% respond to placebo and "
        f"{treated}% to the treatment, in two arms of equal size, at a two-sided significance "
        f"level of {100 * (1 - LEVEL):g}% and with {power}% power. You expect that {left}% of the "
        "patients drop out and are not analysed. How many patients are needed in "
        "each arm of the analysis, and how many are to be randomised in all?",
        (
            "Patients per arm: [z₁ √(2 p̄ (1 − p̄)) + z₂ √(p₁ (1 − p₁) + p₂ (1 − p₂))]² / (p₁ − p₂)²",
            f"p̄: mean of both proportions; z₁ = {_SIGNIFICANCE:.2f}, z₂ = {quantile:.2f}",
        ),
        (
            count_answer(
                "Patients in each arm of the analysis",
                per_arm,
                "Put both proportions in the formula, and round up.",
                (int(size), "Round up: with fewer patients the power falls short."),
                (2 * per_arm, "That is both arms together."),
                (ceil(one_sided), "That is the size for a one-sided test at this level."),
            ),
            count_answer(
                "Patients to be randomised, both arms",
                randomised,
                "Divide the patients of an arm by the share that stays, round up, and double.",
                (2 * per_arm, "Add the patients who drop out."),
                (
                    2 * ceil(per_arm * (2 - kept)),
                    "Divide by the share that stays: the share that drops out is a share of those "
                    "randomised, not of those analysed.",
                ),
                (randomised // 2, "That is one arm: double it."),
            ),
        ),
        (
            f"The formula gives {format_rounded(by_hand, 1)}: {per_arm} patients in each arm.",
            f"If {left}% drop out, {per_arm} / {float(kept):g} = "
            f"{format_rounded(per_arm / kept, 1)} are to be randomised in each arm: {randomised} "
            "in all.",
            f"The formula is an approximation: the exact power of the chi-square test with "
            f"{per_arm} patients in each arm is {format_rounded(100 * exact, 1)}%.",
        ),
        "from tisstats import two_arm_power\n\n"
        f"two_arm_power({per_arm}, {per_arm}, {shares[0]}, {shares[1]}, "
        'test="chi-square").power',
    )


def missed_visits_case(draw: Draw) -> Case:
    """Plan for rescue medication and missed visits."""
    threshold = RESPONSE_CUTOFFS["adult"]["moderate"]
    patients = draw.one((20, 24, 30, 36, 40))
    null = 5 * draw.whole(4, 7)
    response = null + 5 * draw.whole(5, 8)
    rescued, missed = 5 * draw.whole(1, 3), 5 * draw.whole(1, 5)
    without_rescue, responds, seen = (
        Fraction(each, 100) for each in (100 - rescued, response, 100 - missed)
    )
    true = without_rescue * responds
    counted = true * seen
    known = 1 - without_rescue * (1 - seen)
    left_out = counted / known
    needed = single_arm_power(patients, true, null / 100).upper_critical or patients
    power, unmissed = (
        float(binom.sf(needed - 1, patients, float(each))) for each in (counted, true)
    )
    expected = patients * counted
    if round_to(expected, 1) == needed != expected:  # as printed, it would seem to be as many
        return missed_visits_case(draw)
    return Case(
        "missed-visits",
        "design",
        "Visits that are missed",
        10,
        f"You plan a fictitious single-arm trial of {patients} patients with a Total Improvement "
        f"Score of at least {threshold} as response. You expect that {rescued}% of the patients "
        "need rescue medication before the visit, which is recorded and counts as non-response, "
        f"that {response}% of the others respond, and that {missed}% of the others miss the visit, "
        f"whether they respond or not. To show a response rate above {null}% by a two-sided exact "
        f"binomial test at {format_rounded(100 * (1 - LEVEL), 0)}%, whose P value sums all counts "
        f"that are no more likely than the one observed, at least {needed} responses must be seen. "
        "In what percentage of all patients do you expect to see a "
        "response? What percentage is that if patients whose response is unknown are left out? And "
        f"do you expect to see at least {needed} responses?",
        (),
        (
            number_answer(
                "Patients with a response that is seen, % of all, one decimal",
                float(100 * counted),
                "Multiply the shares without rescue medication, with a response, and seen.",
                (float(100 * true), "That is the share that responds, seen or not."),
                (float(100 * responds * seen), "Rescued patients do not count as responders."),
            ),
            number_answer(
                "The same if unknown responses are left out, %, one decimal",
                float(100 * left_out),
                "Divide by the share of patients whose response is known; the rescued are among "
                "them.",
                (
                    float(100 * true),
                    "That takes the percentage of missed visits as one of all patients: only those "
                    "without rescue medication can leave a response unknown.",
                ),
                (float(100 * responds), "That leaves out rescued patients, too."),
            ),
            yes_no_answer(
                f"At least {needed} responses expected?",
                yes=expected >= needed,
                why=f"{patients} times the first percentage is {format_rounded(expected, 1)}.",
            ),
        ),
        (
            f"Responses seen: {100 - rescued}% × {response}% × {100 - missed}% = "
            f"{format_rounded(100 * counted, 1)}% of all patients. The share that responds is "
            f"{format_rounded(100 * true, 1)}%.",
            f"Known responses: 100% − {100 - rescued}% × {missed}% = "
            f"{format_rounded(100 * known, 1)}%. So {format_rounded(100 * counted, 1)} / "
            f"{format_rounded(100 * known, 1)} = {format_rounded(100 * left_out, 1)}%.",
            f"Expected: {patients} × {format_rounded(100 * counted, 1)}% = "
            f"{format_rounded(expected, 1)} responses, {needed} are needed. At least {needed} are "
            f"seen with a probability of {format_rounded(100 * power, 1)}% (the power), and of "
            f"{format_rounded(100 * unmissed, 1)}% if no visit is missed.",
        ),
        f"from scipy.stats import binom\n\nbinom.sf({needed - 1}, {patients}, {float(counted):g})",
    )


def measure_choice_case(draw: Draw) -> Case:
    """Choose among measures by error, importance and expected change."""
    # Which condition each measure fails, if any: detectable, important.
    kinds = draw.reordered(((True, True), (False, True), (True, False)))
    given, answers, steps, reasons = [], [], [], {}
    chosen = ""
    for letter, (detectable, important) in zip("ABC", kinds, strict=True):
        error = draw.whole(8, 20) / 4
        smallest = DETECTABLE * error
        expected = round(smallest * draw.whole(*((120, 160) if detectable else (65, 85))) / 100)
        least = round(expected * draw.whole(*((50, 85) if important else (120, 160))) / 100)
        name = f"Measure {letter}"
        given.append(
            f"{name}: standard error of measurement {error:g}, expected change {expected}, "
            f"minimal important change {least}"
        )
        answers.append(
            number_answer(
                f"Smallest detectable change of measure {letter}, one decimal",
                smallest,
                "A change is the difference of two measurements, each with its error.",
                (DETECTABLE / sqrt(2) * error, "That is the error of one measurement: include √2."),
            )
        )
        steps.append(
            f"{name}: the smallest detectable change is {format_rounded(smallest, 1)}; the "
            f"expected change of {expected} is {'more' if detectable else 'less'} than that and "
            f"{'at least' if important else 'less than'} the minimal important change of {least}."
        )
        if detectable and important:
            chosen = name
        elif detectable:
            reasons[name] = "Its expected change can be detected, but is too small to matter."
        else:
            reasons[name] = (
                "Its expected change matters, but is within the measurement error of one patient."
            )
    return Case(
        "measure-choice",
        "design",
        "Choose a measure",
        10,
        "You choose the measure of a fictitious trial that reports for each patient whether the "
        "change is real and matters. Three fictitious measures have scales from 0 to 100. "
        f"{DETECTABLE_RULE} For which measure is the expected change both larger than the smallest "
        "detectable and at least the minimal important change?",
        tuple(given),
        (
            *answers,
            choice_answer(
                "Your choice",
                chosen,
                "Its expected change is beyond its error and matters.",
                tuple(f"Measure {letter}" for letter in "ABC"),
                *reasons.items(),
            ),
        ),
        tuple(steps),
    )


def entry_criterion_case(draw: Draw) -> Case:
    """Find the baseline that an endpoint needs."""
    measure = draw.one(("physician_global", "patient_global", "extramuscular"))
    rule = CORE_SET[measure]
    # Pairs whose answer hangs on a follow-up value midway between two steps are left out.
    band, part = draw.one(
        [
            (band, part)
            for band, cut in enumerate(rule.cutoffs)
            for part in range(50, 95, 5)
            if band and len({_baseline_needed(cut, part, half) for half in (0, 1)}) == 1
        ]
    )
    cut, points = rule.cutoffs[band], float(rule.points[band + 1])
    step = Fraction(1, TENTHS)
    boundary = Fraction(cut * VAS, 100)
    at_best = boundary + step
    exact = boundary / Fraction(part, 100)
    unread = (exact // step + 1) * step
    needed, after = _baseline_needed(cut, part)
    before = needed - step
    missed = _follow_up(before, part)
    earned, less = band_points(
        [float((start - end) * 100 / VAS) for start, end in ((needed, after), (before, missed))],
        measure,
    ).tolist()
    name = measure_name_in_sentence(measure)
    on_paper = [(float(exact), "Its fall is on the boundary, which belongs to the band below.")]
    if unread < needed:
        on_paper.append(
            (
                float(unread),
                f"It falls to {shown(float(_follow_up(unread, part)))} cm as read, which is not "
                "enough.",
            )
        )
    return Case(
        "entry-criterion",
        "design",
        "An entry criterion for a measure",
        6,
        "A protocol of a fictitious trial requires that each patient is able to earn "
        f"{shown(points)} points for {name}, on a scale from 0 to {VAS} cm in steps of "
        f"{float(step):g} cm. What is the smallest baseline value that allows this if the measure "
        f"falls to zero? And what is it if the measure falls by {part}% of its baseline value, "
        f"and is read to the nearest {float(step):g} cm?",
        (),
        (
            number_answer(
                "Baseline value if it falls to zero, cm",
                float(at_best),
                f"These points need a fall of more than {cut}% of the range.",
                (
                    float(boundary),
                    "A fall of that size is on a boundary, which belongs to the band below.",
                ),
            ),
            number_answer(
                f"Baseline value if it falls by {part}%, cm",
                float(needed),
                f"Baseline less follow-up, as read, must be more than {cut}% of the range.",
                *on_paper,
                (float(at_best), "That is enough if the measure falls to zero, which is more."),
            ),
        ),
        (
            f"{shown(points)} points need more than {cut}% of {VAS} cm, more than "
            f"{shown(float(boundary))} cm: {shown(float(at_best))} cm if it falls to zero.",
            f"From {shown(float(needed))} cm it falls by {part}% to {shown(float(after))} cm as "
            f"read, by {shown(float(needed - after))} cm, which earns {shown(earned)} points; from "
            f"{shown(float(before))} cm to {shown(float(missed))} cm, by "
            f"{shown(float(before - missed))} cm, which earns {shown(less)}.",
        ),
        "from tisstats.measures import band_points\n\n"
        f"band_points([10 * {shown(float(at_best))}, 10 * ({shown(float(needed))} - "
        f'{shown(float(after))})], "{measure}")',
    )


@cache  # each case looks at the same few cutoffs and parts
def _baseline_needed(cut: int, part: int, half: int = 0) -> tuple[Fraction, Fraction]:
    """Return the smallest baseline whose fall by a part, as read, is beyond a cutoff, and its end.

    Parameters
    ----------
    cut
        Cutoff of the improvement, % of the range.
    part
        Fall, % of the baseline.
    half
        Whether a value midway between two steps is read as the larger one.

    Returns
    -------
    tuple of Fraction
        Baseline and follow-up, cm.
    """
    for tenths in range(1, VAS * TENTHS + 1):
        start = Fraction(tenths, TENTHS)
        end = _follow_up(start, part, half)
        if start - end > Fraction(cut * VAS, 100):
            return start, end
    raise AssertionError(f"no fall by {part}% is beyond {cut}%")


def _follow_up(start: Fraction, part: int, half: int = 0) -> Fraction:
    """Return a value after a fall by a part, read to the nearest tenth of a centimetre."""
    tenths = start * TENTHS * (100 - part) / 100
    read = (2 * tenths + 1) // 2 if half else -((1 - 2 * tenths) // 2)
    return Fraction(read, TENTHS)
