"""What can go wrong between a command and a built book, each kind told in its own way."""

from __future__ import annotations

import re

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class UsageError(ValueError):
    """The command was given something that it cannot take; the message says what it takes."""


class BookError(Exception):
    """The book cannot be built; the message says where and why, one fault a line."""


def plain_text(message: str) -> str:
    """Return a message without the colours that it would have in a terminal."""
    return _COLOURS.sub("", message)
