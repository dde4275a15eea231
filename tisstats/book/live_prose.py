"""Show the prose of a notebook with its numbers where no book is built.

The numbers of the prose are glued: Sphinx inserts them while it builds the book. JupyterLab and
papermill leave ``{glue:text}`` as it is: no renderer there knows the role (``jupyterlab-myst`` has
``{eval}`` instead; see its issue 165). After each cell its kernel therefore displays the text that
follows the cell in the notebook, with the numbers in place. In the book nothing is displayed, since
its builders set `IN_BOOK`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import publish_display_data

from tisstats.book.run.kernels import IN_BOOK
from tisstats.ledger.claim_text import claim_text
from tisstats.ledger.published import PublishedFacts, data_directory

_GLUED = re.compile(r"\{glue:text\}`([^`]+)`")
_ROLE = re.compile(r"\{(term|cite|numref|claim)\}`([^`]+)`")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
#: Boxes of the book: a title stays, other lines of their markup go.
_BOX_TITLE = re.compile(r"^:{3,}\{(?:grid-item-card|admonition)\} (.+)$", re.MULTILINE)
_BOX_MARKUP = re.compile(r"^(?::{3,}|:[a-z-]+:).*\n?", re.MULTILINE)
_SENTENCE_ENDS = re.compile(r"(^|[.:?!]\s+|\n)$")


#: Read only where prose names a claim.
_published = cache(PublishedFacts.read)


@dataclass
class LiveProse:
    """The prose of the notebook that a kernel runs, with the numbers glued so far."""

    folders: tuple[Path, ...]  #: where the notebook may be
    values: dict[str, str] = field(default_factory=dict)  #: glued values by name
    _new: set[str] = field(default_factory=set)  #: names glued since the last known cell
    _glued_in: dict[str, int] = field(default_factory=dict)  #: name to cell that glued it last
    _notebook: Path | None = None  #: known once one of its cells has run

    def glue(self, values: Mapping[str, str]) -> None:
        """Take note of the values that the running cell glues, by name."""
        self.values.update(values)
        self._new.update(values)

    def after_cell(self, source: str, cell_id: str | None = None) -> list[str]:
        """Return the texts to display below a cell that has run, as Markdown.

        A text belongs to the last code cell before it, or to the cell that glues the last of its
        numbers, whichever is later. So each is displayed once in a run, and again only if its cell
        runs again.

        Parameters
        ----------
        source
            The code of the cell.
        cell_id
            Its identifier, if the front end sends it.
        """
        cells = self._cells(source)
        place = _place(cells, source, cell_id)
        if place is None:
            return []
        self._glued_in |= dict.fromkeys(self._new, place)
        self._new.clear()
        return [
            render_prose(text, self.values)
            for text, before in _texts(cells)
            if (names := set(_GLUED.findall(text))) and names <= self.values.keys()
            if max(before, *(self._glued_in.get(name, before) for name in names)) == place
        ]

    def _cells(self, source: str) -> list[dict[str, Any]]:
        """Return the cells of the notebook; empty if it is not found."""
        if self._notebook is not None:
            return _read_cells(self._notebook)
        for path in (path for folder in self.folders for path in sorted(folder.glob("*.ipynb"))):
            cells = _read_cells(path)
            if _place(cells, source, None) is not None:
                self._notebook = path
                return cells
        return []


def _read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook, each with its source as one text."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [cell | {"source": "".join(cell["source"])} for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # a file next to the notebook is at fault: nothing can be shown from it


def _place(cells: list[dict[str, Any]], source: str, cell_id: str | None) -> int | None:
    """Return the position of a code cell, None if it is not among the cells.

    The parameters alone do not tell a notebook: many begin with the same.
    """
    code = {
        place: cell
        for place, cell in enumerate(cells)
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", ())
    }
    for place, cell in code.items():
        if cell["source"].strip() == source.strip():
            return place
    return next((place for place, cell in code.items() if cell_id and cell["id"] == cell_id), None)


def _texts(cells: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """Yield each text, and the position of the last code cell up to it; captions are texts too."""
    before = 0
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            yield cell["source"], before
            continue
        before = place
        caption = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption")
        if caption:
            yield f"*{caption}*", before


def render_prose(text: str, values: Mapping[str, str]) -> str:
    """Return MyST Markdown as Markdown that any front end displays, with the glued values in place.

    Headings become bold lines, so that they do not appear twice in a table of contents.

    Examples
    --------
    >>> render_prose("## Of {glue:text}`n` {term}`patients <patient>` {cite}`x2021`", {"n": "19"})
    '**Of 19 patients [x2021]**'
    >>> render_prose("{claim}`results.analysed` of {claim}`those <results.included>`", {})
    '19 of those'
    >>> render_prose("{claim}`# <results.msa>` patients", {})
    '10 patients'
    >>> render_prose("{numref}`fig-a` shows it; see {numref}`fig-a`.", {})
    'The figure below shows it; see the figure below.'
    """

    def plain(role: re.Match[str]) -> str:
        name, content = role.groups()
        if name == "term":
            return content.partition(" <")[0]
        if name == "claim":
            words, _, claim = content.rstrip(">").rpartition(" <")
            return claim_text(_published(), claim, words)
        if name == "cite":
            return f"[{', '.join(key.strip() for key in content.split(','))}]"
        starts = _SENTENCE_ENDS.search(text[: role.start()])
        return "The figure below" if starts else "the figure below"

    text = _BOX_MARKUP.sub("", _BOX_TITLE.sub(r"**\1**\n", text))
    text = _ROLE.sub(plain, text)
    text = _GLUED.sub(lambda found: values.get(found[1], found[0]), text)
    return _HEADING.sub(r"**\1**", text)


@cache
def live_prose() -> LiveProse | None:
    """Return the prose of the running notebook; None in the book, or outside IPython.

    From the first call on, it is displayed after each cell.
    """
    shell = get_ipython()
    if shell is None or os.environ.get(IN_BOOK):
        return None
    notebooks = data_directory("published").parents[1] / "notebooks"
    prose = LiveProse((Path.cwd(), notebooks))

    def display(result: Any) -> None:
        if result.success and result.info is not None:
            cell_id = getattr(result.info, "cell_id", None)
            for text in prose.after_cell(result.info.raw_cell, cell_id):
                publish_display_data({"text/markdown": text})

    shell.events.register("post_run_cell", display)
    return prose
