"""The ledger of this paper: what its claims need in addition to the general methods."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from types import MappingProxyType

import pandas as pd

from tisstats.errors import DataError
from tisstats.forensics import percentage_consistency
from tisstats.ledger import claim, consistency, evaluation
from tisstats.ledger.evaluation import AttainedNumbers, Ledger, Method
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.claims import row_checks
from tisstats.lim2021.claims.reference_cohort import check_reference_cohort
from tisstats.lim2021.fingerprints import youngest_at_onset
from tisstats.lim2021.scales import SCALES
from tisstats.printed import format_rounded
from tisstats.statistics.quantiles import QuantileDefinition, parse_definition

#: Name of the data package of this paper's facts.
PACKAGE = "ivig-myositis-published"

#: Note of the ledger on a number that the reference cohort reproduces.
_ATTAINED = (
    "attained by the synthetic reference cohort together with the other numbers that depend on "
    "patient-level data; the cohort was generated to match them and is not evidence for them"
)

#: Note of the ledger on a number of `FREE_NUMBERS`.
_FREE = "synthetic data could equally have a different number here, so they do not test it"

#: Numbers that could differ in a cohort with all else as printed, except what repeats or describes
#: the same patients or events: that a cohort has them shows nothing.
FREE_NUMBERS = frozenset(
    {
        "flow.treated_before",
        "safety.adverse_events_patients",
        "safety.ovarian_cancer",
        "safety.pulmonary_embolism",
        "safety.pulmonary_embolism_week",
        "safety.serious_adverse_events",
        "serious_adverse_events.1.week",
    }
)


def evaluate_ledger(
    published: PublishedFacts, *, quantile_definition: QuantileDefinition = "spss"
) -> Ledger:
    """Evaluate every claim of this paper.

    Parameters
    ----------
    published
        The published facts, including the claims.
    quantile_definition
        Definition by which the article's quartiles are taken to have been computed, see
        `tisstats.statistics.quantiles`; R's types may come as text, "1" to "9".

    Raises
    ------
    ValueError
        If there is no such quartile definition.
    DataError
        If claims name unknown methods or inputs; lists every such claim.
    """
    definition = parse_definition(quantile_definition, "quantile_definition")
    return evaluation.evaluate(
        published,
        methods=STUDY_METHODS,
        measures=value_grids(published),
        attained=attained_by_reference_cohort(published, definition),
        quantile_definition=definition,
    )


def value_grids(published: PublishedFacts) -> dict[str, claim.ValueGrid]:
    """Return the value grid of each outcome measure and each characteristic with quartiles.

    The onset in a patient included at the minimum age may have been up to the maximum disease
    duration earlier, so that the minimum age at onset, in completed years, is lower.
    """
    youngest = int(youngest_at_onset(published))
    longest = published.count("design.maximum_disease_duration")
    measures = {
        name: claim.ValueGrid(
            scale.low,
            scale.high,
            scale.step,
            f"in steps of {row_checks.assumed_step(scale)}",
            "the assumed scale" if scale.assumed else "the scale",
        )
        for name, scale in SCALES.items()
    }
    return measures | {
        "age_at_onset": claim.ValueGrid(youngest, None, Fraction(1), "in whole years"),
        "disease_duration": claim.ValueGrid(0, longest, Fraction(1), "in whole months"),
    }


def attained_by_reference_cohort(
    published: PublishedFacts, definition: QuantileDefinition
) -> AttainedNumbers:
    """Return the numbers that the reference cohort reproduces jointly, and which of them are free.

    The cohort was generated to match them, so it is not evidence for any of them; it shows that
    they are compatible. If it misses any number, because the facts or the quartile definition
    differ from those for which it was generated, the result is empty.
    """
    try:
        report = check_reference_cohort(published, definition)
    except DataError:
        return AttainedNumbers()
    if not report.all_match:
        return AttainedNumbers()
    met = (each.name for each in report if each.kind == "number")
    return AttainedNumbers(frozenset(met), _ATTAINED, FREE_NUMBERS, _FREE)


def percentage_without_numerator(inputs: claim.ClaimInputs) -> claim.Finding:
    """Find the counts that round to a printed percentage whose numerator is not printed."""
    printed, group = inputs.claim.printed, inputs.count("of")
    kept, lost = inputs.count("kept"), inputs.count("lost")
    analysed, left_out, added = (inputs.count(role) for role in ("other", "left_out", "added"))
    week = inputs.published.text("design.primary_week")
    fitting, elsewhere = (
        percentage_consistency(printed, None, size).counts for size in (group, analysed)
    )
    listed, among = (" or ".join(map(str, counts)) or "no count" for counts in (fitting, elsewhere))

    def percentage(count: int, size: int) -> str:
        return f"{count} of {size} is {format_rounded(Fraction(100 * count, size), 1)}%"

    remarks = (
        f"the numerator is not printed. Of {group} patients, {listed} rounds to this percentage; "
        f"of {analysed}, {among}",
        f"with the {kept} who had at least minimal improvement by week {week}: "
        f"{percentage(kept, group)}; with patient {left_out} as well, "
        f"{percentage(kept + 1, group)}; "
        f"with patient {added} too, if not among the {kept}, {percentage(kept + 2, group)}",
        f"with all {lost} whose improvement was lost, {percentage(kept + lost, analysed)} without "
        f"patient {left_out} and {percentage(kept + lost + 1, group)} with this patient",
        f"no patient-level data test it here: patient {left_out} has no scores in the synthetic "
        "cohorts",
    )
    check_count = claim.Check(f"a count of {group} rounds to {printed}", bool(fitting))
    return claim.Finding(remarks=remarks, checks=(check_count,))


def miscitations(published: PublishedFacts) -> pd.DataFrame:
    """Return the misplaced citations, which lead to a reference on another subject.

    As they are not numbers of the study, they are not in the ledger.

    Returns
    -------
    DataFrame
        Columns ``place``, ``text_is_about``, ``cited_number``, ``reference_is_about`` and
        ``fitting_number``, the references about the subject of the text.
    """
    references, citations = published.tables["references"], published.tables["citations"]
    subject = dict(zip(references["number"], references["subject"], strict=True))
    found = citations.assign(reference_is_about=citations["cited_number"].map(subject))
    found = found[found["reference_is_about"] != found["text_is_about"]]
    fitting = references.groupby("subject")["number"].agg(", ".join)
    return found.assign(fitting_number=found["text_is_about"].map(fitting))[
        ["place", "text_is_about", "cited_number", "reference_is_about", "fitting_number"]
    ].reset_index(drop=True)


#: Methods of this paper's claims in addition to the general ones.
STUDY_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "row-quartile": Method(partial(row_checks.with_row, consistency.check_quartile)),
        "row-change-quartile": Method(
            partial(row_checks.with_row, partial(consistency.check_quartile, of_change=True))
        ),
        "row-p-value": Method(row_checks.row_p_value),
        "percentage-without-numerator": Method(percentage_without_numerator),
    }
)
