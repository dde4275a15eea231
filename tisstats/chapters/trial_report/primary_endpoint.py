"""The primary endpoint of a study: who responded and by which rule, by arm, and arms compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import LABEL, WORDS, Facts, counted
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.endpoint_cells import (
    effect_cell,
    forest_rows,
    format_points,
    format_ratio,
    limits_cell,
    percent_cell,
    percent_with_limits,
    pvalue_cell,
    responders_of,
)
from tisstats.figures import interval_forest
from tisstats.figures.numbers import NO_WIDTH, format_confidence_level, list_shares
from tisstats.sentences import capitalised, count_of
from tisstats.statistics import METHOD_TITLES, method_title
from tisstats.trial.arm_comparison import (
    ArmComparison,
    ArmResponse,
    compare_with_reference,
    responses_by_arm,
)
from tisstats.trial.endpoints import EndpointResult
from tisstats.trial.outcome_words import RESPONSE, OutcomeWords
from tisstats.trial.samples import total_label
from tisstats.trial.study_endpoint import (
    describe_criterion,
    describe_study_endpoint,
    evaluate_study,
)

#: Tests of two proportions, as prose names them.
TEST_TITLES = {
    "fisher": "Fisher's exact test",
    "boschloo": "Boschloo's test",
    "barnard": "Barnard's test",
    "chi-square": "Pearson's chi-square test without continuity correction",
}

#: Which deaths count as a failure of treatment, by strategies that have other events do not.
_FAILED_BY_DEATH = {
    "treatment policy": "a death before the assessment, where visits before it do not leave open "
    "whether the endpoint was met,",
    "while on treatment": "a death that leaves too few visits to assess",
}


class PrimaryEndpoint(TrialChapter):
    """The chapter of the primary endpoint."""

    @cached_property
    def result(self) -> EndpointResult:
        """The endpoint of every analysed patient."""
        return evaluate_study(self.data)

    @cached_property
    def arms(self) -> tuple[ArmResponse, ...]:
        """The endpoint of each arm."""
        arm_of = self.data.analysis.patients["arm"].to_numpy(dtype=object)
        return responses_by_arm(self.result, arm_of, self.study.arms, self.study.analysis)

    @cached_property
    def compared(self) -> tuple[ArmComparison, ...]:
        """Every other arm against the reference arm; empty with one arm."""
        reference = self.study.reference_arm
        if reference is None or len(self.arms) == 1:
            return ()
        return compare_with_reference(self.arms, reference, self.study.analysis)

    @property
    def reference_label(self) -> str:
        """Label of the reference arm."""
        return self.study.arms[self.study.reference_arm] if self.study.reference_arm else ""

    @property
    def level(self) -> str:
        """The confidence level as a percentage, without the % sign."""
        return format_confidence_level(self.study.analysis.confidence_level)

    @property
    def words(self) -> OutcomeWords:
        """What meeting the endpoint is called."""
        return self.result.endpoint.words

    @property
    def patients_who(self) -> str:
        """Those who met the endpoint, at the start of a sentence."""
        return capitalised(self.words.patients)

    @property
    def is_open(self) -> bool:
        """Whether missing scores leave a count of responders open."""
        return any(len(arm.possible_counts) > 1 for arm in self.arms)

    @property
    def response(self) -> str:
        """The response in words."""
        return self.result.endpoint.describe_response()

    @property
    def missing_rule(self) -> str:
        """What becomes of a response that missing scores leave open, in words."""
        return self.study.endpoint.missing

    @property
    def observed(self) -> str:
        """Which status counts as observed although measures are missing, in words."""
        return method_wording.describe_observed(self.study)

    @property
    def interval_title(self) -> str:
        """The method of the intervals of single arms."""
        return method_title(self.study.analysis.interval)

    @table(
        "Analysed patients by status and by the rule that decided it: n, which add up to N in "
        "each arm. Intercurrent events: {self.study.endpoint.intercurrent}; missing data: "
        "{self.missing_rule}. {self.observed}",
        origin="{self.label}",
        columns={"Status": WORDS, "Decided by": LABEL, "*": counted("", group="@column")},
    )
    def counts(self) -> Rows:
        """Return how many patients each rule decided about, one row a status and rule."""
        columns = {f"{arm.label} (N={arm.result.patients})": arm.result for arm in self.arms}
        if len(self.arms) > 1:
            everybody = total_label(self.study.arms.values())
            columns[f"{everybody} (N={self.result.patients})"] = self.result
        found = {
            name: {(each.status, each.rule): each.patients for each in of.counts}
            for name, of in columns.items()
        }
        for each in self.result.counts:
            cells = {name: of.get((each.status, each.rule), 0) for name, of in found.items()}
            yield {
                "Status": self.words.status(each.status),
                "Decided by": each.label_in(self.words),
                **cells,
            }
        totals = {name: of.patients for name, of in columns.items()}
        yield {"Status": "analysed", "Decided by": "all rules", **totals}

    @table(
        "{self.patients_who} by arm: {self.response}. N: analysed patients; n: those in the "
        "denominator. "
        "Intervals: {self.interval_title}, confidence level {self.level}%. Intercurrent events: "
        "{self.study.endpoint.intercurrent}; missing data: {self.missing_rule}{self.open_note}"
        "{self.definition}",
        origin="{self.label}",
        columns={
            "N": counted("Patients analysed"),
            "{self.patients_who} of n": Facts(
                "{count} of {denominator} | {lowest count} to {highest count} of {denominator}",
                "{self.patients_who}",
                "patients",
            ),
            "% (*": Facts(
                "{percentage} ({lower limit} to {upper limit}) | {lowest percentage} to "
                "{highest percentage} ({lower limit} to {upper limit})",
                "{self.patients_who}",
                "%",
                "{self.interval_title}, {self.level}% confidence level",
                "@{self.patients_who} of n",
            ),
        },
    )
    def responders(self) -> Rows:
        """Return the responders of each arm with their interval."""
        for arm in self.arms:
            yield {
                "Arm": arm.label,
                "N": arm.result.patients,
                f"{self.patients_who} of n": responders_of(arm),
                f"% ({self.level}% CI)": percent_with_limits(arm.interval),
            }

    @property
    def definition(self) -> str:
        """The definition that is met at a visit, with its cut-offs; nothing for the score."""
        described = describe_criterion(self.study)
        return f". {described.removesuffix('.')}" if described else ""

    @property
    def open_note(self) -> str:
        """What ranges are, if a count is left open."""
        if not self.is_open:
            return ""
        return (
            f". Ranges go from {self._none_of_them} among the patients of unknown "
            "status, and limits are the outermost of these"
        )

    @property
    def _none_of_them(self) -> str:
        if self.words == RESPONSE:
            return "no responder to only responders"
        return f"no {self.words.patients} to only {self.words.patients}"

    def comparisons(self) -> list[Table]:
        """Return the comparison with the reference arm, if there are several arms."""
        return [self.comparison()] if self.compared else []

    @table(
        "Each arm against {self.reference_label}, with the {self.words.patients} among the "
        "patients in the two denominators: difference of the proportions "
        "({self.difference_title} interval), their ratio ({self.ratio_title} interval), odds ratio "
        "(conditional maximum likelihood "
        "estimate, exact interval) and P value ({self.test_title}). Confidence level "
        "{self.level}%{self.multiplicity}. Missing data: {self.missing_rule}{self.open_note}",
        origin="{self.label}",
        columns={
            "Against*": WORDS,
            "*": Facts(
                "{estimate} ({lower limit} to {upper limit})<; for some *> | {lowest "
                "estimate} to {highest estimate} ({lower limit} to {upper limit})<; for some *>",
                "against {self.reference_label}",
                group="@column",
            ),
        },
        rows={
            "Difference*": Facts(
                unit="percentage points",
                method="difference of proportions, {self.difference_title}, {self.level}% "
                "confidence level",
            ),
            "Ratio*": Facts(
                unit="ratio",
                method="ratio of proportions, {self.ratio_title}, {self.level}% confidence level",
            ),
            "Odds ratio*": Facts(
                unit="odds ratio",
                method="conditional maximum likelihood estimate, exact interval, "
                "{self.level}% confidence level",
            ),
            "P,*": Facts(
                "{P value} | {lowest P value} to {highest P value}",
                method="{self.test_title}, two-sided",
            ),
        },
    )
    def comparison(self) -> Rows:
        """Return the effects, one column for each arm that is compared."""
        ci = f"({self.level}% CI)"
        decimals = self.study.analysis.p_decimals
        rows: dict[str, Callable[[ArmComparison], str]] = {
            f"Difference, percentage points {ci}": lambda each: effect_cell(
                each.difference, format_points
            ),
            f"Ratio {ci}": lambda each: effect_cell(each.ratio, format_ratio),
            f"Odds ratio {ci}": lambda each: effect_cell(each.odds_ratio, format_ratio),
            "P, two-sided": lambda each: pvalue_cell(each.pvalue, decimals),
        }
        for name, cell in rows.items():
            yield {
                f"Against {self.reference_label}": name,
                **{_pair(each): cell(each) for each in self.compared},
            }

    @property
    def difference_title(self) -> str:
        """The method of the interval of the difference."""
        return method_title(self.study.analysis.difference)

    @property
    def ratio_title(self) -> str:
        """The method of the interval of the ratio."""
        name = self.study.analysis.ratio
        return METHOD_TITLES.get(name, name)

    @property
    def test_title(self) -> str:
        """The test of two proportions."""
        return TEST_TITLES[self.study.analysis.proportion_test]

    @property
    def multiplicity(self) -> str:
        """That several comparisons are not adjusted for, if there are several."""
        several = "; intervals and P values are not adjusted for multiplicity"
        return several if len(self.compared) > 1 else ""

    def forest(self) -> list[FigureItem]:
        """Return the responders by arm with their intervals, if an arm has any denominator."""
        rows = [row for arm in self.arms for row in forest_rows(arm, self.words.past)]
        if not rows:
            return []
        shares = {
            arm.label: (
                arm.result.responders_low / arm.result.denominator,
                arm.result.responders_high / arm.result.denominator,
            )
            for arm in self.arms
            if arm.interval is not None
        }
        message = f"{list_shares(shares)} {self._past(*self.arms)}"
        return [figure_item(interval_forest, rows, message, source=self.label)]

    @described(
        {
            "endpoint": WORDS,
            "results": WORDS,
            "comparison": WORDS,
            "counted": WORDS,
            "response": WORDS,
            "patients_who": WORDS,
            "direction": WORDS,
            "interval": WORDS,
            "missing": WORDS,
            "open_note": WORDS,
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        return {
            "endpoint": describe_study_endpoint(self.data),
            "results": " ".join(self._results()),
            "comparison": " ".join(self._comparison()),
            "counted": self._counted(),
            "response": self.response,
            "patients_who": self.patients_who,
            "direction": self._direction(),
            "interval": f"{self.interval_title}, {self.level}% confidence level",
            "missing": self.missing_rule,
            "open_note": self.open_note,
            "label": self.label,
        }

    def _direction(self) -> str:
        """State which outcome is unfavourable, and what that does, if the endpoint is."""
        if not self.words.unfavourable:
            return ""
        direction = (
            f"Meeting this endpoint is unfavourable: a lower proportion of {self.words.patients} "
            "is better."
        )
        plan = self.study.endpoint
        failures = [
            "an intercurrent event" * (plan.intercurrent == "composite"),
            _FAILED_BY_DEATH.get(plan.intercurrent, "") * self.data.some_died,
            "a missing status" * (plan.missing in ("non-responder", "worst case")),
        ]
        if failed := " or ".join(filter(None, failures)):
            direction += f" As a failure of treatment, {failed} counts as {self.words.failure_as}."
        return direction

    def _counted(self) -> str:
        """Describe who is not in the denominators."""
        patients = self.result.patients
        left_out = patients - self.result.denominator
        total = count_of(patients, "analysed patient")
        if not left_out:
            return f"All {total} are in a denominator." if patients > 1 else ""
        verb = "is" if left_out == 1 else "are"
        return f"Of the {total}, {left_out} {verb} in no denominator."

    def _results(self) -> Iterator[str]:
        for arm in self.arms:
            if arm.interval is None:
                reason = "is in the denominator" if arm.result.patients else "was analysed"
                yield f"In the arm {arm.label}, no patient {reason}."
                continue
            patients = "patient" if arm.result.denominator == 1 else "patients"
            yield (
                f"In the arm {arm.label}, {responders_of(arm)} {patients} "
                f"{self._past(arm)} "
                f"({percent_cell(arm.interval)}%; {self.level}% confidence interval "
                f"{limits_cell(arm.interval)}%)."
            )
        yield from self._cautions()

    def _past(self, *arms: ArmResponse) -> str:
        """Return what patients of arms did who met the endpoint, or were counted so by a rule."""
        observed = ("observed", "observed at the last visit on treatment")
        counts = (each for arm in arms for each in arm.result.counts)
        if all(each.rule in observed for each in counts if each.status == "responder"):
            return self.words.past
        one = sum(arm.result.denominator for arm in arms) == 1
        return f"{'was' if one else 'were'} counted as {self.words.met_as}"

    def _cautions(self) -> Iterator[str]:
        """Describe what counts at the ends of their range do to the results."""
        counted = [arm for arm in self.arms if arm.interval is not None]
        most = sum(arm.result.responders_high for arm in counted)
        least = sum(arm.result.responders_low for arm in counted)
        if counted and not most:
            yield f"Nobody was counted as {self.words.met_as}."
        elif counted and least == sum(arm.result.denominator for arm in counted):
            yield f"Every patient in a denominator was counted as {self.words.met_as}."
        single = [arm.label for arm in counted if arm.result.denominator == 1]
        if single:
            yield (
                f"Where the denominator is a single patient ({', '.join(single)}), the proportion "
                "describes that patient and no others."
            )
        degenerate = [arm for arm in counted if _degenerate(arm)]
        if degenerate:
            # The limits in tables are the outermost of a range; the figure shows both of its ends.
            drawn_only = all(
                arm.result.responders_low < arm.result.responders_high for arm in degenerate
            )
            yield (
                f"{'In the figure, an' if drawn_only else 'An'} interval without width comes from "
                f"the method ({self.interval_title}) where nobody or everybody {self.words.past}; "
                "it does not mean that the proportion is known."
            )

    def _comparison(self) -> Iterator[str]:
        if not self.compared:
            yield "The study has one arm, so that there is no arm to compare it with."
            return
        yield (
            f"The reference arm is {self.reference_label}. How arms were assigned is not in the "
            "tables of the study; unless it was at random, a difference between arms need not be "
            "an effect of treatment. The intervals and the test are computed by different methods, "
            "so one can exclude equality of the arms where another does not. "
            f"{self.no_model}"
        )
        yield from self._not_compared()
        if any(each.difference and not each.ratio for each in self.compared):
            which = "an arm has no" if self.study.analysis.ratio == "log" else "neither arm has a"
            one = "responder" if self.words == RESPONSE else f"patient who {self.words.past}"
            yield f"The ratio ({self.ratio_title}) is not defined where {which} {one}."
        if any(each.difference and not each.odds_ratio for each in self.compared):
            yield (
                f"An odds ratio is not defined where nobody {self.words.past} in either arm, or "
                "everybody in both."
            )

    @property
    def no_model(self) -> str:
        """That the comparison is not adjusted, and where the data for a model are."""
        return (
            "The comparison is of counts of patients: it is adjusted neither for baseline values "
            "nor for strata or sites. For a model of one's own, tisstats export writes data sets "
            "with the arm, the endpoint (ENDPFL) and the characteristics of each patient (ADSL), "
            "the measures with their baseline values (ADTIS) and the times to the outcome (ADTTE)."
        )

    def _not_compared(self) -> Iterator[str]:
        """Describe which comparisons are missing, for want of a denominator."""
        if self.compared[0].reference.interval is None:
            yield (
                f"No patient of {self.reference_label} is in the denominator, so that no arm is "
                "compared with it."
            )
            return
        empty = [each.arm.label for each in self.compared if each.arm.interval is None]
        if empty:
            yield f"Without a patient in the denominator, {' and '.join(empty)} is not compared."


def _pair(compared: ArmComparison) -> str:
    arm, reference = compared.arm, compared.reference
    return f"{arm.label} ({responders_of(arm)} against {responders_of(reference)})"


def _degenerate(arm: ArmResponse) -> bool:
    interval = arm.interval
    return interval is not None and min(interval.fewest.width, interval.most.width) < NO_WIDTH
