"""The command `tisstats` without a process of its own, which takes over a second to start."""

from __future__ import annotations

import contextlib
import io
import subprocess
from pathlib import Path

from tisstats.cli import main


def called(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command does when it is called with these arguments, in a folder if one is given."""
    words = [str(each) for each in arguments]
    output, errors = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd) if cwd else contextlib.nullcontext(),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            code = main(words)
        except SystemExit as end:  # of argparse
            code = end.code
    return subprocess.CompletedProcess(words, code, output.getvalue(), errors.getvalue())
