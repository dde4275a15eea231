"""The list of references: labels that say author and year, and titles as they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pybtex.database import Entry, Person  # type: ignore[import-untyped]
from pybtex.plugin import register_plugin  # type: ignore[import-untyped]
from pybtex.style.formatting import unsrt  # type: ignore[import-untyped]
from pybtex.style.labels import BaseLabelStyle  # type: ignore[import-untyped]
from pybtex.style.template import (  # type: ignore[import-untyped]
    FieldIsMissing,
    field,
    join,
    node,
    sentence,
)
from sphinx.application import Sphinx

#: Name of the style in the configuration of Sphinx.
NAME = "tisstats"


class AuthorYearLabels(BaseLabelStyle):  # type: ignore[misc]
    """Labels such as Rider 2017; several of an author and a year have letters."""

    def format_labels(self, sorted_entries: Sequence[Entry]) -> Iterator[str]:
        """Yield a label for each entry, in their order."""
        plain = [_author_and_year(entry) for entry in sorted_entries]
        often, so_far = Counter(plain), Counter[str]()
        for label in plain:
            letter = chr(ord("a") + so_far[label]) if often[label] > 1 else ""
            so_far[label] += 1
            yield label + letter


def _author_and_year(entry: Entry) -> str:
    first = entry.persons["author"][0]
    names = [*first.rich_prelast_names, *first.rich_last_names]
    return " ".join([*map(str, names), entry.fields["year"]])


@node  # type: ignore[untyped-decorator]
def _names(_children: Any, context: Any, role: str) -> Any:
    """Return the names of an entry; those that it leaves out are "et al."."""
    persons: Sequence[Person] | None = context["entry"].persons.get(role)
    if persons is None:
        raise FieldIsMissing(role, context["entry"])
    style = context["style"]
    named = [person for person in persons if str(person) != "others"]
    names = [style.format_name(person, style.abbreviate_names) for person in named]
    if len(named) < len(persons):
        return join(sep=", ")[[*names, "et al."]].format_data(context)
    return join(sep=", ", sep2=" and ", last_sep=", and ")[names].format_data(context)


class Style(unsrt.Style):  # type: ignore[misc]
    """References by author and year, with "et al." and titles as they are written."""

    default_label_style = AuthorYearLabels
    default_sorting_style = "author_year_title"

    def format_names(self, role: str, as_sentence: bool = True) -> Any:
        """Return the names of a role, as a sentence or part of one."""
        return sentence[_names(role)] if as_sentence else _names(role)

    def format_title(self, _entry: Entry, which_field: str, as_sentence: bool = True) -> Any:
        """Return a title, with the capital letters that it has."""
        return sentence[field(which_field)] if as_sentence else field(which_field)


def use_style(_app: Sphinx, config: Any) -> None:
    """Set the style of the list."""
    config.bibtex_default_style = NAME


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    register_plugin("pybtex.style.formatting", NAME, Style)
    app.connect("config-inited", use_style)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
