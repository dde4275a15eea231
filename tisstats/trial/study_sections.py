"""The sections of a study's description: what was measured, when, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tisstats.measures.core_set import ENZYMES, CoreSet, Population
from tisstats.measures.enzymes import EnzymePanel, EnzymeUnit
from tisstats.statistics.quantiles import QuantileDefinition
from tisstats.trial.definitions import PUBLISHED, Definitions
from tisstats.trial.endpoint_definition import (
    Confirmation,
    EarlyEnd,
    Endpoint,
    Kind,
    Missing,
    SameWeek,
    Strategy,
)
from tisstats.trial.outcome_words import MINIMAL_DISABILITY, RESPONSE, WORSENING, OutcomeWords

DAYS_PER_WEEK = 7

#: What the Total Improvement Score is called where measures are named by their columns.
SCORE = "tis"

#: Decimals of what a table of decimals by measure leaves out.
OTHER_DECIMALS = 1

Origin = Literal["observed", "synthetic"]
Criterion = Literal["score", "imacs improvement", "imacs worsening", "minimal disability"]

#: What is reached at a visit, in words; empty for the score, which an endpoint words itself.
CRITERIA: Mapping[Criterion, str] = {
    "score": "",
    "imacs improvement": "Improvement by the IMACS definition",
    "imacs worsening": "Worsening by the IMACS definition",
    "minimal disability": "Minimal disability by the criterion of ProDERM",
}

#: The definition of a criterion, and what is reached where a study has cut-offs of its own.
_CHANGED: Mapping[Criterion, tuple[Literal["improvement", "worsening", "disability"], str]] = {
    "imacs improvement": ("improvement", "Improvement by the cut-offs of this study"),
    "imacs worsening": ("worsening", "Worsening by the cut-offs of this study"),
    "minimal disability": ("disability", "Minimal disability by the cut-offs of this study"),
}

#: What meeting a criterion is called.
CRITERION_WORDS: Mapping[Criterion, OutcomeWords] = {
    "score": RESPONSE,
    "imacs improvement": RESPONSE,
    "imacs worsening": WORSENING,
    "minimal disability": MINIMAL_DISABILITY,
}


@dataclass(frozen=True, slots=True)
class General:
    """The study as a whole."""

    title: str  #: title of the report
    id: str  #: short identifier, in the names of exported files
    data: Origin  #: whether rows are data of patients or synthetic
    population: Population  #: whose response categories apply
    core_set: CoreSet  #: core set that was measured, as a whole
    treatment: str  #: name of the treatment under study
    listings: bool  #: whether the report lists individual patients


@dataclass(frozen=True, slots=True)
class OtherMeasure:
    """An outcome measure that is tabulated and not scored."""

    label: str  #: name for tables
    unit: str  #: unit of the values
    minimum: int  #: lowest value of the scale
    better: Literal["lower", "higher"]  #: whether lower or higher values are better
    maximum: int | None = None  #: highest value of the scale; None if unbounded


@dataclass(frozen=True, slots=True)
class Measures:
    """The outcome measures and their ranges; what is of the other core set is None or empty."""

    used: tuple[str, ...]  #: core set measures and enzymes that were measured
    mmt_max: int | None  #: IMACS: maximum of the manual muscle test, points
    vas_max: int  #: length of the visual analogue scales: 10 in cm, 100 in mm
    enzyme_unit: EnzymeUnit  #: IMACS: unit of the enzymes and their limits
    enzyme_panel: EnzymePanel  #: IMACS: how an enzyme not measured at baseline is handled
    uln: Mapping[str, float | str]  #: IMACS: upper limit of normal of each enzyme: number, column
    chq_phs_range: tuple[float, float] | None  #: PRINTO: worst and best possible CHQ-PhS
    cmas_max: int | None  #: PRINTO: maximum of the CMAS, points
    others: Mapping[str, OtherMeasure]  #: further measures by column of the visits

    @property
    def enzymes(self) -> tuple[str, ...]:
        """The enzymes that were measured, in the order that breaks ties."""
        return tuple(name for name in ENZYMES if name in self.used)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When patients were seen, and which visit is the baseline."""

    weeks: tuple[float, ...]  #: scheduled weeks, ascending; the first is the baseline
    #: farthest that a visit may lie from its scheduled week, days: of all weeks, or by week
    window_days: float | Mapping[float, float]
    time: Literal["week", "date"]  #: what the table of visits has
    baseline: Literal["week 0", "last before first dose", "mean before first dose"]
    unscheduled: Literal["keep", "drop"]  #: what becomes of visits outside of all windows
    follow_up_weeks: float  #: how long after a patient's end adverse events are recorded
    #: what becomes of several rows of a patient in the window of one week: one counts, or they are
    #: one visit
    in_window: Literal["choose", "join"] = "choose"

    def window_of(self, week: float) -> float:
        """Return how far a visit may lie from a scheduled week, days.

        Examples
        --------
        >>> schedule = Schedule((0, 4), {0: 7, 4: 3}, "week", "week 0", "keep", 0)
        >>> schedule.window_of(4), schedule.widest_window
        (3, 7)
        """
        days = self.window_days
        return days[week] if isinstance(days, Mapping) else days

    @property
    def widest_window(self) -> float:
        """How far a visit may lie from any scheduled week, days."""
        return max(map(self.window_of, self.weeks))


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """The primary endpoint; its words are those of `tisstats.trial.Endpoint`."""

    kind: Kind
    threshold: float | None  #: minimum score of a responder, points; None with other criteria
    week: float  #: week of the endpoint, or the last that counts
    also_at: tuple[float, ...]  #: weeks, at one of which a sustained response must be there too
    without_rescue: bool  #: whether rescue medication rules out a response
    without_confirmed_deterioration: bool  #: whether confirmed deterioration does
    intercurrent: Strategy  #: strategy for rescue medication and early stops
    missing: Missing  #: what becomes of a response that missing scores leave open
    criterion: Criterion = "score"  #: what must be reached at a visit
    #: whether no other visit may lie between the two of a confirmed response
    confirmed_at: Confirmation = "consecutive visits"
    #: how rescue medication is placed that was given in the week, or on the day, of a visit
    rescue_in_week_of_visit: SameWeek = "after the visit"
    #: what no response up to a last visit before the week is, for best and confirmed
    early_end: EarlyEnd = "as observed"
    deterioration: str = "confirmed"  #: definition of deterioration, one of `WORSENING_RULES`
    definitions: Definitions = PUBLISHED  #: of improvement, worsening and minimal disability

    @property
    def criterion_words(self) -> str:
        """What is reached at a visit; empty for the score, which an endpoint words itself."""
        if self.criterion in _CHANGED:
            part, changed = _CHANGED[self.criterion]
            if not self.definitions.is_published(part):
                return changed
        return CRITERIA[self.criterion]

    @property
    def words(self) -> OutcomeWords:
        """What meeting the criterion is called, and whether it is bad."""
        return CRITERION_WORDS[self.criterion]

    def as_endpoint(self) -> Endpoint:
        """Return the endpoint, to be evaluated.

        Visits belong to scheduled weeks already, by the windows of the description, so that the
        endpoint has no window of its own.

        Examples
        --------
        >>> from tisstats.trial.study import Study
        >>> from tisstats.trial.template import example_folder
        >>> Study.read(example_folder()).endpoint.as_endpoint().describe_response()
        'Total Improvement Score of at least 40 at week 24'
        """
        return Endpoint(
            kind=self.kind,
            # Courses with another criterion have it met at 100.
            threshold=100 if self.threshold is None else self.threshold,
            week=self.week,
            also_at=self.also_at,
            intercurrent=self.intercurrent,
            missing=self.missing,
            criterion=self.criterion_words,
            words=self.words,
            confirmed_at=self.confirmed_at,
            without_rescue=self.without_rescue,
            without_confirmed_deterioration=self.without_confirmed_deterioration,
            rescue_in_week_of_visit=self.rescue_in_week_of_visit,
            early_end=self.early_end,
        )


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """How results are computed."""

    confidence_level: float  #: of all intervals, 0 to 1
    interval: str  #: one of `INTERVAL_METHODS`
    difference: str  #: one of `DIFFERENCE_METHODS`
    ratio: str  #: one of `RATIO_METHODS`
    proportion_test: str  #: one of `PROPORTION_TESTS`
    signed_rank: Literal["exact", "asymptotic"]  #: P value of the signed-rank test
    zero_method: Literal["wilcox", "pratt"]  #: patients without change in that test
    quantile_definition: QuantileDefinition  #: definition of quartiles
    end: Literal["last-assessment", "completers"]  #: which visit is the end in tables of measures
    worsening: str  #: one of `WORSENING_RULES`
    decimals: int | Mapping[str, int]  #: of medians and quartiles: of all, or by measure
    p_decimals: int  #: of P values

    def decimals_of(self, measure: str) -> int:
        """Return the decimals of a measure's medians and quartiles; of the score, by `SCORE`.

        Examples
        --------
        >>> from dataclasses import replace
        >>> from tisstats.trial.study import Study
        >>> from tisstats.trial.template import example_folder
        >>> plan = replace(Study.read(example_folder()).analysis, decimals={"haq": 2, "tis": 0})
        >>> [plan.decimals_of(name) for name in ("haq", "tis", "mmt")]
        [2, 0, 1]
        """
        given = self.decimals
        return given.get(measure, OTHER_DECIMALS) if isinstance(given, Mapping) else given


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A row of the table of baseline characteristics."""

    label: str  #: name of the row, with the unit of a quantity
    type: Literal["number", "yes/no", "category"]
    decimals: int  #: of a number
    table: bool  #: whether it is a row; else it is a variable of exported data sets only


@dataclass(frozen=True, slots=True)
class Files:
    """Names of the files, and how to read them."""

    patients: str
    visits: str
    treatments: str  #: empty if there is none
    adverse_events: str  #: empty if there is none
    adam: str  #: folder of CDISC analysis data sets in place of the tables; empty if there is none
    encoding: str  #: of text files
    date_format: str  #: order and separators of DD, MM or MMM, and YYYY
    missing_codes: tuple[str, ...]  #: texts that stand for a missing value
    decimal: Literal[".", ","] | None = None  #: decimal mark of text files; None: evident
