"""What the notebooks show: their code run in this process, tables and glued values collected."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import nbformat

from tisstats.book import notebook
from tisstats.book.downloads.names import METADATA, unique_name
from tisstats.book.downloads.results import FiledTable, PageResults, glued_numbers
from tisstats.book.downloads.tables import read_table
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Markdown, Result, Table, WholeResult


@dataclass
class Shown:
    """What a notebook shows, and its glued values."""

    items: list = field(default_factory=list)
    glued: dict = field(default_factory=dict)

    @property
    def tables(self):
        return [item for item in self.items if isinstance(item, Table)]

    def show(self, *items):
        self.items += items

    def text(self):
        """All that is said in words: of figures their alternative texts."""
        return "\n".join([*map(_words, self.items), *map(str, self.glued.values())])

    def glue(self, **values):
        self.glued |= values

    def results(self):
        """What the page adds to the results, as in the book."""
        outputs = {
            name: {
                "data": {"text/plain": repr(str(value))},
                "metadata": {METADATA: value.facts.known()}
                if isinstance(value, Result | WholeResult)
                else {},
            }
            for name, value in self.glued.items()
        }
        filed: list[FiledTable] = []
        for item in self.tables:
            found = read_table(_html(item))
            name = unique_name(found.name, [each.table.name for each in filed])
            filed.append(FiledTable(replace(found, name=name), ()))
        return PageResults(filed, [], list(glued_numbers(outputs)))


def _words(item):
    match item:
        case FigureItem():
            return item.alt
        case Markdown(text):
            return text
        case _:
            return item_html(item)


def _html(item):
    html = item_html(item)
    return html[html.index("<table") : html.index("</table></div>") + len("</table></div>")]


@contextmanager
def collected(monkeypatch):
    """Collect what notebooks show and glue, in place of displaying it."""
    shown = Shown()
    with monkeypatch.context() as patch:
        patch.setattr(notebook, "show", shown.show)
        patch.setattr(notebook, "glue_values", shown.glue)
        patch.setattr(notebook, "show_html", len)  # its tables come from a template

        yield shown


def run(path, monkeypatch, **parameters):
    """Run a notebook's code with parameters, and return what it shows."""
    with collected(monkeypatch) as shown:
        names = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, str(path), "exec"), names)
                if "parameters" in cell.metadata.get("tags", []):
                    names |= parameters
    return shown
