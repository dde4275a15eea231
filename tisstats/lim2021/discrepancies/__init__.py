"""What the article does not add up to: places that do not agree, each with what speaks against it.

The texts stand in ``entries.toml``; every number in them is a published fact or computed from
facts. What follows from registrations is read from `data/registry` and says so.
"""

from tisstats.lim2021.discrepancies.entries import (
    Agreement,
    Discrepancy,
    Entries,
    PrintedPlace,
    Weight,
    read_entries,
    read_registry,
)

__all__ = [
    "Agreement",
    "Discrepancy",
    "Entries",
    "PrintedPlace",
    "Weight",
    "read_entries",
    "read_registry",
]
