"""The process that Jupyter kernels are forked from.

It imports the large libraries once; every kernel forked from it starts with them in place and
shares nothing else with its siblings. Run as a file, so that neither ``tisstats`` nor the folder
it was started in can be imported into the kernels unnoticed::

    python -P forkserver.py SOCKET

``SOCKET`` is the descriptor of a socket that carries one JSON object per line: a request, then its
answer. When the other end closes, whatever the reason, all kernels are killed.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
import warnings
from typing import Any

#: Slow imports of notebooks, and the kernel itself.
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "jinja2",
    "jsonschema",
    "numpy",
    "pandas",
    "frictionless",
    "scipy.stats",
    "statsmodels.stats.proportion",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
)


#: Variable of a kernel that says which folders of data it may read, as `watch` takes them.
FOLDERS = "TISSTATS_DATA_FOLDERS"

#: Events of Python that read a file or a folder, the path being their first argument.
_READING = frozenset({"open", "os.listdir", "os.scandir", "glob.glob", "glob.glob/2"})


def watch(data: str, folders: list[str]) -> None:
    """From now on let this process read no other folders of data than some.

    A result is kept until what it was computed from changes; what its code does not name could
    change unseen. Files outside the folder of data, and right in it, are left alone, and so is what
    compiled code opens without Python's knowledge.
    """

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _READING or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path != data and not path.startswith(data + os.sep):
            return
        name, deeper, _ = path[len(data) + 1 :].partition(os.sep)
        if name not in folders and (deeper or event != "open"):
            raise RuntimeError(
                f"data/{name} is read, which no code of this notebook names by data_directory: its "
                "result would not be computed again when that changes"
            )

    sys.addaudithook(check)


class Server:
    """Starts kernels, reports whether they run, and passes signals on to them."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.children: dict[int, int | None] = {}  # process to exit code, None while it runs

    def serve(self) -> None:
        """Serve requests until the other end closes, then kill all running kernels."""
        try:
            with self.connection.makefile("rw", encoding="utf-8") as lines:
                for line in lines:
                    json.dump(self.handle(json.loads(line)), lines)
                    lines.write("\n")
                    lines.flush()
        finally:
            for child in self.children:
                self.signal(child, signal.SIGKILL)

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        """Handle one request."""
        match request["do"]:
            case "start":
                return {"pid": self.start(request["argv"], request["cwd"], request["env"])}
            case "poll":
                return {"code": self.poll(request["pid"])}
            case "signal":
                self.signal(request["pid"], request["signal"])
                return {}
        raise ValueError(f"unknown request {request['do']!r}")

    def start(self, argv: list[str], cwd: str, env: dict[str, str]) -> int:
        """Fork a kernel and return its process."""
        with warnings.catch_warnings():
            # Python warns of forks after threads were started. The preloaded libraries are
            # single-threaded.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self.become_kernel(argv, cwd, env)
        self.children[child] = None
        return child

    def become_kernel(self, argv: list[str], cwd: str, env: dict[str, str]) -> None:
        """Turn this freshly forked process into an ordinary kernel; never returns."""
        code = 1
        try:
            self.connection.close()
            os.setsid()
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(env)
            if FOLDERS in env:
                watch(*json.loads(env[FOLDERS]))
            run_kernel(argv)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.flush()
            os._exit(code)  # sys.exit would run the server's clean-up

    def poll(self, child: int) -> int | None:
        """Return the exit code of a kernel, None while it runs."""
        if self.children[child] is None:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self.children[child] = os.waitstatus_to_exitcode(status)
        return self.children[child]

    def signal(self, child: int, number: int) -> None:
        """Send a signal to a kernel and whatever it has started."""
        # Only an unreaped child is safe to signal: its number cannot belong to anybody else.
        if self.poll(child) is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)
                os.killpg(child, number)


def run_kernel(argv: list[str]) -> None:
    """Run an IPython kernel in this process until it is asked to stop."""
    from ipykernel.kernelapp import IPKernelApp

    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # or all kernels would draw the same numbers
    sys.argv = ["ipykernel_launcher.py", *argv]
    # ipykernel reads the parent pid at import, before the fork: set it now.
    IPKernelApp.launch_instance(argv=[*argv, f"--IPKernelApp.parent_handle={os.getppid()}"])


def disable_slow_formats() -> None:
    """Keep jsonschema from importing a slow optional format checker.

    The checker compiles the grammar of internationalised addresses, which takes a second, and
    neither notebooks nor descriptions of studies and data contain any. An entry of None makes the
    import fail, as if the checker were not installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def preload() -> None:
    """Import what is installed; kernels import the rest themselves."""
    disable_slow_formats()
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    del sys.modules["rfc3987_syntax"]
    # The collector leaves frozen objects alone, so that most of their memory stays shared.
    gc.collect()
    gc.freeze()


def main() -> None:
    """Preload, then serve."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    preload()
    Server(connection).serve()


if __name__ == "__main__":
    main()
