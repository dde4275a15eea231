"""Page builders that are forked from one process: Jupyter Book takes longer than a tiny book.

Run as a program, it is that process: it imports what page builders import, and forks one for each
request. What a builder has imported, and the templates that it has compiled, later ones have from
the start. Builds that are processes of their own, such as those of the real book, still start
theirs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tisstats.book.pages import builder
from tisstats.book.run.forkserver import disable_slow_formats
from tisstats.book.run.kernels import environment

THEME = "tisstats.book.site.theme"
#: What our own extensions import where they need it.
ON_DEMAND = ("tisstats.book.site.icons", "tisstats.book.downloads.formats")


class Builders:
    """Has a process, once one is wanted, fork page builders."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._server: tuple[socket.socket, subprocess.Popen[bytes]] | None = None

    def request(self, *files: int, **fields: Any) -> Any:
        """Send a request with open files, and return the answer."""
        with self._one_at_a_time:
            self._server = self._server or _start()
            connection, _ = self._server
            socket.send_fds(connection, [json.dumps(fields).encode()], files)
            return json.loads(connection.recv(1000))

    def close(self) -> None:
        """End the process, which has no builders then."""
        if self._server:
            connection, process = self._server
            connection.close()
            process.wait()

    def subprocess(self) -> Any:
        """Return what the page builder may have in place of the module `subprocess`."""
        return SimpleNamespace(
            PIPE=subprocess.PIPE,
            STDOUT=subprocess.STDOUT,
            Popen=lambda *args, **kwargs: ForkedBuilder(self, *args, **kwargs),
        )


def _start() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**environment(), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
            start_new_session=True,
        )
    return ours, process


class ForkedBuilder:
    """A forked page builder, with what `PageBuilder` uses of ``subprocess.Popen``."""

    def __init__(self, builders: Builders, command: list[str], **given: Any) -> None:
        assert command[:4] == [sys.executable, "-P", "-m", builder.__name__]
        self._builders = builders
        self._code: int | None = None
        output, held = given["stdout"], given["pass_fds"]
        read, write = os.pipe()
        self.stdin = os.fdopen(write, "wb")
        self.pid = builders.request(
            *(read, output.fileno(), *held), argv=command[3:], cwd=str(Path.cwd()), env=given["env"]
        )
        os.close(read)

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._builders.request(poll=self.pid)
        return self._code

    def wait(self, timeout: float = 600) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a page builder", timeout)
            time.sleep(0.01)
        return code


def serve(connection: socket.socket, imported: Path) -> None:
    """Fork page builders, and tell how they ended, until the other end closes.

    A builder lists in a file what it has imported.
    """
    while True:
        message, files, _, _ = socket.recv_fds(connection, 1_000_000, 8)
        if not message:
            return
        request = json.loads(message)
        if "poll" in request:
            ended, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        else:
            preload(imported)
            answer = os.fork()
            if answer == 0:
                connection.close()
                become_builder(files, imported, **request)
            for file in files:
                os.close(file)
        connection.send(json.dumps(answer).encode())


def preload(listed: Path) -> None:
    """Import what builders have imported since, and keep the collector off all that is there.

    If the collector of a builder went through it, most of the memory would be copied.
    """
    if listed.exists():
        for name in listed.read_text().split():
            with contextlib.suppress(ImportError):  # it was found in the folder of a book
                importlib.import_module(name)
        listed.unlink()
        gc.collect()
        gc.freeze()


def become_builder(
    files: list[int], imported: Path, argv: list[str], cwd: str, env: dict[str, str]
) -> None:
    """Turn this freshly forked process into a page builder; never returns."""
    code: object = 1
    before = set(sys.modules)
    try:
        os.setsid()
        for place, file in enumerate((files[0], files[1], files[1])):
            os.dup2(file, place)
        for file in files[:2]:
            os.close(file)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = argv
        builder.main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            if new := sys.modules.keys() - before:
                imported.write_text("\n".join(new))
        os._exit(code if isinstance(code, int) else bool(code))


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    disable_slow_formats()
    for name in (*builder._PRELOADED, THEME, "jupyter_book.cli.main", *extensions()):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        compile_once(folder)
        gc.collect()
        gc.freeze()
        serve(connection, Path(folder) / "imported")


def compile_once(folder: str) -> None:
    """Compile what each builder would: the grammar of selectors, and templates, as they are met."""
    import soupsieve
    from jinja2 import FileSystemBytecodeCache
    from sphinx import jinja2glue

    soupsieve.compile("a > b[c]")
    jinja2glue.SandboxedEnvironment = partial(
        jinja2glue.SandboxedEnvironment, bytecode_cache=FileSystemBytecodeCache(folder)
    )


def extensions() -> list[str]:
    """Return the modules that every builder would import when it makes a book: the extensions."""
    from jupyter_book.config import get_default_sphinx_config
    from sphinx.application import builtin_extensions

    return [*builtin_extensions, *get_default_sphinx_config()["extensions"], *ON_DEMAND]


if __name__ == "__main__":
    main()
