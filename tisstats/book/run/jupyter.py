"""Manage kernels, and run one notebook with papermill.

Imported only when there is a notebook to run, since Jupyter's libraries are slow to import.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import ensure_event_loop
from papermill import PapermillExecutionError, execute_notebook

from tisstats.book.run.kernels import ForkServer, ForkServerError, kernel_environment
from tisstats.book.run.parameters import Value
from tisstats.book.run.project import NotebookError, plain_text
from tisstats.book.run.streams import merge_streams
from tisstats.book.run.temporary import temporary_folder

CELL_TIMEOUT = 600  #: seconds until a cell is taken to hang

#: Paths of Unix sockets are limited to about a hundred bytes.
_LONGEST_FOLDER = 70


class BookProvisioner(LocalProvisioner):
    """Forks kernels while there is a server to fork them from, else starts ordinary ones."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start a kernel and return how to connect to it."""
        manager: Any = self.parent
        if manager.stopped:
            raise RuntimeError("the build has been stopped")
        server = manager.fork_server
        if server is not None and "ipykernel_launcher" in cmd:
            argv = cmd[cmd.index("ipykernel_launcher") + 1 :]
            try:
                self.process = server.start(argv, cwd=kwargs["cwd"], env=kwargs["env"])
                self.pid = self.process.pid
                return self.connection_info
            except ForkServerError:
                if manager.stopped:
                    raise
        return await super().launch_kernel(cmd, **kwargs)


class BookKernelManager(AsyncKernelManager):
    """Manages one kernel of a book; :func:`kernel_managers` sets what all of them share."""

    fork_server: ClassVar[ForkServer | None]
    folder: ClassVar[Path]  #: for sockets and connection files
    transport_used: ClassVar[str]  #: "ipc" or "tcp"
    log_file: ClassVar[Path]  #: what kernels print outside their notebooks
    stopped: ClassVar[bool]  #: no kernel may start any more
    variables: ClassVar[Mapping[str, str]] = {}  #: of the kernel's environment, besides the usual
    provisioners: ClassVar[list[BookProvisioner]]

    def __init__(self, **kwargs: Any):
        connection = self.folder / f"{uuid.uuid4().hex[:12]}.json"
        super().__init__(transport=self.transport_used, connection_file=str(connection), **kwargs)
        self.provisioner = BookProvisioner(kernel_spec=self.kernel_spec, parent=self)
        self.provisioners.append(self.provisioner)

    async def start_kernel(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """Start the kernel."""
        with self.log_file.open("ab") as log:
            return await super().start_kernel(
                env={**kernel_environment(), **self.variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                **kwargs,
            )


@contextmanager
def kernel_managers(log: Path, fork_server: ForkServer | None) -> Iterator[type[BookKernelManager]]:
    """Yield the class of kernel managers for one build; no kernel outlives the block.

    Parameters
    ----------
    log
        A file that collects what kernels print outside their notebooks.
    fork_server
        Where kernels are forked from; None for ordinary kernels.
    """

    class Manager(BookKernelManager):
        pass

    with temporary_folder() as folder:
        Manager.fork_server = fork_server
        Manager.folder = folder
        # Unix sockets avoid races for free ports, in a folder that its owner alone can enter.
        sockets = os.name != "nt" and len(os.fsencode(folder)) <= _LONGEST_FOLDER
        Manager.transport_used = "ipc" if sockets else "tcp"
        Manager.log_file = log
        Manager.stopped = False
        Manager.provisioners = []
        try:
            yield Manager
        finally:
            Manager.stopped = True
            for provisioner in Manager.provisioners:
                process = provisioner.process
                if process is not None and process.poll() is None:
                    process.kill()


def run_notebook(
    source: bytes,
    folder: Path,
    values: Mapping[str, Value],
    manager: type,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Run a notebook and return it with its outputs, without timestamps, paths or random ids.

    Parameters
    ----------
    source
        The notebook without outputs.
    folder
        Its working folder.
    values
        Parameters to inject; empty to leave the notebook as it is.
    manager
        Class of its kernel manager.
    variables
        Variables of its kernel's environment, besides the usual.

    Raises
    ------
    NotebookError
        If a cell raises, or if the kernel cannot run.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # failures are reported here
    plain = json.loads(source)
    for number, cell in enumerate(plain["cells"]):
        cell.setdefault("id", f"cell-{number}")  # or it would get a random one
    plain["nbformat_minor"] = max(5, plain["nbformat_minor"])
    contents = nbformat.reads(json.dumps(plain), as_version=4)  # type: ignore[no-untyped-call]
    try:
        executed = execute_notebook(
            contents,
            None,
            parameters=dict(values),
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
            iopub_timeout=CELL_TIMEOUT,  # output may still be read long after a cell has run
            kernel_manager_class=type("Manager", (manager,), {"variables": variables or {}}),
            shutdown_kernel="immediate",
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
    except PapermillExecutionError as error:
        number = _position(contents, error.cell_index, bool(values))
        raise NotebookError(
            f"cell {number}",
            _first_line(f"{error.ename}: {error.evalue}"),
            "\n".join([error.source, "", *error.traceback]),
        ) from None
    except Exception as error:
        what = _first_line(f"{type(error).__name__}: {error}")
        raise NotebookError("kernel", what, str(error)) from error
    finally:
        ensure_event_loop().close()  # of this thread
    return normalise_output(executed, cells_before=len(plain["cells"]))


def normalise_output(executed: Any, cells_before: int) -> str:
    """Return an executed notebook as text that is identical for every run, and every Python.

    Parameters
    ----------
    executed
        As papermill returns it.
    cells_before
        Number of cells before, which shows whether parameters were injected.
    """
    executed.metadata.pop("papermill", None)
    executed.metadata.get("language_info", {}).pop("version", None)
    tags_of_parameters: list[str] = []
    for cell in executed.cells:
        for volatile in ("papermill", "execution"):
            cell.metadata.pop(volatile, None)
        if cell.get("outputs"):
            cell["outputs"] = merge_streams(cell["outputs"])
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell.metadata["tags"] = [*tags, *(tag for tag in tags_of_parameters if tag not in tags)]
        elif "parameters" in tags:
            tags_of_parameters = [tag for tag in tags if tag != "parameters"]
        elif not tags:
            cell.metadata.pop("tags", None)
    if len(executed.cells) > cells_before:
        # Hide the default parameters; the injected cell shows the values used.
        defaults = next(c for c in executed.cells if "parameters" in c.metadata.get("tags", ()))
        defaults.metadata["tags"] = [*defaults.metadata["tags"], "remove-cell"]
    text: str = nbformat.writes(executed, sort_keys=True)  # type: ignore[no-untyped-call]
    return text + "\n"


def _position(contents: Any, index: int, injected: bool) -> int:
    """Return the position of a cell in the notebook without the injected cell, from 1."""
    if injected:
        tagged = ["parameters" in cell.metadata.get("tags", ()) for cell in contents.cells]
        # If the injected cell itself fails, report the parameters cell instead.
        index -= index > tagged.index(True)
    return index + 1


def _first_line(message: str) -> str:
    return plain_text(message).strip().splitlines()[0].rstrip()
