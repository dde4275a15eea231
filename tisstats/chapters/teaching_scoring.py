"""Teaching: a patient scored step by step, with common mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tisstats.chapters.chapter import printed_result
from tisstats.chapters.moving_patient import moving_patient
from tisstats.chapters.page import FigureItem, Interactive, Rows, described, figure_item, table
from tisstats.chapters.parameters import Parameters
from tisstats.chapters.result_facts import LABEL, VALUE, WORDS, Facts, counted, stated
from tisstats.figures import band_steps, ceiling_grid
from tisstats.figures.numbers import format_percent, yes_no
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTOFFS
from tisstats.measures.imacs import IMPROVEMENT_RULES
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded
from tisstats.sentences import capitalised, join_names
from tisstats.synthetic.assumptions import Assumptions
from tisstats.teaching.ceiling import MMT, OTHER_MEASURES, attainable_scores_by_band
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.wording import band_label, band_labels, lower_case_name
from tisstats.teaching.worked_patient import WorkedPatient


@dataclass(frozen=True)
class ScoredPatient(Parameters):
    """The chapter on scoring for given parameters."""

    mmt_max: float  #: maximum MMT score, points
    ck_uln: float  #: upper limit of normal of creatine kinase, U/L
    threshold: int  #: minimum Total Improvement Score of a responder, points

    @cached_property
    def patient(self) -> WorkedPatient:
        """The illustrative patient."""
        return WorkedPatient(PublishedFacts.read(), self.mmt_max, self.ck_uln)

    @described(
        {
            "mmt_max": stated("Maximum of the muscle test", "points"),
            "ck_uln": stated("Upper limit of normal of creatine kinase", "U/L"),
            "threshold": stated("Minimum score of a responder", "points"),
            "cohort_uln_women": stated(
                "Upper limit of normal of creatine kinase in the synthetic cohorts, women", "U/L"
            ),
            "cohort_uln_men": stated(
                "Upper limit of normal of creatine kinase in the synthetic cohorts, men", "U/L"
            ),
            "measures": counted("Core set measures", "measures", origin="published"),
            "score": stated("Score of the worked patient", "points", "example"),
            "cuts": WORDS,
            "strength": Facts(
                "{maximum} | {maximum};*", "Manual muscle testing", "points", origin="chosen"
            ),
            "on_cut": WORDS,
            "wrong_score": stated(
                "Score with boundary values in the band above", "points", "example"
            ),
            "imacs_improved": counted(
                "Measures improved by the IMACS definition", "measures", origin="example"
            ),
            "imacs_needed": Facts(
                "{minimum}",
                "Improved measures of the IMACS definition",
                "measures",
                origin="published",
            ),
            "imacs_percent": Facts(
                "{minimum}",
                "Improvement of a measure in the IMACS definition",
                "%",
                origin="published",
            ),
            "imacs_worse_percent": Facts(
                "{minimum}",
                "Worsening of a measure in the IMACS definition",
                "%",
                origin="published",
            ),
            "imacs_worse_allowed": Facts(
                "{maximum}",
                "Worse measures in the IMACS definition",
                "measures",
                origin="published",
            ),
            "haq_end": stated("HAQ at the end", "points", "published"),
            "haq_form": stated(
                "HAQ at the end, nearest score of a complete form", "points", "example"
            ),
            "haq_form_percent": stated("Improvement of that HAQ, of the baseline", "%", "example"),
            "haq_form_improved": counted(
                "Measures improved by the IMACS definition with that HAQ",
                "measures",
                origin="example",
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        patient, rule, cohorts = self.patient, IMPROVEMENT_RULES["imacs"], Assumptions()
        changes, form = patient.changes, patient.with_complete_haq()
        on_boundary = [change for change in changes if change.on_boundary]
        percents = sorted({format_rounded(change.percent, 1) for change in on_boundary})
        names = [lower_case_name(CORE_SET[change.measure].name) for change in on_boundary]
        verb = "is" if len(on_boundary) == 1 else "are"
        published = patient.published
        return {
            "mmt_max": f"{self.mmt_max:g}",
            "ck_uln": f"{self.ck_uln:g}",
            "threshold": self.threshold,
            "cohort_uln_women": cohorts.ck_uln_female,
            "cohort_uln_men": cohorts.ck_uln_male,
            "measures": len(CORE_SET),
            "score": f"{patient.scored['tis']:g}",
            "response": patient.scored["response"],
            "cuts": ", ".join(f"{name} {cut}" for name, cut in RESPONSE_CUTOFFS["adult"].items()),
            "strength": self._describe_strength(),
            "printed_threshold": printed_result(published, "design.responder_score"),
            "on_cut": (
                f"{join_names([capitalised(names[0]), *names[1:]])} {verb} exactly "
                f"on a band boundary, at {join_names([f'{percent}%' for percent in percents])}"
                if names
                else "No change is exactly on a band boundary"
            ),
            "wrong_score": f"{self._wrong_score():g}",
            "imacs_improved": int(patient.classified["improved_count"]),
            "imacs_needed": rule.improved_count,
            "imacs_percent": f"{rule.improved_by:g}",
            "imacs_worse_percent": f"{rule.worse_by:g}",
            "imacs_worse_allowed": rule.max_worse,
            "imacs_verdict": _met(bool(patient.classified["improved"])),
            "haq_end": form.median,
            "haq_form": f"{form.nearest:g}",
            "haq_form_percent": format_rounded(form.relative, 1),
            "haq_form_counts": "would count as well" if form.counts else "would not count",
            "haq_form_verdict": _met(form.improved),
            "haq_form_improved": form.improved_count,
        }

    def _describe_strength(self) -> str:
        """Describe the maximum of the strength test, and the values if they are scaled to it."""
        patient, maximum = self.patient, f"{self.mmt_max:g}"
        if not patient.strength_rescaled:
            return maximum
        printed = [
            patient.published.text(f"table2.mmt.{time}.median") for time in ("baseline", "end")
        ]
        return (
            f"{maximum}; the printed medians of {join_names(printed)} do not fit this maximum, and "
            f"are scaled to it from {SCALES['mmt'].high}, to whole points"
        )

    @table(
        "Scoring steps from the median values",
        columns={
            "Baseline": Facts(VALUE, unit="@Range unit", origin="published"),
            "End": Facts(VALUE, unit="@Range unit", origin="published"),
            "Range": Facts("{value} *", "Range of the scale", "@Range unit"),
            "Improvement, %": Facts("{change}", unit="% of the range"),
            "Points": Facts(VALUE, unit="points"),
            "*": WORDS,
        },
        source="example",
    )
    def scoring_steps(self) -> Rows:
        """Return the steps of scoring: change, range, percentage, band, points, and the total."""
        for change in self.patient.changes:
            yield {
                "Measure": SCALES[change.column].name,
                "Baseline": change.baseline,
                "End": change.end,
                "Range": f"{change.range:g} {SCALES[change.column].unit}",
                "Improvement, %": format_rounded(change.percent, 1),
                "Band": band_label(change.percent, change.measure),
                "Points": f"{change.points:g}",
            }
        empty = dict.fromkeys(("Baseline", "End", "Range", "Improvement, %", "Band"), "")
        yield {"Measure": "Total", **empty, "Points": f"{self.patient.scored['tis']:g}"}

    def steps(self) -> FigureItem:
        """Return the points of each measure by its improvement, with the patient on each."""
        return figure_item(
            band_steps,
            [
                band_steps.PointSteps(
                    CORE_SET[change.measure].name,
                    CORE_SET[change.measure].cutoffs,
                    CORE_SET[change.measure].points,
                    change.percent,
                    change.points,
                )
                for change in self.patient.changes
            ],
            source="Points of the Total Improvement Score; patient made up from published medians",
        )

    def moving_patient(self) -> Interactive:
        """Return the patient with sliders: points, category and ceiling of any values."""
        return Interactive("moving_patient", moving_patient(self.patient, self.threshold))

    @table(
        "Bands of improvement of each measure, % of its range, and their points",
        collapsed=True,
        columns={
            "Measure": WORDS,
            "This patient": Facts("*%: {value}", unit="points", origin="example"),
            "*": Facts("*%: {value}", unit="points"),
        },
        source="published",
    )
    def band_points(self) -> Rows:
        """Return the bands and points of each measure, with the patient's."""
        names = ("Lowest band", "Second", "Third", "Fourth", "Highest band")
        for change in self.patient.changes:
            rule = CORE_SET[change.measure]
            bands = zip(names, band_labels(rule.cutoffs), rule.points, strict=True)
            yield {
                "Measure": rule.name,
                **{name: f"{band}: {points:g}" for name, band, points in bands},
                "This patient": f"{format_rounded(change.percent, 1)}%: {change.points:g}",
            }

    @table(
        "Points of the enzyme by its upper limit of normal",
        columns={"Upper limit*": LABEL, "Points": Facts(VALUE, unit="points"), "*": WORDS},
        source="example",
    )
    def points_by_uln(self) -> Rows:
        """Return the points of creatine kinase by its ULN, which is not reported."""
        published, rule = self.patient.published, CORE_SET["enzyme"]
        before, after = (published.value(f"table2.ck.{at}.median") for at in ("baseline", "end"))
        thresholds = [
            format_percent((before - after) / (ENZYMES["ck"].range_in_uln * cut), 0)
            for cut in reversed(rule.cutoffs)
        ]
        between = [f"{low} to {high}" for low, high in pairwise(thresholds)]
        heads = (f"below {thresholds[0]}", *between, f"from {thresholds[-1]}")
        bands, points = reversed(band_labels(rule.cutoffs)), reversed(rule.points)
        for head, band, earned in zip(heads, bands, points, strict=True):
            yield {
                "Upper limit of normal, U/L (approximate)": head,
                "Band": band,
                "Points": f"{earned:g}",
            }

    @table(
        "Points with boundary values assigned to the correct band and to the band above",
        columns={
            "Improvement, %": Facts("{change}", unit="% of the range"),
            "Points*": Facts(VALUE, unit="points"),
            "*": WORDS,
        },
        source="example",
    )
    def boundary_cases(self) -> Rows:
        """Return the points with boundary values in the correct band, and in the band above."""
        changes = self.patient.changes
        for change in changes:
            yield {
                "Measure": CORE_SET[change.measure].name,
                "Improvement, %": format_rounded(change.percent, 1),
                "Exactly on a band boundary": yes_no(change.on_boundary),
                "Points": f"{change.points:g}",
                "Points if assigned to the band above": f"{change.points_if_misassigned:g}",
            }
        yield {
            "Measure": "Total",
            "Improvement, %": "",
            "Exactly on a band boundary": "",
            "Points": f"{sum(change.points for change in changes):g}",
            "Points if assigned to the band above": f"{self._wrong_score():g}",
        }

    def _wrong_score(self) -> float:
        return sum(change.points_if_misassigned for change in self.patient.changes)

    @described(
        {
            **{
                f"{kind}_multiple": stated(
                    f"Multiple of the upper limit of normal: enzyme that is {words}",
                    "ULN",
                    "example",
                )
                for kind, words in (("followed", "followed"), ("largest", "largest"))
            },
            **{
                f"{kind}_points": stated(
                    f"Points of the enzyme that is {words}", "points", "example"
                )
                for kind, words in (("followed", "followed"), ("largest", "largest"))
            },
        }
    )
    def panel_numbers(self) -> dict[str, object]:
        """Return the numbers and names of the prose on the panel of enzymes."""
        row = PANEL.score()
        enzymes = {"followed": str(row["enzyme_used"]), "largest": PANEL.largest_value_enzyme}
        return {
            **{
                f"{kind}_enzyme": lower_case_name(ENZYMES[name].name)
                for kind, name in enzymes.items()
            },
            **{
                f"{kind}_multiple": format_rounded(PANEL.multiples[name], 1)
                for kind, name in enzymes.items()
            },
            **{
                f"{kind}_points": f"{PANEL.score(name)['enzyme_points']:g}"
                for kind, name in enzymes.items()
            },
        }

    @table(
        "Fictitious enzyme panel, U/L, with the points that each enzyme would earn "
        "if it were followed",
        columns={
            "Baseline": Facts(VALUE, unit="U/L"),
            "ULN": Facts(VALUE, unit="U/L"),
            "Multiple*": Facts(VALUE, unit="ULN"),
            "End": Facts(VALUE, unit="U/L"),
            "Improvement, %": Facts("{change}", unit="% of the range"),
            "Points": Facts(VALUE, unit="points"),
            "*": WORDS,
        },
        source="example",
    )
    def panel(self) -> Rows:
        """Return each enzyme of the panel, in multiples of its ULN, with its points."""
        followed = PANEL.score()["enzyme_used"]
        for name, multiple in PANEL.multiples.items():
            alone = PANEL.score(name)
            yield {
                "Enzyme": ENZYMES[name].name,
                "Baseline": f"{PANEL.baseline[name]:g}",
                "ULN": f"{PANEL.uln[name]:g}",
                "Multiple of the ULN": format_rounded(multiple, 2),
                "End": f"{PANEL.end[name]:g}",
                "Improvement, %": format_rounded(alone["enzyme_percent"], 1),
                "Points": f"{alone['enzyme_points']:g}",
                "Followed": yes_no(name == followed),
            }

    def ceiling(self) -> FigureItem:
        """Return the highest attainable score for each baseline."""
        grid = ceiling_grid.Grid(
            attainable_scores_by_band(),
            columns=band_labels(CORE_SET[MMT].cutoffs),
            rows=band_labels(CORE_SET[OTHER_MEASURES[0]].cutoffs),
            threshold=self.threshold,
            column_title="Strength lost at baseline, % of the maximum",
            row_title="Each other measure at baseline, % of its range",
        )
        return figure_item(
            ceiling_grid, grid, source="Computed from the points of the Total Improvement Score"
        )

    @table(
        "Points needed from the other measures for a response, by strength lost at baseline",
        columns={
            "Strength*": LABEL,
            "Maximum*": Facts("{maximum}", unit="points"),
            "Needed*": Facts("{minimum}", unit="points"),
        },
        source="computed",
    )
    def points_needed_elsewhere(self) -> Rows:
        """Return the points needed from the other measures for a response, by loss of strength."""
        cuts = CORE_SET[MMT].cutoffs
        maxima = band_points([*cuts, 100], MMT)
        others = sum(CORE_SET[measure].points[-1] for measure in OTHER_MEASURES)
        for band, points in zip(band_labels(cuts), maxima, strict=True):
            yield {
                "Strength lost at baseline, % of the maximum": band,
                "Maximum MMT points": f"{points:g}",
                "Needed from the other measures": f"{max(self.threshold - points, 0):g}",
                "Maximum from the other measures": f"{others:g}",
            }

    @table(
        "The same changes as % of the range and as % of the patient's own baseline",
        columns={
            "Points": Facts(VALUE, unit="points"),
            "% of*": Facts("{change}", unit="%"),
            "*": WORDS,
        },
        source="example",
    )
    def imacs(self) -> Rows:
        """Return the changes as % of the range and as % of the patient's own baseline."""
        for change in self.patient.changes:
            yield {
                "Measure": CORE_SET[change.measure].name,
                "% of the range": format_rounded(change.percent, 1),
                "Points": f"{change.points:g}",
                "% of the patient's baseline": format_rounded(change.relative, 1),
                "Improved by the IMACS definition": yes_no(change.improved),
            }


def _met(improved: bool) -> str:
    return "met" if improved else "not met"
