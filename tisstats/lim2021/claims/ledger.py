"""The ledger of this paper: what its claims need in addition to the general methods."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from types import MappingProxyType

import pandas as pd

from tisstats.errors import DataError
from tisstats.forensics import percentage_consistency
from tisstats.ledger import consistency, evaluation
from tisstats.ledger.claim import (
    Check,
    Finding,
    Inputs,
    RecordedValues,
)
from tisstats.ledger.evaluation import Attained, Ledger, Method
from tisstats.ledger.published import Published, data_directory
from tisstats.lim2021.claims import table2_rows
from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.fingerprints import youngest_at_onset
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.trial_description import DESCRIPTION, interpretation
from tisstats.printed import as_printed
from tisstats.statistics.quantiles import Definition, parse_definition
from tisstats.trial import Trial

#: Name of the data package that holds the facts of this paper.
PACKAGE = "ivig-myositis-published"

REFERENCE_COHORT = "synthetic_reference_cohort"

#: What the ledger notes of a number that the reference cohort meets.
_ATTAINED = (
    "the synthetic reference cohort, solved to meet it and therefore no evidence for it, gives it "
    "together with the other printed numbers of patients"
)


def evaluate_ledger(published: Published, *, quantile_definition: Definition = "spss") -> Ledger:
    """Evaluate every claim of this paper; the reference cohort is read and checked once.

    Parameters
    ----------
    published
        The published facts, the claims among them.
    quantile_definition
        How the article's quartiles are taken to have been computed, see
        `tisstats.statistics.quantiles`; R's types may come as text, "1" to "9".

    Raises
    ------
    ValueError
        If there is no such definition of quartiles.
    DataError
        If claims name methods or inputs that do not exist; carries every such claim.
    """
    definition = parse_definition(quantile_definition, "quantile_definition")
    return evaluation.evaluate(
        published,
        methods=METHODS,
        measures=recorded_values(published),
        attained=attained_by_reference_cohort(published, definition),
        quantile_definition=definition,
    )


def recorded_values(published: Published) -> dict[str, RecordedValues]:
    """Return how each outcome measure, and each characteristic with quartiles, is recorded.

    A patient included at the minimum age may have had the onset up to the maximum duration of
    disease earlier: the age at onset, in completed years, can be lower by that.
    """
    youngest = int(youngest_at_onset(published))
    longest = published.count("design.maximum_disease_duration")
    measures = {
        name: RecordedValues(
            scale.low,
            scale.high,
            scale.step,
            f"in steps of {table2_rows.assumed_step(scale)}",
            "the scale assumed" if scale.assumed else "the scale",
        )
        for name, scale in SCALES.items()
    }
    return measures | {
        "age_at_onset": RecordedValues(youngest, None, Fraction(1), "in whole years"),
        "disease_duration": RecordedValues(0, longest, Fraction(1), "in whole months"),
    }


def attained_by_reference_cohort(published: Published, definition: Definition) -> Attained:
    """Check the reference cohort, and return the numbers that it meets simultaneously.

    The cohort was generated to meet them, so it is not evidence for any of them; it shows that
    patient-level data exist that reproduce them together. Where it misses any number, as it does if
    the facts or the definition of quartiles differ from those that it was generated for, an empty
    result is returned.
    """
    try:
        trial = Trial.read(
            data_directory("reconstructed") / "synthetic_reference_cohort", DESCRIPTION
        )
    except DataError:
        return Attained()
    report = check(trial, published, interpretation=interpretation(quantiles=definition))
    met = (each.name for each in report if each.matches and each.kind == "number")
    return Attained(frozenset(met), _ATTAINED)


def open_percentage(inputs: Inputs) -> Finding:
    """Find the counts that round to a printed percentage whose numerator is not printed."""
    printed, group = inputs.claim.printed, inputs.count("of")
    kept, lost = inputs.count("kept"), inputs.count("lost")
    analysed, left_out, added = (inputs.count(role) for role in ("other", "left_out", "added"))
    week = inputs.published.text("design.primary_week")
    fitting, elsewhere = (
        percentage_consistency(printed, None, size).counts for size in (group, analysed)
    )
    listed, among = (" or ".join(map(str, counts)) or "no count" for counts in (fitting, elsewhere))

    def reading(count: int, size: int) -> str:
        return f"{count} of {size} is {as_printed(Fraction(100 * count, size), 1)} %"

    remarks = (
        f"the numerator is not printed. Of {group} patients, {listed} prints so; of {analysed}, "
        f"{among}",
        f"with the {kept} who had at least minimal improvement by week {week}: "
        f"{reading(kept, group)}; with patient {left_out} as well, {reading(kept + 1, group)}; "
        f"with patient {added} too, if not one of the {kept}, {reading(kept + 2, group)}",
        f"with all {lost} whose improvement was lost, {reading(kept + lost, analysed)} without "
        f"patient {left_out} and {reading(kept + lost + 1, group)} with this patient",
    )
    check_count = Check(f"a count of {group} prints as {printed}", bool(fitting))
    return Finding(remarks=remarks, checks=(check_count,))


def miscitations(published: Published) -> pd.DataFrame:
    """Return the citations whose reference is about another subject than the text.

    They are not numbers of the study, so they are not in the ledger.

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
    columns = ["place", "text_is_about", "cited_number", "reference_is_about", "fitting_number"]
    return found.assign(fitting_number=found["text_is_about"].map(fitting))[columns].reset_index(
        drop=True
    )


#: Methods of this paper's claims in addition to the general ones.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "row-quartile": Method(partial(table2_rows.with_row, consistency.quartile)),
        "row-change-quartile": Method(
            partial(table2_rows.with_row, partial(consistency.quartile, of_change=True))
        ),
        "row-p-value": Method(table2_rows.row_p_value),
        "open-percentage": Method(open_percentage),
    }
)
