"""The tables of any trial, computed from its patients alone, laid out as the article's are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.lim2021.cohort_check.characteristics import COUNTED, QUANTITIES, Table1
from tisstats.lim2021.cohort_check.counts import serious
from tisstats.lim2021.table1 import CHARACTERISTICS, GROUPS
from tisstats.measures.core_set import RESPONSES
from tisstats.measures.scales import SCALES
from tisstats.printed import as_printed, median_with_quartiles, percent_range
from tisstats.statistics import proportion_interval
from tisstats.trial.analysis import Analysis
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.known import Known
from tisstats.trial.samples import TIMES, p_value, quantile, sample
from tisstats.trial.scoring import analyse
from tisstats.trial.tables import Trial

#: What ended the time to improvement: code for `cumulative_incidence`, and its label.
CAUSES = {0: "no improvement to the end", 1: "improved", 2: "rescue medication"}

#: Said of a patient of whom from then on it is not known whether there was improvement.
NOT_KNOWN = "not known from then on"


def analysed(trial: Trial | Analysis, interpretation: Interpretation | None = None) -> Analysis:
    """Give the analysis of a trial; what is one already stays as it is."""
    return trial if isinstance(trial, Analysis) else analyse(trial, interpretation)


def table1(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate who the analysed patients are, all and by subtype.

    Returns
    -------
    DataFrame
        ``Characteristic`` and one column a group with patients, such as ``DM (N=8)``: median
        (first to third quartile) or n (%); of a single patient the value.
    """
    analysis = analysed(trial)
    computed = Table1(analysis.analysed, analysis.interpretation.quantiles)
    sizes = {group: int(np.sum(computed.group(group))) for group in GROUPS}
    rows = []
    for characteristic, label in CHARACTERISTICS.items():
        row = {"Characteristic": label}
        for group, size in sizes.items():
            if size:
                row[f"{GROUPS[group]} (N={size})"] = _characteristic(
                    computed, characteristic, group, size
                )
        rows.append(row)
    return pd.DataFrame(rows)


def _characteristic(computed: Table1, characteristic: str, group: str, size: int) -> str:
    if characteristic in COUNTED:
        count = computed.count(characteristic, group)
        return f"{count} ({as_printed(Fraction(100 * count, size), 0)})" if size > 1 else f"{count}"
    if characteristic not in QUANTITIES:
        return ""
    if size == 1:
        return _whole(computed.number(characteristic, group, "value"))
    median, low, high = (
        _whole(computed.number(characteristic, group, part)) for part in ("median", "q1", "q3")
    )
    return f"{median} ({low}–{high})"


def _whole(value: Fraction | None) -> str:
    return "–" if value is None else as_printed(value, 0)


def table2(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate baseline, end and change of every measure, with the signed-rank P value.

    Returns
    -------
    DataFrame
        ``Outcome measure``, ``n`` (patients measured at both times), ``Baseline``, ``End`` and
        ``Change`` (end minus baseline) as median (first to third quartile), and ``P``. As in the
        article, numbers below 10 have one decimal and others none.
    """
    analysis = analysed(trial)
    rows = []
    for measure, scale in SCALES.items():
        samples = {time: sample(analysis, measure, time) for time in TIMES}
        row: dict[str, object] = {
            "Outcome measure": f"{scale.name}, {scale.unit}",
            "n": len(samples["change"]),
        }
        for time, known in samples.items():
            ordered = np.sort(known)
            median, low, high = (
                quantile(ordered, part, analysis.interpretation.quantiles)
                for part in ("median", "q1", "q3")
            )
            row[time.capitalize()] = (
                "–" if median is None else median_with_quartiles(median, low, high)
            )
        row["P"] = shown_p(p_value(samples["change"], analysis.interpretation))
        rows.append(row)
    return pd.DataFrame(rows)


def shown_p(value: float | None) -> str:
    """Print a P value as the article does: two decimals, or below 0.01.

    >>> shown_p(0.0049), shown_p(0.125), shown_p(None)
    ('< 0.01', '0.13', '–')
    """
    if value is None:
        return "–"
    return "< 0.01" if value < 0.01 else as_printed(value, 2)


def courses(trial: Trial | Analysis) -> pd.DataFrame:
    """Give the Total Improvement Score of every visit up to the horizon.

    Returns
    -------
    DataFrame
        One row a visit of an analysed patient, by patient and week: ``patient_id``, ``subtype``,
        ``regimen``, ``week``, ``tis``, ``response`` at the visit (missing at baseline and where
        bounds disagree), ``responder``, whether the patient reached at least moderate improvement
        at any visit (missing where that is not known), and ``ended_early``.
    """
    analysis = analysed(trial)
    counted = analysis.visits["week"].astype(float) <= analysis.interpretation.horizon_week
    visits = analysis.visits.loc[counted, ["patient_id", "week", "tis", "response"]]
    visits = visits.reset_index(drop=True)
    responders = analysis.responders()
    patients = analysis.patients.assign(
        responder=pd.arrays.BooleanArray(responders.yes, responders.unknown),
        ended_early=analysis.stopped_early(),
    ).set_index("patient_id")
    visits["week"] = visits["week"].astype(int)
    of_patients = ["subtype", "regimen", "responder", "ended_early"]
    for name in of_patients:
        visits[name] = visits["patient_id"].map(patients[name])
    columns = ["patient_id", *of_patients[:2], "week", "tis", "response", *of_patients[2:]]
    return visits[columns].astype({"responder": "boolean", "ended_early": bool})


def responses(trial: Trial | Analysis) -> pd.DataFrame:
    """Count the best response of the patients, and that at the end, up to the horizon.

    Returns
    -------
    DataFrame
        One row a category from none to major, and ``unknown``: ``response``, ``best`` (patients
        whose best visit after baseline had it), ``end`` (patients who had it at the last visit).
        Unknown are patients without a visit after baseline, and those whose missing measures could
        change the category. Each column adds up to the analysed patients.
    """
    analysis = analysed(trial)
    best, end = analysis.response_levels(), analysis.response_levels(at_end=True)
    levels = {name: level for level, name in enumerate(RESPONSES)} | {"unknown": -1}
    return pd.DataFrame(
        [
            {
                "response": name,
                "best": np.count_nonzero(best == level),
                "end": np.count_nonzero(end == level),
            }
            for name, level in levels.items()
        ]
    )


def time_to_improvement(trial: Trial | Analysis, score: float | None = None) -> pd.DataFrame:
    """Give the week in which each patient first reached a score, or what came before it.

    Parameters
    ----------
    trial
        The trial or its analysis.
    score
        Least Total Improvement Score; by default that of a responder.

    Returns
    -------
    DataFrame
        One row an analysed patient: ``patient_id``, ``week``, ``cause`` (of `CAUSES`: 0 not
        improved to the end or left for another reason, 1 improved, 2 rescue medication), ``what``.
        The columns ``week`` and ``cause`` are what `tisstats.cumulative_incidence` takes;
        ``week`` and ``cause == 1`` are what `tisstats.kaplan_meier` takes.

    Notes
    -----
    Time ends at the horizon. From the first visit on at which missing measures leave open whether
    the score was reached, nothing is known of a patient: the time ends, with cause 0, at the visit
    before, and ``what`` says so.
    """
    analysis = analysed(trial)
    least = analysis.interpretation.moderate_score if score is None else score
    horizon = analysis.interpretation.horizon_week
    columns = zip(
        *(analysis.patients["patient_id"], analysis.analysed["end_week"], analysis.rescued()),
        *(analysis.weeks, analysis.tis_low, analysis.tis_high),
        strict=True,
    )
    rows = []
    for patient, end, rescued, weeks, low, high in columns:
        week, cause, what = min(end, horizon), 2 if rescued and end <= horizon else 0, ""
        counted = weeks <= horizon
        for at in np.flatnonzero(counted & (high >= least)):
            if low[at] >= least:
                week, cause = weeks[at], 1
            else:
                week, cause, what = weeks[at - 1], 0, NOT_KNOWN
            break
        if not np.any(counted[1:]):
            week, cause, what = 0, 0, NOT_KNOWN
        rows.append((patient, int(week), cause, what or CAUSES[cause]))
    return pd.DataFrame(rows, columns=["patient_id", "week", "cause", "what"])


def treatment_courses(trial: Trial | Analysis) -> pd.DataFrame:
    """Give the treatments of every patient in one line.

    Returns
    -------
    DataFrame
        One row an analysed patient: ``patient_id``, ``regimen``, ``infusions`` (such as
        "2 g/kg in week 0, 1 g/kg in week 3"), ``g_per_kg`` in all, ``rescue_week`` (missing
        without), ``end_week``, ``end_reason``.
    """
    analysis = analysed(trial)
    given = analysis.trial.treatments.sort_values(["patient_id", "week"])
    infusions = given[(given["treatment"] == "ivig").to_numpy(dtype=bool)]
    rescue = given[(given["treatment"] == "rescue").to_numpy(dtype=bool)]
    told: dict[str, list[str]] = {}
    for patient, week, dose in zip(
        infusions["patient_id"], infusions["week"], infusions["dose_g_per_kg"], strict=True
    ):
        told.setdefault(patient, []).append(f"{dose:g} g/kg in week {week}")
    patients = analysis.patients
    ids = patients["patient_id"]
    return pd.DataFrame(
        {
            "patient_id": ids,
            "regimen": patients["regimen"],
            "infusions": [", ".join(told.get(name, [])) for name in ids],
            "g_per_kg": ids.map(infusions.groupby("patient_id")["dose_g_per_kg"].sum()).fillna(0.0),
            "rescue_week": ids.map(rescue.groupby("patient_id")["week"].min()),
            "end_week": patients["end_week"],
            "end_reason": patients["end_reason"],
        }
    )


def safety(
    trial: Trial | Analysis, *, confidence_level: float = 0.95, method: str = "clopper-pearson"
) -> pd.DataFrame:
    """Tabulate the safety outcomes by patient, n (%) of the analysed, with intervals.

    Where missing measures leave an outcome open, its count is given by its limits.

    Parameters
    ----------
    trial
        The trial or its analysis.
    confidence_level
        Confidence level, 0 to 1.
    method
        Method of the interval, see `tisstats.proportion_interval`.
    """
    analysis = analysed(trial)
    ids = analysis.analysed["patient_id"]
    size = len(ids)
    outcomes = {
        "Any adverse event": np.isin(ids, analysis.adverse_events["patient_id"]),
        "Any serious adverse event": np.isin(ids, [e.patient_id for e in serious(analysis)]),
        "Rescue medication": analysis.rescued(),
        "Study ended early": analysis.stopped_early(),
        "Stopped for an adverse event": analysis.analysed["end_reason"] == "adverse_event",
        "Clinically relevant deterioration": analysis.deteriorated(),
    }
    rows = []
    for outcome, found in outcomes.items():
        count, unknown = (found if isinstance(found, Known) else Known.of(found)).counted()
        if unknown:
            rows.append(
                {
                    "Outcome": outcome,
                    f"n (%) (N={size})": f"{count} to {count + unknown}, unknown of {unknown}",
                    f"{100 * confidence_level:g} % interval, %": "–",
                }
            )
            continue
        interval = proportion_interval(
            count, size, confidence_level=confidence_level, method=method
        )
        rows.append(
            {
                "Outcome": outcome,
                f"n (%) (N={size})": f"{count} ({as_printed(Fraction(100 * count, size), 0)})",
                f"{100 * confidence_level:g} % interval, %": percent_range(
                    interval.low, interval.high
                ),
            }
        )
    return pd.DataFrame(rows)


def serious_events(trial: Trial | Analysis) -> pd.DataFrame:
    """List the serious adverse events: patient, subtype, week, event, relation to treatment."""
    rows = [
        {
            "Patient": event.patient_id,
            "Subtype": GROUPS.get(event.subtype, event.subtype),
            "Week": "not given" if event.week is None else str(event.week),
            "Event": event.what,
            "Related to treatment": event.treatment_related,
        }
        for event in serious(analysed(trial))
    ]
    columns = ["Patient", "Subtype", "Week", "Event", "Related to treatment"]
    return pd.DataFrame(rows, columns=columns)
