"""Harms by arm: outcomes by patient, adverse events by term, serious events, and zero events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from tisstats.chapters.page import Rows, Table, described, table
from tisstats.chapters.result_facts import COUNT_OF, LABEL, WORDS, Facts
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.counts import COUNT_RANGE, COUNTS_OF_ARM, n_percent
from tisstats.chapters.trial_report.disposition import NOT_RECORDED, STOPPED_EARLY
from tisstats.figures.numbers import NO_WIDTH, format_percent, yes_no
from tisstats.printed import format_table_number, percent_range
from tisstats.sentences import count_of
from tisstats.statistics import Interval
from tisstats.trial.deaths import has_died
from tisstats.trial.doubtful_courses import late_deaths
from tisstats.trial.harms import (
    HARMS_GUIDELINE,
    EventTerm,
    HarmCount,
    HarmOutcome,
    event_terms,
    events_outside_analysis,
    harm_outcomes,
    risk_difference,
    serious_events,
)
from tisstats.trial.imacs_counts import worsening_rule
from tisstats.trial.study_core_set import NOT_COMPUTED

#: What the risk differences are, and the counts of a term.
_DIFFERENCE = Facts(
    "{difference} ({lower limit} to {upper limit})",
    "Risk difference",
    "percentage points",
    "{self.difference}, {self.level} confidence level",
    group="@column",
    # The label of an arm may end like that of a column which names an origin.
    origin="{self.study.study.data}",
)
_TERM = Facts(
    "{count} ({percentage}); {events} event*"
    f" | {COUNT_RANGE}; {{events}} event*"
    " | –; {events} event*",
    unit="patients",
    group="@column",
)

#: How counts are printed with an interval.
WITH_INTERVAL = f"{{count}} ({{percentage}})<; {{lower limit}} to {{upper limit}}> | {COUNT_RANGE}"


class Safety(TrialChapter):
    """The chapter of harms."""

    @cached_property
    def found(self) -> list[HarmOutcome]:
        """The outcomes by patient."""
        return harm_outcomes(self.data)

    @cached_property
    def terms(self) -> list[EventTerm] | None:
        """The adverse events by term; None without a table of them."""
        return event_terms(self.data)

    @cached_property
    def serious_terms(self) -> list[EventTerm] | None:
        """The serious adverse events by term; None without a table of adverse events."""
        return event_terms(self.data, serious=True)

    @property
    def others(self) -> dict[str, str]:
        """Label of each arm that is compared with the reference arm, by its name."""
        reference = self.study.reference_arm
        if reference is None:
            return {}
        return {name: label for name, label in self.study.arms.items() if name != reference}

    def outcome_tables(self) -> list[Table]:
        """Return the outcomes by patient and, with several arms, their risk differences."""
        return [self.outcomes(), *([self.differences()] if self.others else [])]

    @table(
        "Harms by patient and arm: n (%) of the N analysed patients; {self.level} interval of the "
        "proportion in % ({self.interval}). Adverse events count up to {self.follow_up}. "
        "{self.stopped_early} A stop for another or no stated reason does not count as one because "
        "of an adverse event{self.deaths_apart}. A relation to treatment that is recorded neither "
        "as yes nor as no leaves it unknown. {self.deterioration}",
        origin="{self.label}",
        columns={
            "Outcome": WORDS,
            "*": replace(
                COUNTS_OF_ARM,
                shape=WITH_INTERVAL,
                unit="%",
                counts="patients",
                method="{self.interval}, {self.level} confidence level",
            ),
        },
    )
    def outcomes(self) -> Rows:
        """Return the outcomes by patient."""
        for outcome in self.found:
            yield {
                "Outcome": outcome.label,
                **{
                    f"{label} (N={size})": NOT_RECORDED
                    if outcome.arms is None
                    else self._with_interval(outcome.arms[name])
                    for (name, label), size in self._sizes()
                },
            }

    @table(
        "Risk differences from {self.reference} in percentage points, with {self.level} intervals "
        "({self.difference}). Counts and N are in the table of harms by patient; a difference "
        "needs counts that are known in both arms. No adjustment for multiplicity",
        origin="{self.label}",
        columns={"Outcome": WORDS, "*": _DIFFERENCE},
    )
    def differences(self) -> Rows:
        """Return the risk differences of the outcomes by patient."""
        for outcome in self.found:
            yield {"Outcome": outcome.label, **self._differences(outcome.arms)}

    def event_tables(self) -> list[Table]:
        """Return the adverse events by term, the serious ones, and single ones if listed."""
        if self.terms is None:
            return []
        tables = [self.events()] if self.terms else []
        tables += [self.serious()] if self.serious_terms else []
        if self.study.study.listings and not serious_events(self.data).empty:
            tables.append(self.serious_list())
        return tables

    @table(
        "Adverse events by term and arm: patients with the event, n (%) of the N analysed "
        "patients, and number of events{self.versus}. Terms as they are in the table of adverse "
        "events, those that differ in letter case or spaces only taken together",
        origin="{self.label}",
        columns={"Term": WORDS, "* minus *": _DIFFERENCE, "*": _TERM},
    )
    def events(self) -> Rows:
        """Return the adverse events by term."""
        return self._terms(self.terms or [])

    @table(
        "Serious adverse events by term and arm: patients with the event, n (%) of the N analysed "
        "patients, and number of events{self.versus}",
        origin="{self.label}",
        columns={"Term": WORDS, "* minus *": _DIFFERENCE, "*": _TERM},
    )
    def serious(self) -> Rows:
        """Return the serious adverse events by term."""
        return self._terms(self.serious_terms or [])

    @table(
        "Serious adverse events one by one, of all patients, analysed or not",
        origin="{self.label}",
        columns="events one by one",
    )
    def serious_list(self) -> Rows:
        """Return the serious adverse events, one row each."""
        for event in serious_events(self.data).to_dict("records"):
            week = event["week"]
            yield {
                "Patient": event["patient_id"],
                "Arm": event["arm"],
                "Week": f"{week:.4g}" if np.isfinite(week) else NOT_RECORDED,
                "Event": event["event"],
                "Related to treatment": event["treatment_related"] or NOT_RECORDED,
                "Analysed": yes_no(event["analysed"]),
            }

    def zero_tables(self) -> list[Table]:
        """Return what outcomes that nobody had rule out, if there are any."""
        return [self.zeros()] if any(True for _ in self._zeros()) else []

    @table(
        "Outcomes that no patient of an arm had, with the exact one-sided upper {self.level} limit "
        "of the proportion in % (Clopper-Pearson): if the true proportion were higher, the "
        "probability of seeing no event among so many patients would be below {self.error}%",
        origin="{self.label}",
        columns={
            "Outcome": WORDS,
            "Arm": LABEL,
            "n of N": Facts(COUNT_OF, unit="patients"),
            "Upper limit, %": Facts(
                "{upper limit}",
                unit="%",
                method="Clopper-Pearson, one-sided, {self.level} confidence level",
                n="@n of N",
            ),
        },
    )
    def zeros(self) -> Rows:
        """Return the upper limits of outcomes with no event."""
        return self._zeros()

    def _zeros(self) -> Rows:
        level = self.study.analysis.confidence_level
        for outcome in self.found:
            for name, count in (outcome.arms or {}).items():
                limit = count.upper_limit(level)
                if limit is not None:
                    yield {
                        "Outcome": outcome.label,
                        "Arm": self.study.arms[name],
                        "n of N": f"0 of {count.patients}",
                        "Upper limit, %": format_percent(limit),
                    }

    def _sizes(self) -> list[tuple[tuple[str, str], int]]:
        """Return name and label of each arm with its number of analysed patients."""
        return list(zip(self.study.arms.items(), self.arm_sizes().values(), strict=True))

    def _with_interval(self, count: HarmCount) -> str:
        interval = count.interval(self.study.analysis)
        if interval is None:
            return _count(count)
        return f"{_count(count)}; {percent_range(interval.low, interval.high)}"

    def _terms(self, terms: list[EventTerm]) -> Rows:
        for term in terms:
            cells = {
                f"{label} (N={size})": (
                    f"{_count(term.arms[name])}; {count_of(term.events[name], 'event')}"
                )
                for (name, label), size in self._sizes()
            }
            yield {"Term": term.term, **cells, **self._differences(term.arms)}

    def _differences(self, arms: Mapping[str, HarmCount] | None) -> dict[str, str]:
        reference = self.study.reference_arm
        if reference is None:
            return {}
        plan = self.study.analysis
        return {
            f"{label} minus {self.study.arms[reference]}": NOT_RECORDED
            if arms is None
            else format_difference(risk_difference(arms, name, reference, plan))
            for name, label in self.others.items()
        }

    @property
    def level(self) -> str:
        """The confidence level, in per cent."""
        return method_wording.describe_level(self.study.analysis)

    @property
    def error(self) -> str:
        """One minus the confidence level, in per cent."""
        return f"{100 * (1 - self.study.analysis.confidence_level):.6g}"

    @property
    def interval(self) -> str:
        """The method of intervals, in words."""
        return method_wording.describe_interval(self.study.analysis)

    @property
    def difference(self) -> str:
        """The method of intervals of risk differences, in words."""
        return method_wording.describe_difference(self.study.analysis)

    @property
    def reference(self) -> str:
        """The label of the reference arm."""
        return self.study.arms[self.study.reference_arm or next(iter(self.study.arms))]

    @property
    def versus(self) -> str:
        """What the columns of differences are, in words; empty with one arm."""
        if not self.others:
            return ""
        return (
            f"; risk difference from {self.reference} in percentage points with {self.level} "
            f"interval ({self.difference}), without adjustment for multiplicity"
        )

    @property
    def deterioration(self) -> str:
        """The rule of deterioration with its source, or why it is not counted."""
        if self.study.core_set != "imacs":
            return f"Deterioration is not counted: {NOT_COMPUTED}"
        rule = worsening_rule(self.data.analysis)
        return (
            f"Deterioration: the rule {rule.name} ({rule.source}) at any visit; where missing "
            "measures, or no visit after baseline, leave it open, the range of the count"
        )

    @property
    def stopped_early(self) -> str:
        """What an early stop is, in words."""
        return STOPPED_EARLY

    @property
    def deaths_apart(self) -> str:
        """That deaths are counted apart, where patients died."""
        if not self.data.some_died:
            return ""
        both = "; a patient who stopped early for another reason and died has both outcomes"
        return f", nor does a death{both * self.data.some_died_later}"

    @property
    def follow_up(self) -> str:
        """Until when adverse events are recorded, in words."""
        visits = self.study.visits
        text = "each patient's last visit, or early stop if that is later"
        if self.data.own_death_weeks:
            text = "the latest of each patient's last visit, early stop and death"
        if visits.follow_up_weeks:
            text += f", and {visits.follow_up_weeks:g} weeks of follow-up"
        days = visits.widest_window
        return f"{text}, with a tolerance of {count_of(days, 'day')}" if days else text

    @described(
        {
            "guideline": WORDS,
            "events_note": WORDS,
            "terms_note": WORDS,
            "outside_note": WORDS,
            "zero_note": WORDS,
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        return {
            "label": self.label,
            "guideline": HARMS_GUIDELINE,
            "events_note": self._events_note(),
            "terms_note": "A patient with several events of one term counts once in its row."
            if self.terms
            else self._events_note(),
            "outside_note": self._outside_note(),
            "zero_note": self._zero_note() + self._width_note(),
        }

    def _events_note(self) -> str:
        if self.terms is None:
            none = "The study has no table of adverse events: they are not recorded."
            return none + self._deaths_note()
        if not self.terms:
            none = "The table of adverse events has no event of an analysed patient."
            return none + self._deaths_note()
        events = sum(sum(term.events.values()) for term in self.terms)
        serious = sum(sum(term.events.values()) for term in self.serious_terms or [])
        patients = sum(
            count.count for count in (_recorded(self.found, "Any adverse event") or {}).values()
        )
        which = f"of which {serious} {'was' if serious == 1 else 'were'} serious"
        if events == 1:
            which = f"which was {'' if serious else 'not '}serious"
        elif not serious:
            which = "none of which was serious"
        had = f"{count_of(patients, 'patient')} had {count_of(events, 'event')}"
        return f"{had}, {which}.{self._deaths_note()}"

    def _deaths_note(self) -> str:
        """Return who died, in a sentence with a space before it; empty where nobody did."""
        died = has_died(self.data.trial.patients)
        if not died.any():
            return ""
        analysed = self.data.trial.patients["analysed"].to_numpy(dtype=bool)
        counted, outside = int((died & analysed).sum()), int((died & ~analysed).sum())
        if not counted:
            return f" {count_of(outside, 'patient')} outside the analysis died."
        also = f", and {outside} outside the analysis" if outside else ""
        late = late_deaths(self.study, self.data.analysis.patients)
        after = f"; {late} of these after the planned follow-up" if late else ""
        return f" {count_of(counted, 'patient')} died{also}{after}."

    def _outside_note(self) -> str:
        outside = events_outside_analysis(self.data)
        if not outside.events:
            return ""
        return (
            f"In addition, {count_of(outside.patients, 'patient')} outside the analysis had "
            f"{count_of(outside.events, 'event')}, not counted in the tables by arm."
        )

    def _zero_note(self) -> str:
        if any(True for _ in self._zeros()):
            return (
                "That nobody had an outcome does not show that there is no risk: the limits below "
                "show how high the risk could still be."
            )
        return (
            "Every outcome that is recorded and known occurred in at least one patient of each arm "
            "with analysed patients."
        )

    def _width_note(self) -> str:
        """Return what intervals without width mean, with a space before it; empty without one."""
        plan, reference = self.study.analysis, self.study.reference_arm
        counted = [outcome.arms for outcome in self.found if outcome.arms is not None]
        found = [count.interval(plan) for arms in counted for count in arms.values()]
        if reference is not None:
            terms = [*(self.terms or ()), *(self.serious_terms or ())]
            for arms in [*counted, *(term.arms for term in terms)]:
                found += [risk_difference(arms, name, reference, plan) for name in self.others]
        if all(each is None or each.width >= NO_WIDTH for each in found):
            return ""
        return (
            " An interval without width comes from its method where nobody or everybody had the "
            "outcome; it does not mean that the risk is known."
        )


def format_difference(found: Interval | None) -> str:
    """Format a risk difference with its interval in percentage points.

    Examples
    --------
    >>> format_difference(Interval(0.25, -0.05, 0.5, 0.95, "newcombe")), format_difference(None)
    ('25.0 (−5.0 to 50.0)', 'not known')
    """
    if found is None:
        return "not known"
    estimate, low, high = (
        format_table_number(100 * value, 1) for value in (found.estimate, found.low, found.high)
    )
    return f"{estimate} ({low} to {high})"


def _count(count: HarmCount) -> str:
    return n_percent(count.count, count.patients, count.unknown)


def _recorded(outcomes: list[HarmOutcome], label: str) -> Mapping[str, HarmCount] | None:
    return next(outcome.arms for outcome in outcomes if outcome.label == label)
