"""Draw many cohorts: on all cores of this machine, or on a cluster.

Every cohort follows from seed and index alone, so the same ensemble results whoever draws which
part of it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module

from tisstats.errors import DataError, Fault
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

#: Seconds to wait for the scheduler of a cluster.
_SCHEDULER_TIMEOUT = 10

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
        What is assumed beyond print; the defaults if not given.
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
        If the scheduler cannot be reached or `distributed` is not installed.
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
    workers = min(processes or _cores(), len(tasks))
    if scheduler is not None:
        results = _on_cluster(tasks, scheduler)
    elif workers == 1:
        results = map(_task, tasks)
    else:
        results = _in_processes(tasks, workers)
    drawn: list[Cohort] = []
    for part in results:
        drawn += part
        if progress is not None:
            progress(len(drawn), cohorts)
    return Ensemble.of(sorted(drawn, key=lambda cohort: cohort.index))


def _cores() -> int:
    """Cores that this process may use, which may be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


@contextmanager
def _workers_ignore_interrupts() -> Iterator[None]:
    """Let processes started here ignore Ctrl-C from the start; only their parent handles it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_processes(tasks: list[Task], workers: int) -> Iterator[list[Cohort]]:
    # Spawned processes are the same on every system, and never copy a lock that is held.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        with _workers_ignore_interrupts():
            waiting: set[Future[list[Cohort]]] = {pool.submit(_task, task) for task in tasks}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        _stop(pool)
        message = "a process that drew cohorts was killed; nothing was written"
        raise DataError([Fault("tisstats reconstruct", message)]) from None
    except BaseException:
        _stop(pool)
        raise
    pool.shutdown()


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop at once and discard unfinished draws."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


def _on_cluster(tasks: list[Task], address: str) -> Iterator[list[Cohort]]:
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        message = "drawing on a cluster needs distributed: pip install 'tisstats[cluster]'"
        raise DataError([Fault(address, message)]) from None
    try:
        # A client that fails to connect warns when it is discarded: check the address first.
        import_module("distributed.comm").resolve_address(address)
        client = distributed.Client(address, timeout=_SCHEDULER_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or "no answer"
        raise DataError([Fault(address, f"no scheduler can be reached there: {reason}")]) from None
    futures = client.map(_task, tasks, pure=False)
    try:
        for future in distributed.as_completed(futures, loop=client.loop):
            yield future.result()
    except (distributed.KilledWorker, distributed.CancelledError, OSError) as error:
        message = f"the cluster failed; nothing was written: {' '.join(str(error).split())}"
        raise DataError([Fault(address, message)]) from None
    except BaseException:
        client.cancel(futures)
        raise
    finally:
        client.close()
