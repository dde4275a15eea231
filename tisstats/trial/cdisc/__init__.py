"""A trial as CDISC analysis data sets (ADaM), written and read.

`derive_analysis_datasets` makes them of plain tables, `write_analysis_datasets` and
`read_analysis_datasets` exchange them as CSV, Parquet, SAS transport version 5 or Dataset-JSON 1.1,
and `to_trial_tables` leads from ADaM back to plain tables.

What a data set holds stands in tables beside this file, with the standard that each variable is
taken from or "ours": ``datasets.csv``, ``variables.csv``, ``parameters.csv`` and, for the plain
tables, ``inputs.csv``. Variables that the ADaM Implementation Guide requires and that the tables of
a trial lack (the site, or the dictionary term of an adverse event) are not invented: conformance
with the guide is not claimed.
"""

from tisstats.trial.cdisc.back import TrialTables, to_trial_tables
from tisstats.trial.cdisc.datasets import AnalysisDatasets
from tisstats.trial.cdisc.derivation import derive_analysis_datasets
from tisstats.trial.cdisc.folder import (
    FILE_FORMATS,
    read_analysis_datasets,
    write_analysis_datasets,
)
from tisstats.trial.cdisc.study import CriterionLabel, MeasureLabel, StudyMetadata

__all__ = [
    "FILE_FORMATS",
    "AnalysisDatasets",
    "CriterionLabel",
    "MeasureLabel",
    "StudyMetadata",
    "TrialTables",
    "derive_analysis_datasets",
    "read_analysis_datasets",
    "to_trial_tables",
    "write_analysis_datasets",
]
