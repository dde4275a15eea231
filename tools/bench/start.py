"""How long commands take to start, beside Python and pandas."""

from __future__ import annotations

import resource
import subprocess
import sys

from tools.bench._table import Row, show

ROUNDS = 3
#: Commands, and the seconds within which they are to answer. The ledger is kept once it has been
#: computed in a checkout; that of a folder that is named is computed each time.
COMMANDS = {
    ("score", "--help"): 0.3,
    ("claims",): 1,
    ("claims", "--data", "data/published"): 1,
}


def bench() -> None:
    """Measure and print: seconds of computing."""
    tisstats = ["-m", "tisstats.cli"]
    rows = [
        Row("`python -c pass`", seconds(["-c", "pass"])),
        Row(
            "`python -c 'import pandas, scipy.stats'`",
            seconds(["-c", "import pandas, scipy.stats"]),
        ),
        *(
            Row(f"`tisstats {' '.join(words)}`, to {aim:g} s", took, took / aim, 1)
            for words, aim in COMMANDS.items()
            for took in [seconds([*tisstats, *words])]
        ),
    ]
    show("Starting commands", rows)


def seconds(arguments: list[str]) -> float:
    """Return the seconds of computing of a command, the least of some rounds."""
    took = []
    for _ in range(ROUNDS):
        before = _of_children()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        took.append(_of_children() - before)
    return min(took)


def _of_children() -> float:
    """Return the seconds of computing of all processes that have ended, finer than `os.times`."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
