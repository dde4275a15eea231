"""Ways to count responders: by score, patients and visits, as the article's counts allow."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.printed import as_printed, percent_range
from tisstats.statistics import proportion_interval


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to count responders, and what the count rests on."""

    responder: str  #: what a responder is
    counted: str  #: which patients are counted
    responders: int  #: patients who responded
    patients: int  #: patients counted
    source: str  #: where the count comes from


def choices(published: Published) -> list[Choice]:
    """List the ways in which the article's counts let one count responders.

    The article counts the patient who was left out of the analysis as reaching the lower score,
    in its discussion; the discussion also adds another patient, whose place among the others is
    not printed.
    """
    moderate, minimal = (
        f"at least {published.text(f'design.{name}')} points"
        for name in ("responder_score", "minimal_score")
    )
    by_end = f"by week {published.text('design.primary_week')}"
    analysed, included = published.count("flow.analysed"), published.count("flow.included")
    left_out = published.count("flow.excluded_from_analysis")
    excluded = f"patient {published.text('flow.excluded_patient')}"
    reached, least = published.count("response.responders"), published.count("response.minimal")
    lost, added = (
        published.count(f"response.{name}") for name in ("minimal_lost", "discussion_added")
    )
    percent = published.tables["claims"].set_index("id")["printed"]["discussion.minimal_percent"]
    more = f"more than {published.text('design.minimal_score')} points"
    both = f"{excluded} counted as a responder, as in the discussion"
    return [
        Choice(f"{moderate} {by_end}", "analysed", reached, analysed, "printed"),
        Choice(
            f"{moderate} {by_end}",
            "all included",
            reached,
            included,
            f"{excluded} did not reach it, by the text",
        ),
        Choice(f"{minimal} {by_end}", "analysed", least, analysed, "printed"),
        Choice(f"{minimal} {by_end}", "all included", least + left_out, included, both),
        Choice(
            more,
            "all included",
            least + added,
            included,
            f"the discussion, printed as {percent}; read as {added} patients added",
        ),
        Choice(
            f"{minimal} at any visit",
            "analysed",
            least + lost,
            analysed,
            "sum of printed counts, with those who lost it again, if nobody else had it",
        ),
        Choice(f"{minimal} at any visit", "all included", least + lost + left_out, included, both),
    ]


def choices_table(published: Published, *, confidence_level: float, method: str) -> pd.DataFrame:
    """Tabulate the responders by each of the `choices`, with an interval.

    Parameters
    ----------
    published
        The published facts.
    confidence_level
        Confidence level, 0 to 1.
    method
        Method of the interval.
    """
    rows = []
    for choice in choices(published):
        interval = proportion_interval(
            choice.responders, choice.patients, confidence_level=confidence_level, method=method
        )
        rows.append(
            {
                "Responder": choice.responder,
                "Patients": choice.counted,
                "n of N": f"{choice.responders} of {choice.patients}",
                "%": as_printed(100 * interval.estimate, 1),
                "Interval, %": percent_range(interval.low, interval.high),
                "Where the count comes from": choice.source,
            }
        )
    return pd.DataFrame(rows)
