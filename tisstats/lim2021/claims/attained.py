"""Printed numbers that the reference cohort meets, found anew by the checker each time.

The cohort was solved to meet them. So it is no evidence for any of them; it shows that patient
rows exist that give them all at once.
"""

from __future__ import annotations

from tisstats.errors import DataError
from tisstats.ledger.claim import Inputs
from tisstats.ledger.published import Published, data_directory
from tisstats.lim2021.cohort_check import check
from tisstats.lim2021.trial_description import DESCRIPTION, interpretation
from tisstats.statistics.quantiles import Definition
from tisstats.trial import Trial

REFERENCE_COHORT = "synthetic_reference_cohort"

#: What the ledger says of such a number.
REMARK = (
    "the synthetic reference cohort, solved to meet it and therefore no evidence for it, gives it "
    "together with the other printed numbers of patients"
)


def attained_addresses(published: Published, definition: Definition) -> frozenset[str]:
    """Give the addresses of the numbers that the reference cohort meets, all at once.

    Where the cohort misses any number, as it does if the facts or the definition of quartiles are
    others than those it was solved for, it shows nothing and the answer is empty.

    Parameters
    ----------
    published
        The published facts.
    definition
        How quartiles are taken to have been computed.
    """
    try:
        trial = Trial.read(data_directory("reconstructed") / REFERENCE_COHORT, DESCRIPTION)
    except DataError:
        return frozenset()
    report = check(trial, published, interpretation=interpretation(quantiles=definition))
    return frozenset(each.name for each in report if report.holds and each.kind == "number")


def attained(inputs: Inputs, addresses: frozenset[str]) -> bool:
    """Tell whether a claim prints one of these numbers, or what such a number shows.

    The week of a response has no address of its own: the number of those who responded in that
    week, given as ``shown``, stands for it.
    """
    named = [inputs.claim.id, *inputs.addresses("fact"), *inputs.addresses("shown")]
    return bool(addresses.intersection(named))
