"""Check that relative links lead somewhere: ``python -m tools.links``.

Links and pictures of the Markdown files at the top, of the pages of the book and of the prose of
the notebooks. Nothing is fetched. A link of a page of the book may leave out the ending of what it
leads to, as Sphinx allows. Anchors in the book are left to its build, to which one that is not
there is an error; in the files at the top they must be headings.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("book/**/*.md", "notebooks/*.ipynb")
ENDINGS = ("", ".md", ".ipynb")


def prose(path: Path) -> str:
    """Read the Markdown of a file or a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def targets(text: str) -> Iterator[str]:
    """Yield where the links and pictures of some Markdown lead."""
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        for part in block.children or []:
            for name in ("href", "src"):
                if name in part.attrs:
                    yield str(part.attrs[name])


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a file, as code hosts make them."""
    tokens = MarkdownIt("commonmark").parse(text)
    titles = [text.content for opening, text in pairwise(tokens) if opening.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def leads_somewhere(target: str, file: Path, endings: tuple[str, ...]) -> bool:
    """Test a relative link of a file; ``endings`` are what it may leave out."""
    parts = urlsplit(target)
    path = file.parent / unquote(parts.path) if parts.path else file
    found = [each for ending in endings if (each := Path(f"{path}{ending}")).exists()]
    if not found:
        return False
    if len(endings) > 1 or not parts.fragment or found[0].suffix != ".md":
        return True
    return parts.fragment in anchors(prose(found[0]))


def faults(root: Path) -> Iterator[str]:
    """Yield a line for each relative link that leads nowhere."""
    kinds = [(("",), root.glob("*.md")), *((ENDINGS, root.glob(pages)) for pages in PAGES)]
    for endings, files in kinds:
        for file in sorted(files):
            for target in targets(prose(file)):
                if urlsplit(target).scheme or leads_somewhere(target, file, endings):
                    continue
                yield f"{file.relative_to(root).as_posix()}: {target} leads nowhere"


def main() -> int:
    """Check all and return 1 if there is a fault."""
    found = list(faults(ROOT))
    for line in found:
        print(line)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
