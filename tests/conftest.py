"""What tests of several folders share."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tisstats.ledger.published import PublishedFacts, data_directory

# On a busy machine any example may take long: that tells nothing of what is tested. With CI=true
# Hypothesis draws the same examples by itself.
settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    **({"derandomize": True} if "TISSTATS_SAME_EXAMPLES" in os.environ else {}),
)
settings.load_profile("unhurried")

# A shell makes jobs in the background ignore Ctrl-C, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

#: Trials made at random, which the tests of any trial and of the check of cohorts share; and what
#: compares the notebooks that nbval runs with the book.
pytest_plugins = ["tests.random_trials", "tests.notebook_outputs"]

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the project."""
    return ROOT


def build_book(name: str, *settings: str) -> Path:
    """Build the real book, if anything has changed since it was last, and return its folder."""
    output, fault = _built(name, *settings)
    if fault:
        pytest.fail(f"the book cannot be built:\n{fault}", pytrace=False)
    return output


@cache  # a failure, too: otherwise each cell of each notebook would build once more
def _built(name: str, *settings: str) -> tuple[Path, str]:
    """Return the folder of a book, and what its build said if it has failed."""
    output = ROOT / "_build" / name
    command = [sys.executable, "-m", "tisstats.cli", "book", "--source", str(ROOT)]
    command += ["--output", str(output), *(f"--set={setting}" for setting in settings)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return output, f"{done.stdout}{done.stderr}" if done.returncode else ""


@pytest.fixture(scope="session")
def built_book() -> Path:
    """The real book."""
    return build_book("html")


@pytest.fixture(scope="session")
def other_book() -> Path:
    """The real book with two other choices: a threshold of 20 points, and another cohort.

    It takes long to run: all runs of the tests have it in one folder, which one of them fills.
    """
    return build_book("other", "threshold=20", "cohort=17")


@pytest.fixture(scope="session")
def published() -> PublishedFacts:
    """The published facts."""
    return PublishedFacts.read()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the published facts that a test may spoil."""
    return Path(shutil.copytree(data_directory("published"), tmp_path / "published"))


@pytest.fixture
def edit(copied: Path):
    """Replace text in a file of the copy; the text must be there exactly once."""

    def replace(file: str, old: str, new: str) -> Path:
        path = copied / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return copied

    return replace
