"""Citations in the text: authors as "et al.", and the year as in the list of references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pybtex.richtext import Text  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing.basic_author_year import (
    BasicAuthorYearParentheticalReferenceStyle,
)
from sphinxcontrib.bibtex.style.template import join, join2, node, post_text, pre_text, reference

#: Name of the style in the configuration of Sphinx.
NAME = "tisstats"


@node  # type: ignore[untyped-decorator]
def cited_names(_children: Any, data: dict[str, Any], full: bool) -> Any:
    """Return the authors of an entry; all but the first are "et al." if there are three or more.

    An entry that names one author "and others" has so many, too.
    """
    person, persons = data["style"].person, data["entry"].persons["author"]
    if len(persons) == 2 and str(persons[1]) == "others":
        first = person.style_plugin.format(persons[0], person.abbreviate)
        return Text(first.format_data(data), person.other)
    return person.names("author", full=full).format_data(data)


@node  # type: ignore[untyped-decorator]
def cited_year(_children: Any, data: dict[str, Any]) -> Any:
    """Return the year of an entry with the letter that its label has and the entry has not."""
    label: str = data["formatted_entry"].label
    return Text(label[label.rindex(data["entry"].fields["year"]) :])


@dataclass
class Citations(BasicAuthorYearParentheticalReferenceStyle):
    """Citations by authors and year in brackets, such as [Rider et al., 2017a]."""

    def inner(self, role_name: str) -> Any:
        """Return the template of one citation."""
        names, year = cited_names(full="s" in role_name), cited_year()
        return join2(sep1=self.pre_text_sep, sep2=self.post_text_sep)[
            pre_text, reference[join(sep=self.author_year_sep)[names, year]], post_text
        ]


def use_style(_app: Sphinx, config: Any) -> None:
    """Set the style of the citations."""
    config.bibtex_reference_style = NAME


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    register_plugin("sphinxcontrib.bibtex.style.referencing", NAME, Citations)
    app.connect("config-inited", use_style)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
