"""Exercises on counts: intervals, percentages, quartiles, doses, time to event, placebo."""

from __future__ import annotations

import numpy as np

from tisstats.forensics.percentages import counts_printing_as
from tisstats.ledger.published import Published
from tisstats.lim2021 import regimens
from tisstats.lim2021.response import moderate_by_week, response_count
from tisstats.printed import PrintedNumber, as_printed, parse
from tisstats.statistics import kaplan_meier, proportion_interval, quantiles, times_from_counts
from tisstats.teaching import placebo
from tisstats.teaching.exercise import Exercise, Solution


def interval(published: Published) -> Exercise:
    """Ask for the interval of the primary outcome and what it tells."""
    count = response_count(published)
    level = float(published.value("design.confidence_level") / 100)
    planned = float(published.value("design.assumed_proportion"))

    def solve() -> Solution:
        found = proportion_interval(count.responders, count.patients, confidence_level=level)
        low, high = (as_printed(100 * limit, 1) for limit in (found.low, found.high))
        inside = found.low <= planned <= found.high
        half = as_printed(50 * (1 - level), 1)
        return Solution(
            f"{low} to {high} %; the planned {100 * planned:g} % "
            f"{'lies inside' if inside else 'lies outside'}.",
            (
                f"The lower limit is the proportion at which {count.responders} or more responders "
                f"have a chance of {half} %, the upper one that at which {count.responders} or "
                "fewer have it.",
                "All proportions between the limits are compatible with the count by this method "
                f"at the {100 * level:g} % level. That the planned one "
                f"{'is' if inside else 'is not'} among them does not show that it is "
                f"{'true' if inside else 'wrong'}.",
                "The interval tells of chance only. It knows nothing of a missing control group, "
                "of who was included, or of who judged.",
            ),
            {"low": found.low, "high": found.high, "inside": inside},
        )

    return Exercise(
        "interval",
        "Reading an exact interval",
        f"{count.responders} of {count.patients} patients responded. What is the "
        f"{100 * level:g} % Clopper-Pearson interval, and is the proportion of {planned:g} that "
        "the study assumed when it was planned compatible with it?",
        solve,
    )


def impossible_percent(published: Published) -> Exercise:
    """Ask which counts give a printed percentage."""
    claims = published.tables["claims"].set_index("id")["printed"]
    precise, whole = claims["results.responders_percent"], claims["discussion.minimal_percent"]
    analysed, included = published.count("flow.analysed"), published.count("flow.included")

    def solve() -> Solution:
        first = counts_printing_as(parse(precise), analysed)
        of_all = counts_printing_as(parse(precise), included)
        among_analysed = counts_printing_as(parse(whole), analysed)
        among_included = counts_printing_as(parse(whole), included)
        near = response_count(published).responders
        return Solution(
            f"{precise} is {_of(first, analysed)} and {_of(of_all, included)}. "
            f"{whole} is no count of {analysed} either, but "
            f"{_counts(among_included)} of {included}.",
            (
                f"{near} of {analysed} is {as_printed(100 * near / analysed, 1)} %, and one "
                f"patient more would be {as_printed(100 * (near + 1) / analysed, 1)} %: nothing "
                f"prints as {precise}. Nor does a count of {included}: "
                f"{_two_around(parse(precise), included)}.",
                f"Of {analysed} each patient is {as_printed(100 / analysed, 1)} %, so most whole "
                f"percentages belong to no count; {whole} is one of these.",
                f"Of {included} each patient is {as_printed(100 / included, 0)} %: {whole} is "
                f"{_counts(among_included)}. The patient who was left out of the analysis counts "
                "here, as the text says beside it.",
            ),
            {
                "of_analysed_precise": first,
                "of_included_precise": of_all,
                "of_analysed": among_analysed,
                "of_included": among_included,
            },
        )

    return Exercise(
        "percent-without-count",
        "A percentage that no count gives",
        f"The article prints {precise} and {whole} as shares of patients; {analysed} were "
        f"analysed and {included} included. Which numbers of patients give these percentages?",
        solve,
    )


def _of(found: list[int], of: int) -> str:
    """Say which counts print as a percentage, or that none does."""
    return f"{_counts(found)} of {of}" if found else f"no count of {of}"


def _two_around(percent: PrintedNumber, of: int) -> str:
    """Say what the counts below and above a percentage come to."""
    below = int(percent.value * of / 100)
    return ", ".join(
        f"{count} of {of} is {as_printed(100 * count / of, 1)} %" for count in (below, below + 1)
    )


def _counts(found: list[int]) -> str:
    return " or ".join(map(str, found)) if found else "none"


_WEIGHT_KG = 90


def dosing_days(published: Published) -> Exercise:
    """Ask for the days of infusion when a daily limit meets a heavy patient."""
    limit = published.count("design.maximum_daily_dose")
    loading, maintenance = regimens.STANDARD.infusions[:2]

    def solve() -> Solution:
        plan = regimens.schedule(_WEIGHT_KG, regimens.STANDARD, limit)
        days, grams = plan["days"].tolist(), plan["total_grams"].tolist()
        fits = plan["within_plan"].tolist()
        return Solution(
            f"{days[0]} days for the loading dose, {days[1]} for a maintenance dose, which "
            f"{'fits' if fits[1] else 'breaks'} the plan of {maintenance.planned_days} day.",
            (
                f"Loading: {_WEIGHT_KG} kg × {loading.dose_g_per_kg:g} g/kg = {grams[0]:g} g; at "
                f"most {limit} g a day needs {days[0]} days; {loading.planned_days} are planned.",
                f"Maintenance: {_WEIGHT_KG} kg × {maintenance.dose_g_per_kg:g} g/kg = "
                f"{grams[1]:g} g, more than {limit} g: {days[1]} days.",
                "For heavy patients the printed rules contradict each other; the code says so and "
                "does not choose.",
            ),
            {"days": days[:2], "fits": fits[:2]},
        )

    return Exercise(
        "dosing",
        "Days of infusion",
        f"A patient weighs {_WEIGHT_KG} kg. No more than {limit} g may be given on one day. Over "
        f"how many days must the loading dose ({loading.dose_g_per_kg:g} g/kg, planned over "
        f"{loading.planned_days} days) and a maintenance dose ({maintenance.dose_g_per_kg:g} g/kg, "
        f"planned for {maintenance.planned_days} day) be given?",
        solve,
    )


_LEFT, _LEFT_WEEK = 4, 5  # made up: the article does not print when patients left


def survival(published: Published) -> Exercise:
    """Ask for Kaplan-Meier by hand, without and with censoring."""
    events: dict[float, int] = dict(moderate_by_week(published).items())
    patients = published.count("flow.analysed")
    horizon = published.count("design.primary_week")
    told = ", ".join(f"{count} by week {week:g}" for week, count in events.items())

    def solve() -> Solution:
        everybody = kaplan_meier(*times_from_counts(events, patients, horizon=horizon))
        leaving: dict[float, int] = {_LEFT_WEEK: _LEFT}
        fewer = kaplan_meier(*times_from_counts(events, patients, leaving, horizon=horizon))
        plain, censored = (1 - curve.at(horizon).survival for curve in (everybody, fewer))
        last = max(events)
        before = fewer.at(_LEFT_WEEK).survival
        at_risk = fewer.at(last).at_risk
        return Solution(
            f"{as_printed(100 * plain, 1)} % if all are followed, {as_printed(100 * censored, 1)} "
            "% if the patients who leave are censored.",
            (
                f"With all followed, the estimate is the plain proportion: "
                f"{sum(events.values())} of {patients}.",
                f"If {_LEFT} leave at week {_LEFT_WEEK}, {at_risk} are still at risk at week "
                f"{last:g}, so {events[last]} event is a step of 1/{at_risk}.",
                f"Not improved: {as_printed(before, 4)} × (1 − 1/{at_risk}) = "
                f"{as_printed(fewer.at(last).survival, 4)}, so improved are "
                f"{as_printed(100 * censored, 1)} %.",
                "Censoring assumes that those who left would have fared like those who stayed. "
                "In the study patients left because the response was insufficient, so there that "
                "would be hard to believe.",
            ),
            {"plain": plain, "censored": censored},
        )

    return Exercise(
        "kaplan-meier",
        "Kaplan-Meier from counts",
        f"Of {patients} patients improved: {told}. What proportion had improved by week {horizon} "
        f"if everybody else was followed to the end? And if {_LEFT} of them (made up) had left at "
        f"week {_LEFT_WEEK} and were censored there?",
        solve,
    )


_VALUES = (83, 120, 196, 410, 1199, 3877)  # U/L, made up in the size of the study's values


def quartile(_: Published) -> Exercise:
    """Ask for a first quartile by two rules."""

    def solve() -> Solution:
        share = 0.25
        spss = float(quantiles(_VALUES, [share], "spss")[0])
        usual = float(quantiles(_VALUES, [share], 7)[0])
        position = (len(_VALUES) + 1) * share
        low = int(np.floor(position))
        return Solution(
            f"{spss:g} U/L by the rule of SPSS, {usual:g} U/L by that of R, NumPy and "
            "spreadsheets.",
            (
                f"SPSS takes the value at position (n + 1) p = {len(_VALUES) + 1} × {share:g} = "
                f"{position:g}: {_VALUES[low - 1]} + {position - low:g} × "
                f"({_VALUES[low]} − {_VALUES[low - 1]}) = {spss:g}.",
                "R, NumPy and spreadsheets, unless asked for another, start from position "
                f"(n − 1) p + 1 = "
                f"{(len(_VALUES) - 1) * share + 1:g}, which gives {usual:g}.",
                "Whoever recomputes a printed quartile has to know which rule was used.",
            ),
            {"spss": spss, "usual": usual},
        )

    return Exercise(
        "quartile",
        "One quartile, two rules",
        f"Creatine kinase of {len(_VALUES)} made-up patients, in U/L: "
        f"{', '.join(map(str, _VALUES))}. What is the first quartile by the rule of SPSS, and by "
        "the rule that R, NumPy and spreadsheets use?",
        solve,
    )


def placebo_difference(published: Published) -> Exercise:
    """Ask for the difference of two arms."""
    level = float(published.value("design.confidence_level") / 100)
    treated, control = (
        placebo.arm(published, study, confidence_level=level, method="wilson")
        for study in (placebo.TREATED, placebo.PLACEBO)
    )

    def solve() -> Solution:
        found = placebo.difference(treated, control, confidence_level=level)
        low, estimate, high = (
            as_printed(100 * value, 1) for value in (found.low, found.estimate, found.high)
        )
        share = as_printed(100 * control.responders / control.patients, 1)
        return Solution(
            f"{estimate} percentage points, interval {low} to {high}.",
            (
                f"Treated: {treated.responders}/{treated.patients} = "
                f"{as_printed(100 * treated.interval.estimate, 1)} %. Placebo: "
                f"{control.responders}/{control.patients} = {share} %. The difference is "
                f"{estimate} percentage points.",
                f"Newcombe’s interval combines the Wilson limits of both arms: {low} to {high}.",
                "Without the placebo arm, all "
                f"{as_printed(100 * treated.interval.estimate, 1)} % would have been credited to "
                f"the treatment, although {share} % responded without it.",
            ),
            {"estimate": found.estimate, "low": found.low, "high": found.high},
        )

    return Exercise(
        "placebo",
        "What the placebo arm tells",
        f"In ProDERM {treated.responders} of {treated.patients} patients responded on "
        f"immunoglobulin and {control.responders} of {control.patients} on placebo. What is the "
        f"difference with its {100 * level:g} % interval (Newcombe), and what would an "
        "uncontrolled study have shown?",
        solve,
    )


BUILDERS = (interval, impossible_percent, quartile, dosing_days, survival, placebo_difference)
