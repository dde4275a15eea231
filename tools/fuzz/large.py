"""Give every reader files of 100 MB, and measure the time and the memory.

``make fuzz FUZZ=--large`` runs it. Some are files to begin from whose rows go on and on; the others
are what no reader expects in such an amount. Each is read in a process of its own. The worst of
each reader goes to ``last_run.json``, and from there to the table of the README.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from tools.fuzz.__main__ import CORPUS, LAST_RUN, ROOT, SECONDS, table
from tools.shown import show_figures

SIZE = 100_000_000
#: Megabytes that may be needed besides the file itself.
MEGABYTES = 4_096


def seed(name: str) -> bytes:
    """Return a file that a reader takes."""
    return min(path for path in (CORPUS / name).iterdir() if "-" not in path.name).read_bytes()


def going_on(content: bytes) -> bytes:
    """Return a file whose lines after the first, if it has several, go on and on."""
    rest = content.partition(b"\n")[2] or content
    return (content + rest * (SIZE // len(rest)))[:SIZE]


#: What a reader is given, from a file that it takes.
SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "going on": going_on,
    "then noise": lambda content: content + random.Random(1).randbytes(SIZE),
    "then one number": lambda content: content + b"7" * SIZE,
    "noise": lambda _: random.Random(2).randbytes(SIZE),
    **{f"only {sign!r}": lambda _, sign=sign: sign.encode() * SIZE for sign in 'x\0[,"\n'},
}


def measure(name: str, shape: str) -> tuple[float, int]:
    """Return seconds of computing, and megabytes of memory on top of the file itself.

    Raises
    ------
    Exception
        What the reader raises that is not a refusal.
    """
    from tools.fuzz.targets import TARGETS

    content = SHAPES[shape](seed(name))
    before, began = peak(), time.process_time()
    TARGETS[name].try_on(content)
    return time.process_time() - began, peak() - before


def peak() -> int:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    worst: dict[str, list[float]] = {}
    failed = False
    for path in sorted(CORPUS.iterdir()):
        if path.name == "command":  # the system itself limits the words of a command
            continue
        worst[path.name] = [0, 0]
        for shape in SHAPES:
            command = [sys.executable, "-m", "tools.fuzz.large", path.name, shape]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if run.returncode:
                failed = True
                print(f"{path.name:<16}{shape:<18}{run.stderr.strip().splitlines()[-1][:200]}")
                continue
            seconds, megabytes = json.loads(run.stdout)
            failed |= seconds > SECONDS or megabytes > MEGABYTES
            print(f"{path.name:<16}{shape:<18}{seconds:>8.1f} s{megabytes:>8} MB", flush=True)
            worst[path.name] = [*map(max, worst[path.name], (seconds, megabytes))]
    if not failed:
        kept = json.loads(LAST_RUN.read_text("utf-8")) | {"large": worst, "shapes": len(SHAPES)}
        LAST_RUN.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        show_figures(ROOT / "README.md", "fuzz", table(kept))
    return int(failed)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(*sys.argv[1:])))
    else:
        sys.exit(main())
