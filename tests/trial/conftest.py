"""Trials made at random, which the tests of any trial and of the check of cohorts share."""

from tests.random_trials import (  # noqa: F401
    reference,
    reference_directory,
    slow,
    table_names,
    tables,
    tables_of,
    trial_of,
    writer,
)
