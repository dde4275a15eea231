"""The figures of a run: printed, kept in ``last_run.json``, and shown in the README."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tisstats.statistics import proportion_interval
from tools.shown import show_figures

FILE = Path(__file__).with_name("last_run.json")


@dataclass(frozen=True)
class Part:
    """What became of the mutants of one part of the package."""

    name: str
    killed: int
    equivalent: int
    survived: int

    @property
    def mutants(self) -> int:
        return self.killed + self.equivalent + self.survived

    @property
    def share(self) -> float:
        """Per cent of the mutants that are not equivalent which were killed."""
        tried = self.killed + self.survived
        return 100 * self.killed / tried if tried else 100.0

    @classmethod
    def total(cls, parts: Sequence[Part]) -> Part:
        counts = ("killed", "equivalent", "survived")
        return cls("all", *(sum(getattr(part, name) for part in parts) for name in counts))


@dataclass(frozen=True)
class Run:
    """One run: when, of what, and what became of its mutants."""

    date: str
    commit: str
    seed: int
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, parts: Sequence[Part], seed: int, root: Path) -> Run:
        git = ["git", "rev-parse", "--short=10", "HEAD"]
        commit = subprocess.check_output(git, cwd=root, text=True).strip()
        return cls(datetime.now(UTC).date().isoformat(), commit, seed, tuple(parts))

    @classmethod
    def read(cls) -> Run:
        found = json.loads(FILE.read_text(encoding="utf-8"))
        return cls(**(found | {"parts": tuple(Part(**part) for part in found["parts"])}))


def print_table(parts: Sequence[Part]) -> None:
    head = f"{'mutants':>9}{'killed':>9}{'equivalent':>12}{'survived':>10}{'killed':>9}"
    print(f"\n{'part':<14}{head}")
    for part in (*parts, Part.total(parts)):
        counts = f"{part.mutants:>9}{part.killed:>9}{part.equivalent:>12}{part.survived:>10}"
        print(f"{part.name:<14}{counts}{part.share:>8.1f}%")


def publish(root: Path, run: Run) -> None:
    """Keep the figures of a run, and put them into the README."""
    FILE.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
    show_figures(root / "README.md", "mutants", table(run))


def table(run: Run) -> str:
    """Return the figures of a run as a table in Markdown."""
    head = "| part | mutants | killed | equivalent | survived | killed of those not equivalent |"
    rows = [
        f"| {part.name} | {part.mutants} | {part.killed} | {part.equivalent} | {part.survived} "
        f"| {part.share:.1f}% |"
        for part in (*run.parts, Part.total(run.parts))
    ]
    drawn = f"Drawn at random with seed {run.seed} on {run.date}, at commit {run.commit}."
    total = Part.total(run.parts)
    found = proportion_interval(total.killed, total.killed + total.survived)
    judged = (
        f"Of those not equivalent in our judgement, {total.killed} of "
        f"{total.killed + total.survived} were killed (95% Clopper-Pearson interval "
        f"{100 * found.low:.1f} to {100 * found.high:.1f}%); the parts are too small to compare."
    )
    return "\n".join([head, "|---|--:|--:|--:|--:|--:|", *rows, "", drawn, judged])
