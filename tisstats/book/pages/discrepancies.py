"""The page of what does not add up: a summary that leads to one short section an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tisstats.book.notebook import show_html
from tisstats.lim2021.discrepancies import Discrepancy, Weight

_ANCHOR = "gap-"


def summary_html(entries: Sequence[Discrepancy], also: Iterable[tuple[str, str, str, str]]) -> str:
    """Write the summary as a table, by kind, whose first column leads to the sections.

    Parameters
    ----------
    entries
        The discrepancies of the page.
    also
        Anchor, title, places and weight of what has a section of its own; they go first.
    """
    rows = [(f"#{anchor}", title, places, weight) for anchor, title, places, weight in also]
    rows += [
        (f"#{_ANCHOR}{entry.name}", entry.title, entry.places, entry.weight) for entry in entries
    ]
    body = "".join(
        f'<tr class="family"><th scope="rowgroup" colspan="2">{escape(weight.capitalize())}</th>'
        "</tr>"
        + "".join(
            f'<tr><th scope="row"><a href="{escape(target)}">{escape(title)}</a></th>'
            f"<td>{escape(_parts(places))}</td></tr>"
            for target, title, places, kind in rows
            if kind == weight
        )
        for weight in Weight
    )
    caption = f"What does not add up: {len(rows)} entries"
    head = "".join(f'<th scope="col">{name}</th>' for name in ("What", "Where"))
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="data-table gaps"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _parts(places: str) -> str:
    """Shorten places to the parts of the article, each once: Methods, Results, Table 2."""
    return ", ".join(dict.fromkeys(place.partition(",")[0] for place in places.split("; ")))


def entry_html(entry: Discrepancy) -> str:
    """Write one discrepancy as a section: what is printed, what follows, what speaks against it."""
    printed = "".join(
        f'<li><span class="gap-place">{escape(each.place)}.</span> {escape(each.says)}</li>'
        for each in entry.printed
    )
    parts = (
        ("Printed", f"<ul>{printed}</ul>"),
        ("It follows", f"<p>{escape(entry.follows)}</p>"),
        ("Against it", f"<p>{escape(entry.against)}</p>"),
        ("For a reader", f"<p>{escape(entry.reader)}</p>"),
    )
    terms = "".join(f"<dt>{name}</dt><dd>{content}</dd>" for name, content in parts)
    return (
        f'<section class="gap" id="{_ANCHOR}{escape(entry.name)}">'
        f"<h3>{escape(entry.title)}</h3><dl>{terms}</dl></section>"
    )


def show_summary(
    entries: Sequence[Discrepancy], also: Iterable[tuple[str, str, str, str]] = ()
) -> None:
    """Display the summary."""
    show_html(summary_html(entries, also))


def show_entries(entries: Iterable[Discrepancy], weight: Weight) -> None:
    """Display the sections of one kind."""
    show_html("".join(entry_html(entry) for entry in entries if entry.weight == weight))
