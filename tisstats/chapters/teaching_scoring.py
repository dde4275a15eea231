"""Teaching: a patient scored step by step, and where mistakes slip in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tisstats.chapters.chapter import picture
from tisstats.chapters.page import Picture, Rows, table
from tisstats.figures import ceiling_grid
from tisstats.figures.numbers import percent, yes_no
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTOFFS
from tisstats.measures.imacs import IMPROVEMENT_RULES
from tisstats.measures.total_improvement_score import band_points
from tisstats.printed import format_rounded
from tisstats.synthetic.assumptions import Assumptions
from tisstats.teaching.ceiling import OTHERS, STRENGTH, highest_scores
from tisstats.teaching.enzyme_panel import PANEL
from tisstats.teaching.wording import band_labels, band_of, in_words
from tisstats.teaching.worked_patient import WorkedPatient


@dataclass(frozen=True)
class ScoredPatient:
    """The chapter on scoring for one muscle test, limit of normal and threshold."""

    mmt_max: float  #: maximum of the manual muscle test in use, points
    ck_uln: float  #: upper limit of normal of creatine kinase, U/L
    threshold: int  #: least Total Improvement Score of a responder, points

    @cached_property
    def patient(self) -> WorkedPatient:
        """The patient made of medians."""
        return WorkedPatient(PublishedFacts.read(), self.mmt_max, self.ck_uln)

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        patient, rule, cohorts = self.patient, IMPROVEMENT_RULES["imacs"], Assumptions()
        changes, form = patient.changes, patient.on_a_complete_form()
        on_boundary = [change for change in changes if change.on_boundary]
        percents = sorted({format_rounded(change.percent, 1) for change in on_boundary})
        names = [in_words(CORE_SET[change.measure].name) for change in on_boundary]
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
            "on_cut_count": len(on_boundary),
            "on_cut_names": " and ".join(names) or "none",
            "on_cut_percent": ", ".join(percents) or "–",
            "wrong_score": f"{sum(change.points_above for change in changes):g}",
            "imacs_improved": int(patient.judged["improved_count"]),
            "imacs_needed": rule.improved_count,
            "imacs_percent": f"{rule.improved_by:g}",
            "imacs_worse_percent": f"{rule.worse_by:g}",
            "imacs_worse_allowed": rule.max_worse,
            "imacs_verdict": _verdict(bool(patient.judged["improved"])),
            "haq_end": form.median,
            "haq_form": f"{form.nearest:g}",
            "haq_form_percent": format_rounded(form.relative, 1),
            "haq_form_counts": "would count as well" if form.counts else "would not count",
            "haq_form_verdict": _verdict(form.improved),
            "haq_form_improved": form.improved_count,
        }

    @table("From the medians to a score")
    def steps(self) -> Rows:
        """Return the way to the score: change, range, per cent, band, points, and the total."""
        for change in self.patient.changes:
            yield {
                "Measure": SCALES[change.column].name,
                "Baseline": change.baseline,
                "End": change.end,
                "Range": f"{change.range:g} {SCALES[change.column].unit}",
                "Improvement, %": format_rounded(change.percent, 1),
                "Band": band_of(change.percent, change.measure),
                "Points": f"{change.points:g}",
            }
        empty = dict.fromkeys(("Baseline", "End", "Range", "Improvement, %", "Band"), "")
        yield {"Measure": "Total", **empty, "Points": f"{self.patient.scored['tis']:g}"}

    @table("Points of the enzyme by its upper limit of normal")
    def points_by_limit(self) -> Rows:
        """Return the points of creatine kinase by its limit of normal, which is not printed."""
        published, rule = self.patient.published, CORE_SET["enzyme"]
        before, after = (
            published.value(f"table2.ck.{time}.median") for time in ("baseline", "end")
        )
        limits = [
            percent((before - after) / (ENZYMES["ck"].range_in_uln * cut), 0)
            for cut in reversed(rule.cutoffs)
        ]
        between = [f"{low} to {high}" for low, high in pairwise(limits)]
        heads = (f"below {limits[0]}", *between, f"from {limits[-1]}")
        bands, points = reversed(band_labels(rule.cutoffs)), reversed(rule.points)
        for head, band, earned in zip(heads, bands, points, strict=True):
            yield {
                "Upper limit of normal, U/L (about)": head,
                "Band": band,
                "Points": f"{earned:g}",
            }

    @table("The same changes, with each boundary in its own band and in the band above")
    def boundaries(self) -> Rows:
        """Return the points with each boundary in its own band and, wrongly, in the band above."""
        changes = self.patient.changes
        for change in changes:
            yield {
                "Measure": CORE_SET[change.measure].name,
                "Improvement, %": format_rounded(change.percent, 1),
                "Exactly on a band boundary": yes_no(change.on_boundary),
                "Points": f"{change.points:g}",
                "On the wrong side": f"{change.points_above:g}",
            }
        yield {
            "Measure": "Total",
            "Improvement, %": "",
            "Exactly on a band boundary": "",
            "Points": f"{sum(change.points for change in changes):g}",
            "On the wrong side": f"{sum(change.points_above for change in changes):g}",
        }

    def panel_numbers(self) -> dict[str, object]:
        """Return the numbers and names of the prose on the panel of enzymes."""
        row = PANEL.scored()
        enzymes = {"followed": str(row["enzyme_used"]), "largest": PANEL.largest}
        return {
            **{f"{kind}_enzyme": in_words(ENZYMES[name].name) for kind, name in enzymes.items()},
            **{
                f"{kind}_multiple": format_rounded(PANEL.multiples[name], 1)
                for kind, name in enzymes.items()
            },
            **{
                f"{kind}_points": f"{PANEL.scored(name)['enzyme_points']:g}"
                for kind, name in enzymes.items()
            },
        }

    @table(
        "A made-up panel, in U/L; points are those that each enzyme would earn if it were followed"
    )
    def panel(self) -> Rows:
        """Return each enzyme of the panel with its multiple, and the points it would earn."""
        followed = PANEL.scored()["enzyme_used"]
        for name, multiple in PANEL.multiples.items():
            alone = PANEL.scored(name)
            yield {
                "Enzyme": ENZYMES[name].name,
                "Baseline": f"{PANEL.baseline[name]:g}",
                "Upper limit": f"{PANEL.uln[name]:g}",
                "Multiple": format_rounded(multiple, 2),
                "End": f"{PANEL.end[name]:g}",
                "Improvement, %": format_rounded(alone["enzyme_percent"], 1),
                "Points": f"{alone['enzyme_points']:g}",
                "Followed": yes_no(name == followed),
            }

    def ceiling(self) -> Picture:
        """Return the highest score that each baseline allows."""
        grid = ceiling_grid.Grid(
            highest_scores(),
            columns=band_labels(CORE_SET[STRENGTH].cutoffs),
            rows=band_labels(CORE_SET[OTHERS[0]].cutoffs),
            threshold=self.threshold,
            column_title="Strength lost at baseline, % of the maximum",
            row_title="Each other measure at baseline, % of its range",
        )
        return picture(ceiling_grid, grid)

    @table("Points that the other measures must give")
    def needed_elsewhere(self) -> Rows:
        """Return what the other measures must give for a response, by loss of strength."""
        cuts = CORE_SET[STRENGTH].cutoffs
        most = band_points([*cuts, 100], STRENGTH)
        others = sum(CORE_SET[measure].points[-1] for measure in OTHERS)
        for band, points in zip(band_labels(cuts), most, strict=True):
            yield {
                "Strength lost at baseline, % of the maximum": band,
                "Most points by muscle testing": f"{points:g}",
                "Others must give at least": f"{max(self.threshold - points, 0):g}",
                "Others can give at most": f"{others:g}",
            }

    @table("The same changes in per cent of the range and of the patient's own baseline")
    def imacs(self) -> Rows:
        """Return the changes in per cent of the range and of the patient's own baseline."""
        for change in self.patient.changes:
            yield {
                "Measure": CORE_SET[change.measure].name,
                "% of the range": format_rounded(change.percent, 1),
                "Points": f"{change.points:g}",
                "% of the patient's baseline": format_rounded(change.relative, 1),
                "Improved for IMACS": yes_no(change.improved),
            }


def _verdict(improved: bool) -> str:
    return "met" if improved else "not met"
