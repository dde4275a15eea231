"""Run independent tasks: in this process, on all cores of this machine, or on a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, TextIO, TypeVar

from tisstats.errors import DataError, Fault

#: Seconds to wait for the scheduler of a cluster.
_SCHEDULER_TIMEOUT = 10

#: Seconds after which a cluster without a worker is given up, and between two looks at it. Workers
#: that wait in the queue of a batch system can take long to start.
_DESERTED, _LOOK = 1800.0, 5.0

#: Reports of progress where it is not shown on a terminal.
_REPORTS = 10

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def run_tasks(
    function: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    *,
    processes: int | None = None,
    scheduler: str | None = None,
    command: str = "tisstats",
) -> Iterator[_Result]:
    """Yield the result of each task as it is completed, in any order.

    Parameters
    ----------
    function
        A function of a module, so that it can be sent to another process.
    tasks
        Its arguments.
    processes
        Processes to use, by default one for every core; 1 runs in this process.
    scheduler
        Address of the scheduler of a Dask cluster, such as ``tcp://127.0.0.1:8786``, which then
        runs the tasks instead.
    command
        What was running, for messages.

    Raises
    ------
    DataError
        If a process is killed, the scheduler cannot be reached or the cluster fails.
    ModuleNotFoundError
        If a scheduler is given and `distributed` is not installed.

    Examples
    --------
    >>> list(run_tasks(abs, [-1, 2], processes=1))
    [1, 2]
    """
    workers = min(processes or _cores(), len(tasks))
    if scheduler is not None:
        return _on_cluster(function, tasks, scheduler)
    if workers <= 1:
        return map(function, tasks)
    return _in_processes(function, tasks, workers, command)


def _cores() -> int:
    """Cores that this process may use, which may be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def _end_with_parent() -> None:
    """Let this process end when its parent does, even if that is killed; it would wait for ever."""
    parent = multiprocessing.parent_process()

    def wait_for_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait_for_parent, daemon=True).start()


def _in_processes(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], workers: int, command: str
) -> Iterator[_Result]:
    # Spawned processes are the same on every system, and never copy a lock that is held.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent)
    try:
        with _workers_ignore_interrupts():
            waiting: set[Future[_Result]] = {pool.submit(function, task) for task in tasks}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        _stop(pool)
        message = "a process was killed; nothing was written"
        raise DataError([Fault(command, message)]) from None
    except BaseException:
        _stop(pool)
        raise
    pool.shutdown()


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop at once and discard unfinished tasks."""
    for process in list((pool._processes or {}).values()):
        process.terminate()
    # Wait for the pool's own thread too: where it still closes its pipe while the interpreter exits
    # and wakes it, a traceback follows what the command printed last.
    pool.shutdown(wait=True, cancel_futures=True)


def _on_cluster(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], address: str
) -> Iterator[_Result]:
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        message = "running on a cluster needs distributed: pip install distributed"
        raise ModuleNotFoundError(message, name="distributed") from None
    try:
        # A client that fails to connect warns when it is discarded: check the address first.
        import_module("distributed.comm").resolve_address(address)
        client = distributed.Client(address, timeout=_SCHEDULER_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split()) or "no answer"
        raise DataError([Fault(address, f"no scheduler can be reached there: {reason}")]) from None
    futures = client.map(function, tasks, pure=False)
    try:
        with _watching(client, futures) as deserted:
            for future in distributed.as_completed(futures, loop=client.loop):
                yield future.result()
    except (distributed.KilledWorker, distributed.CancelledError, OSError) as error:
        reason = f"the cluster failed; nothing was written: {' '.join(str(error).split())}"
        if deserted.is_set():
            reason = f"no worker was there for {_DESERTED:g} seconds; nothing was written"
        raise DataError([Fault(address, reason)]) from None
    except BaseException:
        client.cancel(futures)
        raise
    finally:
        client.close()


@contextmanager
def _watching(client: Any, futures: Sequence[Any]) -> Iterator[threading.Event]:
    """Cancel tasks that wait for workers of a cluster in vain, and set the event then."""
    deserted, done = threading.Event(), threading.Event()

    def watch() -> None:
        seen = time.monotonic()
        while not done.wait(_LOOK):
            with suppress(Exception):  # a scheduler that is lost ends the tasks by itself
                if client.nthreads():
                    seen = time.monotonic()
            if time.monotonic() - seen > _DESERTED:
                deserted.set()
                client.cancel(futures)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield deserted
    finally:
        done.set()
        watcher.join(_LOOK)


class ProgressPrinter:
    """Progress of tasks: one updated line on a terminal, otherwise a line per tenth.

    Parameters
    ----------
    stream
        Where to write.
    what
        What is counted, in the plural; ``%`` if the share is shown that is done.
    """

    def __init__(self, stream: TextIO, what: str) -> None:
        self._stream = stream
        self._what = what
        self._terminal = stream.isatty()
        self._shown = 0

    def __call__(self, done: int, wanted: int) -> None:
        """Show that so many of those wanted are done."""
        share = self._what == "%"
        line = f"{100 * done // wanted}% done" if share else f"{done} of {wanted} {self._what}"
        if self._terminal:
            self._stream.write(f"\r{line}")
            self._shown = 1
        elif done * _REPORTS // wanted > self._shown:
            self._shown = done * _REPORTS // wanted
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def close(self) -> None:
        """End the line that a terminal shows."""
        if self._terminal and self._shown:
            self._stream.write("\n")
            self._stream.flush()
