"""Draw many cohorts: on all cores of this machine, or on a cluster.

Every cohort follows from seed and index alone, so the same ensemble results whoever draws which
part of it.
"""

from __future__ import annotations

from collections.abc import Callable

from tisstats.parallel import run_tasks
from tisstats.statistics._arguments import whole_number
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.generate import draw_cohort
from tisstats.synthetic.targets import Targets

#: Cohorts that one task draws: few enough to show progress, enough that sending costs nothing.
_CHUNK_SIZE = 8

#: Cohorts drawn for the first place of an ensemble, of which the most plausible is kept.
REFERENCE_CANDIDATES = 40

#: Called after every task with the number of cohorts drawn and the number wanted.
OnProgress = Callable[[int, int], None]


def draw_ensemble(
    seed: int,
    cohorts: int,
    assumptions: Assumptions | None = None,
    *,
    processes: int | None = None,
    scheduler: str | None = None,
    progress: OnProgress | None = None,
) -> Ensemble:
    """Draw an ensemble of synthetic cohorts.

    The first, which serves as the reference cohort, is the most plausible of
    `REFERENCE_CANDIDATES` that are drawn for its place.

    Parameters
    ----------
    seed
        Seed of the ensemble, 0 or more; equal seeds give equal ensembles.
    cohorts
        How many, at least 1.
    assumptions
        What is assumed beyond the printed numbers; the defaults if not given.
    processes
        Processes to use, by default one for every core; 1 draws in this process.
    scheduler
        Address of the scheduler of a Dask cluster, such as ``tcp://127.0.0.1:8786``, which then
        draws the cohorts instead.
    progress
        Called after every task with the number drawn and the number wanted.

    Raises
    ------
    ValueError
        If an argument is out of range.
    DataError
        If the scheduler cannot be reached.
    ModuleNotFoundError
        If a scheduler is given and `distributed` is not installed.
    """
    seed = whole_number("seed", seed, minimum=0)
    cohorts = whole_number("cohorts", cohorts, minimum=1)
    if processes is not None:
        processes = whole_number("processes", processes, minimum=1)
    assumed = assumptions or Assumptions()
    targets = Targets.of_study()
    tasks = [
        (seed, range(start, min(start + _CHUNK_SIZE, cohorts)), assumed, targets)
        for start in range(0, cohorts, _CHUNK_SIZE)
    ]
    results = run_tasks(
        _task, tasks, processes=processes, scheduler=scheduler, command="tisstats reconstruct"
    )
    drawn: list[Cohort] = []
    for part in results:
        drawn += part
        if progress is not None:
            progress(len(drawn), cohorts)
    return Ensemble.of(sorted(drawn, key=lambda cohort: cohort.index))


Task = tuple[int, range, Assumptions, Targets]


def _task(task: Task) -> list[Cohort]:
    seed, indices, assumptions, targets = task
    return [
        draw_cohort(
            seed,
            assumptions,
            index=index,
            targets=targets,
            candidates=REFERENCE_CANDIDATES if index == 0 and assumptions.plausibility else 1,
        )
        for index in indices
    ]
