"""Fresh cases in which something is computed: scores, bounds, categories, an interval."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from tisstats.measures.baseline import attainable_score
from tisstats.measures.core_set import CORE_SET, RESPONSE_CUTOFFS
from tisstats.measures.imacs import IMPROVEMENT_RULES, classify_visits
from tisstats.measures.imacs.rules import cutoff_of
from tisstats.measures.total_improvement_score import band_points, response_category
from tisstats.printed import format_rounded
from tisstats.statistics import proportion_interval
from tisstats.teaching.cases import (
    CATEGORIES,
    LEVEL,
    TENTHS,
    UNDETERMINED,
    VAS,
    Answer,
    Case,
    Draw,
    category_answer,
    choice_answer,
    count_answer,
    name_at_start,
    number_answer,
    points_answer,
    scale_length,
    shown,
    signed,
    yes_no_answer,
)
from tisstats.teaching.fictitious_patient import Patient
from tisstats.teaching.wording import measure_name_in_sentence
from tisstats.teaching.worked_patient import COLUMNS


def score_case(draw: Draw) -> Case:
    """Score one patient."""
    patient = Patient.draw(draw)
    row = patient.score()
    relative = classify_visits(patient.visits, enzyme="ck").iloc[0]
    of_baseline = sum(float(band_points(relative[f"{name}_relative"], name)) for name in CORE_SET)
    of_size = sum(float(band_points(abs(row[f"{name}_percent"]), name)) for name in CORE_SET)
    steps = tuple(
        f"{name_at_start(column)}: {signed(row[f'{name}_percent'], 2)}% of the range, "
        f"{shown(row[f'{name}_points'])} points."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    total, category = float(row["tis"]), str(row["response"])
    return Case(
        "score",
        "compute",
        "Score a patient",
        10,
        "A fictitious adult has these values at baseline and at follow-up. "
        f"{patient.scales} What is the Total Improvement Score, and which category is that?",
        patient.given,
        (
            points_answer(
                "Total Improvement Score, points",
                total,
                "The score is the sum of the points of the six measures.",
                (
                    of_baseline,
                    "That is the sum if each change is divided by the patient’s own baseline: "
                    "divide by the range of the scale.",
                ),
                (
                    of_size,
                    "That is the sum if a worsening earns points as an improvement does: a "
                    "measure that gets worse earns none.",
                ),
            ),
            category_answer("Category of improvement", category, _cuts("adult")),
        ),
        (*steps, f"The sum is {shown(total)} points: {CATEGORIES[category]} improvement."),
        patient.code(f'score_visits(visits, {patient.arguments}).iloc[-1][["tis", "response"]]'),
    )


def _cuts(population: str) -> str:
    """Return the cut-offs of a population in a sentence."""
    cuts = RESPONSE_CUTOFFS[population]  # type: ignore[index]
    listed = ", ".join(f"{name} from {cut}" for name, cut in cuts.items())
    return f"Cut-offs of {population} patients, in points: {listed}."


def boundary_case(draw: Draw) -> Case:
    """Assign an improvement on a band boundary, and one of a step more."""
    measure = draw.one(("physician_global", "patient_global", "extramuscular"))
    cut = draw.one(CORE_SET[measure].cutoffs)
    fall = cut * VAS * TENTHS // 100
    before = draw.whole(fall + 2, 9 * TENTHS)
    start, first, second = (each / TENTHS for each in (before, before - fall, before - fall - 1))
    points, more = band_points([cut, cut + 100 / (VAS * TENTHS)], measure).tolist()
    same = "The two follow-up values lie in different bands: compare each fall with the boundary."
    return Case(
        "boundary",
        "compute",
        "On a boundary, and one step on",
        4,
        f"In a fictitious patient, {measure_name_in_sentence(measure)} falls from {shown(start)} "
        f"to {shown(first)} cm on a scale of {VAS} cm. How many points does that earn? And if "
        f"the follow-up value had been {shown(second)} cm?",
        (),
        (
            points_answer(
                f"Points at {shown(first)} cm",
                points,
                "An improvement on a boundary belongs to the lower band.",
                (more, "That is the band above: a value on a boundary belongs to the lower band."),
            ),
            points_answer(
                f"Points at {shown(second)} cm",
                more,
                "One step more is past the boundary.",
                (points, same),
            ),
        ),
        (
            f"The first fall is {shown(fall / TENTHS)} cm, {cut}% of the range: on the boundary, "
            f"so {shown(points)} points.",
            f"One millimetre more lies in the next band: {shown(more)} points.",
        ),
        "from tisstats.measures import band_points\n\n"
        f'band_points([{cut}, {cut + 100 / (VAS * TENTHS):g}], "{measure}")',
    )


def missing_case(draw: Draw) -> Case:
    """Bound a score with one measure missing at follow-up."""
    patient = Patient.draw(draw)
    column = draw.one(("patient_global", "haq", "extramuscular"))
    row = patient.score(column)
    low, high = float(row["tis_low"]), float(row["tis_high"])
    worst, best = response_category([low, high]).tolist()
    category = CATEGORIES[worst] if worst == best else UNDETERMINED
    most = CORE_SET[column].points[-1]
    before = float(patient.visits[column].iloc[0])
    percent = 100 * before / scale_length(column)
    given = tuple(
        f"{name_at_start(name)}: {shown(patient.visits[name].iloc[0])} → "
        f"{'missing' if name == column else shown(patient.visits[name].iloc[1])}"
        for name in COLUMNS
    )
    return Case(
        "missing",
        "compute",
        "A measure is missing",
        8,
        "A measure of a fictitious adult was not recorded at follow-up. "
        f"{patient.scales} Between which two scores does the score lie, and is the category known?",
        given,
        (
            points_answer(
                "Lowest possible score, points",
                low,
                "At worst, the missing measure earns nothing.",
                (
                    high,
                    "That is the score if the missing value is read as zero, the best of its "
                    "scale: what was not recorded is unknown.",
                ),
            ),
            points_answer(
                "Highest possible score, points",
                high,
                "At best, the missing measure improves as far as its baseline allows.",
                (
                    low + most,
                    "Check whether the baseline leaves room for the highest band of the measure.",
                ),
            ),
            choice_answer(
                "Category of improvement",
                category,
                f"It is known only if both ends have the same category. {_cuts('adult')}",
                (*CATEGORIES.values(), UNDETERMINED),
            ),
        ),
        (
            f"The recorded measures earn {shown(low)} points.",
            f"From {shown(before)}, the missing measure improves by {format_rounded(percent, 1)}% "
            f"of its range at most: {shown(high - low)} points.",
            f"The score lies between {shown(low)} and {shown(high)}; the category: {category}.",
        ),
        patient.code(
            f'score_visits(visits, {patient.arguments}, missing="bounds").iloc[-1]'
            '[["tis_low", "tis_high", "response"]]',
            column,
        ),
    )


def category_case(draw: Draw) -> Case:
    """Classify one score in an adult and in a child."""
    score = draw.whole(6, 32) * 2.5
    adult = str(response_category(score))
    child = str(response_category(score, "juvenile"))
    return Case(
        "category",
        "compute",
        "One score, two populations",
        2,
        f"A fictitious patient has a score of {shown(score)} points. Which category is that in an "
        "adult, and which in a juvenile patient?",
        (),
        (
            category_answer(
                "In an adult",
                adult,
                _cuts("adult"),
                (child, f"That is the category of a juvenile patient. {_cuts('adult')}"),
            ),
            category_answer(
                "In a juvenile patient",
                child,
                _cuts("juvenile"),
                (adult, f"That is the category of an adult. {_cuts('juvenile')}"),
            ),
        ),
        (_cuts("adult"), _cuts("juvenile")),
        "from tisstats.measures import response_category\n\n"
        f'print(response_category({score:g}), response_category({score:g}, "juvenile"))',
    )


def ceiling_case(draw: Draw) -> Case:
    """Compute the highest score that a baseline allows."""
    patient = Patient.draw(draw)
    baseline = {name: float(patient.visits[name].iloc[0]) for name in COLUMNS}
    baseline["mmt"] = patient.mmt_max - draw.whole(0, patient.mmt_max // 8)
    baseline["extramuscular"] = draw.whole(0, 25) / TENTHS
    most = attainable_score(baseline, mmt_max=patient.mmt_max, uln={"ck": patient.uln})
    steps = tuple(
        f"{name_at_start(column)}: {format_rounded(most.percent_improvements[name], 2)}% of the "
        f"range at most, {shown(most.points[name])} points."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    return Case(
        "ceiling",
        "compute",
        "The highest attainable score",
        8,
        "A fictitious adult has these values at baseline. "
        f"{patient.scales} Which score would the patient have with "
        "the best value on every scale, zero for the enzyme?",
        tuple(f"{name_at_start(name)}: {shown(value)}" for name, value in baseline.items()),
        (
            points_answer(
                "Highest attainable score, points",
                most.score,
                "No measure can improve by more than the distance from its baseline to the best "
                "value.",
                (
                    sum(rule.points[-1] for rule in CORE_SET.values()),
                    "That is the maximum of the score, not what this baseline allows.",
                ),
            ),
        ),
        (*steps, f"The sum is {shown(most.score)} points."),
        "from tisstats.measures import attainable_score\n\n"
        "baseline = {\n"
        + "".join(f'    "{name}": {value:g},\n' for name, value in baseline.items())
        + f"}}\nattainable_score(baseline, {patient.arguments}).score",
    )


def interval_case(draw: Draw) -> Case:
    """Compute the interval of a proportion."""
    of = draw.whole(12, 40)
    count = draw.whole(3, of - 3)
    found = proportion_interval(count, of, LEVEL)
    wilson = proportion_interval(count, of, LEVEL, method="wilson")
    share, tail = count / of, f"{50 * (1 - LEVEL):g}%"
    width = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt(share * (1 - share) / of)
    simple = (
        "That is the simple normal approximation, whose coverage is often too low in a small "
        "trial: use the exact interval."
    )
    other = (
        "That is the Wilson interval, also a good one; the exact one of Clopper and Pearson is "
        "asked for."
    )

    def limit(label: str, exact: float, score: float, wald: float) -> Answer:
        why = (
            "At this proportion, the probability of the observed count or one farther from it, on "
            f"the same side, is {tail}."
        )
        mistakes = ((100 * score, other), (100 * wald, simple))
        return number_answer(label, 100 * exact, why, *mistakes)

    low, high = (format_rounded(100 * each, 1) for each in (found.low, found.high))
    return Case(
        "interval",
        "compute",
        "The interval of a proportion",
        5,
        f"In a fictitious trial, {count} of {of} patients respond. What is the exact "
        f"{100 * LEVEL:g}% confidence interval (Clopper-Pearson) of the proportion, in per cent "
        "with one decimal?",
        (),
        (
            limit("Lower limit, %, one decimal", found.low, float(wilson.low), share - width),
            limit("Upper limit, %, one decimal", found.high, float(wilson.high), share + width),
        ),
        (
            f"The observed proportion is {format_rounded(100 * share, 1)}%.",
            f"At {low}%, {count} or more of {of} have a probability of {tail}.",
            f"At {high}%, {count} or fewer of {of} have a probability of {tail}.",
        ),
        "from tisstats import proportion_interval\n\n"
        f'proportion_interval({count}, {of}, {LEVEL}, method="clopper-pearson")',
    )


def improvement_case(draw: Draw) -> Case:
    """Apply the IMACS definition of improvement."""
    patient, rule = Patient.draw(draw, rising=3), IMPROVEMENT_RULES["imacs"]
    row, scored = classify_visits(patient.visits, enzyme="ck").iloc[0], patient.score()
    improved, worse = int(row["improved_count"]), int(row["worse_count"])
    relative = [float(row[f"{name}_relative"]) for name in CORE_SET]
    better, rising = sum(each > 0 for each in relative), sum(each < 0 for each in relative)
    by_range = sum(
        float(scored[f"{name}_percent"]) >= cutoff_of(rule.improved_by, name) for name in CORE_SET
    )
    steps = tuple(
        f"{name_at_start(column)}: {signed(row[f'{name}_relative'])}% of the baseline value."
        for column, name in zip(COLUMNS, CORE_SET, strict=True)
    )
    return Case(
        "imacs-improvement",
        "compute",
        "The IMACS definition of improvement",
        8,
        "Does this fictitious adult meet the definition of improvement of the International "
        "Myositis Assessment and Clinical Studies group (IMACS)? It requires that at least "
        f"{rule.improved_count} of {len(rule.measures)} measures improve by at least "
        f"{rule.improved_by}% of the patient’s own baseline value and that at most "
        f"{rule.max_worse}, which must not include manual muscle testing, worsen by at least "
        f"{rule.worse_by}%. {patient.scales}",
        patient.given,
        (
            count_answer(
                f"Number of measures improved by at least {rule.improved_by}%",
                improved,
                "Changes are percentages of the patient’s own baseline.",
                (
                    better,
                    "Those are all measures that got better at all: count those that improved by "
                    "at least what the definition states.",
                ),
                (
                    by_range,
                    "Those are the measures improved by that share of the range: here the "
                    "baseline value is the base.",
                ),
            ),
            count_answer(
                f"Number of measures worse by at least {rule.worse_by}%",
                worse,
                "A measure is worse if it has changed for the worse by as much as is stated.",
                (
                    rising,
                    "Those are all measures that got worse at all: count those that worsened by "
                    "at least what the definition states.",
                ),
            ),
            yes_no_answer(
                "Is the definition met?",
                yes=bool(row["improved"]),
                why="Both counts must allow it, and muscle strength must not be among those worse.",
            ),
        ),
        (
            *steps,
            f"Improved enough: {improved}; worsened enough: {worse}. The definition is "
            f"{'met' if row['improved'] else 'not met'}.",
        ),
        patient.code(
            'classify_visits(visits, enzyme="ck").iloc[-1]'
            '[["improved_count", "worse_count", "improved"]]'
        ),
    )
