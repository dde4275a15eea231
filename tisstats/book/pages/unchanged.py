"""Spare the pages of which nothing has changed: read the others, and write what shows them.

An extension of Sphinx for builds that begin with the pages of an earlier one, see
`tisstats.book.site.kept_pages`. Sphinx goes by dates, and does not know what pages show of one
another; this goes by contents. A page is read again if its source or a file that it names has
changed. The others are written again as well if anything has changed that they might show: titles,
contents, numbers of figures, targets of links, citations, glued numbers.
"""

from __future__ import annotations

import ast
import hashlib
import json
import pickle
import re
import shutil
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import asdict, dataclass
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import CONFIG_OK, BuildEnvironment
from sphinx.errors import ExtensionError

from tisstats.book.pages.glued import glue_file

#: Beside the folder of the pages: what an earlier build has left, if anything.
_NOTE = "earlier.json"

#: Beside the folder of the pages: these as Sphinx has written them, before a book is made of them.
RAW = "raw"

#: Files in the book that pages write beside themselves, and how they name them.
_OF_PAGES = ("_images/*", "_static/downloads/*", "_static/exercises/*", "_static/*_data.js")
_LINKED = re.compile(r"""(?:_images|_static)/[^"'?#\s<>&]+""")

#: Where Sphinx copies the files that pages let readers download.
_COPIED = "_downloads"

#: Beside the folder of the pages, where myst-nb puts them: outputs of notebooks.
OUTPUTS = "jupyter_execute"
_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif")

#: What only Sphinx itself needs, or the page alone that it belongs to.
_NOT_SHOWN = {
    *("all_docs", "app", "config", "config_status", "config_status_extra", "dependencies"),
    *("dlfiles", "doctreedir", "domaindata", "domains", "events", "external_site_map"),
    *("front_tags", "images", "included", "metadata", "myst_config", "mystnb_config"),
    *("nb_metadata", "nb_new_exec_data", "original_image_uri", "project", "ref_context"),
    *("sd_config", "settings", "srcdir", "temp_data", "titles_old", "version"),
    *("versioning_compare", "versioning_condition"),
}

#: What the sources tell that are the same in both builds, in the data of the domain of citations.
_SAME = {"bibdata"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the pages of an earlier build."""

    changed: list[str]  #: sources that are not the same, relative to the folder of the sources
    shown: str  #: hash of what its pages might show of one another; empty for no earlier build

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the note; None if pages are not built by our own builder."""
        file = folder / _NOTE
        return cls(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None

    def write(self, folder: Path) -> None:
        """Write the note."""
        (folder / _NOTE).write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_changed(
    app: Sphinx, env: BuildEnvironment, _added: Set[str], changed: set[str], _removed: Set[str]
) -> list[str]:
    """Choose the pages to read: of those with a later date, the ones whose contents are others."""
    earlier = Earlier.read(_folder(app))
    if earlier is None or not earlier.shown or env.config_status != CONFIG_OK:
        return []
    sources = {Path(app.srcdir) / name for name in earlier.changed}
    mine = {
        page
        for page in env.all_docs
        if not sources.isdisjoint({Path(env.doc2path(page)), *_files_named(env, page)})
    }
    changed &= mine | env.reread_always
    for page in mine:
        glue_file(env, page).unlink(missing_ok=True)  # if it glues nothing any more
    return sorted(mine)


def _files_named(env: BuildEnvironment, page: str) -> Iterator[Path]:
    for name in env.dependencies.get(page, ()):
        yield (Path(env.srcdir) / name).resolve()


def write_all_if_needed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Choose the pages to write besides those that were read: all, or the front page."""
    earlier = Earlier.read(_folder(app))
    if earlier is None:
        return []
    if earlier.shown and any(Path(file).name != name for file, (_, name) in env.images.items()):
        raise ExtensionError("pictures of one name: their names depend on which was read first")
    shown = digest_of_shown(env)
    Earlier([], shown).write(_folder(app))
    builder: Any = app.builder
    if shown == earlier.shown and not builder.search:
        return [env.config.root_doc]
    # Sphinx's own index is made of all pages, and would begin with the words of before.
    (Path(app.outdir) / "searchindex.js").unlink(missing_ok=True)
    return sorted(env.found_docs)


def digest_of_shown(env: BuildEnvironment) -> str:
    """Return a hash of all that a page might show of another one."""
    total = hashlib.sha256()
    for part in _shown(env):
        total.update(part.encode("utf-8", "surrogateescape"))
        total.update(b"\0")
    return total.hexdigest()


def _shown(env: BuildEnvironment) -> Iterator[str]:
    for name, value in sorted(vars(env).items()):
        if name not in _NOT_SHOWN and not name.startswith("_"):
            yield from (name, _as_text(value))
    config: Any = env
    for page in sorted(env.found_docs):
        known = env.metadata.get(page, {})
        # The words of a page are counted for this page alone.
        yield from (page, _as_text({key: known[key] for key in known if key != "wordcount"}))
        yield _as_text(config.nb_metadata.get(page, {}))
        file = glue_file(env, page)
        yield file.read_text(encoding="utf-8") if file.is_file() else ""
    for name, data in sorted(env.domaindata.items()):
        for key, value in sorted(data.items()):
            if key in _SAME:
                continue
            # Citations are listed in the order of reading, and shown in another.
            together = name == "cite" and isinstance(value, list)
            yield from (name, key, _as_text(map(_as_text, value) if together else value, together))


def _as_text(value: Any, unordered: bool = False) -> str:
    """Return a value as text: the same text for equal values, in any process."""
    if isinstance(value, Mapping):
        items = sorted(f"{_as_text(key)}: {_as_text(each)}" for key, each in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, Set) or unordered:
        return f"{{{', '.join(sorted(map(_as_text, value)))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_as_text, value))}]"
    if isinstance(value, nodes.Node):
        return str(value.pformat())
    if isinstance(value, ast.AST):
        return ast.dump(value)
    if value is None or isinstance(value, (str, int, float, bytes, Path)):
        return repr(value)
    return repr(pickle.dumps(value))


def remove_left_over(app: Sphinx, error: Exception | None) -> None:
    """Remove files that pages wrote beside themselves, and no page has any more."""
    if error is not None or Earlier.read(_folder(app)) is None:
        return
    book = Path(app.outdir)
    pages = (page for page in book.rglob("*.html") if "_static" not in page.relative_to(book).parts)
    texts = (page.read_text(encoding="utf-8") for page in pages)
    linked = {unquote(unescape(name)) for text in texts for name in _LINKED.findall(text)}
    for pattern in _OF_PAGES:
        for file in book.glob(pattern):
            if file.relative_to(book).as_posix() not in linked:
                _remove(file)
    copied = {to for _, to in app.env.dlfiles.values()}
    for file in (book / _COPIED).glob("*/*"):
        if file.relative_to(book / _COPIED).as_posix() not in copied:
            _remove(file)
    drawn = {(Path(app.srcdir) / name).resolve() for name in app.env.images}
    for file in (_folder(app) / OUTPUTS).iterdir():
        if file.suffix in _PICTURES and file.resolve() not in drawn:
            file.unlink()


def _remove(file: Path) -> None:
    file.unlink()
    with suppress(OSError):  # not empty
        for folder in file.parents:
            folder.rmdir()


def keep_as_written(app: Sphinx, error: Exception | None) -> None:
    """Copy the pages as Sphinx has written them, before they are made a book of."""
    if error is None and Earlier.read(_folder(app)) is not None:
        shutil.copytree(app.outdir, _folder(app) / RAW, copy_function=shutil.copyfile)


def _folder(app: Sphinx) -> Path:
    """Return the folder that has the pages in it, and what Sphinx keeps of them."""
    return Path(app.outdir).parent


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-get-outdated", read_changed)
    app.connect("env-get-updated", write_all_if_needed, priority=950)  # all is numbered
    # Before all others. Those of the class, between the two, are kept: same facts, same files.
    app.connect("build-finished", remove_left_over, priority=-20)
    app.connect("build-finished", keep_as_written, priority=0)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
