"""The page of what does not add up: a summary that leads to one short section an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tisstats.book.notebook import show_html
from tisstats.book.pages.html import render
from tisstats.lim2021.discrepancies import Discrepancy, Weight

#: Of an entry that has a section elsewhere: its anchor, title, places and weight.
Elsewhere = tuple[str, str, str, str]


def summary_html(entries: Sequence[Discrepancy], also: Iterable[Elsewhere]) -> str:
    """Return the summary as a table, by kind, whose first column leads to the sections.

    Parameters
    ----------
    entries
        The discrepancies of the page.
    also
        What has a section of its own; it goes first.
    """
    rows = [*also, *((_anchor(each), each.title, each.places, each.weight) for each in entries)]
    return render("discrepancies.html", rows=rows, kinds=list(Weight), parts=_parts)


def _anchor(entry: Discrepancy) -> str:
    return f"gap-{entry.name}"


def _parts(places: str) -> str:
    """Shorten places to the parts of the article, each once: Methods, Results, Table 2."""
    return ", ".join(dict.fromkeys(place.partition(",")[0] for place in places.split("; ")))


def entry_html(entry: Discrepancy) -> str:
    """Return one discrepancy as a section."""
    return render("discrepancy.html", entry=entry, anchor=_anchor(entry))


def show_summary(entries: Sequence[Discrepancy], also: Iterable[Elsewhere] = ()) -> None:
    """Display the summary."""
    show_html(summary_html(entries, also))


def show_entries(entries: Iterable[Discrepancy], weight: Weight) -> None:
    """Display the sections of one kind."""
    show_html("".join(entry_html(entry) for entry in entries if entry.weight == weight))
