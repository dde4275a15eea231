"""One mutant tried: a child process imports the mutated module and runs tests until one fails."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.util
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

_MEMORY = 6 * 2**30  # a fault in a loop may ask for all there is


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree instead of from its file."""

    def __init__(self, name: str, path: Path, tree: ast.Module):
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        package = self.path.name == "__init__.py"
        spec = importlib.util.spec_from_loader(fullname, self, origin=str(self.path),
                                               is_package=package)  # fmt: skip
        assert spec is not None
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [str(self.path.parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


class _First:
    """Tells the parent the first test that fails."""

    def __init__(self, pipe: int, mutated: _Mutated):
        self.pipe, self.mutated = pipe, mutated

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Go before pytest, which imports a module with doctests from its file."""
        sys.meta_path.remove(self.mutated)
        sys.meta_path.insert(0, self.mutated)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.pipe, report.nodeid.encode() + b"\0")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os.write(self.pipe, (report.nodeid or "import").encode() + b"\0")


def module_name(file: str) -> str:
    """Return the name by which a file of the package is imported."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass
class Attempt:
    """A running child."""

    process: int
    pipe: int
    end: float

    @classmethod
    def start(
        cls, file: str, path: Path, tree: ast.Module, tests: list[str], limit: float
    ) -> Attempt:
        """Fork a child that has the mutated module and runs the tests, in seconds at most."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            os.close(reading)
            os.setsid()
            _run(module_name(file), path, tree, tests, writing)
        os.close(writing)
        return cls(process, reading, time.monotonic() + limit)

    def outcome(self) -> str | None:
        """Return the killing test, ``timeout``, nothing for a survivor, or None while it runs."""
        done, status = os.waitpid(self.process, os.WNOHANG)
        if not done and time.monotonic() < self.end:
            return None
        self.stop(ended=bool(done))
        with os.fdopen(self.pipe, "rb") as pipe:
            test = pipe.read().decode().partition("\0")[0]
        if not done:
            return "timeout"
        return "" if status == 0 else test or "the process ended"

    def stop(self, *, ended: bool = False) -> None:
        """Kill the child and what it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        if not ended:
            os.waitpid(self.process, 0)


def _run(name: str, path: Path, tree: ast.Module, tests: list[str], pipe: int) -> None:
    """Run in the child, which ends here."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for known in [each for each in sys.modules if each.partition(".")[0] == "tisstats"]:
        del sys.modules[known]  # what the parent uses has no fault
    finder = _Mutated(name, path, tree)
    sys.meta_path.insert(0, finder)
    code = 1
    try:
        if not tests:
            code = 0  # no test reaches the line
            return
        # The parent has imported plugins already, which pytest warns of.
        options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no",
                   "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip
        code = int(pytest.main([*options, *tests], plugins=[_First(pipe, finder)]))
    except BaseException as error:  # whatever a fault raises, the mutant is dead
        os.write(pipe, type(error).__name__.encode())
    finally:
        os._exit(code)
