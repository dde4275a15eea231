"""Exit codes of commands."""

SUCCESS, DATA_ERROR, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130

#: To which the number of the signal that ended a command is added.
SIGNALLED = 128
