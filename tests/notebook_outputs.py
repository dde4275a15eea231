"""A plugin of pytest: what a notebook shows when nbval runs it is what the book shows of it.

nbval runs each notebook in an ordinary kernel, as JupyterLab does, and the book was made in kernels
that are forked from one process. A cell has to show the same in both, byte by byte, figures and the
files made from them included. What it displays besides, outside the book, is the prose that follows
it, with its numbers. A run of notebooks alone, as of ``pytest notebooks``, compares nothing.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Collection, Generator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell

from tisstats.book.downloads.names import FOLDER, METADATA
from tisstats.book.run.kernels import ENVIRONMENT
from tisstats.book.run.streams import merge_streams

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

#: As in the book: sums must not depend on the number of cores.
ONE_THREAD = {name: value for name, value in ENVIRONMENT.items() if name.endswith("_NUM_THREADS")}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Before the first cell of a notebook, its kernel starts."""
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(item, IPyNbCell):
            for name, value in ONE_THREAD.items():
                patch.setenv(name, value)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Compare what a cell has shown with the book."""
    result = yield
    if isinstance(item, IPyNbCell) and item.path.parent == NOTEBOOKS:
        book = built_book()
        cell = code_cells(book / "_sources" / "notebooks" / item.path.name)[item.cell_num]
        if cell.source != item.cell.source:
            item.raise_cell_error("The book shows another cell in this place.")
        if found := differences(item.test_outputs, cell.outputs, digests_of_figures(book)):
            item.raise_cell_error("\n".join(found))
    return result


def built_book() -> Path:
    """Return the folder of the book, which is built if it has to be."""
    from tests.conftest import build_book  # which names this plugin

    return build_book("html")


@cache
def code_cells(notebook: Path) -> list[Any]:
    """Return the cells of a notebook that are run."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


@cache
def digests_of_figures(book: Path) -> frozenset[bytes]:
    """Return the digests of all figures: the book has them in folders of their own."""
    folders = (book / name for name in (FOLDER, "_images"))
    return frozenset(
        sha256(path.read_bytes()).digest() for folder in folders for path in folder.iterdir()
    )


def files_of_figure(output: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the SVG, PDF and PNG files that come with an output."""
    encoded = output.get("metadata", {}).get(METADATA, {}).get("files", {})
    drawn = output.get("data", {}).get("image/svg+xml")
    files = {suffix: b64decode(content) for suffix, content in encoded.items()}
    return files | ({"svg": drawn.encode()} if drawn else {})


def where_they_part(here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """Show two outputs around the first place where they differ: a table may have many rows."""
    texts = [json.dumps(each, ensure_ascii=False, sort_keys=True) for each in (here, there)]
    pairs = enumerate(zip(*texts, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(map(len, texts)))
    shown, published = (text[max(0, first - 100) : first + 100] for text in texts)
    return f"...{shown}..., and in the book: ...{published}..."


def differences(
    outputs: Sequence[Mapping[str, Any]],
    published: Sequence[Mapping[str, Any]],
    figures: Collection[bytes],
) -> list[str]:
    """Describe how the outputs of a cell differ from those in the book.

    Parameters
    ----------
    outputs
        As the kernel has sent them.
    published
        Those of the executed notebook in the book, which has no figures.
    figures
        Digests of the files of figures that the book has.
    """
    from tisstats.book.downloads.pages import without_figures  # takes Sphinx with it

    merged = merge_streams(json.loads(json.dumps(outputs)))
    found = [
        f"output {number}: the book does not have its figure as {suffix}"
        for number, output in enumerate(merged)
        for suffix, content in files_of_figure(output).items()
        if sha256(content).digest() not in figures
    ]
    (cell,) = json.loads(without_figures(json.dumps({"cells": [{"outputs": merged}]})))["cells"]
    for number, (here, there) in enumerate(zip(cell["outputs"], published, strict=False)):
        if here != there:
            found.append(f"output {number}: {where_they_part(here, there)}")
    if len(published) > len(merged):
        found.append(f"{len(merged)} outputs, and in the book {len(published)}")
    for number, output in enumerate(merged[len(published) :], start=len(published)):
        prose = output.get("data", {}).get("text/markdown", "{glue:text}")
        if len(output.get("data", {})) != 1 or "{glue:text}" in prose:
            found.append(f"output {number} is not in the book, and no prose with numbers: {output}")
    return found
