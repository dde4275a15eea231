"""Implementation of the commands, one function of each one's name; imports are lazy."""

from tisstats.cli.commands.building import book
from tisstats.cli.commands.class_exercises import exercises
from tisstats.cli.commands.cohorts import bounds, reconstruct
from tisstats.cli.commands.ledger import claims
from tisstats.cli.commands.planning import simulate
from tisstats.cli.commands.scoring import score
from tisstats.cli.commands.studies import check, export, new, sensitivity

__all__ = [
    "book",
    "bounds",
    "check",
    "claims",
    "exercises",
    "export",
    "new",
    "reconstruct",
    "score",
    "sensitivity",
    "simulate",
]
