"""Chapter 5: harms by event and by patient, and upper confidence limits with zero events."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.chapters.chapter import PatientChapter
from tisstats.chapters.page import FigureItem, Rows, Table, described, table
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.result_facts import (
    COUNT_OF_ALL,
    COUNT_PERCENTAGE,
    INTERVAL,
    WORDS,
    Facts,
    counted,
)
from tisstats.figures.numbers import (
    format_confidence_level,
    format_n_percent,
    format_percent,
    no_width_note,
    of_all,
)
from tisstats.lim2021 import safety
from tisstats.lim2021.cohort_check.checked_trial import embolisms
from tisstats.lim2021.cohort_check.compare_with_print import compare_with_print, count_matches
from tisstats.lim2021.cohort_check.treatments import dose_note, treatment_table
from tisstats.lim2021.trial_description import TREATMENT
from tisstats.printed import percent_range
from tisstats.statistics import Interval, method_title, proportion_interval
from tisstats.trial import Courses, summaries


@dataclass(frozen=True)
class Safety(PatientChapter):
    """Chapter 5 for given parameters."""

    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @property
    def rule_level(self) -> str:
        """The confidence level of the rule of three, with the % sign."""
        return f"{format_percent(safety.RULE_OF_THREE_LEVEL, 0)}%"

    @described(
        {
            "level_percent": Facts("{level}", "Confidence level of the limits", origin="chosen"),
            "events": counted("Serious adverse events", "events", origin="published"),
            "event_patients": counted("Patients with a serious adverse event"),
            "events_of_one": counted("Serious adverse events of one patient", "events"),
            "rule_of_three_level": Facts(
                "{level}", "Confidence level of the rule of three", origin="chosen"
            ),
            "upper_limits": Facts(
                "*{upper limit}% lies*",
                "Patients who deteriorated, with zero events",
                "%",
                "{self.interval_words}, two-sided",
                "{self.analysed}",
            ),
            "treated_limits": Facts(
                "*{upper limit}% lies*",
                "Patients who deteriorated, with zero events",
                "%",
                "{self.interval_words}, two-sided",
                "{self.included}",
            ),
            "upper_limit": Facts(
                "*{upper limit}% lies*",
                "Patients who deteriorated, with zero events",
                "%",
                "{self.interval_words}, two-sided",
                "{self.analysed}",
            ),
            "embolism_patients": Facts(
                "{count} of {denominator} patients ({percentage}%; *interval {lower limit} to "
                "{upper limit}%)",
                "Patients with pulmonary embolism",
                "%",
                "{self.interval_words}",
                "{self.analysed}",
                counts="patients",
            ),
            "embolism_limits": Facts(
                "*from {lower limit} to {upper limit}% ({level}% confidence interval)",
                "Patients with pulmonary embolism",
                "%",
                "{self.interval_words}",
                "{self.analysed}",
            ),
            "upper_rule_of_three": Facts(
                "{upper limit}",
                "Patients who deteriorated, with zero events",
                "%",
                "one-sided {self.rule_level} rule of three",
                "{self.analysed}",
            ),
            "treated_rule_of_three": Facts(
                "{upper limit}",
                "Patients who deteriorated, with zero events",
                "%",
                "one-sided {self.rule_level} rule of three",
                "{self.included}",
            ),
            "safety_numbers": counted(
                "Published numbers on safety in the table", "numbers", origin="book"
            ),
            "safety_match": Facts(
                COUNT_OF_ALL,
                "Published facts on safety that the patients match",
                "numbers",
                origin="book",
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        events = self.published.tables["serious_adverse_events"]
        counted = {"upper": "flow.analysed", "treated": "flow.included"}
        limits = {
            name: safety.zero_event_limits(
                self.published, address, self.confidence_level, self.interval_method
            )
            for name, address in counted.items()
        }
        checked = count_matches(self.report, "safety.", "serious_adverse_events.")
        return {
            "level_percent": format_confidence_level(self.confidence_level),
            "interval_method": method_title(self.interval_method),
            "events": len(events),
            "event_patients": safety.patients_with_serious_events(self.published),
            "events_of_one": int(events["patient"].value_counts().iloc[0]),
            **self.facts("safety"),
            "rule_of_three_level": self.rule_level.removesuffix("%"),
            **{
                f"{prefix}_limits": self._describe_limits(found) for prefix, found in limits.items()
            },
            **{
                f"{prefix}_rule_of_three": format_percent(found.rule_of_three)
                for prefix, found in limits.items()
            },
            **self.match_counts(),
            "safety_numbers": count_matches(self.report, "safety.")["checked"],
            "safety_match": of_all(checked["hold"], checked["checked"]),
            **self._embolism(),
            "upper_limit": self._describe_two_sided(limits["upper"]),
        }

    def _embolism(self) -> dict[str, str]:
        """Describe the proportion of patients with pulmonary embolism, and its interval."""
        count, n = self.published.count("safety.pulmonary_embolism"), self.analysed
        found = proportion_interval(count, n, self.confidence_level, self.interval_method)
        level, limits = (
            format_confidence_level(self.confidence_level),
            percent_range(found.low, found.high),
        )
        return {
            "embolism_patients": (
                f"{count} of {n} patients ({format_percent(Fraction(count, n))}%; {level}% "
                f"confidence interval {limits}%)"
            ),
            "embolism_limits": (
                f"{count} in {n} patients is compatible with a rate from {limits}% ({level}% "
                "confidence interval)"
            ),
        }

    def _describe_two_sided(self, found: safety.ZeroEventLimits) -> str:
        """Describe what the two-sided upper limit with zero events rules out, if anything."""
        if found.two_sided <= 0:
            return (
                f"the {method_title(self.interval_method)} interval for zero events has no width, "
                "a fault of the method, and therefore rules out nothing"
            )
        level = format_confidence_level(self.confidence_level)
        return (
            f"a true rate of up to {format_percent(found.two_sided)}% lies within the {level}% "
            "interval"
        )

    def _describe_limits(self, found: safety.ZeroEventLimits) -> str:
        """Describe what both upper limits with zero events rule out, if anything."""
        level, two_sided = (
            format_confidence_level(self.confidence_level),
            self._describe_two_sided(found),
        )
        if found.two_sided <= 0:
            return two_sided
        if found.one_sided is None:
            needed = format_confidence_level(safety.ONE_SIDED_ABOVE)
            return f"{two_sided}; a one-sided limit takes a level above {needed}%"
        return (
            f"{two_sided}, and the one-sided upper {level}% confidence limit is "
            f"{format_percent(found.one_sided)}%"
        )

    @table(
        "Serious adverse events as reported in the text",
        columns="events one by one, as the article reports them",
    )
    def serious_events(self) -> Rows:
        """Return the serious adverse events as the article reports them, one row per event."""
        for event in self.published.tables["serious_adverse_events"].to_dict("records"):
            yield {
                "Event": event["what"],
                "Patient": event["patient"],
                "Subtype": event["subtype"].upper(),
                "Week": event["week"] or "not reported",
                # The brackets are the article's: whether it is partial is left open.
                "Related to treatment": event["treatment_related"].replace(
                    "partially", "(partially)"
                ),
            }

    @table(
        "Safety outcomes by patient, analysed patients",
        columns={
            "n (%)*": Facts(COUNT_PERCENTAGE, "Patients", "patients"),
            "*interval, %*": Facts(
                INTERVAL, "Patients", "%", "{self.interval_words}", "{self.analysed}"
            ),
        },
        notes={"": "{self.width_note}"},
    )
    def outcomes_analysed(self) -> Rows:
        """Return the outcomes among analysed patients, n (%) with intervals."""
        patients = self.published.count("flow.analysed")
        for outcome in safety.outcomes(self.published):
            yield {"Outcome": outcome.label, **self._count(outcome.analysed, patients)}

    @table(
        "Safety outcomes by patient, all treated patients, with the assumption behind each count",
        columns={
            "n (%)*": Facts(COUNT_PERCENTAGE, "Patients", "patients"),
            "*interval, %*": Facts(
                INTERVAL, "Patients", "%", "{self.interval_words}", "{self.included}"
            ),
            "Assumption": WORDS,
        },
        notes={"": "{self.width_note}"},
    )
    def outcomes_treated(self) -> Rows:
        """Return the outcomes among all treated patients, each with its assumption."""
        treated = self.published.count("flow.included")
        for outcome in safety.outcomes(self.published):
            count = self._count(outcome.treated, treated)
            yield {"Outcome": outcome.label, **count, "Assumption": outcome.assumption}

    @property
    def width_note(self) -> str:
        """What intervals without width in the tables of outcomes mean; empty without one."""
        return no_width_note([self._interval(0, self.analysed)])

    def _interval(self, count: int, patients: int) -> Interval:
        return proportion_interval(count, patients, self.confidence_level, self.interval_method)

    def _count(self, count: int, patients: int) -> dict[str, str]:
        interval = self._interval(count, patients)
        level = format_confidence_level(self.confidence_level)
        return {
            f"n (%) (N={patients})": format_n_percent(count, patients),
            f"{level}% interval, %": percent_range(interval.low, interval.high),
        }

    @table(
        "Safety outcomes by patient, from printed counts and computed from patient-level data",
        origin="{self.patient_data.label}",
        collapsed=True,
        columns={  # The published numbers are results of the table above.
            "*, from printed counts": WORDS,
            "n (%)*": Facts(COUNT_PERCENTAGE, "Patients", "patients"),
            "*interval, %*": Facts(
                INTERVAL, "Patients", "%", "{self.interval_words}", "{self.analysed}"
            ),
        },
        notes={"": "{self.width_note}"},
    )
    def safety_comparison(self) -> pd.DataFrame:
        """Return the outcomes of analysed patients, from printed counts and from these data."""
        computed = summaries.safety_table(
            self.patient_data.trial,
            confidence_level=self.confidence_level,
            method=self.interval_method,
        )
        ids = [event.patient_id for event in embolisms(self.analysis)]
        had = int(np.isin(self.analysis.analysed["patient_id"], ids).sum())
        row = {"Outcome": safety.EMBOLISM}
        row |= self._count(had, len(self.analysis.analysed["patient_id"]))
        computed = pd.concat([computed, pd.DataFrame([row])], ignore_index=True)
        return compare_with_print(
            self.outcomes_analysed().frame,
            computed,
            self.patient_data.kind,
            source="from printed counts",
        )

    @table(
        "Serious adverse events of these patients",
        origin="{self.patient_data.label}",
        columns="events one by one",
    )
    def serious_events_in_data(self) -> pd.DataFrame:
        """Return the serious adverse events of these patients."""
        return summaries.serious_event_table(self.patient_data.trial)

    def swimmer(self) -> FigureItem:
        """Return the time of each of these patients on study."""
        return self._single_patients().swimmer(
            Courses.of(self.analysis), self.options.responder_threshold
        )

    def time_on_study(self) -> Table:
        """Return what the figure of the time on study shows."""
        return self._single_patients().time_table(
            Courses.of(self.analysis), self.options.responder_threshold
        )

    def _single_patients(self) -> PatientFigures:
        return PatientFigures.together(self.analysis, self.patient_data.label)

    def treatments(self) -> Table:
        """Return the treatment of each of these patients, one row per patient."""
        trial, origin = self.patient_data.trial, self.patient_data.label
        caption = f"Treatment of each analysed patient. {dose_note(trial)}{origin}"
        shown, doses = treatment_table(trial), TREATMENT.doses_label
        # A number stays on the line of its unit, and a week on that of its word.
        shown[doses] = shown[doses].str.replace(
            r"(?<=\d) |(?<=week) ", "\N{NO-BREAK SPACE}", regex=True
        )
        return Table(shown, caption, name="treatments", origin=origin, facts="patients one by one")
