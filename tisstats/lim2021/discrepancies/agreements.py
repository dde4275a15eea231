"""What looks as if it did not add up, and does."""

from __future__ import annotations

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.flow import study_flow


def agreement_table(published: Published) -> pd.DataFrame:
    """Tabulate what a reader may stumble over, and why it agrees."""
    flow = study_flow(published)
    ck = {
        time: published.count(f"table2.ck.{time}.median") for time in ("baseline", "end", "change")
    }
    fall, between_medians = -ck["change"], ck["baseline"] - ck["end"]
    rescued, non_responders = (
        published.count("safety.rescue_medication"),
        published.count("response.non_responders"),
    )
    rows = [
        (
            "Reasons for not including patients",
            f"{flow.not_included} patients were not included, {flow.reasons_listed} reasons are "
            "listed",
            "The text lists the most common reasons, and the note of Fig. 2 allows several a "
            "patient: "
            f"{flow.without_listed_reason} had none of them",
        ),
        (
            "Consecutive patients",
            f"{flow.included} of {flow.screened} screened were included",
            "The results say consecutive of the screening, the methods and the discussion of the "
            "inclusion; both hold if all who were screened and eligible were included. To whom the "
            "result applies is another question",
        ),
        (
            "The median change of CK",
            f"A fall of {fall} U/L, where the medians fall by {between_medians} U/L, one digit "
            "more",
            "A median of differences is no difference of medians; the synthetic cohorts of this "
            "book have both",
        ),
        (
            "Dermatomyositis",
            f"{published.count('flow.included_dm')} in the abstract, "
            f"{published.count('table1.patients.dm.n')} in Table 1",
            "The patient left out had it, if abstract and table classify alike",
        ),
        (
            "Rescue and response",
            f"{rescued} had rescue medication, {non_responders} did not respond",
            f"The other {non_responders - rescued} non-responders went on to the end, if no "
            "responder had rescue medication",
        ),
        (
            "Serious adverse events",
            f"{published.count('safety.serious_adverse_events')} events; one admission was for two "
            "conditions",
            "The number agrees if that admission counts once",
        ),
        (
            "Assumed and observed",
            f"{published.text('design.assumed_proportion')} was assumed, "
            f"{published.count('response.responders')} of {flow.analysed} observed",
            "An assumption of the plan may be missed; it served for the width of an interval",
        ),
        (
            "Centres",
            f"{published.text('design.centres')} centres included patients; more departments are "
            "among the authors",
            "Authorship does not say where patients were included",
        ),
    ]
    return pd.DataFrame(rows, columns=["What", "As printed", "Why it agrees"])
