"""Safety: serious adverse events by event and by patient, and what zero events in n rule out."""

from __future__ import annotations

from math import expm1

import pandas as pd

from tisstats.rounding import as_printed, percent_range
from tisstats.statistics import proportion_interval
from tisstats.study.published import Published

#: The rule of three: with none in n, the rate is below 3 in n at a level of 1 - exp(-3), nearly.
_RULE_OF_THREE = 3

#: Outcomes under the labels that patient-level data have for them too: what holds if the patient
#: who was left out of the analysis is counted as well, and the address of the count.
_OUTCOMES = {
    "Any adverse event": (
        "safety.adverse_events_patients",
        'the article\'s "all patients" includes the patient left out',
        True,
    ),
    "Any serious adverse event": (
        "",
        "the events that the article lists are those of all treated patients",
        False,
    ),
    "Rescue medication": (
        "safety.rescue_medication",
        "the patient left out did not switch: the text follows him to the last week",
        False,
    ),
    "Study ended early": (
        "flow.ended_early",
        "the patient left out did not end early: the text follows him to the last week",
        False,
    ),
    "Stopped for an adverse event": (
        "safety.stopped_for_adverse_event",
        'the article\'s "none of the patients" includes the patient left out',
        False,
    ),
    "Clinically relevant deterioration": (
        "safety.deterioration",
        'the article\'s "none of the patients" includes the patient left out',
        False,
    ),
}


def serious_events(published: Published) -> pd.DataFrame:
    """Tabulate the serious adverse events as the article reports them, one row each."""
    events = published.tables["serious_adverse_events"]
    # The article writes the word in brackets and so leaves open whether it is partial or not.
    related = events["treatment_related"].replace("partially", "(partially)")
    return pd.DataFrame(
        {
            "Event": events["what"],
            "Patient": events["patient"],
            "Subtype": events["subtype"].str.upper(),
            "Week": events["week"].replace("", "not given"),
            "Related to treatment": related,
        }
    )


def patients_with_serious_events(published: Published) -> int:
    """Count the patients with a serious adverse event, as the text tells them apart."""
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
    return pd.DataFrame(
        [
            {"Outcome": outcome, **_count(_reported(published, address), patients, level, method)}
            for outcome, (address, _, _) in _OUTCOMES.items()
        ]
    )


def treated_table(published: Published, *, level: float, method: str) -> pd.DataFrame:
    """Tabulate the safety outcomes over all treated patients, each with its condition.

    The article does not report the harms of the patient who was left out of the analysis
    separately; so each count over all who were treated holds on a condition, which stands
    beside it.

    Parameters
    ----------
    published
        The published facts.
    level
        Confidence level, 0 to 1.
    method
        Method of the interval.
    """
    treated, left_out = (
        published.count(f"flow.{name}") for name in ("included", "excluded_from_analysis")
    )
    return pd.DataFrame(
        [
            {
                "Outcome": outcome,
                **_count(
                    _reported(published, address) + (left_out if had_it else 0),
                    treated,
                    level,
                    method,
                ),
                "Holds if": condition,
            }
            for outcome, (address, condition, had_it) in _OUTCOMES.items()
        ]
    )


def numbers(published: Published, *, level: float, method: str) -> dict[str, object]:
    """Compute the numbers of the page, under the names that the prose uses.

    The one-sided upper limit spends the whole error on one side, so it is the upper end of the
    two-sided interval at twice the error.

    Raises
    ------
    ValueError
        If the level leaves no one-sided limit.
    """
    if not 0.5 < level < 1:
        raise ValueError(
            f"level is {level}: allowed is above 0.5 and below 1, since the one-sided limit of "
            "this page needs twice the error"
        )
    events = published.tables["serious_adverse_events"]
    analysed, treated = published.count("flow.analysed"), published.count("flow.included")
    worse = published.count("safety.deterioration")
    of_analysed, of_treated = (
        {
            "two_sided": proportion_interval(worse, patients, level=level, method=method).high,
            "one_sided": proportion_interval(
                worse, patients, level=1 - 2 * (1 - level), method=method
            ).high,
            "rule_of_three": _RULE_OF_THREE / patients,
        }
        for patients in (analysed, treated)
    )
    return {
        "events": len(events),
        "event_patients": patients_with_serious_events(published),
        "events_of_one": int(events["patient"].value_counts().iloc[0]),
        "embolism_week": published.text("safety.pulmonary_embolism_week"),
        "analysed": analysed,
        "treated": treated,
        "rescue": published.count("safety.rescue_medication"),
        "deteriorated": worse,
        "rule_of_three_level": as_printed(100 * -expm1(-_RULE_OF_THREE), 0),
        **{f"upper_{name}": as_printed(100 * high, 1) for name, high in of_analysed.items()},
        **{f"treated_{name}": as_printed(100 * high, 1) for name, high in of_treated.items()},
    }


def _reported(published: Published, address: str) -> int:
    return published.count(address) if address else patients_with_serious_events(published)


def _count(count: int, patients: int, level: float, method: str) -> dict[str, str]:
    interval = proportion_interval(count, patients, level=level, method=method)
    return {
        f"n (%) (N={patients})": f"{count} ({as_printed(100 * count / patients, 0)})",
        f"{100 * level:g} % interval, %": percent_range(interval.low, interval.high),
    }
