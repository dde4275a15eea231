"""Score a file of visits into another file, and summarise the result in a few lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import CORE_SETS, ENZYMES, RESPONSES, CoreSet
from tisstats.measures.enzymes import (
    IMPLAUSIBLY_HIGH,
    IMPLAUSIBLY_LOW,
    EnzymeUnit,
    UpperLimit,
    sort_enzymes,
    upper_limit,
)
from tisstats.measures.files import ScoringUnits, read_visits
from tisstats.measures.ranges import VAS_MEASURES_OF, CoreSetArguments
from tisstats.measures.visit_table import as_numbers
from tisstats.measures.visits import score_visits
from tisstats.tables import (
    FormatError,
    ReadOptions,
    check_writable,
    file_format,
    read_mapping,
    write_table,
)
from tisstats.tables.formats import STANDARD_STREAM, TEXT_FORMATS
from tisstats.tables.formulas import are_formulas
from tisstats.tables.raw import TableSource


def score_file(
    source: Path,
    output: Path | None,
    *,
    report: Callable[[str], None],
    uln: Mapping[str, str] | None = None,
    options: ReadOptions | None = None,
    mapping: Path | None = None,
    **scoring: Any,
) -> None:
    """Score the visits of a file.

    Parameters
    ----------
    source : pathlib.Path
        The file, in a format of `tisstats.tables`; ``-`` is CSV from the standard input.
    output : pathlib.Path or None
        The file to write, in one of these formats; ``-`` or None writes CSV to the standard output.
        It is written last, atomically.
    report : callable
        Called with each line of notes on how the file was read and on the result.
    options : ReadOptions, optional
        What is declared about the file of visits.
    mapping : pathlib.Path, optional
        A mapping file: how its columns and values become those of visits.
    uln, **scoring
        As for `score_visits`, with its rules for missing values.

    Raises
    ------
    tisstats.errors.DataError
        If a file or its content is invalid.
    FormatError
        If a file has another format, or the output is the input or cannot be written.
    ValueError
        If an argument is not permitted.
    """
    file_format(source)
    target = Path(STANDARD_STREAM) if output is None else output
    check_writable(target)
    named = str(target) != STANDARD_STREAM and target.exists()
    if named and source.exists() and target.samefile(source):
        raise FormatError(f"{target}: is the input file, which is not overwritten")
    unit, vas_max = scoring.get("enzyme_unit", "U/L"), scoring.get("vas_max", 10)
    core_set, limits = scoring.get("core_set", "imacs"), uln or {}
    _check_arguments(uln, vas_max, core_set, scoring)
    read = read_visits(
        source,
        tuple(limits.values()),
        options,
        None if mapping is None else read_mapping(mapping),
        ScoringUnits(unit, vas_max, limits, core_set),
        core_set,
    )
    for remark in read.remarks:
        report(f"{read.source.file}: {remark}")
    scored = score_visits(read.table, uln=uln, source=read.source, **scoring)
    if file_format(target) in TEXT_FORMATS and (faults := _formulas(scored, read.source)):
        raise DataError(faults)
    for line in [
        *summarise_scores(scored, vas_max=vas_max, core_set=core_set),
        *(check_units(scored, limits, unit) if "enzyme" in CORE_SETS[core_set] else ()),
    ]:
        report(line)
    try:
        write_table(scored, target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FormatError(f"{output}: cannot be written: {error.strerror or error}") from None


def _check_arguments(
    uln: Mapping[str, str] | None, vas_max: float, core_set: CoreSet, scoring: Mapping[str, Any]
) -> None:
    """Raise ValueError for what a core set does not permit, before the file is read."""
    of_core_set = {name: scoring.get(name) for name in ("mmt_max", "chq_phs_range", "cmas_max")}
    population = scoring.get("population", "adult")
    CoreSetArguments(uln=uln, **of_core_set).ranges(core_set, population, vas_max)


def _formulas(scored: pd.DataFrame, source: TableSource) -> list[Fault]:
    """Return a fault for each cell that a spreadsheet would run when it opens the text."""
    message = (
        "would be run as a formula by a spreadsheet; change it, or write .xlsx or .parquet, in "
        "which text stays text"
    )
    return [
        fault
        for name in map(str, scored.columns)
        if scored[name].dtype.kind == "O" or pd.api.types.is_string_dtype(scored[name])
        for fault in source.faults(are_formulas(scored[name]), name, message, scored[name])
    ]


def summarise_scores(
    scored: pd.DataFrame, *, vas_max: float, core_set: CoreSet = "imacs"
) -> list[str]:
    """Return lines with the numbers of responses, and warnings.

    Unknown responses, and patients with a baseline visit only, are counted separately; neither
    counts as "none". The counts of a line add up to the patients.
    """
    patient = scored["patient_id"].astype(str).str.strip()
    weeks = pd.to_numeric(scored["week"])
    order = weeks.sort_values(kind="stable").index
    last = scored.loc[order].groupby(patient.loc[order]).tail(1)
    has_follow_up = weeks.loc[last.index] > pd.to_numeric(last["baseline_week"])
    response = last.loc[has_follow_up, "response"]
    counts = response.value_counts()
    shown = [f"{counts[name]} {name}" for name in RESPONSES]
    if unknown := int(response.isna().sum()):
        shown.append(f"{unknown} unknown")
    if unseen := int((~has_follow_up).sum()):
        shown.append(f"{unseen} without follow-up")
    lines = [
        f"{_count(len(last), 'patient')}, {_count(len(scored), 'visit')}",
        f"response at each patient's last visit: {', '.join(shown)}",
    ]
    if "enzyme" in CORE_SETS[core_set]:
        lines += _summarise_enzymes(last["enzyme_selection"])
    if late := int((pd.to_numeric(last["baseline_week"]).abs() > 0).sum()):
        lines.append(f"{_count(late, 'patient')}: the baseline is not week 0")
    scales = scored[list(VAS_MEASURES_OF[core_set])].apply(pd.to_numeric)
    if vas_max > 10 and not (scales > 10).any(axis=None):
        lines.append("no visual analogue scale exceeds 10; if they are in cm, use --vas-max 10")
    return lines


def _summarise_enzymes(chosen: pd.Series) -> list[str]:
    """Return a line for each way of selecting the enzyme that a reader should know of."""
    lines = []
    convention = f"the first of {', '.join(ENZYMES)} is used"
    for selection, reason in {
        "tie": f"enzymes are equally abnormal at baseline; {convention}",
        "none abnormal": "no enzyme is abnormal at baseline; the one closest to its ULN is used",
        "not all measured": "an enzyme of the table was not measured at baseline and may have been "
        "the most abnormal one; none is used (--enzyme-panel measured uses the most abnormal of "
        "those measured)",
        "": "no enzyme was measured at baseline",
    }.items():
        if number := int((chosen.isna() if not selection else chosen == selection).sum()):
            lines.append(f"{_count(number, 'patient')}: {reason}")
    return lines


def check_units(scored: pd.DataFrame, uln: Mapping[str, UpperLimit], unit: EnzymeUnit) -> list[str]:
    """Return a warning for each enzyme whose values seem to be in another unit than its ULN."""
    lines = []
    other: EnzymeUnit = "microkat/L" if unit == "U/L" else "U/L"
    for enzyme in sort_enzymes(list(scored.columns)):
        given = upper_limit(enzyme, uln[enzyme], unit)
        values, _ = as_numbers(scored[enzyme])
        limits = as_numbers(scored[given])[0] if isinstance(given, str) else given
        multiples = values / limits
        low, high = (multiples < IMPLAUSIBLY_LOW).sum(), (multiples > IMPLAUSIBLY_HIGH).sum()
        number, side = (low, "below a twentieth of") if unit == "U/L" else (high, "above 100 times")
        if number:
            values_are = "value of {} is" if number == 1 else "values of {} are"
            finding = f"{number} {values_are.format(enzyme)} {side} the upper limit of normal"
            lines.append(f"{finding}; if they are in {other}, use --enzyme-unit {other}")
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
