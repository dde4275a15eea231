"""What the calculator's scripts need to know, from `tisstats.measures`: rules, words and examples.

The scripts hold the arithmetic and no number of the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.discrepancies.entries import read_registry
from tisstats.lim2021.scales import SCALES
from tisstats.measures import core_set, enzymes
from tisstats.measures.core_set import (
    CORE_SET,
    CORE_SETS,
    CORE_SETS_OF,
    ENZYMES,
    INDISPENSABLE,
    PRINTO_CORE_SET,
    CoreSet,
    CoreSetMeasure,
)
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    WorseningRule,
    cutoff_of,
)
from tisstats.measures.ranges import VAS_MEASURES, VAS_MEASURES_OF, VAS_UNITS
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS
from tisstats.teaching.wording import band_labels
from tisstats.trial.definitions import (
    PRODERM_DISABILITY,
    DisabilityCriterion,
    describe_disability,
    describe_improvement,
    describe_worsening,
)

#: The core sets by name, as a reader chooses between them.
CORE_SET_NAMES: dict[CoreSet, str] = {
    "imacs": "IMACS core set",
    "printo": "PRINTO core set",
}

#: Upper limit of normal in the example, U/L: an assumption, since the article does not print its.
EXAMPLE_ULN = 170

#: The ends of the visual analogue scales, by the unit that they are recorded in.
VAS_MAXIMA = {unit: most for most, unit in VAS_UNITS.items()}

#: The visits of a new case, as field names and messages call them.
VISITS = {"baseline": "baseline", "followup": "follow-up"}

#: Most follow-up visits of a case: more would not fit the printed sheet.
MOST_FOLLOWUPS = 8

#: How a measure's range is found, unless it is a visual analogue scale.
_KINDS = {"mmt": "mmt", "cmas": "cmas", "chq_phs": "given", "enzyme": "enzyme"}

#: Ends of the scales whose range is fixed.
_HIGHS = {"haq": core_set.HAQ_MAX, "chaq": core_set.HAQ_MAX, "das": core_set.DAS_MAX}

#: What is said of the choice of an enzyme, as the command line says it.
_SELECTIONS = {
    "most abnormal": "the most abnormal at baseline",
    "tie": "equally abnormal at baseline as another one; by convention, the first in the list is "
    "used",
    "none abnormal": "no enzyme is abnormal at baseline; the one closest to its limit is used",
    "not all measured": "an enzyme was not measured at baseline and may have been the most "
    "abnormal one; none is used",
}

#: The publications of the score.
_SOURCES = "doi:10.1136/annrheumdis-2017-211400 (adults), doi:10.1002/art.40060 (juvenile patients)"

#: An invented course of several visits, week by week.
_COURSE = {
    "physician_global": ("6.2", "4.5", "2.4", "3.6"),
    "patient_global": ("5.8", "4.9", "2.6", "3.9"),
    "mmt": ("112", "121", "136", "128"),
    "haq": ("1.75", "1.5", "0.875", "1.25"),
    "extramuscular": ("3.1", "2.4", "1.2", "1.9"),
    "ck": ("2400", "900", "310", "640"),
    "ldh": ("520", "380", "260", "300"),
    "ast": ("130", "70", "38", "52"),
}
_COURSE_SETTINGS = {"mmt_max": "150", "uln_ck": "200", "uln_ldh": "250", "uln_ast": "40"}
_COURSE_WEEKS = ("4", "12", "24")


@cache
def example() -> dict[str, str]:
    """Return the printed medians as the inputs of one illustrative case.

    Returns
    -------
    dict of str to str
        Entry of each field; the upper limit of normal is `EXAMPLE_ULN`.
    """
    published = PublishedFacts.read()
    inputs = _start() | {"mmt_max": str(SCALES["mmt"].high), "uln_ck": str(EXAMPLE_ULN)}
    for measure in CORE_SET:
        row = "ck" if measure == "enzyme" else measure
        for visit, printed in zip(VISITS, ("baseline", "end"), strict=True):
            inputs[f"{row}_{visit}"] = published.text(f"table2.{row}.{printed}.median")
    return inputs


def course() -> dict[str, str]:
    """Return an invented patient's course over several visits as the inputs of a case."""
    visits = visit_names(len(_COURSE_WEEKS))
    inputs = _start() | _COURSE_SETTINGS | {"visits": str(len(_COURSE_WEEKS))}
    for visit, week in zip(visits[1:], _COURSE_WEEKS, strict=True):
        inputs[f"week_{visit}"] = week
    for measure, values in _COURSE.items():
        for visit, value in zip(visits, values, strict=True):
            inputs[f"{measure}_{visit}"] = value
    return inputs


def _start() -> dict[str, str]:
    return {"population": "adult", "vas_unit": "cm", "enzyme_unit": "U/L"}


def visit_names(followups: int) -> list[str]:
    """Return the names of baseline and follow-up visits in the fields of the form.

    >>> visit_names(3)
    ['baseline', 'followup', 'followup2', 'followup3']
    """
    return ["baseline", "followup", *(f"followup{number}" for number in range(2, followups + 1))]


def band_names(rule: CoreSetMeasure) -> list[str]:
    """Return the names of the five bands of a measure; the first one includes worsening."""
    lowest, *others = band_labels(rule.cutoffs)
    return [f"{lowest}, or worsening", *others]


def settings() -> dict[str, str]:
    """Return the settings that are typed, with their names in messages."""
    strength = CORE_SET["mmt"].name
    return {
        "mmt_max": f"{strength}: maximum",
        "mmt_max_other": f"{strength}: other maximum",
        "cmas_max": f"{PRINTO_CORE_SET['cmas'].name}: maximum",
        "core_set": "core set",
        "enzyme_panel": "enzymes that were not measured",
        **{
            f"uln_{key}": f"{enzyme.name}: upper limit of normal" for key, enzyme in ENZYMES.items()
        },
    }


def disability_criteria() -> dict[str, tuple[str, DisabilityCriterion]]:
    """Return the criteria of minimal disability, with the name of each.

    The article has the loss of strength and the number of measures; from where on a measure is
    abnormal, which it omits, is taken from the registrations of its study.
    """
    published, registry = PublishedFacts.read(), read_registry()
    own = DisabilityCriterion(
        min_mmt_loss_percent=published.count("design.minimal_muscle_loss"),
        min_other_abnormal=published.count("design.minimal_other_abnormal"),
        vas_abnormal_cm={
            name: float(registry.value(f"registry.{name}_abnormal")) for name in VAS_MEASURES
        },
        haq_abnormal=float(registry.value("registry.haq_abnormal")),
        enzyme_abnormal_uln=float(registry.value("registry.enzyme_abnormal")),
        source="the article; for the cut-offs of abnormal, copies of its registrations",
        assumed="The registers themselves were not read",
    )
    return {
        "article": ("Minimal disability at baseline, as in the article's study", own),
        "proderm": ("Minimal disability at baseline, as in ProDERM", PRODERM_DISABILITY),
    }


def rules() -> dict[str, Any]:
    """Return the scoring rules for the scripts, ready for JSON."""
    return {
        "percent_decimals": PERCENT_DECIMALS,
        "multiple_decimals": enzymes.MULTIPLE_DECIMALS,
        "most_followups": MOST_FOLLOWUPS,
        "fields": settings(),
        "core_sets": {name: _core_set(name) for name in CORE_SETS},
        "vas": VAS_MAXIMA,
        "mmt_maxima": list(core_set.MMT_MAXIMA),
        "cmas_maxima": {str(most): most for most in core_set.CMAS_MAXIMA},
        "cmas_max": str(core_set.CMAS_MAX),
        "enzymes": {
            key: {
                "name": enzyme.name,
                "range_in_uln": enzyme.range_in_uln,
                "assumed": enzyme.assumed,
                "uln_range": [f"{end:g}" for end in enzymes.ULN_RANGE[key]],
            }
            for key, enzyme in ENZYMES.items()
        },
        "panels": list(enzymes.ENZYME_PANELS),
        "selections": list(enzymes.ENZYME_SELECTIONS),
        "selection_words": {name: _SELECTIONS[name] for name in enzymes.ENZYME_SELECTIONS},
        "implausible": [
            f"{multiple:g}" for multiple in (enzymes.IMPLAUSIBLY_LOW, enzymes.IMPLAUSIBLY_HIGH)
        ],
        "units": enzymes.ENZYME_UNITS,
        "categories": core_set.RESPONSE_CUTOFFS,
        **_definitions(),
        "sources": _SOURCES,
        "examples": {"medians": example(), "course": course()},
    }


def _core_set(name: CoreSet) -> dict[str, Any]:
    return {
        "name": CORE_SET_NAMES[name],
        "populations": [each for each, sets in CORE_SETS_OF.items() if name in sets],
        "required": list(INDISPENSABLE[name]),
        # They count the measures of this set and name some of them.
        "definitions": name == "imacs",
        "measures": {
            key: {
                "name": rule.name,
                "better": rule.better,
                "kind": "vas" if key in VAS_MEASURES_OF[name] else _KINDS.get(key, "fixed"),
                "high": _HIGHS.get(key),
                "cuts": rule.cutoffs,
                "points": rule.points,
                "bands": band_names(rule),
            }
            for key, rule in CORE_SETS[name].items()
        },
    }


def _definitions() -> dict[str, Any]:
    """Return the definitions beside the score: numbers as text, and each rule in words."""
    better = IMPROVEMENT_RULES["imacs"]
    return {
        "improvement": {
            "name": "IMACS improvement",
            "words": describe_improvement(better),
            "measures": list(better.measures),
            "improved_by": _one(better.improved_by, better.measures),
            "improved_count": better.improved_count,
            "worse_by": _one(better.worse_by, better.measures),
            "max_worse": better.max_worse,
            "must_not_worsen": list(better.must_not_worsen),
        },
        "worsening": {
            "imacs": _worsening("IMACS worsening", WORSENING_RULES["imacs"]),
            "confirmed": _worsening("Confirmed deterioration", WORSENING_RULES["confirmed"]),
        },
        "disability": {
            key: {
                "name": name,
                "words": describe_disability(criterion),
                "min_mmt_loss_percent": f"{criterion.min_mmt_loss_percent:g}",
                "min_other_abnormal": criterion.min_other_abnormal,
                "abnormal": {
                    **{measure: f"{criterion.vas_cm(measure):g}" for measure in VAS_MEASURES},
                    "haq": f"{criterion.haq_abnormal:g}",
                    "enzyme": f"{criterion.enzyme_abnormal_uln:g}",
                },
            }
            for key, (name, criterion) in disability_criteria().items()
        },
    }


def _worsening(name: str, rule: WorseningRule) -> dict[str, Any]:
    return {
        "name": name,
        "words": describe_worsening(rule),
        "measures": list(rule.measures),
        "worse_by": _one(rule.worse_by, rule.measures),
        "worse_count": rule.worse_count,
        "consecutive_visits": rule.consecutive_visits,
        "clauses": [
            [{"measure": each.measure, "by": f"{each.by:g}", "unit": each.unit} for each in clause]
            for clause in rule.clauses
        ],
    }


def _one(cutoff: float | Mapping[str, float], measures: tuple[str, ...]) -> str:
    """Return the cut-off that all measures of a rule share."""
    (shared,) = {cutoff_of(cutoff, measure) for measure in measures}
    return f"{shared:g}"
