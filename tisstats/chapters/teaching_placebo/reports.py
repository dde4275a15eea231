"""What the reports of the trials state, and the counts that their percentages allow."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from tisstats.chapters.page import Rows, table
from tisstats.chapters.result_facts import COUNT_OF, LABEL, VALUE, WORDS, Facts, cell_name
from tisstats.chapters.teaching_placebo.trials import PlaceboTrials
from tisstats.figures.numbers import format_percent
from tisstats.printed import percent_range
from tisstats.teaching import placebo
from tisstats.teaching.inferred_counts import PerArm, counts_as_printed, pairs_as_printed
from tisstats.teaching.placebo_trials import ThresholdComparison

#: The method whose limits of a difference are those printed, where any are.
_PRINTED_METHOD = "wald"


class TrialReports(PlaceboTrials):
    """The tables of counts inferred, background treatment and other trials."""

    @table(
        "How counts were inferred: all counts that give the printed percentage",
        columns="Steps of an inference; the counts are in the table of responders.",
        collapsed=True,
        notes={
            "Printed difference": "Percentage points. Limits are printed for ProDERM only; those "
            "from the counts are Wald limits.",
            "": "For ALKIVIA the sizes of the arms are inferred, too: they are the one split of "
            "all randomised patients in which all its percentages are possible.",
        },
    )
    def inferred_counts(self) -> Rows:
        """Return the counts that each printed percentage allows, and a check by the difference."""
        for each in self.comparisons:
            if each.inferred:
                yield {
                    "Trial and threshold": self.trial_and_threshold(each),
                    **_allowed("treated", each.percents.treated, each.treated),
                    **_allowed("placebo", each.percents.placebo, each.placebo),
                    "Printed difference": self._printed_difference(each),
                    "Source of the percentages": each.source,
                }

    def _printed_difference(self, each: ThresholdComparison) -> str:
        """Return the printed difference, and the same from the counts."""
        if each.printed is None:
            return "–"
        printed = each.printed
        found = placebo.arm_difference(
            each.treated,
            each.placebo,
            confidence_level=printed.confidence_level,
            method=_PRINTED_METHOD,
        )
        limits = percent_range(found.low, found.high)
        return (
            f"{printed.estimate} ({printed.low} to {printed.high}); "
            f"from the counts {format_percent(found.estimate)} ({limits})"
        )

    @table(
        "Patients and background treatment of the studies",
        columns={
            "Week": Facts(VALUE, "Week of the response", "week", origin="published"),
            "Randomised": Facts("{count} *", "Patients randomised", "patients", origin="published"),
            "*": WORDS,
        },
        rows={
            cell_name("pilot study", "Randomised"): Facts(what="Patients analysed, not randomised")
        },
        notes={"": "Background treatment as secondary sources report it, except in the pilot."},
    )
    def background_treatment(self) -> Rows:
        """Return what patients of each study received besides the treatment under study."""
        for row in self.trials.tables["trials"].to_dict("records"):
            yield {
                "Study": row["trial"],
                "Diseases": row["population"],
                "Randomised": f"{row['randomised']} randomised",
                "Week": row["week"],
                "Background treatment": row["background"],
                "Steroids": row["steroids"],
                "Immunosuppressants": row["immunosuppressants"],
            }
        yield {
            "Study": "pilot study",
            "Diseases": self.published.text("comparators.this_study.population"),
            "Randomised": f"{self.count.patients} analysed, not randomised",
            "Week": str(self.count.week),
            "Background treatment": "none planned before rescue; one patient had chemotherapy, "
            "perhaps within the study",
            "Steroids": "none before rescue",
            "Immunosuppressants": "none before rescue",
        }

    @table(
        "Other placebo-controlled trials, which report another outcome or mean scores",
        columns={
            "Trial": LABEL,
            "Result": LABEL,
            "Week": Facts(VALUE, "Week of the result", "week", origin="published"),
            **{
                arm.capitalize(): Facts(
                    "{percentage}% | {mean} points",
                    unit="points",
                    n=f"@Responders, {arm}",
                    group=arm,
                    origin="published",
                )
                for arm in ("treated", "placebo")
            },
            **{
                f"Responders, {arm}": Facts(COUNT_OF, "", "patients", group=arm, origin="inferred")
                for arm in ("treated", "placebo")
            },
            "*": WORDS,
        },
        collapsed=True,
        notes={"Responders, treated": "In both arms inferred from the percentages."},
    )
    def other_trials(self) -> Rows:
        """Return trials whose reports give a mean score, or responders by another definition."""
        for row in self.trials.tables["other_trials"].to_dict("records"):
            unit = "%" if row["unit"] == "%" else f" {row['unit']}"
            yield {
                "Trial": f"{row['trial']}, {row['drug']}",
                "Result": row["result"],
                "Week": row["week"],
                "Treated": f"{row['treated']}{unit}",
                "Placebo": f"{row['placebo']}{unit}",
                **_responders(row),
                "Source": f"{row['source']} ({row['certainty']})",
            }


def _responders(row: Mapping[Hashable, Any]) -> dict[str, str]:
    """Return the inferred counts of a trial that gives percentages, dashes for another."""
    columns = ("Responders, treated", "Responders, placebo")
    if row["unit"] != "%":
        return dict.fromkeys(columns, "–")
    patients = PerArm(int(row["treated_patients"]), int(row["placebo_patients"]))
    (found,) = pairs_as_printed(PerArm(row["treated"], row["placebo"]), patients)
    cells = (
        f"{found.treated} of {patients.treated}",
        f"{found.placebo} of {patients.placebo}",
    )
    return dict(zip(columns, cells, strict=True))


def _allowed(arm: str, percent: str, inferred: placebo.Arm) -> dict[str, str]:
    """Return a printed percentage and every count of the arm that rounds to it."""
    counts = ", ".join(map(str, counts_as_printed(percent, inferred.patients)))
    return {
        f"Printed, {arm}, %": percent,
        f"Counts, {arm}": f"{counts} of {inferred.patients}",
    }
