"""The reference of the package's public names, and the links from chapters to it.

``public-names`` documents the names in its body from their docstrings, each function followed by
the class of its result. Every notebook ends with links to the functions that stand behind it.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tisstats

#: Rooms of the package that speak of the article: what they import stands behind a chapter.
_ROOMS = ("tisstats.chapters", "tisstats.figures", "tisstats.lim2021", "tisstats.teaching")

#: A notebook's own imports, those of its chapter, and those of the modules the chapter calls.
_STEPS = 2


class PublicNames(SphinxDirective):
    """Functions and classes of `tisstats`, one a line; other modules' with their full names."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the documentation of each name and of the results of functions."""
        names = [name if "." in name else f"tisstats.{name}" for name in self.content if name]
        targets: dict[str, None] = {}
        for name in names:
            targets[name] = None
            home, _, short = name.rpartition(".")
            found = getattr(import_module(home), short)
            result = get_type_hints(found).get("return") if isfunction(found) else None
            if getattr(result, "__module__", "").startswith("tisstats."):
                public = result.__name__ in tisstats.__all__
                targets[f"{'tisstats' if public else result.__module__}.{result.__name__}"] = None
        lines = ["```{eval-rst}", *map(_autodoc, targets), "```"]
        parent = nodes.section()
        text = "\n".join(lines).splitlines()
        self.state.nested_parse(StringList(text, self.get_source_info()[0]), 0, parent)
        return parent.children


def _autodoc(name: str) -> str:
    """Return the directive that documents a name."""
    home, _, short = name.rpartition(".")
    if isfunction(getattr(import_module(home), short)):
        return f".. autofunction:: {name}\n"
    return f".. autoclass:: {name}()\n   :members:\n"


def functions_behind(notebook: Path) -> list[str]:
    """Return the public functions that a notebook's chapter and the modules it calls import."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    found: set[str] = set()
    sources = ["\n".join(code)]
    for step in range(_STEPS + 1):
        imported = {each for source in sources for each in _imports(source)}
        found |= {name for _, name in imported} & set(tisstats.__all__)
        modules = {_module(home, name) for home, name in imported} if step < _STEPS else set()
        sources = [
            Path(spec.origin).read_text(encoding="utf-8")
            for module in modules
            if module.startswith(_ROOMS) and (spec := find_spec(module)) and spec.origin
        ]
    return sorted(found)


def _imports(source: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of what a piece of code imports from the package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tisstats"):
            yield from ((str(node.module), alias.name) for alias in node.names)


def _module(home: str, name: str) -> str:
    """Return the module that an import reads: the name itself, or where the name is from."""
    package = find_spec(home)
    inside = package and package.submodule_search_locations and find_spec(f"{home}.{name}")
    return f"{home}.{name}" if inside else home


def link_functions(app: Sphinx, doctree: nodes.document) -> None:
    """End a notebook's page with links to the functions behind it."""
    notebook = Path(app.env.doc2path(app.env.docname))
    functions = functions_behind(notebook) if notebook.suffix == ".ipynb" else []
    if not functions:
        return
    paragraph = nodes.paragraph(classes=["functions-behind"])
    paragraph += nodes.strong("", "Functions behind this page: ")
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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("public-names", PublicNames)
    app.connect("doctree-read", link_functions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
