"""What tests of several folders share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def built_book() -> Path:
    """The real book, built if anything has changed since it was last."""
    command = [sys.executable, "-m", "tisstats.cli", "book", "--source", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode != 0:
        pytest.fail(f"the book cannot be built:\n{done.stdout}{done.stderr}", pytrace=False)
    return ROOT / "_build" / "html"
