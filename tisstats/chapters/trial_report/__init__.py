"""The chapters of the report of any trial: one module per notebook of `tisstats.book.trial_report`.

They know no paper: their words come from the description of the trial.
"""
