"""Exercises on scoring: percentages, bands, enzymes, categories, the ceiling, missing measures."""

from __future__ import annotations

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.measures.baseline import attainable_score
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTS
from tisstats.measures.total_improvement_score import (
    band_points,
    response_category,
)
from tisstats.measures.visits import score_visits
from tisstats.printed import as_printed
from tisstats.teaching import enzyme_panel, worked_patient
from tisstats.teaching.exercise import Exercise, Solution, in_words

MMT_MAX, CK_ULN = 260, 170  # the test of the study, and a limit to practise with


def percent_and_band(published: Published) -> Exercise:
    """Ask for the way from a change of muscle testing to its points."""
    before, after = (published.count(f"table2.mmt.{time}.median") for time in ("baseline", "end"))

    def solve() -> Solution:
        percent = 100 * (after - before) / MMT_MAX
        points = float(band_points(percent, "mmt"))
        return Solution(
            f"{as_printed(percent, 1)} % of the range, which earns {points:g} points.",
            (
                f"Higher is better, so the improvement is {after} − {before} = {after - before}.",
                f"In per cent of the range: 100 × {after - before} / {MMT_MAX} = "
                f"{as_printed(percent, 1)} %.",
                f"The band is {worked_patient.band_of(percent, 'mmt')}: {points:g} points.",
            ),
            {"percent": percent, "points": points},
        )

    return Exercise(
        "percent",
        "From a change to points",
        f"Muscle testing rises from {before} to {after} on a test with a maximum of {MMT_MAX}. "
        "How many per cent of the range is that, and how many points does it earn?",
        solve,
    )


def on_the_cut(published: Published) -> Exercise:
    """Ask about a change that is exactly on a band boundary, and one step more."""
    address = "table2.physician_global"
    before, after = (published.value(f"{address}.{time}.median") for time in ("baseline", "end"))
    further = after - SCALES["physician_global"].step

    def solve() -> Solution:
        first, second = (float(10 * (before - end)) for end in (after, further))
        points, more = band_points([first, second], "physician_global").tolist()
        return Solution(
            f"{points:g} points, and {more:g} points with the lower mark.",
            (
                f"The first fall is {float(before - after):g} cm of 10 cm, exactly {first:g} %. "
                f"A value on a boundary belongs to the band below it: {points:g} points.",
                f"The second is {second:g} %, in the next band: {more:g} points. One millimetre "
                f"makes a difference of {more - points:g} points.",
                "A program that compares unrounded binary fractions may put the first one on the "
                "wrong side; this package rounds before it compares.",
            ),
            {"points": points, "more": more},
        )

    return Exercise(
        "boundary",
        "Exactly on a band boundary",
        f"Physician global activity falls from {float(before):g} to {float(after):g} cm on a line "
        f"of 10 cm. How many points does that earn? And had the second mark been at "
        f"{float(further):g} cm?",
        solve,
    )


def which_enzyme(_: Published) -> Exercise:
    """Ask for the most abnormal enzyme, which is not the largest number."""
    panel = enzyme_panel.PANEL
    listed = "; ".join(
        f"{in_words(ENZYMES[name].name)} {panel.baseline[name]:g} (limit {panel.uln[name]:g}), "
        f"at the end {panel.end[name]:g}"
        for name in panel.baseline
    )

    def solve() -> Solution:
        row = enzyme_panel.scored(panel)
        followed = str(row["enzyme_followed"])
        name, times = ENZYMES[followed].name, ENZYMES[followed].range_in_uln
        multiples = ", ".join(
            f"{in_words(ENZYMES[enzyme].name)} "
            f"{as_printed(panel.baseline[enzyme] / panel.uln[enzyme], 2)}"
            for enzyme in panel.baseline
        )
        span = times * panel.uln[followed]
        drop = panel.baseline[followed] - panel.end[followed]
        return Solution(
            f"{name}; it earns {row['enzyme_points']:g} points.",
            (
                f"Divide each value by its own upper limit of normal: {multiples}.",
                f"The largest multiple is that of {in_words(name)}, although "
                f"{in_words(ENZYMES[enzyme_panel.largest(panel)].name)} has the largest value.",
                f"Its range is {times} × {panel.uln[followed]:g} = {span:g} U/L, so a fall of "
                f"{drop:g} is {as_printed(row['enzyme_percent'], 1)} %: "
                f"{row['enzyme_points']:g} points.",
            ),
            {"followed": followed, "points": float(row["enzyme_points"])},
        )

    return Exercise(
        "enzyme",
        "Which enzyme is followed?",
        f"A made-up patient has at baseline, in U/L: {listed}. Which enzyme enters the "
        "score, and how many points does it earn?",
        solve,
    )


def _patient_in_words(published: Published) -> str:
    return ", ".join(
        f"{in_words(rule.name) if column != 'ck' else 'creatine kinase'} "
        + " → ".join(
            published.text(f"table2.{column}.{time}.median") for time in ("baseline", "end")
        )
        for column, rule in zip(worked_patient.COLUMNS, CORE_SET.values(), strict=True)
    )


def total(published: Published) -> Exercise:
    """Ask for the whole score of the patient made of medians."""
    visits = worked_patient.visits(published)

    def solve() -> Solution:
        row = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": CK_ULN}).iloc[-1]
        parts = [f"{row[f'{measure}_points']:g}" for measure in CORE_SET]
        return Solution(
            f"{row['tis']:g} points: {row['response']} improvement.",
            (
                "Improvements in per cent of the range: "
                + ", ".join(as_printed(row[f"{measure}_percent"], 1) for measure in CORE_SET)
                + ".",
                f"Points: {' + '.join(parts)} = {row['tis']:g}.",
                f"Adults need at least {RESPONSE_CUTS['adult'][str(row['response'])]} points for "
                f"{row['response']} improvement.",
            ),
            {"score": float(row["tis"]), "response": str(row["response"])},
        )

    return Exercise(
        "total",
        "The whole score",
        "A patient made of printed medians (no person) changes as follows: "
        f"{_patient_in_words(published)}. The muscle test has a maximum of {MMT_MAX}, the upper "
        f"limit of normal of creatine kinase is {CK_ULN} U/L. What is the score, and which "
        "category is that in an adult?",
        solve,
    )


def juvenile(published: Published) -> Exercise:
    """Ask for the category of the same score in a child."""
    visits = worked_patient.visits(published)
    score = float(score_visits(visits, mmt_max=MMT_MAX, uln={"ck": CK_ULN}).iloc[-1]["tis"])

    def solve() -> Solution:
        category = str(response_category(score, "juvenile"))
        cuts = RESPONSE_CUTS["juvenile"]
        needed = cuts["moderate"] - score
        return Solution(
            f"{category.capitalize()} improvement; {needed:g} points more would be moderate.",
            (
                "Juvenile cut-offs: "
                + ", ".join(f"{name} from {cut}" for name, cut in cuts.items())
                + " points.",
                f"A score of {score:g} passes {cuts[category]} and not {cuts['moderate']}.",
                "With the IMACS core set, bands and points are the same as in adults; the cut-offs "
                "differ. The PRINTO core set has other measures.",
            ),
            {"category": category, "needed": needed},
        )

    return Exercise(
        "juvenile",
        "The same score in a child",
        f"A child with juvenile dermatomyositis has a score of {score:g}. Which category is that, "
        "and how many points more would be needed for moderate improvement?",
        solve,
    )


#: A mild patient at baseline, made up; the study's second patient has no published values.
_MILD = {
    "physician_global": 1.2,
    "patient_global": 2.0,
    "mmt": 247,
    "haq": 0.375,
    "ck": 260,
    "extramuscular": 0.3,
}


def ceiling(published: Published) -> Exercise:
    """Ask for the highest score of a baseline that allows no response."""
    needed = published.count("design.responder_score")
    told = ", ".join(
        f"{'creatine kinase' if column == 'ck' else in_words(CORE_SET[column].name)} {value:g}"
        for column, value in _MILD.items()
    )

    def solve() -> Solution:
        most = attainable_score(_MILD, mmt_max=MMT_MAX, uln={"ck": CK_ULN})
        verdict = "can" if most.score >= needed else "cannot"
        return Solution(
            f"At most {most.score:g} points: this patient {verdict} become a responder.",
            (
                "With the best possible end, each measure improves by what it has lost, in per "
                "cent of its range: "
                + ", ".join(as_printed(percent, 1) for percent in most.percents.values())
                + ". The enzyme is taken to fall to zero, which is more than it can.",
                f"Points: {' + '.join(f'{part:g}' for part in most.points.values())} = "
                f"{most.score:g}.",
                f"A responder needs {needed}. However well the treatment works, the score cannot "
                "show it: a ceiling effect.",
            ),
            {"highest": most.score, "possible": most.score >= needed},
        )

    return Exercise(
        "ceiling",
        "A ceiling",
        f"A made-up patient has at baseline: {told}. The muscle test has a maximum of {MMT_MAX}, "
        f"the upper limit of normal of creatine kinase is {CK_ULN} U/L. What is the highest score "
        f"this patient can reach, and can it make the patient a responder ({needed} points)?",
        solve,
    )


def missing_measure(published: Published) -> Exercise:
    """Ask for the bounds of a score with a gap."""
    visits = worked_patient.visits(published)
    visits.loc[visits.index[-1], "extramuscular"] = float("nan")

    baseline = float(visits["extramuscular"].iloc[0])

    def solve() -> Solution:
        row = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": CK_ULN}, missing="bounds").iloc[-1]
        low, high = float(row["tis_low"]), float(row["tis_high"])
        worst, best = response_category([low, high]).tolist()
        rule, length = CORE_SET["extramuscular"], SCALES["extramuscular"].high or 0
        most = 100 * baseline / length
        return Solution(
            f"Between {low:g} and {high:g} points; the category is open ({worst} or {best}).",
            (
                f"The measures that are there earn {low:g} points. If the missing one earned "
                "nothing, that would be the score.",
                f"It cannot earn its maximum of {rule.points[-1]:g}: from a baseline of "
                f"{baseline:g} cm it can improve by {baseline:g} of {length} cm at most, "
                f"{as_printed(most, 1)} % of the range, which earns {high - low:g} points. With "
                f"these the score would be {high:g}.",
                f"{low:g} is {worst}, {high:g} is {best}: the two ends disagree, so no category is "
                f"given; at least {worst} improvement is certain. Nothing is filled in.",
            ),
            {"low": low, "high": high, "most_percent": most, "response": row["response"]},
        )

    return Exercise(
        "missing",
        "A measure is missing",
        "In the patient made of medians, suppose that extramuscular activity was not recorded at "
        "the end. Between which bounds does the score lie, and is the category still certain?",
        solve,
    )


BUILDERS = (
    percent_and_band,
    on_the_cut,
    which_enzyme,
    total,
    juvenile,
    ceiling,
    missing_measure,
)
