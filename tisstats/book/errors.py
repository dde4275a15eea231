"""What can go wrong between a command and a built book, each kind told in its own way."""

from __future__ import annotations


class UsageError(ValueError):
    """The command was given something that it cannot take; the message says what it takes."""


class BookError(Exception):
    """The book cannot be built; the message says where and why, one fault a line."""
