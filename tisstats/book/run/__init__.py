"""Plan, run and cache notebooks."""
