"""The defensible choices of a described study.

The first level of every choice is that of the description. Which others there are depends on the
study: where nobody stopped early, how early stops are handled is not a choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast, get_args

import numpy as np

from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.measures.enzymes import EnzymePanel
from tisstats.statistics import method_title
from tisstats.trial.courses import SAME_WEEK, Courses
from tisstats.trial.endpoint_definition import (
    EarlyEnd,
    Endpoint,
    Kind,
    Missing,
    Strategy,
    missing_words,
)
from tisstats.trial.endpoints import evaluate
from tisstats.trial.response_specifications import (
    DENOMINATORS,
    Inference,
    with_settings,
)
from tisstats.trial.specifications import Choice, Level, combined_settings
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import study_courses

#: Name of the scoring by the description.
DECLARED = "as declared"

#: Intervals recommended for few patients, each with the reason.
_INTERVALS = {
    "clopper-pearson": "exact: its coverage is at least nominal",
    "wilson": "recommended for few patients (Brown, Cai & DasGupta 2001)",
    "jeffreys": "recommended for few patients (Brown, Cai & DasGupta 2001)",
    "blaker": "exact, and within the Clopper-Pearson interval (Blaker 2000)",
}
_DIFFERENCES = {
    "newcombe": "combines score intervals (Newcombe 1998)",
    "miettinen-nurminen": "inverts the score test (Miettinen & Nurminen 1985)",
    "agresti-caffo": "adjusted for few patients (Agresti & Caffo 2000)",
}
_TESTS = {
    "fisher": ("Fisher", "exact, conditional on all margins"),
    "boschloo": ("Boschloo", "exact, unconditional"),
    "barnard": ("Barnard", "exact, unconditional"),
    "chi-square": ("chi-square", "asymptotic, chosen in the description"),
}
_STRATEGIES: Mapping[Strategy, str] = {
    "treatment policy": "ignored",
    "while on treatment": "visits until then",
    "hypothetical": "left out",
}
_KINDS = {
    "at week": "at the week",
    "best": "at any visit up to the week",
    "sustained": "sustained",
    "confirmed": "confirmed at two visits",
}
_DENOMINATORS = {
    "analysed": "analysed",
    "included": "all, others non-responders",
    "followed": "with a visit after baseline",
}
#: The choice of how open statuses are counted.
OPEN_STATUS = "Handling of an unknown status"
_PLANNED = "as described"
_COMPLETERS = {"completers": "completers only"}
#: Quartiles of Minitab and SPSS (6) and of SAS (2), where these are not those of the description.
_OTHER_DEFINITIONS = (6, 2)

#: Largest product of the sizes of both arms for which an unconditional test is among the
#: alternatives: for every combination of choices, beyond it, computing the test takes minutes.
_MOST_PAIRS = {"boschloo": 2_500, "barnard": 1_000_000}


@dataclass(frozen=True, slots=True)
class NotVaried:
    """A choice that is not varied in a study."""

    choice: str  #: the choice
    reason: str  #: why it is not


@dataclass(frozen=True, eq=False)
class StudyChoices:
    """The choices of a study: of its response, and of the changes of its measures.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> study = StudyChoices(StudyData.read(example_folder()))
    >>> [level.label for level in study.choices[0].levels]
    ['40 points', '20 points', '60 points']
    >>> [choice.label for choice in study.change_choices]
    ['Week', 'End', 'Patients without change', 'P value', 'Quartiles']
    """

    data: StudyData

    @cached_property
    def endpoint(self) -> Endpoint:
        """The primary endpoint; a rule "bounds" is replaced by its lower end.

        That is the worst case, or the best one where meeting the endpoint is unfavourable.
        """
        endpoint = self.data.study.endpoint.as_endpoint()
        lower: Missing = "best case" if endpoint.words.unfavourable else "worst case"
        return replace(endpoint, missing=lower) if endpoint.missing == "bounds" else endpoint

    @property
    def _reference(self) -> str | None:
        """The arm that others are compared with; None in a study in one arm."""
        study = self.data.study
        return study.reference_arm if len(study.arms) > 1 else None

    @property
    def _one_arm(self) -> bool:
        return self._reference is None

    @property
    def inference(self) -> Inference:
        """Interval and test of the description."""
        plan = self.data.study.analysis
        return Inference(
            plan.interval if self._one_arm else plan.difference,
            plan.confidence_level,
            plan.proportion_test,
        )

    @cached_property
    def _courses(self) -> dict[str, Courses]:
        """The courses by way of scoring."""
        found = {DECLARED: study_courses(self.data)}
        if self._panel_matters:
            panel = self.data.study.measures.enzyme_panel
            other: EnzymePanel = "measured" if panel == "complete" else "complete"
            trial = self.data.trial
            changed = replace(trial, description=replace(trial.description, enzyme_panel=other))
            described = replace(self.data, trial=changed, _cache={})
            found[f"{other} panel"] = study_courses(described)
        return found

    @cached_property
    def _panel_matters(self) -> bool:
        """Whether a patient has some of several enzymes at baseline, and not all of them."""
        enzymes = list(self.data.study.measures.enzymes)
        visits = self.data.trial.visits
        if len(enzymes) < 2:
            return False
        first = visits.loc[visits["week"] == visits.groupby("patient_id")["week"].transform("min")]
        missing = first[enzymes].isna()
        return bool(np.any(missing.any(axis=1) & ~missing.all(axis=1)))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of the response that have more than one level."""
        every = (
            self._threshold(),
            self._week(),
            self._kind(),
            self._early_stops(),
            self._missing(),
            self._denominator(),
            self._enzymes(),
            self._interval(),
            self._test(),
        )
        return tuple(choice for choice in every if choice is not None and len(choice.levels) > 1)

    def _threshold(self) -> Choice | None:
        if self.endpoint.criterion:
            return None
        general, plan = self.data.study.study, self.endpoint
        levels = {plan.threshold: Level(f"{plan.threshold:g} points", {}, _PLANNED)}
        for category, score in RESPONSE_CUTOFFS[general.population].items():
            reason = f"cut-off of {category} improvement, {general.population}"
            levels.setdefault(score, Level(f"{score:g} points", {}, reason))
        return _choice("Threshold", "threshold", levels)

    def _week(self) -> Choice:
        """Return the planned week, and the scheduled weeks next to it."""
        plan = self.endpoint
        scheduled = self.data.study.visits.weeks
        earlier = [week for week in scheduled if week < plan.week][-1:]
        later = [week for week in scheduled if week > plan.week][:1]
        allowed = [week for week in earlier + later if week > max(plan.also_at, default=0)]
        levels = {plan.week: Level(f"week {plan.week:g}", {}, _PLANNED)}
        for week in allowed:
            levels[week] = Level(f"week {week:g}", {}, "scheduled week next to the planned one")
        return _choice("Week", "week", levels)

    def _kind(self) -> Choice:
        """Return the planned kind of response, one week alone, and any visit up to it.

        Where visits end early, those of any visit up to the week are read in both ways.
        """
        plan = self.endpoint
        kinds: list[tuple[Kind, EarlyEnd]] = [self._planned_kind, (plan.kind, "as observed")]
        kinds.append(("best", "as observed"))
        if plan.week in self.data.study.visits.weeks:
            kinds.append(("at week", "as observed"))
        kinds.append(("best", "missing"))
        if not self._some_end_early:  # the two ways are the same
            first: dict[Kind, EarlyEnd] = {}
            for kind, early_end in kinds:
                first.setdefault(kind, early_end)
            kinds = list(first.items())
        levels = [
            Level(
                self._kind_label(kind, early_end),
                {"kind": kind, "early_end": early_end},
                self._why_kind(kind, early_end),
            )
            for kind, early_end in dict.fromkeys(kinds)
        ]
        return Choice("Visits that count", tuple(levels))

    @property
    def _planned_kind(self) -> tuple[Kind, EarlyEnd]:
        """The kind of the description, and how it reads an early end of visits if that matters."""
        plan = self.endpoint
        return plan.kind, "as observed" if plan.at_one_week else plan.early_end

    def _kind_label(self, kind: Kind, early_end: EarlyEnd) -> str:
        is_open = early_end == "missing" and self._some_end_early
        return _KINDS[kind] + ", open if visits end early" * is_open

    def _why_kind(self, kind: Kind, early_end: EarlyEnd) -> str:
        """Return why a kind of response is among the levels."""
        if (kind, early_end) == self._planned_kind:
            return _PLANNED
        if early_end == "missing":
            return "nothing is observed after a last visit"
        if kind == self.endpoint.kind:
            return "what was observed counts"
        if self.endpoint.criterion:
            return "the same visits, read by another kind of endpoint"
        return "used by trials of this score"

    @property
    def _last_week(self) -> float:
        return max(float(cast(float, level.settings["week"])) for level in self._week().levels)

    @cached_property
    def _some_end_early(self) -> bool:
        weeks = self._courses[DECLARED].weeks
        last = np.max(np.where(np.isfinite(weeks), weeks, -np.inf), axis=1, initial=-np.inf)
        return bool(np.any(last < self._last_week - SAME_WEEK))

    @cached_property
    def _some_intercurrent_event(self) -> bool:
        courses = self._courses[DECLARED]
        until = np.full(len(courses.weeks), self._last_week)
        return bool(np.any(courses.rescued_before(until) | courses.stopped_before(until)))

    def _early_stops(self) -> Choice | None:
        if not self._some_intercurrent_event:
            return None
        plan = self.endpoint
        strategies = dict.fromkeys((plan.intercurrent, *get_args(Strategy)))
        return _choice(
            "Handling of rescue and early stops",
            "intercurrent",
            {
                name: Level(
                    self._event_counts_as(name),
                    {},
                    _PLANNED if name == plan.intercurrent else f"strategy of ICH E9(R1): {name}",
                )
                for name in strategies
            },
        )

    def _event_counts_as(self, strategy: Strategy) -> str:
        if strategy == "composite":
            return self.endpoint.words.failure
        # After a death there is no score that could count.
        except_deaths = strategy == "treatment policy" and self.data.some_died
        return _STRATEGIES[strategy] + (", except deaths" if except_deaths else "")

    @cached_property
    def _some_open(self) -> bool:
        """Whether a status is open under any combination of the choices of who responded."""
        every = (self._threshold(), self._week(), self._kind(), self._early_stops())
        choices = [*(choice for choice in every if choice is not None), self._enzymes()]
        for settings in combined_settings(choices):
            chosen = replace(with_settings(self.endpoint, settings), missing="unknown")
            if evaluate(chosen, self._courses[str(settings["scoring"])]).count("unknown"):
                return True
        return False

    def _missing(self) -> Choice | None:
        if not self._some_open:
            return None
        planned = self.endpoint.missing
        lower = planned if planned in ("non-responder", "worst case") else "non-responder"
        if self.data.study.endpoint.missing == "bounds" and self.endpoint.words.unfavourable:
            lower = "worst case"
        rules = dict.fromkeys((planned, "unknown", lower, "best case"))
        return _choice(
            OPEN_STATUS,
            "missing",
            {
                name: Level(self._open_as(name), {}, self._why_missing(name, planned))
                for name in rules
            },
        )

    def _open_as(self, rule: Missing) -> str:
        if rule == "unknown":
            return "left out"
        words = self.endpoint.words
        return words.success if rule == "best case" else words.failure

    def _why_missing(self, rule: Missing, planned: Missing) -> str:
        """Return why a rule for open statuses is among the levels."""
        if self.data.study.endpoint.missing == "bounds":
            # Bounds are not a single count, so that each of their ends is a level.
            counted = {"worst case": "none", "best case": "all"}
            if self.endpoint.words.unfavourable:
                counted = {"best case": "none", "worst case": "all"}
            if rule in counted:
                open_as = f"of the open statuses counted as {self.endpoint.words.met_as}"
                return f"bounds as described, with {counted[rule]} {open_as}"
        return (
            _PLANNED
            if rule == planned
            else f"rule {rule}: {missing_words(rule, self.endpoint.words)}"
        )

    def _denominator(self) -> Choice:
        courses, trial = self._courses[DECLARED], self.data.trial
        names = ["analysed"]
        if len(courses.weeks) < len(trial.patients):
            names.append("included")
        if not np.all(np.any(courses.follow_up, axis=1)):
            names.append("followed")
        return _choice(
            "Denominator",
            "denominator",
            {name: Level(self._denominator_label(name), {}, DENOMINATORS[name]) for name in names},
        )

    def _denominator_label(self, name: str) -> str:
        words = self.endpoint.words
        if name == "included" and words.unfavourable:
            return f"all, others counted as {words.failure_as}"
        return _DENOMINATORS[name]

    def _enzymes(self) -> Choice:
        return _choice(
            "Enzymes missing at baseline",
            "scoring",
            {
                name: Level(name, {}, "how an enzyme that was not measured at baseline counts")
                for name in self._courses
            },
        )

    def _interval(self) -> Choice:
        reasons = _INTERVALS if self._one_arm else _DIFFERENCES
        planned = self.inference.interval
        return _choice(
            "Interval",
            "interval",
            {
                name: Level(method_title(name), {}, _PLANNED if name == planned else reasons[name])
                for name in dict.fromkeys((planned, *reasons))
            },
        )

    @property
    def _unconditional_tests(self) -> list[str]:
        """The unconditional tests that are computed in reasonable time."""
        sizes = sorted(self.data.trial.patients["arm"].value_counts())
        pairs = math.prod(sizes[-2:]) if len(sizes) > 1 else math.inf
        return [name for name, most in _MOST_PAIRS.items() if pairs <= most]

    def _test(self) -> Choice | None:
        if self._one_arm:
            return None
        planned = self.inference.test
        others = ("fisher", *self._unconditional_tests)
        return _choice(
            "Test",
            "test",
            {
                name: Level(_TESTS[name][0], {}, _PLANNED if name == planned else _TESTS[name][1])
                for name in dict.fromkeys((planned, *others))
            },
        )

    def _no_early_end(self) -> str:
        ends, rescue = self.data.ends_recorded, self.data.rescue_recorded
        before = f"before the last assessment, that of week {self._last_week:g}"
        if ends and rescue:
            return f"no analysed patient had rescue medication or stopped {before}"
        if ends:
            return f"no analysed patient stopped {before}; rescue medication is not recorded"
        if rescue:
            return (
                f"no analysed patient had rescue medication {before}; early stops are not recorded"
            )
        return "neither is recorded"

    @cached_property
    def not_varied(self) -> tuple[NotVaried, ...]:
        """The choices that are none in this study, each with the reason."""
        names = {choice.label for choice in self.choices}
        reasons = {
            "Threshold": f"the {self.endpoint.words.noun} is a definition, not a score",
            "Week": "no scheduled week next to the planned one lies after those of also_at"
            if self.endpoint.also_at
            else "there is no other scheduled week next to the planned one",
            "Handling of rescue and early stops": self._no_early_end(),
            OPEN_STATUS: "every status is known under every combination of the other choices",
            "Denominator": "all patients are analysed and have a visit after baseline",
            "Enzymes missing at baseline": "one enzyme, or every patient has all "
            "of them at the first visit, or none",
            "Test": "one arm: there is nothing to compare",
        }
        if self.data.study.core_set != "imacs":
            del reasons["Enzymes missing at baseline"]
        if not self._one_arm:
            del reasons["Test"]  # each test that is none has its own reason
        found = [NotVaried(name, why) for name, why in reasons.items() if name not in names]
        done = {*self._unconditional_tests, self.inference.test}
        found += [
            NotVaried(f"{_TESTS[name][0]}'s test", "with so many patients it takes too long")
            for name in _MOST_PAIRS
            if not self._one_arm and name not in done
        ]
        found.append(
            NotVaried("Ranges of the measures", "declared in the description, without a default")
        )
        found.append(NotVaried("Confidence level", "declared in the description"))
        return tuple(found)

    @cached_property
    def change_choices(self) -> tuple[Choice, ...]:
        """The choices of the changes of measures that have more than one level."""
        plan = self.data.study.analysis
        definitions = dict.fromkeys((plan.quantile_definition, *_OTHER_DEFINITIONS))
        every = [
            self._horizon(),
            _two("End", "end", plan.end, {"last-assessment": "last visit"} | _COMPLETERS)
            if not np.all(self.data.analysis.completed())
            else None,
            _two(
                "Patients without change",
                "zero_method",
                plan.zero_method,
                {"wilcox": "left out", "pratt": "ranked"},
            ),
            _two(
                "P value",
                "pvalue_method",
                plan.signed_rank,
                {"exact": "exact", "asymptotic": "asymptotic"},
            ),
            _choice(
                "Quartiles",
                "quantile_definition",
                {
                    each: Level(
                        f"definition {each}",
                        {},
                        _PLANNED
                        if each == plan.quantile_definition
                        else "in use in other software",
                    )
                    for each in definitions
                },
            ),
        ]
        return tuple(choice for choice in every if choice is not None and len(choice.levels) > 1)

    def _horizon(self) -> Choice:
        week = self._week()
        levels = tuple(
            replace(level, settings={"horizon_week": level.settings["week"]})
            for level in week.levels
        )
        return Choice(week.label, levels)


def _choice(label: str, setting: str, levels: Mapping[Any, Level]) -> Choice:
    """Return the choice of one setting, its levels by value."""
    return Choice(
        label, tuple(replace(level, settings={setting: value}) for value, level in levels.items())
    )


def _two(label: str, setting: str, planned: str, labels: Mapping[str, str]) -> Choice:
    """Return a choice whose first level is the planned one."""
    return _choice(
        label,
        setting,
        {
            value: Level(labels[value], {}, _PLANNED if value == planned else "the alternative")
            for value in dict.fromkeys((planned, *labels))
        },
    )
