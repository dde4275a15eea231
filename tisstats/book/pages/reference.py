"""The reference of the package's public names, and the links from chapters to it.

``public-names`` documents the names in its body from their docstrings, each function followed by
the class of its result. Every notebook ends with links to the functions that it uses.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tisstats

#: Packages on the article, whose imports are followed from a chapter.
_ARTICLE_PACKAGES = (
    "tisstats.chapters",
    "tisstats.figures",
    "tisstats.lim2021",
    "tisstats.teaching",
)

#: A notebook's own imports, those of its chapter, and those of the modules the chapter calls.
_STEPS = 2


class PublicNames(SphinxDirective):
    """Functions and classes of `tisstats`, one per line; full names for other modules."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the documentation of each name and of the results of functions."""
        # Functions of a page may share a result class.
        documented: set[str] = self.env.temp_data.setdefault("public-names", set())
        lines = ["```{eval-rst}"]
        for name in filter(None, self.content):
            home, _, short = name.rpartition(".")
            found = getattr(import_module(home or "tisstats"), short)
            for full, directive in _directives(home or "tisstats", found):
                if full not in documented:
                    lines += [f".. {directive}:: {full}", "   :members:" * ("()" in full), ""]
                documented.add(full)
        parent = nodes.Element()
        self.state.nested_parse(StringList([*lines, "```"], self.get_source_info()[0]), 0, parent)
        return list(parent.children)


def _directives(home: str, found: Any) -> Iterator[tuple[str, str]]:
    """Yield the name to document, and that of a function's result, with autodoc's directives."""
    if not isfunction(found):
        is_error = isclass(found) and issubclass(found, Exception)
        yield f"{home}.{found.__name__}()", "autoexception" if is_error else "autoclass"
        return
    yield f"{home}.{found.__name__}", "autofunction"
    result: Any = get_type_hints(found).get("return")
    if getattr(result, "__module__", "").startswith("tisstats."):
        public = result.__name__ in tisstats.__all__
        yield from _directives("tisstats" if public else result.__module__, result)


def functions_used_by(notebook: Path) -> list[str]:
    """Return the public functions that a notebook's chapter and the modules it calls import."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    found: set[str] = set()
    sources = {"\n".join(code)}
    for _ in range(_STEPS + 1):
        imported = frozenset[tuple[str, str]]().union(*map(_imports, sources))
        names = {name for _, name in imported}.intersection(tisstats.__all__)
        found |= {name for name in names if isfunction(getattr(tisstats, name))}
        sources = {source for each in imported for source in _sources(*each)}
    return sorted(found)


@cache
def _imports(source: str) -> frozenset[tuple[str, str]]:
    """Return module and name of everything that a piece of code takes from the package.

    A name counts that is imported itself, and one that is read from an imported module.
    """
    tree = list(ast.walk(ast.parse(source)))
    imported = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in tree
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tisstats")
        for alias in node.names
    }
    read = {
        (".".join(imported[node.value.id]), node.attr)
        for node in tree
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in imported
    }
    return frozenset({*imported.values(), *read})


def _sources(home: str, name: str) -> list[str]:
    """Return the source of the module that an import from one of these packages reads.

    A chapter that is a folder counts as one module.
    """
    root = Path(tisstats.__file__).parents[1]
    folders = [root.joinpath(*each.split(".")) for each in (f"{home}.{name}", home)]
    files = [file for each in folders for file in (each.with_suffix(".py"), each / "__init__.py")]
    found = [file for file in files if file.is_file() and home.startswith(_ARTICLE_PACKAGES)]
    read = found[:1]
    if read and home.startswith("tisstats.chapters.") and read[0].name == "__init__.py":
        read = sorted(read[0].parent.glob("*.py"))
    return [file.read_text(encoding="utf-8") for file in read]


def _keep_colons(
    _app: Sphinx, what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Keep napoleon from taking what stands before a colon in a field's comment for its type."""
    if what in ("attribute", "property") and lines:
        lines[0] = f": {lines[0]}"


def link_functions(app: Sphinx, doctree: nodes.document) -> None:
    """End a notebook's page with links to the functions that it uses."""
    notebook = Path(app.env.doc2path(app.env.docname))
    functions = functions_used_by(notebook) if notebook.suffix == ".ipynb" else []
    if not functions:
        return
    paragraph = nodes.paragraph(classes=["functions-used"])
    paragraph += nodes.strong("", "Functions used on this page: ")
    for position, name in enumerate(functions):
        link = addnodes.pending_xref(
            "",
            nodes.literal("", name, classes=["xref", "py", "py-func"]),
            refdomain="py",
            reftype="func",
            reftarget=f"tisstats.{name}",
            refdoc=app.env.docname,
            refwarn=True,
        )
        paragraph += [nodes.Text(", "), link] if position else [link]
    doctree[-1].append(paragraph)


def look_words_up_exactly(_app: Sphinx, doctree: nodes.document) -> None:
    """Keep words of a type, as the n of "shape (n,)", from leading to any attribute of that name.

    Newer series of Sphinx take them for names of types and search all classes for them.
    """
    for link in doctree.findall(addnodes.pending_xref):
        target = link.get("reftarget", "")
        if link.get("reftype") == "class" and target.islower() and "." not in target:
            link.attributes.pop("refspecific", None)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-docstring", _keep_colons, priority=400)  # before napoleon
    app.connect("doctree-read", link_functions)
    app.connect("doctree-read", look_words_up_exactly)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
