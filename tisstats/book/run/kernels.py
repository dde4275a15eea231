"""Jupyter kernels for the notebooks: forked from one warm process, or ordinary ones."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import site
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tisstats.book.run import forkserver

#: Fork is unsafe on macOS.
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"

#: Environment variable that tells a kernel that it runs for the book.
IN_BOOK = "TISSTATS_BOOK"

#: One thread per kernel: notebooks run in parallel, and sums do not depend on the machine. The
#: pages have the numbers in their prose, so the kernels need not display it (`IN_BOOK`).
ENVIRONMENT = {
    IN_BOOK: "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def environment() -> dict[str, str]:
    """Return the variables of a process of a build: it imports the package that runs here.

    Without a word it would import the installed one, and put the code of another checkout into
    the book of this one.
    """
    package = Path(__file__).resolve().parents[3]
    installed = [*site.getsitepackages(), site.getusersitepackages()]
    if str(package) in map(os.path.realpath, installed):  # before which nothing may come
        return dict(os.environ)
    given = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(package), given] if given else [str(package)])
    return {**os.environ, "PYTHONPATH": path}


def kernel_environment() -> dict[str, str]:
    """Return the variables of a kernel."""
    return {**environment(), **ENVIRONMENT}


_OPTIONS = ("-P", "-Xfrozen_modules=off")


@contextmanager
def fork_server(log: Path) -> Iterator[ForkServer | None]:
    """Yield a process to fork kernels from, None on platforms without fork.

    No kernel outlives the block.
    """
    if not CAN_FORK:
        yield None
        return
    log.write_bytes(b"")
    with contextlib.closing(ForkServer(log)) as server:
        yield server


class ForkServerError(Exception):
    """The fork server died or failed to start."""


class ForkServer:
    """Client of the process that kernels are forked from."""

    def __init__(self, log: Path):
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *_OPTIONS, forkserver.__file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=kernel_environment(),
                start_new_session=True,  # Ctrl-C is handled by the parent
            )
        self._socket = ours
        self._lines = ours.makefile("rw", encoding="utf-8")
        self._one_at_a_time = threading.Lock()

    def request(self, **fields: Any) -> Any:
        """Send one request and return the answer.

        Raises
        ------
        ForkServerError
            If the server does not answer.
        """
        try:
            with self._one_at_a_time:
                self._lines.write(json.dumps(fields) + "\n")
                self._lines.flush()
                answer = self._lines.readline()
            return json.loads(answer)
        except (OSError, ValueError) as error:
            raise ForkServerError("the fork server does not answer") from error

    def start(self, argv: list[str], cwd: str, env: Mapping[str, str]) -> ForkedProcess:
        """Start a kernel."""
        pid = self.request(do="start", argv=argv, cwd=cwd, env=dict(env))["pid"]
        return ForkedProcess(self, pid)

    def close(self) -> None:
        """Stop the server and all its kernels."""
        # Closing is the signal; it works even when another thread waits for an answer.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its orphaned kernels exit within a second
            self._process.wait()
        with contextlib.suppress(OSError):
            self._lines.close()
        self._socket.close()


class ForkedProcess:
    """A forked kernel, with the part of ``subprocess.Popen`` that a kernel manager uses."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, pid: int):
        self._server = server
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs."""
        if self.returncode is None:
            try:
                self.returncode = self._server.request(do="poll", pid=self.pid)["code"]
            except ForkServerError:
                self.returncode = -signal.SIGKILL  # no kernel survives its server
        return self.returncode

    def wait(self) -> int | None:
        """Return the exit code; the manager calls this once the kernel has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Pass a signal on to the kernel."""
        with contextlib.suppress(ForkServerError):
            self._server.request(do="signal", pid=self.pid, signal=int(number))

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Request the end of the kernel."""
        self.send_signal(signal.SIGTERM)
