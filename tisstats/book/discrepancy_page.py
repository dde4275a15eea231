"""The page of what does not add up: a summary that leads to one short section an entry."""

from __future__ import annotations

from html import escape

from tisstats.chapters.page import DiscrepancySections, DiscrepancySummary
from tisstats.lim2021.discrepancies import Discrepancy, Weight


def summary_html(summary: DiscrepancySummary) -> str:
    """Format the summary as a table, by weight, whose first column leads to the sections."""
    body = "".join(
        f'<tr class="family"><th scope="rowgroup" colspan="2">{escape(weight.capitalize())}</th>'
        "</tr>"
        + "".join(
            f'<tr><th scope="row"><a href="#{escape(line.anchor)}">{escape(line.title)}</a></th>'
            f"<td>{escape(_parts(line.places))}</td></tr>"
            for line in summary.lines
            if line.weight == weight
        )
        for weight in Weight
    )
    caption = f"What does not add up: {len(summary.lines)} entries"
    head = "".join(f'<th scope="col">{name}</th>' for name in ("What", "Where"))
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="data-table gaps"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _parts(places: str) -> str:
    """Shorten places to the parts of the article, each once: Methods, Results, Table 2."""
    return ", ".join(dict.fromkeys(place.partition(",")[0] for place in places.split("; ")))


def sections_html(sections: DiscrepancySections) -> str:
    """Format discrepancies, a section each."""
    return "".join(map(_section, sections.entries))


def _section(entry: Discrepancy) -> str:
    """Format a discrepancy: what is printed, what follows, what speaks against it."""
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
        f'<section class="gap" id="{escape(entry.anchor)}">'
        f"<h3>{escape(entry.title)}</h3><dl>{terms}</dl></section>"
    )
