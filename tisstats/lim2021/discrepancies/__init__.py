"""What the article does not add up to: places that do not agree, each with what speaks against it.

Every number in an entry is read from the published facts or computed from them. What follows from
registrations is read from `data/registry` and says so.
"""

from __future__ import annotations

from collections.abc import Callable

from tisstats.ledger.published import Published, data_directory
from tisstats.lim2021.discrepancies import of_patients, of_regimens, of_reporting, of_response
from tisstats.lim2021.discrepancies.agreements import agreement_table
from tisstats.lim2021.discrepancies.discrepancy import Discrepancy, Printed, Weight
from tisstats.lim2021.discrepancies.of_response import share_table

__all__ = [
    "Discrepancy",
    "Printed",
    "Weight",
    "agreement_table",
    "discrepancies",
    "read_registry",
    "share_table",
]

_FROM_PRINT: tuple[Callable[[Published], Discrepancy], ...] = (
    of_response.by_the_end,
    of_response.deterioration,
    of_response.ceiling,
    of_response.planned_and_analysed,
    of_regimens.switched_dose,
    of_reporting.end_or_week_9,
    of_reporting.no_number,
    of_patients.chemotherapy,
    of_response.statins,
    of_regimens.below_by_decision,
    of_regimens.seen_at_decision,
    of_patients.weakness,
    of_patients.cancer,
    of_patients.adverse_events,
    of_patients.tolerance,
    of_reporting.enzymes,
    of_reporting.major,
    of_reporting.relevance,
    of_reporting.daily_maximum,
    of_reporting.direction,
    of_reporting.medians,
    of_patients.dose_or_duration,
    of_reporting.predictors,
    of_reporting.abbreviations,
)

_FROM_PRINT_AND_REGISTRY: tuple[Callable[[Published, Published], Discrepancy], ...] = (
    of_response.discussed_share,
    of_patients.earlier_treatment,
    of_patients.duration,
    of_reporting.registrations,
)


def read_registry() -> Published:
    """Read what trial registers say; addresses are such as ``registry.enzyme_abnormal``.

    Raises
    ------
    tisstats.errors.DataError
        If the file is missing or does not meet its schema.
    """
    return Published.read(data_directory("registry"))


def discrepancies(published: Published, registry: Published) -> list[Discrepancy]:
    """Return every discrepancy, those that matter for interpretation first.

    The split of the responders by the amendment is in `tisstats.lim2021.amendment`.
    """
    found = [entry(published) for entry in _FROM_PRINT]
    found += [entry(published, registry) for entry in _FROM_PRINT_AND_REGISTRY]
    order = list(Weight)
    return sorted(found, key=lambda each: order.index(each.weight))
