"""Figures of the last run of a tool, shown in a Markdown file between two marks."""

from __future__ import annotations

from pathlib import Path


def with_figures(text: str, tool: str, figures: str) -> str:
    """Return a text with figures between the marks of a tool.

    Raises
    ------
    ValueError
        If a mark is missing.
    """
    first, last = f"<!-- {tool}: begin, written by `make {tool}` -->", f"<!-- {tool}: end -->"
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"there is no {last if begin else first}")
    return f"{before}{first}\n{figures}\n{last}{after}"


def show_figures(path: Path, tool: str, figures: str) -> None:
    """Put figures between the marks of a tool in a file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(with_figures(text, tool, figures), encoding="utf-8")
