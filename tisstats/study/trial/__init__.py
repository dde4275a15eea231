"""A trial, patient by patient: its data package, its analysis, its check against the article."""
