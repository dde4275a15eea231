"""Why the study can have ended for a patient."""

#: Why the study can have ended for a patient; "completed" if it did not end early.
END_REASONS = (
    "completed",
    "rescue_medication",
    "adverse_event",
    "lack_of_efficacy",
    "withdrawal",
    "lost_to_follow_up",
    "death",
    "other",
)
