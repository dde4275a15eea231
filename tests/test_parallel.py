"""Processes that share the work end with the one that wants it; progress is shown in a line."""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tisstats.parallel import ProgressPrinter, run_tasks

SCRIPT = """
import multiprocessing, os, sys, threading, time
from tisstats.parallel import run_tasks

def tell():
    while len(multiprocessing.active_children()) < 2:
        time.sleep(0.05)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)

if __name__ == "__main__":
    threading.Thread(target=tell, daemon=True).start()
    list(run_tasks(time.sleep, [300, 300], processes=2))
"""


def running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="another system has no such signal")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 120
    while any(map(running, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(running, workers))


def test_once_processes_have_been_started_ctrl_c_does_what_it_did_before():
    before = signal.getsignal(signal.SIGINT)
    assert before is not signal.SIG_IGN
    results = run_tasks(abs, [-1, 2], processes=2)
    found = {next(results)}
    assert signal.getsignal(signal.SIGINT) is before
    assert found | set(results) == {1, 2}


def test_tasks_that_are_given_up_leave_neither_processes_nor_threads():
    """A thread left of the pool would close its pipe while the interpreter, at its end, uses it."""
    before = set(threading.enumerate())
    results = run_tasks(time.sleep, [0, 300, 300], processes=2)
    next(results)
    started = multiprocessing.active_children()
    assert len(started) == 2
    results.close()
    assert set(threading.enumerate()) <= before
    assert not any(process.is_alive() for process in started)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_line_of_progress_is_ended_only_if_there_is_one():
    untouched, shown = Terminal(), Terminal()
    ProgressPrinter(untouched, "cohorts").close()
    assert untouched.getvalue() == ""
    printer = ProgressPrinter(shown, "cohorts")
    printer(1, 2)
    printer.close()
    assert shown.getvalue() == "\r1 of 2 cohorts\n"


def test_a_share_is_shown_in_per_cent():
    shown = io.StringIO()
    printer = ProgressPrinter(shown, "%")
    for done in (3, 40, 100):
        printer(done, 100)
    assert shown.getvalue() == "40% done\n100% done\n"
