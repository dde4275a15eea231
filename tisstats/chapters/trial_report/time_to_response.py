"""The time to the first response, by arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from tisstats.chapters.page import FigureItem, Rows, figure_item, table
from tisstats.chapters.result_facts import COUNT, INTERVAL, LABEL, WORDS, Facts
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.counts import COUNTS_OF_ARM, NONE, n_percent
from tisstats.figures import response_curves
from tisstats.figures.numbers import format_percent
from tisstats.figures.response_curves import ResponseCurve
from tisstats.sentences import join_names
from tisstats.trial.arm_responses import RESPONSE, ArmResponses, competing_causes, responses_by_arm
from tisstats.trial.deaths import died_later
from tisstats.trial.endpoint_definition import Missing
from tisstats.trial.outcome_words import OutcomeWords
from tisstats.trial.study_wording import describe_events_of_times


class TimeToResponse(TrialChapter):
    """The section on the time to the outcome."""

    @cached_property
    def responses(self) -> list[ArmResponses]:
        """The times to the first response by arm."""
        return responses_by_arm(self.data)

    @property
    def weeks_of_response(self) -> list[float]:
        """The weeks of the time to response: scheduled ones up to that of the endpoint, and it."""
        horizon = self.study.endpoint.week
        return sorted({week for week in self.study.visits.weeks if week <= horizon} | {horizon})

    def curves(self) -> FigureItem:
        """Return the cumulative incidence of a response, by arm."""
        plan, endpoint = self.study.analysis, self.study.endpoint
        curves = [
            _curve(arm, self.weeks_of_response, plan.confidence_level) for arm in self.responses
        ]
        curves = [
            replace(
                curve,
                if_open=arm.if_open_visits_are(endpoint.week),
                known_until=arm.known_until,
            )
            for curve, arm in zip(curves, self.responses, strict=True)
        ]
        return figure_item(
            response_curves,
            curves,
            response=self.response,
            outcome=self.words.noun,
            horizon=endpoint.week,
            confidence_level=plan.confidence_level,
            stamp=self.label,
        )

    @table(
        "Time to the first {self.words.noun}, {self.response}, by "
        "arm and week: patients at risk just before the week, and, up to and including it, those "
        "who {self.words.past}, had a competing event or were censored, with the cumulative "
        "incidence (Aalen-Johansen) and its {self.level} pointwise log-log limits with Gray's "
        "variance; an "
        "incidence of 0 or 100% has no limits. {self.rules}",
        origin="{self.label}",
        columns={
            "Week": LABEL,
            "Incidence, %": Facts(
                "{incidence}", "{self.outcome}", method="Aalen-Johansen", n="@Arm"
            ),
            "*limits, %": Facts(
                INTERVAL,
                "{self.outcome}",
                "%",
                "Aalen-Johansen, pointwise log-log, variance of Gray, {self.level} "
                "confidence level",
                "@Arm",
            ),
            "If all open visits are*": Facts(
                "{incidence}",
                "{self.outcome}, by what all open visits are taken as",
                method="Aalen-Johansen",
                n="@Arm",
            ),
            "Arm": WORDS,
            "*": Facts(COUNT, "@column", "patients", n="@Arm"),
        },
    )
    def incidence(self) -> Rows:
        """Return the cumulative incidence by arm and week."""
        causes = {RESPONSE: self.words.noun, **competing_causes(self.data)}
        level = self.study.analysis.confidence_level
        for arm in self.responses:
            counted = arm.counts(self.weeks_of_response, causes)
            # At week 0 nothing has happened yet; the figure has the numbers at risk.
            for place, week in enumerate(self.weeks_of_response[1:], start=1):
                counts, found = counted.iloc[place], arm.at(week, level)
                row = {
                    "Arm": f"{arm.label} (N={arm.patients})",
                    "Week": f"{week:g}",
                    "At risk": str(int(counts["at_risk"])),
                    **{
                        name.capitalize(): str(int(counts[f"events_{name}"]))
                        for name in causes.values()
                    },
                    "Censored": str(int(counts["censored"])),
                    "Incidence, %": _percent(found.estimate),
                    f"{self.level} limits, %": _range(found.low, found.high),
                }
                if self.study.endpoint.missing == "bounds":
                    either = arm.if_open_visits_are(week) or (np.nan, np.nan)
                    row |= dict(zip(self._if_open, map(_percent, either), strict=True))
                yield row

    @table(
        "What ended the time to the first {self.words.noun}, n (%) of the N analysed patients, up "
        "to week {self.horizon}; every patient is in one row",
        origin="{self.label}",
        columns={"Ended by": WORDS, "*": COUNTS_OF_ARM},
    )
    def ends(self) -> Rows:
        """Return how many patients' times were ended by what."""
        counts = [(arm, arm.ended_by()) for arm in self.responses]
        heeded = self.study.endpoint.intercurrent != "treatment policy"
        for reason in counts[0][1]:
            if reason in ("rescue medication", "stopped early") and not heeded:
                continue
            if reason == "death" and not self.data.some_died:
                continue
            yield {
                "Ended by": self._ended(reason),
                **{
                    f"{arm.label} (N={arm.patients})": n_percent(found[reason], arm.patients)
                    for arm, found in counts
                },
            }

    def _ended(self, reason: str) -> str:
        if reason == "response":
            return self.words.noun
        counts = self._events_count and reason in ("rescue medication", "stopped early")
        counts |= self._deaths_count and reason == "death"
        return f"{reason}, counted as {self.words.noun}" if counts else reason

    @property
    def _if_open(self) -> tuple[str, str]:
        """Columns of the incidence by what all open visits are taken as."""
        taken = "If all open visits are"
        return (
            f"{taken} no {self.words.noun}, %",
            f"{taken} {self.words.indefinite}, %",
        )

    @property
    def horizon(self) -> str:
        """The week of the endpoint."""
        return f"{self.study.endpoint.week:g}"

    @property
    def words(self) -> OutcomeWords:
        """What meeting the criterion is called."""
        return self.study.endpoint.words

    @property
    def outcome(self) -> str:
        """What meeting the criterion is called, at the start of a name."""
        return self.words.noun.capitalize()

    @property
    def response(self) -> str:
        """What is reached at a visit of a response, in words."""
        endpoint = self.study.endpoint.as_endpoint()
        score = f"Total Improvement Score of at least {endpoint.threshold:g}"
        return endpoint.criterion or score

    @property
    def level(self) -> str:
        """The confidence level, in per cent."""
        return method_wording.describe_level(self.study.analysis)

    @property
    def rules(self) -> str:
        """How intercurrent events and open scores are handled in the time to response."""
        endpoint = self.study.endpoint
        competing = competing_causes(self.data)
        rescue = (
            f" Rescue medication in the week of a visit: {endpoint.rescue_in_week_of_visit}."
            f"{self._not_recorded()}"
            if endpoint.intercurrent != "treatment policy"
            else ""
        )
        causes = (
            f"Competing events: {join_names([*competing.values()])}."
            if competing
            else "No event competes by this strategy."
        )
        return (
            "Strategy for rescue medication and early stops: "
            f"{describe_events_of_times(endpoint)}.{rescue} {causes} A visit that "
            f"missing measures leave open {_open_visit(endpoint.missing, self.words)}. "
            f"{method_wording.describe_observed(self.study)}. {self.censoring}"
        )

    @property
    def censoring(self) -> str:
        """What the incidence assumes of those whose visits end."""
        died = ""
        if self.data.some_died and self.study.endpoint.intercurrent == "hypothetical":
            died = (
                " By this strategy that is assumed of patients who died too, at their last visit "
                "before any rescue medication or early stop."
            )
        analysis = self.data.analysis
        left = analysis.stopped_early() & died_later(analysis.patients)
        if left.any() and self.study.endpoint.intercurrent == "treatment policy":
            died = (
                " Those who left and are known to have died count as at risk until their death, "
                "and those who left and are not known to have died until their last visit. Where "
                "not all deaths of those who left are known, the incidences depend on which are."
            )
        return (
            "Patients whose visits end without such an event are censored: the incidence assumes "
            "that they have the prospects of those who stay, which is doubtful where they left for "
            f"lack of efficacy.{died}"
        )

    def sentences_on_times(self) -> Iterator[str]:
        """Yield what the time to the outcome is, and where it is not that to the endpoint."""
        endpoint, words = self.study.endpoint, self.words
        yield (
            f"What is timed is the first visit with {words.indefinite}, which began at some time "
            "since the last visit known to be without one: curves place it as late as it can have "
            "begun."
        )
        if self._events_count:
            yield (
                "Rescue medication and an early stop that come first count as "
                f"{words.indefinite} by the composite strategy, in their own week."
            )
        elif self._deaths_count and self.data.some_died:
            yield (
                f"A death that comes first counts as {words.indefinite}, in its own week: after it "
                "no visit could show one."
            )
        if endpoint.kind != "best":
            also = " or ".join(f"{week:g}" for week in endpoint.also_at)
            asked = {
                "at week": f"at week {endpoint.week:g}",
                "sustained": f"at week {endpoint.week:g} and at week {also}",
                "confirmed": "at more than one visit",
            }[endpoint.kind]
            yield (
                f"A patient with {words.indefinite} at a visit need not meet the endpoint, which "
                f"asks for it {asked}: numbers here can differ from those on the page of the "
                "primary endpoint. What follows that first visit does not enter the time."
            )
        conditions = [
            "rescue medication" * endpoint.without_rescue,
            "confirmed deterioration" * endpoint.without_confirmed_deterioration,
        ]
        if excluded := " and no ".join(filter(None, conditions)):
            yield f"That the endpoint also asks for no {excluded} does not enter the time."
        if len(self.study.arms) > 1:
            yield "No test compares the curves of the arms, such as a log-rank test or Gray's test."

    @property
    def _events_count(self) -> bool:
        """Whether rescue medication and early stops are themselves the outcome."""
        return self.study.endpoint.intercurrent == "composite" and self.words.unfavourable

    @property
    def _deaths_count(self) -> bool:
        """Whether a death is itself the outcome."""
        strategy = self.study.endpoint.intercurrent
        return self.words.unfavourable and strategy in ("composite", "treatment policy")

    def _not_recorded(self) -> str:
        """Return what of these events the tables of the study do not record."""
        treatments = (
            ""
            if "treatments" in self.data.has
            else " There is no table of treatments: rescue medication is known only as a reason "
            "for stopping early."
        )
        ends = (
            ""
            if self.data.ends_recorded
            else " Early stops are not recorded: nobody is taken to have stopped."
        )
        return treatments + ends


def _open_visit(missing: Missing, words: OutcomeWords) -> str:
    """Return what becomes of a visit whose status is open, in the time to the first outcome."""
    if missing == "unknown":
        return (
            "ends the time at the visit before, since it is not known whether the first "
            f"{words.noun} was seen there"
        )
    none, some = f"no {words.noun}", words.indefinite
    if missing == "bounds":
        return (
            f"ends the time at the visit before; two columns take all of them as {none}, and all "
            f"as {some}, which need not be the least and the most that they can be"
        )
    is_reached = (missing == "best case") != words.unfavourable
    return f"counts as {some if is_reached else none}"


def _percent(proportion: float) -> str:
    return format_percent(proportion) if np.isfinite(proportion) else "not known"


def _range(low: float, high: float) -> str:
    if not (np.isfinite(low) and np.isfinite(high)):
        return NONE
    return f"{format_percent(low)} to {format_percent(high)}"


def _curve(arm: ArmResponses, weeks: list[float], confidence_level: float) -> ResponseCurve:
    at_risk = {week: arm.at(week, confidence_level).at_risk for week in weeks}
    if arm.incidence is None:
        nothing = np.array([], dtype=np.float64)
        return ResponseCurve(arm.label, 0, nothing, nothing, at_risk)
    times, low, high = arm.incidence.times, None, None
    if RESPONSE in arm.incidence.causes:
        incidence = arm.incidence.estimate[RESPONSE]
        low, high = arm.incidence.confidence_interval(RESPONSE, confidence_level)
    else:
        incidence = np.zeros(len(times))
    return ResponseCurve(arm.label, arm.patients, times, incidence, at_risk, low, high)
