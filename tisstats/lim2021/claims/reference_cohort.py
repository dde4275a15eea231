"""The synthetic reference cohort: read once, and checked once for the same facts."""

from __future__ import annotations

from functools import cache, lru_cache

from tisstats.ledger.published import PublishedFacts, data_directory
from tisstats.lim2021.cohort_check import Report, check
from tisstats.lim2021.trial_description import DESCRIPTION, REFERENCE_FOLDER, analysis_options
from tisstats.statistics.quantiles import QuantileDefinition
from tisstats.trial import Trial


@cache
def reference_cohort() -> Trial:
    """Read the reference cohort.

    Raises
    ------
    DataError
        If its files do not meet the description of the trial.
    """
    return Trial.read(data_directory("reconstructed") / REFERENCE_FOLDER, DESCRIPTION)


@lru_cache(maxsize=4)
def check_reference_cohort(
    published: PublishedFacts, quantile_definition: QuantileDefinition
) -> Report:
    """Check the reference cohort against published facts; raises as `reference_cohort`.

    The result is kept for as long as the same facts, as an object, are checked again: a page and
    the ledger that it shows share one check.
    """
    options = analysis_options(quantile_definition=quantile_definition)
    return check(reference_cohort(), published, options=options)
