"""The pages of a book in the order in which they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tisstats.book.run.project import TOC, Project


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the table of contents."""

    page: str  #: path from the root of the book, without suffix
    part: str  #: caption of its part; empty outside any part
    depth: int  #: 0 for a chapter, 1 for a page below a chapter, and so on


def entries(project: Project) -> list[Entry]:
    """Return the table of contents of a project, in reading order; the first page comes first."""
    import yaml  # type: ignore[import-untyped]

    toc = yaml.safe_load((project.root / TOC).read_text(encoding="utf-8"))
    return [Entry(_page(toc["root"]), "", 0), *_read(toc, "", 0)]


def _read(node: Mapping[str, Any], part: str, depth: int) -> Iterator[Entry]:
    for inner in node.get("parts") or ():
        yield from _read(inner, inner.get("caption") or "", depth)
    for inner in [*(node.get("chapters") or ()), *(node.get("sections") or ())]:
        if "file" in inner:
            yield Entry(_page(inner["file"]), part, depth)
            yield from _read(inner, part, depth + 1)


def _page(name: str) -> str:
    return name.removesuffix(".md").removesuffix(".ipynb")
