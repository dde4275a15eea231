"""Put small faults into the package, one at a time, and see whether a test notices each.

``make mutants`` tries the files that differ from ``main``; with ``--all`` every file of the parts
that compute, with ``--sample`` so many faults of them, drawn at random. A run that is interrupted
goes on where it was. It ends with 1 if a mutant survives that is not listed as equivalent. With
``--publish`` its figures go to ``last_run.json``, and from there to the table of the README.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tisstats.book.build import cores
from tools.mutants.attempt import Attempt
from tools.mutants.operators import Mutant, mutants, mutated
from tools.mutants.reach import Reach, changed, record
from tools.mutants.results import Results, key_of
from tools.mutants.summary import Part, Run, print_table, publish

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "mutants"
#: The parts that compute, and those by which tables are read and checked.
PARTS = ("statistics", "measures", "printed.py", "sentences.py", "forensics", "ledger", "lim2021",
         "trial", "tables", "datapackage")  # fmt: skip
#: Tests of pages, books and browsers take minutes and reach little that others do not.
TESTS = ("tests/agreement", "tests/bounds", "tests/forensics", "tests/ledger", "tests/lim2021",
         "tests/measures", "tests/statistics", "tests/synthetic", "tests/tables", "tests/teaching",
         "tests/trial", "tests/test_printed.py", "tests/test_datapackage.py",
         "tests/test_doubtful_rows.py", "tests/test_cli.py", "tests/test_cli_files.py",
         "tests/test_dataclasses.py", "tests/test_public_names.py", "tisstats")  # fmt: skip
#: Tests that look at every module: they reach what a module executes when it is imported.
EVERYWHERE = ("tests/test_dataclasses.py", "tests/test_public_names.py")
#: Seconds of tests, by their durations under coverage, that a mutant has to survive.
MOST_SECONDS = 200.0
#: What every process of tests imports anyway: once here, not in each child.
LIBRARIES = ("numpy", "pandas", "scipy.stats", "scipy.optimize", "statsmodels.api", "hypothesis",
             "frictionless", "_pytest.doctest")  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A mutant to be tried."""

    file: str
    key: str
    mutant: Mutant

    @property
    def name(self) -> tuple[str, str]:
        """What the list of equivalent mutants calls it."""
        return self.file, self.mutant.description.partition(", ")[2]


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    tasks = [task for file in _files(options) for task in _tasks(file)]
    if options.sample is not None and options.sample < len(tasks):
        tasks = random.Random(options.seed).sample(tasks, options.sample)
    if not tasks:
        print("No file of these parts differs from main: --all tries them all.")
        return 0
    results = Results(FOLDER / "results.jsonl", ROOT)
    try:
        _try(tasks, results, options.jobs)
        _check_killers(tasks, results)
    except KeyboardInterrupt:
        print("\nStopped. The next run goes on from here.")
        return 130
    parts = _judge(tasks, results)
    print_table(parts)
    if options.publish:
        publish(ROOT, Run.of(parts, options.seed, ROOT))
    return int(any(part.survived for part in parts))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help="files of the package, instead of what differs")
    parser.add_argument("--all", action="store_true", help="every file of these parts")
    parser.add_argument("--sample", type=int, metavar="N", help="so many mutants, at random")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("--jobs", type=int, default=cores(), help="at a time (default: all cores)")
    parser.add_argument("--again", action="store_true", help="record anew which tests reach what")
    parser.add_argument("--publish", action="store_true", help="put the figures into the README")
    options = parser.parse_args(arguments)
    if options.publish and options.sample is None and not options.all:
        parser.error("--publish needs --sample or --all")
    if options.again:
        shutil.rmtree(FOLDER / "reach", ignore_errors=True)
    return options


def _files(options: argparse.Namespace) -> list[str]:
    """Return the files to be mutated, relative to the checkout."""
    everything = [
        str(path.relative_to(ROOT))
        for part in PARTS
        for path in sorted((ROOT / "tisstats").glob(part if "." in part else f"{part}/**/*.py"))
    ]
    if options.files:
        wanted = {os.path.relpath(Path(file).resolve(), ROOT) for file in options.files}
        if unknown := wanted - set(everything):
            sys.exit(f"not a file of {', '.join(PARTS)}: {', '.join(sorted(unknown))}")
    elif options.all or options.sample is not None:
        return everything
    else:
        git = ["git", "diff", "--name-only", "main"]
        wanted = set(subprocess.check_output(git, cwd=ROOT, text=True).split())
    return [file for file in everything if file in wanted]


def _tasks(file: str) -> Iterator[Task]:
    source = (ROOT / file).read_text(encoding="utf-8")
    for number, mutant in enumerate(mutants(source)):
        yield Task(file, key_of(file, source, number), mutant)


def _reach() -> Reach:
    """Return which tests reach which lines; files of tests that have changed run again for it."""
    folder = FOLDER / "reach"
    if files := changed(folder, ROOT, TESTS):
        print(f"Recording what the tests of {len(files)} files reach: all take many minutes, once.",
              flush=True)  # fmt: skip
        record(folder, ROOT, files)
    return Reach.read(folder, ROOT, EVERYWHERE)


def _try(tasks: list[Task], results: Results, jobs: int) -> None:
    """Try every mutant of which nothing is known, and keep what became of it."""
    left = [task for task in tasks if results[task.key] is None]
    print(f"{len(tasks)} mutants, {len(tasks) - len(left)} of them known from earlier runs.")
    if not left:
        return
    reach = _reach()
    for name in LIBRARIES:
        __import__(name)
    _check_children(left[0], reach)
    begin = time.monotonic()
    for done, (task, killer) in enumerate(_outcomes(left, reach, jobs), start=1):
        results.add(task.key, killer)
        if not killer:
            print(f"survived: {task.file}: {task.mutant.description}")
        minutes = (time.monotonic() - begin) / done * (len(left) - done) / 60
        print(f"{done} of {len(left)}, about {minutes:.0f} min left ", end="\r", flush=True)


def _outcomes(tasks: list[Task], reach: Reach, jobs: int) -> Iterator[tuple[Task, str]]:
    """Yield each mutant with what killed it, so many of them running at a time."""
    running: dict[Task, Attempt] = {}
    waiting = iter(tasks)
    try:
        while True:
            for task in islice(waiting, jobs - len(running)):
                running[task] = _start(task, reach)
            if not running:
                return
            time.sleep(0.02)
            ended = {task: attempt.outcome() for task, attempt in running.items()}
            for task, killer in ended.items():
                if killer is not None:
                    del running[task]
                    yield task, killer
    finally:
        for attempt in running.values():
            attempt.stop()


def _start(task: Task, reach: Reach) -> Attempt:
    path = ROOT / task.file
    at_import = task.mutant.at_import
    tests = reach.tests(task.file, task.mutant.line, MOST_SECONDS, at_import=at_import)
    # On a busy machine tests take many times as long: a timeout would count as killed.
    limit = 60 + 10 * sum(reach.seconds[test] for test in tests)
    tree = mutated(path.read_text(encoding="utf-8"), task.mutant)
    return Attempt.start(task.file, path, tree, tests, limit)


def _wait_without_fault(file: str, tests: list[str]) -> str:
    """Run tests in a child as a mutant's, but without a fault, and return what fails."""
    path = ROOT / file
    attempt = Attempt.start(file, path, ast.parse(path.read_text(encoding="utf-8")), tests, 3600)
    while (failed := attempt.outcome()) is None:
        time.sleep(0.1)
    return failed


def _check_children(task: Task, reach: Reach) -> None:
    """Refuse to begin where a child fails whatever it runs."""
    quick = min(reach.seconds, key=lambda test: reach.seconds[test])
    if failed := _wait_without_fault(task.file, [quick]):
        sys.exit(f"A child without a fault fails, too: {failed}, with {quick}.")


def _check_killers(tasks: Sequence[Task], results: Results) -> None:
    """Refuse kills by tests that fail in a child without any fault, too.

    Raises
    ------
    SystemExit
        If there are such tests; what they have killed is forgotten.
    """
    killers = {task: result.killer for task in tasks if (result := results[task.key])}
    tests = sorted({killer for killer in killers.values() if "::" in killer})
    if all(results[f"control {test}"] for test in tests):
        return
    print(f"\nRunning the {len(tests)} tests that killed, without a fault.", flush=True)
    failed = _wait_without_fault(tasks[0].file, tests)
    if failed:
        for task, killer in killers.items():
            if killer == failed:
                results.forget(task.key)
        sys.exit(f"{failed} fails without a fault. What it has killed is tried again: start anew.")
    for test in tests:
        results.add(f"control {test}", test)


def _judge(tasks: list[Task], results: Results) -> list[Part]:
    """Return what became of the mutants, by part, and print those that survived."""
    equivalent = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text("utf-8"))
    reasons = {(each["file"], each["mutant"]) for each in equivalent.get("mutant", [])}
    parts: dict[str, Counter[str]] = {}
    for task in tasks:
        result = results[task.key]
        counts = parts.setdefault(task.file.split("/")[1].removesuffix(".py"), Counter())
        if result is not None and result.killer:
            counts["killed"] += 1
        elif task.name in reasons:
            counts["equivalent"] += 1
        else:
            counts["survived"] += 1
            print(f"{task.file}: {task.mutant.description}")
    return [
        Part(name, counts["killed"], counts["equivalent"], counts["survived"])
        for name, counts in sorted(parts.items())
    ]


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
