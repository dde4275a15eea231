"""Why the study can have ended for a patient, or that it has not ended yet."""

#: Of a patient who completed the study.
COMPLETED = "completed"

#: Of a patient who is still seen at a cutoff of the data: neither completed nor stopped.
ONGOING = "ongoing"

#: Why the study can have ended for a patient; "completed" if it did not end early, "ongoing" if it
#: has not ended yet.
END_REASONS = (
    COMPLETED,
    ONGOING,
    "rescue_medication",
    "adverse_event",
    "lack_of_efficacy",
    "withdrawal",
    "lost_to_follow_up",
    "death",
    "other",
)

#: Why the study can have ended early.
EARLY_ENDS = END_REASONS[2:]
