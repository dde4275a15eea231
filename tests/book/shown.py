"""What the notebooks show: as executed, or their code run in this process and items collected."""

import ast
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import nbformat

from tisstats.book import notebook
from tisstats.book.downloads.names import METADATA, unique_name
from tisstats.book.downloads.results import FiledTable, PageResults, glued_numbers
from tisstats.book.downloads.tables import TABLE, read_table
from tisstats.book.notebook import GLUE_PREFIX
from tisstats.book.pages.items import item_html
from tisstats.chapters.page import FigureItem, Markdown, Result, Table, WholeResult
from tisstats.chapters.result_facts import gaps, number_value, table_records


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
        filed = _filed(_html(item) for item in self.tables)
        return PageResults(filed, [], list(glued_numbers(outputs)))


@dataclass
class Executed:
    """An executed notebook: what a build keeps of a run."""

    text: str

    def outputs(self):
        cells = nbformat.reads(self.text, as_version=4).cells
        return [output for cell in cells for output in cell.get("outputs", [])]

    def glued_outputs(self):
        """Outputs of glued values by name, as myst-nb stores them."""
        return {
            output.metadata["scrapbook"]["name"]: {
                "data": {
                    key.removeprefix(GLUE_PREFIX): value for key, value in output.data.items()
                },
                "metadata": output.metadata,
            }
            for output in self.outputs()
            if "scrapbook" in output.get("metadata", {})
        }

    @property
    def glued(self):
        return {
            name: ast.literal_eval(output["data"]["text/plain"])
            for name, output in self.glued_outputs().items()
        }

    def results(self):
        """What the page adds to the results, as in the book."""
        html = (output.get("data", {}).get("text/html", "") for output in self.outputs())
        filed = _filed(found[0] for each in html for found in TABLE.finditer(each))
        return PageResults(filed, [], list(glued_numbers(self.glued_outputs())))


def _filed(tables):
    """Return tables as a page names them."""
    filed: list[FiledTable] = []
    for html in tables:
        found = read_table(html)
        name = unique_name(found.name, [each.table.name for each in filed])
        filed.append(FiledTable(replace(found, name=name), ()))
    return filed


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


def check_results(shown):
    """Every table says what it has, every number has its facts, and stands in its table."""
    results = shown.results()
    tables = {filed.table.name: filed.table for filed in results.tables}
    unknown = [name for name, table in tables.items() if not table.known()]
    assert unknown == [], unknown
    found = list(results.records())
    lacking = [(each, lacks) for each in found if (lacks := gaps(each))]
    assert lacking == [], lacking
    assert told_apart(found) == []
    for each in found:
        assert each["value"] == number_value(each["text"])
        if each["column"]:
            table = tables[each["item"]]
            place = table.columns.index(each["column"])
            assert any(stands_in(each["text"], row[place]) for row in table.rows)
        else:
            assert stands_in(each["text"], " ".join(str(shown.glued[each["item"]]).split()))


def results_of(shown):
    """Return the records of a table of a chapter, by row and column."""
    columns = tuple(shown.frame.columns)
    rows = tuple(tuple(map(str, row)) for row in shown.frame.itertuples(index=False))
    return list(table_records(shown.facts, shown.origin, columns, rows))


def told_apart(records):
    """Return what several numbers of a page are called: nobody can say which of them is which.

    The number of patients does not tell them apart: it is another result.
    """
    names = ("page", "item", "column", "name", "group", "statistic", "method", "unit")
    called = Counter(tuple(each.get(name, "") for name in names) for each in records)
    return [each for each, times in called.items() if times > 1]


def stands_in(number, text):
    """Return whether a number stands in a text as a whole, not as a part of another."""
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d|[.,]\d)", text) is not None
