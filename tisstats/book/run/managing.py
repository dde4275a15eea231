"""How Jupyter's machinery is told to start this book's kernels."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from tisstats.book.run.kernels import ENVIRONMENT, ForkServer, ForkServerError

#: Addresses of sockets in the file system are cut off at about a hundred bytes.
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
    """Manages one kernel of a book; :func:`kernel_managers` fills in what all of them share."""

    fork_server: ClassVar[ForkServer | None]
    folder: ClassVar[Path]  #: for sockets and connection files
    wire: ClassVar[str]  #: how messages travel, as Jupyter calls it
    words: ClassVar[Path]  #: what kernels say outside their notebooks
    stopped: ClassVar[bool]  #: no kernel may start any more
    provisioners: ClassVar[list[BookProvisioner]]

    def __init__(self, **kwargs: Any):
        connection = self.folder / f"{uuid.uuid4().hex[:12]}.json"
        super().__init__(transport=self.wire, connection_file=str(connection), **kwargs)
        self.provisioner = BookProvisioner(kernel_spec=self.kernel_spec, parent=self)
        self.provisioners.append(self.provisioner)

    async def start_kernel(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """Start the kernel."""
        with self.words.open("ab") as words:
            return await super().start_kernel(
                env={**os.environ, **ENVIRONMENT}, stdout=words, stderr=subprocess.STDOUT, **kwargs
            )


@contextmanager
def kernel_managers(log: Path, fork_server: ForkServer | None) -> Iterator[type[BookKernelManager]]:
    """Give the class of kernel managers for one build; no kernel outlives the block.

    Parameters
    ----------
    log
        A file that collects what kernels print past their notebooks.
    fork_server
        Where kernels are forked from; None for ordinary kernels.
    """

    class Manager(BookKernelManager):
        pass

    with tempfile.TemporaryDirectory(prefix="tisstats-", ignore_cleanup_errors=True) as folder:
        Manager.fork_server = fork_server
        Manager.folder = Path(folder)
        # Sockets of the file system need no free ports, which two kernels could both believe to
        # have found, and nobody else on the machine can reach them.
        sockets = os.name != "nt" and len(os.fsencode(folder)) <= _LONGEST_FOLDER
        Manager.wire = "ipc" if sockets else "tcp"
        Manager.words = log
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
