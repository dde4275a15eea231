"""Errors of usage that several commands report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tisstats.book.run.project import UsageError
from tisstats.errors import DataError


@contextmanager
def wrong_values() -> Iterator[None]:
    """Report a ValueError of the package as a usage error; leave others unchanged."""
    try:
        yield
    except (DataError, UnicodeEncodeError):
        raise
    except ValueError as error:
        raise UsageError(str(error)) from None


def as_options(names: Sequence[str]) -> str:
    """Return options of these names, as they are written on the command line."""
    return ", ".join(f"--{name.replace('_', '-')}" for name in names)
