"""What became of each mutant, kept so that an interrupted run goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """What became of one mutant.

    `killer` is the test that failed, ``timeout``, or empty for a survivor. A kill holds as long as
    module and test are the same, a survival as long as all tests are.
    """

    key: str
    killer: str
    holds: str


class Results:
    """The results so far, in a file that grows by a line for each."""

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self.tests = _digest_of_folder(root / "tests") + _digest_of_folder(root / "tisstats")
        self.known: dict[str, Result] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                result = Result(**json.loads(line))
                self.known[result.key] = result

    def __getitem__(self, key: str) -> Result | None:
        result = self.known.get(key)
        return result if result and result.holds == self._holds(result.killer) else None

    def add(self, key: str, killer: str) -> None:
        self._keep(Result(key, killer, self._holds(killer)))

    def forget(self, key: str) -> None:
        self._keep(Result(key, "", ""))

    def _keep(self, result: Result) -> None:
        self.known[result.key] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def _holds(self, killer: str) -> str:
        path = self.root / killer.partition("::")[0]
        return digest(path) if killer and path.is_file() else self.tests


def key_of(file: str, source: str, number: int) -> str:
    """Return a key of a mutant: the file as it is, and the number of the mutant in it."""
    return f"{file} {sha256(source.encode()).hexdigest()[:16]} {number}"


@cache
def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]


def _digest_of_folder(folder: Path) -> str:
    files = sorted(folder.rglob("*.py"))
    return sha256("".join(map(digest, files)).encode()).hexdigest()[:16]
