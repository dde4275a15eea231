"""The figures on the slides of the class, each drawn for a slide and for a phone.

They show what the texts of the slides say: the published facts and the synthetic reference cohort,
whatever else a copy of the book was built with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from matplotlib.figure import Figure

from tisstats.figures import ceiling_grid, interval_forest, score_courses, threshold_shares
from tisstats.figures.layout import Layout
from tisstats.figures.numbers import format_percent
from tisstats.figures.threshold_shares import ArmShare, ThresholdRow
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import printed_interval
from tisstats.lim2021.trial_description import analysis_options
from tisstats.measures.core_set import CORE_SET
from tisstats.sentences import join_names
from tisstats.statistics import method_title, proportion_interval
from tisstats.synthetic.patient_level_data import patient_level_data
from tisstats.teaching.ceiling import MMT, OTHER_MEASURES, attainable_scores_by_band
from tisstats.teaching.class_tables import CLASS_TRIAL
from tisstats.teaching.placebo_trials import (
    ThresholdComparison,
    comparisons,
    name_conditions,
    read_trials,
)
from tisstats.teaching.wording import band_labels
from tisstats.trial import summaries
from tisstats.trial.scoring import analyse

#: Of the interval that the slides show.
_METHOD = "clopper-pearson"

#: Of the percentages, those of one row of the table alone are from an abstract that was read.
_REPORTS = "Published: an abstract, and accounts of abstracts by others,"


@dataclass(frozen=True, slots=True, eq=False)
class SlideFigure:
    """A figure of the slides."""

    wide: Figure  #: drawn for a slide
    phone: Figure  #: drawn for a phone
    alt: str  #: alternative text, message first
    caption: str  #: what the data are and where they are from


def slide_figures(published: PublishedFacts) -> dict[str, SlideFigure]:
    """Return the figures of the slides by name.

    Parameters
    ----------
    published
        The published facts.
    """
    made: Mapping[str, Callable[[PublishedFacts], SlideFigure]] = {
        "courses": _courses,
        "grid": _grid,
        "interval": _interval,
        "arms": _arms,
        "placebo": _placebo,
    }
    return {name: make(published) for name, make in made.items()}


def _drawn(module: ModuleType, caption: str, *content: object, **settings: object) -> SlideFigure:
    wide, phone = (
        module.draw(*content, layout=layout, **settings) for layout in (Layout.SLIDE, Layout.PHONE)
    )
    return SlideFigure(wide, phone, module.describe(*content, **settings), caption)


def _courses(published: PublishedFacts) -> SlideFigure:
    """Return the scores of the reference cohort over time."""
    data = patient_level_data()
    table = summaries.score_courses(analyse(data.trial, analysis_options()))
    return _drawn(
        score_courses,
        f"{data.label}. They were drawn to reproduce the printed numbers, and are not evidence "
        "for any of them.",
        score_courses.courses_from_table(table),
        threshold=published.count("design.responder_score"),
        horizon_week=published.count("design.primary_week"),
        stamp=data.label,
    )


def _grid(published: PublishedFacts) -> SlideFigure:
    """Return the highest attainable score for each baseline."""
    grid = ceiling_grid.Grid(
        attainable_scores_by_band(),
        columns=[_short(band) for band in band_labels(CORE_SET[MMT].cutoffs)],
        rows=[_short(band) for band in band_labels(CORE_SET[OTHER_MEASURES[0]].cutoffs)],
        threshold=published.count("design.responder_score"),
        column_title="Strength lost at baseline, % of the maximum",
        row_title="Each other measure at baseline, % of its range",
    )
    return _drawn(ceiling_grid, "Computed from the points of the Total Improvement Score.", grid)


def _short(band: str) -> str:
    """Shorten the label of a band: "above 2% to 10%" to "> 2 to 10"; the heading says %."""
    return (
        band.replace("up to ", "≤\N{NO-BREAK SPACE}")
        .replace("above ", ">\N{NO-BREAK SPACE}")
        .replace("%", "")
    )


def _interval(published: PublishedFacts) -> SlideFigure:
    """Return the interval of the pilot study as computed and as printed."""
    found = printed_interval(published)
    count, level = found.count, found.level
    computed = proportion_interval(count.responders, count.patients, level, _METHOD)
    planned = float(published.value("design.assumed_proportion"))
    rows = [
        interval_forest.IntervalRow(method_title(_METHOD), computed, highlighted=True),
        interval_forest.IntervalRow("As printed", found.printed, reported=True),
    ]
    return _drawn(
        interval_forest,
        "Published: Lim et al. 2021, Results; the interval in the first row is computed from its "
        "counts.",
        rows,
        f"{count.responders} of {count.patients} patients responded: the interval is "
        f"{format_percent(computed.low)} to {format_percent(computed.high)}%",
        reference=planned,
        reference_label="assumed in planning:",
    )


def _of_class_trial() -> list[ThresholdComparison]:
    return [each for each in comparisons(read_trials()) if each.trial == CLASS_TRIAL]


def _arms(_: PublishedFacts) -> SlideFigure:
    """Return the responders of both arms of the trial of the class at each threshold."""
    trials = read_trials()
    name, week = (trials.text(f"trials.{CLASS_TRIAL}.{column}") for column in ("trial", "week"))
    compared = _of_class_trial()
    conditions = name_conditions(trials, compared)
    rows = [
        ThresholdRow(
            f"{name}, week {week}",
            each.threshold,
            ArmShare(each.treated.responders, each.treated.patients),
            ArmShare(each.placebo.responders, each.placebo.patients),
            each.inferred,
        )
        for each in compared
    ]
    return _drawn(
        threshold_shares,
        f"{_REPORTS} of {name}, week {week}; counts inferred from "
        f"reported percentages where the line is dashed; {conditions}.",
        rows,
    )


def _placebo(published: PublishedFacts) -> SlideFigure:
    """Return what studies of the placebo arms alone would have printed, at two thresholds."""
    level = float(published.value("design.confidence_level") / 100)
    thresholds = {published.count(f"design.{score}_score") for score in ("minimal", "responder")}
    trials, rows, names = read_trials(), [], dict[str, None]()
    compared = [each for each in comparisons(trials) if each.threshold in thresholds]
    for each in compared:
        arm, name = each.placebo, trials.text(f"trials.{each.trial}.trial")
        label = f"{name.split()[0]} ≥ {each.threshold}" + ", inferred" * each.inferred
        interval = proportion_interval(arm.responders, arm.patients, level, _METHOD)
        rows.append(interval_forest.IntervalRow(label, interval))
        names[name] = None
    return _drawn(
        interval_forest,
        f"{_REPORTS} of {join_names(list(names))}. Inferred: from reported percentages. "
        f"{name_conditions(trials, compared)}. Intervals: {method_title(_METHOD)}.",
        rows,
        "Studies of the placebo arms alone would have printed responders, too",
    )
