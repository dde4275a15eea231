"""The picture of the book for previews of links, from the numbers that its chapters glue."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from tisstats.book.downloads.pages import notice
from tisstats.book.online.head import CARD
from tisstats.book.pages.glued import glued_texts
from tisstats.figures.preview_card import Card, CardInterval, describe, draw

#: What the picture shows; beside what Sphinx keeps of the pages, and kept with it.
_SHOWN = "card.txt"

#: Colours of the stored picture: with few, its file is a third as large.
_COLOURS = 64


def card_of(app: Sphinx) -> Card | None:
    """Return what the picture shows; None if the numbers are not those of the book as published."""
    if notice(app):
        return None
    flow, primary = (
        glued_texts(app, f"notebooks/{page}") for page in ("02_cohort_flow", "03_primary_outcome")
    )
    if not (flow and primary):
        return None
    return Card(
        title=app.config.html_title,
        steps=(
            (flow["screened"], "screened"),
            (flow["included"], "included and treated"),
            (flow["analysed"], "analysed"),
            (primary["responders"], f"responded: {primary['percent']}%"),
        ),
        responders=int(primary["responders"]),
        patients=int(primary["patients"]),
        outcome=(
            f"{primary['responders']} of {primary['patients']} patients reached at least "
            f"{primary['threshold']} points by week {primary['horizon_week']}"
        ),
        intervals=(
            CardInterval(
                f"{primary['printed_level']}% confidence interval as printed",
                primary["printed_low"],
                primary["printed_high"],
                printed=True,
            ),
            CardInterval(
                "Clopper-Pearson, recomputed",
                primary["true_low"],
                primary["true_high"],
                printed=False,
            ),
        ),
    )


def png(card: Card) -> bytes:
    """Return the picture as a small file."""
    from PIL import Image

    with BytesIO() as drawn, BytesIO() as stored:
        draw(card).savefig(drawn, format="png", dpi="figure")
        drawn.seek(0)
        image = Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        image.save(stored, format="PNG", optimize=True)
        return stored.getvalue()


def put_into_words(app: Sphinx, env: BuildEnvironment) -> None:
    """Note what the picture shows before pages are written, which say so."""
    card = card_of(app)
    env.card_words = describe(card) if card else ""  # type: ignore[attr-defined]


def write_card(app: Sphinx, error: Exception | None) -> None:
    """Draw the picture into the book, if it is not there from an earlier build with the same."""
    if error is not None or app.builder.format != "html":
        return
    card, picture, shown = card_of(app), Path(app.outdir) / CARD, Path(app.doctreedir) / _SHOWN
    if card is None:
        picture.unlink(missing_ok=True)
    elif not (picture.is_file() and shown.is_file() and shown.read_text("utf-8") == repr(card)):
        picture.write_bytes(png(card))
        shown.write_text(repr(card), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-updated", put_into_words)
    app.connect("build-finished", write_card, priority=-10)  # before pages are kept
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
