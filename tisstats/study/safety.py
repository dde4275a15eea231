"""Safety: serious adverse events by event and by patient, and what nought of n allows."""

from __future__ import annotations

import pandas as pd

from tisstats.rounding import as_printed, percent_range
from tisstats.statistics import proportion_interval
from tisstats.study.published import Published


def serious_events(published: Published) -> pd.DataFrame:
    """Tabulate the serious adverse events as the article tells them, one row each."""
    events = published.tables["serious_adverse_events"]
    return pd.DataFrame(
        {
            "Event": events["what"],
            "Patient": events["patient"],
            "Subtype": events["subtype"].str.upper(),
            "Week": events["week"].replace("", "not given"),
            "Related to treatment": events["treatment_related"],
        }
    )


def patients_with_serious_events(published: Published) -> int:
    """Count the patients with a serious adverse event, as far as the text tells them apart."""
    return int(published.tables["serious_adverse_events"]["patient"].nunique())


def safety_table(published: Published, *, level: float, method: str) -> pd.DataFrame:
    """Tabulate the safety outcomes by patient, n (%) of the analysed patients, with intervals.

    Parameters
    ----------
    published
        The published facts.
    level
        Confidence level, 0 to 1.
    method
        Method of the interval.
    """
    patients = published.count("flow.analysed")
    outcomes = {
        "Any adverse event": published.count("safety.adverse_events_patients"),
        "Any serious adverse event": patients_with_serious_events(published),
        "Rescue medication, study ended early": published.count("safety.rescue_medication"),
        "Medication stopped for an adverse event": published.count(
            "safety.stopped_for_adverse_event"
        ),
        "Clinically relevant deterioration": published.count("safety.deterioration"),
    }
    rows = []
    for outcome, count in outcomes.items():
        interval = proportion_interval(count, patients, level=level, method=method)
        rows.append(
            {
                "Outcome": outcome,
                f"n (%) (N={patients})": f"{count} ({as_printed(100 * count / patients, 0)})",
                f"{100 * level:g} % interval, %": percent_range(interval.low, interval.high),
            }
        )
    return pd.DataFrame(rows)


def numbers(published: Published, *, level: float, method: str) -> dict[str, object]:
    """Give the numbers of the page under the names that the prose uses.

    The one-sided upper limit spends the whole error on one side, so it is the upper end of the
    two-sided interval at twice the error.
    """
    events = published.tables["serious_adverse_events"]
    analysed, worse = published.count("flow.analysed"), published.count("safety.deterioration")
    two_sided = proportion_interval(worse, analysed, level=level, method=method)
    one_sided = proportion_interval(worse, analysed, level=1 - 2 * (1 - level), method=method)
    return {
        "events": len(events),
        "event_patients": patients_with_serious_events(published),
        "events_of_one": int(events["patient"].value_counts().iloc[0]),
        "embolism_week": published.text("safety.pulmonary_embolism_week"),
        "analysed": analysed,
        "rescue": published.count("safety.rescue_medication"),
        "deteriorated": worse,
        "upper_two_sided": as_printed(100 * two_sided.high, 1),
        "upper_one_sided": as_printed(100 * one_sided.high, 1),
        "upper_rule_of_three": as_printed(100 * 3 / analysed, 1),
    }
