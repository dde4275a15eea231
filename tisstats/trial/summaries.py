"""The tables of a trial, computed from its patients: baseline, outcomes, courses, safety."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.measures.core_set import RESPONSES
from tisstats.printed import (
    Decimals,
    format_median_quartiles,
    format_rounded,
    format_table_number,
    percent_range,
)
from tisstats.statistics import proportion_interval
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, ThreeValued, equals, whole_if_possible
from tisstats.trial.description import RESCUE
from tisstats.trial.response_times import first_response
from tisstats.trial.samples import (
    TIMES,
    Statistics,
    baseline_statistics,
    groups,
    measure_sample,
    quartiles,
    signed_rank_pvalue,
    total_label,
)
from tisstats.trial.scoring import analyse
from tisstats.trial.trial import Trial

#: What ended the time to improvement: code for `cumulative_incidence`, and its label.
CAUSES = {0: "no improvement to the end", 1: "improved", 2: "rescue medication"}

#: The label of a patient with a visit that leaves open whether improvement was seen there.
NOT_KNOWN = "open visit"

#: Rows with a median or quartile of this size are printed without decimals.
_LARGE = 1000

#: Stands for a missing number.
_NONE = "–"


def as_analysis(trial: Trial | Analysis) -> Analysis:
    """Analyse a trial; return an analysis unchanged."""
    return trial if isinstance(trial, Analysis) else analyse(trial)


def table1(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate the baseline characteristics of the analysed patients, all and by group.

    Returns
    -------
    DataFrame
        ``Characteristic`` and one column per group with patients, such as ``DM (N=7)``: median
        (first to third quartile) or n (%); of a single patient the value.
    """
    analysis = as_analysis(trial)
    description, patients = analysis.trial.description, analysis.analysed
    cells = baseline_statistics(patients, description, analysis.options.quantile_definition)
    everybody = total_label(description.groups.values(), "patients")
    labels: dict[str | None, str] = {None: everybody}
    labels.update(description.groups.items())
    sizes = {name: int(np.sum(members)) for name, members in groups(patients, description).items()}
    return pd.DataFrame(
        [
            {"Characteristic": characteristic.label}
            | {
                f"{labels[group]} (N={size})": _baseline_cell(
                    cells[name, group], size, characteristic.decimals
                )
                for group, size in sizes.items()
                if size
            }
            for name, characteristic in description.characteristics.items()
        ]
    )


def _baseline_cell(statistics: Statistics, size: int, decimals: Decimals) -> str:
    count = statistics.get("count")
    if isinstance(count, str):
        return count
    if count is not None:
        return _of_size(int(count), size) if size > 1 else str(count)
    if size > 1:
        return _quartiles_cell(statistics, decimals)
    value = statistics["value"]
    return format_table_number(value, decimals) if isinstance(value, Fraction) else _NONE


def _quartiles_cell(statistics: Mapping[str, Fraction | str | None], decimals: Decimals) -> str:
    median, low, high = (
        value if isinstance(value := statistics[name], Fraction) else None
        for name in ("median", "q1", "q3")
    )
    return (
        _NONE if median is None else format_median_quartiles(median, low, high, decimals=decimals)
    )


def row_decimals(
    decimals: Decimals, found: Iterable[Mapping[str, Fraction | str | None]]
) -> Decimals:
    """Return the decimals of a row of medians and quartiles: none if one of them reaches 1000.

    Parameters
    ----------
    decimals
        Of the table; a journal's style, which is a function of the number, stays.
    found
        Medians and quartiles of the row, in the unit of the measure.

    Examples
    --------
    >>> row_decimals(1, [{"median": Fraction(400), "q3": Fraction(1000)}]), row_decimals(1, [])
    (0, 1)
    """
    numbers = (value for each in found for value in each.values() if isinstance(value, Fraction))
    large = any(abs(value) >= _LARGE for value in numbers)
    return 0 if large and not callable(decimals) else decimals


def _of_size(count: int, size: int) -> str:
    return f"{count} ({format_rounded(Fraction(100 * count, size), 0)})"


def table2(trial: Trial | Analysis) -> pd.DataFrame:
    """Tabulate baseline, end and change of every measure, with the signed-rank P value.

    Returns
    -------
    DataFrame
        ``Outcome measure``, ``n`` (patients measured at both times), ``Baseline``, ``End`` and
        ``Change`` (end minus baseline) as median (first to third quartile) with the decimals of
        the trial's description, of a measure with values from 1000 on without decimals, and ``P``.
    """
    analysis = as_analysis(trial)
    description, chosen = analysis.trial.description, analysis.options
    rows = []
    for measure, scale in description.measures.items():
        samples = {time: measure_sample(analysis, measure, time) for time in TIMES}
        found = {
            time: quartiles(known, chosen.quantile_definition) for time, known in samples.items()
        }
        of = description.decimals
        of = of[measure] if isinstance(of, Mapping) else of
        decimals = row_decimals(of, found.values())
        cells = {time.capitalize(): _quartiles_cell(each, decimals) for time, each in found.items()}
        rows.append(
            {
                "Outcome measure": f"{scale.name}, {scale.unit}",
                "n": len(samples["change"]),
                **cells,
                "P": format_p(
                    signed_rank_pvalue(samples["change"], chosen), description.p_decimals
                ),
            }
        )
    return pd.DataFrame(rows)


def format_p(value: float | None, decimals: int) -> str:
    """Format a P value, or the bound below which it would be printed as zero.

    Examples
    --------
    >>> format_p(0.0049, 2), format_p(0.125, 2), format_p(0.0049, 3), format_p(None, 3)
    ('< 0.01', '0.13', '0.005', '–')
    """
    if value is None:
        return _NONE
    least = 10.0**-decimals
    return (
        f"< {format_rounded(least, decimals)}" if value < least else format_rounded(value, decimals)
    )


def score_courses(trial: Trial | Analysis) -> pd.DataFrame:
    """Return the Total Improvement Score of every visit up to the horizon.

    Returns
    -------
    DataFrame
        One row per visit of an analysed patient, by patient and week: ``patient_id``, the
        column of the group, ``regimen`` if the trial has it, ``week``, ``tis``, ``response`` at the
        visit (missing at baseline and where
        bounds disagree), ``responder``, whether the patient reached at least moderate improvement
        at any visit (missing where that is not known), and ``ended_early``.
    """
    analysis = as_analysis(trial)
    responders = analysis.responders()
    described = [analysis.trial.description.group_column]
    if "regimen" in analysis.patients and "regimen" not in described:
        described.append("regimen")
    patients = analysis.patients[["patient_id", *described]].assign(
        responder=pd.arrays.BooleanArray(responders.yes, responders.unknown),
        ended_early=analysis.discontinued(),
    )
    scored = analysis.visits.merge(patients, on="patient_id", how="left")
    counted = analysis.options.counts(scored["week"].to_numpy(np.float64))
    of_visit = ["patient_id", *described, "week", "tis", "response"]
    rows = scored.loc[counted, [*of_visit, "responder", "ended_early"]]
    whole = pd.api.types.is_integer_dtype(rows["week"])
    return rows.reset_index(drop=True).astype({"week": int if whole else float})


def response_counts(trial: Trial | Analysis) -> pd.DataFrame:
    """Count the best response of the patients, and that at the end, up to the horizon.

    Returns
    -------
    DataFrame
        One row per category from none to major, and ``unknown``: ``response``, ``best`` (patients
        whose best visit after baseline had it), ``end`` (patients who had it at the last visit).
        Unknown are patients without a visit after baseline, and those whose missing measures could
        change the category. Each column adds up to the analysed patients.
    """
    analysis = as_analysis(trial)
    best, end = analysis.response_levels(), analysis.response_levels(at_end=True)
    levels = {name: level for level, name in enumerate(RESPONSES)} | {"unknown": -1}
    return pd.DataFrame(
        {
            "response": [*levels],
            "best": [np.count_nonzero(best == level) for level in levels.values()],
            "end": [np.count_nonzero(end == level) for level in levels.values()],
        }
    )


def time_to_improvement(trial: Trial | Analysis, score: float | None = None) -> pd.DataFrame:
    """Return the week in which each patient first reached a score, or what came before it.

    Parameters
    ----------
    trial
        The trial or its analysis.
    score
        Minimum Total Improvement Score; by default that of a responder.

    Returns
    -------
    DataFrame
        One row per analysed patient: ``patient_id``, ``week``, ``cause`` (of `CAUSES`: 0 not
        improved to the end or left for another reason, 1 improved, 2 rescue medication), ``label``.
        The columns ``week`` and ``cause`` are what `tisstats.cumulative_incidence` takes;
        ``week`` and ``cause == 1`` are what `tisstats.kaplan_meier` takes.

    Notes
    -----
    Time ends at the horizon. From the first visit on at which missing measures leave open whether
    the score was reached, nothing is known of a patient: the time ends, with cause 0, at the visit
    before, and ``label`` says so.
    """
    analysis = as_analysis(trial)
    least = analysis.options.responder_threshold if score is None else score
    horizon = analysis.options.horizon_week
    weeks, ends = analysis.weeks, analysis.analysed["end_week"]
    counted = analysis.options.counts(weeks)
    first = first_response(analysis.tis_low, analysis.tis_high, counted, least)
    patients = np.arange(len(weeks))
    unseen = ~np.any(counted[:, 1:], axis=1)
    rescued = analysis.received_rescue() & analysis.options.counts(ends)
    week = np.select(
        [unseen, first.reached, first.open],
        [0, weeks[patients, first.visit], weeks[patients, first.visit - 1]],
        np.minimum(ends, horizon),
    )
    cause = np.select([unseen, first.reached, first.open], [0, 1, 0], np.where(rescued, 2, 0))
    known = ~(unseen | first.open)
    return pd.DataFrame(
        {
            "patient_id": analysis.patients["patient_id"].tolist(),
            "week": [*map(whole_if_possible, week.tolist())],
            "cause": cause,
            "label": [
                CAUSES[code] if certain else NOT_KNOWN
                for code, certain in zip(cause.tolist(), known.tolist(), strict=True)
            ],
        }
    )


def treatment_table(trial: Trial | Analysis, regimens: Sequence[str] | None = None) -> pd.DataFrame:
    """Tabulate the treatments of every patient, one row per patient, in words.

    Parameters
    ----------
    trial
        The trial or its analysis.
    regimens
        The regimen of each analysed patient, in words; by default that of the patients' table,
        if it has one.

    Returns
    -------
    DataFrame
        One row per analysed patient, all text; a dash where there was no rescue medication.

    Raises
    ------
    ValueError
        If the trial's description does not name the treatment under study.
    """
    analysis = as_analysis(trial)
    study, treatments = analysis.trial.description.treatment, analysis.trial.treatments
    if study is None:
        raise ValueError("the trial's description must name the treatment under study, got None")
    shown_regimens = analysis.patients.get("regimen") if regimens is None else regimens
    given = treatments.sort_values(["patient_id", "week"])
    doses = given[given["treatment"] == study.name]
    shown = [
        f"{dose:g} {study.unit} in week {week}"
        for week, dose in zip(doses["week"], doses[study.dose_column], strict=True)
    ]
    of_patient = doses.assign(shown=shown).groupby("patient_id")
    first_rescue = given[given["treatment"] == RESCUE].groupby("patient_id")["week"].min()
    patients, ids = analysis.patients, analysis.patients["patient_id"]
    total = ids.map(of_patient[study.dose_column].sum()).fillna(0.0)
    return pd.DataFrame(
        {
            "Patient": ids,
            **({} if shown_regimens is None else {"Regimen": list(shown_regimens)}),
            study.doses_label: ids.map(of_patient["shown"].agg(", ".join)).fillna(""),
            f"Total {study.label}, {study.unit}": [f"{dose:g}" for dose in total],
            "Rescue medication, week": [
                _NONE if pd.isna(week) else f"{week:g}" for week in ids.map(first_rescue)
            ],
            "End of study, week": patients["end_week"].astype(str),
            "Reason for ending": patients["end_reason"].str.replace("_", " "),
        }
    )


def safety_table(
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
    analysis = as_analysis(trial)
    ids = analysis.analysed["patient_id"]
    size = len(ids)
    # Not in six significant digits, which would make a high level 100.
    level = f"{Decimal(f'{100 * confidence_level:.12g}'):f}"
    outcomes: dict[str, Mask | ThreeValued] = {
        "Any adverse event": np.isin(ids, analysis.adverse_events["patient_id"]),
        "Any serious adverse event": np.isin(ids, [e.patient_id for e in analysis.serious_events]),
        "Rescue medication": analysis.received_rescue(),
        "Stopped early": analysis.discontinued(),
        "Stopped early because of an adverse event": equals(
            analysis.analysed, "end_reason", "adverse_event"
        ),
    }
    if analysis.trial.description.core_set == "imacs":
        outcomes["Clinically relevant deterioration"] = analysis.ever_worsened()
    rows = []
    for outcome, found in outcomes.items():
        count, shown = ThreeValued.from_mask(found).format_count(), _NONE
        if isinstance(count, int):
            interval = proportion_interval(
                count, size, confidence_level=confidence_level, method=method
            )
            count, shown = _of_size(count, size), percent_range(interval.low, interval.high)
        rows.append(
            {
                "Outcome": outcome,
                f"n (%) (N={size})": count,
                f"{level}% interval, %": shown,
            }
        )
    return pd.DataFrame(rows)


def serious_event_table(trial: Trial | Analysis) -> pd.DataFrame:
    """List the serious adverse events: patient, group, week, event, relation to treatment."""
    analysis = as_analysis(trial)
    description, events = analysis.trial.description, analysis.serious_events
    return pd.DataFrame(
        {
            "Patient": [event.patient_id for event in events],
            description.group_label: [description.groups[event.group] for event in events],
            "Week": ["not given" if event.week is None else str(event.week) for event in events],
            "Event": [event.what for event in events],
            "Related to treatment": [event.treatment_related for event in events],
        }
    )
