"""Rescue medication as a competing event of improvement."""

from __future__ import annotations

from tisstats.chapters.page import Rows, described, table
from tisstats.chapters.result_facts import INTERVAL, LABEL, RANGE, WORDS, Facts, counted
from tisstats.chapters.secondary_outcomes.time_to_improvement import TimeToImprovement
from tisstats.figures.numbers import format_percent, format_range
from tisstats.lim2021 import improvement
from tisstats.printed import percent_range

#: Part of a week by which a stop is later than the assessment in its week.
_AFTER_THE_ASSESSMENT = 0.5


class RescueMedication(TimeToImprovement):
    """The section on rescue medication, which ends the time to improvement."""

    @described(
        {
            "incidence_percent": Facts(
                "{incidence}",
                "Patients with at least moderate improvement, rescue medication competing",
                method="Aalen-Johansen",
                n="{self.analysed}",
            ),
            "incidence_limits": Facts(
                INTERVAL,
                "Patients with at least moderate improvement, rescue medication competing",
                "%",
                "Aalen-Johansen, {self.level_words} pointwise log-log",
                "{self.analysed}",
            ),
            "incidence_error": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing",
                "percentage points",
                "Aalen-Johansen, earliest stops",
                "{self.analysed}",
            ),
            "cmprsk_error_low": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing"
                ", least over all weeks of stopping",
                "percentage points",
                "Aalen-Johansen, variance of Gray",
                "{self.analysed}",
            ),
            "cmprsk_error_high": Facts(
                "{standard error}",
                "Patients with at least moderate improvement, rescue medication competing"
                ", greatest over all weeks of stopping",
                "percentage points",
                "Aalen-Johansen, variance of Gray",
                "{self.analysed}",
            ),
            "cmprsk_error_after": Facts(
                RANGE,
                "Patients with at least moderate improvement, rescue medication competing"
                ", over all weeks of stopping, each after the assessment in that week",
                "percentage points",
                "Aalen-Johansen, variance of Gray",
                "{self.analysed}",
            ),
            "ways_of_stopping": counted(
                "Combinations of the weeks in which patients stopped", "combinations"
            ),
            "rescued_by_horizon": Facts(
                RANGE + " | {count}", "Patients with rescue medication by the horizon", "patients"
            ),
            "stop_weeks": WORDS,
            "weeks_known": WORDS,
        }
    )
    def competing_numbers(self) -> dict[str, object]:
        """Return the numbers on rescue medication as a competing event."""
        risks = self.risks
        curves = risks.incidence(risks.earliest_and_latest()[0])
        low, high = curves.confidence_interval(improvement.IMPROVED, self.confidence_level)
        errors = risks.gray_errors()
        errors_after = risks.gray_errors(after=_AFTER_THE_ASSESSMENT)
        last, ends_before = self.at_risk[-1], risks.horizon_week < risks.last_week
        return {
            "incidence_percent": format_percent(curves.estimate[improvement.IMPROVED][-1]),
            "incidence_limits": percent_range(float(low[-1]), float(high[-1])),
            "incidence_error": format_percent(curves.variance[improvement.IMPROVED][-1] ** 0.5),
            "cmprsk_error_low": format_percent(min(errors)),
            "cmprsk_error_high": format_percent(max(errors)),
            "cmprsk_error_after": percent_range(min(errors_after), max(errors_after)),
            "ways_of_stopping": str(len(errors)),
            "rescued_by_horizon": format_range(last.rescue_min, last.rescue_max),
            "stop_weeks": (
                f"the whole weeks {risks.weeks[0]} to {risks.weeks[-1]}"
                f"{' or after them' if ends_before else ''}"
            ),
            "weeks_known": " and ".join(
                f"at least {count} of them at week {week:g} or later"
                for week, count in risks.minimum_at_risk.items()
            ),
        }

    @table(
        "Patients at risk of improvement, if no patient who stopped early had improved before; "
        "from published counts, some of which are our interpretation",
        columns={"Week": LABEL, "*": Facts("{count} | {minimum} to {maximum}", unit="patients")},
    )
    def patients_at_risk(self) -> Rows:
        """Return the patients at risk of improvement."""
        for row in self.at_risk:
            yield {
                "Week": f"{row.week:g}",
                "Number at risk": format_range(row.at_risk_min, row.at_risk_max),
                "Cumulative number improved": row.improved,
                "Cumulative number with rescue medication": format_range(
                    row.rescue_min, row.rescue_max
                ),
            }
