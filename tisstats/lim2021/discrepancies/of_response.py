"""What does not add up about response."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.discrepancies.discrepancy import Discrepancy, Printed, Weight
from tisstats.measures.core_set import CORE_SET
from tisstats.printed import as_printed, prints_as
from tisstats.proof import Proof

_DESIGN = "Methods, Study design"
_MEASURES = "Methods, Primary and secondary outcome measures"
_OUTCOMES = "Results, Secondary outcomes"
_DISCUSSION = "Discussion, paragraph 1"


def _percent(count: int, of: int) -> str:
    return f"{as_printed(Fraction(100 * count, of), 1)} %"


def deterioration(published: Published) -> Discrepancy:
    """Compare the deterioration of the methods with that of the results."""
    became_worse = published.count("response.deteriorated_after_maintenance")
    lost, analysed = published.count("response.minimal_lost"), published.count("flow.analysed")
    met = published.count("safety.deterioration")
    enrolled = published.count("design.enrolled_before_amendment")
    return Discrepancy(
        "deterioration",
        f"Deterioration: in {became_worse} by the methods, in {met or 'none'} by the results",
        Weight.INTERPRETATION,
        (
            Printed(
                _DESIGN,
                f"{became_worse} patients who had improved after the loading dose deteriorated "
                "clinically after maintenance doses; therefore the protocol was amended.",
            ),
            Printed(
                _OUTCOMES,
                f"{met or 'No'} patients met the predefined definition of clinically relevant "
                f"deterioration. A minimal improvement was not maintained in {lost}, and one "
                "patient stopped early, bed-ridden.",
            ),
        ),
        f"The word has two senses. By the methods {became_worse} of the first {enrolled} patients "
        f"had deteriorated when the protocol was amended (at least {became_worse} of {analysed}, "
        f"{_percent(became_worse, analysed)}, if the patient left out is not one of them); by the "
        f"definition {met or 'none'} did. "
        f"If the {became_worse} of the methods are the {lost} of the results, deterioration in the "
        "methods means that an improvement was lost.",
        "The definition is that of the IMACS. Counted from baseline, as in this book, a patient "
        "who improves and falls back to the baseline has not deteriorated by it. So both "
        "sentences can hold.",
        "That nobody deteriorated, by the definition, does not say that nobody became worse under "
        "treatment: early improvement was lost often enough for the protocol to be changed.",
    )


def by_the_end(published: Published) -> Discrepancy:
    """Compare the two senses of "by week 9"."""
    minimal, lost = published.count("response.minimal"), published.count("response.minimal_lost")
    analysed, responders = published.count("flow.analysed"), published.count("response.responders")
    week, least = published.count("design.primary_week"), published.count("design.minimal_score")
    moderate = published.count("design.responder_score")
    return Discrepancy(
        "by-week-9",
        f"“By week {week}”: at some visit, or at the end?",
        Weight.INTERPRETATION,
        (
            Printed(
                _OUTCOMES,
                f"By week {week}, {minimal} patients reached at least {least} points; another "
                f"{lost} had done so after the loading dose and did not keep it.",
            ),
            Printed(
                "Results, Primary outcome; Results, Secondary outcomes",
                f"By week {week}, {responders} patients had at least {moderate} points; each is "
                "reported by the week in which the score was first reached.",
            ),
        ),
        f"For {least} points the phrase leaves out {lost} patients who had reached them earlier. "
        f"Counted by the first time, as the {moderate} points are, it would be {minimal + lost} "
        f"of {analysed} ({_percent(minimal + lost, analysed)}), if none of the {lost} is among "
        f"the {minimal}.",
        f"Both scores have one sense if all {responders} responders still had {moderate} points "
        "at the end. The article draws every course in a figure whose points it does not print; "
        "the figure was not used here.",
        "Read a responder as somebody who responded at some visit. Whether the responses lasted "
        "is not printed in numbers.",
    )


def discussed_share(published: Published, registry: Published) -> Discrepancy:
    """Compare the share of the discussion with the counts of the results."""
    minimal, lost = published.count("response.minimal"), published.count("response.minimal_lost")
    included, analysed = published.count("flow.included"), published.count("flow.analysed")
    printed = published.printed("claims.discussion.minimal_percent")
    (counted,) = (n for n in range(included + 1) if prints_as(Fraction(100 * n, included), printed))
    percent, score = as_printed(printed.value, 0), published.count("design.minimal_score")
    week = published.count("design.primary_week")
    added = published.text("claims.discussion.added_patient")
    step = as_printed(Fraction(min(CORE_SET["patient_global"].points[1:])), 1)
    return Discrepancy(
        "discussed-share",
        f"The {percent} % of the discussion",
        Weight.INTERPRETATION,
        (
            Printed(
                _OUTCOMES,
                f"{minimal} patients with at least {score} points by week {week}; {lost} more who "
                "lost that improvement.",
            ),
            Printed(
                _DISCUSSION,
                f"With a score above {score} points, as two trials define it, {percent} % would "
                f"be responders, patients {published.text('claims.discussion.excluded_patient')} "
                f"and {added} included. The next sentence says at least {score}.",
            ),
        ),
        f"{percent} % of {included} patients are {counted}: the {minimal}, the patient who was "
        f"left out of the analysis and, if patient {added} is not one of the {minimal} and reached "
        f"the score by week {week}, one of the {lost} who lost the improvement, but not the other "
        f"{lost - 1}. By week {week} as printed it would be {minimal + 1} of {included} "
        f"({_percent(minimal + 1, included)}), at any time "
        f"{minimal + lost + 1} of {included} ({_percent(minimal + lost + 1, included)}). No count "
        f"of the {analysed} analysed patients prints as {percent} %.",
        f"One reading makes it agree: whoever was above {score} points at any time is counted, all "
        f"{minimal} had more than {score}, and the other {lost - 1} never had more than exactly "
        f"{score}, which a scale in steps of {step} allows. The article does not say so. Of "
        "the trials it names, ProDERM is "
        f"registered with {registry.text('registry.proderm_responder_score')} points or more, not "
        "with more than that.",
        "Take the definition together with the number: the table of readings shows how far the "
        "share moves.",
    )


def share_table(published: Published) -> pd.DataFrame:
    """Tabulate the share of patients with minimal improvement by reading."""
    minimal, lost = published.count("response.minimal"), published.count("response.minimal_lost")
    left_out = published.count("flow.excluded_from_analysis")
    patient = published.text("claims.discussion.excluded_patient")
    included, analysed = published.count("flow.included"), published.count("flow.analysed")
    printed = published.printed("claims.discussion.minimal_percent")
    by_week = f"by week {published.count('design.primary_week')} as printed"
    readings = [(by_week, 0), ("at any time", lost)]
    readings += [(f"{by_week}, and {n} of the {lost} who lost it", n) for n in range(1, lost)]
    rows = []
    for reading, added in sorted(readings, key=lambda each: each[1]):
        for patients, of, more in (
            ("analysed", analysed, 0),
            ("included, the one left out not counted as improved", included, 0),
            ("included, the one left out counted as improved", included, left_out),
        ):
            count = minimal + added + more
            share = Fraction(100 * count, of)
            alike = "yes" if prints_as(share, printed) else "no"
            if alike == "yes" and of == included and not more:
                alike = f"yes, but the discussion counts patient {patient}"
            rows.append(
                {
                    "Improvement": reading,
                    "Patients": patients,
                    "n of N": f"{count} of {of}",
                    "%": as_printed(share, 1),
                    "As printed": alike,
                }
            )
    return pd.DataFrame(rows)


def ceiling(published: Published) -> Discrepancy:
    """Ask whether the muscle test alone can keep a patient from responding."""
    most = {name: Fraction(measure.points[-1]) for name, measure in CORE_SET.items()}
    others = as_printed(sum(most.values()) - most["mmt"], 1)
    score = published.count("design.responder_score")
    patient = published.text("flow.excluded_patient")
    proof = Proof(
        f"with no improvement in muscle testing a score of up to {others} points is left",
        (
            "the points of the 2016 criteria",
            "baselines of the other measures that leave room for their highest bands",
        ),
    )
    return Discrepancy(
        "ceiling",
        "Can a strong muscle test alone make a ceiling?",
        Weight.INTERPRETATION,
        (
            Printed(
                "Results, Patient characteristics",
                f"The high baseline of patient {patient} in muscle testing did not allow "
                f"{score} points.",
            ),
        ),
        f"For the score as a whole, {proof}. That is more than {score}. So the other measures of "
        "this patient must have had little room as well, if the score was out of reach.",
        "The article prints no other measure of this patient. A patient with hardly any weakness "
        "may well have mild values elsewhere; and the discussion counts the patient as improved "
        "by the "
        "lower limit.",
        "Judge a ceiling by all core set measures; this book's calculator does.",
    )


def planned_and_analysed(published: Published) -> Discrepancy:
    """Compare the planned with the analysed patients."""
    planned, analysed = published.count("design.planned_patients"), published.count("flow.analysed")
    responders, included = published.count("response.responders"), published.count("flow.included")
    patient = published.text("flow.excluded_patient")
    difference = Fraction(100 * responders, analysed) - Fraction(100 * responders, included)
    return Discrepancy(
        "planned-and-analysed",
        f"Planned for {planned} patients, analysed in {analysed}",
        Weight.INTERPRETATION,
        (
            Printed("Methods, Statistical analysis", f"The plan is for {planned} patients."),
            Printed(
                "Results, Patient characteristics; Results, Primary outcome",
                f"Patient {patient} was left out of the analysis because of a ceiling; the primary "
                f"outcome is reported for {analysed}.",
            ),
        ),
        "The patient was treated to the end and left out since the score was out of reach. Counted "
        f"as treated and not responding, it is {responders} of {included} "
        f"({_percent(responders, included)}) in place of {_percent(responders, analysed)}, lower "
        f"by {as_printed(difference, 1)} percentage points.",
        "The abstract and the text say so openly, and the reason can be seen at baseline: it does "
        "not depend on how the patient did.",
        "Of all who were treated, with the one left out as no responder, the share of responders "
        f"is {_percent(responders, included)}.",
    )


def statins(published: Published) -> Discrepancy:
    """Ask how many patients the comparison by statins is of."""
    positive = published.count("table1.anti_hmgcr.all.count")
    return Discrepancy(
        "statins",
        "A comparison by statins among few",
        Weight.INTERPRETATION,
        (
            Printed("Table 1, Anti-HMGCR", f"{positive} patients had these antibodies."),
            Printed(
                f"{_OUTCOMES}; Discussion, paragraph 2",
                "In patients with these antibodies the response seemed favourable in those with "
                "recent exposure to statins, contrary to those without.",
            ),
        ),
        f"{positive} patients in two groups, if both groups have any: one of the groups is a "
        "single patient.",
        "The article says that it seemed so, and that it was underpowered for any subgroup. The "
        "supplement, which was not used here, tells more of these patients.",
        "Take it as a description of single patients.",
    )
