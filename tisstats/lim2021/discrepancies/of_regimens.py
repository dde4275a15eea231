"""What does not add up about the amended regimen and the visits that came with it."""

from __future__ import annotations

from tisstats.ledger.published import Published
from tisstats.lim2021.discrepancies.discrepancy import Discrepancy, Printed, Weight
from tisstats.lim2021.response import moderate_by_week

_DESIGN = "Methods, Study design"
_MEASURES = "Methods, Primary and secondary outcome measures"
_OUTCOMES = "Results, Secondary outcomes"


def below_by_decision(published: Published) -> Discrepancy:
    """Count the patients who had not reached the score by the decision week."""
    week = published.count("design.amended_decision_week")
    score, eligible = (
        published.count("design.amended_below_score"),
        published.count("response.amended_eligible"),
    )
    analysed = published.count("flow.analysed")
    reached = {first: n for first, n in moderate_by_week(published).items() if first <= week}
    below = analysed - sum(reached.values())
    first, *later = moderate_by_week(published)
    added = " + ".join(map(str, reached.values()))
    return Discrepancy(
        "below-by-week-4",
        f"Below {score} points by week {week}: {eligible} patients, or {below}",
        Weight.DEFINITION,
        (
            Printed(
                _OUTCOMES,
                f"By week {week}, {eligible} patients had a score below {score} and were eligible "
                "for the amended regimen.",
            ),
            Printed(
                _OUTCOMES,
                f"The score was first reached by week {first} in {reached[first]} of the "
                f"responders, and in the others by week {' and by week '.join(map(str, later))}.",
            ),
        ),
        f"If each of these later weeks is of one responder, {added} of {analysed} patients had "
        f"reached {score} points by week {week} and the other {below} had not. The {eligible} are "
        f"those of the {below} to whom "
        f"the amended regimen was open; the other {below - eligible} had been enrolled before the "
        "amendment or had left, if everybody to whom it was open is counted.",
        "The sentence goes on to say that they were eligible, and may be meant of these alone.",
        f"Do not read the {eligible} as the number of insufficient responses at week {week}.",
    )


def seen_at_decision(published: Published) -> Discrepancy:
    """Ask how a responder could first be seen at the decision week."""
    week = published.count("design.amended_decision_week")
    score, eligible = (
        published.count("design.amended_below_score"),
        published.count("response.amended_eligible"),
    )
    seen = published.count(f"response.moderate_week_{week}")
    _, *later = moderate_by_week(published)
    interval = published.count("design.maintenance_interval")
    return Discrepancy(
        "seen-at-week-4",
        f"A responder first seen at week {week}",
        Weight.DEFINITION,
        (
            Printed(
                _MEASURES,
                "Outcomes were assessed at each admission for treatment and at the end; patients "
                f"eligible for the amended regimen were assessed at week {week} as well.",
            ),
            Printed(
                _DESIGN, f"A patient with less than {score} points by week {week} is eligible."
            ),
            Printed(
                _OUTCOMES,
                f"The {published.count('response.responders_after_week_3')} responders who were "
                "not seen at the first visit reached the score by week "
                f"{' and by week '.join(map(str, later))}.",
            ),
        ),
        f"The standard regimen has no admission at week {week}, and a patient seen to have {score} "
        f"points then is not eligible. If the responder of week {week} had the additional "
        "assessment, it was "
        "offered before it was known who was eligible, such as to all who had not reached the "
        f"score at week {interval}. Then at least {eligible + seen} patients had it.",
        f"A visit of week {interval} that was a week late would explain it too, and the responder "
        "may then have been enrolled at any time. Windows of visits are not printed.",
        "Patients enrolled after the amendment may have had one look more. That makes the time to "
        "improvement finer for them; it adds no responder if a score that was first seen at week "
        f"{week} would still have been seen at the next visit.",
    )


def switched_dose(published: Published) -> Discrepancy:
    """Ask which doses the patients had who changed to the amended regimen."""
    week, interval = (
        published.count("design.amended_decision_week"),
        published.count("design.maintenance_interval"),
    )
    loading, maintenance, amended = (
        published.count(f"design.{name}")
        for name in ("loading_dose", "maintenance_dose", "amended_dose")
    )
    eligible, treated = (
        published.count("response.amended_eligible"),
        published.count("response.amended_continued"),
    )
    return Discrepancy(
        "switched-dose",
        "Which doses had those who changed the regimen?",
        Weight.INTERPRETATION,
        (
            Printed(
                _DESIGN,
                f"With an insufficient response by week {week} a patient could be treated with "
                f"{amended} g/kg every {published.count('design.amended_interval')} weeks.",
            ),
            Printed("Fig. 1, caption", "With such a response patients were converted."),
            Printed(_OUTCOMES, f"Of {eligible} eligible patients {treated} were treated so."),
        ),
        "Text and caption do not print the weeks of the amended doses, and the drawing of Fig. 1 "
        f"was not used. The standard dose of week {interval} comes before the decision of week "
        f"{week}. If it was given and the change took place at once, these patients had "
        f"{loading} + {maintenance} + {amended} = "
        f"{loading + maintenance + amended} g/kg by week {week}; if it was held back, "
        f"{loading + amended}.",
        "The methods and the caption speak of the plan, the results of what was done. The "
        "supplement, which was not used here, may give the doses.",
        "How much immunoglobulin these patients had is not known from the text. In the "
        f"synthetic rows of this book the dose of week {interval} is given; that is our reading.",
    )
