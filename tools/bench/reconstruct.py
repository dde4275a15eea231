"""How fast synthetic cohorts are drawn: the first, with the published facts read, and many."""

from __future__ import annotations

import subprocess
import sys
import time

from tisstats.synthetic import Targets, draw_cohort, draw_ensemble
from tools.bench._table import Row, show

COHORTS = 40

#: Aims: seconds to the first cohort, and for one of many on one core (120 a minute).
FIRST, EACH = 5.0, 0.5


def bench() -> None:
    """Measure and print."""
    code = "from tisstats.synthetic import draw_cohort; draw_cohort(1)"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    first = time.perf_counter() - started
    Targets.of_study()
    # The clock of the processor: what else runs meanwhile does not count.
    started = time.process_time()
    cohorts = [draw_cohort(1, index=index) for index in range(COHORTS)]
    each = (time.process_time() - started) / COHORTS
    # The first of an ensemble is the most plausible of many drawn for its place.
    again = list(draw_ensemble(1, COHORTS, processes=2))
    same = all((a.visits == b.visits).all() for a, b in zip(cohorts[1:], again[1:], strict=True))
    show(
        f"Synthetic cohorts on one core: {60 / each:.0f} a minute; "
        f"the same seed in two processes gives {'the same' if same else 'OTHER'} cohorts",
        [
            Row(
                "first cohort in a new process (on the clock), over its aim",
                first,
                first / FIRST,
                1,
            ),
            Row("one of many cohorts, over its aim", each, each / EACH, 1),
        ],
    )
