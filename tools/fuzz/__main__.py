"""Give readers of files and the command line what no sane person would, guided by coverage.

``make fuzz`` gives each of `tools.fuzz.targets.TARGETS` a minute of libFuzzer, through atheris. It
begins with the files in tests/fuzz/corpus, which the tests read, too; an input that a reader does
not take or refuse, or that takes too long or too much memory, is kept there, to be mended.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.shown import show_figures

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
LAST_RUN = Path(__file__).with_name("last_run.json")
#: Seconds and megabytes that one input may take; `tools.fuzz.large` gives files of 100 MB.
SECONDS, MEGABYTES = 60, 2_048
#: Bytes of the longest input: faults of readers hide in what is odd, not in what is long.
LONGEST = 16_384


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="some of them (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--large", action="store_true", help="one run with files of 100 MB")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        return _fuzz(options.targets[0])
    if options.large:
        from tools.fuzz import large

        return large.main()
    from tools.fuzz.targets import TARGETS

    if unknown := set(options.targets) - TARGETS.keys():
        parser.error(f"no such target: {', '.join(sorted(unknown))}; {', '.join(TARGETS)}")
    tried, failed = {}, []
    for name in options.targets or TARGETS:
        tried[name], fault = _run(name, options.seconds)
        print(f"{name:<16}{tried[name]:>10,} inputs  {fault or 'no fault'}", flush=True)
        failed += [name] if fault else []
    if not options.targets and not failed:
        day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        kept = json.loads(LAST_RUN.read_text("utf-8"))
        run = kept | {"date": day, "seconds": options.seconds, "inputs": tried}
        LAST_RUN.write_text(json.dumps(run, indent=1) + "\n", "utf-8")
        show_figures(ROOT / "README.md", "fuzz", table(run))
    return int(bool(failed))


def table(run: dict[str, Any]) -> str:
    """Return the figures of a run as a table in Markdown."""
    large = run["large"]
    rows = []
    for name, number in run["inputs"].items():
        most = f"{large[name][0]:.1f} | {large[name][1]}" if name in large else "|"
        rows.append(f"| {name} | {number} | {most} |")
    total = sum(run["inputs"].values())
    kept = sum(path.is_file() for path in CORPUS.rglob("*"))
    told = (
        f"{run['seconds']} seconds for each, on {run['date']}: no fault was found. "
        f"{kept} files are kept. Seconds of computing and megabytes of memory, besides the file "
        f"itself, are the most that one of {run['shapes']} files of 100 MB took."
    )
    head = ["| reader | inputs | 100 MB: seconds | megabytes |", "|---|--:|--:|--:|"]
    return "\n".join([*head, *rows, f"| all | {total} | | |", "", told])


def _run(name: str, seconds: int) -> tuple[int, str]:
    """Fuzz a target in a process of its own; return the number of inputs and the fault, if any."""
    with tempfile.TemporaryDirectory() as folder:
        found, faults = Path(folder, "found"), Path(folder, "faults")
        found.mkdir()
        faults.mkdir()
        command = [sys.executable, "-m", "tools.fuzz", "--inside", name]
        limits = [f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}",
                  f"-max_len={LONGEST}", "-seed=1", f"-artifact_prefix={faults}/"]  # fmt: skip
        run = subprocess.run(
            [*command, "--", *limits, str(found), str(CORPUS / name)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        for fault in faults.iterdir():
            shutil.copy(fault, CORPUS / name / fault.name)
    counts = re.findall(r"^#(\d+)\t", run.stderr, re.MULTILINE)
    fault = re.search(r"^ === .*\n+(?:.*\n)*?(\w+(?:Error|Exception).*)$", run.stderr, re.MULTILINE)
    if run.returncode:
        last = run.stderr.strip().splitlines()[-1]
        return int((counts or ["0"])[-1]), (fault[1] if fault else last)[:200]
    return int((counts or ["0"])[-1]), ""


def _fuzz(name: str) -> int:
    """Run libFuzzer on a target until its time is over or a fault is found."""
    import atheris

    with atheris.instrument_imports(include=["tisstats"]):
        from tools.fuzz.targets import TARGETS
    target = TARGETS[name]
    options = sys.argv[sys.argv.index("--") + 1 :]

    def try_on(content: bytes) -> None:
        target.try_on(content)

    atheris.Setup([sys.argv[0], *options], try_on)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1 : sys.argv.index("--") if "--" in sys.argv else None]))
