"""Read a data package: CSV files described by a Frictionless Table Schema.

Rows that are plainly valid are found column by column, not cell by cell
(`tisstats.datapackage.doubtful_rows`). Frictionless finds the faults of the others
(`tisstats.datapackage.with_care`).
"""

from tisstats.datapackage.descriptor import DESCRIPTOR, STUDY, read_descriptor
from tisstats.datapackage.faults import find_faults
from tisstats.datapackage.resource import allowed
from tisstats.datapackage.tables import read_tables

__all__ = ["DESCRIPTOR", "STUDY", "allowed", "find_faults", "read_descriptor", "read_tables"]
